// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { argumentText, rateText } from '../src/format/argument.js';
import { howSure, onceIn, pValue } from '../src/format/chance.js';
import { axisLabels, bytes, count, interval, plain, quantity, reading, share } from '../src/format/number.js';
import { age, clockTime, duration, exactTime, instant, remaining, span } from '../src/format/time.js';
import { actionLine, saidAction, saidDecision, saidResult, several } from '../src/format/words.js';

/** Narrow no-break spaces as plain ones, so that a test can be read. */
const spaced = (text: string): string => text.replaceAll('\u202f', ' ');
const at = (h: number, m: number, s: number, ms = 0): number => new Date(2026, 2, 14, h, m, s, ms).getTime();

test('a p-value becomes words that people say', () => {
    const cases: [number, string][] = [
        [0.5, 'as often as not'],
        [0.9, 'as often as not'],
        [0.1, 'about once in 10'],
        [0.05, 'about once in 20'],
        [1 / 12, 'about once in 12'],
        [1 / 127, 'about once in 130'],
        [1 / 999, 'about once in 1 000'],
        [0.00031, 'about once in 3 200'],
        [1 / 8192, 'about once in 8 200'],
        [1 / 14_700, 'about once in 15 000'],
        [1e-6, 'about once in 1 000 000'],
        [9e-7, 'less than once in 1 000 000'],
        [0, 'never seen'],
        [Number.NaN, 'never seen'],
    ];
    for (const [p, words] of cases) assert.equal(spaced(onceIn(p)), words, `p = ${p}`);
});

test('how sure is a sentence, also without a p-value and for a sensor', () => {
    assert.equal(spaced(howSure(0.00031)), 'A usual stretch looks like this about once in 3 200.');
    assert.equal(howSure(null), 'Not judged by chance.');
    assert.match(howSure(0.001, true), /sensor/);
    assert.equal(pValue(0.000312), '0.00031');
    assert.equal(pValue(null), '–');
});

test('numbers have three significant digits and groups of three', () => {
    const cases: [number, string][] = [
        [0, '0'],
        [-0, '0'],
        [1, '1'],
        [12.345, '12.3'],
        [0.0012345, '0.00123'],
        [999.4, '999'],
        [999.6, '1000'],
        [1234, '1 234'],
        [1_234_567, '1 234 567'],
        [-5.5, '−5.5'],
        [-12_345, '−12 345'],
        [1e20, '1.00e20'],
        [1e-9, '1.00e−9'],
        [Number.NaN, 'not a number'],
        [Infinity, '∞'],
        [-Infinity, '−∞'],
    ];
    for (const [value, text] of cases) assert.equal(spaced(plain(value)), text, String(value));
    assert.equal(spaced(count(999)), '999');
    assert.equal(spaced(count(1000)), '1 000');
});

test('units are scaled where their thousands have names, and only there', () => {
    const cases: [number | null, string, string][] = [
        [12.34, '%', '12.3 %'],
        [4200, '%', '4 200 %'],
        [0.00085, 's', '850 µs'],
        [0.0231, 's', '23.1 ms'],
        [2.5, 's', '2.5 s'],
        [0, 's', '0 s'],
        [3e-10, 's', '0.3 ns'],
        [117.4, '/s', '117/s'],
        [117.4, '1/s', '117/s'],
        [2870, '1/s', '2.87 k/s'],
        [310_000, 'B/s', '310 kB/s'],
        [61.2e9, 'B', '61.2 GB'],
        [1480, '1/min', '1 480 1/min'],
        [21.5, '°C', '21.5 °C'],
        [3, '', '3'],
        [null, '%', '–'],
    ];
    for (const [value, unit, text] of cases) assert.equal(spaced(quantity(value, unit)), text, `${value} ${unit}`);
});

test('an interval has one scale, the one of its larger end', () => {
    assert.equal(spaced(interval(3.14, 9.8, '%')), '3.14 to 9.8 %');
    assert.equal(spaced(interval(0.000366, 0.0013, 's')), '0.366 to 1.3 ms');
    assert.equal(spaced(interval(0, 54_500, 'B/s')), '0 to 54.5 kB/s');
    assert.equal(spaced(interval(-5, 5, '°C')), '−5 to 5 °C');
    assert.equal(interval(null, 5, '%'), '–');
});

