// SPDX-License-Identifier: Apache-2.0
// world.mjs -- made-up Things and what they would have measured at any instant. A value is a function of
// time, so any stretch of the past can be asked for and nothing is stored.

const DAY_MS = 86_400_000;
const SAMPLES_MAX = 12;

/** The same number in [0, 1) for the same text and step, always. */
function noise(text, step) {
    let h = (2166136261 ^ Math.imul(step | 0, 2654435761)) >>> 0;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
    h ^= h >>> 15;
    h = Math.imul(h, 2246822519);
    h ^= h >>> 13;
    return (h >>> 0) / 4294967296;
}

/** About normal: the mean of four, spread to a standard deviation of 1. */
function gauss(text, step) {
    let sum = 0;
    for (let i = 0; i < 4; i++) sum += noise(text + i, step);
    return (sum - 2) * Math.sqrt(3);
}

/** unit, mean, spread, how much a disturbance adds, lowest possible, highest possible */
const number = (name, unit, mean, spread, lift = 0, low = 0, high = Infinity) => ({
    name,
    kind: 'number',
    unit,
    mean,
    spread,
    lift,
    low,
    high,
});

const MACHINE = [
    number('cpu_use', '%', 11, 2.4, 84, 0, 100),
    number('cpu_use_0', '%', 12, 3.4, 83, 0, 100),
    number('cpu_use_1', '%', 10, 3.1, 85, 0, 100),
    number('cpu_pressure', '%', 0.6, 0.25, 31, 0, 100),
    number('load_1m', '', 0.42, 0.06, 2.1),
    number('load_5m', '', 0.4, 0.02, 0.5),
    number('context_switches', '1/s', 2450, 160, 3900),
    number('interrupts', '1/s', 1180, 90, 260),
    number('memory_used', '%', 41.5, 0.2, 0, 0, 100),
    number('memory_available', 'B', 4.61e9, 1.1e7),
    number('memory_pressure', '%', 0.02, 0.02, 0, 0, 100),
    number('swap_used', '%', 0, 0, 0, 0, 100),
    number('disk_read', 'B/s', 21_000, 9000),
    number('disk_write', 'B/s', 310_000, 84_000, 40_000),
    number('disk_latency', 's', 0.00062, 0.0001, 0.0004),
    number('disk_pressure', '%', 0.3, 0.12, 1.1, 0, 100),
    number('disk_free', 'B', 61.2e9, 2e6),
    number('net_receive', 'B/s', 18_300, 4100),
    number('net_send', 'B/s', 24_900, 4400),
    number('loopback_latency', 's', 0.000041, 0.000006, 0.00012),
    number('temperature_cpu', '°C', 46.5, 0.7, 17),
    number('processes', '', 181, 1.4, 4),
];

const PRESS = [
    number('temperature', '°C', 61.3, 0.5),
    number('vibration_rms', 'mm/s', 2.1, 0.14),
    number('pressure', 'bar', 162, 1.8),
    number('speed', '1/min', 1480, 6),
    number('power', 'W', 5420, 120),
    { name: 'door_closed', kind: 'bool', unit: '' },
    { name: 'program', kind: 'text', unit: '' },
];

/** What can be wished of a Thing; it reports the last wish that reached it. */
const settable = (name, kind, reported, schema, unit = '') => ({
    name,
    kind,
    unit,
    reported,
    schema: { readOnly: false, ...schema },
});

const PRESS_SETTINGS = [
    settable('target_speed', 'number', 1480, { title: 'Target speed', minimum: 300, maximum: 1500 }, '1/min'),
    settable('lamp', 'bool', false, {}),
    settable('mode', 'text', 'production', { enum: ['production', 'setup', 'maintenance'] }),
];

const GREENHOUSE = [
    number('air_temperature', '°C', 22.4, 0.3),
    number('humidity', '%', 63, 1.2, 0, 0, 100),
    number('light', 'lx', 8200, 300),
];

