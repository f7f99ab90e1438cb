// SPDX-License-Identifier: Apache-2.0
// tests/lib/raw_mqtt.mjs -- a bare MQTT 3.1.1 publisher over a socket: the test decides on packet ids, on what is sent
// again with DUP, and sees each PUBACK. A client library would hide exactly that.

import net from 'node:net';

const text = (s) => {
    const bytes = Buffer.from(s, 'utf8');
    const size = Buffer.alloc(2);
    size.writeUInt16BE(bytes.length);
    return Buffer.concat([size, bytes]);
};

export function packet(firstByte, ...parts) {
    const body = Buffer.concat(parts);
    const size = [];
    let left = body.length;
    do {
        size.push((left % 128) | (left >= 128 ? 0x80 : 0));
        left = Math.floor(left / 128);
    } while (left > 0);
    return Buffer.concat([Buffer.from([firstByte, ...size]), body]);
}

export function connectPacket({ clientId, user, password, clean = true, keepAlive = 60 }) {
    const flags = (user !== undefined ? 0x80 : 0) | (password !== undefined ? 0x40 : 0) | (clean ? 0x02 : 0);
    return packet(0x10, text('MQTT'), Buffer.from([4, flags, keepAlive >> 8, keepAlive & 255]), text(clientId),
        ...(user !== undefined ? [text(user)] : []), ...(password !== undefined ? [text(password)] : []));
}

export function publishPacket(topic, payload, { id = 0, dup = false } = {}) {
    const qos = id > 0 ? 0x02 : 0;
    return packet(0x30 | qos | (dup ? 0x08 : 0), text(topic), id > 0 ? Buffer.from([id >> 8, id & 255]) : Buffer.alloc(0),
        Buffer.from(payload));
}

/** A connection: calls on.connack(code), on.puback(id), on.close(). */
export class RawMqtt {
    constructor({ host, port }, on = {}) {
        this.on = on;
        this.rest = Buffer.alloc(0);
        this.closed = false;
        this.socket = net.connect(port, host);
        this.socket.setNoDelay(true);
        this.socket.on('data', (bytes) => this.#take(bytes));
        this.socket.on('error', () => {});
        this.socket.on('close', () => {
            this.closed = true;
            on.close?.();
        });
    }

    write(bytes) {
        if (!this.closed) this.socket.write(bytes);
    }

    end() {
        this.socket.destroy();
    }

    #take(bytes) {
        this.rest = Buffer.concat([this.rest, bytes]);
        for (;;) {
            let size = 0;
            let at = 1;
            for (let shift = 0; ; shift += 7, at++) {
                if (at >= this.rest.length) return;
                size |= (this.rest[at] & 127) << shift;
                if (this.rest[at] < 128) break;
            }
            at += 1;
            if (this.rest.length < at + size) return;
            const type = this.rest[0] >> 4;
            const body = this.rest.subarray(at, at + size);
            this.rest = this.rest.subarray(at + size);
            if (type === 2) this.on.connack?.(body[1]);
            if (type === 4) this.on.puback?.(body.readUInt16BE(0));
        }
    }
}
