/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_decode.h"

#include <string.h>

#include "connect/mqtt/mqtt_props.h"

enum {
    CONNECT_RESERVED = 0x01,
    CONNECT_CLEAN = 0x02,
    CONNECT_WILL = 0x04,
    CONNECT_WILL_RETAIN = 0x20,
    CONNECT_PASSWORD = 0x40,
    CONNECT_USER = 0x80
};

static gn_err decode_fault(struct gn_mqtt_fault *out, uint8_t reason, const char *words)
{
    *out = (struct gn_mqtt_fault){ reason, words };
    return GN_ERR_INVAL;
}

static gn_err decode_cut(struct gn_mqtt_fault *out)
{
    return decode_fault(out, GN_MQTT_MALFORMED, "the packet ends before its fields do");
}

static gn_err decode_end(const struct gn_reader *reader, struct gn_mqtt_fault *out)
{
    if (gn_reader_left(reader) > 0)
        return decode_fault(out, GN_MQTT_MALFORMED, "the packet goes on behind its last field");
    return GN_OK;
}

/* Properties stand in version 5 only; otherwise the set is empty. */
static gn_err decode_props(struct gn_reader *reader, uint8_t version, unsigned place, struct gn_mqtt_props *out,
                           struct gn_mqtt_fault *out_fault)
{
    if (version == GN_MQTT_V5)
        return gn_mqtt_props_take(reader, place, out, out_fault);
    out->has = 0;
    out->user_count = 0;
    out->raw = (gn_bytes){ 0 };
    return GN_OK;
}

gn_err gn_mqtt_frame_next(gn_bytes in, size_t packet_bytes_max, struct gn_mqtt_frame *out, size_t *out_need)
{
    size_t size = 0, at = 1;
    *out_need = 0;
    if (in.size < 1)
        return GN_ERR_AGAIN;
    if (in.at[0] >> 4 == 0)
        return GN_ERR_INVAL;
    for (unsigned shift = 0;; shift += 7) {
        if (shift > 21)
            return GN_ERR_INVAL; /* a fifth byte of length */
        if (at >= in.size)
            return GN_ERR_AGAIN;
        const uint8_t byte = in.at[at++];
        size |= (size_t)(byte & 0x7f) << shift;
        if (size + at > packet_bytes_max)
            return GN_ERR_FULL;
        if ((byte & 0x80) == 0) {
            if (byte == 0 && shift > 0)
                return GN_ERR_INVAL; /* not the shortest form */
            break;
        }
    }
    if (in.size - at < size) {
        *out_need = at + size;
        return GN_ERR_AGAIN;
    }
    out->type = in.at[0] >> 4;
    out->flags = in.at[0] & 0x0f;
    out->body = (gn_bytes){ in.at + at, size };
    out->size = at + size;
    return GN_OK;
}

/* --- CONNECT, CONNACK --- */

static gn_err decode_protocol(struct gn_reader *reader, uint8_t *out_version, struct gn_mqtt_fault *out_fault)
{
    gn_str name;
    uint8_t level;
    if (gn_mqtt_text_take(reader, &name) || !gn_take_u8(reader, &level))
        return decode_cut(out_fault);
    if (gn_str_equal(name, GN_STR("MQIsdp")) || (gn_str_equal(name, GN_STR("MQTT")) && level != 4 && level != 5)) {
        *out_version = level > GN_MQTT_V5 ? GN_MQTT_V5 : GN_MQTT_V31; /* what the answer is written in */
        return decode_fault(out_fault, GN_MQTT_BAD_VERSION, "the protocol version is not 3.1.1 or 5");
    }
    if (!gn_str_equal(name, GN_STR("MQTT")))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the protocol is not MQTT");
    *out_version = level;
    return GN_OK;
}

static gn_err decode_connect_flags(uint8_t flags, struct gn_mqtt_connect *out, struct gn_mqtt_fault *out_fault)
{
    out->clean = (flags & CONNECT_CLEAN) != 0;
    out->has_will = (flags & CONNECT_WILL) != 0;
    out->will.qos = flags >> 3 & 3;
    out->will.retain = (flags & CONNECT_WILL_RETAIN) != 0;
    out->has_password = (flags & CONNECT_PASSWORD) != 0;
    out->has_user = (flags & CONNECT_USER) != 0;
    if ((flags & CONNECT_RESERVED) != 0)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "a reserved bit of CONNECT is set");
    if (out->will.qos == 3 || (!out->has_will && (out->will.qos != 0 || out->will.retain)))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the will's flags contradict each other");
    if (out->version != GN_MQTT_V5 && out->has_password && !out->has_user)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "a password without a user name");
    return GN_OK;
}

static bool decode_binary(struct gn_reader *reader, gn_bytes *out)
{
    uint16_t size;
    return gn_take_u16be(reader, &size) && gn_take_bytes(reader, size, out);
}

static gn_err decode_will(struct gn_reader *reader, uint8_t version, struct gn_mqtt_will *out,
                          struct gn_mqtt_fault *out_fault)
{
    const gn_err err = decode_props(reader, version, GN_MQTT_IN_WILL, &out->props, out_fault);
    if (err != GN_OK)
        return err;
    if (gn_mqtt_text_take(reader, &out->topic) || !decode_binary(reader, &out->payload))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the will is cut or its topic is not UTF-8");
    return GN_OK;
}

