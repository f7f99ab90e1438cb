// SPDX-License-Identifier: Apache-2.0
// mqtt_line.ts -- where this node listens for MQTT, and the mosquitto_pub line that tries it.

import type { NodeStatus } from './types.js';

const USUAL_PORT = '1883';
const ADDRESS = /^(mqtts?):\/\/(.+):(\d+)$/;
const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/** The port that the node names in its status ("listen": "HOST:PORT"); the usual one when it names none. */
export function mqttPort(status: NodeStatus | null): string {
    const listen: unknown = status?.mqtt?.['listen'];
    return (typeof listen === 'string' && /:(\d+)$/.exec(listen)?.[1]) || USUAL_PORT;
}

interface Door {
    host: string;
    port: string;
    isSecret: boolean;
}

/** The first address that the node named; clear text first, which needs no certificate on this side. */
function doorOf(connect: readonly string[], otherwise: Door): Door {
    const doors = connect.flatMap((address): Door[] => {
        const [, scheme, host, port] = ADDRESS.exec(address) ?? [];
        if (host === undefined || port === undefined) return [];
        return [{ host: host.replace(/^\[(.*)\]$/, '$1'), port, isSecret: scheme === 'mqtts' }];
    });
    return doors.find((door) => !door.isSecret) ?? doors[0] ?? otherwise;
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
    const door = doorOf(connect, { host, port: mqttPort(status), isSecret: false });
    const secret = door.isSecret ? ' --cafile ca.pem' : '';
    return (
        `mosquitto_pub -h ${word(door.host)} -p ${door.port}${secret} -u ${word(id)} -P ${word(token ?? 'TOKEN')} ` +
        `-q 1 -t ${word(`things/${id}/properties`)} -m '{"temperature": 21.5}'`
    );
}