export const EVIL = '<img src=x onerror=alert(1)>';
const HOSTILE = [
    number(EVIL, '°C', 20, 0.4, 30),
    number('"><script>alert(2)<_script>', EVIL.slice(0, 16), 5, 0.5, 20),
    number('javascript:alert(3)', '%', 50, 3, 40, 0, 100),
    { name: `${EVIL}state`, kind: 'text', unit: '' },
];

const EVIL_SETTING = settable(`${EVIL}set`, 'text', EVIL, { title: EVIL, enum: [EVIL, 'none'] }, EVIL);

export const TEXTS = { program: 'B-17, batch 2031', [`${EVIL}state`]: `${EVIL}<svg onload=alert(4)>` };

function thing(id, name, properties, more = {}) {
    return {
        id,
        name,
        properties,
        online: true,
        lastSeen: null,
        refused: { count: 0, why: '' },
        actions: [],
        period: 200,
        state: 'adopted',
        via: null,
        ...more,
    };
}

const CLIMATE = [
    number('temperature', '°C', 21.2, 0.2),
    number('humidity', '%', 48, 1, 0, 0, 100),
    number('battery', '%', 87, 0, 0, 0, 100),
    { name: 'occupancy', kind: 'bool', unit: '' },
];
const PLUG = [
    number('power', 'W', 640, 90),
    number('energy_total', 'kWh', 212, 0),
    { name: 'state', kind: 'bool', unit: '' },
];

export const TYPE_OF = { number: 'number', bool: 'boolean', text: 'string' };
const KIND_OF = { number: 'number', bool: 'boolean', text: 'text' };

/** What the node makes of one property: the schema and its reasons. */
function proposed(property, source, more = {}) {
    const { name, kind, unit, mean, spread } = property;
    const isNumber = kind === 'number';
    return {
        'type': TYPE_OF[kind],
        ...(unit ? { unit, 'gn:unit_reason': `${source} announced the unit` } : {}),
        'readOnly': true,
        'gn:kind': KIND_OF[kind],
        'gn:period_ms': 30_000,
        ...(isNumber ? { 'gn:usual': [mean - 2.6 * spread, mean + 2.6 * spread], 'gn:last': mean } : {}),
        ...(kind === 'bool' ? { 'gn:last': true } : {}),
        'gn:topic': `zigbee2mqtt/living room/${name}`,
        ...more,
    };
}

function found(id, name, via, properties, { more = {}, actions = {}, ...about }) {
    return {
        id,
        ready: true,
        ...about,
        since: Date.now() - 5_400_000,
        thing: thing(id, name, properties, { state: 'discovered', via, period: 30_000 }),
        proposal: {
            title: name,
            properties: Object.fromEntries(
                properties.map((one) => [one.name, proposed(one, 'the gateway', more[one.name])]),
            ),
            actions,
        },
    };
}

/** What has appeared and nobody has adopted yet. */
export function makeDiscovered(scenario) {
    if (scenario === 'empty') return [];
    const all = [
        found('living-room-climate', 'Living room climate', 'zigbee-bridge', CLIMATE, {
            source: 'zigbee2mqtt',
            readings: 744,
        }),
        found('washing.plug', 'Washing machine plug', null, PLUG, {
            source: 'tasmota',
            readings: 2160,
            more: {
                energy_total: {
                    'gn:kind': 'counter',
                    'gn:unit_reason': 'the name ends in “total”, and it stands beside a power in W',
                },
                state: { 'readOnly': false, 'gn:write_topic': 'cmnd/plug/POWER' },
            },
            actions: { restart: { title: 'Restart', description: 'starts the plug anew' } },
        }),
        found('mixer-3', 'Mixer 3', 'plant-gateway', [], {
            source: 'sparkplug',
            ready: false,
            why: 'its birth certificate has not come yet; without it the metrics have no names',
            readings: 0,
        }),
    ];
    if (scenario === 'hostile') {
        all.push(
            found('evil-one', EVIL, EVIL, HOSTILE, {
                source: EVIL,
                ready: false,
                why: `${EVIL} is not ready`,
                readings: 3,
                more: {
                    [EVIL]: {
                        'title': EVIL,
                        'gn:kind': EVIL,
                        'gn:unit_reason': EVIL,
                        'gn:last': EVIL,
                        'gn:topic': EVIL,
                    },
                },
                actions: { [EVIL]: { title: EVIL, description: EVIL } },
            }),
        );
    }
    return all;
}

