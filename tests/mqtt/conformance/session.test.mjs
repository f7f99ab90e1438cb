// SPDX-License-Identifier: Apache-2.0
// Sessions (chapters 3.1.2.4, 3.2.2.2 and 4.1): what is kept, for whom, and when it is thrown away.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import { disconnect } from '../../lib/mqtt_wire.mjs';

const { join, topic } = onNode();
let serial = 0;
const name = (version) => `session-${version}-${++serial}`;
const stays = (version, clientId) => ({ version, clientId, clean: false, properties: { sessionExpiry: 300 } });

shows({ 4: '3.1.2-4 3.2.2-2 3.2.2-3 3.1.3-2 4.1.0-1', 5: '3.1.2-5 3.1.2-6 3.1.2-23 3.2.2-3 3.1.3-2 3.1.4-4' },
    'a session goes on when its client comes back, and is told present', async (t, version) => {
        const [clientId, where] = [name(version), topic()];
        const first = await join(t, stays(version, clientId));
        assert.equal(first.connack.sessionPresent, false);
        await first.subscribe([[where, 1]]);
        await first.leave();
        const second = await join(t, stays(version, clientId));
        assert.equal(second.connack.sessionPresent, true);
        const other = await join(t, stays(version, name(version)));
        assert.equal(other.connack.sessionPresent, false, 'it is another client\'s');
        const mouth = await join(t, { version });
        await mouth.put({ topic: where, payload: 'x', qos: 1 });
        await second.take({ payload: 'x' });
        await other.silent();
        for (const peer of [second, other]) await peer.leave({ properties: { sessionExpiry: 0 } });
    });

shows({ 4: '3.1.2-5 4.5.0-1 4.1.0-1', 5: '3.1.2-23 4.5.0-1 3.1.2-5' }, 'what came while the client was away is there when it is back, in order', async (t, version) => {
    const [clientId, where] = [name(version), topic()];
    const first = await join(t, stays(version, clientId));
    await first.subscribe([[where, 2]]);
    first.cut();
    const mouth = await join(t, { version });
    const sent = [];
    for (let i = 0; i < 8; i++) {
        await mouth.put({ topic: where, payload: `${i}`, qos: 1 + i % 2 });
        sent.push([`${i}`, 1 + i % 2, false]);
    }
    const back = await join(t, stays(version, clientId));
    const came = [];
    let unreleased = sent.filter(([, qos]) => qos === 2).length;
    while (came.length < sent.length || unreleased > 0) { // a PUBREL waits for the disk
        const packet = await back.next();
        if (packet.name === 'pubrel') {
            back.ack('pubcomp', packet.id);
            unreleased--;
        }
        if (packet.name !== 'publish') continue;
        back.ack(packet.qos === 1 ? 'puback' : 'pubrec', packet.id);
        came.push([packet.payload.toString(), packet.qos, packet.dup]);
    }
    const byQos = (rows) => [1, 2].map((qos) => rows.filter((row) => row[1] === qos)); // what the standard orders
    assert.deepEqual(byQos(came), byQos(sent));
    await back.silent();
    await back.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 4: '3.1.2-6 3.1.4-3 3.2.2-1', 5: '3.1.2-4 3.1.4-4 3.2.2-2' }, 'clean throws the session away', async (t, version) => {
    const [clientId, where] = [name(version), topic()];
    const first = await join(t, stays(version, clientId));
    await first.subscribe([[where, 1]]);
    first.cut();
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'waiting', qos: 1 });
    const clean = await join(t, { version, clientId, clean: true });
    assert.equal(clean.connack.sessionPresent, false);
    await mouth.put({ topic: where, payload: 'now', qos: 1 });
    await clean.silent('subscription or message of the session that was thrown away');
    clean.cut();
    const again = await join(t, stays(version, clientId));
    assert.equal(again.connack.sessionPresent, false, 'a clean session was kept');
    await again.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 5: '3.1.2-23 4.1.0-2' }, 'without an expiry the session ends with its connection', async (t, version) => {
    for (const properties of [{}, { sessionExpiry: 0 }]) {
        const clientId = name(version);
        await (await join(t, { version, clientId, clean: false, properties })).leave();
        assert.equal((await join(t, { version, clientId, clean: false })).connack.sessionPresent, false);
    }
});

shows({ 5: '4.1.0-2 4.13.1-1' }, 'DISCONNECT can change the expiry, but not from none to some', async (t, version) => {
    const clientId = name(version);
    await (await join(t, stays(version, clientId))).leave({ properties: { sessionExpiry: 0 } });
    const second = await join(t, { version, clientId, clean: false });
    assert.equal(second.connack.sessionPresent, false, 'kept, although the client gave it up');
    second.send(disconnect({ version, properties: { sessionExpiry: 60 } }));
    await second.thrownOut(0x82);
});

shows({ 4: '4.1.0-2 4.1.0-1', 5: '4.1.0-1' }, 'a session is there as long as its connection', async (t, version) => {
    const where = topic();
    const peer = await join(t, { version, clean: true });
    await peer.subscribe([[where, 1]]);
    const mouth = await join(t, { version });
    for (let i = 0; i < 50; i++) {
        await mouth.put({ topic: where, payload: `${i}`, qos: i % 2 });
        await peer.take({ payload: `${i}` });
    }
    await peer.silent();
});

shows({ 4: '3.1.2-4 3.1.4-2', 5: '3.1.2-5 3.1.4-3' }, 'a session is carried over to a connection that takes the older one\'s place', async (t, version) => {
    const [clientId, where] = [name(version), topic()];
    const first = await join(t, stays(version, clientId));
    await first.subscribe([[where, 1]]);
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'open', qos: 1 });
    const { id } = await first.expect('publish', { qos: 1 });
    const second = await join(t, stays(version, clientId));
    assert.equal(second.connack.sessionPresent, true);
    await first.gone();
    await second.take({ id, dup: true, payload: 'open' });
    await mouth.put({ topic: where, payload: 'live', qos: 1 });
    await second.take({ payload: 'live' });
    await second.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 4: '3.1.2-4 3.1.2-5 3.2.2-2', 5: '3.1.2-23 3.2.2-3' }, 'a session made by one version is kept for its client alone', async (t, version) => {
    const [clientId, where] = [name(version), topic()];
    const first = await join(t, stays(version, clientId));
    await first.subscribe([[where, 2]]);
    first.cut();
    const mouth = await join(t, { version: 9 - version });
    await mouth.put({ topic: where, payload: 'from the other version', qos: 2 });
    const back = await join(t, stays(version, clientId));
    assert.equal(back.connack.sessionPresent, true);
    await back.take({ payload: 'from the other version', qos: 2 });
    await back.leave({ properties: { sessionExpiry: 0 } });
});
