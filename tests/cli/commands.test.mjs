// SPDX-License-Identifier: Apache-2.0
// The command line as people meet it: the real program, a real node, real mistakes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import {
    addThing, Child, GANGLION, missingProgram, run, runJson, startChild, startNode, tempDir, waitFor,
} from '../lib/node_process.mjs';

const skip = missingProgram();

async function commandNames() {
    const { stdout } = await run(['help']);
    const lines = stdout.split('Commands:\n')[1].split('\n');
    return lines.slice(0, lines.findIndex((line) => line.startsWith('`'))).map((line) => line.slice(2, 24).trim()).filter(Boolean);
}

/** Publishes samples of a Thing as a device, each acknowledged. */
async function publish(node, thing, samples) {
    const client = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, clientId: thing.id });
    for (const sample of samples) {
        await client.publishAsync(`things/${thing.id}/properties`, JSON.stringify(sample), { qos: 1 });
    }
    await client.endAsync();
}

test('every command explains itself', { skip }, async () => {
    const names = await commandNames();
    for (const needed of ['run', 'agent', 'agent disturb', 'things', 'things add', 'readings', 'findings', 'alarms', 'decisions',
        'actions', 'receipts', 'approve', 'reject', 'replay', 'status', 'rules', 'why', 'version', 'help']) {
        assert.ok(names.includes(needed), `${needed} is missing in: ${names}`);
    }
    for (const name of names) {
        const words = name.split(' ');
        const own = await run([...words, '--help']);
        const asked = await run(['help', ...words]);
        assert.equal(own.code, 0, name);
        assert.equal(own.stdout, asked.stdout, name);
        assert.match(own.stdout, new RegExp(`^ganglion ${name}: `));
        assert.match(own.stdout, /\nExit codes:\n/);
        assert.doesNotMatch(own.stdout, /\x1b/, 'no colour into a pipe');
    }
});

test('a mistake is named, with what was probably meant', { skip }, async () => {
    const rows = [
        [['redings', 'x'], /unknown command 'redings'\s+Did you mean 'ganglion readings'\?/],
        [['things', 'ad', 'x'], /'ad' is not known\s+ganglion help lists what there is: things add/],
        [['readings', 'x', '--limmit', '5'], /unknown option --limmit\s+Did you mean --limit\?/],
        [['readings'], /THING is missing\s+Usage: ganglion readings THING \[PROPERTY\]/],
        [['readings', 'x', '--from', 'yesterday'], /--from 'yesterday' is not a time\s+Times are RFC 3339/],
        [['findings', '--state', 'opne'], /--state 'opne': one of these is expected: open, over/],
        [['reject', 'd-1-1'], /--reason is missing/],
        [['why', 'press-7'], /'press-7' is not an id\s+Ids begin with f- /],
        [['run', '--mqtt', '1883'], /--mqtt '1883': HOST:PORT is expected/],
        [['agent', 'disturb', 'gpu'], /'gpu' is no disturbance\s+There are: cpu, disk, memory/],
        [[], /Usage: ganglion COMMAND/],
    ];
    for (const [args, said] of rows) {
        const { code, stdout, stderr } = await run(args);
        assert.equal(code, 2, `ganglion ${args.join(' ')}`);
        assert.equal(stdout, '');
        assert.match(stderr, said);
    }
});

test('without a node every command that needs one says how to start one, and ends with 4', { skip }, async (t) => {
    const data = await tempDir(t);
    const commands = [['things'], ['things', 'show', 'x'], ['things', 'token', 'x'], ['readings', 'x'], ['readings', 'x', '--follow'],
        ['findings'], ['findings', '--follow'], ['alarms'], ['decisions'], ['actions'], ['receipts'], ['rules'], ['status'],
        ['why', 'a-1'], ['approve', 'd-1-1'], ['approve', 'd-1-1', '--wait'], ['reject', 'd-1-1', '--reason', 'x']];
    for (const words of commands) {
        const { code, stderr } = await run([...words, '--data', data]);
        assert.equal(code, 4, words.join(' '));
        assert.ok(stderr.includes(`no node is running on ${data}`), stderr);
        assert.ok(stderr.includes(`ganglion run --data ${data}`), stderr);
    }
    assert.equal((await run(['status', '--limits', '--data', data])).code, 0);
});

