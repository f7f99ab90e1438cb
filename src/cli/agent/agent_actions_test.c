/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "cli/agent/agent_actions.h"

#define STOP(id) "{\"id\":\"" id "\",\"action\":\"stop\",\"input\":{\"target\":\"disturbance\"},\"expires\":2000}"

static struct gn_actions actions;
static struct gn_action_answer answer;

static gn_action_verdict take(const char *name, const char *payload, int64_t now_ms)
{
    return gn_actions_take(&actions, gn_str_of(name), gn_str_of(payload), now_ms, &answer);
}

static void an_action_is_done_once_and_answered_every_time(void **state)
{
    (void)state;
    actions = (struct gn_actions){ 0 };
    assert_int_equal(take("stop", STOP("x-1"), 1000), GN_ACTION_START);
    assert_string_equal(answer.id, "x-1");
    assert_int_equal(take("stop", STOP("x-1"), 1001), GN_ACTION_NOTHING); /* under way */
    gn_actions_finish(&actions, "x-1", true, "stopped", &answer);
    assert_true(answer.is_done);
    assert_string_equal(answer.message, "stopped");
    answer = (struct gn_action_answer){ 0 };
    assert_int_equal(take("stop", STOP("x-1"), 99999), GN_ACTION_ANSWER); /* also after it would have expired */
    assert_true(answer.is_done);
    assert_string_equal(answer.action, "stop");
    assert_int_equal(take("stop", STOP("x-2"), 1000), GN_ACTION_START);
}

static void what_cannot_be_done_is_answered_with_the_reason(void **state)
{
    (void)state;
    actions = (struct gn_actions){ 0 };
    static const struct {
        const char *name;
        const char *payload;
        int64_t now_ms;
        const char *message;
    } rows[] = {
        { "stop", STOP("a"), 2000, "the action had expired when it arrived" },
        { "start", STOP("b"), 1999, "this Thing has one action: stop" },
        { "stop", "{\"id\":\"c\",\"input\":{\"target\":\"disturbance\"}}", 1,
          "the action has no time at which it expires" },
        { "stop", "{\"id\":\"d\",\"input\":{\"target\":\"x\"},\"expires\":9}", 1,
          "the input of stop is {\"target\":\"disturbance\"}" },
        { "stop", "{\"id\":\"e\",\"input\":\"disturbance\",\"expires\":9}", 1,
          "the input of stop is {\"target\":\"disturbance\"}" },
        { "stop", "{\"id\":\"f\",\"expires\":9}", 1, "the input of stop is {\"target\":\"disturbance\"}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(take(rows[i].name, rows[i].payload, rows[i].now_ms), GN_ACTION_ANSWER);
        assert_false(answer.is_done);
        assert_string_equal(answer.message, rows[i].message);
    }
    /* The last moment counts. */
    assert_int_equal(take("stop", STOP("g"), 1999), GN_ACTION_START);
}

static void without_an_id_there_is_nobody_to_answer(void **state)
{
    (void)state;
    actions = (struct gn_actions){ 0 };
    static const char *const bad[] = {
        "", "{", "[]", "{\"action\":\"stop\"}", "{\"id\":null}", "{\"id\":\"\"}", "\xff"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(take("stop", bad[i], 1), GN_ACTION_NOTHING);
    char payload[512];
    (void)snprintf(payload, sizeof payload, "{\"id\":\"%0*d\"}", GN_ACTION_ID_BYTES, 7);
    assert_int_equal(take("stop", payload, 1), GN_ACTION_NOTHING);
}

static void old_answers_are_forgotten_the_oldest_first(void **state)
{
    (void)state;
    actions = (struct gn_actions){ 0 };
    for (int i = 0; i <= GN_ACTIONS_SEEN_MAX; i++) {
        char payload[256];
        (void)snprintf(payload, sizeof payload,
                       "{\"id\":\"x-%d\",\"input\":{\"target\":\"disturbance\"},\"expires\":2000}", i);
        assert_int_equal(take("stop", payload, 1000), GN_ACTION_START);
    }
    assert_int_equal(take("stop", STOP("x-1"), 1000), GN_ACTION_NOTHING);
    assert_int_equal(take("stop", STOP("x-0"), 1000), GN_ACTION_START); /* forgotten: done again */
    gn_actions_finish(&actions, "x-1", false, "late", &answer);         /* forgotten meanwhile: answered all the same */
    assert_string_equal(answer.id, "x-1");
    assert_string_equal(answer.action, "stop");
}

static void an_answer_is_json(void **state)
{
    (void)state;
    char json[512];
    const struct gn_action_answer one = { .id = "x\"1",
                                          .is_done = true,
                                          .message = "cpu disturbance stopped after 12.3 s" };
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    gn_actions_json(&one, &buf);
    assert_true(
        gn_str_equal(gn_buf_str(&buf), GN_STR("{\"id\":\"x\\\"1\",\"state\":\"done\",\"message\":\"cpu disturbance "
                                              "stopped after 12.3 s\"}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_is_done_once_and_answered_every_time),
        cmocka_unit_test(what_cannot_be_done_is_answered_with_the_reason),
        cmocka_unit_test(without_an_id_there_is_nobody_to_answer),
        cmocka_unit_test(old_answers_are_forgotten_the_oldest_first),
        cmocka_unit_test(an_answer_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
