// SPDX-License-Identifier: Apache-2.0
// shell.tsx -- what is around every page: name, places to go, state of the line, theme, who is signed in.

import type { ComponentChildren } from 'preact';
import { api, session } from '../lib/api.js';
import { useCell } from '../lib/cell.js';
import { useDiscovered } from '../lib/discovered.js';
import { live } from '../lib/live.js';
import { unreachable } from '../lib/node_status.js';
import { Link, usePath } from '../lib/router.js';
import { useOpenAlarms, usePendingDecisions } from '../lib/selections.js';
import { several } from '../format/words.js';
import { Icon, Mark, type IconName } from './icon.js';
import { ThemeButton } from './theme_button.js';

interface PlaceProps {
    to: string;
    icon: IconName;
    name: string;
    within: readonly string[];
    badge?: number;
    badgeWords?: string;
    isCalm?: boolean; // nothing is wrong because of what the badge counts
}

function Place({ to, icon, name, within, badge = 0, badgeWords, isCalm }: PlaceProps) {
    const here = usePath();
    const isCurrent = here === to || within.some((prefix) => here.startsWith(prefix));
    return (
        <li>
            <Link to={to} class="place" current={isCurrent} {...(badge ? { label: `${name}, ${badgeWords}` } : {})}>
                <Icon name={icon} />
                <span class="place-name">{name}</span>
                {badge > 0 && <span class={isCalm ? 'badge badge-calm' : 'badge'}>{badge}</span>}
            </Link>
        </li>
    );
}

function Places() {
    const alarms = useOpenAlarms().length;
    const pending = usePendingDecisions().length;
    const found = useDiscovered().rows?.length ?? 0;
    return (
        <nav class="places" aria-label="Main">
            <ul>
                <Place to="/" icon="overview" name="Overview" within={['/things/', '/add-thing']} />
                <Place
                    to="/alarms"
                    icon="alarm"
                    name="Alarms"
                    within={['/alarms/']}
                    badge={alarms}
                    badgeWords={`${alarms} open`}
                />
                <Place
                    to="/approvals"
                    icon="approval"
                    name="Approvals"
                    within={['/decisions/']}
                    badge={pending}
                    badgeWords={several(pending, 'waits', 'wait')}
                />
                <Place
                    to="/discovered"
                    icon="discovered"
                    name="Discovered"
                    within={['/discovered/']}
                    badge={found}
                    badgeWords={`${found} new`}
                    isCalm
                />
                <Place to="/status" icon="status" name="Status" within={[]} />
            </ul>
        </nav>
    );
}

const LINE_WORDS = {
    closed: 'not connected',
    connecting: 'connecting',
    live: 'live',
    reconnecting: 'reconnecting',
};

function Line() {
    const state = useCell(live.state);
    return (
        <span class={`line line-${state}`} role="status">
            <span class="dot" aria-hidden="true" />
            <span class="line-word">{LINE_WORDS[state]}</span>
        </span>
    );
}

function Person() {
    const person = useCell(session);
    if (!person) return null;
    return (
        <>
            <span class="person" title={`signed in as ${person.name}, ${person.role}`}>
                {person.name}
            </span>
            <button
                type="button"
                class="icon-button"
                aria-label="Sign out"
                title="Sign out"
                onClick={() => void api.signOut().catch(() => session.set(null))}
            >
                <Icon name="out" />
            </button>
        </>
    );
}

export function Shell({ children }: { children: ComponentChildren }) {
    const gone = useCell(unreachable);
    return (
        <>
            <a class="skip" href="#main">
                Skip to the page
            </a>
            <header class="top">
                <Link to="/" class="brand">
                    <Mark />
                    <span>Ganglion</span>
                </Link>
                <Places />
                <div class="top-end">
                    <Line />
                    <ThemeButton />
                    <Person />
                </div>
            </header>
            {gone && (
                <div class="banner" role="alert">
                    <strong>{gone.message}</strong> {gone.hint}
                </div>
            )}
            {children}
        </>
    );
}
