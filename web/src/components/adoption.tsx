// SPDX-License-Identifier: Apache-2.0
// adoption.tsx -- a proposal for a Thing that has appeared, to be mended by a person, and the two answers.

import { useState } from 'preact/hooks';
import { api, may } from '../lib/api.js';
import { describedAs, type Edits } from '../lib/adoption_edits.js';
import { useTask } from '../lib/task.js';
import type { Discovered } from '../lib/thing_types.js';
import { AdoptionTable } from './adoption_table.js';
import { Confirm } from './confirm.js';
import { Problem } from './notice.js';
import { Section } from './page.js';

const NAME_MAX = 128;

interface AdoptionProps {
    found: Discovered;
    onAdopted: () => void;
    onIgnored: () => void;
}

function WhatItDoes({ found }: { found: Discovered }) {
    const actions = Object.entries(found.proposal.actions ?? {});
    return actions.length === 0 ? null : (
        <Section title="Actions" count={actions.length}>
            <ul class="rows rows-plain">
                {actions.map(([name, action]) => (
                    <li key={name}>
                        <span class="row-title">{action.title ?? name}</span>
                        <span class="row-note">{action.description}</span>
                    </li>
                ))}
            </ul>
        </Section>
    );
}

export function Adoption({ found, onAdopted, onIgnored }: AdoptionProps) {
    const properties = Object.keys(found.proposal.properties ?? {});
    const [name, setName] = useState(found.proposal.title ?? found.name);
    const [edits, setEdits] = useState<Edits>({});
    const [isAsked, setAsked] = useState(false);
    const adopting = useTask();
    const ignoring = useTask();
    const canEdit = may('admin');
    const adopt = (event: Event) => {
        event.preventDefault();
        void adopting.run(async () => {
            await api.adopt(found.id, name.trim(), describedAs(found.proposal, name.trim(), edits));
            onAdopted();
        });
    };
    const ignore = () =>
        void ignoring.run(async () => {
            await api.ignore(found.id);
            onIgnored();
        });
    return (
        <form onSubmit={adopt} aria-label={`Adopt ${found.name}`}>
            {!found.ready && (
                <div class="notice notice-wait">
                    <p class="notice-title">Not ready yet.</p>
                    <p>{found.why_not_ready ?? 'The node is still watching what it sends.'}</p>
                </div>
            )}
            <div class="field adoption-name">
                <label for="adopted-name">Name</label>
                <input
                    id="adopted-name"
                    value={name}
                    maxLength={NAME_MAX}
                    required
                    disabled={!canEdit}
                    autocomplete="off"
                    onInput={(event) => setName(event.currentTarget.value)}
                />
            </div>
            <Section title="Properties" count={properties.length}>
                {properties.length === 0 ? (
                    <p class="calm">It has announced itself, and sent nothing yet.</p>
                ) : (
                    <AdoptionTable
                        found={found}
                        edits={edits}
                        canEdit={canEdit}
                        onEdit={(key, edit) => setEdits((before) => ({ ...before, [key]: edit }))}
                    />
                )}
            </Section>
            <WhatItDoes found={found} />
            {canEdit ? (
                <div class="answer-buttons adoption-foot">
                    <button class="button button-main" disabled={!found.ready || adopting.isBusy || !name.trim()}>
                        {adopting.isBusy ? 'Adopting…' : 'Adopt'}
                    </button>
                    <button type="button" class="button" onClick={() => setAsked(true)}>
                        Ignore…
                    </button>
                </div>
            ) : (
                <p class="muted adoption-foot">Only an admin can adopt a Thing. Ask one to do it.</p>
            )}
            {adopting.failure && <Problem failure={adopting.failure} />}
            {isAsked && (
                <Confirm
                    title={`Ignore ${found.name}?`}
                    doIt={ignoring.isBusy ? 'Ignoring…' : 'Ignore it'}
                    isBusy={ignoring.isBusy}
                    failure={ignoring.failure}
                    onDo={ignore}
                    onClose={() => setAsked(false)}
                >
                    <p>
                        It leaves this list and counts no more as new, and nothing more that it says is kept. It can
                        still be adopted: ignored ones stand at the end of the page Discovered.
                    </p>
                </Confirm>
            )}
        </form>
    );
}
