// SPDX-License-Identifier: Apache-2.0
// server.mjs -- a made-up node for work on the front end: serves dist/ and the API's shapes, with the same
// headers as the portal. `npm run mock [-- --port 8790 --scenario busy|calm|empty|hostile --role admin]`,
// then type "d" and Enter for a disturbance, "x" to lose all streams. Tests import startMock().

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Onboarding } from './onboarding.mjs';
import { notFound, Refusal } from './refusal.mjs';
import { makeStory } from './story.mjs';
import { TEXTS, buckets, makeThings, valueAt } from './world.mjs';

const DIST = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist');
const PASSWORD = 'correct horse battery';
const TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.svg': 'image/svg+xml',
};
const HEADERS = {
    // As src/portal/headers.c for the front end's files.
    'Content-Security-Policy':
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self'; " +
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
};
const STATUS_EVERY_MS = 2000;
const READINGS_EVERY_MS = 200;
const LISTS = {
    findings: 'finding',
    alarms: 'alarm',
    decisions: 'decision',
    actions: 'action',
    receipts: 'receipt',
};

class Mock {
    constructor({ scenario = 'busy', role = 'admin', pace = 1, signedIn = false } = {}) {
        this.role = role;
        this.signedIn = signedIn;
        this.started = Date.now();
        this.streams = new Set();
        this.change = 0;
        this.log = []; // changes, for streams that come back
        this.things = makeThings(scenario);
        this.failing = null; // { status, code, message }: every API call answers so
        this.story = makeStory(scenario, this.things, { pace, tell: (kind, data) => this.tell(kind, data) });
        this.onboarding = new Onboarding(scenario, this.things, { pace, story: this.story });
        this.timers = [
            setInterval(() => this.sayReadings(), READINGS_EVERY_MS),
            setInterval(() => this.say(() => 'event: status\ndata: {"things_online":2}\n\n'), STATUS_EVERY_MS),
        ];
        this.server = createServer((request, response) => void this.serve(request, response));
    }

    listen(port) {
        return new Promise((resolve, reject) => {
            this.server.once('error', reject);
            this.server.listen(port, '127.0.0.1', () => {
                this.url = `http://127.0.0.1:${this.server.address().port}`;
                resolve(this);
            });
        });
    }

    async close() {
        this.timers.forEach(clearInterval);
        this.story.stop();
        this.onboarding.stop();
        this.dropStreams();
        await new Promise((resolve) => {
            this.server.close(resolve);
            this.server.closeAllConnections();
        });
    }

    disturb(id) {
        this.story.disturb(id);
    }

    dropStreams() {
        for (const stream of this.streams) stream.response.destroy();
        this.streams.clear();
    }

    // --- the live stream ---

    tell(kind, data) {
        const change = ++this.change;
        const text = `id: ${change}\nevent: output\ndata: ${JSON.stringify({ change, kind, data })}\n\n`;
        this.log.push({ change: this.change, text });
        this.say(() => text);
    }

    say(textFor) {
        for (const stream of this.streams) {
            const text = textFor(stream);
            if (text) stream.response.write(text);
        }
    }

    sayReadings() {
        const now = Date.now();
        for (const thing of this.things) {
            if (!thing.online || now % thing.period >= READINGS_EVERY_MS) continue;
            const values = Object.fromEntries(
                thing.properties.map((property) => [property.name, this.value(thing, property, now)]),
            );
            const text = `event: readings\ndata: ${JSON.stringify({ thing: thing.id, time: now, values })}\n\n`;
            this.say((stream) => (stream.things.has(thing.id) ? text : ''));
        }
    }

    stream(request, response, url) {
        response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        const after = Number(url.searchParams.get('after') ?? this.change);
        for (const { change, text } of this.log) if (change > after) response.write(text);
        response.write(': hello\n\n');
        const stream = { response, things: new Set((url.searchParams.get('things') ?? '').split(',')) };
        this.streams.add(stream);
        request.on('close', () => this.streams.delete(stream));
    }

    // --- the API ---

    value(thing, property, time) {
        if (property.schema) return property.reported;
        if (property.kind === 'bool') return Math.floor(time / 20_000) % 4 !== 0;
        if (property.kind === 'text') return TEXTS[property.name] ?? '';
        return valueAt(thing, property, time, this.story.disturbances);
    }

