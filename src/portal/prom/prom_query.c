/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/prom/prom_query.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/timestamp.h"

static gn_err prom_expression(struct gn_prom_query *query, struct gn_prom_value *out);

/* --- words --- */

static gn_err prom_refuse(struct gn_prom_query *query, const char *why)
{
    gn_diag_set(query->diag, 1, query->at + 1, "at column %zu: %s", query->at + 1, why);
    return GN_ERR_INVAL;
}

static void prom_blanks(struct gn_prom_query *query)
{
    while (query->at < query->text.size && strchr(" \t\r\n", query->text.at[query->at]) != NULL)
        query->at++;
}

static char prom_peek(struct gn_prom_query *query)
{
    prom_blanks(query);
    return query->at < query->text.size ? query->text.at[query->at] : '\0';
}

static bool prom_take(struct gn_prom_query *query, char c)
{
    if (prom_peek(query) != c)
        return false;
    query->at++;
    return true;
}

static bool prom_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
}

static gn_str prom_word(struct gn_prom_query *query)
{
    prom_blanks(query);
    const size_t begin = query->at;
    while (query->at < query->text.size && prom_is_word(query->text.at[query->at]))
        query->at++;
    return (gn_str){ query->text.at + begin, query->at - begin };
}

static void *prom_memory(struct gn_prom_query *query, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > GN_PROM_MEMORY_BYTES - query->used)
        return NULL;
    void *at = query->memory + query->used;
    query->used += size;
    return at;
}

