/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define HOME  GN_STR("192.0.2.1")
#define AWAY  GN_STR("198.51.100.7")
#define ADMIN GN_STR("uadmin")

static struct gn_throttle throttle;

static int clear(void **state)
{
    (void)state;
    static const uint8_t seed[16] = "0123456789abcde";
    gn_throttle_init(&throttle, seed);
    return 0;
}

/* Guesses as soon as it may; returns the delay of that wrong answer and moves the time on. */
static int64_t guess_when_allowed(gn_str source, gn_str account, int64_t *now_ms)
{
    int64_t delay_ms = -1;
    for (int64_t wait_ms; (wait_ms = gn_throttle_try(&throttle, source, account, true, *now_ms, &delay_ms)) > 0;) {
        assert_int_equal(gn_throttle_wait(&throttle, source, account, true, *now_ms), wait_ms);
        *now_ms += wait_ms;
    }
    assert_true(delay_ms >= 0);
    return delay_ms;
}

static void the_delay_grows_from_nothing_to_the_limit(void **state)
{
    (void)state;
    static const int64_t expected[] = { 0, 200, 400, 800, 1600, 3200, 6400, 10000, 10000, 10000 };
    int64_t now_ms = 5000;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(guess_when_allowed(HOME, ADMIN, &now_ms), expected[i]);
    assert_int_equal(expected[7], GN_GUESS_DELAY_MS_MAX);
}

static void a_guess_before_its_time_is_not_looked_at(void **state)
{
    (void)state;
    int64_t delay_ms = -1;
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 0, &delay_ms), 0);
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 0, &delay_ms), 0);
    assert_int_equal(delay_ms, 200);
    delay_ms = -1;
    for (int i = 0; i < 1000; i++) /* a thousand at once are no faster, and no dearer */
        assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 50, &delay_ms), 150);
    assert_int_equal(delay_ms, -1);
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 200, &delay_ms), 0);
    assert_int_equal(delay_ms, 400);
}

static void one_source_gets_ten_guesses_in_a_minute_and_a_hundred_or_so_a_day(void **state)
{
    (void)state;
    int64_t now_ms = 0;
    unsigned minute = 0;
    unsigned day = 0;
    while (now_ms < INT64_C(86400000)) {
        (void)guess_when_allowed(HOME, ADMIN, &now_ms);
        minute += now_ms < 60000;
        day += now_ms < INT64_C(86400000);
    }
    assert_in_range(minute, 5, 10);
    assert_in_range(day, 50, 115);
}

static void a_right_guess_clears_its_own_count_only(void **state)
{
    (void)state;
    int64_t now_ms = 0;
    int64_t there_ms = 0;
    for (int i = 0; i < 6; i++) {
        (void)guess_when_allowed(HOME, ADMIN, &now_ms);
        (void)guess_when_allowed(AWAY, ADMIN, &there_ms);
    }
    now_ms += 60000;
    gn_throttle_right(&throttle, HOME, ADMIN, now_ms);
    assert_int_equal(guess_when_allowed(HOME, ADMIN, &now_ms), 0);
    there_ms += 60000;
    assert_true(guess_when_allowed(AWAY, ADMIN, &there_ms) >= 6400);
}

static void a_stranger_does_not_hold_up_another_address_or_account(void **state)
{
    (void)state;
    int64_t now_ms = 0;
    int64_t delay_ms = -1;
    for (int i = 0; i < 12; i++)
        (void)guess_when_allowed(AWAY, ADMIN, &now_ms);
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, now_ms, &delay_ms), 0);
    assert_int_equal(gn_throttle_try(&throttle, AWAY, GN_STR("uother"), true, now_ms, &delay_ms), 0);
}