static gn_err decode_credentials(struct gn_reader *reader, struct gn_mqtt_connect *out, struct gn_mqtt_fault *out_fault)
{
    gn_bytes password = { 0 };
    out->user = (gn_str){ 0 };
    if (out->has_user && gn_mqtt_text_take(reader, &out->user))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the user name is cut or not UTF-8");
    if (out->has_password && !decode_binary(reader, &password))
        return decode_cut(out_fault);
    out->password = (gn_str){ (const char *)password.at, password.size };
    return decode_end(reader, out_fault);
}

gn_err gn_mqtt_decode_connect(const struct gn_mqtt_frame *frame, struct gn_mqtt_connect *out,
                              struct gn_mqtt_fault *out_fault)
{
    struct gn_reader reader = gn_reader_of(frame->body);
    uint8_t flags;
    out->version = GN_MQTT_V311;
    if (frame->flags != 0)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "reserved bits of the first byte are set");
    gn_err err = decode_protocol(&reader, &out->version, out_fault);
    if (err != GN_OK)
        return err;
    if (!gn_take_u8(&reader, &flags) || !gn_take_u16be(&reader, &out->keepalive_s))
        return decode_cut(out_fault);
    err = decode_connect_flags(flags, out, out_fault);
    if (err == GN_OK)
        err = decode_props(&reader, out->version, GN_MQTT_CONNECT, &out->props, out_fault);
    if (err != GN_OK)
        return err;
    if (gn_mqtt_text_take(&reader, &out->client_id))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the client id is cut or not UTF-8");
    if (out->has_will)
        err = decode_will(&reader, out->version, &out->will, out_fault);
    return err != GN_OK ? err : decode_credentials(&reader, out, out_fault);
}

gn_err gn_mqtt_decode_connack(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_connack *out,
                              struct gn_mqtt_fault *out_fault)
{
    struct gn_reader reader = gn_reader_of(frame->body);
    uint8_t flags;
    if (!gn_take_u8(&reader, &flags) || !gn_take_u8(&reader, &out->code))
        return decode_cut(out_fault);
    if (frame->flags != 0 || flags > 1)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "reserved bits of CONNACK are set");
    out->session_present = flags == 1;
    const gn_err err = decode_props(&reader, version, GN_MQTT_CONNACK, &out->props, out_fault);
    return err != GN_OK ? err : decode_end(&reader, out_fault);
}

/* --- PUBLISH and its answers --- */

gn_err gn_mqtt_decode_publish(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_publish *out,
                              struct gn_mqtt_fault *out_fault)
{
    struct gn_reader reader = gn_reader_of(frame->body);
    out->retain = (frame->flags & 1) != 0;
    out->qos = frame->flags >> 1 & 3;
    out->dup = (frame->flags & 8) != 0;
    out->packet_id = 0;
    if (out->qos == 3 || (out->qos == 0 && out->dup))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the flags of PUBLISH contradict each other");
    if (gn_mqtt_text_take(&reader, &out->topic))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the topic is cut, not UTF-8, or holds U+0000");
    if (out->qos > 0) {
        if (!gn_take_u16be(&reader, &out->packet_id))
            return decode_cut(out_fault);
        if (out->packet_id == 0)
            return decode_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a packet id of 0");
    }
    const gn_err err = decode_props(&reader, version, GN_MQTT_PUBLISH, &out->props, out_fault);
    if (err != GN_OK)
        return err;
    out->payload = (gn_bytes){ reader.at, gn_reader_left(&reader) };
    return GN_OK;
}

/* Whether the standard has that reason for that packet, from either side. */
static bool decode_is_reason(uint8_t type, uint8_t reason)
{
    static const uint8_t of_answers[] = { 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99 };
    static const uint8_t of_releases[] = { 0x00, 0x92 };
    static const uint8_t of_auth[] = { 0x00, 0x18, 0x19 };
    if (type == GN_MQTT_DISCONNECT)
        return reason == 0x00 || reason == 0x04 || (reason >= 0x80 && reason <= 0xA2);
    const bool answers = type == GN_MQTT_PUBACK || type == GN_MQTT_PUBREC;
    const bool is_auth = type == GN_MQTT_AUTH;
    const uint8_t *known = answers ? of_answers : is_auth ? of_auth : of_releases;
    return memchr(known, reason, answers ? sizeof of_answers : is_auth ? sizeof of_auth : sizeof of_releases) != NULL;
}

/* Reason and properties may be left out at the end: a shorter packet means success and none. */
static gn_err decode_reason(struct gn_reader *reader, const struct gn_mqtt_frame *frame, uint8_t version,
                            struct gn_mqtt_ack *out, struct gn_mqtt_fault *out_fault)
{
    out->reason = GN_MQTT_SUCCESS;
    out->props.has = 0;
    out->props.user_count = 0;
    out->props.raw = (gn_bytes){ 0 };
    if (version != GN_MQTT_V5 || gn_reader_left(reader) == 0)
        return decode_end(reader, out_fault);
    if (!gn_take_u8(reader, &out->reason))
        return decode_cut(out_fault);
    if (!decode_is_reason(frame->type, out->reason))
        return decode_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a reason that this packet cannot have");
    if (gn_reader_left(reader) == 0)
        return GN_OK;
    const gn_err err = gn_mqtt_props_take(reader, frame->type, &out->props, out_fault);
    return err != GN_OK ? err : decode_end(reader, out_fault);
}

