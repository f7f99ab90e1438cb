/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test pipeline_test.c runs this loop */
/* The journal thread: takes what is in the ring, appends it as one group, syncs, moves the durable cursor.
 *
 * A group is all or nothing after a power cut, and so must a packet be: what a device sends again is recognised by
 * one record of it, and then the others must be there too. So a group that has to be cut is cut between packets. */
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

static bool journal_is_value(const struct gn_record_head *head)
{
    return head->type == GN_RECORD_READING || head->type == GN_RECORD_TEXT;
}

/* Does `next` begin something new, or is it one more record of the packet that `before` (a reading, a text, or
 * NULL) belongs to? A series belongs to the reading behind it. */
static bool journal_is_boundary(const struct gn_record_reading *before, const struct gn_record_head *next)
{
    if (next->type == GN_RECORD_SERIES)
        return false;
    if (before == NULL || next->packet == 0 || !journal_is_value(next))
        return true;
    const struct gn_record_reading *reading = (const void *)next; /* TEXT has the same head and fingerprint */
    return next->packet != before->head.packet || reading->fingerprint != before->fingerprint;
}

/* The group again, without the packet that goes on behind its end. One that fills it alone is cut all the same. */
static struct journal_group journal_cut(struct journal_group group)
{
    struct journal_group whole = group;
    const struct gn_record_reading *before = NULL;
    size_t at = 0;
    for (;;) { /* the record behind the end is looked at too: the cut may stand right there */
        const struct gn_record_head *head = (const void *)(group.bytes.at + at);
        if (at > 0 && journal_is_boundary(before, head)) {
            whole.bytes.size = whole.taken = at;
            whole.count = (uint32_t)(head->seq - group.first_seq);
            whole.last_seq = head->seq - 1;
        }
        if (at == group.bytes.size)
            return whole;
        if (journal_is_value(head))
            before = (const void *)head;
        at += head->size;
    }
}

/* As many whole packets as fit one group. */
static struct journal_group journal_gather(gn_bytes waiting)
{
    struct journal_group group = { .bytes = { waiting.at, 0 } };
    while (group.taken < waiting.size) {
        const struct gn_record_head *head = (const void *)(waiting.at + group.taken);
        if (head->type == GN_RECORD_PAD) {
            group.taken += head->size; /* always the last before the wrap */
            return group;
        }
        if (group.taken + head->size > GN_JOURNAL_GROUP_BYTES_MAX)
            return journal_cut(group);
        if (group.count == 0)
            group.first_seq = head->seq;
        group.last_seq = head->seq;
        group.count++;
        group.taken += head->size;
        group.bytes.size = group.taken;
    }
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
    const gn_err err =
        gn_journal_append(core->journal, &part, 1, group->first_seq, group->count, gn_wall_ms(&core->clock));
    return err != GN_OK ? err : gn_journal_sync(core->journal);
}

/* Tells a full disk from a broken one, once each. True: try again. */
static bool journal_failed(struct gn_pipeline *pipeline, gn_err err)
{
    const int before = atomic_load(&pipeline->state);
    if (err == GN_ERR_NO_SPACE) {
        if (before != GN_JOURNAL_DISK_FULL)
            gn_log(GN_LOG_ERROR, "journal", "disk_full", "dir=%s: nothing is acknowledged until there is space again",
                   pipeline->core->dir);
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

/* Not sooner than the last sync allows; true when that meant to wait, and more may have come. */
static bool journal_waited(struct gn_pipeline *pipeline, int64_t last_us)
{
    const int64_t gap_us = atomic_load_explicit(&pipeline->flush_gap_us, memory_order_relaxed);
    const int64_t left_us = last_us + gap_us - gn_mono_us(&pipeline->core->clock);
    if (gap_us == 0 || left_us <= 0 || atomic_load(&pipeline->stopping))
        return false;
    gn_pipeline_pause(pipeline, &pipeline->journal_wake, (left_us + 999) / 1000);
    return true;
}

void *gn_journal_thread(void *arg)
{
    struct gn_pipeline *pipeline = arg;
    struct gn_core *core = pipeline->core;
    int64_t synced_us = INT64_MIN / 2;
    for (;;) {
        const uint32_t noted = gn_wake_note(&pipeline->journal_wake);
        const bool stopping = atomic_load(&pipeline->stopping);
        const gn_bytes waiting = gn_ring_peek(&core->ring, GN_FOLLOWER_JOURNAL);
        if (waiting.size == 0) {
            if (stopping)
                return NULL;
            gn_wake_wait(&pipeline->journal_wake, noted, -1);
            continue;
        }
        if (journal_waited(pipeline, synced_us))
            continue;
        const int64_t begin_us = gn_mono_us(&core->clock);
        const struct journal_group group = journal_gather(waiting);
        gn_err err = journal_write(pipeline, &group);
        synced_us = begin_us;
        if (err == GN_OK) {
            journal_recovered(pipeline);
            journal_became_durable(pipeline, &group);
            err = gn_journal_pave(core->journal);
        }
        if (err == GN_OK) {
            journal_note_figures(pipeline);
            atomic_fetch_add_explicit(&pipeline->journal_ns, (uint64_t)(gn_mono_us(&core->clock) - begin_us) * 1000,
                                      memory_order_relaxed);
            journal_trim(pipeline);
        } else if (!journal_failed(pipeline, err) || stopping) {
            return NULL;
        } else {
            gn_pipeline_pause(pipeline, &pipeline->journal_wake, GN_PIPELINE_RETRY_MS);
        }
    }
}
