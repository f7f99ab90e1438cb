/* SPDX-License-Identifier: Apache-2.0 */
#include "act/twin.h"

#include <math.h>
#include <stdio.h>

#include "act/order.h"
#include "act/rate.h"
#include "act/words.h"
#include "base/json_read.h"

const char *gn_twin_state_name(gn_twin_state state)
{
    static const char *const names[GN_TWIN_STATE_COUNT] = { "none",    "waiting", "sent",     "reached",
                                                            "expired", "refused", "withdrawn" };
    return state < GN_TWIN_STATE_COUNT ? names[state] : "none";
}

void gn_twin_index(struct gn_act *act)
{
    memset(act->twin_of, 0, sizeof act->twin_of);
    for (size_t i = 0; i < GN_DESIRED_MAX; i++) {
        const struct gn_twin_row *const row = &act->state->twins[i];
        uint32_t series;
        if (row->state != GN_TWIN_NONE &&
            gn_registry_series(act->registry, row->thing, gn_str_of(row->property), &series))
            act->twin_of[series] = (uint16_t)(i + 1);
    }
}

/* --- saying and sending --- */

static void twin_say(struct gn_act *act, const struct gn_twin_row *row, gn_twin_state state, const char *why,
                     int64_t now_ms)
{
    char id[GN_THING_ID_BYTES_MAX + GN_PROPERTY_BYTES_MAX + 8];
    struct gn_buf buf = gn_act_buf(act);
    struct gn_jw w = gn_jw_over(&buf);
    (void)snprintf(id, sizeof id, "%.*s/%s", GN_STR_ARGS(gn_act_thing_name(act, row->thing)), row->property);
    gn_jw_open(&w, '{');
    gn_put_str(&w, "thing", gn_act_thing_name(act, row->thing));
    gn_put_text(&w, "property", row->property);
    gn_jw_key(&w, "desired");
    gn_jw_raw(&w, (gn_str){ row->value, row->value_size });
    gn_put_text(&w, "state", gn_twin_state_name(state));
    gn_put_i64(&w, "since", row->since_ms);
    gn_put_i64(&w, "expires", row->expires_ms);
    gn_put_text(&w, "by", row->person);
    gn_put_text_or_null(&w, "why", why);
    gn_jw_close(&w, '}');
    const struct gn_emitted emitted = {
        .kind = "desired",
        .id = gn_str_of(id),
        .thing = row->thing,
        .state = gn_str_of(gn_twin_state_name(state)),
        .time_ms = now_ms,
        .json = gn_buf_str(&buf),
    };
    act->host.emit(act->host.self, &emitted);
}

static bool twin_is_linked(const struct gn_act *act, uint32_t thing)
{
    const uint32_t via = act->registry->things[thing].via;
    const uint32_t speaks = via != GN_NONE ? via : thing;
    return act->host.linked == NULL || act->host.linked(act->host.self, speaks);
}

static void twin_send(struct gn_act *act, struct gn_twin_row *row, int64_t now_ms)
{
    int64_t again_ms = GN_TWIN_AGAIN_MS;
    for (uint32_t i = 0; i < row->tries && again_ms < GN_TWIN_AGAIN_MS_MAX; i++)
        again_ms *= 2;
    const struct gn_act_send send = {
        .thing = row->thing,
        .action = { row->topic, row->topic_size },
        .payload = { row->payload, row->payload_size },
        .expires_ms = row->expires_ms,
        .publish = true,
    };
    act->host.send(act->host.self, &send);
    row->next_ms = now_ms + (again_ms < GN_TWIN_AGAIN_MS_MAX ? again_ms : GN_TWIN_AGAIN_MS_MAX);
    row->tries++;
    if (row->state == GN_TWIN_SENT)
        return;
    row->state = GN_TWIN_SENT;
    twin_say(act, row, GN_TWIN_SENT, "", now_ms);
}

static void twin_end(struct gn_act *act, struct gn_twin_row *row, gn_twin_state state, const char *why, int64_t now_ms)
{
    twin_say(act, row, state, why, now_ms);
    *row = (struct gn_twin_row){ 0 };
    gn_twin_index(act);
}

/* --- what is desired --- */

static struct gn_twin_row *twin_find(struct gn_act *act, uint32_t thing, gn_str property)
{
    for (size_t i = 0; i < GN_DESIRED_MAX; i++) {
        struct gn_twin_row *const row = &act->state->twins[i];
        if (row->state != GN_TWIN_NONE && row->thing == thing && gn_str_equal(gn_str_of(row->property), property))
            return row;
    }
    return NULL;
}

