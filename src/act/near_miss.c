/* SPDX-License-Identifier: Apache-2.0 */
#include "act/near_miss.h"

enum { NEAR_MISS_BYTES_MAX = 64, NEAR_MISS_EDITS_MAX = 3 };

static size_t near_miss_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t gn_edit_distance(gn_str a, gn_str b)
{
    if (a.size > NEAR_MISS_BYTES_MAX || b.size > NEAR_MISS_BYTES_MAX)
        return (size_t)-1;
    size_t rows[3][NEAR_MISS_BYTES_MAX + 1]; /* the row before the last, the last, this one */
    for (size_t j = 0; j <= b.size; j++)
        rows[1][j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t *const here = rows[2];
        here[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            const size_t differs = a.at[i - 1] != b.at[j - 1];
            here[j] = near_miss_min(near_miss_min(rows[1][j], here[j - 1]) + 1, rows[1][j - 1] + differs);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                here[j] = near_miss_min(here[j], rows[0][j - 2] + 1);
        }
        memcpy(rows[0], rows[1], sizeof rows[0]);
        memcpy(rows[1], rows[2], sizeof rows[1]);
    }
    return rows[1][b.size];
}

void gn_near_miss_offer(struct gn_near_miss *miss, gn_str known)
{
    const size_t distance = gn_edit_distance(miss->written, known);
    const size_t longer = known.size > miss->written.size ? known.size : miss->written.size;
    const size_t allowed = near_miss_min(NEAR_MISS_EDITS_MAX, longer < 3 ? 1 : (longer + 2) / 3);
    if (distance > allowed || distance >= longer || distance >= miss->distance)
        return;
    miss->best = known;
    miss->distance = distance;
}
