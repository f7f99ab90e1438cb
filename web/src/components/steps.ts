// SPDX-License-Identifier: Apache-2.0
// steps.ts -- the way of an answered decision to its end, as steps: which are behind, which is now, which
// failed.
//
//   decided ─▶ answered ─▶ queued ─▶ sent ─▶ acknowledged ─▶ done | failed | expired

import type { Action, Decision, Millis } from '../lib/types.js';

export interface Step {
    key: string;
    text: string;
    time: Millis | null;
    state: 'past' | 'now' | 'next' | 'failed';
    note?: string | undefined;
}

const ANSWERS: Partial<Record<Decision['state'], string>> = {
    approved: 'approved',
    rejected: 'rejected',
    expired: 'nobody answered',
    refused: 'refused by the envelope',
};

function answerStep(decision: Decision): Step {
    const text = ANSWERS[decision.state] ?? 'answer';
    const isFailed = decision.state === 'rejected' || decision.state === 'expired' || decision.state === 'refused';
    return {
        key: 'answer',
        text,
        time: decision.answered,
        state: decision.state === 'pending' ? 'now' : isFailed ? 'failed' : 'past',
        note: decision.refusal ?? decision.reason ?? undefined,
    };
}

const WAY = ['queued', 'sent', 'acknowledged'] as const;

function actionSteps(action: Action | undefined, isApproved: boolean): Step[] {
    const ended = action && ['done', 'failed', 'expired'].includes(action.state);
    const reached = action ? (ended ? WAY.length : WAY.indexOf(action.state as (typeof WAY)[number])) : -1;
    const steps: Step[] = WAY.map((key, index) => {
        const time = action?.[key] ?? null;
        // What expired may never have been sent: no time, no tick. A device that says done or failed has got
        // it, even when its word is quicker than its acknowledgement.
        const isPast = action?.state === 'expired' ? time !== null : index < reached;
        const isNow = !ended && (index === reached || (reached < 0 && isApproved && index === 0));
        return { key, text: key, time, state: isPast ? 'past' : isNow ? 'now' : 'next' };
    });
    const isBad = action?.state === 'failed' || action?.state === 'expired';
    steps.push({
        key: 'end',
        text: ended ? action.state : 'done',
        time: action?.ended ?? null,
        state: ended ? (isBad ? 'failed' : 'past') : 'next',
        note: action?.message ?? undefined,
    });
    return steps;
}

/** The way of an action that a person sent without a decision. */
export const stepsOfAction = (action: Action | undefined): Step[] => actionSteps(action, true);

/** Steps for show. A decision that sends nothing (observed, advised, rejected ...) ends with its answer. */
export function stepsOf(decision: Decision, action: Action | undefined): Step[] {
    const answer = answerStep(decision);
    if (decision.state === 'pending' || decision.state === 'approved') {
        return [answer, ...actionSteps(action, decision.state === 'approved')];
    }
    return [answer];
}
