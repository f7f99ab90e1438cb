// SPDX-License-Identifier: Apache-2.0
// A device comes to the real program, as a person sees it in the portal. One is added, and the line that the page
// shows is what a shell runs; its token is changed, and taken away. Another appears through a bridge that announces
// it; it is mended, adopted, and does what is wished of it.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import mqtt from 'mqtt';
import { launch, openPage, picture } from '../lib/browser.mjs';
import { addThing, Child, missingProgram, startNode, tempDir } from '../lib/node_process.mjs';
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

const ACCESS = `access:
  - thing: bridge
    publish: ["homeassistant/#", "rooms/#"]
    subscribe: ["rooms/#"]
`;
const STATE = 'rooms/hall/state';
const SET = 'rooms/hall/setpoint/set';

/** What Home Assistant's discovery says of one entity of the thermostat. */
function announcement(component, key, more) {
    const config = {
        name: key,
        unique_id: `hall-${key}`,
        state_topic: STATE,
        value_template: `{{ value_json.${key} }}`,
        unit_of_measurement: '°C',
        device: { identifiers: ['hall-thermostat'], name: 'Hall thermostat', model: 'T-1' },
        ...more,
    };
    return [`homeassistant/${component}/hall-thermostat/${key}/config`, JSON.stringify(config)];
}

/** A bridge with a thermostat behind it: it announces it, reports it, and sets what it is told to set. */
async function startBridge(t, node) {
    const { id, token } = await addThing(node, 'bridge');
    const client = await mqtt.connectAsync(node.mqtt.url, { username: id, password: token, clientId: 'bridge' });
    const state = { temperature: 20.5, setpoint: 19 };
    const report = () => client.publish(STATE, JSON.stringify(state), { qos: 1 });
    const timer = setInterval(() => {
        state.temperature = 20.5 + (Date.now() % 7) / 10;
        report();
    }, 250);
    t.after(async () => {
        clearInterval(timer);
        await client.endAsync(true);
    });
    client.on('message', (topic, payload) => {
        if (topic !== SET) return;
        state.setpoint = Number(payload.toString());
        report();
    });
    await client.subscribeAsync(SET, { qos: 1 });
    const entities = [
        announcement('sensor', 'temperature', { device_class: 'temperature' }),
        announcement('number', 'setpoint', { command_topic: SET, min: 5, max: 30, step: 0.5 }),
    ];
    for (const [topic, config] of entities) await client.publishAsync(topic, config, { qos: 1, retain: true });
    return state;
}

test('a device that appears is mended, adopted, and does what is wished of it', { skip }, async (t) => {
    const solution = await tempDir(t);
    await writeFile(path.join(solution, 'rooms.yaml'), ACCESS);
    const node = await startNode(t, { solution });
    const page = await openPage(await launch(t), { base: node.portal.url });
    await setUpInBrowser(page, node);
    const device = await startBridge(t, node);

    await page.getByRole('link', { name: 'Discovered, 1 new' }).click();
    await page.locator('.row-link', { hasText: 'Hall thermostat' }).click();
    await page.getByLabel('Unit of temperature').waitFor();
    assert.equal(await page.getByLabel('Unit of temperature').inputValue(), '°C');
    await page.getByLabel('Name of temperature').fill('Air in the hall');
    await page.getByRole('img', { name: /^temperature, last hour: 2/ }).waitFor();
    assert.deepEqual(await judgePage(page), []);
    await picture(page, 'onboarding-adoption-light', { fullPage: true });
    await page.getByRole('button', { name: 'Adopt', exact: true }).click();

    await page.locator('.property .chart-name', { hasText: 'Air in the hall' }).waitFor();
    await page.getByText('bridge speaks for it').waitFor();
    await page.getByRole('link', { name: 'Discovered', exact: true }).waitFor();
    const wish = page.getByRole('listitem', { name: 'setpoint' });
    await wish.getByText('5 to 30\u202f°C').waitFor();
    await wish.getByLabel('Set setpoint to').fill('22.5');
    await page.keyboard.press('Enter');
    await wish.locator('.chip', { hasText: 'reached' }).waitFor();
    assert.equal(device.setpoint, 22.5);
    await picture(page, 'onboarding-twin-light', { fullPage: true });
    assert.deepEqual(await judgePage(page), []);
    assert.deepEqual(complaintsOf(page), []);
});
