// SPDX-License-Identifier: Apache-2.0
// approvals.tsx -- the queue: what waits for a person, what became of what was answered here, and what was
// answered before.

import { useRef } from 'preact/hooks';
import { DecisionList } from '../components/decision_list.js';
import { Empty, Gate, Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { Proposal } from '../components/proposal.js';
import { several } from '../format/words.js';
import { useOpenState } from '../lib/selections.js';
import { fetchList, useRows, useWork } from '../lib/store.js';

const HISTORY_MAX = 50;

export function Approvals() {
    const open = useOpenState();
    const history = useWork(() => fetchList('decision', { limit: HISTORY_MAX }), []);
    const all = useRows(
        'decision',
        () => true,
        (a, b) => b.time - a.time,
    );
    // What was pending while this page is open stays in its place when it is answered, so that one sees what
    // follows.
    const shown = useRef(new Set<string>());
    for (const decision of all) if (decision.state === 'pending') shown.current.add(decision.id);
    const queue = all.filter((decision) => shown.current.has(decision.id));
    const waiting = queue.filter((decision) => decision.state === 'pending').length;
    const past = all.filter((decision) => !shown.current.has(decision.id)).slice(0, HISTORY_MAX);
    return (
        <Page
            title="Approvals"
            aside={
                <span class="muted" role="status">
                    {waiting ? `${several(waiting, 'decision')} to answer` : 'nothing to answer'}
                </span>
            }
        >
            <Gate states={[open, history]}>
                {queue.length > 0 ? (
                    <div class="queue">
                        {queue.map((one) => (
                            <Proposal key={one.id} decision={one} />
                        ))}
                    </div>
                ) : open.loading || open.failure ? (
                    <Pending state={open} />
                ) : (
                    <Empty title="Nothing waits for you.">
                        <p>
                            A rule with <code>autonomy: ask</code> prepares an action and stops here until a person
                            has answered. Nothing is sent before that.
                        </p>
                    </Empty>
                )}
                <Section title="Before" count={past.length}>
                    {past.length > 0 ? (
                        <DecisionList decisions={past} />
                    ) : history.loading || history.failure ? (
                        <Pending state={history} />
                    ) : (
                        <p class="calm">No decision has been made yet.</p>
                    )}
                </Section>
            </Gate>
        </Page>
    );
}
