/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_rules.h"

#include "act/envelope.h"
#include "act/near_miss.h"

static const char *const rules_keys[] = { "name", "when", "do", "autonomy", "expires", "at_most", NULL };
static const char *const rules_when_keys[] = { "thing", "finding", "properties", "p_below", "property",
                                               "above", "below",   "for",        NULL };
static const char *const rules_do_keys[] = { "thing", "action", "arguments", NULL };
static const char *const rules_findings[] = { "anomaly", "sensor", NULL };
static const char *const rules_autonomies[] = { "observe", "advise", "ask", "act", NULL };

const char *gn_autonomy_name(gn_autonomy autonomy)
{
    return autonomy < GN_AUTONOMY_COUNT ? rules_autonomies[autonomy] : "unknown";
}

/* --- what a rule may name --- */

static gn_err rules_check_thing(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing)
{
    const struct gn_solution *const solution = fields->solution;
    if (gn_is_any(thing) || gn_solution_has_thing(solution, thing))
        return GN_OK;
    struct gn_near_miss miss = gn_near_miss_of(thing);
    for (uint32_t i = 0; i < solution->thing_count; i++)
        gn_near_miss_offer(&miss, solution->things[i]);
    if (miss.best.size > 0)
        return gn_field_refuse(fields, node, "the Thing '%s' has no section in 'things'; did you mean '%s'?",
                               gn_quote(thing).text, gn_quote(miss.best).text);
    return gn_field_refuse(fields, node, "the Thing '%s' has no section in 'things'", gn_quote(thing).text);
}

/* Sections that speak of the Thing: its own and "*"; all of them when the rule is for any Thing. */
static bool rules_section_counts(gn_str section, gn_str thing)
{
    return gn_is_any(thing) || gn_is_any(section) || gn_str_equal(section, thing);
}

static bool rules_names_meet(gn_str declared, gn_str named)
{
    if (gn_pattern_matches(declared, named))
        return true;
    return named.size > 0 && named.at[named.size - 1] == '*' && gn_pattern_matches(named, declared);
}

/* Names that would have been right, as many as fit into a message. */
struct rules_known {
    char text[100];
    struct gn_buf buf;
};

static void rules_known_add(struct rules_known *known, gn_str name)
{
    if (known->buf.at == NULL)
        known->buf = gn_buf_over(known->text, sizeof known->text - 1);
    const size_t before = known->buf.size;
    gn_buf_add_text(&known->buf, before > 0 ? ", " : "");
    gn_buf_add_str(&known->buf, name);
    if (known->buf.full)
        known->buf.size = before;
    known->text[known->buf.size] = '\0';
}

static gn_err rules_check_property(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str thing,
                                   gn_str property)
{
    const struct gn_solution *const solution = fields->solution;
    struct gn_near_miss miss = gn_near_miss_of(property);
    struct rules_known known = { { 0 }, { 0 } };
    for (uint32_t i = 0; i < solution->property_count; i++) {
        const struct gn_declared_property *const row = &solution->properties[i];
        if (!rules_section_counts(row->thing, thing))
            continue;
        if (rules_names_meet(row->name, property))
            return GN_OK;
        gn_near_miss_offer(&miss, row->name);
        rules_known_add(&known, row->name);
    }
    if (known.buf.at == NULL) /* nothing is declared, so nothing can be wrong */
        return GN_OK;
    if (miss.best.size > 0)
        return gn_field_refuse(fields, node, "unknown property '%s' of '%s'; did you mean '%s'?",
                               gn_quote(property).text, gn_quote(thing).text, gn_quote(miss.best).text);
    return gn_field_refuse(fields, node, "unknown property '%s' of '%s'; declared are %s", gn_quote(property).text,
                           gn_quote(thing).text, known.text);
}

