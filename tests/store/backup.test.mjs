// SPDX-License-Identifier: Apache-2.0
// Backup and restore with a real node: taken while readings come, encrypted, as a chain of increments. What was
// acknowledged before a backup began is in the restored node, what nobody sent is not, and the journal tells the same story.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { CountingDevice } from '../lib/counting_device.mjs';
import { addThing, missingProgram, run, runJson, startNode, tempDir } from '../lib/node_process.mjs';

const SECRET = 'four words nobody knows';

async function secretFile(dir, text = SECRET) {
    const file = path.join(dir, `passphrase-${text.length}`);
    await writeFile(file, `${text}\n`);
    await chmod(file, 0o600);
    return file;
}

/** Starts a node on a restored directory: it has the first `count` numbers of the device and no others, count at least
 *  `least` and at most `most`. */
async function checkRestored(t, data, device, least, most) {
    const replayed = await runJson(['replay', path.join(data, 'journal'), '--quiet']);
    assert.notEqual(replayed.data.identical, false, `the story differs at record ${replayed.data.differs_at}`);
    const node = await startNode(t, { data });
    const ask = ['readings', device.thing.id, 'v', '--data', data];
    const { count } = await runJson([...ask, '--count']);
    assert.ok(count >= least, `${least} were acknowledged before the backup began, ${count} are there`);
    assert.ok(count <= most, `${most} were sent when it had ended, ${count} are there`);
    const values = (await runJson([...ask, '--limit', '100000'], { lines: true })).map((row) => row.value);
    assert.deepEqual([...values].sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
    const checked = await run(['check', '--data', data]);
    assert.equal(checked.code, 0, checked.stdout);
    return node;
}

async function acknowledged(device, count) {
    device.run();
    while (device.acknowledged < count) await new Promise((resolve) => setImmediate(resolve));
}

test('a backup under load has every reading acknowledged before it began, and none that nobody sent', { skip: missingProgram() }, async (t) => {
    const dir = await tempDir(t);
    const node = await startNode(t);
    const device = new CountingDevice(await addThing(node, 'press'));
    await device.connect(node.mqtt);
    await acknowledged(device, 3000);
    const passphrase = ['--passphrase-file', await secretFile(dir)];
    const at = (name) => path.join(dir, name);
    const marks = [];
    for (const name of ['a', 'b', 'c']) { // whole, an increment of it, an increment of that
        const base = marks.length > 0 ? ['--incremental', at(`${marks.at(-1).name}.gnb`)] : [];
        const before = device.acknowledged;
        const sum = await runJson(['backup', at(`${name}.gnb`), ...base, ...passphrase, '--data', node.data]);
        marks.push({ name, least: before, most: device.next, sum });
        assert.deepEqual([sum.encrypted, sum.increment, sum.credentials_left_out], [true, base.length > 0, false]);
        assert.equal(sum.first_seq, 1);
        await acknowledged(device, device.acknowledged + 500);
    }
    assert.ok(device.running && marks.every((mark) => mark.most > mark.least), 'nothing was sent meanwhile: the test proved nothing');
    await device.settle();
    assert.equal((await node.stop()).code, 0);

    const bytes = await readFile(at('a.gnb'));
    for (const word of ['journal/', 'SQLite format 3', device.thing.id]) assert.equal(bytes.indexOf(word), -1, `${word} stands in clear`);
    assert.equal((await stat(at('a.gnb'))).mode & 0o777, 0o600);

    for (const [i, mark] of marks.entries()) {
        const files = marks.slice(0, i + 1).map(({ name }) => at(`${name}.gnb`));
        const data = at(`restored-${mark.name}`);
        const back = await runJson(['restore', ...files, ...passphrase, '--data', data]);
        assert.equal(back.last_seq, mark.sum.last_seq);
        assert.equal(back.credentials, true);
        const again = await checkRestored(t, data, device, mark.least, mark.most);
        if (i === 2) { // the device's token came with it: it goes on where it was
            const two = new CountingDevice(device.thing, ['w']);
            await two.connect(again.mqtt);
            two.fill();
            await two.settle();
            await two.checkStored(data);
        }
        await again.stop();
    }
});

test('a stopped node is backed up too, in clear without its secrets', { skip: missingProgram() }, async (t) => {
    const dir = await tempDir(t);
    const node = await startNode(t);
    const device = new CountingDevice(await addThing(node, 'press'));
    await device.connect(node.mqtt);
    await acknowledged(device, 500);
    await device.settle();
    assert.equal((await node.stop()).code, 0);
    const file = path.join(dir, 'a.gnb');
    const told = await run(['backup', file, '--data', node.data]);
    assert.equal(told.code, 0, told.stderr);
    assert.match(told.stdout, /left out credentials/);
    assert.equal((await readFile(file)).indexOf('PRIVATE KEY'), -1);
    const data = path.join(dir, 'restored');
    const back = await run(['restore', file, '--data', data]);
    assert.match(back.stdout, /no credentials came with it/);
    assert.ok(!existsSync(path.join(data, 'guard', 'credentials')));
    await (await checkRestored(t, data, device, device.next, device.next)).stop();
});

test('what is not a whole backup of the right passphrase changes nothing', { skip: missingProgram() }, async (t) => {
    const dir = await tempDir(t);
    const node = await startNode(t);
    await addThing(node, 'press');
    const file = path.join(dir, 'a.gnb');
    const right = ['--passphrase-file', await secretFile(dir)];
    const data = path.join(dir, 'new');
    assert.equal((await run(['backup', file, ...right, '--data', node.data])).code, 0);
    assert.equal((await run(['backup', file, ...right, '--data', node.data])).code, 1); // never over one that is there
    const whole = await readFile(file);
    const refused = async (what, args, bytes = whole) => {
        await writeFile(file, bytes);
        const said = await run(['restore', file, ...args]);
        assert.equal(said.code, 1, said.stdout);
        assert.match(said.stderr, what);
        assert.ok(!existsSync(data) && !existsSync(`${data}.restoring`));
    };
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1] ^= 1;
    await refused(/damaged at byte/, [...right, '--data', data], flipped);
    await refused(/half a backup/, [...right, '--data', data], whole.subarray(0, whole.length - 5));
    await refused(/not a backup/, [...right, '--data', data], Buffer.alloc(4096, 'x'));
    await refused(/passphrase is wrong/, ['--passphrase-file', await secretFile(dir, 'another passphrase'), '--data', data]);
    await refused(/it is encrypted/, ['--data', data]);
    await refused(/not empty/, [...right, '--data', node.data]);
    await node.stop();
});
