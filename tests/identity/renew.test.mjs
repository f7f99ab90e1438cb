// SPDX-License-Identifier: Apache-2.0
// A Thing's next certificate over MQTT: a request on its own tree is answered, in version 5 where the request says, in
// 3.1.1 on a topic that is known; the certificate opens the door; nobody gets one for another Thing, or an answer elsewhere.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { addThing, Child, missingProgram, runJson, tempDir, waitFor } from '../lib/node_process.mjs';
import { startSecureNode } from '../lib/secure_node.mjs';

const skip = missingProgram();
const run = promisify(execFile);

/** A new key, and a request for it: { key, csr }, as texts. */
async function request(folder, name) {
    const key = path.join(folder, `${name}.key`);
    const { stdout: csr } = await run('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=whoever', '-keyout', key]);
    return { key: await readFile(key, 'utf8'), csr };
}

async function connect(t, node, options) {
    const client = mqtt.connect({ protocol: 'mqtts', host: node.mqtts.host, port: node.mqtts.port, ca: node.ca, reconnectPeriod: 0, servername: 'localhost', ...options });
    t.after(() => client.endAsync(true).catch(() => {}));
    client.on('error', () => {});
    client.heard = [];
    client.on('message', (topic, payload, packet) => client.heard.push({ topic, json: JSON.parse(payload), properties: packet.properties }));
    await new Promise((resolve, reject) => { client.once('connect', resolve); client.once('close', () => reject(new Error('closed'))); });
    return client;
}

const byToken = (thing, protocolVersion) => ({ username: thing.id, password: thing.token, protocolVersion });
const certificates = async (node, thing) => (await runJson(['things', 'certificate', thing.id, '--list', '--data', node.data])).certificates;
const next = (client, count) => waitFor('the answer', () => client.heard[count - 1]);

test('a Thing renews its certificate over MQTT, with version 5 and with 3.1.1', { skip, timeout: 60_000 }, async (t) => {
    const node = await startSecureNode(t);
    const folder = await tempDir(t);
    const press = await addThing(node, 'press');
    const tree = `things/${press.id}`;

    const first = await request(folder, 'first');
    const plain = await connect(t, node, byToken(press, 4));
    await plain.subscribeAsync(`${tree}/certificate`, { qos: 1 });
    await plain.publishAsync(`${tree}/certificate/request`, first.csr, { qos: 1 });
    const { json: one } = await next(plain, 1);
    assert.equal(one.id, press.id);
    assert.equal(one.ca.trim(), node.ca.trim());
    assert.ok(one.until > Date.now() + 360 * 86_400_000);

    const second = await request(folder, 'second');
    const byCertificate = await connect(t, node, { cert: one.certificate, key: first.key, protocolVersion: 5 });
    await byCertificate.subscribeAsync(`${tree}/answers/#`, { qos: 1 });
    const properties = { responseTopic: `${tree}/answers/7`, correlationData: Buffer.from('year two') };
    await byCertificate.publishAsync(`${tree}/certificate/request`, second.csr, { qos: 1, properties });
    const answer = await next(byCertificate, 1);
    assert.equal(answer.topic, `${tree}/answers/7`);
    assert.equal(answer.properties.correlationData.toString(), 'year two');
    assert.notEqual(answer.json.fingerprint, one.fingerprint);
    const again = await connect(t, node, { cert: answer.json.certificate, key: second.key, protocolVersion: 5 });
    await again.publishAsync(`${tree}/properties/ok`, 'true', { qos: 1 });
    assert.equal((await certificates(node, press)).length, 2);
    assert.equal((await node.stop()).code, 0);
});

test("what is no request is told so; not for another Thing, not to another's topic, not too much", { skip, timeout: 60_000 }, async (t) => {
    const node = await startSecureNode(t);
    const folder = await tempDir(t);
    const press = await addThing(node, 'press');
    const pump = await addThing(node, 'pump');
    const { csr } = await request(folder, 'key');
    const client = await connect(t, node, byToken(press, 5));
    const tree = `things/${press.id}`;
    await client.subscribeAsync(`${tree}/certificate`, { qos: 1 });
    const refused = async (topic, payload, reason, properties) => {
        const error = await client.publishAsync(topic, payload, { qos: 1, properties }).then(() => null, (e) => e);
        assert.equal(error?.code, reason, `${topic}: ${error}`);
    };
    await refused(`things/${pump.id}/certificate/request`, csr, 0x87);
    await refused(`${tree}/certificate/request`, csr, 0x87, { responseTopic: `things/${pump.id}/certificate` });
    await refused(`${tree}/certificate/request`, csr, 0x87, { responseTopic: 'plant/everybody' });
    await refused(`${tree}/certificate/request`, 'x'.repeat(8193), 0x99);
    await refused(`${tree}/certificate/request`, csr, 0x99, { correlationData: Buffer.alloc(257) });
    assert.deepEqual(client.heard, []);
    await client.publishAsync(`${tree}/certificate/request`, 'please', { qos: 1 });
    assert.equal((await next(client, 1)).json.error.code, 'bad_request');
    for (const thing of [press, pump]) assert.deepEqual(await certificates(node, thing), []);
});

test("mosquitto_rr asks and gets the answer", { skip, timeout: 60_000 }, async (t) => {
    const node = await startSecureNode(t);
    const press = await addThing(node, 'press');
    const { csr } = await request(await tempDir(t), 'key');
    const client = new Child('mosquitto_rr', ['-V', '5', '-h', '127.0.0.1', '-p', String(node.mqtts.port), '--cafile', node.caFile, '-u', press.id, '-P', press.token,
        '-q', '1', '-t', `things/${press.id}/certificate/request`, '-e', `things/${press.id}/certificate`, '-m', csr, '-W', '10']);
    assert.equal((await client.ended).code, 0, client.tail());
    assert.equal(JSON.parse(client.lines.stdout.join('')).id, press.id);
});