    status() {
        const open = [...this.story.rows.alarm.values()].filter((alarm) => alarm.state === 'open').length;
        const pending = [...this.story.rows.decision.values()].filter(
            (decision) => decision.state === 'pending',
        ).length;
        const uptime = 93_780 + Math.floor((Date.now() - this.started) / 1000);
        return {
            version: '0.1.0-mock',
            uptime_s: uptime,
            now: Date.now(),
            solution: true,
            things: { count: this.things.length, online: this.things.filter((thing) => thing.online).length },
            series: { count: this.things.reduce((sum, thing) => sum + thing.properties.length, 0) },
            readings: { count: uptime * 118, per_second: this.things.length ? 117.4 : 0 },
            alarms: { open },
            decisions: { pending },
            journal: {
                state: 'ok',
                durable_seq: 48_211 + uptime,
                bytes: 188_212_224,
                sync_us_mean: 612,
                sync_us_max: 11_240,
            },
            memory: {
                resident_bytes: 19_922_944,
                planned: [
                    { purpose: 'ring of readings', bytes: 8_388_608 },
                    { purpose: 'history, outputs', bytes: 4_194_304 },
                    { purpose: 'series and their models', bytes: 3_211_264 },
                    { purpose: 'MQTT sessions', bytes: 1_310_720 },
                    { purpose: 'alarms and decisions', bytes: 786_432 },
                    { purpose: 'portal', bytes: 524_288 },
                ],
            },
            listen: { mqtt: '127.0.0.1:1883', mqtts: null },
            mqtt: {
                connections: 2,
                publishes: 812_377,
                acknowledged: 812_377,
                refused: 3,
                bytes_in: 104_332_110,
            },
        };
    }

    thingRow(thing) {
        const open = [...this.story.rows.alarm.values()].filter(
            (one) => one.thing === thing.id && one.state === 'open',
        );
        const last = thing.online ? Date.now() - (Date.now() % thing.period) : thing.lastSeen;
        return {
            id: thing.id,
            name: thing.name,
            online: thing.online,
            series: thing.properties.length,
            last_time: last,
            alarms_open: open.length,
            state: thing.state,
            via: thing.via,
        };
    }

    thingPage(thing) {
        const time = thing.lastSeen ?? Date.now();
        return {
            id: thing.id,
            name: thing.name,
            online: thing.online,
            refused: thing.refused,
            actions: thing.actions,
            state: thing.state,
            via: thing.via,
            credential: thing.credential,
            properties: thing.properties.map(({ name, kind, unit }, i) => ({
                name,
                kind,
                unit,
                value: this.value(thing, thing.properties[i], time),
                time,
            })),
        };
    }

    property(thing, name, query) {
        const property =
            thing.properties.find((one) => one.name === name) ??
            (() => {
                throw notFound();
            })();
        if (['from', 'to', 'step'].some((key) => query.has(key) && !/^-?\d+$/.test(query.get(key)))) {
            throw new Refusal(400, 'bad_query', 'A time is in whole milliseconds.', 'Round it.');
        }
        const range = {
            from: Number(query.get('from')),
            to: Number(query.get('to') ?? Date.now()),
            step: Number(query.get('step')),
        };
        const answer = { thing: thing.id, property: name, kind: property.kind, unit: property.unit };
        if (range.step) {
            return {
                ...answer,
                step: range.step,
                buckets: buckets(thing, property, range, this.story.disturbances, Date.now()),
            };
        }
        return { ...answer, readings: [{ time: Date.now(), value: this.value(thing, property, Date.now()) }] };
    }

    list(name, query) {
        const number = (key, otherwise) => {
            if (query.has(key) && !/^-?\d+$/.test(query.get(key)))
                throw new Refusal(400, 'bad_query', `${key} is not whole.`);
            return query.has(key) ? Number(query.get(key)) : otherwise;
        };
        return [...this.story.rows[LISTS[name]].values()]
            .filter((row) => !query.has('thing') || row.thing === query.get('thing'))
            .filter((row) => !query.has('state') || row.state === query.get('state'))
            .filter(
                (row) =>
                    (row.time ?? row.queued) >= number('from', 0) &&
                    (row.time ?? row.queued) <= number('to', Infinity),
            )
            .sort((a, b) => (b.time ?? b.queued) - (a.time ?? a.queued))
            .slice(0, number('limit', 100));
    }

