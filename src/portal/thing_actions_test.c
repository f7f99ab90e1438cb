/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/thing_actions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static gn_str of(const char *actions, const char *thing)
{
    static char text[4096];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    struct gn_jw w = gn_jw_over(&buf);
    gn_thing_actions_write(gn_str_of(actions), gn_str_of(thing), &w);
    assert_false(buf.full);
    return gn_buf_str(&buf);
}

#define ANY_STOP   "{\"thing\":\"*\",\"name\":\"stop\",\"arguments\":[]}"
#define PRESS_STOP "{ \"name\":\"stop\", \"arguments\":[{\"name\":\"t\"}], \"thing\":\"press\" }"
#define ANY_BLINK  "{\"thing\":\"*\",\"name\":\"blink\",\"x\":{\"name\":\"y\",\"thing\":\"mill\"}}"

static void a_thing_has_its_own_and_those_for_any(void **state)
{
    (void)state;
    static const char all[] = "[" ANY_STOP ", " PRESS_STOP "," ANY_BLINK "]";
    assert_true(gn_str_equal(of(all, "press"), GN_STR("[" PRESS_STOP "," ANY_BLINK "]")));
    assert_true(gn_str_equal(of(all, "mill"), GN_STR("[" ANY_STOP "," ANY_BLINK "]")));
    assert_true(gn_str_equal(of("[]", "mill"), GN_STR("[]")));
}

static void what_is_no_list_of_actions_is_none(void **state)
{
    (void)state;
    static const char *const odd[] = { "", "{}", "null", "[1]", "[{\"thing\":1}]", "[{\"thing\":\"*\"", "x" };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_true(gn_str_equal(of(odd[i], "press"), GN_STR("[]")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_has_its_own_and_those_for_any),
        cmocka_unit_test(what_is_no_list_of_actions_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
