// SPDX-License-Identifier: Apache-2.0
// What can be wrong around a node: each is said exactly, with where and what to do, and nothing is changed by it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import {
    addThing, Child, GANGLION, missingProgram, run, runJson, startNode, tempDir, waitFor,
} from '../lib/node_process.mjs';
import { connectPacket, publishPacket, RawMqtt } from '../lib/raw_mqtt.mjs';

const skip = missingProgram();
const start = (data, ...args) => {
    const free = ['--mqtt', '--portal'].filter((option) => !args.includes(option)).flatMap((option) => [option, '127.0.0.1:0']);
    return run(['run', '--data', data, ...free, ...args], { timeout: 20_000 });
};

test('a second node on the same folder is refused, and names the first', { skip }, async (t) => {
    const node = await startNode(t);
    const { code, stderr } = await start(node.data);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`${node.data}.*in use.*${node.child.pid}`));
    assert.equal((await runJson(['status', '--data', node.data])).journal.state, 'ok');
});

test('a port in use is refused, with the option that changes it', { skip }, async (t) => {
    const data = await tempDir(t);
    const other = net.createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const address = `127.0.0.1:${other.address().port}`;
    const mqtt = await start(data, '--mqtt', address);
    assert.equal(mqtt.code, 2);
    assert.match(mqtt.stderr, new RegExp(`${address} is in use.*--mqtt`));
    const portal = await start(data, '--portal', address);
    assert.equal(portal.code, 2);
    assert.match(portal.stderr, new RegExp(`--portal.*port ${other.address().port} of 127.0.0.1 is in use.*another port`));
});

test('an address that is none is refused', { skip }, async (t) => {
    const { code, stderr } = await start(await tempDir(t), '--mqtt', 'nonsense');
    assert.equal(code, 2);
    assert.match(stderr, /nonsense/);
    assert.match(stderr, /HOST:PORT/);
});

test('a data folder that cannot be is refused', { skip }, async (t) => {
    const dir = await tempDir(t);
    const file = path.join(dir, 'a-file');
    await writeFile(file, '');
    const { code, stderr } = await start(path.join(file, 'below'));
    assert.equal(code, 2);
    assert.match(stderr, /a-file/);
    const proc = await start('/proc/ganglion');
    assert.equal(proc.code, 2);
    assert.match(proc.stderr, /\/proc\/ganglion/);
});

test('a read-only data folder is refused', { skip }, async (t) => {
    const dir = await tempDir(t);
    const data = path.join(dir, 'data');
    await mkdir(data);
    // a read-only mount refuses root too; where mounts are not allowed, an unprivileged user finds mode 0500
    const script = `mount -t tmpfs -o ro none '${data}' && exec '${GANGLION}' run --data '${data}' --mqtt 127.0.0.1:0 --portal 127.0.0.1:0`;
    const child = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8', timeout: 20_000 });
    if (/unshare|mount:/.test(child.stderr)) return t.skip('this place allows no mounts');
    assert.equal(child.status, 2);
    assert.match(child.stderr, /read-only|Read-only/);
    return undefined;
});

test('a broken rule file is refused with file, line and column', { skip }, async (t) => {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'plant.yaml'), 'rules:\n  - name: x\n    wehn: { thing: "*" }\n');
    const { code, stderr } = await start(await tempDir(t), '--solution', solution);
    assert.equal(code, 2);
    assert.match(stderr, /plant\.yaml:3:5: .*wehn.*when/);
});

test('a rule file that cannot be read, and a folder that is not there, are refused', { skip }, async (t) => {
    const missing = await start(await tempDir(t), '--solution', '/nowhere/at/all');
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /\/nowhere\/at\/all/);
    const solution = await tempDir(t);
    await symlink('/nowhere/at/all.yaml', path.join(solution, 'gone.yaml')); // cannot be read, by root neither
    const folder = await start(await tempDir(t), '--solution', solution);
    assert.equal(folder.code, 2);
    assert.match(folder.stderr, /gone\.yaml/);
});

