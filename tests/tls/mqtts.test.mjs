// SPDX-License-Identifier: Apache-2.0
// MQTT over TLS with real clients: who is let in by what, what is refused, what stands on the wire.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, Child, missingProgram, run, runJson, tempDir, waitFor } from '../lib/node_process.mjs';
import { startSecureNode } from '../lib/secure_node.mjs';

const skip = missingProgram();

async function ended(child) {
    const exit = await child.ended;
    return { ...exit, stderr: child.lines.stderr.join('\n'), stdout: child.lines.stdout.join('\n') };
}

function publish(node, thing, value, ...args) {
    return ended(new Child('mosquitto_pub', ['-h', 'localhost', '-p', String(node.mqtts.port), '--cafile', node.caFile, '-q', '1',
        '-t', `things/${thing.id}/properties/oil`, '-m', String(value), ...args]));
}

async function certificate(t, node, thing) {
    const dir = await tempDir(t);
    const { code, stderr } = await run(['things', 'certificate', thing.id, '--out', dir, '--data', node.data]);
    assert.equal(code, 0, stderr);
    return { dir, args: ['--cert', path.join(dir, 'device.pem'), '--key', path.join(dir, 'device.key')] };
}

const values = async (node, thing) => (await runJson(['readings', thing.id, 'oil', '--data', node.data], { lines: true })).map((row) => row.value);

