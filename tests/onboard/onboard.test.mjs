// SPDX-License-Identifier: Apache-2.0
// Devices that announce themselves appear, described and typed; nothing is acted on before a person adopts them; and a
// kill -9 in between changes nothing.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, missingProgram, run, startNode, tempDir, waitFor } from '../lib/node_process.mjs';
import { esphome, tasmota, zigbee2mqtt } from './devices.mjs';

const skip = missingProgram();
const ACCESS = `access:
  - thing: house
    publish: ["zigbee2mqtt/#", "tasmota/#", "tele/#", "stat/#", "homeassistant/#", "greenhouse/#"]
    subscribe: ["zigbee2mqtt/#"]
`;

async function solutionWith(t, text) {
    const dir = await tempDir(t);
    await writeFile(path.join(dir, 'house.yaml'), text);
    return dir;
}

async function gateway(node, thing) {
    return mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, reconnectPeriod: 0 });
}

async function publishAll(client, messages) {
    for (const [topic, payload, retain] of messages) await client.publishAsync(topic, payload, { qos: 1, retain });
}

const values = (thing) => Object.fromEntries(thing.properties.map((p) => [p.name, p.value]));

test('Zigbee2MQTT, Tasmota and ESPHome devices appear, described, typed and safe', { skip }, async (t) => {
    const node = await startNode(t, { solution: await solutionWith(t, ACCESS) });
    const house = await addThing(node, 'house');
    const client = await gateway(node, house);
    const messages = [...zigbee2mqtt(), ...tasmota(), ...esphome()];
    await publishAll(client, messages);
    const api = await node.setUp();
    const { discovered } = await api.get('/api/v1/discovered');
    assert.deepEqual(discovered.map((d) => [d.name, d.via, d.source, d.ready]), [
        ['hall', 'house', 'zigbee2mqtt', true], ['kitchen lamp', 'house', 'zigbee2mqtt', true],
        ['Washing machine', 'house', 'tasmota', true], ['Greenhouse', 'house', 'home_assistant', true]]);
    const [hall, lamp, washer, green] = discovered.map((d) => d.id);

    assert.deepEqual(values(await api.get(`/api/v1/things/${hall}`)),
        { temperature: 21.34, humidity: 44.7, battery: 97, linkquality: 120, available: true });
    assert.deepEqual(values(await api.get(`/api/v1/things/${lamp}`)),
        { state: true, brightness: 215, power_on_behavior: 'previous', linkquality: 90 });
    const washing = values(await api.get(`/api/v1/things/${washer}`));
    assert.equal(washing['ENERGY.Power'], 1830);
    assert.equal(washing.POWER, true);
    assert.deepEqual(values(await api.get(`/api/v1/things/${green}`)),
        { soil_temperature: 17.4, water: 1042, valve: false, available: true });

    const { proposal } = await api.get(`/api/v1/discovered/${green}`);
    assert.equal(proposal.properties.water['gn:kind'], 'counter');
    assert.equal(proposal.properties.water.unit, 'L');
    assert.equal(proposal.properties.valve['gn:write_topic'], 'greenhouse/switch/valve/command');
    assert.equal(proposal.properties.valve.readOnly, false);
    assert.equal(proposal.properties.soil_temperature['gn:last'], 17.4);
    const plug = (await api.get(`/api/v1/discovered/${washer}`)).proposal.properties;
    assert.equal(plug['ENERGY.Total'].unit, 'kWh');
    assert.equal(plug['ENERGY.Total']['gn:kind'], 'counter');
    assert.equal(plug.POWER['gn:write_topic'], 'cmnd/plug1/POWER');

    await publishAll(client, messages); // retained messages that come again
    assert.equal((await api.get('/api/v1/discovered')).discovered.length, 4);
    assert.equal((await api.get('/api/v1/things')).things.length, 5);
    await client.endAsync();
});

test('a person adopts, edits and ignores; kill -9 at once forgets nothing of it', { skip }, async (t) => {
    const solution = await solutionWith(t, ACCESS);
    const node = await startNode(t, { solution });
    const house = await addThing(node, 'house');
    let client = await gateway(node, house);
    await publishAll(client, [...zigbee2mqtt(), ...esphome()]);
    const adopted = await run(['things', 'adopt', 'greenhouse', '--name', 'Green House', '--set',
        'soil_temperature.unit=K,soil_temperature.title=Soil', '--data', node.data]);
    assert.equal(adopted.code, 0, adopted.stderr);
    const ignored = await run(['things', 'ignore', 'hall', '--data', node.data]);
    assert.equal(ignored.code, 0, ignored.stderr);
    // A description in a person's words names no topic, and must not lose one.
    const words = path.join(await tempDir(t), 'green.json');
    await writeFile(words, '{"properties":{"soil_temperature":{"type":"number","unit":"K","title":"Soil of mine"}}}');
    const described = await run(['things', 'describe', 'greenhouse', words, '--data', node.data]);
    assert.equal(described.code, 0, described.stderr);
    await node.kill();
    await client.endAsync(true).catch(() => {});

    const again = await startNode(t, { data: node.data, solution });
    const api = await again.setUp();
    const things = Object.fromEntries((await api.get('/api/v1/things')).things.map((x) => [x.id, x]));
    assert.equal(things.greenhouse.state, 'adopted');
    assert.equal(things.greenhouse.name, 'Green House');
    assert.equal(things.hall.state, 'ignored');
    assert.equal(things['kitchen-lamp'].state, 'discovered');
    const { proposal } = await api.get('/api/v1/discovered/greenhouse');
    assert.equal(proposal.properties.soil_temperature.unit, 'K');
    assert.equal(proposal.properties.soil_temperature.title, 'Soil of mine');
    assert.equal(proposal.properties.water['gn:kind'], 'counter', 'what was not spoken of is as it was');

    client = await gateway(again, house); // topics are known without a new announcement
    await client.publishAsync('greenhouse/sensor/soil_temperature/state', '18.25', { qos: 1 });
    await client.publishAsync('zigbee2mqtt/hall', '{"temperature":99}', { qos: 1 });
    const soil = await waitFor('the reading', async () =>
        values(await api.get('/api/v1/things/greenhouse')).soil_temperature === 18.25);
    assert.ok(soil);
    assert.equal(values(await api.get('/api/v1/things/hall')).temperature, 21.34);
    assert.match((await api.get('/api/v1/things/hall')).refused.why, /ignored/);
    await client.endAsync();
});
