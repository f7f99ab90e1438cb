// SPDX-License-Identifier: Apache-2.0
// tests/lib/loop_steps.mjs -- the closed loop as a person walks it in the browser, step by step: set up,
// watch, see why, approve on a phone, read the receipt. Whoever disturbs what, the steps are the same.

import assert from 'node:assert/strict';
import path from 'node:path';
import { openPage, picture } from './browser.mjs';
import { ADMIN, ROOT, waitFor } from './node_process.mjs';
import { judgePage } from './page_checks.mjs';

export const SOLUTION = path.join(ROOT, 'solutions/this-machine');
export const THING = '/api/v1/things/this-machine';
export const RULE = 'stop-a-cpu-disturbance';
export const RULE_PROPERTIES = ['cpu_use', 'cpu_stall', 'cpu_pressure', 'load1'];
const LEARN_S = 80; // a model judges after 60 windows of a second
const ALARM_MS = 55_000;
const SHOWN_S = process.env.UPDATE_SCREENSHOTS === '1' ? 25 : 0; // a picture shows more of the unusual stretch

/** The plain form of /setup, then the page's own sign-in. */
export async function setUpInBrowser(page, node) {
    await page.goto('/');
    await page.waitForURL('**/setup');
    await page.getByLabel('Setup code').fill(await node.setupCode());
    await page.getByLabel('Your name').fill(ADMIN.user);
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByLabel('Name').fill(ADMIN.user);
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'All is as usual' }).waitFor();
}

/** What is pending before the disturbance is not what this test is about; a busy machine may well be
 *  unusual. */
export async function rejectPending(api) {
    for (const { id } of (await api.get('/api/v1/decisions?state=pending')).decisions) {
        await api.post(`/api/v1/decisions/${id}/reject`, { reason: 'before the test' }).catch(() => undefined);
    }
}

/** Watches the Thing's page move by itself until its models have seen enough. */
export async function watchUntilLearnt(page, api, hz) {
    await page.locator('.row-link', { hasText: 'this-machine' }).click();
    const value = page.locator('.property', { hasText: 'context_switches' }).locator('.chart-now');
    await value.waitFor();
    const first = await value.innerText();
    await waitFor('a value that moves by itself', async () => (await value.innerText()) !== first);
    const enough = async () => (await api.get(`${THING}/properties/cpu_use?count=1`)).count >= hz * LEARN_S;
    await waitFor(`${LEARN_S} s of readings`, enough, { timeout: 2 * LEARN_S * 1000, every: 500 });
    assert.deepEqual(await judgePage(page), []);
    await picture(page, 'loop-thing-light');
}

/** The question of the rule about the processor because of what began at `since`, and the alarm it is about. Other
 *  rules may ask at the same time: a disturbed processor also writes later. */
export async function alarmAndDecision(api, since) {
    const decision = await waitFor(
        'a decision that asks about the processor',
        async () =>
            (await api.get('/api/v1/decisions?state=pending')).decisions.find(
                (one) => one.time >= since && one.rule === RULE,
            ),
        { timeout: ALARM_MS },
    );
    const alarm = await waitFor('its alarm', () => api.get(`/api/v1/alarms/${decision.alarm}`));
    assert.equal(alarm.sensor, false);
    return { alarm, decision };
}

export async function seeTheWhy(page, alarm) {
    await page.getByRole('link', { name: 'Overview' }).click();
    const row = page.locator(`a.row-link[href="/alarms/${alarm.id}"]`);
    await row.waitFor();
    await waitFor('the stretch that a picture shows', () => Date.now() - alarm.since > SHOWN_S * 1000, {
        timeout: 40_000,
    });
    await picture(page, 'overview-light', { chosen: true });
    await row.click();
    await page.getByText('A usual stretch looks like this').first().waitFor();
    await page
        .getByRole('img', { name: /^Chart of .*: unusual since/ })
        .first()
        .waitFor();
    assert.ok((await page.locator('.contribution').count()) >= 1);
    await page.locator('.table-box tbody tr').first().waitFor();
    assert.deepEqual(await judgePage(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('[data-theme=dark]').waitFor();
    await picture(page, 'alarm-why-dark', { chosen: true });
    await page.emulateMedia({ colorScheme: 'light' });
}

/** A phone that is signed in as `page` is; approves and watches the steps to the end. Returns the phone's
 *  page. */
export async function approveOnPhone(page, node, decision) {
    const phone = await openPage(page.context().browser(), {
        base: node.portal.url,
        size: 'phone',
        state: await page.context().storageState(),
    });
    await phone.goto('/approvals');
    const card = phone.locator(`article[aria-label="Decision ${decision.id}"]`);
    await card.getByRole('button', { name: 'Approve' }).waitFor();
    await card.getByRole('img', { name: /^Chart of/ }).waitFor();
    assert.deepEqual(await judgePage(phone), []);
    await card.getByRole('button', { name: 'Approve' }).scrollIntoViewIfNeeded();
    await picture(phone, 'approval-phone', { chosen: true });
    await card.getByRole('button', { name: 'Approve' }).click();
    await card.locator('.step-past', { hasText: 'done' }).waitFor();
    assert.equal(await card.locator('.step-past').count(), 5, 'approved, queued, sent, acknowledged, done');
    await picture(phone, 'loop-steps-phone');
    return phone;
}

export async function seeTheReceipt(page, api, decision) {
    const wanted = async () =>
        (await api.get('/api/v1/receipts')).receipts.find((one) => one.decision === decision.id);
    const receipt = await waitFor('the receipt', wanted);
    assert.equal(receipt.result, 'done');
    assert.equal(receipt.person, ADMIN.user);
    assert.equal(receipt.rule, decision.rule);
    assert.match(receipt.rule_digest, /^[0-9a-f]{64}$/);
    assert.match(receipt.model.state, /^[0-9a-f]{64}$/);
    assert.ok(receipt.readings.count > 0);
    await page.goto(`/decisions/${decision.id}`);
    await page.getByText(`receipt ${receipt.id}`).waitFor();
    assert.deepEqual(await page.locator('.chain h3').allInnerTexts(), [
        'Readings',
        'Model',
        'Finding',
        'Rule',
        'Person',
        'Action',
        'Result',
    ]);
    assert.equal(await page.locator('.chain code[title]').first().getAttribute('title'), receipt.model.state);
    assert.deepEqual(await judgePage(page), []);
    await picture(page, 'loop-receipt-light', { fullPage: true });
}

/** Before somebody has signed in the browser itself reports the 403 of setup and the 401 of "who am I". */
export function complaintsOf(...pages) {
    return pages.flatMap((page) => page.complaints).filter((text) => !/status of 40[13]/.test(text));
}
