/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"
#include "act/delivery.h"

#define STOP                                                                                                           \
    FIXTURE_THINGS "rules:\n  - name: r\n    when: { thing: press-7, finding: anomaly }\n"                             \
                   "    do: { action: stop }\n    autonomy: act\n"

/* One action on its way; returns its id. */
static const char *started(void)
{
    static char id[48];
    fixture_use(STOP);
    feed_start(0);
    (void)snprintf(id, sizeof id, "%s", fixture_last_id("action"));
    fixture_forget();
    return id;
}

static void an_action_goes_its_way_step_by_step(void **state)
{
    (void)state;
    const char *const id = started();
    char times[4][32];
    for (int i = 0; i < 4; i++)
        (void)snprintf(times[i], sizeof times[i], "%lld", (long long)fixture.now_ms + 10LL * i);
    feed_time(10);
    feed_delivery(id, GN_DELIVERY_SENT);
    feed_time(10);
    feed_delivery(id, GN_DELIVERY_ACKNOWLEDGED);
    feed_time(10);
    feed_status(0, "stop", id, "done");
    assert_string_equal(fixture_story(), "action sent, action acknowledged, action done, receipt done");
    assert_string_equal(said("action", "queued"), times[0]);
    assert_string_equal(said("action", "sent"), times[1]);
    assert_string_equal(said("action", "acknowledged"), times[2]);
    assert_string_equal(said("action", "ended"), times[3]);
    assert_string_equal(said("action", "message"), "well");
}

static void every_pair_of_states_is_allowed_or_not(void **state)
{
    (void)state;
    static const char *const allowed[GN_ACTION_STATE_COUNT] = {
        [GN_ACTION_NONE] = "-Q-----",         [GN_ACTION_QUEUED] = "--SADFE", [GN_ACTION_SENT] = "---ADFE",
        [GN_ACTION_ACKNOWLEDGED] = "----DFE", [GN_ACTION_DONE] = "-------",   [GN_ACTION_FAILED] = "-------",
        [GN_ACTION_EXPIRED] = "-------",
    };
    for (int from = 0; from < GN_ACTION_STATE_COUNT; from++) {
        for (int to = 0; to < GN_ACTION_STATE_COUNT; to++)
            assert_int_equal(gn_action_may_follow((gn_action_state)from, (gn_action_state)to),
                             allowed[from][to] != '-');
        assert_false(gn_action_may_follow((gn_action_state)from, GN_ACTION_STATE_COUNT));
    }
    assert_string_equal(gn_action_state_name(GN_ACTION_ACKNOWLEDGED), "acknowledged");
    assert_string_equal(gn_action_state_name(GN_ACTION_STATE_COUNT), "none");
}

static void steps_may_be_left_out_but_never_taken_back(void **state)
{
    (void)state;
    const char *const id = started();
    feed_delivery(id, GN_DELIVERY_ACKNOWLEDGED);
    assert_string_equal(fixture_story(), "action acknowledged");
    feed_delivery(id, GN_DELIVERY_SENT);
    feed_delivery(id, GN_DELIVERY_ACKNOWLEDGED);
    assert_string_equal(fixture_story(), "");
    assert_int_equal(fixture.act->state->counters.deliveries_ignored, 2);
    feed_status(0, "stop", id, "failed");
    assert_string_equal(fixture_story(), "action failed, receipt failed");
    feed_status(0, "stop", id, "done");
    feed_delivery(id, GN_DELIVERY_SENT);
    feed_time(3600000);
    assert_string_equal(fixture_story(), "");
}

static void a_status_may_come_before_everything_else(void **state)
{
    (void)state;
    const char *const id = started();
    feed_status(0, "stop", id, "done");
    assert_string_equal(fixture_story(), "action done, receipt done");
    assert_string_equal(said("action", "sent"), "null");
}

static void an_action_expires_from_each_state(void **state)
{
    (void)state;
    for (int steps = 0; steps <= 2; steps++) {
        const char *const id = started();
        for (int step = 1; step <= steps; step++)
            feed_delivery(id, step);
        fixture_forget();
        feed_time(59999);
        assert_string_equal(fixture_story(), "");
        feed_time(1);
        assert_string_equal(fixture_story(), "action expired, receipt expired");
        feed_end(0);
    }
}

static void only_the_thing_itself_speaks_of_its_action(void **state)
{
    (void)state;
    const char *const id = started();
    feed_status(1, "stop", id, "done");      /* another Thing */
    feed_status(0, "slow-down", id, "done"); /* another action */
    feed_status(0, "stop", "x-1-1", "done"); /* another id */
    feed_status(0, "stop", "", "done");
    feed_status(0, "stop", id, "acknowledged");
    feed_status(0, "stop", id, "");
    assert_string_equal(fixture_story(), "");
    assert_int_equal(fixture.act->state->counters.statuses_ignored, 6);
    feed_status(0, "stop", id, "done");
    assert_string_equal(fixture_story(), "action done, receipt done");
}

