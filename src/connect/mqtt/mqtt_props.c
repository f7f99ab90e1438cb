/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_props.h"

#include <assert.h>

typedef enum props_shape {
    PROPS_NONE,
    PROPS_BIT,
    PROPS_U8,
    PROPS_U16,
    PROPS_U32,
    PROPS_VARINT,
    PROPS_TEXT,
    PROPS_BINARY,
    PROPS_PAIR
} props_shape;

#define IN(type)   (1u << (GN_MQTT_##type))
#define IN_WILL    (1u << GN_MQTT_IN_WILL)
#define IN_ACKS    (IN(PUBACK) | IN(PUBREC) | IN(PUBREL) | IN(PUBCOMP) | IN(SUBACK) | IN(UNSUBACK))
#define IN_ANSWERS (IN(CONNACK) | IN_ACKS | IN(DISCONNECT) | IN(AUTH))
#define IN_ANY     (IN_ANSWERS | IN(CONNECT) | IN(PUBLISH) | IN(SUBSCRIBE) | IN(UNSUBSCRIBE) | IN_WILL)

struct props_row {
    uint8_t shape;
    uint8_t slot;    /* in numbers or texts */
    bool never_zero; /* 0 is a protocol error */
    uint32_t places;
};

/* Table 2-4 of the specification. */
static const struct props_row props_table[GN_MQTT_P_COUNT] = {
    [GN_MQTT_P_PAYLOAD_FORMAT] = { PROPS_BIT, 0, false, IN(PUBLISH) | IN_WILL },
    [GN_MQTT_P_MESSAGE_EXPIRY] = { PROPS_U32, 1, false, IN(PUBLISH) | IN_WILL },
    [GN_MQTT_P_CONTENT_TYPE] = { PROPS_TEXT, 0, false, IN(PUBLISH) | IN_WILL },
    [GN_MQTT_P_RESPONSE_TOPIC] = { PROPS_TEXT, 1, false, IN(PUBLISH) | IN_WILL },
    [GN_MQTT_P_CORRELATION] = { PROPS_BINARY, 2, false, IN(PUBLISH) | IN_WILL },
    [GN_MQTT_P_SUBSCRIPTION_ID] = { PROPS_VARINT, 2, true, IN(PUBLISH) | IN(SUBSCRIBE) },
    [GN_MQTT_P_SESSION_EXPIRY] = { PROPS_U32, 3, false, IN(CONNECT) | IN(CONNACK) | IN(DISCONNECT) },
    [GN_MQTT_P_ASSIGNED_CLIENT_ID] = { PROPS_TEXT, 3, false, IN(CONNACK) },
    [GN_MQTT_P_SERVER_KEEP_ALIVE] = { PROPS_U16, 4, false, IN(CONNACK) },
    [GN_MQTT_P_AUTH_METHOD] = { PROPS_TEXT, 4, false, IN(CONNECT) | IN(CONNACK) | IN(AUTH) },
    [GN_MQTT_P_AUTH_DATA] = { PROPS_BINARY, 5, false, IN(CONNECT) | IN(CONNACK) | IN(AUTH) },
    [GN_MQTT_P_REQUEST_PROBLEM] = { PROPS_BIT, 5, false, IN(CONNECT) },
    [GN_MQTT_P_WILL_DELAY] = { PROPS_U32, 6, false, IN_WILL },
    [GN_MQTT_P_REQUEST_RESPONSE] = { PROPS_BIT, 7, false, IN(CONNECT) },
    [GN_MQTT_P_RESPONSE_INFO] = { PROPS_TEXT, 1, false, IN(CONNACK) },
    [GN_MQTT_P_SERVER_REFERENCE] = { PROPS_TEXT, 6, false, IN(CONNACK) | IN(DISCONNECT) },
    [GN_MQTT_P_REASON_STRING] = { PROPS_TEXT, 7, false, IN_ANSWERS },
    [GN_MQTT_P_RECEIVE_MAXIMUM] = { PROPS_U16, 8, true, IN(CONNECT) | IN(CONNACK) },
    [GN_MQTT_P_TOPIC_ALIAS_MAXIMUM] = { PROPS_U16, 9, false, IN(CONNECT) | IN(CONNACK) },
    [GN_MQTT_P_TOPIC_ALIAS] = { PROPS_U16, 10, false, IN(PUBLISH) },
    [GN_MQTT_P_MAXIMUM_QOS] = { PROPS_BIT, 11, false, IN(CONNACK) },
    [GN_MQTT_P_RETAIN_AVAILABLE] = { PROPS_BIT, 12, false, IN(CONNACK) },
    [GN_MQTT_P_USER] = { PROPS_PAIR, 0, false, IN_ANY },
    [GN_MQTT_P_MAXIMUM_PACKET] = { PROPS_U32, 13, true, IN(CONNECT) | IN(CONNACK) },
    [GN_MQTT_P_WILDCARD_AVAILABLE] = { PROPS_BIT, 14, false, IN(CONNACK) },
    [GN_MQTT_P_SUBSCRIPTION_ID_AVAILABLE] = { PROPS_BIT, 15, false, IN(CONNACK) },
    [GN_MQTT_P_SHARED_AVAILABLE] = { PROPS_BIT, 16, false, IN(CONNACK) },
};

