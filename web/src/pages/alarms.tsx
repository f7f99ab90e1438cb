// SPDX-License-Identifier: Apache-2.0
// alarms.tsx -- open alarms, and those that cleared.

import { AlarmList } from '../components/alarm_list.js';
import { Gate, Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { useOpenAlarms } from '../lib/selections.js';
import { fetchList, useRows, useWork } from '../lib/store.js';

const LIST_MAX = 100;

export function Alarms() {
    const state = useWork(() => fetchList('alarm', { limit: LIST_MAX }), []);
    const open = useOpenAlarms();
    const cleared = useRows(
        'alarm',
        (alarm) => alarm.state === 'cleared',
        (a, b) => b.since - a.since,
    );
    return (
        <Page title="Alarms">
            <Gate states={[state]}>
                <Section title="Open" count={open.length}>
                    {open.length > 0 ? (
                        <AlarmList alarms={open} />
                    ) : state.loading || state.failure ? (
                        <Pending state={state} lines={1} />
                    ) : (
                        <p class="calm">Nothing unusual now.</p>
                    )}
                </Section>
                <Section title="Cleared" count={cleared.length}>
                    {cleared.length > 0 ? (
                        <AlarmList alarms={cleared.slice(0, LIST_MAX)} />
                    ) : state.loading ? (
                        <Pending state={state} />
                    ) : (
                        <p class="calm">No alarm has cleared yet. Each stays here with its why.</p>
                    )}
                </Section>
            </Gate>
        </Page>
    );
}
