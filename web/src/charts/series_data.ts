// SPDX-License-Identifier: Apache-2.0
// series_data.ts -- one series over a window, as columns of equal time steps (buckets), fed from the node's
// down-sampling and then from the live stream.
//
//   time   |  t0   t0+step   ...            now |        a column: lowest, mean, highest, count
//   mean      ·       ·       ·      ·       ·           old columns leave on the left
//
// The cost is the number of columns, not of readings: a window has at most COLUMNS of them.

import type { Bucket, Millis } from '../lib/types.js';

export const COLUMNS = 300;
const GAP_PERIODS = 4; // so many usual distances without a reading are drawn as a gap

/** Window lengths that a person can choose, and the step each is drawn with. */
export const WINDOWS = [
    { key: '5m', label: '5 min', long: '5 minutes', length: 5 * 60_000, step: 1000 },
    { key: '1h', label: '1 h', long: 'hour', length: 3_600_000, step: 12_000 },
    { key: '24h', label: '24 h', long: '24 hours', length: 86_400_000, step: 288_000 },
] as const;

export type Window = (typeof WINDOWS)[number];

/** A step that gives at most COLUMNS columns over a range. */
export function stepFor(length: Millis): Millis {
    const nice = [
        100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
        3_600_000, 7_200_000, 21_600_000, 86_400_000,
    ];
    return nice.find((step) => length / step <= COLUMNS) ?? Math.ceil(length / COLUMNS);
}

export type Columns = [
    times: number[], // seconds, as uPlot wants them
    mean: (number | null)[],
    high: (number | null)[],
    low: (number | null)[],
];

export class SeriesData {
    #buckets: Bucket[] = [];
    version = 0;

    constructor(
        readonly step: Millis,
        readonly length: Millis,
    ) {}

    get buckets(): readonly Bucket[] {
        return this.#buckets;
    }

    get latest(): Bucket | undefined {
        return this.#buckets.at(-1);
    }

    /** What the node answered. Columns that only the live stream has filled since stay. */
    load(buckets: readonly Bucket[]): void {
        const filled = buckets.filter((bucket) => bucket.count > 0).map((bucket) => ({ ...bucket }));
        const last = filled.at(-1)?.time ?? -Infinity;
        this.#buckets = [...filled, ...this.#buckets.filter((bucket) => bucket.time > last)];
        this.version++;
    }

    push(time: Millis, value: number): void {
        const start = Math.floor(time / this.step) * this.step;
        const at = this.#indexFor(start);
        const bucket = this.#buckets[at];
        if (bucket && start < bucket.time + this.step && start + this.step > bucket.time) {
            bucket.mean += (value - bucket.mean) / (bucket.count + 1);
            bucket.count++;
            bucket.min = Math.min(bucket.min, value);
            bucket.max = Math.max(bucket.max, value);
            bucket.last = value;
        } else {
            this.#buckets.splice(at + 1, 0, {
                time: start,
                count: 1,
                min: value,
                max: value,
                mean: value,
                last: value,
            });
        }
        this.version++;
        this.#trim(time);
    }

    /** Index of the last column that starts at or before `start`, -1 when none does. Readings come in order,
     *  mostly. */
    #indexFor(start: Millis): number {
        let at = this.#buckets.length - 1;
        while (at >= 0 && (this.#buckets[at]?.time ?? 0) > start) at--;
        return at;
    }

    #trim(now: Millis): void {
        let old = 0;
        while (old < this.#buckets.length && (this.#buckets[old]?.time ?? now) < now - this.length - this.step)
            old++;
        if (old) this.#buckets.splice(0, old);
    }

    /** For uPlot: a column's time is its middle; a hole in the readings is a null. */
    columns(): Columns {
        const out: Columns = [[], [], [], []];
        const gap = this.#gap();
        let before = -Infinity;
        for (const bucket of this.#buckets) {
            if (bucket.time - before > gap && before !== -Infinity) add(out, before + this.step, null);
            add(out, bucket.time, bucket, this.step / 2);
            before = bucket.time;
        }
        return out;
    }

    #gap(): Millis {
        const distances = this.#buckets.slice(1).map((bucket, i) => bucket.time - (this.#buckets[i]?.time ?? 0));
        distances.sort((a, b) => a - b);
        const usual = distances[Math.floor(distances.length / 2)] ?? this.step;
        return GAP_PERIODS * Math.max(usual, this.step);
    }

    /** Lowest, highest and newest of what is there, for words beside the chart. */
    summary(): { low: number; high: number; last: number; time: Millis } | null {
        const latest = this.latest;
        if (!latest) return null;
        let low = Infinity;
        let high = -Infinity;
        for (const bucket of this.#buckets) {
            low = Math.min(low, bucket.min);
            high = Math.max(high, bucket.max);
        }
        return { low, high, last: latest.last, time: latest.time };
    }
}

function add(out: Columns, time: Millis, bucket: Bucket | null, offset = 0): void {
    out[0].push((time + offset) / 1000);
    out[1].push(bucket?.mean ?? null);
    out[2].push(bucket?.max ?? null);
    out[3].push(bucket?.min ?? null);
}

/** The vertical range that shows `low`..`high` with air above and below, and never below 0 when nothing is. */
export function verticalRange(low: number, high: number): [number, number] {
    if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
    const extent = high - low;
    const pad = extent > 0 ? extent * 0.12 : Math.max(Math.abs(high) * 0.1, 0.5);
    const bottom = low >= 0 ? Math.max(0, low - pad) : low - pad;
    return [bottom, high + pad];
}
