// SPDX-License-Identifier: Apache-2.0
// discovered.ts -- what has appeared and nobody has adopted yet: asked now and then while somebody looks, for
// the badge and for the list.

import { useEffect } from 'preact/hooks';
import { api } from './api.js';
import { Cell, useCell } from './cell.js';
import { asFailure } from './store.js';
import type { Failure } from './api.js';
import type { DiscoveredRow } from './thing_types.js';

const EVERY_MS = 5000;

interface Known {
    rows: readonly DiscoveredRow[] | null; // null: nothing has come yet
    failure: Failure | null;
}

export const discovered = new Cell<Known>({ rows: null, failure: null });

export async function askDiscovered(): Promise<void> {
    try {
        discovered.set({ rows: await api.discovered(), failure: null });
    } catch (error) {
        // What was known stays on view: one lost answer is no reason for an empty list.
        discovered.set({ rows: discovered.value.rows, failure: asFailure(error) });
    }
}

export function useDiscovered(): Known {
    return useCell(discovered);
}

/** Keeps asking as long as the part of the page that calls it is there. */
export function useWatchDiscovered(): void {
    useEffect(() => {
        const turn = () => {
            if (!document.hidden) void askDiscovered();
        };
        turn();
        const timer = setInterval(turn, EVERY_MS);
        return () => {
            clearInterval(timer);
            discovered.set({ rows: null, failure: null });
        };
    }, []);
}
