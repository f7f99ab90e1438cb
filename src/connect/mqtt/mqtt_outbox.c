/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_outbox.h"

#include <assert.h>

size_t gn_mqtt_out_size(const struct gn_mqtt_out_parts *parts)
{
    return sizeof(struct gn_mqtt_out) + parts->topic.size + parts->id.size + parts->props.size + parts->payload.size;
}

static uint8_t *out_append(uint8_t *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

void gn_mqtt_out_fill(struct gn_mqtt_out *out, const struct gn_mqtt_out_parts *parts)
{
    assert(parts->topic.size <= UINT16_MAX && parts->id.size <= UINT16_MAX);
    *out = (struct gn_mqtt_out){ .is_action = parts->id.size > 0,
                                 .topic_size = (uint16_t)parts->topic.size,
                                 .id_size = (uint16_t)parts->id.size,
                                 .props_size = (uint32_t)parts->props.size,
                                 .payload_size = (uint32_t)parts->payload.size };
    uint8_t *at = out_append(out->bytes, parts->topic.at, parts->topic.size);
    at = out_append(at, parts->id.at, parts->id.size);
    at = out_append(at, parts->props.at, parts->props.size);
    (void)out_append(at, parts->payload.at, parts->payload.size);
}

size_t gn_mqtt_out_bytes(const struct gn_mqtt_out *out)
{
    return sizeof *out + out->topic_size + out->id_size + out->props_size + out->payload_size;
}

gn_str gn_mqtt_out_id(const struct gn_mqtt_out *out)
{
    return (gn_str){ (const char *)out->bytes + out->topic_size, out->id_size };
}

void gn_mqtt_out_packet(const struct gn_mqtt_out *out, struct gn_mqtt_publish *packet)
{
    const uint8_t *props = out->bytes + out->topic_size + out->id_size;
    packet->qos = out->packet_id != 0 ? 1 : 0;
    packet->dup = out->was_sent && packet->qos > 0;
    packet->retain = false;
    packet->packet_id = out->packet_id;
    packet->topic = (gn_str){ (const char *)out->bytes, out->topic_size };
    packet->payload = (gn_bytes){ props + out->props_size, out->payload_size };
    packet->props.has = 0;
    packet->props.user_count = 0;
    packet->props.raw = (gn_bytes){ props, out->props_size };
}

bool gn_mqtt_outbox_has_room(const struct gn_mqtt_outbox *box, size_t size, uint32_t limit)
{
    if (limit > GN_MQTT_OUT_INFLIGHT_MAX)
        limit = GN_MQTT_OUT_INFLIGHT_MAX;
    return box->count < limit && size <= GN_MQTT_OUTBOX_BYTES_MAX && box->bytes <= GN_MQTT_OUTBOX_BYTES_MAX - size;
}

struct gn_mqtt_out *gn_mqtt_outbox_find(const struct gn_mqtt_outbox *box, uint16_t packet_id)
{
    for (struct gn_mqtt_out *out = box->first; out != NULL; out = out->next)
        if (out->packet_id == packet_id && packet_id != 0 && !out->acked && !out->dropped)
            return out;
    return NULL;
}

/* The next id that no message in the box has, also none that only waits to be reported. */
static uint16_t outbox_new_id(struct gn_mqtt_outbox *box)
{
    for (;;) {
        const struct gn_mqtt_out *out = box->first;
        box->last_packet_id = box->last_packet_id == UINT16_MAX ? 1 : (uint16_t)(box->last_packet_id + 1);
        while (out != NULL && out->packet_id != box->last_packet_id)
            out = out->next;
        if (out == NULL)
            return box->last_packet_id;
    }
}

void gn_mqtt_outbox_add(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out, uint8_t qos)
{
    out->packet_id = qos > 0 ? outbox_new_id(box) : 0;
    out->next = NULL;
    if (box->last != NULL)
        box->last->next = out;
    else
        box->first = out;
    box->last = out;
    box->count++;
    box->bytes += (uint32_t)gn_mqtt_out_bytes(out);
}

static struct gn_mqtt_out *outbox_unlink(struct gn_mqtt_outbox *box, struct gn_mqtt_out *before,
                                         struct gn_mqtt_out *out)
{
    if (before != NULL)
        before->next = out->next;
    else
        box->first = out->next;
    if (box->last == out)
        box->last = before;
    out->next = NULL;
    box->count--;
    box->bytes -= (uint32_t)gn_mqtt_out_bytes(out);
    return out;
}

struct gn_mqtt_out *gn_mqtt_outbox_take_over(struct gn_mqtt_outbox *box)
{
    struct gn_mqtt_out *before = NULL;
    for (struct gn_mqtt_out *out = box->first; out != NULL; before = out, out = out->next)
        if (out->dropped)
            return outbox_unlink(box, before, out);
    return NULL;
}

struct gn_mqtt_out *gn_mqtt_outbox_take_first(struct gn_mqtt_outbox *box)
{
    return box->first != NULL ? outbox_unlink(box, NULL, box->first) : NULL;
}