/* A text in quotes, with \ before quote and backslash. */
static gn_err prom_text(struct gn_prom_query *query, gn_str *out)
{
    const char quote = prom_peek(query);
    if (quote != '"' && quote != '\'' && quote != '`')
        return prom_refuse(query, "a text in quotes is expected");
    char *to = prom_memory(query, query->text.size);
    size_t size = 0;
    if (to == NULL)
        return GN_ERR_FULL;
    for (query->at++; query->at < query->text.size; query->at++) {
        char c = query->text.at[query->at];
        if (c == quote) {
            query->at++;
            *out = (gn_str){ to, size };
            return GN_OK;
        }
        if (c == '\\' && quote != '`' && query->at + 1 < query->text.size) {
            c = query->text.at[++query->at];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        to[size++] = c;
    }
    return prom_refuse(query, "the text has no closing quote");
}

/* --- selectors --- */

static gn_err prom_matcher(struct gn_prom_query *query)
{
    struct gn_prom_matchers *all = &query->matchers;
    if (all->count == GN_PROM_MATCHERS_MAX)
        return prom_refuse(query, "there are more matchers than PROM_MATCHERS_MAX");
    struct gn_prom_matcher *matcher = &all->at[all->count];
    matcher->name = prom_word(query);
    if (matcher->name.size == 0)
        return prom_refuse(query, "a label's name is expected");
    const bool is_not = prom_take(query, '!');
    const char sign = prom_peek(query);
    query->at += sign != '\0';
    const bool is_pattern =
        sign == '~' || (sign == '=' && query->at < query->text.size && !is_not && query->text.at[query->at] == '~');
    if (is_pattern && sign == '=')
        query->at++;
    if (sign != '=' && !is_pattern)
        return prom_refuse(query, "one of = != =~ !~ is expected");
    if (is_pattern)
        matcher->match = is_not ? GN_PROM_NOT_LIKE : GN_PROM_LIKE;
    else
        matcher->match = is_not ? GN_PROM_NOT_EQUAL : GN_PROM_EQUAL;
    const gn_err err = prom_text(query, &matcher->value);
    if (err == GN_OK && is_pattern && !gn_prom_pattern_valid(matcher->value))
        return prom_refuse(query, "of patterns, only text, '.', '.*', '.+' and '|' between alternatives are known");
    all->count += err == GN_OK;
    return err;
}

/* NAME, {matchers}, or both. */
static gn_err prom_selector(struct gn_prom_query *query, gn_str name)
{
    query->matchers.count = 0;
    if (name.size > 0)
        query->matchers.at[query->matchers.count++] =
            (struct gn_prom_matcher){ GN_STR("__name__"), name, GN_PROM_EQUAL };
    if (!prom_take(query, '{'))
        return name.size > 0 ? GN_OK : prom_refuse(query, "a metric, a number or a function is expected");
    while (!prom_take(query, '}')) {
        const gn_err err = prom_matcher(query);
        if (err != GN_OK)
            return err;
        if (!prom_take(query, ',') && prom_peek(query) != '}')
            return prom_refuse(query, "',' or '}' is expected");
    }
    return query->matchers.count > 0 ? GN_OK : prom_refuse(query, "a selector needs a name or a matcher");
}

struct prom_gather {
    struct gn_prom_query *query;
    struct gn_prom_value *out;
    gn_str thing;
    bool is_full;
};

static bool prom_on_series(void *ctx, uint32_t index, const struct gn_series *series)
{
    struct prom_gather *gather = ctx;
    struct gn_prom_query *query = gather->query;
    if (series->kind == GN_SERIES_TEXT)
        return true;
    const size_t before = query->used;
    char *bytes = prom_memory(query, GN_PROM_LABEL_BYTES);
    if (bytes == NULL || gather->out->count == GN_PROM_SERIES_MAX) {
        gather->is_full = true;
        return false;
    }
    struct gn_buf all = gn_buf_over(bytes, GN_PROM_LABEL_BYTES);
    gn_buf_add_str(&all, gather->thing);
    const gn_str thing = gn_buf_str(&all);
    gn_buf_add_text(&all, series->property);
    const gn_str property = { bytes + thing.size, all.size - thing.size };
    struct gn_prom_row *row = &gather->out->rows[gather->out->count];
    gn_prom_labels_of(thing, property, &all, &row->labels);
    row->series = index;
    row->points = NULL;
    if (gn_prom_matches(&query->matchers, &row->labels))
        gather->out->count++;
    else
        query->used = before;
    return true;
}

static bool prom_on_thing(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct prom_gather *gather = ctx;
    gather->thing = gn_str_of(thing->id);
    GN_IGNORE(gn_store_series(gather->query->reader, index, prom_on_series, gather), "the Thing is there");
    return !gather->is_full;
}

static gn_err prom_gather(struct gn_prom_query *query, struct gn_prom_value *out)
{
    struct prom_gather gather = { .query = query, .out = out };
    *out = (struct gn_prom_value){ .rows = prom_memory(query, GN_PROM_SERIES_MAX * sizeof *out->rows) };
    if (out->rows == NULL)
        return GN_ERR_FULL;
    const gn_err err = gn_store_things(query->reader, prom_on_thing, &gather);
    if (err == GN_OK && gather.is_full) {
        gn_diag_set(query->diag, 0, 0, "the selector names more than PROM_SERIES_MAX (%d) series", GN_PROM_SERIES_MAX);
        return GN_ERR_FULL;
    }
    return err;
}

/* --- readings --- */

static gn_err prom_points(struct gn_prom_query *query, double **out)
{
    query->points += query->grid.steps;
    *out = query->points <= GN_PROM_POINTS_MAX ? prom_memory(query, query->grid.steps * sizeof **out) : NULL;
    if (*out != NULL)
        return GN_OK;
    gn_diag_set(query->diag, 0, 0,
                "the query has more than PROM_POINTS_MAX (%d) points; ask for fewer series, or a larger step",
                GN_PROM_POINTS_MAX);
    return GN_ERR_FULL;
}

static void prom_drop_name(struct gn_prom_labels *labels)
{
    if (labels->count == 0 || !gn_str_equal(labels->at[0].name, GN_STR("__name__")))
        return;
    labels->count--;
    memmove(&labels->at[0], &labels->at[1], labels->count * sizeof labels->at[0]);
}

static gn_err prom_read(struct gn_prom_query *query, gn_prom_fold fold, int64_t range_ms, bool keeps_name,
                        struct gn_prom_value *out)
{
    *out = (struct gn_prom_value){ 0 };
    if (query->is_dry)
        return GN_OK;
    gn_err err = prom_gather(query, out);
    query->window.reader = query->reader;
    query->window.grid = query->grid;
    query->window.fold = fold;
    query->window.range_ms = range_ms;
    for (size_t i = 0; i < out->count && err == GN_OK; i++) {
        struct gn_prom_row *row = &out->rows[i];
        err = prom_points(query, &row->points);
        if (err != GN_OK)
            return err;
        err = gn_prom_window(&query->window, row->series, row->points);
        if (err == GN_ERR_FULL)
            gn_diag_set(query->diag, 0, 0,
                        "the query looks at more than PROM_WORK_MAX or QUERY_READINGS_MAX readings; ask for less time, "
                        "fewer series or a larger step");
        if (!keeps_name)
            prom_drop_name(&row->labels);
    }
    return err;
}

static gn_err prom_over_time(struct gn_prom_query *query, gn_prom_fold fold, struct gn_prom_value *out)
{
    int64_t range_ms = 0;
    if (!prom_take(query, '('))
        return prom_refuse(query, "'(' is expected");
    gn_err err = prom_selector(query, prom_word(query));
    if (err != GN_OK)
        return err;
    if (!prom_take(query, '['))
        return prom_refuse(query, "a range is expected: [5m]");
    const gn_str range = prom_word(query);
    if (gn_duration_parse(range, &range_ms) != GN_OK || range_ms <= 0)
        return prom_refuse(query, "a duration is a number and one of ms s m h d, as 5m");
    if (!prom_take(query, ']') || !prom_take(query, ')'))
        return prom_refuse(query, "']' and ')' are expected");
    return prom_read(query, fold, range_ms, fold == GN_PROM_LAST, out);
}

/* --- aggregation --- */

struct prom_by {
    bool is_given;
    size_t count;
    gn_str names[GN_PROM_LABELS_MAX];
};

static gn_err prom_by(struct gn_prom_query *query, struct prom_by *by)
{
    const size_t before = query->at;
    const gn_str word = prom_word(query);
    if (gn_str_equal(word, GN_STR("without")))
        return prom_refuse(query, "'without' is not known here; name the labels that stay with 'by'");
    if (!gn_str_equal(word, GN_STR("by"))) {
        query->at = before;
        return GN_OK;
    }
    by->is_given = true;
    if (!prom_take(query, '('))
        return prom_refuse(query, "'(' is expected");
    while (!prom_take(query, ')')) {
        const gn_str name = prom_word(query);
        if (name.size == 0 || by->count == GN_PROM_LABELS_MAX)
            return prom_refuse(query, "a label's name is expected");
        by->names[by->count++] = name;
        if (!prom_take(query, ',') && prom_peek(query) != ')')
            return prom_refuse(query, "',' or ')' is expected");
    }
    return GN_OK;
}

static void prom_keep_labels(struct gn_prom_labels *labels, const struct prom_by *by)
{
    size_t kept = 0;
    for (size_t i = 0; i < labels->count; i++) {
        bool stays = false;
        for (size_t k = 0; k < by->count; k++)
            stays = stays || gn_str_equal(by->names[k], labels->at[i].name);
        if (stays)
            labels->at[kept++] = labels->at[i];
    }
    labels->count = kept;
}

static bool prom_same_labels(const struct gn_prom_labels *a, const struct gn_prom_labels *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++)
        same = gn_str_equal(a->at[i].name, b->at[i].name) && gn_str_equal(a->at[i].value, b->at[i].value);
    return same;
}

