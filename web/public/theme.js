// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that a page never flashes in the other theme: what was chosen here
// (src/lib/theme.ts keeps it), or else what the system prefers.
(() => {
    let chosen = null;
    try {
        chosen = localStorage.getItem('ganglion.theme');
    } catch {
        // No storage: the system's preference holds.
    }
    const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
})();