static struct gn_twin_row *twin_free(struct gn_act *act)
{
    for (size_t i = 0; i < GN_DESIRED_MAX; i++)
        if (act->state->twins[i].state == GN_TWIN_NONE)
            return &act->state->twins[i];
    return NULL;
}

/* Words why it may not be, or "". */
static void twin_envelope(struct gn_act *act, const struct gn_twin_row *row, int64_t now_ms, struct gn_buf *why)
{
    struct gn_json json;
    struct gn_property_meaning meaning;
    const struct gn_rate rate = { .count = GN_TWIN_WRITES, .per_ms = GN_TWIN_WRITES_MS };
    const uint64_t key = gn_rate_action_key(gn_str_of(row->property), row->thing);
    gn_json_init(&json, (gn_str){ row->value, row->value_size });
    const struct gn_json_token token = gn_json_next(&json);
    gn_solution_meaning(act->solution, gn_act_thing_name(act, row->thing), gn_str_of(row->property), &meaning);
    if (act->registry->things[row->thing].state != GN_THING_ADOPTED)
        gn_buf_add_text(why, "the Thing is not adopted");
    else if (token.kind == GN_JSON_NUMBER && meaning.has_range &&
             !(token.number >= meaning.range_low && token.number <= meaning.range_high))
        gn_buf_addf(why, "it must be %.10g to %.10g; this is %.10g", meaning.range_low, meaning.range_high,
                    token.number);
    else if (!gn_rate_allows(act->state, key, rate, now_ms))
        gn_buf_addf(why, "a property is set at most %d times a minute", GN_TWIN_WRITES);
    else
        gn_rate_mark(act->state, key, rate, now_ms);
}

static void twin_desire(struct gn_act *act, const struct gn_twin_row *wanted, int64_t now_ms)
{
    char words[GN_ACT_REFUSAL_BYTES];
    struct gn_buf why = gn_buf_over(words, sizeof words - 1);
    struct gn_twin_row *row = twin_find(act, wanted->thing, gn_str_of(wanted->property));
    if (wanted->value_size == 0) {
        if (row != NULL)
            twin_end(act, row, GN_TWIN_WITHDRAWN, "", now_ms);
        return;
    }
    twin_envelope(act, wanted, now_ms, &why);
    if (row == NULL && why.size == 0) {
        row = twin_free(act);
        if (row == NULL)
            gn_buf_addf(&why, "%d desired values wait already", GN_DESIRED_MAX);
    }
    words[why.size] = '\0';
    if (why.size > 0) {
        twin_say(act, wanted, GN_TWIN_REFUSED, words, now_ms);
        return;
    }
    *row = *wanted;
    row->state = GN_TWIN_WAITING;
    gn_twin_index(act);
    if (twin_is_linked(act, row->thing))
        twin_send(act, row, now_ms);
    else
        twin_say(act, row, GN_TWIN_WAITING, "", now_ms);
}

static bool twin_copy(gn_str from, char to[static GN_DESIRED_BYTES_MAX], uint32_t *out_size)
{
    if (from.size > GN_DESIRED_BYTES_MAX)
        return false;
    if (from.size > 0)
        memcpy(to, from.at, from.size);
    *out_size = (uint32_t)from.size;
    return true;
}

/* {"value":scalar,"topic":text,"payload":text}, opened already. */
static bool twin_read_one(struct gn_json *json, struct gn_twin_row *row)
{
    for (;;) {
        const struct gn_json_token key = gn_json_next(json);
        if (key.kind == GN_JSON_OBJECT_END)
            return row->value_size > 0 && row->topic_size > 0;
        if (key.kind != GN_JSON_KEY)
            return false;
        const bool is_value = gn_str_equal(key.text, GN_STR("value")),
                   is_topic = gn_str_equal(key.text, GN_STR("topic"));
        const char *begin = json->at;
        const struct gn_json_token token = gn_json_next(json);
        while (*begin == ':' || *begin == ' ')
            begin++;
        const gn_str raw = { begin, (size_t)(json->at - begin) };
        if (token.kind == GN_JSON_OBJECT || token.kind == GN_JSON_ARRAY || token.kind == GN_JSON_ERROR)
            return false;
        if (is_value                       ? !twin_copy(raw, row->value, &row->value_size)
            : token.kind != GN_JSON_STRING ? true
                                           : !(is_topic ? twin_copy(token.text, row->topic, &row->topic_size)
                                                        : twin_copy(token.text, row->payload, &row->payload_size)))
            return false;
    }
}

