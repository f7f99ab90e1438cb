/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/proposal.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "thing/description.h"
#include "thing/unit_guess.h"

enum { PROPOSAL_WORDS_MAX = 12, PROPOSAL_WORD_BYTES = 32, PROPOSAL_RISES = 10 };

struct proposal_seen { /* private to one answer: the newest readings of one series */
    bool told;         /* what was seen goes into the answer */
    size_t count;
    int64_t times[GN_PROPOSAL_READINGS];
    double values[GN_PROPOSAL_READINGS];
    size_t word_count; /* PROPOSAL_WORDS_MAX + 1: more than a state has */
    char words[PROPOSAL_WORDS_MAX][PROPOSAL_WORD_BYTES + 1];
    double sorted[GN_PROPOSAL_READINGS];
};

/* --- looking --- */

static void proposal_word(struct proposal_seen *seen, gn_str text)
{
    for (size_t i = 0; i < seen->word_count && i < PROPOSAL_WORDS_MAX; i++)
        if (gn_str_equal(text, gn_str_of(seen->words[i])))
            return;
    if (seen->word_count >= PROPOSAL_WORDS_MAX || text.size > PROPOSAL_WORD_BYTES ||
        gn_str_copy(seen->words[seen->word_count], sizeof seen->words[0], text) != GN_OK)
        seen->word_count = PROPOSAL_WORDS_MAX + 1;
    else
        seen->word_count++;
}

static bool proposal_take(void *ctx, const struct gn_reading *reading)
{
    struct proposal_seen *seen = ctx;
    if (seen->count == GN_PROPOSAL_READINGS)
        return false;
    seen->times[seen->count] = reading->time_ms;
    seen->values[seen->count++] = reading->value;
    if (reading->text.at != NULL)
        proposal_word(seen, reading->text);
    return true;
}

static int proposal_order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of the pauses, in milliseconds; 0 when there are none. */
static double proposal_period(struct proposal_seen *seen)
{
    if (seen->count < 3)
        return 0;
    for (size_t i = 1; i < seen->count; i++)
        seen->sorted[i - 1] = (double)(seen->times[i] - seen->times[i - 1]);
    qsort(seen->sorted, seen->count - 1, sizeof seen->sorted[0], proposal_order);
    return seen->sorted[(seen->count - 1) / 2];
}

static void proposal_usual(struct proposal_seen *seen, double *out_low, double *out_high)
{
    memcpy(seen->sorted, seen->values, seen->count * sizeof seen->sorted[0]);
    qsort(seen->sorted, seen->count, sizeof seen->sorted[0], proposal_order);
    *out_low = seen->sorted[seen->count / 20];
    *out_high = seen->sorted[seen->count - 1 - seen->count / 20];
}

/* It grows, again and again; where it falls, it falls to less than half: it began anew. */
static bool proposal_is_counter(const struct proposal_seen *seen)
{
    size_t rises = 0, falls = 0;
    for (size_t i = 1; i < seen->count; i++) {
        rises += seen->values[i] > seen->values[i - 1];
        if (seen->values[i] >= seen->values[i - 1])
            continue;
        falls++;
        if (seen->values[i] > seen->values[i - 1] / 2)
            return false;
    }
    return rises >= PROPOSAL_RISES && falls * PROPOSAL_RISES <= rises;
}

static const char *proposal_kind(const struct proposal_seen *seen, uint8_t kind)
{
    if (kind == GN_SERIES_BOOL)
        return "boolean";
    if (kind == GN_SERIES_TEXT)
        return seen->word_count > 0 && seen->word_count <= PROPOSAL_WORDS_MAX && seen->count >= GN_PROPOSAL_ENOUGH
                   ? "state"
                   : "text";
    return proposal_is_counter(seen) ? "counter" : "number";
}

/* --- writing --- */