static void levels_are_forgotten_one_by_one(void **state)
{
    (void)state;
    int64_t now_ms = 0;
    for (int i = 0; i < 5; i++)
        (void)guess_when_allowed(HOME, ADMIN, &now_ms);
    now_ms += 2 * GN_GUESS_FORGET_MS; /* 5 - 2 + 1 = the fourth */
    assert_int_equal(guess_when_allowed(HOME, ADMIN, &now_ms), 800);
    now_ms += 10 * GN_GUESS_FORGET_MS;
    assert_int_equal(guess_when_allowed(HOME, ADMIN, &now_ms), 0);
}

static void many_sources_together_are_slowed_but_the_first_guess_is_free(void **state)
{
    (void)state;
    char text[32];
    unsigned looked_at = 0;
    int64_t now_ms[50] = { 0 };
    for (int round = 0; round < 30; round++)
        for (int i = 0; i < 50; i++) {
            (void)snprintf(text, sizeof text, "203.0.113.%d", i);
            while (now_ms[i] < round * 20000) { /* 10 minutes in all */
                (void)guess_when_allowed(gn_str_of(text), ADMIN, &now_ms[i]);
                looked_at++;
            }
        }
    assert_in_range(looked_at, 50, 50 * 12); /* 10 000 could have been sent */
    int64_t delay_ms = -1;
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 600000, &delay_ms), 0); /* the rightful one */
    assert_int_equal(delay_ms, 0);
}

static void while_a_crowd_guesses_a_typo_costs_a_minute_unless_known_here(void **state)
{
    (void)state;
    char text[32];
    int64_t delay_ms;
    gn_throttle_right(&throttle, HOME, ADMIN, 0);
    for (int i = 0; i < GN_GUESS_BURST; i++) {
        (void)snprintf(text, sizeof text, "203.0.113.%d", i);
        assert_int_equal(gn_throttle_try(&throttle, gn_str_of(text), ADMIN, true, 1000, &delay_ms), 0);
    }
    assert_int_equal(gn_throttle_try(&throttle, AWAY, ADMIN, true, 1000, &delay_ms), 0);
    assert_int_equal(gn_throttle_try(&throttle, AWAY, ADMIN, true, 1000, &delay_ms), GN_GUESS_CROWD_MS);
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 1000, &delay_ms), 0);
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 1000, &delay_ms), 0);
}

static void one_source_has_so_many_wrong_guesses_for_all_accounts_it_never_got_into(void **state)
{
    (void)state;
    char name[32];
    int64_t delay_ms;
    gn_throttle_right(&throttle, AWAY, ADMIN, 0);
    for (int i = 0; i < GN_GUESS_SOURCE_BURST; i++) {
        (void)snprintf(name, sizeof name, "uname-%d", i);
        assert_int_equal(gn_throttle_try(&throttle, AWAY, gn_str_of(name), true, 0, &delay_ms), 0);
    }
    assert_int_equal(gn_throttle_try(&throttle, AWAY, GN_STR("uone-more"), true, 0, &delay_ms),
                     GN_GUESS_SOURCE_REFILL_MS);
    assert_int_equal(gn_throttle_try(&throttle, AWAY, ADMIN, true, 0, &delay_ms), 0);               /* known there */
    assert_int_equal(gn_throttle_try(&throttle, HOME, GN_STR("uone-more"), true, 0, &delay_ms), 0); /* another source */
    assert_int_equal(gn_throttle_try(&throttle, AWAY, GN_STR("uone-more"), true, GN_GUESS_SOURCE_REFILL_MS, &delay_ms),
                     0);
    assert_true(gn_throttle_try(&throttle, AWAY, GN_STR("utwo-more"), true, GN_GUESS_SOURCE_REFILL_MS, &delay_ms) > 0);
    for (int i = 0; i < 100; i++) { /* right ones cost nothing */
        (void)snprintf(name, sizeof name, "tthing-%d", i);
        assert_int_equal(gn_throttle_try(&throttle, GN_STR("192.0.2.99"), gn_str_of(name), true, 0, &delay_ms), 0);
        gn_throttle_right(&throttle, GN_STR("192.0.2.99"), gn_str_of(name), 0);
    }
}

