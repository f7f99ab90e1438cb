/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_encode.h"

#include <assert.h>

#include "connect/mqtt/mqtt_props.h"

static void encode_head(struct gn_buf *out, uint8_t type, uint8_t flags, size_t body_size)
{
    assert(body_size <= GN_MQTT_VARINT_MAX);
    gn_buf_add_u8(out, (uint8_t)(type << 4 | flags));
    gn_mqtt_varint_put(out, (uint32_t)body_size);
}

static size_t encode_props_size(uint8_t version, const struct gn_mqtt_props *props)
{
    return version == GN_MQTT_V5 ? gn_mqtt_props_size(props) : 0;
}

static void encode_props(struct gn_buf *out, uint8_t version, const struct gn_mqtt_props *props)
{
    if (version == GN_MQTT_V5)
        gn_mqtt_props_put(out, props);
}

static void encode_bytes(struct gn_buf *out, gn_bytes bytes)
{
    assert(bytes.size <= UINT16_MAX);
    gn_buf_add_u16be(out, (uint16_t)bytes.size);
    gn_buf_add(out, bytes.at, bytes.size);
}

/* --- CONNECT, CONNACK --- */

static size_t encode_connect_size(const struct gn_mqtt_connect *packet)
{
    size_t size = 10 + encode_props_size(packet->version, &packet->props) + 2 + packet->client_id.size;
    if (packet->has_will)
        size += encode_props_size(packet->version, &packet->will.props) + 2 + packet->will.topic.size + 2 +
                packet->will.payload.size;
    if (packet->has_user)
        size += 2 + packet->user.size;
    if (packet->has_password)
        size += 2 + packet->password.size;
    return size;
}

void gn_mqtt_encode_connect(struct gn_buf *out, const struct gn_mqtt_connect *packet)
{
    const unsigned flags = (packet->clean ? 0x02u : 0) | (packet->has_will ? 0x04u : 0) |
                           (packet->has_will ? (unsigned)packet->will.qos << 3 : 0) |
                           (packet->has_will && packet->will.retain ? 0x20u : 0) | (packet->has_password ? 0x40u : 0) |
                           (packet->has_user ? 0x80u : 0);
    encode_head(out, GN_MQTT_CONNECT, 0, encode_connect_size(packet));
    gn_mqtt_text_put(out, GN_STR("MQTT"));
    gn_buf_add_u8(out, packet->version);
    gn_buf_add_u8(out, (uint8_t)flags);
    gn_buf_add_u16be(out, packet->keepalive_s);
    encode_props(out, packet->version, &packet->props);
    gn_mqtt_text_put(out, packet->client_id);
    if (packet->has_will) {
        encode_props(out, packet->version, &packet->will.props);
        gn_mqtt_text_put(out, packet->will.topic);
        encode_bytes(out, packet->will.payload);
    }
    if (packet->has_user)
        gn_mqtt_text_put(out, packet->user);
    if (packet->has_password)
        gn_mqtt_text_put(out, packet->password);
}

void gn_mqtt_encode_connack(struct gn_buf *out, uint8_t version, const struct gn_mqtt_connack *packet)
{
    encode_head(out, GN_MQTT_CONNACK, 0, 2 + encode_props_size(version, &packet->props));
    gn_buf_add_u8(out, packet->session_present ? 1 : 0);
    gn_buf_add_u8(out, packet->code);
    encode_props(out, version, &packet->props);
}

/* --- PUBLISH and its answers --- */

static size_t encode_publish_props_size(uint8_t version, const struct gn_mqtt_props *props)
{
    if (version == GN_MQTT_V5 && props->raw.size > 0)
        return gn_mqtt_varint_size((uint32_t)props->raw.size) + props->raw.size;
    return encode_props_size(version, props);
}

static size_t encode_publish_body(uint8_t version, const struct gn_mqtt_publish *packet)
{
    return 2 + packet->topic.size + (packet->qos > 0 ? 2 : 0) + encode_publish_props_size(version, &packet->props) +
           packet->payload.size;
}

size_t gn_mqtt_publish_size(uint8_t version, const struct gn_mqtt_publish *packet)
{
    const size_t body = encode_publish_body(version, packet);
    return 1 + gn_mqtt_varint_size((uint32_t)body) + body;
}