/* True when the described object has that key. */
static bool proposal_has(gn_str described, const char *key)
{
    struct gn_json json;
    gn_json_init(&json, described);
    if (gn_json_next(&json).kind != GN_JSON_OBJECT)
        return false;
    for (;;) {
        const struct gn_json_token token = gn_json_next(&json);
        if (token.kind != GN_JSON_KEY)
            return false;
        if (gn_str_equal(token.text, gn_str_of(key)))
            return true;
        if (!gn_json_skip(&json, token))
            return false;
    }
}

/* The members of an object, without its braces, as they are. */
static void proposal_members(struct gn_jw *w, gn_str object)
{
    const gn_str inside = object.size > 2 ? gn_str_trim((gn_str){ object.at + 1, object.size - 2 }) : (gn_str){ 0 };
    if (inside.size == 0)
        return;
    if (w->comma)
        gn_buf_add_u8(w->buf, ',');
    gn_buf_add_str(w->buf, inside);
    w->comma = true;
}

static void proposal_text(struct gn_jw *w, gn_str described, const char *key, const char *text)
{
    if (text[0] == '\0' || proposal_has(described, key))
        return;
    gn_jw_key(w, key);
    gn_jw_text(w, text);
}

static void proposal_words(struct gn_jw *w, const struct proposal_seen *seen)
{
    gn_jw_key(w, "enum");
    gn_jw_open(w, '[');
    for (size_t i = 0; i < seen->word_count; i++)
        gn_jw_text(w, seen->words[i]);
    gn_jw_close(w, ']');
}

/* Unit, usual range: what only numbers have. */
static void proposal_numbers(struct gn_jw *w, gn_str name, gn_str described, struct proposal_seen *seen)
{
    double low = (double)NAN, high = (double)NAN;
    if (seen->count > 0)
        proposal_usual(seen, &low, &high);
    if (!proposal_has(described, "unit")) {
        const struct gn_unit_guess guess = gn_unit_guess(name, low, high);
        proposal_text(w, described, "unit", guess.unit);
        proposal_text(w, described, "gn:unit_reason", guess.reason);
    }
    if (seen->count < GN_PROPOSAL_ENOUGH || !seen->told)
        return;
    gn_jw_key(w, "gn:usual");
    gn_jw_open(w, '[');
    gn_jw_f64(w, low);
    gn_jw_f64(w, high);
    gn_jw_close(w, ']');
}

