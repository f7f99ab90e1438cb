// SPDX-License-Identifier: Apache-2.0
// CONNECT and CONNACK (chapters 3.1 and 3.2): who is let in, and what is said to those who are not.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { dial, hello, join, state, topic } = onNode();
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BAD_UTF8 = Buffer.from([0x61, 0xed, 0xa0, 0x80]); // a surrogate

/** Refused: no CONNACK of success, in 3.1.1 none at all, and the end of the connection. */
async function refused(t, version, bytes, why) {
    const peer = dial(t, version);
    peer.send(bytes);
    const packets = await peer.gone(why);
    assert.ok(packets.length <= 1, `${why}: ${JSON.stringify(packets)}`);
    if (version === 4) assert.deepEqual(packets, [], why);
    for (const packet of packets) assert.ok(packet.name === 'connack' && packet.reason >= 0x80, `${why}: ${JSON.stringify(packet)}`);
}

shows({ 4: '3.1.0-1 4.8.0-1', 5: '3.1.0-1 3.14.0-1 3.2.0-1' }, 'what does not begin with CONNECT is closed without a word', async (t, version) => {
    const starts = [wire.pingreq(), wire.publish({ version, topic: topic(), payload: 'x' }), wire.disconnect({ version }),
        wire.subscribe({ version, filters: [[topic(), 0]] }), wire.ack('puback', 1, { version }),
        ...(version === 5 ? [wire.auth({ reason: 0x18, properties: { authMethod: 'SCRAM-SHA-256' } })] : [])];
    for (const start of starts) {
        const peer = dial(t, version);
        peer.send(start);
        assert.deepEqual(await peer.gone(), []);
    }
});

shows({ 4: '3.1.0-2 4.8.0-1', 5: '3.1.0-2 3.2.0-2 4.13.1-1 4.13.2-1' }, 'a second CONNECT ends the connection', async (t, version) => {
    const peer = await join(t, { version });
    peer.send(hello({ version }));
    const packets = await peer.gone();
    if (version === 4) assert.deepEqual(packets, []);
    else assert.deepEqual(packets.map(({ name, reason }) => [name, reason]), [['disconnect', 0x82]]);
});

shows({ 4: '3.1.2-1', 5: '3.1.2-1' }, 'another protocol name is not MQTT', async (t, version) => {
    for (const protocol of ['MQTX', 'mqtt', 'MQT', '']) {
        const peer = dial(t, version);
        peer.send(hello({ version, protocol }));
        const packets = await peer.gone();
        assert.ok(packets.every(({ name, reason }) => name === 'connack' && reason === 0x84), JSON.stringify(packets));
    }
});

shows({ 4: '3.1.2-2', 5: '3.1.2-2' }, 'a version that is not served is told so, and closed', async (t, version) => {
    const peer = dial(t, version);
    if (version === 4) peer.send(wire.connect({ version: 4, protocol: 'MQIsdp', level: 3, clientId: 'old' }));
    else peer.send(hello({ version, level: 6 }));
    await peer.expect('connack', { reason: version === 4 ? 1 : 0x84, sessionPresent: false });
    assert.deepEqual(await peer.gone(), []);
});

shows({ 4: '3.1.2-3 3.1.4-1', 5: '3.1.2-3 3.1.4-1' }, 'the reserved connect flag has to be 0', async (t, version) => {
    await refused(t, version, hello({ version, flags: 0xc3 }), 'the reserved flag');
});

shows({ 4: '3.1.2-11 3.1.2-13 3.1.2-14 3.1.2-15 3.1.2-9 3.1.4-1', 5: '3.1.2-9 3.1.2-11 3.1.2-12 3.1.2-13 3.1.4-1' },
    'bits of a will that do not go together are refused', async (t, version) => {
        const will = { topic: topic(), payload: 'w' };
        await refused(t, version, hello({ version, flags: 0xc2 | 0x08 }), 'QoS without a will');
        await refused(t, version, hello({ version, flags: 0xc2 | 0x20 }), 'retain without a will');
        await refused(t, version, hello({ version, will, flags: 0xc2 | 0x04 | 0x18 }), 'QoS 3');
        await refused(t, version, hello({ version, flags: 0xc2 | 0x04, user: undefined, password: undefined }), 'a flag and no will');
        await refused(t, version, hello({ version, will, flags: 0xc2 }), 'a will and no flag');
    });

