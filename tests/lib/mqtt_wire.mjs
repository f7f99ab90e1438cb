// SPDX-License-Identifier: Apache-2.0
// tests/lib/mqtt_wire.mjs -- MQTT 3.1.1 (version 4) and 5 as bytes, written from the two specifications and from nothing
// of the node: a writer that can also produce what is forbidden, and a reader that forgives nothing, so that whatever
// the node sends in any test is checked for flags, lengths, text, reasons and properties.
//
//   packet(first byte, parts ...)                 any packet, the length worked out
//   connect publish ack subscribe unsubscribe disconnect auth     proper ones; raw parts are Buffers
//   decode(first byte, body, version)             an object, or an error that says what is wrong
//   frames(bytes)                                 cuts a stream into packets

export const TYPE = {
    connect: 1, connack: 2, publish: 3, puback: 4, pubrec: 5, pubrel: 6, pubcomp: 7, subscribe: 8, suback: 9, unsubscribe: 10,
    unsuback: 11, pingreq: 12, pingresp: 13, disconnect: 14, auth: 15,
};
const NAME = Object.fromEntries(Object.entries(TYPE).map(([name, type]) => [type, name]));

// name: [id, kind, packets that may have it]; kinds are the standard's data types.
const ACKS = ['puback', 'pubrec', 'pubrel', 'pubcomp'];
const WORDS = ['connack', ...ACKS, 'suback', 'unsuback', 'disconnect', 'auth'];
const MESSAGE = ['publish', 'will'];
const PROPERTIES = {
    payloadFormat: [1, 'byte', MESSAGE],
    messageExpiry: [2, 'four', MESSAGE],
    contentType: [3, 'text', MESSAGE],
    responseTopic: [8, 'text', MESSAGE],
    correlation: [9, 'data', MESSAGE],
    subscriptionId: [11, 'varint', ['publish', 'subscribe']],
    sessionExpiry: [17, 'four', ['connect', 'connack', 'disconnect']],
    assignedClientId: [18, 'text', ['connack']],
    serverKeepAlive: [19, 'two', ['connack']],
    authMethod: [21, 'text', ['connect', 'connack', 'auth']],
    authData: [22, 'data', ['connect', 'connack', 'auth']],
    requestProblem: [23, 'byte', ['connect']],
    willDelay: [24, 'four', ['will']],
    requestResponse: [25, 'byte', ['connect']],
    responseInformation: [26, 'text', ['connack']],
    serverReference: [28, 'text', ['connack', 'disconnect']],
    reasonString: [31, 'text', WORDS],
    receiveMaximum: [33, 'two', ['connect', 'connack']],
    topicAliasMaximum: [34, 'two', ['connect', 'connack']],
    topicAlias: [35, 'two', ['publish']],
    maximumQos: [36, 'byte', ['connack']],
    retainAvailable: [37, 'byte', ['connack']],
    user: [38, 'pair', ['connect', ...MESSAGE, ...WORDS, 'subscribe', 'unsubscribe']],
    maximumPacket: [39, 'four', ['connect', 'connack']],
    wildcardAvailable: [40, 'byte', ['connack']],
    subscriptionIdAvailable: [41, 'byte', ['connack']],
    sharedAvailable: [42, 'byte', ['connack']],
};
const PROPERTY_OF = Object.fromEntries(Object.entries(PROPERTIES).map(([name, [id, kind, where]]) => [id, { name, kind, where }]));
const MANY = new Set(['user', 'subscriptionId']);

// What a server may say, by packet.
const GOOD_ACK = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
export const REASONS = {
    connack: [0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f],
    puback: GOOD_ACK, pubrec: GOOD_ACK, pubrel: [0x00, 0x92], pubcomp: [0x00, 0x92],
    suback: [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
    unsuback: [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91],
    disconnect: [0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b,
        0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2],
    auth: [0x00, 0x18],
};

// --- writing ---

export const byte = (...values) => Buffer.from(values);
export const two = (value) => byte(value >> 8 & 255, value & 255);
export const four = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes; };
export function varint(value) {
    const bytes = [];
    do {
        bytes.push((value % 128) | (value >= 128 ? 128 : 0));
        value = Math.floor(value / 128);
    } while (value > 0);
    return Buffer.from(bytes);
}
const raw = (value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value), 'utf8'));
/** A text or binary field; a Buffer is taken as it is, so that it need not be UTF-8. */
export const field = (value) => { const bytes = raw(value); return Buffer.concat([two(bytes.length), bytes]); };

export function packet(first, ...parts) {
    const body = Buffer.concat(parts);
    return Buffer.concat([byte(first), varint(body.length), body]);
}

const KIND = {
    byte: (value) => byte(value), two, four, varint, text: field, data: field,
    pair: ([key, value]) => Buffer.concat([field(key), field(value)]),
};

