// SPDX-License-Identifier: Apache-2.0
// thing_types.ts -- the shapes of the API about who a Thing is: credential, description, proposal, twin.

import type { Millis, Value } from './types.js';

/** A Thing is one of ours, or it has only appeared (through a gateway, say), or somebody looked away from it. */
export type ThingState = 'adopted' | 'discovered' | 'ignored';

/** One that counts: neither over nor revoked. */
export interface Certificate {
    fingerprint: string;
    until: Millis;
}

export interface Credential {
    state: 'valid' | 'revoked' | 'none';
    old_until: Millis | null; // the token before this one still counts until then
    old_last_used?: Millis | null;
    revoked?: Millis | null; // when it was
    last_used: Millis | null;
    last_source: string | null;
}

/** The cells of a QR code, row by row, "1" for a dark one. */
export interface QrMatrix {
    text: string;
    size: number;
    rows: string[];
}

/** What is said once, when a token is made. */
export interface Given {
    id: string;
    name?: string;
    token: string;
    connect?: string[];
    qr?: QrMatrix | null;
    old_until?: Millis | null;
}

export type Source = 'home_assistant' | 'zigbee2mqtt' | 'tasmota' | 'sparkplug' | 'mapping' | 'native';

export interface DiscoveredRow {
    id: string;
    name: string;
    via: string | null;
    source: Source;
    since: Millis;
    properties: number;
    readings: number;
    ready: boolean;
}

export type DataType = 'number' | 'integer' | 'boolean' | 'string';

/** A data schema of a W3C Thing Description, as far as the pages make use of it. */
export interface DataSchema {
    title?: string;
    description?: string;
    type?: string;
    unit?: string;
    readOnly?: boolean;
    minimum?: number;
    maximum?: number;
    enum?: Value[];
    properties?: Record<string, DataSchema>;
    required?: string[];
    [more: string]: unknown;
}

/** A property of a proposal: the schema, and the reasons for it. */
export interface ProposedProperty extends DataSchema {
    'gn:kind'?: 'number' | 'counter' | 'state' | 'boolean' | 'text';
    'gn:unit_reason'?: string;
    'gn:period_ms'?: number;
    'gn:usual'?: [low: number, high: number];
    'gn:last'?: Value;
    'gn:topic'?: string;
    'gn:write_topic'?: string;
}

export interface ActionSchema {
    title?: string;
    description?: string;
    input?: DataSchema;
    [more: string]: unknown;
}

export interface Fragment {
    title?: string;
    properties?: Record<string, ProposedProperty>;
    actions?: Record<string, ActionSchema>;
    [more: string]: unknown;
}

export interface Discovered {
    id: string;
    name: string;
    via: string | null;
    source: Source;
    since: Millis;
    ready: boolean;
    why_not_ready: string | null;
    proposal: Fragment;
}

export type TwinState = 'waiting' | 'sent' | 'reached' | 'expired' | 'refused';

/** What somebody wants of a property, beside what the Thing says it is. */
export interface TwinRow {
    name: string;
    kind: string;
    unit: string;
    desired: Value | null;
    reported: Value | null;
    differs: boolean;
    state: TwinState | null;
    since: Millis | null;
    expires: Millis | null;
}
