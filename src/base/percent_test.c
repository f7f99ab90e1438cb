/* SPDX-License-Identifier: Apache-2.0 */
#include "base/percent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void check(const char *text, bool plus, const char *expected)
{
    char to[64];
    size_t size = 99;
    assert_int_equal(gn_percent_decode(gn_str_of(text), plus, to, sizeof to, &size), GN_OK);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(to, expected, size);
}

static void escapes_are_decoded_once(void **state)
{
    (void)state;
    check("", false, "");
    check("a%20b", false, "a b");
    check("%41%6a%C3%a9", false, "Aj\xc3\xa9");
    check("%2541", false, "%41");
    check("a+b", false, "a+b");
    check("a+b%2B", true, "a b+");
}

static void what_is_no_escape_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "%", "%4", "%4g", "%g4", "a%", "%%41", "%00", "a%00b" };
    char to[64];
    size_t size = 99;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(gn_percent_decode(gn_str_of(bad[i]), true, to, sizeof to, &size), GN_ERR_INVAL);
    assert_int_equal(gn_percent_decode((gn_str){ "a\0b", 3 }, true, to, sizeof to, &size), GN_ERR_INVAL);
    assert_int_equal(size, 99);
}

static void room_is_counted_after_decoding(void **state)
{
    (void)state;
    char to[3];
    size_t size;
    assert_int_equal(gn_percent_decode(GN_STR("%41%42%43"), false, to, 3, &size), GN_OK);
    assert_int_equal(gn_percent_decode(GN_STR("%41%42%43d"), false, to, 3, &size), GN_ERR_FULL);
    assert_int_equal(gn_percent_decode(GN_STR(""), false, to, 0, &size), GN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_are_decoded_once),
        cmocka_unit_test(what_is_no_escape_is_refused),
        cmocka_unit_test(room_is_counted_after_decoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
