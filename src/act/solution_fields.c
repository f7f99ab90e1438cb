/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_fields.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "act/near_miss.h"
#include "act/units.h"
#include "base/timestamp.h"

enum { FIELDS_QUOTE_BYTES = 48, FIELDS_LIST_BYTES = 160 };

struct gn_quoted gn_quote(gn_str text)
{
    struct gn_quoted quoted = { { 0 } };
    size_t size = text.size;
    if (size > FIELDS_QUOTE_BYTES) {
        size = FIELDS_QUOTE_BYTES;
        while (size > 0 && ((uint8_t)text.at[size] & 0xC0u) == 0x80u)
            size--; /* not in the middle of a character */
    }
    for (size_t i = 0; i < size; i++)
        quoted.text[i] = (uint8_t)text.at[i] < 0x20 || text.at[i] == 0x7F ? '?' : text.at[i];
    if (size < text.size)
        memcpy(quoted.text + size, "...", 4);
    return quoted;
}

gn_err gn_field_refuse(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *fmt, ...)
{
    char words[GN_DIAG_TEXT_BYTES];
    char file[GN_DIAG_FILE_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    if (fields->diag == NULL)
        return GN_ERR_INVAL;
    (void)snprintf(file, sizeof file, "%.*s", GN_STR_ARGS(fields->file));
    gn_diag_file(fields->diag, file);
    gn_diag_set(fields->diag, node->line, node->column, "%s", words);
    return GN_ERR_INVAL;
}

static const char *fields_kind_name(const struct gn_yaml_node *node)
{
    if (node->kind == GN_YAML_LIST)
        return "a list";
    if (node->kind == GN_YAML_MAP)
        return "a map";
    return node->text.size == 0 ? "empty" : "a single value";
}

/* "a, b, c" of words that end with NULL. */
static void fields_join(const char *const *words, char out[static FIELDS_LIST_BYTES])
{
    struct gn_buf buf = gn_buf_over(out, FIELDS_LIST_BYTES - 1);
    for (size_t i = 0; words[i] != NULL; i++)
        gn_buf_addf(&buf, "%s%s", i > 0 ? ", " : "", words[i]);
    out[buf.size] = '\0';
}

static gn_str fields_nearest(gn_str written, const char *const *words)
{
    struct gn_near_miss miss = gn_near_miss_of(written);
    for (size_t i = 0; words[i] != NULL; i++)
        gn_near_miss_offer(&miss, gn_str_of(words[i]));
    return miss.best;
}

/* --- maps and lists --- */

static bool fields_is_known(gn_str key, const char *const *known)
{
    for (size_t i = 0; known[i] != NULL; i++) {
        if (gn_str_equal(key, gn_str_of(known[i])))
            return true;
    }
    return false;
}

gn_err gn_field_map(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *what,
                    const char *const *known)
{
    char list[FIELDS_LIST_BYTES];
    fields_join(known, list);
    if (node->kind != GN_YAML_MAP)
        return gn_field_refuse(fields, node, "%s must be a map with the keys %s; this is %s", what, list,
                               fields_kind_name(node));
    for (const struct gn_yaml_node *key = gn_yaml_first(fields->tree, node); key != NULL;
         key = gn_yaml_next(fields->tree, key)) {
        if (fields_is_known(key->text, known))
            continue;
        const gn_str near = fields_nearest(key->text, known);
        const struct gn_quoted quoted = gn_quote(key->text);
        if (near.size > 0)
            return gn_field_refuse(fields, key, "unknown key '%s' in %s; did you mean '%.*s'?", quoted.text, what,
                                   GN_STR_ARGS(near));
        return gn_field_refuse(fields, key, "unknown key '%s' in %s; known are %s", quoted.text, what, list);
    }
    return GN_OK;
}

gn_err gn_field_need(const struct gn_fields *fields, const struct gn_yaml_node *map, const char *what, const char *key,
                     const struct gn_yaml_node **out)
{
    const struct gn_yaml_node *const value = gn_yaml_get(fields->tree, map, key);
    if (value == NULL)
        return gn_field_refuse(fields, map, "%s needs '%s'", what, key);
    *out = value;
    return GN_OK;
}

gn_err gn_field_list(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                     uint32_t many_max)
{
    if (node->kind != GN_YAML_LIST)
        return gn_field_refuse(fields, node, "'%s' must be a list; this is %s", key, fields_kind_name(node));
    if (node->count > many_max)
        return gn_field_refuse(fields, node, "'%s' has %u items; %u are the most", key, node->count, many_max);
    return GN_OK;
}

/* --- texts --- */

gn_err gn_field_scalar(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key, gn_str *out)
{
    if (node->kind != GN_YAML_SCALAR)
        return gn_field_refuse(fields, node, "'%s' must be a single value; this is %s", key, fields_kind_name(node));
    if (node->text.size == 0)
        return gn_field_refuse(fields, node, "'%s' has no value", key);
    *out = node->text;
    return GN_OK;
}

gn_err gn_field_keep(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str text, gn_str *out)
{
    struct gn_solution *const solution = fields->solution;
    if (text.size + 1 > solution->text_capacity - solution->text_size)
        return gn_field_refuse(fields, node, "too much text in the solution");
    char *const to = solution->text + solution->text_size;
    if (text.size > 0)
        memcpy(to, text.at, text.size);
    to[text.size] = '\0';
    solution->text_size += text.size + 1;
    *out = (gn_str){ to, text.size };
    return GN_OK;
}

gn_err gn_field_thing(const struct gn_fields *fields, const struct gn_yaml_node *node, bool any, gn_str *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, "thing", &text);
    if (err)
        return err;
    if (any && gn_is_any(text))
        return gn_field_keep(fields, node, text, out);
    if (!gn_thing_id_valid(text))
        return gn_field_refuse(fields, node,
                               "'%s' cannot be a Thing's id: 1 to %d of the characters A-Z a-z 0-9 _ . -%s",
                               gn_quote(text).text, GN_THING_ID_BYTES_MAX, any ? ", or '*' for any Thing" : "");
    return gn_field_keep(fields, node, text, out);
}

