/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/cholesky.h"

#include <math.h>

double gn_dot(const double *a, const double *b, size_t count)
{
    double sum[4] = { 0 };
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += a[i + k] * b[i + k];
    double rest = 0;
    for (; i < count; i++)
        rest += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]) + rest;
}

/* Four columns at a time: that is what compilers vectorise. */
void gn_gram_add(double *a, size_t n, size_t stride, const double *row, double weight)
{
    for (size_t i = 0; i < n; i++) {
        const double scaled = weight * row[i];
        double *to = a + i * stride;
        for (size_t j = 0; j <= i; j += 4)
            for (size_t k = 0; k < 4; k++)
                to[j + k] += scaled * row[j + k];
    }
}

bool gn_cholesky_factor(double *a, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * stride;
        for (size_t j = 0; j < i; j++) {
            const double *other = a + j * stride;
            row[j] = (row[j] - gn_dot(row, other, j)) / other[j];
        }
        const double pivot = row[i] - gn_dot(row, row, i);
        if (!(pivot > 0) || !isfinite(pivot))
            return false;
        row[i] = sqrt(pivot);
    }
    return true;
}

void gn_cholesky_solve(const double *l, size_t n, size_t stride, double *b)
{
    for (size_t i = 0; i < n; i++)
        b[i] = (b[i] - gn_dot(l + i * stride, b, i)) / l[i * stride + i];
    for (size_t i = n; i-- > 0;) {
        b[i] /= l[i * stride + i];
        for (size_t j = 0; j < i; j++)
            b[j] -= l[i * stride + j] * b[i];
    }
}
