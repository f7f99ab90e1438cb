// SPDX-License-Identifier: Apache-2.0
// Sparkplug B with Cirrus Link's own client (npm sparkplug-client) as the edge node: births become Things, data comes by
// aliases, deaths are seen, what was missed is asked for again, and commands arrive typed as they were born.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, missingProgram, run, runJson, startNode, tempDir, waitFor } from '../lib/node_process.mjs';

const require = createRequire(import.meta.url);
const sparkplug = require('sparkplug-client');
const codec = require('sparkplug-payload').get('spBv1.0');

const skip = missingProgram();
const SOLUTION = `access:
  - thing: "*"                         # each edge node for itself: its Thing is called as it is
    publish: ["spBv1.0/plant/+/{thing}/#"]
    subscribe: ["spBv1.0/plant/+/{thing}/#", "spBv1.0/STATE/+"]
  - thing: bridge
    publish: ["spBv1.0/far/#"]
    subscribe: ["spBv1.0/far/#"]
things:
  - thing: press
    actions:
      - { name: set, arguments: [ { name: Motor.Speed, range: [0, 100] } ], expires: 1m }
`;
const T0 = Date.now() - 60_000;

const nodeBirth = () => ({ timestamp: T0, metrics: [
    { name: 'Node Control/Rebirth', type: 'Boolean', value: false },
    { name: 'Uptime', type: 'UInt64', alias: 1, value: 12345678901, timestamp: T0 },
    { name: 'Cabinet/Temperature', type: 'Float', alias: 2, value: 31.5, timestamp: T0,
      properties: { engUnit: { type: 'String', value: '°C' } } },
] });

const pressBirth = () => ({ timestamp: T0, metrics: [
    { name: 'Motor/Speed', type: 'Int16', alias: 10, value: -5, timestamp: T0, properties: {
        engUnit: { type: 'String', value: 'rpm' }, engLow: { type: 'Double', value: -3000 },
        engHigh: { type: 'Double', value: 3000 }, readOnly: { type: 'Boolean', value: false } } },
    { name: 'Motor/Count', type: 'Int64', alias: 11, value: -9007199254740991, timestamp: T0 },
    { name: 'Running', type: 'Boolean', alias: 12, value: true, timestamp: T0,
      properties: { readOnly: { type: 'Boolean', value: false } } },
    { name: 'Recipe', type: 'String', alias: 13, value: 'blue', timestamp: T0 },
    { name: 'Last Service', type: 'DateTime', alias: 14, value: 1767225600000, timestamp: T0 },
    { name: 'Never', type: 'Double', alias: 15, value: null, timestamp: T0 },
    { name: 'Picture', type: 'Bytes', alias: 16, value: new Uint8Array([1, 2, 3]), timestamp: T0 },
] });

/** An edge node with one device, which is born again when it is told to. */
function edgeNode(t, node, thing, { births = true } = {}) {
    const client = sparkplug.newClient({ serverUrl: node.mqtt.url, username: thing.id, password: thing.token, groupId: 'plant',
        edgeNode: thing.id, clientId: `sp-${thing.id}`, keepalive: 30, mqttOptions: { reconnectPeriod: 0 } });
    const seen = { rebirths: 0, dcmds: [], ncmds: [] };
    const born = () => {
        client.publishNodeBirth(nodeBirth());
        client.publishDeviceBirth('press', pressBirth());
    };
    client.on('birth', () => births && born());
    client.on('error', () => {});
    client.on('ncmd', (payload) => {
        seen.ncmds.push(payload);
        if (!payload.metrics.some((m) => m.name === 'Node Control/Rebirth' && m.value === true)) return;
        seen.rebirths++;
        born();
    });
    client.on('dcmd', (device, payload) => seen.dcmds.push([device, payload.metrics]));
    t.after(() => client.client.end(true));
    return { client, seen };
}

const values = (thing) => Object.fromEntries(thing.properties.map((p) => [p.name, p.value]));

