// SPDX-License-Identifier: Apache-2.0
// A copied token: two devices that use it are an alarm of their Thing, in plain words with what to do, and renewing the
// token ends it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { mqttFrom } from '../lib/mqtt_from.mjs';
import { addThing, missingProgram, run, runJson, startNode, tempDir, waitFor } from '../lib/node_process.mjs';

const HOME = '127.0.0.1';
const AWAY = '127.0.0.2';

async function connect(node, thing, localAddress, clientId) {
    const client = mqttFrom(localAddress, node.mqtt, {
        username: thing.id, password: thing.token, clientId, reconnectPeriod: 0, keepalive: 1 });
    await once(client, 'connect');
    return client;
}

async function alarms(node, state) {
    const all = await runJson(['alarms', '--data', node.data], { lines: true });
    return all.filter((one) => one.kind === 'identity' && one.state === state);
}

const opened = (node) => waitFor('the alarm', async () => (await alarms(node, 'open'))[0], { timeout: 15_000 });

test('two addresses that take turns with a token are an alarm until it is renewed', { skip: missingProgram() }, async (t) => {
    const node = await startNode(t);
    const press = await addThing(node, 'press');
    for (let i = 0; i < 5; i++) {
        const client = await connect(node, press, i % 2 ? AWAY : HOME, 'press');
        if (i > 1) assert.deepEqual(await alarms(node, 'open'), [], 'two visits are no copy');
        await client.endAsync(true);
    }
    const alarm = await opened(node);
    assert.match(alarm.why, /^press: two devices use its token, from 127\.0\.0\.\d and 127\.0\.0\.\d in turns\. /);
    assert.match(alarm.why, /Renew the token \(ganglion things token press\)/);
    assert.deepEqual([...alarm.places].sort(), [HOME, AWAY]);
    const findings = await runJson(['findings', '--thing', 'press', '--data', node.data], { lines: true });
    assert.deepEqual(findings.map((one) => [one.id, one.kind, one.fault, one.alarm]),
        [[alarm.findings[0], 'identity', 'two_places', alarm.id]]);
    assert.match((await run(['why', alarm.id, '--data', node.data])).stdout, /two devices use its token/);

    // It is in the journal: a kill -9 forgets nothing, and the replay says the same.
    await node.kill();
    const again = await startNode(t, { data: node.data });
    assert.equal((await opened(again)).id, alarm.id);
    const renewed = await runJson(['things', 'token', 'press', '--data', again.data]);
    const [cleared] = await waitFor('the end', async () => {
        const found = await alarms(again, 'cleared');
        return found.length > 0 && found;
    });
    assert.match(cleared.why, /used its token.*The token was renewed\.$/);
    await (await connect(again, { ...press, token: renewed.token }, AWAY, 'press')).endAsync(true);
    assert.equal((await again.stop()).code, 0);
    const replayed = await run(['replay', `${again.data}/journal`, '--quiet']);
    assert.equal(replayed.code, 0, replayed.stderr + replayed.stdout);
});

test('two copies that stay connected at once are an alarm, unless the Thing may', { skip: missingProgram() }, async (t) => {
    const dir = await tempDir(t);
    await writeFile(path.join(dir, 'a.yaml'), 'access: [{ thing: house, several_places: true }]\n');
    const node = await startNode(t, { solution: dir });
    const [press, mill, house] = [await addThing(node, 'press'), await addThing(node, 'mill'), await addThing(node, 'house')];
    const clients = [
        await connect(node, mill, HOME, 'a'), await connect(node, mill, HOME, 'b'), // one address: its own business
        await connect(node, house, HOME, 'a'), await connect(node, house, AWAY, 'b'), // allowed
        await connect(node, press, HOME, 'a'), await connect(node, press, AWAY, 'b'), // a copy: it pings each second
    ];
    const alarm = await opened(node);
    assert.match(alarm.why, /^press: two devices use its token, from 127\.0\.0\.\d and 127\.0\.0\.\d, both connected at once\. /);
    assert.equal((await alarms(node, 'open')).length, 1);
    assert.equal((await run(['things', 'revoke', 'press', '--data', node.data])).code, 0);
    const [cleared] = await waitFor('the end', async () => {
        const found = await alarms(node, 'cleared');
        return found.length > 0 && found;
    });
    assert.match(cleared.why, /The token was revoked\.$/);
    for (const client of clients) await client.endAsync(true);
    assert.equal((await node.stop()).code, 0);
});
