/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_order.h"

#include "connect/sparkplug/sparkplug_fixture.h"

static bool follows(struct gn_sparkplug_order *order, unsigned seq, bool is_birth, bool again)
{
    const struct gn_sparkplug_payload payload = { .has_seq = true, .seq = seq };
    return gn_sparkplug_order_follows(order, &payload, is_birth, again);
}

static void the_order_runs_to_255_and_begins_anew(void **state)
{
    struct gn_sparkplug_order order = { 0 };
    (void)state;
    assert_true(follows(&order, 0, true, false));
    for (unsigned seq = 1; seq < 600; seq++)
        assert_true(follows(&order, seq % 256, false, false));
}

static void a_gap_is_seen_once(void **state)
{
    struct gn_sparkplug_order order = { 0 };
    (void)state;
    assert_true(follows(&order, 40, false, false)); /* the first that is seen */
    assert_false(follows(&order, 42, false, false));
    assert_true(follows(&order, 43, false, false));
    assert_true(follows(&order, 43, false, true));   /* sent again */
    assert_false(follows(&order, 43, false, false)); /* not said to be sent again */
    assert_true(follows(&order, 9, true, false));
    assert_true(follows(&order, 10, false, false));
}

static void a_message_without_a_place_has_none(void **state)
{
    struct gn_sparkplug_order order = { .is_known = true, .last = 3 };
    const struct gn_sparkplug_payload death = { 0 };
    (void)state;
    assert_true(gn_sparkplug_order_follows(&order, &death, false, false));
    assert_int_equal(order.last, 3);
}

static void an_edge_node_is_asked_once_in_its_time(void **state)
{
    static struct gn_sparkplug_asks asks;
    const int64_t later_ms = 5 + INT64_C(1000) * GN_SPARKPLUG_REBIRTH_S;
    (void)state;
    assert_true(gn_sparkplug_may_ask(&asks, 1, 5));
    assert_false(gn_sparkplug_may_ask(&asks, 1, 5));
    assert_true(gn_sparkplug_may_ask(&asks, 2, 5));
    assert_false(gn_sparkplug_may_ask(&asks, 1, later_ms - 1));
    assert_true(gn_sparkplug_may_ask(&asks, 1, later_ms));
}

static void all_together_are_asked_so_often(void **state)
{
    static struct gn_sparkplug_asks asks;
    (void)state;
    for (uint32_t edge = 0; edge < GN_SPARKPLUG_REBIRTHS_MAX; edge++)
        assert_true(gn_sparkplug_may_ask(&asks, edge, 1));
    assert_false(gn_sparkplug_may_ask(&asks, GN_SPARKPLUG_REBIRTHS_MAX, 1));
    assert_true(gn_sparkplug_may_ask(&asks, GN_SPARKPLUG_REBIRTHS_MAX, 1 + INT64_C(1000) * GN_SPARKPLUG_REBIRTH_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_runs_to_255_and_begins_anew),
        cmocka_unit_test(a_gap_is_seen_once),
        cmocka_unit_test(a_message_without_a_place_has_none),
        cmocka_unit_test(an_edge_node_is_asked_once_in_its_time),
        cmocka_unit_test(all_together_are_asked_so_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