static void prom_add_row(gn_prom_fold fold, const double *from, double *to, double *counts, uint32_t steps)
{
    for (uint32_t step = 0; step < steps; step++) {
        const double value = from[step];
        if (isnan(value))
            continue;
        const bool first = counts[step] == 0;
        counts[step]++;
        if (fold == GN_PROM_SUM || fold == GN_PROM_AVG)
            to[step] = first ? value : to[step] + value;
        else if (fold == GN_PROM_MIN)
            to[step] = first || value < to[step] ? value : to[step];
        else if (fold == GN_PROM_MAX)
            to[step] = first || value > to[step] ? value : to[step];
    }
}

static void prom_end_row(gn_prom_fold fold, double *to, const double *counts, uint32_t steps)
{
    for (uint32_t step = 0; step < steps; step++) {
        if (counts[step] == 0)
            to[step] = NAN;
        else if (fold == GN_PROM_COUNT)
            to[step] = counts[step];
        else if (fold == GN_PROM_AVG)
            to[step] /= counts[step];
    }
}

/* Groups are looked for one by one; with many, most rows find theirs behind the one before them. */
static size_t prom_group(const struct gn_prom_value *groups, const struct gn_prom_labels *labels, size_t guess)
{
    for (size_t i = 0; i < groups->count; i++) {
        const size_t at = (guess + i) % groups->count;
        if (prom_same_labels(&groups->rows[at].labels, labels))
            return at;
    }
    return groups->count;
}

