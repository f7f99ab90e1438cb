/* SPDX-License-Identifier: Apache-2.0 */
/* False alarms against the budget. Nothing happens in any of these series, so every alarm is a false one, and of a
 * million readings the person's share should be alarmed: 1 %, or 0.1 %.
 *
 *      five laws x { stationary, spread doubling and halving }     x { 1 %, 0.1 % }     drawn from fixed seeds
 *      the seven series of ETTh1, as they are                      x { 1 % }            real
 *
 *      figure: by how many percent the observed share misses the budget, in the worst of them
 *
 * Alarms are surprises of `auto`, default tier, beyond the limit of learn/detect/alarm_rate.h. */
#include <math.h>

#include "base/mem.h"
#include "eval/column_file.h"
#include "eval/dataset.h"
#include "eval/suite.h"
#include "learn/detect/alarm_rate.h"
#include "learn/detect/drawn.h"
#include "learn/detect/ensemble.h"

enum { BUDGET_LAWS = 5, BUDGET_SHARES = 2, BUDGET_FIRST = 5000, BUDGET_STEP_MS = 60000 };
enum { BUDGET_WHOLE = 1000000, BUDGET_QUICK = 50000 };
static const double budget_share[BUDGET_SHARES] = { 0.01, 0.001 };
static const double budget_sigmas[BUDGET_SHARES] = { 2.5758293, 3.2905267 }; /* what a normal law exceeds as often */
static const double budget_drift_period = 100000;

struct budget_watch {
    struct gn_alarm_rate rates[BUDGET_SHARES];
    double mean;   /* of the first values: the simple rule's */
    double square; /* sum of squares around it */
    size_t count;
    size_t alarms[BUDGET_SHARES];
    size_t naive[BUDGET_SHARES];
    size_t judged; /* by both: all after the first */
};

/* One value of a law; `last` is the one before, for the law that remembers. */
static double budget_draw(int law, struct gn_drawn *drawn, double *last)
{
    const double normal = gn_drawn_normal(drawn);
    double square = 0;
    switch (law) {
    case 0: /* normal */
        return normal;
    case 1: /* Student, 3 degrees: a heavy tail */
        for (int i = 0; i < 3; i++) {
            const double x = gn_drawn_normal(drawn);
            square += x * x / 3;
        }
        return normal / sqrt(square);
    case 2: /* lognormal: lopsided */
        return exp(normal);
    case 3: /* exponential, rounded: ties */
        return floor(-20 * log(gn_drawn_uniform(drawn)));
    default: /* neighbours alike, heavy steps */
        *last = 0.9 * *last + normal / sqrt(gn_drawn_uniform(drawn));
        return *last;
    }
}

static void budget_watch(struct budget_watch *watch, void *state, int64_t time_ms, double value)
{
    struct gn_surprise surprise;
    gn_ensemble_score(state, time_ms, value, &surprise);
    const bool judged = watch->count >= BUDGET_FIRST;
    for (int i = 0; i < BUDGET_SHARES; i++)
        if (gn_alarm_rate_exceeded(&watch->rates[i], surprise.surprise, budget_share[i]) && judged)
            watch->alarms[i]++;
    if (!judged) {
        const double off = value - watch->mean;
        watch->mean += off / (double)++watch->count;
        watch->square += off * (value - watch->mean);
        return;
    }
    const double sd = sqrt(watch->square / (double)watch->count);
    for (int i = 0; i < BUDGET_SHARES; i++)
        watch->naive[i] += fabs(value - watch->mean) > budget_sigmas[i] * sd ? 1 : 0;
    watch->judged++;
}

/* Percent by which the observed share misses the budget, if that is more than the worst so far. */
static void budget_worst(double *worst, size_t alarms, size_t judged, double share)
{
    const double percent = 100 * fabs((double)alarms / (double)judged / share - 1);
    *worst = fmax(*worst, percent);
}

