// SPDX-License-Identifier: Apache-2.0
// segments.tsx -- one of a few, as a row of radio buttons.

import { useId } from 'preact/hooks';

interface SegmentsProps<T extends string> {
    name: string;
    options: readonly { key: T; label: string }[];
    value: T;
    onChange: (value: T) => void;
}

export function Segments<T extends string>({ name, options, value, onChange }: SegmentsProps<T>) {
    const group = useId();
    return (
        <fieldset class="segments">
            <legend class="hidden">{name}</legend>
            {options.map((option) => (
                <label key={option.key} class={option.key === value ? 'is-chosen' : ''}>
                    <input
                        type="radio"
                        name={group}
                        value={option.key}
                        checked={option.key === value}
                        onChange={() => onChange(option.key)}
                    />
                    <span>{option.label}</span>
                </label>
            ))}
        </fieldset>
    );
}
