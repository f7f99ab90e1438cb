// SPDX-License-Identifier: Apache-2.0
// marks.ts -- what is drawn behind a line: the usual band, the unusual stretch, the instant it started.

import type uPlot from 'uplot';
import { palette } from './palette.js';
import type { Millis } from '../lib/types.js';

export interface Band {
    low: number;
    high: number;
}

export interface Stretch {
    from: Millis;
    to: Millis | null; // null: still going on
}

export interface Marks {
    band?: Band | undefined;
    stretches?: readonly Stretch[] | undefined;
}

function clamp(value: number, low: number, high: number): number {
    return Math.min(high, Math.max(low, value));
}

function drawStretch(u: uPlot, stretch: Stretch): void {
    const { left, top, width, height } = u.bbox;
    const start = u.valToPos(stretch.from / 1000, 'x', true);
    const from = clamp(start, left, left + width);
    const to =
        stretch.to === null ? left + width : clamp(u.valToPos(stretch.to / 1000, 'x', true), left, left + width);
    if (to > from) {
        u.ctx.fillStyle = palette().unusual;
        u.ctx.fillRect(from, top, to - from, height);
    }
    if (start < left || start > left + width) return;
    u.ctx.strokeStyle = palette().start;
    u.ctx.lineWidth = Math.max(1, Math.round(devicePixelRatio * 1.5));
    u.ctx.setLineDash([]);
    u.ctx.beginPath();
    u.ctx.moveTo(start, top);
    u.ctx.lineTo(start, top + height);
    u.ctx.stroke();
}

function drawBand(u: uPlot, band: Band): void {
    const { left, top, width, height } = u.bbox;
    const high = clamp(u.valToPos(band.high, 'y', true), top, top + height);
    const low = clamp(u.valToPos(band.low, 'y', true), top, top + height);
    u.ctx.fillStyle = palette().band;
    u.ctx.fillRect(left, high, width, Math.max(1, low - high));
    u.ctx.strokeStyle = palette().bandEdge;
    u.ctx.lineWidth = Math.max(1, Math.round(devicePixelRatio));
    u.ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    u.ctx.beginPath();
    for (const y of [high, low]) {
        u.ctx.moveTo(left, y);
        u.ctx.lineTo(left + width, y);
    }
    u.ctx.stroke();
    u.ctx.setLineDash([]);
}

/** Draws before the axes and the line, so that they stay on top. */
export function drawMarks(u: uPlot, marks: Marks): void {
    u.ctx.save();
    for (const stretch of marks.stretches ?? []) drawStretch(u, stretch);
    if (marks.band) drawBand(u, marks.band);
    u.ctx.restore();
}