    addThing(name) {
        if (!name) throw new Refusal(400, 'invalid', 'A Thing needs a name.', 'Send {"name": "..."}.');
        const id =
            name
                .toLowerCase()
                .replace(/[^a-z0-9.-]+/g, '-')
                .replace(/^-|-$/g, '') || 'thing';
        if (this.things.some((thing) => thing.id === id))
            throw new Refusal(409, 'exists', `There is a Thing ${id}.`, 'Take another name.');
        const thing = {
            id,
            name,
            properties: [],
            online: false,
            lastSeen: null,
            refused: { count: 0, why: '' },
            actions: [],
            period: 1000,
            state: 'adopted',
            via: null,
        };
        this.things.push(thing);
        return this.onboarding.give(thing);
    }

    thing(id) {
        const thing = this.things.find((one) => one.id === id);
        if (!thing) throw notFound();
        return thing;
    }

    get(parts, query) {
        const [resource, id, sub, name] = parts;
        if (resource === 'status') return this.status();
        if (resource === 'limits') {
            return {
                limits: [
                    { name: 'THINGS_MAX', value: 4096, text: 'Things on a node; another is refused' },
                    {
                        name: 'SERIES_PER_THING_MAX',
                        value: 256,
                        text: 'series of one Thing; a new property is refused',
                    },
                    {
                        name: 'RING_BYTES',
                        value: 8_388_608,
                        text: 'bytes of the ring; a full ring stops reading from sockets',
                    },
                    { name: 'JOURNAL_SEGMENT_BYTES', value: 67_108_864, text: 'bytes of a journal segment' },
                    { name: 'LIVE_STREAMS_MAX', value: 64, text: 'live streams of the portal at once' },
                ],
            };
        }
        if (resource === 'things') {
            if (!id) return { things: this.things.map((thing) => this.thingRow(thing)) };
            const thing = this.thing(id);
            if (sub === 'certificate') return { certificates: this.onboarding.certificates(thing) };
            if (sub === 'desired') return { thing: id, properties: this.onboarding.twin(thing) };
            return sub === 'properties' && name !== undefined
                ? this.property(thing, name, query)
                : this.thingPage(thing);
        }
        if (resource === 'discovered')
            return id ? this.onboarding.proposal(id) : { discovered: this.onboarding.list() };
        if (resource in LISTS) {
            if (!id) return { [resource]: this.list(resource, query) };
            const row = this.story.rows[LISTS[resource]].get(id);
            if (row) return row;
        }
        throw notFound();
    }

    /** A role below the one that is needed is told so. */
    needs(role) {
        const ranks = ['viewer', 'operator', 'admin'];
        if (ranks.indexOf(this.role) < ranks.indexOf(role))
            throw new Refusal(403, 'not_allowed', `The role ${this.role} may not do this.`, 'Ask an admin.');
    }

    alter(method, parts, body, headers) {
        const [resource, id, sub] = parts;
        if (method === 'POST') return this.post(parts, body);
        if (resource === 'things' && sub === 'token' && method === 'DELETE') {
            this.needs('admin');
            this.onboarding.revoke(this.thing(id));
            return [204, null];
        }
        if (resource === 'things' && sub === 'desired' && method === 'PUT') {
            this.needs('operator');
            return [202, this.onboarding.desire(this.thing(id), body, headers['idempotency-key'])];
        }
        throw notFound();
    }

    post([resource, id, verb, name], body) {
        if (resource === 'things' && !id) {
            this.needs('admin');
            return [201, this.addThing(body.name)];
        }
        if (resource === 'things' && verb === 'token') {
            this.needs('admin');
            return [200, this.onboarding.give(this.thing(id), body)];
        }
        if (resource === 'things' && verb === 'actions') {
            this.needs('operator');
            return [202, this.onboarding.invoke(this.thing(id), name, body)];
        }
        if (resource === 'discovered' && (verb === 'adopt' || verb === 'ignore')) {
            this.needs('admin');
            return [202, this.onboarding.decide(id, verb, body)];
        }
        if (resource === 'decisions' && (verb === 'approve' || verb === 'reject')) {
            if (this.role === 'viewer')
                throw new Refusal(403, 'denied', 'A viewer cannot answer.', 'Ask an operator.');
            if (!this.story.rows.decision.has(id)) throw notFound();
            if (!this.story.answer(id, verb, 'admin', body.reason ?? '')) {
                throw new Refusal(
                    409,
                    'conflict',
                    'This decision is no longer pending.',
                    'Somebody answered it, or it expired.',
                );
            }
            return [202, { decision: id, verdict: verb, recorded: true }];
        }
        throw notFound();
    }

