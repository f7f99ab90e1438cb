/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_keep.h"

#include "base/timestamp.h"

static const char *const keep_keys[] = { "bytes", "series", NULL };
static const char *const keep_row_keys[] = { "thing", "property", "raw", "minutes", "hours", "days", NULL };

/* "90d", or "forever". */
static gn_err keep_read_age(const struct gn_fields *fields, const struct gn_yaml_node *row, const char *key,
                            int64_t *out_ms)
{
    const struct gn_yaml_node *const node = gn_yaml_get(fields->tree, row, key);
    gn_str text;
    if (node == NULL)
        return GN_OK;
    const gn_err err = gn_field_scalar(fields, node, key, &text);
    if (err)
        return err;
    if (gn_str_equal(text, GN_STR("forever"))) {
        *out_ms = INT64_MAX;
        return GN_OK;
    }
    if (gn_duration_parse(text, out_ms) != GN_OK || *out_ms < 60000)
        return gn_field_refuse(fields, node,
                               "'%s' is an age of a minute or more, such as 90d or 12h, or forever; this is '%s'", key,
                               gn_quote(text).text);
    return GN_OK;
}

static gn_err keep_read_row(const struct gn_fields *fields, const struct gn_yaml_node *node)
{
    struct gn_solution *const solution = fields->solution;
    struct gn_keep_row row = { .thing = GN_STR("*"), .property = GN_STR("*") };
    struct gn_keep_ages *const ages = &row.ages;
    gn_err err = gn_field_map(fields, node, "a row of 'keep'", keep_row_keys);
    if (err)
        return err;
    const struct gn_yaml_node *const thing = gn_yaml_get(fields->tree, node, "thing");
    const struct gn_yaml_node *const property = gn_yaml_get(fields->tree, node, "property");
    if (thing != NULL)
        err = gn_field_thing(fields, thing, true, &row.thing);
    if (!err && property != NULL)
        err = gn_field_name(fields, property, "property", true, &row.property);
    const struct {
        const char *key;
        int64_t *out;
    } ages_of[] = { { "raw", &ages->raw_ms },
                    { "minutes", &ages->minutes_ms },
                    { "hours", &ages->hours_ms },
                    { "days", &ages->days_ms } };
    int64_t before_ms = 0;
    for (size_t i = 0; !err && i < 4; i++) {
        err = keep_read_age(fields, node, ages_of[i].key, ages_of[i].out);
        if (!err && *ages_of[i].out > 0 && *ages_of[i].out <= before_ms)
            err = gn_field_refuse(fields, node, "'%s' must reach further back than what is finer", ages_of[i].key);
        if (*ages_of[i].out > 0)
            before_ms = *ages_of[i].out;
    }
    if (!err && ages->raw_ms == INT64_MAX)
        ages->raw_ms = 0;
    if (!err)
        solution->keep_rows[solution->keep_count++] = row;
    return err;
}

gn_err gn_solution_read_keep(const struct gn_fields *fields, const struct gn_yaml_node *map)
{
    struct gn_solution *const solution = fields->solution;
    double bytes = 0;
    if (solution->has_keep)
        return gn_field_refuse(fields, map, "'keep' is given twice; a solution has one");
    gn_err err = gn_field_map(fields, map, "'keep'", keep_keys);
    if (err)
        return err;
    solution->has_keep = true;
    const struct gn_yaml_node *const limit = gn_yaml_get(fields->tree, map, "bytes");
    const struct gn_yaml_node *const rows = gn_yaml_get(fields->tree, map, "series");
    if (limit != NULL) {
        err = gn_field_quantity(fields, limit, "bytes", GN_STR("B"), &bytes);
        if (!err && !(bytes >= 1048576 && bytes <= 1e15))
            err = gn_field_refuse(fields, limit, "'bytes' is at least 1 MiB, such as 20 GiB");
        solution->keep_bytes = err ? 0 : (uint64_t)bytes;
    }
    if (!err && rows != NULL)
        err = gn_field_list(fields, rows, "series", GN_KEEP_ROWS_MAX);
    for (const struct gn_yaml_node *row = rows != NULL ? gn_yaml_first(fields->tree, rows) : NULL; !err && row != NULL;
         row = gn_yaml_next(fields->tree, row))
        err = keep_read_row(fields, row);
    return err;
}

/* How exactly a row speaks of a series: the Thing counts before the name, an exact name before any prefix. */
static size_t keep_rank(const struct gn_keep_row *row, gn_str thing, gn_str property)
{
    const bool own = gn_str_equal(row->thing, thing);
    if ((!own && !gn_is_any(row->thing)) || !gn_pattern_matches(row->property, property))
        return 0;
    const bool is_pattern = row->property.at[row->property.size - 1] == '*';
    const size_t of_thing = own ? 2 * (GN_PROPERTY_BYTES_MAX + 2) : 0;
    return 1 + of_thing + (is_pattern ? row->property.size : GN_PROPERTY_BYTES_MAX + 1);
}

void gn_solution_keep(const struct gn_solution *solution, gn_str thing, gn_str property, struct gn_keep_ages *out)
{
    size_t best = 0;
    *out = (struct gn_keep_ages){ 0 };
    for (uint32_t i = 0; i < solution->keep_count; i++) {
        const size_t rank = keep_rank(&solution->keep_rows[i], thing, property);
        if (rank <= best)
            continue;
        best = rank;
        *out = solution->keep_rows[i].ages;
    }
}

uint64_t gn_solution_keep_bytes(const struct gn_solution *solution)
{
    return solution->keep_bytes;
}
