// SPDX-License-Identifier: Apache-2.0
// Peers that mean harm, or are broken: whatever comes in on the MQTT port, the node lives, an honest device is served,
// nothing of it is stored, and memory stays bounded.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import { CountingDevice } from '../lib/counting_device.mjs';
import { addThing, missingProgram, runJson, startNode, waitFor } from '../lib/node_process.mjs';
import { connectPacket, packet, publishPacket, RawMqtt } from '../lib/raw_mqtt.mjs';

const skip = missingProgram();
const GROWTH_MAX = 32 << 20;
const FILES = 1536; // what the node may open
const CONNECTIONS_MAX = FILES - 512; // what it keeps for itself
const SMALL_STACK = 50; // sockets at a time

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A connection without manners: sends bytes, and knows when it was closed. */
class Peer {
    constructor({ host, port }, bytes = null) {
        this.closed = false;
        this.received = Buffer.alloc(0);
        this.socket = net.connect({ host, port, allowHalfOpen: true });
        this.socket.on('error', () => {});
        this.socket.on('data', (part) => { this.received = Buffer.concat([this.received, part]); });
        this.socket.on('end', () => { this.closed = true; this.socket.end(); });
        this.connected = new Promise((resolve) => { this.socket.once('connect', resolve); this.socket.once('close', resolve); });
        this.gone = new Promise((resolve) => { this.socket.once('close', () => { this.closed = true; resolve(); }); });
        if (bytes) this.socket.write(bytes);
    }

    write(bytes) { this.socket.write(bytes); }

    finish() { this.socket.end(); } // our side only

    cut() { this.socket.destroy(); }
}

async function until(peers, what, timeout = 20_000) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${peers.filter((peer) => !peer.closed).length} of ${peers.length} are open: ${what}`)), timeout);
    });
    await Promise.race([Promise.all(peers.map((peer) => peer.gone)), late]).finally(() => clearTimeout(timer));
}

const status = (node, key) => {
    const text = readFileSync(`/proc/${node.child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)[1]);
};
/** A sanitizer keeps memory of its own; then growth says nothing. */
const isInstrumented = (node) => /lib[at]san/.test(readFileSync(`/proc/${node.child.pid}/maps`, 'utf8'));

/** A node with an honest device, which publishes from here on until `check`: nothing may have happened to it. */
async function nodeUnderAttack(t, options = {}) {
    const node = await startNode(t, options);
    const device = new CountingDevice(await addThing(node, 'honest'));
    await device.connect(node.mqtt);
    device.fill();
    await device.settle();
    const before = status(node, 'VmRSS');
    return {
        node,
        device,
        /** others: devices of the test itself, each with one property. */
        async check(others = 0) {
            assert.equal(device.connection.closed, false, 'the honest device was thrown out');
            device.fill();
            await device.settle();
            await device.checkStored(node.data);
            const now = await runJson(['status', '--data', node.data]);
            assert.deepEqual([now.things.count, now.series.count], [1 + others, 1 + others], 'something of the attack was stored');
            const grown = (status(node, 'VmRSS') - before) * 1024;
            if (!isInstrumented(node)) assert.ok(grown < GROWTH_MAX, `grown by ${grown} bytes`);
            t.diagnostic(`grown by ${(grown / 1048576).toFixed(1)} MiB`);
            assert.equal((await node.stop()).code, 0);
        },
    };
}

const word = (size) => { const bytes = Buffer.alloc(2); bytes.writeUInt16BE(size); return bytes; };
const hello = (thing, clientId) => connectPacket({ clientId, user: thing.id, password: thing.token });