    async session(method, body) {
        if (method === 'GET') {
            if (!this.signedIn) throw new Refusal(401, 'signed_out', 'Nobody is signed in.', 'Sign in.');
            return [200, { name: this.role === 'admin' ? 'admin' : this.role, role: this.role }];
        }
        this.signedIn = method === 'POST' && body.password === PASSWORD;
        if (method === 'POST' && !this.signedIn)
            throw new Refusal(401, 'denied', 'Name and password do not fit.', 'Try again.');
        return [204, null];
    }

    async api(request, response, url) {
        const parts = url.pathname.split('/').slice(3).map(decodeURIComponent);
        const isChange = request.method !== 'GET';
        const body = isChange ? JSON.parse((await read(request)) || '{}') : {};
        let answer;
        if (this.failing)
            throw Object.assign(
                new Refusal(500, 'failed', 'The mock was told to fail.', 'Tell it not to.'),
                this.failing,
            );
        if (parts[0] === 'session') answer = await this.session(request.method, body);
        else if (!this.signedIn) throw new Refusal(401, 'signed_out', 'Nobody is signed in.', 'Sign in.');
        else if (parts[0] === 'live') return this.stream(request, response, url);
        else if (isChange) answer = this.alter(request.method, parts, body, request.headers);
        else answer = [200, this.get(parts, url.searchParams)];
        response.writeHead(answer[0], {
            ...HEADERS,
            'Content-Type': 'application/json',
            'Cache-Control': 'no-store',
        });
        return response.end(answer[1] === null ? '' : JSON.stringify(answer[1]));
    }

    /** A Thing's description has the address of its page. */
    describe(pathname, response) {
        const id = decodeURIComponent(/^\/things\/([^/]+)\/?$/.exec(pathname)?.[1] ?? '');
        if (this.failing) throw Object.assign(new Refusal(500, 'failed', '', ''), this.failing);
        const text = JSON.stringify(this.onboarding.description(this.thing(id)));
        response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/td+json', 'Cache-Control': 'no-store' });
        response.end(text);
    }

    async serve(request, response) {
        const url = new URL(request.url, 'http://mock');
        try {
            if (url.pathname.startsWith('/api/')) await this.api(request, response, url);
            else if (request.headers.accept === 'application/td+json') this.describe(url.pathname, response);
            else await asset(url.pathname, response);
        } catch (error) {
            const status = error.status ?? 500;
            response.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json' });
            response.end(
                JSON.stringify({
                    error: { code: error.code ?? 'failed', message: error.message, hint: error.hint ?? '' },
                }),
            );
        }
    }
}

async function read(request) {
    let text = '';
    for await (const chunk of request) text += chunk;
    return text;
}

/** A file of dist/, or the page itself when nothing in the last part looks like a file: the portal's own
 *  rule. */
async function asset(pathname, response) {
    const file = path.join(DIST, path.normalize(decodeURIComponent(pathname)));
    const isFile = pathname.split('/').at(-1).includes('.');
    if (isFile && !(path.extname(file) in TYPES && file.startsWith(DIST + path.sep))) throw notFound();
    const bytes = await readFile(isFile ? file : path.join(DIST, 'index.html'));
    response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES[isFile ? path.extname(file) : '.html'] });
    response.end(bytes);
}

export function startMock(options = {}) {
    return new Mock(options).listen(options.port ?? 0);
}

async function main(words) {
    const given = (name, otherwise) =>
        words.includes(`--${name}`) ? words[words.indexOf(`--${name}`) + 1] : otherwise;
    const mock = await startMock({
        port: Number(given('port', 8790)),
        scenario: given('scenario', 'busy'),
        role: given('role', 'admin'),
        signedIn: true,
    });
    console.log(
        `mock node at ${mock.url}, already signed in (after signing out: any name, password "${PASSWORD}")`,
    );
    console.log('type d + Enter: a disturbance; x + Enter: all streams are lost; Ctrl-C ends');
    process.stdin.on('data', (text) => {
        if (text.toString().trim() === 'd') mock.disturb();
        if (text.toString().trim() === 'x') mock.dropStreams();
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
