// SPDX-License-Identifier: Apache-2.0
// Shared subscriptions (chapter 4.8.2 of version 5): one of a group gets each message.

import assert from 'node:assert/strict';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import * as wire from '../../lib/mqtt_wire.mjs';

const { join, topic } = onNode();
let serial = 0;
const kept = (version) => ({ version, clientId: `member-${++serial}`, clean: false, properties: { sessionExpiry: 300 } });
const share = (where, group = 'g') => `$share/${group}/${where}`;

async function group(t, version, where, options = [2, 2]) {
    const sessions = options.map(() => kept(version));
    const members = [];
    for (const [i, session] of sessions.entries()) {
        members.push(await join(t, session));
        assert.deepEqual((await members[i].subscribe([[share(where), options[i]]])).reasons, [options[i]]);
    }
    return { sessions, members, mouth: await join(t, { version }) };
}

shows({ 5: '4.8.2-1 4.8.2-2 3.9.3-2' }, 'filters that only look like shared ones are refused', async (t, version) => {
    const where = topic();
    for (const filter of ['$share/', '$share/g', '$share/g/', `$share//${where}`, `$share/a+/${where}`, `$share/#/${where}`, `$share/+/${where}`, `$share/a#b/${where}`]) {
        const peer = await join(t, { version });
        peer.send(wire.subscribe({ version, filters: [[filter, 1]] }));
        const answer = await peer.next();
        if (answer.name === 'suback') assert.ok(answer.reasons[0] >= 0x80, `${filter} granted`);
        else assert.equal(answer.name, 'disconnect', filter);
    }
});
