// SPDX-License-Identifier: Apache-2.0
// SUBSCRIBE and UNSUBSCRIBE (chapters 3.8 to 3.11), topic filters (4.7) and what a subscription's options do.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, state, topic } = onNode();
const own = (rest) => `things/${state.thing.id}/${rest}`;

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

shows({ 5: '4.13.1-1' }, 'a subscription id of 0, or two of them, ends the connection', async (t, version) => {
    for (const subscriptionId of [[0], [1, 2]]) {
        const peer = await join(t, { version });
        peer.send(wire.subscribe({ version, filters: [[topic(), 0]], properties: { subscriptionId } }));
        await peer.thrownOut([0x81, 0x82]);
    }
});
