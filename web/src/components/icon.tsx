// SPDX-License-Identifier: Apache-2.0
// icon.tsx -- the few line drawings of the shell, 20 x 20, in the colour of the text around them.

const PATHS = {
    overview: 'M3 10.5 10 4l7 6.5M5 9v7h10V9',
    alarm: 'M10 3.2 17.5 16h-15L10 3.2ZM10 8v3.6M10 13.6v.2',
    approval: 'M4 10.5 8.2 14.7 16 5.8',
    discovered:
        'M10 10v.2M6.9 13.1a4.4 4.4 0 0 1 0-6.2M13.1 6.9a4.4 4.4 0 0 1 0 6.2' +
        'M4.4 15.6a8 8 0 0 1 0-11.2M15.6 4.4a8 8 0 0 1 0 11.2',
    status: 'M3 11h3l2-5.5 3.6 9L14 9.5l1 1.5h2',
    sun:
        'M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8ZM10 2.4v1.4M10 16.2v1.4' +
        'M2.4 10h1.4M16.2 10h1.4M4.6 4.6l1 1M14.4 14.4l1 1M4.6 15.4l1-1M14.4 5.6l1-1',
    moon: 'M16 11.6A6.6 6.6 0 0 1 8.4 4 6.6 6.6 0 1 0 16 11.6Z',
    system: 'M3.5 4.5h13v8.5h-13ZM7.5 16h5M10 13v3',
    out: 'M8 4H4v12h4M8.5 10H17M14 7l3 3-3 3',
    plus: 'M10 4v12M4 10h12',
    arrow: 'M4 10h12M11.5 5.5 16 10l-4.5 4.5',
    copy: 'M7 7V4h9v9h-3M4 7h9v9H4Z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
            <path
                d={PATHS[name]}
                fill="none"
                stroke="currentColor"
                stroke-width="1.6"
                stroke-linecap="round"
                stroke-linejoin="round"
            />
        </svg>
    );
}

export function Mark() {
    return (
        <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="8" class="mark-ground" />
            <path d="M16 16 8 9M16 16l9-5M16 16l-5 9M16 16l7 8" class="mark-lines" />
            <g class="mark-cells">
                <circle cx="16" cy="16" r="4" />
                <circle cx="8" cy="9" r="2.4" />
                <circle cx="25" cy="11" r="2.4" />
                <circle cx="11" cy="25" r="2.4" />
                <circle cx="23" cy="24" r="2.4" />
            </g>
        </svg>
    );
}