static void beyond_what_all_may_cost_only_those_with_hardly_a_wrong_guess_are_looked_at(void **state)
{
    (void)state;
    char text[32];
    int64_t delay_ms;
    for (int i = 0; i < GN_GUESS_ALL_BURST; i++) {
        (void)snprintf(text, sizeof text, "203.0.113.%d", i / 4);
        (void)gn_throttle_try(&throttle, gn_str_of(text), GN_STR("ua"), true, i * 30, &delay_ms);
        (void)snprintf(text, sizeof text, "203.0.113.%d", i % 15);
        (void)gn_throttle_try(&throttle, gn_str_of(text), ADMIN, true, i * 30, &delay_ms);
    }
    const int64_t now_ms = throttle.all.filled_ms;
    while (throttle.all.wrong_count < GN_GUESS_ALL_BURST) {
        (void)snprintf(text, sizeof text, "198.51.%d.1", (int)throttle.all.wrong_count);
        assert_int_equal(gn_throttle_try(&throttle, gn_str_of(text), ADMIN, true, now_ms, &delay_ms), 0);
    }
    const gn_str guilty = GN_STR("203.0.113.1");
    assert_true(gn_throttle_guilt(&throttle, guilty, now_ms) > GN_GUESS_INNOCENT_MAX);
    assert_int_equal(gn_throttle_guilt(&throttle, HOME, now_ms), 0);
    assert_true(gn_throttle_wait(&throttle, guilty, GN_STR("unew"), true, now_ms) > 0);
    assert_int_equal(gn_throttle_wait(&throttle, guilty, GN_STR("tnew"), false, now_ms), 0); /* costs no hash */
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, now_ms, &delay_ms), 0);
    assert_int_equal(gn_throttle_wait(&throttle, guilty, GN_STR("unew"), true, now_ms + GN_GUESS_ALL_REFILL_MS), 0);
}

static void a_source_is_known_where_it_was_right(void **state)
{
    (void)state;
    assert_false(gn_throttle_knows(&throttle, HOME, ADMIN, 0));
    gn_throttle_right(&throttle, HOME, ADMIN, 0);
    assert_true(gn_throttle_knows(&throttle, HOME, ADMIN, 0));
    assert_false(gn_throttle_knows(&throttle, AWAY, ADMIN, 0));
    assert_false(gn_throttle_knows(&throttle, HOME, GN_STR("uother"), 0));
}

static void a_new_secret_forgives_everybody_and_no_other_account(void **state)
{
    (void)state;
    int64_t now_ms = 0, there_ms = 0, delay_ms = -1;
    for (int i = 0; i < 9; i++) {
        (void)guess_when_allowed(AWAY, ADMIN, &now_ms);
        (void)guess_when_allowed(AWAY, GN_STR("tpress"), &there_ms);
    }
    gn_throttle_forgive(&throttle, ADMIN);
    assert_int_equal(gn_throttle_try(&throttle, AWAY, ADMIN, true, now_ms, &delay_ms), 0);
    assert_int_equal(delay_ms, 0);
    assert_true(gn_throttle_try(&throttle, AWAY, GN_STR("tpress"), true, there_ms, &delay_ms) > 0);
}

static void a_host_with_many_ipv6_addresses_is_one_source(void **state)
{
    (void)state;
    int64_t delay_ms = -1;
    (void)gn_throttle_try(&throttle, GN_STR("2001:db8:1:2::1"), ADMIN, true, 0, &delay_ms);
    (void)gn_throttle_try(&throttle, GN_STR("2001:db8:1:2:ffff::9"), ADMIN, true, 0, &delay_ms);
    assert_int_equal(delay_ms, 200);
    assert_int_equal(gn_throttle_try(&throttle, GN_STR("[2001:db8:1:2::5]:4711"), ADMIN, true, 0, &delay_ms), 200);
    assert_int_equal(gn_throttle_try(&throttle, GN_STR("2001:db8:1:3::1"), ADMIN, true, 0, &delay_ms), 0);
}