test('things are added while no node runs and while one does, and both can connect', { skip }, async (t) => {
    const data = await tempDir(t);
    const before = await runJson(['things', 'add', 'Press 7', '--data', data]);
    assert.deepEqual(Object.keys(before), ['id', 'token']);
    assert.equal(before.id, 'press-7');
    const node = await startNode(t, { data });
    const after = await addThing(node, 'Press 7');
    assert.equal(after.id, 'press-7-2');
    for (const thing of [before, after]) await publish(node, thing, [{ temperature: 61.5, time: Date.now() }]);
    const things = await runJson(['things', '--data', data], { lines: true });
    assert.deepEqual(things.map((thing) => [thing.id, thing.series]).sort(), [['press-7', 1], ['press-7-2', 1]]);
    const renewed = await runJson(['things', 'token', 'press-7', '--overlap', '0', '--data', data]);
    assert.notEqual(renewed.token, before.token);
    await assert.rejects(mqtt.connectAsync(node.mqtt.url, { username: 'press-7', password: before.token, reconnectPeriod: 0 }));
});

test('readings come back as they were sent, in every form', { skip }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'press-7');
    const start = Date.now() - 60_000;
    const samples = Array.from({ length: 50 }, (_, i) => ({ time: start + i * 100, temperature: 60 + i / 10, on: i % 2 === 0, mode: `m${i}` }));
    await publish(node, thing, samples);
    const data = ['--data', node.data];
    const read = (...args) => runJson(['readings', 'press-7', ...args, ...data], { lines: true });
    await waitFor('all readings', async () => (await runJson(['readings', 'press-7', '--count', ...data])).count === 150);
    assert.deepEqual(await runJson(['readings', 'press-7', 'temperature', '--count', ...data]), { count: 50 });
    assert.deepEqual(await read('temperature'), samples.map(({ time, temperature }) => ({ property: 'temperature', time, value: temperature })));
    assert.deepEqual((await read('on', '--limit', '2')).map(({ value }) => value), [true, false]);
    assert.deepEqual((await read('mode', '--from', String(samples[48].time))).map(({ value }) => value), ['m48', 'm49']);
    const to = new Date(samples[1].time).toISOString();
    assert.deepEqual((await read('temperature', '--to', to)).map(({ value }) => value), [60], 'before, not at');
    const buckets = await read('temperature', '--step', '1s');
    assert.equal(buckets.reduce((sum, bucket) => sum + bucket.count, 0), 50);
    assert.equal(Math.max(...buckets.map(({ max }) => max)), 64.9);
    const table = await run(['readings', 'press-7', 'temperature', '--limit', '1', ...data]);
    assert.match(table.stdout, /^TIME +PROPERTY +VALUE\n\S+Z {2}temperature {2}64\.9$/);
});

test('following prints what arrives, line by line', { skip }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'press-7');
    await publish(node, thing, [{ temperature: 1 }]);
    const follower = startChild(t, GANGLION, ['readings', 'press-7', 'temperature', '--follow', '--json', '--data', node.data]);
    const readings = () => follower.lines.stdout.map((line) => JSON.parse(line));
    await waitFor('a line that follows', async () => {
        await publish(node, thing, [{ temperature: 2, other: 3 }]);
        return readings().some(({ value }) => value === 2);
    });
    assert.ok(readings().every(({ property, time }) => property === 'temperature' && Number.isInteger(time)));
    await node.stop();
    assert.equal((await follower.ended).code, 4);
    assert.match(follower.lines.stderr.join('\n'), /the node ended the live stream/);
});

test('text from a device cannot reach the terminal as it is', { skip }, async (t) => {
    const node = await startNode(t);
    const name = '<img src=x onerror=alert(1)>\u202eabc';
    const thing = await addThing(node, name);
    await publish(node, thing, [{ mode: '\u001b]0;owned\u0007\r\nfaked line' }]);
    await waitFor('the reading', async () => (await runJson(['readings', thing.id, '--count', '--data', node.data])).count === 1);
    for (const args of [['things'], ['things', 'show', thing.id], ['readings', thing.id]]) {
        const { stdout } = await run([...args, '--data', node.data]);
        assert.doesNotMatch(stdout, /[\u001b\u0007\r\u202e]/, args.join(' '));
        assert.doesNotMatch(stdout, /^faked line/m);
    }
    const { stdout } = await run(['things', '--data', node.data]);
    assert.ok(stdout.includes('<img src=x onerror=alert(1)>\\u{202e}abc'), stdout);
});

