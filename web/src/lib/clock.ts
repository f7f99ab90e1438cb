// SPDX-License-Identifier: Apache-2.0
// clock.ts -- the node's time. Ages and count-downs follow its clock, not this browser's, which may be wrong.

import { useEffect, useState } from 'preact/hooks';
import type { Millis } from './types.js';

let ahead = 0; // node minus browser

/** Learns the difference from an answer; `asked` and now bound the instant at which the node looked at its
 *  clock. */
export function learnClock(nodeNow: Millis, asked: Millis): void {
    const here = Date.now();
    const difference = nodeNow - (asked + here) / 2;
    // Within half the round trip the clocks may well agree: do not make ages jitter.
    if (Math.abs(difference - ahead) > (here - asked) / 2 + 250) ahead = Math.round(difference);
}

export function nodeNow(): Millis {
    return Date.now() + ahead;
}

/** The node's time, drawn again every second (or `everyMs`), at the same moment for all. */
export function useNow(everyMs = 1000): Millis {
    const [now, setNow] = useState(nodeNow);
    useEffect(() => {
        let timer: ReturnType<typeof setTimeout>;
        const tick = () => {
            setNow(nodeNow());
            timer = setTimeout(tick, everyMs - (Date.now() % everyMs));
        };
        tick();
        return () => clearTimeout(timer);
    }, [everyMs]);
    return now;
}
