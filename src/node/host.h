/* SPDX-License-Identifier: Apache-2.0 */
/* node/host.h -- what the portal may ask of the node, and the figures of its status.
 *
 * Called on the portal's thread. Changes go through node/mailbox.h; figures are atomics or come from the store's
 * own readers. */
#ifndef GN_NODE_HOST_H
#define GN_NODE_HOST_H

#include "act/solution.h"
#include "node/mailbox.h"
#include "node/pipeline.h"
#include "portal/portal.h"

struct gn_host {
    struct gn_core *core;
    struct gn_pipeline *pipeline;
    struct gn_mailbox *mailbox;
    struct gn_solution *solution; /* the one in force; does not change while the node runs */
    bool has_solution;
    void *mqtt;                   /* its counters are read by the net thread only */
    int64_t started_us;
    /* readings per second: between two looks of the status line or the portal, at least a second apart */
    pthread_mutex_t rate_mutex;
    int64_t rate_us;
    uint64_t rate_readings;
    double rate;
};

struct gn_portal_host gn_host_table(struct gn_host *host);

double gn_host_readings_per_second(struct gn_host *host);
const char *gn_host_journal_state(const struct gn_host *host); /* "ok", "disk_full", "failed" */
size_t gn_host_resident_bytes(void);

#endif
