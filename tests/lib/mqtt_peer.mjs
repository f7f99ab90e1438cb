// SPDX-License-Identifier: Apache-2.0
// tests/lib/mqtt_peer.mjs -- one side of an MQTT connection for the conformance tests: a socket, the packets that came,
// and how to wait for them. Nothing here sleeps: "nothing comes" is shown by a PINGREQ whose PINGRESP comes first, since
// the node answers a connection in order.
//
//   const { join, dial, topic } = onNode();                   one node for the file, one Thing on it
//   shows({ 4: '3.12.4-1', 5: '3.12.4-1' }, 'a ping is answered', async (t, version) => {
//       const peer = await join(t, { version });
//       peer.send(pingreq());
//       await peer.expect('pingresp');
//   });
//
// `shows` runs the test once for each version it names statements of; tools/mqtt_conformance.py reads those names.

import assert from 'node:assert/strict';
import net from 'node:net';
import test, { after, before } from 'node:test';
import { addThing, missingProgram, startNode } from './node_process.mjs';
import * as wire from './mqtt_wire.mjs';

const PATIENCE_MS = 10_000;
const VERSION_NAME = { 4: '3.1.1', 5: '5' };

/** One test a version: `statements` is { 4: 'ids of 3.1.1', 5: 'ids of 5' }. */
export function shows(statements, title, body) {
    for (const [version, ids] of Object.entries(statements)) {
        const marks = ids.split(/\s+/).filter(Boolean).map((id) => `[MQTT-${id}]`).join('');
        test(`${VERSION_NAME[version]} ${marks} ${title}`, { skip: missingProgram(), timeout: 60_000 }, (t) => body(t, Number(version)));
    }
}

export class Peer {
    /** `socket`: what to speak over instead of a connection to host and port. */
    constructor({ host, port }, version, socket = net.connect(port, host)) {
        this.version = version;
        this.packets = []; // came, and nobody has asked for them yet
        this.rest = Buffer.alloc(0);
        this.closed = false;
        this.fault = null;
        this.nextId = 1;
        this.waiters = new Set();
        this.socket = socket;
        this.socket.setNoDelay(true);
        this.socket.on('data', (bytes) => this.#take(bytes));
        this.socket.on('error', () => {});
        this.socket.on('close', () => { this.closed = true; this.#wake(); });
    }

    #take(bytes) {
        try {
            const { packets, rest } = wire.frames(Buffer.concat([this.rest, bytes]));
            this.rest = rest;
            for (const { first, body, size } of packets) this.packets.push({ ...wire.decode(first, body, this.version), size });
        } catch (error) {
            this.fault ??= error;
        }
        this.#wake();
    }

    #wake() { for (const waiter of this.waiters) waiter(); }

    /** Waits until `look` gives something. */
    #until(look, what) {
        return new Promise((resolve, reject) => {
            const finish = (settle, value) => { clearTimeout(timer); this.waiters.delete(again); settle(value); };
            const again = () => {
                if (this.fault) return finish(reject, this.fault);
                const found = look();
                if (found !== undefined) return finish(resolve, found);
                if (this.closed) return finish(reject, new Error(`closed while waiting for ${what}`));
                return undefined;
            };
            const timer = setTimeout(() => finish(reject, new Error(`waited ${PATIENCE_MS} ms for ${what}; came: ${JSON.stringify(this.packets)}`)), PATIENCE_MS);
            this.waiters.add(again);
            again();
        });
    }

    send(...parts) { if (!this.closed) this.socket.write(Buffer.concat(parts)); }

    /** Ends the connection as a network failure would. */
    cut() { this.socket.destroy(); }

    next(what = 'a packet') { return this.#until(() => this.packets.shift(), what); }

    /** The next packet, which has that name and those fields. */
    async expect(name, fields = {}) {
        const packet = await this.next(name);
        assert.equal(packet.name, name, `${name} expected: ${JSON.stringify(packet)}`);
        for (const [key, value] of Object.entries(fields)) assert.deepEqual(packet[key], value, `${key} of ${JSON.stringify(packet)}`);
        return packet;
    }

    /** The next packet of that name and id, whatever comes before it; the others stay. */
    pick(name, id) {
        return this.#until(() => {
            const at = this.packets.findIndex((packet) => packet.name === name && packet.id === id);
            return at < 0 ? undefined : this.packets.splice(at, 1)[0];
        }, `${name} ${id}`);
    }

