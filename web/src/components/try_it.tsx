// SPDX-License-Identifier: Apache-2.0
// try_it.tsx -- the line that sends a first reading as a Thing would.

import { useCell } from '../lib/cell.js';
import { nodeStatus } from '../lib/node_status.js';
import { publishLine } from '../lib/mqtt_line.js';
import { CopyLine } from './copy.js';

export function TryIt({ id, token, connect = [] }: { id: string; token?: string; connect?: readonly string[] }) {
    const status = useCell(nodeStatus);
    return <CopyLine what="the command" text={publishLine(id, token, location.hostname, status, connect)} />;
}
