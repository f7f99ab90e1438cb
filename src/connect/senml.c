/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/senml.h"

#include <math.h>

#include "connect/payload_int.h"

/* Below this many seconds a time is relative to now (RFC 8428, 4.5.3). */
#define SENML_RELATIVE_S 268435456.0

enum { SENML_VERSION_MAX = 10 };

typedef enum senml_label {
    SENML_BN,
    SENML_BT,
    SENML_BU,
    SENML_BV,
    SENML_BS,
    SENML_BVER,
    SENML_N,
    SENML_U,
    SENML_V,
    SENML_VB,
    SENML_VS,
    SENML_VD,
    SENML_S,
    SENML_T,
    SENML_UT,
    SENML_COUNT
} senml_label;

#define BIT(label) (1u << (label))

struct senml_row {
    gn_str name;
    gn_str number; /* of the label in CBOR (RFC 8428, table 4) */
    gn_json_kind kind;
};

#define ROW(name, number, kind)                                                                                        \
    {                                                                                                                  \
        { (name), sizeof(name) - 1 }, { (number), sizeof(number) - 1 }, GN_JSON_##kind                                 \
    }
static const struct senml_row senml_labels[SENML_COUNT] = {
    [SENML_BN] = ROW("bn", "-2", STRING), [SENML_BT] = ROW("bt", "-3", NUMBER),
    [SENML_BU] = ROW("bu", "-4", STRING), [SENML_BV] = ROW("bv", "-5", NUMBER),
    [SENML_BS] = ROW("bs", "-6", NUMBER), [SENML_BVER] = ROW("bver", "-1", NUMBER),
    [SENML_N] = ROW("n", "0", STRING),    [SENML_U] = ROW("u", "1", STRING),
    [SENML_V] = ROW("v", "2", NUMBER),    [SENML_VB] = ROW("vb", "4", BOOL),
    [SENML_VS] = ROW("vs", "3", STRING),  [SENML_VD] = ROW("vd", "8", STRING),
    [SENML_S] = ROW("s", "5", NUMBER),    [SENML_T] = ROW("t", "6", NUMBER),
    [SENML_UT] = ROW("ut", "7", NUMBER),
};
#undef ROW

struct senml_state { /* base fields, and the record that is being read */
    gn_str base_name;
    double base_time_s;
    double base_value;
    gn_str name;
    double time_s;
    struct gn_json_token value; /* its text kept */
    unsigned seen;              /* labels of this record */
    unsigned index;             /* of this record, for the words */
};

static gn_err senml_refuse(const struct gn_payload *payload, const struct senml_state *state, struct gn_diag *diag,
                           const char *words)
{
    gn_diag_set(diag, 1, gn_payload_at(payload), "SenML record %u: %s", state->index, words);
    return GN_ERR_INVAL;
}

static senml_label senml_label_of(const struct gn_payload *payload, gn_str key)
{
    int label = 0;
    while (label < SENML_COUNT &&
           !gn_str_equal(payload->is_cbor ? senml_labels[label].number : senml_labels[label].name, key))
        label++;
    return (senml_label)label;
}

static gn_err senml_store(struct gn_payload *payload, struct senml_state *state, senml_label label,
                          const struct gn_json_token *token, struct gn_diag *diag)
{
    switch (label) {
    case SENML_BN:
        return gn_payload_keep(payload, token->text, &state->base_name, diag);
    case SENML_N:
        return gn_payload_keep(payload, token->text, &state->name, diag);
    case SENML_BT:
        state->base_time_s = token->number;
        return GN_OK;
    case SENML_T:
        state->time_s = token->number;
        return GN_OK;
    case SENML_BV:
        state->base_value = token->number;
        return GN_OK;
    case SENML_BVER:
        if (token->number > SENML_VERSION_MAX)
            return senml_refuse(payload, state, diag, "a version above 10");
        return GN_OK;
    case SENML_V:
    case SENML_VB:
        state->value = *token;
        return GN_OK;
    case SENML_VS:
        state->value = *token;
        return gn_payload_keep(payload, token->text, &state->value.text, diag);
    case SENML_VD:
        return senml_refuse(payload, state, diag, "binary data ('vd') is not kept");
    default:
        return GN_OK; /* units, sums and update times are not kept */
    }
}

/* One label and its value. Unknown ones are passed over, also when they are nested. */
static gn_err senml_field(struct gn_payload *payload, struct senml_state *state, gn_str key, struct gn_diag *diag)
{
    const senml_label label = senml_label_of(payload, key);
    const bool must = key.size > 0 && key.at[key.size - 1] == '_';
    const struct gn_json_token token = gn_payload_next(payload);
    if (token.kind == GN_JSON_ERROR)
        return gn_payload_not_json(payload, diag);
    if (label == SENML_COUNT) {
        if (must)
            return senml_refuse(payload, state, diag, "a label that must be understood, and is not");
        return gn_payload_skip(payload, token) ? GN_OK : gn_payload_not_json(payload, diag);
    }
    if ((state->seen & BIT(label)) != 0)
        return senml_refuse(payload, state, diag, "a label stands twice");
    const bool is_binary = payload->is_cbor && token.kind == GN_JSON_STRING && token.boolean;
    if (token.kind != senml_labels[label].kind || (is_binary && label != SENML_VD))
        return senml_refuse(payload, state, diag, "a label's value is of the wrong type");
    state->seen |= BIT(label);
    return senml_store(payload, state, label, &token, diag);
}

