/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution.h"

#include <stdio.h>

#include "act/near_miss.h"
#include "act/solution_access.h"
#include "act/solution_home_assistant.h"
#include "act/solution_keep.h"
#include "act/solution_rules.h"
#include "act/solution_things.h"
#include "act/solution_topics.h"
#include "base/mem.h"

#define SOLUTION_BUDGET_DEFAULT 0.1
#define SOLUTION_BUDGET_MAX     1000.0

static const char *const solution_keys[] = { "things", "rules",          "access", "topics",
                                             "budget", "home_assistant", "keep",   NULL };

/* --- lookups --- */

bool gn_pattern_matches(gn_str pattern, gn_str name)
{
    if (pattern.size == 0 || pattern.at[pattern.size - 1] != '*')
        return gn_str_equal(pattern, name);
    return gn_str_starts(name, (gn_str){ pattern.at, pattern.size - 1 });
}

bool gn_solution_has_thing(const struct gn_solution *solution, gn_str thing)
{
    for (uint32_t i = 0; i < solution->thing_count; i++) {
        if (gn_str_equal(solution->things[i], thing))
            return true;
    }
    return false;
}

/* How exactly a row speaks of a property: the Thing counts before the name, an exact name before any prefix. */
static size_t solution_rank(const struct gn_declared_property *row, gn_str thing)
{
    const bool is_pattern = row->name.at[row->name.size - 1] == '*';
    const size_t own = gn_str_equal(row->thing, thing) ? 2 * (GN_PROPERTY_BYTES_MAX + 2) : 0;
    return 1 + own + (is_pattern ? row->name.size : GN_PROPERTY_BYTES_MAX + 1);
}

const struct gn_declared_property *gn_solution_property(const struct gn_solution *solution, gn_str thing,
                                                        gn_str property)
{
    const struct gn_declared_property *best = NULL;
    size_t best_rank = 0;
    for (uint32_t i = 0; i < solution->property_count; i++) {
        const struct gn_declared_property *const row = &solution->properties[i];
        if (!gn_is_any(row->thing) && !gn_str_equal(row->thing, thing))
            continue;
        if (!gn_pattern_matches(row->name, property) || solution_rank(row, thing) <= best_rank)
            continue;
        best = row;
        best_rank = solution_rank(row, thing);
    }
    return best;
}

const struct gn_declared_action *gn_solution_action(const struct gn_solution *solution, gn_str thing, gn_str action)
{
    const struct gn_declared_action *any = NULL;
    for (uint32_t i = 0; i < solution->action_count; i++) {
        const struct gn_declared_action *const row = &solution->actions[i];
        if (!gn_str_equal(row->name, action))
            continue;
        if (gn_str_equal(row->thing, thing))
            return row;
        if (any == NULL && gn_is_any(row->thing))
            any = row;
    }
    return any;
}

bool gn_rule_watches(const struct gn_solution *solution, const struct gn_rule *rule, gn_str thing, gn_str property)
{
    if (!gn_is_any(rule->when_thing) && !gn_str_equal(rule->when_thing, thing))
        return false;
    for (uint32_t i = 0; i < rule->name_count; i++) {
        if (gn_pattern_matches(solution->names[rule->name_first + i], property))
            return true;
    }
    return rule->name_count == 0;
}

void gn_solution_meaning(const struct gn_solution *solution, gn_str thing_id, gn_str property,
                         struct gn_property_meaning *out)
{
    const struct gn_declared_property *const row =
        solution == NULL ? NULL : gn_solution_property(solution, thing_id, property);
    *out = (struct gn_property_meaning){ .unit = "" };
    if (row == NULL)
        return;
    *out = (struct gn_property_meaning){
        .unit = row->unit.at,
        .has_range = row->has_range,
        .range_low = row->low,
        .range_high = row->high,
        .direction = row->direction,
    };
}

const struct gn_policy *gn_solution_policy(const struct gn_solution *solution)
{
    return &solution->policy;
}

const struct gn_home_assistant *gn_solution_home_assistant(const struct gn_solution *solution)
{
    return solution != NULL && solution->announces ? &solution->home_assistant : NULL;
}

double gn_solution_budget(const struct gn_solution *solution)
{
    return solution != NULL && solution->has_budget ? solution->budget : SOLUTION_BUDGET_DEFAULT;
}

/* --- compiling --- */

/* One file of a bundle; see gn_solution_bundle_add. */
struct solution_file {
    gn_str name;
    gn_str content;
};

static gn_err solution_bad_bundle(struct gn_diag *diag, const char *words)
{
    gn_diag_file(diag, "");
    gn_diag_set(diag, 0, 0, "the bundle of the solution is damaged: %s", words);
    return GN_ERR_INVAL;
}

static gn_err solution_next_file(gn_str *bundle, struct solution_file *out, struct gn_diag *diag)
{
    gn_str rest;
    const gn_str line = gn_str_split(*bundle, '\n', &rest);
    if (!gn_str_starts(line, GN_STR("@file ")) || line.size == bundle->size)
        return solution_bad_bundle(diag, "a line '@file NAME SIZE' is missing");
    const gn_str words = { line.at + 6, line.size - 6 };
    size_t blank = words.size;
    while (blank > 0 && words.at[blank - 1] != ' ')
        blank--;
    uint64_t size = 0;
    if (blank < 2 || gn_parse_u64((gn_str){ words.at + blank, words.size - blank }, &size) != GN_OK)
        return solution_bad_bundle(diag, "a line '@file NAME SIZE' has no name or no size");
    if (size > rest.size)
        return solution_bad_bundle(diag, "a file is cut short");
    out->name = (gn_str){ words.at, blank - 1 };
    out->content = (gn_str){ rest.at, (size_t)size };
    *bundle = (gn_str){ rest.at + size, rest.size - (size_t)size };
    return GN_OK;
}