/** A port that passes bytes on and keeps what passed. */
async function recorder(t, to) {
    const seen = [];
    const server = net.createServer((near) => {
        const far = net.connect(to.port, to.host);
        for (const [a, b] of [[near, far], [far, near]]) {
            a.on('data', (bytes) => { seen.push(bytes); b.write(bytes); });
            a.on('close', () => b.destroy());
            a.on('error', () => b.destroy());
        }
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    return { port: server.address().port, bytes: () => Buffer.concat(seen) };
}

/** openssl s_client: its exit and its words. */
function sClient(node, ...args) {
    return ended(new Child('sh', ['-c', 'exec openssl s_client "$@" </dev/null', 'sh', '-connect', `127.0.0.1:${node.mqtts.port}`, '-CAfile', node.caFile, ...args]));
}

test('mosquitto_pub: by token, by certificate, and refused without either', { skip }, async (t) => {
    const node = await startSecureNode(t);
    const [pump, press] = await Promise.all([addThing(node, 'pump'), addThing(node, 'press')]);
    const own = await certificate(t, node, pump);

    assert.equal((await publish(node, pump, 1, '-u', pump.id, '-P', pump.token)).code, 0, 'a token');
    assert.equal((await publish(node, pump, 2, ...own.args)).code, 0, 'a certificate, no user name');
    assert.equal((await publish(node, pump, 3, ...own.args, '-u', pump.id)).code, 0, 'a certificate and its own name');
    assert.notEqual((await publish(node, press, 4, ...own.args, '-u', press.id, '-P', press.token)).code, 0, 'somebody else\'s name');
    assert.notEqual((await publish(node, pump, 5)).code, 0, 'neither');
    assert.notEqual((await publish(node, pump, 6, '-u', pump.id, '-P', 'wrong')).code, 0, 'a wrong token');

    // A certificate of another CA, for the same name.
    const made = await ended(new Child('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
        '-subj', `/CN=${pump.id}`, '-keyout', path.join(own.dir, 'evil.key'), '-out', path.join(own.dir, 'evil.pem')]));
    assert.equal(made.code, 0, made.stderr);
    assert.notEqual((await publish(node, pump, 7, '--cert', path.join(own.dir, 'evil.pem'), '--key', path.join(own.dir, 'evil.key'))).code, 0, 'another CA');

    // A client that does not know our CA does not talk to us.
    const other = { ...node, caFile: path.join(own.dir, 'evil.pem') };
    assert.notEqual((await publish(other, pump, 8, '-u', pump.id, '-P', pump.token)).code, 0, 'the wrong node');
    assert.deepEqual(await waitFor('the three', async () => { const all = await values(node, pump); return all.length >= 3 && all; }), [1, 2, 3]);
    assert.equal((await node.stop()).code, 0);
});

test('a request gets a certificate for the key that stayed with the device, with our names only', { skip }, async (t) => {
    const node = await startSecureNode(t);
    const pump = await addThing(node, 'pump');
    const dir = await tempDir(t);
    const file = (name) => path.join(dir, name);
    await ended(new Child('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=root',
        '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'subjectAltName=DNS:localhost', '-keyout', file('device.key'), '-out', file('device.csr')]));
    const { code, stdout } = await run(['things', 'certificate', pump.id, '--csr', file('device.csr'), '--data', node.data]);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /PRIVATE/);
    await writeFile(file('device.pem'), stdout);
    const said = (await ended(new Child('openssl', ['x509', '-in', file('device.pem'), '-noout', '-text']))).stdout;
    assert.match(said, /Subject: CN = pump/);
    assert.match(said, /CA:FALSE/);
    assert.match(said, /URI:urn:ganglion:thing:pump/);
    assert.match(said, /TLS Web Client Authentication/);
    assert.doesNotMatch(said, /DNS:localhost|TLS Web Server/);
    assert.equal((await publish(node, pump, 1, '--cert', file('device.pem'), '--key', file('device.key'))).code, 0);

    // The Thing renews its own over HTTPS, with the one it has, and with its token; nobody else's.
    const csr = JSON.stringify({ csr: await readFile(file('device.csr'), 'utf8') });
    const renew = (id, ...args) => ended(new Child('curl', ['-s', '-w', '%{http_code}', '-o', file('answer.json'), '--cacert', node.caFile, '-H', 'Content-Type: application/json',
        '--data-binary', csr, ...args, `${node.https.url}/api/v1/things/${id}/certificate`]));
    const own = ['--cert', file('device.pem'), '--key', file('device.key')];
    await node.setUp();
    const press = await addThing(node, 'press');
    assert.equal((await renew('pump', ...own)).stdout, '201');
    const renewed = JSON.parse(await readFile(file('answer.json'), 'utf8'));
    assert.equal(renewed.key, null);
    await writeFile(file('next.pem'), renewed.certificate);
    assert.equal((await publish(node, pump, 2, '--cert', file('next.pem'), '--key', file('device.key'))).code, 0);
    assert.equal((await renew('pump', '-u', `${pump.id}:${pump.token}`)).stdout, '201');
    assert.equal((await renew('press', ...own)).stdout, '403');
    assert.equal((await renew('press', '-u', `${pump.id}:${pump.token}`)).stdout, '403');
    assert.equal((await renew('pump')).stdout, '401');
    assert.equal((await renew(press.id, '-u', `${press.id}:wrong`)).stdout, '401');
    assert.equal((await node.stop()).code, 0);
});

test('revoking ends the live connection within 5 s and lets nobody back, resumed or not', { skip }, async (t) => {
    const node = await startSecureNode(t);
    const pump = await addThing(node, 'pump');
    const own = await certificate(t, node, pump);
    const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${node.mqtts.port}`, {
        ca: await readFile(node.caFile), cert: await readFile(path.join(own.dir, 'device.pem')), key: await readFile(path.join(own.dir, 'device.key')),
        protocolVersion: 5, reconnectPeriod: 0, clientId: 'live',
    });
    await client.publishAsync(`things/${pump.id}/properties/oil`, '1', { qos: 1 });
    const closed = new Promise((resolve) => client.once('close', resolve));
    const begin = Date.now();
    const { code } = await run(['things', 'certificate', pump.id, '--revoke', '--data', node.data]);
    assert.equal(code, 0);
    await closed;
    assert.ok(Date.now() - begin < 5000, `${Date.now() - begin} ms`);
    assert.notEqual((await publish(node, pump, 2, ...own.args)).code, 0);
    assert.equal((await publish(node, pump, 3, '-u', pump.id, '-P', pump.token)).code, 0, 'its token was not revoked');

    // `things revoke` withdraws all of a Thing's credentials.
    const again = await certificate(t, node, pump);
    assert.equal((await publish(node, pump, 4, ...again.args)).code, 0);
    assert.equal((await run(['things', 'revoke', pump.id, '--data', node.data])).code, 0);
    assert.notEqual((await publish(node, pump, 5, ...again.args)).code, 0);
    assert.deepEqual(await waitFor('the readings', async () => { const all = await values(node, pump); return all.length >= 3 && all; }), [1, 3, 4]);
    assert.equal((await node.stop()).code, 0);
});

test('old versions and weak suites are refused, sessions are resumed', { skip }, async (t) => {
    const node = await startSecureNode(t);
    const dir = await tempDir(t);
    for (const args of [['-tls1_3'], ['-tls1_2'], ['-tls1_2', '-cipher', 'ECDHE-ECDSA-CHACHA20-POLY1305']]) {
        const { stdout, stderr } = await sClient(node, ...args);
        assert.match(stdout, /Verify return code: 0 \(ok\)/, `${args}: ${stderr}`);
        assert.match(stdout, args[0] === '-tls1_3' ? /Compression: NONE|TLSv1.3/ : /TLSv1\.2/);
    }
    for (const args of [['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'],
        ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-GCM-SHA256', 'DES-CBC3-SHA', 'NULL', 'ADH'].map((cipher) => ['-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`])]) {
        const { code, stdout } = await sClient(node, ...args);
        assert.notEqual(code, 0, `${args}`);
        assert.doesNotMatch(stdout, /Verify return code: 0[^]*Session-ID: \w/);
    }
    // TLS 1.2 shows resumption within one run; 1.3 hands its ticket over behind the handshake.
    const again = await sClient(node, '-tls1_2', '-reconnect');
    assert.equal((again.stdout.match(/^Reused, /gm) ?? []).length, 5, again.stdout.slice(0, 400));
    const ticket = path.join(dir, 'session');
    await ended(new Child('sh', ['-c', 'sleep 1 | openssl s_client "$@"', 'sh', '-connect', `127.0.0.1:${node.mqtts.port}`, '-CAfile', node.caFile, '-tls1_3', '-sess_out', ticket]));
    assert.match((await sClient(node, '-tls1_3', '-sess_in', ticket)).stdout, /^Reused, TLSv1\.3/m);
    assert.equal((await node.stop()).code, 0);
});

