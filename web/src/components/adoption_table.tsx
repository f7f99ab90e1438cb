// SPDX-License-Identifier: Apache-2.0
// adoption_table.tsx -- the properties of a Thing that has appeared: what each seems to be and why, what was seen of
// it, and name, type and unit to be mended.

import { Chart } from '../charts/chart.js';
import { stepFor } from '../charts/series_data.js';
import { useLiveSeries, useSeen } from '../charts/use_series.js';
import { interval, reading } from '../format/number.js';
import { periodText, saidKind } from '../format/thing_words.js';
import { editOf, TYPES, type Edits, type PropertyEdit } from '../lib/adoption_edits.js';
import { useNow } from '../lib/clock.js';
import { own } from '../lib/own.js';
import type { Discovered, ProposedProperty } from '../lib/thing_types.js';

const CHART_MS = 3_600_000;
const CHART_HEIGHT = 56;
const TITLE_MAX = 128;
const UNIT_MAX = 16;

/** The last hour of a property, when there is any. */
function SmallChart({ thing, name, unit }: { thing: string; name: string; unit: string }) {
    const [ref, seen] = useSeen<HTMLDivElement>();
    const now = useNow(5000);
    const { data, failure } = useLiveSeries(thing, name, CHART_MS, stepFor(CHART_MS), seen);
    const summary = data.summary();
    const words = summary
        ? `${name}, last hour: ${interval(summary.low, summary.high, unit)}`
        : `${name}: no readings in the last hour`;
    return (
        <div ref={ref} class="small-chart">
            {failure ? (
                <span class="muted">{failure.message}</span>
            ) : (
                <Chart
                    data={data}
                    version={data.version}
                    from={now - CHART_MS}
                    to={now}
                    unit={unit}
                    label={words}
                    height={CHART_HEIGHT}
                    isBare
                />
            )}
        </div>
    );
}

interface RowProps {
    thing: string;
    name: string;
    property: ProposedProperty;
    edit: PropertyEdit;
    canEdit: boolean;
    onEdit: (edit: PropertyEdit) => void;
}

function TextCell({ name, edit, canEdit, onEdit, of: part }: RowProps & { of: 'title' | 'unit' }) {
    return (
        <input
            type="text"
            value={edit[part]}
            maxLength={part === 'title' ? TITLE_MAX : UNIT_MAX}
            disabled={!canEdit}
            autocomplete="off"
            spellcheck={false}
            aria-label={`${part === 'title' ? 'Name' : 'Unit'} of ${name}`}
            onInput={(event) => onEdit({ ...edit, [part]: event.currentTarget.value })}
        />
    );
}

function TypeCell({ name, edit, canEdit, onEdit }: RowProps) {
    return (
        <select
            value={edit.type}
            disabled={!canEdit}
            aria-label={`Type of ${name}`}
            onChange={(event) => onEdit({ ...edit, type: event.currentTarget.value })}
        >
            {TYPES.map(([value, text]) => (
                <option key={value} value={value}>
                    {text}
                </option>
            ))}
        </select>
    );
}

function Seen({ property, unit }: { property: ProposedProperty; unit: string }) {
    const { 'gn:last': last, 'gn:usual': usual, 'gn:topic': topic } = property;
    return (
        <>
            <b>{reading(last, unit)}</b>
            <span class="cell-note">{periodText(property)}</span>
            {Array.isArray(usual) && <span class="cell-note">usually {interval(usual[0], usual[1], unit)}</span>}
            {topic && (
                <span class="cell-note">
                    <code>{topic}</code>
                </span>
            )}
        </>
    );
}

function Row(props: RowProps) {
    const { thing, name, property, edit } = props;
    const { 'gn:kind': kind, 'gn:unit_reason': reason } = property;
    const isNumber = edit.type === 'number' || edit.type === 'integer';
    return (
        <tr>
            <th scope="row">
                <TextCell {...props} of="title" />
                <span class="cell-note">
                    <code>{name}</code>
                    {property.readOnly === false && ' · can be set'}
                </span>
            </th>
            <td data-name="Type">
                <TypeCell {...props} />
                {kind && <span class="cell-note">looks like {saidKind(kind)}</span>}
            </td>
            <td data-name="Unit">
                <TextCell {...props} of="unit" />
                {reason && <span class="cell-note">{reason}</span>}
            </td>
            <td data-name="Seen">
                <div>
                    <Seen property={property} unit={edit.unit} />
                </div>
            </td>
            <td data-name="Last hour">
                {isNumber ? (
                    <SmallChart thing={thing} name={name} unit={edit.unit} />
                ) : (
                    <span class="muted">not a number</span>
                )}
            </td>
        </tr>
    );
}

interface TableProps {
    found: Discovered;
    edits: Edits;
    canEdit: boolean;
    onEdit: (key: string, edit: PropertyEdit) => void;
}

export function AdoptionTable({ found, edits, canEdit, onEdit }: TableProps) {
    return (
        <div class="table-box">
            <table class="table table-cards adoption">
                <thead>
                    <tr>
                        {['Name', 'Type', 'Unit', 'Seen', 'Last hour'].map((title) => (
                            <th key={title} scope="col">
                                {title}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {Object.entries(found.proposal.properties ?? {}).map(([key, property]) => (
                        <Row
                            key={key}
                            thing={found.id}
                            name={key}
                            property={property}
                            edit={own(edits, key) ?? editOf(key, property)}
                            canEdit={canEdit}
                            onEdit={(edit) => onEdit(key, edit)}
                        />
                    ))}
                </tbody>
            </table>
        </div>
    );
}
