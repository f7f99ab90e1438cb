// SPDX-License-Identifier: Apache-2.0
// backoff.ts -- how long to wait before trying again: 0.5 s, doubled each time up to 15 s, spread by a
// quarter so that a hundred browsers do not come back in the same instant.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const SPREAD = 0.25;

export class Backoff {
    #tries = 0;

    constructor(private readonly random: () => number = Math.random) {}

    next(): number {
        const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries++);
        return Math.round(base * (1 - SPREAD + 2 * SPREAD * this.random()));
    }

    reset(): void {
        this.#tries = 0;
    }
}
