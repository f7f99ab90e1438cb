// SPDX-License-Identifier: Apache-2.0
// Extended authentication (chapters 3.15 and 4.12 of version 5): what is not served is refused, at every point.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';
import { Scram } from '../../lib/scram.mjs';

const { dial, join, state, topic } = onNode();
let serial = 0;

/** A CONNECT with the first message of SCRAM; no user name and no password. */
function begin(t, version, method, behind = Buffer.alloc(0)) {
    const scram = new Scram(state.thing.id, state.thing.token);
    const peer = dial(t, version);
    peer.send(wire.connect({ version, clientId: `auth-${++serial}`, properties: { authMethod: method, authData: scram.first() } }), behind);
    return peer;
}

async function refused(peer, why) {
    const packets = await peer.gone(why);
    assert.equal(packets.length, 1, `${why}: ${JSON.stringify(packets)}`);
    assert.equal(packets[0].name, 'connack');
    assert.ok([0x8c, 0x87, 0x82].includes(packets[0].reason), `${why}: ${JSON.stringify(packets)}`);
}

shows({ 5: '4.12.0-1 4.12.0-4 4.13.2-1 3.14.0-1' }, 'a method that is not served is refused by CONNACK, and closed', async (t, version) => {
    for (const method of ['SCRAM-SHA-1', 'GSSAPI', 'x', '']) await refused(begin(t, version, method), method);
});

shows({ 5: '3.1.2-30 3.1.4-6' }, 'what a client sends behind a CONNECT with a method is not processed', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 0]]);
    for (const bytes of [wire.publish({ version, topic: where, payload: 'smuggled' }), wire.pingreq(), wire.subscribe({ version, filters: [[where, 0]] })])
        await refused(begin(t, version, 'SCRAM-SHA-1', bytes), 'a packet behind it');
    await ear.silent();
});

shows({ 5: '4.12.0-6 4.12.0-7 3.2.0-1' }, 'without a method there is no AUTH, from either side', async (t, version) => {
    for (const reason of [0x18, 0x19, 0x00]) {
        const peer = await join(t, { version });
        assert.equal(peer.connack.properties.authMethod, undefined);
        await peer.silent();
        peer.send(wire.auth({ reason, properties: { authMethod: 'SCRAM-SHA-256' } }));
        await peer.thrownOut([0x82, 0x8c]);
    }
});

shows({ 5: '3.15.1-1 3.15.2-1 4.13.1-1' }, 'an AUTH with flags, with a reason of no meaning or without its method ends the connection', async (t, version) => {
    const properties = { authMethod: 'SCRAM-SHA-256', authData: 'x' };
    for (const bytes of [wire.auth({ reason: 0x19, properties, flags: 1 }), wire.auth({ reason: 0x19, properties, flags: 8 }),
        wire.auth({ reason: 0x42, properties }), wire.auth({ reason: 0x19, properties: {} })]) {
        const peer = await join(t, { version });
        peer.send(bytes);
        await peer.thrownOut([0x81, 0x82, 0x8c]);
    }
});
