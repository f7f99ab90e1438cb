// SPDX-License-Identifier: Apache-2.0
// The node as a broker: Things that hear each other where `access` lets them, QoS 2, retained messages, shares, aliases,
// wills with a delay, and what of it outlives kill -9. Clients: npm's mqtt, mosquitto_pub, mosquitto_sub, mosquitto_rr.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, Child, missingProgram, startNode, tempDir, waitFor } from '../lib/node_process.mjs';
import { Scram } from '../lib/scram.mjs';

const skip = missingProgram();
const ACCESS = `
access:
  - thing: "*"
    publish: ["plant/#"]
    subscribe: ["plant/#"]
`;

async function solution(t) {
    const folder = path.join(await tempDir(t), 'solution');
    await mkdir(folder);
    await writeFile(path.join(folder, 'access.yaml'), ACCESS);
    return folder;
}

async function nodeWithThings(t) {
    const node = await startNode(t, { solution: await solution(t) });
    return { node, pump: await addThing(node, 'pump'), press: await addThing(node, 'press') };
}

/** A client of npm's mqtt that remembers what it hears. */
async function connect(t, node, thing, options = {}) {
    const client = mqtt.connect(node.mqtt.url, {
        username: thing.id, password: thing.token, protocolVersion: 5, reconnectPeriod: 0, clean: true, ...options,
    });
    t.after(() => client.endAsync(true).catch(() => {}));
    client.on('error', () => {});
    client.heard = [];
    client.on('message', (topic, payload, packet) => client.heard.push({ topic, text: payload.toString(), packet }));
    client.greeting = await new Promise((resolve, reject) => { client.once('connect', resolve); client.once('close', () => reject(new Error('closed'))); });
    return client;
}

const kept = (clientId) => ({ clientId, clean: false, properties: { sessionExpiryInterval: 3600 } });
const hears = (client, count) => waitFor(`${count} messages`, () => client.heard.length >= count);

function program(node, thing, name, ...args) {
    return new Child(name, ['-h', node.mqtt.host, '-p', String(node.mqtt.port), '-u', thing.id, '-P', thing.token, ...args]);
}

test('a Thing hears another, at every QoS, in order and once', { skip }, async (t) => {
    const { node, pump, press } = await nodeWithThings(t);
    const ear = await connect(t, node, pump);
    const mouth = await connect(t, node, press);
    await ear.subscribeAsync('plant/+/speed', { qos: 2 });
    for (const qos of [0, 1, 2])
        for (let i = 0; i < 50; i++) await mouth.publishAsync('plant/1/speed', `${qos}-${i}`, { qos });
    await hears(ear, 150);
    for (const qos of [0, 1, 2])
        assert.deepEqual(ear.heard.filter((m) => m.packet.qos === qos).map((m) => m.text), Array.from({ length: 50 }, (_, i) => `${qos}-${i}`));
    await assert.rejects(mouth.publishAsync('elsewhere/1', 'x', { qos: 1 }));
    assert.equal((await node.stop()).code, 0);
});

test('retained messages, sessions and what waits for them outlive kill -9', { skip, timeout: 60_000 }, async (t) => {
    const { node, pump, press } = await nodeWithThings(t);
    const options = { data: node.data, solution: path.join(await solution(t)) };
    const ear = await connect(t, node, pump, kept('ear'));
    await ear.subscribeAsync('plant/#', { qos: 2, properties: { subscriptionIdentifier: 7 } });
    await ear.endAsync(true);
    const mouth = await connect(t, node, press);
    await mouth.publishAsync('plant/state', 'kept', { qos: 1, retain: true });
    await mouth.publishAsync('plant/gone', 'x', { qos: 1, retain: true });
    await mouth.publishAsync('plant/gone', '', { qos: 1, retain: true });
    for (let i = 0; i < 20; i++) await mouth.publishAsync('plant/n', `${i}`, { qos: 1 + (i % 2) });
    await node.kill();

    const second = await startNode(t, options);
    const again = await connect(t, second, pump, kept('ear'));
    assert.equal(again.greeting.sessionPresent, true);
    await hears(again, 23);
    for (const qos of [1, 2]) { // in order, QoS by QoS
        const numbers = again.heard.filter((m) => m.topic === 'plant/n' && m.packet.qos === qos).map((m) => m.text);
        assert.deepEqual(numbers, Array.from({ length: 10 }, (_, i) => `${2 * i + qos - 1}`));
    }
    assert.ok(again.heard.every((m) => m.packet.properties.subscriptionIdentifier === 7));
    const fresh = await connect(t, second, press);
    await fresh.subscribeAsync('plant/#', { qos: 1 });
    await hears(fresh, 1);
    assert.deepEqual(fresh.heard.map((m) => [m.topic, m.text, m.packet.retain]), [['plant/state', 'kept', true]]);
    await again.endAsync();
    await fresh.endAsync();
    await second.kill();

    const third = await startNode(t, options);
    const last = await connect(t, third, pump, kept('ear'));
    assert.equal(last.greeting.sessionPresent, true);
    const other = await connect(t, third, press);
    await other.publishAsync('plant/last', 'only this', { qos: 1 });
    await hears(last, 1);
    assert.deepEqual(last.heard.map((m) => m.text), ['only this']); // what was answered for does not come again
    assert.equal((await third.stop()).code, 0);
});

