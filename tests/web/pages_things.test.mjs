// SPDX-License-Identifier: Apache-2.0
// Who a Thing is and what is wished of it, in a real browser against a made-up node: adding, a new token, revoking,
// adopting what appeared, wishes and actions, and who may do which.

import assert from 'node:assert/strict';
import test from 'node:test';
import { picture } from '../lib/browser.mjs';
import { open, withBrowser } from '../lib/mock_pages.mjs';
import { waitFor } from '../lib/node_process.mjs';
import { drawnQr, judgePage, lowContrast } from '../lib/page_checks.mjs';

const EVIL = '<img src=x onerror=alert(1)>';
const { mockAndPage } = withBrowser();

/** Whole and legible, and with the browser's own complaints left out where an answer of the API was meant. */
async function judged(page, expected = /^$/) {
    assert.deepEqual(await judgePage(page), []);
    assert.deepEqual(await lowContrast(page), []);
    assert.deepEqual(
        page.complaints.filter((text) => !expected.test(text)),
        [],
    );
}

test('a Thing that is added: token, addresses and code are shown once, with what to do next', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'empty' });
    const answer = page.waitForResponse((one) => one.request().method() === 'POST');
    await open(page, '/add-thing');
    await page.getByLabel('Name').fill(EVIL);
    await page.keyboard.press('Enter');
    await page.getByText(`${EVIL} is added`).waitFor();
    const { token, connect, qr } = await (await answer).json();
    assert.equal(await page.evaluate(() => document.activeElement.className), 'given', 'the focus is not lost');
    for (const text of [token, ...connect]) await page.getByText(text, { exact: true }).waitFor();
    const { rows, isQuiet } = await drawnQr(page);
    assert.deepEqual(rows, qr.rows, 'the cells are those that the node said');
    assert.ok(isQuiet, 'and around them it is light');
    await page.getByText('What to do next').waitFor();
    const line = await page.locator('.copy-line code').last().innerText();
    assert.ok(line.startsWith('mosquitto_pub -h 127.0.0.1 -p 1883 -u '), line);
    await judged(page);
    await picture(page, 'mock-added-light-desktop', { fullPage: true });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the token' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
    await page.emulateMedia({ colorScheme: 'dark' });
    await judged(page);
    await page.reload();
    await page.getByLabel('Name').waitFor();
    assert.ok(!(await page.content()).includes(token), 'the token is nowhere any more');
    assert.equal(mock.things.length, 1);
});

test('what the API says of a failed addition is shown with its hint', async (t) => {
    const { page } = await mockAndPage(t);
    await open(page, '/add-thing');
    await page.getByLabel('Name').fill('press-7');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('There is a Thing press-7.').waitFor();
    await alert.getByText('Take another name.').waitFor();
    await judged(page, /409/);
});

