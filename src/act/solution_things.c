/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_things.h"

#include "act/envelope.h"

static const char *const things_keys[] = { "thing", "properties", "actions", NULL };
static const char *const things_property_keys[] = { "name", "unit", "range", "direction", NULL };
static const char *const things_action_keys[] = { "name", "arguments", "at_most", "expires", NULL };
static const char *const things_argument_keys[] = { "name", "type", "unit", "range", "one_of", "optional", NULL };
static const char *const things_directions[] = { "low", "both", "high", NULL };
static const char *const things_types[] = { "number", "integer", "boolean", "text", NULL };

/* --- properties --- */

static gn_err things_property_is_new(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing,
                                     gn_str name)
{
    const struct gn_solution *const solution = fields->solution;
    for (uint32_t i = 0; i < solution->property_count; i++) {
        if (gn_str_equal(solution->properties[i].thing, thing) && gn_str_equal(solution->properties[i].name, name))
            return gn_field_refuse(fields, node, "the property '%s' of '%s' is declared twice", gn_quote(name).text,
                                   gn_quote(thing).text);
    }
    return GN_OK;
}

static gn_err things_read_property(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing)
{
    const struct gn_yaml_tree *const tree = fields->tree;
    struct gn_declared_property row = { .thing = thing, .unit = GN_STR("") };
    const struct gn_yaml_node *name, *unit, *range, *direction;
    gn_err err = gn_field_map(fields, node, "a property", things_property_keys);
    if (!err)
        err = gn_field_need(fields, node, "a property", "name", &name);
    if (!err)
        err = gn_field_name(fields, name, "name", true, &row.name);
    if (!err)
        err = things_property_is_new(fields, name, thing, row.name);
    if (!err && (unit = gn_yaml_get(tree, node, "unit")) != NULL)
        err = gn_field_unit(fields, unit, &row.unit);
    if (!err && (range = gn_yaml_get(tree, node, "range")) != NULL) {
        err = gn_field_range(fields, range, row.unit, &row.low, &row.high);
        row.has_range = true;
    }
    if (!err && (direction = gn_yaml_get(tree, node, "direction")) != NULL) {
        int index = 1;
        err = gn_field_word(fields, direction, "direction", things_directions, &index);
        row.direction = index - 1;
    }
    if (err)
        return err;
    struct gn_solution *const solution = fields->solution;
    if (solution->property_count == GN_PROPERTIES_DECLARED_MAX)
        return gn_field_refuse(fields, node, "more than %d properties are declared", GN_PROPERTIES_DECLARED_MAX);
    solution->properties[solution->property_count++] = row;
    return GN_OK;
}

/* --- arguments of actions --- */

/* What the choices look like, when nobody says the type: all numbers, all true/false, or text. */
static gn_value_type things_guess_type(const struct gn_fields *fields, const struct gn_yaml_node *choices)
{
    bool numbers = true, bools = true;
    for (const struct gn_yaml_node *item = gn_yaml_first(fields->tree, choices); item != NULL;
         item = gn_yaml_next(fields->tree, item)) {
        double number = 0.0;
        numbers = numbers && item->plain && gn_parse_f64(item->text, &number) == GN_OK;
        bools = bools && item->plain &&
                (gn_str_equal(item->text, GN_STR("true")) || gn_str_equal(item->text, GN_STR("false")));
    }
    if (bools)
        return GN_VALUE_BOOL;
    return numbers ? GN_VALUE_NUMBER : GN_VALUE_TEXT;
}

static gn_err things_read_choices(const struct gn_fields *fields, const struct gn_yaml_node *list,
                                  struct gn_declared_argument *argument)
{
    struct gn_solution *const solution = fields->solution;
    if (list->count == 0)
        return gn_field_refuse(fields, list, "'one_of' is empty; nothing could ever be chosen");
    argument->choice_first = solution->choice_count;
    for (const struct gn_yaml_node *item = gn_yaml_first(fields->tree, list); item != NULL;
         item = gn_yaml_next(fields->tree, item)) {
        if (solution->choice_count == GN_SOLUTION_CHOICES_MAX)
            return gn_field_refuse(fields, item, "more than %d choices in the solution", GN_SOLUTION_CHOICES_MAX);
        struct gn_value *const choice = &solution->choices[solution->choice_count];
        const gn_err err = gn_field_value(fields, item, "one_of", argument->type, argument->unit, choice);
        if (err)
            return err;
        for (uint32_t i = 0; i < argument->choice_count; i++) {
            if (gn_value_equal(&solution->choices[argument->choice_first + i], choice))
                return gn_field_refuse(fields, item, "'one_of' has '%s' twice", gn_quote(item->text).text);
        }
        solution->choice_count++;
        argument->choice_count++;
    }
    return GN_OK;
}

