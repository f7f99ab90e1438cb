// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vite';

// `npm run dev` serves the sources and hands /api and /setup to a node, or to `npm run mock`.
const node = process.env.GANGLION_PORTAL ?? 'http://127.0.0.1:8790';

export default defineConfig({
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
    build: {
        target: 'es2022',
        assetsInlineLimit: 0, // the policy allows no data: addresses
        modulePreload: { polyfill: false },
        cssCodeSplit: false,
        reportCompressedSize: false,
    },
    server: { proxy: { '/api': node, '/setup': node } },
});
