// SPDX-License-Identifier: Apache-2.0
// copy.tsx -- text that is to be taken elsewhere: a digest, a token, a command line.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { shortHash } from '../format/number.js';
import { Icon } from './icon.js';

const SAID_MS = 2000;

/** Without https or localhost a browser offers no clipboard: the text can still be selected. */
async function copyText(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return false;
    }
}

function useCopy(text: string): [isCopied: boolean, copy: () => void] {
    const [isCopied, setCopied] = useState(false);
    const copy = async () => {
        if (!(await copyText(text))) return;
        setCopied(true);
        setTimeout(() => setCopied(false), SAID_MS);
    };
    return [isCopied, () => void copy()];
}

function CopyButton({ text, what }: { text: string; what: string }) {
    const [isCopied, copy] = useCopy(text);
    return (
        <button type="button" class="copy-button" onClick={copy} aria-label={isCopied ? 'Copied' : `Copy ${what}`}>
            <Icon name={isCopied ? 'approval' : 'copy'} />
        </button>
    );
}

/** A digest by its first digits; all of it on hover, and in the clipboard. */
export function Hash({ hex, what }: { hex: string | null | undefined; what: string }) {
    if (!hex) return <span class="none">–</span>;
    return (
        <span class="hash">
            <code title={hex}>{shortHash(hex)}</code>
            <CopyButton text={hex} what={what} />
        </span>
    );
}

export function CopyWords({ text, children }: { text: string; children: ComponentChildren }) {
    const [isCopied, copy] = useCopy(text);
    return (
        <button type="button" class="button" onClick={copy}>
            {isCopied ? 'Copied' : children}
        </button>
    );
}

export function CopyLine({ text, what }: { text: string; what: string }) {
    return (
        <div class="copy-line">
            <code tabIndex={0}>{text}</code>
            <CopyButton text={text} what={what} />
        </div>
    );
}