static gn_err prom_aggregate_rows(struct gn_prom_query *query, gn_prom_fold fold, const struct prom_by *by,
                                  const struct gn_prom_value *from, struct gn_prom_value *out)
{
    const uint32_t steps = query->grid.steps;
    double **counts = prom_memory(query, (from->count + 1) * sizeof *counts);
    *out = (struct gn_prom_value){ .rows = prom_memory(query, (from->count + 1) * sizeof *out->rows) };
    if (out->rows == NULL || counts == NULL)
        return GN_ERR_FULL;
    size_t group = 0;
    for (size_t i = 0; i < from->count; i++) {
        struct gn_prom_labels labels = from->rows[i].labels;
        prom_keep_labels(&labels, by);
        group = prom_group(out, &labels, group);
        if (group == out->count) {
            struct gn_prom_row *row = &out->rows[out->count];
            *row = (struct gn_prom_row){ .labels = labels };
            gn_err err = prom_points(query, &row->points);
            if (err == GN_OK)
                err = prom_points(query, &counts[out->count]);
            if (err != GN_OK)
                return err;
            memset(counts[out->count], 0, steps * sizeof **counts);
            out->count++;
        }
        query->window.work += steps;
        prom_add_row(fold, from->rows[i].points, out->rows[group].points, counts[group], steps);
    }
    for (size_t i = 0; i < out->count; i++)
        prom_end_row(fold, out->rows[i].points, counts[i], steps);
    return GN_OK;
}

static gn_err prom_aggregate(struct gn_prom_query *query, gn_prom_fold fold, struct gn_prom_value *out)
{
    struct prom_by by = { 0 };
    struct gn_prom_value from;
    gn_err err = prom_by(query, &by);
    if (err != GN_OK)
        return err;
    if (!prom_take(query, '('))
        return prom_refuse(query, "'(' is expected");
    err = prom_expression(query, &from);
    if (err == GN_OK && !prom_take(query, ')'))
        err = prom_refuse(query, "')' is expected");
    if (err == GN_OK && !by.is_given)
        err = prom_by(query, &by);
    if (err != GN_OK)
        return err;
    if (from.is_scalar)
        return prom_refuse(query, "only a vector can be aggregated");
    *out = (struct gn_prom_value){ 0 };
    return query->is_dry ? GN_OK : prom_aggregate_rows(query, fold, &by, &from, out);
}

/* --- arithmetic --- */

