// SPDX-License-Identifier: Apache-2.0
// Shared subscriptions (chapter 4.8.2 of version 5): one of a group gets each message.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, topic } = onNode();
let serial = 0;
const kept = (version) => ({ version, clientId: `member-${++serial}`, clean: false, properties: { sessionExpiry: 300 } });
const share = (where, group = 'g') => `$share/${group}/${where}`;

async function group(t, version, where, options = [2, 2]) {
    const sessions = options.map(() => kept(version));
    const members = [];
    for (const [i, session] of sessions.entries()) {
        members.push(await join(t, session));
        assert.deepEqual((await members[i].subscribe([[share(where), options[i]]])).reasons, [options[i]]);
    }
    return { sessions, members, mouth: await join(t, { version }) };
}

shows({ 5: '4.8.2-1 4.8.2-2' }, 'each message goes to one of the group, and to all who subscribed by themselves', async (t, version) => {
    const where = topic();
    const { members, mouth } = await group(t, version, where, [1, 1, 1]);
    const alone = await join(t, { version });
    await alone.subscribe([[where, 1]]);
    const other = await join(t, { version });
    await other.subscribe([[share(where, 'another'), 1]]);
    const wanted = Array.from({ length: 30 }, (_, i) => `${i}`);
    for (const payload of wanted) await mouth.put({ topic: where, payload, qos: 1 });
    const came = await Promise.all([...members, alone, other].map(async (peer) => {
        const all = [];
        for (let packets = await peer.drain(); packets.length > 0; packets = await peer.drain()) {
            for (const packet of packets) { await peer.acknowledge(packet); all.push(packet.payload.toString()); }
        }
        return all;
    }));
    assert.deepEqual(came.slice(0, 3).flat().sort((a, b) => a - b), wanted, 'each once in the group');
    for (const some of came.slice(0, 3)) assert.ok(some.length > 0, 'a member got nothing at all');
    assert.deepEqual(came[3], wanted);
    assert.deepEqual(came[4], wanted, 'a group of one');
    for (const peer of members) await peer.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 5: '4.8.2-1 4.8.2-2 3.9.3-2' }, 'filters that only look like shared ones are refused', async (t, version) => {
    const where = topic();
    for (const filter of ['$share/', '$share/g', '$share/g/', `$share//${where}`, `$share/a+/${where}`, `$share/#/${where}`, `$share/+/${where}`, `$share/a#b/${where}`]) {
        const peer = await join(t, { version });
        peer.send(wire.subscribe({ version, filters: [[filter, 1]] }));
        const answer = await peer.next();
        if (answer.name === 'suback') assert.ok(answer.reasons[0] >= 0x80, `${filter} granted`);
        else assert.equal(answer.name, 'disconnect', filter);
    }
});

shows({ 5: '3.8.3-4' }, 'no local on a shared subscription ends the connection', async (t, version) => {
    const peer = await join(t, { version });
    peer.send(wire.subscribe({ version, filters: [[share(topic()), 0x04 | 1]] }));
    await peer.thrownOut(0x82);
});

shows({ 5: '4.8.2-3' }, 'a member gets no more than the QoS it was granted', async (t, version) => {
    const where = topic();
    const { members, mouth } = await group(t, version, where, [0, 1, 2]);
    for (let i = 0; i < 12; i++) await mouth.put({ topic: where, payload: `${i}`, qos: 2 });
    let total = 0;
    for (const [granted, peer] of members.entries()) {
        const packets = (await peer.drain()).filter(({ name }) => name === 'publish');
        total += packets.length;
        for (const packet of packets) assert.equal(packet.qos, granted);
        await peer.leave({ properties: { sessionExpiry: 0 } });
    }
    assert.ok(total >= 12 - 8 && total <= 12, `${total} of 12 on their way`);
});

shows({ 5: '4.8.2-4 4.4.0-1' }, 'a QoS 2 message on its way to a member that left waits for that member', async (t, version) => {
    const where = topic();
    const { sessions, members, mouth } = await group(t, version, where, [2]);
    await mouth.put({ topic: where, payload: 'mine', qos: 2 });
    const { id } = await members[0].expect('publish', { qos: 2 });
    const late = await join(t, kept(version));
    await late.subscribe([[share(where), 2]]);
    members[0].cut();
    await late.silent('it went to another member');
    const back = await join(t, sessions[0]);
    await back.take({ id, dup: true, payload: 'mine', qos: 2 });
    await late.silent();
    for (const peer of [back, late]) await peer.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 5: '4.8.2-5' }, 'when that member\'s session ends first, the message goes to nobody else', async (t, version) => {
    const where = topic();
    const { sessions, members, mouth } = await group(t, version, where, [2]);
    await mouth.put({ topic: where, payload: 'mine', qos: 2 });
    await members[0].expect('publish', { qos: 2 });
    const late = await join(t, kept(version));
    await late.subscribe([[share(where), 2]]);
    members[0].cut();
    await (await join(t, { ...sessions[0], clean: true, properties: {} })).leave();
    await late.silent();
    await mouth.put({ topic: where, payload: 'next', qos: 2 });
    await late.take({ payload: 'next' });
    await late.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 5: '4.8.2-6 4.4.0-2' }, 'a message that a member refuses goes to nobody else', async (t, version) => {
    const where = topic();
    const { members, mouth } = await group(t, version, where, [2]);
    const late = await join(t, kept(version));
    for (const [qos, name] of [[1, 'puback'], [2, 'pubrec']]) {
        await mouth.put({ topic: where, payload: `refused ${qos}`, qos });
        const { id } = await members[0].expect('publish', { qos });
        if (qos === 1) await late.subscribe([[share(where), 2]]);
        members[0].ack(name, id, { reason: 0x83 });
        await members[0].silent();
        await late.silent();
        if (qos === 1) await late.unsubscribe([share(where)]);
    }
});

shows({ 5: '3.10.4-1 3.8.4-3' }, 'a shared and an own subscription to the same filter are two', async (t, version) => {
    const where = topic();
    const peer = await join(t, { version });
    await peer.subscribe([[where, 0], [share(where), 0]]);
    assert.deepEqual((await peer.unsubscribe([where, where, share(where), share(where)])).reasons, [0, 0x11, 0, 0x11]);
});

shows({ 5: '3.3.1-9' }, 'a shared subscription is sent nothing that is retained', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'kept', qos: 1, retain: true });
    const peer = await join(t, { version });
    await peer.subscribe([[share(where), 1]]);
    await peer.silent();
    await peer.subscribe([[where, 1]]);
    await peer.take({ payload: 'kept', retain: true });
});
