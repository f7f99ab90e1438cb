// SPDX-License-Identifier: Apache-2.0
// What belongs to a session outlives the node's own end: the power cut that a broker in memory forgets everything in.

import assert from 'node:assert/strict';
import { Peer, shows } from '../../lib/mqtt_peer.mjs';
import { addThing, startNode, tempDir } from '../../lib/node_process.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

/** A client of `thing` with a session that is kept. */
async function join(t, node, thing, version, clientId) {
    const peer = new Peer(node.mqtt, version);
    t.after(() => peer.cut());
    peer.send(wire.connect({ version, clientId, user: thing.id, password: thing.token, clean: false, properties: { sessionExpiry: 600 } }));
    peer.connack = await peer.expect('connack', { reason: 0 });
    return peer;
}

shows({ 4: '3.1.2-4 3.1.2-5 4.1.0-1 4.3.3-1 4.3.3-2 4.4.0-1 3.1.2-7', 5: '3.1.2-5 3.1.2-23 4.1.0-1 4.3.3-5 4.3.3-6 4.3.3-10 4.4.0-1 4.5.0-1' },
    'what is on its way, either way and at any step, goes on after kill -9', async (t, version) => {
        const data = await tempDir(t);
        const node = await startNode(t, { data });
        const thing = await addThing(node, 'restart');
        const topic = (name) => `things/${thing.id}/events/${name}`;
        const ear = await join(t, node, thing, version, 'ear');
        const mouth = await join(t, node, thing, version, 'mouth');
        await ear.subscribe([[topic('out'), 2], [topic('in'), 2]]);
        mouth.publish({ topic: topic('in'), payload: 'once', qos: 2, id: 500 });
        await mouth.expect('pubrec', { id: 500, reason: 0 }); // no PUBREL yet
        await ear.take({ payload: 'once', qos: 2 });
        const sent = {};
        for (const [payload, qos] of [['one', 1], ['released', 2], ['two', 2]]) {
            await mouth.put({ topic: topic('out'), payload, qos });
            sent[payload] = await ear.expect('publish', { qos });
        }
        ear.ack('pubrec', sent.released.id);
        await ear.expect('pubrel', { id: sent.released.id });
        await mouth.put({ topic: topic('kept'), payload: 'retained', qos: 1, retain: true });
        await node.kill();

        const again = await startNode(t, { data });
        const back = await join(t, again, thing, version, 'ear');
        assert.equal(back.connack.sessionPresent, true);
        const came = await back.drain();
        const seen = (name, qos) => came.filter((packet) => packet.name === name && (qos === undefined || packet.qos === qos));
        assert.deepEqual(seen('publish').map(({ id, qos, dup, payload }) => [id, qos, dup, payload.toString()]).sort(),
            [[sent.one.id, 1, true, 'one'], [sent.two.id, 2, true, 'two']].sort());
        assert.deepEqual(seen('pubrel').map(({ id }) => id), [sent.released.id]);
        back.ack('puback', sent.one.id);
        back.ack('pubcomp', sent.released.id);
        await back.acknowledge(sent.two);
        const mouthBack = await join(t, again, thing, version, 'mouth');
        assert.equal(mouthBack.connack.sessionPresent, true);
        mouthBack.publish({ topic: topic('in'), payload: 'once', qos: 2, id: 500, dup: true });
        await mouthBack.expect('pubrec', { id: 500, reason: 0 });
        mouthBack.ack('pubrel', 500);
        await mouthBack.expect('pubcomp', { id: 500, reason: 0 });
        await back.silent('a QoS 2 message came twice');
        await mouthBack.put({ topic: topic('out'), payload: 'live', qos: 1 });
        await back.take({ payload: 'live' });
        await back.subscribe([[topic('kept'), 1]]);
        await back.take({ payload: 'retained', retain: true });
    });

/** A client with a will on `where`. */
async function mortal(t, node, thing, version, where, { expiry = 0, delay = 0, clean = true, clientId = 'mortal', payload = 'gone' } = {}) {
    const peer = new Peer(node.mqtt, version);
    t.after(() => peer.cut());
    const properties = version === 5 && delay > 0 ? { willDelay: delay } : undefined;
    peer.send(wire.connect({ version, clientId, user: thing.id, password: thing.token, clean, properties: expiry ? { sessionExpiry: expiry } : undefined,
        will: { topic: where, payload, qos: 1, retain: true, properties } }));
    await peer.expect('connack', { reason: 0 });
    return peer;
}

