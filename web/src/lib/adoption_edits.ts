// SPDX-License-Identifier: Apache-2.0
// adoption_edits.ts -- what a person changed of a proposal, and the description that comes of it. A property keeps
// its key, by which its readings are kept already; another name becomes its title.

import { own } from './own.js';
import type { Fragment, ProposedProperty } from './thing_types.js';

export interface PropertyEdit {
    title: string;
    type: string;
    unit: string;
}

export type Edits = Readonly<Record<string, PropertyEdit>>;

export const TYPES: readonly (readonly [value: string, text: string])[] = [
    ['number', 'number'],
    ['integer', 'whole number'],
    ['boolean', 'on or off'],
    ['string', 'text'],
];

/** What was seen of a property is no part of what it is: it goes on changing. */
const SEEN = ['gn:last', 'gn:usual', 'gn:period_ms'] as const;

/** How a property stands in the table before anybody has changed it. */
export function editOf(key: string, { title, type = 'string', unit = '' }: ProposedProperty): PropertyEdit {
    return { title: title ?? key, type, unit };
}

function propertyAs(key: string, before: ProposedProperty, edit: PropertyEdit): ProposedProperty {
    const { title: _title, unit: _unit, ...rest } = before;
    const title = edit.title.trim();
    const unit = edit.unit.trim();
    const after: ProposedProperty = {
        ...rest,
        type: edit.type,
        ...(title !== '' && title !== key ? { title } : {}),
        ...(unit !== '' ? { unit } : {}),
    };
    for (const seen of SEEN) delete after[seen];
    // The guess was of another type: what it said about the kind of number is void.
    if (edit.type !== before.type) delete after['gn:kind'];
    return after;
}

export function describedAs(proposal: Fragment, name: string, edits: Edits): Fragment {
    const properties = Object.entries(proposal.properties ?? {}).map(
        ([key, before]) => [key, propertyAs(key, before, own(edits, key) ?? editOf(key, before))] as const,
    );
    return { ...proposal, title: name, properties: Object.fromEntries(properties) };
}
