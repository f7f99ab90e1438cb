// SPDX-License-Identifier: Apache-2.0
// The front end's own unit tests (web/test), as one test of this run.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { ROOT } from '../lib/node_process.mjs';

test("the front end's unit tests pass", () => {
    const script = path.join(ROOT, 'web/tools/run_tests.mjs');
    // Without this a runner inside a runner reports to the outer one, in a form that is not text.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
});
