// SPDX-License-Identifier: Apache-2.0
// discovered_page.tsx -- what has appeared by itself, and what became of what was looked away from.

import { Chip } from '../components/chip.js';
import { Empty, Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { Age } from '../components/time.js';
import { count } from '../format/number.js';
import { saidReady, saidSource } from '../format/thing_words.js';
import { several } from '../format/words.js';
import { api } from '../lib/api.js';
import { askDiscovered, useDiscovered } from '../lib/discovered.js';
import { Link, place } from '../lib/router.js';
import { useAnswer } from '../lib/store.js';
import type { DiscoveredRow } from '../lib/thing_types.js';
import type { ThingRow } from '../lib/types.js';

function Row({ row }: { row: DiscoveredRow }) {
    return (
        <li>
            <Link to={place('discovered', row.id)} class="row-link">
                <span class="row-main">
                    <span class="row-title">{row.name}</span>
                    <span class="row-note">
                        {[
                            saidSource(row.source),
                            ...(row.via ? [`through ${row.via}`] : []),
                            several(row.properties, 'property', 'properties'),
                            `${count(row.readings)} ${row.readings === 1 ? 'reading' : 'readings'}`,
                        ].join(' · ')}
                    </span>
                </span>
                <span class="row-end">
                    <Chip said={saidReady(row)} />
                    <span class="row-time">
                        appeared <Age time={row.since} />
                    </span>
                </span>
            </Link>
        </li>
    );
}

function Ignored({ things }: { things: readonly ThingRow[] }) {
    return (
        <Section title="Ignored" count={things.length}>
            <ul class="rows">
                {things.map((thing) => (
                    <li key={thing.id}>
                        <Link to={place('discovered', thing.id)} class="row-link">
                            <span class="row-main">
                                <span class="row-title">{thing.name}</span>
                                <span class="row-note">
                                    {thing.id}
                                    {thing.via && ` · through ${thing.via}`}
                                </span>
                            </span>
                        </Link>
                    </li>
                ))}
            </ul>
        </Section>
    );
}

export function DiscoveredPage() {
    const { rows, failure } = useDiscovered();
    const things = useAnswer(api.things, [rows?.length ?? 0]);
    const ignored = things.answer?.filter((thing) => thing.state === 'ignored') ?? [];
    return (
        <Page title="Discovered">
            {rows === null ? (
                <Pending state={{ loading: failure === null, failure, reload: () => void askDiscovered() }} />
            ) : rows.length > 0 ? (
                <>
                    <p class="calm lead-in">
                        These have appeared by themselves. Their readings are kept; nothing of them is judged, and no
                        rule sees them, until one of them is adopted.
                    </p>
                    <ul class="rows">
                        {[...rows]
                            .sort((a, b) => Number(b.ready) - Number(a.ready) || b.since - a.since)
                            .map((row) => (
                                <Row key={row.id} row={row} />
                            ))}
                    </ul>
                </>
            ) : (
                <Empty title="Nothing new has appeared.">
                    <p>
                        A device that announces itself (Home Assistant discovery, Zigbee2MQTT, Tasmota, Sparkplug B), or
                        that a mapping of topics of the solution fits, is listed here with what it seems to measure. One
                        that connects by itself is <Link to="/add-thing">added by its name</Link>.
                    </p>
                </Empty>
            )}
            {ignored.length > 0 && <Ignored things={ignored} />}
        </Page>
    );
}