static void a_port_or_a_mapped_form_does_not_make_a_new_source(void **state)
{
    (void)state;
    int64_t delay_ms = -1;
    (void)gn_throttle_try(&throttle, GN_STR("192.0.2.1:1000"), ADMIN, true, 0, &delay_ms);
    (void)gn_throttle_try(&throttle, GN_STR("192.0.2.1:1001"), ADMIN, true, 0, &delay_ms);
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, 0, &delay_ms), 200);
    assert_int_equal(gn_throttle_try(&throttle, GN_STR("::ffff:192.0.2.1"), ADMIN, true, 0, &delay_ms), 200);
}

static void a_flood_of_sources_does_not_wash_out_a_guesser(void **state)
{
    (void)state;
    char text[32];
    int64_t now_ms = 0;
    for (int i = 0; i < 10; i++)
        (void)guess_when_allowed(AWAY, ADMIN, &now_ms);
    int64_t delay_ms = -1;
    for (uint32_t i = 0; i < 100000; i++) { /* far more than there are rows */
        (void)snprintf(text, sizeof text, "10.%u.%u.%u", i >> 16, i >> 8 & 255u, i & 255u);
        (void)gn_throttle_try(&throttle, gn_str_of(text), GN_STR("tpress"), true, now_ms, &delay_ms);
    }
    delay_ms = -1;
    assert_true(gn_throttle_try(&throttle, AWAY, ADMIN, true, now_ms, &delay_ms) > 0);
    assert_int_equal(gn_throttle_try(&throttle, HOME, ADMIN, true, now_ms, &delay_ms), 0);
}

static void odd_names_are_sources_too(void **state)
{
    (void)state;
    static char big[4000];
    memset(big, 'x', sizeof big);
    int64_t delay_ms = -1;
    const gn_str odd[] = { { NULL, 0 }, GN_STR(""), GN_STR("["), GN_STR(":"), { big, sizeof big } };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_int_equal(gn_throttle_try(&throttle, odd[i], odd[i], true, 0, &delay_ms) >= 0, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_delay_grows_from_nothing_to_the_limit, clear),
        cmocka_unit_test_setup(a_guess_before_its_time_is_not_looked_at, clear),
        cmocka_unit_test_setup(one_source_gets_ten_guesses_in_a_minute_and_a_hundred_or_so_a_day, clear),
        cmocka_unit_test_setup(a_right_guess_clears_its_own_count_only, clear),
        cmocka_unit_test_setup(a_stranger_does_not_hold_up_another_address_or_account, clear),
        cmocka_unit_test_setup(levels_are_forgotten_one_by_one, clear),
        cmocka_unit_test_setup(many_sources_together_are_slowed_but_the_first_guess_is_free, clear),
        cmocka_unit_test_setup(while_a_crowd_guesses_a_typo_costs_a_minute_unless_known_here, clear),
        cmocka_unit_test_setup(one_source_has_so_many_wrong_guesses_for_all_accounts_it_never_got_into, clear),
        cmocka_unit_test_setup(beyond_what_all_may_cost_only_those_with_hardly_a_wrong_guess_are_looked_at, clear),
        cmocka_unit_test_setup(a_source_is_known_where_it_was_right, clear),
        cmocka_unit_test_setup(a_new_secret_forgives_everybody_and_no_other_account, clear),
        cmocka_unit_test_setup(a_host_with_many_ipv6_addresses_is_one_source, clear),
        cmocka_unit_test_setup(a_port_or_a_mapped_form_does_not_make_a_new_source, clear),
        cmocka_unit_test_setup(a_flood_of_sources_does_not_wash_out_a_guesser, clear),
        cmocka_unit_test_setup(odd_names_are_sources_too, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
