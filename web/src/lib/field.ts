// SPDX-License-Identifier: Apache-2.0
// field.ts -- what a person may enter: a number within bounds, whole or not, a switch, one of a few, a text. Made
// from an argument of the solution's envelope or from a schema of a Thing Description.

import type { ActionArgument, Value } from './types.js';
import type { ActionSchema, DataSchema } from './thing_types.js';

export type FieldKind = 'number' | 'integer' | 'boolean' | 'choice' | 'text';

export interface Field {
    name: string; // as the node has it
    title: string; // as people read it
    kind: FieldKind;
    unit: string;
    low: number | null;
    high: number | null;
    choices: readonly Value[];
    isRequired: boolean;
}

export const TEXT_MAX = 240;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const bound = (value: unknown): number | null =>
    typeof value === 'number' && Number.isFinite(value) ? value : null;
const isValue = (value: unknown): value is Value => ['number', 'boolean', 'string'].includes(typeof value);

const KINDS: Record<string, FieldKind> = {
    number: 'number',
    counter: 'number',
    integer: 'integer',
    boolean: 'boolean',
    bool: 'boolean',
};

/** A field of a property's or an argument's schema. */
export function fieldOf(name: string, schema: DataSchema, isRequired = true): Field {
    const choices = Array.isArray(schema.enum) ? schema.enum.filter(isValue) : [];
    return {
        name,
        title: text(schema.title) || name,
        kind: choices.length > 0 ? 'choice' : (KINDS[text(schema.type)] ?? 'text'),
        unit: text(schema.unit),
        low: bound(schema.minimum),
        high: bound(schema.maximum),
        choices,
        isRequired,
    };
}

/** A field of an argument as the solution declares it: { name, one_of | range, unit, kind }. */
export function fieldOfArgument(argument: ActionArgument): Field {
    const { one_of: choices, range } = argument;
    const isRange = Array.isArray(range);
    return fieldOf(argument.name, {
        type: isRange ? 'number' : text(argument['kind']) || text(argument['type']),
        unit: text(argument['unit']),
        ...(Array.isArray(choices) ? { enum: choices.filter(isValue) } : {}),
        ...(isRange && bound(range[0]) !== null ? { minimum: range[0] as number } : {}),
        ...(isRange && bound(range[1]) !== null ? { maximum: range[1] as number } : {}),
    });
}

export function fieldsOfAction(action: ActionSchema): Field[] {
    const { properties = {}, required } = action.input ?? {};
    return Object.entries(properties).map(([name, schema]) =>
        fieldOf(name, schema, !Array.isArray(required) || required.includes(name)),
    );
}

export type Entered = { value: Value } | { wrong: string } | { empty: true };

function number(field: Field, entered: string): Entered {
    const value = Number(entered.replace(',', '.'));
    if (!Number.isFinite(value)) return { wrong: 'Enter a number.' };
    if (field.kind === 'integer' && !Number.isInteger(value)) return { wrong: 'Enter a whole number.' };
    if (field.low !== null && value < field.low) return { wrong: `The lowest possible is ${field.low}.` };
    if (field.high !== null && value > field.high) return { wrong: `The highest possible is ${field.high}.` };
    return { value };
}

/** The value of what was entered, or why it is none. A choice is entered by its place in the list. */
export function valueOf(field: Field, entered: string): Entered {
    const trimmed = entered.trim();
    if (trimmed === '') return field.isRequired ? { wrong: 'Enter a value.' } : { empty: true };
    switch (field.kind) {
        case 'number':
        case 'integer':
            return number(field, trimmed);
        case 'boolean':
            return { value: trimmed === 'true' };
        case 'choice': {
            const choice = field.choices[Number(trimmed)];
            return choice === undefined ? { wrong: 'Choose one.' } : { value: choice };
        }
        case 'text':
            return trimmed.length > TEXT_MAX ? { wrong: `At most ${TEXT_MAX} characters.` } : { value: trimmed };
    }
}

/** How a value stands in the field before anybody has entered anything. */
export function enteredOf(field: Field, value: Value | null | undefined): string {
    if (value === null || value === undefined) return field.kind === 'boolean' ? 'false' : '';
    if (field.kind !== 'choice') return String(value);
    const place = field.choices.findIndex((choice) => choice === value);
    return place < 0 ? '' : String(place);
}
