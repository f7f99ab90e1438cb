// SPDX-License-Identifier: Apache-2.0
// tests/lib/scram.mjs -- the client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding.

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const parse = (text) => Object.fromEntries(text.split(',').map((part) => [part[0], part.slice(2)]));

export class Scram {
    constructor(user, password) {
        this.password = password;
        this.nonce = randomBytes(18).toString('base64');
        this.bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${this.nonce}`;
    }

    /** What the client says first. */
    first() { return `n,,${this.bare}`; }

    /** What it answers to the server's first message. */
    final(serverFirst) {
        const { r: nonce, s: salt, i: rounds } = parse(serverFirst);
        if (!nonce.startsWith(this.nonce) || nonce.length <= this.nonce.length) throw new Error(`the server's nonce is ${nonce}`);
        if (Number(rounds) < 4096) throw new Error(`${rounds} rounds`);
        const salted = pbkdf2Sync(this.password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
        const without = `c=biws,r=${nonce}`;
        const message = `${this.bare},${serverFirst},${without}`;
        const clientKey = hmac(salted, 'Client Key');
        const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
        this.serverSignature = hmac(hmac(salted, 'Server Key'), message);
        return `${without},p=${Buffer.from(clientKey.map((value, i) => value ^ signature[i])).toString('base64')}`;
    }

    /** Whether the server has shown that it knows the password too. */
    verifies(serverFinal) {
        const { v } = parse(serverFinal);
        return timingSafeEqual(Buffer.from(v, 'base64'), this.serverSignature);
    }
}
