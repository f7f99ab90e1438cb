// SPDX-License-Identifier: Apache-2.0
// How packets and text are written (chapters 1.5 and 2): what is malformed ends its connection, and nothing else.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { hello, join, dial, topic } = onNode();
const MALFORMED = [0x81, 0x82];

/** Each of these, behind a proper CONNECT, ends the connection. */
async function eachEnds(t, version, cases, reasons = MALFORMED) {
    for (const [why, bytes] of Object.entries(cases)) {
        const peer = await join(t, { version });
        peer.send(bytes);
        await peer.thrownOut(reasons, why);
    }
}

shows({ 4: '2.2.2-1 2.2.2-2 3.6.1-1 3.8.1-1 3.10.1-1 3.14.1-1 4.8.0-1', 5: '2.1.3-1 3.6.1-1 3.8.1-1 3.10.1-1 3.14.1-1 4.13.1-1' },
    'wrong flags in the first byte end the connection', async (t, version) => {
        const where = topic();
        await eachEnds(t, version, {
            'PUBACK 1': wire.ack('puback', 1, { version, flags: 1 }), 'PUBREC 2': wire.ack('pubrec', 1, { version, flags: 2 }),
            'PUBREL 0': wire.ack('pubrel', 1, { version, flags: 0 }), 'PUBREL 3': wire.ack('pubrel', 1, { version, flags: 3 }),
            'PUBCOMP 2': wire.ack('pubcomp', 1, { version, flags: 2 }), 'PINGREQ 1': wire.packet(0xc1),
            'SUBSCRIBE 0': wire.subscribe({ version, filters: [[where, 0]], flags: 0 }),
            'SUBSCRIBE 3': wire.subscribe({ version, filters: [[where, 0]], flags: 3 }),
            'UNSUBSCRIBE 0': wire.unsubscribe({ version, filters: [where], flags: 0 }),
            'UNSUBSCRIBE 10': wire.unsubscribe({ version, filters: [where], flags: 10 }),
        });
        await eachEnds(t, version, { 'DISCONNECT 1': wire.disconnect({ version, flags: 1 }), 'DISCONNECT 8': wire.disconnect({ version, flags: 8 }) }, 0x81);
        const peer = dial(t, version);
        const bytes = hello({ version });
        bytes[0] = 0x11;
        peer.send(bytes);
        for (const { reason } of await peer.gone()) assert.ok(version === 5 && reason >= 0x80, `CONNECT with flags: ${reason}`);
    });

shows({ 4: '2.3.1-1 4.8.0-1', 5: '2.2.1-3 4.13.1-1' }, 'packet id 0 ends the connection', async (t, version) => {
    const where = topic();
    await eachEnds(t, version, {
        'SUBSCRIBE': wire.subscribe({ version, id: 0, filters: [[where, 0]] }), 'UNSUBSCRIBE': wire.unsubscribe({ version, id: 0, filters: [where] }),
        'PUBLISH QoS 1': wire.publish({ version, topic: where, qos: 1, id: 0 }), 'PUBLISH QoS 2': wire.publish({ version, topic: where, qos: 2, id: 0 }),
    });
});

shows({ 4: '4.8.0-1', 5: '4.13.1-1 4.13.2-1' }, 'types that a client does not send end the connection', async (t, version) => {
    await eachEnds(t, version, {
        'type 0': wire.packet(0x00), 'CONNACK': wire.packet(0x20, wire.byte(0, 0), ...(version === 5 ? [wire.byte(0)] : [])),
        'SUBACK': wire.packet(0x90, wire.byte(0, 1), ...(version === 5 ? [wire.byte(0)] : []), wire.byte(0)),
        'UNSUBACK': wire.packet(0xb0, wire.byte(0, 1), ...(version === 5 ? [wire.byte(0, 0)] : [])),
        'PINGRESP': wire.packet(0xd0), ...(version === 4 ? { 'type 15': wire.packet(0xf0) } : {}),
    });
});

shows({ 4: '4.8.0-1', 5: '4.13.1-1' }, 'packets that are too short, too long or cut end the connection', async (t, version) => {
    const none = version === 5 ? wire.byte(0) : Buffer.alloc(0);
    await eachEnds(t, version, {
        'an empty PUBLISH': wire.packet(0x30), 'a topic beyond its packet': wire.packet(0x30, wire.two(10), Buffer.from('short')),
        'no packet id': wire.packet(0x32, wire.field('a')), 'PUBACK of a byte': wire.packet(0x40, wire.byte(1)),
        'SUBSCRIBE without its options': wire.packet(0x82, wire.two(1), none, wire.field('a')),
        'PINGREQ with a body': wire.packet(0xc0, wire.byte(0)),
        ...(version === 4 ? { 'PUBACK with more': wire.packet(0x40, wire.two(1), wire.byte(0)), 'DISCONNECT with a body': wire.packet(0xe0, wire.byte(0)) } : {}),
    });
    await eachEnds(t, version, { 'a length of five bytes': wire.byte(0x30, 0xff, 0xff, 0xff, 0xff, 0x01) }, [0x81, 0x95]);
});