/* The declaration an action is checked against; for "*" the first of any Thing that has it. */
static const struct gn_declared_action *rules_find_action(const struct gn_fields *fields,
                                                          const struct gn_yaml_node *node, gn_str thing, gn_str action)
{
    const struct gn_solution *const solution = fields->solution;
    const struct gn_declared_action *const own = gn_solution_action(solution, thing, action);
    if (own != NULL)
        return own;
    struct gn_near_miss miss = gn_near_miss_of(action);
    struct rules_known known = { { 0 }, { 0 } };
    for (uint32_t i = 0; i < solution->action_count; i++) {
        if (!rules_section_counts(solution->actions[i].thing, thing))
            continue;
        if (gn_str_equal(solution->actions[i].name, action))
            return &solution->actions[i];
        gn_near_miss_offer(&miss, solution->actions[i].name);
        rules_known_add(&known, solution->actions[i].name);
    }
    if (miss.best.size > 0)
        (void)gn_field_refuse(fields, node, "unknown action '%s' of '%s'; did you mean '%s'?", gn_quote(action).text,
                              gn_quote(thing).text, gn_quote(miss.best).text);
    else if (known.buf.at != NULL)
        (void)gn_field_refuse(fields, node, "unknown action '%s' of '%s'; declared are %s", gn_quote(action).text,
                              gn_quote(thing).text, known.text);
    else
        (void)gn_field_refuse(fields, node, "unknown action '%s' of '%s'; declare it in 'things' with its envelope",
                              gn_quote(action).text, gn_quote(thing).text);
    return NULL;
}

/* --- when --- */

static gn_err rules_keep_name(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str name,
                              struct gn_rule *rule)
{
    struct gn_solution *const solution = fields->solution;
    if (solution->name_count == GN_SOLUTION_NAMES_MAX)
        return gn_field_refuse(fields, node, "more than %d properties are named by rules", GN_SOLUTION_NAMES_MAX);
    if (rule->name_count == 0)
        rule->name_first = solution->name_count;
    solution->names[solution->name_count++] = name;
    rule->name_count++;
    return GN_OK;
}

static gn_err rules_read_finding(const struct gn_fields *fields, const struct gn_yaml_node *when, struct gn_rule *rule)
{
    const struct gn_yaml_tree *const tree = fields->tree;
    const struct gn_yaml_node *const properties = gn_yaml_get(tree, when, "properties");
    const struct gn_yaml_node *const p_below = gn_yaml_get(tree, when, "p_below");
    int index = 0;
    gn_err err = gn_field_word(fields, gn_yaml_get(tree, when, "finding"), "finding", rules_findings, &index);
    if (err)
        return err;
    rule->condition = index == 0 ? GN_CONDITION_ANOMALY : GN_CONDITION_SENSOR;
    if (properties != NULL) {
        err = gn_field_list(fields, properties, "properties", GN_RULE_PROPERTIES_MAX);
        if (!err && properties->count == 0)
            err = gn_field_refuse(fields, properties, "'properties' is empty; leave it out to mean all of them");
        for (const struct gn_yaml_node *item = gn_yaml_first(tree, properties); !err && item != NULL;
             item = gn_yaml_next(tree, item)) {
            gn_str name;
            err = gn_field_name(fields, item, "properties", true, &name);
            if (!err)
                err = rules_check_property(fields, item, rule->when_thing, name);
            if (!err)
                err = rules_keep_name(fields, item, name, rule);
        }
    }
    if (err || p_below == NULL)
        return err;
    if (rule->condition == GN_CONDITION_SENSOR)
        return gn_field_refuse(fields, p_below, "'p_below' is for anomalies; a sensor fault has no chance");
    err = gn_field_quantity(fields, p_below, "p_below", GN_STR(""), &rule->p_below);
    if (!err && !(rule->p_below > 0.0 && rule->p_below <= 1.0))
        err = gn_field_refuse(fields, p_below, "'p_below' must be more than 0 and at most 1; this is '%s'",
                              gn_quote(p_below->text).text);
    return err;
}

