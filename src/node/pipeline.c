/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pipeline.h"

#include "base/mem.h"

static gn_err pipeline_take_memory(struct gn_pipeline *pipeline)
{
    pipeline->outputs_bytes = gn_mem_take(GN_OUTPUT_RING_BYTES, "outputs ring");
    pipeline->outbox_bytes = gn_mem_take(GN_OUTBOX_BYTES, "outbox ring");
    pipeline->image_capacity = gn_engine_image_bytes_max();
    pipeline->image = gn_mem_take(pipeline->image_capacity, "engine image");
    if (pipeline->outputs_bytes == NULL || pipeline->outbox_bytes == NULL || pipeline->image == NULL)
        return GN_ERR_FULL;
    const gn_err err = gn_ring_init(&pipeline->outputs, pipeline->outputs_bytes, GN_OUTPUT_RING_BYTES, 1);
    return err != GN_OK ? err : gn_ring_init(&pipeline->outbox, pipeline->outbox_bytes, GN_OUTBOX_BYTES, 1);
}

gn_err gn_pipeline_start(struct gn_pipeline *pipeline, struct gn_core *core, void (*notify)(void *ctx),
                         void *notify_ctx)
{
    memset(pipeline, 0, sizeof *pipeline);
    pipeline->core = core;
    pipeline->notify = notify;
    pipeline->notify_ctx = notify_ctx;
    const uint64_t last_seq = gn_journal_next_seq(core->journal) - 1;
    atomic_store(&pipeline->durable_seq, last_seq);
    atomic_store(&pipeline->engine_seq, last_seq);
    atomic_store(&pipeline->history_seq, last_seq);
    gn_outlook_init(&pipeline->outlook);
    atomic_store(&pipeline->sessions_seq, UINT64_MAX); /* until an endpoint says otherwise */
    pipeline->image_ms = gn_engine_now_ms(core->engine);
    gn_err err = pipeline_take_memory(pipeline);
    if (err != GN_OK)
        goto failed;
    err = gn_thread_start(&pipeline->journal_thread, "gn-journal", gn_journal_thread, pipeline);
    if (err != GN_OK)
        goto failed;
    err = gn_thread_start(&pipeline->engine_thread, "gn-engine", gn_engine_thread, pipeline);
    if (err != GN_OK)
        goto journal_runs;
    err = gn_thread_start(&pipeline->history_thread, "gn-history", gn_history_thread, pipeline);
    if (err != GN_OK)
        goto engine_runs;
    pipeline->started = true;
    return GN_OK;

engine_runs:
    atomic_store(&pipeline->stopping, true);
    gn_wake_signal(&pipeline->engine_wake);
    gn_thread_join(pipeline->engine_thread);
journal_runs:
    atomic_store(&pipeline->stopping, true);
    gn_wake_signal(&pipeline->journal_wake);
    gn_thread_join(pipeline->journal_thread);
failed:
    gn_pipeline_fini(pipeline);
    return err;
}

void gn_pipeline_flush_at_most(struct gn_pipeline *pipeline, uint32_t a_minute)
{
    atomic_store(&pipeline->flush_gap_us, a_minute > 0 ? INT64_C(60000000) / a_minute : 0);
}

void gn_pipeline_kick(struct gn_pipeline *pipeline)
{
    gn_wake_signal(&pipeline->journal_wake);
    gn_wake_signal(&pipeline->engine_wake);
}

void gn_pipeline_moved_on(struct gn_pipeline *pipeline)
{
    if (atomic_exchange(&pipeline->core->intake.wants_news, false))
        pipeline->notify(pipeline->notify_ctx);
}

void gn_pipeline_pause(struct gn_pipeline *pipeline, struct gn_wake *wake, int64_t pause_ms)
{
    const struct gn_clock *clock = &pipeline->core->clock;
    const int64_t end_us = gn_mono_us(clock) + pause_ms * 1000;
    int64_t left_us;
    while (!atomic_load(&pipeline->stopping) && (left_us = end_us - gn_mono_us(clock)) > 0)
        gn_wake_wait(wake, gn_wake_note(wake), left_us / 1000 + 1);
}

static bool pipeline_kept_all(const struct gn_pipeline *pipeline)
{
    const uint64_t durable_seq = atomic_load(&pipeline->durable_seq);
    return atomic_load(&pipeline->state) == GN_JOURNAL_OK && !atomic_load(&pipeline->history_gone) &&
           durable_seq == gn_engine_seq(pipeline->core->engine) && durable_seq == atomic_load(&pipeline->history_seq) &&
           gn_ring_tail(&pipeline->outputs, 0) == gn_ring_head(&pipeline->outputs);
}

static bool pipeline_has_kept(struct gn_pipeline *pipeline, uint64_t position)
{
    return atomic_load_explicit(&pipeline->kept_position, memory_order_acquire) >= position ||
           atomic_load(&pipeline->history_gone);
}

void gn_pipeline_catch_up(struct gn_pipeline *pipeline)
{
    const uint64_t position = atomic_load_explicit(&pipeline->durable_position, memory_order_acquire);
    const int64_t until_us = gn_mono_us(&pipeline->core->clock) + GN_PIPELINE_CATCH_UP_MS * INT64_C(1000);
    for (;;) {
        const uint32_t noted = gn_wake_note(&pipeline->kept_wake);
        if (pipeline_has_kept(pipeline, position))
            return;
        const int64_t left_us = until_us - gn_mono_us(&pipeline->core->clock);
        if (left_us <= 0)
            return;
        atomic_store(&pipeline->flush_wanted, true);
        gn_wake_signal(&pipeline->history_wake);
        gn_wake_wait(&pipeline->kept_wake, noted, left_us / 1000 + 1);
    }
}

void gn_pipeline_stop(struct gn_pipeline *pipeline, bool *out_settled)
{
    *out_settled = false;
    if (!pipeline->started)
        return;
    atomic_store(&pipeline->stopping, true);
    gn_pipeline_kick(pipeline);
    gn_wake_signal(&pipeline->room_wake);
    gn_thread_join(pipeline->journal_thread);
    gn_thread_join(pipeline->engine_thread);
    atomic_store(&pipeline->ended, true);
    gn_wake_signal(&pipeline->history_wake);
    gn_thread_join(pipeline->history_thread);
    pipeline->started = false;
    *out_settled = pipeline_kept_all(pipeline);
}

void gn_pipeline_fini(struct gn_pipeline *pipeline)
{
    gn_mem_give(pipeline->image);
    gn_mem_give(pipeline->outbox_bytes);
    gn_mem_give(pipeline->outputs_bytes);
    memset(pipeline, 0, sizeof *pipeline);
}
