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

shows({ 4: '4.3.3-2 2.3.1-2', 5: '4.3.3-8 4.3.3-10 4.3.3-11 4.3.3-12' }, 'QoS 2 in: until PUBREL the same id is a repetition, afterwards it is new', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    for (const payload of ['one', 'two']) {
        mouth.publish({ topic: where, payload, qos: 2, id: 6 });
        await mouth.expect('pubrec', { id: 6, reason: 0 });
        for (const dup of [true, false]) {
            mouth.publish({ topic: where, payload, qos: 2, id: 6, dup });
            await mouth.expect('pubrec', { id: 6, reason: 0 });
        }
        mouth.ack('pubrel', 6);
        await mouth.expect('pubcomp', { id: 6, reason: 0 });
        await ear.take({ topic: where, payload, qos: 2 });
        await ear.silent('a repetition was handed on');
    }
});

shows({ 4: '4.3.3-2 4.4.0-1 4.1.0-1', 5: '4.3.3-10 4.4.0-1 4.1.0-1' }, 'QoS 2 in: a repetition is known over a lost connection', async (t, version) => {
    const { where, ear } = await pair(t, version);
    const session = kept(version);
    const mouth = await join(t, session);
    mouth.publish({ topic: where, payload: 'once', qos: 2, id: 8 });
    await mouth.expect('pubrec', { id: 8 });
    mouth.cut();
    const again = await join(t, session);
    assert.equal(again.connack.sessionPresent, true);
    again.publish({ topic: where, payload: 'once', qos: 2, id: 8, dup: true });
    await again.expect('pubrec', { id: 8, reason: 0 });
    again.ack('pubrel', 8);
    await again.expect('pubcomp', { id: 8, reason: 0 });
    await ear.take({ payload: 'once' });
    await ear.silent('it came twice');
    await again.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 5: '4.3.3-9' }, 'QoS 2 in: after a PUBREC that refused, the same id is new', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    mouth.publish({ topic: 'things/somebody-else/events/x', payload: 'x', qos: 2, id: 9 });
    assert.ok((await mouth.expect('pubrec', { id: 9 })).reason >= 0x80);
    await mouth.put({ topic: where, payload: 'new', qos: 2, id: 9 });
    await ear.take({ payload: 'new' });
    await ear.silent();
});

