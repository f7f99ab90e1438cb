// SPDX-License-Identifier: Apache-2.0
// Topic names and filters (chapter 4.7) on topics of no meaning to the node, which a policy lets Things use.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onNode, shows } from '../../lib/mqtt_peer.mjs';
import { tempDir } from '../../lib/node_process.mjs';

const { join } = onNode(async (place) => {
    const solution = await tempDir(place);
    await writeFile(path.join(solution, 'access.yaml'), 'access:\n  - thing: "*"\n    publish: ["conf/#"]\n    subscribe: ["#", "+/#", "+/+"]\n');
    return { solution };
});

/** Which of these topics a subscriber to `filter` is sent. */
async function heard(t, version, filter, topics) {
    const ear = await join(t, { version });
    const { reasons } = await ear.subscribe([[filter, 0]]);
    assert.deepEqual(reasons, [0], filter);
    const mouth = await join(t, { version });
    for (const topic of topics) assert.equal(await mouth.put({ topic, payload: topic, qos: 1 }), 0, topic);
    const came = (await ear.drain()).map(({ topic, payload }) => { assert.equal(payload.toString(), topic); return topic; });
    ear.cut();
    mouth.cut();
    return came;
}

const TOPICS = ['conf', 'conf/', 'conf//', 'conf/a', 'conf/a/', 'conf/a/b', 'conf//b', 'conf/A', 'conf/a b', 'conf/\uFEFFa', 'conf/é', 'conf/e\u0301', 'conf/$a'];

shows({ 4: '4.7.1-2 4.7.1-3 4.7.3-4 1.5.3-3 3.3.2-3', 5: '4.7.1-1 4.7.1-2 4.7.3-4 1.5.4-3 3.3.2-3' }, 'a filter finds just the topics it stands for', async (t, version) => {
    const fits = {
        'conf': ['conf'], 'conf/#': TOPICS, '#': TOPICS, '+/#': TOPICS, 'conf/a': ['conf/a'], 'conf/a/#': ['conf/a', 'conf/a/', 'conf/a/b'],
        'conf/+': TOPICS.filter((topic) => topic.split('/').length === 2), 'conf/+/+': ['conf//', 'conf/a/', 'conf/a/b', 'conf//b'],
        'conf/+/b': ['conf/a/b', 'conf//b'], 'conf//+': ['conf//', 'conf//b'], '+/+': TOPICS.filter((topic) => topic.split('/').length === 2),
        '+/a': ['conf/a'], 'conf/\uFEFFa': ['conf/\uFEFFa'], 'conf/é': ['conf/é'], 'conf/e\u0301': ['conf/e\u0301'], 'conf/A': ['conf/A'], 'conf/a b': ['conf/a b'],
        'conf/$a': ['conf/$a'], 'Conf/#': [],
    };
    for (const [filter, wanted] of Object.entries(fits)) assert.deepEqual(await heard(t, version, filter, TOPICS), wanted, filter);
});

shows({ 4: '4.7.2-1 3.3.5-2', 5: '4.7.2-1' }, 'no filter that begins with a wildcard hears of a topic that begins with $', async (t, version) => {
    const ear = await join(t, { version });
    await ear.subscribe([['#', 0], ['+/#', 0], ['+/+', 0]]);
    for (const topic of ['$SYS/x', '$conf/a', '$']) {
        const mouth = await join(t, { version });
        mouth.publish({ topic, payload: 'x', qos: 0 });
        await mouth.drain().catch(() => {}); // refused, and perhaps thrown out
        mouth.cut();
    }
    await ear.silent();
    const mouth = await join(t, { version });
    await mouth.put({ topic: 'conf/$x', payload: 'inside', qos: 1 });
    assert.ok((await ear.drain()).every(({ payload }) => payload.toString() === 'inside'));
});