/** { name: value, user: [[key, value] ...] }, or a Buffer that is the whole block already, its length included. */
export function properties(values = {}) {
    if (Buffer.isBuffer(values)) return values;
    const parts = [];
    for (const [name, value] of Object.entries(values)) {
        const [id, kind] = PROPERTIES[name];
        for (const one of MANY.has(name) && Array.isArray(value) ? value : [value]) parts.push(byte(id), KIND[kind](one));
    }
    const block = Buffer.concat(parts);
    return Buffer.concat([varint(block.length), block]);
}
const block = (version, values) => (version === 5 ? properties(values) : Buffer.alloc(0));

/** will: { topic, payload, qos, retain, properties }; flags overrides the connect flags, tail goes behind all. */
export function connect({ version = 4, clientId = '', clean = true, keepAlive = 60, user, password, will, properties: values,
    flags, protocol = 'MQTT', level = version, tail = Buffer.alloc(0) }) {
    const bits = flags ?? ((user !== undefined ? 0x80 : 0) | (password !== undefined ? 0x40 : 0) | (clean ? 0x02 : 0)
        | (will ? 0x04 | (will.qos ?? 0) << 3 | (will.retain ? 0x20 : 0) : 0));
    const parts = [field(protocol), byte(level, bits), two(keepAlive), block(version, values), field(clientId)];
    if (will) parts.push(block(version, will.properties), field(will.topic), field(will.payload ?? ''));
    if (user !== undefined) parts.push(field(user));
    if (password !== undefined) parts.push(field(password));
    return packet(0x10, ...parts, tail);
}

export function publish({ version = 4, topic, payload = '', qos = 0, id = 0, dup = false, retain = false, properties: values }) {
    return packet(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0), field(topic), qos > 0 ? two(id) : Buffer.alloc(0),
        block(version, values), raw(payload));
}

/** puback, pubrec, pubrel, pubcomp; the short form when there is nothing to say. */
export function ack(name, id, { version = 4, reason, properties: values, flags = name === 'pubrel' ? 2 : 0 } = {}) {
    const more = version === 5 && (reason !== undefined || values) ? [byte(reason ?? 0), ...(values ? [properties(values)] : [])] : [];
    return packet(TYPE[name] << 4 | flags, two(id), ...more);
}

/** filters: [[filter, options]]; options is the whole byte. */
export function subscribe({ version = 4, id = 1, filters, properties: values, flags = 2 }) {
    return packet(0x80 | flags, two(id), block(version, values), ...filters.flatMap(([filter, options]) => [field(filter), byte(options)]));
}
export function unsubscribe({ version = 4, id = 1, filters, properties: values, flags = 2 }) {
    return packet(0xa0 | flags, two(id), block(version, values), ...filters.map(field));
}
export const pingreq = () => byte(0xc0, 0);
export function disconnect({ version = 4, reason, properties: values, flags = 0 } = {}) {
    return packet(0xe0 | flags, ...(version === 5 && (reason !== undefined || values)
        ? [byte(reason ?? 0), ...(values ? [properties(values)] : [])] : []));
}
export const auth = ({ reason = 0, properties: values, flags = 0 }) => packet(0xf0 | flags, byte(reason), properties(values ?? {}));

// --- reading ---

class Reader {
    constructor(bytes) { this.bytes = bytes; this.at = 0; }
    get left() { return this.bytes.length - this.at; }
    take(count) {
        if (this.left < count) throw new Error(`${count} bytes wanted, ${this.left} left`);
        this.at += count;
        return this.bytes.subarray(this.at - count, this.at);
    }
    byte() { return this.take(1)[0]; }
    two() { return this.take(2).readUInt16BE(); }
    four() { return this.take(4).readUInt32BE(); }
    data() { return this.take(this.two()); }
    text() {
        const bytes = this.data();
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        if (text.includes('\0')) throw new Error('U+0000 in text');
        return text;
    }
    varint() {
        let value = 0;
        for (let i = 0; i < 4; i++) {
            const next = this.byte();
            value += (next & 127) * 128 ** i;
            if (next >= 128) continue;
            if (i > 0 && next === 0) throw new Error('a variable byte integer longer than it has to be');
            return value;
        }
        throw new Error('a variable byte integer of five bytes');
    }
    pair() { return [this.text(), this.text()]; }
    rest() { return this.take(this.left); }
}

function readProperties(reader, name) {
    const size = reader.varint();
    const inner = new Reader(reader.take(size));
    const values = {};
    while (inner.left > 0) {
        const id = inner.varint();
        const known = PROPERTY_OF[id];
        if (!known) throw new Error(`property ${id} does not exist`);
        if (!known.where.includes(name)) throw new Error(`property ${known.name} in ${name}`);
        const value = inner[known.kind]();
        if (MANY.has(known.name)) (values[known.name] ??= []).push(value);
        else if (known.name in values) throw new Error(`property ${known.name} twice`);
        else values[known.name] = value;
    }
    return values;
}

