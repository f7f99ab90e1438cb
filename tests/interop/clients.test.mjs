// SPDX-License-Identifier: Apache-2.0
// One story, told to the node by four client libraries that others wrote, in both versions. README.md shows the drivers.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import test, { after, before, describe } from 'node:test';
import { addThing, missingProgram, ROOT, startNode } from '../lib/node_process.mjs';

const PATIENCE_MS = 15_000;
const BUILD = process.env.GN_BUILD ?? path.join(ROOT, 'build/debug');
const HERE = path.join(ROOT, 'tests/interop');
const python = ['python3', '/usr/bin/python3'].find((file) => spawnSync(file, ['-c', 'import paho.mqtt.client']).status === 0);
const built = (name, what) => {
    const file = path.join(BUILD, name);
    return existsSync(file) ? [file] : `${file} is not built: install ${what}, then build the target 'interop'`;
};
const LIBRARIES = { // the words to start a driver with, or what is missing
    'libmosquitto': built('interop_mosquitto', 'libmosquitto-dev'),
    'Eclipse Paho C': built('interop_paho', 'libpaho-mqtt-dev'),
    'python3-paho-mqtt': python ? [python, path.join(HERE, 'interop_paho.py')] : 'install python3-paho-mqtt',
    'npm mqtt': [process.execPath, path.join(HERE, 'npm_driver.mjs')],
};

const later = [];
let node;
let thing;
let serial = 0;
before(async () => {
    if (missingProgram()) return;
    node = await startNode({ after: (end) => later.unshift(end) });
    thing = await addThing(node, 'interop');
});
after(async () => { for (const end of later) await end(); });

/** A foreign client; its events are waited for by their word. */
class Driver {
    constructor(t, command, version) {
        this.words = [...command, node.mqtt.host, String(node.mqtt.port), thing.id, thing.token, String(version)];
        this.version = version;
        this.start();
        t.after(() => this.die());
    }

    start() {
        this.events = [];
        this.errors = '';
        this.waiters = new Set();
        this.process = spawn(this.words[0], this.words.slice(1), { stdio: 'pipe', cwd: path.join(ROOT, 'tests') });
        this.process.stderr.on('data', (bytes) => { this.errors += bytes; });
        this.process.stdin.on('error', () => {});
        this.over = new Promise((resolve) => { this.process.once('close', resolve); });
        readline.createInterface({ input: this.process.stdout }).on('line', (line) => {
            this.events.push(line.split('\t'));
            for (const waiter of this.waiters) waiter();
        });
    }

    say(...words) { this.process.stdin.write(`${words.join('\t')}\n`); }

    /** The next event with that word; others stay. */
    wait(word) {
        return new Promise((resolve, reject) => {
            const look = () => {
                const at = this.events.findIndex(([one]) => one === word);
                if (at < 0) return;
                clearTimeout(timer);
                this.waiters.delete(look);
                resolve(this.events.splice(at, 1)[0].slice(1));
            };
            const timer = setTimeout(() => {
                this.waiters.delete(look);
                reject(new Error(`no '${word}' of ${this.words[0]} in ${PATIENCE_MS} ms; it said ${JSON.stringify(this.events)} ${this.errors}`));
            }, PATIENCE_MS);
            this.waiters.add(look);
            look();
        });
    }

    async connect({ id = `i${++serial}`, clean = true, expiry = 0, will = ['-', '-', 0, 0] } = {}) {
        this.say('connect', id, clean ? 1 : 0, expiry, ...will);
        const [reason, present] = await this.wait('connected');
        assert.equal(reason, '0');
        return present === '1';
    }

    async subscribe(filter, qos, { noLocal = false, id = '-' } = {}) {
        this.say('subscribe', filter, qos, noLocal ? 1 : 0, id);
        return Number((await this.wait('subscribed'))[0]);
    }

    async publish(topic, payload, { qos = 1, retain = false, response = '-', correlation = '-', user = ['-', '-'] } = {}) {
        this.say('publish', topic, payload, qos, retain ? 1 : 0, response, correlation, ...user);
        assert.ok(Number((await this.wait('published'))[0]) < 0x80); // 16: nobody listens
    }

    async message() {
        const [topic, payload, qos, retain, response, correlation, key, value, id] = await this.wait('message');
        return { topic, payload, qos: Number(qos), retain: retain === '1', response, correlation, user: [key, value], id: Number(id) };
    }

    async heard(wanted) {
        const message = await this.message();
        for (const [name, value] of Object.entries(wanted)) assert.deepEqual(message[name], value, `${name} of ${JSON.stringify(message)}`);
    }

    /** Messages 0, 1, 2 ...: the standard promises an order to those of one QoS. */
    async heardInOrder(count, qosOf) {
        const came = [[], [], []];
        for (let i = 0; i < count; i++) {
            const { qos, payload } = await this.message();
            came[qos].push(Number(payload));
        }
        const all = Array.from({ length: count }, (_, i) => i);
        assert.deepEqual(came, [0, 1, 2].map((qos) => all.filter((i) => qosOf(i) === qos)));
    }

    async leave() {
        this.say('disconnect');
        await this.wait('disconnected');
    }

    async die() {
        this.process.kill('SIGKILL');
        await this.over;
    }
}

