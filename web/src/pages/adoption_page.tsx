// SPDX-License-Identifier: Apache-2.0
// adoption_page.tsx -- one Thing that has appeared: what it could be, and whether it becomes one of ours.

import { Adoption } from '../components/adoption.js';
import { Chip } from '../components/chip.js';
import { Pending } from '../components/notice.js';
import { Page } from '../components/page.js';
import { Age } from '../components/time.js';
import { saidReady, saidSource } from '../format/thing_words.js';
import { api } from '../lib/api.js';
import { askDiscovered } from '../lib/discovered.js';
import { useRepeat } from '../lib/repeat.js';
import { Link, navigate, place } from '../lib/router.js';
import { useAnswer } from '../lib/store.js';

const WATCH_MS = 5000;

export function AdoptionPage({ id }: { id: string }) {
    const state = useAnswer(() => api.proposal(id), [id]);
    const found = state.answer;
    useRepeat(state.reload, WATCH_MS);
    const goTo = (to: string) => {
        void askDiscovered();
        navigate(to);
    };
    return (
        <Page
            title={found?.name ?? id}
            above={<Link to="/discovered">Discovered</Link>}
            aside={
                found && (
                    <>
                        <code class="muted">{found.id}</code>
                        <Chip said={saidReady(found)} />
                    </>
                )
            }
        >
            {found ? (
                <>
                    <p class="calm lead-in">
                        Appeared <Age time={found.since} /> by way of {saidSource(found.source)}
                        {found.via && (
                            <>
                                , through <Link to={place('things', found.via)}>{found.via}</Link>
                            </>
                        )}
                        . Look at what the node makes of it, mend what is wrong, and adopt it.
                    </p>
                    <Adoption
                        found={found}
                        onAdopted={() => goTo(place('things', id))}
                        onIgnored={() => goTo('/discovered')}
                    />
                </>
            ) : (
                <Pending state={state} lines={6} />
            )}
        </Page>
    );
}
