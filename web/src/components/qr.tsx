// SPDX-License-Identifier: Apache-2.0
// qr.tsx -- a QR code, drawn cell by cell: the node says which cells are dark, this page only fills them.

import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { darkRuns, QUIET } from '../lib/qr_cells.js';
import type { QrMatrix } from '../lib/thing_types.js';

const CELL = 6; // pixels of the canvas; its style says how large it is shown
const LIGHT = '#ffffff'; // of both themes: a scanner wants dark on light
const DARK = '#000000';

interface QrProps {
    qr: QrMatrix | null | undefined;
    label: string; // for those who cannot see it
}

export function QrCode({ qr, label }: QrProps) {
    const canvas = useRef<HTMLCanvasElement>(null);
    const runs = useMemo(() => darkRuns(qr), [qr]);
    const side = ((qr?.size ?? 0) + 2 * QUIET) * CELL;
    useLayoutEffect(() => {
        const pen = canvas.current?.getContext('2d');
        if (!pen || !runs) return;
        pen.fillStyle = LIGHT;
        pen.fillRect(0, 0, side, side);
        pen.fillStyle = DARK;
        for (const { x, y, length } of runs) pen.fillRect(x * CELL, y * CELL, length * CELL, CELL);
    }, [runs, side]);
    return runs && <canvas class="qr" ref={canvas} width={side} height={side} role="img" aria-label={label} />;
}
