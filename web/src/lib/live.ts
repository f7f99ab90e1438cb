// SPDX-License-Identifier: Apache-2.0
// live.ts -- the one event stream of this page: what the engine says, and readings of the Things on view.
//
//   closed ─start─▶ connecting ─open─▶ live ─lost─▶ reconnecting ─(backoff)─▶ connecting ...
//
// After a loss the stream asks for what came after the last change it saw, and `generation` counts up, so
// that whoever shows anything asks again for the part that was missed. A tab that nobody looks at lets go of
// its stream after a while: a browser has six connections for a node, and the node a limit of its own.

import { Backoff } from './backoff.js';
import { Cell } from './cell.js';
import { query } from './api.js';
import type { Millis, OutputKind, Outputs, Value } from './types.js';

const HIDDEN_MS = 300_000;
const SILENT_MS = 45_000;

export type StreamState = 'closed' | 'connecting' | 'live' | 'reconnecting';

export interface Output<K extends OutputKind = OutputKind> {
    change: number;
    kind: K;
    data: Outputs[K];
}

export interface LiveReadings {
    thing: string;
    time: Millis;
    values: Record<string, Value>;
}

type Listener<T> = (event: T) => void;

export class LiveStream {
    readonly state = new Cell<StreamState>('closed');
    readonly generation = new Cell(0);
    readonly #outputs = new Set<Listener<Output>>();
    readonly #readings = new Map<string, Set<Listener<LiveReadings>>>();
    readonly #backoff = new Backoff();
    #source: EventSource | null = null;
    #timer: ReturnType<typeof setTimeout> | undefined;
    #after: string | undefined;
    #lastEvent = 0;
    #reopenPending = false;
    #hiddenTimer: ReturnType<typeof setTimeout> | undefined;
    #heartbeat = false; // the node sends status events: silence then means a dead line

    start(): void {
        if (this.state.value !== 'closed') return;
        document.addEventListener('visibilitychange', this.#onVisibility);
        this.#open('connecting');
    }

    stop(): void {
        document.removeEventListener('visibilitychange', this.#onVisibility);
        clearTimeout(this.#hiddenTimer);
        this.#shut();
        this.state.set('closed');
    }

    /** Another part of the page found the node silent or back: do not wait for the line to notice. */
    retry(): void {
        if (this.state.value === 'reconnecting') this.#open('reconnecting');
    }

    lost(): void {
        if (this.state.value === 'live') this.#again();
    }

    onOutput(listener: Listener<Output>): () => void {
        this.#outputs.add(listener);
        return () => {
            this.#outputs.delete(listener);
        };
    }

    /** Readings of a Thing; asking for another set of Things opens the stream anew, without a gap in
     *  outputs. */
    onReadings(thing: string, listener: Listener<LiveReadings>): () => void {
        const listeners = this.#readings.get(thing) ?? new Set();
        const isNew = listeners.size === 0;
        listeners.add(listener);
        this.#readings.set(thing, listeners);
        if (isNew) this.#reopenSoon();
        return () => {
            listeners.delete(listener);
            if (listeners.size === 0 && this.#readings.get(thing) === listeners) {
                this.#readings.delete(thing);
                this.#reopenSoon();
            }
        };
    }

    #address(): string {
        const things = [...this.#readings.keys()].sort();
        return `/api/v1/live${query({
            kinds: 'finding,alarm,decision,action,receipt',
            things: things.length ? things.join(',') : undefined,
            after: this.#after,
        })}`;
    }

    #reopenSoon(): void {
        if (this.#reopenPending) return;
        this.#reopenPending = true;
        // A page that goes and one that comes change the set in the same turn: open once for both.
        setTimeout(() => {
            this.#reopenPending = false;
            if (this.#source) this.#open(this.state.value);
        }, 0);
    }

    #shut(): void {
        clearTimeout(this.#timer);
        this.#source?.close();
        this.#source = null;
    }

    #open(state: StreamState): void {
        this.#shut();
        this.state.set(state);
        // Opened anew for other Things before any change was seen: there is no number to go on after.
        const hasGap = state === 'reconnecting' || (state === 'live' && this.#after === undefined);
        const source = new EventSource(this.#address());
        this.#source = source;
        source.onopen = () => {
            this.#backoff.reset();
            this.#seen();
            this.state.set('live');
            if (hasGap) this.generation.set(this.generation.value + 1);
        };
        source.onerror = () => this.#again();
        source.addEventListener('output', (event) => this.#onOutput(event as MessageEvent<string>));
        source.addEventListener('readings', (event) => this.#onReadings(event as MessageEvent<string>));
        source.addEventListener('status', () => {
            this.#heartbeat = true;
            this.#seen();
        });
    }

    #seen(): void {
        this.#lastEvent = Date.now();
        if (!this.#heartbeat) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
            if (Date.now() - this.#lastEvent >= SILENT_MS) this.#again();
        }, SILENT_MS);
    }

    #again(): void {
        this.#shut();
        this.state.set('reconnecting');
        this.#timer = setTimeout(() => this.#open('reconnecting'), this.#backoff.next());
    }

    #onOutput(event: MessageEvent<string>): void {
        this.#seen();
        const output = parse<Output>(event.data);
        if (!output?.data) return;
        this.#after = String(output.change);
        for (const listener of this.#outputs) listener(output);
    }

    #onReadings(event: MessageEvent<string>): void {
        this.#seen();
        const readings = parse<LiveReadings>(event.data);
        if (!readings?.values) return;
        for (const listener of this.#readings.get(readings.thing) ?? []) listener(readings);
    }

    readonly #onVisibility = (): void => {
        clearTimeout(this.#hiddenTimer);
        if (document.hidden) {
            this.#hiddenTimer = setTimeout(() => this.#shut(), HIDDEN_MS);
        } else if (!this.#source) {
            this.#open('reconnecting');
        }
    };
}

function parse<T>(text: string): T | null {
    try {
        return JSON.parse(text) as T;
    } catch {
        return null;
    }
}

export const live = new LiveStream();
