// SPDX-License-Identifier: Apache-2.0
// field_input.tsx -- one value to enter, with its unit, its bounds in words, and what is wrong with it.

import { useId } from 'preact/hooks';
import { interval, plain, reading } from '../format/number.js';
import { TEXT_MAX, type Field } from '../lib/field.js';

/** "0 to 30 °C", "at least 5 %", "a whole number" */
export function boundsText({ kind, low, high, unit }: Field): string {
    if (kind !== 'number' && kind !== 'integer') return '';
    const whole = kind === 'integer' ? 'whole number' : '';
    const end = unit ? `\u202f${unit}` : '';
    const range =
        low !== null && high !== null
            ? interval(low, high, unit)
            : low !== null
              ? `at least ${plain(low)}${end}`
              : high !== null
                ? `at most ${plain(high)}${end}`
                : unit;
    return [whole, range].filter((text) => text !== '').join(', ');
}

interface FieldInputProps {
    field: Field;
    entered: string;
    wrong: string | null;
    isDisabled?: boolean;
    label?: string; // instead of the field's title
    onEnter: (entered: string) => void;
}

interface ControlProps extends FieldInputProps {
    id: string;
    note: string | undefined; // id of what describes it
}

function Control({ field, entered, wrong, isDisabled = false, onEnter, id, note }: ControlProps) {
    const shared = {
        id,
        'disabled': isDisabled,
        'aria-invalid': wrong !== null,
        'aria-describedby': note,
    };
    if (field.kind === 'choice' || field.kind === 'boolean') {
        const choices: readonly (readonly [value: string, text: string])[] =
            field.kind === 'boolean'
                ? [
                      ['true', 'on'],
                      ['false', 'off'],
                  ]
                : field.choices.map((choice, i) => [String(i), reading(choice, field.unit)] as const);
        return (
            <select {...shared} value={entered} onChange={(event) => onEnter(event.currentTarget.value)}>
                {entered === '' && <option value="">choose…</option>}
                {choices.map(([value, text]) => (
                    <option key={value} value={value}>
                        {text}
                    </option>
                ))}
            </select>
        );
    }
    const isNumber = field.kind !== 'text';
    return (
        <input
            {...shared}
            type="text"
            inputMode={isNumber ? 'decimal' : 'text'}
            autocomplete="off"
            spellcheck={false}
            maxLength={TEXT_MAX}
            value={entered}
            onInput={(event) => onEnter(event.currentTarget.value)}
        />
    );
}

export function FieldInput(props: FieldInputProps) {
    const { field, wrong, label } = props;
    const id = useId();
    const bounds = boundsText(field);
    const hasNote = wrong !== null || bounds !== '';
    return (
        <div class="field">
            <label for={id}>
                {label ?? field.title}
                {!field.isRequired && <span class="muted"> (may be left out)</span>}
            </label>
            <Control {...props} id={id} note={hasNote ? `${id}-note` : undefined} />
            {hasNote && (
                <p id={`${id}-note`} class={wrong !== null ? 'field-hint field-wrong' : 'field-hint'}>
                    {wrong ?? bounds}
                </p>
            )}
        </div>
    );
}
