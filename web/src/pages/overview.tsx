// SPDX-License-Identifier: Apache-2.0
// overview.tsx -- is all well? What wants a person, the Things, the node itself.

import { useEffect } from 'preact/hooks';
import { AlarmList } from '../components/alarm_list.js';
import { Icon } from '../components/icon.js';
import { NodeStrip } from '../components/node_strip.js';
import { Empty, Gate, Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { ThingList } from '../components/thing_list.js';
import { several } from '../format/words.js';
import { api, may } from '../lib/api.js';
import { Link, place } from '../lib/router.js';
import { useOpenAlarms, useOpenState, usePendingDecisions } from '../lib/selections.js';
import { useAnswer } from '../lib/store.js';
import type { Decision, ThingRow } from '../lib/types.js';
import { actionLine } from '../format/words.js';
import { Countdown } from '../components/countdown.js';

const REFRESH_MS = 5000;

function useThings() {
    const state = useAnswer(api.things, []);
    const { reload } = state;
    useEffect(() => {
        const timer = setInterval(() => {
            if (!document.hidden) reload();
        }, REFRESH_MS);
        return () => clearInterval(timer);
    }, []);
    return state;
}

function title(alarms: number, pending: number): string {
    if (pending > 0) return `${several(pending, 'approval')} wait${pending === 1 ? 's' : ''} for a person`;
    if (alarms > 0) return `${several(alarms, 'alarm')} ${alarms === 1 ? 'is' : 'are'} open`;
    return 'All is as usual';
}

function Waiting({ decisions }: { decisions: readonly Decision[] }) {
    return (
        <Section
            title="Approvals"
            count={decisions.length}
            aside={
                <Link to="/approvals" class="more">
                    Answer them
                    <Icon name="arrow" />
                </Link>
            }
        >
            <ul class="rows">
                {decisions.slice(0, 3).map((decision) => (
                    <li key={decision.id}>
                        <Link to="/approvals" class="row-link">
                            <span class="row-main">
                                <span class="row-title">
                                    {decision.action
                                        ? actionLine(decision.action.name, decision.action.input)
                                        : decision.rule}{' '}
                                    on {decision.action?.thing ?? decision.thing}?
                                </span>
                                <span class="row-note">{decision.why}</span>
                            </span>
                            <span class="row-end">
                                <Countdown from={decision.time} expires={decision.expires} />
                            </span>
                        </Link>
                    </li>
                ))}
            </ul>
        </Section>
    );
}

function NoThings() {
    return (
        <Empty title="No Thing yet.">
            <p>
                A Thing is a device or a machine that sends readings over MQTT. Give it a name here; the node makes
                it an id and a token of its own, and shows the line to try.
            </p>
            {may('admin') ? (
                <Link to="/add-thing" class="button button-main">
                    Add the first Thing
                </Link>
            ) : (
                <p>Ask an admin of this node to add one.</p>
            )}
        </Empty>
    );
}

function Things({ things }: { things: readonly ThingRow[] }) {
    return things.length === 0 ? <NoThings /> : <ThingList things={things} />;
}

export function Overview() {
    const alarms = useOpenAlarms();
    const pending = usePendingDecisions();
    const open = useOpenState();
    const things = useThings();
    // What has only appeared has a page of its own.
    const ours = things.answer?.filter((thing) => (thing.state ?? 'adopted') === 'adopted');
    const online = ours?.filter((thing) => thing.online).length ?? 0;
    return (
        <Page
            title={open.loading ? 'Overview' : title(alarms.length, pending.length)}
            above="Overview"
            kind="overview"
        >
            <Gate states={[open, things]}>
                <NodeStrip />
                {pending.length > 0 && <Waiting decisions={pending} />}
                <Section
                    title="Open alarms"
                    count={alarms.length}
                    aside={
                        <Link to="/alarms" class="more">
                            All alarms
                            <Icon name="arrow" />
                        </Link>
                    }
                >
                    {open.loading || open.failure ? (
                        <Pending state={open} lines={1} />
                    ) : alarms.length > 0 ? (
                        <AlarmList alarms={alarms} />
                    ) : (
                        <p class="calm">
                            Nothing unusual now. When readings leave what is usual for them, the alarm and its why
                            appear here.
                        </p>
                    )}
                </Section>
                <Section
                    title="Things"
                    count={ours?.length}
                    aside={
                        <span class="section-end">
                            {ours && ours.length > 0 && (
                                <span class="muted">{online} online</span>
                            )}
                            {may('admin') && (
                                <Link to={place('add-thing')} class="more">
                                    <Icon name="plus" />
                                    Add a Thing
                                </Link>
                            )}
                        </span>
                    }
                >
                    {ours ? <Things things={ours} /> : <Pending state={things} />}
                </Section>
            </Gate>
        </Page>
    );
}
