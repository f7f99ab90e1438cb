// SPDX-License-Identifier: Apache-2.0
// words.ts -- states as people read them, with the tone each is shown in.

import type { ActionState, Alarm, Decision, DecisionState, Finding, NodeStatus } from '../lib/types.js';

export type Tone = 'quiet' | 'good' | 'wait' | 'bad' | 'info';

export interface Said {
    text: string;
    tone: Tone;
}

const DECISIONS: Record<DecisionState, Said> = {
    observed: { text: 'observed', tone: 'quiet' },
    advised: { text: 'advised', tone: 'info' },
    pending: { text: 'waits for a person', tone: 'wait' },
    approved: { text: 'approved', tone: 'good' },
    rejected: { text: 'rejected', tone: 'quiet' },
    expired: { text: 'expired unanswered', tone: 'quiet' },
    refused: { text: 'refused by the envelope', tone: 'bad' },
};

const ACTIONS: Record<ActionState, Said> = {
    queued: { text: 'queued', tone: 'info' },
    sent: { text: 'sent', tone: 'info' },
    acknowledged: { text: 'acknowledged', tone: 'info' },
    done: { text: 'done', tone: 'good' },
    failed: { text: 'failed', tone: 'bad' },
    expired: { text: 'expired', tone: 'bad' },
};

const FAULTS: Record<string, string> = {
    stuck: 'stuck: the same value for far too long',
    silent: 'silent: no data for three times as long as usual',
    offline: 'offline: not connected, and no data for three times as long as usual',
    range: 'out of range: physically impossible',
};

const UNKNOWN = (text: string): Said => ({ text, tone: 'quiet' });

export const saidDecision = (state: Decision['state']): Said => DECISIONS[state] ?? UNKNOWN(state);
export const saidAction = (state: ActionState): Said => ACTIONS[state] ?? UNKNOWN(state);
export const saidAlarm = (alarm: Alarm): Said =>
    alarm.state === 'open' ? { text: 'open', tone: 'bad' } : { text: 'cleared', tone: 'quiet' };

export function saidResult(result: string): Said {
    if (result in ACTIONS) return saidAction(result as ActionState);
    if (result in DECISIONS) return saidDecision(result as DecisionState);
    return UNKNOWN(result);
}

export function saidFinding(finding: Finding): string {
    if (finding.kind === 'sensor') return FAULTS[finding.fault ?? ''] ?? 'a fault of the sensor';
    return 'unusual readings';
}

const JOURNAL: Record<NodeStatus['journal']['state'], Said> = {
    ok: { text: 'writing', tone: 'good' },
    disk_full: { text: 'disk full', tone: 'bad' },
    failed: { text: 'failed', tone: 'bad' },
};
export const saidJournal = (state: NodeStatus['journal']['state']): Said => JOURNAL[state] ?? UNKNOWN(state);

/** "1 alarm", "3 alarms" */
export function several(n: number, one: string, many = `${one}s`): string {
    return `${n} ${n === 1 ? one : many}`;
}

/** The one line of an action and its input: `stop target=disturbance` */
export function actionLine(name: string, input: Record<string, unknown>): string {
    const parts = Object.entries(input).map(([key, value]) => `${key}=${inputText(value)}`);
    return [name, ...parts].join(' ');
}

export function inputText(value: unknown): string {
    return typeof value === 'string' ? value : JSON.stringify(value);
}
