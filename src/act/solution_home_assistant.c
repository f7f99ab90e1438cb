/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_home_assistant.h"

static const char *const home_keys[] = { "node", "prefix", "announce", NULL };

static bool home_all_of(gn_str text, const char *others)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return text.size > 0;
}

static gn_err home_read_node(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, "node", &text);
    if (err)
        return err;
    if (text.size > GN_HOME_ASSISTANT_NODE_BYTES_MAX || !home_all_of(text, "-"))
        return gn_field_refuse(fields, node, "'node' is 1 to %d of the characters a-z 0-9 -; this is '%s'",
                               GN_HOME_ASSISTANT_NODE_BYTES_MAX, gn_quote(text).text);
    return gn_field_keep(fields, node, text, out);
}

/* Levels without wildcards, none of them empty. */
static bool home_is_prefix(gn_str text)
{
    gn_str rest = text;
    if (text.size > GN_HOME_ASSISTANT_PREFIX_BYTES_MAX || text.at[text.size - 1] == '/')
        return false;
    while (rest.size > 0)
        if (!home_all_of(gn_str_split(rest, '/', &rest), "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-"))
            return false;
    return !gn_str_equal(text, GN_STR("things")) && !gn_str_starts(text, GN_STR("things/"));
}

static gn_err home_read_prefix(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, "prefix", &text);
    if (err)
        return err;
    if (!home_is_prefix(text))
        return gn_field_refuse(fields, node,
                               "'prefix' is levels of A-Z a-z 0-9 _ - with '/' between, at most %d bytes and not below "
                               "things/; this is '%s'",
                               GN_HOME_ASSISTANT_PREFIX_BYTES_MAX, gn_quote(text).text);
    return gn_field_keep(fields, node, text, out);
}

/* What all topics of the one and of the other kind begin with. */
static void home_make_topics(struct gn_solution *solution)
{
    struct gn_home_assistant *const home = &solution->home_assistant;
    struct gn_buf config = gn_buf_over(solution->home_topics[0], sizeof solution->home_topics[0]);
    struct gn_buf state = gn_buf_over(solution->home_topics[1], sizeof solution->home_topics[1]);
    gn_buf_addf(&config, "%.*s/binary_sensor/%.*s_", GN_STR_ARGS(home->prefix), GN_STR_ARGS(home->node));
    gn_buf_addf(&state, "ganglion/%.*s/", GN_STR_ARGS(home->node));
    home->config = solution->policy.node_only[0] = gn_buf_str(&config);
    home->state = solution->policy.node_only[1] = gn_buf_str(&state);
}

gn_err gn_solution_read_home_assistant(const struct gn_fields *fields, const struct gn_yaml_node *map)
{
    struct gn_solution *const solution = fields->solution;
    if (solution->has_home_assistant)
        return gn_field_refuse(fields, map, "'home_assistant' is given twice; a solution has one");
    gn_err err = gn_field_map(fields, map, "'home_assistant'", home_keys);
    if (err)
        return err;
    const struct gn_yaml_node *const node = gn_yaml_get(fields->tree, map, "node");
    const struct gn_yaml_node *const prefix = gn_yaml_get(fields->tree, map, "prefix");
    const struct gn_yaml_node *const announce = gn_yaml_get(fields->tree, map, "announce");
    solution->has_home_assistant = true;
    solution->announces = true;
    solution->home_assistant =
        (struct gn_home_assistant){ .prefix = GN_STR("homeassistant"), .node = GN_STR("ganglion") };
    if (node != NULL)
        err = home_read_node(fields, node, &solution->home_assistant.node);
    if (!err && prefix != NULL)
        err = home_read_prefix(fields, prefix, &solution->home_assistant.prefix);
    if (!err && announce != NULL)
        err = gn_field_bool(fields, announce, "announce", &solution->announces);
    if (!err)
        home_make_topics(solution);
    return err;
}
