// SPDX-License-Identifier: Apache-2.0
// Replay: a journal with reconnects, late and out-of-order readings, a crash and a restart in the middle gives the same
// findings and decisions, with the same hash, as the live run said and recorded.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, missingProgram, run, runJson, startNode, tempDir, waitFor } from '../lib/node_process.mjs';

const skip = missingProgram();
const SOLUTION = `
things:
  - thing: press
    properties:
      - name: load
        unit: "%"
        range: [-50, 500]
    actions:
      - name: stop
        at_most: 6 per 1m
rules:
  - name: stop-the-press
    when: { thing: press, finding: anomaly, properties: [load] }
    do: { thing: press, action: stop }
    autonomy: ask
  - name: tell
    when: { thing: press, property: load, above: 80 % }
    do: { thing: press, action: stop }
    autonomy: advise
`;

let seed = 42;
function noise() { // roughly normal, the same on every run
    let sum = 0;
    for (let i = 0; i < 6; i++) {
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
        sum += seed / 0x7fffffff;
    }
    return (sum - 3) * 1.4;
}

/** Publishes `seconds` of readings at 5 Hz, with times of their own, as fast as it is taken. */
async function publish(client, id, from, seconds, level) {
    const pending = [];
    for (let i = 0; i < seconds * 5; i++) {
        const time = from + i * 200 - (i % 50 === 49 ? 5000 : 0); // now and then a late one
        const body = JSON.stringify({ load: level + noise(), time });
        pending.push(client.publishAsync(`things/${id}/properties`, body, { qos: 1 }));
        if (pending.length >= 50) await Promise.all(pending.splice(0));
    }
    await Promise.all(pending);
}

test('a replay says what the live run said, bit for bit', { skip, timeout: 240_000 }, async (t) => {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'press.yaml'), SOLUTION);
    const data = await tempDir(t);
    let node = await startNode(t, { data, solution });
    const thing = await addThing(node, 'press');
    const connect = () => mqtt.connectAsync(node.mqtt.url, {
        username: thing.id, password: thing.token, clientId: 'press', reconnectPeriod: 0,
    });
    const begin = Date.now() - 3_600_000;
    let client = await connect();
    await publish(client, thing.id, begin, 300, 20);
    await client.endAsync();
    client = await connect(); // a reconnect
    await publish(client, thing.id, begin + 300_000, 30, 95);
    await waitFor('a question', async () =>
        (await runJson(['decisions', '--data', data], { lines: true })).find((d) => d.state === 'pending'));
    await client.endAsync(true);
    await node.kill(); // a crash
    node = await startNode(t, { data, solution });
    client = await connect();
    await publish(client, thing.id, begin + 330_000, 120, 20);
    const [decision] = (await runJson(['decisions', '--data', data], { lines: true })).filter((d) => d.state === 'pending');
    assert.equal((await run(['reject', decision.id, '--reason', 'a test', '--data', data])).code, 0);
    await waitFor('the answer', async () =>
        (await runJson(['decisions', '--data', data], { lines: true })).find((d) => d.id === decision.id && d.state === 'rejected'));
    await client.endAsync();
    // a mark comes every ten seconds of the journal's clock: wait for one behind all that was said
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const live = await runJson(['findings', '--data', data], { lines: true });
    const liveDecisions = await runJson(['decisions', '--data', data], { lines: true });
    assert.equal((await node.stop()).code, 0);
    assert.ok(live.length > 0 && liveDecisions.length > 0);

    const same = await run(['replay', data, '--rules', solution, '--json'], { timeout: 120_000 });
    assert.equal(same.code, 0, same.stderr || same.stdout);
    const lines = same.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    const summary = lines.at(-1).data;
    assert.ok(summary.marks > 0, 'no mark was compared');
    assert.equal(summary.identical, true);
    const said = new Map();
    for (const line of lines) if (line.data?.id) said.set(line.data.id, line.data);
    for (const finding of live) assert.deepEqual(said.get(finding.id), finding);
    for (const row of liveDecisions) assert.deepEqual(said.get(row.id), row);

    const again = await run(['replay', data, '--json'], { timeout: 120_000 }); // with the rules the journal carries
    assert.equal(again.code, 0);
    assert.equal(JSON.parse(again.stdout.split('\n').filter(Boolean).at(-1)).data.hash, summary.hash);

    const others = await tempDir(t); // other rules: other decisions, and it says so
    await writeFile(path.join(others, 'press.yaml'), SOLUTION.replace('above: 80 %', 'above: 10 %'));
    const different = await run(['replay', data, '--rules', others, '--json'], { timeout: 120_000 });
    assert.equal(different.code, 1);
    assert.equal(JSON.parse(different.stdout.split('\n').filter(Boolean).at(-1)).data.identical, false);
});
