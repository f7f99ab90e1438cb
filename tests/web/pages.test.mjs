// SPDX-License-Identifier: Apache-2.0
// Every page of the front end in a real browser, against a made-up node with the portal's own headers.

import assert from 'node:assert/strict';
import test from 'node:test';
import { picture } from '../lib/browser.mjs';
import { everyPage, open, withBrowser } from '../lib/mock_pages.mjs';
import { waitFor } from '../lib/node_process.mjs';
import { judgePage, lowContrast, shiftSoFar, watchShift } from '../lib/page_checks.mjs';

const EVIL = '<img src=x onerror=alert(1)>';
const PASSWORD = 'correct horse battery';
const PICTURED = /^\S+$|^thing (this-machine|press-7)$|^adoption/;
const { mockAndPage } = withBrowser();

for (const size of ['desktop', 'phone']) {
    test(`every page is whole, legible and still, light and dark: ${size}`, async (t) => {
        const { mock, page } = await mockAndPage(t, {}, { theme: 'light', size });
        await watchShift(page);
        for (const [name, address] of everyPage(mock)) {
            await page.emulateMedia({ colorScheme: 'light' });
            await open(page, address);
            assert.ok((await shiftSoFar(page)) < 0.1, `${name} moves while it loads: ${await shiftSoFar(page)}`);
            for (const theme of ['light', 'dark']) {
                await page.emulateMedia({ colorScheme: theme });
                await page.locator(`html[data-theme=${theme}]`).waitFor();
                assert.deepEqual(await judgePage(page), [], `${name} (${theme}, ${size})`);
                assert.deepEqual(await lowContrast(page), [], `contrast on ${name} (${theme}, ${size})`);
                if (PICTURED.test(name)) await picture(page, `mock-${name.replace(/\W+/g, '-')}-${theme}-${size}`);
            }
        }
        assert.deepEqual(page.complaints, []);
    });
}

test('names that look like HTML are text on every page', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'hostile' });
    let seen = 0;
    for (const [name, address] of everyPage(mock)) {
        await open(page, address);
        const found = await page.evaluate(() => ({
            elements: document.querySelectorAll('img, script:not([src]), svg[onload], [onerror], iframe, object')
                .length,
            text: document.body.innerText,
            links: [...document.querySelectorAll('a')].map((a) => a.protocol),
        }));
        assert.equal(found.elements, 0, `${name}: an element came out of a name`);
        assert.ok(
            found.links.every((protocol) => protocol === 'http:'),
            `${name}: ${found.links}`,
        );
        if (found.text.includes(EVIL)) seen++;
        assert.deepEqual(await judgePage(page), [], name);
    }
    assert.ok(seen >= 5, `the name was shown on ${seen} pages only`);
    await page.goto(`/things/${encodeURIComponent(EVIL)}`);
    await page.getByRole('alert').waitFor();
    assert.deepEqual(
        page.complaints.filter((text) => !text.includes('404')),
        [],
    );
});

test('signing in: a wrong password says so, the right one shows the page that was asked for', async (t) => {
    const { page } = await mockAndPage(t, { signedIn: false });
    await page.goto('/alarms');
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Name and password do not fit.').waitFor();
    assert.deepEqual(await lowContrast(page), []);
    await picture(page, 'mock-sign-in-light-desktop');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Alarms' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Alarms' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    assert.deepEqual(
        page.complaints.filter((text) => !text.includes('401')),
        [],
    );
});

test('approving: the queue, the steps live to the end, the receipt', async (t) => {
    const { page } = await mockAndPage(t, { pace: 0.2 }, { size: 'phone' });
    await open(page, '/');
    await page.getByRole('link', { name: 'Approvals, 1 waits' }).click();
    await page.getByText('disturbance', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.locator('.proposal .step-past', { hasText: 'done' }).waitFor();
    assert.equal(await page.locator('.proposal .step-past').count(), 5);
    assert.equal(await page.getByRole('link', { name: 'Approvals', exact: true }).count(), 1, 'the badge is gone');
    await page.locator('.proposal a[href^="/decisions/"]').click();
    await page.getByText('receipt r-').waitFor();
    for (const name of ['Readings', 'Model', 'Finding', 'Rule', 'Person', 'Action', 'Result']) {
        assert.ok(await page.locator('.chain h3', { hasText: name }).isVisible(), name);
    }
    assert.deepEqual(page.complaints, []);
});

test('rejecting needs a reason, and the reason is shown', async (t) => {
    const { mock, page } = await mockAndPage(t, { pace: 0.2 });
    await open(page, '/approvals');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Say in a few words why not.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'INPUT');
    await page.getByRole('button', { name: 'false alarm' }).click();
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.locator('.step-failed', { hasText: 'rejected' }).waitFor();
    await page.getByText('false alarm').waitFor();
    const last = [...mock.story.rows.decision.values()].at(-1);
    assert.deepEqual([last.state, last.reason], ['rejected', 'false alarm']);
});

