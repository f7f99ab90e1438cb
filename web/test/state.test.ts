// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { stepsOf } from '../src/components/steps.js';
import { Backoff } from '../src/lib/backoff.js';
import { Cell } from '../src/lib/cell.js';
import { publishLine } from '../src/lib/mqtt_line.js';
import { fit, place } from '../src/lib/router.js';
import { Table } from '../src/lib/store.js';
import type { Action, ActionState, Decision, DecisionState, NodeStatus } from '../src/lib/types.js';

const decision = (state: DecisionState): Decision =>
    ({ state, answered: 5, reason: '', refusal: null }) as unknown as Decision;
const action = (state: ActionState, more: Partial<Action> = {}): Action =>
    ({ state, queued: 1, sent: null, acknowledged: null, ended: null, message: '', ...more }) as Action;
const shape = (d: Decision, a?: Action): string =>
    stepsOf(d, a)
        .map((step) => `${step.text}:${step.state}`)
        .join(' ');

test('the stepper follows an action to its end', () => {
    assert.equal(shape(decision('pending')), 'answer:now queued:next sent:next acknowledged:next done:next');
    assert.equal(shape(decision('approved')), 'approved:past queued:now sent:next acknowledged:next done:next');
    assert.equal(
        shape(decision('approved'), action('queued')),
        'approved:past queued:now sent:next acknowledged:next done:next',
    );
    assert.equal(
        shape(decision('approved'), action('sent', { sent: 2 })),
        'approved:past queued:past sent:now acknowledged:next done:next',
    );
    assert.equal(
        shape(decision('approved'), action('acknowledged', { sent: 2, acknowledged: 3 })),
        'approved:past queued:past sent:past acknowledged:now done:next',
    );
    assert.equal(
        shape(decision('approved'), action('done', { sent: 2, acknowledged: 3, ended: 4 })),
        'approved:past queued:past sent:past acknowledged:past done:past',
    );
});

test('an action that expired before it was sent shows no tick for what never was', () => {
    assert.equal(
        shape(decision('approved'), action('expired', { ended: 9 })),
        'approved:past queued:past sent:next acknowledged:next expired:failed',
    );
    assert.equal(
        shape(decision('approved'), action('done', { sent: 2, ended: 4 })),
        'approved:past queued:past sent:past acknowledged:past done:past',
        'done is quicker than acknowledged',
    );
    assert.equal(
        shape(decision('approved'), action('failed', { sent: 2, acknowledged: 3, ended: 4 })),
        'approved:past queued:past sent:past acknowledged:past failed:failed',
    );
});

test('what sends nothing ends with its answer', () => {
    assert.equal(shape(decision('rejected')), 'rejected:failed');
    assert.equal(shape(decision('expired')), 'nobody answered:failed');
    assert.equal(shape(decision('refused')), 'refused by the envelope:failed');
});

test('a list that was asked for before a change came does not undo the change', () => {
    const table = new Table<{ id: string; state: string }>();
    table.addList([{ id: 'a', state: 'open' }], table.mark());
    const asked = table.mark();
    table.addLive({ id: 'a', state: 'cleared' });
    table.addList(
        [
            { id: 'a', state: 'open' },
            { id: 'b', state: 'open' },
        ],
        asked,
    );
    assert.equal(table.rows.value.get('a')?.state, 'cleared');
    assert.equal(table.rows.value.get('b')?.state, 'open');
    table.addList([{ id: 'a', state: 'open' }], table.mark());
    assert.equal(table.rows.value.get('a')?.state, 'open', 'one asked for later counts');
});

test('a table keeps a bounded number of rows, the newest', () => {
    const table = new Table<{ id: string }>();
    for (let i = 0; i < 2500; i++) table.addLive({ id: String(i) });
    assert.equal(table.rows.value.size, 2000);
    assert.ok(table.rows.value.has('2499') && !table.rows.value.has('499') && table.rows.value.has('500'));
});

test('a cell tells its readers once for each change', () => {
    const cell = new Cell(1);
    const seen: number[] = [];
    const stop = cell.subscribe((value) => seen.push(value));
    cell.set(1);
    cell.set(2);
    stop();
    cell.set(3);
    assert.deepEqual(seen, [2]);
});

test('waiting grows, is bounded, and starts anew after a success', () => {
    const backoff = new Backoff(() => 0.5);
    assert.deepEqual(
        [1, 2, 3, 4, 5, 6, 7].map(() => backoff.next()),
        [500, 1000, 2000, 4000, 8000, 15_000, 15_000],
    );
    backoff.reset();
    assert.equal(backoff.next(), 500);
    assert.equal(new Backoff(() => 0).next(), 375);
});

test('a path fits a pattern segment by segment', () => {
    assert.deepEqual(fit('/things/:id', '/things/a%2Fb'), { id: 'a/b' });
    assert.equal(fit('/things/:id', '/things/'), null);
    assert.deepEqual(fit('/things/:id', '/things/press.7/'), { id: 'press.7' });
    assert.deepEqual(fit('/alarms', '/alarms/'), {});
    assert.equal(fit('/things/:id', '/things/a/b'), null);
    assert.equal(fit('/things/:id', '/things/%E0%A4%A'), null);
    assert.deepEqual(fit('/', '/'), {});
});

test('the address of a page never looks like a file: the node would look for one', () => {
    assert.equal(place('things', 'press.7'), '/things/press.7/');
    assert.equal(place('things', 'a/b'), '/things/a%2Fb');
    assert.equal(place('alarms'), '/alarms');
});

test('the line to try names the port the node listens on', () => {
    const status = { listen: { mqtt: '0.0.0.0:2883', mqtts: null } } as unknown as NodeStatus;
    assert.match(
        publishLine('press-7', 'abc', 'box', status),
        /^mosquitto_pub -h box -p 2883 -u press-7 -P abc -q 1 -t things\/press-7\/properties /,
    );
    assert.match(publishLine('press-7', undefined, 'box', null), /-p 1883 -u press-7 -P TOKEN/);
    const secret = { listen: { mqtt: null, mqtts: '[::]:8883' } } as unknown as NodeStatus;
    assert.match(publishLine('p', undefined, 'box', secret), /^mosquitto_pub -h box -p 8883 --cafile ca\.pem -u p /);
});