test('a new token leaves the old one a while; revoking asks first and says what happens', async (t) => {
    const { mock, page } = await mockAndPage(t, {}, { size: 'phone' });
    const press = mock.things.find((one) => one.id === 'press-7');
    await open(page, '/things/press-7');
    const card = page.locator('.credential');
    await card.getByText('192.0.2.17:50412').waitFor();
    assert.equal(await card.locator('.certificates li').count(), 2);
    await card.getByRole('button', { name: 'New token…' }).click();
    await card.getByLabel('The present token goes on counting').selectOption('604800');
    await card.getByRole('button', { name: 'Make a new token' }).click();
    await card.getByText('Keep the token now.').waitFor();
    assert.ok(press.credential.old_until > Date.now() + 604_000_000);
    await card.getByText('still valid until').waitFor();
    await judged(page);
    await card.scrollIntoViewIfNeeded();
    await picture(page, 'mock-credential-light-phone', { fullPage: true });

    await card.getByRole('button', { name: 'Revoke…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke what Press 7 connects with?' });
    await dialog.getByText('Its connection is closed at once.').waitFor();
    await judged(page);
    await picture(page, 'mock-revoke-light-phone');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(press.credential.state, 'valid', 'Escape leaves it');
    await card.getByRole('button', { name: 'Revoke…' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await card.getByText('revoked').first().waitFor();
    assert.equal(press.credential.state, 'revoked');
    assert.equal(await card.getByRole('button', { name: 'Revoke…' }).count(), 0, 'there is nothing left to revoke');
    assert.equal(await card.getByText('Keep the token now.').count(), 0, 'a revoked token is no longer offered');
});

test('what has appeared is counted, looked at, mended and adopted', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm' });
    await open(page, '/');
    assert.equal(await page.locator('.row-link', { hasText: 'Living room climate' }).count(), 0, 'not ours yet');
    await page.getByRole('link', { name: 'Discovered, 3 new' }).click();
    const row = page.locator('.row-link', { hasText: 'Living room climate' });
    await row.getByText('Zigbee2MQTT · through zigbee-bridge · 4 properties · 744 readings').waitFor();
    await row.click();
    await page.getByLabel('Unit of humidity').waitFor();
    await page.getByRole('img', { name: /^temperature, last hour: \d/ }).waitFor();
    await page.getByText('the gateway announced the unit').first().waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Climate');
    await page.getByLabel('Name of temperature').fill('Air temperature');
    await page.getByLabel('Unit of humidity').fill('% RH');
    await page.getByLabel('Type of battery').selectOption('integer');
    await judged(page);
    await page.getByRole('button', { name: 'Adopt', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Climate' }).waitFor();
    await page.locator('.property .chart-name', { hasText: 'Air temperature' }).waitFor();
    const { body } = mock.onboarding.posted.find((one) => one.verb === 'adopt');
    const { temperature, humidity, battery } = body.description.properties;
    assert.deepEqual(
        [body.name, body.description.title, temperature.title, humidity.unit, battery.type],
        ['Climate', 'Climate', 'Air temperature', '% RH', 'integer'],
    );
    assert.deepEqual([humidity['gn:kind'], 'gn:kind' in battery], ['number', false]);
    await page.getByRole('link', { name: 'Discovered, 2 new' }).waitFor();
    await open(page, '/things/washing.plug/');
    await page.getByRole('link', { name: 'Look at what it could be' }).waitFor();
    assert.equal(await page.getByRole('heading', { name: /^(Actions|Settings)/ }).count(), 0, 'nothing is sent to it');
});

test('what is not ready says why and cannot be adopted; ignoring asks first and can be undone', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm' });
    await open(page, '/discovered/mixer-3');
    await page.getByText('its birth certificate has not come yet').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Adopt', exact: true }).isDisabled());
    await page.getByRole('button', { name: 'Ignore…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Ignore Mixer 3?' });
    await dialog.getByRole('button', { name: 'Ignore it' }).waitFor();
    await judged(page);
    await dialog.getByRole('button', { name: 'Ignore it' }).click();
    await page.getByRole('heading', { level: 1, name: 'Discovered' }).waitFor();
    await page.getByRole('heading', { level: 2, name: 'Ignored 1' }).waitFor();
    assert.equal(mock.things.find((one) => one.id === 'mixer-3').state, 'ignored');
    await page.locator('.row-link', { hasText: 'Mixer 3' }).click();
    await page.getByRole('heading', { level: 1, name: 'Mixer 3' }).waitFor();
});

test('a proposal that changes while one looks keeps what one has entered', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm' });
    await open(page, '/discovered/mixer-3');
    await page.getByLabel('Name', { exact: true }).fill('My mixer');
    Object.assign(mock.onboarding.found.get('mixer-3'), { ready: true });
    await waitFor('the button', () => page.getByRole('button', { name: 'Adopt', exact: true }).isEnabled());
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'My mixer');
});