async function plant(t, options = {}) {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'plant.yaml'), SOLUTION);
    const node = await startNode(t, { solution, ...options });
    return { node, solution, api: options.later ? null : await node.setUp() };
}

test('an edge node and its device appear, speak by aliases, die and are born again', { skip }, async (t) => {
    const { node, api } = await plant(t);
    const edge = await addThing(node, 'cell-1');
    const { client, seen } = edgeNode(t, node, edge);
    const discovered = await waitFor('both births', async () => {
        const found = (await api.get('/api/v1/discovered')).discovered;
        return found.length === 2 && found;
    });
    assert.deepEqual(discovered.map((d) => [d.id, d.name, d.via, d.source, d.ready]),
        [['cell-1-2', 'cell-1', 'cell-1', 'sparkplug', true], ['press', 'press', 'cell-1', 'sparkplug', true]]);
    const press = () => api.get('/api/v1/things/press');
    assert.deepEqual(await waitFor('the values of the birth', async () => {
        const now = values(await press());
        return 'Last_Service' in now && now;
    }), { 'Motor.Speed': -5, 'Motor.Count': -9007199254740991, Running: true, Recipe: 'blue',
        Last_Service: '2026-01-01T00:00:00.000Z' });
    assert.deepEqual(values(await api.get('/api/v1/things/cell-1-2')), { Uptime: 12345678901, 'Cabinet.Temperature': 31.5 });
    const { proposal } = await api.get('/api/v1/discovered/press');
    const speed = proposal.properties['Motor.Speed'];
    assert.deepEqual([speed.unit, speed['gn:unit_reason'], speed.minimum, speed.maximum, speed.readOnly, speed.title],
        ['rpm', 'said by the device', -3000, 3000, false, 'Motor/Speed']);
    assert.equal(proposal.properties.Recipe.readOnly, true);
    assert.match(proposal['gn:not_understood'], /'Picture' has a data type that is no reading/);
    assert.equal((await press()).online, true);

    // Data: aliases alone, times of their own, a value from earlier, null.
    client.publishDeviceData('press', { timestamp: T0 + 5000, metrics: [
        { alias: 10, type: 'Int16', value: 1200, timestamp: T0 + 4000 },
        { alias: 12, type: 'Boolean', value: false },
        { alias: 10, type: 'Int16', value: 900, timestamp: T0 + 1000, isHistorical: true },
        { alias: 13, type: 'String', value: null, isNull: true },
    ] });
    await waitFor('the data', async () => values(await press()).Running === false);
    const rows = (await runJson(['readings', 'press', 'Motor.Speed', '--data', node.data], { lines: true })).map((r) => [r.value, new Date(r.time).getTime() - T0]);
    assert.deepEqual([...rows].sort((a, b) => a[1] - b[1]), [[-5, 0], [900, 1000], [1200, 4000]]);
    assert.equal(values(await press()).Recipe, 'blue');
    assert.equal(seen.rebirths, 0, 'nothing was missing so far');

    // A gap in seq is asked about once, however much is missing.
    client.seq += 3;
    client.publishDeviceData('press', { timestamp: T0 + 6000, metrics: [{ alias: 10, type: 'Int16', value: 1300 }] });
    await waitFor('the rebirth', () => seen.rebirths === 1);
    client.publishDeviceData('press', { timestamp: T0 + 7000, metrics: [{ alias: 99, type: 'Int16', value: 1 }] });
    await waitFor('the strange alias', async () => /its birth does not name/.test((await press()).refused.why));
    assert.equal(seen.rebirths, 1, 'asked again at once');

    // Death of the device, its birth, and the connection that breaks: the will is the edge node's death.
    client.publishDeviceDeath('press', { timestamp: T0 + 8000 });
    await waitFor('the death', async () => (await press()).online === false);
    client.publishDeviceBirth('press', pressBirth());
    await waitFor('the birth', async () => (await press()).online === true);
    client.client.stream.destroy();
    await waitFor('the will', async () => (await press()).online === false && (await api.get('/api/v1/things/cell-1-2')).online === false);
});

