// SPDX-License-Identifier: Apache-2.0
// stepper.tsx -- how far an answered decision has come, live.

import type { Action, Decision } from '../lib/types.js';
import { stepsOf, type Step } from './steps.js';
import { Instant } from './time.js';

const STATE_WORDS = { past: 'reached', now: 'in progress', next: 'not yet', failed: 'ended here' };

function One({ step }: { step: Step }) {
    return (
        <li class={`step step-${step.state}`} aria-current={step.state === 'now' ? 'step' : undefined}>
            <span class="step-dot" aria-hidden="true" />
            <span class="step-text">
                {step.text}
                <span class="hidden">, {STATE_WORDS[step.state]}</span>
            </span>
            <span class="step-time">{step.time !== null && <Instant time={step.time} />}</span>
        </li>
    );
}

export function Stepper({ decision, action }: { decision: Decision; action: Action | undefined }) {
    const steps = stepsOf(decision, action);
    const present = steps.findLast((step) => step.state === 'past' || step.state === 'failed');
    const note = steps.findLast((step) => step.note)?.note;
    return (
        <div class="stepper">
            <ol aria-label="Progress">{steps.map((step) => <One key={step.key} step={step} />)}</ol>
            {note && <p class="step-note">{note}</p>}
            <p class="hidden" role="status">{present ? `now: ${present.text}` : ''}</p>
        </div>
    );
}