test('garbage, and packets before CONNECT, end only their own connection', { skip, timeout: 120_000 }, async (t) => {
    const { node, device, check } = await nodeUnderAttack(t);
    const own = `things/${device.thing.id}/properties/evil`;
    const starts = [
        publishPacket(own, '1', { id: 1 }), packet(0xc0), packet(0xe0), packet(0x82, word(1), word(1), Buffer.from('#'), Buffer.from([1])),
        packet(0x20, Buffer.from([0, 0])), packet(0x40, word(1)), packet(0xf0), packet(0x00), packet(0x10), Buffer.from('GET / HTTP/1.1\r\n\r\n'),
        Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), // somebody speaks TLS
        Buffer.concat([hello(device.thing, 'twice'), hello(device.thing, 'twice')]),
        Buffer.concat([hello(device.thing, 'reserved'), Buffer.from([0x36, 0])]), // QoS 3
        Buffer.concat([hello(device.thing, 'zero'), packet(0x32, word(own.length), Buffer.from(own), word(0), Buffer.from('1'))]), // packet id 0
    ];
    await until(starts.map((bytes) => new Peer(node.mqtt, bytes)), 'what does not begin with one CONNECT');
    for (let round = 0; round < 6; round++) {
        const peers = Array.from({ length: SMALL_STACK }, () => new Peer(node.mqtt, randomBytes(1 + Math.floor(Math.random() * 65536))));
        await pause(100);
        for (const peer of peers) peer.cut();
    }
    for (let i = 0; i < SMALL_STACK; i++) { // behind a proper CONNECT
        const peer = new Peer(node.mqtt, Buffer.concat([hello(device.thing, `noise-${i}`), randomBytes(4096)]));
        await peer.connected;
        setTimeout(() => peer.cut(), 200);
    }
    await pause(300);
    await check();
});

test('a packet cut short at any byte is nothing', { skip, timeout: 120_000 }, async (t) => {
    const { node, device, check } = await nodeUnderAttack(t);
    const topic = `things/${device.thing.id}/properties/evil`;
    const whole = Buffer.concat([
        hello(device.thing, 'cut'), packet(0x82, word(7), word(topic.length), Buffer.from(topic), Buffer.from([1])),
        publishPacket(topic, '{"', { id: 3 }), // no value: refused, and all before it is complete
    ]);
    for (let from = 1; from < whole.length; from += SMALL_STACK) {
        const sizes = Array.from({ length: Math.min(SMALL_STACK, whole.length - from) }, (_, i) => from + i);
        const peers = sizes.map((size) => new Peer(node.mqtt, whole.subarray(0, size)));
        for (const peer of peers) await peer.connected;
        for (const peer of peers) peer.finish();
        await until(peers, 'half a packet, and its sender is done');
    }
    await check();
});

test('a packet announced with 256 MiB is not waited for', { skip, timeout: 120_000 }, async (t) => {
    const { node, device, check } = await nodeUnderAttack(t);
    const huge = [0xff, 0xff, 0xff, 0x7f]; // 268 435 455
    const peers = [];
    for (const first of [0x10, 0x30, 0x32, 0x82]) {
        peers.push(new Peer(node.mqtt, Buffer.from([first, ...huge])));
        peers.push(new Peer(node.mqtt, Buffer.concat([hello(device.thing, `huge-${first}`), Buffer.from([first, ...huge]), Buffer.alloc(100_000)])));
    }
    peers.push(new Peer(node.mqtt, Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]))); // five bytes of size
    peers.push(new Peer(node.mqtt, Buffer.concat([hello(device.thing, 'more'), publishPacket(`things/${device.thing.id}/properties/evil`, Buffer.alloc(300_000), { id: 1 })])));
    await until(peers, 'more than MQTT_PACKET_BYTES_MAX');
    await check();
});

test('a topic of 65 000 levels is refused', { skip, timeout: 60_000 }, async (t) => {
    const { node, device, check } = await nodeUnderAttack(t);
    const deep = '/'.repeat(65_000);
    const filter = `${'+/'.repeat(32_000)}#`;
    const subscribe = (text) => packet(0x82, word(1), word(text.length), Buffer.from(text), Buffer.from([1]));
    const peers = [publishPacket(deep, '1', { id: 1 }), publishPacket(`things/${device.thing.id}/properties${deep.slice(0, 64_000)}`, '1', { id: 1 }), publishPacket(deep, '1')]
        .map((bytes, i) => new Peer(node.mqtt, Buffer.concat([hello(device.thing, `deep-${i}`), bytes])));
    await until(peers, 'a topic that is too deep');
    for (const text of [deep, filter]) { // refused in the SUBACK, or by the end of the connection
        const peer = new Peer(node.mqtt, Buffer.concat([hello(device.thing, 'filter'), subscribe(text)]));
        await waitFor('an answer', () => peer.closed || peer.received.length > 4);
        assert.ok(peer.closed || peer.received.at(-1) >= 0x80, `granted: ${peer.received.toString('hex')}`);
        peer.cut();
    }
    await check();
});

