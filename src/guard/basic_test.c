/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/basic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static bool reads(const char *text, size_t size, struct gn_basic_credentials *out)
{
    char base64[1024];
    assert_non_null(
        sodium_bin2base64(base64, sizeof base64, (const unsigned char *)text, size, sodium_base64_VARIANT_ORIGINAL));
    return gn_basic_read(gn_str_of(base64), out);
}

static void name_and_secret_come_apart_at_the_first_colon(void **state)
{
    (void)state;
    struct gn_basic_credentials got;
    assert_true(reads("pump:0011:22", 12, &got));
    assert_string_equal(got.name, "pump");
    assert_string_equal(got.secret, "0011:22");
    assert_true(reads("pump:", 5, &got));
    assert_string_equal(got.secret, "");
    gn_basic_wipe(&got);
    assert_string_equal(got.name, "");
}

static void whatever_else_is_refused(void **state)
{
    (void)state;
    struct gn_basic_credentials got;
    char text[400];
    assert_false(reads("pump", 4, &got));
    assert_false(reads(":x", 2, &got));
    assert_false(reads("a\0b:c", 5, &got));
    assert_false(gn_basic_read(GN_STR(""), &got));
    assert_false(gn_basic_read(GN_STR("cHVtcDp4=="), &got)); /* padding where none belongs */
    assert_false(gn_basic_read(GN_STR("cHVt cDp4"), &got));
    memset(text, 'a', sizeof text);
    text[GN_BASIC_NAME_BYTES - 1] = ':';
    assert_true(reads(text, GN_BASIC_NAME_BYTES + GN_BASIC_SECRET_BYTES - 1, &got));
    assert_false(reads(text, GN_BASIC_NAME_BYTES + GN_BASIC_SECRET_BYTES, &got));
    text[GN_BASIC_NAME_BYTES - 1] = 'a';
    text[GN_BASIC_NAME_BYTES] = ':';
    assert_false(reads(text, GN_BASIC_NAME_BYTES + 4, &got));
    assert_string_equal(got.name, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_and_secret_come_apart_at_the_first_colon),
        cmocka_unit_test(whatever_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
