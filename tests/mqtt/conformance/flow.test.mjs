// SPDX-License-Identifier: Apache-2.0
// Flow control (chapters 3.3.4 and 4.9 of version 5), and topic aliases both ways (3.3.2.3.4).

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';

const { join, topic } = onNode();

// --- aliases ---

shows({ 5: '3.3.2-8' }, 'alias 0 ends the connection', async (t, version) => {
    const peer = await join(t, { version });
    peer.publish({ topic: topic(), payload: 'x', qos: 1, id: 1, properties: { topicAlias: 0 } });
    await peer.thrownOut([0x94, 0x82, 0x81]);
});
