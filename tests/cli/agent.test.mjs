// SPDX-License-Identifier: Apache-2.0
// The agent as a device: against Mosquitto, which is not ours, through a connection that dies; and against our node.

import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import {
    addThing, GANGLION, missingProgram, run, runJson, startChild, startNode, tempDir, waitFor,
} from '../lib/node_process.mjs';

const skip = missingProgram();

async function freePort() {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** A Mosquitto without persistence and without passwords. */
async function startBroker(t) {
    const port = await freePort();
    const dir = await tempDir(t);
    const config = path.join(dir, 'mosquitto.conf');
    await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    const broker = startChild(t, '/usr/sbin/mosquitto', ['-c', config], { name: 'mosquitto' });
    await waitFor('the broker', () => mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 })
        .then((client) => client.endAsync().then(() => true)));
    return { port, broker, url: `mqtt://127.0.0.1:${port}` };
}

/** Passes bytes on until it is told to hold what the agent sends, or to cut the connection. */
async function startProxy(t, port) {
    const state = { hold: false, connections: new Set(), count: 0 };
    const server = net.createServer((client) => {
        const broker = net.connect(port, '127.0.0.1');
        const end = () => {
            client.destroy();
            broker.destroy();
            state.connections.delete(end);
        };
        state.connections.add(end);
        state.count++;
        client.on('data', (bytes) => state.hold || broker.write(bytes)); // what is held is never passed on
        broker.on('data', (bytes) => client.write(bytes));
        for (const socket of [client, broker]) socket.on('error', end).on('close', end);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    t.after(() => {
        for (const end of state.connections) end();
        server.close();
    });
    state.port = server.address().port;
    state.cut = () => {
        for (const end of [...state.connections]) end();
        state.hold = false;
    };
    return state;
}

async function tokenFile(t, mode = 0o600) {
    const file = path.join(await tempDir(t), 'token');
    await writeFile(file, 'secret\n', { mode });
    return file;
}

/** Collects what the agent publishes. */
async function listen(t, url) {
    const heard = { samples: [], answers: [] };
    const client = await mqtt.connectAsync(url, { clientId: 'listener' });
    t.after(() => client.endAsync(true));
    client.on('message', (topic, payload) => {
        const body = JSON.parse(payload);
        if (topic.endsWith('/status')) heard.answers.push(body);
        else heard.samples.push(body);
    });
    await client.subscribeAsync(['things/+/properties', 'things/+/actions/+/status'], { qos: 1 });
    heard.client = client;
    return heard;
}

test('samples are whole, rich and on time', { skip }, async (t) => {
    const { stdout, code } = await run(['agent', '--print', '--samples', '10', '--data', await tempDir(t)]);
    assert.equal(code, 0);
    const samples = stdout.split('\n').map((line) => JSON.parse(line));
    assert.equal(samples.length, 10);
    const names = Object.keys(samples.at(-1)).filter((name) => name !== 'time');
    assert.ok(names.length >= 20, `only ${names.length} series: ${names}`);
    for (const needed of ['cpu_use', 'cpu0_use', 'load1', 'memory_used', 'memory_available', 'agent_delay', 'context_switches']) {
        assert.ok(names.includes(needed), `${needed} is missing in ${names}`);
    }
    for (const sample of samples) {
        for (const [name, value] of Object.entries(sample)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
    }
    const steps = samples.slice(1).map(({ time }, i) => time - samples[i].time);
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    assert.ok(mean > 150 && mean < 400, `a sample every ${mean} ms`);
});

test('a connection that dies with samples in flight loses none of them', { skip }, async (t) => {
    const broker = await startBroker(t);
    const proxy = await startProxy(t, broker.port);
    const heard = await listen(t, broker.url);
    const agent = startChild(t, GANGLION, ['agent', '--mqtt', `127.0.0.1:${proxy.port}`, '--thing', 'lab', '--token-file',
        await tokenFile(t), '--data', await tempDir(t), '--hz', '20']);
    await waitFor('first samples', () => heard.samples.length > 10);
    proxy.hold = true; // what is sent now reaches nobody: 16 in flight, then they wait
    const held = heard.samples.length;
    await agent.waitLine(/sensor_missing|connected/, { stream: 'stderr' });
    await new Promise((resolve) => setTimeout(resolve, 2000)); // the outage that is being tested
    proxy.cut();
    await waitFor('samples after the outage', () => heard.samples.length > held + 60);
    assert.equal((await agent.stop()).code, 0);
    const times = [...new Set(heard.samples.map(({ time }) => time))].sort((a, b) => a - b);
    const gaps = times.slice(1).map((time, i) => time - times[i]).filter((gap) => gap > 300);
    assert.deepEqual(gaps, [], 'a gap is a lost sample');
    assert.ok(proxy.count >= 2);
    assert.match(agent.lines.stderr.join('\n'), /WARN agent disconnected/);
    assert.ok(!agent.tail().includes('secret'), 'the token is not logged');
});

test('stop ends a real disturbance, and is answered when it is over, once', { skip }, async (t) => {
    const broker = await startBroker(t);
    const heard = await listen(t, broker.url);
    const data = await tempDir(t);
    startChild(t, GANGLION, ['agent', '--mqtt', `127.0.0.1:${broker.port}`, '--thing', 'lab', '--token-file', await tokenFile(t),
        '--data', data]);
    await waitFor('the agent', () => heard.samples.length > 0);
    const send = (id, more = {}) => heard.client.publishAsync('things/lab/actions/stop', JSON.stringify({
        id, action: 'stop', input: { target: 'disturbance' }, expires: Date.now() + 30_000, ...more,
    }), { qos: 1 });
    const answer = (id) => waitFor(`the answer to ${id}`, () => heard.answers.find((one) => one.id === id));
    await send('x-none');
    assert.deepEqual(await answer('x-none'), { id: 'x-none', state: 'failed', message: 'no disturbance is running here' });
    const disturbance = startChild(t, GANGLION, ['agent', 'disturb', 'memory', '--seconds', '600', '--data', data]);
    await waitFor('the disturbance', () => stat(path.join(data, 'agent/disturbance')));
    await send('x-1');
    const done = await answer('x-1');
    assert.equal(done.state, 'done');
    assert.match(done.message, /^memory disturbance stopped after \d+\.\d s$/);
    assert.equal((await disturbance.ended).code, 0);
    assert.match(disturbance.lines.stdout.join('\n'), /memory disturbance stopped, as it was told to, after/);
    await send('x-1'); // delivered again: the same answer, not "none is running"
    await waitFor('the second answer', () => heard.answers.filter((one) => one.id === 'x-1').length === 2);
    assert.deepEqual(heard.answers.filter((one) => one.id === 'x-1'), [done, done]);
    await send('x-late', { expires: Date.now() - 1 });
    assert.match((await answer('x-late')).message, /expired/);
    await send('x-odd', { input: { target: 'the world' } });
    assert.equal((await answer('x-odd')).state, 'failed');
    assert.deepEqual(await readdir(path.join(data, 'agent')), [], 'nothing is left behind');
});

test('a token that others can read is refused', { skip }, async (t) => {
    const file = await tokenFile(t, 0o644);
    const { code, stderr } = await run(['agent', '--thing', 'x', '--token-file', file, '--data', await tempDir(t)]);
    assert.equal(code, 2);
    assert.ok(stderr.includes(`${file} can be used by others (mode 0644): chmod 600 ${file}`), stderr);
});

test('beside a node the agent gets credentials of its own, once', { skip }, async (t) => {
    const node = await startNode(t);
    const args = ['agent', '--data', node.data, '--mqtt', node.mqtt.text];
    const count = async () => (await runJson(['readings', 'this-machine', '--count', '--data', node.data])).count;
    const agent = startChild(t, GANGLION, args);
    await agent.waitLine(/connected thing=this-machine/, { stream: 'stderr' });
    await waitFor('readings', async () => (await count()) > 60);
    const file = path.join(node.data, 'agent/credentials');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
    const before = await readFile(file, 'utf8');
    assert.equal((await agent.stop()).code, 0);
    const again = startChild(t, GANGLION, args);
    await again.waitLine(/connected thing=this-machine/, { stream: 'stderr' });
    assert.equal(await readFile(file, 'utf8'), before);
    assert.equal((await runJson(['things', '--data', node.data], { lines: true })).length, 1);
    await again.stop();
});

test('an agent that is refused keeps trying, and takes a new token from its file', { skip }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'lab');
    const file = await tokenFile(t);
    const agent = startChild(t, GANGLION, ['agent', '--mqtt', node.mqtt.text, '--thing', thing.id, '--token-file', file, '--data',
        await tempDir(t)]);
    await agent.waitLine(/disconnected .*why=".*(not authorised|bad user name or password)/i, { stream: 'stderr' });
    await writeFile(file, `${thing.token}\n`);
    await agent.waitLine(/connected thing=lab/, { stream: 'stderr', timeout: 60_000 });
    await agent.stop();
});

test('a disturbance ends on Ctrl-C and by itself, and there is one at a time', { skip }, async (t) => {
    const data = await tempDir(t);
    const first = startChild(t, GANGLION, ['agent', 'disturb', 'disk', '--seconds', '600', '--data', data]);
    await waitFor('the disturbance', () => stat(path.join(data, 'agent/disturbance')));
    const second = await run(['agent', 'disturb', 'cpu', '--seconds', '1', '--data', data]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /a disturbance runs already/);
    assert.equal((await first.stop('SIGINT')).code, 0);
    assert.match(first.lines.stdout.join('\n'), /disk disturbance interrupted after/);
    const third = await run(['agent', 'disturb', 'cpu', '--seconds', '1', '--json', '--data', data]);
    assert.equal(third.code, 0);
    const { kind, seconds, ended } = JSON.parse(third.stdout);
    assert.deepEqual([kind, ended], ['cpu', 'time']);
    assert.ok(seconds >= 1 && seconds < 3, `${seconds} s`);
    const killed = startChild(t, GANGLION, ['agent', 'disturb', 'disk', '--seconds', '600', '--data', data]);
    await waitFor('the disturbance', () => stat(path.join(data, 'agent/disturbance')));
    await killed.kill();
    assert.equal((await run(['agent', 'disturb', 'cpu', '--seconds', '1', '--data', data])).code, 0, 'a stale file hinders nobody');
    assert.deepEqual(await readdir(path.join(data, 'agent')), []);
});

test('a folder that cannot be the agent\'s is refused', { skip }, async (t) => {
    const data = await tempDir(t);
    await writeFile(path.join(data, 'agent'), 'a file');
    const { code, stderr } = await run(['agent', '--print', '--samples', '1', '--data', data]);
    assert.equal(code, 2);
    assert.match(stderr, /the agent's folder cannot be made/);
});
