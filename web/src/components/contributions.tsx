// SPDX-License-Identifier: Apache-2.0
// contributions.tsx -- what an alarm is made of, largest first. The shares sum to 1; more than five are one
// click away.

import { useState } from 'preact/hooks';
import { onceIn } from '../format/chance.js';
import { interval, quantity, share } from '../format/number.js';
import { several } from '../format/words.js';
import type { Alarm, Contribution } from '../lib/types.js';

const SHOWN_FIRST = 5;

function Row({ row, largest }: { row: Contribution; largest: number }) {
    const isAbove = row.value !== null && row.usual_high !== null && row.value > row.usual_high;
    const isBelow = row.value !== null && row.usual_low !== null && row.value < row.usual_low;
    return (
        <li class="contribution">
            <div class="contribution-head">
                <span class="contribution-name">{row.property}</span>
                <span class="contribution-share">{share(row.share)}</span>
            </div>
            <div class="bar" aria-hidden="true">
                <span style={{ transform: `scaleX(${(row.share / Math.max(largest, 1e-9)).toFixed(4)})` }} />
            </div>
            <p class="contribution-words">
                {row.value !== null && (
                    <>
                        <b>{quantity(row.value, row.unit)}</b>{' '}
                        {isAbove ? '↑ above' : isBelow ? '↓ below' : 'against'} the usual{' '}
                        {interval(row.usual_low, row.usual_high, row.unit)}
                    </>
                )}
                {row.p_value !== null && row.p_value < 0.5 && <span class="muted"> · {onceIn(row.p_value)}</span>}
            </p>
        </li>
    );
}

export function Contributions({ alarm }: { alarm: Alarm }) {
    const [isAll, setAll] = useState(false);
    const ranked = [...alarm.contributions].sort((a, b) => b.share - a.share);
    const shown = isAll ? ranked : ranked.slice(0, SHOWN_FIRST);
    const hidden = ranked.slice(shown.length);
    const other = alarm.other_share + hidden.reduce((sum, row) => sum + row.share, 0);
    const largest = Math.max(ranked[0]?.share ?? 0, other);
    return (
        <ol class="contributions">
            {shown.map((row) => (
                <Row key={row.property} row={row} largest={largest} />
            ))}
            {other > 0 && (
                <li class="contribution contribution-other">
                    <div class="contribution-head">
                        <span>
                            other
                            {hidden.length > 0 &&
                                ` (${several(hidden.length, 'more property', 'more properties')})`}
                        </span>
                        <span class="contribution-share">{share(other)}</span>
                    </div>
                    <div class="bar" aria-hidden="true">
                        <span style={{ transform: `scaleX(${(other / Math.max(largest, 1e-9)).toFixed(4)})` }} />
                    </div>
                </li>
            )}
            {hidden.length > 0 && (
                <li>
                    <button type="button" class="link-button" onClick={() => setAll(true)}>
                        Show all {ranked.length}
                    </button>
                </li>
            )}
        </ol>
    );
}
