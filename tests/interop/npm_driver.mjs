// SPDX-License-Identifier: Apache-2.0
// tests/interop/npm_driver.mjs HOST PORT USER PASSWORD VERSION: npm's mqtt as a driver of the interoperability tests.
// README.md says which lines it reads and writes.

import readline from 'node:readline';
import mqtt from 'mqtt';

const [host, port, username, password, version] = process.argv.slice(2);
const five = version === '5';
const say = (...words) => process.stdout.write(`${words.join('\t')}\n`);
const given = (word) => (word === '-' ? undefined : word);
let client;

const COMMANDS = {
    connect(clientId, clean, expiry, topic, payload, qos, retain) {
        client = mqtt.connect({
            host, port: Number(port), username, password, clientId, clean: clean === '1', reconnectPeriod: 0, protocolVersion: five ? 5 : 4,
            ...(five ? { properties: { sessionExpiryInterval: Number(expiry) } } : {}),
            ...(given(topic) ? { will: { topic, payload, qos: Number(qos), retain: retain === '1' } } : {}),
        });
        client.on('connect', (packet) => say('connected', packet.reasonCode ?? packet.returnCode ?? 0, packet.sessionPresent ? 1 : 0));
        client.on('message', (topic_, bytes, { qos: with_, retain: kept, properties = {} }) => {
            const [[key, value]] = Object.entries(properties.userProperties ?? { '-': '-' });
            say('message', topic_, bytes, with_, kept ? 1 : 0, properties.responseTopic ?? '-', properties.correlationData ?? '-', key, value,
                [properties.subscriptionIdentifier ?? 0].flat()[0]);
        });
        client.on('error', (error) => say('connected', error.code ?? -1, 0));
        client.on('close', () => say('disconnected', 0));
    },
    subscribe(filter, qos, noLocal, id) {
        const options = { qos: Number(qos), ...(five ? { nl: noLocal === '1', ...(given(id) ? { properties: { subscriptionIdentifier: Number(id) } } : {}) } : {}) };
        client.subscribe(filter, options, (error, granted) => say('subscribed', error ? -1 : granted[0].qos));
    },
    unsubscribe(filter) { client.unsubscribe(filter, () => say('unsubscribed')); },
    publish(topic, payload, qos, retain, responseTopic, correlation, key, value) {
        const properties = five ? {
            ...(given(responseTopic) ? { responseTopic } : {}), ...(given(correlation) ? { correlationData: Buffer.from(correlation) } : {}),
            ...(given(key) ? { userProperties: { [key]: value } } : {}),
        } : undefined;
        client.publish(topic, given(payload) ?? '', { qos: Number(qos), retain: retain === '1', properties }, (error) => say('published', error ? -1 : 0));
    },
    disconnect() { client.end(); },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split('\t');
    COMMANDS[command](...words);
}
process.exit(0);
