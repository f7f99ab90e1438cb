// SPDX-License-Identifier: Apache-2.0
// SUBSCRIBE and UNSUBSCRIBE (chapters 3.8 to 3.11), topic filters (4.7) and what a subscription's options do.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, state, topic } = onNode();
const own = (rest) => `things/${state.thing.id}/${rest}`;

shows({ 4: '3.8.4-1 3.8.4-2 3.8.4-5 3.9.3-2 2.3.1-7', 5: '3.8.4-1 3.8.4-2 3.8.4-6 3.8.4-7 3.9.3-2 2.2.1-6' },
    'each SUBSCRIBE gets one SUBACK with its packet id and a reason for each filter', async (t, version) => {
        const peer = await join(t, { version });
        for (const [id, count] of [[1, 1], [2, 3], [65535, 32], [256, 1]]) {
            const filters = Array.from({ length: count }, (_, i) => [own(`events/same-${i}`), i % 3]);
            peer.send(wire.subscribe({ version, id, filters }));
            await peer.expect('suback', { id, reasons: filters.map(([, qos]) => qos) });
        }
        await peer.silent();
    });

shows({ 4: '3.8.4-4 3.9.3-1 3.8.4-5', 5: '3.8.4-5 3.9.3-1 3.8.4-7' }, 'filters are taken one after another, their reasons in the same order', async (t, version) => {
    const peer = await join(t, { version });
    const where = topic();
    const filters = [[where, 0], ['things/somebody-else/events/x', 1], [where, 2], ['things/somebody-else/#', 0], [where, 1]];
    const { reasons } = await peer.subscribe(filters);
    assert.deepEqual([reasons[0], reasons[2], reasons[4]], [0, 2, 1]);
    for (const i of [1, 3]) assert.ok(version === 4 ? reasons[i] === 0x80 : reasons[i] === 0x87, `reason ${reasons[i]}`);
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'x', qos: 2 });
    await peer.take({ topic: where, payload: 'x', qos: 1 }); // the last one counts
    await peer.silent();
});

shows({ 4: '3.8.3-3 3.10.3-2 4.8.0-1', 5: '3.8.3-2 3.10.3-2 4.13.1-1' }, 'SUBSCRIBE and UNSUBSCRIBE without a filter end the connection', async (t, version) => {
    for (const bytes of [wire.subscribe({ version, filters: [] }), wire.unsubscribe({ version, filters: [] })]) {
        const peer = await join(t, { version });
        peer.send(bytes);
        await peer.thrownOut([0x81, 0x82]);
    }
});

shows({ 4: '3.8.3-4 4.8.0-1', 5: '3.8.3-5 4.13.1-1' }, 'options with reserved bits, QoS 3 or retain handling 3 end the connection', async (t, version) => {
    for (const options of version === 4 ? [0x03, 0x04, 0x08, 0x40, 0x80, 0x81] : [0x03, 0x40, 0x80, 0xc1, 0x30]) {
        const peer = await join(t, { version });
        peer.send(wire.subscribe({ version, filters: [[topic(), options]] }));
        await peer.thrownOut([0x81, 0x82], `options ${options}`);
    }
});

shows({ 4: '3.8.3-2 4.7.1-2 4.7.1-3', 5: '4.7.1-1 4.7.1-2' }, 'wildcards match whole levels, and stand where they may', async (t, version) => {
    const name = topic('w').split('/').at(-1);
    const matches = [['#', true], ['events/#', true], ['events/+', true], ['+/+', true], [`+/${name}`, true], [`events/${name}/#`, true],
        [`events/${name}/+`, false], ['+', false], [`properties/${name}`, false], [`events/${name}x`, false], ['events/+/+', false]];
    for (const [rest, wanted] of matches) {
        const peer = await join(t, { version });
        await peer.subscribe([[own(rest), 0]]);
        const mouth = await join(t, { version });
        await mouth.put({ topic: own(`events/${name}`), payload: rest, qos: 1 });
        const came = await peer.drain();
        assert.deepEqual(came.map(({ payload }) => payload.toString()), wanted ? [rest] : [], own(rest));
        peer.cut();
        mouth.cut();
    }
    for (const rest of ['events/a+', 'events/+a', 'events/#/a', 'events/a#', 'events/##', 'events/++']) {
        const peer = await join(t, { version });
        peer.send(wire.subscribe({ version, filters: [[own(rest), 0]] }));
        const answer = await peer.next().catch(() => null);
        if (answer?.name === 'suback') assert.ok(answer.reasons[0] >= 0x80, rest);
        else assert.ok(answer === null || answer.name === 'disconnect', rest);
    }
});

