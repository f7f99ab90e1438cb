// SPDX-License-Identifier: Apache-2.0
// Debian's promtool checks what /metrics says, and asks the node as it asks a Prometheus; and the requests of a Grafana panel.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { ADMIN, addThing, missingProgram, startNode } from '../lib/node_process.mjs';

const skip = missingProgram();

function promtool(args, input = '') {
    return new Promise((resolve, reject) => {
        const child = spawn('promtool', args);
        let stdout = '', stderr = '';
        child.stdout.on('data', (x) => (stdout += x));
        child.stderr.on('data', (x) => (stderr += x));
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, stdout, stderr }));
        child.stdin.end(input);
    });
}

/** A node with two hosts' worth of readings, and a URL for programs. */
async function filled(t) {
    const node = await startNode(t, { args: ['--push', '127.0.0.1:0'] });
    const [, address] = await node.child.waitLine(/push=(\S+)/);
    const thing = await addThing(node, 'press');
    const now = Math.floor(Date.now() / 60000) * 60000;
    const lines = [];
    for (let i = 0; i < 600; i++)
        for (const core of [0, 1]) lines.push(`cpu,core=${core} idle=${50 + core * 10 + (i % 10)},total=${i * 2} ${now - 600000 + i * 1000}`);
    const written = await fetch(`http://${address}/write?precision=ms`, { method: 'POST', body: lines.join('\n'),
        headers: { Authorization: `Token ${thing.id}:${thing.token}` } });
    assert.equal(written.status, 204);
    await node.setUp();
    const signedIn = await fetch(`${node.portal.url}/api/v1/session`, { method: 'POST', body: JSON.stringify(ADMIN),
        headers: { 'Content-Type': 'application/json' } });
    const cookie = /=([0-9a-f]{64})/.exec(signedIn.headers.get('set-cookie'))[1];
    const basic = { Authorization: `Basic ${Buffer.from(`@session:${cookie}`).toString('base64')}` };
    return { node, now, basic, url: `http://%40session:${cookie}@${node.portal.text}` };
}

test('what /metrics says passes promtool, and is said to nobody without a credential', { skip }, async (t) => {
    const { node, basic } = await filled(t);
    assert.equal((await fetch(`${node.portal.url}/metrics`)).status, 401);
    const answer = await fetch(`${node.portal.url}/metrics`, { headers: basic });
    assert.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    assert.match(text, /^cpu_idle\{core="0",property="cpu.idle\{core=0\}",thing="press"\} 59 \d+$/m);
    const checked = await promtool(['check', 'metrics'], text);
    assert.equal(checked.code, 0, checked.stderr);
});

test('promtool asks for instants, ranges, series and labels', { skip }, async (t) => {
    const { url, now } = await filled(t);
    const at = now / 1000;
    const instant = await promtool(['query', 'instant', `--time=${at}`, url, 'sum by (thing) (cpu_idle)']);
    assert.equal(instant.stdout.trim(), `{thing="press"} => 128 @[${at}]`, instant.stderr);
    const range = await promtool(['query', 'range', `--start=${at - 120}`, `--end=${at}`, '--step=60s', url,
        'avg_over_time(cpu_idle{core="1"}[1m])']);
    assert.deepEqual(range.stdout.trim().split('\n').slice(1), [at - 120, at - 60, at].map((x) => `64.5 @[${x}]`), range.stderr);
    const rate = await promtool(['query', 'instant', `--time=${at}`, url, 'max(rate(cpu_total[5m])) * 60']);
    assert.equal(rate.stdout.trim(), `{} => 120 @[${at}]`, rate.stderr);
    const series = await promtool(['query', 'series', '--match=cpu_idle{core=~"1|2"}', url]);
    assert.match(series.stdout, /core="1"/, series.stderr);
    assert.equal(series.stdout.trim().split('\n').length, 1);
    const labels = await promtool(['query', 'labels', url, 'core']);
    assert.deepEqual(labels.stdout.trim().split('\n'), ['0', '1']);
    const refused = await promtool(['query', 'instant', url, 'histogram_quantile(0.9, cpu_idle)']);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr + refused.stdout, /bad_data: at column 1: this function is not known here/);
});

// As Grafana's Prometheus data source asks with the method GET: a panel, the label browser, a variable.
test('the requests of a Grafana panel are answered', { skip }, async (t) => {
    const { node, now, basic } = await filled(t);
    const get = async (path) => {
        const answer = await fetch(node.portal.url + path, { headers: basic });
        return { status: answer.status, body: await answer.json() };
    };
    const end = now / 1000;
    const panel = await get(`/api/v1/query_range?query=${encodeURIComponent('avg(cpu_idle{core=~".+"}) by (core)')}` +
        `&start=${end - 300}&end=${end}&step=15`);
    assert.equal(panel.status, 200);
    assert.deepEqual(panel.body.data.result.map((row) => row.metric), [{ core: '0' }, { core: '1' }]);
    assert.equal(panel.body.data.result[0].values.length, 21);
    const variable = await get(`/api/v1/label/thing/values?match%5B%5D=cpu_idle&start=${end - 300}&end=${end}`);
    assert.deepEqual(variable.body, { status: 'success', data: ['press'] });
    const health = await get(`/api/v1/query?query=1%2B1&time=${end}`);
    assert.deepEqual(health.body.data.result, [end, '2']);
});
