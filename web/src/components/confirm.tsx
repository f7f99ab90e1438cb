// SPDX-License-Identifier: Apache-2.0
// confirm.tsx -- a question before something that cannot be undone. A dialog of the browser's own: it keeps the
// focus inside, ends with Escape, and gives the focus back.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Failure } from '../lib/api.js';
import { Problem } from './notice.js';

interface ConfirmProps {
    title: string;
    doIt: string; // what the button says
    isBusy: boolean;
    failure: Failure | null;
    onDo: () => void;
    onClose: () => void;
    children: ComponentChildren; // what happens then
}

export function Confirm({ title, doIt, isBusy, failure, onDo, onClose, children }: ConfirmProps) {
    const box = useRef<HTMLDialogElement>(null);
    const heading = useId();
    useEffect(() => {
        const dialog = box.current;
        dialog?.showModal();
        return () => dialog?.close();
    }, []);
    return (
        <dialog class="dialog" ref={box} aria-labelledby={heading} onClose={onClose}>
            <h2 id={heading}>{title}</h2>
            <div class="dialog-words">{children}</div>
            {failure && <Problem failure={failure} />}
            <div class="answer-buttons">
                <button type="button" class="button" onClick={onClose}>
                    Leave it
                </button>
                <button type="button" class="button button-reject" disabled={isBusy} onClick={onDo}>
                    {doIt}
                </button>
            </div>
        </dialog>
    );
}
