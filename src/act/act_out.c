/* SPDX-License-Identifier: Apache-2.0 */
#include "act/act_int.h"

#include <stdio.h>

/* --- ids --- */

struct gn_act_id gn_act_id_next(struct gn_act *act, uint64_t seq)
{
    struct gn_act_state *const state = act->state;
    if (state->seq != seq) {
        state->seq = seq;
        state->next_n = 1;
    }
    return (struct gn_act_id){ .seq = seq, .n = state->next_n++ };
}

struct gn_id_text gn_act_id_text(char letter, struct gn_act_id id)
{
    struct gn_id_text out = { { 0 } };
    if (id.seq != 0)
        (void)snprintf(out.text, sizeof out.text, "%c-%llu-%llu", letter, (unsigned long long)id.seq,
                       (unsigned long long)id.n);
    return out;
}

bool gn_act_id_parse(char letter, gn_str text, struct gn_act_id *out)
{
    struct gn_act_id id = { 0 };
    gn_str number = { 0 };
    if (text.size < 2 || text.at[0] != letter || text.at[1] != '-')
        return false;
    const gn_str seq = gn_str_split((gn_str){ text.at + 2, text.size - 2 }, '-', &number);
    if (gn_parse_u64(seq, &id.seq) != GN_OK || gn_parse_u64(number, &id.n) != GN_OK || id.seq == 0)
        return false;
    const struct gn_id_text again = gn_act_id_text(letter, id);
    if (!gn_str_equal(gn_str_of(again.text), text)) /* "d-007-1" is not one of ours */
        return false;
    *out = id;
    return true;
}

/* --- names --- */

gn_str gn_act_thing_name(const struct gn_act *act, uint32_t thing)
{
    return thing < act->registry->thing_count ? gn_str_of(act->registry->things[thing].id) : GN_STR("");
}

gn_str gn_act_property(const struct gn_act *act, uint32_t series)
{
    return series < act->registry->series_count ? gn_str_of(act->registry->series[series].property) : GN_STR("");
}

gn_str gn_act_unit(const struct gn_act *act, uint32_t series)
{
    if (act->solution == NULL || series >= act->registry->series_count)
        return GN_STR("");
    struct gn_property_meaning meaning;
    gn_solution_meaning(act->solution, gn_act_thing_name(act, act->registry->series[series].thing),
                        gn_act_property(act, series), &meaning);
    return gn_str_of(meaning.unit);
}

/* --- the way out --- */

struct gn_buf gn_act_buf(struct gn_act *act)
{
    return gn_buf_over(act->json, sizeof act->json);
}

void gn_act_say(struct gn_act *act, const char *kind, const struct gn_id_text *id, uint32_t thing, const char *state,
                int64_t time_ms, const struct gn_buf *json)
{
    const struct gn_emitted emitted = {
        .kind = kind,
        .id = gn_str_of(id->text),
        .thing = thing < act->registry->thing_count ? thing : GN_NONE,
        .state = gn_str_of(state),
        .time_ms = time_ms,
        .json = gn_buf_str(json),
    };
    act->host.emit(act->host.self, &emitted);
}

void gn_put_str(struct gn_jw *w, const char *key, gn_str value)
{
    gn_jw_key(w, key);
    gn_jw_str(w, value);
}

void gn_put_text(struct gn_jw *w, const char *key, const char *value)
{
    gn_put_str(w, key, gn_str_of(value));
}

void gn_put_text_or_null(struct gn_jw *w, const char *key, const char *value)
{
    gn_jw_key(w, key);
    if (value[0] == '\0')
        gn_jw_null(w);
    else
        gn_jw_text(w, value);
}

void gn_put_id(struct gn_jw *w, const char *key, char letter, struct gn_act_id id)
{
    const struct gn_id_text text = gn_act_id_text(letter, id);
    gn_put_text_or_null(w, key, text.text);
}

void gn_put_f64(struct gn_jw *w, const char *key, double value)
{
    gn_jw_key(w, key);
    gn_jw_f64(w, value);
}

void gn_put_i64(struct gn_jw *w, const char *key, int64_t value)
{
    gn_jw_key(w, key);
    gn_jw_i64(w, value);
}

void gn_put_u64(struct gn_jw *w, const char *key, uint64_t value)
{
    gn_jw_key(w, key);
    gn_jw_u64(w, value);
}

void gn_put_time_or_null(struct gn_jw *w, const char *key, int64_t time_ms)
{
    gn_jw_key(w, key);
    if (time_ms == 0)
        gn_jw_null(w);
    else
        gn_jw_i64(w, time_ms);
}

void gn_put_model(struct gn_jw *w, const struct gn_act_reference *reference)
{
    static const struct gn_sha256 unknown;
    gn_jw_key(w, "model");
    if (reference->model[0] == '\0') {
        gn_jw_null(w);
        return;
    }
    gn_jw_open(w, '{');
    gn_put_text(w, "kind", reference->model);
    gn_put_u64(w, "version", reference->model_version);
    gn_jw_key(w, "state");
    if (memcmp(&reference->state_hash, &unknown, sizeof unknown) == 0)
        gn_jw_null(w);
    else
        gn_jw_hex(w, (gn_bytes){ reference->state_hash.bytes, GN_SHA256_BYTES });
    gn_jw_close(w, '}');
}

void gn_act_copy(char *to, size_t capacity, gn_str from)
{
    size_t size = from.size < capacity ? from.size : capacity - 1;
    while (size > 0 && size < from.size && ((uint8_t)from.at[size] & 0xC0u) == 0x80u)
        size--; /* not in the middle of a character */
    const void *const nul = size > 0 ? memchr(from.at, '\0', size) : NULL;
    if (nul != NULL)
        size = (size_t)((const char *)nul - from.at);
    if (size > 0)
        memcpy(to, from.at, size);
    memset(to + size, 0, capacity - size);
}