/* The type: as said, or as its envelope shows. */
static gn_err things_read_type(const struct gn_fields *fields, const struct gn_yaml_node *node,
                               struct gn_declared_argument *argument)
{
    const struct gn_yaml_node *const type = gn_yaml_get(fields->tree, node, "type");
    const struct gn_yaml_node *const range = gn_yaml_get(fields->tree, node, "range");
    const struct gn_yaml_node *const choices = gn_yaml_get(fields->tree, node, "one_of");
    if (choices != NULL) {
        const gn_err err = gn_field_list(fields, choices, "one_of", GN_CHOICES_MAX);
        if (err)
            return err;
    }
    int index = GN_VALUE_NUMBER;
    if (type != NULL) {
        const gn_err err = gn_field_word(fields, type, "type", things_types, &index);
        if (err)
            return err;
    } else if (range == NULL && choices != NULL) {
        index = (int)things_guess_type(fields, choices);
    } else if (range == NULL) {
        return gn_field_refuse(fields, node, "argument '%s' needs an envelope: 'range', 'one_of' or 'type: boolean'",
                               gn_quote(argument->name).text);
    }
    argument->type = (gn_value_type)index;
    const bool is_number = argument->type == GN_VALUE_NUMBER || argument->type == GN_VALUE_INTEGER;
    if (range != NULL && !is_number)
        return gn_field_refuse(fields, range, "'range' is for numbers; argument '%s' is %s",
                               gn_quote(argument->name).text, gn_value_type_name(argument->type));
    if (argument->type != GN_VALUE_BOOL && range == NULL && choices == NULL)
        return gn_field_refuse(fields, node, "argument '%s' is %s and needs %s", gn_quote(argument->name).text,
                               gn_value_type_name(argument->type), is_number ? "'range' or 'one_of'" : "'one_of'");
    return GN_OK;
}

static gn_err things_read_envelope(const struct gn_fields *fields, const struct gn_yaml_node *node,
                                   struct gn_declared_argument *argument)
{
    const struct gn_yaml_node *const unit = gn_yaml_get(fields->tree, node, "unit");
    const struct gn_yaml_node *const range = gn_yaml_get(fields->tree, node, "range");
    const struct gn_yaml_node *const choices = gn_yaml_get(fields->tree, node, "one_of");
    const struct gn_yaml_node *const optional = gn_yaml_get(fields->tree, node, "optional");
    gn_err err = GN_OK;
    if (unit != NULL)
        err = gn_field_unit(fields, unit, &argument->unit);
    if (!err && range != NULL) {
        err = gn_field_range(fields, range, argument->unit, &argument->low, &argument->high);
        argument->has_range = true;
    }
    if (!err && choices != NULL)
        err = things_read_choices(fields, choices, argument);
    if (!err && optional != NULL)
        err = gn_field_bool(fields, optional, "optional", &argument->optional);
    return err;
}

static gn_err things_read_argument(const struct gn_fields *fields, const struct gn_yaml_node *node,
                                   struct gn_declared_action *action)
{
    struct gn_declared_argument *const argument = &action->arguments[action->argument_count];
    const struct gn_yaml_node *name;
    *argument = (struct gn_declared_argument){ .unit = GN_STR("") };
    gn_err err = gn_field_map(fields, node, "an argument", things_argument_keys);
    if (!err)
        err = gn_field_need(fields, node, "an argument", "name", &name);
    if (!err)
        err = gn_field_name(fields, name, "name", false, &argument->name);
    for (uint32_t i = 0; !err && i < action->argument_count; i++) {
        if (gn_str_equal(action->arguments[i].name, argument->name))
            err = gn_field_refuse(fields, name, "the argument '%s' is declared twice", gn_quote(argument->name).text);
    }
    if (!err)
        err = things_read_type(fields, node, argument);
    if (!err)
        err = things_read_envelope(fields, node, argument);
    if (!err)
        action->argument_count++;
    return err;
}

/* --- actions --- */

