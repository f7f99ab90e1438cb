// SPDX-License-Identifier: Apache-2.0
// actions.tsx -- what a Thing can do, and a form for each to have it done: the envelope's bounds are the form's,
// and the way of what was sent is shown to its end.

import { useState } from 'preact/hooks';
import { argumentText, rateText } from '../format/argument.js';
import { actionLine } from '../format/words.js';
import { api, may } from '../lib/api.js';
import { enteredOf, fieldOfArgument, fieldsOfAction, valueOf, type Field } from '../lib/field.js';
import { useIntent } from '../lib/intent.js';
import { own } from '../lib/own.js';
import { useFollowedAction } from '../lib/selections.js';
import { useTask } from '../lib/task.js';
import type { Fragment } from '../lib/thing_types.js';
import type { DeclaredAction, Value } from '../lib/types.js';
import { FieldInput, boundsText } from './field_input.js';
import { Problem } from './notice.js';
import { Steps } from './stepper.js';
import { stepsOfAction } from './steps.js';

interface Doable {
    name: string;
    title: string;
    note: string;
    fields: Field[];
}

const noteOf = (field: Field): string => [field.title, boundsText(field)].filter((text) => text !== '').join(': ');

/** What the solution's envelope allows, and what the Thing's own description says beyond it. */
export function doablesOf(declared: readonly DeclaredAction[], description: Fragment | undefined): Doable[] {
    const described = Object.entries(description?.actions ?? {});
    const known = new Set(declared.map((action) => action.name));
    return [
        ...declared.map((action) => ({
            name: action.name,
            title: described.find(([name]) => name === action.name)?.[1].title ?? action.name,
            note: [...action.arguments.map(argumentText), rateText(action['at_most'])]
                .filter((text) => text !== '')
                .join(' · '),
            fields: action.arguments.map(fieldOfArgument),
        })),
        ...described
            .filter(([name]) => !known.has(name))
            .map(([name, action]) => {
                const fields = fieldsOfAction(action);
                return {
                    name,
                    title: action.title ?? name,
                    note: fields.map(noteOf).join(' · '),
                    fields,
                };
            }),
    ];
}

type Input = { values: Record<string, Value>; wrong: Record<string, string> };

function inputOf(fields: readonly Field[], entered: Record<string, string>): Input {
    const input: Input = { values: {}, wrong: {} };
    for (const field of fields) {
        const result = valueOf(field, own(entered, field.name) ?? enteredOf(field, null));
        if ('value' in result) input.values[field.name] = result.value;
        if ('wrong' in result) input.wrong[field.name] = result.wrong;
    }
    return input;
}

function Followed({ id, line }: { id: string; line: string }) {
    const action = useFollowedAction(id);
    return (
        <div class="followed">
            <p>
                <b>{line}</b> <code>{id}</code>
            </p>
            <Steps steps={stepsOfAction(action)} />
        </div>
    );
}

interface FormProps {
    thing: string;
    action: Doable;
    onSent: (id: string, line: string) => void;
    onClose: () => void;
}

function ActionForm({ thing, action, onSent, onClose }: FormProps) {
    const [entered, setEntered] = useState<Record<string, string>>({});
    const [isTried, setTried] = useState(false);
    const intent = useIntent();
    const task = useTask();
    const { values, wrong } = inputOf(action.fields, entered);
    const submit = (event: Event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(wrong).length > 0) return;
        void task.run(async () => {
            const { id } = await api.invoke(thing, action.name, values, intent.keyOf(values));
            intent.done();
            onSent(id, actionLine(action.title, values));
        });
    };
    return (
        <form class="inline-form" onSubmit={submit} aria-label={`Do ${action.title}`}>
            {action.fields.map((field) => (
                <FieldInput
                    key={field.name}
                    field={field}
                    entered={own(entered, field.name) ?? enteredOf(field, null)}
                    wrong={isTried ? (own(wrong, field.name) ?? null) : null}
                    isDisabled={task.isBusy}
                    onEnter={(text) => setEntered((before) => ({ ...before, [field.name]: text }))}
                />
            ))}
            <div class="answer-buttons">
                <button class="button button-main" disabled={task.isBusy}>
                    {task.isBusy ? 'Sending…' : `Do ${action.title}`}
                </button>
                <button type="button" class="button" onClick={onClose}>
                    Leave it
                </button>
            </div>
            {task.failure && <Problem failure={task.failure} />}
        </form>
    );
}

function Row({ thing, action }: { thing: string; action: Doable }) {
    const [isOpen, setOpen] = useState(false);
    const [sent, setSent] = useState<{ id: string; line: string } | null>(null);
    return (
        <li>
            <div class="action-head">
                <span class="row-main">
                    <span class="row-title">{action.title}</span>
                    {action.note && <span class="row-note">{action.note}</span>}
                </span>
                {may('operator') && !isOpen && (
                    <button type="button" class="button" aria-expanded={false} onClick={() => setOpen(true)}>
                        Do it…<span class="hidden"> {action.title}</span>
                    </button>
                )}
            </div>
            {isOpen && (
                <ActionForm
                    thing={thing}
                    action={action}
                    onSent={(id, line) => {
                        setSent({ id, line });
                        setOpen(false);
                    }}
                    onClose={() => setOpen(false)}
                />
            )}
            {sent && <Followed key={sent.id} {...sent} />}
        </li>
    );
}

interface ActionsProps {
    thing: string;
    declared: readonly DeclaredAction[];
    description: Fragment | undefined;
}

export function Actions({ thing, declared, description }: ActionsProps) {
    const doables = doablesOf(declared, description);
    if (doables.length === 0) {
        return (
            <p class="calm">
                Neither the solution nor the Thing’s description declares an action, so nothing can be sent to it.
            </p>
        );
    }
    return (
        <ul class="rows actions">
            {doables.map((action) => (
                <Row key={action.name} thing={thing} action={action} />
            ))}
        </ul>
    );
}
