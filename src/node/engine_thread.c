/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test pipeline_test.c runs this loop */
/* The engine thread: feeds the engine from the ring and passes on what it says. */
#include <string.h>

#include "base/log.h"
#include "node/output_queue.h"
#include "node/pipeline.h"

enum { ENGINE_BATCH_BYTES = 64 << 10 }; /* fed before the ring gets its room back */

/* Will the follower of that ring still take something? When the node stops the net thread no longer does (actions
 * stay queued in the engine's state), and the history only while the journal works. */
static bool engine_is_followed(const struct gn_pipeline *pipeline, const struct gn_ring *ring)
{
    if (!atomic_load(&pipeline->stopping))
        return true;
    return ring == &pipeline->outputs && atomic_load(&pipeline->state) == GN_JOURNAL_OK &&
           !atomic_load(&pipeline->history_gone);
}

/* Room in one of the engine's rings; waits for its follower when there is none. NULL when it will not come. */
static void *engine_room(struct gn_pipeline *pipeline, struct gn_ring *ring, size_t size)
{
    for (;;) {
        const uint32_t noted = gn_wake_note(&pipeline->room_wake);
        void *room = gn_ring_reserve(ring, size);
        if (room != NULL || !engine_is_followed(pipeline, ring))
            return room;
        gn_wake_signal(&pipeline->history_wake);
        pipeline->notify(pipeline->notify_ctx);
        gn_wake_wait(&pipeline->room_wake, noted, GN_PIPELINE_FLUSH_MS);
    }
}

static void engine_post(struct gn_pipeline *pipeline, const struct gn_outbox_entry *entry,
                        const struct gn_act_send *send)
{
    uint8_t *room = engine_room(pipeline, &pipeline->outbox, entry->size);
    if (room == NULL)
        return;
    memset(room, 0, entry->size);
    memcpy(room, entry, sizeof *entry);
    if (send != NULL) {
        uint8_t *at = room + sizeof *entry;
        const gn_str parts[] = { send->action, send->id, send->payload };
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; at += parts[i].size, i++)
            if (parts[i].size > 0)
                memcpy(at, parts[i].at, parts[i].size);
    }
    gn_ring_publish(&pipeline->outbox);
    pipeline->notify(pipeline->notify_ctx);
}

static void engine_post_alarm(struct gn_pipeline *pipeline, const struct gn_output *output)
{
    const struct gn_act_send said = { .payload = output->json };
    const struct gn_outbox_entry entry = {
        .size = (uint32_t)gn_record_round(sizeof entry + output->json.size),
        .type = GN_OUTBOX_ALARM,
        .seq = output->seq,
        .payload_size = (uint32_t)output->json.size,
    };
    engine_post(pipeline, &entry, &said);
}

static void engine_said_output(void *self, const struct gn_output *output)
{
    struct gn_pipeline *pipeline = self;
    void *room = engine_room(pipeline, &pipeline->outputs, gn_output_entry_bytes(output));
    if (room == NULL)
        return; /* stopping: the next start says it again from the journal */
    gn_output_entry_write(room, output);
    gn_ring_publish(&pipeline->outputs);
    gn_wake_signal(&pipeline->history_wake);
    if (pipeline->core->tells_alarms && strcmp(output->kind, "alarm") == 0)
        engine_post_alarm(pipeline, output);
}

static void engine_said_send(void *self, const struct gn_act_send *send, uint64_t seq)
{
    const struct gn_outbox_entry entry = {
        .size = (uint32_t)gn_record_round(sizeof entry + send->action.size + send->id.size + send->payload.size),
        .type = send->publish ? GN_OUTBOX_PUBLISH : GN_OUTBOX_SEND,
        .seq = seq,
        .thing = send->thing,
        .action_size = (uint32_t)send->action.size,
        .id_size = (uint32_t)send->id.size,
        .payload_size = (uint32_t)send->payload.size,
        .expires_ms = send->expires_ms,
    };
    engine_post(self, &entry, send);
}

static void engine_said_mark(void *self, uint64_t upto, uint64_t output_count, const struct gn_sha256 *chain)
{
    struct gn_outbox_entry entry = {
        .size = sizeof entry, .type = GN_OUTBOX_MARK, .seq = upto, .output_count = output_count
    };
    memcpy(entry.hash, chain->bytes, sizeof entry.hash);
    engine_post(self, &entry, NULL);
}

/* Every so often, when the last one has been stored: the engine's bytes, for the history. Not when stopping: an
 * image says that all it caused is kept, and from then on outputs may be left unsaid. */
static void engine_take_image(struct gn_pipeline *pipeline)
{
    const int64_t now_ms = gn_engine_now_ms(pipeline->core->engine);
    if (now_ms - pipeline->image_ms < GN_PIPELINE_IMAGE_MS || atomic_load(&pipeline->stopping) ||
        atomic_load_explicit(&pipeline->image_full, memory_order_acquire))
        return;
    struct gn_buf buf = gn_buf_over(pipeline->image, pipeline->image_capacity);
    pipeline->image_ms = now_ms;
    if (gn_engine_snapshot(pipeline->core->engine, &buf) != GN_OK) {
        gn_log(GN_LOG_WARN, "engine", "no_image", "it is larger than planned; the next start reads more journal");
        return;
    }
    pipeline->image_size = buf.size;
    pipeline->image_seq = gn_engine_seq(pipeline->core->engine);
    atomic_store_explicit(&pipeline->image_full, true, memory_order_release);
}

static size_t engine_feed_batch(struct gn_pipeline *pipeline, gn_bytes waiting)
{
    size_t at = 0;
    while (at < waiting.size && at < ENGINE_BATCH_BYTES) {
        const struct gn_record_head *record = (const void *)(waiting.at + at);
        if (record->type != GN_RECORD_PAD)
            gn_engine_feed(pipeline->core->engine, record);
        at += record->size;
    }
    return at;
}

void *gn_engine_thread(void *arg)
{
    struct gn_pipeline *pipeline = arg;
    struct gn_core *core = pipeline->core;
    core->host = (struct gn_engine_host){
        .self = pipeline, .output = engine_said_output, .send = engine_said_send, .mark = engine_said_mark
    };
    gn_engine_resend(core->engine);
    for (;;) {
        const uint32_t noted = gn_wake_note(&pipeline->engine_wake);
        const bool stopping = atomic_load(&pipeline->stopping);
        const gn_bytes waiting = gn_ring_peek(&core->ring, GN_FOLLOWER_ENGINE);
        if (waiting.size == 0) {
            if (stopping)
                return NULL;
            gn_wake_wait(&pipeline->engine_wake, noted, -1);
            continue;
        }
        const int64_t begin_us = gn_mono_us(&core->clock);
        gn_ring_advance(&core->ring, GN_FOLLOWER_ENGINE, engine_feed_batch(pipeline, waiting));
        gn_pipeline_moved_on(pipeline);
        engine_take_image(pipeline);
        atomic_store_explicit(&pipeline->engine_seq, gn_engine_seq(core->engine), memory_order_relaxed);
        atomic_fetch_add_explicit(&pipeline->engine_ns, (uint64_t)(gn_mono_us(&core->clock) - begin_us) * 1000,
                                  memory_order_relaxed);
    }
}
