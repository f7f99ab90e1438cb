// SPDX-License-Identifier: Apache-2.0
// Wrong guesses by the thousand from fifty addresses: hardly any is looked at, the log gets a line, memory stays, and the
// rightful one comes in from anywhere else within five seconds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { addThing, ADMIN, missingProgram, startNode } from '../lib/node_process.mjs';
import { connectPacket } from '../lib/raw_mqtt.mjs';

const skip = missingProgram();
const SOURCES = Array.from({ length: 50 }, (_, i) => `127.0.0.${i + 2}`);
const GROWTH_MAX = 5 << 20;
const IN_TIME_MS = 5000;

const resident = (node) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${node.child.pid}/status`, 'utf8'))[1]) * 1024;
const isInstrumented = (node) => /lib[at]san/.test(readFileSync(`/proc/${node.child.pid}/maps`, 'utf8'));

/** One CONNECT from an address: its return code, or null when none came in `patience` ms. */
function knock({ host, port }, from, user, password, patience = IN_TIME_MS) {
    return new Promise((resolve) => {
        const socket = net.connect({ host, port, localAddress: from });
        const end = (code) => { clearTimeout(timer); socket.destroy(); resolve(code); };
        const timer = setTimeout(() => end(null), patience);
        socket.on('connect', () => socket.write(connectPacket({ clientId: 'x', user, password })));
        socket.on('data', (bytes) => end(bytes[3]));
        socket.on('error', () => end(null));
        socket.on('close', () => end(null));
    });
}

/** How long until a right CONNECT is accepted; tries again when it is not. */
async function comeIn(node, from, thing) {
    const begin = Date.now();
    while (Date.now() - begin < 2 * IN_TIME_MS) {
        if (await knock(node.mqtt, from, thing.id, thing.token) === 0) break;
    }
    return Date.now() - begin;
}

/** What the log says of guesses: all lines added up. */
function told(node) {
    const lines = node.child.lines.stderr.filter((line) => line.includes('guard guesses '));
    const sum = (key) => lines.reduce((all, line) => all + Number(new RegExp(` ${key}=(\\d+)`).exec(line)[1]), 0);
    return { lines, wrong: sum('wrong'), unseen: sum('not_looked_at'), sources: Math.max(...lines.map((line) => Number(/sources=(\d+)/.exec(line)[1]))) };
}

test('10 000 wrong tokens from 50 addresses', { skip }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'pump');
    assert.ok(await comeIn(node, '127.0.0.1', thing) < IN_TIME_MS);
    const before = resident(node);
    const begin = Date.now();
    let sent = 0;
    let done = false;
    const guess = async (from, count) => {
        for (let i = 0; i < count; i++, sent++) await knock(node.mqtt, from, thing.id, `wrong-${i}`, 200);
    };
    const slowest = (async () => {
        let worst = 0;
        for (let i = 0; !done || i < 3; i++) worst = Math.max(worst, await comeIn(node, `127.0.1.${i % 200 + 1}`, thing)); // never seen before
        return worst;
    })();
    await Promise.all(SOURCES.flatMap((from) => [guess(from, 100), guess(from, 100)]));
    done = true;
    const took = Date.now() - begin;
    t.diagnostic(`${sent} guesses in ${took} ms; the rightful one came in within ${await slowest} ms`);
    assert.equal(sent, 10_000);
    assert.ok(await slowest < IN_TIME_MS);
    assert.ok(await comeIn(node, '127.0.0.1', thing) < IN_TIME_MS);
    assert.notEqual(await knock(node.mqtt, SOURCES[7], thing.id, thing.token, 1000), 0, 'a guess of a stranger was looked at too early');
    const grown = resident(node) - before;
    if (!isInstrumented(node)) assert.ok(grown < GROWTH_MAX, `grown by ${grown} bytes`);
    assert.equal((await node.stop()).code, 0);
    const log = told(node);
    t.diagnostic(`grown by ${(grown / 1048576).toFixed(1)} MiB; ${log.lines.at(-1)}`);
    assert.ok(log.wrong + log.unseen > 0.9 * sent, 'guesses are missing from the log'); // some were given up before they were sent
    assert.equal(log.sources, 50);
    assert.ok(log.wrong <= SOURCES.length * 10 * Math.ceil(took / 60_000), `${log.wrong} guesses were looked at`);
    assert.ok(log.lines.length <= 1 + Math.ceil(took / 60_000), 'more than a line a burst');
});

function post(node, from, path, body) {
    return new Promise((resolve) => {
        const request = http.request({ host: node.portal.host, port: node.portal.port, localAddress: from, path, method: 'POST',
            headers: { 'Content-Type': 'application/json', Host: node.portal.text }, timeout: 60_000, agent: false }, (answer) => {
            answer.resume();
            answer.on('end', () => resolve(answer.statusCode));
        });
        request.on('timeout', () => request.destroy());
        request.on('error', () => resolve(0));
        request.end(JSON.stringify(body));
    });
}

test('wrong passwords without a pause from ten addresses, three at a time', { skip }, async (t) => {
    const node = await startNode(t);
    await node.setUp(); // from 127.0.0.1, which is known from then on
    const before = resident(node);
    const alone = Date.now();
    assert.equal(await post(node, '127.0.0.1', '/api/v1/session', ADMIN), 204);
    const hash = Date.now() - alone; // about what a look at a password takes here, now
    const strangers = SOURCES.slice(0, 10);
    const statuses = new Map();
    let sent = 0;
    let busy = true;
    const begin = Date.now();
    const guess = async (from) => {
        for (let i = 0; Date.now() - begin < 6000; i++, sent++) {
            const status = await post(node, from, '/api/v1/session', { user: i % 2 ? ADMIN.user : `user-${i}`, password: `wrong wrong ${i}` });
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
    };
    const signIn = async (address) => {
        let worst = 0;
        for (let i = 1; busy || i < 3; i++) {
            const asked = Date.now();
            while (Date.now() - asked < 60_000) if (await post(node, address(i), '/api/v1/session', ADMIN) === 204) break;
            worst = Math.max(worst, Date.now() - asked);
            await new Promise((resolve) => setTimeout(resolve, 1000)); // the machine has two hashes at a time for all
        }
        return worst;
    };
    const known = signIn(() => '127.0.0.1');
    const unknown = signIn((i) => `127.0.1.${i % 200 + 1}`);
    await Promise.all(strangers.flatMap((from) => [guess(from), guess(from), guess(from)]));
    busy = false;
    const took = Date.now() - begin;
    t.diagnostic(`${sent} guesses in ${took} ms: ${JSON.stringify([...statuses])}; the rightful one was in within ${await known} ms, ` +
        `from addresses never seen within ${await unknown} ms; one hash ${hash} ms`);
    assert.ok(await known < Math.max(IN_TIME_MS, 8 * hash), 'it goes first, behind the two that are looked at');
    assert.ok(await unknown < Math.max(IN_TIME_MS, 4 * strangers.length * hash), 'a first guess of each stranger may go before, no more');
    assert.equal(statuses.get(204), undefined);
    const grown = resident(node) - before;
    // Two hashes at a time take 64 MiB each, and give them back.
    if (!isInstrumented(node)) assert.ok(grown < GROWTH_MAX + (16 << 20), `grown by ${grown} bytes`);
    assert.equal((await node.stop()).code, 0);
    const log = told(node);
    t.diagnostic(`grown by ${(grown / 1048576).toFixed(1)} MiB; ${log.lines.at(-1)}`);
    assert.ok(log.lines.length <= 1 + Math.ceil(took / 60_000), 'more than a line a burst');
    assert.ok(sent > (statuses.get(401) ?? 0), 'all were looked at');
    assert.ok(log.wrong <= strangers.length * 3 + 60 + took / 1000 + 20, `${log.wrong} guesses were looked at`);
});

test('wrong setup codes are counted, logged once, and end at fifty', { skip }, async (t) => {
    const node = await startNode(t);
    const codes = [];
    for (let i = 0; i < 60; i++) codes.push(await post(node, SOURCES[i % 50], '/setup', { code: '0000-0000-0000', user: 'eve', password: 'four words do well' }));
    assert.equal(codes.filter((status) => status === 403).length, 50);
    assert.equal(codes.filter((status) => status === 429).length, 10);
    assert.equal((await node.stop()).code, 0);
    const log = told(node);
    assert.deepEqual([log.lines.length, log.wrong, log.unseen], [1, 50, 10]);
});
