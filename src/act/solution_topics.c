/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_topics.h"

#include <math.h>

static const char *const topics_keys[] = {
    "topic", "thing", "property", "pick", "unit", "scale", "offset", NULL,
};

static const gn_str topics_thing = { "{thing}", 7 };
static const gn_str topics_property = { "{property}", 10 };

/* Takes the next level off; false when there is none. */
static bool topics_level(gn_str *rest, bool *more, gn_str *out)
{
    if (!*more)
        return false;
    *more = rest->size > 0 && memchr(rest->at, '/', rest->size) != NULL;
    *out = gn_str_split(*rest, '/', rest);
    return true;
}

static bool topics_is_any(gn_str level)
{
    return gn_str_equal(level, GN_STR("+")) ||
           (level.size > 2 && level.at[0] == '{' && level.at[level.size - 1] == '}');
}

/* Whatever `later` matches, `earlier` matches too. */
static bool topics_covers(gn_str earlier, gn_str later)
{
    bool more_a = true, more_b = true;
    gn_str a, b;
    for (;;) {
        const bool has_a = topics_level(&earlier, &more_a, &a);
        const bool has_b = topics_level(&later, &more_b, &b);
        if (!has_a || !has_b)
            return !has_a && !has_b;
        if (!topics_is_any(a) && (topics_is_any(b) || !gn_str_equal(a, b)))
            return false;
    }
}

static gn_err topics_check_level(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str level)
{
    if (topics_is_any(level))
        return GN_OK;
    for (size_t i = 0; i < level.size; i++)
        if (strchr("+#{}", level.at[i]) != NULL)
            return gn_field_refuse(fields, node, "the level '%s' must be a word, '+', or a name in braces",
                                   gn_quote(level).text);
    return GN_OK;
}

static gn_err topics_read_pattern(const struct gn_fields *fields, const struct gn_yaml_node *node,
                                  struct gn_topic_row *row)
{
    gn_str text, rest, level;
    bool more = true;
    uint32_t things = 0, properties = 0;
    gn_err err = gn_field_scalar(fields, node, "topic", &text);
    if (err)
        return err;
    if (text.size > GN_MQTT_TOPIC_BYTES_MAX || gn_str_starts(text, GN_STR("things/")))
        return gn_field_refuse(fields, node, "a topic has at most %d bytes and is not below things/",
                               GN_MQTT_TOPIC_BYTES_MAX);
    for (rest = text; !err && topics_level(&rest, &more, &level);) {
        err = topics_check_level(fields, node, level);
        things += gn_str_equal(level, topics_thing);
        properties += gn_str_equal(level, topics_property);
    }
    if (!err && (things > 1 || properties > 1))
        return gn_field_refuse(fields, node, "'{thing}' and '{property}' may stand once in a topic");
    row->takes_thing = things == 1;
    row->takes_property = properties == 1;
    for (uint32_t i = 0; !err && i < fields->solution->topic_count; i++)
        if (topics_covers(fields->solution->topics[i].topic, text))
            return gn_field_refuse(fields, node, "'%s' is never reached: an earlier row matches all of it",
                                   gn_quote(text).text);
    return err ? err : gn_field_keep(fields, node, text, &row->topic);
}

static gn_err topics_read_row(const struct gn_fields *fields, const struct gn_yaml_node *node)
{
    const struct gn_yaml_tree *const tree = fields->tree;
    struct gn_solution *const solution = fields->solution;
    struct gn_topic_row row = { .unit = GN_STR(""), .scale = 1 };
    const struct gn_yaml_node *topic, *value;
    gn_err err = gn_field_map(fields, node, "a row of 'topics'", topics_keys);
    if (!err)
        err = gn_field_need(fields, node, "a row of 'topics'", "topic", &topic);
    if (!err)
        err = topics_read_pattern(fields, topic, &row);
    if (!err && (value = gn_yaml_get(tree, node, "thing")) != NULL)
        err = gn_field_thing(fields, value, false, &row.thing);
    if (!err && (value = gn_yaml_get(tree, node, "property")) != NULL)
        err = gn_field_name(fields, value, "property", false, &row.property);
    if (!err && (value = gn_yaml_get(tree, node, "pick")) != NULL)
        err = gn_field_name(fields, value, "pick", false, &row.pick);
    if (!err && (value = gn_yaml_get(tree, node, "unit")) != NULL)
        err = gn_field_unit(fields, value, &row.unit);
    if (!err && (value = gn_yaml_get(tree, node, "scale")) != NULL)
        err = gn_field_quantity(fields, value, "scale", GN_STR(""), &row.scale);
    if (!err && (value = gn_yaml_get(tree, node, "offset")) != NULL)
        err = gn_field_quantity(fields, value, "offset", GN_STR(""), &row.offset);
    if (err)
        return err;
    if (row.takes_thing == (row.thing.size > 0))
        return gn_field_refuse(fields, node, "the Thing is named once: by '{thing}' in the topic, or by 'thing'");
    if (row.takes_property && row.property.size > 0)
        return gn_field_refuse(fields, node, "the property is named by '{property}' already");
    if (row.scale == 0.0 || !isfinite(row.scale) || !isfinite(row.offset))
        return gn_field_refuse(fields, node, "'scale' must not be 0");
    if (solution->topic_count == GN_TOPIC_ROWS_MAX)
        return gn_field_refuse(fields, node, "more than %d rows of 'topics'", GN_TOPIC_ROWS_MAX);
    solution->topics[solution->topic_count++] = row;
    return GN_OK;
}

gn_err gn_solution_read_topics(const struct gn_fields *fields, const struct gn_yaml_node *list)
{
    gn_err err = gn_field_list(fields, list, "topics", GN_TOPIC_ROWS_MAX);
    for (const struct gn_yaml_node *item = gn_yaml_first(fields->tree, list); !err && item != NULL;
         item = gn_yaml_next(fields->tree, item))
        err = topics_read_row(fields, item);
    return err;
}

static bool topics_match(const struct gn_topic_row *row, gn_str topic, struct gn_topic_match *out)
{
    gn_str pattern = row->topic, a, b;
    bool more_a = true, more_b = true;
    *out = (struct gn_topic_match){ .thing = row->thing, .property = row->property };
    for (;;) {
        const bool has_a = topics_level(&pattern, &more_a, &a);
        const bool has_b = topics_level(&topic, &more_b, &b);
        if (!has_a || !has_b)
            return !has_a && !has_b;
        if (gn_str_equal(a, topics_thing))
            out->thing = b;
        else if (gn_str_equal(a, topics_property))
            out->property = b;
        else if (!topics_is_any(a) && !gn_str_equal(a, b))
            return false;
    }
}

bool gn_solution_topic(const struct gn_solution *solution, gn_str topic, struct gn_topic_match *out)
{
    for (uint32_t i = 0; solution != NULL && i < solution->topic_count; i++) {
        const struct gn_topic_row *const row = &solution->topics[i];
        if (!topics_match(row, topic, out))
            continue;
        out->pick = row->pick;
        out->unit = row->unit;
        out->scale = row->scale;
        out->offset = row->offset;
        out->declared = gn_solution_has_thing(solution, out->thing);
        return true;
    }
    return false;
}
