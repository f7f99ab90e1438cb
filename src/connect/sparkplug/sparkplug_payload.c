/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_payload.h"

#include <math.h>
#include <pb_decode.h>
#include <pb_encode.h>

enum { /* field numbers */
       PAYLOAD_TIME = 1,
       PAYLOAD_METRIC = 2,
       PAYLOAD_SEQ = 3,
       PAYLOAD_UUID = 4,
       METRIC_NAME = 1,
       METRIC_ALIAS = 2,
       METRIC_TIME = 3,
       METRIC_TYPE = 4,
       METRIC_HISTORICAL = 5,
       METRIC_NULL = 7,
       METRIC_PROPERTIES = 9,
       METRIC_VALUE = 10,     /* the first of its values */
       METRIC_EXTENSION = 19, /* and the last */
       SET_KEY = 1,
       SET_VALUE = 2,
       VALUE_NULL = 2,
       VALUE_VALUE = 3,
       VALUE_SETS = 10,
};

/* --- fields --- */

struct payload_walk {
    pb_istream_t stream;
    const uint8_t *end;
    bool is_bad;
};

struct payload_field {
    uint32_t number;
    pb_wire_type_t wire;
    uint64_t whole; /* VARINT, 64BIT, 32BIT */
    gn_bytes bytes; /* STRING */
};

static struct payload_walk payload_walk_over(gn_bytes bytes)
{
    return (struct payload_walk){ .stream = pb_istream_from_buffer(bytes.at, bytes.size),
                                  .end = bytes.size > 0 ? bytes.at + bytes.size : bytes.at };
}

static bool payload_take_bytes(struct payload_walk *walk, gn_bytes *out)
{
    uint32_t size;
    if (!pb_decode_varint32(&walk->stream, &size) || size > walk->stream.bytes_left)
        return false;
    *out = (gn_bytes){ walk->end - walk->stream.bytes_left, size };
    return pb_read(&walk->stream, NULL, size);
}

static bool payload_take_fixed32(struct payload_walk *walk, uint64_t *out)
{
    uint32_t word = 0;
    const bool fine = pb_decode_fixed32(&walk->stream, &word);
    *out = word;
    return fine;
}

/* False at the end, and when it is no protobuf: then is_bad. */
static bool payload_field_next(struct payload_walk *walk, struct payload_field *out)
{
    bool at_end = false;
    if (!pb_decode_tag(&walk->stream, &out->wire, &out->number, &at_end)) {
        walk->is_bad = !at_end;
        return false;
    }
    const bool fine = out->number > 0 && (out->wire == PB_WT_VARINT   ? pb_decode_varint(&walk->stream, &out->whole)
                                          : out->wire == PB_WT_64BIT  ? pb_decode_fixed64(&walk->stream, &out->whole)
                                          : out->wire == PB_WT_32BIT  ? payload_take_fixed32(walk, &out->whole)
                                          : out->wire == PB_WT_STRING ? payload_take_bytes(walk, &out->bytes)
                                                                      : false);
    walk->is_bad = !fine;
    return fine;
}

static gn_str payload_text(gn_bytes bytes)
{
    return (gn_str){ (const char *)bytes.at, bytes.size };
}

/* --- values --- */

static const pb_wire_type_t payload_wires[] = {
    [GN_SPARKPLUG_U32] = PB_WT_VARINT, [GN_SPARKPLUG_U64] = PB_WT_VARINT,  [GN_SPARKPLUG_F32] = PB_WT_32BIT,
    [GN_SPARKPLUG_F64] = PB_WT_64BIT,  [GN_SPARKPLUG_BOOL] = PB_WT_VARINT, [GN_SPARKPLUG_WORD] = PB_WT_STRING,
};

/* One of the fields that hold the value; the last one that comes counts. */
static void payload_value(const struct payload_field *field, uint32_t first, struct gn_sparkplug_value *out)
{
    const uint32_t form = field->number - first + 1;
    if (form >= GN_SPARKPLUG_OTHER) {
        *out = (struct gn_sparkplug_value){ .form = GN_SPARKPLUG_OTHER };
        return;
    }
    if (field->wire != payload_wires[form])
        return;
    *out = (struct gn_sparkplug_value){ .form = (gn_sparkplug_form)form };
    if (form != GN_SPARKPLUG_WORD)
        out->whole = field->whole;
    if (form == GN_SPARKPLUG_F32) {
        const uint32_t bits = (uint32_t)field->whole;
        float number;
        memcpy(&number, &bits, sizeof number);
        out->number = (double)number;
    } else if (form == GN_SPARKPLUG_F64) {
        memcpy(&out->number, &field->whole, sizeof out->number);
    } else if (form == GN_SPARKPLUG_WORD) {
        out->text = payload_text(field->bytes);
    }
}

