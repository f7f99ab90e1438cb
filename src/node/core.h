/* SPDX-License-Identifier: Apache-2.0 */
/* node/core.h -- what lives in a data directory, opened, checked and caught up.
 *
 *   DIR/lock            held while a node uses the directory
 *   DIR/guard/          credentials, certificates           guard/guard.h, guard/ca.h
 *   DIR/journal/        the truth                           store/journal.h
 *   DIR/history.db      views of it: chunks, outputs, the engine's last image     store/store.h
 *   DIR/sessions.image  what the endpoint keeps for devices                       node/sessions.h
 *   DIR/ganglion.sock   the API for the command line        portal/portal.h
 *
 * Opening feeds the journal, from where the history and the engine's image end, into intake, history and
 * engine: afterwards all three are as they were when the last durable record was written. Actions decided
 * then are not sent again here (gn_engine_resend does, once the endpoints run).
 *
 * Intake looks GN_CORE_RECALL_RECORDS further back: as much as the ring holds may have been durable and not yet
 * acknowledged when the node ended, and a device that sends it again must be recognised. */
#ifndef GN_NODE_CORE_H
#define GN_NODE_CORE_H

#include "guard/ca.h"
#include "node/engine.h"
#include "node/intake.h"
#include "os/disk.h"
#include "store/journal.h"
#include "store/store.h"

enum {
    GN_CORE_PATH_BYTES = 1024,
    GN_CORE_RECALL_RECORDS = GN_RING_BYTES / (int)sizeof(struct gn_record_reading),
};

/* Followers of the ring. */
enum { GN_FOLLOWER_JOURNAL, GN_FOLLOWER_ENGINE, GN_FOLLOWER_HISTORY, GN_FOLLOWER_COUNT };

struct gn_core {
    char dir[GN_CORE_PATH_BYTES];
    int lock_fd;
    struct gn_disk disk;
    struct gn_clock clock;
    struct gn_guard *guard;
    struct gn_ca *ca;
    struct gn_store *store;
    struct gn_journal *journal;
    void *ring_bytes;
    struct gn_ring ring;
    struct gn_intake_core intake;
    struct gn_engine *engine;
    struct gn_engine_host host; /* where the engine's words go after boot; set by the pipeline */
    bool tells_alarms;          /* what the engine says of alarms goes to the net thread, too */
    uint64_t restored_seq;      /* of the engine's image that was used at boot; 0 = none */
    uint64_t caught_up_count;   /* records fed at boot */
    gn_err caught_up_err;       /* first failure to keep an output while catching up */
};

/* BUSY: another node runs there. CORRUPT, IO, NO_SPACE, DENIED with a diag that names the file and says what to
 * do. Nothing is held after a failure. */
GN_MUST_USE gn_err gn_core_open(struct gn_core *core, const char *dir, struct gn_diag *diag);
/* Writes nothing; see gn_core_settle. */
void gn_core_close(struct gn_core *core);

/* When all threads have stopped: stores the engine's image and a checkpoint, so that the next start reads
 * nothing again. */
GN_MUST_USE gn_err gn_core_settle(struct gn_core *core);

/* Puts an output into the store, flushing when it is full. */
GN_MUST_USE gn_err gn_core_keep_output(struct gn_store *store, const struct gn_output *output);
GN_MUST_USE gn_err gn_core_keep_record(struct gn_store *store, const struct gn_record_head *record);

/* DIR/name. FULL when too long. */
GN_MUST_USE gn_err gn_core_path(const char *dir, const char *name, char out[static GN_CORE_PATH_BYTES]);

#endif
