// SPDX-License-Identifier: Apache-2.0
// selections.ts -- the rows that more than one part of the page asks for.

import { useEffect } from 'preact/hooks';
import { Cell, useCell } from './cell.js';
import { live } from './live.js';
import { asFailure, fetchList, fetchOne, tables, useRow, useRows, useWork, type Loading } from './store.js';
import type { Failure } from './api.js';
import type { Action, Alarm, Decision, Finding, Receipt } from './types.js';

const newestFirst = (a: { time: number }, b: { time: number }): number => b.time - a.time;

export const useOpenAlarms = (): Alarm[] =>
    useRows(
        'alarm',
        (alarm) => alarm.state === 'open',
        (a, b) => b.since - a.since,
    );

export const usePendingDecisions = (): Decision[] =>
    useRows(
        'decision',
        (decision) => decision.state === 'pending',
        (a, b) => (a.expires ?? Infinity) - (b.expires ?? Infinity),
    );

export const useDecisionsOfAlarm = (alarm: string): Decision[] =>
    useRows('decision', (decision) => decision.alarm === alarm, newestFirst, [alarm]);

export const useFindingsOfAlarm = (alarm: Alarm | undefined): Finding[] =>
    useRows(
        'finding',
        (finding) => finding.alarm === alarm?.id || (alarm?.findings.includes(finding.id) ?? false),
        (a, b) => (b.score ?? 0) - (a.score ?? 0),
        [alarm],
    );

export const useReceiptOf = (decision: string): Receipt | undefined =>
    useRows('receipt', (receipt) => receipt.decision === decision, newestFirst, [decision])[0];

/** The action of a decision, fetched once when the page does not know it. */
export function useActionOf(decision: Decision | undefined): Action | undefined {
    const id = decision?.action_id;
    const row = useRow('action', id);
    useEffect(() => {
        if (id && !row) void fetchOne('action', id).catch(() => undefined);
    }, [id]);
    return row;
}

/** An action by id: asked once, kept up by the stream, asked again when the stream was lost. */
export function useFollowedAction(id: string): Action | undefined {
    const row = useRow('action', id);
    useWork(() => fetchOne('action', id), [id]);
    return row;
}

/** One object by id, kept up by the stream. */
export function useOne<K extends 'alarm' | 'decision' | 'finding'>(kind: K, id: string | null | undefined) {
    const row = useRow(kind, id);
    const state = useWork(async () => {
        if (id) await fetchOne(kind, id);
    }, [kind, id]);
    return { row, state };
}

const openFailure = new Cell<Failure | null>(null);
const openLoaded = new Cell(false);

/** Rows this page still holds for open, though the node's list no longer has them: ask what became of them. */
async function refreshOpen(kind: 'alarm' | 'decision', state: string): Promise<void> {
    const before = [...tables[kind].rows.value.values()].filter((row) => row.state === state).map((row) => row.id);
    const listed = new Set((await fetchList(kind, { state, limit: 500 })).map((row) => row.id));
    await Promise.all(
        before.filter((id) => !listed.has(id)).map((id) => fetchOne(kind, id).catch(() => undefined)),
    );
}

/** What the whole page counts on: every open alarm and every pending decision. Asked at once, and again
 *  whenever the stream has opened, so that nothing falls between the two. */
export function useOpenThings(): void {
    const isLive = useCell(live.state) === 'live';
    const generation = useCell(live.generation);
    useEffect(() => {
        Promise.all([refreshOpen('alarm', 'open'), refreshOpen('decision', 'pending')]).then(
            () => {
                openFailure.set(null);
                openLoaded.set(true);
            },
            (error: unknown) => openFailure.set(asFailure(error)),
        );
    }, [isLive, generation]);
}

export function useOpenState(): Loading {
    const failure = useCell(openFailure);
    const isLoaded = useCell(openLoaded);
    return { loading: !isLoaded, failure: isLoaded ? null : failure, reload: () => live.retry() };
}