gn_err gn_field_name(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key, bool pattern,
                     gn_str *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, key, &text);
    if (err)
        return err;
    const char *const star = memchr(text.at, '*', text.size);
    if (star != NULL && !pattern)
        return gn_field_refuse(fields, node, "'%s' must be one name here, without '*': '%s'", key, gn_quote(text).text);
    if (star != NULL && star != text.at + text.size - 1)
        return gn_field_refuse(fields, node, "'*' may only stand at the end, as in 'cpu*': '%s'", gn_quote(text).text);
    if (!gn_property_valid(text))
        return gn_field_refuse(fields, node,
                               "'%s' cannot be a name: 1 to %d bytes without '/', '+', '#' and control characters",
                               gn_quote(text).text, GN_PROPERTY_BYTES_MAX);
    return gn_field_keep(fields, node, text, out);
}

gn_err gn_field_unit(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, "unit", &text);
    if (err)
        return err;
    if (text.size > GN_UNIT_BYTES_MAX)
        return gn_field_refuse(fields, node, "the unit '%s' is longer than %d bytes", gn_quote(text).text,
                               GN_UNIT_BYTES_MAX);
    return gn_field_keep(fields, node, text, out);
}

gn_err gn_field_word(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                     const char *const *words, int *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, key, &text);
    if (err)
        return err;
    for (int i = 0; words[i] != NULL; i++) {
        if (gn_str_equal(text, gn_str_of(words[i]))) {
            *out = i;
            return GN_OK;
        }
    }
    char list[FIELDS_LIST_BYTES];
    fields_join(words, list);
    const gn_str near = fields_nearest(text, words);
    if (near.size > 0)
        return gn_field_refuse(fields, node, "'%s' must be one of %s; did you mean '%.*s' (this is '%s')?", key, list,
                               GN_STR_ARGS(near), gn_quote(text).text);
    return gn_field_refuse(fields, node, "'%s' must be one of %s; this is '%s'", key, list, gn_quote(text).text);
}

/* --- numbers --- */

gn_err gn_field_quantity(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key, gn_str unit,
                         double *out)
{
    gn_str text, written;
    double value = 0.0;
    const gn_err err = gn_field_scalar(fields, node, key, &text);
    if (err)
        return err;
    if (gn_quantity_parse(text, &value, &written) != GN_OK)
        return gn_field_refuse(fields, node, "'%s' must be a number%s%.*s; this is '%s'", key,
                               unit.size > 0 ? " in " : "", GN_STR_ARGS(unit), gn_quote(text).text);
    if (written.size == 0 || gn_str_equal(written, unit)) {
        *out = value;
        return GN_OK;
    }
    if (unit.size == 0)
        return gn_field_refuse(fields, node, "'%s' has the unit '%.*s', but what it is compared with declares none",
                               key, GN_STR_ARGS(written));
    if (gn_unit_convert(value, written, unit, out) == GN_OK)
        return GN_OK;
    char name[GN_UNIT_BYTES_MAX + 1];
    GN_IGNORE(gn_str_copy(name, sizeof name, unit), "a kept unit is never longer");
    const char *const family = gn_unit_relatives(unit);
    return gn_field_refuse(fields, node, "'%s' is in '%.*s', but '%s' is expected%s%s%s", key, GN_STR_ARGS(written),
                           name, family[0] != '\0' ? " (or one of " : "", family, family[0] != '\0' ? ")" : "");
}

