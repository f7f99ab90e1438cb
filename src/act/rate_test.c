/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/rate.h"
#include "base/mem.h"

static struct gn_act_state *table;

static int set_up(void **state)
{
    (void)state;
    table = gn_mem_take(sizeof *table, "test");
    if (table == NULL)
        return -1;
    gn_act_state_init(table);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gn_mem_give(table);
    return 0;
}

static bool take(uint64_t key, struct gn_rate rate, int64_t now_ms)
{
    if (!gn_rate_allows(table, key, rate, now_ms))
        return false;
    gn_rate_mark(table, key, rate, now_ms);
    return true;
}

static void a_window_never_holds_more_than_the_count(void **state)
{
    (void)state;
    const struct gn_rate rate = { 3, 1000 };
    assert_true(take(1, rate, 0));
    assert_true(take(1, rate, 500));
    assert_true(take(1, rate, 900));
    assert_false(take(1, rate, 999));
    assert_true(take(1, rate, 1000)); /* the first has left the window */
    assert_false(take(1, rate, 1499));
    assert_true(take(1, rate, 1500));
}

static void any_window_of_random_traffic_is_within_the_limit(void **state)
{
    (void)state;
    enum { TRIES = 20000 };
    static int64_t taken[TRIES];
    const struct gn_rate rate = { 7, 1000 };
    size_t count = 0;
    uint32_t seed = 1;
    int64_t now_ms = 5;
    for (int i = 0; i < TRIES; i++) {
        seed = seed * 1664525u + 1013904223u;
        now_ms += seed >> 25; /* 0 to 127 ms */
        if (take(9, rate, now_ms))
            taken[count++] = now_ms;
    }
    assert_true(count > 1000);
    for (size_t i = rate.count; i < count; i++)
        assert_true(taken[i] - taken[i - rate.count] >= rate.per_ms);
    /* And it is not stricter than it says: within one window of the time taken it fills up. */
    assert_true((int64_t)count * rate.per_ms / rate.count > now_ms - now_ms / 4);
}

static void keys_do_not_share_a_limit(void **state)
{
    (void)state;
    const struct gn_rate rate = { 1, 1000 };
    assert_true(take(1, rate, 0));
    assert_true(take(2, rate, 0));
    assert_false(take(1, rate, 1));
    assert_true(gn_rate_rule_key(5, 1) != gn_rate_rule_key(5, 2));
    assert_true(gn_rate_rule_key(5, 1) != gn_rate_rule_key(6, 1));
    assert_true(gn_rate_action_key(GN_STR("stop"), 1) != gn_rate_action_key(GN_STR("stop"), 2));
    assert_true(gn_rate_action_key(GN_STR("stop"), 1) != gn_rate_action_key(GN_STR("go"), 1));
    assert_true(gn_rate_action_key(GN_STR("stop"), 1) == gn_rate_action_key(GN_STR("stop"), 1));
}

static void no_limit_leaves_no_marks(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(take(1, (struct gn_rate){ 0, 0 }, i));
    assert_int_equal(table->rate_count, 0);
}

static void a_full_table_refuses_until_marks_die(void **state)
{
    (void)state;
    const struct gn_rate rate = { 60, 1000 };
    for (uint64_t i = 0; i < GN_RATE_MARKS_MAX; i++)
        assert_true(take(i + 1, rate, 0));
    assert_false(take(GN_RATE_MARKS_MAX + 1, rate, 999));
    gn_rate_mark(table, 7, rate, 999); /* not a byte beyond the table */
    assert_int_equal(table->rate_count, GN_RATE_MARKS_MAX);
    assert_true(take(GN_RATE_MARKS_MAX + 1, rate, 1000));
    assert_int_equal(table->rate_count, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_window_never_holds_more_than_the_count),
        CASE(any_window_of_random_traffic_is_within_the_limit),
        CASE(keys_do_not_share_a_limit),
        CASE(no_limit_leaves_no_marks),
        CASE(a_full_table_refuses_until_marks_die),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
