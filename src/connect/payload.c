/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/payload.h"

#include <math.h>
#include <strings.h>

#include "base/hash.h"
#include "base/timestamp.h"
#include "connect/payload_int.h"
#include "connect/senml.h"

enum { PAYLOAD_LINEAR_MAX = 8, PAYLOAD_SHOWN_BYTES = 40 };

#define PAYLOAD_NULL ((gn_series_kind)0xff) /* an item to be passed over in the end */

/* --- shared with senml.c --- */

gn_err gn_payload_not_json(struct gn_payload *payload, struct gn_diag *diag)
{
    size_t offset;
    const char *words =
        payload->is_cbor ? gn_cbor_error(&payload->cbor, &offset) : gn_json_error(&payload->json, &offset);
    gn_diag_set(diag, 1, offset + 1, "not %s at byte %zu: %s", payload->is_cbor ? "CBOR" : "JSON", offset, words);
    return GN_ERR_INVAL;
}

bool gn_payload_skip(struct gn_payload *payload, struct gn_json_token token)
{
    return payload->is_cbor ? gn_cbor_skip(&payload->cbor, token) : gn_json_skip(&payload->json, token);
}

/* Where the parser stands, for the diag. */
size_t gn_payload_at(const struct gn_payload *payload)
{
    return payload->is_cbor ? (size_t)(payload->cbor.at - payload->cbor.begin)
                            : (size_t)(payload->json.at - payload->json.begin);
}

/* A slice of the payload stays; one of the parser's scratch is copied. */
gn_err gn_payload_keep(struct gn_payload *payload, gn_str text, gn_str *out, struct gn_diag *diag)
{
    const uintptr_t at_text = (uintptr_t)text.at;
    const uintptr_t begin = payload->is_cbor ? (uintptr_t)payload->cbor.begin : (uintptr_t)payload->json.begin;
    const uintptr_t end = payload->is_cbor ? (uintptr_t)payload->cbor.end : (uintptr_t)payload->json.end;
    if (at_text >= begin && at_text < end) {
        *out = text;
        return GN_OK;
    }
    if (text.size > sizeof payload->text - payload->text_size) {
        gn_diag_set(diag, 1, gn_payload_at(payload), "more text than one packet may carry");
        return GN_ERR_INVAL;
    }
    char *at = payload->text + payload->text_size;
    if (text.size > 0)
        memcpy(at, text.at, text.size);
    payload->text_size += text.size;
    *out = (gn_str){ at, text.size };
    return GN_OK;
}

gn_err gn_payload_set(struct gn_payload *payload, struct gn_item *item, const struct gn_json_token *token,
                      struct gn_diag *diag)
{
    switch (token->kind) {
    case GN_JSON_NUMBER:
        item->kind = GN_SERIES_NUMBER;
        item->value = token->number;
        return GN_OK;
    case GN_JSON_BOOL:
        item->kind = GN_SERIES_BOOL;
        item->value = token->boolean ? 1 : 0;
        return GN_OK;
    case GN_JSON_STRING:
        item->kind = GN_SERIES_TEXT;
        item->value = 0;
        if (payload->is_cbor && token->boolean) {
            gn_diag_set(diag, 1, gn_payload_at(payload), "'%.*s' is binary data, which is not kept",
                        GN_STR_ARGS(item->property));
            return GN_ERR_INVAL;
        }
        if (token->text.size > GN_TEXT_VALUE_BYTES_MAX) {
            gn_diag_set(diag, 1, gn_payload_at(payload), "the text of '%.*s' has more than %d bytes",
                        GN_STR_ARGS(item->property), GN_TEXT_VALUE_BYTES_MAX);
            return GN_ERR_INVAL;
        }
        return gn_payload_keep(payload, token->text, &item->text, diag);
    case GN_JSON_NULL:
        item->kind = PAYLOAD_NULL;
        return GN_OK;
    default:
        gn_diag_set(diag, 1, gn_payload_at(payload),
                    "'%.*s' holds %s at byte %zu; a reading is a number, a bool or a string",
                    GN_STR_ARGS(item->property), token->kind == GN_JSON_ARRAY ? "an array" : "an object",
                    gn_payload_at(payload) - 1);
        return GN_ERR_INVAL;
    }
}

gn_err gn_payload_time_ms(double seconds_or_ms, bool is_seconds, int64_t *out_ms)
{
    const double ms = is_seconds ? seconds_or_ms * 1000.0 : seconds_or_ms;
    if (!(fabs(ms) < 9e15)) /* also NaN; beyond it a double no longer counts milliseconds */
        return GN_ERR_INVAL;
    *out_ms = (int64_t)llround(ms);
    return GN_OK;
}

