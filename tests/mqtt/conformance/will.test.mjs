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

shows({ 4: '3.1.2-8 4.8.0-1', 5: '3.1.2-8 4.13.1-1' }, 'the will is published when the node ends the connection for a fault', async (t, version) => {
    const where = topic();
    const ear = await listener(t, version, where);
    const peer = await join(t, { version, will: { topic: where, payload: 'dead' } });
    peer.send(wire.packet(0x00));
    await peer.gone();
    await ear.take({ payload: 'dead' });
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