static gn_err solution_read_budget(const struct gn_fields *fields, const struct gn_yaml_node *node)
{
    double budget = 0.0;
    if (fields->solution->has_budget)
        return gn_field_refuse(fields, node, "'budget' is given twice; a solution has one");
    const gn_err err = gn_field_quantity(fields, node, "budget", GN_STR(""), &budget);
    if (err)
        return err;
    if (!(budget > 0.0 && budget <= SOLUTION_BUDGET_MAX))
        return gn_field_refuse(fields, node,
                               "'budget' is false alarms a series and day, more than 0 and at most %g; this is '%s'",
                               SOLUTION_BUDGET_MAX, gn_quote(node->text).text);
    fields->solution->has_budget = true;
    fields->solution->budget = budget;
    return GN_OK;
}

typedef enum solution_pass { SOLUTION_THINGS, SOLUTION_RULES } solution_pass;

static gn_err solution_read_file(struct gn_fields *fields, struct gn_yaml_tree *tree, const struct solution_file *file,
                                 solution_pass pass)
{
    char name[GN_DIAG_FILE_BYTES];
    (void)snprintf(name, sizeof name, "%.*s", GN_STR_ARGS(file->name));
    gn_diag_file(fields->diag, name);
    gn_err err = gn_yaml_tree_read(tree, file->content, fields->diag);
    if (err)
        return err;
    const struct gn_yaml_node *const root = gn_yaml_root(tree);
    fields->tree = tree;
    fields->file = file->name;
    err = gn_field_map(fields, root, "a solution file", solution_keys);
    if (!err && pass == SOLUTION_RULES)
        err = gn_field_keep(fields, root, file->name, &fields->file);
    if (err)
        return err;
    const struct gn_yaml_node *const things = gn_yaml_get(tree, root, "things");
    const struct gn_yaml_node *const budget = gn_yaml_get(tree, root, "budget");
    const struct gn_yaml_node *const rules = gn_yaml_get(tree, root, "rules");
    const struct gn_yaml_node *const access = gn_yaml_get(tree, root, "access");
    if (pass == SOLUTION_RULES)
        return rules != NULL ? gn_solution_read_rules(fields, rules) : GN_OK;
    if (access != NULL)
        err = gn_solution_read_access(fields, access);
    const struct gn_yaml_node *const topics = gn_yaml_get(tree, root, "topics");
    if (!err && topics != NULL)
        err = gn_solution_read_topics(fields, topics);
    const struct gn_yaml_node *const home_assistant = gn_yaml_get(tree, root, "home_assistant");
    if (!err && home_assistant != NULL)
        err = gn_solution_read_home_assistant(fields, home_assistant);
    const struct gn_yaml_node *const keep = gn_yaml_get(tree, root, "keep");
    if (!err && keep != NULL)
        err = gn_solution_read_keep(fields, keep);
    if (err)
        return err;
    if (things != NULL)
        err = gn_solution_read_things(fields, things);
    if (!err && budget != NULL)
        err = solution_read_budget(fields, budget);
    return err;
}

static gn_err solution_read_all(struct gn_solution *solution, struct gn_yaml_tree *tree, gn_str bundle,
                                struct gn_diag *diag)
{
    /* Twice over the files: what rules may name must be known before the first rule is read. */
    for (solution_pass pass = SOLUTION_THINGS; pass <= SOLUTION_RULES; pass++) {
        gn_str rest = bundle;
        for (uint32_t count = 1; rest.size > 0; count++) {
            struct solution_file file;
            struct gn_fields fields = { .solution = solution, .diag = diag };
            gn_err err = solution_next_file(&rest, &file, diag);
            if (!err && count > GN_SOLUTION_FILES_MAX)
                err = solution_bad_bundle(diag, "too many files (GN_SOLUTION_FILES_MAX)");
            if (!err)
                err = solution_read_file(&fields, tree, &file, pass);
            if (err)
                return err;
        }
    }
    return GN_OK;
}

static struct gn_solution *solution_new(size_t bundle_size)
{
    /* Unescaped text is at most 3/2 of what was written, and each piece gets a NUL behind it. */
    const size_t text_capacity = 3 * bundle_size + 64;
    struct gn_solution *const solution = gn_mem_take(sizeof *solution + text_capacity, "solution");
    if (solution != NULL) {
        solution->text = (char *)(solution + 1);
        solution->text_capacity = text_capacity;
    }
    return solution;
}

gn_err gn_solution_parse(gn_str bundle, struct gn_solution **out, struct gn_diag *diag)
{
    struct gn_yaml_tree *tree = NULL;
    if (bundle.size > GN_SOLUTION_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "the solution has %zu bytes; %d are the most", bundle.size, GN_SOLUTION_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    struct gn_solution *solution = solution_new(bundle.size);
    gn_err err = solution == NULL ? GN_ERR_FULL : gn_yaml_tree_new(bundle.size, &tree);
    if (err) {
        gn_diag_set(diag, 0, 0, "no memory to read the solution");
        goto cleanup;
    }
    err = solution_read_all(solution, tree, bundle, diag);
    if (err)
        goto cleanup;
    *out = solution;
    solution = NULL;
cleanup:
    gn_yaml_tree_free(tree);
    gn_solution_free(solution);
    return err;
}

void gn_solution_free(struct gn_solution *solution)
{
    gn_mem_give(solution);
}
