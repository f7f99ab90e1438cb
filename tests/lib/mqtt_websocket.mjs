// SPDX-License-Identifier: Apache-2.0
// tests/lib/mqtt_websocket.mjs -- the client's side of WebSocket (RFC 6455) by hand, so that a test decides on frames: what
// a peer of mqtt_peer.mjs speaks over instead of a bare socket.

import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import net from 'node:net';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
export const TEXT = 1, BINARY = 2;

/** One frame, masked as a client's has to be. */
export function frame(payload, { kind = BINARY, last = true } = {}) {
    const mask = randomBytes(4);
    const size = payload.length < 126 ? Buffer.from([payload.length]) : Buffer.from([126, payload.length >> 8, payload.length & 255]);
    size[0] |= 0x80;
    return Buffer.concat([Buffer.from([(last ? 0x80 : 0) | kind]), size, mask, payload.map((value, i) => value ^ mask[i % 4])]);
}

/** Looks like a socket: `write` sends each call's bytes as one binary frame, 'data' is what binary frames held. */
export class WebSocketStream extends EventEmitter {
    /** protocols: what is offered, or null for no such header. */
    constructor({ host, port }, { protocols = 'mqtt', path = '/mqtt' } = {}) {
        super();
        this.rest = Buffer.alloc(0);
        this.answer = null; // { status, headers } once it came
        this.key = randomBytes(16).toString('base64');
        this.waiting = [];
        this.socket = net.connect(port, host);
        this.socket.on('error', () => {});
        this.socket.on('close', () => this.emit('close'));
        this.socket.on('data', (bytes) => { this.rest = Buffer.concat([this.rest, bytes]); this.#take(); });
        this.socket.write([`GET ${path} HTTP/1.1`, `Host: ${host}:${port}`, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13',
            `Sec-WebSocket-Key: ${this.key}`, ...(protocols === null ? [] : [`Sec-WebSocket-Protocol: ${protocols}`]), '', ''].join('\r\n'));
    }

    #take() {
        if (!this.answer) {
            const end = this.rest.indexOf('\r\n\r\n');
            if (end < 0) return;
            const [first, ...lines] = this.rest.subarray(0, end).toString().split('\r\n');
            this.rest = this.rest.subarray(end + 4);
            const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
            this.answer = { status: Number(first.split(' ')[1]), headers };
            this.answer.accepted = headers['sec-websocket-accept'] === createHash('sha1').update(this.key + GUID).digest('base64');
            this.emit('answer', this.answer);
            for (const bytes of this.waiting.splice(0)) this.socket.write(bytes);
        }
        for (;;) {
            if (this.rest.length < 2) return;
            const short = this.rest[1] & 127;
            const head = short === 126 ? 4 : short === 127 ? 10 : 2;
            if (this.rest.length < head) return;
            const size = short === 126 ? this.rest.readUInt16BE(2) : short === 127 ? Number(this.rest.readBigUInt64BE(2)) : short;
            if (this.rest.length < head + size) return;
            const kind = this.rest[0] & 15;
            const payload = this.rest.subarray(head, head + size);
            this.rest = this.rest.subarray(head + size);
            if (kind <= BINARY) this.emit(kind === TEXT ? 'text' : 'data', payload);
        }
    }

    /** Bytes as they are, behind the handshake. */
    raw(bytes) { if (this.answer) this.socket.write(bytes); else this.waiting.push(bytes); }

    write(bytes) { this.raw(frame(bytes)); }

    setNoDelay() { this.socket.setNoDelay(true); }

    end() { this.socket.end(); }

    destroy() { this.socket.destroy(); }
}
