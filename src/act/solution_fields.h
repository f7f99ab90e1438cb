/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_fields.h -- typed values out of YAML nodes, refused where they stand (private to the room).
 *
 *      node ─▶ gn_field_text / _number / _duration / _rate / _one_of ─▶ value, or INVAL with line, column, words
 *
 * Every message says what was expected, shows what is there (cut to 48 bytes), and names the nearest known word. */
#ifndef GN_ACT_SOLUTION_FIELDS_H
#define GN_ACT_SOLUTION_FIELDS_H

#include "act/solution_int.h"
#include "act/yaml_tree.h"

struct gn_fields {
    struct gn_solution *solution; /* being made */
    const struct gn_yaml_tree *tree;
    gn_str file; /* kept in the solution */
    struct gn_diag *diag;
};

/* Text of a person as it may stand in a message: cut, without control characters. */
struct gn_quoted {
    char text[56];
};
struct gn_quoted gn_quote(gn_str text);

/* Sets file, line and column of the node; always INVAL. */
gn_err gn_field_refuse(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *fmt, ...)
    GN_PRINTF(3, 4);

/* `what` names the place in messages: "a rule". Refuses what is not a map, and keys that are not among `known`
 * (which ends with NULL). */
GN_MUST_USE gn_err gn_field_map(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *what,
                                const char *const *known);
/* The value of a key that must be there. */
GN_MUST_USE gn_err gn_field_need(const struct gn_fields *fields, const struct gn_yaml_node *map, const char *what,
                                 const char *key, const struct gn_yaml_node **out);
/* A list; `many_max` bounds its items. */
GN_MUST_USE gn_err gn_field_list(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                 uint32_t many_max);

/* The functions below take the value of `key`. Texts are kept in the solution. */
GN_MUST_USE gn_err gn_field_scalar(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                   gn_str *out);
GN_MUST_USE gn_err gn_field_keep(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str text,
                                 gn_str *out);
/* A Thing's id, or "*" where `any`. */
GN_MUST_USE gn_err gn_field_thing(const struct gn_fields *fields, const struct gn_yaml_node *node, bool any,
                                  gn_str *out);
/* A name as of properties; `pattern`: "*" and "cpu*" are fine, too. */
GN_MUST_USE gn_err gn_field_name(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                 bool pattern, gn_str *out);
GN_MUST_USE gn_err gn_field_unit(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str *out);
/* A number with or without a unit; converted to `unit`. */
GN_MUST_USE gn_err gn_field_quantity(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                     gn_str unit, double *out);
/* [low, high], both quantities. */
GN_MUST_USE gn_err gn_field_range(const struct gn_fields *fields, const struct gn_yaml_node *node, gn_str unit,
                                  double *out_low, double *out_high);
/* `least_ms` is 0 or 1. */
GN_MUST_USE gn_err gn_field_duration(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                     int64_t least_ms, int64_t *out_ms);
GN_MUST_USE gn_err gn_field_rate(const struct gn_fields *fields, const struct gn_yaml_node *node, struct gn_rate *out);
/* One of the words (which end with NULL); *out is its index. */
GN_MUST_USE gn_err gn_field_word(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                 const char *const *words, int *out);
GN_MUST_USE gn_err gn_field_bool(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                 bool *out);
/* A scalar of a type, in the argument's unit. */
GN_MUST_USE gn_err gn_field_value(const struct gn_fields *fields, const struct gn_yaml_node *node, const char *key,
                                  gn_value_type type, gn_str unit, struct gn_value *out);

const char *gn_value_type_name(gn_value_type type); /* "a number" ... as in messages */

#endif
