/* SPDX-License-Identifier: Apache-2.0 */
#include "store/quantile.h"

#include <assert.h>
#include <math.h>

static void quantile_swap(double *a, double *b)
{
    const double v = *a;
    *a = *b;
    *b = v;
}

/* C. A. R. Hoare's selection, as N. Wirth wrote it down: afterwards values[k] is what it would be if all were sorted,
 * with none greater before it and none less behind. */
static void quantile_select(double *values, ptrdiff_t count, ptrdiff_t k)
{
    ptrdiff_t low = 0, high = count - 1;
    while (low < high) {
        const double pivot = values[k];
        ptrdiff_t i = low, j = high;
        do {
            while (values[i] < pivot)
                i++;
            while (pivot < values[j])
                j--;
            if (i <= j)
                quantile_swap(&values[i++], &values[j--]);
        } while (i <= j);
        if (j < k)
            low = i;
        if (k < i)
            high = j;
    }
}

double gn_quantile(double *values, size_t count, double part)
{
    size_t kept = 0;
    assert(part >= 0 && part <= 1);
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            values[kept++] = values[i];
    if (kept == 0)
        return NAN;
    const double place = part * (double)(kept - 1);
    const size_t k = (size_t)place;
    quantile_select(values, (ptrdiff_t)kept, (ptrdiff_t)k);
    if (k + 1 == kept || place == (double)k)
        return values[k];
    double next = values[k + 1]; /* the least of those behind */
    for (size_t i = k + 2; i < kept; i++)
        next = fmin(next, values[i]);
    return values[k] + (place - (double)k) * (next - values[k]);
}
