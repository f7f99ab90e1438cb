/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/evidence.h -- p-values pile up to evidence, and evidence is held against a budget.
 *
 *      E <- max(0, E + min(-ln p, cap) - 2)                             (Page's CUSUM, 1954)
 *
 *        E │                              ╭── announced
 *   limit ─┼──────────────────────────────╱───
 *          │        peak of an           ╱
 *          │   ╭╮   quiet episode       ╱
 *        0 ┴───╯╰──────╱╲────╱╲────────╱────── windows
 *
 * What limit keeps a budget of B false alarms a day, at W windows a day? Three answers, the largest counts:
 *
 * 1. Independent p-values: P(peak > x) ~ exp(-theta x) with exp(-2 theta) = 1 - theta, theta = 0.797,
 *    so the limit is ln(W / B) / theta.
 * 2. Real windows agree with their neighbours, and evidence then piles up further. The peaks of quiet
 *    episodes tell how far: `level` is the height that 1 in 16 of them passes, `excess` the mean by which
 *    it is passed; their tail is taken as exponential and followed out to the budget. Until enough peaks
 *    were seen the excess is a guess from the neighbour correlation.
 * 3. Whatever is wrong with that, `debt` mends: each announcement adds 1, time takes away B a day, and a
 *    debt above 1 raises the limit by a factor 1.35 a piece, up to a debt of 24. In the long run that
 *    brings announcements back to the budget (the idea of Gibbs and Candes' adaptive conformal inference,
 *    2021), unless anomalies reach 1000 times the limit; what it costs is a slower detector.
 *
 * One window adds at most limit / 2.9, so nothing is announced on fewer than three windows.
 *
 * Cost: O(1), one logarithm a window; two more every 16 windows. Not thread-safe. */
#ifndef GN_LEARN_DETECT_EVIDENCE_H
#define GN_LEARN_DETECT_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

struct gn_evidence {
    double budget_per_day;
    double value;           /* E */
    double peak;            /* of the episode under way */
    double limit;           /* the threshold in force */
    double level;           /* 1 in 16 quiet episodes peaks above it */
    double excess;          /* by this much, on average */
    double rate;            /* quiet episodes a window */
    double debt;            /* announcements not yet paid for by time */
    double announced;       /* highest evidence of the newest announced episode */
    int64_t since_ms;       /* first reading of the episode */
    uint32_t episode_count; /* quiet ones, stops at 65536 */
    uint32_t excess_count;  /* of them above the level, stops at 64 */
    uint32_t window_count;  /* stops at 4096 */
    uint32_t limit_age;     /* windows since the limit was worked out */
};

void gn_evidence_init(struct gn_evidence *evidence, double budget_per_day);
/* Takes the p-value of a window that began at from_ms. `quiet`: its episode may be learnt from. */
void gn_evidence_add(struct gn_evidence *evidence, double p, int64_t from_ms, bool quiet);
/* Works the limit out anew, when it is time to. correlation: of neighbouring windows, [0, 0.98]. */
void gn_evidence_set_limit(struct gn_evidence *evidence, double windows_per_day, double correlation);
/* An anomaly is announced: it counts against the budget. */
void gn_evidence_spend(struct gn_evidence *evidence);
/* Time passes: the budget pays. */
void gn_evidence_pay(struct gn_evidence *evidence, double days);
/* After an announcement: usual windows take evidence away faster, so that an END does not lag. */
void gn_evidence_relax(struct gn_evidence *evidence);
/* A person says the newest announcement was false: the limit rises above what it reached (that is at most
 * twice the limit it passed), and comes down again as debt does. */
void gn_evidence_accept(struct gn_evidence *evidence);
/* Forgets the episode under way. */
void gn_evidence_clear(struct gn_evidence *evidence);
bool gn_evidence_valid(const struct gn_evidence *evidence);

#endif
