/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_outbox.h"

#include <assert.h>

#include "base/mem.h"

enum { OUTBOX_SLOTS_MIN = 8 };

_Static_assert(GN_MQTT_QUEUE_MAX < UINT16_MAX, "each has a packet id");

void gn_mqtt_outbox_init(struct gn_mqtt_outbox *box)
{
    *box = (struct gn_mqtt_outbox){ 0 };
    TAILQ_INIT(&box->all);
    TAILQ_INIT(&box->actions);
}

bool gn_mqtt_outbox_has_room(const struct gn_mqtt_outbox *box, size_t size)
{
    return box->count < GN_MQTT_QUEUE_MAX && size <= GN_MQTT_OUTBOX_BYTES_MAX &&
           box->bytes <= GN_MQTT_OUTBOX_BYTES_MAX - size;
}

/* --- packet ids: slot number + 1 --- */

static bool outbox_grow(struct gn_mqtt_outbox *box, uint32_t at_least)
{
    uint32_t count = box->slot_count > 0 ? box->slot_count : OUTBOX_SLOTS_MIN;
    while (count < at_least)
        count *= 2;
    if (count > UINT16_MAX)
        count = UINT16_MAX;
    if (count <= box->slot_count)
        return true;
    struct gn_mqtt_out **slots = gn_mem_take(count * sizeof *slots, "mqtt outbox");
    if (slots == NULL)
        return false;
    if (box->slot_count > 0)
        memcpy(slots, box->slots, box->slot_count * sizeof(struct gn_mqtt_out *));
    gn_mem_give(box->slots);
    box->slots = slots;
    box->slot_count = count;
    return true;
}

/* A free slot: that of the id, or the next one behind the last that was taken, so that an id rests before it is
 * used again. False: no memory, or the id is taken. */
static bool outbox_slot(struct gn_mqtt_outbox *box, uint16_t packet_id, uint32_t *out_slot)
{
    if (packet_id != 0) {
        *out_slot = packet_id - 1u;
        return outbox_grow(box, packet_id) && box->slots[*out_slot] == NULL;
    }
    if (!outbox_grow(box, box->slots_used + 1))
        return false;
    uint32_t slot = box->slot_last;
    do {
        slot = slot + 1 >= box->slot_count ? 0 : slot + 1;
    } while (box->slots[slot] != NULL);
    *out_slot = slot;
    return true;
}

struct gn_mqtt_out *gn_mqtt_outbox_find(const struct gn_mqtt_outbox *box, uint16_t packet_id)
{
    if (packet_id == 0 || packet_id > box->slot_count)
        return NULL;
    struct gn_mqtt_out *out = box->slots[packet_id - 1];
    return out != NULL && out->state != GN_MQTT_OUT_OVER ? out : NULL;
}

/* --- life of a message here --- */

struct gn_mqtt_out *gn_mqtt_outbox_add(struct gn_mqtt_outbox *box, struct gn_mqtt_message *message,
                                       const struct gn_mqtt_out_wish *wish)
{
    uint32_t slot = 0;
    assert(wish->ids.size <= UINT16_MAX);
    if (wish->qos > 0 && !outbox_slot(box, wish->packet_id, &slot))
        return NULL;
    struct gn_mqtt_out *out = gn_mem_take(sizeof *out + wish->ids.size, "mqtt outbox");
    if (out == NULL)
        return NULL;
    out->message = gn_mqtt_message_hold(message);
    out->qos = wish->qos;
    out->retain = wish->retain;
    out->is_shared_bytes = wish->is_shared_bytes;
    out->ids_size = (uint16_t)wish->ids.size;
    if (wish->ids.size > 0)
        memcpy(out->ids, wish->ids.at, wish->ids.size);
    if (wish->qos > 0) {
        box->slots[slot] = out;
        box->slots_used++;
        box->slot_last = slot;
        out->packet_id = (uint16_t)(slot + 1);
    }
    TAILQ_INSERT_TAIL(&box->all, out, among_all);
    if (message->id_size > 0) {
        TAILQ_INSERT_TAIL(&box->actions, out, among_actions);
        box->action_count++;
    }
    if (box->next == NULL)
        box->next = out;
    box->count++;
    if (!out->is_shared_bytes)
        box->bytes += (uint32_t)gn_mqtt_message_bytes(message);
    return out;
}

void gn_mqtt_outbox_sent(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out, uint64_t written_at)
{
    if (box->next == out)
        box->next = TAILQ_NEXT(out, among_all);
    out->written_at = written_at;
    if (out->state == GN_MQTT_OUT_WAITING)
        out->state = GN_MQTT_OUT_SENT;
    if (out->qos > 0 && !out->in_flight) {
        out->in_flight = true;
        box->in_flight++;
    }
}

void gn_mqtt_outbox_over(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out)
{
    if (box->next == out)
        box->next = TAILQ_NEXT(out, among_all);
    if (out->in_flight)
        box->in_flight--;
    out->in_flight = false;
    out->state = GN_MQTT_OUT_OVER;
}

void gn_mqtt_outbox_remove(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out, struct gn_mqtt_messages *all)
{
    gn_mqtt_outbox_over(box, out);
    TAILQ_REMOVE(&box->all, out, among_all);
    if (out->message->id_size > 0) {
        TAILQ_REMOVE(&box->actions, out, among_actions);
        box->action_count--;
    }
    if (out->packet_id != 0) {
        box->slots[out->packet_id - 1] = NULL;
        box->slots_used--;
    }
    box->count--;
    if (!out->is_shared_bytes)
        box->bytes -= (uint32_t)gn_mqtt_message_bytes(out->message);
    gn_mqtt_message_drop(all, out->message);
    gn_mem_give(out);
}

void gn_mqtt_outbox_rewind(struct gn_mqtt_outbox *box, struct gn_mqtt_messages *all)
{
    struct gn_mqtt_out *out, *next;
    for (out = TAILQ_FIRST(&box->all); out != NULL; out = next) {
        next = TAILQ_NEXT(out, among_all);
        out->written_at = 0;
        out->in_flight = false;
        if (out->qos == 0 && (!out->sent_due || out->sent_said)) /* an action's step may still have to be said */
            gn_mqtt_outbox_remove(box, out, all);
    }
    box->in_flight = 0;
    box->next = TAILQ_FIRST(&box->all);
    if (box->count == 0) { /* nobody waits for an id to rest */
        gn_mem_give(box->slots);
        gn_mqtt_outbox_init(box);
    }
}

void gn_mqtt_outbox_drop(struct gn_mqtt_outbox *box, struct gn_mqtt_messages *all)
{
    struct gn_mqtt_out *out;
    while ((out = TAILQ_FIRST(&box->all)) != NULL)
        gn_mqtt_outbox_remove(box, out, all);
    gn_mem_give(box->slots);
    gn_mqtt_outbox_init(box);
}
