// SPDX-License-Identifier: Apache-2.0
// What happens by itself: keep-alive, delays of wills, expiry of sessions and messages. The tests run side by side, and
// measure time by a client that falls silent with a keep-alive of one second: its end comes 1.5 to 3 s later.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, topic } = onNode();
let serial = 0;
const name = () => `timed-${++serial}`;

/** Lets at least 1.5 s pass. */
async function pass(t, version) {
    const silent = await join(t, { version, keepAlive: 1 });
    await silent.gone();
}

describe('side by side', { concurrency: true }, () => {
    shows({ 4: '3.1.2-24 3.1.2-8', 5: '3.1.2-22 3.2.2-22 3.1.2-8 4.13.2-1' }, 'who is silent for one and a half keep-alives is cut off, and its will published', async (t, version) => {
        const where = topic();
        const ear = await join(t, { version });
        await ear.subscribe([[where, 0]]);
        const begin = Date.now();
        const peer = await join(t, { version, keepAlive: 1, will: { topic: where, payload: 'silent' } });
        if (version === 5) assert.ok([undefined, 1].includes(peer.connack.properties.serverKeepAlive));
        await peer.thrownOut(0x8d);
        const took = Date.now() - begin;
        assert.ok(took >= 1450 && took < 4000, `after ${took} ms`);
        await ear.take({ payload: 'silent' });
    });

    shows({ 4: '3.1.2-23 3.1.2-24', 5: '3.1.2-20 3.1.2-22' }, 'who pings, or asks for no keep-alive, stays', async (t, version) => {
        const pinging = await join(t, { version, keepAlive: 1 });
        const timer = setInterval(() => pinging.send(wire.pingreq()), 400);
        t.after(() => clearInterval(timer));
        const quiet = await join(t, { version, keepAlive: 0 });
        await pass(t, version);
        await pass(t, version);
        clearInterval(timer);
        assert.ok((await pinging.drain()).every(({ name: came }) => came === 'pingresp'));
        await quiet.silent();
    });

    shows({ 5: '3.1.2-21 3.2.2-21' }, 'a keep-alive that the node does not grant is told in CONNACK', async (t, version) => {
        for (const keepAlive of [0, 601, 65535]) { // MQTT_KEEPALIVE_S_MAX is 600
            const peer = await join(t, { version, keepAlive });
            assert.equal(peer.connack.properties.serverKeepAlive, 600);
        }
        assert.ok([undefined, 600].includes((await join(t, { version, keepAlive: 600 })).connack.properties.serverKeepAlive));
    });

    shows({ 5: '4.1.0-2 3.1.2-23' }, 'a session is gone when its expiry has passed, not before', async (t, version) => {
        const session = { version, clientId: name(), clean: false, properties: { sessionExpiry: 1 } };
        (await join(t, session)).cut();
        const soon = await join(t, session);
        assert.equal(soon.connack.sessionPresent, true);
        await soon.leave();
        await pass(t, version);
        await pass(t, version);
        const late = await join(t, session);
        assert.equal(late.connack.sessionPresent, false);
        await late.leave({ properties: { sessionExpiry: 0 } });
    });

    shows({ 5: '3.1.2-8 3.1.2-10' }, 'a will waits for its delay, or for the end of its session', async (t, version) => {
        for (const [sessionExpiry, willDelay] of [[60, 1], [1, 60]]) {
            const where = topic();
            const ear = await join(t, { version });
            await ear.subscribe([[where, 1]]);
            const will = { topic: where, payload: 'late', qos: 1, properties: { willDelay } };
            const peer = await join(t, { version, clientId: name(), clean: false, properties: { sessionExpiry }, will });
            const begin = Date.now();
            peer.cut();
            const packet = await ear.take({ payload: 'late' });
            const took = Date.now() - begin;
            assert.ok(took >= 950 && took < 4000, `after ${took} ms`);
            assert.equal(packet.properties.willDelay, undefined);
            await ear.silent();
        }
    });

    shows({ 5: '3.1.3-9' }, 'who is back within the delay of its will does not get it published', async (t, version) => {
        const where = topic();
        const ear = await join(t, { version });
        await ear.subscribe([[where, 1]]);
        const session = { version, clientId: name(), clean: false, properties: { sessionExpiry: 60 } };
        const peer = await join(t, { ...session, will: { topic: where, payload: 'late', properties: { willDelay: 1 } } });
        peer.cut();
        const back = await join(t, session);
        assert.equal(back.connack.sessionPresent, true);
        await pass(t, version);
        await pass(t, version);
        await ear.silent();
        await back.leave({ properties: { sessionExpiry: 0 } });
    });

    shows({ 5: '3.3.2-5 3.3.2-6' }, 'what expired while it waited is not delivered; what did not tells what is left', async (t, version) => {
        const where = topic();
        const session = { version, clientId: name(), clean: false, properties: { sessionExpiry: 60 } };
        const peer = await join(t, session);
        await peer.subscribe([[where, 2]]);
        peer.cut();
        const mouth = await join(t, { version });
        for (const qos of [1, 2]) await mouth.put({ topic: where, payload: `short ${qos}`, qos, properties: { messageExpiry: 1 } });
        for (const qos of [1, 2]) await mouth.put({ topic: where, payload: `long ${qos}`, qos, properties: { messageExpiry: 100 } });
        await mouth.put({ topic: where, payload: 'kept short', qos: 1, retain: true, properties: { messageExpiry: 1 } });
        const kept = topic();
        await mouth.put({ topic: kept, payload: 'kept long', qos: 1, retain: true, properties: { messageExpiry: 100 } });
        await pass(t, version);
        const back = await join(t, session);
        for (const qos of [1, 2]) {
            const { properties } = await back.take({ payload: `long ${qos}` });
            assert.ok(properties.messageExpiry <= 99 && properties.messageExpiry >= 90, `${properties.messageExpiry} s are left`);
        }
        await back.silent();
        const fresh = await join(t, { version });
        await fresh.subscribe([[where, 1], [kept, 1]]);
        const { properties } = await fresh.take({ payload: 'kept long' });
        assert.ok(properties.messageExpiry <= 99 && properties.messageExpiry >= 90, `${properties.messageExpiry} s are left`);
        await fresh.silent('an expired retained message');
        await back.leave({ properties: { sessionExpiry: 0 } });
    });

    shows({ 5: '4.3.3-7 4.3.3-13' }, 'a message that was sent already does not expire, and its exchange goes on', async (t, version) => {
        const where = topic();
        const session = { version, clientId: name(), clean: false, properties: { sessionExpiry: 60 } };
        const peer = await join(t, session);
        await peer.subscribe([[where, 2]]);
        const mouth = await join(t, { version });
        mouth.publish({ topic: where, payload: 'sent', qos: 2, id: 1, properties: { messageExpiry: 1 } });
        await mouth.expect('pubrec', { id: 1 });
        mouth.ack('pubrel', 1);
        await mouth.expect('pubcomp', { id: 1, reason: 0 });
        const { id } = await peer.expect('publish', { qos: 2 });
        peer.cut();
        mouth.publish({ topic: topic(), payload: 'in', qos: 2, id: 2, properties: { messageExpiry: 1 } });
        await mouth.expect('pubrec', { id: 2 });
        await pass(t, version);
        const back = await join(t, session);
        await back.take({ id, dup: true, payload: 'sent', qos: 2 });
        mouth.ack('pubrel', 2);
        await mouth.expect('pubcomp', { id: 2, reason: 0 });
        await back.leave({ properties: { sessionExpiry: 0 } });
    });
});
