// SPDX-License-Identifier: Apache-2.0
// Who may talk to whom: rows of `access` that are wrong deny everybody, for the node does not start.

import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { missingProgram, run, startNode, tempDir } from '../lib/node_process.mjs';

const skip = missingProgram();

async function startWith(t, access) {
    const solution = await tempDir(t);
    const data = await tempDir(t);
    await writeFile(path.join(solution, 'plant.yaml'), access);
    const { code, stdout, stderr } = await run(['run', '--data', data, '--solution', solution, '--mqtt', '127.0.0.1:0',
        '--portal', '127.0.0.1:0'], { timeout: 20_000 });
    return { code, stdout, stderr, solution, data };
}

test('an empty or broken policy starts no node, and is named with file, line and column', { skip }, async (t) => {
    const rows = [
        ['access:\n', /plant\.yaml:1:8: 'access' must be a list; this is empty/],
        ['access: []\n', /plant\.yaml:1:9: 'access' is empty; leave it out/],
        ['access:\n  - thing: a\n    publsh: [x]\n', /plant\.yaml:3:5: unknown key 'publsh'.*did you mean 'publish'/],
        ['access:\n  - thing: "a/b"\n    publish: [x]\n', /plant\.yaml:2:12: 'a\/b' cannot be a Thing/],
        ['access:\n  - thing: a\n    publish: ["#"]\n', /plant\.yaml:3:15: the filter '#' begins with a wildcard/],
        ['access:\n  - thing: a\n    subscribe: [x', /plant\.yaml:\d+:\d+: /],
        ['access:\n  - thing: a\n    subscribe: ["a\\xFF"]\n\u0000', /plant\.yaml/],
    ];
    for (const [access, words] of rows) {
        const { code, stdout, stderr } = await startWith(t, access);
        assert.equal(code, 2, access);
        assert.equal(stdout, '', 'it was ready to serve under a policy it could not read');
        assert.match(stderr, words);
    }
});

test('a broken policy does not replace the one in force', { skip }, async (t) => {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'plant.yaml'), 'access: [{ thing: a, publish: [plant/x] }]\n');
    const node = await startNode(t, { solution });
    assert.equal((await node.stop()).code, 0);
    const before = await readdir(path.join(node.data, 'journal'));
    const broken = await tempDir(t);
    await writeFile(path.join(broken, 'plant.yaml'), 'access: []\n');
    const refused = await run(['run', '--data', node.data, '--solution', broken, '--mqtt', '127.0.0.1:0', '--portal', '127.0.0.1:0']);
    assert.equal(refused.code, 2);
    assert.deepEqual(await readdir(path.join(node.data, 'journal')), before);
    const again = await startNode(t, { data: node.data }); // with the rows of before
    assert.equal((await again.stop()).code, 0);
});
