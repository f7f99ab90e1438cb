/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test pipeline_test.c runs this loop */
/* The journal thread: takes what is in the ring, appends it as one group, syncs, moves the durable cursor. */
#include "base/limits.h"
#include "base/log.h"
#include "node/pipeline.h"

struct journal_group {
    gn_bytes bytes; /* whole records, without a pad */
    size_t taken;   /* with the pad behind them */
    uint64_t first_seq;
    uint64_t last_seq;
    uint32_t count;
};

/* As many whole records as fit one group. */
static struct journal_group journal_gather(gn_bytes waiting)
{
    struct journal_group group = { .bytes = { waiting.at, 0 } };
    size_t at = 0;
    while (at < waiting.size) {
        const struct gn_record_head *head = (const void *)(waiting.at + at);
        if (head->type == GN_RECORD_PAD) {
            at += head->size; /* always the last before the wrap */
            break;
        }
        if (at + head->size > GN_JOURNAL_GROUP_BYTES_MAX)
            break;
        if (group.count == 0)
            group.first_seq = head->seq;
        group.last_seq = head->seq;
        group.count++;
        at += head->size;
        group.bytes.size = at;
    }
    group.taken = at;
    return group;
}

static void journal_became_durable(struct gn_pipeline *pipeline, const struct journal_group *group)
{
    if (group->count > 0)
        atomic_store_explicit(&pipeline->durable_seq, group->last_seq, memory_order_relaxed);
    const uint64_t position = gn_ring_tail(&pipeline->core->ring, GN_FOLLOWER_JOURNAL) + group->taken;
    gn_ring_advance(&pipeline->core->ring, GN_FOLLOWER_JOURNAL, group->taken);
    atomic_store_explicit(&pipeline->durable_position, position, memory_order_release);
    gn_wake_signal(&pipeline->history_wake);
    pipeline->notify(pipeline->notify_ctx);
}

static void journal_note_figures(struct gn_pipeline *pipeline)
{
    struct gn_journal_stats stats;
    gn_journal_stats(pipeline->core->journal, &stats);
    atomic_store_explicit(&pipeline->group_count, stats.sync_count, memory_order_relaxed);
    atomic_store_explicit(&pipeline->sync_us_sum, stats.sync_us_sum, memory_order_relaxed);
    atomic_store_explicit(&pipeline->sync_us_max, stats.sync_us_max, memory_order_relaxed);
    atomic_store_explicit(&pipeline->journal_bytes, stats.byte_count, memory_order_relaxed);
}

static gn_err journal_write(struct gn_pipeline *pipeline, const struct journal_group *group)
{
    struct gn_core *core = pipeline->core;
    if (group->count == 0)
        return GN_OK; /* only a pad */
    const struct gn_iov part = { group->bytes.at, group->bytes.size };
    const gn_err err = gn_journal_append(core->journal, &part, 1, group->first_seq, group->count,
                                         gn_wall_ms(&core->clock));
    return err != GN_OK ? err : gn_journal_sync(core->journal);
}

/* Tells a full disk from a broken one, once each. True: try again. */
static bool journal_failed(struct gn_pipeline *pipeline, gn_err err)
{
    const int before = atomic_load(&pipeline->state);
    if (err == GN_ERR_NO_SPACE) {
        if (before != GN_JOURNAL_DISK_FULL)
            gn_log(GN_LOG_ERROR, "journal", "disk_full",
                   "dir=%s: nothing is acknowledged until there is space again", pipeline->core->dir);
        atomic_store(&pipeline->state, GN_JOURNAL_DISK_FULL);
        return true;
    }
    gn_log(GN_LOG_ERROR, "journal", "failed", "dir=%s: %s; the node ends, nothing unsaved was acknowledged",
           pipeline->core->dir, gn_err_text(err));
    atomic_store(&pipeline->state, GN_JOURNAL_FAILED);
    pipeline->notify(pipeline->notify_ctx);
    return false;
}

static void journal_recovered(struct gn_pipeline *pipeline)
{
    if (atomic_load_explicit(&pipeline->state, memory_order_relaxed) != GN_JOURNAL_DISK_FULL)
        return;
    gn_log(GN_LOG_INFO, "journal", "space_again", "dir=%s", pipeline->core->dir);
    atomic_store(&pipeline->state, GN_JOURNAL_OK);
}

static void journal_trim(struct gn_pipeline *pipeline)
{
    const uint64_t seq = atomic_exchange(&pipeline->trim_seq, 0);
    if (seq == 0)
        return;
    const gn_err err = gn_journal_trim(pipeline->core->journal, seq, (uint64_t)GN_JOURNAL_KEEP_MIB << 20);
    if (err != GN_OK)
        gn_log(GN_LOG_WARN, "journal", "trim_failed", "%s; old segments stay", gn_err_text(err));
}

void *gn_journal_thread(void *arg)
{
    struct gn_pipeline *pipeline = arg;
    struct gn_core *core = pipeline->core;
    for (;;) {
        const uint32_t noted = gn_wake_note(&pipeline->journal_wake);
        const bool stopping = atomic_load(&pipeline->stopping);
        const gn_bytes waiting = gn_ring_peek(&core->ring, GN_FOLLOWER_JOURNAL);
        if (waiting.size == 0) {
            if (stopping)
                return NULL;
            journal_trim(pipeline);
            gn_wake_wait(&pipeline->journal_wake, noted, -1);
            continue;
        }
        const int64_t begin_us = gn_mono_us(&core->clock);
        const struct journal_group group = journal_gather(waiting);
        const gn_err err = journal_write(pipeline, &group);
        if (err == GN_OK) {
            journal_recovered(pipeline);
            journal_became_durable(pipeline, &group);
            journal_note_figures(pipeline);
            atomic_fetch_add_explicit(&pipeline->journal_ns,
                                      (uint64_t)(gn_mono_us(&core->clock) - begin_us) * 1000,
                                      memory_order_relaxed);
        } else if (!journal_failed(pipeline, err) || stopping) {
            return NULL;
        } else {
            gn_wake_wait(&pipeline->journal_wake, gn_wake_note(&pipeline->journal_wake), GN_PIPELINE_RETRY_MS);
        }
    }
}
