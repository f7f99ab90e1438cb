// SPDX-License-Identifier: Apache-2.0
// tests/lib/browser.mjs -- Debian's chromium for tests of the front end, and everything that it complains
// about.

import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from './node_process.mjs';

const FLAGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];
export const SIZES = {
    desktop: { width: 1280, height: 860 },
    phone: { width: 360, height: 740 },
};
const ARTIFACTS = path.join(ROOT, 'tests/artifacts');
const IMAGES = path.join(ROOT, 'docs/images');

export async function launch(t) {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: FLAGS,
    });
    t?.after(() => browser.close());
    return browser;
}

/** A page of its own session. `page.complaints` gathers what must not be there: errors on the console,
 *  exceptions, requests to anywhere else, things that the content security policy stopped, dialogs. */
export async function openPage(
    browser,
    { size = 'desktop', theme = 'light', base, reducedMotion = 'reduce', state } = {},
) {
    const context = await browser.newContext({
        viewport: SIZES[size],
        colorScheme: theme,
        reducedMotion,
        locale: 'en-GB',
        deviceScaleFactor: size === 'phone' ? 2 : 1,
        isMobile: size === 'phone',
        hasTouch: size === 'phone',
        ...(base ? { baseURL: base } : {}),
        ...(state ? { storageState: state } : {}),
    });
    const page = await context.newPage();
    page.complaints = [];
    const complain = (text) => page.complaints.push(text);
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()))
            complain(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => complain(`exception: ${error.message}`));
    page.on('dialog', (dialog) => {
        complain(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
    });
    if (base) {
        page.on('request', (request) => {
            if (!request.url().startsWith(base)) complain(`request to elsewhere: ${request.url()}`);
        });
    }
    await page.exposeFunction('complainOfPolicy', (text) => complain(`policy: ${text}`));
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
            window.complainOfPolicy(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}`);
        });
    });
    return page;
}

/** Keeps a picture in tests/artifacts/; UPDATE_SCREENSHOTS=1 copies it to docs/images/ too when it is
 *  `chosen` for there. */
export async function picture(page, name, { chosen = false, fullPage = false } = {}) {
    await mkdir(ARTIFACTS, { recursive: true });
    const file = path.join(ARTIFACTS, `${name}.png`);
    await page.screenshot({ path: file, fullPage });
    if (chosen && process.env.UPDATE_SCREENSHOTS === '1') {
        await mkdir(IMAGES, { recursive: true });
        await copyFile(file, path.join(IMAGES, `${name}.png`));
    }
    return file;
}
