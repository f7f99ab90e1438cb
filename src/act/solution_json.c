/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_int.h"
#include "act/words.h"
#include "base/json_write.h"

static void solution_json_value(struct gn_jw *w, const struct gn_value *value)
{
    switch (value->type) {
    case GN_VALUE_NUMBER:
    case GN_VALUE_INTEGER:
        gn_jw_f64(w, value->number);
        break;
    case GN_VALUE_BOOL:
        gn_jw_bool(w, value->boolean);
        break;
    case GN_VALUE_TEXT:
        gn_jw_str(w, value->text);
        break;
    }
}

static void solution_json_str(struct gn_jw *w, const char *key, gn_str value)
{
    gn_jw_key(w, key);
    gn_jw_str(w, value);
}

static void solution_json_rate(struct gn_jw *w, struct gn_rate rate)
{
    gn_jw_key(w, "at_most");
    if (rate.count == 0) {
        gn_jw_null(w);
        return;
    }
    gn_jw_open(w, '{');
    gn_jw_key(w, "count");
    gn_jw_u64(w, rate.count);
    gn_jw_key(w, "per_ms");
    gn_jw_i64(w, rate.per_ms);
    gn_jw_close(w, '}');
}

static void solution_json_range(struct gn_jw *w, bool has_range, double low, double high)
{
    gn_jw_key(w, "range");
    if (!has_range) {
        gn_jw_null(w);
        return;
    }
    gn_jw_open(w, '[');
    gn_jw_f64(w, low);
    gn_jw_f64(w, high);
    gn_jw_close(w, ']');
}

/* --- rules --- */

void gn_rule_input(const struct gn_rule *rule, struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '{');
    for (uint32_t i = 0; i < rule->argument_count; i++) {
        gn_jw_key_str(&w, rule->arguments[i].name);
        solution_json_value(&w, &rule->arguments[i].value);
    }
    gn_jw_close(&w, '}');
}

static void solution_json_when(struct gn_jw *w, const struct gn_solution *solution, const struct gn_rule *rule)
{
    static const char *const names[] = { "anomaly", "sensor", "above", "below" };
    gn_jw_open(w, '{');
    solution_json_str(w, "thing", rule->when_thing);
    solution_json_str(w, "condition", gn_str_of(names[rule->condition]));
    gn_jw_key(w, "properties");
    gn_jw_open(w, '[');
    for (uint32_t i = 0; i < rule->name_count; i++)
        gn_jw_str(w, solution->names[rule->name_first + i]);
    gn_jw_close(w, ']');
    if (gn_rule_is_on_readings(rule)) {
        gn_jw_key(w, "level");
        gn_jw_f64(w, rule->level);
        solution_json_str(w, "unit", rule->unit);
    } else if (rule->p_below > 0.0) {
        gn_jw_key(w, "p_below");
        gn_jw_f64(w, rule->p_below);
    }
    gn_jw_key(w, "for_ms");
    gn_jw_i64(w, rule->for_ms);
    gn_jw_close(w, '}');
}

static void solution_json_do(struct gn_jw *w, const struct gn_rule *rule)
{
    uint8_t input[GN_ACTION_INPUT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(input, sizeof input);
    gn_rule_input(rule, &buf);
    gn_jw_open(w, '{');
    gn_jw_key(w, "thing");
    if (rule->do_thing.size > 0)
        gn_jw_str(w, rule->do_thing);
    else
        gn_jw_null(w);
    solution_json_str(w, "action", rule->action);
    gn_jw_key(w, "input");
    gn_jw_raw(w, gn_buf_str(&buf));
    gn_jw_close(w, '}');
}

/* The members that say what the rule does, without braces: the same in the digest and in the API. */
static void solution_json_rule(struct gn_jw *w, const struct gn_solution *solution, const struct gn_rule *rule)
{
    solution_json_str(w, "name", rule->name);
    gn_jw_key(w, "when");
    solution_json_when(w, solution, rule);
    gn_jw_key(w, "do");
    solution_json_do(w, rule);
    solution_json_str(w, "autonomy", gn_str_of(gn_autonomy_name(rule->autonomy)));
    gn_jw_key(w, "expires_ms");
    gn_jw_i64(w, rule->expires_ms);
    solution_json_rate(w, rule->at_most);
}

void gn_rule_canonical(const struct gn_solution *solution, const struct gn_rule *rule, struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '{');
    solution_json_rule(&w, solution, rule);
    gn_jw_close(&w, '}');
}

static void solution_words_names(const struct gn_solution *solution, const struct gn_rule *rule, struct gn_buf *out)
{
    enum { NAMES_SHOWN = 4 };
    if (rule->name_count == 0)
        gn_buf_add_text(out, "any property");
    /* "or 1 others" is longer than the name itself. */
    const uint32_t shown = rule->name_count <= NAMES_SHOWN + 1 ? rule->name_count : NAMES_SHOWN;
    for (uint32_t i = 0; i < shown; i++) {
        gn_buf_add_text(out, i == 0 ? "" : i + 1 == rule->name_count ? " or " : ", ");
        gn_buf_add_str(out, solution->names[rule->name_first + i]);
    }
    if (rule->name_count > shown)
        gn_buf_addf(out, " or %u others", rule->name_count - shown);
}

