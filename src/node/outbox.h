/* SPDX-License-Identifier: Apache-2.0 */
/* node/outbox.h -- actions on their way to a device, on the net thread.
 *
 * Takes from the engine's outbox ring what is durable, hands it to the adapters, and keeps it here while the device is
 * away or busy, until the action expires (the engine says so at the same time). Marks go into the journal; one that
 * comes while another waits for room there is left out, for a mark is a sample. So this side never waits for room in
 * the ring: the engine, one of the ring's followers, may be waiting for room in the outbox. */
#ifndef GN_NODE_OUTBOX_H
#define GN_NODE_OUTBOX_H

#include "connect/adapter.h"
#include "node/announce.h"
#include "node/onboard.h"
#include "node/pipeline.h"

enum { GN_OUTBOX_ENTRY_BYTES_MAX = 4096 };

struct gn_outbox {
    struct gn_pipeline *pipeline;
    const struct gn_adapter *adapter;
    void *adapter_self;
    struct gn_announce *announce; /* gets the alarms, when the pipeline tells them */
    struct gn_onboard *onboard;   /* for Things that are spoken to in words of their own; NULL: none */
    uint8_t *kept; /* [GN_DECISIONS_OPEN_MAX * GN_OUTBOX_ENTRY_BYTES_MAX] entries that wait for their device */
    size_t kept_count;
    struct gn_outbox_entry mark; /* one that found the ring full */
    bool has_mark;
};

GN_MUST_USE gn_err gn_outbox_init(struct gn_outbox *outbox, struct gn_pipeline *pipeline);
void gn_outbox_fini(struct gn_outbox *outbox);
/* Takes what has become durable. */
void gn_outbox_take(struct gn_outbox *outbox);
/* Tries again what waits for its device; drops what expired. */
void gn_outbox_retry(struct gn_outbox *outbox);

#endif