static void payloads_that_are_no_status_are_ignored(void **state)
{
    (void)state;
    const char *const id = started();
    static const char *const rows[] = {
        "",
        "done",
        "null",
        "[]",
        "{}",
        "{\"state\":\"done\"}",
        "{\"id\":\"x-1-1\"}",
        "{\"id\":1,\"state\":\"done\"}",
        "{\"id\":",
        "{\"state\":\"done\"}}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        gn_act_on_status(fixture.act, ++fixture.seq, fixture.now_ms, 0, GN_STR("stop"), gn_str_of(rows[i]));
    assert_string_equal(fixture_story(), "");
    char payload[256];
    const int size =
        snprintf(payload, sizeof payload, "{\"extra\":{\"id\":[{}]},\"id\":\"%s\",\"state\":\"done\",\"n\":5}", id);
    gn_act_on_status(fixture.act, ++fixture.seq, fixture.now_ms, 0, GN_STR("stop"), (gn_str){ payload, (size_t)size });
    assert_string_equal(fixture_story(), "action done, receipt done");
}

static void deliveries_of_nothing_and_of_unknown_states_are_ignored(void **state)
{
    (void)state;
    const char *const id = started();
    feed_delivery("x-1-1", GN_DELIVERY_SENT);
    feed_delivery("", GN_DELIVERY_SENT);
    feed_delivery("d-1-1", GN_DELIVERY_SENT);
    feed_delivery(id, 0);
    feed_delivery(id, 3);
    feed_delivery(id, -1);
    assert_string_equal(fixture_story(), "");
    assert_int_equal(fixture.act->state->counters.deliveries_ignored, 6);
}

static void a_device_s_message_is_bounded_and_harmless(void **state)
{
    (void)state;
    const char *const id = started();
    static char payload[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(payload, sizeof payload);
    gn_buf_addf(&buf, "{\"id\":\"%s\",\"state\":\"failed\",\"message\":\"<script>\\u0000\\n", id);
    for (int i = 0; i < 500; i++)
        gn_buf_add_text(&buf, "m");
    gn_buf_add_text(&buf, "\"}");
    gn_act_on_status(fixture.act, ++fixture.seq, fixture.now_ms, 0, GN_STR("stop"), gn_buf_str(&buf));
    assert_string_equal(said("action", "message"), "<script>"); /* what follows a NUL is gone */
    assert_non_null(strstr(fixture_last("action")->json.at, "\\u003cscript\\u003e"));
}

static void what_is_still_queued_is_sent_again_and_nothing_else(void **state)
{
    (void)state;
    char id[48];
    (void)snprintf(id, sizeof id, "%s", started());
    assert_int_equal(fixture.sent_count, 1);
    gn_act_resend(fixture.act);
    assert_int_equal(fixture.sent_count, 2);
    assert_string_equal(fixture.sent[1].id, id);
    assert_string_equal(fixture.sent[1].payload, fixture.sent[0].payload);
    feed_delivery(id, GN_DELIVERY_SENT);
    gn_act_resend(fixture.act);
    assert_int_equal(fixture.sent_count, 2);
    assert_string_equal(fixture_story(), "action sent");
}

static void a_delivery_s_clock_that_lags_does_not_turn_time_back(void **state)
{
    (void)state;
    const char *const id = started();
    char now[32];
    gn_act_on_delivery(fixture.act, ++fixture.seq, 5, gn_str_of(id), GN_DELIVERY_SENT);
    (void)snprintf(now, sizeof now, "%lld", (long long)fixture.now_ms);
    assert_string_equal(said("action", "sent"), now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(an_action_goes_its_way_step_by_step),
        FIXTURE_CASE(every_pair_of_states_is_allowed_or_not),
        FIXTURE_CASE(steps_may_be_left_out_but_never_taken_back),
        FIXTURE_CASE(a_status_may_come_before_everything_else),
        FIXTURE_CASE(an_action_expires_from_each_state),
        FIXTURE_CASE(only_the_thing_itself_speaks_of_its_action),
        FIXTURE_CASE(payloads_that_are_no_status_are_ignored),
        FIXTURE_CASE(deliveries_of_nothing_and_of_unknown_states_are_ignored),
        FIXTURE_CASE(a_device_s_message_is_bounded_and_harmless),
        FIXTURE_CASE(what_is_still_queued_is_sent_again_and_nothing_else),
        FIXTURE_CASE(a_delivery_s_clock_that_lags_does_not_turn_time_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
