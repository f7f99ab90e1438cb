/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outlook.h"

#define OUTLOOK_MINUTE_US INT64_C(60000000)
#define OUTLOOK_DAY_US    (1440 * OUTLOOK_MINUTE_US)

void gn_outlook_init(struct gn_outlook *outlook)
{
    *outlook = (struct gn_outlook){ .count = 0 };
    atomic_init(&outlook->bytes_per_day, INT64_MIN);
}

void gn_outlook_note(struct gn_outlook *outlook, int64_t now_us, uint64_t bytes)
{
    const uint32_t oldest = outlook->count < GN_OUTLOOK_NOTES ? 0 : outlook->next;
    const uint32_t newest = (outlook->next + GN_OUTLOOK_NOTES - 1) % GN_OUTLOOK_NOTES;
    if (outlook->count > 0) {
        const int64_t passed_us = now_us - outlook->notes[oldest].at_us;
        const double grown = (double)bytes - (double)outlook->notes[oldest].bytes;
        if (passed_us >= 10 * OUTLOOK_MINUTE_US)
            atomic_store(&outlook->bytes_per_day, (int64_t)(grown * (double)OUTLOOK_DAY_US / (double)passed_us));
        if (now_us - outlook->notes[newest].at_us < 60 * OUTLOOK_MINUTE_US)
            return;
    }
    outlook->notes[outlook->next].at_us = now_us;
    outlook->notes[outlook->next].bytes = bytes;
    outlook->next = (outlook->next + 1) % GN_OUTLOOK_NOTES;
    if (outlook->count < GN_OUTLOOK_NOTES)
        outlook->count++;
}

bool gn_outlook_days(const struct gn_outlook *outlook, uint64_t free_bytes, double *out_days)
{
    const int64_t rate = atomic_load(&outlook->bytes_per_day);
    if (rate <= 0)
        return false;
    *out_days = (double)free_bytes / (double)rate;
    return true;
}
