// SPDX-License-Identifier: Apache-2.0
// alarm_list.tsx -- alarms as lines: the Thing, the why in one line, how long.

import { Link, place } from '../lib/router.js';
import type { Alarm } from '../lib/types.js';
import { duration } from '../format/time.js';
import { saidAlarm } from '../format/words.js';
import { useNow } from '../lib/clock.js';
import { Chip } from './chip.js';
import { Instant } from './time.js';

function Row({ alarm, isOfOneThing }: { alarm: Alarm; isOfOneThing: boolean }) {
    const now = useNow();
    return (
        <li>
            <Link to={place('alarms', alarm.id)} class="row-link">
                <span class="row-main">
                    <span class="row-title">{alarm.why}</span>
                    <span class="row-note">
                        {isOfOneThing ? alarm.id : alarm.thing}
                        {alarm.sensor && ' · the sensor itself'}
                    </span>
                </span>
                <span class="row-end">
                    <Chip said={saidAlarm(alarm)} />
                    <span class="row-time">
                        <Instant time={alarm.since} />, {duration((alarm.until ?? now) - alarm.since)}
                    </span>
                </span>
            </Link>
        </li>
    );
}

export function AlarmList({ alarms, isOfOneThing = false }: { alarms: readonly Alarm[]; isOfOneThing?: boolean }) {
    return (
        <ul class="rows">
            {alarms.map((alarm) => (
                <Row key={alarm.id} alarm={alarm} isOfOneThing={isOfOneThing} />
            ))}
        </ul>
    );
}
