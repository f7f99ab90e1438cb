/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_access.h"

static const char *const access_keys[] = { "thing", "publish", "subscribe", "several_places", NULL };

/* An id, a prefix of ids with a '*' behind it, or '*' alone. */
static gn_err access_read_thing(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str *out)
{
    gn_str text;
    const gn_err err = gn_field_scalar(fields, node, "thing", &text);
    if (err)
        return err;
    const bool is_pattern = text.at[text.size - 1] == '*';
    const gn_str id = { text.at, text.size - (is_pattern ? 1 : 0) };
    if (!gn_thing_id_valid(id) && !(is_pattern && id.size == 0))
        return gn_field_refuse(fields, node,
                               "'%s' cannot be a Thing: 1 to %d of the characters A-Z a-z 0-9 _ . -, a prefix as "
                               "'press*', or '*' for any",
                               gn_quote(text).text, GN_THING_ID_BYTES_MAX);
    return gn_field_keep(fields, node, text, out);
}

static gn_err access_read_filter(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing,
                                 bool publish)
{
    struct gn_policy *const policy = &fields->solution->policy;
    struct gn_grant grant = { .thing = thing, .publish = publish };
    gn_str text;
    gn_err err = gn_field_scalar(fields, node, publish ? "publish" : "subscribe", &text);
    if (err)
        return err;
    const char *const fault = gn_policy_filter_fault(text, publish);
    if (fault != NULL)
        return gn_field_refuse(fields, node, "the filter '%s' %s", gn_quote(text).text, fault);
    if (policy->count == GN_ACCESS_GRANTS_MAX)
        return gn_field_refuse(fields, node, "more than %d filters are granted", GN_ACCESS_GRANTS_MAX);
    err = gn_field_keep(fields, node, text, &grant.filter);
    if (!err)
        policy->grants[policy->count++] = grant;
    return err;
}

static gn_err access_read_filters(const struct gn_fields *fields, const struct gn_yaml_node *list, gn_str thing,
                                  bool publish)
{
    const char *const key = publish ? "publish" : "subscribe";
    gn_err err = gn_field_list(fields, list, key, GN_ACCESS_GRANTS_MAX);
    if (!err && list->count == 0)
        return gn_field_refuse(fields, list, "'%s' is empty; leave it out, or name filters", key);
    for (const struct gn_yaml_node *item = gn_yaml_first(fields->tree, list); !err && item != NULL;
         item = gn_yaml_next(fields->tree, item))
        err = access_read_filter(fields, item, thing, publish);
    return err;
}

static gn_err access_read_several(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing)
{
    struct gn_policy *const policy = &fields->solution->policy;
    bool may = false;
    const gn_err err = gn_field_bool(fields, node, "several_places", &may);
    if (err || !may)
        return err;
    if (policy->several_count == GN_POLICY_SEVERAL_MAX)
        return gn_field_refuse(fields, node, "more than %d rows have 'several_places'", GN_POLICY_SEVERAL_MAX);
    policy->several[policy->several_count++] = thing;
    return GN_OK;
}

static gn_err access_read_row(const struct gn_fields *fields, const struct gn_yaml_node *node)
{
    const struct gn_yaml_node *name;
    gn_str thing = { 0 };
    gn_err err = gn_field_map(fields, node, "a row of 'access'", access_keys);
    if (!err)
        err = gn_field_need(fields, node, "a row of 'access'", "thing", &name);
    if (!err)
        err = access_read_thing(fields, name, &thing);
    if (err)
        return err;
    const struct gn_yaml_node *const publish = gn_yaml_get(fields->tree, node, "publish");
    const struct gn_yaml_node *const subscribe = gn_yaml_get(fields->tree, node, "subscribe");
    const struct gn_yaml_node *const several = gn_yaml_get(fields->tree, node, "several_places");
    if (publish == NULL && subscribe == NULL && several == NULL)
        return gn_field_refuse(fields, node, "a row of 'access' needs 'publish', 'subscribe' or 'several_places'");
    if (several != NULL)
        err = access_read_several(fields, several, thing);
    if (!err && publish != NULL)
        err = access_read_filters(fields, publish, thing, true);
    if (!err && subscribe != NULL)
        err = access_read_filters(fields, subscribe, thing, false);
    return err;
}

gn_err gn_solution_read_access(const struct gn_fields *fields, const struct gn_yaml_node *list)
{
    gn_err err = gn_field_list(fields, list, "access", GN_ACCESS_GRANTS_MAX);
    if (!err && list->count == 0)
        return gn_field_refuse(fields, list,
                               "'access' is empty; leave it out (each Thing then has its own tree), or give "
                               "rows");
    for (const struct gn_yaml_node *item = gn_yaml_first(fields->tree, list); !err && item != NULL;
         item = gn_yaml_next(fields->tree, item))
        err = access_read_row(fields, item);
    return err;
}