test('an adopted device is commanded as its birth typed it, by a wish and by an action', { skip }, async (t) => {
    const { node, api } = await plant(t);
    const edge = await addThing(node, 'cell-1');
    const { client, seen } = edgeNode(t, node, edge);
    await waitFor('the device', async () => (await api.get('/api/v1/discovered')).discovered.length === 2);
    const adopted = await run(['things', 'adopt', 'press', '--set', 'Recipe.readOnly=false', '--data', node.data]);
    assert.equal(adopted.code, 0, adopted.stderr);
    const send = async (method, target, body) => {
        const answer = await fetch(node.portal.url + target, { method, body: JSON.stringify(body),
            headers: { cookie: api.cookie, 'content-type': 'application/json' } });
        return { status: answer.status, body: await answer.json() };
    };
    const wish = await send('PUT', '/api/v1/things/press/desired', { 'Motor.Speed': -1500 });
    assert.equal(wish.status, 202, JSON.stringify(wish.body));
    await waitFor('the command', () => seen.dcmds.length > 0);
    const [device, [metric]] = seen.dcmds[0];
    assert.deepEqual([device, Number(metric.alias), metric.type, metric.value, metric.name], ['press', 10, 'Int16', -1500, undefined]);
    const state = async () => (await api.get('/api/v1/things/press/desired')).properties[0].state;
    assert.equal(await state(), 'sent');
    client.publishDeviceData('press', { timestamp: Date.now(), metrics: [{ alias: 10, type: 'Int16', value: -1500 }] });
    await waitFor('the wish to be reached', async () => (await state()) === 'reached');

    const order = await send('POST', '/api/v1/things/press/actions/set', { input: { 'Motor.Speed': 42 } });
    assert.equal(order.status, 202, JSON.stringify(order.body));
    await waitFor('the action', () => seen.dcmds.length > 1);
    assert.deepEqual([Number(seen.dcmds[1][1][0].alias), seen.dcmds[1][1][0].value], [10, 42]);
    const action = async () => (await api.get(`/api/v1/actions/${order.body.id}`)).state;
    await waitFor('it to be sent', async () => (await action()) === 'sent');
    client.publishDeviceData('press', { timestamp: Date.now(), metrics: [{ alias: 10, type: 'Int16', value: 42 }] });
    await waitFor('it to be done', async () => (await action()) === 'done');

    // What the birth did not call writable, the person who adopted it did; and the command line says it.
    const set = await run(['things', 'set', 'press', 'Recipe="red"', '--data', node.data]);
    assert.equal(set.code, 0, set.stderr);
    await waitFor('the word', () => seen.dcmds.length > 2);
    assert.deepEqual([Number(seen.dcmds[2][1][0].alias), seen.dcmds[2][1][0].type, seen.dcmds[2][1][0].value], [13, 'String', 'red']);
    assert.equal(seen.rebirths, 0);
});

test('behind a bridge, aliases outlive kill -9, and a rebirth is asked for', { skip }, async (t) => {
    const { node, solution } = await plant(t, { later: true });
    const bridge = await addThing(node, 'bridge');
    const connect = async (base, topics) => {
        const got = [];
        const client = await mqtt.connectAsync(base.mqtt.url, { username: bridge.id, password: bridge.token, reconnectPeriod: 0 });
        client.on('message', (topic, payload) => got.push([topic, payload]));
        if (topics) await client.subscribeAsync(topics);
        t.after(() => client.endAsync(true).catch(() => {}));
        return { client, got, say: (kind, rest, payload) => client.publishAsync(`spBv1.0/far/${kind}/${rest}`,
            Buffer.from(codec.encodePayload(payload)), { qos: 1 }) };
    };
    const before = await connect(node);
    await before.say('NBIRTH', 'edge', { ...nodeBirth(), seq: 0 });
    await before.say('DBIRTH', 'edge/press', { ...pressBirth(), seq: 1 });
    node.child.kill('SIGKILL');
    await node.child.ended;

    const again = await startNode(t, { data: node.data, solution });
    const api = await again.setUp();
    const after = await connect(again, ['spBv1.0/far/NCMD/#']);
    await after.say('DDATA', 'edge/press', { timestamp: Date.now(), seq: 77, metrics: [{ alias: 10, type: 'Int16', value: 321 }] });
    await waitFor('what was acknowledged', async () => values(await api.get('/api/v1/things/press'))['Motor.Speed'] === 321);
    const [, asked] = await waitFor('the request', () => after.got.find(([topic]) => topic === 'spBv1.0/far/NCMD/edge'));
    assert.deepEqual(codec.decodePayload(asked).metrics.map((m) => [m.name, m.type, m.value]), [['Node Control/Rebirth', 'Boolean', true]]);
    assert.equal((await api.get('/api/v1/things/press')).online, false, 'nobody said since the start that it lives');
    await after.say('NBIRTH', 'edge', { ...nodeBirth(), seq: 0 });
    await after.say('DBIRTH', 'edge/press', { ...pressBirth(), seq: 1 });
    assert.equal((await api.get('/api/v1/things/press')).online, true);
    assert.equal((await api.get('/api/v1/things')).things.length, 3, 'the same Things as before');
});

