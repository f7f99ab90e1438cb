// SPDX-License-Identifier: Apache-2.0
// A device comes to the real program, as a person sees it in the portal: it is added, and the line that the page
// shows is what a shell runs; its code is drawn as the node says; its token is changed, and taken away.

import assert from 'node:assert/strict';
import test from 'node:test';
import { launch, openPage, picture } from '../lib/browser.mjs';
import { Child, missingProgram, startNode } from '../lib/node_process.mjs';
import { complaintsOf, setUpInBrowser } from '../lib/loop_steps.mjs';
import { drawnQr, judgePage } from '../lib/page_checks.mjs';

const skip = missingProgram();

/** Runs a line that a page shows, as somebody would who pastes it into a shell. */
async function paste(line) {
    const child = new Child('sh', ['-c', line], { name: line });
    const { code } = await child.ended;
    return { code, said: child.tail() };
}

async function addInPortal(page, name) {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('link', { name: 'Add a Thing' }).click();
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(`${name} is added`).waitFor();
    const line = page.locator('.given-next .copy-line code');
    const fact = (title) => page.locator('.fact', { hasText: title }).locator('code').first().innerText();
    return { id: await fact('Id, the'), token: await fact('Token, the'), line: await line.innerText() };
}

/** A new token; the old one counts on as the words say. The line that tries it. */
async function renew(page, overlap) {
    const card = page.locator('.credential');
    await card.getByRole('button', { name: 'New token…' }).click();
    await card.getByLabel('The present token goes on counting').selectOption({ label: overlap });
    await card.getByRole('button', { name: 'Make a new token' }).click();
    await card.getByRole('button', { name: 'New token…' }).waitFor();
    await card.getByText('still valid until').waitFor({ state: overlap.startsWith('for') ? 'visible' : 'detached' });
    await picture(page, 'onboarding-credential-light', { fullPage: true });
    return card.locator('.given-next .copy-line code').innerText();
}

async function revoke(page, name) {
    const card = page.locator('.credential');
    await card.getByRole('button', { name: 'Revoke…' }).click();
    const dialog = page.getByRole('dialog', { name: `Revoke what ${name} connects with?` });
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await card.locator('.chip-bad', { hasText: 'revoked' }).waitFor();
    assert.deepEqual(await judgePage(page), []);
}

test('a Thing is added in the portal, and the line that is shown brings its first reading', { skip }, async (t) => {
    const node = await startNode(t);
    const page = await openPage(await launch(t), { base: node.portal.url });
    await setUpInBrowser(page, node);
    const answer = page.waitForResponse(
        (one) => one.url().endsWith('/api/v1/things') && one.request().method() === 'POST',
    );
    const { id, token, line } = await addInPortal(page, 'Press 7');
    assert.equal(id, 'press-7');
    assert.ok(line.includes(` -p ${node.mqtt.port} `), line);
    const { connect, qr } = await (await answer).json();
    assert.deepEqual(connect, [node.mqtt.url]);
    assert.equal(qr.text, `mqtt://${id}:${token}@${node.mqtt.text}`);
    assert.deepEqual(await drawnQr(page), { rows: qr.rows, isQuiet: true });
    assert.deepEqual(await judgePage(page), []);
    await picture(page, 'onboarding-added-light', { fullPage: true });

    const { code, said } = await paste(line);
    assert.equal(code, 0, said);
    await page.getByRole('link', { name: 'Watch its readings' }).click();
    await page.locator('.property', { hasText: 'temperature' }).getByText('21.5').first().waitFor();
    assert.ok(!(await page.content()).includes(token), 'the token is nowhere any more');

    const second = await renew(page, 'for 10 minutes');
    assert.notEqual(second, line);
    for (const either of [second, line]) assert.equal((await paste(either)).code, 0, 'both tokens count for a while');
    const third = await renew(page, 'not at all: it ends now');
    assert.equal((await paste(third)).code, 0);
    assert.notEqual((await paste(second)).code, 0, 'the one before it ended at once');
    await revoke(page, 'Press 7');
    assert.notEqual((await paste(third)).code, 0, 'no token counts any more');
    assert.deepEqual(complaintsOf(page), []);
});
