// SPDX-License-Identifier: Apache-2.0
// time.tsx -- an instant or an age, with the exact time to be read on it.

import { age, exactTime, instant } from '../format/time.js';
import { nodeNow, useNow } from '../lib/clock.js';
import type { Millis } from '../lib/types.js';

const iso = (time: Millis): string => new Date(time).toISOString();

export function Instant({ time }: { time: Millis | null | undefined }) {
    if (time === null || time === undefined) return <span class="none">–</span>;
    return (
        <time dateTime={iso(time)} title={iso(time)}>
            {instant(time, nodeNow())}
        </time>
    );
}

/** To the millisecond, where the order of steps is what counts; the day is in the title. */
export function Exact({ time }: { time: Millis | null | undefined }) {
    if (time === null || time === undefined) return <span class="none">–</span>;
    return (
        <time dateTime={iso(time)} title={iso(time)}>
            {exactTime(time)}
        </time>
    );
}

export function Age({ time, none = 'never' }: { time: Millis | null | undefined; none?: string }) {
    const now = useNow();
    if (time === null || time === undefined) return <span class="none">{none}</span>;
    return (
        <time dateTime={iso(time)} title={iso(time)}>
            {age(time, now)}
        </time>
    );
}
