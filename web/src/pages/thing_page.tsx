// SPDX-License-Identifier: Apache-2.0
// thing_page.tsx -- one Thing: its properties live, what it can do, what was refused, what was unusual of it.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { WINDOWS, type Window } from '../charts/series_data.js';
import { Actions } from '../components/actions.js';
import { AlarmList } from '../components/alarm_list.js';
import { Chip, Online } from '../components/chip.js';
import { CredentialSection } from '../components/credential.js';
import { Empty, Gate, Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { PropertyChart } from '../components/property_chart.js';
import { Segments } from '../components/segments.js';
import { Age } from '../components/time.js';
import { TryIt } from '../components/try_it.js';
import { TwinSection } from '../components/twin.js';
import { count, reading } from '../format/number.js';
import { api } from '../lib/api.js';
import { nodeNow } from '../lib/clock.js';
import { live } from '../lib/live.js';
import { own } from '../lib/own.js';
import { Link, place } from '../lib/router.js';
import { fetchList, useAnswer, useRows, useWork } from '../lib/store.js';
import { useLatest } from '../lib/use_latest.js';
import type { Fragment } from '../lib/thing_types.js';
import type { Finding, Property, Thing } from '../lib/types.js';

const DAY_MS = 86_400_000;
const ASK_AGAIN_MS = 1000;

function useFindingsByProperty(thing: string, window: Window): ReadonlyMap<string, Finding[]> {
    useWork(
        () => fetchList('finding', { thing, from: nodeNow() - window.length, limit: 500 }),
        [thing, window.key],
    );
    const rows = useRows(
        'finding',
        (finding) => finding.thing === thing,
        (a, b) => b.since - a.since,
        [thing],
    );
    return useMemo(() => {
        const oldest = nodeNow() - window.length;
        const map = new Map<string, Finding[]>();
        for (const finding of rows) {
            if (finding.until !== null && finding.until < oldest) continue;
            map.set(finding.property, [...(map.get(finding.property) ?? []), finding]);
        }
        return map;
    }, [rows, window]);
}

const NONE: readonly Finding[] = [];

function Charts({ thing, properties }: { thing: string; properties: readonly Property[] }) {
    const [key, setKey] = useState<Window['key']>('5m');
    const window = WINDOWS.find((one) => one.key === key) ?? WINDOWS[0];
    const findings = useFindingsByProperty(thing, window);
    return (
        <Section
            title="Readings"
            count={properties.length}
            aside={<Segments name="Window" options={WINDOWS} value={key} onChange={setKey} />}
        >
            <div class="charts">
                {properties.map((property) => (
                    <PropertyChart
                        key={property.name}
                        thing={thing}
                        property={property}
                        window={window}
                        findings={findings.get(property.name) ?? NONE}
                    />
                ))}
            </div>
        </Section>
    );
}

function States({ thing, properties }: { thing: string; properties: readonly Property[] }) {
    const latest = useLatest(thing, properties);
    return (
        <Section title="States" count={properties.length}>
            <ul class="states">
                {properties.map((property) => {
                    const newest = latest.get(property.name) ?? property;
                    return (
                        <li key={property.name} class="card state">
                            <span class="chart-name">{property.title ?? property.name}</span>
                            <span class="state-value">{reading(newest.value, property.unit)}</span>
                            <span class="row-time">
                                <Age time={newest.time} />
                            </span>
                        </li>
                    );
                })}
            </ul>
        </Section>
    );
}

function Alarms({ thing }: { thing: string }) {
    const state = useWork(() => fetchList('alarm', { thing, from: nodeNow() - DAY_MS, limit: 50 }), [thing]);
    const alarms = useRows(
        'alarm',
        (alarm) => alarm.thing === thing,
        (a, b) => b.since - a.since,
        [thing],
    ).slice(0, 20);
    if (alarms.length === 0 && (state.loading || state.failure)) return <Pending state={state} lines={1} />;
    return alarms.length > 0 ? (
        <AlarmList alarms={alarms} isOfOneThing />
    ) : (
        <p class="calm">None in the last 24 hours.</p>
    );
}

/** What the Thing's description says beyond its readings: bounds, choices, what can be set, names. */
function useDescription(id: string) {
    return useAnswer(() => api.description(id), [id]);
}

/** The node's properties with the names and units that the description gives them. */
function described(properties: readonly Property[], description: Fragment | undefined): Property[] {
    return properties.map((property) => {
        const { title, unit = '' } = own(description?.properties, property.name) ?? {};
        return { ...property, unit: property.unit || unit, ...(title ? { title } : {}) };
    });
}

const isOurs = (thing: Thing): boolean => (thing.state ?? 'adopted') === 'adopted';

/** Who it is: where it appeared, who speaks for it, its description. */
function Origin({ thing }: { thing: Thing }) {
    return (
        <p class="origin">
            {!isOurs(thing) && (
                <>
                    <Chip said={{ text: thing.state ?? '', tone: 'wait' }} />{' '}
                    <Link to={place('discovered', thing.id)}>Look at what it could be</Link>
                </>
            )}
            {thing.via && (
                <span class="muted">
                    speaks through <Link to={place('things', thing.via)}>{thing.via}</Link>
                </span>
            )}
            <Link to={place('things', thing.id, 'description')}>Thing Description</Link>
        </p>
    );
}

function Body({ thing, reload }: { thing: Thing; reload: () => void }) {
    const description = useDescription(thing.id);
    const properties = described(thing.properties, description.answer);
    const numbers = properties.filter((property) => property.kind === 'number');
    const states = properties.filter((property) => property.kind !== 'number');
    return (
        <Gate states={[description]}>
            <Origin thing={thing} />
            {thing.refused.count > 0 && (
                <div class="notice notice-wait">
                    <p class="notice-title">{count(thing.refused.count)} of what this Thing sent was refused.</p>
                    <p>The last time because: {thing.refused.why}</p>
                </div>
            )}
            {thing.properties.length === 0 && (
                <Empty title="No reading has come yet.">
                    <p>
                        Send a first one. The token was shown when the Thing was added; an admin can make a new one
                        below, or with <code>ganglion things token {thing.id}</code>.
                    </p>
                    <TryIt id={thing.id} />
                </Empty>
            )}
            {numbers.length > 0 && <Charts thing={thing.id} properties={numbers} />}
            {states.length > 0 && <States thing={thing.id} properties={states} />}
            {isOurs(thing) && (
                <>
                    <TwinSection thing={thing.id} description={description.answer} />
                    <Section title="Actions">
                        <Actions thing={thing.id} declared={thing.actions} description={description.answer} />
                    </Section>
                </>
            )}
            <Section title="Alarms">
                <Alarms thing={thing.id} />
            </Section>
            {thing.credential && (
                <CredentialSection
                    id={thing.id}
                    name={thing.name}
                    via={thing.via ?? null}
                    credential={thing.credential}
                    onChange={reload}
                />
            )}
        </Gate>
    );
}

/** A property that this page does not know has sent a reading: ask for the Thing again, at most every few
 *  seconds. */
function useNewProperties(thing: Thing | undefined, reload: () => void): void {
    useEffect(() => {
        if (!thing) return undefined;
        const known = new Set(thing.properties.map((property) => property.name));
        let isAsked = false;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const stop = live.onReadings(thing.id, ({ values }) => {
            if (isAsked || Object.keys(values).every((name) => known.has(name))) return;
            isAsked = true;
            timer = setTimeout(reload, ASK_AGAIN_MS);
        });
        return () => {
            stop();
            clearTimeout(timer);
        };
    }, [thing]);
}

export function ThingPage({ id }: { id: string }) {
    const state = useAnswer(() => api.thing(id), [id]);
    const thing = state.answer;
    useNewProperties(thing, state.reload);
    return (
        <Page
            title={thing?.name ?? id}
            above={<Link to="/">Things</Link>}
            aside={
                thing && (
                    <>
                        {thing.id !== thing.name && <code class="muted">{thing.id}</code>}
                        <Online online={thing.online} />
                    </>
                )
            }
        >
            {thing ? <Body thing={thing} reload={state.reload} /> : <Pending state={state} lines={6} />}
        </Page>
    );
}
