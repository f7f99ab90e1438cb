// SPDX-License-Identifier: Apache-2.0
// palette.ts -- the page's colours for a canvas, which knows no style sheet. Read anew after a change of theme.

import { shownTheme } from '../lib/theme.js';

const NAMES = {
    line: '--chart-line',
    spread: '--chart-spread',
    band: '--chart-band',
    bandEdge: '--chart-band-edge',
    unusual: '--chart-unusual',
    start: '--chart-start',
    grid: '--chart-grid',
    text: '--muted',
} as const;

export type Palette = Record<keyof typeof NAMES, string>;

let kept: Palette | null = null;

shownTheme.subscribe(() => {
    kept = null;
});

export function palette(): Palette {
    if (!kept) {
        const style = getComputedStyle(document.documentElement);
        kept = Object.fromEntries(
            Object.entries(NAMES).map(([key, name]) => [key, style.getPropertyValue(name).trim()]),
        ) as Palette;
    }
    return kept;
}
