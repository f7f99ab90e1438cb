/* SPDX-License-Identifier: Apache-2.0 */
#include "act/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"
#include "act/command_id.h"
#include "act/rate.h"

static void order(const char *json)
{
    gn_act_on_answer(fixture.act, ++fixture.seq, fixture.now_ms, gn_str_of(json));
}

#define SLOW(input, key)                                                                                               \
    "{\"do\":\"slow-down\",\"thing\":\"press-7\",\"input\":\"" input                                                   \
    "\",\"person\":\"anna\",\"reason\":\"hot\",\"key\":\"" key "\"}"

static void an_order_is_a_decision_that_asking_approves(void **state)
{
    (void)state;
    char id[GN_COMMAND_ID_BYTES];
    order(SLOW("{\\\"level\\\":20}", "k1"));
    assert_string_equal(fixture_story(), "decision approved, action queued, command queued");
    assert_int_equal(fixture.sent_count, 1);
    assert_string_equal(fixture.sent[0].action, "slow-down");
    assert_non_null(strstr(fixture.sent[0].payload, "\"input\":{\"level\":20}"));
    assert_string_equal(said("decision", "person"), "anna");
    assert_string_equal(said("decision", "why"), "anna asked for 'slow-down' of press-7.");
    assert_string_equal(said("command", "action"), fixture.sent[0].id);
    gn_command_id(GN_STR("k1"), id);
    assert_string_equal(fixture_last_id("command"), id);
}

static void the_same_key_is_carried_out_once(void **state)
{
    (void)state;
    order(SLOW("{\\\"level\\\":20}", "k1"));
    fixture_forget();
    order(SLOW("{\\\"level\\\":20}", "k1"));
    assert_string_equal(fixture_story(), "");
    assert_int_equal(fixture.sent_count, 1);
    order(SLOW("{\\\"level\\\":20}", "k2"));
    assert_int_equal(fixture.sent_count, 2);
    feed_time(GN_ORDER_KEY_MS); /* a day later the key is forgotten */
    order(SLOW("{\\\"level\\\":20}", "k1"));
    assert_int_equal(fixture.sent_count, 3);
}

static void the_envelope_holds_for_people_too(void **state)
{
    (void)state;
    order(SLOW("{\\\"level\\\":60}", "k1"));
    assert_string_equal(fixture_story(), "decision refused, receipt refused, command refused");
    assert_non_null(strstr(said("command", "why"), "'level' must be 0 to 50 %; this is 60"));
    assert_int_equal(fixture.sent_count, 0);
    order("{\"do\":\"explode\",\"thing\":\"press-7\",\"person\":\"anna\",\"key\":\"k2\"}");
    assert_non_null(strstr(said("command", "why"), "no solution declares this action"));
    assert_int_equal(fixture.sent_count, 0);
    for (int i = 0; i < 4; i++) {
        char json[256];
        (void)snprintf(json, sizeof json, SLOW("{\\\"level\\\":1}", "r%d"), i);
        order(json);
    }
    assert_int_equal(fixture.sent_count, 3); /* at_most: 3 per 1m */
    assert_non_null(strstr(said("command", "why"), "is limited to 3 per"));
}

static void what_is_no_order_is_left_to_answers(void **state)
{
    (void)state;
    assert_false(gn_order_on_answer(fixture.act, 7, fixture.now_ms, GN_STR("{\"decision\":\"d-1-1\"}")));
    order("{\"do\":\"stop\",\"thing\":\"nobody\",\"person\":\"anna\",\"key\":\"k\"}");
    order("{\"do\":\"stop\",\"thing\":\"press-7\",\"key\":\"k\"}"); /* nobody asked */
    assert_int_equal(fixture.said_count, 0);
    assert_int_equal(fixture.act->state->counters.answers_ignored, 2);
}

static void what_was_sent_and_not_acknowledged_is_sent_again(void **state)
{
    (void)state;
    order(SLOW("{\\\"level\\\":20}", "k1"));
    gn_act_on_delivery(fixture.act, ++fixture.seq, fixture.now_ms, gn_str_of(fixture.sent[0].id), GN_DELIVERY_SENT);
    gn_act_on_link(fixture.act, ++fixture.seq, 1, fixture.now_ms); /* another Thing's */
    assert_int_equal(fixture.sent_count, 1);
    gn_act_on_link(fixture.act, ++fixture.seq, 0, fixture.now_ms);
    assert_int_equal(fixture.sent_count, 2);
    assert_string_equal(fixture.sent[1].id, fixture.sent[0].id);
    gn_act_on_delivery(fixture.act, ++fixture.seq, fixture.now_ms, gn_str_of(fixture.sent[0].id),
                       GN_DELIVERY_ACKNOWLEDGED);
    gn_act_on_link(fixture.act, ++fixture.seq, 0, fixture.now_ms);
    assert_int_equal(fixture.sent_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(an_order_is_a_decision_that_asking_approves),
        FIXTURE_CASE(the_same_key_is_carried_out_once),
        FIXTURE_CASE(the_envelope_holds_for_people_too),
        FIXTURE_CASE(what_is_no_order_is_left_to_answers),
        FIXTURE_CASE(what_was_sent_and_not_acknowledged_is_sent_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
