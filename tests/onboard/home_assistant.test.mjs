// SPDX-License-Identifier: Apache-2.0
// Alarms appear in Home Assistant: a client that subscribes as it would sees the entity, the alarm raised and cleared, and
// the same after a kill -9. The fields are those that its documentation lists for an MQTT binary sensor.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, missingProgram, run, runJson, startNode, tempDir, waitFor } from '../lib/node_process.mjs';

const ACCESS = `
access:
  - thing: homeassistant
    subscribe: ["homeassistant/#", "ganglion/#"]
    publish: ["homeassistant/status"]
  - thing: house
    publish: ["homeassistant/#", "ganglion/#"]
`;
const SECTION = 'home_assistant: { node: cellar }\n';
const CONFIG = 'homeassistant/binary_sensor/cellar_pump-7_alarm/config';

// Of binary_sensor.mqtt: name, required, type; what a configuration may hold, and nothing else.
const FIELDS = {
    availability: 'list', availability_mode: 'string', availability_template: 'string', availability_topic: 'string',
    device: 'map', device_class: 'string', enabled_by_default: 'boolean', encoding: 'string', entity_category: 'string',
    entity_picture: 'string', expire_after: 'integer', force_update: 'boolean', icon: 'string',
    json_attributes_template: 'string', json_attributes_topic: 'string', name: 'string', object_id: 'string',
    off_delay: 'integer', origin: 'map', payload_available: 'string', payload_not_available: 'string',
    payload_off: 'string', payload_on: 'string', platform: 'string', qos: 'integer', state_topic: 'string',
    unique_id: 'string', value_template: 'string',
};
const DEVICE = ['configuration_url', 'connections', 'hw_version', 'identifiers', 'manufacturer', 'model', 'model_id',
    'name', 'serial_number', 'suggested_area', 'sw_version', 'via_device'];

function checkConfig(config) {
    const is = { list: Array.isArray, integer: Number.isInteger, map: (v) => v && typeof v === 'object' && !Array.isArray(v),
        string: (v) => typeof v === 'string' && v.length > 0, boolean: (v) => typeof v === 'boolean' };
    for (const [name, value] of Object.entries(config)) assert.ok(FIELDS[name] && is[FIELDS[name]](value), name);
    assert.ok(config.state_topic && config.unique_id, 'what is required, and what a device needs');
    for (const name of Object.keys(config.device)) assert.ok(DEVICE.includes(name), name);
    assert.ok(config.device.identifiers.length > 0);
    assert.ok(config.origin.name, 'an origin has a name');
    assert.ok(!('availability' in config && 'availability_topic' in config));
    assert.match(CONFIG.split('/')[2], /^[a-zA-Z0-9_-]+$/);
}

/** What Home Assistant would know: the last payload of each topic, and all that came. */
async function homeAssistant(t, node, account) {
    const last = new Map();
    const came = [];
    const client = await mqtt.connectAsync(node.mqtt.url, { username: account.id, password: account.token,
        clientId: 'ha', reconnectPeriod: 0, will: { topic: 'homeassistant/status', payload: Buffer.from('offline') } });
    client.on('message', (topic, payload, packet) => {
        last.set(topic, payload.toString());
        came.push([topic, payload.toString(), packet.retain]);
    });
    client.on('error', () => {});
    t.after(() => client.endAsync(true));
    await client.subscribeAsync(['homeassistant/#', 'ganglion/#'], { qos: 1 });
    await client.publishAsync('homeassistant/status', 'online', { qos: 1 });
    return { client, last, came };
}

async function device(node, thing) {
    const client = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, reconnectPeriod: 0 });
    client.on('error', () => {});
    const timer = setInterval(() => client.connected &&
        client.publish(`things/${thing.id}/properties`, JSON.stringify({ flow: Math.random() })), 300);
    return () => { clearInterval(timer); client.stream.destroy(); return client.endAsync(true); };
}

async function solution(t, text, dir) {
    const at = dir ?? await tempDir(t);
    await writeFile(path.join(at, 'house.yaml'), text);
    return at;
}