shows({ 4: '4.7.3-4', 5: '4.7.3-4' }, 'capital letters, spaces and empty levels make another topic', async (t, version) => {
    const where = topic('case');
    const peer = await join(t, { version });
    const others = [where.toUpperCase().replace(/^THINGS/, 'things'), where.replace('case', 'Case'), `${where}/`, where.replace('/events/', '/events//'), `${where} `];
    await peer.subscribe(others.map((filter) => [filter, 0]));
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'x', qos: 1 });
    await peer.silent();
});

shows({ 4: '3.8.4-6 4.3.1-1', 5: '3.8.4-8 4.3.1-1' }, 'a message comes with the smaller of its own and the granted QoS', async (t, version) => {
    for (const granted of [0, 1, 2]) {
        const where = topic();
        const ear = await join(t, { version });
        assert.deepEqual((await ear.subscribe([[where, granted]])).reasons, [granted]);
        const mouth = await join(t, { version });
        for (const qos of [0, 1, 2]) {
            await mouth.put({ topic: where, payload: 'x', qos });
            await ear.take({ topic: where, qos: Math.min(qos, granted) });
        }
        await ear.silent();
    }
});

shows({ 4: '3.3.5-1', 5: '3.3.4-2' }, 'overlapping subscriptions: the greatest QoS of those that match', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 0], [own('events/+'), 2], [own('#'), 1]]);
    const mouth = await join(t, { version });
    for (const qos of [2, 1, 0]) {
        await mouth.put({ topic: where, payload: `q${qos}`, qos });
        const came = [await ear.take({ topic: where, payload: `q${qos}` }), ...await ear.drain()];
        assert.equal(Math.max(...came.map((packet) => packet.qos)), qos);
        assert.ok(came.length <= 3, 'no more copies than subscriptions');
    }
});

shows({ 4: '3.8.4-3', 5: '3.8.4-3' }, 'the same filter again replaces the subscription', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    const mouth = await join(t, { version });
    await ear.subscribe([[where, 2]]);
    await ear.subscribe([[where, 0]]);
    await mouth.put({ topic: where, payload: 'once', qos: 2 });
    await ear.take({ topic: where, payload: 'once', qos: 0 });
    await ear.silent('two copies');
    await ear.unsubscribe([where]);
    await mouth.put({ topic: where, payload: 'gone', qos: 1 });
    await ear.silent('a subscription was left over');
});

shows({ 4: '3.8.4-3', 5: '3.8.4-4' }, 'replacing a subscription sends what is retained again, and loses nothing', async (t, version) => {
    const where = topic();
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'kept', qos: 1, retain: true });
    const ear = await join(t, { version });
    await ear.subscribe([[where, 1]]);
    await ear.take({ payload: 'kept', retain: true });
    let sent = 0;
    const wanted = [];
    for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 5; i++) { // without waiting: they are on their way while the subscription is replaced
            mouth.publish({ topic: where, payload: `live ${++sent}`, qos: 1, id: sent });
            wanted.push(`live ${sent}`);
        }
        ear.send(wire.subscribe({ version, id: 100 + round, filters: [[where, 1]] }));
    }
    const seen = { retained: 0, live: [], suback: 0 };
    while (seen.live.length < wanted.length || seen.suback < 5 || seen.retained < 5) {
        const packet = await ear.next();
        if (packet.name === 'suback') seen.suback++;
        else if (packet.retain) seen.retained++;
        else seen.live.push(packet.payload.toString());
        if (packet.name === 'publish') await ear.acknowledge(packet);
    }
    assert.deepEqual(seen, { retained: 5, live: wanted, suback: 5 });
    await ear.silent();
    for (let i = 0; i < wanted.length; i++) await mouth.next('puback');
    await mouth.put({ topic: where, payload: '', qos: 1, retain: true, id: 999 }); // other tests have wildcards
});

shows({ 4: '3.10.4-4 3.10.4-5 3.10.4-6 2.3.1-7', 5: '3.10.4-4 3.10.4-5 3.10.4-6 3.11.3-1 3.11.3-2 2.2.1-6' },
    'each UNSUBSCRIBE gets one UNSUBACK with its packet id, whatever was there', async (t, version) => {
        const peer = await join(t, { version });
        const [a, b] = [topic('a'), topic('b')];
        await peer.subscribe([[a, 0], [b, 0]]);
        peer.send(wire.unsubscribe({ version, id: 4711, filters: ['not/there', a, a, b, 'neither'] }));
        const answer = await peer.expect('unsuback', { id: 4711 });
        if (version === 5) assert.deepEqual(answer.reasons, [0x11, 0, 0x11, 0, 0x11]);
        await peer.silent();
        const mouth = await join(t, { version });
        for (const where of [a, b]) await mouth.put({ topic: where, payload: 'x', qos: 1 });
        await peer.silent();
    });