/* The unit a level is given in. For any Thing, all declarations must agree, or the level would mean two things. */
static gn_err rules_find_unit(const struct gn_fields *fields, const struct gn_yaml_node *node, struct gn_rule *rule,
                              gn_str property)
{
    const struct gn_solution *const solution = fields->solution;
    const struct gn_declared_property *found = gn_solution_property(solution, rule->when_thing, property);
    for (uint32_t i = 0; gn_is_any(rule->when_thing) && i < solution->property_count; i++) {
        const struct gn_declared_property *const row = &solution->properties[i];
        if (!gn_pattern_matches(row->name, property))
            continue;
        if (found != NULL && !gn_str_equal(found->unit, row->unit))
            return gn_field_refuse(fields, node,
                                   "'%s' has different units: '%s' of '%s' and '%s' of '%s'; name the Thing",
                                   gn_quote(property).text, gn_quote(found->unit).text, gn_quote(found->thing).text,
                                   gn_quote(row->unit).text, gn_quote(row->thing).text);
        found = found != NULL ? found : row;
    }
    rule->unit = found != NULL ? found->unit : GN_STR("");
    return GN_OK;
}

static gn_err rules_read_reading(const struct gn_fields *fields, const struct gn_yaml_node *when, struct gn_rule *rule)
{
    const struct gn_yaml_tree *const tree = fields->tree;
    const struct gn_yaml_node *const above = gn_yaml_get(tree, when, "above");
    const struct gn_yaml_node *const below = gn_yaml_get(tree, when, "below");
    const struct gn_yaml_node *property;
    gn_str name;
    if (above != NULL && below != NULL)
        return gn_field_refuse(fields, below, "either 'above' or 'below', not both; write two rules");
    gn_err err = gn_field_need(fields, when, "'when' with 'above' or 'below'", "property", &property);
    if (!err && above == NULL && below == NULL)
        err = gn_field_refuse(fields, property, "'property' needs 'above' or 'below' beside it");
    if (!err)
        err = gn_field_name(fields, property, "property", false, &name);
    if (!err)
        err = rules_check_property(fields, property, rule->when_thing, name);
    if (!err)
        err = rules_keep_name(fields, property, name, rule);
    if (err)
        return err;
    err = rules_find_unit(fields, property, rule, name);
    if (err)
        return err;
    rule->condition = above != NULL ? GN_CONDITION_ABOVE : GN_CONDITION_BELOW;
    return gn_field_quantity(fields, above != NULL ? above : below, above != NULL ? "above" : "below", rule->unit,
                             &rule->level);
}

/* A condition is on findings or on readings; the keys of one do not go with the other. */
static gn_err rules_check_mixture(const struct gn_fields *fields, const struct gn_yaml_node *when)
{
    static const char *const finding_keys[] = { "properties", "p_below", NULL };
    static const char *const reading_keys[] = { "property", "above", "below", NULL };
    const bool on_findings = gn_yaml_get(fields->tree, when, "finding") != NULL;
    const char *const *const foreign = on_findings ? reading_keys : finding_keys;
    for (size_t i = 0; foreign[i] != NULL; i++) {
        const struct gn_yaml_node *const node = gn_yaml_get(fields->tree, when, foreign[i]);
        if (node != NULL)
            return gn_field_refuse(fields, node, "'%s' goes with %s", foreign[i],
                                   on_findings ? "a condition on readings, not with 'finding'"
                                               : "'finding: anomaly'; a condition on readings has 'property'");
    }
    return GN_OK;
}

static gn_err rules_read_when(const struct gn_fields *fields, const struct gn_yaml_node *when, struct gn_rule *rule)
{
    const struct gn_yaml_tree *const tree = fields->tree;
    const struct gn_yaml_node *thing;
    gn_err err = gn_field_map(fields, when, "'when'", rules_when_keys);
    if (!err)
        err = gn_field_need(fields, when, "'when'", "thing", &thing);
    if (!err)
        err = gn_field_thing(fields, thing, true, &rule->when_thing);
    if (!err)
        err = rules_check_thing(fields, thing, rule->when_thing);
    if (!err)
        err = rules_check_mixture(fields, when);
    if (err)
        return err;
    const bool on_findings = gn_yaml_get(tree, when, "finding") != NULL;
    const bool on_readings = gn_yaml_get(tree, when, "property") != NULL || gn_yaml_get(tree, when, "above") != NULL ||
                             gn_yaml_get(tree, when, "below") != NULL;
    if (!on_findings && !on_readings)
        return gn_field_refuse(fields, when, "'when' needs 'finding', or 'property' with 'above' or 'below'");
    err = on_findings ? rules_read_finding(fields, when, rule) : rules_read_reading(fields, when, rule);
    const struct gn_yaml_node *const lasting = gn_yaml_get(tree, when, "for");
    if (!err && lasting != NULL)
        err = gn_field_duration(fields, lasting, "for", 0, &rule->for_ms);
    return err;
}

