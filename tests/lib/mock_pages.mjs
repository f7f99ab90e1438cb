// SPDX-License-Identifier: Apache-2.0
// tests/lib/mock_pages.mjs -- the front end in a browser against a made-up node with the portal's own headers: one
// browser for a file of tests, one node and one page for each test.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { launch, openPage } from './browser.mjs';
import { ROOT } from './node_process.mjs';
import { startMock } from '../../web/mock/server.mjs';

/** A browser for a whole file of tests, and the made-up node with a page of it for each. */
export function withBrowser() {
    let browser;
    before(async () => {
        assert.ok(existsSync(path.join(ROOT, 'web/dist/index.html')), 'there is no web/dist: run "make web" first');
        browser = await launch();
    });
    after(() => browser?.close());
    return { mockAndPage: (t, ...options) => mockAndPage(browser, t, ...options) };
}

async function mockAndPage(browser, t, mockOptions = {}, pageOptions = {}) {
    const mock = await startMock({ signedIn: true, ...mockOptions });
    t.after(() => mock.close());
    const page = await openPage(browser, { base: mock.url, ...pageOptions });
    t.after(() => page.context().close());
    return { mock, page };
}

/** Every page there is, of a mock's present story. */
export function everyPage(mock) {
    const rows = (kind) => [...mock.story.rows[kind].values()];
    // As lib/router.tsx: what has a dot in its last part would be taken for a file.
    const end = (id) => (id.includes('.') ? '/' : '');
    const ours = mock.things.filter(({ state }) => state === 'adopted');
    const things = ours.map(({ id }) => [`thing ${id}`, `/things/${encodeURIComponent(id)}${end(id)}`]);
    const decision = (state) => rows('decision').findLast((one) => one.state === state)?.id;
    const made = ['pending', 'approved', 'rejected', 'expired'].filter(decision);
    return [
        ['overview', '/'],
        ...things,
        ['alarms', '/alarms'],
        ...(rows('alarm').length ? [['alarm', `/alarms/${rows('alarm').at(-1).id}`]] : []),
        ['approvals', '/approvals'],
        ...made.map((state) => [`decision ${state}`, `/decisions/${decision(state)}`]),
        ['description', '/things/press-7/description'],
        ['discovered', '/discovered'],
        ...mock.onboarding
            .list()
            .map(({ id }) => [`adoption ${id}`, `/discovered/${encodeURIComponent(id)}${end(id)}`]),
        ['add', '/add-thing'],
        ['status', '/status'],
        ['nothing', '/no/such/page'],
    ];
}

/** Opens an address and waits until nothing on it is loading and its charts are drawn. */
export async function open(page, address) {
    await page.goto(address);
    const isWhole = () =>
        document.querySelector('h1') &&
        document.querySelector('.line-live') &&
        !document.querySelector('[aria-busy="true"]');
    await page.waitForFunction(isWhole).catch(async (error) => {
        throw new Error(
            `${address} is not whole: ${error.message}\n${(await page.content()).slice(0, 3000)}\n${page.complaints}`,
        );
    });
}