shows({ 4: '3.1.2-18 3.1.2-19 3.1.2-20 3.1.2-21 3.1.2-22 3.1.4-1', 5: '3.1.2-16 3.1.2-17 3.1.2-18 3.1.2-19 3.1.4-1' },
    'user name and password are there when, and only when, their flags say so', async (t, version) => {
        const { id, token } = state.thing;
        const bytes = (flags, ...fields) => wire.packet(0x10, wire.field('MQTT'), wire.byte(version, flags), wire.two(60),
            version === 5 ? wire.byte(0) : Buffer.alloc(0), wire.field('flags'), ...fields.map(wire.field));
        await refused(t, version, bytes(0x82), 'a name is promised');
        await refused(t, version, bytes(0xc2, id), 'a password is promised');
        await refused(t, version, bytes(0x82, id, token), 'a password without its flag');
        await refused(t, version, bytes(0x02, id, token), 'both without their flags');
        if (version === 4) await refused(t, version, bytes(0x42, token), 'a password without a name');
        const peer = dial(t, version);
        peer.send(bytes(0xc2, id, token));
        await peer.expect('connack', { reason: 0 });
    });

shows({ 4: '3.1.3-1 3.1.3-3 3.1.4-1', 5: '3.1.3-1 3.1.3-3 3.1.4-1' }, 'the payload has its fields in their order, the client id first', async (t, version) => {
    const { id, token } = state.thing;
    const none = version === 5 ? wire.byte(0) : Buffer.alloc(0);
    const bytes = (flags, ...fields) => wire.packet(0x10, wire.field('MQTT'), wire.byte(version, flags), wire.two(60), none, ...fields);
    await refused(t, version, bytes(0x02), 'no client id');
    await refused(t, version, bytes(0xc2, wire.field(id), wire.field(token)), 'no client id, but a name');
    const ear = await join(t, { version });
    const where = topic();
    await ear.subscribe([[where, 0]]);
    const peer = dial(t, version);
    peer.send(bytes(0xc6, wire.field('order'), none, wire.field(where), wire.field('gone'), wire.field(id), wire.field(token)));
    await peer.expect('connack', { reason: 0 });
    peer.cut();
    await ear.take({ topic: where, payload: 'gone' });
});

shows({ 4: '3.1.3-4 3.1.3-10 3.1.3-11 1.5.3-1 3.1.4-1', 5: '3.1.3-4 3.1.3-11 3.1.3-12 1.5.4-1 3.1.4-1' },
    'client id, will topic and user name are UTF-8', async (t, version) => {
        await refused(t, version, hello({ version, clientId: BAD_UTF8 }), 'the client id');
        await refused(t, version, hello({ version, will: { topic: BAD_UTF8, payload: '' } }), 'the will topic');
        await refused(t, version, hello({ version, user: BAD_UTF8 }), 'the user name');
    });

shows({ 4: '3.1.3-5 3.1.4-4 3.2.0-1 3.2.2-1', 5: '3.1.3-5 3.1.4-5 3.2.0-1 3.2.2-1 3.2.2-2 3.2.2-8' },
    'client ids of 1 to 23 digits and letters are let in', async (t, version) => {
        for (const clientId of ['a', ALPHABET.slice(0, 23), ALPHABET.slice(23, 46), ALPHABET.slice(39)]) {
            const peer = await join(t, { version, clientId });
            assert.equal(peer.connack.sessionPresent, false);
            await peer.silent();
        }
    });

shows({ 4: '3.1.3-6', 5: '3.1.3-6 3.1.3-7 3.2.2-16' }, 'an empty client id gets one that nobody else has', async (t, version) => {
    const first = await join(t, { version, clientId: '' });
    const second = await join(t, { version, clientId: '' });
    await first.silent();
    await second.silent();
    if (version === 4) return;
    const [one, two] = [first, second].map((peer) => peer.connack.properties.assignedClientId);
    assert.ok(one && two && one !== two, `${one} and ${two}`);
    await join(t, { version, clientId: one }); // the id is a real one: it can be taken over
    assert.deepEqual((await first.gone()).map(({ name, reason }) => [name, reason]), [['disconnect', 0x8e]]);
    await second.silent();
});

shows({ 5: '3.1.3-7' }, 'an id that was not empty is not assigned anew', async (t, version) => {
    const peer = await join(t, { version, clientId: 'mine' });
    assert.equal(peer.connack.properties.assignedClientId, undefined);
});

shows({ 4: '3.1.3-7 3.1.3-8 3.2.2-4 3.2.2-5' }, 'an empty client id without clean session is refused with 2', async (t, version) => {
    const peer = dial(t, version);
    peer.send(hello({ version, clientId: '', clean: false }));
    await peer.expect('connack', { reason: 2, sessionPresent: false });
    assert.deepEqual(await peer.gone(), []);
});

