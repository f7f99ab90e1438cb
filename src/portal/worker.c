/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/worker.h"

#include <assert.h>

static struct gn_job *worker_take_at_lkd(struct gn_worker *worker, size_t at)
{
    struct gn_job *job = worker->waiting[at];
    worker->waiting_count--;
    memmove(&worker->waiting[at], &worker->waiting[at + 1], (worker->waiting_count - at) * sizeof worker->waiting[0]);
    return job;
}

/* Takes the one whose turn it is off the line. The mutex is held; one waits. */
static struct gn_job *worker_take_lkd(struct gn_worker *worker)
{
    size_t best = 0;
    for (size_t i = 1; i < worker->waiting_count; i++)
        if (worker->waiting[i]->rank < worker->waiting[best]->rank)
            best = i;
    return worker_take_at_lkd(worker, best);
}

static struct gn_job *worker_next(struct gn_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    while (!worker->stop && worker->waiting_count == 0)
        (void)pthread_cond_wait(&worker->changed, &worker->mutex);
    struct gn_job *job = worker->stop ? NULL : worker_take_lkd(worker);
    (void)pthread_mutex_unlock(&worker->mutex);
    return job;
}

static void *worker_run(void *arg)
{
    struct gn_worker *worker = arg;
    for (struct gn_job *job; (job = worker_next(worker)) != NULL;) {
        job->run(job);
        (void)pthread_mutex_lock(&worker->mutex);
        worker->done[worker->done_count++] = job;
        (void)pthread_mutex_unlock(&worker->mutex);
        worker->wake(worker->wake_ctx);
    }
    return NULL;
}

static void worker_join(struct gn_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    worker->stop = true;
    (void)pthread_cond_broadcast(&worker->changed);
    (void)pthread_mutex_unlock(&worker->mutex);
    for (; worker->thread_count > 0; worker->thread_count--)
        gn_thread_join(worker->threads[worker->thread_count - 1]);
}

gn_err gn_worker_start(struct gn_worker *worker, const char *name, size_t threads, size_t room, void (*wake)(void *ctx),
                       void *wake_ctx)
{
    assert(room > 0 && room <= GN_WORKER_JOBS_MAX && threads > 0 && threads <= GN_WORKER_THREADS_MAX);
    *worker = (struct gn_worker){
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .room = room,
        .wake = wake,
        .wake_ctx = wake_ctx,
    };
    gn_err err = GN_OK;
    while (worker->thread_count < threads && err == GN_OK) {
        err = gn_thread_start(&worker->threads[worker->thread_count], name, worker_run, worker);
        worker->thread_count += err == GN_OK;
    }
    if (err != GN_OK)
        worker_join(worker);
    return err;
}

void gn_worker_stop(struct gn_worker *worker)
{
    if (worker->thread_count == 0)
        return;
    worker_join(worker);
    while (worker->waiting_count > 0)
        worker->done[worker->done_count++] = worker_take_lkd(worker); /* nobody else is left */
    gn_worker_finish(worker);
    (void)pthread_mutex_destroy(&worker->mutex);
    (void)pthread_cond_destroy(&worker->changed);
}

static bool worker_has_waiting(const struct gn_worker *worker, uint64_t source)
{
    for (size_t i = 0; i < worker->waiting_count; i++)
        if (worker->waiting[i]->source == source)
            return true;
    return false;
}

gn_err gn_worker_post(struct gn_worker *worker, struct gn_job *job)
{
    gn_err err = GN_ERR_FULL;
    (void)pthread_mutex_lock(&worker->mutex);
    if (job->source != 0 && worker_has_waiting(worker, job->source)) {
        err = GN_ERR_BUSY;
    } else if (worker->out_count < worker->room) {
        worker->waiting[worker->waiting_count++] = job;
        worker->out_count++;
        (void)pthread_cond_signal(&worker->changed);
        err = GN_OK;
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    return err;
}

bool gn_worker_withdraw(struct gn_worker *worker, struct gn_job *job)
{
    bool found = false;
    (void)pthread_mutex_lock(&worker->mutex);
    for (size_t i = 0; i < worker->waiting_count && !found; i++) {
        found = worker->waiting[i] == job;
        if (found)
            (void)worker_take_at_lkd(worker, i);
    }
    worker->out_count -= found;
    (void)pthread_mutex_unlock(&worker->mutex);
    return found;
}

void gn_worker_finish(struct gn_worker *worker)
{
    struct gn_job *done[GN_WORKER_JOBS_MAX];
    (void)pthread_mutex_lock(&worker->mutex);
    const size_t count = worker->done_count;
    memcpy(done, worker->done, count * sizeof done[0]);
    worker->done_count = 0;
    worker->out_count -= count;
    (void)pthread_mutex_unlock(&worker->mutex);
    for (size_t i = 0; i < count; i++)
        done[i]->finish(done[i]);
}
