/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/suite.h"

static const struct gn_suite *const suite_table[] = {
    &gn_suite_m4_hourly, &gn_suite_etth1,   &gn_suite_pjm,    &gn_suite_nab,
    &gn_suite_nab_vus,   &gn_suite_batadal, &gn_suite_budget,
};

const struct gn_suite *const *gn_suites(size_t *out_count)
{
    *out_count = sizeof suite_table / sizeof suite_table[0];
    return suite_table;
}

const struct gn_suite *gn_suite_named(gn_str name)
{
    for (size_t i = 0; i < sizeof suite_table / sizeof suite_table[0]; i++)
        if (gn_str_equal(gn_str_of(suite_table[i]->name), name))
            return suite_table[i];
    return NULL;
}

size_t gn_suite_figure_count(const struct gn_suite *suite)
{
    size_t count = 0;
    while (suite->figures[count].key != NULL)
        count++;
    return count;
}
