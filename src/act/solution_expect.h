/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_expect.h -- for tests: one YAML text in, a solution or the exact words of its refusal out. */
#ifndef GN_ACT_SOLUTION_EXPECT_H
#define GN_ACT_SOLUTION_EXPECT_H

#include <stdio.h>

#include "act/solution_int.h"

/* What stands in front of a case. */
#define EXPECT_PRESS                                                                                                   \
    "things:\n"                                                                                                        \
    "  - thing: press-7\n"                                                                                             \
    "    properties:\n"                                                                                                \
    "      - { name: temperature, unit: \"\u00b0C\", range: [-40, 200] }\n"                                            \
    "      - { name: pressure, unit: bar }\n"                                                                          \
    "      - { name: count }\n"                                                                                        \
    "    actions:\n"                                                                                                   \
    "      - name: slow-down\n"                                                                                        \
    "        arguments:\n"                                                                                             \
    "          - { name: level, unit: \"%\", range: [0, 50] }\n"                                                       \
    "          - { name: mode, one_of: [gentle, hard] }\n"                                                             \
    "          - { name: steps, type: integer, range: [1, 9], optional: true }\n"                                      \
    "      - name: stop\n"

struct expect_refusal {
    const char *text; /* of a.yaml */
    size_t line, column;
    const char *words;
};

/* A bundle of one file. */
static inline gn_err expect_parse(const char *text, struct gn_solution **out, struct gn_diag *diag)
{
    static uint8_t bytes[GN_SOLUTION_BYTES_MAX];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    gn_solution_bundle_add(&bundle, GN_STR("a.yaml"), gn_str_of(text));
    assert_false(bundle.full);
    return gn_solution_parse(gn_buf_str(&bundle), out, diag);
}

static inline struct gn_solution *expect_solution(const char *text)
{
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    if (expect_parse(text, &solution, &diag) != GN_OK)
        fail_msg("%s:%zu:%zu: %s\n%s", diag.file, diag.line, diag.column, diag.text, text);
    assert_non_null(solution);
    return solution;
}

static inline void expect_refused(const struct expect_refusal *row)
{
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    if (expect_parse(row->text, &solution, &diag) != GN_ERR_INVAL)
        fail_msg("not refused:\n%s", row->text);
    assert_null(solution); /* untouched on failure */
    if (strcmp(diag.text, row->words) != 0 || diag.line != row->line || diag.column != row->column)
        fail_msg("%s\nsays   %zu:%zu: %s\nshould %zu:%zu: %s", row->text, diag.line, diag.column, diag.text, row->line,
                 row->column, row->words);
    assert_string_equal(diag.file, "a.yaml");
}

#endif
