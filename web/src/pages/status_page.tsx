// SPDX-License-Identifier: Apache-2.0
// status_page.tsx -- the node itself: journal, memory as planned, counters, limits.

import { useState } from 'preact/hooks';
import { NodeStrip } from '../components/node_strip.js';
import { Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { bytes, count, plain, quantity } from '../format/number.js';
import { saidJournal } from '../format/words.js';
import { api } from '../lib/api.js';
import { useCell } from '../lib/cell.js';
import { nodeStatus } from '../lib/node_status.js';
import { useAnswer } from '../lib/store.js';
import type { NodeStatus } from '../lib/types.js';

type Row = [name: string, value: string];

function Table({ rows }: { rows: readonly Row[] }) {
    return (
        <dl class="pairs">
            {rows.map(([name, value]) => (
                <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}

const PLAN_SHOWN_FIRST = 8;

function Memory({ memory }: { memory: NodeStatus['memory'] }) {
    const [isAll, setAll] = useState(false);
    const planned = [...memory.planned].sort((a, b) => b.bytes - a.bytes);
    const shown = isAll ? planned : planned.slice(0, PLAN_SHOWN_FIRST);
    const total = planned.reduce((sum, part) => sum + part.bytes, 0);
    const largest = planned[0]?.bytes ?? 1;
    return (
        <>
            <p class="calm">
                Planned at start: {bytes(total)}, taken once. Resident now: {bytes(memory.resident_bytes)}.
            </p>
            <ul class="plan">
                {shown.map((part) => (
                    <li key={part.purpose}>
                        <span>{part.purpose}</span>
                        <span class="figure">{bytes(part.bytes)}</span>
                        <span class="bar" aria-hidden="true">
                            <span style={{ transform: `scaleX(${(part.bytes / largest).toFixed(4)})` }} />
                        </span>
                    </li>
                ))}
            </ul>
            {shown.length < planned.length && (
                <button type="button" class="link-button" onClick={() => setAll(true)}>
                    Show all {planned.length}
                </button>
            )}
        </>
    );
}

function counters(status: NodeStatus): Row[] {
    return [
        ['Things', `${count(status.things.count)}, ${count(status.things.online)} online`],
        ['Series', count(status.series.count)],
        ['Readings kept', count(status.readings.count)],
        ['Readings a second', plain(status.readings.per_second)],
        ['Alarms open', count(status.alarms.open)],
        ['Decisions pending', count(status.decisions.pending)],
        ['Solution', status.solution ? 'in force' : 'none'],
    ];
}

function journal(status: NodeStatus): Row[] {
    const { state, durable_seq, bytes: size, sync_us_mean, sync_us_max } = status.journal;
    return [
        ['State', saidJournal(state).text],
        ['Durable up to record', count(durable_seq)],
        ['On disk', bytes(size)],
        ['Disk sync, mean', quantity(sync_us_mean / 1e6, 's')],
        ['Disk sync, longest', quantity(sync_us_max / 1e6, 's')],
    ];
}

/** Counters as the node names them; nanoseconds of work are said as time. */
function named(counters: Record<string, number | string> | undefined): Row[] {
    return Object.entries(counters ?? {}).map(([name, value]): Row => {
        if (typeof value !== 'number') return [name.replaceAll('_', ' '), value];
        if (name.endsWith('_ns')) return [`${name.slice(0, -3)} thread at work`, quantity(value / 1e9, 's')];
        return [name.replaceAll('_', ' '), count(value)];
    });
}

function Named({
    title,
    counters: given,
}: {
    title: string;
    counters: Record<string, number | string> | undefined;
}) {
    const rows = named(given);
    return rows.length === 0 ? null : (
        <Section title={title}>
            <Table rows={rows} />
        </Section>
    );
}

function Limits() {
    const state = useAnswer(api.limits, []);
    if (!state.answer) return <Pending state={state} lines={8} />;
    return (
        <ul class="limits">
            {state.answer.map((limit) => (
                <li key={limit.name}>
                    <code>{limit.name}</code>
                    <span class="figure">{count(limit.value)}</span>
                    <span class="muted">{limit.text}</span>
                </li>
            ))}
        </ul>
    );
}

export function StatusPage() {
    const status = useCell(nodeStatus);
    return (
        <Page title="Status">
            <NodeStrip />
            {status ? (
                <div class="columns">
                    <Section title="Counters">
                        <Table rows={counters(status)} />
                    </Section>
                    <Section title="Journal">
                        <Table rows={journal(status)} />
                    </Section>
                    <Named title="MQTT" counters={status.mqtt} />
                    <Named title="Stages" counters={status.stages} />
                    <Section title="Memory">
                        <Memory memory={status.memory} />
                    </Section>
                </div>
            ) : (
                <Pending state={{ loading: true, failure: null, reload: () => undefined }} lines={8} />
            )}
            <Section title="Limits">
                <Limits />
            </Section>
        </Page>
    );
}
