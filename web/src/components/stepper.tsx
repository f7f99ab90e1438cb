// SPDX-License-Identifier: Apache-2.0
// stepper.tsx -- how far an answered decision, or an action, has come, live.

import type { Action, Decision } from '../lib/types.js';
import { stepsOf, type Step } from './steps.js';
import { Exact } from './time.js';

const STATE_WORDS = { past: 'reached', now: 'in progress', next: 'not yet', failed: 'ended here' };

const SIGNS = { past: 'M4.5 8.4 7 10.8l4.6-5.2', now: '', next: '', failed: 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6' };

function Sign({ path }: { path: string }) {
    return (
        <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d={path} />
        </svg>
    );
}

function One({ step }: { step: Step }) {
    return (
        <li class={`step step-${step.state}`} aria-current={step.state === 'now' ? 'step' : undefined}>
            <span class="step-dot">{SIGNS[step.state] && <Sign path={SIGNS[step.state]} />}</span>
            <span class="step-text">
                {step.text}
                <span class="hidden">, {STATE_WORDS[step.state]}</span>
            </span>
            <span class="step-time">{step.time !== null && <Exact time={step.time} />}</span>
        </li>
    );
}

export function Stepper({ decision, action }: { decision: Decision; action: Action | undefined }) {
    return <Steps steps={stepsOf(decision, action)} />;
}

export function Steps({ steps }: { steps: readonly Step[] }) {
    const present = steps.findLast((step) => step.state === 'past' || step.state === 'failed');
    const note = steps.findLast((step) => step.note)?.note;
    return (
        <div class="stepper">
            <ol aria-label="Progress">
                {steps.map((step) => (
                    <One key={step.key} step={step} />
                ))}
            </ol>
            {note && <p class="step-note">{note}</p>}
            <p class="hidden" role="status">
                {present ? `now: ${present.text}` : ''}
            </p>
        </div>
    );
}
