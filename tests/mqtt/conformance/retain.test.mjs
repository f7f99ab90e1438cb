// SPDX-License-Identifier: Apache-2.0
// Retained messages (chapter 3.3.1.3), and the subscription options about them.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';

const { join, state, topic } = onNode();
const payloads = (packets) => packets.map(({ payload }) => payload.toString()).sort();

/** What a fresh subscriber is sent at once. */
async function atOnce(t, version, filter, options = 2) {
    const ear = await join(t, { version });
    await ear.subscribe([[filter, options]]);
    const packets = await ear.drain();
    for (const packet of packets) await ear.acknowledge(packet);
    ear.cut();
    return packets;
}

shows({ 4: '3.3.1-5 3.3.1-6 3.3.1-8 3.3.1-7', 5: '3.3.1-5 3.3.1-9' }, 'the last retained message, with its QoS, is sent to who subscribes', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version });
    for (const qos of [1, 2, 0]) {
        await mouth.put({ topic: where, payload: 'before', qos: 1, retain: true });
        await mouth.put({ topic: where, payload: `last ${qos}`, qos, retain: true });
        const came = await atOnce(t, version, where);
        assert.deepEqual(came.map(({ payload, retain, qos: with_, topic: on, dup }) => [payload.toString(), retain, with_, on, dup]),
            [[`last ${qos}`, true, qos, where, false]]);
    }
});

shows({ 4: '3.3.1-6', 5: '3.3.1-9' }, 'each topic that matches has its own, and a wildcard finds them all', async (t, version) => {
    const base = topic('many');
    const mouth = await join(t, { version });
    const filter = `things/${state.thing.id}/events/+`;
    const before = payloads(await atOnce(t, version, filter));
    for (const i of [1, 2, 3]) await mouth.put({ topic: `${base}.${i}`, payload: `${base} ${i}`, qos: 1, retain: true });
    const came = payloads(await atOnce(t, version, filter)).filter((payload) => !before.includes(payload));
    assert.deepEqual(came, [1, 2, 3].map((i) => `${base} ${i}`));
    assert.deepEqual(payloads(await atOnce(t, version, `${base}.2`)), [`${base} 2`]);
});

shows({ 4: '3.3.1-9', 5: '3.3.1-12' }, 'to a subscription that was there it goes without the flag', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 1]]);
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'live', qos: 1, retain: true });
    await ear.take({ payload: 'live', retain: false });
    await ear.silent();
});

shows({ 5: '3.3.1-13 3.3.1-12' }, 'retain as published keeps the flag as it came', async (t, version) => {
    const where = topic();
    const as = await join(t, { version });
    await as.subscribe([[where, 0x08 | 1]]);
    const plain = await join(t, { version });
    await plain.subscribe([[where, 1]]);
    const mouth = await join(t, { version });
    for (const retain of [true, false]) {
        await mouth.put({ topic: where, payload: `${retain}`, qos: 1, retain });
        await as.take({ payload: `${retain}`, retain });
        await plain.take({ payload: `${retain}`, retain: false });
    }
});

shows({ 4: '3.3.1-10 3.3.1-11', 5: '3.3.1-6 3.3.1-7' }, 'an empty retained message is handed on, removes what was there, and is not kept', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 1]]);
    const mouth = await join(t, { version });
    for (const before of ['something', null]) {
        if (before) {
            await mouth.put({ topic: where, payload: before, qos: 1, retain: true });
            await ear.take({ payload: before });
        }
        await mouth.put({ topic: where, payload: '', qos: 1, retain: true });
        await ear.take({ payload: '', retain: false });
        assert.deepEqual(await atOnce(t, version, where), []);
    }
});

shows({ 4: '3.3.1-12', 5: '3.3.1-8' }, 'a message without the flag leaves what is retained as it is', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'live', qos: 1 });
    assert.deepEqual(await atOnce(t, version, where), []);
    await mouth.put({ topic: where, payload: 'kept', qos: 1, retain: true });
    for (const payload of ['live', '']) await mouth.put({ topic: where, payload, qos: 1 });
    assert.deepEqual(payloads(await atOnce(t, version, where)), ['kept']);
});

shows({ 5: '3.3.1-9 3.3.1-10 3.3.1-11' }, 'retain handling says when the retained messages are sent', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'kept', qos: 1, retain: true });
    const ear = await join(t, { version });
    const again = async (handling) => {
        await ear.subscribe([[where, handling << 4]]);
        return payloads(await ear.drain());
    };
    assert.deepEqual(await again(2), [], '2, new');
    assert.deepEqual(await again(1), [], '1, there already');
    assert.deepEqual(await again(0), ['kept'], '0, there already');
    assert.deepEqual(await again(2), [], '2, there already');
    await ear.unsubscribe([where]);
    assert.deepEqual(await again(1), ['kept'], '1, new');
    await ear.unsubscribe([where]);
    assert.deepEqual(await again(0), ['kept'], '0, new');
});

shows({ 4: '3.1.2-7' }, 'retained messages outlive the session that sent them', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version, clean: true });
    await mouth.put({ topic: where, payload: 'stays', qos: 1, retain: true });
    await mouth.leave();
    assert.deepEqual(payloads(await atOnce(t, version, where)), ['stays']);
});

shows({ 4: '3.8.4-6', 5: '3.8.4-8' }, 'retained messages too come with the smaller QoS', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'kept', qos: 2, retain: true });
    for (const granted of [0, 1, 2]) assert.deepEqual((await atOnce(t, version, where, granted)).map(({ qos }) => qos), [granted]);
});

shows({ 5: '3.3.2-4 3.3.2-15 3.3.2-16 3.3.2-17 3.3.2-18 3.3.2-20' }, 'the properties of a retained message are sent as they came', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version });
    const properties = { payloadFormat: 1, contentType: 'a/b', responseTopic: 'r', correlation: Buffer.from('c'), user: [['x', '1'], ['x', '2']] };
    await mouth.put({ topic: where, payload: 'kept', qos: 1, retain: true, properties });
    const [packet] = await atOnce(t, version, where);
    assert.deepEqual(packet.properties, properties);
});
