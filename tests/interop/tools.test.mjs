// SPDX-License-Identifier: Apache-2.0
// mosquitto_pub, mosquitto_sub and mosquitto_rr as they are installed, in both versions.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { addThing, Child, missingProgram, startChild, startNode } from '../lib/node_process.mjs';

const skip = missingProgram();
const later = [];
let node;
let thing;
let serial = 0;
before(async () => {
    if (skip) return;
    node = await startNode({ after: (end) => later.unshift(end) });
    thing = await addThing(node, 'tools');
});
after(async () => { for (const end of later) await end(); });

const topic = (name) => `things/${thing.id}/events/${name}-${++serial}`;
const words = (version, ...more) =>
    ['-h', node.mqtt.host, '-p', String(node.mqtt.port), '-u', thing.id, '-P', thing.token, '-V', version === 5 ? 'mqttv5' : 'mqttv311', ...more];

async function publish(version, ...more) {
    const child = new Child('mosquitto_pub', words(version, ...more));
    const { code } = await child.ended;
    assert.equal(code, 0, child.tail());
}

/** mosquitto_sub that is listening; its output is not held back by a pipe. */
async function listen(t, version, ...more) {
    const child = startChild(t, 'stdbuf', ['-oL', 'mosquitto_sub', ...words(version, '-d', ...more)]);
    await child.waitLine(/^Subscribed/);
    return child;
}

for (const version of [4, 5]) {
    const label = version === 5 ? '5' : '3.1.1';
    test(`${label}: mosquitto_sub hears QoS 0, 1 and 2 of mosquitto_pub`, { skip }, async (t) => {
        const where = topic('qos');
        const sub = await listen(t, version, '-q', '2', '-t', where, '-F', 'got %q %r %p');
        for (const qos of [0, 1, 2]) {
            await publish(version, '-q', String(qos), '-t', where, '-m', `payload ${qos}`);
            await sub.waitLine(new RegExp(`^got ${qos} 0 payload ${qos}$`));
        }
    });

    test(`${label}: a retained message is there for who comes later, until it is removed`, { skip }, async (t) => {
        const where = topic('retained');
        await publish(version, '-r', '-q', '1', '-t', where, '-m', 'kept');
        const sub = await listen(t, version, '-q', '1', '-t', where, '-F', 'got %r %p');
        await sub.waitLine(/^got 1 kept$/);
        await publish(version, '-r', '-q', '1', '-t', where, '-n');
        const late = await listen(t, version, '-q', '1', '-t', where, '-F', 'got %r %p');
        await publish(version, '-q', '1', '-t', where, '-m', 'live');
        await late.waitLine(/^got 0 live$/);
        assert.equal(late.lines.stdout.filter((line) => line.startsWith('got')).length, 1);
    });

    test(`${label}: the will of mosquitto_sub that is killed is published`, { skip }, async (t) => {
        const where = topic('will');
        const ear = await listen(t, version, '-q', '1', '-t', where, '-F', 'got %p');
        const mortal = await listen(t, version, '-t', topic('other'), '--will-topic', where, '--will-payload', 'died', '--will-qos', '1');
        mortal.process.kill('SIGKILL');
        await ear.waitLine(/^got died$/);
    });

    test(`${label}: mosquitto_sub comes back to its session`, { skip }, async (t) => {
        const where = topic('session');
        const kept = ['-i', `tool-${version}`, '-c', '-q', '2', '-t', where, ...(version === 5 ? ['-x', '60'] : [])];
        (await listen(t, version, ...kept)).process.kill('SIGKILL');
        for (const qos of [1, 2]) await publish(version, '-q', String(qos), '-t', where, '-m', `while away ${qos}`);
        const back = startChild(t, 'stdbuf', ['-oL', 'mosquitto_sub', ...words(version, ...kept, '-F', 'got %q %p')]);
        for (const qos of [1, 2]) await back.waitLine(new RegExp(`^got ${qos} while away ${qos}$`));
    });
}

test('5: properties of mosquitto_pub reach mosquitto_sub', { skip }, async (t) => {
    const where = topic('properties');
    const sub = await listen(t, 5, '-q', '1', '-t', where, '-F', 'got %C|%D|%R|%P|%F|%E|%p');
    await publish(5, '-q', '1', '-t', where, '-m', 'x', '-D', 'publish', 'content-type', 'text/plain', '-D', 'publish', 'correlation-data', 'c0',
        '-D', 'publish', 'response-topic', 'r/t', '-D', 'publish', 'user-property', 'k', 'v', '-D', 'publish', 'payload-format-indicator', '1',
        '-D', 'publish', 'message-expiry-interval', '90');
    const [, expiry] = await sub.waitLine(/^got text\/plain\|c0\|r\/t\|k:v\|1\|(\d+)\|x$/);
    assert.ok(Number(expiry) <= 90 && Number(expiry) >= 80);
});

test('5: mosquitto_rr asks, a mosquitto_sub and a mosquitto_pub answer', { skip }, async (t) => {
    const [ask, tell] = [topic('ask'), topic('tell')];
    const answering = await listen(t, 5, '-q', '1', '-t', ask, '-F', 'got %R %p');
    const asking = startChild(t, 'stdbuf', ['-oL', 'mosquitto_rr', ...words(5, '-q', '1', '-t', ask, '-e', tell, '-m', 'question', '-F', 'got %p')]);
    const [, response] = await answering.waitLine(/^got (\S+) question$/);
    assert.equal(response, tell);
    await publish(5, '-q', '1', '-t', response, '-m', 'answer');
    await asking.waitLine(/^got answer$/);
    assert.equal((await asking.ended).code, 0);
});

test('5: shared subscriptions of two mosquitto_sub get each message once', { skip }, async (t) => {
    const where = topic('shared');
    const members = [await listen(t, 5, '-q', '1', '-t', `$share/crew/${where}`, '-F', 'got %p'), await listen(t, 5, '-q', '1', '-t', `$share/crew/${where}`, '-F', 'got %p')];
    for (let i = 0; i < 6; i++) await publish(5, '-q', '1', '-t', where, '-m', `${i}`);
    const got = () => members.flatMap(({ lines }) => lines.stdout.filter((line) => line.startsWith('got')));
    await Promise.race(members.map((member) => member.waitLine(/^got 5$/)));
    await publish(5, '-q', '1', '-t', where, '-m', 'end');
    await Promise.race(members.map((member) => member.waitLine(/^got end$/)));
    assert.deepEqual(got().sort(), ['got 0', 'got 1', 'got 2', 'got 3', 'got 4', 'got 5', 'got end']);
});