shows({ 5: '1.5.5-1' }, 'a variable byte integer that is longer than it has to be is malformed', async (t, version) => {
    const where = topic();
    await eachEnds(t, version, {
        'no properties in two bytes': wire.publish({ version, topic: where, properties: wire.byte(0x80, 0x00) }),
        'in four': wire.publish({ version, topic: where, properties: wire.byte(0x80, 0x80, 0x80, 0x00) }),
        'the remaining length': Buffer.concat([wire.byte(0xc0, 0x80, 0x00)]),
        'a subscription id': wire.subscribe({ version, filters: [[where, 0]], properties: wire.byte(3, 11, 0x81, 0x00) }),
    });
});

shows({ 5: '2.2.2-1' }, 'a packet without even the length of its properties is malformed', async (t, version) => {
    await eachEnds(t, version, { 'PUBLISH': wire.packet(0x30, wire.field(topic())), 'SUBSCRIBE': wire.packet(0x82, wire.two(1)) });
    const peer = await join(t, { version });
    await peer.subscribe([[topic(), 0]]); // its SUBACK says that it has none: the reader asks for the length
});

const ILL_FORMED = {
    'a surrogate': [0x61, 0xed, 0xa0, 0x80], 'the last surrogate': [0xed, 0xbf, 0xbf], 'too long': [0xc0, 0xaf], 'too long, of three': [0xe0, 0x80, 0xaf],
    'cut off': [0x61, 0xe2, 0x82], 'a lone follower': [0x80], 'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80], 'FF': [0xff],
};
const NUL = { 'U+0000': [0x61, 0x00, 0x62], 'only U+0000': [0x00] };

/** In a topic, a filter to subscribe, a filter to unsubscribe. */
async function topicsEnd(t, version, table) {
    for (const [why, bytes] of Object.entries(table)) {
        const text = Buffer.from(bytes);
        await eachEnds(t, version, {
            [`topic: ${why}`]: wire.publish({ version, topic: text }), [`filter: ${why}`]: wire.subscribe({ version, filters: [[text, 0]] }),
            [`filter of UNSUBSCRIBE: ${why}`]: wire.unsubscribe({ version, filters: [text] }),
        }, [0x81, 0x82, 0x8f, 0x90]);
    }
}

async function propertiesEnd(t, version, table) {
    for (const [why, bytes] of Object.entries(table)) {
        const text = Buffer.from(bytes);
        const message = (properties) => wire.publish({ version, topic: topic(), properties });
        await eachEnds(t, version, {
            [`key: ${why}`]: message({ user: [[text, 'value']] }), [`value: ${why}`]: message({ user: [['key', text]] }),
            [`response topic: ${why}`]: message({ responseTopic: text }), [`content type: ${why}`]: message({ contentType: text }),
            [`reason string: ${why}`]: wire.ack('puback', 1, { version, reason: 0, properties: { reasonString: text } }),
        }, [0x81, 0x82, 0x90]);
    }
}

shows({ 4: '1.5.3-1 3.3.2-1 3.8.3-1 3.10.3-1', 5: '1.5.4-1 3.3.2-1 3.8.3-1 3.10.3-1' }, 'topics and filters that are not UTF-8 end the connection',
    (t, version) => topicsEnd(t, version, ILL_FORMED));
shows({ 4: '1.5.3-2 4.7.3-2', 5: '1.5.4-2 4.7.3-2' }, 'topics and filters with U+0000 end the connection', (t, version) => topicsEnd(t, version, NUL));
shows({ 5: '1.5.7-1 1.5.4-1 3.3.2-13 3.3.2-19' }, 'properties that are not UTF-8 end the connection', (t, version) => propertiesEnd(t, version, ILL_FORMED));
shows({ 5: '1.5.7-1 1.5.4-2 3.3.2-13 3.3.2-19' }, 'properties with U+0000 end the connection', (t, version) => propertiesEnd(t, version, NUL));

shows({ 5: '4.13.1-1' }, 'properties that a packet cannot have, twice there, or of no meaning end the connection', async (t, version) => {
    const where = topic();
    const message = (...bytes) => wire.publish({ version, topic: where, properties: wire.byte(bytes.length, ...bytes) });
    await eachEnds(t, version, {
        'session expiry': message(17, 0, 0, 0, 1), 'an unknown one': message(77, 0), 'payload format twice': message(1, 0, 1, 0),
        'payload format 2': message(1, 2), 'topic alias twice': message(35, 0, 1, 35, 0, 1), 'content type twice': message(3, 0, 1, 97, 3, 0, 1, 97),
        'cut short': message(2, 0, 0), 'beyond the packet': wire.packet(0x30, wire.field(where), wire.byte(0x20, 1, 0)),
        'in SUBSCRIBE': wire.subscribe({ version, filters: [[where, 0]], properties: wire.byte(2, 1, 0) }),
        'in DISCONNECT': wire.disconnect({ version, reason: 0, properties: wire.byte(3, 33, 0, 1) }),
        'reason of PUBACK': wire.ack('puback', 1, { version, reason: 0x42 }), 'reason of PUBREC': wire.ack('pubrec', 1, { version, reason: 0x92 }),
        'reason of PUBREL': wire.ack('pubrel', 1, { version, reason: 0x80 }), 'reason of PUBCOMP': wire.ack('pubcomp', 1, { version, reason: 0x01 }),
        'reason of DISCONNECT': wire.disconnect({ version, reason: 0x03 }),
    });
});