bool gn_sparkplug_number(uint32_t type, const struct gn_sparkplug_value *value, double *out)
{
    const bool is_whole = value->form == GN_SPARKPLUG_U32 || value->form == GN_SPARKPLUG_U64;
    switch (type) {
    case GN_SPARKPLUG_INT8:
        *out = (double)(int8_t)(uint8_t)value->whole;
        return is_whole;
    case GN_SPARKPLUG_INT16:
        *out = (double)(int16_t)(uint16_t)value->whole;
        return is_whole;
    case GN_SPARKPLUG_INT32:
        *out = (double)(int32_t)(uint32_t)value->whole;
        return is_whole;
    case GN_SPARKPLUG_INT64:
        *out = (double)(int64_t)value->whole;
        return is_whole;
    case GN_SPARKPLUG_UINT8:
    case GN_SPARKPLUG_UINT16:
    case GN_SPARKPLUG_UINT32:
        *out = (double)(uint32_t)value->whole;
        return is_whole;
    case GN_SPARKPLUG_UINT64:
        *out = (double)value->whole;
        return is_whole;
    case GN_SPARKPLUG_FLOAT:
    case GN_SPARKPLUG_DOUBLE:
        *out = value->number;
        return (value->form == GN_SPARKPLUG_F32 || value->form == GN_SPARKPLUG_F64) && isfinite(value->number);
    default:
        return false;
    }
}

/* --- a metric --- */

static void payload_metric_field(const struct payload_field *field, struct gn_sparkplug_metric *out)
{
    const bool is_varint = field->wire == PB_WT_VARINT, is_bytes = field->wire == PB_WT_STRING;
    if (field->number >= METRIC_VALUE && field->number <= METRIC_EXTENSION) {
        payload_value(field, METRIC_VALUE, &out->value);
    } else if (field->number == METRIC_NAME && is_bytes) {
        out->name = payload_text(field->bytes);
    } else if (field->number == METRIC_PROPERTIES && is_bytes) {
        out->properties = field->bytes;
    } else if (field->number == METRIC_ALIAS && is_varint) {
        out->alias = field->whole;
        out->has_alias = true;
    } else if (field->number == METRIC_TIME && is_varint) {
        out->time_ms = field->whole;
        out->has_time = true;
    } else if (field->number == METRIC_TYPE && is_varint) {
        out->type = (uint32_t)field->whole;
    } else if (field->number == METRIC_HISTORICAL && is_varint) {
        out->is_historical = field->whole != 0;
    } else if (field->number == METRIC_NULL && is_varint) {
        out->is_null = field->whole != 0;
    }
}

static bool payload_metric(gn_bytes bytes, struct gn_sparkplug_metric *out)
{
    struct payload_walk walk = payload_walk_over(bytes);
    struct payload_field field;
    *out = (struct gn_sparkplug_metric){ 0 };
    while (payload_field_next(&walk, &field))
        payload_metric_field(&field, out);
    return !walk.is_bad;
}

/* --- the payload --- */

static gn_err payload_refuse(struct gn_diag *diag, const char *why)
{
    gn_diag_set(diag, 0, 0, "a Sparkplug payload that %s", why);
    return GN_ERR_INVAL;
}

gn_err gn_sparkplug_payload_read(gn_bytes bytes, struct gn_sparkplug_payload *out, struct gn_diag *diag)
{
    struct payload_walk walk = payload_walk_over(bytes);
    struct gn_sparkplug_payload payload = { .bytes = bytes };
    struct gn_sparkplug_metric metric;
    struct payload_field field;
    while (payload_field_next(&walk, &field)) {
        if (field.number == PAYLOAD_METRIC && field.wire == PB_WT_STRING) {
            if (!payload_metric(field.bytes, &metric))
                return payload_refuse(diag, "has a metric that is no protobuf");
            if (payload.metric_count++ == GN_SPARKPLUG_METRICS_MAX)
                return payload_refuse(diag, "has more than SPARKPLUG_METRICS_MAX metrics");
        } else if (field.number == PAYLOAD_TIME && field.wire == PB_WT_VARINT) {
            payload.time_ms = field.whole;
            payload.has_time = true;
        } else if (field.number == PAYLOAD_SEQ && field.wire == PB_WT_VARINT) {
            payload.seq = field.whole;
            payload.has_seq = true;
        } else if (field.number == PAYLOAD_UUID && field.wire == PB_WT_STRING &&
                   gn_str_equal(payload_text(field.bytes), GN_STR("SPBV1.0_COMPRESSED"))) {
            return payload_refuse(diag, "is compressed, which is not read; switch compression off at the edge node");
        }
    }
    if (walk.is_bad)
        return payload_refuse(diag, "is no protobuf");
    *out = payload;
    return GN_OK;
}

bool gn_sparkplug_payload_next(const struct gn_sparkplug_payload *payload, size_t *at, struct gn_sparkplug_metric *out)
{
    struct payload_walk walk = payload_walk_over((gn_bytes){ payload->bytes.at + *at, payload->bytes.size - *at });
    struct payload_field field;
    while (payload_field_next(&walk, &field))
        if (field.number == PAYLOAD_METRIC && field.wire == PB_WT_STRING) {
            *at = payload->bytes.size - walk.stream.bytes_left;
            return payload_metric(field.bytes, out);
        }
    return false;
}

