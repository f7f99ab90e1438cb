/* SPDX-License-Identifier: Apache-2.0 */
#include "act/envelope.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "act/near_miss.h"
#include "act/solution_fields.h"
#include "base/json_read.h"

static gn_err envelope_refuse(struct gn_envelope_words *words, gn_err err, const char *fmt, ...) GN_PRINTF(3, 4);

static gn_err envelope_refuse(struct gn_envelope_words *words, gn_err err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(words->text, sizeof words->text, fmt, args);
    va_end(args);
    return err;
}

bool gn_value_equal(const struct gn_value *a, const struct gn_value *b)
{
    const bool a_number = a->type == GN_VALUE_NUMBER || a->type == GN_VALUE_INTEGER;
    const bool b_number = b->type == GN_VALUE_NUMBER || b->type == GN_VALUE_INTEGER;
    if (a_number && b_number)
        return a->number == b->number;
    if (a->type != b->type)
        return false;
    return a->type == GN_VALUE_BOOL ? a->boolean == b->boolean : gn_str_equal(a->text, b->text);
}

uint32_t gn_envelope_argument(const struct gn_declared_action *action, gn_str name)
{
    for (uint32_t i = 0; i < action->argument_count; i++) {
        if (gn_str_equal(action->arguments[i].name, name))
            return i;
    }
    return GN_ACTION_ARGUMENTS_MAX;
}

static bool envelope_type_fits(gn_value_type wanted, const struct gn_value *value)
{
    const bool number = value->type == GN_VALUE_NUMBER || value->type == GN_VALUE_INTEGER;
    switch (wanted) {
    case GN_VALUE_NUMBER:
        return number && isfinite(value->number);
    case GN_VALUE_INTEGER:
        return number && isfinite(value->number) && value->number == trunc(value->number);
    case GN_VALUE_BOOL:
    case GN_VALUE_TEXT:
        return value->type == wanted;
    }
    return false;
}

static void envelope_add_value(struct gn_buf *buf, const struct gn_value *value)
{
    if (value->type == GN_VALUE_TEXT)
        gn_buf_add_text(buf, gn_quote(value->text).text);
    else if (value->type == GN_VALUE_BOOL)
        gn_buf_addf(buf, "%s", value->boolean ? "true" : "false");
    else
        gn_buf_addf(buf, "%.10g", value->number);
}

static gn_err envelope_refuse_choice(const struct gn_solution *solution, const struct gn_declared_argument *argument,
                                     const struct gn_value *value, struct gn_envelope_words *words)
{
    char list[80], given[48];
    struct gn_buf buf = gn_buf_over(list, sizeof list - 1);
    for (uint32_t i = 0; i < argument->choice_count && !buf.full; i++) {
        gn_buf_add_text(&buf, i > 0 ? ", " : "");
        envelope_add_value(&buf, &solution->choices[argument->choice_first + i]);
    }
    list[buf.size] = '\0';
    struct gn_buf written = gn_buf_over(given, sizeof given - 1);
    envelope_add_value(&written, value);
    given[written.size] = '\0';
    return envelope_refuse(words, GN_ERR_INVAL, "'%s' must be one of %s%s; this is '%s'", gn_quote(argument->name).text,
                           list, buf.full ? " ..." : "", given);
}

gn_err gn_envelope_check_value(const struct gn_solution *solution, const struct gn_declared_action *action, gn_str name,
                               const struct gn_value *value, struct gn_envelope_words *words)
{
    const uint32_t index = gn_envelope_argument(action, name);
    if (index == GN_ACTION_ARGUMENTS_MAX) {
        struct gn_near_miss miss = gn_near_miss_of(name);
        for (uint32_t i = 0; i < action->argument_count; i++)
            gn_near_miss_offer(&miss, action->arguments[i].name);
        if (miss.best.size > 0)
            return envelope_refuse(words, GN_ERR_INVAL, "the action '%s' has no argument '%s'; did you mean '%s'?",
                                   gn_quote(action->name).text, gn_quote(name).text, gn_quote(miss.best).text);
        return envelope_refuse(words, GN_ERR_INVAL, "the action '%s' has no argument '%s'", gn_quote(action->name).text,
                               gn_quote(name).text);
    }
    const struct gn_declared_argument *const argument = &action->arguments[index];
    if (!envelope_type_fits(argument->type, value))
        return envelope_refuse(words, GN_ERR_INVAL, "'%s' must be %s", gn_quote(name).text,
                               gn_value_type_name(argument->type));
    if (argument->has_range && !(value->number >= argument->low && value->number <= argument->high))
        return envelope_refuse(words, GN_ERR_INVAL, "'%s' must be %.10g to %.10g%s%.*s; this is %.10g",
                               gn_quote(name).text, argument->low, argument->high, argument->unit.size > 0 ? " " : "",
                               GN_STR_ARGS(argument->unit), value->number);
    for (uint32_t i = 0; i < argument->choice_count; i++) {
        if (gn_value_equal(&solution->choices[argument->choice_first + i], value))
            return GN_OK;
    }
    return argument->choice_count == 0 ? GN_OK : envelope_refuse_choice(solution, argument, value, words);
}

