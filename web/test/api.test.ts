// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test, { afterEach } from 'node:test';
import { api, call, Failure, failureOf, may, path, query, session } from '../src/lib/api.js';

interface Asked {
    target: string;
    method: string;
    body: unknown;
    type: string | undefined;
}

const realFetch = globalThis.fetch;

/** Answers every call with one answer and keeps what was asked. */
function answerWith(status: number, body: unknown): Asked[] {
    const asked: Asked[] = [];
    globalThis.fetch = (async (target: string, init: RequestInit) => {
        const headers = init.headers as Record<string, string> | undefined;
        asked.push({
            target,
            method: init.method ?? 'GET',
            type: headers?.['Content-Type'],
            body: init.body === undefined ? undefined : JSON.parse(init.body as string),
        });
        const text = body === null ? null : typeof body === 'string' ? body : JSON.stringify(body);
        return new Response(text, { status });
    }) as typeof fetch;
    return asked;
}

async function failure(work: Promise<unknown>): Promise<Failure> {
    const error = await work.then(
        () => assert.fail('it did not fail'),
        (reason: unknown) => reason,
    );
    assert.ok(error instanceof Failure);
    return error;
}

afterEach(() => {
    globalThis.fetch = realFetch;
    session.set(undefined);
});

test('a path has one segment for each part, whatever it contains', () => {
    assert.equal(
        path('things', 'a/b?c#d', 'properties', '<img src=x>'),
        '/things/a%2Fb%3Fc%23d/properties/%3Cimg%20src%3Dx%3E',
    );
    assert.equal(path('alarms'), '/alarms');
});

test('a query says only what is given', () => {
    assert.equal(query({ thing: 'a&b', from: 0, to: undefined }), '?thing=a%26b&from=0');
    assert.equal(query({ thing: undefined }), '');
});

test('a failed call says what the node said, and what to do', async () => {
    answerWith(409, { error: { code: 'conflict', message: 'It was answered.', hint: 'Reload.' } });
    const said = await failure(api.answer('d-1', 'approve', ''));
    assert.deepEqual(
        [said.status, said.code, said.message, said.hint],
        [409, 'conflict', 'It was answered.', 'Reload.'],
    );
});

test('an error without words still has some', () => {
    for (const body of [null, 'oops', {}, { error: 'text' }, { error: { message: 5 } }, []]) {
        const said = failureOf(503, body);
        assert.equal(said.code, 'busy');
        assert.ok(said.message.length > 0 && said.hint.length > 0);
    }
    assert.match(failureOf(418, null).message, /418/);
});

test('no answer at all is "unreachable"', async () => {
    globalThis.fetch = (() => Promise.reject(new TypeError('fetch failed'))) as typeof fetch;
    const said = await failure(api.status());
    assert.deepEqual([said.status, said.code], [0, 'unreachable']);
});

test('an answer that is not JSON is told apart from an error', async () => {
    answerWith(200, '<html>a proxy</html>');
    assert.equal((await failure(api.things())).code, 'not_json');
    answerWith(502, '<html>bad gateway</html>');
    assert.equal((await failure(api.things())).status, 502);
});

test('losing the session signs out; a wrong password does not pretend to', async () => {
    session.set({ name: 'mara', role: 'operator' });
    answerWith(401, null);
    await failure(api.status());
    assert.equal(session.value, null);
    session.set(undefined);
    answerWith(401, null);
    await failure(call('POST', '/api/v1/session', {}));
    assert.equal(session.value, undefined);
    await api.whoAmI();
    assert.equal(session.value, null);
});

test('an answer is sent as JSON, with a reason only when there is one', async () => {
    const asked = answerWith(202, { recorded: true });
    await api.answer('d-1/2', 'approve', '');
    await api.answer('d-2', 'reject', 'false alarm');
    assert.deepEqual(asked, [
        { target: '/api/v1/decisions/d-1%2F2/approve', method: 'POST', body: {}, type: 'application/json' },
        {
            target: '/api/v1/decisions/d-2/reject',
            method: 'POST',
            body: { reason: 'false alarm' },
            type: 'application/json',
        },
    ]);
});

test('lists are unwrapped by their own name', async () => {
    const asked = answerWith(200, { alarms: [{ id: 'a-1' }] });
    assert.deepEqual(await api.list('alarm', { state: 'open', limit: 5 }), [{ id: 'a-1' }]);
    assert.equal(asked[0]?.target, '/api/v1/alarms?state=open&limit=5');
    answerWith(200, {});
    assert.deepEqual(await api.list('receipt', {}), []);
});

test('roles: a viewer looks, an operator answers, an admin does all', () => {
    const rights = (['viewer', 'operator', 'admin'] as const).map((role) => {
        session.set({ name: 'x', role });
        return [may('operator'), may('admin')];
    });
    assert.deepEqual(rights, [
        [false, false],
        [true, false],
        [true, true],
    ]);
});

test('a wish is sent with its key; a Thing’s description is asked for at the address of its page', async () => {
    const asked: { target: string; init: RequestInit }[] = [];
    globalThis.fetch = (async (target: string, init: RequestInit) => {
        asked.push({ target, init });
        return new Response('{"recorded":true}', { status: 202 });
    }) as typeof fetch;
    await api.desire('a/b', 'speed', null, 'k1');
    await api.invoke('p', 'go now', { a: 1 }, 'k2');
    await api.description('press.7');
    await api.revoke('p');
    await api.newToken('p', 0);
    assert.deepEqual(
        asked.map(({ target, init }) => [init.method, target, init.body]),
        [
            ['PUT', '/api/v1/things/a%2Fb/desired', '{"speed":null}'],
            ['POST', '/api/v1/things/p/actions/go%20now', '{"input":{"a":1},"key":"k2"}'],
            ['GET', '/things/press.7', undefined],
            ['DELETE', '/api/v1/things/p/token', undefined],
            ['POST', '/api/v1/things/p/token', '{"overlap_s":0}'],
        ],
    );
    assert.deepEqual(asked[0]?.init.headers, { 'Content-Type': 'application/json', 'Idempotency-Key': 'k1' });
    assert.deepEqual(asked[2]?.init.headers, { Accept: 'application/td+json' });
});