    /** What came until the other side closed; it has to, by itself. */
    async gone(why = '') {
        await this.#until(() => (this.closed ? true : undefined), `the end of the connection ${why}`);
        return this.packets.splice(0);
    }

    /** The other side ends the connection: in 3.1.1 without a word, in 5 behind a DISCONNECT with one of these reasons. */
    async thrownOut(reasons, why = '') {
        const packets = await this.gone(why);
        if (this.version === 4) return assert.deepEqual(packets, [], why);
        assert.equal(packets.length, 1, `${why}: ${JSON.stringify(packets)}`);
        assert.equal(packets[0].name, 'disconnect', why);
        return assert.ok([reasons].flat().includes(packets[0].reason), `${why}: ${JSON.stringify(packets)}`);
    }

    /** What comes before the answer to a PINGREQ: all that was on its way. */
    async drain() {
        this.send(wire.pingreq());
        const before = [];
        for (;;) {
            const packet = await this.next('pingresp');
            if (packet.name === 'pingresp') return before;
            before.push(packet);
        }
    }

    async silent(words = 'nothing was to come') { assert.deepEqual(await this.drain(), [], words); }

    publish(what) { this.send(wire.publish({ version: this.version, ...what })); }
    ack(name, id, what = {}) { this.send(wire.ack(name, id, { version: this.version, ...what })); }

    /** Publishes and sees the exchange through; the reason of PUBACK or PUBREC. */
    async put({ qos = 1, id = this.nextId++, ...what }) {
        this.publish({ qos, id, ...what });
        if (qos === 0) return this.silent();
        const { reason } = await this.pick(qos === 1 ? 'puback' : 'pubrec', id);
        if (qos === 2 && reason < 0x80) {
            this.ack('pubrel', id);
            assert.equal((await this.pick('pubcomp', id)).reason, 0);
        }
        return reason;
    }

    /** The next packet is a PUBLISH; acknowledges it as its QoS wants. */
    async take(fields = {}) {
        const { payload, ...others } = fields;
        const packet = await this.expect('publish', others);
        if (payload !== undefined) assert.equal(packet.payload.toString(), payload);
        await this.acknowledge(packet);
        return packet;
    }

    async acknowledge({ qos, id }) {
        if (qos === 1) this.ack('puback', id);
        if (qos === 2) {
            this.ack('pubrec', id);
            assert.equal((await this.pick('pubrel', id)).reason, 0);
            this.ack('pubcomp', id);
        }
    }

    /** filters: [[filter, options] ...]; the SUBACK. */
    async subscribe(filters, properties) {
        const id = this.nextId++;
        this.send(wire.subscribe({ version: this.version, id, filters, properties }));
        const suback = await this.pick('suback', id); // messages may come before it
        assert.equal(suback.reasons.length, filters.length);
        return suback;
    }

    async unsubscribe(filters) {
        const id = this.nextId++;
        this.send(wire.unsubscribe({ version: this.version, id, filters }));
        return this.expect('unsuback', { id });
    }

    /** DISCONNECT, and the other side has closed. */
    async leave(what = {}) {
        this.send(wire.disconnect({ version: this.version, ...what }));
        this.socket.end();
        return this.gone();
    }
}

/** A node for the tests of a file. */
export function onNode(options = {}) {
    const later = [];
    const place = { after: (end) => later.unshift(end) };
    const state = { serial: 0 };
    before(async () => {
        if (missingProgram()) return;
        state.node = await startNode(place, typeof options === 'function' ? await options(place) : options);
        state.thing = await addThing(state.node, 'conform');
    });
    after(async () => { for (const end of later) await end(); });
    const own = (t, peer) => { t.after(() => peer.cut()); return peer; };
    const dial = (t, version, socket) => own(t, new Peer(state.node.mqtt, version, socket));
    const hello = ({ version, clientId = `c${++state.serial}`, ...more }) =>
        wire.connect({ version, clientId, user: state.thing.id, password: state.thing.token, ...more });
    return {
        state,
        dial,
        /** The bytes of a CONNECT with the Thing's name and token. */
        hello,
        /** A topic of the Thing's own, for this test alone. */
        topic: (name = 'e') => `things/${state.thing.id}/events/${name}-${++state.serial}`,
        /** A client that was let in; `peer.connack` is what it was told. */
        async join(t, what) {
            const peer = dial(t, what.version);
            peer.send(hello(what));
            peer.connack = await peer.expect('connack', { reason: 0 });
            return peer;
        },
    };
}
