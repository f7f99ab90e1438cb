// SPDX-License-Identifier: Apache-2.0
// credential.tsx -- how a Thing proves who it is: the state of its token and certificates, a new token with a time
// in which the old one still counts, and the end of both.

import { useState } from 'preact/hooks';
import { saidCredential } from '../format/thing_words.js';
import { api, may, type Failure } from '../lib/api.js';
import { useNow } from '../lib/clock.js';
import { useAnswer } from '../lib/store.js';
import { useTask } from '../lib/task.js';
import type { Certificate, Credential, Given } from '../lib/thing_types.js';
import { Chip } from './chip.js';
import { Confirm } from './confirm.js';
import { Hash } from './copy.js';
import { Fact, Facts } from './facts.js';
import { GivenOnce } from './given.js';
import { Problem } from './notice.js';
import { Section } from './page.js';
import { Age, Instant } from './time.js';

const OVERLAPS: readonly [seconds: number, text: string][] = [
    [0, 'not at all: it ends now'],
    [600, 'for 10 minutes'],
    [3600, 'for 1 hour'],
    [86_400, 'for 1 day'],
    [604_800, 'for 7 days'],
];
const OVERLAP_FIRST_S = 86_400; // as everywhere in the node

function Certificates({ rows }: { rows: readonly Certificate[] }) {
    return (
        <ul class="certificates">
            {rows.map((row) => (
                <li key={row.fingerprint}>
                    <Hash hex={row.fingerprint} what="the certificate’s fingerprint" />{' '}
                    <span class="muted">
                        until <Instant time={row.until} />
                    </span>
                </li>
            ))}
        </ul>
    );
}

interface StateProps {
    credential: Credential;
    certificates: readonly Certificate[] | undefined; // not known yet, or
    failure: Failure | null; // not to be known now
}

function State({ credential, certificates, failure }: StateProps) {
    const now = useNow();
    const { state, old_until, old_last_used, revoked, last_used, last_source } = credential;
    return (
        <Facts>
            <Fact name="Token">
                <Chip said={saidCredential(state)} />
                {state === 'revoked' && revoked != null && (
                    <span class="muted">
                        {' '}
                        <Age time={revoked} />
                    </span>
                )}
            </Fact>
            {old_until !== null && old_until > now && (
                <Fact name="Token before it">
                    still valid until <Instant time={old_until} />
                    {old_last_used !== undefined && (
                        <span class="muted">
                            , last used <Age time={old_last_used} />
                        </span>
                    )}
                </Fact>
            )}
            <Fact name="Last used">
                <Age time={last_used} />
                {last_source && <span class="muted"> from {last_source}</span>}
            </Fact>
            <Fact name="Certificates">
                {certificates && certificates.length > 0 ? (
                    <Certificates rows={certificates} />
                ) : (
                    <span class="muted">{failure?.message ?? (certificates ? 'none in force' : '–')}</span>
                )}
            </Fact>
        </Facts>
    );
}

function NewToken({ id, onMade, onClose }: { id: string; onMade: (given: Given) => void; onClose: () => void }) {
    const [overlap, setOverlap] = useState(OVERLAP_FIRST_S);
    const task = useTask();
    const submit = (event: Event) => {
        event.preventDefault();
        void task.run(async () => onMade(await api.newToken(id, overlap)));
    };
    return (
        <form class="inline-form" onSubmit={submit} aria-label="A new token">
            <label for="overlap">The present token goes on counting</label>
            <select
                id="overlap"
                value={String(overlap)}
                aria-describedby="overlap-hint"
                onChange={(event) => setOverlap(Number(event.currentTarget.value))}
            >
                {OVERLAPS.map(([seconds, words]) => (
                    <option key={seconds} value={String(seconds)}>
                        {words}
                    </option>
                ))}
            </select>
            <p id="overlap-hint" class="field-hint">
                Time enough to enter the new one on the device without a gap in its readings.
            </p>
            <div class="answer-buttons">
                <button class="button button-main" disabled={task.isBusy}>
                    {task.isBusy ? 'Making…' : 'Make a new token'}
                </button>
                <button type="button" class="button" onClick={onClose}>
                    Leave it
                </button>
            </div>
            {task.failure && <Problem failure={task.failure} />}
        </form>
    );
}

function Revoke({ id, name, onDone, onClose }: { id: string; name: string; onDone: () => void; onClose: () => void }) {
    const task = useTask();
    const revoke = () =>
        void task.run(async () => {
            await api.revoke(id);
            onDone();
        });
    return (
        <Confirm
            title={`Revoke what ${name} connects with?`}
            doIt={task.isBusy ? 'Revoking…' : 'Revoke'}
            isBusy={task.isBusy}
            failure={task.failure}
            onDo={revoke}
            onClose={onClose}
        >
            <ul class="ways">
                <li>Its connection is closed at once.</li>
                <li>Its token, the one before it and its certificates open nothing any more.</li>
                <li>Its readings, alarms and receipts stay. No other Thing is touched.</li>
                <li>It can come back only with a new token or certificate that an admin makes.</li>
            </ul>
        </Confirm>
    );
}

interface CredentialProps {
    id: string;
    name: string;
    via: string | null; // who speaks for it
    credential: Credential;
    onChange: () => void;
}

export function CredentialSection({ id, name, via, credential, onChange }: CredentialProps) {
    const [open, setOpen] = useState<'token' | 'revoke' | null>(null);
    const [given, setGiven] = useState<Given | null>(null);
    const issued = useAnswer(() => api.certificates(id), [id]);
    const certificates = issued.answer ?? [];
    const close = () => setOpen(null);
    const made = (next: Given) => {
        setGiven(next);
        close();
        onChange();
    };
    const revoked = () => {
        setGiven(null);
        close();
        issued.reload();
        onChange();
    };
    if (via !== null && credential.state === 'none' && certificates.length === 0) {
        return (
            <Section title="Identity">
                <p class="calm">It has nothing of its own to connect with: {via} speaks for it.</p>
            </Section>
        );
    }
    return (
        <Section title="Identity">
            <div class="card credential">
                <State credential={credential} certificates={issued.answer} failure={issued.failure} />
                {may('admin') && open !== 'token' && (
                    <div class="answer-buttons">
                        <button type="button" class="button" onClick={() => setOpen('token')}>
                            New token…
                        </button>
                        {(credential.state === 'valid' || certificates.length > 0) && (
                            <button type="button" class="button button-reject" onClick={() => setOpen('revoke')}>
                                Revoke…
                            </button>
                        )}
                    </div>
                )}
                {open === 'token' && <NewToken id={id} onMade={made} onClose={close} />}
                {open === 'revoke' && <Revoke id={id} name={name} onDone={revoked} onClose={close} />}
                {given && (
                    <div role="status">
                        <h3>A new token for {name}</h3>
                        {given.old_until != null && (
                            <p>
                                The one before it still counts until <Instant time={given.old_until} />.
                            </p>
                        )}
                        <GivenOnce given={given} />
                    </div>
                )}
            </div>
        </Section>
    );
}
