// SPDX-License-Identifier: Apache-2.0
// thing_list.tsx -- the Things of this node; a search when they are many.

import { useState } from 'preact/hooks';
import { Link, place } from '../lib/router.js';
import type { ThingRow } from '../lib/types.js';
import { several } from '../format/words.js';
import { Online } from './chip.js';
import { Age } from './time.js';

const SEARCH_FROM = 9;
const SHOWN_MAX = 60;

function Row({ thing }: { thing: ThingRow }) {
    return (
        <li>
            <Link to={place('things', thing.id)} class="row-link">
                <span class="row-main">
                    <span class="row-title">{thing.name}</span>
                    <span class="row-note">
                        {thing.name !== thing.id && <>{thing.id} · </>}
                        {several(thing.series, 'property', 'properties')}
                    </span>
                </span>
                <span class="row-end">
                    {thing.alarms_open > 0 ? (
                        <span class="chip chip-bad">{several(thing.alarms_open, 'alarm')}</span>
                    ) : (
                        <Online online={thing.online} />
                    )}
                    <span class="row-time">
                        reading <Age time={thing.last_time} />
                    </span>
                </span>
            </Link>
        </li>
    );
}

export function ThingList({ things }: { things: readonly ThingRow[] }) {
    const [search, setSearch] = useState('');
    const wanted = search.trim().toLowerCase();
    const found = things
        .filter((thing) => `${thing.name} ${thing.id}`.toLowerCase().includes(wanted))
        .sort(
            (a, b) =>
                b.alarms_open - a.alarms_open ||
                Number(b.online) - Number(a.online) ||
                a.name.localeCompare(b.name),
        );
    return (
        <>
            {things.length >= SEARCH_FROM && (
                <input
                    type="search"
                    class="search"
                    placeholder="Search by name or id"
                    aria-label="Search Things"
                    value={search}
                    onInput={(event) => setSearch(event.currentTarget.value)}
                />
            )}
            <ul class="rows">
                {found.slice(0, SHOWN_MAX).map((thing) => (
                    <Row key={thing.id} thing={thing} />
                ))}
            </ul>
            {found.length > SHOWN_MAX && <p class="muted">and {found.length - SHOWN_MAX} more: search for one.</p>}
            {found.length === 0 && <p class="muted">No Thing has “{search}” in its name or id.</p>}
        </>
    );
}