test('one of a share gets each message; a will waits for its delay and is retained', { skip }, async (t) => {
    const { node, pump, press } = await nodeWithThings(t);
    const team = [await connect(t, node, pump), await connect(t, node, pump, { protocolVersion: 4 })];
    for (const one of team) await one.subscribeAsync('$share/team/plant/#', { qos: 1 });
    const mouth = await connect(t, node, press);
    for (let i = 0; i < 40; i++) await mouth.publishAsync('plant/job', `${i}`, { qos: 1 });
    await waitFor('all', () => team[0].heard.length + team[1].heard.length >= 40);
    assert.deepEqual(team.map((one) => one.heard.length), [20, 20]);
    for (const one of team) await one.unsubscribeAsync('$share/team/plant/#');

    const will = { topic: 'plant/will', payload: Buffer.from('gone'), qos: 1, retain: true, properties: { willDelayInterval: 1 } };
    const mortal = await connect(t, node, press, { ...kept('mortal'), will });
    await team[0].subscribeAsync('plant/will', { qos: 1 });
    const begin = Date.now();
    mortal.stream.destroy();
    await waitFor('the will', () => team[0].heard.find((m) => m.topic === 'plant/will'));
    assert.ok(Date.now() - begin >= 900, 'it did not wait');
    await team[1].subscribeAsync('plant/will', { qos: 1 });
    await waitFor('the will, kept', () => team[1].heard.find((m) => m.topic === 'plant/will' && m.packet.retain));
});

test('aliases both ways, and what travels with a message', { skip }, async (t) => {
    const { node, pump, press } = await nodeWithThings(t);
    const ear = await connect(t, node, pump, { properties: { topicAliasMaximum: 4 } });
    const mouth = await connect(t, node, press, { autoAssignTopicAlias: true });
    await ear.subscribeAsync('plant/#', { qos: 0 });
    const topic = `plant/${'long/'.repeat(8)}end`;
    const properties = { contentType: 'text/plain', responseTopic: 'plant/answer', correlationData: Buffer.from('c'), payloadFormatIndicator: true,
        messageExpiryInterval: 60, userProperties: { k: ['v', 'w'] } };
    for (let i = 0; i < 3; i++) mouth.publish(topic, `${i}`, { properties });
    await hears(ear, 3);
    assert.deepEqual(ear.heard.map((m) => [m.topic, m.text]), [[topic, '0'], [topic, '1'], [topic, '2']]);
    const seen = ear.heard[2].packet.properties;
    assert.equal(seen.topicAlias, 1);
    assert.equal(seen.contentType, 'text/plain');
    assert.equal(seen.responseTopic, 'plant/answer');
    assert.equal(seen.correlationData.toString(), 'c');
    assert.equal(seen.messageExpiryInterval, 60);
    assert.deepEqual([...seen.userProperties.k], ['v', 'w']);
});

test("mosquitto's clients: QoS 2, retained, request and answer", { skip }, async (t) => {
    const { node, pump, press } = await nodeWithThings(t);
    const answering = await connect(t, node, pump);
    await answering.subscribeAsync('plant/ask', { qos: 1 });
    answering.on('message', (topic, payload, packet) => {
        const { responseTopic, correlationData } = packet.properties;
        answering.publish(responseTopic, `${payload}!`, { qos: 1, properties: { correlationData } });
    });
    const asking = program(node, press, 'mosquitto_rr', '-V', 'mqttv5', '-q', '1', '-t', 'plant/ask', '-e', 'plant/answer', '-m', 'well', '-W', '10');
    t.after(() => asking.kill());
    const answer = await asking.ended;
    assert.equal(answer.code, 0, asking.lines.stderr.join('\n'));
    assert.equal(asking.lines.stdout.join('\n'), 'well!');
    const saying = program(node, press, 'mosquitto_pub', '-q', '2', '-r', '-t', 'plant/kept', '-m', 'still here');
    assert.equal((await saying.ended).code, 0);
    const hearing = program(node, pump, 'mosquitto_sub', '-q', '2', '-t', 'plant/#', '-C', '1', '-W', '10', '-F', '%q %r %t %p');
    t.after(() => hearing.kill());
    assert.equal((await hearing.ended).code, 0);
    assert.deepEqual(hearing.lines.stdout, ['2 1 plant/kept still here']);
});

test('a Thing proves that it knows its token, and is proved to, by SCRAM-SHA-256', { skip }, async (t) => {
    const { node, pump } = await nodeWithThings(t);
    const authenticationMethod = 'SCRAM-SHA-256';
    for (const [token, right] of [[pump.token, true], [`${pump.token.slice(0, -1)}${pump.token.endsWith('0') ? '1' : '0'}`, false]]) {
        const scram = new Scram(pump.id, token);
        let proved = false;
        const client = mqtt.connect(node.mqtt.url, { protocolVersion: 5, reconnectPeriod: 0, clientId: 'scram',
            properties: { authenticationMethod, authenticationData: Buffer.from(scram.first()) } });
        t.after(() => client.endAsync(true).catch(() => {}));
        client.handleAuth = (packet, callback) => callback(null, { cmd: 'auth', reasonCode: 0x18,
            properties: { authenticationMethod, authenticationData: Buffer.from(scram.final(packet.properties.authenticationData.toString())) } });
        const code = await new Promise((resolve) => {
            client.once('connect', (packet) => { proved = scram.verifies(packet.properties.authenticationData.toString()); resolve(0); });
            client.once('error', (error) => resolve(error.code));
        });
        assert.equal(code, right ? 0 : 0x86);
        assert.equal(proved, right);
        if (right) await client.publishAsync(`things/${pump.id}/properties/x`, '1', { qos: 1 });
        await client.endAsync(true);
    }
});