test('somebody else was faster: the answer is refused and the present state is shown', async (t) => {
    const { mock, page } = await mockAndPage(t, { pace: 0.2 });
    await open(page, '/approvals');
    const decision = [...mock.story.rows.decision.values()].findLast((one) => one.state === 'pending');
    await page.route('**/approve', (handler) => {
        // in the moment between the click and its arrival: earlier, the page would show it by itself
        mock.story.rows.decision.set(decision.id, {
            ...decision,
            state: 'rejected',
            person: 'mara',
            answered: Date.now(),
        });
        return handler.continue();
    });
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.locator('.step-failed', { hasText: 'rejected' }).waitFor();
});

test('a viewer sees the queue and is told who may answer', async (t) => {
    const { page } = await mockAndPage(t, { role: 'viewer' });
    await open(page, '/approvals');
    await page.getByText('Only an operator or an admin can answer this.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
    await open(page, '/');
    assert.equal(await page.getByRole('link', { name: 'Add a Thing' }).count(), 0);
});

test('readings move without reloading, and the window can be chosen', async (t) => {
    const { page } = await mockAndPage(t, { scenario: 'calm' });
    await open(page, '/things/this-machine');
    const value = page.locator('.property', { hasText: 'cpu_use_0' }).locator('.chart-now');
    const first = await value.innerText();
    await waitFor('the value to change', async () => (await value.innerText()) !== first);
    await page.getByLabel('24 h', { exact: true }).check();
    await waitFor('24 h of readings', async () =>
        (await page.locator('.property [role=img]').first().getAttribute('aria-label')).includes(
            'last 24 hours: now',
        ),
    );
    assert.deepEqual(page.complaints, []);
});

test('an alarm arrives by itself, with its why and its charts', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm', pace: 0.2 });
    await open(page, '/');
    await page.getByText('Nothing unusual now.').waitFor();
    mock.disturb('this-machine');
    await page.getByRole('heading', { level: 1, name: '1 approval waits for a person' }).waitFor();
    await page.locator('.row-link', { hasText: 'left their usual range' }).click();
    await page.getByText('A usual stretch looks like this').first().waitFor();
    assert.ok((await page.locator('.contribution-share').count()) >= 5);
    await page
        .getByRole('img', { name: /Chart of .*: unusual since/ })
        .first()
        .waitFor();
    assert.deepEqual(page.complaints, []);
});

test('a lost stream says reconnecting, comes back, and nothing that was said meanwhile is missed', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm', pace: 0 });
    await open(page, '/alarms');
    const route = (handler) => handler.abort();
    await page.route('**/api/v1/live*', route);
    mock.dropStreams();
    await page.locator('.line-reconnecting').waitFor();
    mock.disturb('this-machine');
    await page.unroute('**/api/v1/live*', route);
    await page.locator('.line-live').waitFor();
    await page.locator('.row-link', { hasText: 'open' }).waitFor();
});

test('what is said while the stream is opened for another page is not missed', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm', pace: 0 });
    await open(page, '/things/press-7');
    const isHeld = new Promise((resolve) => {
        page.route('**/api/v1/live*', async (handler) => {
            mock.disturb('this-machine');
            await waitFor('the alarm', () =>
                [...mock.story.rows.alarm.values()].some((one) => one.state === 'open'),
            );
            resolve();
            await handler.continue();
        });
    });
    await page.getByRole('link', { name: 'Overview' }).click();
    await isHeld;
    await page.getByRole('link', { name: 'Approvals, 1 waits' }).waitFor();
});

test('a node that is gone is said to be gone, and found again', async (t) => {
    const { page } = await mockAndPage(t);
    await open(page, '/status');
    await page.route('**/api/v1/**', (handler) => handler.abort());
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByText('The node does not answer.').waitFor();
    await page.unroute('**/api/v1/**');
    await page.getByText('The node does not answer.').waitFor({ state: 'detached' });
});

