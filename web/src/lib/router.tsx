// SPDX-License-Identifier: Apache-2.0
// router.tsx -- real paths, without reloading: a table of patterns, a link, and what the address says now.
//
//   "/things/:id" fits "/things/press-7" with { id: "press-7" }; a parameter is one segment, decoded.

import type { ComponentChildren, JSX } from 'preact';
import { path } from './api.js';
import { Cell, useCell } from './cell.js';

export type Parameters = Record<string, string>;

export interface Route {
    pattern: string;
    page: (parameters: Parameters) => JSX.Element;
}

const address = new Cell(typeof location === 'undefined' ? '/' : location.pathname);

/** The address of a page, each part one segment whatever it contains. The node takes a last part with a dot
 *  for a file's name and finds none: an address such as that of the Thing "press.7" ends with a slash. */
export function place(...parts: string[]): string {
    return path(...parts) + (parts.at(-1)?.includes('.') ? '/' : '');
}

/** Parameters when the path fits the pattern, else null. */
export function fit(pattern: string, pathname: string): Parameters | null {
    const wanted = pattern.split('/');
    const given = (pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname).split('/');
    if (wanted.length !== given.length) return null;
    const parameters: Parameters = {};
    for (const [index, part] of wanted.entries()) {
        const text = given[index] ?? '';
        if (!part.startsWith(':')) {
            if (part !== text) return null;
            continue;
        }
        try {
            parameters[part.slice(1)] = decodeURIComponent(text);
        } catch {
            return null;
        }
        if (text === '') return null;
    }
    return parameters;
}

export function navigate(to: string): void {
    if (to !== location.pathname) history.pushState(null, '', to);
    address.set(location.pathname);
    scrollTo(0, 0);
}

export function startRouter(): void {
    addEventListener('popstate', () => address.set(location.pathname));
}

export function useRoute(routes: readonly Route[]): { path: string; element: JSX.Element | null } {
    const path = useCell(address);
    for (const route of routes) {
        const parameters = fit(route.pattern, path);
        if (parameters) return { path, element: route.page(parameters) };
    }
    return { path, element: null };
}

export function usePath(): string {
    return useCell(address);
}

interface LinkProps {
    to: string;
    class?: string;
    current?: boolean;
    label?: string;
    children: ComponentChildren;
}

export function Link({ to, class: name, current, label, children }: LinkProps) {
    const onClick = (event: MouseEvent) => {
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
    };
    return (
        <a href={to} class={name} onClick={onClick} aria-label={label} aria-current={current ? 'page' : undefined}>
            {children}
        </a>
    );
}