static bool senml_is_separator(char c)
{
    return c == '/' || c == ':';
}

/* What stands behind the last separator. */
static gn_str senml_tail(gn_str name)
{
    size_t first = name.size;
    while (first > 0 && !senml_is_separator(name.at[first - 1]))
        first--;
    return (gn_str){ name.at + first, name.size - first };
}

static gn_err senml_property(struct gn_payload *payload, const struct senml_state *state, gn_str *out,
                             struct gn_diag *diag)
{
    const bool has_name = (state->seen & BIT(SENML_N)) != 0 && state->name.size > 0;
    gn_str name = has_name ? state->name : state->base_name;
    while (name.size > 0 && senml_is_separator(name.at[name.size - 1]))
        name.size--;
    const gn_str last = senml_tail(name);
    const gn_str before = has_name && last.size == name.size ? senml_tail(state->base_name) : (gn_str){ 0 };
    if (last.size == 0)
        return senml_refuse(payload, state, diag, "no name");
    if (before.size == 0) {
        *out = last;
        return GN_OK;
    }
    if (before.size + last.size > GN_PROPERTY_BYTES_MAX)
        return senml_refuse(payload, state, diag, "a name longer than PROPERTY_BYTES_MAX");
    if (before.size + last.size > sizeof payload->text - payload->text_size)
        return senml_refuse(payload, state, diag, "more text than one packet may carry");
    char *joined = payload->text + payload->text_size;
    memcpy(joined, before.at, before.size);
    memcpy(joined + before.size, last.at, last.size);
    payload->text_size += before.size + last.size;
    *out = (gn_str){ joined, before.size + last.size };
    return GN_OK;
}

static gn_err senml_time(const struct gn_payload *payload, const struct senml_state *state,
                         const struct gn_clock *clock, int64_t *out_ms, struct gn_diag *diag)
{
    const double time_s = state->base_time_s + state->time_s;
    *out_ms = GN_TIME_NONE;
    if (time_s == 0.0)
        return GN_OK;
    if (gn_payload_time_ms(time_s, true, out_ms))
        return senml_refuse(payload, state, diag, "a time beyond all reason");
    if (time_s < SENML_RELATIVE_S)
        *out_ms += gn_wall_ms(clock);
    return GN_OK;
}

/* The record is over: it becomes an item, unless it only set base fields. */
static gn_err senml_emit(struct gn_payload *payload, struct senml_state *state, const struct gn_clock *clock,
                         struct gn_diag *diag)
{
    const unsigned values = state->seen & (BIT(SENML_V) | BIT(SENML_VB) | BIT(SENML_VS));
    const unsigned bases =
        state->seen & (BIT(SENML_BN) | BIT(SENML_BT) | BIT(SENML_BU) | BIT(SENML_BV) | BIT(SENML_BS) | BIT(SENML_BVER));
    if (values == 0)
        return bases != 0 ? GN_OK : senml_refuse(payload, state, diag, "no value");
    if ((values & (values - 1)) != 0)
        return senml_refuse(payload, state, diag, "more than one value");
    struct gn_item *item = gn_payload_item(payload, diag);
    if (item == NULL)
        return GN_ERR_INVAL;
    gn_err err = senml_property(payload, state, &item->property, diag);
    if (err == GN_OK)
        err = senml_time(payload, state, clock, &item->time_ms, diag);
    if (err == GN_OK)
        err = gn_payload_set(payload, item, &state->value, diag);
    if (err == GN_OK && item->kind == GN_SERIES_NUMBER) {
        item->value += state->base_value;
        if (!isfinite(item->value))
            err = senml_refuse(payload, state, diag, "a value that is not finite");
    }
    return err;
}

static gn_err senml_record(struct gn_payload *payload, struct senml_state *state, const struct gn_clock *clock,
                           struct gn_diag *diag)
{
    state->seen = 0;
    state->name = (gn_str){ 0 };
    state->time_s = 0;
    for (;;) {
        const struct gn_json_token token = gn_payload_next(payload);
        if (token.kind == GN_JSON_OBJECT_END)
            return senml_emit(payload, state, clock, diag);
        if (token.kind != GN_JSON_KEY)
            return gn_payload_not_json(payload, diag);
        const gn_err err = senml_field(payload, state, token.text, diag);
        if (err != GN_OK)
            return err;
    }
}

gn_err gn_senml_records(struct gn_payload *payload, const struct gn_clock *clock, struct gn_diag *diag)
{
    struct senml_state state = { 0 };
    for (;; state.index++) {
        const struct gn_json_token token = gn_payload_next(payload);
        if (token.kind == GN_JSON_ARRAY_END)
            break;
        if (token.kind == GN_JSON_ERROR)
            return gn_payload_not_json(payload, diag);
        if (token.kind != GN_JSON_OBJECT)
            return senml_refuse(payload, &state, diag, "not an object");
        const gn_err err = senml_record(payload, &state, clock, diag);
        if (err != GN_OK)
            return err;
    }
    return gn_payload_next(payload).kind == GN_JSON_END ? GN_OK : gn_payload_not_json(payload, diag);
}
