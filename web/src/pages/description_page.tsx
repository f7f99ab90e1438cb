// SPDX-License-Identifier: Apache-2.0
// description_page.tsx -- a Thing's W3C Thing Description, word for word, with the address where programs get it.

import { CopyLine, CopyWords } from '../components/copy.js';
import { Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { api, path } from '../lib/api.js';
import { Link, place } from '../lib/router.js';
import { useAnswer } from '../lib/store.js';

export function DescriptionPage({ id }: { id: string }) {
    const state = useAnswer(() => api.description(id), [id]);
    const text = state.answer ? JSON.stringify(state.answer, null, 2) : '';
    return (
        <Page title="Thing Description" above={<Link to={place('things', id)}>{state.answer?.title ?? id}</Link>}>
            <p class="calm">
                What this Thing measures and can do, in the form that the W3C defines for it. Programs ask for it at the
                address of the Thing’s page, and say that they want a description:
            </p>
            <CopyLine
                what="the command"
                text={`curl -u ${id}:TOKEN -H 'Accept: application/td+json' ${location.origin}${path('things', id)}`}
            />
            <Section
                title="Description"
                aside={text && <CopyWords text={text}>Copy it</CopyWords>}
            >
                {state.answer ? (
                    <pre class="card source" tabIndex={0} aria-label="Thing Description as JSON">
                        {text}
                    </pre>
                ) : (
                    <Pending state={state} lines={6} />
                )}
            </Section>
        </Page>
    );
}
