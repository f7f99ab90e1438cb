// SPDX-License-Identifier: Apache-2.0
// proposal.tsx -- one decision that waits for a person: what exactly will be done, why, by which rule, until
// when; then the answer; then what becomes of it.

import { Link, place } from '../lib/router.js';
import { useActionOf, useOne } from '../lib/selections.js';
import type { Decision } from '../lib/types.js';
import { inputText, saidDecision } from '../format/words.js';
import { AnswerForm } from './answer_form.js';
import { Chip } from './chip.js';
import { Hash } from './copy.js';
import { Countdown } from './countdown.js';
import { Fact, Facts } from './facts.js';
import { FindingChart } from './finding_chart.js';
import { Stepper } from './stepper.js';

/** What will be done, word for word as the Thing will get it. */
export function WhatIsDone({ decision }: { decision: Decision }) {
    const action = decision.action;
    if (!action) return <p class="what">Nothing is sent: this rule only tells.</p>;
    const input = Object.entries(action.input);
    return (
        <div class="what">
            <p class="what-line">
                <b>{action.name}</b> on <Link to={place('things', action.thing)}>{action.thing}</Link>
            </p>
            {input.length > 0 && (
                <dl class="input">
                    {input.map(([name, value]) => (
                        <div key={name}>
                            <dt>{name}</dt>
                            <dd>{inputText(value)}</dd>
                        </div>
                    ))}
                </dl>
            )}
        </div>
    );
}

export function WhyIsIt({ decision }: { decision: Decision }) {
    const finding = useOne('finding', decision.finding).row;
    return (
        <div class="why">
            <p>{decision.why || finding?.why}</p>
            {!finding && decision.finding && <div class="why-place" />}
            {finding && (
                <FindingChart
                    thing={finding.thing}
                    property={finding.property}
                    unit={finding.unit}
                    since={finding.since}
                    until={finding.until}
                    usualLow={finding.usual_low}
                    usualHigh={finding.usual_high}
                    height={120}
                    isMini
                />
            )}
        </div>
    );
}

export function Proposal({ decision }: { decision: Decision }) {
    const action = useActionOf(decision);
    const isPending = decision.state === 'pending';
    return (
        <article class={`card proposal ${isPending ? 'is-pending' : ''}`} aria-label={`Decision ${decision.id}`}>
            <div class="proposal-head">
                <Chip said={saidDecision(decision.state)} />
                {isPending && <Countdown from={decision.time} expires={decision.expires} />}
            </div>
            <div class="proposal-body">
                <div class="proposal-part">
                    <h3>What will be done</h3>
                    <WhatIsDone decision={decision} />
                    <Facts>
                        <Fact name="Rule">
                            {decision.rule} <Hash hex={decision.rule_digest} what="the rule’s digest" />
                        </Fact>
                        {decision.alarm && (
                            <Fact name="Alarm">
                                <Link to={place('alarms', decision.alarm)}>{decision.alarm}</Link>
                            </Fact>
                        )}
                        <Fact name="Decision">
                            <Link to={place('decisions', decision.id)}>{decision.id}</Link>
                        </Fact>
                    </Facts>
                </div>
                <div class="proposal-part">
                    <h3>Why</h3>
                    <WhyIsIt decision={decision} />
                </div>
            </div>
            <div class="proposal-foot">
                {isPending ? <AnswerForm decision={decision} /> : <Stepper decision={decision} action={action} />}
            </div>
        </article>
    );
}