test('a journal that is damaged in the middle is named, and the node does not start', { skip }, async (t) => {
    const data = await tempDir(t);
    const node = await startNode(t, { data });
    await addThing(node, 'one');
    await node.stop();
    const folder = path.join(data, 'journal');
    const [segment] = await readdir(folder);
    const bytes = await readFile(path.join(folder, segment));
    bytes[20] ^= 0xff; // the segment's own header
    await writeFile(path.join(folder, segment), bytes);
    const { code, stderr } = await start(data);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(segment));
});

test('a history without its journal is refused', { skip }, async (t) => {
    const data = await tempDir(t);
    const node = await startNode(t, { data });
    await addThing(node, 'one');
    await node.stop();
    await rm(path.join(data, 'journal'), { recursive: true });
    const { code, stderr } = await start(data);
    assert.equal(code, 2);
    assert.match(stderr, /part of the journal is gone/);
});

test('credentials that others may have changed are refused', { skip }, async (t) => {
    const data = await tempDir(t);
    const node = await startNode(t, { data });
    await addThing(node, 'one');
    await node.stop();
    const file = path.join(data, 'guard', 'credentials');
    await writeFile(file, `${await readFile(file, 'utf8')}nonsense\n`);
    const { code, stderr } = await start(data);
    assert.equal(code, 2);
    assert.match(stderr, /credentials:\d+/);
});

test('few open files are allowed at first: it asks for as many as its limits need', { skip }, async (t) => {
    const script = `ulimit -Sn 64; exec '${GANGLION}' run --data '${await tempDir(t)}' --mqtt 127.0.0.1:0 --portal 127.0.0.1:0`;
    const child = new Child('sh', ['-c', script], { name: 'ganglion with few files' });
    t.after(() => child.stop());
    await child.waitLine(/^ready/);
    const [, soft, hard] = /Max open files\s+(\d+)\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/limits`, 'utf8'));
    assert.ok(Number(soft) >= Math.min(Number(hard), 65536 + 256), `${soft} of ${hard}`);
});

test('a full disk acknowledges nothing, and goes on when there is space', { skip }, async (t) => {
    const dir = await tempDir(t);
    const script = `mount -t tmpfs -o size=24m none '${dir}' && exec '${GANGLION}' run --data '${dir}' --mqtt 127.0.0.1:0 --portal 127.0.0.1:0`;
    const probe = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', dir], { encoding: 'utf8' });
    if (probe.status !== 0) return t.skip('this place allows no mounts');
    const child = new Child('unshare', ['--mount', 'sh', '-c', script], { name: 'ganglion on a small disk' });
    t.after(() => child.stop().catch(() => child.kill()));
    const [, host, port] = await child.waitLine(/^ready mqtt=(.*):(\d+) /);
    const inside = `/proc/${child.pid}/root${dir}`; // the node's view of its folder
    const thing = await runJson(['things', 'add', 'small', '--data', inside]);
    let acknowledged = 0;
    let sent = 0;
    const connection = new RawMqtt({ host, port: Number(port) }, { puback: () => { acknowledged++; } });
    connection.write(connectPacket({ clientId: 'x', user: thing.id, password: thing.token }));
    const publish = (count) => {
        for (let i = 0; i < count; i++, sent++)
            connection.write(publishPacket(`things/${thing.id}/properties/v`, String(sent), { id: (sent % 65535) + 1 }));
    };
    publish(100);
    await waitFor('the first acknowledgements', () => acknowledged === 100);
    const filler = path.join(inside, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k', 'count=1000'], { encoding: 'utf8' });

    // the room allocated ahead is used up first; then nothing more is acknowledged
    await waitFor('a full disk', async () => {
        publish(2000);
        return (await runJson(['status', '--data', inside])).journal.state === 'disk_full';
    }, { timeout: 60_000 });
    const before = acknowledged;
    publish(500);
    await waitFor('the log line', () => child.lines.stderr.some((line) => line.includes('disk_full')));
    assert.ok(acknowledged - before < 500, 'acknowledged although the disk is full');

    await rm(filler);
    await waitFor('all acknowledgements', () => acknowledged === sent, { timeout: 30_000 });
    await waitFor('the state', async () => (await runJson(['status', '--data', inside])).journal.state === 'ok');
    const { count } = await runJson(['readings', thing.id, '--count', '--data', inside]);
    assert.equal(count, sent);
    connection.end();
    assert.equal((await child.stop()).code, 0);
    await chmod(dir, 0o700);
    return undefined;
});