static bool payload_property_value(gn_bytes bytes, struct gn_sparkplug_value *out)
{
    struct payload_walk walk = payload_walk_over(bytes);
    struct payload_field field;
    bool is_null = false;
    *out = (struct gn_sparkplug_value){ 0 };
    while (payload_field_next(&walk, &field)) {
        if (field.number >= VALUE_VALUE && field.number <= VALUE_SETS)
            payload_value(&field, VALUE_VALUE, out);
        else if (field.number == VALUE_NULL && field.wire == PB_WT_VARINT)
            is_null = field.whole != 0;
    }
    return !walk.is_bad && !is_null && out->form != GN_SPARKPLUG_NONE;
}

/* The n-th value belongs to the n-th key, wherever either stands. */
bool gn_sparkplug_property(gn_bytes properties, gn_str name, struct gn_sparkplug_value *out)
{
    struct payload_walk walk = payload_walk_over(properties);
    struct payload_field field;
    unsigned place = 0, wanted = GN_SPARKPLUG_PROPERTIES_MAX;
    while (wanted == GN_SPARKPLUG_PROPERTIES_MAX && place < GN_SPARKPLUG_PROPERTIES_MAX &&
           payload_field_next(&walk, &field))
        if (field.number == SET_KEY && field.wire == PB_WT_STRING) {
            if (gn_str_equal(payload_text(field.bytes), name))
                wanted = place;
            place++;
        }
    if (wanted == GN_SPARKPLUG_PROPERTIES_MAX)
        return false;
    walk = payload_walk_over(properties);
    place = 0;
    while (payload_field_next(&walk, &field))
        if (field.number == SET_VALUE && field.wire == PB_WT_STRING && place++ == wanted)
            return payload_property_value(field.bytes, out);
    return false;
}

/* --- out --- */

static bool payload_put_varint(pb_ostream_t *stream, uint32_t number, uint64_t whole)
{
    return pb_encode_tag(stream, PB_WT_VARINT, number) && pb_encode_varint(stream, whole);
}

static bool payload_put_text(pb_ostream_t *stream, uint32_t number, gn_str text)
{
    return pb_encode_tag(stream, PB_WT_STRING, number) &&
           pb_encode_string(stream, (const pb_byte_t *)text.at, text.size);
}

static bool payload_put_value(pb_ostream_t *stream, const struct gn_sparkplug_value *value)
{
    const uint32_t number = METRIC_VALUE + (uint32_t)value->form - 1;
    const float narrow = (float)value->number;
    switch (value->form) {
    case GN_SPARKPLUG_F32:
        return pb_encode_tag(stream, PB_WT_32BIT, number) && pb_encode_fixed32(stream, &narrow);
    case GN_SPARKPLUG_F64:
        return pb_encode_tag(stream, PB_WT_64BIT, number) && pb_encode_fixed64(stream, &value->number);
    case GN_SPARKPLUG_WORD:
        return payload_put_text(stream, number, value->text);
    default:
        return payload_put_varint(stream, number, value->whole);
    }
}

static bool payload_put_metric(pb_ostream_t *stream, const struct gn_sparkplug_metric *metric)
{
    return (metric->has_alias ? payload_put_varint(stream, METRIC_ALIAS, metric->alias)
                              : payload_put_text(stream, METRIC_NAME, metric->name)) &&
           payload_put_varint(stream, METRIC_TIME, metric->time_ms) &&
           payload_put_varint(stream, METRIC_TYPE, metric->type) && payload_put_value(stream, &metric->value);
}

/* Its size goes before it: written once to be measured, and once more. */
void gn_sparkplug_metric_write(const struct gn_sparkplug_metric *metric, struct gn_buf *out)
{
    pb_ostream_t measure = PB_OSTREAM_SIZING;
    pb_ostream_t stream = pb_ostream_from_buffer((pb_byte_t *)out->at + out->size, out->capacity - out->size);
    const bool fine = payload_put_metric(&measure, metric) && pb_encode_tag(&stream, PB_WT_STRING, PAYLOAD_METRIC) &&
                      pb_encode_varint(&stream, measure.bytes_written) && payload_put_metric(&stream, metric);
    out->full |= !fine;
    out->size += fine ? stream.bytes_written : 0;
}

void gn_sparkplug_time_write(uint64_t time_ms, struct gn_buf *out)
{
    pb_ostream_t stream = pb_ostream_from_buffer((pb_byte_t *)out->at + out->size, out->capacity - out->size);
    const bool fine = payload_put_varint(&stream, PAYLOAD_TIME, time_ms);
    out->full |= !fine;
    out->size += fine ? stream.bytes_written : 0;
}
