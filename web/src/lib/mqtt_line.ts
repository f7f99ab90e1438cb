// SPDX-License-Identifier: Apache-2.0
// mqtt_line.ts -- where this node listens for MQTT, and the mosquitto_pub line that tries it.

import type { NodeStatus } from './types.js';

const USUAL_PORT = '1883';
const ADDRESS = /^(mqtts?):\/\/(.+):(\d+)$/;
const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

interface Door {
    host: string;
    port: string;
    isSecret: boolean;
}

function doorAt(scheme: string, host: string, port: string): Door {
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port, isSecret: scheme === 'mqtts' };
}

/** The doors that the node's status names. Of "HOST:PORT" only the port counts: 0.0.0.0 is no address to go to, and
 *  this browser has found the node under a name of its own. */
function doorsOf(status: NodeStatus | null, host: string): Door[] {
    return (['mqtt', 'mqtts'] as const).flatMap((scheme) => {
        const port = /:(\d+)$/.exec(status?.listen?.[scheme] ?? '')?.[1];
        return port === undefined ? [] : [doorAt(scheme, host, port)];
    });
}

/** Addresses in the node's own words, then those of its status; clear text first, which needs no certificate here. */
function doorOf(connect: readonly string[], status: NodeStatus | null, host: string): Door {
    const told = connect.flatMap((address): Door[] => {
        const [, scheme, at, port] = ADDRESS.exec(address) ?? [];
        return scheme === undefined || at === undefined || port === undefined ? [] : [doorAt(scheme, at, port)];
    });
    const doors = told.length > 0 ? told : doorsOf(status, host);
    return doors.find((door) => !door.isSecret) ?? doors[0] ?? doorAt('mqtt', host, USUAL_PORT);
}

/** One word of a command line, whatever it contains: it is made to be pasted into a shell. */
function word(text: string): string {
    return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function publishLine(
    id: string,
    token: string | undefined,
    host: string,
    status: NodeStatus | null,
    connect: readonly string[] = [],
): string {
    const door = doorOf(connect, status, host);
    const secret = door.isSecret ? ' --cafile ca.pem' : '';
    return (
        `mosquitto_pub -h ${word(door.host)} -p ${door.port}${secret} -u ${word(id)} -P ${word(token ?? 'TOKEN')} ` +
        `-q 1 -t ${word(`things/${id}/properties`)} -m '{"temperature": 21.5}'`
    );
}
