/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/worker.h"

#include <assert.h>

static struct gn_job *worker_next(struct gn_worker *worker)
{
    struct gn_job *job = NULL;
    (void)pthread_mutex_lock(&worker->mutex);
    while (!worker->stop && worker->waiting_count == 0)
        (void)pthread_cond_wait(&worker->changed, &worker->mutex);
    if (!worker->stop) {
        job = worker->waiting[worker->waiting_first];
        worker->waiting_first = (worker->waiting_first + 1) % GN_WORKER_JOBS_MAX;
        worker->waiting_count--;
    }
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

gn_err gn_worker_start(struct gn_worker *worker, const char *name, size_t room, void (*wake)(void *ctx), void *wake_ctx)
{
    assert(room > 0 && room <= GN_WORKER_JOBS_MAX);
    *worker = (struct gn_worker){
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .room = room,
        .wake = wake,
        .wake_ctx = wake_ctx,
    };
    const gn_err err = gn_thread_start(&worker->thread, name, worker_run, worker);
    worker->started = err == GN_OK;
    return err;
}

void gn_worker_stop(struct gn_worker *worker)
{
    if (!worker->started)
        return;
    (void)pthread_mutex_lock(&worker->mutex);
    worker->stop = true;
    (void)pthread_cond_signal(&worker->changed);
    (void)pthread_mutex_unlock(&worker->mutex);
    gn_thread_join(worker->thread);
    worker->started = false;
    for (; worker->waiting_count > 0; worker->waiting_count--) {
        worker->done[worker->done_count++] = worker->waiting[worker->waiting_first];
        worker->waiting_first = (worker->waiting_first + 1) % GN_WORKER_JOBS_MAX;
    }
    gn_worker_finish(worker);
    (void)pthread_mutex_destroy(&worker->mutex);
    (void)pthread_cond_destroy(&worker->changed);
}

gn_err gn_worker_post(struct gn_worker *worker, struct gn_job *job)
{
    gn_err err = GN_ERR_FULL;
    (void)pthread_mutex_lock(&worker->mutex);
    if (worker->out_count < worker->room) {
        const size_t at = (worker->waiting_first + worker->waiting_count) % GN_WORKER_JOBS_MAX;
        worker->waiting[at] = job;
        worker->waiting_count++;
        worker->out_count++;
        (void)pthread_cond_signal(&worker->changed);
        err = GN_OK;
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    return err;
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