test('a hostile birth changes nothing and is counted; an edge node speaks for itself alone', { skip }, async (t) => {
    const { node, api } = await plant(t);
    const bridge = await addThing(node, 'bridge');
    const client = await mqtt.connectAsync(node.mqtt.url, { username: bridge.id, password: bridge.token, protocolVersion: 5, reconnectPeriod: 0 });
    t.after(() => client.endAsync(true));
    const encode = (payload) => Buffer.from(codec.encodePayload(payload));
    const twice = pressBirth();
    twice.metrics.push({ name: 'Other', type: 'Int8', alias: 10, value: 1 });
    let nested = Buffer.alloc(0); // templates in templates, 20 000 deep
    for (let i = 0; i < 20_000 && nested.length < 200_000; i++) nested = Buffer.concat([Buffer.from([0x12, 0x80 | (nested.length & 0x7f), 0x80 | ((nested.length >> 7) & 0x7f), (nested.length >> 14) & 0x7f]), nested]);
    const many = { metrics: Array.from({ length: 2049 }, (_, i) => ({ name: `m${i}`, type: 'Int8', value: 1 })), seq: 0 };
    const refused = [[encode(twice), /alias 10 twice/], [Buffer.from([0x12, 0xff]), /no protobuf/], [encode(many), /SPARKPLUG_METRICS_MAX/],
        [encode({ uuid: 'SPBV1.0_COMPRESSED', body: new Uint8Array([1]), metrics: [] }), /compressed/],
        [nested, /names of 1 to SPARKPLUG_NAME_BYTES_MAX/]];
    for (const [payload, why] of refused) {
        await client.publishAsync('spBv1.0/far/DBIRTH/edge/press', payload, { qos: 1 });
        assert.match((await api.get('/api/v1/things/bridge')).refused.why, why);
    }
    assert.equal((await api.get('/api/v1/things')).things.length, 1);
    await assert.rejects(client.publishAsync('spBv1.0/plant/NBIRTH/cell-1', encode(nodeBirth()), { qos: 1 }));
});

test('--sparkplug-host says that the node is there, and edge nodes may hear it', { skip }, async (t) => {
    const { node } = await plant(t, { args: ['--sparkplug-host', 'ganglion-1'] });
    const edge = await addThing(node, 'cell-1');
    const client = await mqtt.connectAsync(node.mqtt.url, { username: edge.id, password: edge.token, reconnectPeriod: 0 });
    t.after(() => client.endAsync(true));
    const heard = new Promise((resolve) => { client.on('message', (topic, payload, packet) => resolve([topic, JSON.parse(payload), packet.retain])); });
    await client.subscribeAsync('spBv1.0/STATE/+');
    const [topic, state, retain] = await heard;
    assert.deepEqual([topic, state.online, retain], ['spBv1.0/STATE/ganglion-1', true, true]);
    assert.ok(Math.abs(state.timestamp - Date.now()) < 60_000);
});
