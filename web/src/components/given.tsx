// SPDX-License-Identifier: Apache-2.0
// given.tsx -- what a Thing is given to connect with: id, token, addresses, all of it as a QR code, and what to do
// next. The token is in no other answer of the node: it keeps only its hash.

import { useEffect, useRef } from 'preact/hooks';
import type { Given } from '../lib/thing_types.js';
import { CopyLine } from './copy.js';
import { Fact, Facts } from './facts.js';
import { QrCode } from './qr.js';
import { TryIt } from './try_it.js';

export function GivenOnce({ given }: { given: Given }) {
    const { id, token, connect = [], qr } = given;
    const box = useRef<HTMLDivElement>(null);
    // What one pressed is gone: go on from here, by keyboard and by ear.
    useEffect(() => box.current?.focus({ preventScroll: true }), [token]);
    return (
        <div class="given" ref={box} tabIndex={-1} role="group" aria-label={`What ${id} connects with`}>
            <div class="given-words">
                <p class="notice notice-wait">
                    <b>Keep the token now.</b> It is not shown again; the node keeps only its hash.
                </p>
                <Facts>
                    <Fact name="Id, the MQTT user name">
                        <CopyLine text={id} what="the id" />
                    </Fact>
                    <Fact name="Token, the MQTT password">
                        <CopyLine text={token} what="the token" />
                    </Fact>
                    {connect.length > 0 && (
                        <Fact name={connect.length > 1 ? 'Addresses; one is enough' : 'Address'}>
                            {connect.map((address) => (
                                <CopyLine key={address} text={address} what={`the address ${address}`} />
                            ))}
                        </Fact>
                    )}
                </Facts>
            </div>
            {qr && (
                <figure class="given-code">
                    <QrCode qr={qr} label="QR code of the address, the id and the token" />
                    <figcaption class="field-hint">
                        Address, id and token for a device with a camera. Whoever photographs it has the token.
                    </figcaption>
                </figure>
            )}
            <div class="given-next">
                <h3>What to do next</h3>
                <ol class="ways">
                    <li>Enter address, id and token on the device, as its MQTT server, user name and password.</li>
                    <li>
                        Let it publish to <code>things/{id}/properties</code>: one JSON object, a member for each
                        property.
                    </li>
                    <li>Or try it from here, as the device would:</li>
                </ol>
                <TryIt id={id} token={token} connect={connect} />
            </div>
        </div>
    );
}
