// SPDX-License-Identifier: Apache-2.0
// task.ts -- one thing a person asked the node to do: under way, or failed and why.

import { useState } from 'preact/hooks';
import type { Failure } from './api.js';
import { asFailure } from './store.js';

export interface Task {
    isBusy: boolean;
    failure: Failure | null;
    run: (work: () => Promise<unknown>) => Promise<void>;
}

export function useTask(): Task {
    const [isBusy, setBusy] = useState(false);
    const [failure, setFailure] = useState<Failure | null>(null);
    const run = async (work: () => Promise<unknown>) => {
        setBusy(true);
        setFailure(null);
        try {
            await work();
        } catch (error) {
            setFailure(asFailure(error));
        }
        setBusy(false);
    };
    return { isBusy, failure, run };
}
