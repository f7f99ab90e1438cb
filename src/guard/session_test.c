/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct gn_sessions sessions;

static int clear(void **state)
{
    (void)state;
    memset(&sessions, 0, sizeof sessions);
    return 0;
}

static const char *user_at(const char *cookie, int64_t now_ms)
{
    return gn_sessions_user(&sessions, gn_str_of(cookie), now_ms, true);
}

static void a_cookie_finds_its_user_and_no_other_does(void **state)
{
    (void)state;
    char anna[GN_COOKIE_BYTES];
    char bert[GN_COOKIE_BYTES];
    gn_sessions_begin(&sessions, "anna", 1000, anna);
    gn_sessions_begin(&sessions, "bert", 1000, bert);
    assert_int_equal(strlen(anna), GN_COOKIE_BYTES - 1);
    assert_string_not_equal(anna, bert);
    assert_string_equal(user_at(anna, 1001), "anna");
    assert_string_equal(user_at(bert, 1001), "bert");
    anna[0] = anna[0] == '0' ? '1' : '0';
    assert_null(user_at(anna, 1001));
    assert_null(user_at("", 1001));
    assert_null(gn_sessions_user(&sessions, (gn_str){ bert, GN_COOKIE_BYTES - 2 }, 1001, true));
}

static void the_table_keeps_no_cookie(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    gn_sessions_begin(&sessions, "anna", 1000, cookie);
    assert_null(memmem(&sessions, sizeof sessions, cookie, 16));
}

static void idleness_ends_it_at_the_limit(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    gn_sessions_begin(&sessions, "anna", 0, cookie);
    const int64_t idle_ms = GN_SESSION_IDLE_S * INT64_C(1000);
    assert_non_null(user_at(cookie, idle_ms - 1));
    assert_non_null(user_at(cookie, 2 * idle_ms - 2));
    assert_null(user_at(cookie, 3 * idle_ms - 2));
    assert_null(user_at(cookie, 2 * idle_ms)); /* gone for good */
}

static void looking_without_touching_does_not_keep_it_alive(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    gn_sessions_begin(&sessions, "anna", 0, cookie);
    const int64_t idle_ms = GN_SESSION_IDLE_S * INT64_C(1000);
    assert_non_null(gn_sessions_user(&sessions, gn_str_of(cookie), idle_ms - 1, false));
    assert_null(gn_sessions_user(&sessions, gn_str_of(cookie), idle_ms, false));
}

static void age_ends_it_however_busy(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    gn_sessions_begin(&sessions, "anna", 0, cookie);
    const int64_t age_ms = GN_SESSION_AGE_S * INT64_C(1000);
    for (int64_t now = 0; now < age_ms; now += 60000)
        assert_non_null(user_at(cookie, now));
    assert_non_null(user_at(cookie, age_ms - 1));
    assert_null(user_at(cookie, age_ms));
}

static void signing_out_ends_only_that_one(void **state)
{
    (void)state;
    char phone[GN_COOKIE_BYTES];
    char desk[GN_COOKIE_BYTES];
    gn_sessions_begin(&sessions, "anna", 0, phone);
    gn_sessions_begin(&sessions, "anna", 0, desk);
    gn_sessions_end(&sessions, gn_str_of(phone));
    gn_sessions_end(&sessions, GN_STR("unknown"));
    assert_null(user_at(phone, 1));
    assert_string_equal(user_at(desk, 1), "anna");
}

static void a_full_table_gives_up_the_least_recently_used(void **state)
{
    (void)state;
    char first[GN_COOKIE_BYTES];
    char second[GN_COOKIE_BYTES];
    char other[GN_COOKIE_BYTES];
    gn_sessions_begin(&sessions, "first", 0, first);
    gn_sessions_begin(&sessions, "second", 1, second);
    for (int i = 2; i < GN_SESSIONS_MAX; i++)
        gn_sessions_begin(&sessions, "other", i, other);
    assert_non_null(user_at(first, 1000));
    assert_non_null(gn_sessions_user(&sessions, gn_str_of(second), 1000, false));
    gn_sessions_begin(&sessions, "late", 1001, other);
    assert_non_null(user_at(first, 1002));
    assert_null(user_at(second, 1002));
    assert_string_equal(user_at(other, 1002), "late");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_cookie_finds_its_user_and_no_other_does, clear),
        cmocka_unit_test_setup(the_table_keeps_no_cookie, clear),
        cmocka_unit_test_setup(idleness_ends_it_at_the_limit, clear),
        cmocka_unit_test_setup(looking_without_touching_does_not_keep_it_alive, clear),
        cmocka_unit_test_setup(age_ends_it_however_busy, clear),
        cmocka_unit_test_setup(signing_out_ends_only_that_one, clear),
        cmocka_unit_test_setup(a_full_table_gives_up_the_least_recently_used, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
