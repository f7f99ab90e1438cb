/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard/guess_log.h"

static struct gn_guess_log burst;
static char text[512];

static int clear(void **state)
{
    (void)state;
    burst = (struct gn_guess_log){ 0 };
    return 0;
}

static void guess(bool looked_at, uint64_t source, uint64_t account, int64_t now_ms)
{
    gn_guess_log_add(&burst, looked_at, GN_STR("10.0.0.7"), source, "thing", GN_STR("press-7"), account, now_ms);
}

static bool take(int64_t now_ms)
{
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    const bool taken = gn_guess_log_take(&burst, now_ms, &buf);
    text[buf.size] = '\0';
    return taken;
}

static void a_burst_is_one_line_when_it_is_quiet_again(void **state)
{
    (void)state;
    assert_false(take(0));
    for (int i = 0; i < 10000; i++)
        guess(i < 98, 1 + (uint64_t)i % 50, 7, 1000 + i);
    assert_false(take(10999 + GN_GUESS_LOG_QUIET_MS - 1));
    assert_true(take(10999 + GN_GUESS_LOG_QUIET_MS));
    assert_string_equal(text, "wrong=98 not_looked_at=9902 sources=50 accounts=1 seconds=9 last_source=10.0.0.7 "
                              "last=thing:press-7");
    assert_false(take(INT64_MAX));
}

static void a_burst_without_end_is_a_line_a_minute(void **state)
{
    (void)state;
    unsigned lines = 0;
    for (int64_t now_ms = 0; now_ms < 600000; now_ms += 500) {
        guess(true, 1, 2, now_ms);
        lines += take(now_ms);
    }
    assert_in_range(lines, 9, 10);
}

static void the_last_burst_is_told_at_the_end(void **state)
{
    (void)state;
    guess(true, 1, 2, 5);
    assert_false(take(6));
    assert_true(take(INT64_MAX));
}

static void more_than_can_be_told_apart_is_said_so(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < GN_GUESS_LOG_KEYS + 10; i++)
        guess(false, i + 1, i + 1, 0);
    assert_true(take(INT64_MAX));
    assert_non_null(strstr(text, "sources=256+ accounts=256+"));
}

static void what_a_stranger_sent_forges_no_line(void **state)
{
    (void)state;
    static char longest[70000];
    memset(longest, 'a', sizeof longest);
    gn_guess_log_add(&burst, true, (gn_str){ 0 }, 1, "person", GN_STR("x\"\r\n level=ok \x1b[2J\xff"), 1, 0);
    assert_true(take(INT64_MAX));
    assert_non_null(strstr(text, "last_source= last=person:x????level?ok??[2J?"));
    gn_guess_log_add(&burst, true, GN_STR("::1"), 1, "person", (gn_str){ longest, sizeof longest }, 1, 0);
    assert_true(take(INT64_MAX));
    assert_true(strlen(text) < 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_burst_is_one_line_when_it_is_quiet_again, clear),
        cmocka_unit_test_setup(a_burst_without_end_is_a_line_a_minute, clear),
        cmocka_unit_test_setup(the_last_burst_is_told_at_the_end, clear),
        cmocka_unit_test_setup(more_than_can_be_told_apart_is_said_so, clear),
        cmocka_unit_test_setup(what_a_stranger_sent_forges_no_line, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
