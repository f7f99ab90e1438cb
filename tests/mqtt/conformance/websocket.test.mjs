// SPDX-License-Identifier: Apache-2.0
// MQTT over WebSocket (chapter 6), on the same listener as bare TCP.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import { frame, TEXT, WebSocketStream } from '../../lib/mqtt_websocket.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { dial, hello, join, state, topic } = onNode();

/** A peer over WebSocket, not yet connected in MQTT's sense. */
function open(t, version, options) {
    const stream = new WebSocketStream(state.node.mqtt, options);
    const peer = dial(t, version, stream);
    stream.on('text', () => { peer.fault ??= new Error('a text frame from the node'); });
    return { stream, peer };
}

shows({ 4: '6.0.0-4 6.0.0-1', 5: '6.0.0-4 6.0.0-1' }, 'the node picks mqtt, and speaks in binary frames', async (t, version) => {
    for (const protocols of ['mqtt', 'chat, mqtt', 'mqtt, mqttv3.1']) {
        const { stream, peer } = open(t, version, { protocols });
        const [answer] = await once(stream, 'answer');
        assert.equal(answer.status, 101);
        assert.equal(answer.headers['sec-websocket-protocol'], 'mqtt');
        assert.ok(answer.accepted);
        peer.send(hello({ version }));
        await peer.expect('connack', { reason: 0 });
        await peer.silent();
    }
});

shows({ 4: '6.0.0-3', 5: '6.0.0-3' }, 'who does not offer mqtt is not let in', async (t, version) => {
    for (const protocols of [null, 'chat', 'mqttx', 'MQTT-over-chat']) {
        const { stream, peer } = open(t, version, { protocols });
        const closed = once(stream, 'close');
        peer.send(hello({ version }));
        await closed;
        assert.notEqual(stream.answer?.status, 101, `${protocols}`);
        assert.deepEqual(peer.packets, []);
    }
});

shows({ 4: '6.0.0-2', 5: '6.0.0-2' }, 'frames cut packets anywhere, and hold many', async (t, version) => {
    const where = topic();
    const { peer } = open(t, version);
    const bytes = Buffer.concat([hello({ version }), wire.subscribe({ version, filters: [[where, 1]] })]);
    for (const one of bytes) peer.send(wire.byte(one)); // a frame a byte
    await peer.expect('connack', { reason: 0 });
    await peer.expect('suback');
    const many = Array.from({ length: 20 }, (_, i) => wire.publish({ version, topic: where, payload: `${i}`, qos: 1, id: i + 1 }));
    const all = Buffer.concat(many);
    const cut = many[0].length * 3 + 5; // in the middle of the fourth
    peer.send(all.subarray(0, cut));
    peer.send(all.subarray(cut));
    const payloads = [];
    let acknowledged = 0;
    while (payloads.length < 20 || acknowledged < 20) {
        const packet = await peer.next();
        if (packet.name === 'puback') { acknowledged++; continue; }
        payloads.push(packet.payload.toString());
        peer.ack('puback', packet.id);
    }
    assert.deepEqual(payloads, Array.from({ length: 20 }, (_, i) => `${i}`));
});

shows({ 4: '6.0.0-2', 5: '6.0.0-2' }, 'a message in fragments is one stream of bytes too', async (t, version) => {
    const { stream, peer } = open(t, version);
    const bytes = hello({ version });
    stream.raw(Buffer.concat([frame(bytes.subarray(0, 7), { last: false }), frame(bytes.subarray(7, 11), { kind: 0, last: false }), frame(bytes.subarray(11), { kind: 0 })]));
    await peer.expect('connack', { reason: 0 });
    await peer.silent();
});

shows({ 4: '6.0.0-1 4.8.0-1', 5: '6.0.0-1' }, 'a text frame ends the connection', async (t, version) => {
    const before = open(t, version);
    before.stream.raw(frame(hello({ version }), { kind: TEXT }));
    assert.deepEqual(await before.peer.gone(), []);
    const { stream, peer } = open(t, version);
    peer.send(hello({ version }));
    await peer.expect('connack', { reason: 0 });
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 0]]);
    stream.raw(frame(wire.publish({ version, topic: where, payload: 'x' }), { kind: TEXT }));
    await peer.gone();
    await ear.silent();
});

shows({ 4: '6.0.0-1', 5: '6.0.0-1' }, 'clients over WebSocket and over TCP hear each other', async (t, version) => {
    const where = topic();
    const { peer } = open(t, version);
    peer.send(hello({ version }));
    await peer.expect('connack', { reason: 0 });
    await peer.subscribe([[where, 1]]);
    const other = await join(t, { version });
    await other.subscribe([[where, 1]]);
    await other.put({ topic: where, payload: 'over TCP', qos: 1 });
    await peer.take({ payload: 'over TCP' });
    await other.take({ payload: 'over TCP' });
    await peer.put({ topic: where, payload: 'over WebSocket', qos: 1 });
    await other.take({ payload: 'over WebSocket' });
});
