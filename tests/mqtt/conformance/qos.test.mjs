// SPDX-License-Identifier: Apache-2.0
// Delivery (chapters 4.3 to 4.6): QoS 1 and 2 both ways, what is sent again when a client comes back, and the order.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';

const { join, topic } = onNode();
let serial = 0;
/** A client whose session stays: clean session 0, or an expiry. */
const kept = (version, clientId = `kept-${version}-${++serial}`) =>
    ({ version, clientId, clean: false, properties: { sessionExpiry: 300 } });

async function pair(t, version) {
    const where = topic();
    const session = kept(version);
    const ear = await join(t, session);
    await ear.subscribe([[where, 2]]);
    const mouth = await join(t, { version });
    return { where, session, ear, mouth, back: () => join(t, session) };
}

shows({ 4: '4.3.2-2', 5: '4.3.2-4 4.3.2-5' }, 'QoS 1 in: after PUBACK the same id is a new message, whatever DUP says', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    for (const [payload, dup] of [['one', false], ['two', false], ['three', true]]) {
        mouth.publish({ topic: where, payload, qos: 1, id: 5, dup });
        await mouth.expect('puback', { id: 5, reason: 0 });
        await ear.take({ topic: where, payload, qos: 1 });
    }
    await ear.silent();
});

shows({ 4: '4.3.2-1 2.3.1-4', 5: '4.3.2-1 4.3.2-2 4.3.2-3 2.2.1-4' }, 'QoS 1 out: a free id, DUP 0, and open until PUBACK', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    const open = new Set();
    for (let i = 0; i < 12; i++) {
        await mouth.put({ topic: where, payload: `${i}`, qos: 1 });
        const { id } = await ear.expect('publish', { qos: 1, dup: false });
        assert.ok(id > 0 && !open.has(id), `id ${id} is in use`);
        open.add(id);
    }
    await ear.silent('sent again without a reason');
    for (const id of open) ear.ack('puback', id);
    for (let i = 0; i < 12; i++) {
        await mouth.put({ topic: where, payload: `${i}`, qos: 1 });
        await ear.take({ qos: 1, dup: false, payload: `${i}` });
    }
});

shows({ 4: '4.4.0-1', 5: '4.4.0-1' }, 'a new session gets nothing of the old one', async (t, version) => {
    const { where, session, ear, mouth } = await pair(t, version);
    await mouth.put({ topic: where, payload: 'x', qos: 1 });
    await ear.expect('publish');
    ear.cut();
    const fresh = await join(t, { ...session, clean: true });
    assert.equal(fresh.connack.sessionPresent, false);
    await fresh.silent();
});
