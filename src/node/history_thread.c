/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test pipeline_test.c runs this loop */
/* The history thread: follows the ring behind the durable cursor and keeps readings, outputs, images. */
#include "base/log.h"
#include "node/output_queue.h"
#include "node/pipeline.h"

enum { HISTORY_BATCH_BYTES = 256 << 10 }; /* taken before the ring gets its room back, and a flush may be due */

struct history {
    struct gn_pipeline *pipeline;
    struct gn_store *store;
    bool dirty; /* something waits for a flush */
    int64_t flushed_us;
    int64_t checkpoint_us;
    uint64_t checkpoint_bytes; /* ring position of the last checkpoint */
    uint64_t image_seq;        /* of the image that is stored */
};

/* SQLite said no: nothing is lost, the journal has it; wait and try again, unless the node stops. */
static bool history_retry(struct history *history, gn_err err, const char *what)
{
    struct gn_pipeline *pipeline = history->pipeline;
    gn_log(GN_LOG_ERROR, "history", "not_kept", "what=%s: %s; the journal keeps it, trying again", what,
           gn_err_text(err));
    if (atomic_load(&pipeline->stopping))
        return false;
    gn_pipeline_pause(pipeline, &pipeline->history_wake, GN_PIPELINE_RETRY_MS);
    return true;
}

static bool history_take_record(struct history *history, const struct gn_record_head *record)
{
    gn_err err;
    while ((err = gn_core_keep_record(history->store, record)) != GN_OK)
        if (!history_retry(history, err, gn_record_type_name(record->type)))
            return false;
    history->dirty = true;
    atomic_store_explicit(&history->pipeline->history_seq, record->seq, memory_order_relaxed);
    return true;
}

/* A batch of what is durable. False: the node stops and the store takes nothing. */
static bool history_take_records(struct history *history, bool *out_any)
{
    struct gn_pipeline *pipeline = history->pipeline;
    struct gn_ring *ring = &pipeline->core->ring;
    const uint64_t left = atomic_load_explicit(&pipeline->durable_position, memory_order_acquire) -
                          gn_ring_tail(ring, GN_FOLLOWER_HISTORY);
    const gn_bytes waiting = gn_ring_peek(ring, GN_FOLLOWER_HISTORY);
    bool go_on = true;
    size_t at = 0;
    while (at < waiting.size && at < left && at < HISTORY_BATCH_BYTES) {
        const struct gn_record_head *record = (const void *)(waiting.at + at);
        go_on = record->type == GN_RECORD_PAD || history_take_record(history, record);
        if (!go_on)
            break;
        at += record->size;
    }
    *out_any = at > 0;
    gn_ring_advance(ring, GN_FOLLOWER_HISTORY, at);
    gn_pipeline_moved_on(pipeline);
    return go_on;
}

static bool history_take_output(struct history *history, const struct gn_output_entry *entry)
{
    struct gn_output output;
    gn_err err;
    gn_output_entry_read(entry, &output);
    while ((err = gn_core_keep_output(history->store, &output)) != GN_OK) {
        if (err == GN_ERR_INVAL) { /* it will never be taken, and must not hold up the others */
            gn_log(GN_LOG_ERROR, "history", "output_refused", "kind=%s id=%.*s: %s", output.kind,
                   GN_STR_ARGS(output.id), gn_err_text(err));
            return true;
        }
        if (!history_retry(history, err, output.kind))
            return false;
    }
    history->dirty = true;
    return true;
}

/* What the engine said because of durable records. False: the node stops and the store takes nothing. */
static bool history_take_outputs(struct history *history)
{
    struct gn_pipeline *pipeline = history->pipeline;
    const uint64_t durable_seq = atomic_load(&pipeline->durable_seq);
    for (;;) {
        const gn_bytes waiting = gn_ring_peek(&pipeline->outputs, 0);
        const struct gn_record_head *head = (const void *)waiting.at;
        const struct gn_output_entry *entry = (const void *)waiting.at;
        if (waiting.size == 0)
            return true;
        if (head->type != GN_RECORD_PAD && entry->seq > durable_seq)
            return true;
        if (head->type != GN_RECORD_PAD && !history_take_output(history, entry))
            return false;
        gn_ring_advance(&pipeline->outputs, 0, head->size);
        gn_wake_signal(&pipeline->room_wake);
    }
}

/* The engine's image, once the record it stands for is durable and what was said until then is kept. False: that
 * was not taken. */
