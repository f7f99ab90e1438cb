// SPDX-License-Identifier: Apache-2.0
// Topics nobody can escape: some hundred topic strings, each as a publish, a subscription, a shared subscription and a
// will, of two Things, against what the policy says of it, worked out here from the rules of the manual alone. Then the
// ways around that need more than one packet: take-over, aliases, response topics, what is left when rights are gone.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { addThing, missingProgram, runJson, startNode, tempDir, waitFor } from '../lib/node_process.mjs';
import { Peer } from '../lib/mqtt_peer.mjs';
import * as wire from '../lib/mqtt_wire.mjs';

const skip = missingProgram();
const ACCESS = `access:
  - thing: press-1
    publish: ["plant/{thing}/#", shared/x]
    subscribe: ["plant/+/heat", "things/b/properties/#"]
  - { thing: watch, subscribe: ["#"] }
`;

// --- what is asked for ---

const names = ['a', 'b', 'press-1', 'press-10', 'press-', 'watch', '', '.', '..', '+', '#', '$SYS', 'A', '%61', 'a ', ' a', 'a\t', 'a\u00a0'];
const trees = names.flatMap((name) => [`things/${name}`, `things/${name}/`, `things/${name}/properties/t`, `things/${name}/properties`,
    `things/${name}/events/e`, `things/${name}/actions/stop`, `things/${name}/actions/stop/status`, `things/${name}/#`, `plant/${name}/heat`]);
const shapes = ['#', '+', '+/+', '+/#', '/', '//', '///', '/#', '+/', '/+', 'a', '$', '$SYS', '$SYS/#', '$SYS/broker/load', '$share/g/#', '$share/g/things/b/#',
    '$share/g/things/a/#', '$share//things/a/#', '$share/+/things/a/#', '$share/g', '$share/g/', '$share/g/$share/g/things/b/#', '$queue/things/b/#',
    '$delayed/1/things/b/x', 'things', 'things/', 'things//', 'things/+', 'things/#', 'things/+/#', 'things/+/properties/t', 'things/a+/x', 'things/a#/x',
    'things/#/x', 'things/a/#/x', 'things/a/+x', 'things/a/x#', '/things/a/properties/t', '//things/a/properties/t', 'things//a/properties/t',
    'things/a//properties/t', 'things/a/../b/properties/t', 'things/a/./properties/t', '../things/b/properties/t', 'things\\b\\properties\\t',
    'things/a/properties/../../b/properties/t', 'things%2fb%2fproperties%2ft', 'things/b%00/properties/t', 'Things/a/properties/t', 'THINGS/b/#',
    'plant', 'plant/', 'plant/#', 'plant/+', 'plant/+/heat', 'plant/+/heat/x', 'plant/+/#', 'plant/press-1', 'plant/press-1/', 'plant/press-1/#', 'plant/press-1/a/b/c',
    'plant/press-1/+', 'plant/{thing}', 'plant/{thing}/x', 'plant/press-1x', 'plant//press-1/x', 'shared', 'shared/x', 'shared/x/', 'shared/+', 'shared/#', 'shared/y',
    'things/b/properties', 'things/b/properties/', 'things/b/properties/+', 'things/b/properties/+/x', 'things/b/properties/#', 'things/b/prop+/#',
    'things/\u00e9/x', 'things/e\u0301/x', 'plant/press-1/\u00e9', 'plant/press-1/e\u0301', 'things/\uff41/x', 'things/\u0430/x', 'things/a\u200b/x', 'things/\u202ea/x',
    'things/a/properties/\u00e9', '\ufeffthings/a/properties/t', 'plant/\u212aelvin/heat', 'plant/press\u20111/x',
    `things/a/properties/${'x'.repeat(64)}`, `things/b/${'x'.repeat(600)}`, `things/a/${'x'.repeat(600)}`, `${'things/b/'.repeat(60)}x`, '/'.repeat(15), '/'.repeat(16), '/'.repeat(400),
    `plant/press-1${'/x'.repeat(14)}`, `plant/press-1${'/x'.repeat(15)}`, 'x'.repeat(65535), `things/b/${'x'.repeat(65526)}`, '+/'.repeat(15) + '#', `things/a/${'+/'.repeat(12)}#`];
