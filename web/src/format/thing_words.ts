// SPDX-License-Identifier: Apache-2.0
// thing_words.ts -- credentials, wishes and ways of appearing, as people read them.

import type { Credential, DiscoveredRow, ProposedProperty, TwinRow, TwinState } from '../lib/thing_types.js';
import { quantity } from './number.js';
import { duration } from './time.js';
import type { Said } from './words.js';

const SOURCES: Record<string, string> = {
    home_assistant: 'Home Assistant discovery',
    zigbee2mqtt: 'Zigbee2MQTT',
    tasmota: 'Tasmota',
    sparkplug: 'Sparkplug B',
    mapping: 'a mapping of topics',
    native: 'its own topics',
};

export const saidSource = (source: string): string => SOURCES[source] ?? source;

export function saidReady(row: Pick<DiscoveredRow, 'ready'>): Said {
    return row.ready ? { text: 'ready to adopt', tone: 'good' } : { text: 'still watching', tone: 'wait' };
}

const CREDENTIALS: Record<Credential['state'], Said> = {
    valid: { text: 'valid', tone: 'good' },
    revoked: { text: 'revoked', tone: 'bad' },
    none: { text: 'none', tone: 'quiet' },
};

export const saidCredential = (state: Credential['state']): Said =>
    CREDENTIALS[state] ?? { text: state, tone: 'quiet' };

const WISHES: Record<TwinState, Said> = {
    waiting: { text: 'waiting for the Thing', tone: 'wait' },
    sent: { text: 'sent', tone: 'info' },
    reached: { text: 'reached', tone: 'good' },
    expired: { text: 'expired', tone: 'bad' },
    refused: { text: 'refused', tone: 'bad' },
};

export const saidWish = (state: TwinState): Said => WISHES[state] ?? { text: state, tone: 'quiet' };

/** True while something may still become of it without anybody doing anything. */
export const isUnderWay = (row: TwinRow): boolean => row.state === 'waiting' || row.state === 'sent';

/** How what is differs from what is wanted: "1.5 °C below", "not as desired"; nothing when it does not. */
export function differenceText({ desired, reported, unit, differs }: TwinRow): string {
    if (!differs || desired === null || desired === reported) return '';
    if (reported === null) return 'nothing reported yet';
    if (typeof desired === 'number' && typeof reported === 'number')
        return `${quantity(Math.abs(reported - desired), unit)} ${reported > desired ? 'above' : 'below'}`;
    return 'not as desired';
}

const KINDS: Record<string, string> = {
    number: 'a measured number',
    counter: 'a counter: it only rises',
    state: 'one of a few states',
    boolean: 'on or off',
    text: 'free text',
};

/** What a property behaves like, as far as the node can tell from what it sent. */
export const saidKind = (kind: string): string => KINDS[kind] ?? kind;

/** "about every 30 s" */
export function periodText(property: ProposedProperty): string {
    const period = property['gn:period_ms'];
    if (typeof period !== 'number' || !(period > 0)) return '–';
    return period < 1000 ? `about every ${quantity(period / 1000, 's', 2)}` : `about every ${duration(period)}`;
}
