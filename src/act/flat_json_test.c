/* SPDX-License-Identifier: Apache-2.0 */
#include "act/flat_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

static void told(void *ctx, gn_str key, gn_str value)
{
    gn_buf_addf(ctx, "%.*s=%.*s;", GN_STR_ARGS(key), GN_STR_ARGS(value));
}

static bool reads(const char *text, const char *expected)
{
    char bytes[256];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    const bool whole = gn_flat_json_strings(gn_str_of(text), told, &buf);
    assert_true(gn_str_equal(gn_buf_str(&buf), gn_str_of(expected)));
    return whole;
}

static void strings_are_told_in_order_and_others_stepped_over(void **state)
{
    (void)state;
    assert_true(reads("{}", ""));
    assert_true(
        reads("{\"id\":\"x-1\",\"n\":3,\"o\":{\"id\":\"no\"},\"l\":[\"no\"],\"b\":true,\"state\":\"d\\u00f6ne\"}",
              "id=x-1;state=döne;"));
    assert_true(reads("{\"a_key_that_is_far_too_long\":\"v\"}", "a_key_that_is_f=v;"));
}

static void what_is_no_object_is_not_whole(void **state)
{
    (void)state;
    assert_false(reads("", ""));
    assert_false(reads("[]", ""));
    assert_false(reads("\"text\"", ""));
    assert_false(reads("{\"id\":\"x\"", "id=x;"));
    assert_false(reads("{\"id\":\"x\"} {}", "id=x;"));
    assert_false(reads("{\"id\":\"x\",\"bad\":[}", "id=x;"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_told_in_order_and_others_stepped_over),
        cmocka_unit_test(what_is_no_object_is_not_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
