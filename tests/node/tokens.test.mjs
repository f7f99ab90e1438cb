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
        renewed = await runJson(['things', 'token', thing.id, '--overlap', '0', '--data', node.data]);
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

test('an old token counts until its overlap is over, and then what came with it ends', { skip: missingProgram() }, async (t) => {
    let node = await startNode(t);
    const thing = await addThing(node, 'pump');
    const device = new CountingDevice(thing);
    await device.connect(node.mqtt);
    const first = await runJson(['things', 'token', thing.id, '--data', node.data]);
    const told = (await runJson(['things', 'show', thing.id, '--data', node.data])).credential;
    assert.equal(told.state, 'valid');
    assert.equal(told.old_until, first.old_until);
    assert.ok(Math.abs(told.old_until - Date.now() - 86_400_000) < 60_000, 'the overlap is a day unless told otherwise');
    assert.equal(told.last_source, '127.0.0.1');
    assert.equal(device.connection.closed, false, 'a renewal with an overlap ends nothing');
    await node.kill();
    node = await startNode(t, { data: node.data });
    await device.connect(node.mqtt); // the old one, over a crash

    const second = await runJson(['things', 'token', thing.id, '--overlap', '2s', '--data', node.data]);
    await waitFor('the end of what came two tokens ago', () => device.connection.closed);
    device.thing = first;
    await device.connect(node.mqtt);
    const begin = Date.now();
    await waitFor('the end of the overlap', () => device.connection.closed);
    assert.ok(Date.now() - begin < 5000);
    await assert.rejects(device.connect(node.mqtt), /refused with [45]/);
    device.thing = second;
    await device.connect(node.mqtt);
    assert.equal((await runJson(['things', 'show', thing.id, '--data', node.data])).credential.old_until, null);
    device.connection.end();
    assert.equal((await node.stop()).code, 0);
});

test('a revoked Thing is out within 5 s and stays out over a crash', { skip: missingProgram() }, async (t) => {
    let node = await startNode(t);
    const thing = await addThing(node, 'pump');
    const other = new CountingDevice(await addThing(node, 'bystander'));
    const device = new CountingDevice(thing);
    await Promise.all([device.connect(node.mqtt), other.connect(node.mqtt)]);
    const begin = Date.now();
    await runJson(['things', 'revoke', thing.id, '--data', node.data]);
    await node.kill(); // as soon as it has answered
    assert.equal(device.connection.closed, true, 'it was answered before the connection was ended');
    assert.ok(Date.now() - begin < 5000);
    node = await startNode(t, { data: node.data });
    await assert.rejects(device.connect(node.mqtt), /refused with [45]/);
    const told = (await runJson(['things', 'show', thing.id, '--data', node.data])).credential;
    assert.equal(told.state, 'revoked');
    assert.ok(Math.abs(told.revoked - begin) < 5000);
    device.thing = await runJson(['things', 'token', thing.id, '--data', node.data]);
    assert.equal(device.thing.old_until, null, 'what was withdrawn came back');
    await device.connect(node.mqtt);
    await assert.rejects(runJson(['things', 'revoke', 'nobody', '--data', node.data]), /ended with 3/);
    for (const one of [device, other]) one.connection.end();
    assert.equal((await node.stop()).code, 0);
});
