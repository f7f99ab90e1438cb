/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/robust_ridge.h"

#include <math.h>
#include <string.h>

#include "learn/detect/scalar.h"
#include "learn/forecast/cholesky.h"
#include "learn/forecast/profile.h"

enum { RIDGE_ROUNDS = 3 };

#define RIDGE_NOTHING  1e-12
#define RIDGE_UNIT     1e-3
#define RIDGE_CONSTANT 1e-6 /* the constant is hardly shrunk */

/* The caller's memory, cut up. */
struct ridge_work {
    size_t stride;
    double *mean;
    double *scale; /* 1 / deviation */
    double *row;   /* scaled inputs, 1, zeros up to the stride */
    double *gram;
    double *right; /* target after target, `stride` numbers each */
    double *weight;
    double *sorted;
};

static size_t ridge_stride(const struct gn_ridge_problem *problem)
{
    return (problem->input_count + 1 + 3) / 4 * 4;
}

size_t gn_robust_ridge_work(const struct gn_ridge_problem *problem)
{
    return ridge_stride(problem) * (3 + ridge_stride(problem) + problem->target_count) + 2 * problem->rows;
}

static struct ridge_work ridge_cut(const struct gn_ridge_problem *problem, double *memory)
{
    struct ridge_work work = { .stride = ridge_stride(problem), .mean = memory };
    work.scale = work.mean + work.stride;
    work.row = work.scale + work.stride;
    work.gram = work.row + work.stride;
    work.right = work.gram + work.stride * work.stride;
    work.weight = work.right + work.stride * problem->target_count;
    work.sorted = work.weight + problem->rows;
    return work;
}

static void ridge_measure(const struct gn_ridge_problem *problem, struct ridge_work *work)
{
    const size_t n = problem->input_count;
    memset(work->mean, 0, work->stride * sizeof *work->mean);
    memset(work->scale, 0, work->stride * sizeof *work->scale);
    for (size_t i = 0; i < problem->rows; i++)
        for (size_t j = 0; j < n; j++)
            work->mean[j] += problem->inputs[i * n + j] / (double)problem->rows;
    for (size_t i = 0; i < problem->rows; i++)
        for (size_t j = 0; j < n; j++) {
            const double off = problem->inputs[i * n + j] - work->mean[j];
            work->scale[j] += off * off / (double)problem->rows;
        }
    for (size_t j = 0; j < n; j++) { /* an input that never moves says nothing */
        const double deviation = sqrt(work->scale[j]);
        work->scale[j] = deviation > RIDGE_NOTHING * (1 + fabs(work->mean[j])) ? 1 / deviation : 0;
    }
}

static void ridge_row(const struct gn_ridge_problem *problem, const struct ridge_work *work, size_t at)
{
    const double *inputs = problem->inputs + at * problem->input_count;
    for (size_t j = 0; j < problem->input_count; j++)
        work->row[j] = (inputs[j] - work->mean[j]) * work->scale[j];
}

static void ridge_sum(const struct gn_ridge_problem *problem, const struct ridge_work *work)
{
    const size_t n = problem->input_count + 1;
    memset(work->gram, 0, work->stride * work->stride * sizeof *work->gram);
    memset(work->right, 0, work->stride * problem->target_count * sizeof *work->right);
    for (size_t at = 0; at < problem->rows; at++) {
        ridge_row(problem, work, at);
        gn_gram_add(work->gram, n, work->stride, work->row, work->weight[at]);
        for (size_t target = 0; target < problem->target_count; target++) {
            const double wanted = work->weight[at] * problem->targets[at * problem->target_count + target];
            double *right = work->right + target * work->stride;
            for (size_t j = 0; j < work->stride; j += 4)
                for (size_t k = 0; k < 4; k++)
                    right[j + k] += wanted * work->row[j + k];
        }
    }
    const double ridge = problem->ridge * RIDGE_UNIT * (double)problem->rows;
    for (size_t i = 0; i < n; i++)
        work->gram[i * work->stride + i] += i + 1 < n ? ridge : RIDGE_CONSTANT;
}

static double ridge_importance(const struct gn_ridge_problem *problem, size_t at)
{
    return problem->importance != NULL ? problem->importance[at] : 1;
}

static void ridge_weigh(const struct gn_ridge_problem *problem, const struct ridge_work *work)
{
    for (size_t at = 0; at < problem->rows; at++) {
        double square = 0;
        ridge_row(problem, work, at);
        for (size_t target = 0; target < problem->target_count; target++) {
            const double error = problem->targets[at * problem->target_count + target] -
                                 gn_dot(work->right + target * work->stride, work->row, work->stride);
            square += error * error;
        }
        work->sorted[at] = work->weight[at] = sqrt(square);
    }
    const double usual = gn_median_of(work->sorted, problem->rows) + RIDGE_NOTHING;
    for (size_t at = 0; at < problem->rows; at++)
        work->weight[at] = ridge_importance(problem, at) * gn_min(1, usual / gn_max(work->weight[at], RIDGE_NOTHING));
}

bool gn_robust_ridge_fit(const struct gn_ridge_problem *problem, double *map, double *memory)
{
    struct ridge_work work = ridge_cut(problem, memory);
    const size_t n = problem->input_count;
    if (problem->rows == 0)
        return false;
    ridge_measure(problem, &work);
    memset(work.row, 0, work.stride * sizeof *work.row);
    work.row[n] = 1;
    for (size_t at = 0; at < problem->rows; at++)
        work.weight[at] = ridge_importance(problem, at);
    for (int round = 0; round < RIDGE_ROUNDS; round++) {
        if (round > 0)
            ridge_weigh(problem, &work);
        ridge_sum(problem, &work);
        if (!gn_cholesky_factor(work.gram, n + 1, work.stride))
            return false;
        for (size_t target = 0; target < problem->target_count; target++)
            gn_cholesky_solve(work.gram, n + 1, work.stride, work.right + target * work.stride);
    }
    for (size_t target = 0; target < problem->target_count; target++) {
        const double *scaled = work.right + target * work.stride;
        double *to = map + target * (n + 1);
        to[n] = scaled[n];
        for (size_t j = 0; j < n; j++) {
            to[j] = scaled[j] * work.scale[j];
            to[n] -= to[j] * work.mean[j];
        }
    }
    return true;
}

void gn_robust_ridge_apply(const double *map, size_t input_count, size_t target_count, const double *inputs,
                           double *out)
{
    for (size_t target = 0; target < target_count; target++) {
        const double *weights = map + target * (input_count + 1);
        out[target] = gn_dot(weights, inputs, input_count) + weights[input_count];
    }
}
