/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outbox.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

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

static gn_err outbox_deliver(const struct gn_outbox *outbox, const struct gn_outbox_entry *entry)
{
    const char *at = (const char *)(entry + 1);
    const struct gn_action_out action = {
        .thing = entry->thing,
        .action = { at, entry->action_size },
        .id = { at + entry->action_size, entry->id_size },
        .payload = { at + entry->action_size + entry->id_size, entry->payload_size },
    };
    return outbox->adapter->deliver(outbox->adapter_self, &action);
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
        gn_log(GN_LOG_WARN, "outbox", "full", "actions wait for %zu devices; one will expire undelivered",
               outbox->kept_count);
        return;
    }
    memcpy(outbox_slot(outbox, outbox->kept_count++), entry, entry->size);
}

void gn_outbox_take(struct gn_outbox *outbox)
{
    struct gn_pipeline *pipeline = outbox->pipeline;
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
        else if (type == GN_OUTBOX_MARK &&
                 gn_intake_mark(&pipeline->core->intake, entry->seq, entry->output_count, entry->hash) != GN_OK)
            return; /* the ring is full: next time */
        gn_ring_advance(&pipeline->outbox, 0, entry->size);
        gn_wake_signal(&pipeline->room_wake);
    }
}

void gn_outbox_retry(struct gn_outbox *outbox)
{
    size_t left = 0;
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
