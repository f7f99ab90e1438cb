/* SPDX-License-Identifier: Apache-2.0 */
/* node/sessions.h -- sessions and messages of an endpoint, over a restart.
 *
 *   DIR/sessions.image    all of it, as of record N        magic, N, size, CRC-32, then records
 *   DIR/journal/          what changed since               PUBLISH and SESSION records behind N
 *
 * At boot the image and the records behind it are given back to the endpoint. Running, a new image is made every
 * GN_KEPT_IMAGE_MS, or when so much journal has come that reading it at the next start would take long. It
 * is made on the net thread, and written by a worker once record N is durable, as a whole or not at all (os/file.h).
 * The journal is trimmed no further than N. A broken image is said and passed over: what only it knew is gone. */
#ifndef GN_NODE_SESSIONS_H
#define GN_NODE_SESSIONS_H

#include "connect/adapter.h"
#include "node/pipeline.h"

enum {
    GN_KEPT_IMAGE_MS = 60000,
    GN_KEPT_JOURNAL_BYTES = 32 << 20, /* and at least four times the last image */
    GN_KEPT_IMAGE_BYTES_MAX = 256 << 20,
};

struct gn_kept {
    struct gn_pipeline *pipeline;
    const struct gn_adapter *adapter;
    void *adapter_self;
    uv_loop_t *loop;
    uv_work_t work;
    char path[GN_CORE_PATH_BYTES];
    uint8_t *bytes; /* an image that waits or is being written; NULL: none */
    size_t size;
    uint64_t seq; /* it stands for everything up to here */
    bool is_writing;
    gn_err written;
    uint64_t last_position; /* of the ring, at the last image */
    size_t last_size;
    int64_t last_us;
};

/* Is the image whole? NOT_FOUND: there is none. CORRUPT: a start passes over it. Changes nothing. */
GN_MUST_USE gn_err gn_kept_check(const char *path);
/* Gives the endpoint back what it kept. IO, CORRUPT: the journal cannot be read, the diag says where. */
GN_MUST_USE gn_err gn_kept_open(struct gn_kept *sessions, struct gn_pipeline *pipeline, uv_loop_t *loop,
                                const struct gn_adapter *adapter, void *adapter_self, struct gn_diag *diag);
/* Once a second. */
void gn_kept_tick(struct gn_kept *sessions);
/* When the loop has run empty. */
void gn_kept_fini(struct gn_kept *sessions);

#endif
