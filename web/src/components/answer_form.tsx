// SPDX-License-Identifier: Apache-2.0
// answer_form.tsx -- a person's answer to a pending decision. A rejection says why: it is what the node can
// learn from.

import { useId, useState } from 'preact/hooks';
import { api, may, session } from '../lib/api.js';
import { useCell } from '../lib/cell.js';
import { fetchOne, asFailure } from '../lib/store.js';
import type { Failure } from '../lib/api.js';
import type { Decision } from '../lib/types.js';
import { Problem } from './notice.js';

const USUAL_REASONS = ['false alarm', 'known work under way', 'wrong action', 'not now'];
const REASON_BYTES_MAX = 240;

type Verdict = 'approve' | 'reject';

export function AnswerForm({ decision }: { decision: Decision }) {
    useCell(session);
    const [reason, setReason] = useState('');
    const [given, setGiven] = useState<Verdict | null>(null);
    const [failure, setFailure] = useState<Failure | null>(null);
    const [needsReason, setNeedsReason] = useState(false);
    const field = useId();

    if (!may('operator')) {
        return (
            <p class="muted">Only an operator or an admin can answer this. You can see what becomes of it here.</p>
        );
    }

    const answer = async (verdict: Verdict) => {
        if (verdict === 'reject' && !reason.trim()) {
            setNeedsReason(true);
            document.getElementById(field)?.focus();
            return;
        }
        setGiven(verdict);
        setFailure(null);
        try {
            await api.answer(decision.id, verdict, reason.trim());
        } catch (error) {
            setGiven(null);
            setFailure(asFailure(error));
            await fetchOne('decision', decision.id).catch(() => undefined);
        }
    };

    return (
        <form
            class="answer"
            onSubmit={(event) => event.preventDefault()}
            aria-label={`Answer decision ${decision.id}`}
        >
            <label for={field}>
                Reason <span class="muted">(a rejection needs one)</span>
            </label>
            <input
                id={field}
                type="text"
                value={reason}
                maxLength={REASON_BYTES_MAX}
                autocomplete="off"
                disabled={given !== null}
                aria-invalid={needsReason && !reason.trim()}
                aria-describedby={needsReason ? `${field}-hint` : undefined}
                onInput={(event) => setReason(event.currentTarget.value)}
            />
            {needsReason && !reason.trim() && (
                <p id={`${field}-hint`} class="field-hint">
                    Say in a few words why not.
                </p>
            )}
            <div class="reasons" aria-label="Usual reasons" role="group">
                {USUAL_REASONS.map((text) => (
                    <button
                        key={text}
                        type="button"
                        class="reason"
                        disabled={given !== null}
                        onClick={() => setReason(text)}
                    >
                        {text}
                    </button>
                ))}
            </div>
            <div class="answer-buttons">
                <button
                    type="button"
                    class="button button-approve"
                    disabled={given !== null}
                    onClick={() => void answer('approve')}
                >
                    {given === 'approve' ? 'Approving…' : 'Approve'}
                </button>
                <button
                    type="button"
                    class="button button-reject"
                    disabled={given !== null}
                    onClick={() => void answer('reject')}
                >
                    {given === 'reject' ? 'Rejecting…' : 'Reject'}
                </button>
            </div>
            {failure && <Problem failure={failure} />}
        </form>
    );
}
