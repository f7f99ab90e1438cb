/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"

static const struct gn_limit limits_table[] = {
#define X(name, value, text) { #name, (value), (text) },
    GN_LIMIT_MAP(X)
#undef X
};

const struct gn_limit *gn_limits_table(size_t *out_count)
{
    *out_count = sizeof limits_table / sizeof limits_table[0];
    return limits_table;
}
