// SPDX-License-Identifier: Apache-2.0
// mqtt_line.ts -- where this node listens for MQTT, and the mosquitto_pub line that tries it.

import type { NodeStatus } from './types.js';

const USUAL_PORT = '1883';

/** The port that the node names in its status ("listen": "HOST:PORT"); the usual one when it names none. */
export function mqttPort(status: NodeStatus | null): string {
    const listen: unknown = status?.mqtt?.['listen'];
    return (typeof listen === 'string' && /:(\d+)$/.exec(listen)?.[1]) || USUAL_PORT;
}

export function publishLine(
    id: string,
    token: string | undefined,
    host: string,
    status: NodeStatus | null,
): string {
    return (
        `mosquitto_pub -h ${host} -p ${mqttPort(status)} -u ${id} -P ${token ?? 'TOKEN'} -q 1 ` +
        `-t things/${id}/properties -m '{"temperature": 21.5}'`
    );
}
