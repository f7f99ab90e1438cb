/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/loads.h"

static const struct gn_load *const loads_table[] = { &gn_load_cpu, &gn_load_disk, &gn_load_memory };

const struct gn_load *const *gn_loads(size_t *out_count)
{
    *out_count = sizeof loads_table / sizeof loads_table[0];
    return loads_table;
}

const struct gn_load *gn_loads_find(const char *kind)
{
    for (size_t i = 0; i < sizeof loads_table / sizeof loads_table[0]; i++)
        if (strcmp(loads_table[i]->kind, kind) == 0)
            return loads_table[i];
    return NULL;
}
