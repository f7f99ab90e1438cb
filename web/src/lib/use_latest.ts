// SPDX-License-Identifier: Apache-2.0
// use_latest.ts -- the newest value of each of a Thing's properties, from the live stream.

import { useEffect, useState } from 'preact/hooks';
import { live } from './live.js';
import type { Millis, Value } from './types.js';

interface Latest {
    value: Value | null;
    time: Millis | null;
}

export function useLatest(thing: string, properties: readonly { name: string }[]): ReadonlyMap<string, Latest> {
    const [latest, setLatest] = useState<ReadonlyMap<string, Latest>>(new Map());
    const names = properties.map((property) => property.name).join('\n');
    useEffect(() => {
        const wanted = new Set(names.split('\n'));
        setLatest(new Map());
        return live.onReadings(thing, ({ time, values }) => {
            const fresh = Object.entries(values).filter(([name]) => wanted.has(name));
            if (fresh.length === 0) return;
            setLatest((before) => {
                const next = new Map(before);
                for (const [name, value] of fresh) next.set(name, { value, time });
                return next;
            });
        });
    }, [thing, names]);
    return latest;
}
