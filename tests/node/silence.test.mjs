// SPDX-License-Identifier: Apache-2.0
// A source that goes silent, restarts and moves to another address: nobody touches anything, the node says that it is
// gone, and takes it back when it speaks again.

import assert from 'node:assert/strict';
import test from 'node:test';
import { mqttFrom } from '../lib/mqtt_from.mjs';
import { addThing, missingProgram, runJson, startNode, waitFor } from '../lib/node_process.mjs';

const PERIOD_MS = 400; // silent from 5 s on, the least

/** A device of three properties that connects by itself, and again when it is thrown out. */
function device(node, thing, { localAddress = '127.0.0.1' } = {}) {
    const client = mqttFrom(localAddress, node.mqtt, {
        username: thing.id, password: thing.token, clientId: `${thing.id}-1`, reconnectPeriod: 300,
    });
    const timer = setInterval(() => {
        if (!client.connected) return;
        client.publish(`things/${thing.id}/properties`, JSON.stringify({ flow: Math.random(), level: 3, lid: true }));
    }, PERIOD_MS);
    return {
        connected: () => client.connected,
        mute: () => clearInterval(timer), // connected, but says nothing
        stop: () => { clearInterval(timer); client.stream.destroy(); return client.endAsync(true); },
    };
}

const sensorAlarms = async (node, state) =>
    (await runJson(['alarms', '--data', node.data], { lines: true }))
        .filter((alarm) => alarm.sensor && (!state || alarm.state === state));

test('a source that goes silent is told once, and taken back by itself', { skip: missingProgram() }, async (t) => {
    const node = await startNode(t);
    const thing = await addThing(node, 'pump');
    let source = device(node, thing);
    const readings = async () =>
        (await runJson(['readings', thing.id, 'flow', '--count', '--data', node.data]).catch(() => ({ count: 0 }))).count;
    await waitFor('readings', async () => await readings() >= 14);

    // It ends without a word, and comes back from another address.
    await source.stop();
    const [offline] = await waitFor('the alarm', async () => {
        const open = await sensorAlarms(node, 'open');
        return open.length > 0 && open;
    }, { timeout: 12_000 });
    assert.match(offline.why, /^pump: no data for \d+ s, usually every \d+ ms\. The device is not connected\.$/);
    assert.equal(offline.finding_count, 1, 'one finding for three properties');
    source = device(node, thing, { localAddress: '127.0.0.2' });
    t.after(() => source.stop());
    await waitFor('the end of the alarm', async () => (await sensorAlarms(node, 'open')).length === 0);
    assert.equal((await sensorAlarms(node)).length, 1);

    // The node ends at once and comes back elsewhere in time: the device finds it again, and nothing is an alarm.
    const before = await readings();
    await node.kill();
    const again = await startNode(t, { data: node.data, mqtt: node.mqtt.text });
    await waitFor('more readings', async () => await readings() > before + 5);
    assert.deepEqual(await sensorAlarms(again, 'open'), []);
    assert.equal(source.connected(), true);

    // Connected, but mute: told as such.
    source.mute();
    const [mute] = await waitFor('the second alarm', async () => {
        const open = await sensorAlarms(again, 'open');
        return open.length > 0 && open;
    }, { timeout: 12_000 });
    assert.match(mute.why, /None of its 3 properties says anything\.$/);
    assert.equal((await again.stop()).code, 0);
});