test('no canary is seen on the wire, and a handshake that does not go on is ended', { skip }, async (t) => {
    const node = await startSecureNode(t);
    const pump = await addThing(node, 'pump');
    const tap = await recorder(t, node.mqtts);
    const canary = 'canary-7f3a-9b1c';
    const ca = await readFile(node.caFile);
    for (const url of [`mqtts://127.0.0.1:${tap.port}`, `wss://127.0.0.1:${tap.port}/mqtt`]) {
        const client = await mqtt.connectAsync(url, { ca, rejectUnauthorized: true, username: pump.id, password: pump.token, clientId: `id-${canary}`, reconnectPeriod: 0 });
        await client.subscribeAsync(`things/${pump.id}/events/#`);
        const heard = new Promise((resolve) => client.once('message', (topic, body) => resolve(String(body))));
        await client.publishAsync(`things/${pump.id}/properties/note`, canary, { qos: 1 });
        await client.publishAsync(`things/${pump.id}/events/${canary}`, `{"say":"${canary}"}`, { qos: 1 });
        assert.match(await heard, new RegExp(canary)); // it came back, so it passed the tap twice
        await client.endAsync();
    }
    const passed = tap.bytes();
    assert.ok(passed.length > 3000, `${passed.length} bytes passed`);
    for (const word of [canary, pump.token, 'things/', 'MQTT'])
        assert.equal(passed.includes(word), false, `${word} was seen on the wire`);

    const slow = net.connect(node.mqtts.port, node.mqtts.host);
    const begin = Date.now();
    slow.write(Buffer.from([0x16, 0x03, 0x01])); // and no more
    await new Promise((resolve) => slow.once('close', resolve).on('error', () => {}).resume());
    const waited = Date.now() - begin;
    assert.ok(waited > 3500 && waited < 9000, `${waited} ms`);
    assert.equal((await node.stop()).code, 0);
});

test('a broken CA, and one that others can read, does not start', { skip }, async (t) => {
    const node = await startSecureNode(t);
    assert.equal((await node.stop()).code, 0);
    const file = path.join(node.data, 'guard/ca.pem');
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, 100));
    const broken = await run(['run', '--data', node.data, '--mqtt', '127.0.0.1:0', '--portal', '127.0.0.1:0']);
    assert.equal(broken.code, 2);
    assert.match(broken.stderr, /ca\.pem: is no private key with its certificate/);
    await writeFile(file, whole);
    await ended(new Child('chmod', ['644', file]));
    const open = await run(['run', '--data', node.data, '--mqtt', '127.0.0.1:0', '--portal', '127.0.0.1:0']);
    assert.equal(open.code, 2);
    assert.match(open.stderr, /chmod 600/);
});
