/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/setup_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"

static void a_code_is_twelve_digits_in_groups(void **state)
{
    (void)state;
    unsigned seen[10] = { 0 };
    for (int round = 0; round < 200; round++) {
        struct gn_setup_code code;
        gn_setup_code_init(&code);
        assert_int_equal(strlen(code.text), 14);
        for (size_t i = 0; i < 14; i++) {
            if (i == 4 || i == 9)
                assert_int_equal(code.text[i], '-');
            else
                seen[code.text[i] - '0']++;
        }
    }
    for (size_t digit = 0; digit < 10; digit++) /* 240 expected; 5 sigma is 75 */
        assert_in_range(seen[digit], 165, 315);
}

static void the_code_counts_with_and_without_dashes(void **state)
{
    (void)state;
    struct gn_setup_code code = { .text = "4821-9930-1177" };
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-1177"), 0), GN_OK);
    assert_int_equal(gn_setup_code_check(&code, GN_STR(" 482199301177 "), 0), GN_OK);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821 9930 1177"), 0), GN_OK);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-1178"), 0), GN_ERR_DENIED);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-11771"), 0), GN_ERR_DENIED);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-117"), 0), GN_ERR_DENIED);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("x821-9930-1177"), 0), GN_ERR_DENIED);
    assert_int_equal(gn_setup_code_check(&code, GN_STR(""), 0), GN_ERR_DENIED);
}

static void no_code_is_never_right(void **state)
{
    (void)state;
    struct gn_setup_code code = { 0 };
    assert_int_equal(gn_setup_code_check(&code, GN_STR(""), 0), GN_ERR_DENIED);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("-"), 0), GN_ERR_DENIED);
}

static void too_many_wrong_ones_lock_it_for_a_quarter_of_an_hour(void **state)
{
    (void)state;
    struct gn_setup_code code = { .text = "4821-9930-1177" };
    for (int i = 0; i < GN_SETUP_TRIES_MAX - 1; i++)
        assert_int_equal(gn_setup_code_check(&code, GN_STR("000000000000"), 1000), GN_ERR_DENIED);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-1177"), 1000), GN_OK); /* not yet */
    for (int i = 0; i < GN_SETUP_TRIES_MAX; i++)
        assert_int_equal(gn_setup_code_check(&code, GN_STR("000000000000"), 2000), GN_ERR_DENIED);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-1177"), 2001), GN_ERR_BUSY);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-1177"), 2000 + GN_SETUP_LOCK_MS - 1), GN_ERR_BUSY);
    assert_int_equal(gn_setup_code_check(&code, GN_STR("4821-9930-1177"), 2000 + GN_SETUP_LOCK_MS), GN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_twelve_digits_in_groups),
        cmocka_unit_test(the_code_counts_with_and_without_dashes),
        cmocka_unit_test(no_code_is_never_right),
        cmocka_unit_test(too_many_wrong_ones_lock_it_for_a_quarter_of_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