const STOP = {
    name: 'stop',
    arguments: [{ name: 'target', one_of: ['disturbance'] }],
    at_most: { count: 6, per_ms: 60_000 },
};
const SLOW = {
    name: 'slow_down',
    arguments: [
        { name: 'speed', range: [300, 1500], unit: '1/min' },
        { name: 'ramp', range: [1, 60], unit: 's' },
    ],
};

export function makeThings(scenario) {
    if (scenario === 'empty') return [];
    const things = [
        thing('this-machine', 'this-machine', MACHINE, { actions: [STOP] }),
        thing('press-7', 'Press 7', [...PRESS, ...PRESS_SETTINGS.map((one) => ({ ...one }))], {
            period: 1000,
            actions: [SLOW],
            description: {
                actions: {
                    test_lamp: {
                        title: 'Test the lamp',
                        input: { type: 'object', properties: { seconds: { type: 'integer', maximum: 60 } } },
                    },
                },
            },
            refused: { count: 3, why: 'property "temperature" is a number, and "n/a" was sent' },
        }),
        thing('greenhouse.north', 'Greenhouse north', GREENHOUSE, {
            period: 30_000,
            online: false,
            lastSeen: Date.now() - 8_100_000,
        }),
        thing('new-sensor', 'New sensor', [], { online: false, lastSeen: null }),
    ];
    if (scenario === 'hostile') {
        things.push(
            thing('img-src-x-onerror-alert-1', EVIL, [...HOSTILE, EVIL_SETTING], {
                via: EVIL,
                description: { actions: { [`${EVIL}2`]: { title: EVIL, input: { properties: { [EVIL]: {} } } } } },
                actions: [{ name: EVIL, arguments: [{ name: EVIL, one_of: [EVIL] }] }],
                refused: { count: 7, why: `topic ${EVIL} is not yours` },
            }),
        );
    }
    return things;
}

/** How strong the disturbances are at an instant, 0 to 1: a second to rise and to fall. */
function strength(disturbances, id, time) {
    let most = 0;
    for (const { thing: of, from, to } of disturbances) {
        if (of !== id || time < from) continue;
        const falling = to !== null && time > to ? Math.max(0, 1 - (time - to) / 1000) : 1;
        most = Math.max(most, Math.min(1, (time - from) / 1000) * falling);
    }
    return most;
}

export function valueAt(one, property, time, disturbances) {
    if (property.schema) return property.reported;
    const step = Math.floor(time / one.period);
    const slow = Math.sin((time / DAY_MS) * 2 * Math.PI) * 0.4 + Math.sin(time / 47_000 + property.mean) * 0.35;
    const lift = property.lift ? property.lift * strength(disturbances, one.id, time) : 0;
    const value = property.mean + property.spread * (gauss(property.name, step) + slow) + lift;
    return Math.min(property.high, Math.max(property.low, value));
}

/** {time, count, min, max, mean, last} of each step that has readings. */
export function buckets(one, property, { from, to, step }, disturbances, now) {
    const out = [];
    const end = Math.min(to, one.lastSeen ?? now);
    for (let time = Math.floor(from / step) * step; time < end; time += step) {
        const first = Math.ceil(time / one.period) * one.period;
        const count = Math.max(0, Math.ceil((Math.min(time + step, end) - first) / one.period));
        if (count === 0) continue;
        const stride = Math.ceil(count / SAMPLES_MAX);
        const values = [];
        for (let i = 0; i < count; i += stride)
            values.push(valueAt(one, property, first + i * one.period, disturbances));
        out.push({
            time,
            count,
            min: Math.min(...values),
            max: Math.max(...values),
            mean: values.reduce((a, b) => a + b, 0) / values.length,
            last: values.at(-1),
        });
    }
    return out;
}
