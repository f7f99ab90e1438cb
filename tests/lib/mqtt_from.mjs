// SPDX-License-Identifier: Apache-2.0
// npm's mqtt over a socket from an address of its own (127.0.0.2 ...), which it has no option for.

import net from 'node:net';
import mqtt from 'mqtt';

/** A client that connects to `at` ({host, port}) from `localAddress`; `options` as of mqtt.connect. */
export function mqttFrom(localAddress, { host, port }, options) {
    const client = new mqtt.MqttClient(() => net.connect({ host, port, localAddress }), options);
    client.on('error', () => {}); // while the other end is away
    return client;
}
