// SPDX-License-Identifier: Apache-2.0
// use_series.ts -- the data of a chart: asked once, then kept up by the live stream; or a fixed stretch of
// the past.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api } from '../lib/api.js';
import { nodeNow } from '../lib/clock.js';
import { live } from '../lib/live.js';
import { type Loading, useWork } from '../lib/store.js';
import type { Millis } from '../lib/types.js';
import { SeriesData, stepFor } from './series_data.js';

const REFRESH_MS = 5000;

/** The last `length` ms of a property, ever on. `active` false (out of view) asks for nothing. */
export function useLiveSeries(
    thing: string,
    property: string,
    length: Millis,
    step: Millis,
    active: boolean,
): Loading & { data: SeriesData } {
    const data = useMemo(() => new SeriesData(step, length), [thing, property, step, length]);
    const work = useWork(async () => {
        if (!active) return;
        const now = nodeNow();
        data.load(await api.buckets(thing, property, Math.floor((now - length) / step) * step, now + step, step));
    }, [data, active]);
    useEffect(
        () =>
            live.onReadings(thing, (readings) => {
                const value = Object.hasOwn(readings.values, property) ? readings.values[property] : undefined;
                if (typeof value === 'number') data.push(readings.time, value);
            }),
        [data],
    );
    return { ...work, data };
}

/** A property from one instant to another. `growing`: the end moves on, so it is asked again now and then;
 *  what was there stays on view until the next answer is. */
export function usePastSeries(
    thing: string,
    property: string,
    from: Millis,
    to: Millis,
    growing: boolean,
): Loading & { data: SeriesData; version: number } {
    const step = stepFor(to - from);
    const [shown, setShown] = useState(() => ({ data: new SeriesData(step, Infinity), version: 0 }));
    const end = growing ? Math.ceil(to / REFRESH_MS) * REFRESH_MS : to;
    const work = useWork(async () => {
        const next = new SeriesData(step, Infinity);
        next.load(await api.buckets(thing, property, Math.floor(from / step) * step, end + step, step));
        setShown(({ version }) => ({ data: next, version: version + 1 }));
    }, [thing, property, from, step, end]);
    return { ...work, ...shown };
}

/** True once the element has come near the view; it stays true. */
export function useSeen<T extends Element>(): [ref: { current: T | null }, seen: boolean] {
    const ref = useRef<T>(null);
    const [seen, setSeen] = useState(false);
    useEffect(() => {
        const element = ref.current;
        if (!element || seen) return undefined;
        const observer = new IntersectionObserver(
            (entries) => {
                if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
            },
            { rootMargin: '300px' },
        );
        observer.observe(element);
        return () => observer.disconnect();
    }, [seen]);
    return [ref, seen];
}
