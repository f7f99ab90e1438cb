// SPDX-License-Identifier: Apache-2.0
// InfluxDB's own client and curl write to the push door; what was answered with 204 is there, also after kill -9 at once.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { HttpError, InfluxDB, Point } from '@influxdata/influxdb-client';
import { addThing, missingProgram, runJson, startNode, tempDir } from '../lib/node_process.mjs';

const skip = missingProgram();
const curl = promisify(execFile);

async function startPush(t, options = {}) {
    const node = await startNode(t, { ...options, args: ['--push', '127.0.0.1:0', ...(options.args ?? [])] });
    const [, address] = await node.child.waitLine(/push=(\S+)/);
    return { node, url: `http://${address}` };
}

/** Status, and body as JSON or text. */
async function curlWrite(url, { credential, body, headers = [] }) {
    const file = path.join(await tempDir(), 'body');
    await writeFile(file, body);
    const args = ['-sS', '-w', '\n%{http_code}', '--data-binary', `@${file}`, ...headers.flatMap((h) => ['-H', h])];
    if (credential) args.push('-u', credential);
    const { stdout } = await curl('curl', [...args, url]);
    const at = stdout.lastIndexOf('\n');
    const text = stdout.slice(0, at);
    return { status: Number(stdout.slice(at + 1)), body: text ? JSON.parse(text) : null };
}

async function values(node, thing) {
    const readings = await runJson(['readings', thing, '--data', node.data], { lines: true });
    return readings.map((r) => [r.property, r.value]);
}

test("InfluxDB's client writes points of every kind, packed and not", { skip }, async (t) => {
    const { node, url } = await startPush(t);
    const thing = await addThing(node, 'press');
    for (const gzipThreshold of [10, 1e6]) {
        const client = new InfluxDB({ url, token: `${thing.id}:${thing.token}`, writeOptions: {} });
        const api = client.getWriteApi('org', 'bucket', 'ms', { gzipThreshold, maxRetries: 0 });
        const name = gzipThreshold === 10 ? 'packed' : 'plain';
        const now = Date.now();
        for (let i = 0; i < 500; i++)
            api.writePoint(new Point(name).tag('zone', 'a b').floatField('t', 20 + i / 10).intField('n', i)
                .booleanField('on', i % 2 === 0).stringField('note', `say "${i}"\\`).timestamp(now - 500 + i));
        await api.close();
        const all = Object.fromEntries(await values(node, thing.id));
        assert.equal(all[`${name}.t{zone=a b}`], 69.9);
        assert.equal(all[`${name}.n{zone=a b}`], 499);
        assert.equal(all[`${name}.note{zone=a b}`], 'say "499"\\');
    }
});

test('a client with a wrong token is told so', { skip }, async (t) => {
    const { node, url } = await startPush(t);
    const thing = await addThing(node, 'press');
    const api = new InfluxDB({ url, token: `${thing.id}:wrong` }).getWriteApi('o', 'b', 'ms', { maxRetries: 0 });
    api.writePoint(new Point('m').floatField('value', 1));
    await assert.rejects(api.close(), (err) => err instanceof HttpError && err.statusCode === 401);
    assert.deepEqual(await values(node, thing.id), []);
});

test('bad lines are named by number and the others are kept', { skip }, async (t) => {
    const { node, url } = await startPush(t);
    const thing = await addThing(node, 'press');
    const credential = `${thing.id}:${thing.token}`;
    const body = 'a value=1\nb value=\n\nc value=3 1\nd value=4';
    const answer = await curlWrite(`${url}/api/v2/write`, { credential, body });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, 'invalid');
    assert.match(answer.body.message, /2 of 4 lines were refused; line 2: /);
    assert.deepEqual(answer.body.lines.map((l) => l.line), [2, 4]);
    assert.match(answer.body.lines[1].message, /before the year 2000/);
    assert.deepEqual(await values(node, thing.id), [['a', 1], ['d', 4]]);
});

test('what unpacks beyond all measure is refused', { skip }, async (t) => {
    const { node, url } = await startPush(t);
    const thing = await addThing(node, 'press');
    const answer = await curlWrite(`${url}/write`, { credential: `${thing.id}:${thing.token}`,
        body: gzipSync(Buffer.alloc(50e6, 'a value=1\n')), headers: ['Content-Encoding: gzip'] });
    assert.equal(answer.status, 413);
    assert.match(answer.body.message, /PUSH_EXPANSION_MAX/);
});

test('a granted gateway speaks for others, which appear as discovered; one that is not keeps the tag', { skip }, async (t) => {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'access.yaml'), 'access:\n  - thing: telegraf\n    publish: ["line/#"]\n');
    const { node, url } = await startPush(t, { solution });
    const [telegraf, press] = [await addThing(node, 'telegraf'), await addThing(node, 'press')];
    const line = 'cpu,host=web-1,core=0 idle=97\n';
    for (const thing of [telegraf, press])
        assert.equal((await curlWrite(`${url}/write`, { credential: `${thing.id}:${thing.token}`, body: line })).status, 204);
    assert.deepEqual(await values(node, 'web-1'), [['cpu.idle{core=0}', 97]]);
    assert.deepEqual(await values(node, press.id), [['cpu.idle{core=0,host=web-1}', 97]]);
    const { discovered } = await runJson(['things', 'discovered', '--data', node.data]);
    const found = discovered.map((x) => x.id);
    assert.deepEqual(found, ['web-1']);
    const stolen = await curlWrite(`${url}/write`, { credential: `${telegraf.id}:${telegraf.token}`,
        body: 'cpu,host=press idle=1' });
    assert.match(stolen.body.message, /'press' speaks for itself/);
});

test('what was answered with 204 is there after kill -9 at once', { skip }, async (t) => {
    const { node, url } = await startPush(t);
    const thing = await addThing(node, 'press');
    const headers = { Authorization: `Token ${thing.id}:${thing.token}` };
    let acknowledged = 0;
    for (let round = 0; round < 5; round++) {
        const lines = Array.from({ length: 2000 }, (_, i) => `m,n=${i % 20} value=${round * 2000 + i}`).join('\n');
        const answer = await fetch(`${url}/write`, { method: 'POST', headers, body: lines });
        if (answer.status === 204) acknowledged += 2000;
    }
    node.child.kill('SIGKILL');
    await node.child.ended;
    const again = await startNode(t, { data: node.data });
    const kept = (await runJson(['status', '--data', again.data])).readings;
    assert.equal(acknowledged, 10000);
    assert.equal(kept.count, 10000);
});
