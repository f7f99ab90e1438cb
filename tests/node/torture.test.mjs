// SPDX-License-Identifier: Apache-2.0
// SIGTERM at random instants while devices publish and the API is asked everything at once: the node ends with 0 each
// time, and afterwards everything acknowledged is there, and nothing twice. $ROUNDS rounds (4).

import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { CountingDevice } from '../lib/counting_device.mjs';
import { addThing, missingProgram, startNode, tempDir } from '../lib/node_process.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 4);

/** GET over the node's Unix socket: { status, json }; null when the node went away meanwhile. */
function ask(data, target) {
    return new Promise((resolve) => {
        const request = http.get({ socketPath: path.join(data, 'ganglion.sock'), path: target }, (answer) => {
            let text = '';
            answer.setEncoding('utf8');
            answer.on('data', (part) => { text += part; });
            answer.on('error', () => resolve(null));
            answer.on('close', () => resolve(answer.complete ? { status: answer.statusCode, text } : null));
        });
        request.on('error', () => resolve(null));
    });
}

/** A live stream, read until the node ends it: how many events came. */
function listen(data, target) {
    const stream = { events: 0 };
    stream.ended = new Promise((resolve) => {
        const request = http.get({ socketPath: path.join(data, 'ganglion.sock'), path: target }, (answer) => {
            answer.setEncoding('utf8');
            answer.on('data', (part) => { stream.events += part.split('\nevent: ').length - 1 + part.startsWith('event: '); });
            answer.on('error', () => {});
            answer.on('close', resolve);
        });
        request.on('error', resolve);
    });
    return stream;
}

/** Asks one thing after the other, again and again, until `over` says so. */
async function poll(data, targets, seen, over) {
    for (let i = 0; !over.yes; i = (i + 1) % targets.length) {
        const answer = await ask(data, targets[i]());
        if (answer === null) continue;
        seen.count++;
        assert.ok(answer.status === 200 || answer.status === 503, `${targets[i]()}: ${answer.status} ${answer.text}`);
        JSON.parse(answer.text);
    }
}

test(`SIGTERM under load, ${ROUNDS} times`, { skip: missingProgram(), timeout: 60_000 + ROUNDS * 20_000 }, async (t) => {
    const data = await tempDir(t);
    let node = await startNode(t, { data });
    const devices = [
        new CountingDevice(await addThing(node, 'one'), ['v'], 1000),
        new CountingDevice(await addThing(node, 'several'), ['a', 'b', 'c', 'd']),
    ];
    const [one, several] = devices.map((device) => device.thing.id);
    const recent = () => `from=${Date.now() - 60_000}&to=${Date.now() + 60_000}`;
    const targets = [
        [() => '/api/v1/things', () => `/api/v1/things/${one}`, () => '/api/v1/status', () => '/api/v1/limits'],
        [() => `/api/v1/things/${one}/properties/v?${recent()}&limit=1000`, () => `/api/v1/things/${several}/properties?${recent()}`,
            () => `/api/v1/things/${several}/properties/c?count=1`],
        [() => `/api/v1/things/${one}/properties/v?${recent()}&step=100`, () => '/api/v1/findings', () => '/api/v1/alarms',
            () => '/api/v1/decisions', () => '/api/v1/receipts'],
    ];
    // a property is unknown until its first reading is in the history
    await Promise.all(devices.map((device) => device.connect(node.mqtt)));
    for (const device of devices) device.fill();
    await Promise.all(devices.map((device) => device.settle()));
    for (const device of devices) await device.checkStored(data);

    const seen = { count: 0 };
    let events = 0;
    for (let round = 0; round < ROUNDS; round++) {
        const over = { yes: false };
        const work = targets.map((some) => poll(data, some, seen, over));
        const stream = listen(data, `/api/v1/live?things=${one},${several}`);
        for (const device of devices) device.run();
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 800)); // the random instant
        for (const device of devices) device.running = false;
        const exit = await node.stop();
        assert.deepEqual([exit.code, exit.signal], [0, null], node.child.tail());
        over.yes = true;
        for (const device of devices) device.connection.end();
        await Promise.all([...work, stream.ended]);
        events += stream.events;
        node = await startNode(t, { data });
        await Promise.all(devices.map((device) => device.connect(node.mqtt)));
    }
    await Promise.all(devices.map((device) => device.settle()));

    for (const device of devices) await device.checkStored(data);
    const resent = devices[0].resent + devices[1].resent;
    t.diagnostic(`${ROUNDS} stops, ${devices[0].next + devices[1].next} packets, ${resent} sent again, ${seen.count} answers, ${events} events`);
    assert.ok(seen.count > ROUNDS && events > 0, 'the API was not asked while the node stopped: the test proved nothing');
    assert.equal((await node.stop()).code, 0);
});
