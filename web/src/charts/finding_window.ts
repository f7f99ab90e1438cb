// SPDX-License-Identifier: Apache-2.0
// finding_window.ts -- what part of time shows a finding well: enough of the usual before it, a little after
// it. The start moves in coarse steps, so that a finding that goes on is not drawn anew at every second.

import type { Millis } from '../lib/types.js';

const SECOND = 1000;
const LEADS: [shorterThan: Millis, lead: Millis][] = [
    [120 * SECOND, 90 * SECOND],
    [600 * SECOND, 300 * SECOND],
    [3600 * SECOND, 1200 * SECOND],
    [86_400 * SECOND, 14_400 * SECOND],
];
const LONGEST_LEAD = 86_400 * SECOND;

export interface Range {
    from: Millis;
    to: Millis;
    growing: boolean; // its end is now
}

export function findingWindow(since: Millis, until: Millis | null, now: Millis): Range {
    const length = (until ?? now) - since;
    const lead = LEADS.find(([limit]) => length < limit)?.[1] ?? LONGEST_LEAD;
    const from = since - lead;
    const end = until === null ? now : until + lead / 2;
    return { from, to: Math.min(end, now), growing: end >= now };
}
