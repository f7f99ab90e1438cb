// SPDX-License-Identifier: Apache-2.0
// add_thing.tsx -- a name in, an id and a token out. The token is shown once: the node keeps only its hash.

import { useState } from 'preact/hooks';
import { GivenOnce } from '../components/given.js';
import { Problem } from '../components/notice.js';
import { Page } from '../components/page.js';
import { api, may } from '../lib/api.js';
import { Link, place } from '../lib/router.js';
import { useTask } from '../lib/task.js';
import type { Given } from '../lib/thing_types.js';

const NAME_MAX = 128;

function Made({ given, another }: { given: Given; another: () => void }) {
    return (
        <div class="card made" role="status">
            <h2>{given.name ?? given.id} is added</h2>
            <GivenOnce given={given} />
            <div class="answer-buttons">
                <Link to={place('things', given.id)} class="button button-main">
                    Watch its readings
                </Link>
                <button type="button" class="button" onClick={another}>
                    Add another
                </button>
            </div>
        </div>
    );
}

export function AddThing() {
    const [name, setName] = useState('');
    const [made, setMade] = useState<Given | null>(null);
    const { isBusy, failure, run } = useTask();

    const submit = (event: Event) => {
        event.preventDefault();
        void run(async () => {
            setMade(await api.addThing(name.trim()));
            setName('');
        });
    };

    return (
        <Page title="Add a Thing" above={<Link to="/">Things</Link>}>
            {made ? (
                <Made given={made} another={() => setMade(null)} />
            ) : !may('admin') ? (
                <p class="calm">Only an admin can add a Thing. Ask one to do it.</p>
            ) : (
                <form class="card form" onSubmit={submit}>
                    <label for="name">Name</label>
                    <input
                        id="name"
                        value={name}
                        maxLength={NAME_MAX}
                        required
                        autocomplete="off"
                        aria-describedby="name-hint"
                        onInput={(event) => setName(event.currentTarget.value)}
                    />
                    <p id="name-hint" class="field-hint">
                        Any text, as people call it: “Press 7”. The id is made from it. A Thing that speaks
                        through a gateway need not be added: it appears under <Link to="/discovered">Discovered</Link>.
                    </p>
                    <button class="button button-main" disabled={isBusy || !name.trim()}>
                        {isBusy ? 'Adding…' : 'Add'}
                    </button>
                    {failure && <Problem failure={failure} />}
                </form>
            )}
        </Page>
    );
}
