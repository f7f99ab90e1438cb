// SPDX-License-Identifier: Apache-2.0
// cell.ts -- a value that tells who asked when it changes: the whole of our state management.

import { useEffect, useState } from 'preact/hooks';

export class Cell<T> {
    #value: T;
    readonly #readers = new Set<(value: T) => void>();

    constructor(value: T) {
        this.#value = value;
    }

    get value(): T {
        return this.#value;
    }

    set(value: T): void {
        if (Object.is(value, this.#value)) return;
        this.#value = value;
        for (const reader of [...this.#readers]) reader(value);
    }

    subscribe(reader: (value: T) => void): () => void {
        this.#readers.add(reader);
        return () => {
            this.#readers.delete(reader);
        };
    }
}

/** The cell's value; the component is drawn again when it changes. */
export function useCell<T>(cell: Cell<T>): T {
    const [, setCount] = useState(0);
    const shown = cell.value;
    useEffect(() => {
        const draw = () => setCount((count) => count + 1);
        // Effects run after the paint: what changed between drawing and now would be missed without a look.
        if (!Object.is(shown, cell.value)) draw();
        return cell.subscribe(draw);
    }, [cell]);
    return shown;
}
