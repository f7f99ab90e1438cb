// SPDX-License-Identifier: Apache-2.0
// decision_list.tsx -- decisions as lines: what, where, when, by whom, and what came of it.

import { Link, place } from '../lib/router.js';
import { useActionOf } from '../lib/selections.js';
import type { Decision } from '../lib/types.js';
import { actionLine, saidAction, saidDecision } from '../format/words.js';
import { Chip } from './chip.js';
import { Instant } from './time.js';

function Row({ decision }: { decision: Decision }) {
    const action = useActionOf(decision);
    const said = action ? saidAction(action.state) : saidDecision(decision.state);
    const what = decision.action ? actionLine(decision.action.name, decision.action.input) : decision.rule;
    return (
        <li>
            <Link to={place('decisions', decision.id)} class="row-link">
                <span class="row-main">
                    <span class="row-title">{what}</span>
                    <span class="row-note">
                        {decision.action?.thing ?? decision.thing} · {decision.rule}
                        {decision.person && <> · {decision.person}</>}
                    </span>
                </span>
                <span class="row-end">
                    <Chip said={said} />
                    <span class="row-time">
                        <Instant time={decision.answered ?? decision.time} />
                    </span>
                </span>
            </Link>
        </li>
    );
}

export function DecisionList({ decisions }: { decisions: readonly Decision[] }) {
    return (
        <ul class="rows">
            {decisions.map((decision) => (
                <Row key={decision.id} decision={decision} />
            ))}
        </ul>
    );
}
