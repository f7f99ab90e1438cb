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

shows({ 4: '3.3.1-3', 5: '3.3.1-3' }, 'DUP of what came in is not handed on', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    for (const [qos, id] of [[1, 71], [2, 72]]) {
        await mouth.put({ topic: where, payload: `q${qos}`, qos, id, dup: true });
        await ear.take({ topic: where, payload: `q${qos}`, dup: false });
    }
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

shows({ 4: '3.3.4-1 2.3.1-6 4.3.2-2 4.3.3-2', 5: '3.3.4-1 2.2.1-5 3.4.2-1 3.5.2-1 3.7.2-1 4.3.2-4 4.3.3-8 4.3.3-11' },
    'a PUBLISH is answered as its QoS says, under its own packet id', async (t, version) => {
        const mouth = await join(t, { version });
        for (const id of [1, 2, 255, 256, 65535]) {
            mouth.publish({ topic: topic(), payload: 'x', qos: 1, id });
            await mouth.expect('puback', { id });
            mouth.publish({ topic: topic(), payload: 'x', qos: 2, id });
            await mouth.expect('pubrec', { id });
            mouth.ack('pubrel', id);
            await mouth.expect('pubcomp', { id, reason: 0 });
        }
        await mouth.silent();
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

shows({ 5: '3.4.2-1 3.5.2-1' }, 'a PUBLISH that is not allowed is told so by a reason of the table', async (t, version) => {
    const mouth = await join(t, { version });
    for (const [qos, name] of [[1, 'puback'], [2, 'pubrec']]) {
        mouth.publish({ topic: 'things/somebody-else/events/e', payload: 'x', qos, id: 7 });
        await mouth.expect(name, { id: 7, reason: 0x87 });
    }
    await mouth.silent();
});

shows({ 5: '3.3.2-4 3.3.2-15 3.3.2-16 3.3.2-17 3.3.2-18 3.3.2-20' }, 'the properties of a message are handed on as they came', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    const user = [['b', '1'], ['a', '2'], ['b', '1'], ['', ''], ['ключ', '値\uFEFF']];
    const properties = { payloadFormat: 1, contentType: 'text/plain; x=ä', responseTopic: 'answers/here', correlation: Buffer.from([0, 255, 1]), user };
    for (const qos of [0, 1, 2]) {
        await mouth.put({ topic: where, payload: 'x', qos, properties });
        const packet = await ear.take({ topic: where });
        for (const name of ['payloadFormat', 'contentType', 'responseTopic', 'correlation', 'user'])
            assert.deepEqual(packet.properties[name], properties[name], `${name}, QoS ${qos}`);
    }
    await mouth.put({ topic: where, payload: 'x', qos: 1 });
    assert.deepEqual((await ear.take({ topic: where })).properties, {}, 'properties that nobody sent');
});

shows({ 5: '3.3.2-14' }, 'a response topic with a wildcard is refused', async (t, version) => {
    for (const responseTopic of ['a/+', '#']) {
        const { where, ear, mouth } = await pair(t, version);
        mouth.publish({ topic: where, payload: 'x', qos: 1, id: 3, properties: { responseTopic } });
        const packet = await mouth.next();
        assert.ok(['puback', 'disconnect'].includes(packet.name) && packet.reason >= 0x80, JSON.stringify(packet));
        await ear.silent();
    }
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

shows({ 5: '3.4.2-2 3.4.2-3 3.5.2-2 3.5.2-3 3.6.2-2 3.6.2-3 3.7.2-2 3.7.2-3 3.9.2-1 3.9.2-2 3.11.2-1 3.11.2-2 3.14.2-3 3.14.2-4 3.1.2-24' },
    'words are left out of what would grow larger than the client takes', async (t, version) => {
        const maximumPacket = 30; // CONNACK fits
        const peer = await join(t, { version, properties: { maximumPacket } });
        const fits = (packet) => assert.ok(packet.size <= maximumPacket && !packet.properties.reasonString && !packet.properties.user, JSON.stringify(packet));
        fits(peer.connack);
        for (const [qos, name] of [[1, 'puback'], [2, 'pubrec']]) {
            peer.publish({ topic: 'things/somebody-else/events/e', payload: 'x', qos, id: 7 });
            fits(await peer.expect(name, { reason: 0x87 }));
        }
        peer.publish({ topic: topic(), payload: 'x', qos: 2, id: 8 });
        fits(await peer.expect('pubrec', { reason: 0 }));
        peer.ack('pubrel', 8);
        fits(await peer.expect('pubcomp', { reason: 0 }));
        peer.ack('pubrel', 9); // of nothing: a reason, and room for words
        fits(await peer.expect('pubcomp', { id: 9, reason: 0x92 }));
        peer.ack('pubrec', 9);
        fits(await peer.expect('pubrel', { id: 9, reason: 0x92 }));
        fits(await peer.subscribe([['things/somebody-else/#', 0]]));
        fits(await peer.unsubscribe(['nothing/here']));
        peer.publish({ topic: 'a/#', qos: 1, id: 1 });
        const [last, ...more] = await peer.gone();
        assert.deepEqual([last.name, more], ['disconnect', []]);
        fits(last);
    });

shows({ 5: '3.1.2-24 3.1.2-25' }, 'a message too large for a client is not sent to it, and counts as sent', async (t, version) => {
    const where = topic();
    const small = await join(t, { version, properties: { maximumPacket: 200, receiveMaximum: 1 } });
    const large = await join(t, { version });
    for (const ear of [small, large]) await ear.subscribe([[where, 2]]);
    const mouth = await join(t, { version });
    for (const qos of [1, 2, 0]) {
        assert.equal(await mouth.put({ topic: where, payload: 'x'.repeat(300), qos }) ?? 0, 0);
        await mouth.put({ topic: where, payload: `fits ${qos}`, qos: 1 });
        await large.take({ payload: 'x'.repeat(300), qos });
        await large.take({ payload: `fits ${qos}` });
        const packet = await small.take({ topic: where, payload: `fits ${qos}` }); // the place in flight was free
        assert.ok(packet.size <= 200);
    }
    await small.silent();
});
