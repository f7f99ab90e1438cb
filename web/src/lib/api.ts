// SPDX-License-Identifier: Apache-2.0
// api.ts -- calls to the node. A failed call is a Failure that says what went wrong and what to do.

import { Cell } from './cell.js';
import { LIST_OF } from './types.js';
import type {
    Bucket,
    Limit,
    Millis,
    NodeStatus,
    OutputKind,
    Outputs,
    Session,
    Thing,
    ThingRow,
    Value,
} from './types.js';
import type { Certificate, Discovered, DiscoveredRow, Fragment, Given, TwinRow } from './thing_types.js';

const TIMEOUT_MS = 10_000;
const SIGN_IN_TIMEOUT_MS = 40_000; // the node holds the answer to a wrong password back, longer each time

export class Failure extends Error {
    constructor(
        readonly status: number, // 0: no answer at all
        readonly code: string,
        message: string,
        readonly hint: string,
    ) {
        super(message);
    }
}

/** Who is signed in. undefined: not asked yet; null: nobody. */
export const session = new Cell<Session | null | undefined>(undefined);

const WORDS: Record<number, [code: string, message: string, hint: string]> = {
    401: ['signed_out', 'You are not signed in.', 'Sign in, then try again.'],
    403: ['denied', 'Your role does not allow this.', 'Ask an admin of this node.'],
    404: [
        'not_found',
        'The node knows nothing of that name.',
        'It may have been removed. Go back to the overview.',
    ],
    409: ['conflict', 'Somebody or something was faster.', 'Look at the present state, then decide again.'],
    429: ['too_many', 'Too many requests.', 'Wait a moment, then try again.'],
    503: ['busy', 'The node cannot take this now.', 'Is its disk full? Look at the status page.'],
};

/** What a failed answer says, whatever its body is. */
export function failureOf(status: number, body: unknown): Failure {
    const [code, message, hint] = WORDS[status] ?? [
        'failed',
        `The node answered with status ${status}.`,
        'Try again; the node’s log says more.',
    ];
    const told = (body as { error?: Record<string, unknown> } | null)?.error;
    const text = (key: string, otherwise: string): string => {
        const value = told?.[key];
        return typeof value === 'string' && value !== '' ? value : otherwise;
    };
    return new Failure(status, text('code', code), text('message', message), text('hint', hint));
}

