// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import test from 'node:test';
import { doablesOf } from '../src/components/actions.js';
import { stepsOfAction } from '../src/components/steps.js';
import { twinRows } from '../src/components/twin.js';
import { differenceText, periodText, saidSource } from '../src/format/thing_words.js';
import { describedAs, editOf } from '../src/lib/adoption_edits.js';
import { enteredOf, fieldOf, fieldOfArgument, fieldsOfAction, valueOf } from '../src/lib/field.js';
import { Intent } from '../src/lib/intent.js';
import { publishLine } from '../src/lib/mqtt_line.js';
import { darkRuns, QUIET } from '../src/lib/qr_cells.js';
import type { Fragment, TwinRow } from '../src/lib/thing_types.js';
import type { Action } from '../src/lib/types.js';

// Node 18 has it, though not under the name that browsers give it.
if (!globalThis.crypto) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });

const EVIL = '<img src=x onerror=alert(1)>';
const square = (size: number, row = (y: number): string => (y === 0 ? '0110'.padEnd(size, '0') : '0'.repeat(size))) => ({
    text: '',
    size,
    rows: Array.from({ length: size }, (_, y) => row(y)),
});

test('a QR code is drawn as runs of dark cells, within its quiet zone', () => {
    assert.deepEqual(darkRuns(square(21)), [{ x: QUIET + 1, y: QUIET, length: 2 }]);
    assert.equal(darkRuns(square(177, () => '01'.repeat(88) + '1'))?.length, 177 * 88);
});

test('what is no QR code is not drawn at all', () => {
    for (const wrong of [
        null,
        undefined,
        square(17),
        square(22),
        square(181),
        { ...square(21), rows: square(21).rows.slice(1) },
        square(21, () => '0'.repeat(20)),
        square(21, () => '2'.repeat(21)),
        { text: '', size: 21, rows: 'no' as unknown as string[] },
        { text: '', size: 21, rows: Array.from({ length: 21 }, () => 5 as unknown as string) },
    ])
        assert.equal(darkRuns(wrong), null);
});

test('an entry is a value within its bounds, or says what is wrong', () => {
    const speed = fieldOf('speed', { type: 'number', minimum: 300, maximum: 1500, unit: '1/min' });
    assert.deepEqual(valueOf(speed, ' 300 '), { value: 300 });
    assert.deepEqual(valueOf(speed, '1500'), { value: 1500 });
    assert.deepEqual(valueOf(speed, '299.9'), { wrong: 'The lowest possible is 300.' });
    assert.deepEqual(valueOf(speed, '1500,5'), { wrong: 'The highest possible is 1500.' });
    assert.deepEqual(valueOf(speed, 'fast'), { wrong: 'Enter a number.' });
    assert.deepEqual(valueOf(speed, 'Infinity'), { wrong: 'Enter a number.' });
    assert.deepEqual(valueOf(speed, ''), { wrong: 'Enter a value.' });
    const whole = fieldOf('n', { type: 'integer' }, false);
    assert.deepEqual(valueOf(whole, '3'), { value: 3 });
    assert.deepEqual(valueOf(whole, '3.5'), { wrong: 'Enter a whole number.' });
    assert.deepEqual(valueOf(whole, ' '), { empty: true });
    const text = fieldOf('t', { type: 'string' });
    assert.deepEqual(valueOf(text, EVIL), { value: EVIL });
    assert.deepEqual(valueOf(text, 'x'.repeat(240)), { value: 'x'.repeat(240) });
    assert.ok('wrong' in valueOf(text, 'x'.repeat(241)));
});

test('a choice is entered by its place, and keeps the type of its value', () => {
    const level = fieldOf('level', { type: 'integer', enum: [0, 2, 'high', true] });
    assert.equal(level.kind, 'choice');
    assert.deepEqual(valueOf(level, '1'), { value: 2 });
    assert.deepEqual(valueOf(level, '3'), { value: true });
    assert.deepEqual(valueOf(level, '4'), { wrong: 'Choose one.' });
    assert.equal(enteredOf(level, 2), '1');
    assert.equal(enteredOf(level, '2'), '', 'text is not the number');
    assert.equal(enteredOf(level, null), '');
    assert.equal(enteredOf(fieldOf('b', { type: 'boolean' }), null), 'false');
    assert.equal(enteredOf(fieldOf('n', { type: 'number' }), 0), '0');
});

test('an argument of the envelope and a schema make the same field', () => {
    const argument = fieldOfArgument({ name: 'speed', range: [300, 1500], unit: '1/min' });
    assert.deepEqual(argument, fieldOf('speed', { type: 'number', minimum: 300, maximum: 1500, unit: '1/min' }));
    assert.deepEqual(fieldOfArgument({ name: 'target', one_of: ['a', 'b'] }).choices, ['a', 'b']);
    assert.equal(fieldOfArgument({ name: 'note' }).kind, 'text');
    assert.equal(fieldOfArgument({ name: 'lamp', kind: 'bool' }).kind, 'boolean');
    const fields = fieldsOfAction({ input: { properties: { a: {}, b: { type: 'number' } }, required: ['b'] } });
    assert.deepEqual(
        fields.map((field) => [field.name, field.isRequired]),
        [
            ['a', false],
            ['b', true],
        ],
    );
    assert.deepEqual(fieldsOfAction({}), []);
});