/* --- do --- */

static gn_err rules_read_argument(const struct gn_fields *fields, const struct gn_yaml_node *key,
                                  const struct gn_declared_action *action, struct gn_rule *rule)
{
    const struct gn_yaml_node *const node = gn_yaml_value(fields->tree, key);
    struct gn_rule_argument *const argument = &rule->arguments[rule->argument_count];
    struct gn_envelope_words words = { { 0 } };
    const uint32_t index = gn_envelope_argument(action, key->text);
    if (index == GN_ACTION_ARGUMENTS_MAX) {
        const struct gn_value nothing = { .type = GN_VALUE_BOOL };
        GN_IGNORE(gn_envelope_check_value(fields->solution, action, key->text, &nothing, &words),
                  "asked for its words");
        return gn_field_refuse(fields, key, "%s", words.text);
    }
    const struct gn_declared_argument *const declared = &action->arguments[index];
    gn_err err =
        gn_field_value(fields, node, gn_quote(declared->name).text, declared->type, declared->unit, &argument->value);
    if (!err && gn_envelope_check_value(fields->solution, action, declared->name, &argument->value, &words) != GN_OK)
        err = gn_field_refuse(fields, node, "%s", words.text);
    if (!err)
        err = gn_field_keep(fields, key, key->text, &argument->name);
    if (!err)
        rule->argument_count++;
    return err;
}

static gn_err rules_read_arguments(const struct gn_fields *fields, const struct gn_yaml_node *node,
                                   const struct gn_declared_action *action, struct gn_rule *rule)
{
    const struct gn_yaml_node *const map = gn_yaml_get(fields->tree, node, "arguments");
    uint32_t given = 0;
    if (map != NULL && map->kind != GN_YAML_MAP)
        return gn_field_refuse(fields, map, "'arguments' must be a map of names and values");
    if (map != NULL && map->count > GN_ACTION_ARGUMENTS_MAX)
        return gn_field_refuse(fields, map, "'arguments' has %u entries; %d are the most", map->count,
                               GN_ACTION_ARGUMENTS_MAX);
    for (const struct gn_yaml_node *key = map == NULL ? NULL : gn_yaml_first(fields->tree, map); key != NULL;
         key = gn_yaml_next(fields->tree, key)) {
        const gn_err err = rules_read_argument(fields, key, action, rule);
        if (err)
            return err;
        given |= 1u << gn_envelope_argument(action, key->text);
    }
    const struct gn_declared_argument *const missing = gn_envelope_missing(action, given);
    if (missing != NULL)
        return gn_field_refuse(fields, map != NULL ? map : node, "the action '%s' needs the argument '%s'",
                               gn_quote(action->name).text, gn_quote(missing->name).text);
    return GN_OK;
}

