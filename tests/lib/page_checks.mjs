// SPDX-License-Identifier: Apache-2.0
// tests/lib/page_checks.mjs -- what every page must be, whatever is on it: whole, named, legible, still.

/** Offences against structure: one title, no sideways scroll, names for everything one can press, no element
 *  with the same id twice. */
export function judgePage(page) {
    return page.evaluate(() => {
        const offences = [];
        const root = document.documentElement;
        if (root.scrollWidth > root.clientWidth)
            offences.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
        if (document.querySelectorAll('h1').length !== 1) offences.push('there is not exactly one h1');
        if (document.querySelectorAll('main').length !== 1) offences.push('there is not exactly one main');
        if (!document.title.includes('Ganglion')) offences.push(`title: ${document.title}`);
        for (const element of document.querySelectorAll('a, button, input, select')) {
            const label = element.labels?.[0]?.innerText ?? '';
            const name = `${element.getAttribute('aria-label') ?? ''}${element.innerText ?? ''}${label}`.trim();
            if (!name) offences.push(`without a name: ${element.outerHTML.slice(0, 90)}`);
            const box = element.getBoundingClientRect();
            if (element.tagName === 'BUTTON' && (box.width < 24 || box.height < 24)) {
                offences.push(`too small to hit: "${name}" ${box.width} x ${box.height}`);
            }
        }
        const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
        for (const id of new Set(ids)) {
            if (ids.filter((other) => other === id).length > 1) offences.push(`id twice: ${id}`);
        }
        for (const image of document.querySelectorAll('svg:not([aria-hidden]), [role=img]:not([aria-label])')) {
            offences.push(`image without words: ${image.outerHTML.slice(0, 90)}`);
        }
        return offences;
    });
}

/** Texts whose contrast to their ground is below WCAG AA (4.5:1; 3:1 from 24 px, or 18.7 px bold). */
export function lowContrast(page) {
    return page.evaluate(() => {
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const rgba = (colour) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
            return [r, g, b, a / 255];
        };
        const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
        const ground = (element) => {
            if (!element) return [255, 255, 255];
            const colour = rgba(getComputedStyle(element).backgroundColor);
            return colour[3] === 1 ? colour.slice(0, 3) : over(colour, ground(element.parentElement));
        };
        const light = (colour) => {
            const [r, g, b] = colour.map((c) =>
                c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
            );
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const offences = new Set();
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const element = node.parentElement;
            if (
                !node.data.trim() ||
                !element.checkVisibility({ opacityProperty: true }) ||
                element.closest('.hidden, :disabled')
            )
                continue;
            const style = getComputedStyle(element);
            const back = ground(element);
            const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            if (ratio < (isLarge ? 3 : 4.5))
                offences.add(`"${node.data.trim().slice(0, 40)}" ${ratio.toFixed(2)}:1`);
        }
        return [...offences];
    });
}

/** Counts layout shift (Cumulative Layout Shift) of every page that is opened from now on. */
export function watchShift(page) {
    return page.addInitScript(() => {
        window.layoutShift = 0;
        window.layoutShifts = [];
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
                if (entry.hadRecentInput) continue;
                window.layoutShift += entry.value;
            }
        }).observe({ type: 'layout-shift', buffered: true });
    });
}

export function shiftSoFar(page) {
    return page.evaluate(() => window.layoutShift);
}

/** The QR code on the page as it is drawn: its cells row by row (one pixel of the middle of each), and whether the
 *  four cells around it are light. */
export function drawnQr(page) {
    return page.evaluate(() => {
        const canvas = document.querySelector('canvas.qr');
        const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const [cell, quiet] = [6, 4];
        const cells = Array.from({ length: width / cell }, (_, i) => i);
        const at = (x, y) => (data[4 * ((y * cell + 3) * width + x * cell + 3)] < 128 ? '1' : '0');
        const all = cells.map((y) => cells.map((x) => at(x, y)).join(''));
        const isInside = (i) => i >= quiet && i < cells.length - quiet;
        const isQuiet = cells.every((y) => cells.every((x) => (isInside(x) && isInside(y)) || all[y][x] === '0'));
        return { rows: all.slice(quiet, -quiet).map((row) => row.slice(quiet, -quiet)), isQuiet };
    });
}