static gn_err things_action_is_new(const struct gn_fields *fields, const struct gn_yaml_node *node,
                                   const struct gn_declared_action *action)
{
    const struct gn_solution *const solution = fields->solution;
    for (uint32_t i = 0; i < solution->action_count; i++) {
        if (gn_str_equal(solution->actions[i].thing, action->thing) &&
            gn_str_equal(solution->actions[i].name, action->name))
            return gn_field_refuse(fields, node, "the action '%s' of '%s' is declared twice",
                                   gn_quote(action->name).text, gn_quote(action->thing).text);
    }
    if (solution->action_count == GN_ACTIONS_DECLARED_MAX)
        return gn_field_refuse(fields, node, "more than %d actions are declared", GN_ACTIONS_DECLARED_MAX);
    return GN_OK;
}

static gn_err things_read_action(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing)
{
    const struct gn_yaml_tree *const tree = fields->tree;
    struct gn_solution *const solution = fields->solution;
    struct gn_declared_action row = { .thing = thing, .expires_ms = INT64_C(1000) * GN_ACTION_EXPIRY_S };
    const struct gn_yaml_node *name, *arguments, *at_most, *expires;
    gn_err err = gn_field_map(fields, node, "an action", things_action_keys);
    if (!err)
        err = gn_field_need(fields, node, "an action", "name", &name);
    if (!err)
        err = gn_field_name(fields, name, "name", false, &row.name);
    if (!err)
        err = things_action_is_new(fields, name, &row);
    if (!err && (arguments = gn_yaml_get(tree, node, "arguments")) != NULL) {
        err = gn_field_list(fields, arguments, "arguments", GN_ACTION_ARGUMENTS_MAX);
        for (const struct gn_yaml_node *item = gn_yaml_first(tree, arguments); !err && item != NULL;
             item = gn_yaml_next(tree, item))
            err = things_read_argument(fields, item, &row);
    }
    if (!err && (at_most = gn_yaml_get(tree, node, "at_most")) != NULL)
        err = gn_field_rate(fields, at_most, &row.at_most);
    if (!err && (expires = gn_yaml_get(tree, node, "expires")) != NULL)
        err = gn_field_duration(fields, expires, "expires", 1, &row.expires_ms);
    if (!err)
        solution->actions[solution->action_count++] = row;
    return err;
}

/* --- the section --- */

static gn_err things_remember(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing)
{
    struct gn_solution *const solution = fields->solution;
    if (gn_solution_has_thing(solution, thing))
        return GN_OK;
    if (solution->thing_count == GN_THINGS_MAX)
        return gn_field_refuse(fields, node, "more than %d Things are declared", GN_THINGS_MAX);
    solution->things[solution->thing_count++] = thing;
    return GN_OK;
}

static gn_err things_read_one(const struct gn_fields *fields, const struct gn_yaml_node *node)
{
    const struct gn_yaml_tree *const tree = fields->tree;
    const struct gn_yaml_node *name;
    gn_str thing = { 0 };
    gn_err err = gn_field_map(fields, node, "a Thing's section", things_keys);
    if (!err)
        err = gn_field_need(fields, node, "a Thing's section", "thing", &name);
    if (!err)
        err = gn_field_thing(fields, name, true, &thing);
    if (!err)
        err = things_remember(fields, name, thing);
    if (err)
        return err;
    const struct gn_yaml_node *const properties = gn_yaml_get(tree, node, "properties");
    const struct gn_yaml_node *const actions = gn_yaml_get(tree, node, "actions");
    if (properties != NULL) {
        err = gn_field_list(fields, properties, "properties", GN_PROPERTIES_DECLARED_MAX);
        for (const struct gn_yaml_node *item = gn_yaml_first(tree, properties); !err && item != NULL;
             item = gn_yaml_next(tree, item))
            err = things_read_property(fields, item, thing);
    }
    if (!err && actions != NULL) {
        err = gn_field_list(fields, actions, "actions", GN_ACTIONS_DECLARED_MAX);
        for (const struct gn_yaml_node *item = gn_yaml_first(tree, actions); !err && item != NULL;
             item = gn_yaml_next(tree, item))
            err = things_read_action(fields, item, thing);
    }
    return err;
}

gn_err gn_solution_read_things(const struct gn_fields *fields, const struct gn_yaml_node *list)
{
    gn_err err = gn_field_list(fields, list, "things", GN_THINGS_MAX);
    for (const struct gn_yaml_node *item = gn_yaml_first(fields->tree, list); !err && item != NULL;
         item = gn_yaml_next(fields->tree, item))
        err = things_read_one(fields, item);
    return err;
}