/** A path from parts; each part is one segment whatever it contains. */
export function path(...parts: string[]): string {
    return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** "?a=1&b=2" of what is given; nothing of what is undefined. */
export function query(values: Record<string, string | number | undefined>): string {
    const given = Object.entries(values)
        .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return given.length ? `?${given.join('&')}` : '';
}

interface Manner {
    timeout?: number;
    headers?: Record<string, string>;
}

export async function call<T>(method: string, target: string, body?: unknown, how: Manner = {}): Promise<T> {
    let answer: Response;
    let text: string;
    try {
        answer = await fetch(target, {
            method,
            credentials: 'same-origin',
            cache: 'no-store',
            signal: AbortSignal.timeout(how.timeout ?? TIMEOUT_MS),
            headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...how.headers },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        text = await answer.text();
    } catch {
        throw new Failure(
            0,
            'unreachable',
            'The node does not answer.',
            'Is it still running, and is this machine on its network? This page tries again by itself.',
        );
    }
    let parsed: unknown = null;
    try {
        parsed = text === '' ? null : JSON.parse(text);
    } catch {
        if (answer.ok) {
            throw new Failure(
                answer.status,
                'not_json',
                'The answer was not what the node says.',
                'Something between this browser and the node changed it: a proxy, perhaps.',
            );
        }
    }
    if (answer.ok) return parsed as T;
    const failure = failureOf(answer.status, parsed);
    if (failure.code === 'setup_needed') location.assign('/setup');
    if (answer.status === 401 && target !== SESSION) session.set(null);
    throw failure;
}

const BASE = '/api/v1';
const SESSION = `${BASE}/session`;
const get = <T>(target: string): Promise<T> => call<T>('GET', BASE + target);

export interface ListQuery {
    thing?: string;
    state?: string;
    from?: Millis;
    to?: Millis;
    limit?: number;
}

export const api = {
    status: () => get<NodeStatus>('/status'),
    limits: async () => (await get<{ limits: Limit[] }>('/limits')).limits,
    things: async () => (await get<{ things: ThingRow[] }>('/things')).things,
    thing: (id: string) => get<Thing>(path('things', id)),
    addThing: (name: string) => call<Given>('POST', `${BASE}/things`, { name }),
    /** Without a number the node would let the old token count for a day. */
    newToken: (id: string, overlap_s: number) =>
        call<Given>('POST', BASE + path('things', id, 'token'), { overlap_s }),
    certificates: async (id: string) =>
        (await get<{ certificates: Certificate[] }>(path('things', id, 'certificate'))).certificates,
    revoke: (id: string) => call<null>('DELETE', BASE + path('things', id, 'token')),
    /** The Thing Description has the address of the Thing's page: the header tells them apart. */
    description: (id: string) =>
        call<Fragment>('GET', path('things', id), undefined, { headers: { Accept: 'application/td+json' } }),
    discovered: async () => (await get<{ discovered: DiscoveredRow[] }>('/discovered')).discovered,
    proposal: (id: string) => get<Discovered>(path('discovered', id)),
    adopt: (id: string, name: string, description: Fragment) =>
        call<{ id: string; recorded: boolean }>('POST', BASE + path('discovered', id, 'adopt'), { name, description }),
    ignore: (id: string) =>
        call<{ id: string; recorded: boolean }>('POST', BASE + path('discovered', id, 'ignore'), {}),
    twin: async (id: string) => (await get<{ properties: TwinRow[] }>(path('things', id, 'desired'))).properties,
    /** `key`: the same wish sent twice is one wish. null withdraws what was desired. */
    desire: (id: string, property: string, value: Value | null, key: string) =>
        call<{ recorded: boolean }>(
            'PUT',
            BASE + path('things', id, 'desired'),
            { [property]: value },
            { headers: { 'Idempotency-Key': key } },
        ),
    invoke: (id: string, action: string, input: Record<string, Value>, key: string) =>
        call<{ id: string; state: string }>('POST', BASE + path('things', id, 'actions', action), { input, key }),
    buckets: async (thing: string, property: string, from: Millis, to: Millis, step: Millis) =>
        (
            await get<{ buckets: Bucket[] }>(
                path('things', thing, 'properties', property) + query({ from, to, step }),
            )
        ).buckets,
    list: async <K extends OutputKind>(kind: K, which: ListQuery): Promise<Outputs[K][]> =>
        (await get<Record<string, Outputs[K][]>>(path(LIST_OF[kind]) + query({ ...which })))[LIST_OF[kind]] ?? [],
    one: <K extends OutputKind>(kind: K, id: string) => get<Outputs[K]>(path(LIST_OF[kind], id)),
    answer: (decision: string, verdict: 'approve' | 'reject', reason: string) =>
        call<{ recorded: boolean }>('POST', BASE + path('decisions', decision, verdict), reason ? { reason } : {}),
    signIn: async (user: string, password: string) => {
        await call<null>('POST', SESSION, { user, password }, { timeout: SIGN_IN_TIMEOUT_MS });
        await api.whoAmI();
    },
    signOut: async () => {
        await call<null>('DELETE', SESSION);
        session.set(null);
    },
    whoAmI: async () => {
        try {
            session.set(await call<Session>('GET', SESSION));
        } catch (error) {
            if (!(error instanceof Failure) || error.status !== 401) throw error;
            session.set(null);
        }
    },
};

/** May this person do what needs `role`? */
export function may(role: 'operator' | 'admin'): boolean {
    const mine = session.value?.role;
    return mine === 'admin' || mine === role;
}
