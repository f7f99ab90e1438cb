// SPDX-License-Identifier: Apache-2.0
// A Thing's new token: the old one's connections end at once, it opens nothing any more, and the new one does.

import assert from 'node:assert/strict';
import test from 'node:test';
import { CountingDevice } from '../lib/counting_device.mjs';
import { addThing, missingProgram, runJson, startNode, waitFor } from '../lib/node_process.mjs';

test('a new token ends what came with the old one', { skip: missingProgram() }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'pump');
    const other = new CountingDevice(await addThing(node, 'bystander'));
    const device = new CountingDevice(thing);
    await Promise.all([device.connect(node.mqtt), other.connect(node.mqtt)]);
    device.fill();
    await device.settle();

    let renewed;
    let fastest = Infinity;
    for (let i = 0; i < 4; i++) { // asked of the net thread, which must not wait for its next second
        const begin = Date.now();
        renewed = await runJson(['things', 'token', thing.id, '--data', node.data]);
        fastest = Math.min(fastest, Date.now() - begin);
    }
    assert.ok(fastest < 800, `answered after ${fastest} ms`);
    assert.equal(renewed.id, thing.id);
    assert.notEqual(renewed.token, thing.token);
    await waitFor('the end of the connection', () => device.connection.closed);
    assert.equal(other.connection.closed, false, 'another Thing was thrown out too');
    await assert.rejects(device.connect(node.mqtt), /refused with [45]/);
    device.thing = renewed;
    await device.connect(node.mqtt);
    device.fill();
    await device.settle();
    await device.checkStored(node.data);
    for (const one of [device, other]) one.connection.end();
    assert.equal((await node.stop()).code, 0);
});
