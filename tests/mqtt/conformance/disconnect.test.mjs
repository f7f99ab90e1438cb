// SPDX-License-Identifier: Apache-2.0
// DISCONNECT (chapter 3.14), both ways.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, topic } = onNode();

shows({ 4: '3.14.4-1 3.14.4-2', 5: '3.14.4-1 3.14.4-2' }, 'behind a DISCONNECT nothing is processed, and the connection is closed', async (t, version) => {
    const where = topic();
    const ear = await join(t, { version });
    await ear.subscribe([[where, 1]]);
    const peer = await join(t, { version });
    peer.send(wire.publish({ version, topic: where, payload: 'before' }), wire.disconnect({ version }),
        wire.publish({ version, topic: where, payload: 'behind' }), wire.pingreq());
    assert.deepEqual(await peer.gone(), []); // although our side is still open
    await ear.take({ payload: 'before' });
    await ear.silent();
});

shows({ 5: '3.14.4-1 3.14.4-2 3.14.2-1 3.14.2-2 4.13.2-1' }, 'behind the node\'s DISCONNECT comes nothing, and it closes', async (t, version) => {
    const peer = await join(t, { version });
    peer.send(wire.publish({ version, topic: 'a/#', qos: 1, id: 1 }), wire.pingreq(), wire.subscribe({ version, filters: [[topic(), 0]] }));
    await peer.thrownOut([0x90, 0x81, 0x82]);
});

shows({ 5: '3.14.2-1' }, 'every way a DISCONNECT may be written is understood', async (t, version) => {
    for (const bytes of [wire.disconnect({ version }), wire.disconnect({ version, reason: 0 }), wire.disconnect({ version, reason: 0, properties: {} }),
        wire.disconnect({ version, reason: 0x80, properties: { reasonString: 'enough', user: [['a', 'b']] } })]) {
        const peer = await join(t, { version });
        peer.send(bytes);
        assert.deepEqual(await peer.gone(), []);
    }
});
