/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outbox.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "node/onboard_sparkplug.h"

gn_err gn_outbox_init(struct gn_outbox *outbox, struct gn_pipeline *pipeline)
{
    *outbox = (struct gn_outbox){ .pipeline = pipeline };
    outbox->kept = gn_mem_take((size_t)GN_DECISIONS_OPEN_MAX * GN_OUTBOX_ENTRY_BYTES_MAX, "actions waiting");
    return outbox->kept != NULL ? GN_OK : GN_ERR_FULL;
}

void gn_outbox_fini(struct gn_outbox *outbox)
{
    gn_mem_give(outbox->kept);
    *outbox = (struct gn_outbox){ 0 };
}

static uint8_t *outbox_slot(const struct gn_outbox *outbox, size_t index)
{
    return outbox->kept + index * GN_OUTBOX_ENTRY_BYTES_MAX;
}

static bool outbox_is_sparkplug(const struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    return outbox->onboard != NULL && gn_onboard_is_sparkplug(outbox->onboard, entry->thing);
}

static gn_err outbox_deliver(const struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    const char *at = (const char *)(entry + 1);
    const struct gn_action_out action = {
        .thing = entry->thing,
        .action = { at, entry->action_size },
        .id = { at + entry->action_size, entry->id_size },
        .payload = { at + entry->action_size + entry->id_size, entry->payload_size },
    };
    return outbox_is_sparkplug(outbox, entry) ? gn_onboard_deliver(outbox->onboard, &action)
                                              : outbox->adapter->deliver(outbox->adapter_self, &action);
}

static bool outbox_is_over(const struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    return outbox->pipeline->core->intake.tick_ms > entry->expires_ms;
}

/* Delivers, or keeps for later. */
static void outbox_send(struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    if (outbox_is_over(outbox, entry) || outbox_deliver(outbox, entry) == GN_OK)
        return;
    if (outbox->kept_count == GN_DECISIONS_OPEN_MAX || entry->size > GN_OUTBOX_ENTRY_BYTES_MAX) {
        gn_log(GN_LOG_WARN, "outbox", "not_kept",
               "%zu actions wait for their devices; one more, of %u bytes, expires undelivered", outbox->kept_count,
               (unsigned)entry->size);
        return;
    }
    memcpy(outbox_slot(outbox, outbox->kept_count++), entry, entry->size);
}

/* Whoever is to hear it and does not: the engine says it again. */
static void outbox_publish(const struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    const char *at = (const char *)(entry + 1);
    const struct gn_publish_out publish = {
        .topic = { at, entry->action_size },
        .payload = { at + entry->action_size + entry->id_size, entry->payload_size },
        .qos = 1,
    };
    GN_IGNORE(outbox_is_sparkplug(outbox, entry) ? gn_onboard_command(outbox->onboard, entry->thing, &publish)
                                                 : outbox->adapter->publish(outbox->adapter_self, &publish),
              "the engine says it again");
}

static void outbox_alarm(const struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    gn_announce_alarm(outbox->announce, (gn_str){ (const char *)(entry + 1), entry->payload_size });
}

static void outbox_put_mark(struct gn_outbox *outbox)
{
    struct gn_intake_core *intake = &outbox->pipeline->core->intake;
    const struct gn_outbox_entry *mark = &outbox->mark;
    if (outbox->has_mark && gn_intake_mark(intake, mark->seq, mark->output_count, mark->hash) == GN_OK)
        outbox->has_mark = false;
}

static void outbox_mark(struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    if (outbox->has_mark)
        return;
    outbox->mark = *entry;
    outbox->has_mark = true;
    outbox_put_mark(outbox);
}

void gn_outbox_take(struct gn_outbox *outbox)
{
    struct gn_pipeline *pipeline = outbox->pipeline;
    outbox_put_mark(outbox);
    const uint64_t durable_seq = atomic_load(&pipeline->durable_seq);
    for (;;) {
        const gn_bytes waiting = gn_ring_peek(&pipeline->outbox, 0);
        const struct gn_outbox_entry *entry = (const void *)waiting.at;
        if (waiting.size == 0)
            return;
        const uint8_t type = ((const struct gn_record_head *)(const void *)waiting.at)->type;
        if (type != GN_RECORD_PAD && entry->seq > durable_seq)
            return;
        if (type == GN_OUTBOX_SEND)
            outbox_send(outbox, entry);
        else if (type == GN_OUTBOX_PUBLISH)
            outbox_publish(outbox, entry);
        else if (type == GN_OUTBOX_ALARM)
            outbox_alarm(outbox, entry);
        else if (type == GN_OUTBOX_MARK)
            outbox_mark(outbox, entry);
        gn_ring_advance(&pipeline->outbox, 0, entry->size);
        gn_wake_signal(&pipeline->room_wake);
    }
}

void gn_outbox_retry(struct gn_outbox *outbox)
{
    size_t left = 0;
    outbox_put_mark(outbox);
    for (size_t i = 0; i < outbox->kept_count; i++) {
        const struct gn_outbox_entry *entry = (const void *)outbox_slot(outbox, i);
        if (outbox_is_over(outbox, entry) || outbox_deliver(outbox, entry) == GN_OK)
            continue;
        if (left != i)
            memmove(outbox_slot(outbox, left), entry, entry->size);
        left++;
    }
    outbox->kept_count = left;
}
