// SPDX-License-Identifier: Apache-2.0
// chance.ts -- a p-value in words. It is the chance that a usual reading looks at least as unusual, so 1/p is
// how many usual readings one would wait for the next such one. Rounded coarsely: the figure is a rank, not
// a law.

import { count, plain } from './number.js';

/** Two significant digits, as the node's own words have them: 3 225 is "3 200", 12 is "12", 127 is "130". */
function roundly(n: number): number {
    if (n < 100) return Math.round(n);
    const unit = 10 ** (Math.floor(Math.log10(n)) - 1);
    return Math.round(n / unit) * unit;
}

const RAREST = 1e-6; // beyond, a figure would claim more than any model knows

/** "about once in 3 200" */
export function onceIn(p: number): string {
    if (!(p > 0)) return 'never seen';
    if (p < RAREST) return `less than once in ${count(1 / RAREST)}`;
    if (p >= 0.5) return 'as often as not';
    return `about once in ${count(roundly(1 / p))}`;
}

/** The full sentence that says how sure. */
export function howSure(p: number | null | undefined, isSensor = false): string {
    if (isSensor) return 'This is about the sensor: its readings cannot be right as they are.';
    if (p === null || p === undefined) return 'Not judged by chance.';
    return `A usual stretch looks like this ${onceIn(p)}.`;
}

/** "p = 0.00031" */
export function pValue(p: number | null | undefined): string {
    return p === null || p === undefined ? '–' : plain(p, 2);
}
