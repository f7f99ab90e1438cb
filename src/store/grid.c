/* SPDX-License-Identifier: Apache-2.0 */
#include "store/grid.h"

#include <math.h>

static bool grid_named(const char *const *names, int count, gn_str name, int *out)
{
    for (int i = 0; i < count; i++)
        if (gn_str_equal(name, gn_str_of(names[i]))) {
            *out = i;
            return true;
        }
    return false;
}

bool gn_fill_named(gn_str name, gn_fill *out)
{
    static const char *const names[GN_FILL_COUNT_OF] = { "null", "previous", "linear" };
    int found = 0;
    if (!grid_named(names, GN_FILL_COUNT_OF, name, &found))
        return false;
    *out = (gn_fill)found;
    return true;
}

bool gn_bucket_value_named(gn_str name, gn_bucket_value *out)
{
    static const char *const names[GN_VALUE_COUNT_OF] = { "mean",  "min",   "max",  "sum",
                                                          "count", "first", "last", "percentile" };
    int found = 0;
    if (!grid_named(names, GN_VALUE_COUNT_OF, name, &found))
        return false;
    *out = (gn_bucket_value)found;
    return true;
}

static int64_t grid_floor(int64_t time_ms, int64_t step_ms)
{
    const int64_t rest = time_ms % step_ms;
    return rest < 0 ? time_ms - rest - step_ms : time_ms - rest;
}

gn_err gn_grid_steps(const struct gn_grid *grid, int64_t *out_first_ms, size_t *out_count)
{
    const int64_t far = INT64_MAX / 4; /* nothing overflows below, and no clock gets there */
    if (grid->step_ms < 1 || grid->step_ms > far || grid->from_ms < -far || grid->to_ms > far)
        return GN_ERR_INVAL;
    *out_first_ms = grid_floor(grid->from_ms, grid->step_ms);
    *out_count = 0;
    if (grid->to_ms <= grid->from_ms)
        return GN_OK;
    const int64_t steps = (grid_floor(grid->to_ms - 1, grid->step_ms) - *out_first_ms) / grid->step_ms + 1;
    if (steps > GN_QUERY_BUCKETS_MAX)
        return GN_ERR_FULL;
    *out_count = (size_t)steps;
    return GN_OK;
}

struct grid_take {
    const struct gn_grid *grid;
    int64_t first_ms;
    double *out;
};

static double grid_value(const struct gn_bucket *bucket, gn_bucket_value value)
{
    switch (value) {
    case GN_VALUE_MIN:
        return bucket->min;
    case GN_VALUE_MAX:
        return bucket->max;
    case GN_VALUE_SUM:
        return bucket->sum;
    case GN_VALUE_COUNT:
        return (double)bucket->count;
    case GN_VALUE_FIRST:
        return bucket->first;
    case GN_VALUE_LAST:
        return bucket->last;
    case GN_VALUE_PERCENTILE:
        return bucket->percentile;
    default:
        return bucket->mean;
    }
}

static bool grid_take_bucket(void *ctx, const struct gn_bucket *bucket)
{
    const struct grid_take *take = ctx;
    const size_t step = (size_t)((bucket->time_ms - take->first_ms) / take->grid->step_ms);
    take->out[step] = grid_value(bucket, take->grid->value);
    return true;
}

static void grid_fill_linear(double *out, size_t count)
{
    size_t left = count; /* none yet */
    for (size_t i = 0; i < count; i++) {
        if (isnan(out[i]))
            continue;
        for (size_t k = left + 1; left < count && k < i; k++)
            out[k] = out[left] + (out[i] - out[left]) * (double)(k - left) / (double)(i - left);
        left = i;
    }
}

/* What a count or a sum was before the range says nothing about now; a value does. */
static gn_err grid_fill_previous(struct gn_store_reader *reader, uint32_t series, const struct gn_grid *grid,
                                 double *out, size_t count)
{
    struct gn_reading before;
    double held = NAN;
    if (count > 0 && isnan(out[0]) && grid->value != GN_VALUE_SUM && grid->from_ms > INT64_MIN) {
        gn_err err = gn_store_as_of(reader, series, grid->from_ms - 1, &before, NULL);
        if (err && err != GN_ERR_NOT_FOUND)
            return err;
        held = err ? NAN : before.value;
    }
    for (size_t i = 0; i < count; i++) {
        if (isnan(out[i]))
            out[i] = held;
        held = out[i];
    }
    return GN_OK;
}

gn_err gn_store_grid(struct gn_store_reader *reader, uint32_t series, const struct gn_grid *grid,
                     double out[static GN_QUERY_BUCKETS_MAX])
{
    size_t count = 0;
    struct grid_take take = { .grid = grid, .out = out };
    gn_err err = gn_grid_steps(grid, &take.first_ms, &count);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        out[i] = grid->value == GN_VALUE_COUNT ? 0 : NAN;
    const struct gn_steps steps = { series, grid->from_ms, grid->to_ms, grid->step_ms };
    err = grid->value == GN_VALUE_PERCENTILE
              ? gn_store_percentiles(reader, &steps, grid->percent, grid_take_bucket, &take)
              : gn_store_downsample(reader, series, steps.from_ms, steps.to_ms, steps.step_ms, grid_take_bucket, &take);
    if (!err && grid->fill == GN_FILL_LINEAR)
        grid_fill_linear(out, count);
    if (!err && grid->fill == GN_FILL_PREVIOUS && grid->value != GN_VALUE_COUNT)
        err = grid_fill_previous(reader, series, grid, out, count);
    return err;
}