static double prom_calculate(char sign, double a, double b)
{
    return sign == '+' ? a + b : sign == '-' ? a - b : sign == '*' ? a * b : a / b;
}

static gn_err prom_combine(struct gn_prom_query *query, char sign, struct gn_prom_value *a,
                           const struct gn_prom_value *b)
{
    if (!a->is_scalar && !b->is_scalar)
        return prom_refuse(query, "two vectors cannot be combined here; one side must be a number");
    if (a->is_scalar && b->is_scalar) {
        a->scalar = prom_calculate(sign, a->scalar, b->scalar);
        return GN_OK;
    }
    const struct gn_prom_value vector = a->is_scalar ? *b : *a;
    for (size_t i = 0; i < vector.count; i++) {
        prom_drop_name(&vector.rows[i].labels);
        for (uint32_t step = 0; step < query->grid.steps; step++) {
            double *point = &vector.rows[i].points[step];
            *point = a->is_scalar ? prom_calculate(sign, a->scalar, *point) : prom_calculate(sign, *point, b->scalar);
        }
    }
    *a = vector;
    return GN_OK;
}

/* --- the expression --- */

static const struct {
    const char *name;
    gn_prom_fold fold;
    bool over_time;
} prom_functions[] = {
    { "avg_over_time", GN_PROM_AVG, true },
    { "min_over_time", GN_PROM_MIN, true },
    { "max_over_time", GN_PROM_MAX, true },
    { "sum_over_time", GN_PROM_SUM, true },
    { "count_over_time", GN_PROM_COUNT, true },
    { "last_over_time", GN_PROM_LAST, true },
    { "rate", GN_PROM_RATE, true },
    { "sum", GN_PROM_SUM, false },
    { "avg", GN_PROM_AVG, false },
    { "min", GN_PROM_MIN, false },
    { "max", GN_PROM_MAX, false },
    { "count", GN_PROM_COUNT, false },
};

/* A function, when '(' or 'by' follows; a metric may have the same name. */
static bool prom_is_call(struct gn_prom_query *query)
{
    const size_t before = query->at;
    const bool by = prom_peek(query) == 'b' && gn_str_equal(prom_word(query), GN_STR("by"));
    const bool called = by || prom_peek(query) == '(';
    query->at = before;
    return called;
}

static gn_err prom_named(struct gn_prom_query *query, struct gn_prom_value *out)
{
    const size_t before = query->at;
    const gn_str name = prom_word(query);
    if (name.size > 0 && prom_is_call(query)) {
        for (size_t i = 0; i < sizeof prom_functions / sizeof prom_functions[0]; i++)
            if (gn_str_equal(name, gn_str_of(prom_functions[i].name)))
                return prom_functions[i].over_time ? prom_over_time(query, prom_functions[i].fold, out)
                                                   : prom_aggregate(query, prom_functions[i].fold, out);
        query->at = before;
        return prom_refuse(query, "this function is not known here; docs/prometheus.md lists those that are");
    }
    const gn_err err = prom_selector(query, name);
    if (err != GN_OK)
        return err;
    if (prom_peek(query) == '[')
        return prom_refuse(query, "a range needs a function around it: avg_over_time(NAME[5m])");
    return prom_read(query, GN_PROM_LAST, GN_PROM_LOOKBACK_MS, true, out);
}

static gn_err prom_factor(struct gn_prom_query *query, struct gn_prom_value *out)
{
    const char c = prom_peek(query);
    gn_err err;
    if ((c >= '0' && c <= '9')) {
        size_t size = 0;
        const gn_str rest = { query->text.at + query->at, query->text.size - query->at };
        *out = (struct gn_prom_value){ .is_scalar = true };
        if (gn_number_scan(rest, GN_NUMBER_DECIMAL, &out->scalar, &size) != GN_OK)
            return prom_refuse(query, "this is not a number");
        query->at += size;
        return GN_OK;
    }
    if (++query->depth > GN_PROM_DEPTH_MAX)
        return prom_refuse(query, "the expression is nested deeper than PROM_DEPTH_MAX");
    if (prom_take(query, '-')) {
        const struct gn_prom_value minus = { .is_scalar = true, .scalar = -1 };
        err = prom_factor(query, out);
        if (err == GN_OK)
            err = prom_combine(query, '*', out, &minus);
    } else if (prom_take(query, '(')) {
        err = prom_expression(query, out);
        if (err == GN_OK && !prom_take(query, ')'))
            err = prom_refuse(query, "')' is expected");
    } else {
        err = prom_named(query, out);
    }
    query->depth--;
    return err;
}

