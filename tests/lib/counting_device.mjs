// SPDX-License-Identifier: Apache-2.0
// tests/lib/counting_device.mjs -- a device that publishes 0, 1, 2, ... with QoS 1, knows what was acknowledged, and
// after a reconnect sends again, with DUP and the same packet ids, what was not. So a test can say afterwards exactly
// what must be stored: everything published, each value once.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runJson } from './node_process.mjs';
import { connectPacket, publishPacket, RawMqtt } from './raw_mqtt.mjs';

const FOLLOW_MS = 20_000; // what is acknowledged is on the disk; the history, which is asked, follows behind
const LISTED_MAX = 100_000;

export class CountingDevice {
    /** properties: names that each packet carries the next number under; one is sent as a bare number. */
    constructor(thing, properties = ['v'], inFlight = 32) {
        this.thing = thing;
        this.inFlight = inFlight;
        this.properties = properties;
        this.next = 0;
        this.acknowledged = 0;
        this.resent = 0;
        this.open = new Map(); // packet id -> number, in the order sent
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
                close: () => reject(new Error('closed before it was let in')),
            });
            this.connection.write(connectPacket({
                clientId: this.thing.id, user: this.thing.id, password: this.thing.token, clean: false,
            }));
        });
    }

    /** What the packet of that number says. */
    message(value) {
        const topic = `things/${this.thing.id}/properties`;
        return this.properties.length === 1
            ? [`${topic}/${this.properties[0]}`, String(value)]
            : [topic, JSON.stringify(Object.fromEntries(this.properties.map((name) => [name, value])))];
    }

    #send(id, value, dup) {
        this.connection.write(publishPacket(...this.message(value), { id, dup }));
    }

    /** Begins to publish without end; stopped by `running = false`. */
    run() {
        this.running = true;
        this.fill();
    }

    fill() {
        while (this.open.size < this.inFlight) {
            const value = this.next++;
            const id = (value % 65535) + 1;
            this.open.set(id, value);
            this.#send(id, value, false);
        }
    }

    /** Publishes nothing new, and waits until all is acknowledged. */
    settle() {
        this.running = false;
        return this.open.size === 0 ? Promise.resolve() : new Promise((resolve) => { this.drained = resolve; });
    }

    /** When all is acknowledged: every number is stored, and each once. */
    async checkStored(data) {
        assert.equal(this.acknowledged, this.next);
        for (const property of this.properties) {
            const ask = ['readings', this.thing.id, property, '--data', data];
            const end = Date.now() + FOLLOW_MS;
            let count = 0;
            while (Date.now() < end && count < this.next)
                ({ count } = await runJson([...ask, '--count']).catch(() => ({ count: 0 }))); // not a property yet
            assert.equal(count, this.next, `${this.thing.id} ${property}: published and acknowledged ${this.next}, stored ${count}`);
            if (this.next > LISTED_MAX) continue;
            const rows = await runJson([...ask, '--limit', String(LISTED_MAX)], { lines: true });
            const values = new Set(rows.map((row) => row.value));
            for (let value = 0; value < this.next; value++) assert.ok(values.has(value), `${property} ${value} is missing`);
        }
    }
}

/** The same with events, or with the status of an action, which nothing but the journal keeps. */
export class EventDevice extends CountingDevice {
    constructor(thing, topic, inFlight) {
        super(thing, [], inFlight);
        this.topic = topic;
    }

    message(value) {
        return [`things/${this.thing.id}/${this.topic}`, `<${this.thing.id} ${value}>`];
    }

    /** When all is acknowledged and the node has ended: every number stands in the journal, and each once. */
    async checkStored(data) {
        assert.equal(this.acknowledged, this.next);
        const folder = path.join(data, 'journal');
        const seen = new Map();
        for (const name of (await readdir(folder)).filter((file) => file.endsWith('.gnj')))
            for (const [, value] of (await readFile(path.join(folder, name), 'latin1')).matchAll(new RegExp(`<${this.thing.id} (\\d+)>`, 'g')))
                seen.set(Number(value), (seen.get(Number(value)) ?? 0) + 1);
        for (let value = 0; value < this.next; value++)
            assert.equal(seen.get(value), 1, `${this.topic} ${value} of ${this.thing.id} is journaled ${seen.get(value) ?? 0} times`);
    }
}
