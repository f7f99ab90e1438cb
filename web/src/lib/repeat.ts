// SPDX-License-Identifier: Apache-2.0
// repeat.ts -- asking again every so often, while somebody looks.

import { useEffect, useRef } from 'preact/hooks';

/** Calls `work` every `everyMs`, not at once; another length takes effect from then on. */
export function useRepeat(work: () => void, everyMs: number): void {
    const latest = useRef(work);
    latest.current = work;
    useEffect(() => {
        const timer = setInterval(() => {
            if (!document.hidden) latest.current();
        }, everyMs);
        return () => clearInterval(timer);
    }, [everyMs]);
}
