// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { findingWindow } from '../src/charts/finding_window.js';
import { COLUMNS, SeriesData, stepFor, verticalRange, WINDOWS } from '../src/charts/series_data.js';

const bucket = (time: number, mean: number, count = 1) => ({
    time,
    count,
    min: mean - 1,
    max: mean + 1,
    mean,
    last: mean,
});

test('live readings fill the column they fall into', () => {
    const data = new SeriesData(1000, 300_000);
    data.push(10_100, 4);
    data.push(10_900, 8);
    data.push(11_000, 6);
    assert.deepEqual(data.buckets, [
        { time: 10_000, count: 2, min: 4, max: 8, mean: 6, last: 8 },
        { time: 11_000, count: 1, min: 6, max: 6, mean: 6, last: 6 },
    ]);
});

test('a late reading goes into its own column, not into the newest', () => {
    const data = new SeriesData(1000, 300_000);
    data.push(10_000, 1);
    data.push(12_000, 3);
    data.push(11_500, 2);
    assert.deepEqual(
        data.buckets.map((one) => one.mean),
        [1, 2, 3],
    );
});

test('what the node answers takes the place of what came live before, newer columns stay', () => {
    const data = new SeriesData(1000, 300_000);
    data.push(10_000, 99);
    data.push(12_000, 3);
    data.load([bucket(9000, 1), bucket(10_000, 2), { ...bucket(11_000, 0), count: 0 }]);
    assert.deepEqual(
        data.buckets.map((one) => [one.time, one.mean]),
        [
            [9000, 1],
            [10_000, 2],
            [12_000, 3],
        ],
    );
});

test('columns older than the window leave', () => {
    const data = new SeriesData(1000, 5000);
    for (let time = 0; time <= 20_000; time += 1000) data.push(time, time);
    assert.equal(data.buckets[0]?.time, 14_000);
    assert.equal(data.latest?.time, 20_000);
});

test('a hole in the readings is drawn as a hole, the usual distance is not', () => {
    const data = new SeriesData(1000, 3_600_000);
    data.load([0, 30, 60, 90, 300, 330].map((s) => bucket(s * 1000, 1)));
    const [times, mean] = data.columns();
    assert.equal(mean.filter((value) => value === null).length, 1);
    assert.equal(times[mean.indexOf(null)], 91);
    assert.ok(times.every((time, i) => i === 0 || time > (times[i - 1] ?? Infinity)));
});

test('no window asks for more columns than a chart has', () => {
    for (const window of WINDOWS) assert.ok(window.length / window.step <= COLUMNS);
    for (const length of [1000, 150_000, 3_600_000, 9e9, 3e11])
        assert.ok(length / stepFor(length) <= COLUMNS, String(length));
});

test('the vertical range has air, and no room below zero that nothing needs', () => {
    assert.deepEqual(verticalRange(0, 100), [0, 112]);
    assert.deepEqual(verticalRange(-10, 10), [-12.4, 12.4]);
    assert.deepEqual(verticalRange(5, 5), [4.5, 5.5]);
    assert.deepEqual(verticalRange(Infinity, -Infinity), [0, 1]);
});

test('a summary names lowest, highest and newest', () => {
    const data = new SeriesData(1000, 300_000);
    assert.equal(data.summary(), null);
    data.load([bucket(0, 5), bucket(1000, 9), bucket(2000, 7)]);
    assert.deepEqual(data.summary(), { low: 4, high: 10, last: 7, time: 2000 });
});

test('a finding is shown with the usual before it; one that goes on ends now', () => {
    assert.deepEqual(findingWindow(1_000_000, null, 1_030_000), { from: 910_000, to: 1_030_000, growing: true });
    const over = findingWindow(1_000_000, 1_040_000, 9_000_000);
    assert.deepEqual(over, { from: 910_000, to: 1_085_000, growing: false });
    assert.equal(findingWindow(1_000_000, 1_040_000, 1_050_000).to, 1_050_000, 'the future is not drawn');
    const a = findingWindow(0, null, 20_000).from;
    assert.equal(findingWindow(0, null, 90_000).from, a, 'the start stays while a finding grows');
});
