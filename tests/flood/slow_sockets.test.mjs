// SPDX-License-Identifier: Apache-2.0
// 2 000 connections that say nothing and 2 000 that say it a byte at a time, from fifty addresses, made anew as the node
// ends them: 100 honest devices, each with a message a second and then ten, are served as before. Then 1 000 TLS
// handshakes a second as well, about what a core can do: devices are still served, but on a machine without a core to spare
// later. Nothing that was acknowledged is lost in any of it, and the node lives.
// FLOOD_SECONDS=60 (make torture) for longer than the everyday six.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { CountingDevice } from '../lib/counting_device.mjs';
import { addThing, missingProgram, runJson } from '../lib/node_process.mjs';
import { connectPacket } from '../lib/raw_mqtt.mjs';
import { startSecureNode } from '../lib/secure_node.mjs';

const SECONDS = Number(process.env.FLOOD_SECONDS ?? 6);
const DEVICES = 100;
const EACH = 2000;
const HANDSHAKES = 1000;
const RATES = [1, 10]; // of each device, a second: 100 and 1 000 in all
const GROWTH_MAX = 64 << 20;
const SHAKEN_MS = 2000; // p99 while handshakes take all there is of a core
// What two runs on a machine that others use may differ by: of three seconds, p99 is three samples.
const FLOOR_MS = SECONDS < 30 ? 300 : 50;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const resident = (node) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${node.child.pid}/status`, 'utf8'))[1]) * 1024;
const isInstrumented = (node) => /lib[at]san/.test(readFileSync(`/proc/${node.child.pid}/maps`, 'utf8'));

/** In a thread of its own, so that what it costs is not counted as the node's. */
const FLOOD = `
const net = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const { host, port, securePort, each, handshakes, bytes, hello } = workerData;
let open = 0, made = 0, ended = 0, answered = 0;
const from = (i) => '127.0.0.' + (2 + i % 50);
function again(socket, after, f, ...args) {
    made++;
    socket.on('connect', () => { open++; socket.on('close', () => { open--; ended++; }); });
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(f, after, ...args));
}
function one(i, slow) {
    const socket = net.connect({ host, port, localAddress: from(i) });
    let timer, at = 0;
    again(socket, 50 + i % 200, one, i, slow);
    socket.on('connect', () => {
        if (slow) timer = setInterval(() => { if (at < bytes.length - 1) socket.write(bytes.subarray(at, ++at)); }, 500);
    });
    socket.on('close', () => clearInterval(timer));
    socket.resume();
}
function shake(i) { // what costs the server a signature, and the client nothing
    const socket = net.connect({ host, port: securePort, localAddress: from(i) });
    again(socket, 1000, shake, i);
    socket.on('connect', () => socket.write(hello));
    socket.once('data', () => { answered++; socket.destroy(); });
}
for (let i = 0; i < each; i++) setTimeout(() => { one(i, false); one(i, true); }, i % 1000);
parentPort.once('message', () => { for (let i = 0; i < handshakes; i++) setTimeout(shake, i % 1000, i); });
setInterval(() => parentPort.postMessage({ open, made, ended, answered }), 100);
`;

/** The first bytes of a TLS handshake, as a client of OpenSSL says them. */
function clientHello() {
    return new Promise((resolve) => {
        const server = net.createServer((socket) => socket.once('data', (bytes) => { socket.destroy(); server.close(); resolve(bytes); }));
        server.listen(0, '127.0.0.1', () => tls.connect({ port: server.address().port, host: '127.0.0.1' }).on('error', () => {}));
    });
}

const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
const figures = (times) => `p50 ${at(times, 0.5).toFixed(1)} p99 ${at(times, 0.99).toFixed(1)} ms`;

/** Each device publishes `rate` times a second; how long the acknowledgements took, sorted. One that is late makes the
 *  next one late, and that counts. */
async function publish(devices, rate, seconds) {
    const times = [];
    const start = performance.now();
    await Promise.all(devices.map(async (device, i) => {
        for (let n = 0; n < rate * seconds; n++) {
            const due = start + (n + i / devices.length) * 1000 / rate;
            const wait = due - performance.now();
            if (wait > 0) await pause(wait);
            const begin = wait > 0 ? performance.now() : due;
            device.fill();
            await device.settle();
            times.push(performance.now() - begin);
        }
    }));
    return times.sort((a, b) => a - b);
}

test('thousands of sockets that only cost do not hold up honest devices', { skip: missingProgram(), timeout: 90_000 + 10_000 * SECONDS }, async (t) => {
    const node = await startSecureNode(t);
    const devices = [];
    for (let i = 0; i < DEVICES; i += 10) // ten at a time
        devices.push(...await Promise.all(Array.from({ length: 10 }, async (_, k) => new CountingDevice(await addThing(node, `honest-${i + k}`), ['v'], 1))));
    await Promise.all(devices.map((device) => device.connect(node.mqtt)));
    await publish(devices, 1, 1);
    const before = [];
    for (const rate of RATES) before.push(await publish(devices, rate, Math.min(SECONDS / 2, 10)));
    const memory = resident(node);

    const seen = { open: 0, made: 0, ended: 0, answered: 0 };
    const flood = new Worker(FLOOD, { eval: true, workerData: { host: node.mqtt.host, port: node.mqtt.port, securePort: node.mqtts.port, each: EACH,
        handshakes: HANDSHAKES, bytes: connectPacket({ clientId: 'slow', user: 'honest-0', password: 'x'.repeat(64) }), hello: await clientHello() } });
    t.after(() => flood.terminate());
    let most = 0;
    flood.on('message', (news) => { Object.assign(seen, news); most = Math.max(most, news.open); });
    for (let i = 0; seen.open < 1.9 * EACH && i < 300; i++) await pause(100);
    assert.ok(most >= 1.9 * EACH, `only ${most} sockets could be opened: the flood is none`);
    const during = [];
    for (const rate of RATES) during.push(await publish(devices, rate, SECONDS / 2));
    flood.postMessage('handshakes too');
    for (let i = 0; seen.answered < HANDSHAKES / 10 && i < 300; i++) await pause(100);
    const shaken = await publish(devices, RATES.at(-1), SECONDS / 2);
    const grown = resident(node) - memory;
    for (const device of devices) assert.equal(device.connection.closed, false, 'an honest device was thrown out');
    const fresh = new CountingDevice(await addThing(node, 'late'));
    const begin = performance.now();
    await fresh.connect(node.mqtt); // among them all
    const letIn = performance.now() - begin;
    const { mqtt } = await runJson(['status', '--data', node.data]);
    await flood.terminate();
    for (const device of devices) await device.checkStored(node.data);
    fresh.connection.end();
    RATES.forEach((rate, i) => t.diagnostic(`${rate * DEVICES} a second: ${figures(before[i])} before, ${figures(during[i])} of ${during[i].length} during`));
    t.diagnostic(`${RATES.at(-1) * DEVICES} a second: ${figures(shaken)} with handshakes`);
    t.diagnostic(`${most} sockets open at once, ${seen.made} made, ${seen.ended} ended, ${seen.answered} handshakes answered; ` +
        `half-open ${mqtt.half_open}, turned away ${mqtt.turned_away_crowded}; a new device was in after ${letIn.toFixed(0)} ms; ` +
        `grown by ${(grown / 1048576).toFixed(1)} MiB`);
    assert.ok(seen.answered > 0, 'no handshake was answered: the flood of them is none');
    assert.ok(at(shaken, 0.99) < SHAKEN_MS, `with handshakes: ${figures(shaken)}`);
    RATES.forEach((rate, i) => {
        const [was, is] = [at(before[i], 0.99), at(during[i], 0.99)];
        assert.ok(is <= Math.max(2 * was, was + FLOOR_MS), `at ${rate * DEVICES} a second p99 ${was.toFixed(1)} ms became ${is.toFixed(1)} ms`);
    });
    assert.ok(letIn < 5000);
    if (!isInstrumented(node)) assert.ok(grown < GROWTH_MAX, `grown by ${grown} bytes`);
    for (const device of devices) device.connection.end();
    assert.equal((await node.stop()).code, 0);
});