/* --- varints and texts --- */

gn_err gn_mqtt_varint_take(struct gn_reader *reader, uint32_t *out)
{
    struct gn_reader ahead = *reader;
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint8_t byte;
        if (!gn_take_u8(&ahead, &byte))
            return GN_ERR_AGAIN;
        value |= (uint32_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            if (byte == 0 && shift > 0)
                return GN_ERR_INVAL; /* not the shortest form */
            *reader = ahead;
            *out = value;
            return GN_OK;
        }
    }
    return GN_ERR_INVAL;
}

void gn_mqtt_varint_put(struct gn_buf *out, uint32_t value)
{
    assert(value <= GN_MQTT_VARINT_MAX);
    do {
        const uint8_t low = value & 0x7f;
        value >>= 7;
        gn_buf_add_u8(out, value > 0 ? (uint8_t)(low | 0x80) : low);
    } while (value > 0);
}

size_t gn_mqtt_varint_size(uint32_t value)
{
    return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : 4;
}

gn_err gn_mqtt_text_take(struct gn_reader *reader, gn_str *out)
{
    struct gn_reader ahead = *reader;
    uint16_t size;
    gn_bytes bytes;
    if (!gn_take_u16be(&ahead, &size) || !gn_take_bytes(&ahead, size, &bytes))
        return GN_ERR_INVAL;
    const gn_str text = { (const char *)bytes.at, bytes.size };
    if (bytes.size > 0 && (memchr(bytes.at, 0, bytes.size) != NULL || !gn_utf8_valid(text)))
        return GN_ERR_INVAL;
    *reader = ahead;
    *out = text;
    return GN_OK;
}

void gn_mqtt_text_put(struct gn_buf *out, gn_str text)
{
    assert(text.size <= UINT16_MAX);
    gn_buf_add_u16be(out, (uint16_t)text.size);
    gn_buf_add_str(out, text);
}

/* --- one property --- */

static bool props_take_number(struct gn_reader *reader, uint8_t shape, uint32_t *out)
{
    uint8_t u8;
    uint16_t u16;
    switch (shape) {
    case PROPS_BIT:
    case PROPS_U8:
        if (!gn_take_u8(reader, &u8))
            return false;
        *out = u8;
        return true;
    case PROPS_U16:
        if (!gn_take_u16be(reader, &u16))
            return false;
        *out = u16;
        return true;
    case PROPS_U32:
        return gn_take_u32be(reader, out);
    default:
        return gn_mqtt_varint_take(reader, out) == GN_OK;
    }
}

static bool props_take_binary(struct gn_reader *reader, gn_str *out)
{
    uint16_t size;
    gn_bytes bytes;
    if (!gn_take_u16be(reader, &size) || !gn_take_bytes(reader, size, &bytes))
        return false;
    *out = (gn_str){ (const char *)bytes.at, bytes.size };
    return true;
}

static gn_err props_fault(struct gn_mqtt_fault *out, uint8_t reason, const char *words)
{
    *out = (struct gn_mqtt_fault){ reason, words };
    return GN_ERR_INVAL;
}

