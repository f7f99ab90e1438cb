// SPDX-License-Identifier: Apache-2.0
// number.ts -- values with their units, short enough for a chart and exact enough to act on.

import type { Value } from '../lib/types.js';

const THIN = '\u202f'; // narrow no-break space, between digits and before a unit
const MINUS = '\u2212';
const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];
/** Units of which thousands have names of their own. "%" or "°C" have none. */
const SCALED = new Set(['B', 'B/s', 'b/s', 'bit/s', 'W', 'Wh', 'Hz', 'V', 'A', 'm', 'g', 'J', 'Pa', '1/s', '/s']);
const SMALL_TIMES: [factor: number, unit: string][] = [
    [1, 's'],
    [1e3, 'ms'],
    [1e6, 'µs'],
    [1e9, 'ns'],
];

/** Whole numbers with digits in groups of three: "1 234 567". */
export function count(n: number): string {
    const digits = String(Math.abs(Math.round(n)));
    return (n < 0 ? MINUS : '') + (digits.length < 4 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, THIN));
}

/** Three significant digits, no exponent unless it must be: "0.00123", "12.3", "1 230 000". */
export function plain(value: number, digits = 3): string {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : `${value < 0 ? MINUS : ''}∞`;
    if (value === 0) return '0';
    const size = Math.abs(value);
    const sign = value < 0 ? MINUS : '';
    if (size >= 1e15 || size < 1e-6)
        return (
            sign +
            size
                .toExponential(digits - 1)
                .replace('e+', 'e')
                .replace('-', MINUS)
        );
    if (size >= 10 ** digits) return sign + count(Math.round(size));
    return sign + String(Number(size.toPrecision(digits)));
}

interface Scale {
    factor: number; // shown = value * factor
    unit: string;
}

/** The scale in which `value` reads best. */
function scaleOf(value: number, unit: string): Scale {
    const size = Math.abs(value);
    if (unit === 's' && size > 0 && size < 1) {
        const [factor, name] = SMALL_TIMES.find(([f]) => size * f >= 1) ?? [1e9, 'ns'];
        return { factor, unit: name };
    }
    if (!SCALED.has(unit) || size < 1000) return { factor: 1, unit };
    const step = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(size) / 3));
    return { factor: 1 / 1000 ** step, unit: `${PREFIXES[step]}${unit === '1/s' ? '/s' : unit}` };
}

/** What follows a number: " %", " kB/s", " k/s"; but "117/s". */
function suffix(unit: string): string {
    if (unit === '') return '';
    return unit === '1/s' || unit === '/s' ? '/s' : THIN + unit;
}

/** "12.3 %", "1.2 MB/s", "850 µs", "117/s". */
export function quantity(value: number | null | undefined, unit: string, digits = 3): string {
    if (value === null || value === undefined) return '–';
    const scale = scaleOf(value, unit);
    return plain(value * scale.factor, digits) + suffix(scale.unit);
}

/** Two values in the scale of the larger: "3.1 to 9.8 %", "0.37 to 1.3 ms". */
export function interval(low: number | null | undefined, high: number | null | undefined, unit: string): string {
    if (low === null || low === undefined || high === null || high === undefined) return '–';
    const scale = scaleOf(Math.max(Math.abs(low), Math.abs(high)), unit);
    return `${plain(low * scale.factor)} to ${plain(high * scale.factor)}${suffix(scale.unit)}`;
}

const AXIS_LABEL_MAX = 8;

/** Labels for equal distances on an axis: one scale for all, just the decimals that tell them apart, the
 *  unit where it fits. */
export function axisLabels(values: readonly number[], unit: string): string[] {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = scaleOf(largest, unit);
    const distance = Math.abs((values[1] ?? 0) - (values[0] ?? 0)) * scale.factor;
    const decimals = distance > 0 ? Math.min(9, Math.max(0, -Math.floor(Math.log10(distance) + 1e-9))) : 0;
    const exact =
        distance > 0 &&
        decimals < 9 &&
        Math.abs(distance * 10 ** decimals - Math.round(distance * 10 ** decimals)) > 1e-6;
    const numbers = values.map((value) => {
        const shown = value * scale.factor;
        const digits = Math.abs(shown).toFixed(decimals + (exact ? 1 : 0));
        return (
            (shown < 0 && Number(digits) !== 0 ? MINUS : '') +
            (Math.abs(shown) >= 1000 && decimals === 0 ? count(Math.abs(shown)) : digits)
        );
    });
    const end = suffix(scale.unit);
    const fits = numbers.every((text) => text.length + end.length <= AXIS_LABEL_MAX);
    return numbers.map((text) => (fits ? text + end : text));
}

/** Any reading as text. */
export function reading(value: Value | null | undefined, unit: string): string {
    if (value === null || value === undefined) return 'none yet';
    if (typeof value === 'number') return quantity(value, unit);
    if (typeof value === 'boolean') return value ? 'on' : 'off';
    return value;
}

/** A share of 1 in whole per cent; what is there but small says so. */
export function share(part: number): string {
    if (part > 0 && part < 0.005) return `< 1${THIN}%`;
    return `${Math.round(part * 100)}${THIN}%`;
}

/** "1.2 GiB": memory and disk are counted in powers of two. */
export function bytes(n: number): string {
    const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let step = 0;
    let size = n;
    while (size >= 1024 && step < names.length - 1) {
        size /= 1024;
        step++;
    }
    return `${step === 0 ? count(size) : plain(size)}${THIN}${names[step]}`;
}

/** The first digits of a digest: enough to compare two by eye. */
export function shortHash(hex: string): string {
    return hex.slice(0, 12);
}
