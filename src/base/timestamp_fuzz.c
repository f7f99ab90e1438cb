/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a time or a duration: an accepted time comes back from its printed form. */
#include <assert.h>

#include "base/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gn_str text = { (const char *)data, size };
    int64_t ms = 0;
    int64_t again = 0;
    if (!gn_time_parse(text, &ms)) {
        char printed[GN_TIME_TEXT_BYTES];
        gn_time_format(ms, printed);
        assert(strlen(printed) == 24);
        assert(!gn_time_parse(gn_str_of(printed), &again));
        assert(again == ms);
    }
    if (!gn_duration_parse(text, &ms))
        assert(ms >= 0);
    return 0;
}
