// SPDX-License-Identifier: Apache-2.0
// onboarding.mjs -- who the made-up Things are: tokens and certificates, what has appeared and what it could be,
// descriptions, and what is wished of a Thing until it says that it is so.

import { createHash } from 'node:crypto';
import { notFound, Refusal } from './refusal.mjs';
import { EVIL, makeDiscovered, TYPE_OF } from './world.mjs';

const DAY_MS = 86_400_000;
const QR_SIZE = 29;
const REACHED_MS = 700;
const WISH_MS = 3_600_000;

const digest = (text) => createHash('sha256').update(text).digest('hex');

/** Looks like a QR code of version 3, and is none: three corners, and noise of the text. */
function matrixOf(text) {
    const bits = Array.from({ length: 4 }, (_, i) => digest(text + i))
        .join('')
        .repeat(4);
    const corner = (x, y) => {
        const [i, j] = [Math.min(x, QR_SIZE - 1 - x), Math.min(y, QR_SIZE - 1 - y)];
        if (i > 7 || j > 7 || (x > 7 && y > 7)) return null;
        const ring = Math.max(Math.abs(i - 3), Math.abs(j - 3));
        return i <= 6 && j <= 6 && ring !== 2 ? '1' : '0';
    };
    const cell = (x, y) => corner(x, y) ?? (parseInt(bits[(y * QR_SIZE + x) % bits.length], 16) % 2 ? '1' : '0');
    const line = Array.from({ length: QR_SIZE }, (_, i) => i);
    return { text, size: QR_SIZE, rows: line.map((y) => line.map((x) => cell(x, y)).join('')) };
}

export class Onboarding {
    constructor(scenario, things, { pace, story }) {
        this.things = things;
        this.pace = pace;
        this.story = story;
        this.tokens = 0;
        this.posted = []; // bodies of adopt and desired, for tests
        this.timers = new Set();
        this.found = new Map(makeDiscovered(scenario).map((one) => [one.id, one]));
        for (const one of this.found.values()) this.things.push(one.thing);
        for (const thing of things) thing.credential ??= this.credentialOf(thing, scenario === 'hostile');
    }

    stop() {
        for (const timer of this.timers) clearTimeout(timer);
    }

    later(ms, work) {
        const timer = setTimeout(() => {
            this.timers.delete(timer);
            work();
        }, ms * this.pace);
        this.timers.add(timer);
    }

    // --- identity ---

    credentialOf(thing, isHostile) {
        const now = Date.now();
        return {
            state: thing.via && !isHostile ? 'none' : 'valid',
            old_until: thing.id === 'press-7' ? now + 3_000_000 : null,
            old_last_used: thing.id === 'press-7' ? now - 42_000 : null,
            revoked: null,
            last_used: thing.online && !thing.via ? now - 42_000 : null,
            last_source: isHostile ? EVIL : thing.online && !thing.via ? '192.0.2.17:50412' : null,
        };
    }

    /** Those that count: none of a Thing that was revoked. */
    certificates(thing) {
        if (thing.credential.state === 'revoked') return [];
        const now = Date.now();
        if (thing.id === 'press-7')
            return [
                { fingerprint: digest('two'), until: now + 12 * DAY_MS },
                { fingerprint: digest('one'), until: now + 300 * DAY_MS },
            ];
        return thing.name === EVIL ? [{ fingerprint: EVIL, until: now + DAY_MS }] : [];
    }

    give(thing, { overlap_s: overlap = 86_400 } = {}) {
        const token = digest(`token ${++this.tokens}`).slice(0, 32);
        const before = thing.credential?.state;
        const until = overlap > 0 && before === 'valid' ? Date.now() + overlap * 1000 : null;
        thing.credential = {
            ...(thing.credential ?? this.credentialOf(thing, false)),
            state: 'valid',
            old_until: until,
        };
        return {
            id: thing.id,
            name: thing.name,
            token,
            connect: ['mqtts://192.0.2.1:8883', 'mqtt://127.0.0.1:1883'],
            qr: matrixOf(`mqtt://${thing.id}:${token}@127.0.0.1:1883`),
            old_until: until,
        };
    }

