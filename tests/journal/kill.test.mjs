// SPDX-License-Identifier: Apache-2.0
// kill -9 at random instants under load: every acknowledged reading is there afterwards, and what was sent again with DUP
// and the same packet id is there once. $KILLS rounds (50).

import assert from 'node:assert/strict';
import test from 'node:test';
import { addThing, missingProgram, runJson, startNode, tempDir } from '../lib/node_process.mjs';
import { connectPacket, publishPacket, RawMqtt } from '../lib/raw_mqtt.mjs';

const KILLS = Number(process.env.KILLS ?? 50);
const DEVICES = 8;
const IN_FLIGHT = 32;

/** A device that publishes 0, 1, 2, ... and sends again, after a reconnect, what was not acknowledged. */
class Device {
    constructor(thing) {
        this.thing = thing;
        this.next = 0;
        this.acknowledged = 0;
        this.resent = 0;
        this.open = new Map(); // packet id -> value, in the order sent
    }

    connect(address) {
        return new Promise((resolve, reject) => {
            this.connection = new RawMqtt(address, {
                connack: (code) => {
                    if (code !== 0) return reject(new Error(`refused with ${code}`));
                    for (const [id, value] of this.open) {
                        this.resent++;
                        this.#send(id, value, true);
                    }
                    return resolve();
                },
                puback: (id) => {
                    assert.ok(this.open.delete(id), `an acknowledgement of ${id}, which is not in flight`);
                    this.acknowledged++;
                    if (this.running) this.fill();
                    if (this.open.size === 0) this.drained?.();
                },
            });
            this.connection.write(connectPacket({
                clientId: this.thing.id, user: this.thing.id, password: this.thing.token, clean: false,
            }));
        });
    }

    #send(id, value, dup) {
        this.connection.write(publishPacket(`things/${this.thing.id}/properties/v`, String(value), { id, dup }));
    }

    fill() {
        while (this.open.size < IN_FLIGHT) {
            const value = this.next++;
            const id = (value % 65535) + 1;
            this.open.set(id, value);
            this.#send(id, value, false);
        }
    }

    settle() {
        this.running = false;
        return this.open.size === 0 ? Promise.resolve() : new Promise((resolve) => { this.drained = resolve; });
    }
}

test(`every acknowledged reading survives kill -9, ${KILLS} times`, { skip: missingProgram(), timeout: 3_000_000 }, async (t) => {
    const data = await tempDir(t);
    let node = await startNode(t, { data });
    const devices = [];
    for (let i = 0; i < DEVICES; i++) devices.push(new Device(await addThing(node, `device ${i}`)));
    let slowest = 0;

    for (let round = 0; round < KILLS; round++) {
        await Promise.all(devices.map((device) => device.connect(node.mqtt)));
        for (const device of devices) {
            device.running = true;
            device.fill();
        }
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
    for (const device of devices) {
        const { count } = await runJson(['readings', device.thing.id, 'v', '--count', '--data', data]);
        assert.equal(count, device.next, `${device.thing.id}: published ${device.next}, acknowledged all, stored ${count}`);
        const rows = await runJson(['readings', device.thing.id, 'v', '--limit', '100000', '--data', data], { lines: true });
        const values = new Set(rows.map((row) => row.value));
        if (device.next <= 100000)
            for (let value = 0; value < device.next; value++) assert.ok(values.has(value), `${value} is missing`);
        total += count;
        resent += device.resent;
    }
    assert.ok(resent > 0, 'no kill fell between a publish and its acknowledgement: the test proved nothing');
    t.diagnostic(`${KILLS} kills, ${total} readings, ${resent} sent again, slowest start ${slowest} ms`);
    assert.equal((await node.stop()).code, 0);
});

test('a clean stop keeps everything and ends with 0', { skip: missingProgram() }, async (t) => {
    const node = await startNode(t);
    const device = new Device(await addThing(node, 'one'));
    await device.connect(node.mqtt);
    device.fill();
    await device.settle();
    assert.equal((await node.stop()).code, 0);
    const again = await startNode(t, { data: node.data });
    const { count } = await runJson(['readings', device.thing.id, '--count', '--data', again.data]);
    assert.equal(count, device.next);
});