test('a call that failed says what to do, and can be tried again', async (t) => {
    const { mock, page } = await mockAndPage(t);
    await open(page, '/');
    mock.failing = {
        status: 503,
        code: 'busy',
        message: 'The journal takes nothing now.',
        hint: 'Is the disk full?',
    };
    await page
        .getByRole('link', { name: /^Things|Press 7/ })
        .first()
        .click();
    await page.getByText('The journal takes nothing now.').first().waitFor();
    await page.getByText('Is the disk full?').first().waitFor();
    mock.failing = null;
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('vibration_rms').first().waitFor();
});

test('a node without Things explains the first step; the token is shown once, with the line to try', async (t) => {
    const { page } = await mockAndPage(t, { scenario: 'empty' });
    await open(page, '/');
    await page.getByRole('link', { name: 'Add the first Thing' }).click();
    await page.getByLabel('Name').fill(EVIL);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(`${EVIL} is added`).waitFor();
    const token = await page.locator('.fact', { hasText: 'Token' }).locator('code').innerText();
    const line = await page.locator('.copy-line code').last().innerText();
    assert.match(token, /^[0-9a-f]{32}$/);
    assert.ok(line.startsWith('mosquitto_pub -h 127.0.0.1 -p 1883 -u img-src-x-onerror-alert-1'), line);
    assert.ok(line.includes(` -P ${token} -q 1 -t things/img-src-x-onerror-alert-1/properties `), line);
    await page.getByRole('link', { name: 'Watch its readings' }).click();
    await page.getByText('No reading has come yet.').waitFor();
    await page.goBack();
    await page.getByLabel('Name').waitFor();
    assert.ok(!(await page.content()).includes(token), 'the token is not shown again');
    assert.deepEqual(page.complaints, []);
});

test('everything is reached by keyboard, in the order of the page, with a focus one can see', async (t) => {
    const { page } = await mockAndPage(t);
    await open(page, '/approvals');
    const order = [];
    for (let i = 0; i < 40 && !order.includes('Reject'); i++) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate(() => {
            const style = getComputedStyle(document.activeElement);
            const box = document.activeElement.closest('label') ?? document.activeElement;
            const ring = style.outlineStyle !== 'none' ? style : getComputedStyle(box);
            return {
                name: document.activeElement.getAttribute('aria-label') || document.activeElement.innerText.trim(),
                ring: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2,
            };
        });
        assert.ok(focus.ring, `no visible focus on "${focus.name}"`);
        order.push(focus.name);
    }
    assert.equal(order[0], 'Skip to the page');
    const places = ['Ganglion', 'Overview', 'Approve', 'Reject'].map((name) => order.indexOf(name));
    assert.ok(
        places.every((place, i) => place > (places[i - 1] ?? -1)),
        order.join(' | '),
    );
    await page.locator('.button-approve').focus();
    await page.keyboard.press('Enter');
    await page.locator('.step-past', { hasText: 'done' }).waitFor();
});

test('the theme can be chosen, is kept, and charts follow it', async (t) => {
    const { page } = await mockAndPage(t, {}, { theme: 'light' });
    await open(page, '/things/this-machine');
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const line = () =>
        page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--chart-line'));
    const [lightGround, lightLine] = [await ground(), await line()];
    const button = page.getByRole('button', { name: /^Theme/ });
    await button.click();
    assert.equal(await ground(), lightGround, 'light, as the system has it');
    await button.click();
    assert.notEqual(await ground(), lightGround);
    assert.notEqual(await line(), lightLine);
    await page.reload();
    await page.waitForSelector('h1');
    assert.notEqual(await ground(), lightGround, 'kept over a reload');
    await button.click();
    assert.equal(await ground(), lightGround, 'back to the system');
});

test('back and forward go through the pages as one would expect', async (t) => {
    const { page } = await mockAndPage(t);
    await open(page, '/');
    await page.locator('.row-link', { hasText: 'Press 7' }).click();
    await page.getByRole('heading', { level: 1, name: 'Press 7' }).waitFor();
    assert.equal(await page.title(), 'Press 7 – Ganglion');
    await page.goBack();
    await page.locator('.row-link', { hasText: 'greenhouse.north' }).click();
    await page.getByRole('heading', { level: 1, name: 'Greenhouse north' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Greenhouse north' }).waitFor();
    await page.goBack();
    await page.locator('.row-link', { hasText: 'Press 7' }).click();
    await page.getByRole('heading', { level: 1, name: 'Press 7' }).waitFor();
    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByRole('heading', { level: 1, name: 'Status' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Press 7' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'approval' }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { level: 1, name: 'Press 7' }).waitFor();
});