const raw = ['things/a\0b/x', 'things/b\0/properties/t', 'plant/press-1/\0', '\0'].map((text) => Buffer.from(text)).concat([
    [0x74, 0xc1, 0xa1], [0x74, 0xc0, 0xaf, 0x62], [0x74, 0xe0, 0x80, 0xaf], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff], [0xc3], [0xf8, 0x88, 0x80, 0x80, 0x80],
].map((bytes) => Buffer.concat([Buffer.from('things/'), Buffer.from(bytes)])));
const TOPICS = [...new Set([...trees, ...shapes])].map((text) => Buffer.from(text)).concat(raw);

// --- what the policy says, from the manual's words ---

function decoded(bytes) {
    try {
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        return text.includes('\0') ? null : text;
    } catch { return null; }
}
const inBounds = (text) => text.length > 0 && Buffer.byteLength(text) <= 512 && text.split('/').length <= 16;
const isFilter = (text) => text.split('/').every((level, i, all) => !/[+#]/.test(level) || level === '+' || (level === '#' && i === all.length - 1));
const isOwn = (id, text) => text.startsWith(`things/${id}/`) && text.length > `things/${id}/`.length;

function mayPublish(id, bytes) {
    const text = decoded(bytes);
    if (text === null || !inBounds(text) || /[+#]/.test(text)) return false;
    return isOwn(id, text) || (id === 'press-1' && (text === 'plant/press-1' || text.startsWith('plant/press-1/') || text === 'shared/x'));
}

function mayHear(id, bytes) {
    let text = decoded(bytes);
    if (text?.startsWith('$share/')) {
        const [, group, ...rest] = text.split('/');
        if (!group || /[+#]/.test(group) || rest.length === 0) return false;
        text = rest.join('/');
    }
    if (text === null || !inBounds(text) || !isFilter(text)) return false;
    if (isOwn(id, text)) return true;
    if (id !== 'press-1') return false;
    const levels = text.split('/');
    return (levels.length === 3 && levels[0] === 'plant' && levels[1] !== '#' && levels[2] === 'heat')
        || text === 'things/b/properties' || text.startsWith('things/b/properties/');
}

// --- the bench ---

async function plant(t) {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'access.yaml'), ACCESS);
    const node = await startNode(t, { solution });
    const things = {};
    for (const name of ['a', 'b', 'press-1', 'watch']) things[name] = await addThing(node, name);
    const join = async (id, what = {}) => {
        const peer = new Peer(node.mqtt, 5);
        t.after(() => peer.cut());
        peer.send(wire.connect({ version: 5, clientId: what.clientId ?? `of-${id}`, user: what.user ?? id, password: what.token ?? things[id].token, ...what }));
        peer.connack = await peer.next('connack').catch(() => ({ reason: -1 }));
        return peer;
    };
    const hear = async (id, filter, what = {}) => {
        const peer = await join(id, { clientId: `ear-${id}`, ...what });
        assert.equal(peer.connack.reason, 0);
        peer.send(wire.subscribe({ version: 5, id: 1, filters: [[filter, 1]] }));
        assert.deepEqual((await peer.pick('suback', 1)).reasons.map((reason) => reason < 0x80), [true], `${id} ${filter}`);
        return peer;
    };
    return { node, things, join, hear };
}

/** A connection of one Thing that is made again when the node ends it. */
class Seat {
    constructor(join, id) { Object.assign(this, { join, id, peer: null, packet: 0 }); }

    /** Sends, and gives the reason of the answer of that name; 'ended' when the node ended the connection. */
    async ask(name, make) {
        if (!this.peer || this.peer.closed) {
            this.peer = await this.join(this.id);
            assert.equal(this.peer.connack.reason, 0);
        }
        const id = this.packet = this.packet % 60000 + 1;
        this.peer.send(make(id));
        try {
            const answer = await this.peer.pick(name, id);
            return answer.reasons ? answer.reasons[0] : answer.reason;
        } catch (error) {
            assert.ok(this.peer.closed, error.message);
            return 'ended';
        }
    }
}

const granted = (reason) => typeof reason === 'number' && reason < 0x80;
const short = (bytes) => JSON.stringify(bytes.toString('latin1').slice(0, 60));

test('no topic string crosses from one Thing to another', { skip, timeout: 240_000 }, async (t) => {
    const { node, join, hear } = await plant(t);
    const victim = await hear('b', 'things/b/#');
    const watch = await hear('watch', '#');
    const shared = (topic) => Buffer.concat([Buffer.from('$share/g/'), topic]);
    const ways = {
        publish: { may: mayPublish, ask: (seat, topic) => seat.ask('puback', (id) => wire.publish({ version: 5, topic, payload: seat.id, qos: 1, id })) },
        retained: { may: mayPublish, ask: (seat, topic) => seat.ask('puback', (id) => wire.publish({ version: 5, topic, payload: seat.id, qos: 1, id, retain: true })) },
        release: { may: mayPublish, ask: async (seat, topic) => {
            const reason = await seat.ask('pubrec', (id) => wire.publish({ version: 5, topic, payload: seat.id, qos: 2, id }));
            if (granted(reason)) { seat.peer.ack('pubrel', seat.packet); await seat.peer.pick('pubcomp', seat.packet); }
            return reason;
        } },
        subscribe: { may: mayHear, ask: (seat, topic) => seat.ask('suback', (id) => wire.subscribe({ version: 5, id, filters: [[topic, 0]] })), undo: true },
        share: { may: (id, topic) => mayHear(id, shared(topic)), ask: (seat, topic) => seat.ask('suback', (id) => wire.subscribe({ version: 5, id, filters: [[shared(topic), 0]] })), undo: shared },
        will: { may: mayPublish, ask: async (seat, topic) => {
            const peer = await join(seat.id, { clientId: `will-${seat.id}`, will: { topic, payload: seat.id, qos: 0 } });
            if (granted(peer.connack.reason)) peer.send(wire.disconnect({ version: 5, reason: 4 })); // with the will
            peer.socket.end();
            return peer.connack.reason === -1 ? 'ended' : peer.connack.reason;
        } },
    };
    let count = 0;
    let allowed = 0;
    const wrong = [];
    for (const id of ['a', 'press-1']) {
        for (const [way, { may, ask, undo }] of Object.entries(ways)) {
            const seat = new Seat(join, id);
            for (const topic of TOPICS) {
                if (topic.length > 65535 - 9 && way === 'share') continue;
                const expected = may(id, topic);
                const reason = await ask(seat, topic);
                count += 1;
                allowed += granted(reason);
                if (granted(reason) && !expected) wrong.push(`${id} ${way} ${short(topic)}: ${reason}`);
                // A Thing's own tree has topics that mean nothing: refused by meaning, not by policy.
                const meant = way === 'subscribe' || way === 'share' || !topic.toString().startsWith('things/');
                if (!granted(reason) && expected && meant) wrong.push(`${id} ${way} ${short(topic)}: denied with ${reason}`);
                if (undo && granted(reason)) await seat.ask('unsuback', (packet) => wire.unsubscribe({ version: 5, id: packet, filters: [undo === true ? topic : undo(topic)] }));
            }
            seat.peer?.cut();
        }
    }
    t.diagnostic(`${TOPICS.length} topics, ${count} cases, ${allowed} allowed`);
    assert.deepEqual(wrong, []);
    assert.ok(TOPICS.length >= 200 && count >= 600);
    assert.ok(allowed > 100, 'hardly anything was allowed: the table is no test');
    // What arrived, by whom it was sent.
    await new Promise((resolve) => setTimeout(resolve, 300)); // wills of connections that have just ended
    const seen = (await watch.drain()).filter((packet) => packet.name === 'publish');
    assert.ok(seen.length > 20, 'who may hear all heard hardly anything');
    for (const { topic, payload } of seen) assert.ok(mayPublish(payload.toString(), Buffer.from(topic)), `${payload} spoke on ${topic}`);
    assert.deepEqual(await victim.drain(), [], 'something came to the other Thing');
    const other = await runJson(['things', 'show', 'b', '--data', node.data]);
    assert.deepEqual(other.properties, [], 'something was stored for the other Thing');
    assert.equal((await node.stop()).code, 0);
});

test('a name that is no id opens nothing, whatever the token', { skip }, async (t) => {
    const { node, things, join } = await plant(t);
    const users = ['#', '+', '$SYS', '$share', 'a/b', 'a/', '/a', 'A', 'a ', ' a', 'a#', 'a+', '..', '*', 'press*', '', 'a\u200b', '\u0430', 'e\u0301', '\u00e9', 'x'.repeat(65535),
        Buffer.from('a\0'), Buffer.from('a\0b'), Buffer.from([0xc1, 0xa1]), Buffer.from([0xe1, 0x00])];
    for (const user of users) {
        for (const clientId of ['x', 'of-a']) {
            const peer = await join('a', { user, clientId });
            assert.notEqual(peer.connack.reason, 0, `'${user}' came in with the token of a`);
            peer.cut();
        }
    }
    for (const clientId of ['#', '+', 'things/b', '$SYS', 'b']) { // a client id is a name of a connection, not of a Thing
        const peer = await join('a', { clientId });
        peer.send(wire.subscribe({ version: 5, id: 1, filters: [['things/b/#', 0], [`things/${clientId}/#`, 0]] }));
        const answer = await peer.pick('suback', 1).catch(() => null);
        assert.ok(answer === null || answer.reasons.every((reason) => reason >= 0x80), clientId);
        peer.cut();
    }
    assert.equal((await join('b', { token: things.a.token })).connack.reason >= 0x80, true);
    assert.equal((await node.stop()).code, 0);
});

test('the client id of another Thing takes nothing over', { skip }, async (t) => {
    const { node, join, hear } = await plant(t);
    const one = await hear('b', 'things/b/actions/+', { clientId: 'same', clean: false, properties: { sessionExpiry: 600 } });
    const two = await join('a', { clientId: 'same', clean: false, properties: { sessionExpiry: 600 } });
    assert.equal(two.connack.reason, 0);
    assert.equal(two.connack.present ?? two.connack.sessionPresent ?? false, false, 'it went on with the session of another Thing');
    await one.silent('the rightful one was thrown out, or told something');
    one.cut();
    two.send(wire.disconnect({ version: 5 }));
    const three = await join('a', { clientId: 'same', clean: true });
    assert.equal(three.connack.reason, 0);
    const back = await join('b', { clientId: 'same', clean: false, properties: { sessionExpiry: 600 } });
    assert.equal(back.connack.present ?? back.connack.sessionPresent, true, 'a clean start of another Thing ended its session');
    assert.equal((await node.stop()).code, 0);
});

test('an alias leads to no other topic than it was allowed for', { skip }, async (t) => {
    const { node, join, hear } = await plant(t);
    const victim = await hear('b', 'things/b/#');
    const watch = await hear('watch', '#');
    const say = async (peer, id, topic, payload) => {
        peer.publish({ topic, payload, qos: 1, id, properties: { topicAlias: 1 } });
        return (await peer.pick('puback', id).catch(() => ({ reason: 'ended' }))).reason;
    };
    let peer = await join('press-1');
    assert.ok(granted(await say(peer, 1, 'plant/press-1/x', 'first')));
    assert.ok(granted(await say(peer, 2, '', 'by alias')));
    assert.ok(!granted(await say(peer, 3, 'things/b/actions/stop', 'stolen')), 'the alias was moved to a topic of another');
    if (peer.closed) peer = await join('press-1');
    assert.ok(!granted(await say(peer, 4, '', 'behind the refusal')) || !(await watch.drain()).some((one) => one.topic?.startsWith('things/b')));
    const other = await join('a');
    assert.ok(!granted(await say(other, 1, '', 'an alias of another connection')));
    const seen = (await watch.drain()).filter((one) => one.name === 'publish');
    for (const one of seen) assert.ok(one.topic.startsWith('plant/press-1/'), one.topic);
    assert.deepEqual(await victim.drain(), []);
    assert.equal((await node.stop()).code, 0);
});

test('a response topic is words, not a right', { skip }, async (t) => {
    const { node, join, hear } = await plant(t);
    const victim = await hear('b', 'things/b/#');
    const watch = await hear('watch', '#');
    const peer = await join('press-1');
    peer.publish({ topic: 'plant/press-1/ask', payload: 'x', qos: 1, id: 1, properties: { responseTopic: 'things/b/actions/stop', correlation: Buffer.from('1') } });
    const reason = (await peer.pick('puback', 1).catch(() => ({ reason: 'ended' }))).reason;
    if (granted(reason)) assert.equal((await watch.take({ payload: 'x' })).topic, 'plant/press-1/ask');
    assert.deepEqual(await victim.drain(), [], 'the node answered in somebody else\'s name');
    watch.publish({ topic: 'things/b/actions/stop', payload: 'the answer', qos: 1, id: 9 });
    assert.ok(!granted((await watch.pick('puback', 9).catch(() => ({ reason: 'ended' }))).reason), 'whoever answers needs the right to');
    assert.deepEqual(await victim.drain(), []);
    assert.equal((await node.stop()).code, 0);
});

test('what a revoked Thing left behind is handed to nobody', { skip }, async (t) => {
    const { node, things, join, hear } = await plant(t);
    const watch = await hear('watch', '#');
    const away = await hear('press-1', 'plant/+/heat', { clientId: 'away', clean: false, properties: { sessionExpiry: 600 } });
    away.cut();
    const peer = await join('press-1', { will: { topic: 'plant/press-1/will', payload: 'last words', qos: 1 } });
    assert.ok(granted(await peer.put({ topic: 'plant/press-1/kept', payload: 'retained', retain: true })));
    await watch.take({ payload: 'retained' });
    peer.publish({ topic: 'plant/press-1/twice', payload: 'half way', qos: 2, id: 77 });
    await peer.pick('pubrec', 77);
    const before = (await watch.drain()).filter((one) => one.name === 'publish').map((one) => one.payload.toString());
    await runJson(['things', 'revoke', 'press-1', '--data', node.data]);
    await waitFor('the end of its connection', () => peer.closed, { timeout: 5000 });
    const late = await hear('watch', 'plant/#', { clientId: 'late' });
    assert.deepEqual(await late.drain(), [], 'a retained message of a revoked Thing was handed out');
    things['press-1'] = await runJson(['things', 'token', 'press-1', '--data', node.data]);
    const again = await join('press-1', { clean: false, properties: { sessionExpiry: 600 } });
    again.ack('pubrel', 77);
    await again.pick('pubcomp', 77).catch(() => {});
    const back = await join('press-1', { clientId: 'away', clean: false, properties: { sessionExpiry: 600 } });
    assert.equal(back.connack.present ?? back.connack.sessionPresent ?? false, false, 'a session outlived the revocation');
    const after = (await watch.drain()).filter((one) => one.name === 'publish').map((one) => one.payload.toString());
    assert.ok(!after.includes('last words'), 'its will was said after all');
    assert.ok(before.includes('half way') || !after.includes('half way'), 'what was half way was released after all');
    assert.equal((await node.stop()).code, 0);
});