static void budget_drawn(int law, bool drifting, size_t count, void *state, struct gn_suite_result *out)
{
    struct gn_drawn drawn = gn_drawn_from((uint64_t)law + 1);
    struct budget_watch watch = { 0 };
    double last = 0;
    gn_ensemble_init(state, GN_ENSEMBLE_DEFAULT);
    for (size_t i = 0; i < count; i++) {
        const double wave = sin((double)i * 6.283185307179586 / budget_drift_period);
        const double size = drifting ? pow(2, wave) : 1;
        budget_watch(&watch, state, (int64_t)i * BUDGET_STEP_MS, size * budget_draw(law, &drawn, &last));
    }
    for (int i = 0; i < BUDGET_SHARES; i++) {
        const int figure = (drifting ? BUDGET_SHARES : 0) + i;
        budget_worst(&out->ours[figure], watch.alarms[i], watch.judged, budget_share[i]);
        budget_worst(&out->naive[figure], watch.naive[i], watch.judged, budget_share[i]);
    }
}

static void budget_real(const struct gn_column_file *file, void *state, struct gn_suite_result *out)
{
    const int figure = 2 * BUDGET_SHARES;
    for (size_t i = 0; i < file->columns; i++) {
        struct budget_watch watch = { 0 };
        gn_ensemble_init(state, GN_ENSEMBLE_DEFAULT);
        for (size_t row = 0; row < file->rows; row++)
            budget_watch(&watch, state, file->times_ms[row], file->values[i * file->rows + row]);
        budget_worst(&out->ours[figure], watch.alarms[0], watch.judged, budget_share[0]);
        budget_worst(&out->naive[figure], watch.naive[0], watch.judged, budget_share[0]);
    }
}

static gn_err budget_read(const struct gn_suite_run *run, gn_str *text, struct gn_column_file *file)
{
    gn_err err = gn_dataset_read(run->data_dir, "ett/ETTh1.csv", text, run->diag);
    if (!err)
        err = gn_column_file_read(*text, file, run->diag);
    if (!err && file->rows <= BUDGET_FIRST) {
        gn_diag_set(run->diag, 1, 0, "has no more than %d rows", BUDGET_FIRST);
        err = GN_ERR_INVAL;
    }
    return err;
}

static gn_err budget_run(const struct gn_suite_run *run, struct gn_suite_result *out)
{
    struct gn_column_file file = { 0 };
    gn_str text = { NULL, 0 };
    void *state = gn_mem_take(gn_ensemble_size(GN_ENSEMBLE_DEFAULT), "eval budget");
    gn_err err = budget_read(run, &text, &file);
    if (!err && state == NULL) {
        gn_diag_set(run->diag, 0, 0, "there is no memory for the suite");
        err = GN_ERR_FULL;
    }
    for (int i = 0; !err && i < 2 * BUDGET_LAWS; i++) {
        budget_drawn(i / 2, i % 2 != 0, run->quick ? BUDGET_QUICK : BUDGET_WHOLE, state, out);
        gn_suite_progress(run, (size_t)i + 1, 2 * BUDGET_LAWS + 1);
    }
    if (!err) {
        budget_real(&file, state, out);
        out->items = 2 * BUDGET_LAWS + file.columns;
    }
    gn_column_file_free(&file);
    gn_dataset_free(text);
    gn_mem_give(state);
    return err;
}

const struct gn_suite gn_suite_budget = {
    .name = "budget",
    .summary = "false alarms against the budget: percent off it, in the worst series",
    .protocol =
        "ours: a million usual readings of five laws, stationary and with the spread between half and double; ETTh1",
    .method = "auto, default tier, beyond a tracked limit (Gibbs and Candes 2021, Angelopoulos et al. 2023)",
    .naive = "mean and standard deviation of 5000 readings: 2.58 sigma for 1 %, 3.29 for 0.1 %",
    .best = "nobody publishes it; the aim is 20 % stationary, 50 % drifting",
    .figures = { { "stationary_1_percent", "%", 1, (double)NAN },
                 { "stationary_01_percent", "%", 1, (double)NAN },
                 { "drifting_1_percent", "%", 1, (double)NAN },
                 { "drifting_01_percent", "%", 1, (double)NAN },
                 { "real_1_percent", "%", 1, (double)NAN } },
    .run = budget_run,
};