test('a wish goes from waiting to reached; its bounds, its difference and its withdrawal are shown', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm', pace: 2 });
    await open(page, '/things/press-7');
    const speed = page.getByRole('listitem', { name: 'Target speed' });
    const enter = speed.getByLabel('Set Target speed to');
    await speed.getByText('300 to 1').waitFor();
    await enter.fill('9000');
    await enter.press('Enter');
    await speed.getByText('The highest possible is 1500.').waitFor();
    assert.equal(await enter.getAttribute('aria-invalid'), 'true');
    await enter.fill('1400');
    await enter.press('Enter');
    await speed.getByText('80\u202f1/min above').waitFor();
    await speed.locator('.chip', { hasText: 'waiting for the Thing' }).waitFor();
    await judged(page);
    await picture(page, 'mock-twin-light-desktop', { fullPage: true });
    await speed.locator('.chip', { hasText: 'reached' }).waitFor();
    assert.equal(await speed.getByText('above').count(), 0);
    const { key, body } = mock.onboarding.posted.find((one) => one.verb === 'desire');
    assert.deepEqual(body, { target_speed: 1400 });
    assert.match(key, /^[0-9a-f]{32}$/);
    await speed.getByRole('button', { name: 'Withdraw' }).click();
    await speed.getByText('nothing', { exact: true }).waitFor();
});

test('a switch is one press, a choice is a list, and a refusal is told in the words of the API', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm', pace: 0.2 });
    await open(page, '/things/press-7');
    const lamp = page.getByRole('switch', { name: 'lamp, desired' });
    await lamp.focus();
    await page.keyboard.press('Space');
    await page.locator('.switch[aria-checked=true]').waitFor();
    await page.getByLabel('Set mode to').selectOption({ label: 'setup' });
    await page.getByRole('listitem', { name: 'mode' }).getByRole('button', { name: 'Set', exact: true }).click();
    const mode = page.getByRole('listitem', { name: 'mode' });
    await mode.locator('.chip', { hasText: 'reached' }).waitFor();
    await waitFor('both wishes', () => mock.onboarding.posted.filter((one) => one.verb === 'desire').length === 2);
    assert.deepEqual(
        mock.onboarding.posted.map((one) => one.body),
        [{ lamp: true }, { mode: 'setup' }],
    );
    mock.onboarding.desire = () => {
        throw Object.assign(new Error('Not while the press is open.'), { status: 409, hint: 'Close the door.' });
    };
    await lamp.click();
    await page.getByRole('alert').getByText('Not while the press is open.').waitFor();
    await page.getByRole('alert').getByText('Close the door.').waitFor();
    await judged(page, /409/);
});

test('an action is a form of its arguments, refused within the envelope, and followed to its end', async (t) => {
    const { mock, page } = await mockAndPage(t, { scenario: 'calm', pace: 0.2 });
    await open(page, '/things/press-7');
    await page.getByRole('button', { name: 'Do it… slow_down' }).click();
    const form = page.getByRole('form', { name: 'Do slow_down' });
    await form.getByLabel('speed').fill('300');
    await form.getByRole('button', { name: 'Do slow_down' }).click();
    await form.getByText('Enter a value.').waitFor();
    await form.getByLabel('ramp').fill('5');
    await judged(page);
    await form.getByRole('button', { name: 'Do slow_down' }).click();
    await form.getByText('The envelope allows slow_down at most once in 10 min.').waitFor();
    await form.getByLabel('speed').fill('600');
    await form.getByRole('button', { name: 'Do slow_down' }).click();
    const row = page.locator('.actions > li', { hasText: 'slow_down' });
    await row.locator('.step-past', { hasText: 'done' }).waitFor();
    assert.equal(await row.locator('.step-past').count(), 4, 'queued, sent, acknowledged, done');
    await row.getByText('as you say').waitFor();
    const [refused, sent] = mock.onboarding.posted;
    assert.deepEqual(sent.input, { speed: 600, ramp: 5 });
    assert.notEqual(refused.key, sent.key, 'another input is another wish');
    await judged(page, /409/);
});

