// SPDX-License-Identifier: Apache-2.0
// store.ts -- what the engine said, as this page knows it: one table a kind, filled by lists and by the live
// stream. A list that was asked for before a live change arrived never overwrites that change.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { api, Failure } from './api.js';
import type { ListQuery } from './api.js';
import { Cell, useCell } from './cell.js';
import { live } from './live.js';
import type { OutputKind, Outputs } from './types.js';

const KEEP_MAX = 2000;

export class Table<T extends { id: string }> {
    readonly rows = new Cell<ReadonlyMap<string, T>>(new Map());
    readonly #changed = new Map<string, number>(); // id -> when the stream last said something of it
    #clock = 0;

    /** A mark to be handed to `addList` with the answer to what is asked now. */
    mark(): number {
        return this.#clock;
    }

    addLive(row: T): void {
        this.#changed.set(row.id, ++this.#clock);
        const next = new Map(this.rows.value);
        next.delete(row.id); // the newest change stands last, so the oldest go first
        next.set(row.id, row);
        this.rows.set(this.#bounded(next));
    }

    addList(rows: readonly T[], asked: number): void {
        const next = new Map(this.rows.value);
        for (const row of rows) {
            if ((this.#changed.get(row.id) ?? -1) > asked) continue;
            next.set(row.id, row);
        }
        this.rows.set(this.#bounded(next));
    }

    clear(): void {
        this.#changed.clear();
        this.rows.set(new Map());
    }

    #bounded(rows: Map<string, T>): Map<string, T> {
        for (const id of rows.keys()) {
            if (rows.size <= KEEP_MAX) break;
            rows.delete(id);
            this.#changed.delete(id);
        }
        return rows;
    }
}

type Tables = { readonly [K in OutputKind]: Table<Outputs[K]> };

export const tables: Tables = {
    finding: new Table(),
    alarm: new Table(),
    decision: new Table(),
    action: new Table(),
    receipt: new Table(),
};

function tableOf<K extends OutputKind>(kind: K): Table<Outputs[K]> {
    return tables[kind] as unknown as Table<Outputs[K]>;
}

live.onOutput((output) => {
    if (output.kind in tables) tableOf(output.kind).addLive(output.data);
});

/** Asks the node and puts the answer into the table. */
export async function fetchList<K extends OutputKind>(kind: K, which: ListQuery): Promise<Outputs[K][]> {
    const table = tableOf(kind);
    const asked = table.mark();
    const rows = await api.list(kind, which);
    table.addList(rows, asked);
    return rows;
}

export async function fetchOne<K extends OutputKind>(kind: K, id: string): Promise<void> {
    const table = tableOf(kind);
    const asked = table.mark();
    table.addList([await api.one(kind, id)], asked);
}

/** All rows of a kind that `keep` lets through, drawn again when the table changes. */
export function useRows<K extends OutputKind>(
    kind: K,
    keep: (row: Outputs[K]) => boolean,
    sort: (a: Outputs[K], b: Outputs[K]) => number,
    deps: unknown[] = [],
): Outputs[K][] {
    const rows = useCell(tableOf(kind).rows);
    return useMemo(() => [...rows.values()].filter(keep).sort(sort), [rows, ...deps]);
}

export function useRow<K extends OutputKind>(kind: K, id: string | null | undefined): Outputs[K] | undefined {
    const rows = useCell(tableOf(kind).rows);
    return id ? rows.get(id) : undefined;
}

export interface Loading {
    loading: boolean; // nothing has come yet
    failure: Failure | null;
    reload: () => void;
}

/** Runs `work` now, when `deps` change, and when the stream is back after a loss. */
export function useWork(work: () => Promise<unknown>, deps: unknown[]): Loading {
    const generation = useCell(live.generation);
    const [again, setAgain] = useState(0);
    const [state, setState] = useState<{ loading: boolean; failure: Failure | null }>({
        loading: true,
        failure: null,
    });
    useEffect(() => {
        let isCurrent = true;
        const settle = (failure: Failure | null) => {
            if (isCurrent) setState({ loading: false, failure });
        };
        work().then(
            () => settle(null),
            (error: unknown) => settle(asFailure(error)),
        );
        return () => {
            isCurrent = false;
        };
    }, [generation, again, ...deps]);
    return { ...state, reload: () => setAgain((count) => count + 1) };
}

/** As useWork, keeping the answer; the last one stays on view while the next is fetched. */
export function useAnswer<T>(work: () => Promise<T>, deps: unknown[]): Loading & { answer: T | undefined } {
    const [kept, setKept] = useState<{ key: string; answer: T }>();
    const key = JSON.stringify(deps);
    const state = useWork(async () => {
        const answer = await work();
        setKept({ key, answer });
    }, [key]);
    return { ...state, answer: kept?.key === key ? kept.answer : undefined };
}

export function asFailure(error: unknown): Failure {
    if (error instanceof Failure) return error;
    return new Failure(
        0,
        'page',
        'This page made a mistake.',
        error instanceof Error ? error.message : String(error),
    );
}
