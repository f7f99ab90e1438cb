/* SPDX-License-Identifier: Apache-2.0 */
/* portal/worker.h -- helper threads with one short queue, for handlers that wait.
 *
 *   portal thread: post ──▶ [queue with so much room] ──▶ workers: run ──▶ [done] ──▶ portal thread: finish
 *                                                              └── wake (uv_async_send)
 *
 * A job belongs to the worker from post until it comes back through gn_worker_finish. A full queue refuses:
 * the portal then says 503 instead of letting the line grow. Jobs of one source take one place in the line: a
 * stranger who asks often waits for himself, and who has a better name (a lower rank) goes before him. */
#ifndef GN_PORTAL_WORKER_H
#define GN_PORTAL_WORKER_H

#include <pthread.h>

#include "base/bytes.h"
#include "os/thread.h"

enum { GN_WORKER_JOBS_MAX = 128 /* of any worker */, GN_WORKER_THREADS_MAX = 2 };

struct gn_job {
    void (*run)(struct gn_job *job);    /* on the worker */
    void (*finish)(struct gn_job *job); /* on the portal's thread */
    void *self;
    uint64_t source; /* only one of a source waits at a time; 0: any number */
    uint32_t rank;   /* the lowest goes first; among equals, who came first */
};

struct gn_worker {
    pthread_t threads[GN_WORKER_THREADS_MAX];
    size_t thread_count;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct gn_job *waiting[GN_WORKER_JOBS_MAX]; /* in the order they came; mutex */
    size_t waiting_count;
    struct gn_job *done[GN_WORKER_JOBS_MAX]; /* mutex */
    size_t done_count;
    size_t room;             /* jobs it takes at once */
    size_t out_count;        /* posted and not yet finished: at most `room`; mutex */
    bool stop;               /* mutex */
    void (*wake)(void *ctx); /* from the worker: there is something to finish */
    void *wake_ctx;
};

/* With `threads` of them, each job may run beside another. `room` (1 to GN_WORKER_JOBS_MAX): jobs it takes at once; as
 * many as are done before whoever waits loses patience. */
GN_MUST_USE gn_err gn_worker_start(struct gn_worker *worker, const char *name, size_t threads, size_t room,
                                   void (*wake)(void *ctx), void *wake_ctx);
/* Ends the threads behind the jobs that run; jobs that still wait are finished without being run. */
void gn_worker_stop(struct gn_worker *worker);

/* FULL, or BUSY when one of its source waits already: refused, the job stays the caller's. */
GN_MUST_USE gn_err gn_worker_post(struct gn_worker *worker, struct gn_job *job);
/* True: the job had not begun, and is the caller's again; nobody waits for it any more. */
bool gn_worker_withdraw(struct gn_worker *worker, struct gn_job *job);
/* Calls finish for all that are done. */
void gn_worker_finish(struct gn_worker *worker);

#endif
