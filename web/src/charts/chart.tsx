// SPDX-License-Identifier: Apache-2.0
// chart.tsx -- one series as a line with its spread (lowest to highest of each column), over its marks.
// uPlot draws; this file only hands it data, the width of its box and the page's colours.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { clockTime, dayName, minuteTime } from '../format/time.js';
import { axisLabels } from '../format/number.js';
import { useCell } from '../lib/cell.js';
import { shownTheme } from '../lib/theme.js';
import type { Millis } from '../lib/types.js';
import { drawMarks, type Marks } from './marks.js';
import { palette } from './palette.js';
import { type SeriesData, verticalRange } from './series_data.js';

const AXIS_WIDTH = 62;
const AXIS_HEIGHT = 24;
const LABEL_HALF = 18;
/** Distances between the time marks, in seconds. */
const TIME_STEPS = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];
const FONT = '11px system-ui, sans-serif';

interface ChartProps {
    data: SeriesData;
    version: number; // of the data: a new one draws it again
    from: Millis;
    to: Millis;
    unit: string;
    label: string; // for those who cannot see it
    marks?: Marks;
    height?: number;
    group?: string; // charts of one group share the cursor
    isBare?: boolean; // a line and nothing around it
    onCursor?: (at: { time: Millis; value: number } | null) => void;
}

function timeLabels(u: uPlot, splits: number[]): string[] {
    const text = (splits[1] ?? 0) - (splits[0] ?? 0) < 60 && splits.length > 1 ? clockTime : minuteTime;
    const isLong = (u.scales.x?.max ?? 0) - (u.scales.x?.min ?? 0) > 7200;
    return splits.map((seconds) => {
        if (u.valToPos(seconds, 'x') < LABEL_HALF) return ''; // it would stand under the other axis' labels
        const d = new Date(seconds * 1000);
        const isMidnight = isLong && d.getHours() === 0 && d.getMinutes() === 0;
        return isMidnight ? dayName(seconds * 1000) : text(seconds * 1000);
    });
}

function extent(u: uPlot, marks: Marks): [number, number] {
    let low = marks.band?.low ?? Infinity;
    let high = marks.band?.high ?? -Infinity;
    const [from, to] = [u.scales.x?.min ?? -Infinity, u.scales.x?.max ?? Infinity];
    const [times, , highs, lows] = u.data;
    times?.forEach((time, i) => {
        if (time < from || time > to) return;
        low = Math.min(low, lows?.[i] ?? Infinity);
        high = Math.max(high, highs?.[i] ?? -Infinity);
    });
    return verticalRange(low, high);
}

function axes(unit: string): uPlot.Axis[] {
    const shared = {
        font: FONT,
        stroke: () => palette().text,
        grid: { stroke: () => palette().grid, width: 1 },
        ticks: { show: false },
    };
    return [
        {
            ...shared,
            size: AXIS_HEIGHT,
            gap: 4,
            space: 60,
            incrs: TIME_STEPS,
            values: timeLabels,
            grid: { show: false },
        },
        { ...shared, size: AXIS_WIDTH, gap: 6, space: 28, values: (_, splits) => axisLabels(splits, unit) },
    ];
}

interface Settings {
    width: number;
    height: number;
    unit: string;
    group: string | undefined;
    isBare: boolean;
    marks: () => Marks;
    onCursor: (u: uPlot) => void;
}

function options({ width, height, unit, group, isBare, marks, onCursor }: Settings): uPlot.Options {
    return {
        width,
        height,
        padding: isBare ? [4, 2, 4, 2] : [8, 14, 0, 0],
        legend: { show: false },
        scales: { x: { time: true, auto: false }, y: { range: (u) => extent(u, marks()) } },
        axes: isBare ? [{ show: false }, { show: false }] : axes(unit),
        series: [
            {},
            { stroke: () => palette().line, width: 1.5, points: { show: false }, spanGaps: false },
            { stroke: 'transparent', width: 0, points: { show: false } },
            { stroke: 'transparent', width: 0, points: { show: false } },
        ],
        bands: [{ series: [2, 3], fill: () => palette().spread }],
        cursor: {
            y: false,
            drag: { x: false, y: false, setScale: false },
            points: {
                size: 7,
                fill: () => palette().line,
                show: (_, i) => (i === 1 ? point() : false) as HTMLElement,
            },
            ...(group ? { sync: { key: group } } : {}),
        },
        hooks: { drawClear: [(u) => drawMarks(u, marks())], setCursor: [onCursor] },
    };
}

function point(): HTMLElement {
    const element = document.createElement('div');
    element.className = 'chart-point';
    return element;
}

export function Chart(props: ChartProps) {
    const box = useRef<HTMLDivElement>(null);
    const plot = useRef<uPlot | null>(null);
    const latest = useRef(props);
    latest.current = props;
    const height = props.height ?? 132;
    const shown = useCell(shownTheme);

    useLayoutEffect(() => {
        const element = box.current;
        if (!element) return undefined;
        const onCursor = (u: uPlot) => {
            const index = u.cursor.idx;
            const value = index === null || index === undefined ? null : u.data[1]?.[index];
            const time = index === null || index === undefined ? undefined : u.data[0]?.[index];
            latest.current.onCursor?.(value == null || time === undefined ? null : { time: time * 1000, value });
        };
        const made = new uPlot(
            options({
                width: element.clientWidth,
                height,
                unit: props.unit,
                group: props.group,
                isBare: props.isBare ?? false,
                marks: () => latest.current.marks ?? {},
                onCursor,
            }),
            [[], [], [], []],
            element,
        );
        plot.current = made;
        const observer = new ResizeObserver(() => {
            if (element.clientWidth !== made.width) made.setSize({ width: element.clientWidth, height });
        });
        observer.observe(element);
        return () => {
            observer.disconnect();
            made.destroy();
            plot.current = null;
        };
    }, [height, props.unit, props.group]);

    useEffect(() => {
        const made = plot.current;
        if (!made) return;
        made.batch(() => {
            made.setData(props.data.columns() as uPlot.AlignedData, false);
            made.setScale('x', { min: props.from / 1000, max: props.to / 1000 });
        });
    }, [props.data, props.version, props.from, props.to, props.marks, props.unit, shown]);

    return <div class="chart" ref={box} role="img" aria-label={props.label} style={{ height: `${height}px` }} />;
}