gn_err gn_field_range(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str unit, double *out_low,
                      double *out_high)
{
    double low = 0.0, high = 0.0;
    if (node->kind != GN_YAML_LIST || node->count != 2)
        return gn_field_refuse(fields, node, "'range' must be two numbers, as [0, 100]");
    const struct gn_yaml_node *const first = gn_yaml_first(fields->tree, node);
    gn_err err = gn_field_quantity(fields, first, "range", unit, &low);
    if (!err)
        err = gn_field_quantity(fields, gn_yaml_next(fields->tree, first), "range", unit, &high);
    if (err)
        return err;
    if (!(low < high))
        return gn_field_refuse(fields, node, "'range' goes from %g to %g; the lower end must come first", low, high);
    *out_low = low;
    *out_high = high;
    return GN_OK;
}

gn_err gn_field_duration(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                         int64_t least_ms, int64_t *out_ms)
{
    gn_str text;
    int64_t duration = 0;
    const gn_err err = gn_field_scalar(fields, node, key, &text);
    if (err)
        return err;
    if (gn_duration_parse(text, &duration) != GN_OK)
        return gn_field_refuse(fields, node, "'%s' must be a duration as 250ms, 10s, 5m, 2h or 1d; this is '%s'", key,
                               gn_quote(text).text);
    if (duration < least_ms || duration > GN_SOLUTION_DURATION_MS_MAX)
        return gn_field_refuse(fields, node, "'%s' must be %s 31d; this is '%s'", key,
                               least_ms > 0 ? "more than 0 and at most" : "from 0s to", gn_quote(text).text);
    *out_ms = duration;
    return GN_OK;
}

gn_err gn_field_rate(const struct gn_fields *fields, const struct gn_yaml_node *node, struct gn_rate *out)
{
    gn_str text, rest = { 0 }, duration = { 0 };
    uint64_t count = 0;
    int64_t per_ms = 0;
    const gn_err err = gn_field_scalar(fields, node, "at_most", &text);
    if (err)
        return err;
    const gn_str number = gn_str_split(text, ' ', &rest);
    const gn_str per = gn_str_split(gn_str_trim(rest), ' ', &duration);
    if (gn_parse_u64(number, &count) != GN_OK || !gn_str_equal(per, GN_STR("per")) ||
        gn_duration_parse(gn_str_trim(duration), &per_ms) != GN_OK)
        return gn_field_refuse(fields, node, "'at_most' must be COUNT per DURATION, as '6 per 1m'; this is '%s'",
                               gn_quote(text).text);
    if (count < 1 || count > GN_RATE_COUNT_MAX)
        return gn_field_refuse(fields, node, "the count of 'at_most' must be 1 to %d; this is '%s'", GN_RATE_COUNT_MAX,
                               gn_quote(text).text);
    if (per_ms < 1 || per_ms > GN_SOLUTION_DURATION_MS_MAX)
        return gn_field_refuse(fields, node, "the duration of 'at_most' must be more than 0 and at most 31d");
    *out = (struct gn_rate){ .count = (uint32_t)count, .per_ms = per_ms };
    return GN_OK;
}

gn_err gn_field_bool(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key, bool *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, key, &text);
    if (err)
        return err;
    const bool yes = gn_str_equal(text, GN_STR("true"));
    if (!node->plain || (!yes && !gn_str_equal(text, GN_STR("false"))))
        return gn_field_refuse(fields, node, "'%s' must be true or false; this is '%s'", key, gn_quote(text).text);
    *out = yes;
    return GN_OK;
}

const char *gn_value_type_name(gn_value_type type)
{
    switch (type) {
    case GN_VALUE_NUMBER:
        return "a number";
    case GN_VALUE_INTEGER:
        return "a whole number";
    case GN_VALUE_BOOL:
        return "true or false";
    case GN_VALUE_TEXT:
        return "text";
    }
    return "a value";
}

gn_err gn_field_value(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                      gn_value_type type, gn_str unit, struct gn_value *out)
{
    struct gn_value value = { .type = type };
    gn_str text;
    gn_err err = GN_OK;
    switch (type) {
    case GN_VALUE_BOOL:
        err = gn_field_bool(fields, node, key, &value.boolean);
        break;
    case GN_VALUE_TEXT:
        err = gn_field_scalar(fields, node, key, &text);
        if (!err && text.size > GN_PROPERTY_BYTES_MAX)
            err = gn_field_refuse(fields, node, "'%s' is longer than %d bytes", key, GN_PROPERTY_BYTES_MAX);
        if (!err)
            err = gn_field_keep(fields, node, text, &value.text);
        break;
    case GN_VALUE_NUMBER:
    case GN_VALUE_INTEGER:
        err = gn_field_quantity(fields, node, key, unit, &value.number);
        if (!err && type == GN_VALUE_INTEGER && value.number != trunc(value.number))
            err = gn_field_refuse(fields, node, "'%s' must be a whole number; this is '%s'", key,
                                  gn_quote(node->text).text);
        break;
    }
    if (!err)
        *out = value;
    return err;
}
