// SPDX-License-Identifier: Apache-2.0
// What the node tells the world of its Things, read by others: the W3C's JSON schema (through ajv), and Eclipse
// Thingweb's client, which knows nothing but the description.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, missingProgram, run, runJson, startNode, tempDir, waitFor } from '../lib/node_process.mjs';

const require = createRequire(import.meta.url);
const NASTY = '<img src=x onerror=alert(1)> "quoted" näme';

const basic = ({ id, token }) => ({ authorization: `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}` });

function schema() {
    const Ajv = require('ajv');
    const formats = require('ajv-formats');
    const ajv = new (Ajv.default ?? Ajv)({ strict: false, allErrors: true });
    (formats.default ?? formats)(ajv);
    ajv.addFormat('iri-reference', true); // ajv-formats has none
    return ajv.compile(require('wot-thing-description-types/schema/td-json-schema-validation.json'));
}

async function describedPress(t) {
    const node = await startNode(t);
    const api = await node.setUp();
    const thing = await addThing(node, NASTY);
    const device = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, clientId: thing.id });
    t.after(() => device.endAsync(true));
    const say = (values) => device.publishAsync(`things/${thing.id}/properties`, JSON.stringify(values), { qos: 1 });
    await say({ temperature: 41.5, 'lid open': false, note: 'a "b" <c>' });
    await waitFor('the series', async () => (await api.get(`/api/v1/things/${thing.id}`)).properties.length === 3);
    return { node, api, thing, device, say };
}

const DESCRIPTION = {
    title: 'Press 7', description: 'Presses things.',
    properties: {
        temperature: { type: 'number', unit: 'degree', minimum: -40, maximum: 200, 'gn:usual': [20, 60] },
        speed: { type: 'integer', readOnly: false, minimum: 0, maximum: 50 },
    },
    events: { jam: { title: 'Paper jam', data: { type: 'string' } } },
};

test('descriptions are valid, complete, and guarded', { skip: missingProgram() }, async (t) => {
    const { node, api, thing } = await describedPress(t);
    const validate = schema();
    const td = async (target, headers) => {
        const answer = await fetch(node.portal.url + target, { headers });
        return { status: answer.status, type: answer.headers.get('content-type'), link: answer.headers.get('link'), body: await answer.json() };
    };
    const check = (body) => assert.ok(validate(body), JSON.stringify(validate.errors?.slice(0, 5), null, 1));
    const own = basic(thing);

    const learnt = await td(`/things/${thing.id}`, own);
    assert.equal(learnt.status, 200);
    assert.equal(learnt.type, 'application/td+json');
    check(learnt.body);
    assert.equal(learnt.body.title, NASTY);
    assert.deepEqual(Object.entries(learnt.body.properties).map(([name, p]) => [name, p.type, p.readOnly]),
        [['temperature', 'number', true], ['lid open', 'boolean', true], ['note', 'string', true]]);
    assert.equal(learnt.body.properties['lid open'].forms[0].href, `things/${thing.id}/properties/lid%20open`);
    assert.match(learnt.body.properties.note.forms.at(-1).href, /^mqtt:\/\/127\.0\.0\.1:\d+$/);

    const put = await fetch(`${node.portal.url}/api/v1/things/${thing.id}/description`, {
        method: 'PUT', headers: { cookie: api.cookie, 'content-type': 'application/json' }, body: JSON.stringify(DESCRIPTION),
    });
    assert.equal(put.status, 202);
    const described = await waitFor('the description', async () => {
        const { body } = await td(`/things/${thing.id}`, own);
        return body.title === 'Press 7' && body;
    });
    check(described);
    assert.equal(described.description, 'Presses things.');
    assert.deepEqual(Object.keys(described.properties), ['temperature', 'speed', 'lid open', 'note']);
    assert.equal(described.properties.speed.readOnly, false);
    assert.deepEqual(described.properties.speed.forms[1].op, ['writeproperty']);
    assert.equal(described.properties.temperature.unit, 'degree');
    assert.equal(described.events.jam.title, 'Paper jam');

    // The directory, for people and programs; a Thing reads its own and nothing else.
    const cookie = { cookie: api.cookie };
    const directory = await td('/.well-known/wot', cookie);
    check(directory.body);
    assert.equal(directory.body['@type'], 'ThingDirectory');
    const all = await td('/things?limit=1', cookie);
    assert.equal(all.body.length, 1);
    check(all.body[0]);
    await addThing(node, 'mill');
    const first = await td('/things?limit=1', cookie);
    assert.equal(first.link, '</things?offset=1&limit=1>; rel="next"');
    assert.equal((await td('/things?offset=1', cookie)).body[0].title, 'mill');
    for (const target of ['/things', '/.well-known/wot', '/things/mill', '/api/v1/status', '/api/v1/findings'])
        assert.equal((await td(target, own)).status, 403, target);
    assert.equal((await td(`/things/${thing.id}`)).status, 401);
    assert.equal((await td(`/things/${thing.id}`, basic({ ...thing, token: 'wrong' }))).status, 401);
    assert.equal((await fetch(`${node.portal.url}/things/${thing.id}`, { headers: { accept: 'text/html', ...cookie } }))
        .headers.get('content-type'), 'text/html; charset=utf-8');

    // What was described stands after a crash.
    await node.kill();
    const again = await startNode(t, { data: node.data });
    const after = await fetch(`${again.portal.url}/things/${thing.id}`, { headers: own });
    assert.equal((await after.json()).title, 'Press 7');
    assert.equal((await again.stop()).code, 0);
});

