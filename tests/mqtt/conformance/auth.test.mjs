// SPDX-License-Identifier: Apache-2.0
// Enhanced authentication (chapters 3.15 and 4.12 of version 5) by SCRAM-SHA-256.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';
import { Scram } from '../../lib/scram.mjs';

const { dial, hello, join, state, topic } = onNode();
const METHOD = 'SCRAM-SHA-256';
let serial = 0;

/** A CONNECT with the first message; no user name and no password. */
function begin(t, version, { scram = new Scram(state.thing.id, state.thing.token), method = METHOD, more = {} } = {}) {
    const peer = dial(t, version);
    peer.send(wire.connect({ version, clientId: `auth-${++serial}`, properties: { authMethod: method, authData: scram.first(), ...more } }));
    return { peer, scram };
}
const answer = (data, { reason = 0x18, method = METHOD } = {}) => wire.auth({ reason, properties: { authMethod: method, authData: data } });

async function letIn(t, version, more) {
    const { peer, scram } = begin(t, version, { more });
    const first = await peer.expect('auth', { reason: 0x18 });
    peer.send(answer(scram.final(first.properties.authData.toString())));
    peer.connack = await peer.expect('connack', { reason: 0 });
    return { peer, scram, first };
}

shows({ 5: '4.12.0-2 4.12.0-3 4.12.0-5 3.15.2-1 3.2.0-1' }, 'SCRAM-SHA-256 lets a Thing in, and shows it the node', async (t, version) => {
    const { peer, scram, first } = await letIn(t, version);
    assert.equal(first.properties.authMethod, METHOD);
    assert.equal(peer.connack.properties.authMethod, METHOD);
    assert.ok(scram.verifies(peer.connack.properties.authData.toString()));
    const where = topic();
    await peer.subscribe([[where, 1]]);
    await (await join(t, { version })).put({ topic: where, payload: 'x', qos: 1 });
    await peer.take({ payload: 'x' });
});

shows({ 5: '4.12.0-4 4.13.2-1 3.2.2-7' }, 'a wrong password, an unknown Thing and a message of no meaning are refused by CONNACK', async (t, version) => {
    for (const scram of [new Scram(state.thing.id, 'wrong'), new Scram('nobody', state.thing.token)]) {
        const { peer } = begin(t, version, { scram });
        const first = await peer.expect('auth', { reason: 0x18 }); // the same for who exists and who does not
        peer.send(answer(scram.final(first.properties.authData.toString())));
        const { reason } = await peer.expect('connack');
        assert.ok(reason >= 0x80, `reason ${reason}`);
        assert.deepEqual(await peer.gone(), []);
    }
    for (const data of ['', 'n,,', 'y,,n=x', 'p=tls-unique,,n=x,r=y', Buffer.from([0xff, 0])]) {
        const peer = dial(t, version);
        peer.send(wire.connect({ version, clientId: 'x', properties: { authMethod: METHOD, authData: data } }));
        const packets = await peer.gone(`${data}`);
        assert.ok(packets.length <= 1 && packets.every(({ name, reason }) => name === 'connack' && reason >= 0x80), JSON.stringify(packets));
    }
});

shows({ 5: '4.12.0-1 4.13.2-1' }, 'a method that is not served is refused', async (t, version) => {
    for (const method of ['SCRAM-SHA-1', 'GSSAPI', '']) {
        const { peer } = begin(t, version, { method });
        const [last, ...others] = await peer.gone(method);
        assert.deepEqual(others, []);
        if (last) assert.ok(last.name === 'connack' && [0x8c, 0x87, 0x82].includes(last.reason), JSON.stringify(last));
    }
});

shows({ 5: '4.12.0-6 4.12.0-7' }, 'without a method there is no AUTH, from either side', async (t, version) => {
    for (const reason of [0x18, 0x19, 0x00]) {
        const peer = await join(t, { version });
        assert.equal(peer.connack.properties.authMethod, undefined);
        await peer.silent();
        peer.send(wire.auth({ reason, properties: { authMethod: METHOD } }));
        await peer.thrownOut([0x82, 0x8c]);
    }
});

shows({ 5: '3.1.2-30 3.14.0-1 3.2.0-1' }, 'in the middle of it nothing but AUTH and DISCONNECT is taken', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 0]]);
    for (const bytes of [wire.publish({ version, topic: where, payload: 'smuggled' }), wire.pingreq(), wire.subscribe({ version, filters: [[where, 0]] }), hello({ version })]) {
        const { peer } = begin(t, version);
        await peer.expect('auth', { reason: 0x18 });
        peer.send(bytes);
        for (const { name, reason } of await peer.gone()) assert.ok(name === 'connack' && reason >= 0x80, `${name} ${reason}`);
    }
    await ear.silent();
    const { peer } = begin(t, version);
    await peer.expect('auth');
    peer.send(wire.disconnect({ version }));
    assert.deepEqual(await peer.gone(), []);
});

