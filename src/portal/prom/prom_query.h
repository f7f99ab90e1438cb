/* SPDX-License-Identifier: Apache-2.0 */
/* portal/prom/prom_query.h -- a documented part of PromQL over the history: parsed and worked out in bounded memory and
 * work.
 *
 *   expression  term (+ - term)*                          a vector with a number, or two numbers
 *   term        factor (* / factor)*
 *   factor      NUMBER   -factor   (expression)
 *               sum avg min max count [by (label, ...)] (expression) [by (label, ...)]
 *               avg min max sum count last _over_time (selector[DURATION])    rate(selector[DURATION])
 *               selector
 *   selector    NAME   NAME{label="text", l!="t", l=~"a|b.*", l!~"p"}   {...}
 *
 * A selector alone is the last value of the PROM_LOOKBACK before each step. Everything else of PromQL is refused with
 * words and the column. It is read twice by the same functions: first for its form alone (`is_dry`), then for its
 * worth. */
#ifndef GN_PORTAL_PROM_QUERY_H
#define GN_PORTAL_PROM_QUERY_H

#include "portal/prom/prom_labels.h"
#include "portal/prom/prom_window.h"

enum { GN_PROM_LOOKBACK_MS = 300000, GN_PROM_MEMORY_BYTES = 64 << 20 };

struct gn_prom_row {
    struct gn_prom_labels labels;
    uint32_t series; /* of a selector */
    double *points;  /* [steps]; NaN: none */
};

struct gn_prom_value {
    bool is_scalar;
    double scalar;
    size_t count;
    struct gn_prom_row *rows;
};

struct gn_prom_query {
    struct gn_store_reader *reader;
    struct gn_prom_grid grid;
    struct gn_diag *diag;
    /* private */
    gn_str text;
    size_t at;
    unsigned depth;
    bool is_dry;
    uint64_t points; /* so far */
    struct gn_prom_window window;
    uint8_t *memory; /* [GN_PROM_MEMORY_BYTES] */
    size_t used;
    struct gn_prom_matchers matchers; /* of the selector at hand */
};

/* INVAL: the diag says what is not understood, at which column; FULL: a named limit. The value lives until `end`. */
GN_MUST_USE gn_err gn_prom_query_run(struct gn_prom_query *query, gn_str text, struct gn_prom_value *out);
/* The series a selector names, without their readings. */
GN_MUST_USE gn_err gn_prom_query_select(struct gn_prom_query *query, gn_str selector, struct gn_prom_value *out);
void gn_prom_query_end(struct gn_prom_query *query);

#endif
