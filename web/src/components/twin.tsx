// SPDX-License-Identifier: Apache-2.0
// twin.tsx -- what is wanted of a Thing beside what it says it is: the difference, how far the wish has come, and
// the means to wish something else.

import { useState } from 'preact/hooks';
import { differenceText, isUnderWay, saidWish } from '../format/thing_words.js';
import { reading } from '../format/number.js';
import { api, may } from '../lib/api.js';
import { enteredOf, fieldOf, valueOf, type Field } from '../lib/field.js';
import { useIntent } from '../lib/intent.js';
import { own } from '../lib/own.js';
import { useRepeat } from '../lib/repeat.js';
import { useAnswer } from '../lib/store.js';
import { useTask } from '../lib/task.js';
import type { Fragment, TwinRow } from '../lib/thing_types.js';
import type { Value } from '../lib/types.js';
import { useLatest } from '../lib/use_latest.js';
import { Chip } from './chip.js';
import { FieldInput } from './field_input.js';
import { Problem } from './notice.js';
import { Section } from './page.js';
import { Age, Instant } from './time.js';

const SOON_MS = 1000;
const LATER_MS = 10_000;

const BLANK = { desired: null, reported: null, differs: false, state: null, since: null, expires: null } as const;

/** The rows of the twin, and a row for what the description says can be set though nobody has wished yet. */
export function twinRows(rows: readonly TwinRow[], description: Fragment | undefined): TwinRow[] {
    const known = new Set(rows.map((row) => row.name));
    const more = Object.entries(description?.properties ?? {})
        .filter(([name, schema]) => schema.readOnly === false && !known.has(name))
        .map(([name, { type = 'string', unit = '' }]) => ({ name, kind: type, unit, ...BLANK }));
    return [...rows, ...more];
}

function fieldOfRow(row: TwinRow, description: Fragment | undefined): Field {
    const schema = own(description?.properties, row.name);
    return fieldOf(row.name, { ...schema, type: schema?.type ?? row.kind, unit: row.unit || schema?.unit || '' });
}

interface WishProps {
    row: TwinRow;
    field: Field;
    isBusy: boolean;
    onWish: (value: Value | null) => void;
}

/** On or off is one press. */
function Switch({ row, field, isBusy, onWish }: WishProps) {
    const isOn = (row.desired ?? row.reported) === true;
    return (
        <button
            type="button"
            role="switch"
            class="switch"
            aria-checked={isOn}
            aria-label={`${field.title}, desired`}
            disabled={isBusy}
            onClick={() => onWish(!isOn)}
        >
            <span class="switch-knob" aria-hidden="true" />
            <span class="switch-word">{isOn ? 'on' : 'off'}</span>
        </button>
    );
}

function Setting({ row, field, isBusy, onWish }: WishProps) {
    const [entered, setEntered] = useState<string | null>(null);
    const [wrong, setWrong] = useState<string | null>(null);
    const submit = (event: Event) => {
        event.preventDefault();
        const result = valueOf(field, entered ?? enteredOf(field, row.desired));
        if (!('value' in result)) {
            setWrong('wrong' in result ? result.wrong : null);
            return;
        }
        setWrong(null);
        onWish(result.value);
    };
    return (
        <form class="wish" onSubmit={submit} aria-label={`Set ${field.title}`}>
            <FieldInput
                field={field}
                label={`Set ${field.title} to`}
                entered={entered ?? enteredOf(field, row.desired)}
                wrong={wrong}
                isDisabled={isBusy}
                onEnter={setEntered}
            />
            <button class="button" disabled={isBusy}>
                Set
            </button>
        </form>
    );
}

interface RowProps {
    thing: string;
    row: TwinRow;
    field: Field;
    reported: Value | null;
    onChange: () => void;
}

function Row({ thing, row, field, reported, onChange }: RowProps) {
    const intent = useIntent();
    const task = useTask();
    const wish = (value: Value | null) =>
        void task.run(async () => {
            await api.desire(thing, row.name, value, intent.keyOf(value));
            intent.done();
            onChange();
        });
    const difference = differenceText({ ...row, reported, unit: field.unit });
    const control = { row, field, isBusy: task.isBusy, onWish: wish };
    return (
        <li class="card twin" aria-label={field.title}>
            <div class="twin-head">
                <h3 class="chart-name">{field.title}</h3>
                {row.desired !== null && row.state && <Chip said={saidWish(row.state)} />}
            </div>
            <dl class="twin-pair">
                <div>
                    <dt>Desired</dt>
                    <dd>{row.desired === null ? 'nothing' : reading(row.desired, field.unit)}</dd>
                </div>
                <div>
                    <dt>Reported</dt>
                    <dd>{reading(reported, field.unit)}</dd>
                </div>
            </dl>
            <p class="twin-note" role="status">
                {difference && <b>{difference}</b>}
                {row.desired !== null && row.since !== null && (
                    <span class="muted">
                        {difference && ' · '}
                        {row.state && saidWish(row.state).text} <Age time={row.since} />
                        {isUnderWay(row) && row.expires !== null && (
                            <>
                                , until <Instant time={row.expires} />
                            </>
                        )}
                    </span>
                )}
            </p>
            {may('operator') && (
                <div class="twin-foot">
                    {field.kind === 'boolean' ? <Switch {...control} /> : <Setting {...control} />}
                    {row.desired !== null && (
                        <button type="button" class="link-button" disabled={task.isBusy} onClick={() => wish(null)}>
                            Withdraw<span class="hidden"> what is desired of {field.title}</span>
                        </button>
                    )}
                </div>
            )}
            {task.failure && <Problem failure={task.failure} />}
        </li>
    );
}

export function TwinSection({ thing, description }: { thing: string; description: Fragment | undefined }) {
    const state = useAnswer(() => api.twin(thing), [thing]);
    const rows = twinRows(state.answer ?? [], description);
    const latest = useLatest(thing, rows);
    useRepeat(state.reload, rows.some(isUnderWay) ? SOON_MS : LATER_MS);
    // A Thing that was never described and of which nothing was ever wished has no twin.
    if (state.failure && state.failure.status !== 404 && !state.answer) {
        return (
            <Section title="Settings">
                <Problem failure={state.failure} retry={state.reload} />
            </Section>
        );
    }
    if (rows.length === 0) return null;
    return (
        <Section title="Settings" count={rows.length}>
            <ul class="twins">
                {rows.map((row) => (
                    <Row
                        key={row.name}
                        thing={thing}
                        row={row}
                        field={fieldOfRow(row, description)}
                        reported={latest.get(row.name)?.value ?? row.reported}
                        onChange={state.reload}
                    />
                ))}
            </ul>
        </Section>
    );
}
