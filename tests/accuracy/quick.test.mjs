// SPDX-License-Identifier: Apache-2.0
// Every accuracy suite on a small part of its data: it runs, and is better than a naive method. The data sets are not part
// of the repository: without them (GANGLION_DATA, or ../shared/data) this is skipped.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { missingProgram, run, tempDir } from '../lib/node_process.mjs';

const data = process.env.GANGLION_DATA || path.join(process.env.GN_SOURCE ?? '..', '../shared/data');
const skip = missingProgram()
    || (existsSync(data) ? false : `the data sets are not here: GANGLION_DATA names their folder, see docs/accuracy.md`);

test('every suite runs on a part of its data, in time', { skip }, async () => {
    const suites = (await run(['eval', '--json'])).stdout.trim().split('\n').map((line) => JSON.parse(line));
    const { stdout, code } = await run(['eval', 'all', '--quick', '--json', '--data', data], { timeout: 240_000 });
    assert.equal(code, 0);
    const results = stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(results.map((r) => r.suite), suites.map((s) => s.suite));
    for (const result of results) {
        assert.ok(result.items > 0 && result.quick, result.suite);
        assert.ok(result.seconds < 60, `${result.suite} took ${result.seconds} s`);
        for (const key of Object.keys(result.naive).filter((k) => k !== 'who')) {
            assert.ok(Number.isFinite(result[key]), `${result.suite} ${key} is ${result[key]}`);
        }
    }
});

test('a damaged file is named with line and column', { skip: missingProgram() }, async (t) => {
    const dir = await tempDir(t);
    await mkdir(path.join(dir, 'm4'));
    await writeFile(path.join(dir, 'm4/Hourly-train.csv'), '"V1","V2"\n"H1","5x"\n');
    const { code, stderr } = await run(['eval', 'm4-hourly', '--data', dir]);
    assert.equal(code, 1);
    assert.match(stderr, /m4\/Hourly-train\.csv:2:7: '5x' is not a number/);
});
