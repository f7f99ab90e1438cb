// SPDX-License-Identifier: Apache-2.0
// add_thing.tsx -- a name in, an id and a token out. The token is shown once: the node keeps only its hash.

import { useState } from 'preact/hooks';
import { CopyLine } from '../components/copy.js';
import { Fact, Facts } from '../components/facts.js';
import { Problem } from '../components/notice.js';
import { Page } from '../components/page.js';
import { TryIt } from '../components/try_it.js';
import { api, may, type Failure } from '../lib/api.js';
import { Link, place } from '../lib/router.js';
import { asFailure } from '../lib/store.js';
import type { NewThing } from '../lib/types.js';

const NAME_MAX = 128;

function Made({ thing, another }: { thing: NewThing; another: () => void }) {
    return (
        <div class="card made" role="status">
            <h2>{thing.name} is added</h2>
            <Facts>
                <Fact name="Id, the MQTT user name">
                    <CopyLine text={thing.id} what="the id" />
                </Fact>
                <Fact name="Token, the MQTT password">
                    <CopyLine text={thing.token} what="the token" />
                </Fact>
            </Facts>
            <p class="notice notice-wait">
                <b>Keep the token now.</b> It is not shown again; the node keeps only its hash.
            </p>
            <h3>Try it</h3>
            <TryIt id={thing.id} token={thing.token} />
            <div class="answer-buttons">
                <Link to={place('things', thing.id)} class="button button-main">
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
    const [made, setMade] = useState<NewThing | null>(null);
    const [failure, setFailure] = useState<Failure | null>(null);
    const [isBusy, setBusy] = useState(false);

    const submit = async (event: Event) => {
        event.preventDefault();
        setBusy(true);
        setFailure(null);
        try {
            setMade(await api.addThing(name.trim()));
            setName('');
        } catch (error) {
            setFailure(asFailure(error));
        }
        setBusy(false);
    };

    return (
        <Page title="Add a Thing" above={<Link to="/">Things</Link>}>
            {made ? (
                <Made thing={made} another={() => setMade(null)} />
            ) : !may('admin') ? (
                <p class="calm">Only an admin can add a Thing. Ask one to do it.</p>
            ) : (
                <form class="card form" onSubmit={(event) => void submit(event)}>
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
                        Any text, as people call it: “Press 7”. The id is made from it.
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
