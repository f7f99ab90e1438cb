/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "eval/suite.h"

static void every_row_is_complete(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gn_suite *const *suites = gn_suites(&count);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const struct gn_suite *suite = suites[i];
        const char *const texts[] = { suite->name,   suite->summary, suite->protocol,
                                      suite->method, suite->naive,   suite->best };
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            assert_true(texts[j] != NULL && texts[j][0] != '\0');
        assert_non_null(suite->run);
        const size_t figures = gn_suite_figure_count(suite);
        assert_true(figures > 0 && figures <= GN_SUITE_FIGURES_MAX);
        for (size_t j = 0; j < figures; j++)
            assert_non_null(suite->figures[j].unit);
        assert_ptr_equal(gn_suite_named(gn_str_of(suite->name)), suite); /* no name twice */
    }
    assert_null(gn_suite_named(GN_STR("no-such-suite")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
