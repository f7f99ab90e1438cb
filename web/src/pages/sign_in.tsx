// SPDX-License-Identifier: Apache-2.0
// sign_in.tsx -- shown in place of any page while nobody is signed in; the page asked for follows.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Mark } from '../components/icon.js';
import { ThemeButton } from '../components/theme_button.js';
import { api, Failure } from '../lib/api.js';
import { asFailure } from '../lib/store.js';

export function SignIn() {
    const [failure, setFailure] = useState<Failure | null>(null);
    const [isBusy, setBusy] = useState(false);
    const user = useRef<HTMLInputElement>(null);
    const password = useRef<HTMLInputElement>(null);

    useEffect(() => {
        document.title = 'Sign in – Ganglion';
        user.current?.focus();
    }, []);

    const submit = async (event: Event) => {
        event.preventDefault();
        setBusy(true);
        setFailure(null);
        try {
            await api.signIn(user.current?.value ?? '', password.current?.value ?? '');
        } catch (error) {
            setFailure(asFailure(error));
            setBusy(false);
            if (password.current) password.current.value = '';
            password.current?.focus();
        }
    };

    const isWrong = failure !== null && (failure.status === 401 || failure.status === 403);
    return (
        <main class="sign-in" id="main">
            <form class="card" onSubmit={(event) => void submit(event)}>
                <div class="sign-in-head">
                    <Mark />
                    <h1>Ganglion</h1>
                    <ThemeButton />
                </div>
                <label for="user">Name</label>
                <input
                    id="user"
                    ref={user}
                    name="user"
                    autocomplete="username"
                    autocapitalize="none"
                    spellcheck={false}
                    required
                />
                <label for="password">Password</label>
                <input
                    id="password"
                    ref={password}
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    required
                />
                <button class="button button-main" disabled={isBusy}>
                    {isBusy ? 'Signing in…' : 'Sign in'}
                </button>
                <div class="sign-in-end" role="alert">
                    {failure &&
                        (isWrong ? (
                            <p>
                                <b>Name and password do not fit.</b> Each further try is answered more slowly.
                            </p>
                        ) : (
                            <p>
                                <b>{failure.message}</b> {failure.hint}
                            </p>
                        ))}
                </div>
            </form>
        </main>
    );
}
