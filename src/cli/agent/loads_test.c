/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/loads.h"

static void every_load_is_found_by_its_name(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gn_load *const *loads = gn_loads(&count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(gn_loads_find(loads[i]->kind), loads[i]);
        assert_true(strlen(loads[i]->kind) < 16);
        assert_non_null(loads[i]->plan);
        assert_non_null(loads[i]->work);
    }
    assert_null(gn_loads_find("gpu"));
    assert_null(gn_loads_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_load_is_found_by_its_name) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