test('who sends one byte now and then does not get to stay', { skip, timeout: 60_000 }, async (t) => {
    const { node, device, check } = await nodeUnderAttack(t);
    const bytes = hello(device.thing, 'drip'.repeat(20));
    const begin = Date.now();
    const peers = Array.from({ length: SMALL_STACK }, () => new Peer(node.mqtt));
    let at = 0;
    const drip = setInterval(() => {
        for (const peer of peers) if (!peer.closed) peer.write(bytes.subarray(at, at + 1));
        at++;
    }, 200);
    t.after(() => clearInterval(drip));
    await until(peers, 'no CONNECT for 10 s'); // MQTT_CONNECT_TIMEOUT_MS
    clearInterval(drip);
    assert.ok(at < bytes.length, 'the CONNECT was complete: the test proved nothing');
    assert.ok(Date.now() - begin > 8000, 'thrown out too early');
    await check();
});

test('a thousand half-open connections stop nobody', { skip, timeout: 60_000 }, async (t) => {
    const { node, device, check } = await nodeUnderAttack(t);
    const peers = Array.from({ length: 1000 }, (_, i) => new Peer(node.mqtt, i % 2 ? Buffer.from([0x10]) : null));
    await Promise.all(peers.map((peer) => peer.connected));
    const other = new CountingDevice(await addThing(node, 'newcomer'), ['v']);
    const begin = Date.now();
    await other.connect(node.mqtt);
    const took = Date.now() - begin;
    assert.ok(took < 2000, `let in after ${took} ms`);
    for (let round = 0; round < 20; round++) {
        for (const one of [device, other]) one.fill();
        await Promise.all([device.settle(), other.settle()]);
    }
    for (const peer of peers) peer.cut();
    await other.checkStored(node.data);
    other.connection.end();
    await check(1);
});

test('one connection too many is closed, the others stay', { skip, timeout: 120_000 }, async (t) => {
    const { node, device, check } = await nodeUnderAttack(t, { files: FILES });
    const peers = [];
    t.after(() => peers.forEach((peer) => peer.cut()));
    while (peers.length < CONNECTIONS_MAX - 1) { // and the honest one
        const some = Array.from({ length: Math.min(256, CONNECTIONS_MAX - 1 - peers.length) }, () => new Peer(node.mqtt));
        await Promise.all(some.map((peer) => peer.connected));
        peers.push(...some);
    }
    const tooMany = Array.from({ length: 5 }, () => new Peer(node.mqtt));
    await until(tooMany, 'one more than there are files for', 9000);
    assert.equal(peers.filter((peer) => peer.closed).length, 0, 'an older connection was closed');
    device.fill();
    await device.settle();
    const { mqtt } = await waitFor('the counters', async () => {
        const now = await runJson(['status', '--data', node.data]);
        return now.mqtt.turned_away >= tooMany.length ? now : null;
    });
    assert.ok(mqtt.connections <= CONNECTIONS_MAX);
    for (const peer of peers.splice(0, 100)) peer.cut();
    await waitFor('the hundred to be noticed', async () => {
        const now = await runJson(['status', '--data', node.data]);
        return now.mqtt.connections <= CONNECTIONS_MAX - 100;
    });
    const connection = new RawMqtt(node.mqtt, {});
    const letIn = new Promise((resolve, reject) => { connection.on.connack = resolve; connection.on.close = () => reject(new Error('closed')); });
    connection.write(hello(device.thing, 'next'));
    assert.equal(await letIn, 0);
    connection.end();
    await check();
});