static gn_err props_take_user(struct gn_reader *reader, struct gn_mqtt_props *props, struct gn_mqtt_fault *out_fault)
{
    gn_str name, value;
    if (gn_mqtt_text_take(reader, &name) || gn_mqtt_text_take(reader, &value))
        return props_fault(out_fault, GN_MQTT_MALFORMED, "a user property is cut or not UTF-8");
    if (++props->user_count > GN_MQTT_USER_PROPERTIES_MAX)
        return props_fault(out_fault, GN_MQTT_QUOTA, "more than MQTT_USER_PROPERTIES_MAX user properties");
    props->has |= UINT64_C(1) << GN_MQTT_P_USER;
    return GN_OK;
}

/* A message may have met several subscriptions; nothing else stands twice. */
static gn_err props_take_value(struct gn_reader *reader, uint32_t id, unsigned place, struct gn_mqtt_props *props,
                               struct gn_mqtt_fault *out_fault)
{
    const struct props_row *row = &props_table[id];
    if (row->shape == PROPS_PAIR)
        return props_take_user(reader, props, out_fault);
    if ((props->has >> id & 1) != 0 && !(id == GN_MQTT_P_SUBSCRIPTION_ID && place == GN_MQTT_PUBLISH))
        return props_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a property stands twice");
    props->has |= UINT64_C(1) << id;
    if (row->shape == PROPS_TEXT || row->shape == PROPS_BINARY) {
        gn_str *text = &props->texts[row->slot];
        const bool took =
            row->shape == PROPS_TEXT ? gn_mqtt_text_take(reader, text) == GN_OK : props_take_binary(reader, text);
        return took ? GN_OK : props_fault(out_fault, GN_MQTT_MALFORMED, "a property's text is cut or not UTF-8");
    }
    uint32_t *number = &props->numbers[row->slot];
    if (!props_take_number(reader, row->shape, number))
        return props_fault(out_fault, GN_MQTT_MALFORMED, "a property's value is cut");
    if ((row->shape == PROPS_BIT && *number > 1) || (row->never_zero && *number == 0))
        return props_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a property's value is out of its range");
    return GN_OK;
}

gn_err gn_mqtt_props_take(struct gn_reader *reader, unsigned place, struct gn_mqtt_props *out,
                          struct gn_mqtt_fault *out_fault)
{
    uint32_t size;
    gn_bytes raw;
    if (gn_mqtt_varint_take(reader, &size) || !gn_take_bytes(reader, size, &raw))
        return props_fault(out_fault, GN_MQTT_MALFORMED, "the properties are longer than the packet");
    out->has = 0;
    out->user_count = 0;
    out->raw = raw;
    struct gn_reader block = gn_reader_of(raw);
    while (gn_reader_left(&block) > 0) {
        uint32_t id;
        if (gn_mqtt_varint_take(&block, &id) || id >= GN_MQTT_P_COUNT || props_table[id].shape == PROPS_NONE)
            return props_fault(out_fault, GN_MQTT_MALFORMED, "an unknown property");
        if ((props_table[id].places >> place & 1) == 0)
            return props_fault(out_fault, GN_MQTT_PROTOCOL_ERROR, "a property that may not stand in this packet");
        const gn_err err = props_take_value(&block, id, place, out, out_fault);
        if (err != GN_OK)
            return err;
    }
    return GN_OK;
}

/* --- passing on --- */

static const uint64_t props_of_one_hop = UINT64_C(1) << GN_MQTT_P_MESSAGE_EXPIRY |
                                         UINT64_C(1) << GN_MQTT_P_SUBSCRIPTION_ID |
                                         UINT64_C(1) << GN_MQTT_P_TOPIC_ALIAS | UINT64_C(1) << GN_MQTT_P_WILL_DELAY;

/* Passes over one value of a block that was checked. */
static void props_skip(struct gn_reader *reader, uint8_t shape)
{
    uint32_t number;
    gn_str text;
    bool took = true;
    if (shape < PROPS_TEXT)
        took = props_take_number(reader, shape, &number);
    else
        took = props_take_binary(reader, &text) && (shape != PROPS_PAIR || props_take_binary(reader, &text));
    assert(took);
    (void)took;
}

