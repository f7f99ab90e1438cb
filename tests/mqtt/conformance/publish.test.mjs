// SPDX-License-Identifier: Apache-2.0
// PUBLISH (chapter 3.3): flags, topics, properties handed on, and what is refused.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, state, topic } = onNode();

/** Two clients, the first listening to a topic of its own. */
async function pair(t, version, options = 2, more = {}) {
    const where = topic();
    const ear = await join(t, { version, ...more });
    await ear.subscribe([[where, options]]);
    const mouth = await join(t, { version });
    return { where, ear, mouth };
}

shows({ 4: '3.3.1-2 4.3.1-1', 5: '3.3.1-2 4.3.1-1' }, 'DUP with QoS 0 is a fault, and the node sends none', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    mouth.publish({ topic: where, payload: 'a', qos: 0 });
    await ear.take({ topic: where, payload: 'a', qos: 0, dup: false });
    mouth.publish({ topic: where, payload: 'b', qos: 0, dup: true });
    await mouth.thrownOut([0x81, 0x82]);
    await ear.silent();
});

shows({ 4: '3.3.1-4 4.8.0-1', 5: '3.3.1-4 4.13.1-1' }, 'QoS 3 ends the connection', async (t, version) => {
    const peer = await join(t, { version });
    peer.publish({ topic: topic(), qos: 3, id: 1, payload: '1' });
    await peer.thrownOut([0x81, 0x82]);
});

shows({ 4: '2.3.1-5 4.3.1-1 3.3.4-1', 5: '2.2.1-2 4.3.1-1 3.3.4-1' }, 'QoS 0 has no packet id, on either way, and no answer', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    const payload = '\u0001\u0002text'; // would be eaten as a packet id
    mouth.publish({ topic: where, payload, qos: 0 });
    await mouth.silent();
    const packet = await ear.take({ topic: where, payload, qos: 0 });
    assert.equal(packet.id, undefined);
});

shows({ 4: '3.3.2-2 4.7.1-1', 5: '3.3.2-2 4.7.0-1' }, 'a topic name with a wildcard ends the connection', async (t, version) => {
    for (const name of ['#', '+', `things/${state.thing.id}/events/+`, `things/${state.thing.id}/#`, 'a+b', 'a#']) {
        const peer = await join(t, { version });
        peer.publish({ topic: name, qos: 1, id: 1 });
        await peer.thrownOut([0x81, 0x82, 0x90], name);
    }
});

shows({ 4: '3.3.2-1 3.3.2-3', 5: '3.3.2-1 3.3.2-3' }, 'a subscriber gets the topic that was published, which matches its filter', async (t, version) => {
    const peer = await join(t, { version });
    const mouth = await join(t, { version });
    const where = [topic('one'), topic('two'), topic('three')];
    await peer.subscribe([[where[0], 0], [where[1], 1]]);
    for (const name of where) await mouth.put({ topic: name, payload: name, qos: 1 });
    await peer.take({ topic: where[0], payload: where[0] });
    await peer.take({ topic: where[1], payload: where[1] });
    await peer.silent('a topic that nobody here subscribed to');
});

shows({ 4: '3.3.5-2' }, 'a PUBLISH that is not allowed is acknowledged or ends the connection, and goes nowhere', async (t, version) => {
    const ear = await join(t, { version });
    await ear.subscribe([[`things/${state.thing.id}/#`, 1]]);
    for (const qos of [0, 1, 2]) {
        const mouth = await join(t, { version });
        mouth.publish({ topic: 'things/somebody-else/events/e', payload: 'x', qos, id: 7 });
        if (qos === 0) await mouth.silent();
        else await mouth.next().then(({ name, id }) => assert.deepEqual([name, id], [qos === 1 ? 'puback' : 'pubrec', 7]), () => mouth.gone());
    }
    await ear.silent();
});

shows({ 5: '3.3.4-6' }, 'a PUBLISH with a subscription id ends the connection', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    mouth.publish({ topic: where, payload: 'x', qos: 1, id: 3, properties: { subscriptionId: [4] } });
    await mouth.thrownOut([0x81, 0x82]);
    await ear.silent();
});

shows({ 5: '3.2.2-15 4.13.1-1' }, 'a packet larger than announced ends the connection', async (t, version) => {
    const peer = await join(t, { version });
    const most = peer.connack.properties.maximumPacket;
    assert.ok(most > 0);
    peer.send(wire.byte(0x30), wire.varint(most), wire.field(topic()));
    await peer.thrownOut(0x95);
});

shows({ 5: '3.1.2-29' }, 'a client that wants no words gets none, but in DISCONNECT', async (t, version) => {
    const refuse = async (peer) => {
        const packets = [];
        peer.publish({ topic: 'things/somebody-else/events/e', payload: 'x', qos: 1, id: 7 });
        packets.push(await peer.expect('puback', { reason: 0x87 }));
        packets.push(await peer.subscribe([['things/somebody-else/#', 0]]), await peer.unsubscribe(['nothing/here']));
        assert.ok(packets[1].reasons[0] >= 0x80);
        return packets.map(({ properties }) => properties);
    };
    const quiet = await refuse(await join(t, { version, properties: { requestProblem: 0 } }));
    for (const properties of quiet) assert.deepEqual(properties, {});
    const [said] = await refuse(await join(t, { version, properties: { requestProblem: 1 } }));
    assert.ok(said.reasonString, 'a client that wants words gets them');
});