shows({ 5: '4.12.0-5 3.15.2-1 4.12.0-3' }, 'an AUTH with another method, another reason or no method is refused', async (t, version) => {
    for (const make of [(data) => answer(data, { method: 'SCRAM-SHA-1' }), (data) => answer(data, { reason: 0x00 }), (data) => answer(data, { reason: 0x19 }),
        (data) => answer(data, { reason: 0x42 }), (data) => wire.auth({ reason: 0x18, properties: { authData: data } })]) {
        const { peer, scram } = begin(t, version);
        const first = await peer.expect('auth', { reason: 0x18 });
        peer.send(make(scram.final(first.properties.authData.toString())));
        for (const { name, reason } of await peer.gone()) assert.ok(name === 'connack' && reason >= 0x80, `${name} ${reason}`);
    }
});

shows({ 5: '3.15.1-1' }, 'the flags of AUTH have to be 0', async (t, version) => {
    for (const flags of [1, 2, 8]) {
        const { peer, scram } = begin(t, version);
        const first = await peer.expect('auth', { reason: 0x18 });
        const bytes = answer(scram.final(first.properties.authData.toString()));
        bytes[0] |= flags;
        peer.send(bytes);
        for (const { name, reason } of await peer.gone()) assert.ok(name === 'connack' && reason >= 0x80, `${name} ${reason}`);
        const { peer: inside } = await letIn(t, version);
        const again = answer(new Scram(state.thing.id, state.thing.token).first(), { reason: 0x19 });
        again[0] |= flags;
        inside.send(again);
        await inside.thrownOut([0x81, 0x82]);
    }
});

shows({ 5: '4.12.1-1 3.15.2-1' }, 'who is in can authenticate again, while messages go on', async (t, version) => {
    const { peer } = await letIn(t, version);
    const where = topic();
    await peer.subscribe([[where, 1]]);
    const mouth = await join(t, { version });
    for (let round = 0; round < 2; round++) {
        const scram = new Scram(state.thing.id, state.thing.token);
        peer.send(answer(scram.first(), { reason: 0x19 }));
        const first = await peer.expect('auth', { reason: 0x18 });
        assert.equal(first.properties.authMethod, METHOD);
        await mouth.put({ topic: where, payload: 'meanwhile', qos: 1 });
        await peer.take({ payload: 'meanwhile' });
        peer.send(answer(scram.final(first.properties.authData.toString())));
        const last = await peer.expect('auth', { reason: 0x00 });
        assert.equal(last.properties.authMethod, METHOD);
        assert.ok(scram.verifies(last.properties.authData.toString()));
    }
    await peer.silent();
});

shows({ 5: '4.12.1-1 4.12.1-2' }, 'who fails to authenticate again, or names another method, is thrown out', async (t, version) => {
    const { peer } = await letIn(t, version);
    const scram = new Scram(state.thing.id, 'wrong');
    peer.send(answer(scram.first(), { reason: 0x19 }));
    const first = await peer.expect('auth', { reason: 0x18 });
    peer.send(answer(scram.final(first.properties.authData.toString())));
    await peer.thrownOut([0x86, 0x87]);
    const { peer: other } = await letIn(t, version);
    other.send(answer('n,,n=x,r=y', { reason: 0x19, method: 'SCRAM-SHA-1' }));
    await other.thrownOut([0x82, 0x8c]);
});

shows({ 5: '3.15.2-2 3.15.2-3' }, 'AUTH carries no words that would make it larger than the client takes', async (t, version) => {
    const maximumPacket = 200;
    const { peer, first } = await letIn(t, version, { maximumPacket });
    for (const packet of [first, peer.connack]) assert.ok(packet.size <= maximumPacket && !packet.properties.reasonString && !packet.properties.user);
});

shows({ 5: '3.1.2-30 3.1.4-6' }, 'what a client sends behind a CONNECT with a method that is not served is not processed', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 0]]);
    for (const bytes of [wire.publish({ version, topic: where, payload: 'smuggled' }), wire.pingreq()]) {
        const { peer } = begin(t, version, { method: 'SCRAM-SHA-1' });
        peer.send(bytes);
        for (const { name, reason } of await peer.gone()) assert.ok(name === 'connack' && reason >= 0x80, `${name} ${reason}`);
    }
    await ear.silent();
});

shows({ 5: '3.15.1-1 3.15.2-1 4.13.1-1' }, 'an AUTH with flags, with a reason of no meaning or without its method ends the connection', async (t, version) => {
    const properties = { authMethod: METHOD, authData: 'x' };
    for (const bytes of [wire.auth({ reason: 0x19, properties, flags: 1 }), wire.auth({ reason: 0x42, properties }), wire.auth({ reason: 0x19, properties: {} })]) {
        const peer = await join(t, { version });
        peer.send(bytes);
        await peer.thrownOut([0x81, 0x82, 0x8c]);
    }
});
