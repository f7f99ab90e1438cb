/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/detect/joint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/forecast/cholesky.h"

static const double joint_scaled_max = 30;     /* standard deviations: what one value may weigh */
static const double joint_penalty = 0.003;     /* of the ridge, a row */
static const double joint_residual_min = 0.02; /* standard deviations: what is exactly predictable has no zero */
static const double joint_square_max = 100;
static const double joint_span = 8;
static const double joint_rare_share = 0.995;
static const double joint_unit_share = 0.99;
static const double joint_tiny = 1e-6;
static const double joint_constant = 1e-9;
enum { JOINT_DAY_MS = 86400000, JOINT_HOUR_MS = 3600000 };

size_t gn_joint_scratch(size_t series, size_t rows)
{
    return (series + 1) * rows;
}

static int joint_ascending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the numbers; linear between them. */
static double joint_quantile(double *numbers, size_t count, double share)
{
    qsort(numbers, count, sizeof *numbers, joint_ascending);
    const double at = share * (double)(count - 1);
    const size_t low = (size_t)at;
    const size_t high = low + 1 < count ? low + 1 : low;
    return numbers[low] + (at - (double)low) * (numbers[high] - numbers[low]);
}

static bool joint_scale(struct gn_joint *joint, size_t rows, const double *values, double *scratch)
{
    bool finite = true;
    for (size_t i = 0; i < joint->series; i++) {
        const double *column = values + i * rows;
        double mean = 0;
        double square = 0;
        for (size_t j = 0; j < rows; j++)
            mean += column[j] / (double)rows;
        for (size_t j = 0; j < rows; j++)
            square += (column[j] - mean) * (column[j] - mean) / (double)rows;
        memcpy(scratch, column, rows * sizeof *scratch);
        joint->center[i] = joint_quantile(scratch, rows, 0.5);
        const double sd = sqrt(square);
        joint->scale[i] = sd < joint_constant ? 1 : sd + joint_constant;
        finite = finite && isfinite(sd) && isfinite(joint->center[i]);
    }
    return finite;
}

static void joint_scaled(const struct gn_joint *joint, const double *values, size_t stride, double *out)
{
    for (size_t i = 0; i < joint->series; i++) {
        const double z = (values[i * stride] - joint->center[i]) / joint->scale[i];
        out[i] = fmax(fmin(z, joint_scaled_max), -joint_scaled_max);
    }
}

/* 1, the hour of the day as two waves, the reading before. */
static void joint_features(const struct gn_joint *joint, int64_t time_ms, const double *last, double *out)
{
    const int64_t in_day = ((time_ms % JOINT_DAY_MS) + JOINT_DAY_MS) % JOINT_DAY_MS;
    const double angle = (double)(in_day / JOINT_HOUR_MS) * 6.283185307179586 / 24;
    const double first[] = { 1, sin(angle), cos(angle), sin(2 * angle), cos(2 * angle) };
    memcpy(out, first, sizeof first);
    memcpy(out + sizeof first / sizeof first[0], last, joint->series * sizeof *last);
}

static bool joint_weigh(struct gn_joint *joint, size_t rows, size_t fitted, const int64_t *times_ms,
                        const double *values)
{
    const size_t n = joint->series + GN_JOINT_FEATURES_MAX - GN_JOINT_SERIES_MAX;
    double features[GN_JOINT_FEATURES_MAX] = { 0 };
    double last[GN_JOINT_SERIES_MAX];
    double now[GN_JOINT_SERIES_MAX];
    memset(joint->weights, 0, sizeof joint->weights);
    memset(joint->normal, 0, sizeof joint->normal);
    joint_scaled(joint, values, rows, last);
    for (size_t row = 1; row < fitted; row++) {
        joint_features(joint, times_ms[row], last, features);
        joint_scaled(joint, values + row, rows, now);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                joint->normal[i * GN_JOINT_FEATURES_MAX + j] += features[i] * features[j];
        for (size_t i = 0; i < joint->series; i++)
            for (size_t j = 0; j < n; j++)
                joint->weights[i][j] += now[i] * features[j];
        memcpy(last, now, sizeof last);
    }
    for (size_t i = 0; i < n; i++)
        joint->normal[i * GN_JOINT_FEATURES_MAX + i] += joint_penalty * (double)(fitted - 1);
    if (!gn_cholesky_factor(joint->normal, n, GN_JOINT_FEATURES_MAX))
        return false;
    for (size_t i = 0; i < joint->series; i++)
        gn_cholesky_solve(joint->normal, n, GN_JOINT_FEATURES_MAX, joint->weights[i]);
    return true;
}