static void proposal_learned(struct gn_api *api, struct gn_jw *w, const struct gn_series *row, uint32_t series,
                             gn_str described, struct proposal_seen *seen)
{
    char text[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_reading last;
    const char *kind = proposal_kind(seen, row->kind);
    proposal_text(w, described, "type",
                  row->kind == GN_SERIES_BOOL   ? "boolean"
                  : row->kind == GN_SERIES_TEXT ? "string"
                                                : "number");
    proposal_text(w, described, "gn:kind", kind);
    if (strcmp(kind, "state") == 0 && !proposal_has(described, "enum"))
        proposal_words(w, seen);
    if (row->kind == GN_SERIES_NUMBER)
        proposal_numbers(w, gn_str_of(row->property), described, seen);
    if (!seen->told)
        return;
    const double period = proposal_period(seen);
    if (period > 0) {
        gn_jw_key(w, "gn:period_ms");
        gn_jw_f64(w, period);
    }
    if (gn_value_last(api->reader, series, &last, text)) {
        gn_jw_key(w, "gn:last");
        gn_value_write(w, row->kind, &last);
    }
}

static bool proposal_find(const struct gn_series_list *series, gn_str name, uint32_t *out)
{
    for (uint32_t i = 0; i < series->count; i++) {
        if (!gn_str_equal(name, gn_str_of(series->series[i].property)))
            continue;
        *out = i;
        return true;
    }
    return false;
}

static gn_err proposal_property(struct gn_api *api, struct gn_jw *w, const struct gn_series_list *series, gn_str name,
                                gn_str described, struct proposal_seen *seen)
{
    uint32_t at;
    gn_err err = GN_OK;
    const bool spoken = proposal_find(series, name, &at);
    const bool told = seen->told;
    memset(seen, 0, sizeof *seen);
    seen->told = told;
    if (spoken) {
        const struct gn_range newest = { .series = series->index[at],
                                         .from_ms = INT64_MIN,
                                         .to_ms = INT64_MAX,
                                         .limit = GN_PROPOSAL_READINGS,
                                         .newest_first = true };
        err = gn_store_range(api->reader, &newest, proposal_take, seen);
    }
    gn_jw_key_str(w, name);
    gn_jw_open(w, '{');
    proposal_members(w, described);
    if (!proposal_has(described, "readOnly")) {
        gn_jw_key(w, "readOnly");
        gn_jw_bool(w, true);
    }
    if (spoken && err == GN_OK)
        proposal_learned(api, w, &series->series[at], series->index[at], described, seen);
    gn_jw_close(w, '}');
    return err;
}

static gn_err proposal_properties(struct gn_api *api, struct gn_jw *w, const struct gn_series_list *series,
                                  gn_str described, struct proposal_seen *seen)
{
    struct gn_description_walk walk;
    gn_err err = GN_OK;
    gn_description_walk(&walk, described, "properties");
    while (err == GN_OK && gn_description_next(&walk))
        err = proposal_property(api, w, series, walk.name, walk.json, seen);
    for (uint32_t i = 0; err == GN_OK && i < series->count; i++) {
        const gn_str name = gn_str_of(series->series[i].property);
        if (gn_description_member(described, "properties", name).size == 0)
            err = proposal_property(api, w, series, name, (gn_str){ 0 }, seen);
    }
    return err;
}

/* What the device says of itself and nobody here understands: not to be hidden from whoever decides. */
static void proposal_not_understood(gn_str described, struct gn_jw *w)
{
    struct gn_json json;
    gn_json_init(&json, described);
    if (described.size == 0 || gn_json_next(&json).kind != GN_JSON_OBJECT)
        return;
    for (;;) {
        const struct gn_json_token key = gn_json_next(&json);
        if (key.kind != GN_JSON_KEY)
            return;
        const bool is_it = gn_str_equal(key.text, GN_STR("gn:not_understood"));
        const struct gn_json_token token = gn_json_next(&json);
        if (is_it && token.kind == GN_JSON_STRING) {
            gn_jw_key(w, "gn:not_understood");
            gn_jw_str(w, token.text);
            return;
        }
        if (!gn_json_skip(&json, token))
            return;
    }
}

gn_err gn_proposal_write(struct gn_api *api, const struct gn_thing *thing, const struct gn_series_list *series,
                         gn_str described, bool told, struct gn_jw *w)
{
    struct proposal_seen *seen = gn_mem_take(sizeof *seen, "portal: while answering");
    if (seen == NULL)
        return GN_ERR_BUSY;
    seen->told = told;
    gn_jw_open(w, '{');
    gn_jw_key(w, "title");
    gn_jw_text(w, thing->name);
    if (told)
        proposal_not_understood(described, w);
    gn_jw_key(w, "properties");
    gn_jw_open(w, '{');
    const gn_err err = proposal_properties(api, w, series, described, seen);
    gn_jw_close(w, '}');
    gn_jw_close(w, '}');
    gn_mem_give(seen);
    return err;
}

uint64_t gn_proposal_readings(struct gn_api *api, const struct gn_series_list *series)
{
    uint64_t sum = 0, count;
    for (uint32_t i = 0; i < series->count; i++)
        if (gn_store_count(api->reader, series->index[i], INT64_MIN, INT64_MAX, &count) == GN_OK)
            sum += count;
    return sum;
}

const char *gn_proposal_not_ready(uint64_t readings, bool is_described, int64_t age_ms)
{
    if (is_described)
        return NULL;
    if (readings < GN_PROPOSAL_ENOUGH)
        return "fewer than 20 readings have come";
    return age_ms < GN_PROPOSAL_MS ? "it is known for less than three minutes" : NULL;
}
