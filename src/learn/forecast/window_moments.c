/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/forecast/window_moments.h"

#include "learn/forecast/cholesky.h"

void gn_window_moments(const double *values, size_t from, size_t to, size_t length, double *out)
{
    const size_t side = length + 1;
    const double *first = values + from;
    const double *behind = values + to;
    const size_t count = to - from;
    double sum = 0;
    for (size_t j = 0; j < length; j++)
        out[j] = gn_dot(first, first + j, count);
    for (size_t i = 1; i < length; i++)
        for (size_t j = i; j < length; j++)
            out[i * side + j] =
                out[(i - 1) * side + j - 1] + behind[i - 1] * behind[j - 1] - first[i - 1] * first[j - 1];
    for (size_t i = 0; i < count; i++)
        sum += first[i];
    for (size_t i = 0; i < length; i++) {
        out[i * side + length] = sum;
        sum += behind[i] - first[i];
    }
    out[length * side + length] = (double)count;
    for (size_t i = 0; i < side; i++)
        for (size_t j = i; j < side; j++)
            out[j * side + i] = out[i * side + j] = out[i * side + j] / (double)count;
}