/* Residuals of a reading, scaled; it becomes the one before. */
static void joint_residuals(struct gn_joint *joint, int64_t time_ms, const double *values, size_t stride, double *out)
{
    const size_t n = joint->series + GN_JOINT_FEATURES_MAX - GN_JOINT_SERIES_MAX;
    double features[GN_JOINT_FEATURES_MAX] = { 0 };
    double now[GN_JOINT_SERIES_MAX];
    joint_scaled(joint, values, stride, now);
    joint_features(joint, time_ms, joint->seen > 0 ? joint->last : now, features);
    for (size_t i = 0; i < joint->series; i++)
        out[i] = now[i] - gn_dot(joint->weights[i], features, n);
    memcpy(joint->last, now, joint->series * sizeof *now);
    joint->seen = 1;
}

static void joint_energies(struct gn_joint *joint, const double *residuals)
{
    for (size_t i = 0; i < joint->series; i++) {
        const double z = residuals[i] / joint->residual[i];
        joint->energy[i] += (fmin(z * z, joint_square_max) - joint->energy[i]) / joint_span;
    }
}

/* What is usual, from the rows that were not fitted. */
static void joint_usual(struct gn_joint *joint, size_t rows, size_t from, const int64_t *times_ms, const double *values,
                        double *scratch)
{
    double residuals[GN_JOINT_SERIES_MAX];
    const size_t count = rows - from;
    memset(joint->residual, 0, sizeof joint->residual);
    gn_joint_start(joint);
    for (size_t row = 0; row < rows; row++) {
        joint_residuals(joint, times_ms[row], values + row, rows, residuals);
        for (size_t i = 0; row >= from && i < joint->series; i++)
            joint->residual[i] += residuals[i] * residuals[i] / (double)count;
    }
    for (size_t i = 0; i < joint->series; i++)
        joint->residual[i] = sqrt(joint->residual[i]) + joint_residual_min;

    gn_joint_start(joint);
    double *largest = scratch + joint->series * count;
    for (size_t row = 0; row < rows; row++) {
        joint_residuals(joint, times_ms[row], values + row, rows, residuals);
        joint_energies(joint, residuals);
        for (size_t i = 0; row >= from && i < joint->series; i++)
            scratch[i * count + row - from] = joint->energy[i];
    }
    memset(largest, 0, count * sizeof *largest);
    for (size_t i = 0; i < joint->series; i++) {
        double *energies = scratch + i * count;
        memcpy(largest + count, energies, count * sizeof *energies);
        joint->rare[i] = joint_quantile(largest + count, count, joint_rare_share) + joint_tiny;
        for (size_t j = 0; j < count; j++)
            largest[j] = fmax(largest[j], energies[j] / joint->rare[i]);
    }
    joint->unit = joint_quantile(largest, count, joint_unit_share) + joint_tiny;
}

gn_err gn_joint_fit(struct gn_joint *joint, size_t series, size_t rows, const int64_t *times_ms, const double *values,
                    double *scratch)
{
    if (series == 0 || series > GN_JOINT_SERIES_MAX || rows < GN_JOINT_ROWS_MIN)
        return GN_ERR_INVAL;
    memset(joint, 0, sizeof *joint);
    joint->series = (uint32_t)series;
    const size_t fitted = rows * 3 / 4;
    if (!joint_scale(joint, rows, values, scratch) || !joint_weigh(joint, rows, fitted, times_ms, values))
        return GN_ERR_INVAL;
    joint_usual(joint, rows, fitted, times_ms, values, scratch);
    gn_joint_start(joint);
    return GN_OK;
}

void gn_joint_start(struct gn_joint *joint)
{
    joint->seen = 0;
    memset(joint->energy, 0, sizeof joint->energy);
}

double gn_joint_score(struct gn_joint *joint, int64_t time_ms, const double *values, size_t stride, double *out_parts)
{
    double residuals[GN_JOINT_SERIES_MAX];
    joint_residuals(joint, time_ms, values, stride, residuals);
    joint_energies(joint, residuals);
    double score = 0;
    for (size_t i = 0; i < joint->series; i++) {
        out_parts[i] = joint->energy[i] / joint->rare[i] / joint->unit;
        score = fmax(score, out_parts[i]);
    }
    return score;
}