shows({ 4: '4.3.3-2', 5: '4.3.3-13' }, 'QoS 2 in: many at once are each brought to an end, in whatever order PUBREL comes', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    const properties = version === 5 ? { messageExpiry: 1 } : undefined;
    for (let id = 1; id <= 8; id++) mouth.publish({ topic: where, payload: `${id}`, qos: 2, id, properties });
    for (let id = 1; id <= 8; id++) await mouth.expect('pubrec', { id, reason: 0 });
    for (const id of [8, 1, 7, 2, 6, 3, 5, 4]) {
        mouth.ack('pubrel', id);
        await mouth.expect('pubcomp', { id, reason: 0 });
    }
    const came = [];
    for (let i = 0; i < 8; i++) came.push((await ear.expect('publish')).payload.toString());
    assert.deepEqual(came.sort(), ['1', '2', '3', '4', '5', '6', '7', '8']);
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

shows({ 4: '4.3.3-1 2.3.1-4 2.3.1-6', 5: '4.3.3-1 4.3.3-2 4.3.3-3 4.3.3-4 4.3.3-5 2.2.1-4 2.2.1-5 3.6.2-1' },
    'QoS 2 out: a free id, DUP 0, PUBREL on PUBREC, both open until they are answered', async (t, version) => {
        const { where, ear, mouth } = await pair(t, version);
        const open = new Set();
        for (let i = 0; i < 8; i++) {
            await mouth.put({ topic: where, payload: `${i}`, qos: 2 });
            const { id } = await ear.expect('publish', { qos: 2, dup: false });
            assert.ok(id > 0 && !open.has(id), `id ${id} is in use`);
            open.add(id);
            if (i % 2) {
                ear.ack('pubrec', id);
                await ear.expect('pubrel', { id, reason: 0 });
            }
        }
        await ear.silent();
        for (const id of open) {
            ear.ack('pubrec', id);
            await ear.expect('pubrel', { id, reason: 0 }); // again, for those that had one
            ear.ack('pubcomp', id);
        }
        await ear.silent();
    });

shows({ 4: '3.3.1-1 4.4.0-1 4.3.2-1 4.1.0-1 2.3.1-4', 5: '3.3.1-1 4.4.0-1 4.3.2-3 4.3.3-3 4.1.0-1' },
    'who comes back gets what it did not acknowledge again: same ids, DUP 1, same order', async (t, version) => {
        const { where, ear, mouth, back } = await pair(t, version);
        const sent = [];
        for (let i = 0; i < 6; i++) {
            await mouth.put({ topic: where, payload: `${i}`, qos: 1 + i % 2 });
            sent.push(await ear.expect('publish', { dup: false }));
        }
        ear.cut();
        const again = await back();
        assert.equal(again.connack.sessionPresent, true);
        for (const { id, qos, payload } of sent) await again.take({ id, qos, dup: true, payload: payload.toString() });
        await again.silent();
        await again.leave({ properties: { sessionExpiry: 0 } });
    });

shows({ 4: '4.3.3-1 4.4.0-1', 5: '4.3.3-5 4.3.3-6 4.4.0-1' }, 'after PUBREL only PUBREL is sent again', async (t, version) => {
    const { where, ear, mouth, back } = await pair(t, version);
    await mouth.put({ topic: where, payload: 'x', qos: 2 });
    const { id } = await ear.expect('publish', { qos: 2 });
    ear.ack('pubrec', id);
    await ear.expect('pubrel', { id });
    ear.cut();
    for (let round = 0; round < 2; round++) {
        const again = await back();
        await again.expect('pubrel', { id, reason: 0 });
        await again.silent('the PUBLISH came again');
        if (round === 1) again.ack('pubcomp', id);
        await again.silent();
        again.cut();
    }
    const last = await back();
    await last.silent('PUBCOMP did not end it');
    await last.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 5: '4.4.0-2' }, 'a PUBACK or PUBREC that refuses acknowledges too', async (t, version) => {
    const { where, ear, mouth, back } = await pair(t, version);
    for (const [qos, name] of [[1, 'puback'], [2, 'pubrec']]) {
        await mouth.put({ topic: where, payload: 'x', qos });
        const { id } = await ear.expect('publish', { qos });
        ear.ack(name, id, { reason: 0x83 });
    }
    await ear.silent('a PUBREL for what was refused');
    ear.cut();
    await (await back()).silent('sent again');
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

shows({ 4: '4.6.0-5 4.6.0-6 4.5.0-1', 5: '4.6.0-5 4.6.0-6 4.5.0-1' }, 'messages of one topic and QoS come in the order they were sent in, to everyone', async (t, version) => {
    for (const qos of [0, 1, 2]) {
        const where = topic();
        const ears = [await join(t, { version }), await join(t, kept(version)), await join(t, { version: 9 - version })];
        for (const ear of ears) await ear.subscribe([[where, 2]]);
        const mouth = await join(t, { version });
        const wanted = Array.from({ length: 100 }, (_, i) => `${i}`);
        wanted.forEach((payload, i) => mouth.publish({ topic: where, payload, qos, id: i + 1 }));
        let answered = 0;
        while (qos > 0 && answered < wanted.length) {
            const { name, id } = await mouth.next();
            if (name === 'pubrec') mouth.ack('pubrel', id);
            else answered++;
        }
        await Promise.all(ears.map(async (ear) => {
            const came = [];
            while (came.length < wanted.length) {
                const packet = await ear.next();
                if (packet.name === 'pubrel') ear.ack('pubcomp', packet.id);
                if (packet.name !== 'publish') continue;
                came.push(packet.payload.toString());
                if (qos > 0) ear.ack(qos === 1 ? 'puback' : 'pubrec', packet.id);
            }
            assert.deepEqual(came, wanted, `QoS ${qos}`);
        }));
        for (const ear of ears) ear.cut();
    }
});

shows({ 4: '4.6.0-1 4.6.0-2 4.6.0-3 4.6.0-4 2.3.1-3', 5: '4.6.0-1 4.6.0-2 4.6.0-3 4.6.0-4' },
    'a client that answers, or sends again, out of order is still served', async (t, version) => {
        const { where, ear, mouth } = await pair(t, version);
        for (const qos of [1, 1, 1, 2, 2, 2]) await mouth.put({ topic: where, payload: 'x', qos });
        const sent = [];
        for (let i = 0; i < 6; i++) sent.push(await ear.expect('publish'));
        for (const { id } of sent.slice(0, 3).reverse()) ear.ack('puback', id);
        for (const { id } of sent.slice(3).reverse()) {
            ear.ack('pubrec', id);
            await ear.expect('pubrel', { id });
        }
        for (const { id } of sent.slice(3)) ear.ack('pubcomp', id);
        await ear.silent();
        for (const id of [30, 29]) mouth.publish({ topic: where, payload: `${id}`, qos: 1, id, dup: true });
        for (const id of [30, 29]) await mouth.expect('puback', { id });
        for (const id of [30, 29]) await ear.take({ payload: `${id}` });
    });

shows({ 4: '4.5.0-2', 5: '4.5.0-2 3.7.2-1 3.6.2-1' }, 'acknowledgements of nothing do no harm', async (t, version) => {
    const { where, ear, mouth } = await pair(t, version);
    ear.ack('puback', 99);
    ear.ack('pubcomp', 99);
    await ear.silent();
    ear.ack('pubrel', 99);
    await ear.expect('pubcomp', { id: 99, ...(version === 5 ? { reason: 0x92 } : {}) });
    ear.ack('pubrec', 98);
    const answer = await ear.drain();
    assert.ok(answer.every(({ name, id }) => name === 'pubrel' && id === 98));
    await mouth.put({ topic: where, payload: 'still', qos: 2 });
    await ear.take({ payload: 'still', qos: 2 });
});
