// SPDX-License-Identifier: Apache-2.0
// theme_button.tsx -- system, light, dark, and round again.

import { useCell } from '../lib/cell.js';
import { setTheme, theme, type Theme } from '../lib/theme.js';
import { Icon, type IconName } from './icon.js';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS: Record<Theme, IconName> = { system: 'system', light: 'sun', dark: 'moon' };
const WORDS: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };

export function ThemeButton() {
    const present = useCell(theme);
    const words = `Theme: ${WORDS[present]}. Change to ${WORDS[NEXT[present]]}`;
    return (
        <button
            type="button"
            class="icon-button"
            aria-label={words}
            title={words}
            onClick={() => setTheme(NEXT[present])}
        >
            <Icon name={ICONS[present]} />
        </button>
    );
}
