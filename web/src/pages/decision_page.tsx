// SPDX-License-Identifier: Apache-2.0
// decision_page.tsx -- one decision and its receipt: the chain from readings to result.

import { AnswerForm } from '../components/answer_form.js';
import { Chain } from '../components/chain.js';
import { Chip } from '../components/chip.js';
import { Countdown } from '../components/countdown.js';
import { Gate, Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { WhatIsDone, WhyIsIt } from '../components/proposal.js';
import { Stepper } from '../components/stepper.js';
import { actionLine, saidAction, saidDecision } from '../format/words.js';
import { Link } from '../lib/router.js';
import { useActionOf, useOne, useReceiptOf } from '../lib/selections.js';
import { fetchList, useWork } from '../lib/store.js';
import type { Decision } from '../lib/types.js';

function Body({ decision }: { decision: Decision }) {
    const action = useActionOf(decision);
    const { row: finding, state: findingState } = useOne('finding', decision.finding);
    const receipt = useReceiptOf(decision.id);
    const receiptState = useWork(
        () => fetchList('receipt', { thing: decision.thing, from: decision.time, limit: 200 }),
        [decision.id],
    );
    const isPending = decision.state === 'pending';
    return (
        <Gate states={[findingState, receiptState]}>
            <div class="card proposal">
                {isPending && (
                    <div class="proposal-head">
                        <Countdown from={decision.time} expires={decision.expires} />
                    </div>
                )}
                <div class="proposal-body">
                    <div class="proposal-part">
                        <h2>What {isPending ? 'will be' : 'was'} done</h2>
                        <WhatIsDone decision={decision} />
                    </div>
                    <div class="proposal-part">
                        <h2>Why</h2>
                        <WhyIsIt decision={decision} />
                    </div>
                </div>
                <div class="proposal-foot">
                    {isPending ? (
                        <AnswerForm decision={decision} />
                    ) : (
                        <Stepper decision={decision} action={action} />
                    )}
                </div>
            </div>
            <Section title="Receipt">
                <Chain decision={decision} finding={finding} action={action} receipt={receipt} />
            </Section>
        </Gate>
    );
}

export function DecisionPage({ id }: { id: string }) {
    const { row: decision, state } = useOne('decision', id);
    const action = useActionOf(decision);
    const title = decision?.action
        ? actionLine(decision.action.name, decision.action.input)
        : (decision?.rule ?? id);
    return (
        <Page
            title={title}
            above={<Link to="/approvals">Decisions</Link>}
            aside={
                decision && (
                    <>
                        <code class="muted">{decision.id}</code>
                        <Chip said={action ? saidAction(action.state) : saidDecision(decision.state)} />
                    </>
                )
            }
        >
            {decision ? <Body decision={decision} /> : <Pending state={state} lines={6} />}
        </Page>
    );
}