const topic = (name) => `things/${thing.id}/events/${name}-${++serial}`;

const STORY = {
    async 'QoS 0, 1 and 2 arrive both ways, in order'(t, make) {
        const [ear, mouth] = [make(), make()];
        const where = topic('qos');
        await ear.connect();
        await mouth.connect();
        assert.equal(await ear.subscribe(where, 2), 2);
        for (let i = 0; i < 15; i++) await mouth.publish(where, `${i}`, { qos: i % 3 });
        await ear.heardInOrder(15, (i) => i % 3);
        ear.say('unsubscribe', where);
        await ear.wait('unsubscribed');
        await mouth.publish(where, 'unheard');
        await ear.subscribe(where, 1);
        await mouth.publish(where, 'again', { qos: 2 });
        await ear.heard({ payload: 'again', qos: 1 });
        await ear.leave();
        await mouth.leave();
    },
    async 'retained messages are kept, replaced and removed'(t, make) {
        const where = topic('retained');
        const mouth = make();
        await mouth.connect();
        await mouth.publish(where, 'first', { qos: 1, retain: true });
        await mouth.publish(where, 'second', { qos: 2, retain: true });
        const ear = make();
        await ear.connect();
        await ear.subscribe(where, 1);
        await ear.heard({ topic: where, payload: 'second', qos: 1, retain: true });
        await mouth.publish(where, '-', { retain: true });
        await ear.heard({ payload: '', retain: false });
        const late = make();
        await late.connect();
        await late.subscribe(where, 1);
        await mouth.publish(where, 'live');
        await late.heard({ payload: 'live', retain: false });
    },
    async 'the will of a client that dies is published, of one that leaves it is not'(t, make) {
        const where = topic('will');
        const [ear, mortal] = [make(), make()];
        await ear.connect();
        await ear.subscribe(where, 2);
        await mortal.connect({ will: [where, 'left', 1, 0] });
        await mortal.leave();
        await mortal.die();
        mortal.start();
        await mortal.connect({ will: [where, 'died', 2, 0] });
        await mortal.die();
        await ear.heard({ topic: where, payload: 'died', qos: 2 });
    },
    async 'a session goes on after the client died'(t, make) {
        const where = topic('session');
        const id = `kept-${++serial}`;
        const [ear, mouth] = [make(), make()];
        await mouth.connect();
        assert.equal(await ear.connect({ id, clean: false, expiry: 60 }), false);
        await ear.subscribe(where, 2);
        await ear.die();
        for (let i = 0; i < 6; i++) await mouth.publish(where, `${i}`, { qos: 1 + i % 2 });
        ear.start();
        assert.equal(await ear.connect({ id, clean: false, expiry: 60 }), true);
        await ear.heardInOrder(6, (i) => 1 + i % 2);
        await ear.leave();
        await ear.die();
        ear.start();
        assert.equal(await ear.connect({ id, clean: true }), false);
    },
};
const STORY_5 = {
    async 'request and response: topics, correlation and user properties arrive'(t, make) {
        const [ask, tell] = [topic('request'), topic('response')];
        const [client, server] = [make(), make()];
        await client.connect();
        await server.connect();
        await server.subscribe(ask, 1);
        await client.subscribe(tell, 1);
        await client.publish(ask, 'what?', { response: tell, correlation: 'number-7', user: ['from', 'client'] });
        const request = await server.message();
        assert.deepEqual([request.payload, request.response, request.correlation, request.user], ['what?', tell, 'number-7', ['from', 'client']]);
        await server.publish(request.response, 'that.', { correlation: request.correlation });
        await client.heard({ topic: tell, payload: 'that.', correlation: 'number-7' });
    },
    async 'no local, subscription ids and shared subscriptions'(t, make) {
        const [own, shared] = [topic('own'), topic('shared')];
        const [a, b] = [make(), make()];
        await a.connect();
        await b.connect();
        await a.subscribe(own, 1, { noLocal: true, id: 42 });
        await a.publish(own, 'mine');
        await b.publish(own, 'theirs');
        await a.heard({ payload: 'theirs', id: 42 });
        for (const member of [a, b]) await member.subscribe(`$share/crew/${shared}`, 1);
        const mouth = make();
        await mouth.connect();
        for (let i = 0; i < 10; i++) await mouth.publish(shared, `${i}`);
        await Promise.all([a, b].map((member) => member.subscribe(topic('barrier'), 0))); // the answer comes behind the messages
        const came = [a, b].flatMap(({ events }) => events.filter(([word, where]) => word === 'message' && where === shared).map(([, , payload]) => payload));
        assert.deepEqual(came.sort(), Array.from({ length: 10 }, (_, i) => `${i}`));
    },
};

describe('the same story', { concurrency: 4 }, () => { // most of the time is the drivers' start
    for (const [name, command] of Object.entries(LIBRARIES)) {
        const skip = missingProgram() || (typeof command === 'string' ? command : false);
        for (const version of [4, 5]) {
            for (const [title, tell] of Object.entries(version === 5 ? { ...STORY, ...STORY_5 } : STORY))
                test(`${name}, ${version === 5 ? '5' : '3.1.1'}: ${title}`, { skip, timeout: 60_000 }, (t) => tell(t, () => new Driver(t, command, version)));
        }
    }
});