void gn_mqtt_encode_publish(struct gn_buf *out, uint8_t version, const struct gn_mqtt_publish *packet)
{
    const unsigned flags = (packet->dup ? 8u : 0) | (unsigned)packet->qos << 1 | (packet->retain ? 1u : 0);
    encode_head(out, GN_MQTT_PUBLISH, (uint8_t)flags, encode_publish_body(version, packet));
    gn_mqtt_text_put(out, packet->topic);
    if (packet->qos > 0)
        gn_buf_add_u16be(out, packet->packet_id);
    if (version == GN_MQTT_V5 && packet->props.raw.size > 0) {
        gn_mqtt_varint_put(out, (uint32_t)packet->props.raw.size);
        gn_buf_add(out, packet->props.raw.at, packet->props.raw.size);
    } else {
        encode_props(out, version, &packet->props);
    }
    gn_buf_add(out, packet->payload.at, packet->payload.size);
}

void gn_mqtt_encode_ack(struct gn_buf *out, uint8_t type, uint8_t version, const struct gn_mqtt_ack *packet)
{
    const uint8_t flags = type == GN_MQTT_PUBREL ? 2 : 0;
    const bool with_props = version == GN_MQTT_V5 && packet->props.has != 0;
    const bool with_reason = with_props || (version == GN_MQTT_V5 && packet->reason != GN_MQTT_SUCCESS);
    encode_head(out, type, flags, 2 + (with_reason ? 1u : 0u) + (with_props ? gn_mqtt_props_size(&packet->props) : 0));
    gn_buf_add_u16be(out, packet->packet_id);
    if (with_reason)
        gn_buf_add_u8(out, packet->reason);
    if (with_props)
        gn_mqtt_props_put(out, &packet->props);
}

/* --- SUBSCRIBE, UNSUBSCRIBE and their answers --- */

void gn_mqtt_encode_subscribe(struct gn_buf *out, uint8_t type, uint8_t version, uint16_t packet_id,
                              const struct gn_mqtt_filter *filters, size_t filter_count)
{
    const bool with_options = type == GN_MQTT_SUBSCRIBE;
    size_t size = 2 + (version == GN_MQTT_V5 ? 1u : 0u);
    for (size_t i = 0; i < filter_count; i++)
        size += 2 + filters[i].filter.size + (with_options ? 1u : 0u);
    encode_head(out, type, 2, size);
    gn_buf_add_u16be(out, packet_id);
    if (version == GN_MQTT_V5)
        gn_buf_add_u8(out, 0); /* no properties */
    for (size_t i = 0; i < filter_count; i++) {
        gn_mqtt_text_put(out, filters[i].filter);
        if (with_options)
            gn_buf_add_u8(out, filters[i].options);
    }
}

void gn_mqtt_encode_suback(struct gn_buf *out, uint8_t type, uint8_t version, const struct gn_mqtt_suback *packet)
{
    const bool with_codes = type == GN_MQTT_SUBACK || version == GN_MQTT_V5;
    encode_head(out, type, 0, 2 + encode_props_size(version, &packet->props) + (with_codes ? packet->codes.size : 0));
    gn_buf_add_u16be(out, packet->packet_id);
    encode_props(out, version, &packet->props);
    if (with_codes)
        gn_buf_add(out, packet->codes.at, packet->codes.size);
}

/* --- PING, DISCONNECT, AUTH --- */

void gn_mqtt_encode_ping(struct gn_buf *out, uint8_t type)
{
    encode_head(out, type, 0, 0);
}

void gn_mqtt_encode_disconnect(struct gn_buf *out, uint8_t type, uint8_t version, const struct gn_mqtt_ack *packet)
{
    const bool with_props = version == GN_MQTT_V5 && packet->props.has != 0;
    const bool with_reason = with_props || (version == GN_MQTT_V5 && packet->reason != GN_MQTT_SUCCESS);
    encode_head(out, type, 0, (with_reason ? 1u : 0u) + (with_props ? gn_mqtt_props_size(&packet->props) : 0));
    if (with_reason)
        gn_buf_add_u8(out, packet->reason);
    if (with_props)
        gn_mqtt_props_put(out, &packet->props);
}
