/* SPDX-License-Identifier: Apache-2.0 */
/* eval/suite.h -- what an accuracy suite is: one file, one const row. `ganglion eval SUITE` runs it.
 *
 *      data folder ─▶ suite: published protocol ─▶ figures   beside   a naive method's, run the same way,
 *                       └─ our method (learn/)                        and the best published one
 *
 * Choices of our methods are fixed once for all suites and never made on what is scored; docs/accuracy.md
 * says what was chosen on what. A suite reads files and computes: no clock, no randomness without a stored seed,
 * so its figures are the same on every run. A new suite is a new file and one line in suite.c. */
#ifndef GN_EVAL_SUITE_H
#define GN_EVAL_SUITE_H

#include "base/bytes.h"

enum { GN_SUITE_FIGURES_MAX = 6 };

struct gn_suite_figure {
    const char *key;  /* "smape": in JSON; NULL ends the list */
    const char *unit; /* "%", or "" */
    int decimals;
    double best; /* published; NAN: none */
};

struct gn_suite_result {
    double ours[GN_SUITE_FIGURES_MAX]; /* beside the suite's figures */
    double naive[GN_SUITE_FIGURES_MAX];
    size_t items; /* series, files or origins that were scored */
};

struct gn_suite_run {
    const char *data_dir;
    bool quick; /* a small part in seconds, to see that everything works: the figures are not the suite's */
    void (*on_progress)(void *ctx, size_t done, size_t total); /* NULL: nobody watches */
    void *ctx;
    struct gn_diag *diag; /* what is wrong with the data */
};

struct gn_suite {
    const char *name; /* "m4-hourly" */
    const char *summary;
    const char *protocol;
    const char *method; /* ours, with its papers */
    const char *naive;  /* whose figures result.naive are */
    const char *best;   /* whose figures `best` are, and where they were read */
    struct gn_suite_figure figures[GN_SUITE_FIGURES_MAX + 1];
    GN_MUST_USE gn_err (*run)(const struct gn_suite_run *run, struct gn_suite_result *out);
};

extern const struct gn_suite gn_suite_m4_hourly;
extern const struct gn_suite gn_suite_etth1;
extern const struct gn_suite gn_suite_pjm;
extern const struct gn_suite gn_suite_nab;
extern const struct gn_suite gn_suite_nab_vus;
extern const struct gn_suite gn_suite_batadal;
extern const struct gn_suite gn_suite_budget;

const struct gn_suite *const *gn_suites(size_t *out_count);
const struct gn_suite *gn_suite_named(gn_str name); /* NULL: there is none */
size_t gn_suite_figure_count(const struct gn_suite *suite);

static inline void gn_suite_progress(const struct gn_suite_run *run, size_t done, size_t total)
{
    if (run->on_progress != NULL)
        run->on_progress(run->ctx, done, total);
}

#endif
