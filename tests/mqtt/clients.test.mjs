// SPDX-License-Identifier: Apache-2.0
// Real clients against the real program: mosquitto_pub, mosquitto_sub, npm's mqtt in 3.1.1 and 5.

import assert from 'node:assert/strict';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, Child, missingProgram, runJson, startChild, startNode, waitFor } from '../lib/node_process.mjs';

const skip = missingProgram();

async function nodeWithThing(t) {
    const node = await startNode(t);
    return { node, thing: await addThing(node, 'pump') };
}

function mosquitto(node, thing, program, ...args) {
    return [program, ['-h', node.mqtt.host, '-p', String(node.mqtt.port), '-u', thing.id, '-P', thing.token, ...args]];
}

async function ended(child) {
    const exit = await child.ended;
    return { ...exit, stderr: child.lines.stderr.join('\n') };
}

const readings = (node, thing, ...args) =>
    runJson(['readings', thing.id, ...args, '--data', node.data], { lines: true });

for (const version of ['311', '5']) {
    test(`mosquitto_pub, protocol ${version}: one value, an object, SenML`, { skip }, async (t) => {
        const { node, thing } = await nodeWithThing(t);
        const time = Date.now() - 60_000;
        const sent = [
            [`things/${thing.id}/properties/temperature`, '21.5'],
            [`things/${thing.id}/properties/on`, 'true'],
            [`things/${thing.id}/properties`, JSON.stringify({ temperature: 22.25, mode: 'fast', time })],
            [`things/${thing.id}/properties`, JSON.stringify([{ bn: 'urn:dev:', bt: time / 1000, n: 'pressure', u: 'Pa', v: 101325 }, { n: 'door', vb: false }])],
        ];
        for (const [topic, body] of sent) {
            const child = new Child(...mosquitto(node, thing, 'mosquitto_pub', '-V', version === '5' ? 'mqttv5' : 'mqttv311', '-q', '1', '-t', topic, '-m', body));
            const { code, stderr } = await ended(child);
            assert.equal(code, 0, stderr);
        }
        const rows = await waitFor('all readings', async () => {
            const all = await readings(node, thing);
            return all.length >= 6 ? all : null;
        });
        const values = Object.fromEntries(rows.map((row) => [`${row.property}@${row.time === time ? 'given' : 'now'}`, row.value]));
        assert.deepEqual(values, {
            'temperature@now': 21.5, 'on@now': true, 'temperature@given': 22.25, 'mode@given': 'fast',
            'pressure@given': 101325, 'door@given': false,
        });
    });

    test(`npm mqtt, protocol ${version}: a thousand QoS 1 publishes are all stored`, { skip }, async (t) => {
        const { node, thing } = await nodeWithThing(t);
        const client = await mqtt.connectAsync(node.mqtt.url, {
            username: thing.id, password: thing.token, clientId: 'npm', protocolVersion: version === '5' ? 5 : 4,
        });
        t.after(() => client.endAsync(true));
        await Promise.all(Array.from({ length: 1000 }, (_, i) =>
            client.publishAsync(`things/${thing.id}/properties/n`, String(i), { qos: 1 })));
        const { count } = await runJson(['readings', thing.id, 'n', '--count', '--data', node.data]);
        assert.equal(count, 1000);
    });
}

test('mosquitto_sub hears what another connection of the same Thing publishes', { skip }, async (t) => {
    const { node, thing } = await nodeWithThing(t);
    const [program, args] = mosquitto(node, thing, 'mosquitto_sub', '-i', 'ear', '-d', '-q', '1', '-v', '-t', `things/${thing.id}/events/+`);
    const sub = startChild(t, 'stdbuf', ['-oL', program, ...args]); // a pipe would keep its lines back
    await sub.waitLine(/Subscribed/);
    const pub = new Child(...mosquitto(node, thing, 'mosquitto_pub', '-i', 'mouth', '-q', '1', '-t', `things/${thing.id}/events/started`, '-m', '{"by":"hand"}'));
    assert.equal((await ended(pub)).code, 0);
    await sub.waitLine(new RegExp(`things/${thing.id}/events/started \\{"by":"hand"\\}`));
});