gn_err gn_mqtt_decode_ack(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_ack *out,
                          struct gn_mqtt_fault *out_fault)
{
    struct gn_reader reader = gn_reader_of(frame->body);
    if (frame->flags != (frame->type == GN_MQTT_PUBREL ? 2 : 0))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "reserved bits of the first byte are set");
    if (!gn_take_u16be(&reader, &out->packet_id))
        return decode_cut(out_fault);
    if (out->packet_id == 0)
        return decode_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a packet id of 0");
    return decode_reason(&reader, frame, version, out, out_fault);
}

/* --- SUBSCRIBE, UNSUBSCRIBE and their answers --- */

static bool decode_filter(struct gn_reader *reader, uint8_t type, struct gn_mqtt_filter *out)
{
    out->options = 0;
    return gn_mqtt_text_take(reader, &out->filter) == GN_OK &&
           (type == GN_MQTT_UNSUBSCRIBE || gn_take_u8(reader, &out->options));
}

bool gn_mqtt_filter_next(gn_bytes *filters, uint8_t type, struct gn_mqtt_filter *out)
{
    struct gn_reader reader = gn_reader_of(*filters);
    if (filters->size == 0 || !decode_filter(&reader, type, out))
        return false;
    *filters = (gn_bytes){ reader.at, gn_reader_left(&reader) };
    return true;
}

static bool decode_options_valid(uint8_t options, uint8_t version)
{
    if ((options & 3) == 3)
        return false;
    return version == GN_MQTT_V5 ? (options & 0xc0) == 0 && (options >> 4 & 3) != 3 : (options & 0xfc) == 0;
}

gn_err gn_mqtt_decode_subscribe(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_subscribe *out,
                                struct gn_mqtt_fault *out_fault)
{
    struct gn_reader reader = gn_reader_of(frame->body);
    if (frame->flags != 2)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "reserved bits of the first byte are set");
    if (!gn_take_u16be(&reader, &out->packet_id))
        return decode_cut(out_fault);
    if (out->packet_id == 0)
        return decode_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a packet id of 0");
    const gn_err err = decode_props(&reader, version, frame->type, &out->props, out_fault);
    if (err != GN_OK)
        return err;
    out->filters = (gn_bytes){ reader.at, gn_reader_left(&reader) };
    out->filter_count = 0;
    if (out->filters.size == 0)
        return decode_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a list of no filters");
    while (gn_reader_left(&reader) > 0) {
        struct gn_mqtt_filter filter;
        if (!decode_filter(&reader, frame->type, &filter))
            return decode_fault(out_fault, GN_MQTT_MALFORMED, "a filter is cut, not UTF-8, or holds U+0000");
        if (!decode_options_valid(filter.options, version))
            return decode_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "the options of a subscription are not possible");
        out->filter_count++;
    }
    return GN_OK;
}

gn_err gn_mqtt_decode_suback(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_suback *out,
                             struct gn_mqtt_fault *out_fault)
{
    struct gn_reader reader = gn_reader_of(frame->body);
    if (frame->flags != 0)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "reserved bits of the first byte are set");
    if (!gn_take_u16be(&reader, &out->packet_id))
        return decode_cut(out_fault);
    if (out->packet_id == 0)
        return decode_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a packet id of 0");
    const gn_err err = decode_props(&reader, version, frame->type, &out->props, out_fault);
    if (err != GN_OK)
        return err;
    out->codes = (gn_bytes){ reader.at, gn_reader_left(&reader) };
    const bool has_codes = frame->type == GN_MQTT_SUBACK || version == GN_MQTT_V5;
    if (has_codes != (out->codes.size > 0))
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "the list of codes is not as long as it must be");
    return GN_OK;
}

/* --- PING, DISCONNECT, AUTH --- */

gn_err gn_mqtt_decode_ping(const struct gn_mqtt_frame *frame, struct gn_mqtt_fault *out_fault)
{
    if (frame->flags != 0 || frame->body.size != 0)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "a ping that is not empty");
    return GN_OK;
}

gn_err gn_mqtt_decode_disconnect(const struct gn_mqtt_frame *frame, uint8_t version, struct gn_mqtt_ack *out,
                                 struct gn_mqtt_fault *out_fault)
{
    struct gn_reader reader = gn_reader_of(frame->body);
    out->packet_id = 0;
    if (frame->flags != 0)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "reserved bits of the first byte are set");
    if (frame->type == GN_MQTT_AUTH && version != GN_MQTT_V5)
        return decode_fault(out_fault, GN_MQTT_MALFORMED, "AUTH is not a packet of this version");
    return decode_reason(&reader, frame, version, out, out_fault);
}
