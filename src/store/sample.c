/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sample.h"

#include <stdlib.h>

static int sample_compare(const void *a, const void *b)
{
    const struct gn_sample *x = a;
    const struct gn_sample *y = b;
    const int order = gn_sample_order(x, y);
    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

uint32_t gn_samples_settle(struct gn_sample *samples, uint32_t count)
{
    uint32_t at = 1;
    while (at < count && gn_sample_order(&samples[at - 1], &samples[at]) < 0)
        at++;
    if (at >= count)
        return count;
    qsort(samples, count, sizeof *samples, sample_compare);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (i + 1 == count || gn_sample_order(&samples[i], &samples[i + 1]) != 0)
            samples[kept++] = samples[i];
    return kept;
}