test('a wrong password is refused, slower each time, and the right one still works', { skip, timeout: 60_000 }, async (t) => {
    const { node, thing } = await nodeWithThing(t);
    const took = [];
    for (let i = 0; i < 4; i++) {
        const begin = Date.now();
        const child = new Child('mosquitto_pub', ['-h', node.mqtt.host, '-p', String(node.mqtt.port), '-u', thing.id, '-P', 'wrong', '-q', '1', '-t', 'x', '-m', '1']);
        const { code, stderr } = await ended(child);
        assert.notEqual(code, 0);
        assert.match(stderr, /not authori[sz]ed|bad user name or password/i);
        took.push(Date.now() - begin);
    }
    assert.ok(took[3] > took[0] + 300, `no growing delay: ${took}`);
    const client = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token });
    await client.publishAsync(`things/${thing.id}/properties/x`, '1', { qos: 1 });
    await client.endAsync();
});

test('a topic outside the own tree is refused, and nothing is stored', { skip }, async (t) => {
    const { node, thing } = await nodeWithThing(t);
    const other = await addThing(node, 'other');
    const client = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, protocolVersion: 5 });
    t.after(() => client.endAsync(true));
    for (const topic of [`things/${other.id}/properties/x`, 'things', 'x', '$SYS/x'])
        await assert.rejects(client.publishAsync(topic, '1', { qos: 1 }), /Not authorized|135|Topic/i, topic);
    await client.publishAsync(`things/${thing.id}/../${other.id}/properties/x`, '1', { qos: 1 }); // a name like any other
    const granted = await client.subscribeAsync([`things/${other.id}/#`, '#', `things/${thing.id}/actions/+`]).catch((error) => error);
    assert.ok(granted instanceof Error || granted.some((g) => g.qos >= 128));
    assert.equal((await runJson(['readings', other.id, '--count', '--data', node.data])).count, 0);
});

test('the same client id again takes over', { skip }, async (t) => {
    const { node, thing } = await nodeWithThing(t);
    const options = { username: thing.id, password: thing.token, clientId: 'twin', protocolVersion: 5, reconnectPeriod: 0 };
    const first = await mqtt.connectAsync(node.mqtt.url, options);
    const gone = new Promise((resolve) => { first.once('disconnect', (packet) => resolve(packet.reasonCode)); first.once('close', () => resolve('closed')); });
    const second = await mqtt.connectAsync(node.mqtt.url, options);
    assert.equal(await gone, 0x8e);
    await second.publishAsync(`things/${thing.id}/properties/x`, '1', { qos: 1 });
    await second.endAsync();
});

test('bad payloads say what is wrong, and the connection lives on', { skip }, async (t) => {
    const { node, thing } = await nodeWithThing(t);
    const client = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, protocolVersion: 5 });
    t.after(() => client.endAsync(true));
    const bad = [
        ['{"a":{}}', /no reading/], ['{"a":1,"a":2}', /twice|duplicate/i], ['[', /./], ['{"a":NaN}', /./], ['{"a":1e999}', /./],
        [`${'['.repeat(5000)}`, /./], ['{"a":1,"time":0}', /1970/], ['{"a":1,"time":7258118400000}', /2200/], ['', /too early|empty/i], ['{}', /nothing|no /i],
    ];
    let said = '';
    client.on('packetreceive', (packet) => { if (packet.cmd === 'puback') said = packet.properties?.reasonString ?? ''; });
    for (const [body, words] of bad) {
        const error = await client.publishAsync(`things/${thing.id}/properties`, body, { qos: 1 }).then(() => null, (e) => e);
        assert.ok(error, `accepted ${body.slice(0, 40)}`);
        assert.match(said, words, body.slice(0, 40));
    }
    await client.publishAsync(`things/${thing.id}/properties`, '{"a":1}', { qos: 1 });
    assert.equal((await runJson(['readings', thing.id, '--count', '--data', node.data])).count, 1);
    const shown = await runJson(['things', 'show', thing.id, '--data', node.data]);
    assert.equal(shown.refused.count, bad.length);
});

test('a will becomes a reading when the connection is lost', { skip }, async (t) => {
    const { node, thing } = await nodeWithThing(t);
    const client = await mqtt.connectAsync(node.mqtt.url, {
        username: thing.id, password: thing.token, reconnectPeriod: 0,
        will: { topic: `things/${thing.id}/properties/alive`, payload: 'false', qos: 1 },
    });
    client.stream.destroy();
    const rows = await waitFor('the will', async () => {
        const all = await readings(node, thing, 'alive');
        return all.length > 0 ? all : null;
    });
    assert.equal(rows[0].value, false);
});