static bool history_take_image(struct history *history)
{
    struct gn_pipeline *pipeline = history->pipeline;
    if (!atomic_load_explicit(&pipeline->image_full, memory_order_acquire) ||
        pipeline->image_seq > atomic_load(&pipeline->durable_seq))
        return true;
    if (!history_take_outputs(history))
        return false;
    const gn_err err =
        gn_store_put_state(history->store, pipeline->image_seq, (gn_bytes){ pipeline->image, pipeline->image_size });
    if (err == GN_OK) {
        history->image_seq = pipeline->image_seq;
        history->dirty = true;
    } else {
        gn_log(GN_LOG_WARN, "history", "image_not_kept", "%s; the next one will be", gn_err_text(err));
    }
    atomic_store_explicit(&pipeline->image_full, false, memory_order_release);
    return true;
}

static void history_flush(struct history *history, int64_t now_us)
{
    const gn_err err = gn_store_flush(history->store);
    if (err != GN_OK) {
        (void)history_retry(history, err, "flush");
        return;
    }
    history->dirty = false;
    history->flushed_us = now_us;
}

static void history_checkpoint(struct history *history, int64_t now_us)
{
    struct gn_pipeline *pipeline = history->pipeline;
    const uint64_t position = gn_ring_tail(&pipeline->core->ring, GN_FOLLOWER_HISTORY);
    if (now_us - history->checkpoint_us < GN_PIPELINE_CHECKPOINT_MS * INT64_C(1000) &&
        position - history->checkpoint_bytes < GN_PIPELINE_CHECKPOINT_BYTES)
        return;
    history->checkpoint_us = now_us;
    history->checkpoint_bytes = position;
    gn_store_set_time(history->store, gn_wall_ms(&pipeline->core->clock));
    const gn_err err = gn_store_checkpoint(history->store);
    if (err != GN_OK) {
        gn_log(GN_LOG_WARN, "history", "no_checkpoint", "%s; the journal is kept", gn_err_text(err));
        return;
    }
    gn_outlook_note(&pipeline->outlook, now_us, gn_store_bytes(history->store));
    const uint64_t kept = atomic_load(&pipeline->history_seq);
    const uint64_t sessions = atomic_load(&pipeline->sessions_seq);
    const uint64_t both = kept < history->image_seq ? kept : history->image_seq;
    atomic_store(&pipeline->trim_seq, both < sessions ? both : sessions);
}

/* Everything taken so far can be asked for: tells who waits for that. */
static void history_tell_kept(struct gn_pipeline *pipeline)
{
    const uint64_t position = gn_ring_tail(&pipeline->core->ring, GN_FOLLOWER_HISTORY);
    if (position == atomic_load_explicit(&pipeline->kept_position, memory_order_relaxed))
        return;
    atomic_store_explicit(&pipeline->kept_position, position, memory_order_release);
    gn_wake_signal(&pipeline->kept_wake);
}

/* One look at everything. False: the thread ends. */
static bool history_turn(struct history *history, bool last, bool *out_any)
{
    struct gn_pipeline *pipeline = history->pipeline;
    const struct gn_clock *clock = &pipeline->core->clock;
    const int64_t begin_us = gn_mono_us(clock);
    const bool took =
        history_take_records(history, out_any) && history_take_outputs(history) && history_take_image(history);
    const bool at_end = !took || (last && !*out_any);
    const bool wanted = atomic_exchange(&pipeline->flush_wanted, false);
    const int64_t now_us = gn_mono_us(clock);
    if (history->dirty && (at_end || wanted || now_us - history->flushed_us >= GN_PIPELINE_FLUSH_MS * INT64_C(1000)))
        history_flush(history, now_us);
    if (!history->dirty)
        history_tell_kept(pipeline);
    history_checkpoint(history, now_us);
    atomic_fetch_add_explicit(&pipeline->history_ns, (uint64_t)(gn_mono_us(clock) - begin_us) * 1000,
                              memory_order_relaxed);
    if (!took) {
        atomic_store(&pipeline->history_gone, true);
        gn_wake_signal(&pipeline->room_wake); /* the engine may wait for room that nobody makes any more */
        gn_wake_signal(&pipeline->kept_wake);
    }
    return !at_end;
}

void *gn_history_thread(void *arg)
{
    struct gn_pipeline *pipeline = arg;
    const int64_t now_us = gn_mono_us(&pipeline->core->clock);
    struct history history = {
        .pipeline = pipeline, .store = pipeline->core->store, .flushed_us = now_us, .checkpoint_us = now_us
    };
    for (;;) {
        const uint32_t noted = gn_wake_note(&pipeline->history_wake);
        const bool last = atomic_load(&pipeline->ended);
        bool any = false;
        if (!history_turn(&history, last, &any))
            return NULL;
        if (!any)
            gn_wake_wait(&pipeline->history_wake, noted, history.dirty ? GN_PIPELINE_FLUSH_MS : 1000);
    }
}