test('a WoT client reads and observes a property from the description alone', { skip: missingProgram() }, async (t) => {
    const { node, thing, say } = await describedPress(t);
    const { Servient } = require('@node-wot/core');
    const { HttpClientFactory } = require('@node-wot/binding-http');
    const servient = new Servient();
    servient.addClientFactory(new HttpClientFactory(null));
    servient.addCredentials({ [`urn:ganglion:thing:${thing.id}`]: { username: thing.id, password: thing.token } });
    const WoT = await servient.start();
    t.after(() => servient.shutdown());
    const td = await (await fetch(`${node.portal.url}/things/${thing.id}`, { headers: basic(thing) })).json();
    const press = await WoT.consume(td);

    assert.equal(await (await press.readProperty('temperature')).value(), 41.5);
    assert.equal(await (await press.readProperty('lid open')).value(), false);
    assert.equal(await (await press.readProperty('note')).value(), 'a "b" <c>');
    const seen = [];
    const subscription = await press.observeProperty('temperature', async (output) => {
        const one = await output.value().catch(() => undefined); // the last one is cut off by stop()
        if (one !== undefined) seen.push(one);
    }, () => {});
    let value = 50;
    await waitFor('values', async () => {
        await say({ temperature: value++ });
        return seen.length >= 2;
    }, { every: 400 });
    assert.ok(seen.every((one) => one >= 50 && one < value), JSON.stringify(seen));
    await subscription.stop();

    // The same as server-sent events, by hand: the current value first, then each new one.
    const stream = await fetch(`${node.portal.url}/things/${thing.id}/properties/temperature/observe`, { headers: basic(thing) });
    assert.equal(stream.headers.get('content-type'), 'text/event-stream');
    let text = '';
    await waitFor('an event', async () => (await say({ temperature: 99 }), true));
    const end = AbortSignal.timeout(10_000);
    for await (const chunk of stream.body) {
        text += Buffer.from(chunk).toString();
        if (/^data: 99$/m.test(text) || end.aborted) break;
    }
    assert.match(text, /^id: \d+\ndata: 99$/m);
});

const SOLUTION = `
things:
  - thing: pump
    properties: [ { name: speed, unit: "%", range: [0, 100] } ]
    actions:
      - { name: rinse, arguments: [ { name: seconds, unit: s, range: [1, 60], optional: true } ], expires: 5m }
`;

