/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a number: what is accepted has the bits strtod gives, and as many bytes. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(gn_str text, gn_number_form form)
{
    char copy[GN_JSON_NUMBER_BYTES_MAX + 1];
    double value = 42;
    size_t used = SIZE_MAX;
    if (gn_number_scan(text, form, &value, &used)) {
        assert(value == 42 && used == SIZE_MAX);
        return;
    }
    assert(used > 0 && used <= text.size && used <= GN_JSON_NUMBER_BYTES_MAX && isfinite(value));
    assert(!gn_str_copy(copy, sizeof copy, (gn_str){ text.at, used }));
    char *end;
    const double truth = strtod(copy, &end);
    assert(end == copy + used);
    assert(memcmp(&truth, &value, sizeof value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gn_str text = { (const char *)data, size };
    check(text, GN_NUMBER_JSON);
    check(text, GN_NUMBER_DECIMAL);
    return 0;
}
