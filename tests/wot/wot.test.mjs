// SPDX-License-Identifier: Apache-2.0
// What the node tells the world of its Things, read by others: the W3C's JSON schema (through ajv), and Eclipse
// Thingweb's client, which knows nothing but the description.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, missingProgram, startNode, waitFor } from '../lib/node_process.mjs';

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
    const subscription = await press.observeProperty('temperature', async (output) => seen.push(await output.value()));
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