void gn_rule_words(const struct gn_solution *solution, const struct gn_rule *rule, struct gn_buf *out)
{
    static const char *const starts[] = { "an anomaly of ", "a sensor fault of ", "", "" };
    gn_buf_add_text(out, starts[rule->condition]);
    solution_words_names(solution, rule, out);
    gn_buf_add_text(out, " of ");
    if (gn_is_any(rule->when_thing))
        gn_buf_add_text(out, "any Thing");
    else
        gn_buf_add_str(out, rule->when_thing);
    if (gn_rule_is_on_readings(rule)) {
        gn_buf_add_text(out, rule->condition == GN_CONDITION_ABOVE ? " above " : " below ");
        gn_words_exact(out, rule->level, rule->unit);
    } else if (rule->p_below > 0.0) {
        gn_buf_add_text(out, " with a chance below ");
        gn_words_number(out, rule->p_below);
    }
    if (rule->for_ms > 0) {
        gn_buf_add_text(out, " for ");
        gn_words_duration(out, rule->for_ms);
    }
}

void gn_solution_rules_json(const struct gn_solution *solution, struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '[');
    for (uint32_t i = 0; solution != NULL && i < solution->rule_count; i++) {
        const struct gn_rule *const rule = &solution->rules[i];
        uint8_t words[1024];
        struct gn_buf buf = gn_buf_over(words, sizeof words);
        gn_rule_words(solution, rule, &buf);
        gn_jw_open(&w, '{');
        solution_json_rule(&w, solution, rule);
        gn_jw_key(&w, "digest");
        gn_jw_hex(&w, (gn_bytes){ rule->digest.bytes, GN_SHA256_BYTES });
        solution_json_str(&w, "file", rule->file);
        gn_jw_key(&w, "line");
        gn_jw_u64(&w, rule->line);
        solution_json_str(&w, "words", gn_buf_str(&buf));
        gn_jw_close(&w, '}');
    }
    gn_jw_close(&w, ']');
}

/* --- things --- */

static void solution_json_argument(struct gn_jw *w, const struct gn_solution *solution,
                                   const struct gn_declared_argument *argument)
{
    static const char *const types[] = { "number", "integer", "boolean", "text" };
    gn_jw_open(w, '{');
    solution_json_str(w, "name", argument->name);
    solution_json_str(w, "type", gn_str_of(types[argument->type]));
    solution_json_str(w, "unit", argument->unit);
    solution_json_range(w, argument->has_range, argument->low, argument->high);
    gn_jw_key(w, "one_of");
    if (argument->choice_count == 0) {
        gn_jw_null(w);
    } else {
        gn_jw_open(w, '[');
        for (uint32_t i = 0; i < argument->choice_count; i++)
            solution_json_value(w, &solution->choices[argument->choice_first + i]);
        gn_jw_close(w, ']');
    }
    gn_jw_key(w, "optional");
    gn_jw_bool(w, argument->optional);
    gn_jw_close(w, '}');
}

void gn_solution_actions_json(const struct gn_solution *solution, struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '[');
    for (uint32_t i = 0; solution != NULL && i < solution->action_count; i++) {
        const struct gn_declared_action *const action = &solution->actions[i];
        gn_jw_open(&w, '{');
        solution_json_str(&w, "thing", action->thing);
        solution_json_str(&w, "name", action->name);
        gn_jw_key(&w, "arguments");
        gn_jw_open(&w, '[');
        for (uint32_t k = 0; k < action->argument_count; k++)
            solution_json_argument(&w, solution, &action->arguments[k]);
        gn_jw_close(&w, ']');
        solution_json_rate(&w, action->at_most);
        gn_jw_key(&w, "expires_ms");
        gn_jw_i64(&w, action->expires_ms);
        gn_jw_close(&w, '}');
    }
    gn_jw_close(&w, ']');
}

void gn_solution_properties_json(const struct gn_solution *solution, struct gn_buf *out)
{
    static const char *const directions[] = { "low", "both", "high" };
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '[');
    for (uint32_t i = 0; solution != NULL && i < solution->property_count; i++) {
        const struct gn_declared_property *const row = &solution->properties[i];
        gn_jw_open(&w, '{');
        solution_json_str(&w, "thing", row->thing);
        solution_json_str(&w, "name", row->name);
        solution_json_str(&w, "unit", row->unit);
        solution_json_range(&w, row->has_range, row->low, row->high);
        solution_json_str(&w, "direction", gn_str_of(directions[row->direction + 1]));
        gn_jw_close(&w, '}');
    }
    gn_jw_close(&w, ']');
}
