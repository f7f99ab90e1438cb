// SPDX-License-Identifier: Apache-2.0
// node_status.ts -- the node's own health, asked every few seconds while somebody looks. It is also how the
// page learns that the node is gone or back, for a dead line of the stream says nothing.

import { api, Failure } from './api.js';
import { Cell } from './cell.js';
import { learnClock } from './clock.js';
import { live } from './live.js';
import type { NodeStatus } from './types.js';

const EVERY_MS = 5000;

export const nodeStatus = new Cell<NodeStatus | null>(null);
export const unreachable = new Cell<Failure | null>(null);

async function ask(): Promise<void> {
    const asked = Date.now();
    try {
        const status = await api.status();
        learnClock(status.now, asked);
        nodeStatus.set(status);
        unreachable.set(null);
        live.retry();
    } catch (error) {
        if (!(error instanceof Failure) || error.status !== 0) return;
        unreachable.set(error);
        live.lost();
    }
}

/** Keeps asking until the returned function is called. */
export function watchStatus(): () => void {
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const turn = async () => {
        if (!document.hidden) await ask();
        if (!stopped) timer = setTimeout(() => void turn(), EVERY_MS);
    };
    const onVisible = () => {
        if (document.hidden) return;
        clearTimeout(timer);
        void turn();
    };
    document.addEventListener('visibilitychange', onVisible);
    void turn();
    return () => {
        stopped = true;
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', onVisible);
    };
}