test('orders and desired values reach the device, each once', { skip: missingProgram() }, async (t) => {
    const dir = await tempDir(t);
    await writeFile(path.join(dir, 'pump.yaml'), SOLUTION);
    const node = await startNode(t, { solution: dir });
    const api = await node.setUp();
    const thing = await addThing(node, 'pump');
    const got = [];
    let device;
    const connect = async (base) => {
        device = await mqtt.connectAsync(base.mqtt.url, { username: thing.id, password: thing.token, clientId: thing.id });
        device.on('message', (topic, payload) => {
            got.push([topic, payload.toString()]);
            const action = topic.endsWith('/rinse') && JSON.parse(payload);
            if (action) void device.publishAsync(`${topic}/status`, JSON.stringify({ id: action.id, state: 'done', message: 'rinsed' }));
        });
        await device.subscribeAsync([`things/${thing.id}/actions/+`, `things/${thing.id}/properties/+/set`], { qos: 1 });
    };
    await connect(node);
    const say = (values) => device.publishAsync(`things/${thing.id}/properties`, JSON.stringify(values), { qos: 1 });
    await say({ speed: 10 });
    const send = async (method, target, body, headers = {}) => {
        const answer = await fetch(node.portal.url + target, { method, body: JSON.stringify(body),
            headers: { cookie: api.cookie, 'content-type': 'application/json', ...headers } });
        return { status: answer.status, body: await answer.json() };
    };
    await send('PUT', `/api/v1/things/${thing.id}/description`, { properties: { speed: { type: 'number', readOnly: false } } });

    // The same key twice is one action; another input under it is refused; so is what lies outside the envelope.
    const target = `/api/v1/things/${thing.id}/actions/rinse`;
    const key = { 'idempotency-key': 'b7c1' };
    const first = await send('POST', target, { input: { seconds: 5 } }, key);
    assert.equal(first.status, 202, JSON.stringify(first.body));
    assert.match(first.body.id, /^x-\d+-\d+$/);
    assert.deepEqual(await send('POST', target, { input: { seconds: 5 } }, key), first);
    assert.equal((await send('POST', target, { input: { seconds: 6 } }, key)).body.error.code, 'key_used');
    const refused = await send('POST', target, { input: { seconds: 61 } });
    assert.deepEqual([refused.status, refused.body.error.code], [409, 'refused']);
    assert.match(refused.body.error.message, /must be 1 to 60 s; this is 61/);
    await waitFor('the action', async () => (await api.get(`/api/v1/actions/${first.body.id}`)).state === 'done');
    assert.equal(got.filter(([topic]) => topic.endsWith('/rinse')).length, 1);
    const [receipt] = (await api.get('/api/v1/receipts?limit=5')).receipts.filter((one) => one.action === first.body.id);
    assert.deepEqual([receipt.person, receipt.result, receipt.message], ['admin', 'done', 'rinsed']);

    // A WoT client, with a person's session and the description alone.
    const { Servient } = require('@node-wot/core');
    const { HttpClientFactory } = require('@node-wot/binding-http');
    const servient = new Servient();
    servient.addClientFactory(new HttpClientFactory(null));
    const session = api.cookie.split('=')[1];
    servient.addCredentials({ [`urn:ganglion:thing:${thing.id}`]: { username: '@session', password: session } });
    const WoT = await servient.start();
    t.after(() => servient.shutdown());
    const td = await (await fetch(`${node.portal.url}/things/${thing.id}`, { headers: { cookie: api.cookie } })).json();
    assert.ok(schema()(td));
    const pump = await WoT.consume(td);
    await pump.invokeAction('rinse');
    await waitFor('the second action', () => got.filter(([topic]) => topic.endsWith('/rinse')).length === 2);
    await pump.invokeAction('rinse', { seconds: 7 }); // with input, whose body comes in chunks
    const inputs = () => got.filter(([topic]) => topic.endsWith('/rinse')).map(([, text]) => JSON.parse(text).input);
    await waitFor('the third action', () => inputs().length === 3);
    assert.deepEqual(inputs()[2], { seconds: 7 });
    await assert.rejects(pump.invokeAction('rinse', { seconds: 61 }), /409|Conflict/);
    await pump.writeProperty('speed', 30);
    await waitFor('the desired value', () => got.some(([topic, value]) => topic.endsWith('/speed/set') && value === '30'));
    await say({ speed: 30 });
    const twin = async (base = node, as = api) => (await as.get(`/api/v1/things/${thing.id}/desired`)).properties[0];
    await waitFor('it to be reached', async () => (await twin()).state === 'reached');

    // Away, a crash of the node between, and back: the desired value is there, and sent when the device comes.
    await device.endAsync(true);
    await waitFor('the device to be away', async () => !(await api.get(`/api/v1/things/${thing.id}`)).online);
    assert.equal((await send('PUT', `/api/v1/things/${thing.id}/desired`, { speed: 101 })).status, 202);
    await waitFor('the refusal', async () => (await twin()).state === 'refused');
    assert.equal((await send('PUT', `/api/v1/things/${thing.id}/desired`, { speed: 'x' })).status, 409);
    assert.equal((await send('PUT', `/api/v1/things/${thing.id}/desired`, { speed: 40 })).status, 202);
    const waits = await twin();
    assert.deepEqual([waits.desired, waits.reported, waits.differs, waits.state], [40, 30, true, 'waiting']);
    await node.kill();
    got.length = 0;
    const again = await startNode(t, { data: node.data, portal: node.portal.text });
    await connect(again);
    await waitFor('the desired value after all', () => got.some(([topic, value]) => topic.endsWith('/speed/set') && value === '40'));
    await say({ speed: 40 });
    const words = await waitFor('the end', async () => {
        const { stdout } = await run(['things', 'twin', thing.id, '--data', node.data]);
        return /reached/.test(stdout) && stdout;
    });
    assert.match(words, /speed\s+40\s+40/);
    const done = await runJson(['things', 'do', thing.id, 'rinse', 'seconds=3', '--data', node.data]);
    assert.match(done.id, /^x-/);
    await run(['things', 'set', thing.id, 'speed=55', '--data', node.data]);
    await waitFor('the value set by hand', () => got.some(([topic, value]) => topic.endsWith('/speed/set') && value === '55'));
    await device.endAsync(true);
    assert.equal((await again.stop()).code, 0);
});
