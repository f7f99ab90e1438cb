// SPDX-License-Identifier: Apache-2.0
// run_tests.mjs -- test/*.test.ts with Node's own runner. Node 18 reads no TypeScript, so esbuild (which Vite
// brings) makes plain modules of the tests first, in a temporary folder.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const WEB = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const out = mkdtempSync(path.join(tmpdir(), 'ganglion-web-test-'));
try {
    const names = readdirSync(path.join(WEB, 'test')).filter((name) => name.endsWith('.test.ts'));
    await build({
        entryPoints: names.map((name) => path.join(WEB, 'test', name)),
        outdir: out,
        outExtension: { '.js': '.mjs' },
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node18',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        logLevel: 'error',
        define: { 'import.meta.env.WEB': JSON.stringify(WEB) },
    });
    const files = names.map((name) => path.join(out, name.replace(/\.ts$/, '.mjs')));
    process.exitCode =
        spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit', cwd: WEB }).status ?? 1;
} finally {
    rmSync(out, { recursive: true, force: true });
}