test('a viewer sees all of it and can do none of it; an operator acts and adds nothing', async (t) => {
    const { mock, page } = await mockAndPage(t, { role: 'viewer', scenario: 'calm' });
    const buttons = async (address) => {
        await open(page, address);
        await page.locator('.twin, .adoption').first().waitFor();
        return (await page.locator('main').getByRole('button').allInnerTexts()).map((text) => text.trim());
    };
    const any = (texts, pattern) => texts.some((text) => pattern.test(text));
    const viewer = [...(await buttons('/things/press-7')), ...(await buttons('/discovered/living-room-climate'))];
    assert.ok(!any(viewer, /Set|Do it|New token|Revoke|Adopt|Ignore|^o(n|ff)$/), viewer.join(', '));
    assert.ok(await page.getByLabel('Unit of humidity').isDisabled());
    await page.getByText('Only an admin can adopt a Thing.').waitFor();
    mock.role = 'operator';
    const operator = await buttons('/things/press-7');
    assert.ok(any(operator, /^Set/) && any(operator, /^Do it/), operator.join(', '));
    assert.ok(!any(operator, /New token|Revoke/), operator.join(', '));
    await judged(page);
});

test('what looks like HTML stays text in forms, questions and answers too', async (t) => {
    const { page } = await mockAndPage(t, { scenario: 'hostile', pace: 0.2 });
    const elements = () => page.locator('img, [onerror], [onload], iframe, script:not([src])').count();
    await open(page, '/things/img-src-x-onerror-alert-1');
    await page.getByText(`speaks through ${EVIL}`).waitFor();
    const more = page.getByRole('button', { name: `Do it… ${EVIL}`, exact: true });
    for (let left = await more.count(); left > 0; left--) await more.first().click();
    const forms = page.getByRole('form', { name: `Do ${EVIL}`, exact: true });
    assert.equal(await forms.count(), 2, 'of the envelope, and of the description');
    for (let left = 2; left > 0; left--) {
        const form = forms.first();
        const field = form.getByLabel(EVIL);
        await field.and(page.locator(':enabled')).waitFor(); // it is drawn again when it may be filled in
        if (await form.locator('select').count()) await field.selectOption({ label: EVIL });
        else await field.fill(EVIL);
        await form.locator('.button-main').click();
    }
    await page.locator('.followed .step-past', { hasText: 'done' }).nth(1).waitFor();
    const wish = page.getByRole('listitem', { name: EVIL, exact: true });
    await wish.getByRole('combobox').selectOption({ label: 'none' });
    await wish.getByRole('button', { name: 'Set', exact: true }).click();
    await wish.locator('.chip', { hasText: 'reached' }).waitFor();
    await page.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('dialog', { name: `Revoke what ${EVIL} connects with?` }).waitFor();
    assert.equal(await elements(), 0);
    await judged(page);
    await open(page, '/discovered/evil-one');
    await page.getByText(`${EVIL} is not ready`).waitFor();
    assert.equal(await page.getByLabel(`Name of ${EVIL}`, { exact: true }).inputValue(), EVIL);
    await page.getByRole('button', { name: 'Ignore…' }).click();
    await page.getByRole('dialog', { name: `Ignore ${EVIL}?` }).waitFor();
    assert.equal(await elements(), 0);
    await judged(page);
    await open(page, '/things/img-src-x-onerror-alert-1/description');
    await page.locator('pre', { hasText: EVIL }).waitFor();
    assert.equal(await elements(), 0);
    await page.evaluate(() => {
        try {
            document.body.innerHTML = '<b>never</b>';
        } catch {
            document.body.dataset.kept = 'yes';
        }
    });
    assert.equal(await page.locator('body[data-kept=yes]').count(), 1, 'the policy takes no text for HTML');
});
