// SPDX-License-Identifier: Apache-2.0
// node_strip.tsx -- the node's own health in one row.

import { bytes, count, quantity } from '../format/number.js';
import { duration } from '../format/time.js';
import { saidJournal } from '../format/words.js';
import { useCell } from '../lib/cell.js';
import { nodeStatus } from '../lib/node_status.js';
import type { NodeStatus } from '../lib/types.js';

interface TileProps {
    name: string;
    value: string;
    note: string;
    isBad?: boolean;
}

function Tile({ name, value, note, isBad }: TileProps) {
    return (
        <div class={`tile ${isBad ? 'is-bad' : ''}`}>
            <dt>{name}</dt>
            <dd class="tile-value">{value}</dd>
            <dd class="tile-note">{note}</dd>
        </div>
    );
}

function tiles(status: NodeStatus): TileProps[] {
    const { journal, readings, memory } = status;
    return [
        { name: 'Readings', value: quantity(readings.per_second, '/s'), note: `${count(readings.count)} kept` },
        {
            name: 'Journal',
            value: saidJournal(journal.state).text,
            isBad: journal.state !== 'ok',
            note: `${bytes(journal.bytes)} on disk`,
        },
        {
            name: 'Disk sync',
            value: quantity(journal.sync_us_mean / 1e6, 's'),
            note: `longest ${quantity(journal.sync_us_max / 1e6, 's')}`,
        },
        { name: 'Memory', value: bytes(memory.resident_bytes), note: `${count(status.series.count)} series` },
        { name: 'Up', value: duration(status.uptime_s * 1000), note: `version ${status.version}` },
    ];
}

const BLANK: TileProps[] = ['Readings', 'Journal', 'Disk sync', 'Memory', 'Up'].map((name) => ({
    name,
    value: '–',
    note: '\u00a0',
}));

export function NodeStrip() {
    const status = useCell(nodeStatus);
    return (
        <dl class="tiles" aria-label="The node">
            {(status ? tiles(status) : BLANK).map((tile) => (
                <Tile key={tile.name} {...tile} />
            ))}
        </dl>
    );
}