test('alarms appear in Home Assistant, and agree with the node after a kill -9', { skip: missingProgram() }, async (t) => {
    const dir = await solution(t, SECTION + ACCESS);
    const node = await startNode(t, { solution: dir });
    const account = await addThing(node, 'homeassistant');
    const pump = await addThing(node, 'Pump 7');
    let stop = await device(node, pump);
    let ha = await homeAssistant(t, node, account);
    const config = JSON.parse(await waitFor('the entity', () => ha.last.get(CONFIG)));
    checkConfig(config);
    assert.equal(config.device_class, 'problem');
    assert.equal(config.device.name, 'Pump 7');
    assert.equal(ha.last.get(config.availability_topic), config.payload_available);
    const state = (of = ha) => JSON.parse(of.last.get(config.state_topic) ?? '{}');
    assert.equal(config.value_template, '{{ value_json.state }}');
    assert.equal((await waitFor('its state', () => state().state && state())).state, config.payload_off);
    assert.equal(config.json_attributes_topic, config.state_topic);

    // Raised: what Home Assistant hears is what the node lists.
    const readings = async () => (await runJson(['readings', pump.id, 'flow', '--count', '--data', node.data])).count;
    await waitFor('readings', async () => await readings() >= 14);
    await stop();
    const raised = await waitFor('the alarm', () => state().state === config.payload_on && state());
    const [open] = (await runJson(['alarms', '--data', node.data], { lines: true })).filter((a) => a.state === 'open');
    assert.deepEqual([raised.alarm, raised.open, raised.series, raised.severity, new Date(raised.since).getTime()],
        [open.id, 1, ['flow'], 'low', open.since]);
    assert.match(raised.words, /no data for \d+ s/);
    assert.ok(raised.p_value >= 0 && raised.p_value <= 1);

    // Nothing of it came back as a device, and nobody may speak in the node's stead.
    assert.deepEqual((await runJson(['things', 'discovered', '--data', node.data])).discovered, []);
    const house = await addThing(node, 'house');
    for (const topic of [CONFIG, config.state_topic]) {
        const liar = await mqtt.connectAsync(node.mqtt.url, { username: house.id, password: house.token, reconnectPeriod: 0, protocolVersion: 5 });
        liar.on('error', () => {});
        await assert.rejects(liar.publishAsync(topic, '{}', { qos: 1, retain: true }), /Not authorized/, topic);
        await liar.endAsync(true);
    }
    assert.equal(state().state, 'ON');

    // Killed at once: after the start the retained topics say what is open, to a client that has just come.
    await node.kill();
    const again = await startNode(t, { data: node.data, solution: dir });
    ha = await homeAssistant(t, again, account);
    await waitFor('the state', () => state().state);
    assert.equal(state().alarm, open.id);
    assert.ok(ha.came.find(([topic]) => topic === config.state_topic)[2], 'retained');
    stop = await device(again, pump);
    await waitFor('the end of the alarm', () => state().state === config.payload_off);
    await stop();

    // Ignored: the entity is withdrawn. Stopped: offline. Without the section: nothing is left.
    assert.equal((await run(['things', 'ignore', pump.id, '--data', node.data])).code, 0);
    await waitFor('the entity to go', () => ha.last.get(CONFIG) === '' && ha.last.get(config.state_topic) === '');
    assert.equal((await again.stop()).code, 0);
    await waitFor('the last word', () => ha.last.get(config.availability_topic) === config.payload_not_available);
    const third = await startNode(t, { data: node.data, solution: await solution(t, ACCESS, dir) });
    ha = await homeAssistant(t, third, account);
    await ha.client.subscribeAsync('things/homeassistant/end');
    await ha.client.publishAsync('things/homeassistant/end', 'x', { qos: 1 });
    await waitFor('the end', () => ha.last.get('things/homeassistant/end'));
    assert.deepEqual(ha.came.filter(([topic]) => !topic.startsWith('things/') && topic !== 'homeassistant/status'), []);
    assert.equal((await third.stop()).code, 0);
});