gn_bytes gn_mqtt_props_travelling(const struct gn_mqtt_props *props, uint8_t *scratch)
{
    struct gn_reader reader = gn_reader_of(props->raw);
    size_t size = 0;
    if ((props->has & props_of_one_hop) == 0)
        return props->raw;
    while (gn_reader_left(&reader) > 0) {
        const uint8_t *begin = reader.at;
        uint32_t id = 0;
        const gn_err err = gn_mqtt_varint_take(&reader, &id);
        assert(err == GN_OK && id < GN_MQTT_P_COUNT);
        (void)err;
        props_skip(&reader, props_table[id].shape);
        if ((props_of_one_hop >> id & 1) != 0)
            continue;
        memcpy(scratch + size, begin, (size_t)(reader.at - begin));
        size += (size_t)(reader.at - begin);
    }
    return (gn_bytes){ scratch, size };
}

/* --- writing --- */

static size_t props_value_size(const struct gn_mqtt_props *props, const struct props_row *row)
{
    switch (row->shape) {
    case PROPS_BIT:
    case PROPS_U8:
        return 1;
    case PROPS_U16:
        return 2;
    case PROPS_U32:
        return 4;
    case PROPS_VARINT:
        return gn_mqtt_varint_size(props->numbers[row->slot]);
    default:
        return 2 + props->texts[row->slot].size;
    }
}

static bool props_writes(const struct gn_mqtt_props *props, unsigned id)
{
    return (props->has >> id & 1) != 0 && id != GN_MQTT_P_USER;
}

static size_t props_block_size(const struct gn_mqtt_props *props)
{
    size_t size = 0;
    if (props->has == 0)
        return 0;
    for (unsigned id = 0; id < GN_MQTT_P_COUNT; id++)
        if (props_writes(props, id))
            size += 1 + props_value_size(props, &props_table[id]);
    return size;
}

size_t gn_mqtt_props_size(const struct gn_mqtt_props *props)
{
    const size_t size = props_block_size(props);
    return gn_mqtt_varint_size((uint32_t)size) + size;
}

static void props_put_value(struct gn_buf *out, const struct gn_mqtt_props *props, const struct props_row *row)
{
    switch (row->shape) {
    case PROPS_BIT:
    case PROPS_U8:
        gn_buf_add_u8(out, (uint8_t)props->numbers[row->slot]);
        break;
    case PROPS_U16:
        gn_buf_add_u16be(out, (uint16_t)props->numbers[row->slot]);
        break;
    case PROPS_U32:
        gn_buf_add_u32be(out, props->numbers[row->slot]);
        break;
    case PROPS_VARINT:
        gn_mqtt_varint_put(out, props->numbers[row->slot]);
        break;
    default:
        gn_mqtt_text_put(out, props->texts[row->slot]);
        break;
    }
}

void gn_mqtt_props_put(struct gn_buf *out, const struct gn_mqtt_props *props)
{
    gn_mqtt_varint_put(out, (uint32_t)props_block_size(props));
    for (unsigned id = 0; props->has != 0 && id < GN_MQTT_P_COUNT; id++) {
        if (!props_writes(props, id))
            continue;
        gn_buf_add_u8(out, (uint8_t)id);
        props_put_value(out, props, &props_table[id]);
    }
}

/* --- values --- */

uint32_t gn_mqtt_props_number(const struct gn_mqtt_props *props, enum gn_mqtt_property id, uint32_t absent)
{
    assert(props_table[id].shape != PROPS_NONE && props_table[id].shape < PROPS_TEXT);
    return gn_mqtt_props_has(props, id) ? props->numbers[props_table[id].slot] : absent;
}

gn_str gn_mqtt_props_text(const struct gn_mqtt_props *props, enum gn_mqtt_property id)
{
    assert(props_table[id].shape == PROPS_TEXT || props_table[id].shape == PROPS_BINARY);
    return gn_mqtt_props_has(props, id) ? props->texts[props_table[id].slot] : (gn_str){ 0 };
}

void gn_mqtt_props_set(struct gn_mqtt_props *props, enum gn_mqtt_property id, uint32_t value)
{
    assert(props_table[id].shape != PROPS_NONE && props_table[id].shape < PROPS_TEXT);
    props->has |= UINT64_C(1) << id;
    props->numbers[props_table[id].slot] = value;
}

void gn_mqtt_props_set_text(struct gn_mqtt_props *props, enum gn_mqtt_property id, gn_str value)
{
    assert(props_table[id].shape == PROPS_TEXT || props_table[id].shape == PROPS_BINARY);
    assert(value.size <= UINT16_MAX);
    props->has |= UINT64_C(1) << id;
    props->texts[props_table[id].slot] = value;
}
