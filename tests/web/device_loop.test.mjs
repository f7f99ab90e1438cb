// SPDX-License-Identifier: Apache-2.0
// The whole loop with a device of our own making, so that it closes on a machine of any business: readings
// are a machine's by name, made from a seed; the action that a person approves really ends what disturbs them.

import assert from 'node:assert/strict';
import test from 'node:test';
import mqtt from 'mqtt';
import { launch, openPage, picture } from '../lib/browser.mjs';
import * as loop from '../lib/loop_steps.mjs';
import { addThing, missingProgram, signIn, startNode } from '../lib/node_process.mjs';

const HZ = 10;
const CLEAR_MS = 60_000;

/** name, usual value (those of cpu in per cent, at most 100), its spread, what a disturbance adds */
const PROPERTIES = [
    ['cpu_use', 11, 2, 84],
    ['cpu0_use', 12, 3, 82],
    ['cpu1_use', 10, 3, 85],
    ['cpu_stall', 0.6, 0.2, 38],
    ['cpu_pressure', 0.7, 0.1, 29],
    ['load1', 0.42, 0.03, 1.9],
    ['context_switches', 2450, 150, 3600],
    ['interrupts', 1180, 90, 0],
    ['processes', 181, 1.5, 0],
    ['memory_used', 41.5, 0.2, 0],
    ['disk_write', 0.31, 0.08, 0],
    ['disk_latency', 0.62, 0.1, 0],
];

/** A device that reports HZ times a second and stops being disturbed when it is told to. */
class Device {
    constructor(client, id) {
        this.client = client;
        this.id = id;
        this.seed = 42;
        this.isDisturbed = false;
        this.stopped = new Promise((resolve) => {
            client.on('message', (topic, payload) => {
                const { id: action, input } = JSON.parse(payload);
                this.isDisturbed = false;
                const answer = JSON.stringify({ id: action, state: 'done', message: `${input.target} stopped` });
                client.publish(`${topic}/status`, answer, { qos: 1 });
                resolve(input);
            });
        });
        this.timer = setInterval(() => this.report(), 1000 / HZ);
    }

    static async connect(t, node, thing) {
        const client = await mqtt.connectAsync(node.mqtt.url, {
            username: thing.id,
            password: thing.token,
            clientId: thing.id,
        });
        await client.subscribeAsync(`things/${thing.id}/actions/stop`, { qos: 1 });
        const device = new Device(client, thing.id);
        t.after(() => {
            clearInterval(device.timer);
            return client.endAsync(true);
        });
        return device;
    }

    /** About normal, the same on every run. */
    noise() {
        let sum = 0;
        for (let i = 0; i < 6; i++) {
            this.seed = (Math.imul(this.seed, 1103515245) + 12345) & 0x7fffffff;
            sum += this.seed / 0x7fffffff;
        }
        return (sum - 3) * 1.4;
    }

    report() {
        const values = PROPERTIES.map(([name, usual, spread, more]) => [
            name,
            Math.max(0, usual + spread * this.noise() + (this.isDisturbed ? more : 0)),
        ]).map(([name, value]) => [name, name.startsWith('cpu') ? Math.min(100, value) : value]);
        this.client.publish(`things/${this.id}/properties`, JSON.stringify(Object.fromEntries(values)), { qos: 1 });
    }
}

test(
    'a disturbed device raises an alarm, a person approves, and it is calm again',
    {
        skip: missingProgram(),
        timeout: 290_000,
    },
    async (t) => {
        const node = await startNode(t, { solution: loop.SOLUTION });
        const page = await openPage(await launch(t), { base: node.portal.url });
        await loop.setUpInBrowser(page, node);
        const api = await signIn(node.portal.url);

        const device = await Device.connect(t, node, await addThing(node, 'this-machine'));
        await loop.watchUntilLearnt(page, api, HZ);
        assert.deepEqual((await api.get('/api/v1/alarms')).alarms, [], 'nothing was unusual yet');

        const began = Date.now();
        device.isDisturbed = true;
        const { alarm, decision } = await loop.alarmAndDecision(api, began);
        assert.deepEqual(decision.action, {
            thing: 'this-machine',
            name: 'stop',
            input: { target: 'disturbance' },
        });
        await loop.seeTheWhy(page, alarm);

        const phone = await loop.approveOnPhone(page, node, decision);
        assert.deepEqual(await device.stopped, { target: 'disturbance' });

        await page.getByText('cleared', { exact: true }).waitFor({ timeout: CLEAR_MS });
        await picture(page, 'loop-cleared-light');
        await loop.seeTheReceipt(page, api, decision);
        assert.deepEqual(loop.complaintsOf(page, phone), []);
    },
);
