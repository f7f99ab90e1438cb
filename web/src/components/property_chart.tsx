// SPDX-License-Identifier: Apache-2.0
// property_chart.tsx -- one numeric property of a Thing, live: the newest value, its line, what was unusual
// of it.

import { useMemo, useState } from 'preact/hooks';
import { Chart } from '../charts/chart.js';
import type { Marks } from '../charts/marks.js';
import type { Window } from '../charts/series_data.js';
import { useLiveSeries, useSeen } from '../charts/use_series.js';
import { interval, quantity } from '../format/number.js';
import { clockTime } from '../format/time.js';
import { useNow } from '../lib/clock.js';
import type { Finding, Millis, Property } from '../lib/types.js';
import { Problem } from './notice.js';

const HEIGHT = 124;

interface PropertyChartProps {
    thing: string;
    property: Property;
    window: Window;
    findings: readonly Finding[]; // of this property
}

function marksOf(findings: readonly Finding[]): Marks {
    const newest = findings.find((finding) => finding.usual_low !== null && finding.usual_high !== null);
    return {
        stretches: findings.map((finding) => ({ from: finding.since, to: finding.until })),
        ...(newest ? { band: { low: newest.usual_low ?? 0, high: newest.usual_high ?? 0 } } : {}),
    };
}

export function PropertyChart({ thing, property, window, findings }: PropertyChartProps) {
    const [ref, seen] = useSeen<HTMLElement>();
    const now = useNow();
    const { data, failure, reload, loading } = useLiveSeries(
        thing,
        property.name,
        window.length,
        window.step,
        seen,
    );
    const marks = useMemo(() => marksOf(findings), [findings]);
    const [at, setAt] = useState<{ time: Millis; value: number } | null>(null);
    const summary = data.summary();
    const last = summary?.last ?? (typeof property.value === 'number' ? property.value : null);
    const isUnusual = findings.some((finding) => finding.state === 'open');
    const title = property.title ?? property.name;
    const label = summary
        ? `${title}, last ${window.long}: now ${quantity(last, property.unit)}, ` +
          `lowest ${quantity(summary.low, property.unit)}, highest ${quantity(summary.high, property.unit)}`
        : `${title}: no readings in the last ${window.long}`;
    return (
        <figure class={`card property ${isUnusual ? 'is-unusual' : ''}`} ref={ref}>
            <figcaption>
                <span class="chart-name">{title}</span>
                <span class="chart-now">
                    {at ? (
                        <>
                            <span class="muted">{clockTime(at.time)}</span> {quantity(at.value, property.unit)}
                        </>
                    ) : (
                        quantity(last, property.unit)
                    )}
                </span>
            </figcaption>
            {failure ? (
                <Problem failure={failure} retry={reload} />
            ) : (
                <Chart
                    data={data}
                    version={data.version}
                    from={now - window.length}
                    to={now}
                    unit={property.unit}
                    marks={marks}
                    label={label}
                    height={HEIGHT}
                    group={thing}
                    onCursor={setAt}
                />
            )}
            <p class="chart-foot">
                {marks.band ? (
                    <>
                        <i class="swatch swatch-band" />
                        usual {interval(marks.band.low, marks.band.high, property.unit)}
                    </>
                ) : summary ? (
                    summary.low === summary.high ? (
                        'the same all along'
                    ) : (
                        interval(summary.low, summary.high, property.unit)
                    )
                ) : loading || failure ? (
                    '\u00a0'
                ) : (
                    `no readings in the last ${window.long}`
                )}
            </p>
        </figure>
    );
}