test('what is not there ends with 3, what is refused with 1', { skip }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'press-7');
    const data = ['--data', node.data];
    for (const words of [['things', 'show', 'x'], ['things', 'token', 'x'], ['readings', 'x'], ['readings', thing.id, 'x'],
        ['why', 'a-99'], ['approve', 'd-9-9'], ['reject', 'd-9-9', '--reason', 'x']]) {
        const { code, stdout, stderr } = await run([...words, ...data]);
        assert.equal(code, 3, `${words.join(' ')}: ${stderr}`);
        assert.equal(stdout, '');
        assert.match(stderr, /^ganglion [a-z ]+: .+/);
        assert.doesNotMatch(stderr, /api\/v1/, 'hints are for people');
    }
    const { code, stderr } = await run(['things', 'add', 'x'.repeat(129), ...data]);
    assert.equal(code, 1);
    assert.match(stderr, /128/);
});

test('a path longer than a socket address is refused by the node and reached by commands', { skip }, async (t) => {
    const node = await startNode(t);
    const long = path.join(await tempDir(t), 'd'.repeat(60), 'e'.repeat(60));
    await mkdir(long, { recursive: true, mode: 0o700 });
    const refused = await run(['run', '--data', long, '--mqtt', '127.0.0.1:0', '--portal', '127.0.0.1:0']);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /the path of the socket is too long .*shorter --data/);
    await symlink(node.data, path.join(long, 'node'));
    assert.equal((await runJson(['status', '--data', path.join(long, 'node')])).things.count, 0);
});

test('output that nobody takes is no success', { skip }, async () => {
    const child = spawn('/bin/sh', ['-c', `"${GANGLION}" status --limits >/dev/full`], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => { said += text; });
    const [code] = await once(child, 'close');
    assert.equal(code, 1);
    assert.match(said, /the output cannot be written: No space left on device/);
});

test('a pending decision is approved and followed to its end by the command line alone', { skip }, async (t) => {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'press.yaml'), `
things:
  - thing: press-7
    properties:
      - name: temperature
        unit: Cel
    actions:
      - name: slow
        arguments:
          - name: by
            type: number
            range: [0, 10]
        at_most: 6 per 1m
        expires: 30s
rules:
  - name: slow-down
    when:
      thing: press-7
      property: temperature
      above: 90 Cel
      for: 0s
    do: { thing: press-7, action: slow, arguments: { by: 1 } }
    autonomy: ask
`);
    const data = await tempDir(t);
    const thing = await runJson(['things', 'add', 'press-7', '--data', data]);
    const node = await startNode(t, { data, solution });
    const device = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, clientId: thing.id });
    t.after(() => device.endAsync(true));
    device.on('message', (topic, payload) => {
        const { id } = JSON.parse(payload);
        device.publish(`${topic}/status`, JSON.stringify({ id, state: 'done', message: 'slowed' }), { qos: 1 });
    });
    await device.subscribeAsync('things/press-7/actions/+', { qos: 1 });
    const follower = startChild(t, GANGLION, ['decisions', '--follow', '--json', '--data', data]);
    for (let i = 0; i < 5; i++) await device.publishAsync('things/press-7/properties', '{"temperature":95}', { qos: 1 });
    const pending = await waitFor('a pending decision', async () =>
        (await runJson(['decisions', '--state', 'pending', '--data', data], { lines: true }))[0]);
    assert.equal(pending.rule, 'slow-down');
    const approve = new Child(GANGLION, ['approve', pending.id, '--reason', 'seen it', '--wait', '--json', '--data', data]);
    assert.equal((await approve.ended).code, 0, approve.tail());
    const said = approve.lines.stdout.map((line) => JSON.parse(line));
    assert.deepEqual(said[0], { decision: pending.id, verdict: 'approve', recorded: true });
    assert.equal(said.at(-1).result, 'done');
    await waitFor('the decision on the stream', async () => follower.lines.stdout.some((line) => {
        const decision = JSON.parse(line);
        return decision.id === pending.id && decision.state === 'approved';
    }));
    const story = await run(['why', pending.id, '--data', data]);
    assert.match(story.stdout, /^rule +slow-down \(autonomy ask\) fired at /m);
    assert.match(story.stdout, /^person +\S+ answered at \S+: seen it$/m);
    assert.match(story.stdout, /^action +x-\S+, done: slowed$/m);
    assert.match(story.stdout, /^receipt +r-\S+: done$/m);
    const kinds = (await runJson(['why', pending.id, '--data', data], { lines: true })).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['decision', 'action', 'receipt']);
    const again = await run(['approve', pending.id, '--data', data]);
    assert.equal(again.code, 1, 'it is no longer pending');
});