/* Takes the next item; NULL when the packet has too many. */
struct gn_item *gn_payload_item(struct gn_payload *payload, struct gn_diag *diag)
{
    if (payload->item_count == GN_READINGS_PER_PACKET_MAX) {
        gn_diag_set(diag, 1, gn_payload_at(payload), "more than READINGS_PER_PACKET_MAX (%d) readings in one packet",
                    GN_READINGS_PER_PACKET_MAX);
        return NULL;
    }
    return &payload->items[payload->item_count++];
}

/* One reading more, under a name that must not have come before. */
gn_err gn_payload_put(struct gn_payload *payload, gn_str name, const struct gn_json_token *value, struct gn_diag *diag)
{
    struct gn_item *item = gn_payload_item(payload, diag);
    if (item == NULL)
        return GN_ERR_INVAL;
    item->property = name;
    if (gn_payload_is_repeated(payload)) {
        gn_diag_set(diag, 1, gn_payload_at(payload), "the key '%.*s' stands twice", GN_STR_ARGS(name));
        return GN_ERR_INVAL;
    }
    return gn_payload_set(payload, item, value, diag);
}

/* --- one object --- */

struct payload_time {
    int64_t ms;
    gn_str key; /* which key gave it; size 0 = none did */
};

static bool payload_is_time(gn_str key)
{
    switch (key.size) {
    case 2:
        return memcmp(key.at, "ts", 2) == 0;
    case 4:
        return memcmp(key.at, "time", 4) == 0;
    case 9:
        return memcmp(key.at, "timestamp", 9) == 0;
    default:
        return false;
    }
}

static gn_err payload_take_time(struct gn_payload *payload, gn_str key, const struct gn_json_token *token,
                                struct payload_time *time, struct gn_diag *diag)
{
    gn_err err = GN_ERR_INVAL;
    if (time->key.size > 0) {
        gn_diag_set(diag, 1, gn_payload_at(payload), "two times: '%.*s' and '%.*s'", GN_STR_ARGS(time->key),
                    GN_STR_ARGS(key));
        return GN_ERR_INVAL;
    }
    if (token->kind == GN_JSON_NUMBER)
        err = gn_payload_time_ms(token->number, fabs(token->number) < 1e11, &time->ms);
    else if (token->kind == GN_JSON_STRING)
        err = gn_time_parse(token->text, &time->ms);
    else if (token->kind == GN_JSON_NULL)
        return GN_OK;
    if (err != GN_OK)
        gn_diag_set(diag, 1, gn_payload_at(payload),
                    "'%.*s' at byte %zu is no time: seconds or milliseconds since 1970, or RFC 3339", GN_STR_ARGS(key),
                    gn_payload_at(payload));
    else
        time->key = key;
    return err;
}

/* The last item's key, among all before it. Few are compared one by one; many go through a table. */
bool gn_payload_is_repeated(struct gn_payload *payload)
{
    const size_t last = payload->item_count - 1;
    const gn_str key = payload->items[last].property;
    if (last < PAYLOAD_LINEAR_MAX) {
        for (size_t i = 0; i < last; i++)
            if (gn_str_equal(payload->items[i].property, key))
                return true;
        return false;
    }
    if (last == PAYLOAD_LINEAR_MAX) /* becomes many: enter the first ones */
        memset(payload->seen, 0, sizeof payload->seen);
    for (size_t i = last == PAYLOAD_LINEAR_MAX ? 0 : last; i <= last; i++) {
        const gn_str mine = payload->items[i].property;
        uint32_t at = gn_hash32((gn_bytes){ (const uint8_t *)mine.at, mine.size }) % GN_PAYLOAD_SEEN;
        for (; payload->seen[at] != 0; at = (at + 1) % GN_PAYLOAD_SEEN)
            if (gn_str_equal(payload->items[payload->seen[at] - 1].property, mine))
                return true;
        payload->seen[at] = (uint16_t)(i + 1);
    }
    return false;
}

static gn_err payload_pair(struct gn_payload *payload, gn_str prefix, gn_str key, struct payload_time *time,
                           struct gn_diag *diag)
{
    gn_str name;
    if (payload_is_time(key)) {
        const struct gn_json_token value = gn_payload_next(payload);
        if (value.kind == GN_JSON_ERROR)
            return gn_payload_not_json(payload, diag);
        return payload_take_time(payload, key, &value, time, diag);
    }
    gn_err err = prefix.size == 0 ? gn_payload_keep(payload, key, &name, diag)
                                  : gn_payload_join(payload, prefix, key, &name, diag);
    if (err != GN_OK)
        return err;
    const struct gn_json_token value = gn_payload_next(payload);
    if (value.kind == GN_JSON_ERROR)
        return gn_payload_not_json(payload, diag);
    if (value.kind == GN_JSON_OBJECT || value.kind == GN_JSON_ARRAY)
        return gn_payload_nested(payload, name, value.kind, diag);
    return gn_payload_put(payload, name, &value, diag);
}

