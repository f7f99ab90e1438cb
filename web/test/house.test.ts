// SPDX-License-Identifier: Apache-2.0
// house.test.ts -- rules of this folder that no compiler checks: text never becomes HTML, addresses are
// built from encoded parts, files stay small, nothing comes from elsewhere.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

const WEB = (import.meta as unknown as { env: { WEB: string } }).env.WEB;
const LINES_MAX = 300;
const COLUMNS_MAX = 120;

interface Source {
    name: string;
    text: string;
}

function sources(folder: string): Source[] {
    return readdirSync(path.join(WEB, folder), { withFileTypes: true }).flatMap((entry) => {
        const name = path.join(folder, entry.name);
        if (entry.isDirectory()) return sources(name);
        return /\.(tsx?|css|html|js)$/.test(entry.name)
            ? [{ name, text: readFileSync(path.join(WEB, name), 'utf8') }]
            : [];
    });
}

const page = { name: 'index.html', text: readFileSync(path.join(WEB, 'index.html'), 'utf8') };
const all = [...sources('src'), ...sources('public'), page];

/** Lines of the sources that a pattern fits, comments left out. */
function offences(pattern: RegExp, among: Source[] = all): string[] {
    return among.flatMap(({ name, text }) =>
        text
            .split('\n')
            .flatMap((line, i) =>
                !/^\s*(\/\/|\/?\*)/.test(line) && pattern.test(line) ? [`${name}:${i + 1}: ${line.trim()}`] : [],
            ),
    );
}

test('no text ever becomes HTML or a program', () => {
    assert.deepEqual(
        offences(
            /innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|document\.write|srcdoc/,
        ),
        [],
    );
    assert.deepEqual(offences(/\beval\s*\(|new Function|setTimeout\(\s*['"`]|javascript:/), []);
});

test('the check finds what it is for', () => {
    const planted = [
        { name: 'x.tsx', text: '<p dangerouslySetInnerHTML={{ __html: name }} />\nelement.innerHTML = name;' },
    ];
    assert.equal(offences(/innerHTML/i, planted).length, 2);
    assert.deepEqual(offences(/innerHTML/i), []);
});

test('addresses are built by place() and path(), which encode every part', () => {
    assert.deepEqual(offences(/\b(to|href|src)=\{(`|path\()/), []);
    assert.deepEqual(
        offences(/\bhref=\{/).filter((line) => !line.startsWith(path.join('src', 'lib', 'router.tsx'))),
        [],
    );
});

test('no style or script stands in the page itself: the policy forbids it', () => {
    assert.deepEqual(offences(/<style|\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc=)/, [page]), []);
});

test('nothing is loaded from elsewhere', () => {
    assert.deepEqual(offences(/https?:\/\/(?!www\.w3\.org\/)|url\(|@import|@font-face/), []);
});

test('files have their licence line and stay small', () => {
    for (const { name, text } of all.filter(({ name: file }) => !file.endsWith('.html'))) {
        assert.ok(text.split('\n')[0]?.includes('SPDX-License-Identifier: Apache-2.0'), `${name}: no licence line`);
        if (!name.endsWith('.css'))
            assert.ok(text.split('\n').length <= LINES_MAX, `${name}: more than ${LINES_MAX} lines`);
        for (const line of text.split('\n'))
            assert.ok(line.length <= COLUMNS_MAX, `${name}: ${line.length} columns: ${line}`);
    }
});
