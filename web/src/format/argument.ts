// SPDX-License-Identifier: Apache-2.0
// argument.ts -- an action's argument and its envelope in words: "target: one of disturbance", "speed: 0 to
// 3 000 1/min".

import type { ActionArgument } from '../lib/types.js';
import { interval } from './number.js';
import { duration } from './time.js';

/** "at most 6 in 1 min" */
export function rateText(atMost: unknown): string {
    const { count, per_ms: per } = (atMost ?? {}) as { count?: unknown; per_ms?: unknown };
    return typeof count === 'number' && typeof per === 'number' ? `at most ${count} in ${duration(per)}` : '';
}

export function argumentText(argument: ActionArgument): string {
    const { name, one_of: choices, range, unit } = argument;
    const unitText = typeof unit === 'string' ? unit : '';
    if (Array.isArray(choices) && choices.length > 0) return `${name}: one of ${choices.map(String).join(', ')}`;
    if (Array.isArray(range) && typeof range[0] === 'number' && typeof range[1] === 'number') {
        return `${name}: ${interval(range[0], range[1], unitText)}`;
    }
    return unitText ? `${name} (${unitText})` : name;
}
