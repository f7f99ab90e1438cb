// SPDX-License-Identifier: Apache-2.0
// finding_chart.tsx -- a property around a finding: the usual band, the start, the unusual stretch.

import { useMemo, useState } from 'preact/hooks';
import { Chart } from '../charts/chart.js';
import { findingWindow } from '../charts/finding_window.js';
import type { Marks } from '../charts/marks.js';
import { usePastSeries } from '../charts/use_series.js';
import { interval, quantity } from '../format/number.js';
import { clockTime } from '../format/time.js';
import { useNow } from '../lib/clock.js';
import type { Millis } from '../lib/types.js';
import { Problem } from './notice.js';

const CALM_EVERY_MS = 2000;

interface FindingChartProps {
    thing: string;
    property: string;
    unit: string;
    since: Millis;
    until: Millis | null;
    usualLow: number | null;
    usualHigh: number | null;
    height?: number;
    group?: string;
    isMini?: boolean;
}

function words({ property, unit, since, until, usualLow, usualHigh }: FindingChartProps): string {
    const band = usualLow === null || usualHigh === null ? '' : `, usually ${interval(usualLow, usualHigh, unit)}`;
    const end = until === null ? 'still going on' : `until ${clockTime(until)}`;
    return `Chart of ${property}: unusual since ${clockTime(since)}, ${end}${band}.`;
}

export function FindingChart(props: FindingChartProps) {
    const { thing, property, unit, since, until, usualLow, usualHigh } = props;
    const now = useNow(CALM_EVERY_MS);
    const { from, to, growing } = findingWindow(since, until, now);
    const series = usePastSeries(thing, property, from, to, growing);
    const [at, setAt] = useState<{ time: Millis; value: number } | null>(null);
    const marks = useMemo<Marks>(
        () => ({
            stretches: [{ from: since, to: until }],
            ...(usualLow !== null && usualHigh !== null ? { band: { low: usualLow, high: usualHigh } } : {}),
        }),
        [since, until, usualLow, usualHigh],
    );
    if (series.failure) return <Problem failure={series.failure} retry={series.reload} />;
    const last = series.data.summary()?.last;
    return (
        <figure class={`finding-chart ${props.isMini ? 'is-mini' : ''}`}>
            <figcaption>
                <span class="chart-name">{property}</span>
                <span class="chart-now">
                    {at ? (
                        <>
                            {quantity(at.value, unit)} <span class="muted">{clockTime(at.time)}</span>
                        </>
                    ) : last === undefined ? (
                        ''
                    ) : (
                        quantity(last, unit)
                    )}
                </span>
            </figcaption>
            <Chart
                data={series.data}
                version={series.version}
                from={from}
                to={to}
                unit={unit}
                marks={marks}
                label={words(props)}
                height={props.height ?? 180}
                onCursor={setAt}
                {...(props.group ? { group: props.group } : {})}
            />
            {!props.isMini && (
                <p class="legend">
                    {usualLow !== null && usualHigh !== null && (
                        <span>
                            <i class="swatch swatch-band" />
                            usual {interval(usualLow, usualHigh, unit)}
                        </span>
                    )}
                    <span>
                        <i class="swatch swatch-start" />
                        start {clockTime(since)}
                    </span>
                    <span>
                        <i class="swatch swatch-unusual" />
                        unusual{until === null ? ', going on' : ''}
                    </span>
                </p>
            )}
        </figure>
    );
}