test('axis labels differ from each other and fit', () => {
    assert.deepEqual(axisLabels([61.18e9, 61.2e9, 61.22e9], 'B').map(spaced), ['61.18 GB', '61.20 GB', '61.22 GB']);
    assert.deepEqual(axisLabels([0, 25, 50], '%').map(spaced), ['0 %', '25 %', '50 %']);
    assert.deepEqual(axisLabels([0, 0.25, 0.5], '%').map(spaced), ['0.00 %', '0.25 %', '0.50 %']);
    assert.deepEqual(axisLabels([1480, 1500], '1/min').map(spaced), ['1 480', '1 500']);
    assert.deepEqual(axisLabels([-1, 0, 1], '').map(spaced), ['−1', '0', '1']);
    assert.deepEqual(axisLabels([], '%'), []);
});

test('any reading becomes text', () => {
    assert.equal(reading(true, ''), 'on');
    assert.equal(reading(false, ''), 'off');
    assert.equal(reading('<b>', ''), '<b>');
    assert.equal(reading(null, ''), 'none yet');
    assert.equal(spaced(reading(2, 'bar')), '2 bar');
});

test('shares and bytes', () => {
    assert.equal(spaced(share(0.123)), '12 %');
    assert.equal(spaced(share(0.001)), '< 1 %');
    assert.equal(spaced(share(0)), '0 %');
    assert.equal(spaced(bytes(1023)), '1 023 B');
    assert.equal(spaced(bytes(1024)), '1 KiB');
    assert.equal(spaced(bytes(19_922_944)), '19 MiB');
});

test('instants name the day only when it is not today', () => {
    const now = at(15, 0, 0);
    assert.equal(instant(at(14, 3, 22), now), '14:03:22');
    assert.equal(instant(new Date(2026, 2, 13, 14, 3, 22).getTime(), now), '13 Mar 14:03:22');
    assert.equal(instant(new Date(2025, 11, 31, 23, 59, 59).getTime(), now), '31 Dec 2025 23:59:59');
    assert.equal(span(at(14, 3, 22), at(14, 4, 0), now), '14:03:22 to 14:04:00');
    assert.equal(clockTime(at(4, 5, 6)), '04:05:06');
    assert.equal(exactTime(at(4, 5, 6, 7)), '04:05:06.007');
});

test('lengths of time have at most two units', () => {
    const cases: [number, string][] = [
        [-5, '0 s'],
        [0, '0 s'],
        [42_000, '42 s'],
        [59_600, '1 min'],
        [60_000, '1 min'],
        [185_000, '3 min 5 s'],
        [3_600_000, '1 h'],
        [7_800_000, '2 h 10 min'],
        [86_400_000, '1 d'],
        [97_200_000, '1 d 3 h'],
    ];
    for (const [ms, text] of cases) assert.equal(duration(ms), text, String(ms));
});

test('ages and what remains', () => {
    const now = at(12, 0, 0);
    assert.equal(age(now, now), 'now');
    assert.equal(age(now + 5000, now), 'now', 'a clock that is ahead is not an age below zero');
    assert.equal(age(now - 59_000, now), '59 s ago');
    assert.equal(age(now - 3_599_000, now), '59 min ago');
    assert.equal(age(now - 47 * 3_600_000, now), '47 h ago');
    assert.equal(age(now - 50 * 3_600_000, now), '2 d ago');
    assert.equal(remaining(545_000), '9:05');
    assert.equal(remaining(1), '0:01');
    assert.equal(remaining(-1), '0:00');
    assert.equal(remaining(3_600_000), '1:00:00');
});

test('an action is one line', () => {
    assert.equal(actionLine('stop', { target: 'disturbance' }), 'stop target=disturbance');
    assert.equal(
        actionLine('slow', { speed: 300, soft: true, more: { a: 1 } }),
        'slow speed=300 soft=true more={"a":1}',
    );
    assert.equal(several(1, 'alarm'), '1 alarm');
    assert.equal(several(0, 'property', 'properties'), '0 properties');
});

test('states that a newer node may know are shown as they are', () => {
    assert.equal(saidDecision('pending').tone, 'wait');
    assert.equal(saidDecision('shelved' as 'pending').text, 'shelved');
    assert.equal(saidAction('failed').tone, 'bad');
    assert.equal(saidResult('rejected').text, 'rejected');
    assert.equal(saidResult('vetoed').text, 'vetoed');
});

test('an argument is shown with its envelope', () => {
    assert.equal(
        argumentText({ name: 'target', one_of: ['disturbance', 'fan'] }),
        'target: one of disturbance, fan',
    );
    assert.equal(
        spaced(argumentText({ name: 'speed', range: [0, 3000], unit: '1/min' })),
        'speed: 0 to 3 000 1/min',
    );
    assert.equal(argumentText({ name: 'note', range: null, one_of: null, unit: '' }), 'note');
    assert.equal(rateText({ count: 6, per_ms: 60_000 }), 'at most 6 in 1 min');
    assert.equal(rateText(null), '');
});