shows({ 4: '3.1.3-9 3.2.2-4 3.2.2-5', 5: '3.1.3-8 3.2.2-6 3.2.2-7 4.13.2-1' }, 'a client id that is not let in is told so, and closed', async (t, version) => {
    await join(t, { version, clientId: 'x'.repeat(128) }); // MQTT_CLIENT_ID_BYTES_MAX
    const peer = dial(t, version);
    peer.send(hello({ version, clientId: 'x'.repeat(129) }));
    await peer.expect('connack', { reason: version === 4 ? 2 : 0x85, sessionPresent: false });
    assert.deepEqual(await peer.gone(), []);
});

shows({ 4: '3.1.4-5 3.2.2-4 3.2.2-5', 5: '3.1.4-2 3.1.4-6 3.2.2-6 3.2.2-7 3.2.2-8 3.14.0-1 4.13.2-1' },
    'a wrong password is refused, and nothing behind it is processed', async (t, version) => {
        const where = topic();
        const ear = await join(t, { version });
        await ear.subscribe([[where, 0]]);
        const peer = dial(t, version);
        peer.send(hello({ version, password: 'wrong' }), wire.publish({ version, topic: where, payload: 'smuggled' }), wire.pingreq());
        await peer.expect('connack', { reason: version === 4 ? 5 : 0x86, sessionPresent: false });
        assert.deepEqual(await peer.gone(), []);
        await ear.silent('something behind a refused CONNECT was published');
    });

shows({ 4: '3.2.2-6' }, 'what no return code fits is closed without CONNACK', async (t, version) => {
    const peer = dial(t, version);
    peer.send(hello({ version, tail: Buffer.from('too much') }));
    assert.deepEqual(await peer.gone(), []);
});

shows({ 4: '3.1.4-2 3.1.3-2', 5: '3.1.4-3 3.1.3-2 4.13.2-1' }, 'the same client id again takes the older connection\'s place', async (t, version) => {
    const first = await join(t, { version, clientId: 'twin' });
    const other = await join(t, { version, clientId: 'Twin' }); // ids are compared as they are
    const second = await join(t, { version, clientId: 'twin' });
    const packets = await first.gone();
    if (version === 4) assert.deepEqual(packets, []);
    else assert.deepEqual(packets.map(({ name, reason }) => [name, reason]), [['disconnect', 0x8e]]);
    await second.silent();
    await other.silent();
});

shows({ 5: '3.2.2-9 3.2.2-10 3.2.2-12 3.2.2-13' }, 'QoS 2 and retained messages are served: no lower bound is announced, wills may ask for them', async (t, version) => {
    const peer = await join(t, { version, will: { topic: topic(), payload: '', qos: 2, retain: true } });
    assert.equal(peer.connack.properties.maximumQos, undefined);
    assert.notEqual(peer.connack.properties.retainAvailable, 0);
    const { reasons } = await peer.subscribe([[topic(), 0], [topic(), 1], [topic(), 2]]);
    assert.deepEqual(reasons, [0, 1, 2]);
    await peer.leave();
});

shows({ 5: '3.1.2-28' }, 'who does not ask for response information gets none', async (t, version) => {
    for (const properties of [{}, { requestResponse: 0 }]) {
        const peer = await join(t, { version, properties });
        assert.equal(peer.connack.properties.responseInformation, undefined);
    }
});

shows({ 5: '3.2.2-19 3.2.2-20 3.1.2-24' }, 'a refusal leaves its words out for a client that takes small packets', async (t, version) => {
    const peer = dial(t, version);
    peer.send(hello({ version, password: 'wrong', properties: { maximumPacket: 12 } }));
    const packets = await peer.gone();
    for (const { name, reason, size, properties } of packets)
        assert.ok(name === 'connack' && reason === 0x86 && size <= 12 && !properties.reasonString, JSON.stringify(packets));
});

shows({ 5: '3.1.4-1 4.13.1-1' }, 'properties that are not CONNECT\'s, twice there, or of no meaning are refused', async (t, version) => {
    const block = (...bytes) => wire.byte(bytes.length, ...bytes);
    for (const [why, properties] of Object.entries({
        'receive maximum 0': { receiveMaximum: 0 }, 'maximum packet 0': { maximumPacket: 0 },
        'request problem 2': { requestProblem: 2 }, 'request response 2': { requestResponse: 2 },
        'authentication data without a method': { authData: 'x' },
        'a topic alias': block(35, 0, 1), 'session expiry twice': block(17, 0, 0, 0, 1, 17, 0, 0, 0, 1), 'an unknown one': block(99, 1),
        'cut short': block(17, 0, 0), 'a length that is too large': wire.byte(0x7f, 17, 0, 0, 0, 1),
    })) await refused(t, version, hello({ version, properties }), why);
});
