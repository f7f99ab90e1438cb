/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

static void all_kinds_stand_one_behind_the_other(void **state)
{
    (void)state;
    uint8_t bytes[32];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    gn_buf_add(&buf, "ab", 2);
    gn_buf_add_str(&buf, GN_STR("cd"));
    gn_buf_add_text(&buf, "ef");
    gn_buf_add_u8(&buf, 0x01);
    gn_buf_add_u16be(&buf, 0x0203);
    gn_buf_add_u32be(&buf, 0xF4050607);
    gn_buf_addf(&buf, "%d-%s", 42, "x");
    static const uint8_t wanted[] = "abcdef\x01\x02\x03\xF4\x05\x06\x07"
                                    "42-x";
    assert_false(buf.full);
    assert_int_equal(gn_buf_bytes(&buf).size, sizeof wanted - 1);
    assert_memory_equal(gn_buf_str(&buf).at, wanted, sizeof wanted - 1);
}

static void a_write_that_just_fits_is_taken(void **state)
{
    (void)state;
    uint8_t bytes[5];
    struct gn_buf buf = gn_buf_over(bytes, 4);
    bytes[4] = 0x55;
    gn_buf_add_u32be(&buf, 1);
    assert_false(buf.full);
    assert_int_equal(buf.size, 4);
    gn_buf_add(&buf, NULL, 0); /* nothing always fits */
    assert_false(buf.full);
    gn_buf_add_u8(&buf, 2);
    assert_true(buf.full);
    assert_int_equal(bytes[4], 0x55);
}

static void the_first_that_does_not_fit_ends_it(void **state)
{
    (void)state;
    uint8_t bytes[4];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    gn_buf_add(&buf, "abc", 3);
    gn_buf_add_u16be(&buf, 0x4141);
    assert_true(buf.full);
    gn_buf_add_u8(&buf, 'z'); /* would fit, but the text would have a hole */
    gn_buf_addf(&buf, "y");
    assert_int_equal(buf.size, 3);
    assert_memory_equal(bytes, "abc", 3);
}

static void printf_needs_a_byte_for_its_nul(void **state)
{
    (void)state;
    uint8_t bytes[6] = { [4] = 0x55, [5] = 0x55 };
    struct gn_buf buf = gn_buf_over(bytes, 4);
    gn_buf_addf(&buf, "%d", 123);
    assert_false(buf.full);
    assert_int_equal(buf.size, 3);
    buf = gn_buf_over(bytes, 4);
    gn_buf_addf(&buf, "%d", 1234);
    assert_true(buf.full);
    assert_int_equal(buf.size, 0);
    assert_int_equal(bytes[4], 0x55);
}

static void a_buffer_of_nothing_is_full_at_once(void **state)
{
    (void)state;
    struct gn_buf buf = gn_buf_over(NULL, 0);
    gn_buf_add_text(&buf, "");
    assert_false(buf.full);
    gn_buf_addf(&buf, "%s", "x");
    assert_true(buf.full);
    buf = gn_buf_over(NULL, 0);
    gn_buf_add_u8(&buf, 1);
    assert_true(buf.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_stand_one_behind_the_other), cmocka_unit_test(a_write_that_just_fits_is_taken),
        cmocka_unit_test(the_first_that_does_not_fit_ends_it),  cmocka_unit_test(printf_needs_a_byte_for_its_nul),
        cmocka_unit_test(a_buffer_of_nothing_is_full_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
