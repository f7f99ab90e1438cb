// SPDX-License-Identifier: Apache-2.0
// types.ts -- the shapes of the API, word for word. Every time is milliseconds since 1970 UTC.

import type { Credential, ThingState } from './thing_types.js';

export type Millis = number;
export type Value = number | boolean | string;
export type Role = 'viewer' | 'operator' | 'admin';

export interface Session {
    name: string;
    role: Role;
}

export interface NodeStatus {
    version: string;
    uptime_s: number;
    now: Millis;
    solution: boolean;
    things: { count: number; online: number };
    series: { count: number };
    readings: { count: number; per_second: number };
    alarms: { open: number };
    decisions: { pending: number };
    journal: {
        state: 'ok' | 'disk_full' | 'failed';
        durable_seq: number;
        bytes: number;
        sync_us_mean: number;
        sync_us_max: number;
    };
    memory: { resident_bytes: number; planned: { purpose: string; bytes: number }[] };
    listen?: { mqtt: string | null; mqtts: string | null }; // HOST:PORT; null: off
    mqtt?: Record<string, number | string>;
    stages?: Record<string, number>;
}

export interface Limit {
    name: string;
    value: number;
    text: string;
}

export interface ThingRow {
    id: string;
    name: string;
    online: boolean;
    series: number;
    last_time: Millis | null;
    alarms_open: number;
    state?: ThingState;
    via?: string | null; // the gateway that speaks for it
}

export type PropertyKind = 'number' | 'bool' | 'text';

export interface Property {
    name: string;
    title?: string; // as its description calls it
    kind: PropertyKind;
    unit: string;
    value: Value | null;
    time: Millis | null;
}

export interface ActionArgument {
    name: string;
    [more: string]: unknown;
}

export interface DeclaredAction {
    name: string;
    arguments: ActionArgument[];
    [more: string]: unknown;
}

export interface Thing {
    id: string;
    name: string;
    online: boolean;
    refused: { count: number; why: string };
    properties: Property[];
    actions: DeclaredAction[];
    state?: ThingState;
    via?: string | null;
    credential?: Credential;
}

export interface Bucket {
    time: Millis;
    count: number;
    min: number;
    max: number;
    mean: number;
    last: number;
}

export interface ModelName {
    kind: string;
    version: number;
    state: string | null;
}

export interface Finding {
    id: string;
    kind: 'anomaly' | 'sensor';
    fault: 'stuck' | 'silent' | 'offline' | 'range' | null;
    state: 'open' | 'over';
    thing: string;
    property: string;
    unit: string;
    time: Millis;
    since: Millis;
    until: Millis | null;
    value: number | null;
    usual: number | null;
    usual_low: number | null;
    usual_high: number | null;
    score: number | null;
    p_value: number | null;
    evidence: number | null;
    threshold: number | null;
    reference: { from: Millis; to: Millis; count: number } | null;
    model: ModelName | null;
    seq: number;
    alarm: string | null;
    why: string;
}

export interface Contribution {
    property: string;
    unit: string;
    share: number;
    score: number | null;
    p_value: number | null;
    value: number | null;
    usual: number | null;
    usual_low: number | null;
    usual_high: number | null;
    finding: string;
}

export interface Alarm {
    id: string;
    state: 'open' | 'cleared';
    thing: string;
    time: Millis;
    since: Millis;
    until: Millis | null;
    sensor: boolean;
    p_value: number | null;
    findings: string[]; // the most telling ones
    finding_count?: number; // all of them
    contributions: Contribution[];
    other_share: number;
    why: string;
}

export type DecisionState = 'observed' | 'advised' | 'pending' | 'approved' | 'rejected' | 'expired' | 'refused';

export interface Decision {
    id: string;
    state: DecisionState;
    rule: string;
    rule_digest: string;
    autonomy: 'observe' | 'advise' | 'ask' | 'act';
    thing: string;
    property?: string;
    finding: string | null;
    alarm: string | null;
    condition?: 'holds' | 'over';
    seq: number;
    time: Millis;
    expires: Millis | null;
    action: { thing: string; name: string; input: Record<string, unknown> } | null;
    person: string | null;
    reason: string | null;
    answered: Millis | null;
    action_id: string | null;
    refusal: string | null;
    why: string;
}

export type ActionState = 'queued' | 'sent' | 'acknowledged' | 'done' | 'failed' | 'expired';

export interface Action {
    id: string;
    decision: string;
    thing: string;
    action: string;
    input: Record<string, unknown>;
    state: ActionState;
    queued: Millis | null;
    sent: Millis | null;
    acknowledged: Millis | null;
    ended: Millis | null;
    expires: Millis | null;
    message: string | null;
}

export interface Receipt {
    id: string;
    decision: string;
    action: string | null;
    rule: string;
    rule_digest: string;
    finding: string | null;
    alarm: string | null;
    thing: string;
    property: string | null;
    readings: { seq: number; from: Millis | null; to: Millis | null; count: number } | null;
    model: ModelName | null;
    person: string | null;
    verdict: string | null;
    result: string;
    message?: string;
    time: Millis;
}

/** What the engine says, by kind: the live stream and the lists use the same objects. */
export interface Outputs {
    finding: Finding;
    alarm: Alarm;
    decision: Decision;
    action: Action;
    receipt: Receipt;
}

export type OutputKind = keyof Outputs;

export const LIST_OF: { readonly [K in OutputKind]: string } = {
    finding: 'findings',
    alarm: 'alarms',
    decision: 'decisions',
    action: 'actions',
    receipt: 'receipts',
};
