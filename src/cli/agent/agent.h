/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/agent.h -- makes this machine a Thing: samples its sensors, publishes them, carries out `stop`.
 *
 *   timer ─▶ sensors ─▶ queue ─▶ link ═MQTT═▶ node
 *                                link ◀═action═ node ─▶ actions ─▶ unlink of the disturbance's file
 *                                link ═status═▶ node ◀─ done, when its lock is free
 *
 * One thread and one poll: timer, signals, socket. The disk probe has a thread of its own. Sampling never waits for
 * the network: while the link is away samples wait in the queue. The timer's lateness is a series too
 * (agent_delay). Ends cleanly on SIGINT and SIGTERM; what is unacknowledged then gets a second to arrive. */
#ifndef GN_CLI_AGENT_AGENT_H
#define GN_CLI_AGENT_AGENT_H

#include <stdio.h>

#include "cli/agent/credentials.h"
#include "os/clock.h"

struct gn_agent_options {
    const char *dir;  /* the agent's own folder */
    const char *host; /* of the node's MQTT endpoint */
    uint16_t port;
    double hz;               /* samples a second, 0.1 to 50 */
    const char *token_file;  /* read again before each try to connect; NULL: credentials stay as given */
    const char *sensor_root; /* "" but in tests */
    struct gn_credentials credentials;
    struct gn_clock clock;
    uint64_t stop_after; /* samples; 0 = until a signal comes */
    FILE *print;         /* print samples there instead of connecting; NULL = publish */
};

/* Blocks SIGINT and SIGTERM while it runs. IO or FULL with words when it cannot start; otherwise OK. */
GN_MUST_USE gn_err gn_agent_run(const struct gn_agent_options *options, struct gn_diag *diag);

#endif