function readReason(reader, name, out) {
    out.reason = reader.left > 0 ? reader.byte() : 0;
    if (!REASONS[name].includes(out.reason)) throw new Error(`reason 0x${out.reason.toString(16)} in ${name}`);
    out.properties = reader.left > 0 ? readProperties(reader, name) : {};
}

const READ = {
    connack(reader, version, out) {
        const flags = reader.byte();
        if (flags > 1) throw new Error('reserved bits in the flags of CONNACK');
        out.sessionPresent = flags === 1;
        out.reason = reader.byte();
        if (version !== 5 && out.reason > 5) throw new Error(`return code ${out.reason}`);
        if (version === 5 && !REASONS.connack.includes(out.reason)) throw new Error(`reason 0x${out.reason.toString(16)} in connack`);
        if (version === 5) out.properties = readProperties(reader, 'connack');
        if (out.reason !== 0 && out.sessionPresent) throw new Error('a refusal with session present');
    },
    publish(reader, version, out, flags) {
        Object.assign(out, { dup: (flags & 8) !== 0, qos: flags >> 1 & 3, retain: (flags & 1) !== 0 });
        if (out.qos === 3) throw new Error('QoS 3');
        if (out.qos === 0 && out.dup) throw new Error('DUP with QoS 0');
        out.topic = reader.text();
        if (/[+#]/.test(out.topic)) throw new Error(`a wildcard in topic ${out.topic}`);
        if (out.qos > 0) out.id = reader.two();
        if (out.id === 0) throw new Error('packet id 0');
        out.properties = version === 5 ? readProperties(reader, 'publish') : {};
        if (out.topic === '' && !out.properties.topicAlias) throw new Error('neither topic nor alias');
        out.payload = Buffer.from(reader.rest());
    },
    suback(reader, version, out) {
        out.id = reader.two();
        if (version === 5) out.properties = readProperties(reader, 'suback');
        out.reasons = [...reader.rest()];
        const allowed = version === 5 ? REASONS.suback : [0, 1, 2, 0x80];
        for (const reason of out.reasons) if (!allowed.includes(reason)) throw new Error(`reason ${reason} in suback`);
    },
    unsuback(reader, version, out) {
        out.id = reader.two();
        if (version !== 5) return;
        out.properties = readProperties(reader, 'unsuback');
        out.reasons = [...reader.rest()];
        for (const reason of out.reasons) if (!REASONS.unsuback.includes(reason)) throw new Error(`reason ${reason} in unsuback`);
    },
    pingresp() {},
    disconnect(reader, version, out) {
        if (version !== 5) throw new Error('a DISCONNECT of a server of version 3.1.1');
        readReason(reader, 'disconnect', out);
        if ('sessionExpiry' in out.properties) throw new Error('session expiry in a DISCONNECT of a server');
    },
    auth(reader, version, out) {
        if (version !== 5) throw new Error('an AUTH in version 3.1.1');
        readReason(reader, 'auth', out);
        if (!out.properties.authMethod) throw new Error('an AUTH without its method');
    },
};
for (const name of ACKS) {
    READ[name] = (reader, version, out) => {
        out.id = reader.two();
        out.reason = 0;
        if (version === 5) readReason(reader, name, out);
    };
}

/** What a server's packet says; throws when it is not one that a server may send. */
export function decode(first, body, version) {
    const name = NAME[first >> 4];
    const flags = first & 15;
    if (!READ[name]) throw new Error(`a server sent packet type ${first >> 4}`);
    if (name !== 'publish' && flags !== (name === 'pubrel' ? 2 : 0)) throw new Error(`flags ${flags} in ${name}`);
    const reader = new Reader(body);
    const out = { name };
    READ[name](reader, version, out, flags);
    if (reader.left > 0) throw new Error(`${reader.left} bytes too many in ${name}`);
    return out;
}

/** { packets: [{ first, body, size }], rest }: whole packets from the front of a stream. */
export function frames(bytes) {
    const packets = [];
    for (let at = 0; ;) {
        let size = 0;
        let head = at + 1;
        let whole = false;
        for (let i = 0; i < 4 && head < bytes.length && !whole; i++, head++) {
            size += (bytes[head] & 127) * 128 ** i;
            whole = bytes[head] < 128;
            if (whole && i > 0 && bytes[head] === 0) throw new Error('a remaining length longer than it has to be');
        }
        if (!whole || head + size > bytes.length) return { packets, rest: bytes.subarray(at) };
        packets.push({ first: bytes[at], body: bytes.subarray(head, head + size), size: head + size - at });
        at = head + size;
    }
}
