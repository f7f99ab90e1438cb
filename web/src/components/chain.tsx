// SPDX-License-Identifier: Apache-2.0
// chain.tsx -- a decision's receipt as the chain it proves: readings ─▶ model ─▶ finding ─▶ rule ─▶ person
// ─▶ action ─▶ result. Before the receipt is written, the same chain as far as it has come.

import type { ComponentChildren } from 'preact';
import { count } from '../format/number.js';
import { span } from '../format/time.js';
import { saidResult } from '../format/words.js';
import { nodeNow } from '../lib/clock.js';
import { Link, place } from '../lib/router.js';
import type { Action, Decision, Finding, Millis, Receipt } from '../lib/types.js';
import { Chip } from './chip.js';
import { Hash } from './copy.js';
import { Exact, Instant } from './time.js';

interface LinkOfChainProps {
    name: string;
    time?: Millis | null | undefined;
    isOpen?: boolean;
    isFirst?: boolean; // says the day too
    children: ComponentChildren;
}

function One({ name, time, isOpen, isFirst, children }: LinkOfChainProps) {
    return (
        <li class={`chain-link ${isOpen ? 'is-open' : ''}`}>
            <span class="chain-dot" aria-hidden="true" />
            <div class="chain-head">
                <h3>{name}</h3>
                {time !== null && time !== undefined && (
                    <span class="chain-time">{isFirst ? <Instant time={time} /> : <Exact time={time} />}</span>
                )}
            </div>
            <div class="chain-body">{children}</div>
        </li>
    );
}

interface ChainProps {
    decision: Decision;
    finding: Finding | undefined;
    action: Action | undefined;
    receipt: Receipt | undefined;
}

function Readings({ receipt, finding }: ChainProps) {
    const readings = receipt?.readings;
    const property = receipt?.property || finding?.property;
    if (!readings && !finding) return <>A condition on readings; the rule below says which.</>;
    return (
        <>
            {property && <b>{property}</b>}
            {readings && readings.from !== null && readings.to !== null && (
                <>
                    {' '}
                    · compared with {count(readings.count)} of its own,{' '}
                    {span(readings.from, readings.to, nodeNow())}
                </>
            )}{' '}
            · up to record {count(readings?.seq ?? finding?.seq ?? 0)} of the journal
        </>
    );
}

function Person({ decision }: { decision: Decision }) {
    if (decision.state === 'pending') return <>Nobody has answered yet.</>;
    if (!decision.person) {
        return decision.state === 'expired' ? (
            <>Nobody answered in time.</>
        ) : (
            <>Nobody was asked: the rule’s autonomy is “{decision.autonomy}”.</>
        );
    }
    return (
        <>
            <b>{decision.person}</b> {decision.state}
            {decision.reason && <> · “{decision.reason}”</>}
        </>
    );
}

export function Chain(props: ChainProps) {
    const { decision, finding, action, receipt } = props;
    const model = receipt?.model ?? finding?.model;
    return (
        <ol class="chain">
            <One name="Readings" time={finding?.since} isFirst>
                <Readings {...props} />
            </One>
            {model && (
                <One name="Model">
                    {model.kind} v{model.version} · state <Hash hex={model.state} what="the model’s digest" />
                </One>
            )}
            {finding && (
                <One name="Finding" time={finding.time}>
                    {finding.why} <code>{finding.id}</code>
                    {decision.alarm && (
                        <>
                            {' '}
                            · alarm <Link to={place('alarms', decision.alarm)}>{decision.alarm}</Link>
                        </>
                    )}
                </One>
            )}
            <One name="Rule" time={decision.time}>
                <b>{decision.rule}</b> · autonomy “{decision.autonomy}” · digest{' '}
                <Hash hex={decision.rule_digest} what="the rule’s digest" />
            </One>
            <One name="Person" time={decision.answered} isOpen={decision.state === 'pending'}>
                <Person decision={decision} />
            </One>
            {decision.refusal && <One name="Envelope">{decision.refusal}</One>}
            {(action || decision.state === 'approved') && (
                <One name="Action" time={action?.queued} isOpen={!action?.ended}>
                    {action ? (
                        <>
                            <b>{action.action}</b> <code>{action.id}</code>
                            {action.sent !== null && (
                                <>
                                    {' '}
                                    · sent <Exact time={action.sent} />
                                </>
                            )}
                            {action.acknowledged !== null && (
                                <>
                                    {' '}
                                    · acknowledged <Exact time={action.acknowledged} />
                                </>
                            )}
                        </>
                    ) : (
                        'on its way'
                    )}
                </One>
            )}
            <One name="Result" time={receipt?.time ?? action?.ended} isOpen={!receipt}>
                {receipt ? (
                    <>
                        <Chip said={saidResult(receipt.result)} /> receipt <code>{receipt.id}</code>
                        {(receipt.message || action?.message) && <> · “{receipt.message || action?.message}”</>}
                    </>
                ) : (
                    'The receipt is written when all this has come to its end.'
                )}
            </One>
        </ol>
    );
}