shows({ 4: '1.5.3-3 4.7.3-4', 5: '1.5.4-3 4.7.3-4' }, 'EF BB BF is a character like any other, and no text is normalized', async (t, version) => {
    const peer = await join(t, { version });
    const payloads = ['\uFEFFmarked', 'e\u0301', '\u00e9', '\uFEFF'];
    const where = topic();
    await peer.subscribe([[where, 0]]);
    for (const payload of payloads) {
        peer.publish({ topic: where, payload });
        const { payload: bytes } = await peer.take({ topic: where });
        assert.deepEqual(bytes, Buffer.from(payload));
    }
    const filters = ['\uFEFFa', 'a', 'e\u0301', '\u00e9', 'E\u0301', 'a ', ' a'].map((name) => where.replace(/[^/]*$/, '') + name);
    for (const filter of filters) await peer.subscribe([[filter, 0]]);
    for (const filter of filters) { // each is a subscription of its own: none was taken for another
        const answer = await peer.unsubscribe([filter]);
        if (version === 5) assert.deepEqual(answer.reasons, [0], JSON.stringify(filter));
    }
    if (version === 5) assert.deepEqual((await peer.unsubscribe(filters)).reasons, filters.map(() => 0x11));
});

shows({ 4: '4.7.3-1', 5: '4.7.3-1' }, 'an empty topic ends the connection, an empty filter is refused', async (t, version) => {
    await eachEnds(t, version, { 'PUBLISH': wire.publish({ version, topic: '' }) }, [0x81, 0x82, 0x90]);
    const peer = await join(t, { version });
    peer.send(wire.subscribe({ version, filters: [['', 0]] }));
    const answer = await peer.next().catch(() => null); // refused in the SUBACK, or by the end of the connection
    if (answer?.name === 'suback') assert.ok(answer.reasons[0] >= 0x80);
    else assert.ok(answer === null || answer.name === 'disconnect');
});

shows({ 4: '4.7.3-3', 5: '4.7.3-3' }, 'topics and filters longer than the limit are refused, so that none is longer than 65535', async (t, version) => {
    const long = `a/${'x'.repeat(65_533)}`;
    await eachEnds(t, version, { 'PUBLISH': wire.publish({ version, topic: long }) }, [0x81, 0x82, 0x90, 0x95]);
    const peer = await join(t, { version });
    peer.send(wire.subscribe({ version, filters: [[long, 0]] }));
    const answer = await peer.next().catch(() => null);
    if (answer?.name === 'suback') assert.ok(answer.reasons[0] >= 0x80);
    else assert.ok(answer === null || answer.name === 'disconnect');
});

shows({ 4: '7.1.1-1', 5: '4.2.0-1' }, 'a stream of bytes carries packets wherever it is cut', async (t, version) => {
    const where = topic();
    const peer = dial(t, version);
    const bytes = Buffer.concat([hello({ version }), wire.subscribe({ version, filters: [[where, 0]] }),
        wire.publish({ version, topic: where, payload: 'whole' }), wire.pingreq()]);
    for (const one of bytes) peer.send(wire.byte(one)); // TCP_NODELAY: a segment each, or some together, as it comes
    await peer.expect('connack', { reason: 0 });
    const came = [];
    while (came.at(-1)?.name !== 'pingresp') came.push(await peer.next());
    assert.deepEqual(came.map(({ name }) => name).sort(), ['pingresp', 'publish', 'suback']); // a message may overtake SUBACK
    assert.equal(came.find(({ name }) => name === 'publish').payload.toString(), 'whole');
});

shows({ 4: '3.12.4-1', 5: '3.12.4-1' }, 'a ping is answered', async (t, version) => {
    const peer = await join(t, { version });
    peer.send(wire.pingreq(), wire.pingreq(), wire.pingreq());
    for (let i = 0; i < 3; i++) await peer.expect('pingresp');
    await peer.silent();
});

shows({ 4: '7.0.0-2' }, 'a bare client of the standard works, without anything else', async (t, version) => {
    const where = topic();
    const peer = await join(t, { version });
    await peer.subscribe([[where, 1]]);
    peer.publish({ topic: where, payload: 'plain', qos: 1, id: 9 });
    const packets = [await peer.next(), await peer.next()]; // in whatever order
    assert.deepEqual(packets.map(({ name }) => name).sort(), ['puback', 'publish']);
    await peer.leave();
});