const struct gn_declared_argument *gn_envelope_missing(const struct gn_declared_action *action, uint32_t given)
{
    for (uint32_t i = 0; i < action->argument_count; i++) {
        if (!action->arguments[i].optional && (given & (1u << i)) == 0)
            return &action->arguments[i];
    }
    return NULL;
}

static bool envelope_value_of(const struct gn_json_token *token, struct gn_value *out)
{
    *out = (struct gn_value){ .number = token->number, .boolean = token->boolean, .text = token->text };
    switch (token->kind) {
    case GN_JSON_NUMBER:
        out->type = GN_VALUE_NUMBER;
        return true;
    case GN_JSON_BOOL:
        out->type = GN_VALUE_BOOL;
        return true;
    case GN_JSON_STRING:
        out->type = GN_VALUE_TEXT;
        return true;
    default:
        return false;
    }
}

/* The members of an object that has been opened. */
static gn_err envelope_check_members(const struct gn_solution *solution, const struct gn_declared_action *action,
                                     struct gn_json *json, uint32_t *given, struct gn_envelope_words *words)
{
    for (;;) {
        const struct gn_json_token key = gn_json_next(json);
        if (key.kind == GN_JSON_OBJECT_END)
            break;
        char name[GN_PROPERTY_BYTES_MAX + 1];
        if (key.kind != GN_JSON_KEY || gn_str_copy(name, sizeof name, key.text) != GN_OK)
            return envelope_refuse(words, GN_ERR_DENIED, "the input is not a JSON object of single values");
        const struct gn_json_token token = gn_json_next(json);
        struct gn_value value;
        if (!envelope_value_of(&token, &value))
            return envelope_refuse(words, GN_ERR_DENIED, "'%s' must be a single value", name);
        if (gn_envelope_check_value(solution, action, gn_str_of(name), &value, words) != GN_OK)
            return GN_ERR_DENIED;
        const uint32_t bit = 1u << gn_envelope_argument(action, gn_str_of(name));
        if ((*given & bit) != 0)
            return envelope_refuse(words, GN_ERR_DENIED, "'%s' is given twice", name);
        *given |= bit;
    }
    return gn_json_next(json).kind == GN_JSON_END
               ? GN_OK
               : envelope_refuse(words, GN_ERR_DENIED, "the input is not a JSON object of single values");
}

gn_err gn_envelope_check(const struct gn_solution *solution, const struct gn_declared_action *action, gn_str input,
                         struct gn_envelope_words *words)
{
    if (action == NULL)
        return envelope_refuse(words, GN_ERR_DENIED, "no solution declares this action, so it has no envelope");
    if (input.size > GN_ACTION_INPUT_BYTES_MAX)
        return envelope_refuse(words, GN_ERR_DENIED, "the input is longer than %d bytes", GN_ACTION_INPUT_BYTES_MAX);
    struct gn_json json;
    uint32_t given = 0;
    gn_json_init(&json, input);
    if (gn_json_next(&json).kind != GN_JSON_OBJECT)
        return envelope_refuse(words, GN_ERR_DENIED, "the input is not a JSON object of single values");
    const gn_err err = envelope_check_members(solution, action, &json, &given, words);
    if (err)
        return err;
    const struct gn_declared_argument *const missing = gn_envelope_missing(action, given);
    if (missing != NULL)
        return envelope_refuse(words, GN_ERR_DENIED, "the action '%s' needs '%s'", gn_quote(action->name).text,
                               gn_quote(missing->name).text);
    return GN_OK;
}