/* Drops the nulls and puts the time on all others. */
static void payload_settle(struct gn_payload *payload, int64_t time_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < payload->item_count; i++) {
        if (payload->items[i].kind == PAYLOAD_NULL)
            continue;
        if (kept != i)
            payload->items[kept] = payload->items[i];
        payload->items[kept++].time_ms = time_ms;
    }
    payload->item_count = kept;
}

static gn_err payload_pairs(struct gn_payload *payload, gn_str prefix, struct gn_diag *diag)
{
    struct payload_time time = { .ms = GN_TIME_NONE };
    for (;;) {
        const struct gn_json_token token = gn_payload_next(payload);
        if (token.kind == GN_JSON_OBJECT_END)
            break;
        if (token.kind != GN_JSON_KEY)
            return gn_payload_not_json(payload, diag);
        const gn_err err = payload_pair(payload, prefix, token.text, &time, diag);
        if (err != GN_OK)
            return err;
    }
    if (gn_payload_next(payload).kind != GN_JSON_END)
        return gn_payload_not_json(payload, diag);
    payload_settle(payload, time.ms);
    return GN_OK;
}

/* CBOR that begins with an array or a map; no JSON text begins with such a byte. */
static bool payload_looks_like_cbor(gn_bytes bytes)
{
    return bytes.size > 0 && bytes.at[0] >= 0x80 && bytes.at[0] <= 0xbf;
}

static void payload_begin(struct gn_payload *payload, gn_bytes bytes)
{
    payload->item_count = 0;
    payload->text_size = 0;
    payload->is_cbor = payload_looks_like_cbor(bytes);
    if (payload->is_cbor)
        gn_cbor_init(&payload->cbor, bytes);
    else
        gn_json_init(&payload->json, (gn_str){ (const char *)bytes.at, bytes.size });
}

static gn_err payload_not_nothing(const struct gn_payload *payload, gn_err err, struct gn_diag *diag)
{
    if (err != GN_OK || payload->item_count > 0)
        return err;
    gn_diag_set(diag, 1, 1, "no reading in it");
    return GN_ERR_INVAL;
}

gn_err gn_payload_object(struct gn_payload *payload, gn_bytes bytes, const struct gn_clock *clock, struct gn_diag *diag)
{
    gn_err err;
    payload_begin(payload, bytes);
    const struct gn_json_token first = gn_payload_next(payload);
    switch (first.kind) {
    case GN_JSON_OBJECT:
        err = payload_pairs(payload, (gn_str){ 0 }, diag);
        break;
    case GN_JSON_ARRAY:
        err = gn_senml_records(payload, clock, diag);
        break;
    case GN_JSON_ERROR:
        return gn_payload_not_json(payload, diag);
    default:
        gn_diag_set(diag, 1, 1,
                    "several properties come as a JSON object or a SenML array; one value goes to "
                    "its own topic, .../properties/NAME");
        return GN_ERR_INVAL;
    }
    return payload_not_nothing(payload, err, diag);
}

/* An array of objects is taken for SenML, any other is flattened. */
static bool payload_is_list_of_objects(gn_str text)
{
    const gn_str inside = gn_str_trim((gn_str){ text.at + 1, text.size - 1 });
    return inside.size > 0 && inside.at[0] == '{';
}

gn_err gn_payload_any(struct gn_payload *payload, gn_str prefix, gn_bytes bytes, const struct gn_clock *clock,
                      struct gn_diag *diag)
{
    gn_err err;
    const gn_str text = gn_str_trim((gn_str){ (const char *)bytes.at, bytes.size });
    const bool is_object = text.size > 0 && text.at[0] == '{';
    const bool is_list = text.size > 0 && text.at[0] == '[';
    if (payload_looks_like_cbor(bytes) || (is_list && payload_is_list_of_objects(text)))
        return gn_payload_object(payload, bytes, clock, diag);
    if (!is_object && !is_list)
        return gn_payload_value(payload, prefix.size > 0 ? prefix : GN_STR("value"), bytes, diag);
    payload_begin(payload, bytes);
    if (gn_payload_next(payload).kind == GN_JSON_OBJECT) {
        err = payload_pairs(payload, prefix, diag);
    } else {
        err = gn_payload_nested(payload, prefix, GN_JSON_ARRAY, diag);
        if (err == GN_OK && gn_payload_next(payload).kind != GN_JSON_END)
            err = gn_payload_not_json(payload, diag);
        payload_settle(payload, GN_TIME_NONE);
    }
    return payload_not_nothing(payload, err, diag);
}

