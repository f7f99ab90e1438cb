/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/direct.h"

#include <math.h>
#include <string.h>

#include "learn/forecast/cholesky.h"

#define DIRECT_CONSTANT_RIDGE 1e-3 /* of the ridge: a constant is hardly shrunk */

/* What a fit looks at: inputs are the `look_back` values before the horizon, and the constant. */
struct direct_view {
    const double *moments;
    size_t side;     /* of the moments */
    size_t first;    /* place of the oldest input */
    size_t inputs;   /* look_back */
    size_t constant; /* place of the 1 */
};

static struct direct_view direct_view_of(struct gn_direct_shape shape, const double *moments, size_t look_back)
{
    const size_t length = shape.look_back_max + shape.horizon;
    return (struct direct_view){ .moments = moments,
                                 .side = length + 1,
                                 .first = shape.look_back_max - look_back,
                                 .inputs = look_back,
                                 .constant = length };
}

/* Where the i-th input, or the constant behind the last, stands in the moments. */
static size_t direct_place(const struct direct_view *view, size_t i)
{
    return i < view->inputs ? view->first + i : view->constant;
}

static double direct_moment(const struct direct_view *view, size_t i, size_t j)
{
    return view->moments[i * view->side + j];
}

/* The inputs' moments, lower triangle, around the last value when `level`; returns their mean variance. */
static double direct_gather(const struct direct_view *view, bool level, double *gram)
{
    const size_t n = view->inputs;
    const size_t last = view->first + n - 1;
    const double square = direct_moment(view, last, last);
    for (size_t i = 0; i <= n; i++) {
        const size_t row = direct_place(view, i);
        for (size_t j = 0; j <= i; j++) {
            const size_t column = direct_place(view, j);
            double moment = direct_moment(view, row, column);
            if (level && i < n)
                moment += square - direct_moment(view, row, last) - direct_moment(view, last, column);
            else if (level && j < n)
                moment -= direct_moment(view, row, last);
            gram[i * (n + 1) + j] = moment;
        }
    }
    double variance = 0;
    for (size_t i = 0; i < n; i++)
        variance += gram[i * (n + 1) + i] - gram[n * (n + 1) + i] * gram[n * (n + 1) + i];
    return variance / (double)n;
}

/* The moments of the inputs with the value `target`, around the last value when `level`. */
static void direct_right(const struct direct_view *view, bool level, size_t target, double *right)
{
    const size_t last = view->first + view->inputs - 1;
    for (size_t i = 0; i <= view->inputs; i++) {
        const size_t row = direct_place(view, i);
        right[i] = direct_moment(view, row, target);
        if (level)
            right[i] -= direct_moment(view, row, last);
        if (level && i < view->inputs)
            right[i] -= direct_moment(view, last, target) - direct_moment(view, last, last);
    }
}

bool gn_direct_fit(struct gn_direct_shape shape, const double *moments, size_t look_back, bool level, double *map,
                   double *work)
{
    const struct direct_view view = direct_view_of(shape, moments, look_back);
    double *gram = work;
    double *right = work + (look_back + 1) * (look_back + 1);
    const double ridge = GN_DIRECT_RIDGE * direct_gather(&view, level, gram);
    if (!(ridge > 0))
        return false;
    for (size_t i = 0; i <= look_back; i++)
        gram[i * (look_back + 1) + i] += i < look_back ? ridge : DIRECT_CONSTANT_RIDGE * ridge;
    if (!gn_cholesky_factor(gram, look_back + 1, look_back + 1))
        return false;
    memset(map, 0, gn_direct_map_size(shape) * sizeof *map);
    for (size_t h = 0; h < shape.horizon; h++) {
        direct_right(&view, level, shape.look_back_max + h, right);
        gn_cholesky_solve(gram, look_back + 1, look_back + 1, right);
        double *row = map + h * (shape.look_back_max + 1);
        double sum = 0;
        for (size_t i = 0; i < look_back; i++) {
            row[view.first + i] = right[i];
            sum += right[i];
        }
        row[shape.look_back_max - 1] += level ? 1 - sum : 0;
        row[shape.look_back_max] = right[look_back];
    }
    return true;
}

double gn_direct_error(struct gn_direct_shape shape, const double *moments, size_t look_back, const double *map,
                       double *work)
{
    const struct direct_view view = direct_view_of(shape, moments, look_back);
    double error = 0;
    for (size_t h = 0; h < shape.horizon; h++) {
        const size_t target = shape.look_back_max + h;
        const double *weights = map + h * (shape.look_back_max + 1) + view.first;
        const double constant = map[h * (shape.look_back_max + 1) + shape.look_back_max];
        for (size_t i = 0; i <= look_back; i++) /* half of the gradient of the error */
            work[i] = gn_dot(view.moments + direct_place(&view, i) * view.side + view.first, weights, look_back) +
                      constant * direct_moment(&view, direct_place(&view, i), view.constant) -
                      2 * direct_moment(&view, direct_place(&view, i), target);
        error += direct_moment(&view, target, target) + gn_dot(work, weights, look_back) + constant * work[look_back];
    }
    return error / (double)shape.horizon;
}

void gn_direct_forecast(struct gn_direct_shape shape, const double *map, const double *past, double *out)
{
    for (size_t h = 0; h < shape.horizon; h++) {
        const double *row = map + h * (shape.look_back_max + 1);
        out[h] = gn_dot(row, past, shape.look_back_max) + row[shape.look_back_max];
    }
}

void gn_direct_choose(const double *errors, size_t count, double *weights)
{
    double least = INFINITY;
    for (size_t i = 0; i < count; i++)
        least = errors[i] < least ? errors[i] : least;
    size_t good = 0;
    for (size_t i = 0; i < count; i++)
        good += errors[i] <= least * (1 + GN_DIRECT_SLACK);
    for (size_t i = 0; i < count; i++)
        weights[i] = errors[i] <= least * (1 + GN_DIRECT_SLACK) ? 1 / (double)good : 0;
}
