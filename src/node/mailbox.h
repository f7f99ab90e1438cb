/* SPDX-License-Identifier: Apache-2.0 */
/* node/mailbox.h -- how other threads get something into the journal.
 *
 *   portal thread: gn_mailbox_do ── blocks ──▶ net thread: run ──▶ intake ──▶ ring
 *                        ▲                                                      │ durable; in the history,
 *                        └────────────── gn_mailbox_reached ◀──────────────────┘ when that is asked for
 *
 * A command is the caller's, on its stack, until `do` returns. At most GN_COMMANDS_WAITING_MAX wait. What was not
 * reached within GN_COMMAND_TIMEOUT_MS may still be: the record stands in the ring. */
#ifndef GN_NODE_MAILBOX_H
#define GN_NODE_MAILBOX_H

#include <pthread.h>

#include "base/limits.h"
#include "node/intake.h"

enum { GN_COMMAND_TIMEOUT_MS = 3000 };

struct gn_command {
    /* On the net thread. AGAIN: the ring is full, it is run again later. */
    gn_err (*run)(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token);
    void *self;
    bool to_be_seen; /* the caller asks the store next: wait for the history too */
    /* private */
    gn_err result;
    uint64_t token;
    int stage;
};

struct gn_mailbox {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct gn_command *waiting[GN_COMMANDS_WAITING_MAX];
    size_t count;
    bool closed;
    void (*notify)(void *ctx); /* wakes the net thread */
    void *notify_ctx;
};

void gn_mailbox_init(struct gn_mailbox *mailbox, void (*notify)(void *ctx), void *notify_ctx);
void gn_mailbox_fini(struct gn_mailbox *mailbox);

/* Runs a command on the net thread and waits until what it wrote is durable. AGAIN after 3 s (the disk is
 * full?), FULL when too many wait, CLOSED when the node stops; otherwise what `run` answered. */
GN_MUST_USE gn_err gn_mailbox_do(struct gn_mailbox *mailbox, struct gn_command *command);

/* Net thread: runs what has not run yet; true when some are still to be run (the ring is full). */
bool gn_mailbox_run(struct gn_mailbox *mailbox, struct gn_intake_core *intake);
/* Answers what is durable, or in the history. True when some wait for one or the other. */
bool gn_mailbox_reached(struct gn_mailbox *mailbox, uint64_t durable, uint64_t in_history);
/* Answers all with CLOSED, also those that come later. */
void gn_mailbox_close(struct gn_mailbox *mailbox);

#endif
