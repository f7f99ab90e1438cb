// SPDX-License-Identifier: Apache-2.0
// page.tsx -- the frame of every page: its title (also the window's), what stands beside it, its sections.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageProps {
    title: string;
    above?: ComponentChildren; // where we are
    aside?: ComponentChildren; // what can be done here
    kind?: string; // a class of its own
    children: ComponentChildren;
}

export function Page({ title, above, aside, kind, children }: PageProps) {
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        document.title = `${title} – Ganglion`;
    }, [title]);
    // A page that was navigated to is announced from its title on, as after a real load.
    useEffect(() => {
        if (document.activeElement !== document.body) heading.current?.focus({ preventScroll: true });
    }, []);
    return (
        <main class={kind ? `page page-${kind}` : 'page'} id="main">
            <header class="page-head">
                <div class="page-title">
                    {above && <div class="page-above">{above}</div>}
                    <h1 tabIndex={-1} ref={heading}>
                        {title}
                    </h1>
                </div>
                {aside && <div class="page-aside">{aside}</div>}
            </header>
            {children}
        </main>
    );
}

interface SectionProps {
    title: string;
    count?: number | undefined;
    aside?: ComponentChildren;
    children: ComponentChildren;
}

export function Section({ title, count, aside, children }: SectionProps) {
    return (
        <section class="section">
            <div class="section-head">
                <h2>
                    {title}
                    {count !== undefined && <span class="count"> {count}</span>}
                </h2>
                {aside}
            </div>
            {children}
        </section>
    );
}
