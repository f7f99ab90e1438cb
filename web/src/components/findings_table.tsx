// SPDX-License-Identifier: Apache-2.0
// findings_table.tsx -- every figure behind an alarm, for whoever wants to check it.

import { onceIn, pValue } from '../format/chance.js';
import { count, interval, plain, quantity } from '../format/number.js';
import { span } from '../format/time.js';
import { saidFinding } from '../format/words.js';
import { nodeNow } from '../lib/clock.js';
import type { Finding } from '../lib/types.js';
import { Chip } from './chip.js';
import { Hash } from './copy.js';
import { Instant } from './time.js';

function Evidence({ finding }: { finding: Finding }) {
    if (finding.evidence === null || finding.threshold === null || finding.threshold <= 0) return <>–</>;
    const part = Math.min(1, finding.evidence / (2 * finding.threshold));
    return (
        <span class="evidence">
            <span>
                {plain(finding.evidence)} of {plain(finding.threshold)}
            </span>
            <span class="evidence-track" aria-hidden="true">
                <span style={{ transform: `scaleX(${part.toFixed(4)})` }} />
            </span>
        </span>
    );
}

function Reference({ finding }: { finding: Finding }) {
    const reference = finding.reference;
    if (!reference?.count) return <>–</>;
    return (
        <>
            {count(reference.count)} readings
            <br />
            <span class="muted">{span(reference.from, reference.to, nodeNow())}</span>
        </>
    );
}

function Row({ finding }: { finding: Finding }) {
    const isOpen = finding.state === 'open';
    return (
        <tr>
            <th scope="row">
                {finding.property}
                <span class="cell-note">{saidFinding(finding)}</span>
            </th>
            <td data-name="state">
                <Chip said={{ text: isOpen ? 'open' : 'over', tone: isOpen ? 'bad' : 'quiet' }} />
            </td>
            <td data-name="since">
                <Instant time={finding.since} />
            </td>
            <td data-name="value" class="figure">
                {quantity(finding.value, finding.unit)}
            </td>
            <td data-name="usual" class="figure">
                {interval(finding.usual_low, finding.usual_high, finding.unit)}
            </td>
            <td data-name="p-value" class="figure">
                {pValue(finding.p_value)}
                {finding.p_value !== null && <span class="cell-note">{onceIn(finding.p_value)}</span>}
            </td>
            <td data-name="score" class="figure">
                {finding.score === null ? '–' : plain(finding.score)}
            </td>
            <td data-name="evidence">
                <Evidence finding={finding} />
            </td>
            <td data-name="reference">
                <Reference finding={finding} />
            </td>
            <td data-name="model">
                {finding.model ? (
                    <>
                        {finding.model.kind} v{finding.model.version}
                        <br />
                        <Hash hex={finding.model.state} what="the model’s digest" />
                    </>
                ) : (
                    '–'
                )}
            </td>
        </tr>
    );
}

export function FindingsTable({ findings }: { findings: readonly Finding[] }) {
    return (
        <div class="table-box" tabIndex={0} role="region" aria-label="Findings">
            <table class="table table-cards">
                <thead>
                    <tr>
                        <th scope="col">Property</th>
                        <th scope="col">State</th>
                        <th scope="col">Since</th>
                        <th scope="col" class="figure">
                            Value
                        </th>
                        <th scope="col" class="figure">
                            Usual
                        </th>
                        <th scope="col" class="figure">
                            p-value
                        </th>
                        <th scope="col" class="figure">
                            Score
                        </th>
                        <th scope="col">Evidence</th>
                        <th scope="col">Compared with</th>
                        <th scope="col">Model</th>
                    </tr>
                </thead>
                <tbody>
                    {findings.map((finding) => (
                        <Row key={finding.id} finding={finding} />
                    ))}
                </tbody>
            </table>
        </div>
    );
}
