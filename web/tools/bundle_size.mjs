// SPDX-License-Identifier: Apache-2.0
// bundle_size.mjs -- what a browser loads, compressed. More than the budget fails the build.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 120 * 1024;
const DIST = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist');

const files = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|css)$/.test(entry.name))
    .map((entry) => path.join(entry.path ?? entry.parentPath, entry.name));
const total = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
console.log(`scripts and styles: ${(total / 1024).toFixed(1)} KiB compressed, budget ${BUDGET_BYTES / 1024} KiB`);
if (total > BUDGET_BYTES) process.exit(1);
