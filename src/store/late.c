/* SPDX-License-Identifier: Apache-2.0 */
#include "store/late.h"

#include "base/mem.h"

gn_err gn_lates_init(struct gn_lates *lates)
{
    *lates = (struct gn_lates){ .rows = gn_mem_take(GN_LATE_WAITING_MAX * sizeof *lates->rows,
                                                    "history: late readings that wait") };
    return lates->rows != NULL ? GN_OK : GN_ERR_FULL;
}

void gn_lates_fini(struct gn_lates *lates)
{
    gn_mem_give(lates->rows);
    *lates = (struct gn_lates){ 0 };
}

gn_err gn_lates_put_lkd(struct gn_lates *lates, uint32_t series, const struct gn_sample *sample)
{
    if (lates->count == GN_LATE_WAITING_MAX)
        return GN_ERR_FULL;
    lates->rows[lates->count++] = (struct gn_late){ .sample = *sample, .series = series };
    return GN_OK;
}
