// SPDX-License-Identifier: Apache-2.0
// refusal.mjs -- an answer of the mock that says no: status, code, words and what to do.

export class Refusal extends Error {
    constructor(status, code, message, hint = '') {
        super(message);
        Object.assign(this, { status, code, hint });
    }
}

export const notFound = () => new Refusal(404, 'not_found', 'There is nothing of that name.', 'Look at the list.');
