// SPDX-License-Identifier: Apache-2.0
// Wills (chapter 3.1.2.5 to 3.1.2.7): when one is published, how, and when it is not. Delays are in time.test.mjs.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, topic } = onNode();

async function listener(t, version, where, options = 2) {
    const ear = await join(t, { version });
    await ear.subscribe([[where, options]]);
    return ear;
}
const retained = async (t, version, where) => (await (await listener(t, version, where)).drain()).map(({ payload }) => payload.toString());

shows({ 4: '3.1.2-8 3.1.2-10 3.1.2-9', 5: '3.1.2-7 3.1.2-8 3.1.2-10 3.1.2-9' }, 'the will is published, once, when the connection just ends', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    for (const qos of [0, 1, 2]) {
        const clientId = `mortal-${version}-${qos}`;
        const peer = await join(t, { version, clientId, will: { topic: where, payload: `dead ${qos}`, qos } });
        await ear.silent('published while the client is there');
        peer.cut();
        await ear.take({ topic: where, payload: `dead ${qos}`, qos, retain: false });
        (await join(t, { version, clientId })).cut(); // this one has none
        await (await join(t, { version, clientId })).leave();
        await ear.silent('published twice');
    }
});

shows({ 4: '3.1.2-8 4.8.0-1', 5: '3.1.2-8 4.13.1-1' }, 'the will is published when the node ends the connection for a fault', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    const peer = await join(t, { version, will: { topic: where, payload: 'dead' } });
    peer.send(wire.packet(0x00));
    await peer.gone();
    await ear.take({ payload: 'dead' });
});

shows({ 4: '3.14.4-3 3.1.2-8 3.1.2-10', 5: '3.14.4-3 3.1.2-8 3.1.2-10' }, 'after DISCONNECT there is no will', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    const peer = await join(t, { version, will: { topic: where, payload: 'dead', retain: true } });
    await peer.leave();
    await ear.silent();
    assert.deepEqual(await retained(t, version, where), []);
});

shows({ 5: '3.1.2-8' }, 'DISCONNECT with 0x04 asks for the will', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    const peer = await join(t, { version, will: { topic: where, payload: 'wanted' } });
    await peer.leave({ reason: 0x04 });
    await ear.take({ payload: 'wanted' });
});

shows({ 4: '3.1.2-12', 5: '3.1.2-7' }, 'without a will nothing is published, and of two clients each has its own', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    const without = await join(t, { version });
    const one = await join(t, { version, will: { topic: where, payload: 'one' } });
    const two = await join(t, { version, will: { topic: where, payload: 'two' } });
    without.cut();
    await ear.silent();
    two.cut();
    await ear.take({ payload: 'two' });
    one.cut();
    await ear.take({ payload: 'one' });
    await ear.silent();
});

shows({ 4: '3.1.2-16 3.1.2-17', 5: '3.1.2-14 3.1.2-15' }, 'the will is retained if it was asked to be', async (t, version) => {
    for (const retain of [false, true]) {
        const where = topic();
        const ear = await listener(t, version, where);
        const peer = await join(t, { version, will: { topic: where, payload: 'dead', qos: 1, retain } });
        peer.cut();
        await ear.take({ payload: 'dead', retain: false });
        assert.deepEqual(await retained(t, version, where), retain ? ['dead'] : []);
    }
});

shows({ 5: '3.1.3-10 3.1.2-9 3.3.2-18' }, 'the properties of a will are published as they came, user properties in their order', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    const properties = { payloadFormat: 1, contentType: 'text/x', responseTopic: 'r/t', correlation: Buffer.from([1, 0, 2]), user: [['z', '1'], ['a', '2'], ['z', '0']] };
    const peer = await join(t, { version, will: { topic: where, payload: 'dead', qos: 1, properties } });
    peer.cut();
    assert.deepEqual((await ear.take({ payload: 'dead' })).properties, properties);
});

shows({ 4: '3.1.2-8', 5: '3.1.2-8' }, 'the will of a client that is taken over is published', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    const clientId = `over-${version}`;
    const first = await join(t, { version, clientId, will: { topic: where, payload: 'first' } });
    const second = await join(t, { version, clientId });
    await first.gone();
    await ear.take({ payload: 'first' });
    second.cut();
    await ear.silent();
});
