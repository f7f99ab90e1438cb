// SPDX-License-Identifier: Apache-2.0
// intent.ts -- one key for one wish of a person: sent again after a lost answer, it is still the same wish.

import { useRef } from 'preact/hooks';

const BYTES = 16;

/** randomUUID is there only under https or on localhost; getRandomValues is everywhere. */
export function newKey(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Intent {
    #what = '';
    #key = '';

    /** The key of this wish: another one as soon as something else is wished, or after done(). */
    keyOf(wish: unknown): string {
        const what = JSON.stringify(wish);
        if (this.#key === '' || what !== this.#what) this.#key = newKey();
        this.#what = what;
        return this.#key;
    }

    /** The node has answered: the same wish once more is a new one. */
    done(): void {
        this.#key = '';
    }
}

export function useIntent(): Intent {
    const kept = useRef<Intent | null>(null);
    kept.current ??= new Intent();
    return kept.current;
}
