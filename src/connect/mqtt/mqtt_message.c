/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_message.h"

#include <assert.h>

#include "base/mem.h"

static uint8_t *message_append(uint8_t *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

size_t gn_mqtt_message_bytes(const struct gn_mqtt_message *message)
{
    return sizeof *message + message->topic_size + message->id_size + message->props_size + message->payload_size;
}

struct gn_mqtt_message *gn_mqtt_message_new(struct gn_mqtt_messages *all, const struct gn_mqtt_parcel *parcel)
{
    struct gn_mqtt_message *message = NULL;
    const size_t size =
        sizeof *message + parcel->topic.size + parcel->id.size + parcel->props.size + parcel->payload.size;
    assert(parcel->topic.size <= UINT16_MAX && parcel->id.size <= UINT16_MAX);
    if (size > GN_MQTT_MESSAGES_BYTES_MAX || all->bytes > GN_MQTT_MESSAGES_BYTES_MAX - size)
        return NULL;
    message = gn_mem_take(size, "mqtt messages");
    if (message == NULL)
        return NULL;
    message->refs = 1;
    message->thing = parcel->thing;
    message->expires_ms = parcel->expires_ms;
    message->qos = parcel->qos;
    message->retain = parcel->retain;
    message->topic_size = (uint16_t)parcel->topic.size;
    message->id_size = (uint16_t)parcel->id.size;
    message->props_size = (uint32_t)parcel->props.size;
    message->payload_size = (uint32_t)parcel->payload.size;
    uint8_t *at = message_append(message->bytes, parcel->topic.at, parcel->topic.size);
    at = message_append(at, parcel->id.at, parcel->id.size);
    at = message_append(at, parcel->props.at, parcel->props.size);
    (void)message_append(at, parcel->payload.at, parcel->payload.size);
    all->bytes += size;
    all->count++;
    return message;
}

void gn_mqtt_message_drop(struct gn_mqtt_messages *all, struct gn_mqtt_message *message)
{
    if (message == NULL || --message->refs > 0)
        return;
    all->bytes -= gn_mqtt_message_bytes(message);
    all->count--;
    gn_mem_give(message);
}

gn_str gn_mqtt_message_topic(const struct gn_mqtt_message *message)
{
    return (gn_str){ (const char *)message->bytes, message->topic_size };
}

gn_str gn_mqtt_message_id(const struct gn_mqtt_message *message)
{
    return (gn_str){ (const char *)message->bytes + message->topic_size, message->id_size };
}

struct gn_mqtt_parcel gn_mqtt_message_parcel(struct gn_mqtt_message *message)
{
    const uint8_t *props = message->bytes + message->topic_size + message->id_size;
    return (struct gn_mqtt_parcel){
        .topic = gn_mqtt_message_topic(message),
        .id = gn_mqtt_message_id(message),
        .props = { props, message->props_size },
        .payload = { props + message->props_size, message->payload_size },
        .expires_ms = message->expires_ms,
        .thing = message->thing,
        .qos = message->qos,
        .retain = message->retain,
        .message = message,
    };
}