test('an action of the envelope is offered once, one of the description beside it', () => {
    const rows = doablesOf([{ name: 'stop', arguments: [] }], {
        actions: { stop: { title: 'Stop it' }, blink: { input: { properties: { s: { type: 'number', unit: 's' } } } } },
    });
    assert.deepEqual(
        rows.map((row) => [row.name, row.title, row.note, row.fields.length]),
        [
            ['stop', 'Stop it', '', 0],
            ['blink', 'blink', 's: s', 1],
        ],
    );
    assert.deepEqual(doablesOf([], undefined), []);
});

test('what can be set but was never wished has a row of the twin too', () => {
    const wished = { name: 'a', kind: 'number', desired: 5 } as unknown as TwinRow;
    const rows = twinRows([wished], {
        properties: {
            a: { type: 'number', readOnly: false },
            b: { type: 'boolean', readOnly: false },
            c: { type: 'number', readOnly: true },
            d: { type: 'number' },
        },
    });
    assert.deepEqual(
        rows.map((row) => [row.name, row.kind, row.desired]),
        [
            ['a', 'number', 5],
            ['b', 'boolean', null],
        ],
    );
});

test('the difference between wish and report is said in its unit', () => {
    const row = (desired: TwinRow['desired'], reported: TwinRow['reported'], differs = true): string =>
        differenceText({ desired, reported, differs, unit: '°C' } as TwinRow);
    assert.equal(row(21, 19.5), '1.5\u202f°C below');
    assert.equal(row(21, 22), '1\u202f°C above');
    assert.equal(row(21, null), 'nothing reported yet');
    assert.equal(row('eco', 'off'), 'not as desired');
    assert.equal(row(true, true), '', 'a report that came since the answer counts');
    assert.equal(row(21, 21.01, false), '', 'near enough for the node is near enough');
    assert.equal(row(null, 3), '');
});

test('a proposal keeps its keys; names become titles, and reasons of another type are void', () => {
    const proposal: Fragment = {
        title: 'Plug',
        properties: {
            p: {
                'type': 'number',
                'unit': 'W',
                'readOnly': true,
                'gn:kind': 'number',
                'gn:topic': 'a/b',
                'gn:last': 3,
                'gn:usual': [1, 5],
                'gn:period_ms': 1000,
            },
            q: { type: 'string', title: 'Mode' },
            constructor: { type: 'boolean' },
        },
        actions: { go: {} },
    };
    const after = describedAs(proposal, EVIL, {
        p: { title: ' Power ', type: 'integer', unit: '  ' },
    });
    assert.deepEqual(after, {
        title: EVIL,
        properties: {
            p: { 'type': 'integer', 'title': 'Power', 'readOnly': true, 'gn:topic': 'a/b' },
            q: { type: 'string', title: 'Mode' },
            constructor: { type: 'boolean' },
        },
        actions: { go: {} },
    });
    assert.deepEqual(editOf('q', proposal.properties?.['q'] ?? {}), { title: 'Mode', type: 'string', unit: '' });
    assert.equal(proposal.properties?.['p']?.unit, 'W', 'the proposal itself is as it was');
});

test('the same wish keeps its key until it is answered', () => {
    const intent = new Intent();
    const first = intent.keyOf({ a: 1 });
    assert.match(first, /^[0-9a-f]{32}$/);
    assert.equal(intent.keyOf({ a: 1 }), first);
    const second = intent.keyOf({ a: 2 });
    assert.notEqual(second, first);
    intent.done();
    assert.notEqual(intent.keyOf({ a: 2 }), second);
});

test('the line to try takes the address that the node named, clear text before secret', () => {
    const both = ['mqtts://10.0.0.2:8883', 'mqtt://10.0.0.2:2883'];
    assert.match(publishLine('p', 't', 'box', null, both), /^mosquitto_pub -h 10\.0\.0\.2 -p 2883 -u p -P t -q 1 /);
    assert.match(
        publishLine('p', 't', 'box', null, both.slice(0, 1)),
        /^mosquitto_pub -h 10\.0\.0\.2 -p 8883 --cafile ca\.pem -u p /,
    );
    assert.match(publishLine('p', 't', 'box', null, ['mqtt://[::1]:1883']), / -h ::1 -p 1883 /);
    assert.match(publishLine('p', 't', 'box', null, ['nonsense', '']), / -h box -p 1883 /);
});

test('a command line cannot be broken out of', () => {
    const line = publishLine('a b', "x'; rm -rf ~; '", '$(reboot)', null);
    assert.ok(line.startsWith(`mosquitto_pub -h '$(reboot)' -p 1883 -u 'a b' -P 'x'\\''; rm -rf ~; '\\''' -q 1`), line);
});

test('an action that nobody decided begins with the queue', () => {
    const shape = (action?: Action): string[] => stepsOfAction(action).map((step) => `${step.text}:${step.state}`);
    assert.deepEqual(shape(), ['queued:now', 'sent:next', 'acknowledged:next', 'done:next']);
    const done = { state: 'done', queued: 1, sent: 2, acknowledged: 3, ended: 4, message: 'ok' } as Action;
    assert.deepEqual(shape(done), ['queued:past', 'sent:past', 'acknowledged:past', 'done:past']);
});

test('words for what is not known are the node’s own', () => {
    assert.equal(saidSource('zigbee2mqtt'), 'Zigbee2MQTT');
    assert.equal(saidSource(EVIL), EVIL);
    assert.equal(periodText({ 'gn:period_ms': 30_000 }), 'about every 30 s');
    assert.equal(periodText({ 'gn:period_ms': 200 }), 'about every 200\u202fms');
    assert.equal(periodText({}), '–');
});
