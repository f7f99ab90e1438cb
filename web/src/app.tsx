// SPDX-License-Identifier: Apache-2.0
// app.tsx -- which page an address shows, and who may see any.

import { useEffect } from 'preact/hooks';
import { Problem } from './components/notice.js';
import { Page } from './components/page.js';
import { Shell } from './components/shell.js';
import { api, session, type Failure } from './lib/api.js';
import { Cell, useCell } from './lib/cell.js';
import { useWatchDiscovered } from './lib/discovered.js';
import { live } from './lib/live.js';
import { watchStatus } from './lib/node_status.js';
import { Link, useRoute, type Route } from './lib/router.js';
import { useOpenThings } from './lib/selections.js';
import { asFailure, tables } from './lib/store.js';
import { AddThing } from './pages/add_thing.js';
import { AdoptionPage } from './pages/adoption_page.js';
import { AlarmPage } from './pages/alarm_page.js';
import { Alarms } from './pages/alarms.js';
import { Approvals } from './pages/approvals.js';
import { DecisionPage } from './pages/decision_page.js';
import { DescriptionPage } from './pages/description_page.js';
import { DiscoveredPage } from './pages/discovered_page.js';
import { Overview } from './pages/overview.js';
import { SignIn } from './pages/sign_in.js';
import { StatusPage } from './pages/status_page.js';
import { ThingPage } from './pages/thing_page.js';

const ROUTES: readonly Route[] = [
    { pattern: '/', page: () => <Overview /> },
    { pattern: '/things/:id', page: ({ id = '' }) => <ThingPage key={id} id={id} /> },
    { pattern: '/things/:id/description', page: ({ id = '' }) => <DescriptionPage key={id} id={id} /> },
    { pattern: '/discovered', page: () => <DiscoveredPage /> },
    { pattern: '/discovered/:id', page: ({ id = '' }) => <AdoptionPage key={id} id={id} /> },
    { pattern: '/add-thing', page: () => <AddThing /> },
    { pattern: '/alarms', page: () => <Alarms /> },
    { pattern: '/alarms/:id', page: ({ id = '' }) => <AlarmPage key={id} id={id} /> },
    { pattern: '/approvals', page: () => <Approvals /> },
    { pattern: '/decisions/:id', page: ({ id = '' }) => <DecisionPage key={id} id={id} /> },
    { pattern: '/status', page: () => <StatusPage /> },
];

function NotFound({ path }: { path: string }) {
    return (
        <Page title="Nothing is here">
            <p>
                No page has the address <code>{path}</code>. <Link to="/">Go to the overview</Link>.
            </p>
        </Page>
    );
}

/** What lives as long as somebody is signed in: the stream, the node's status, what is open. */
function SignedIn() {
    const { path, element } = useRoute(ROUTES);
    useOpenThings();
    useWatchDiscovered();
    useEffect(() => {
        live.start();
        const stopStatus = watchStatus();
        return () => {
            stopStatus();
            live.stop();
            for (const table of Object.values(tables)) table.clear();
        };
    }, []);
    return <Shell>{element ?? <NotFound path={path} />}</Shell>;
}

const startFailure = new Cell<Failure | null>(null);
const START_AGAIN_MS = 3000;

export function askWhoIsHere(): void {
    api.whoAmI().then(
        () => startFailure.set(null),
        (error: unknown) => {
            startFailure.set(asFailure(error));
            setTimeout(askWhoIsHere, START_AGAIN_MS);
        },
    );
}

export function App() {
    const person = useCell(session);
    const failure = useCell(startFailure);
    if (person === undefined)
        return failure ? (
            <main class="page">
                <Problem failure={failure} />
            </main>
        ) : null;
    return person === null ? <SignIn /> : <SignedIn />;
}
