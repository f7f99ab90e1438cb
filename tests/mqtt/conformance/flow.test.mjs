// SPDX-License-Identifier: Apache-2.0
// Flow control (chapters 3.3.4 and 4.9 of version 5), and topic aliases both ways (3.3.2.3.4).

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';

const { join, topic } = onNode();

shows({ 5: '3.3.4-9 3.3.4-10 4.9.0-1 4.9.0-2 4.9.0-3' }, 'a client is sent no more QoS 1 and 2 messages than it takes at once, and every other packet', async (t, version) => {
    for (const receiveMaximum of [1, 3]) {
        const where = topic();
        const ear = await join(t, { version, properties: { receiveMaximum } });
        await ear.subscribe([[where, 2]]);
        const mouth = await join(t, { version });
        for (let i = 0; i < 8; i++) await mouth.put({ topic: where, payload: `${i}`, qos: 1 + i % 2 });
        const open = (await ear.drain());
        assert.deepEqual(open.map(({ payload }) => payload.toString()), Array.from({ length: receiveMaximum }, (_, i) => `${i}`));
        await ear.subscribe([[topic(), 0]]);
        await ear.unsubscribe(['not/there']);
        let next = receiveMaximum;
        for (const packet of open) {
            if (packet.qos === 2) {
                ear.ack('pubrec', packet.id);
                await ear.expect('pubrel', { id: packet.id });
                await ear.silent('PUBREC alone frees no place');
                ear.ack('pubcomp', packet.id);
            } else ear.ack('puback', packet.id);
            const following = await ear.expect('publish', { payload: Buffer.from(`${next++}`) });
            open.push(following);
            if (next === 8) break;
        }
        ear.cut();
    }
});

shows({ 5: '3.3.4-9' }, 'a PUBREC that refuses frees its place', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version, properties: { receiveMaximum: 1 } });
    await ear.subscribe([[where, 2]]);
    const mouth = await join(t, { version });
    for (let i = 0; i < 3; i++) await mouth.put({ topic: where, payload: `${i}`, qos: 2 });
    for (let i = 0; i < 3; i++) {
        const { id } = await ear.expect('publish', { payload: Buffer.from(`${i}`) });
        await ear.silent();
        ear.ack('pubrec', id, { reason: 0x80 });
    }
    await ear.silent();
});

shows({ 5: '3.3.4-7 4.9.0-1 4.9.0-2 3.3.4-8' }, 'who sends more than the node takes at once is thrown out', async (t, version) => {
    const peer = await join(t, { version });
    const most = peer.connack.properties.receiveMaximum ?? 65535;
    const where = topic();
    for (let id = 1; id <= most; id++) peer.publish({ topic: where, qos: 2, id });
    for (let id = 1; id <= most; id++) await peer.expect('pubrec', { id, reason: 0 });
    await peer.silent(); // other packets are not held back
    peer.ack('pubrel', 1);
    await peer.expect('pubcomp', { id: 1 });
    peer.publish({ topic: where, qos: 2, id: 1 }); // the place that became free
    await peer.expect('pubrec', { id: 1, reason: 0 });
    peer.publish({ topic: where, qos: 2, id: most + 1 });
    await peer.thrownOut(0x93);
});

// --- aliases ---

shows({ 5: '3.3.2-12 3.3.2-9 3.2.2-17 3.2.2-18' }, 'every alias up to the maximum that was told works, the next ends the connection', async (t, version) => {
    const ear = await join(t, { version });
    const peer = await join(t, { version });
    const most = peer.connack.properties.topicAliasMaximum;
    assert.ok(most > 0);
    const topics = Array.from({ length: Math.min(most, 16) }, (_, i) => topic(`alias${i}`));
    const aliasOf = (i) => (i === topics.length - 1 ? most : i + 1);
    await ear.subscribe(topics.map((name) => [name, 1]));
    for (const [i, name] of topics.entries()) await peer.put({ topic: name, payload: `set ${i}`, qos: 1, properties: { topicAlias: aliasOf(i) } });
    for (const [i, name] of topics.entries()) await ear.take({ topic: name, payload: `set ${i}` });
    for (const [i] of topics.entries()) await peer.put({ topic: '', payload: `used ${i}`, qos: i % 2, properties: { topicAlias: aliasOf(i) } });
    for (const [i, name] of topics.entries()) await ear.take({ topic: name, payload: `used ${i}` });
    await peer.put({ topic: topics[0], payload: 'moved', qos: 1, properties: { topicAlias: aliasOf(1) } });
    await peer.put({ topic: '', payload: 'there', qos: 1, properties: { topicAlias: aliasOf(1) } });
    await ear.take({ topic: topics[0], payload: 'moved' });
    await ear.take({ topic: topics[0], payload: 'there' });
    peer.publish({ topic: topics[0], payload: 'x', qos: 1, id: 1, properties: { topicAlias: most + 1 } });
    await peer.thrownOut([0x94, 0x82]);
    await ear.silent();
});

shows({ 5: '3.3.2-8' }, 'alias 0 ends the connection', async (t, version) => {
    const peer = await join(t, { version });
    peer.publish({ topic: topic(), payload: 'x', qos: 1, id: 1, properties: { topicAlias: 0 } });
    await peer.thrownOut([0x94, 0x82, 0x81]);
});

shows({ 5: '3.3.2-7' }, 'an alias is forgotten with its connection', async (t, version) => {
    const session = { version, clientId: 'aliases', clean: false, properties: { sessionExpiry: 300 } };
    const where = topic();
    const first = await join(t, session);
    await first.put({ topic: where, payload: 'x', qos: 1, properties: { topicAlias: 1 } });
    first.cut();
    const second = await join(t, session);
    second.publish({ topic: '', payload: 'y', qos: 1, id: 1, properties: { topicAlias: 1 } });
    await second.thrownOut([0x82, 0x94]);
});

shows({ 5: '3.1.2-27' }, 'who names no alias maximum, or 0, is sent none', async (t, version) => {
    for (const properties of [{}, { topicAliasMaximum: 0 }]) {
        const where = topic();
        const ear = await join(t, { version, properties });
        await ear.subscribe([[where, 1]]);
        const mouth = await join(t, { version });
        for (let i = 0; i < 5; i++) {
            await mouth.put({ topic: where, payload: `${i}`, qos: 1, properties: { topicAlias: 1 } });
            assert.equal((await ear.take({ topic: where })).properties.topicAlias, undefined);
        }
    }
});

shows({ 5: '3.1.2-26 3.3.2-11 3.3.2-10 3.3.2-8' }, 'a client is sent aliases up to its maximum only, and each says what it said before', async (t, version) => {
    const topicAliasMaximum = 2;
    const topics = Array.from({ length: 4 }, (_, i) => topic(`out${i}`));
    const ear = await join(t, { version, properties: { topicAliasMaximum } });
    await ear.subscribe(topics.map((name) => [name, 1]));
    const mouth = await join(t, { version });
    const known = new Map();
    let aliased = 0;
    for (let round = 0; round < 3; round++) {
        for (const [i, name] of topics.entries()) {
            await mouth.put({ topic: name, payload: `${round} ${i}`, qos: 1 });
            const packet = await ear.take({ payload: `${round} ${i}` });
            const alias = packet.properties.topicAlias;
            if (alias !== undefined) {
                assert.ok(alias >= 1 && alias <= topicAliasMaximum);
                if (packet.topic !== '') known.set(alias, packet.topic);
                else aliased++;
            }
            assert.equal(packet.topic || known.get(alias), name);
        }
    }
    assert.ok(aliased > 0, 'aliases were never used');
});