/** What is acknowledged behind a CONNECT says that the will is on the disk. */
const settled = async (peer, where) => assert.equal(await peer.put({ topic: `${where}-alive`, payload: 'x', qos: 1 }), 0);

shows({ 4: '3.1.2-8 3.1.2-10 3.1.2-17', 5: '3.1.2-7 3.1.2-8 3.1.2-10 3.1.2-15' }, 'the will of who was connected at kill -9 is published by the next start, once', async (t, version) => {
    const data = await tempDir(t);
    const node = await startNode(t, { data });
    const thing = await addThing(node, 'wills');
    const where = `things/${thing.id}/events/gone`;
    await settled(await mortal(t, node, thing, version, where), where);
    const polite = await mortal(t, node, thing, version, where, { clientId: 'polite', payload: 'never' });
    await polite.leave(); // DISCONNECT deletes the will
    const ear = await join(t, node, thing, version, 'ear');
    await ear.subscribe([[where, 1]]);
    await node.kill();

    const again = await startNode(t, { data });
    const back = await join(t, again, thing, version, 'ear'); // its session was kept, and the will waited for it
    await back.take({ topic: where, payload: 'gone', qos: 1 });
    await back.silent('published twice');
    await settled(back, where); // and with it, that the ear has the will
    await again.kill();

    const third = await startNode(t, { data });
    const last = await join(t, third, thing, version, 'ear');
    await last.silent('published by the third start as well');
    await last.subscribe([[where, 1]]);
    await last.take({ payload: 'gone', retain: true });
    assert.equal((await third.stop()).code, 0);
});

shows({ 5: '3.1.2-8 3.1.2-10' }, 'a will delay outlasts kill -9: who is back in time takes the will back, of who is not it is published', async (t, version) => {
    const data = await tempDir(t);
    const node = await startNode(t, { data });
    const thing = await addThing(node, 'delays');
    const where = (name) => `things/${thing.id}/events/${name}`;
    for (const name of ['back', 'away', 'ended'])
        await settled(await mortal(t, node, thing, version, where(name),
            { clientId: name, clean: false, delay: name === 'ended' ? 600 : 3, expiry: name === 'ended' ? 1 : 600, payload: name }), where(name));
    const ear = await join(t, node, thing, version, 'ear');
    await ear.subscribe([[where('back'), 1], [where('away'), 1], [where('ended'), 1]]);
    await node.kill();

    const begin = Date.now();
    const again = await startNode(t, { data });
    const back = await join(t, again, thing, version, 'back');
    assert.equal(back.connack.sessionPresent, true);
    const listening = await join(t, again, thing, version, 'ear');
    await listening.take({ payload: 'ended' }); // the session's end comes before the delay's
    await listening.take({ payload: 'away' });
    assert.ok(Date.now() - begin >= 2900, 'the delay was not waited for');
    await listening.silent('that of the client that came back was published too');
    assert.equal((await again.stop()).code, 0);
});

shows({ 4: '3.8.4-1 3.10.4-4 4.1.0-1', 5: '3.8.4-1 3.10.4-4 4.1.0-1' }, 'a subscription that was confirmed, or taken back, is so after kill -9 in the same instant', async (t, version) => {
    const data = await tempDir(t);
    let node = await startNode(t, { data });
    const thing = await addThing(node, 'subscriber');
    const topic = (name) => `things/${thing.id}/events/${name}`;
    for (let round = 0; round < 6; round++) {
        const ear = await join(t, node, thing, version, 'ear');
        if (round > 0) assert.equal(ear.connack.sessionPresent, true);
        await ear.subscribe([[topic(`new-${round}`), 1], [topic(`old-${round}`), 1]]);
        if (round % 2 === 1) {
            ear.send(wire.unsubscribe({ version, id: 900, filters: [topic(`old-${round}`)] }));
            await ear.pick('unsuback', 900);
        }
        await node.kill(); // as soon as it was said
        node = await startNode(t, { data });
        const back = await join(t, node, thing, version, 'ear');
        assert.equal(back.connack.sessionPresent, true, `the session of round ${round}`);
        const mouth = await join(t, node, thing, version, 'mouth');
        for (const name of ['new', 'old']) await mouth.put({ topic: topic(`${name}-${round}`), payload: name, qos: 1 });
        await back.take({ payload: 'new' });
        if (round % 2 === 0) await back.take({ payload: 'old' });
        await back.silent('a subscription that was taken back came back');
        back.cut();
    }
    assert.equal((await node.stop()).code, 0);
});
