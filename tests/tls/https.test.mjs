// SPDX-License-Identifier: Apache-2.0
// The portal behind TLS: curl, cookies, a live stream; WebSockets in clear text and their refusals; doors that are off.

import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import test from 'node:test';
import tls from 'node:tls';
import mqtt from 'mqtt';
import { addThing, ADMIN, Child, missingProgram, run, startChild, GANGLION, tempDir } from '../lib/node_process.mjs';
import { startSecureNode } from '../lib/secure_node.mjs';

const skip = missingProgram();

async function curl(...args) {
    const child = new Child('curl', ['-sS', '-i', ...args]);
    const { code } = await child.ended;
    return { code, text: child.lines.stdout.join('\n'), stderr: child.lines.stderr.join('\n') };
}

/** The status that a request for a WebSocket is answered with. */
function upgrade(node, path, headers = {}) {
    return new Promise((resolve, reject) => {
        const request = http.request({ host: node.mqtt.host, port: node.mqtt.port, path, headers: {
            Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
            'Sec-WebSocket-Protocol': 'mqtt', ...headers,
        } });
        request.on('upgrade', (answer, socket) => { socket.destroy(); resolve(answer.statusCode); });
        request.on('response', (answer) => { answer.resume(); resolve(answer.statusCode); });
        request.on('error', reject);
        request.end();
    });
}

test('people sign in over HTTPS, and their cookie never goes in clear text', { skip }, async (t) => {
    const node = await startSecureNode(t, { args: ['--name', 'node.example'] });
    await node.setUp();
    const body = JSON.stringify(ADMIN);
    const signIn = await curl('--cacert', node.caFile, '-H', 'Content-Type: application/json', '-d', body, `${node.https.url}/api/v1/session`);
    assert.match(signIn.text, /^HTTP\/1\.1 204/, signIn.stderr);
    const [, cookie] = /set-cookie: (__Host-ganglion_\d+=\w+); Path=\/; HttpOnly; SameSite=Strict; Secure/.exec(signIn.text);
    const ask = (url, ...args) => curl('--cacert', node.caFile, '-H', `Cookie: ${cookie}`, ...args, url);
    assert.match((await ask(`${node.https.url}/api/v1/session`)).text, /"role":"admin"/);
    assert.match((await ask(`${node.portal.url}/api/v1/session`)).text, /^HTTP\/1\.1 401/);
    assert.doesNotMatch(signIn.text, /strict-transport-security/);

    // A name that the certificate is for, and one that it is not for.
    const named = await ask(`https://node.example:${node.https.port}/api/v1/status`, '--resolve', `node.example:${node.https.port}:127.0.0.1`);
    assert.match(named.text, /^HTTP\/1\.1 200/, named.stderr);
    assert.notEqual((await ask(`https://other.example:${node.https.port}/`, '--resolve', `other.example:${node.https.port}:127.0.0.1`)).code, 0);
    assert.notEqual((await curl(`${node.https.url}/`)).code, 0, 'without our CA');

    const page = await curl('--cacert', node.caFile, '--compressed', `${node.https.url}/`);
    assert.match(page.text, /^HTTP\/1\.1 200/);
    assert.match(page.text, /<html/i);

    // A live stream says something by itself.
    await new Promise((resolve, reject) => {
        const request = https.get(`${node.https.url}/api/v1/live`, { ca: node.ca, headers: { Cookie: cookie } }, (answer) => {
            assert.equal(answer.statusCode, 200);
            answer.on('data', (bytes) => { if (String(bytes).includes('event: status')) { request.destroy(); resolve(); } });
        });
        request.on('error', (error) => error.code === 'ECONNRESET' ? undefined : reject(error));
    });
    assert.match(node.caWords, /^SHA-256 fingerprint: [0-9a-f]{64}$/m);
    const shown = tls.connect({ host: '127.0.0.1', servername: 'localhost', port: node.https.port, ca: node.ca });
    await new Promise((resolve) => shown.once('secureConnect', resolve));
    assert.match(shown.getPeerCertificate().subjectaltname, /DNS:localhost.*DNS:node\.example/);
    shown.destroy();
    assert.equal((await node.stop()).code, 0);
});

test('only doors with TLS: HSTS for the name, not for an address, and setup is offered there', { skip }, async (t) => {
    const data = await tempDir(t);
    const child = startChild(t, GANGLION, ['run', '--data', data, '--mqtt', 'off', '--portal', 'off', '--https', '127.0.0.1:0', '--name', 'node.example'], { name: 'ganglion run' });
    const [, port] = await child.waitLine(/^ready mqtt=off portal=off https=127\.0\.0\.1:(\d+)$/);
    await child.waitLine(new RegExp(`open https://127\\.0\\.0\\.1:${port}/setup`), { stream: 'stderr' });
    const caFile = `${data}/guard/ca.pem`; // the key in it does not matter to curl
    const named = await curl('--cacert', caFile, `https://node.example:${port}/`, '--resolve', `node.example:${port}:127.0.0.1`);
    assert.match(named.text, /strict-transport-security: max-age=31536000/, named.stderr);
    assert.doesNotMatch((await curl('--cacert', caFile, `https://127.0.0.1:${port}/`)).text, /strict-transport/);
    assert.equal((await child.stop()).code, 0);
    const shut = await run(['run', '--data', data, '--mqtt', 'off', '--portal', 'off']);
    assert.equal(shut.code, 2);
    assert.match(shut.stderr, /every door is off/);
});

for (const version of [4, 5]) {
    test(`npm mqtt over ws and wss, protocol ${version}`, { skip }, async (t) => {
        const node = await startSecureNode(t);
        const pump = await addThing(node, 'pump');
        for (const url of [`ws://${node.mqtt.text}/mqtt`, `wss://localhost:${node.mqtts.port}/mqtt`]) {
            const client = await mqtt.connectAsync(url, { ca: node.ca, username: pump.id, password: pump.token, protocolVersion: version, reconnectPeriod: 0 });
            await client.subscribeAsync(`things/${pump.id}/properties/#`);
            for (let i = 0; i < 50; i++) {
                const heard = new Promise((resolve) => client.once('message', (topic, body) => resolve(String(body))));
                await client.publishAsync(`things/${pump.id}/properties/note`, 'x'.repeat(i * 20 + 1), { qos: 1 });
                assert.equal(await heard, 'x'.repeat(i * 20 + 1));
            }
            await client.endAsync();
        }
        assert.equal(await upgrade(node, '/mqtt'), 101);
        assert.equal(await upgrade(node, '/other'), 404);
        assert.equal(await upgrade(node, '/mqtt', { Origin: 'http://evil.example' }), 403);
        assert.equal(await upgrade(node, '/mqtt', { Origin: node.portal.url }), 101);
        assert.equal(await upgrade(node, '/mqtt', { 'Sec-WebSocket-Protocol': 'chat' }), 400);
        assert.equal((await node.stop()).code, 0);
    });
}
