// SPDX-License-Identifier: Apache-2.0
// Clear text stays on loopback unless somebody said otherwise, and a stranger learns neither version nor names.

import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { addThing, missingProgram, run, runJson, startNode, tempDir } from '../lib/node_process.mjs';
import { connectPacket, packet } from '../lib/raw_mqtt.mjs';

const skip = missingProgram();
const anywhere = ['0.0.0.0:0', '[::]:0', '[::ffff:0.0.0.0]:0'];

test('a listener in clear text on a network address is refused, with what to do', { skip }, async (t) => {
    const data = await tempDir(t);
    for (const [option, secure] of [['--mqtt', '--mqtts'], ['--portal', '--https']]) {
        for (const address of anywhere) {
            const other = option === '--mqtt' ? '--portal' : '--mqtt';
            const { code, stdout, stderr } = await run(['run', '--data', data, option, address, other, '127.0.0.1:0']);
            assert.equal(code, 2);
            assert.equal(stdout, '', 'it said it was ready');
            assert.ok(stderr.includes(`${option} ${address} would send secrets and readings over the network in clear text`), stderr);
            assert.ok(stderr.includes(`use ${secure} HOST:PORT (TLS)`) && stderr.includes('--allow-plaintext'), stderr);
        }
    }
});

test('with --allow-plaintext each start says so, without colour where there is no terminal', { skip }, async (t) => {
    const node = await startNode(t, { mqtt: '0.0.0.0:0', portal: '127.0.0.1:0', args: ['--allow-plaintext'] });
    const said = node.child.lines.stderr.filter((line) => line.includes('PLAINTEXT'));
    assert.equal(said.length, 1, node.child.tail());
    assert.match(said[0], /^PLAINTEXT: --mqtt 0\.0\.0\.0:0 is open to the network without TLS/);
    assert.equal((await node.stop()).code, 0);
    const quiet = await startNode(t, { args: ['--allow-plaintext'] });
    assert.equal(quiet.child.lines.stderr.filter((line) => line.includes('PLAINTEXT')).length, 0, 'loopback is no network');
});

/** Everything that answers, in whatever way, to `bytes` on a fresh connection. */
function answerTo({ host, port }, bytes) {
    return new Promise((resolve) => {
        const parts = [];
        const socket = net.connect({ host, port }, () => socket.end(bytes));
        socket.setTimeout(5000, () => socket.destroy());
        socket.on('data', (part) => parts.push(part));
        socket.on('error', () => {});
        socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
    });
}

test('a stranger is told no version and no names', { skip }, async (t) => {
    const node = await startNode(t);
    await node.setUp({ user: 'canary-person', password: 'correct horse battery' });
    await addThing(node, 'canary-thing');
    const { version } = await runJson(['version']);
    const status = await runJson(['status', '--data', node.data]);
    assert.equal(status.version, version);
    const openapi = await (await fetch(`${node.portal.url}/api/v1/openapi.json`)).text();
    const paths = ['/', '/setup', '/api/v1/status', '/api/v1/limits', '/api/v1/things', '/api/v1/things/canary-thing',
        '/api/v1/things/canary-thing/properties', '/api/v1/findings', '/api/v1/alarms', '/api/v1/decisions', '/api/v1/actions',
        '/api/v1/receipts', '/api/v1/rules', '/api/v1/live', '/api/v1/session', '/api/v1/openapi.json', '/api/v1/no-such-thing',
        '/metrics', '/version', '/things/canary-thing', '/.well-known/wot', '/.git/config', '/%2e%2e/guard/credentials', '/index.html'];
    const answers = [openapi];
    for (const path of paths) {
        for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'BREW']) {
            answers.push(await answerTo(node.portal, `${method} ${path} HTTP/1.1\r\nHost: ${node.portal.text}\r\nConnection: close\r\n\r\n`));
        }
    }
    answers.push(await answerTo(node.portal, 'nonsense\r\n\r\n'));
    answers.push(await answerTo(node.portal, 'GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n'));
    for (const user of ['canary-thing', 'nobody', '']) {
        answers.push(await answerTo(node.mqtt, connectPacket({ clientId: 'canary-client', user, password: 'wrong' })));
    }
    answers.push(await answerTo(node.mqtt, packet(0xc0)), await answerTo(node.mqtt, 'GET / HTTP/1.1\r\n\r\n'));
    assert.ok(answers.some((text) => text.startsWith('HTTP/1.1 401')), 'nothing was refused: the crawl is no test');
    assert.ok(answers.some((text) => text.startsWith('HTTP/1.1 200')), 'nothing was served: the crawl is no test');
    assert.ok(answers.some((text) => text.charCodeAt(0) === 0x20), 'no CONNACK came: the crawl is no test');
    for (const text of answers) {
        const told = [version, 'canary'].filter((word) => text.includes(word));
        assert.deepEqual(told, [], text.slice(0, 400));
    }
});
