/* SPDX-License-Identifier: Apache-2.0 */
/* node/host.h -- what the portal may ask of the node, and the figures of its status.
 *
 * Called on the portal's threads. Changes go through node/mailbox.h; figures are atomics, or were put down here by
 * the net thread; the solution does not change while the node runs. */
#ifndef GN_NODE_HOST_H
#define GN_NODE_HOST_H

#include "act/solution.h"
#include "node/mailbox.h"
#include "node/onboard.h"
#include "node/pipeline.h"
#include "portal/portal.h"

enum { GN_HOST_MQTT_BYTES = 1024 };

struct gn_host {
    struct gn_core *core;
    struct gn_pipeline *pipeline;
    struct gn_mailbox *mailbox;
    struct gn_solution *solution; /* the one in force; does not change while the node runs */
    bool has_solution;
    void *mqtt; /* the adapter; net thread only */
    void *push; /* the same; NULL: that door is shut */
    uint16_t mqtt_port;
    struct gn_onboard *onboard; /* net thread only */
    int64_t started_us;
    gn_str mqtt_at, mqtts_at;            /* HOST:PORT where devices connect, as said when ready; empty: off */
    pthread_mutex_t figures_mutex;       /* guards all below */
    char mqtt_words[GN_HOST_MQTT_BYTES]; /* its counters as JSON, as of the last second */
    size_t mqtt_size;
    char push_words[GN_HOST_MQTT_BYTES];
    size_t push_size;
    /* readings per second: between two looks of the status line or the portal, at least a second apart */
    int64_t rate_us;
    uint64_t rate_readings;
    double rate;
};

void gn_host_init(struct gn_host *host);
struct gn_portal_host gn_host_table(struct gn_host *host);

/* Net thread, once a second: ends what came with tokens whose time is over. */
void gn_host_sweep(struct gn_host *host);
/* Net thread, now and then: puts down what only it can read. */
void gn_host_note(struct gn_host *host);

double gn_host_readings_per_second(struct gn_host *host);
const char *gn_host_journal_state(const struct gn_host *host); /* "ok", "disk_full", "failed" */
size_t gn_host_resident_bytes(void);

#endif