static void twin_read_properties(struct gn_act *act, struct gn_json *json, const struct gn_twin_row *common,
                                 int64_t now_ms)
{
    for (;;) {
        const struct gn_json_token key = gn_json_next(json);
        struct gn_twin_row row = *common;
        if (key.kind != GN_JSON_KEY || !gn_property_valid(key.text))
            return;
        gn_act_copy(row.property, sizeof row.property, key.text);
        const struct gn_json_token value = gn_json_next(json);
        if (value.kind == GN_JSON_NULL)
            twin_desire(act, &row, now_ms);
        else if (value.kind != GN_JSON_OBJECT || !twin_read_one(json, &row))
            return;
        else
            twin_desire(act, &row, now_ms);
    }
}

void gn_twin_on_desired(struct gn_act *act, uint64_t seq, int64_t now_ms, uint32_t thing, gn_str text, gn_str key)
{
    struct gn_json json;
    struct gn_twin_row common = { .thing = thing, .since_ms = now_ms };
    common.expires_ms = now_ms + INT64_C(1000) * GN_DESIRED_EXPIRY_S;
    gn_json_init(&json, text);
    if (seq == 0 || gn_json_next(&json).kind != GN_JSON_OBJECT ||
        !gn_order_key_is_new(act, gn_act_thing_name(act, thing), key, now_ms))
        return;
    for (;;) {
        const struct gn_json_token name = gn_json_next(&json);
        if (name.kind != GN_JSON_KEY)
            return;
        const bool by = gn_str_equal(name.text, GN_STR("by")), expires = gn_str_equal(name.text, GN_STR("expires"));
        const bool properties = gn_str_equal(name.text, GN_STR("properties"));
        const struct gn_json_token value = gn_json_next(&json);
        if (by && value.kind == GN_JSON_STRING)
            gn_act_copy(common.person, sizeof common.person, value.text);
        else if (expires && value.kind == GN_JSON_NUMBER && value.number > 0 && value.number < 9e15)
            common.expires_ms = gn_act_time((int64_t)value.number);
        else if (properties && value.kind == GN_JSON_OBJECT) {
            twin_read_properties(act, &json, &common, now_ms); /* the last member: what follows is not read */
            return;
        } else if (!gn_json_skip(&json, value)) {
            return;
        }
    }
}

/* --- what happens to it --- */

static bool twin_is_reached(const struct gn_act *act, const struct gn_twin_row *row, uint32_t series, double value,
                            gn_str text)
{
    struct gn_json json;
    gn_json_init(&json, (gn_str){ row->value, row->value_size });
    const struct gn_json_token token = gn_json_next(&json);
    if (act->registry->series[series].kind == GN_SERIES_TEXT)
        return token.kind == GN_JSON_STRING && gn_str_equal(token.text, text);
    if (token.kind == GN_JSON_BOOL)
        return (value != 0) == token.boolean;
    return token.kind == GN_JSON_NUMBER && fabs(token.number - value) <= 1e-9 * fmax(1, fabs(value));
}

void gn_twin_on_reported(struct gn_act *act, uint32_t series, int64_t now_ms, double value, gn_str text)
{
    const uint16_t place = series < GN_SERIES_MAX ? act->twin_of[series] : 0;
    if (place == 0)
        return;
    struct gn_twin_row *const row = &act->state->twins[place - 1];
    if (twin_is_reached(act, row, series, value, text))
        twin_end(act, row, GN_TWIN_REACHED, "", now_ms);
}

void gn_twin_on_link(struct gn_act *act, uint32_t thing, int64_t now_ms)
{
    for (size_t i = 0; i < GN_DESIRED_MAX; i++) {
        struct gn_twin_row *const row = &act->state->twins[i];
        if (row->state != GN_TWIN_NONE && (row->thing == thing || act->registry->things[row->thing].via == thing))
            twin_send(act, row, now_ms);
    }
}

void gn_twin_on_tick(struct gn_act *act)
{
    const int64_t now_ms = act->state->now_ms;
    for (size_t i = 0; i < GN_DESIRED_MAX; i++) {
        struct gn_twin_row *const row = &act->state->twins[i];
        if (row->state == GN_TWIN_NONE)
            continue;
        if (now_ms >= row->expires_ms)
            twin_end(act, row, GN_TWIN_EXPIRED, "", now_ms);
        else if (now_ms >= row->next_ms && twin_is_linked(act, row->thing))
            twin_send(act, row, now_ms);
    }
}
