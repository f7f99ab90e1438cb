// SPDX-License-Identifier: Apache-2.0
// notice.tsx -- what went wrong and what to do; what is not there yet and how it comes to be.

import type { ComponentChildren } from 'preact';
import type { Failure } from '../lib/api.js';
import type { Loading } from '../lib/store.js';

const GATE_LINES = 8;

export function Problem({ failure, retry }: { failure: Failure; retry?: () => void }) {
    return (
        <div class="notice notice-bad" role="alert">
            <p class="notice-title">{failure.message}</p>
            <p>{failure.hint}</p>
            {retry && (
                <button type="button" class="button" onClick={retry}>
                    Try again
                </button>
            )}
        </div>
    );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
    return (
        <div class="notice notice-empty">
            <p class="notice-title">{title}</p>
            {children}
        </div>
    );
}

/** Shows what depends on several questions when the last of them is answered, well or badly: parts that came
 *  one by one would push each other down the page. */
export function Gate({ states, children }: { states: readonly Loading[]; children: ComponentChildren }) {
    if (states.every((state) => !state.loading || state.failure !== null)) return <>{children}</>;
    return (
        <div class="skeleton" aria-busy="true" aria-label="loading">
            {Array.from({ length: GATE_LINES }, (_, i) => (
                <div key={i} class="skeleton-line" />
            ))}
        </div>
    );
}

/** The page's part while its data is on the way, or when it did not come. */
export function Pending({ state, lines = 3 }: { state: Loading; lines?: number }) {
    if (state.failure) return <Problem failure={state.failure} retry={state.reload} />;
    return (
        <div class="skeleton" aria-busy="true" aria-label="loading">
            {Array.from({ length: lines }, (_, i) => (
                <div key={i} class="skeleton-line" />
            ))}
        </div>
    );
}
