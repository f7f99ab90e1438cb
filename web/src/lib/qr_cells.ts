// SPDX-License-Identifier: Apache-2.0
// qr_cells.ts -- the dark cells of a QR code as runs of a row, with the quiet zone that scanners need.
//
//   row 2  "0110"  ─▶  { x: QUIET + 1, y: QUIET + 2, length: 2 }

import type { QrMatrix } from './thing_types.js';

export const QUIET = 4; // light cells on every side
const SMALLEST = 21; // version 1
const LARGEST = 177; // version 40

export interface Run {
    x: number;
    y: number;
    length: number;
}

/** null when this is no square of "0" and "1" of a size that a QR code can have: better none than a wrong one. */
export function darkRuns(qr: QrMatrix | null | undefined): Run[] | null {
    if (!qr || !Array.isArray(qr.rows)) return null;
    const { size, rows } = qr;
    if (!(size >= SMALLEST && size <= LARGEST && (size - SMALLEST) % 4 === 0) || rows.length !== size) return null;
    const runs: Run[] = [];
    for (const [y, row] of rows.entries()) {
        if (typeof row !== 'string' || row.length !== size || /[^01]/.test(row)) return null;
        for (const { index, 0: dark } of row.matchAll(/1+/g))
            runs.push({ x: QUIET + index, y: QUIET + y, length: dark.length });
    }
    return runs;
}
