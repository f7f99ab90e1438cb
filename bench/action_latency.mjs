// SPDX-License-Identifier: Apache-2.0
// action_latency.mjs PORT THING TOKEN: from the publish of a reading that a rule acts on, to the action's arrival at
// the device. One at a time, so that each is a whole way through the journal, the engine and back.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../tests/package.json', import.meta.url));
const mqtt = require('mqtt');
const [port, thing, token] = process.argv.slice(2);
const rounds = 300;
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { username: thing, password: token, clientId: 'bench' });
await client.subscribeAsync(`things/${thing}/actions/+`, { qos: 1 });

let arrived = () => {};
client.on('message', (topic, payload) => {
  const { id } = JSON.parse(payload);
  if (topic.endsWith('/status')) return;
  client.publish(`${topic}/status`, JSON.stringify({ id, state: 'done' }), { qos: 1 });
  arrived();
});

const took = [];
for (let round = 0; round < rounds; round++) {
  // below, then above: the rule fires again only after its condition was false
  await client.publishAsync(`things/${thing}/properties/v`, '1', { qos: 1 });
  const begin = process.hrtime.bigint();
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no action in round ${round}`)), 10000);
    arrived = () => { clearTimeout(timer); resolve(); };
    client.publish(`things/${thing}/properties/v`, '2000', { qos: 1 });
  });
  took.push(Number(process.hrtime.bigint() - begin) / 1000);
  await new Promise((resolve) => setTimeout(resolve, 20)); // the status must be in before the rule may fire again
}
await client.endAsync();
took.sort((a, b) => a - b);
const at = (q) => Math.round(took[Math.min(took.length - 1, Math.floor(q * took.length))]);
console.log(JSON.stringify({ rounds, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }));
