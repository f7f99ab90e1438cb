// SPDX-License-Identifier: Apache-2.0
// theme.ts -- light, dark, or as the system says. public/theme.js applies the choice before the first paint.

import { Cell } from './cell.js';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'ganglion.theme';
const isPage = typeof document !== 'undefined';
const system = isPage ? matchMedia('(prefers-color-scheme: dark)') : null;

function stored(): Theme {
    try {
        const value = isPage ? localStorage.getItem(KEY) : null;
        return value === 'light' || value === 'dark' ? value : 'system';
    } catch {
        return 'system';
    }
}

function shown(): 'light' | 'dark' {
    if (theme.value !== 'system') return theme.value;
    return system?.matches ? 'dark' : 'light';
}

/** What was chosen. */
export const theme = new Cell<Theme>(stored());
/** What is on the screen; whoever draws with the page's colours draws again when it changes. */
export const shownTheme = new Cell<'light' | 'dark'>(shown());

function apply(): void {
    if (isPage) document.documentElement.dataset.theme = shown();
    shownTheme.set(shown());
}

system?.addEventListener('change', apply);

export function setTheme(next: Theme): void {
    theme.set(next);
    try {
        if (next === 'system') localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, next);
    } catch {
        // No storage: the choice holds until this page is closed.
    }
    apply();
}
