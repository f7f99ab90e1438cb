// SPDX-License-Identifier: Apache-2.0
// countdown.tsx -- how long a decision still waits, as a clock and as a bar that empties.

import { remaining } from '../format/time.js';
import { useNow } from '../lib/clock.js';
import type { Millis } from '../lib/types.js';

const HURRY_MS = 60_000;

export function Countdown({ from, expires }: { from: Millis; expires: Millis | null }) {
    const now = useNow();
    if (expires === null) return <span class="countdown">does not expire</span>;
    const left = expires - now;
    const part = Math.min(1, Math.max(0, left / Math.max(1, expires - from)));
    const tone = left <= 0 ? 'is-over' : left < HURRY_MS ? 'is-hurry' : '';
    return (
        <div class={`countdown ${tone}`} role="timer" aria-label={`expires in ${remaining(left)}`}>
            <span>
                {left > 0 ? (
                    <>
                        expires in <b>{remaining(left)}</b>
                    </>
                ) : (
                    'expired'
                )}
            </span>
            <span class="countdown-track" aria-hidden="true">
                <span class="countdown-bar" style={{ transform: `scaleX(${part.toFixed(4)})` }} />
            </span>
        </div>
    );
}
