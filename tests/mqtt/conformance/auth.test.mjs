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
