// SPDX-License-Identifier: Apache-2.0
// kill -9 at random instants under load: every acknowledged reading, event and status is there afterwards, and what was
// sent again with DUP and the same packet id is there once. $KILLS rounds (50).

import assert from 'node:assert/strict';
import test from 'node:test';
import { CountingDevice, EventDevice } from '../lib/counting_device.mjs';
import { addThing, missingProgram, startNode, tempDir } from '../lib/node_process.mjs';

const KILLS = Number(process.env.KILLS ?? 50);
const DEVICES = 8;

test(`every acknowledged reading survives kill -9, ${KILLS} times`, { skip: missingProgram(), timeout: 3_000_000 }, async (t) => {
    const data = await tempDir(t);
    let node = await startNode(t, { data });
    const devices = [];
    for (let i = 0; i < DEVICES; i++) {
        const properties = i === 1 ? ['a', 'b', 'c'] : ['v']; // one sends packets of several readings,
        const inFlight = i === 2 ? 1000 : 32; // one as many as it may
        devices.push(new CountingDevice(await addThing(node, `device ${i}`), properties, inFlight));
    }
    const events = [new EventDevice(await addThing(node, 'teller'), 'events/tick', 32),
        new EventDevice(await addThing(node, 'doer'), 'actions/stop/status', 32)];
    devices.push(...events);
    let slowest = 0;

    for (let round = 0; round < KILLS; round++) {
        await Promise.all(devices.map((device) => device.connect(node.mqtt)));
        for (const device of devices) device.run();
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 180)); // the random instant
        for (const device of devices) device.running = false;
        await node.kill();
        for (const device of devices) device.connection.end();
        const begin = Date.now();
        node = await startNode(t, { data });
        slowest = Math.max(slowest, Date.now() - begin);
    }

    await Promise.all(devices.map((device) => device.connect(node.mqtt)));
    await Promise.all(devices.map((device) => device.settle()));
    let total = 0;
    let resent = 0;
    const check = async (device) => {
        await device.checkStored(data);
        total += device.next;
        resent += device.resent;
    };
    for (const device of devices.slice(0, DEVICES)) await check(device);
    assert.ok(resent > 0, 'no kill fell between a publish and its acknowledgement: the test proved nothing');
    assert.ok(events.every((device) => device.resent > 0), 'no event or status was sent again');
    assert.equal((await node.stop()).code, 0);
    for (const device of events) await check(device);
    t.diagnostic(`${KILLS} kills, ${total} readings, events and status, ${resent} sent again, slowest start ${slowest} ms`);
});

test('a clean stop keeps everything and ends with 0', { skip: missingProgram() }, async (t) => {
    const node = await startNode(t);
    const device = new CountingDevice(await addThing(node, 'one'));
    await device.connect(node.mqtt);
    device.fill();
    await device.settle();
    assert.equal((await node.stop()).code, 0);
    const again = await startNode(t, { data: node.data });
    await device.checkStored(again.data);
});
