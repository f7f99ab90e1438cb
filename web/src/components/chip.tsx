// SPDX-License-Identifier: Apache-2.0
// chip.tsx -- a state in a word, with a tone. The word alone says it; the colour only helps.

import type { Said } from '../format/words.js';

export function Chip({ said }: { said: Said }) {
    return <span class={`chip chip-${said.tone}`}>{said.text}</span>;
}

export function Online({ online }: { online: boolean }) {
    return (
        <span class={`online ${online ? 'is-online' : 'is-offline'}`}>
            <span class="dot" aria-hidden="true" />
            {online ? 'online' : 'offline'}
        </span>
    );
}