    revoke(thing) {
        thing.credential = {
            ...thing.credential,
            state: 'revoked',
            revoked: Date.now(),
            old_until: null,
        };
    }

    // --- what has appeared ---

    list() {
        return [...this.found.values()]
            .filter(({ thing }) => thing.state === 'discovered')
            .map(({ proposal, readings, source, since, ready, thing: { id, name, via } }) => ({
                id,
                name,
                via,
                source,
                since,
                properties: Object.keys(proposal.properties).length,
                readings,
                ready,
            }));
    }

    foundOne(id) {
        const one = this.found.get(id);
        if (!one || one.thing.state === 'adopted') throw notFound();
        return one;
    }

    proposal(id) {
        const { thing, source, since, ready, why, proposal } = this.foundOne(id);
        const { name, via } = thing;
        return { id, name, via, source, since, ready, why_not_ready: why ?? null, proposal };
    }

    decide(id, verb, body) {
        const one = this.foundOne(id);
        if (verb === 'adopt' && !one.ready)
            throw new Refusal(409, 'not_ready', 'It is still being watched.', 'Wait until it is ready.');
        this.posted.push({ verb, id, body });
        one.thing.state = verb === 'adopt' ? 'adopted' : 'ignored';
        if (body.name) one.thing.name = body.name;
        if (body.description) one.thing.description = body.description;
        return { id, state: one.thing.state, recorded: true };
    }

    // --- description and twin ---

    description(thing) {
        const properties = Object.fromEntries(
            thing.properties.map(({ name, kind, unit, schema }) => [
                name,
                { type: TYPE_OF[kind], ...(unit ? { unit } : {}), readOnly: true, ...schema },
            ]),
        );
        return {
            '@context': 'https://www.w3.org/2022/wot/td/v1.1',
            'id': `urn:ganglion:${thing.id}`,
            'title': thing.name,
            'securityDefinitions': { session: { scheme: 'apikey', in: 'cookie', name: 'session' } },
            'security': ['session'],
            'properties': { ...properties, ...thing.description?.properties },
            'actions': thing.description?.actions ?? {},
        };
    }

    settable(thing) {
        return thing.properties.filter((one) => one.schema?.readOnly === false);
    }

    twin(thing) {
        return this.settable(thing).map((property) => {
            const wish = property.wish ?? { value: null, state: null, since: null, expires: null };
            return {
                name: property.name,
                kind: property.kind,
                unit: property.unit,
                desired: wish.value,
                reported: property.reported,
                differs: wish.value !== null && wish.value !== property.reported,
                state: wish.state,
                since: wish.since,
                expires: wish.expires,
            };
        });
    }

    desire(thing, body, key) {
        this.posted.push({ verb: 'desire', id: thing.id, body, key });
        for (const [name, value] of Object.entries(body)) {
            const property = this.settable(thing).find((one) => one.name === name);
            if (!property) throw notFound();
            const { maximum = Infinity } = property.schema;
            if (value > maximum)
                throw new Refusal(409, 'refused', `${name} is at most ${maximum}.`, 'The envelope says so.');
            this.wish(thing, property, value);
        }
        return { thing: thing.id, recorded: true };
    }

    wish(thing, property, value) {
        const since = Date.now();
        property.wish =
            value === null ? undefined : { value, state: 'waiting', since, expires: since + WISH_MS };
        if (value === null || !thing.online) return;
        const step = (state, more = () => undefined) => {
            if (property.wish?.since !== since) return;
            property.wish = { ...property.wish, state, since: state === 'reached' ? Date.now() : since };
            more();
        };
        this.later(REACHED_MS / 2, () => step('sent'));
        this.later(REACHED_MS, () => step('reached', () => (property.reported = value)));
    }

    invoke(thing, name, { input = {}, key }) {
        this.posted.push({ verb: 'invoke', id: thing.id, name, input, key });
        const declared = thing.actions.find((one) => one.name === name);
        if (!declared && !thing.description?.actions?.[name]) throw notFound();
        if (input.speed === 300)
            throw new Refusal(
                409,
                'refused',
                'The envelope allows slow_down at most once in 10 min.',
                'Wait, or ask who wrote the solution.',
            );
        return this.story.sendAction(thing.id, name, input);
    }
}
