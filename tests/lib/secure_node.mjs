// SPDX-License-Identifier: Apache-2.0
// tests/lib/secure_node.mjs -- a node with its doors behind TLS, and what checks it with: `caFile`, `mqtts`, `https`.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run, startNode, tempDir } from './node_process.mjs';

const address = (text) => {
    const at = text.lastIndexOf(':');
    return { text, host: text.slice(0, at), port: Number(text.slice(at + 1)) };
};

export async function startSecureNode(t, options = {}) {
    const node = await startNode(t, { ...options, args: ['--mqtts', '127.0.0.1:0', '--https', '127.0.0.1:0', ...(options.args ?? [])] });
    const [, mqtts, https] = await node.child.waitLine(/^ready .* mqtts=(\S+) https=(\S+)/);
    const ca = await run(['ca', '--data', node.data]);
    if (ca.code !== 0) throw new Error(`ganglion ca: ${ca.stderr}`);
    node.caFile = path.join(await tempDir(t), 'ca.pem');
    await writeFile(node.caFile, ca.stdout);
    node.ca = ca.stdout;
    node.caWords = ca.stderr;
    node.mqtts = address(mqtts);
    node.https = { ...address(https), url: `https://${https}` };
    return node;
}
