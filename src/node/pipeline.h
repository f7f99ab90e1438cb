/* SPDX-License-Identifier: Apache-2.0 */
/* node/pipeline.h -- the three threads behind the ring, and what flows between them.
 *
 *   net thread ─▶ ring ─┬▶ journal thread ─▶ append, fdatasync ─▶ durable cursor ─┬▶ net (acknowledge)
 *                       │                                                          ▼
 *                       ├▶ history thread, behind the durable cursor ─▶ store (readings, outputs, images)
 *                       └▶ engine thread ─┬▶ outputs ring ─▶ history thread
 *                                         └▶ outbox ring ─▶ net thread, once durable ─▶ device
 *
 * The history has a thread of its own, so that a SQLite commit never delays an acknowledgement. Nothing the
 * engine says leaves before the record that caused it is durable: the history and the outbox both wait for it.
 *
 * Threads: start and stop on the owner's thread (net); `durable`, `state` may be read by any,
 * `catch_up` called by any other. */
#ifndef GN_NODE_PIPELINE_H
#define GN_NODE_PIPELINE_H

#include "node/core.h"
#include "node/outlook.h"
#include "os/thread.h"

enum {
    GN_OUTBOX_BYTES = 1 << 20,
    GN_PIPELINE_IMAGE_MS = 30000,            /* between two images of the engine, by the journal's clock */
    GN_PIPELINE_FLUSH_MS = 100,              /* until what was said can be asked for, when nobody asks */
    GN_PIPELINE_CATCH_UP_MS = 2000,          /* a question waits that long for the history, then is answered anyway */
    GN_PIPELINE_CHECKPOINT_MS = 60000,       /* between two checkpoints of the history */
    GN_PIPELINE_CHECKPOINT_BYTES = 32 << 20, /* or this much journal */
    GN_PIPELINE_RETRY_MS = 250,              /* until a full disk is tried again */
};

typedef enum gn_journal_state {
    GN_JOURNAL_OK,
    GN_JOURNAL_DISK_FULL, /* waits, tries again; nothing is acknowledged */
    GN_JOURNAL_FAILED,    /* a write or sync failed: the node ends itself */
} gn_journal_state;

/* PUBLISH: a message of the node's, its topic stands as `action`; ALARM: its JSON is the payload */
typedef enum gn_outbox_type {
    GN_OUTBOX_SEND = 1,
    GN_OUTBOX_MARK = 2,
    GN_OUTBOX_PUBLISH = 3,
    GN_OUTBOX_ALARM = 4,
} gn_outbox_type;

/* One entry of the outbox. */
struct gn_outbox_entry {
    uint32_t size; /* as the ring wants it */
    uint32_t type; /* gn_outbox_type; 0 is a pad of the ring */
    uint64_t seq;  /* leaves when this record is durable */
    uint32_t thing;
    uint32_t action_size;
    uint32_t id_size;
    uint32_t payload_size;
    int64_t expires_ms;
    uint64_t output_count; /* mark */
    uint8_t hash[32];      /* mark */
    /* action, id, payload */
};

struct gn_pipeline {
    struct gn_core *core;
    struct gn_wake journal_wake, engine_wake, history_wake, room_wake, kept_wake;
    pthread_t journal_thread, engine_thread, history_thread;
    bool started;
    _Atomic bool stopping;             /* finish what is in the ring */
    _Atomic bool history_gone;         /* it ended early, the store took nothing: nobody reads the outputs any more */
    _Atomic bool ended;                /* journal and engine have: the history makes its last round */
    _Atomic uint64_t durable_position; /* of the ring */
    _Atomic uint64_t durable_seq;
    _Atomic uint64_t kept_position; /* of the ring: what lies before it can be asked for */
    _Atomic bool flush_wanted;      /* somebody asks, and waits for the history */
    _Atomic uint64_t trim_seq;      /* the journal is needed from here on */
    _Atomic uint64_t sessions_seq;  /* the endpoint's image stands for so much (node/sessions.h) */
    _Atomic int state;              /* gn_journal_state */
    _Atomic int64_t flush_gap_us;   /* between two syncs of the journal at least; 0: none */
    void (*notify)(void *ctx);      /* something for the net thread: any thread calls it */
    void *notify_ctx;
    struct gn_ring outputs; /* engine -> history */
    void *outputs_bytes;
    struct gn_ring outbox; /* engine -> net */
    void *outbox_bytes;
    /* an image of the engine on its way into the history */
    _Atomic bool image_full; /* engine sets, history clears */
    uint8_t *image;
    size_t image_capacity;
    size_t image_size;
    uint64_t image_seq;
    int64_t image_ms; /* when the last was taken; engine thread */
    _Atomic uint64_t group_count, sync_us_sum, sync_us_max, journal_bytes;
    struct gn_outlook outlook; /* history thread notes */
    _Atomic uint64_t engine_seq, history_seq;
    _Atomic uint64_t engine_ns, journal_ns, history_ns; /* time at work, for the figures */
};

/* Takes its memory and starts the threads. */
GN_MUST_USE gn_err gn_pipeline_start(struct gn_pipeline *pipeline, struct gn_core *core, void (*notify)(void *ctx),
                                     void *notify_ctx);
/* At most that many syncs of the journal a minute, for cards and other slow flash: readings gather meanwhile, and their
 * acknowledgements wait for the sync. 0: as many as it takes. Any thread. */
void gn_pipeline_flush_at_most(struct gn_pipeline *pipeline, uint32_t a_minute);
/* The ring's writer published something: wakes who follows. Cheap when they are awake. */
void gn_pipeline_kick(struct gn_pipeline *pipeline);
/* Lets the threads finish what is in the ring and joins them. With a full or failed disk what is not durable
 * is left behind: nobody was told that it was kept. *out_settled: everything was kept, by the history too, so that
 * an image of the engine may say "up to here". */
void gn_pipeline_stop(struct gn_pipeline *pipeline, bool *out_settled);
void gn_pipeline_fini(struct gn_pipeline *pipeline);

/* Any thread but those three: waits until the history has what was durable when it was called, so that whoever got an
 * acknowledgement and then asks finds what was acknowledged. Gives up after GN_PIPELINE_CATCH_UP_MS. */
void gn_pipeline_catch_up(struct gn_pipeline *pipeline);

/* For the threads: a follower of the ring moved on; wakes the net thread if that waits for it. */
void gn_pipeline_moved_on(struct gn_pipeline *pipeline);
/* For the threads: sleeps that long, whatever signals `wake` meanwhile; less when the node stops. */
void gn_pipeline_pause(struct gn_pipeline *pipeline, struct gn_wake *wake, int64_t pause_ms);

/* The three loops, one file each. */
void *gn_journal_thread(void *pipeline);
void *gn_engine_thread(void *pipeline);
void *gn_history_thread(void *pipeline);

#endif
