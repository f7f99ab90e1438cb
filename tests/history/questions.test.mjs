// SPDX-License-Identifier: Apache-2.0
// What was sent late, corrected, or sent twice, asked for in every way there is: readings, a time, a plot, a grid, SQL
// from the running node and from its directory; and `check` over what it left.

import assert from 'node:assert/strict';
import test from 'node:test';
import mqtt from 'mqtt';
import { addThing, missingProgram, run, runJson, startNode, waitFor } from '../lib/node_process.mjs';

const skip = missingProgram();
const DAY = 86_400_000;

test('late, corrected and doubled readings are answered alike in every way', { skip }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'pump');
    const data = ['--data', node.data];
    const begin = Math.floor(Date.now() / DAY) * DAY - 10 * DAY;
    const client = await mqtt.connectAsync(node.mqtt.url, { username: thing.id, password: thing.token, clientId: 'pump' });
    const send = (flow, time) =>
        client.publishAsync(`things/${thing.id}/properties`, JSON.stringify({ flow, time }), { qos: 1 });
    for (let i = 0; i < 100; i++) await send(i, begin + i * 60_000);
    await send(1000, begin + 50 * 60_000); // a correction
    await send(7, begin + 30_000); // late, between two
    await send(5, begin - 3 * DAY); // days late
    await send(99, begin + 99 * 60_000); // the newest once more
    await client.endAsync();

    const count = async () => (await runJson(['readings', thing.id, 'flow', '--count', ...data])).count;
    await waitFor('all readings', async () => (await count()) === 102);
    const sql = (question, ...more) => runJson(['sql', question, ...data, ...more]);
    const where = `where thing = '${thing.id}' and property = 'flow'`;
    const sums = `select count(*), sum(value), max(value) from readings ${where}`;
    const expected = [[102, 4950 - 50 + 1000 + 7 + 5, 1000]];
    assert.deepEqual((await sql(sums)).rows, expected);
    assert.deepEqual((await sql(`select value from readings ${where} and time < ${begin + 61_000} order by time desc`)).rows,
        [[1], [7], [0], [5]]);
    assert.deepEqual((await sql(`select sum(count), max(max) from buckets('${thing.id}', 'flow', '1d')`)).rows, [[102, 1000]]);

    const at = await runJson(['readings', thing.id, 'flow', '--at', String(begin + 50 * 60_000 + 1), ...data], { lines: true });
    assert.deepEqual(at.map((row) => row.value), [1000]);
    const plot = await runJson(['readings', thing.id, 'flow', '--points', '10', ...data], { lines: true });
    assert.equal(plot.length, 10);
    assert.equal(plot[0].value, 5);
    assert.equal(plot.at(-1).value, 99);
    assert.ok(plot.some((row) => row.value === 1000), 'what stands out is drawn');
    const grid = await runJson(['align', `${thing.id}/flow`, '--from', String(begin - DAY), '--to', String(begin + 7_200_000),
        '--step', '1h', '--fill', 'previous', ...data]);
    assert.equal(grid.rows[0][1], 5, 'what held when the range began');
    assert.equal(grid.rows.length, 26);

    const refused = await run(['sql', 'delete from readings', ...data]);
    assert.notEqual(refused.code, 0);
    assert.deepEqual(await runJson(['check', ...data], { lines: true }).then((lines) => lines.at(-1).problems), 0);
    await node.stop();
    assert.deepEqual((await sql(sums, '--offline')).rows, expected);
    assert.deepEqual(await runJson(['check', ...data], { lines: true }).then((lines) => lines.at(-1).problems), 0);
});