static gn_err prom_term(struct gn_prom_query *query, struct gn_prom_value *out)
{
    gn_err err = prom_factor(query, out);
    while (err == GN_OK && (prom_peek(query) == '*' || prom_peek(query) == '/')) {
        struct gn_prom_value right;
        const char sign = query->text.at[query->at++];
        err = prom_factor(query, &right);
        if (err == GN_OK)
            err = prom_combine(query, sign, out, &right);
    }
    return err;
}

static gn_err prom_expression(struct gn_prom_query *query, struct gn_prom_value *out)
{
    gn_err err = prom_term(query, out);
    while (err == GN_OK && (prom_peek(query) == '+' || prom_peek(query) == '-')) {
        struct gn_prom_value right;
        const char sign = query->text.at[query->at++];
        err = prom_term(query, &right);
        if (err == GN_OK)
            err = prom_combine(query, sign, out, &right);
    }
    return err;
}

/* --- life --- */

static gn_err prom_begin(struct gn_prom_query *query, gn_str text)
{
    query->text = text;
    query->at = 0;
    query->depth = 0;
    query->used = 0;
    query->points = 0;
    query->window.work = 0;
    if (text.size > GN_PROM_QUERY_BYTES_MAX)
        return prom_refuse(query, "the expression is longer than PROM_QUERY_BYTES_MAX");
    if (query->memory == NULL)
        query->memory = gn_mem_take(GN_PROM_MEMORY_BYTES, "portal: while answering");
    if (query->memory == NULL)
        return GN_ERR_BUSY;
    query->window.slots = prom_memory(query, query->grid.steps * sizeof *query->window.slots);
    return query->window.slots != NULL ? GN_OK : GN_ERR_FULL;
}

static gn_err prom_pass(struct gn_prom_query *query, gn_str text, bool is_dry, struct gn_prom_value *out)
{
    query->is_dry = is_dry;
    gn_err err = prom_begin(query, text);
    if (err == GN_OK)
        err = prom_expression(query, out);
    if (err == GN_OK && prom_peek(query) != '\0')
        err = prom_refuse(query, "this is not known here; docs/prometheus.md says what of PromQL is");
    return err;
}

gn_err gn_prom_query_run(struct gn_prom_query *query, gn_str text, struct gn_prom_value *out)
{
    gn_err err = prom_pass(query, text, true, out);
    if (err == GN_OK)
        err = prom_pass(query, text, false, out);
    if (err == GN_ERR_FULL && query->diag->text[0] == '\0')
        gn_diag_set(query->diag, 0, 0, "the query needs more than %d MiB; ask for fewer series",
                    GN_PROM_MEMORY_BYTES >> 20);
    return err;
}

gn_err gn_prom_query_select(struct gn_prom_query *query, gn_str selector, struct gn_prom_value *out)
{
    gn_err err = prom_begin(query, selector);
    if (err == GN_OK)
        err = prom_selector(query, prom_word(query));
    if (err == GN_OK && prom_peek(query) != '\0')
        err = prom_refuse(query, "the selector should end here");
    return err != GN_OK ? err : prom_gather(query, out);
}

void gn_prom_query_end(struct gn_prom_query *query)
{
    gn_mem_give(query->memory);
    query->memory = NULL;
}