shows({ 4: '3.10.4-1 3.10.4-2', 5: '3.10.4-1 3.10.4-2' }, 'only the subscription with the very same filter is deleted', async (t, version) => {
    const where = topic('u');
    const ear = await join(t, { version });
    const mouth = await join(t, { version });
    await ear.subscribe([[where, 0]]);
    for (const filter of [own('events/+'), own('#'), where.replace('/u', '/U'), `${where}/#`, where.slice(0, -1)]) {
        await ear.unsubscribe([filter]);
        await mouth.put({ topic: where, payload: filter, qos: 1 });
        await ear.take({ payload: filter });
    }
    await ear.unsubscribe([where]);
    await mouth.put({ topic: where, payload: 'x', qos: 1 });
    await ear.silent();
    await ear.subscribe([[own('events/+'), 0]]);
    await ear.unsubscribe([where]);
    await mouth.put({ topic: where, payload: 'x', qos: 1 });
    await ear.take({ payload: 'x' });
    await ear.unsubscribe([own('events/+')]);
    await mouth.put({ topic: where, payload: 'x', qos: 1 });
    await ear.silent();
});

shows({ 4: '3.10.4-3', 5: '3.10.4-3' }, 'what was on its way at UNSUBSCRIBE is brought to an end', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version, clientId: `ending-${version}`, clean: false, properties: { sessionExpiry: 60 } });
    const mouth = await join(t, { version });
    await ear.subscribe([[where, 2]]);
    for (const qos of [1, 2]) await mouth.put({ topic: where, payload: `q${qos}`, qos });
    const one = await ear.expect('publish', { qos: 1 });
    const two = await ear.expect('publish', { qos: 2 });
    await ear.unsubscribe([where]);
    ear.ack('pubrec', two.id);
    await ear.expect('pubrel', { id: two.id });
    ear.cut(); // neither PUBACK nor PUBCOMP was sent
    const again = await join(t, { version, clientId: `ending-${version}`, clean: false, properties: { sessionExpiry: 60 } });
    await again.expect('publish', { id: one.id, dup: true, payload: one.payload });
    await again.expect('pubrel', { id: two.id });
    again.ack('puback', one.id);
    again.ack('pubcomp', two.id);
    await again.silent();
    await again.leave({ properties: { sessionExpiry: 0 } });
});

shows({ 5: '3.8.3-3' }, 'no local: not to the client id that published, to others it goes', async (t, version) => {
    const where = topic();
    const both = await join(t, { version, clientId: 'both' });
    const other = await join(t, { version });
    await both.subscribe([[where, 0x04 | 1]]);
    await other.subscribe([[where, 0x04 | 1]]);
    await both.put({ topic: where, payload: 'mine', qos: 1 });
    await other.take({ payload: 'mine' });
    await both.silent();
    await other.put({ topic: where, payload: 'theirs', qos: 1 });
    await both.take({ payload: 'theirs' });
    await other.silent();
    await both.subscribe([[where, 1]]); // without it, its own message comes back
    both.publish({ topic: where, payload: 'echo', qos: 1, id: 50 });
    const names = [(await both.next()).name, (await both.next()).name].sort();
    assert.deepEqual(names, ['puback', 'publish']);
});

shows({ 5: '3.3.4-3 3.3.4-4 3.3.4-5' }, 'the ids of the subscriptions that match come with the message', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 1]], { subscriptionId: [7] });
    await ear.subscribe([[own('events/+'), 1]], { subscriptionId: [268435455] });
    await ear.subscribe([[own('#'), 1]]);
    await ear.subscribe([[own('properties/#'), 1]], { subscriptionId: [3] });
    const mouth = await join(t, { version });
    await mouth.put({ topic: where, payload: 'x', qos: 1 });
    const came = [await ear.take({ payload: 'x' })];
    for (const packet of await ear.drain()) { await ear.acknowledge(packet); came.push(packet); }
    const ids = came.flatMap(({ properties }) => properties.subscriptionId ?? []).sort((a, b) => a - b);
    assert.deepEqual(ids, [7, 268435455]);
    await ear.subscribe([[where, 1]], { subscriptionId: [8] }); // replaced, its id with it
    await ear.unsubscribe([own('events/+'), own('#')]);
    await mouth.put({ topic: where, payload: 'y', qos: 1 });
    assert.deepEqual((await ear.take({ payload: 'y' })).properties.subscriptionId, [8]);
    await ear.silent();
});

shows({ 5: '4.13.1-1' }, 'a subscription id of 0, or two of them, ends the connection', async (t, version) => {
    for (const subscriptionId of [[0], [1, 2]]) {
        const peer = await join(t, { version });
        peer.send(wire.subscribe({ version, filters: [[topic(), 0]], properties: { subscriptionId } }));
        await peer.thrownOut([0x81, 0x82]);
    }
});