/* --- one value --- */

static bool payload_is_word(gn_str text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.at, word, text.size) == 0;
}

static bool payload_is_infinite(gn_str text)
{
    if (text.size > 0 && (text.at[0] == '+' || text.at[0] == '-'))
        text = (gn_str){ text.at + 1, text.size - 1 };
    return payload_is_word(text, "nan") || payload_is_word(text, "inf") || payload_is_word(text, "infinity");
}

static bool payload_is_printable(gn_str text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((uint8_t)text.at[i] < 0x20 || text.at[i] == 0x7f)
            return false;
    return gn_utf8_valid(text);
}

/* Text without quotes, as most firmware sends it. */
static gn_err payload_plain_text(gn_str text, struct gn_item *item, struct gn_diag *diag)
{
    if (text.size > GN_TEXT_VALUE_BYTES_MAX) {
        gn_diag_set(diag, 1, 1, "the text has more than %d bytes", GN_TEXT_VALUE_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    if (!payload_is_printable(text)) {
        gn_diag_set(diag, 1, 1, "the payload is neither a number, a bool nor text in UTF-8");
        return GN_ERR_INVAL;
    }
    item->kind = GN_SERIES_TEXT;
    item->value = 0;
    item->text = text;
    return GN_OK;
}

static gn_err payload_number(gn_str text, struct gn_item *item, struct gn_diag *diag)
{
    item->kind = GN_SERIES_NUMBER;
    if (gn_parse_f64(text, &item->value) == GN_OK)
        return GN_OK;
    const gn_str shown = { text.at, text.size < PAYLOAD_SHOWN_BYTES ? text.size : PAYLOAD_SHOWN_BYTES };
    if (payload_is_printable(shown))
        gn_diag_set(diag, 1, 1, "'%.*s' is not a finite number; text that looks like one goes in quotes",
                    GN_STR_ARGS(shown));
    else
        gn_diag_set(diag, 1, 1, "not a finite number");
    return GN_ERR_INVAL;
}

static gn_err payload_quoted(struct gn_payload *payload, struct gn_item *item, struct gn_diag *diag)
{
    const struct gn_json_token token = gn_payload_next(payload);
    if (token.kind == GN_JSON_ERROR)
        return gn_payload_not_json(payload, diag);
    const gn_err err = gn_payload_set(payload, item, &token, diag);
    if (err != GN_OK)
        return err;
    return gn_payload_next(payload).kind == GN_JSON_END ? GN_OK : gn_payload_not_json(payload, diag);
}

static gn_err payload_bare(struct gn_payload *payload, gn_str text, struct gn_item *item, struct gn_diag *diag)
{
    const char first = text.at[0];
    if (first == '"')
        return payload_quoted(payload, item, diag);
    if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.' || payload_is_infinite(text))
        return payload_number(text, item, diag);
    if (gn_str_equal(text, GN_STR("true")) || gn_str_equal(text, GN_STR("false"))) {
        item->kind = GN_SERIES_BOOL;
        item->value = first == 't' ? 1 : 0;
        return GN_OK;
    }
    if (first == '{' || first == '[' || gn_str_equal(text, GN_STR("null"))) {
        gn_diag_set(diag, 1, 1, "one property takes one number, bool or text; an object goes to .../properties");
        return GN_ERR_INVAL;
    }
    return payload_plain_text(text, item, diag);
}

gn_err gn_payload_value(struct gn_payload *payload, gn_str property, gn_bytes bytes, struct gn_diag *diag)
{
    const gn_str text = gn_str_trim((gn_str){ (const char *)bytes.at, bytes.size });
    struct gn_item *item = &payload->items[0];
    payload->item_count = 0;
    payload->text_size = 0;
    payload->is_cbor = false; /* one value comes as text */
    gn_json_init(&payload->json, text);
    if (text.size == 0) {
        gn_diag_set(diag, 1, 1, "the payload is empty");
        return GN_ERR_INVAL;
    }
    item->property = property;
    item->time_ms = GN_TIME_NONE;
    const gn_err err = payload_bare(payload, text, item, diag);
    if (err == GN_OK)
        payload->item_count = 1;
    return err;
}