static gn_err rules_read_do(const struct gn_fields *fields, const struct gn_yaml_node *node, struct gn_rule *rule)
{
    const struct gn_yaml_node *const thing = gn_yaml_get(fields->tree, node, "thing");
    const struct gn_yaml_node *action;
    gn_err err = gn_field_map(fields, node, "'do'", rules_do_keys);
    if (!err)
        err = gn_field_need(fields, node, "'do'", "action", &action);
    if (!err && thing != NULL)
        err = gn_field_thing(fields, thing, false, &rule->do_thing);
    if (!err && thing != NULL)
        err = rules_check_thing(fields, thing, rule->do_thing);
    if (!err)
        err = gn_field_name(fields, action, "action", false, &rule->action);
    if (err)
        return err;
    const gn_str target = thing != NULL ? rule->do_thing : rule->when_thing;
    const struct gn_declared_action *const declared = rules_find_action(fields, action, target, rule->action);
    if (declared == NULL)
        return GN_ERR_INVAL;
    err = rules_read_arguments(fields, node, declared, rule);
    if (err)
        return err;
    uint8_t input[GN_ACTION_INPUT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(input, sizeof input);
    gn_rule_input(rule, &buf);
    if (buf.full)
        return gn_field_refuse(fields, node, "the arguments are longer than %d bytes as JSON",
                               GN_ACTION_INPUT_BYTES_MAX);
    return GN_OK;
}

/* --- the rule --- */

static gn_err rules_name_is_new(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str name)
{
    const struct gn_solution *const solution = fields->solution;
    for (uint32_t i = 0; i < solution->rule_count; i++) {
        const struct gn_rule *const other = &solution->rules[i];
        if (gn_str_equal(other->name, name))
            return gn_field_refuse(fields, node, "there is a rule '%s' already: %s line %u", gn_quote(name).text,
                                   gn_quote(other->file).text, other->line);
    }
    if (solution->rule_count == GN_RULES_MAX)
        return gn_field_refuse(fields, node, "more than %d rules", GN_RULES_MAX);
    return GN_OK;
}

static gn_err rules_read_limits(const struct gn_fields *fields, const struct gn_yaml_node *node, struct gn_rule *rule)
{
    const struct gn_yaml_node *const autonomy = gn_yaml_get(fields->tree, node, "autonomy");
    const struct gn_yaml_node *const expires = gn_yaml_get(fields->tree, node, "expires");
    const struct gn_yaml_node *const at_most = gn_yaml_get(fields->tree, node, "at_most");
    gn_err err = GN_OK;
    int index = GN_AUTONOMY_ASK; /* whatever changes the world is asked for, unless a person said otherwise */
    if (autonomy != NULL)
        err = gn_field_word(fields, autonomy, "autonomy", rules_autonomies, &index);
    rule->autonomy = (gn_autonomy)index;
    rule->expires_ms = INT64_C(1000) * GN_APPROVAL_EXPIRY_S;
    if (!err && expires != NULL)
        err = gn_field_duration(fields, expires, "expires", 1, &rule->expires_ms);
    if (!err && at_most != NULL)
        err = gn_field_rate(fields, at_most, &rule->at_most);
    return err;
}

static gn_err rules_seal(const struct gn_fields *fields, const struct gn_yaml_node *node, struct gn_rule *rule)
{
    uint8_t canonical[GN_OUTPUT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(canonical, sizeof canonical);
    gn_rule_canonical(fields->solution, rule, &buf);
    if (buf.full)
        return gn_field_refuse(fields, node, "the rule is longer than %d bytes as JSON", GN_OUTPUT_BYTES_MAX);
    rule->digest = gn_sha256_of(gn_buf_bytes(&buf));
    return GN_OK;
}

static gn_err rules_read_one(const struct gn_fields *fields, const struct gn_yaml_node *node)
{
    struct gn_rule *const rule = &fields->solution->rules[fields->solution->rule_count];
    const struct gn_yaml_node *name, *when, *action;
    gn_err err = gn_field_map(fields, node, "a rule", rules_keys);
    if (!err)
        err = gn_field_need(fields, node, "a rule", "name", &name);
    gn_str text = { 0 };
    if (!err)
        err = gn_field_name(fields, name, "name", false, &text);
    if (!err)
        err = rules_name_is_new(fields, name, text);
    if (err)
        return err;
    *rule = (struct gn_rule){ .name = text, .file = fields->file, .line = node->line };
    err = gn_field_need(fields, node, "a rule", "when", &when);
    if (!err)
        err = gn_field_need(fields, node, "a rule", "do", &action);
    if (!err)
        err = rules_read_when(fields, when, rule);
    if (!err)
        err = rules_read_do(fields, action, rule);
    if (!err)
        err = rules_read_limits(fields, node, rule);
    if (!err)
        err = rules_seal(fields, node, rule);
    if (!err)
        fields->solution->rule_count++;
    return err;
}

gn_err gn_solution_read_rules(const struct gn_fields *fields, const struct gn_yaml_node *list)
{
    gn_err err = gn_field_list(fields, list, "rules", GN_RULES_MAX);
    for (const struct gn_yaml_node *item = gn_yaml_first(fields->tree, list); !err && item != NULL;
         item = gn_yaml_next(fields->tree, item))
        err = rules_read_one(fields, item);
    return err;
}
