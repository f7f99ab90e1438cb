/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"
#include "act/decision.h"
#include "act/words.h"

#define RULE(do, rest)                                                                                                 \
    FIXTURE_THINGS "rules:\n  - name: cool\n    when: { thing: press-7, finding: anomaly }\n    do: " do "\n" rest
#define SLOW "{ action: slow-down, arguments: { level: 20 } }"

static void observed_and_advised_ones_end_at_once(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, "    autonomy: observe\n"));
    feed_start(0);
    assert_string_equal(fixture_story(), "finding open, alarm open, decision observed, receipt observed");
    assert_string_equal(said("decision", "person"), "null");
    assert_string_equal(said("decision", "expires"), "null");
    feed_end(0);
    fixture_use(RULE(SLOW, "    autonomy: advise\n"));
    fixture_forget();
    feed_start(0);
    assert_string_equal(fixture_story(), "finding open, alarm open, decision advised, receipt advised");
    assert_int_equal(fixture.sent_count, 0);
}

static void nothing_is_sent_to_a_thing_that_is_not_adopted(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, "    autonomy: act\n"));
    fixture.registry.things[0].state = GN_THING_DISCOVERED;
    feed_start(0);
    assert_int_equal(fixture.sent_count, 0);
    assert_string_equal(said("decision", "state"), "refused");
    assert_string_equal(said("decision", "refusal"), "the Thing 'press-7' is not adopted");
    fixture.registry.things[0].state = GN_THING_ADOPTED;
}

static void a_decision_says_everything(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    const struct gn_sha256 digest = fixture.solution->rules[0].digest;
    char hex[2 * GN_SHA256_BYTES + 1], expected[4096];
    gn_hex((gn_bytes){ digest.bytes, sizeof digest.bytes }, hex);
    (void)snprintf(
        expected, sizeof expected,
        "{\"id\":\"d-%llu-3\",\"state\":\"pending\",\"rule\":\"cool\",\"rule_digest\":\"%s\",\"autonomy\":\"ask\","
        "\"thing\":\"press-7\",\"property\":\"temperature\",\"finding\":\"f-%llu-1\",\"alarm\":\"a-%llu-2\","
        "\"condition\":\"holds\",\"seq\":%llu,\"time\":%lld,\"expires\":%lld,"
        "\"action\":{\"thing\":\"press-7\",\"name\":\"slow-down\",\"input\":{\"level\":20}},"
        "\"person\":null,\"reason\":\"\",\"answered\":null,\"action_id\":null,\"refusal\":null,"
        "\"why\":\"'slow-down' of press-7, because temperature is 97.2 \302\260C, usually 3 to 14 \302\260C "
        "(4.1 spreads above). About 1 usual stretch in 3 200 looks like this. Compared with 1 200 readings of "
        "4 minutes.\"}",
        (unsigned long long)fixture.seq, hex, (unsigned long long)fixture.seq, (unsigned long long)fixture.seq,
        (unsigned long long)fixture.seq, (long long)fixture.now_ms, (long long)fixture.now_ms + 600000);
    const struct fixture_said *const decision = fixture_last("decision");
    assert_int_equal(decision->json.size, strlen(expected));
    assert_memory_equal(decision->json.at, expected, strlen(expected));
    assert_int_equal(decision->thing, 0);
    assert_true(gn_words_count(gn_str_of(said("decision", "why"))) <= 60);
}

static void an_approved_one_is_queued_and_sent(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    feed_time(5000);
    fixture_forget();
    feed_answer(fixture_last_id("decision"), "approve", "eve");
    assert_string_equal(fixture_story(), "decision approved, action queued");
    assert_string_equal(said("decision", "person"), "eve");
    assert_string_equal(said("decision", "reason"), "as said");
    assert_string_equal(said("decision", "action_id"), fixture_last_id("action"));
    assert_int_equal(fixture.sent_count, 1);
    char expected[256];
    (void)snprintf(expected, sizeof expected,
                   "{\"id\":\"%s\",\"action\":\"slow-down\",\"input\":{\"level\":20},\"expires\":%lld}",
                   fixture_last_id("action"), (long long)fixture.now_ms + 30000);
    assert_string_equal(fixture.sent[0].payload, expected);
    assert_string_equal(fixture.sent[0].action, "slow-down");
    assert_int_equal(fixture.sent[0].thing, 0);
    assert_true(fixture.sent[0].expires_ms == fixture.now_ms + 30000);
}

static void a_rejected_one_sends_nothing(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    fixture_forget();
    feed_answer(fixture_last_id("decision"), "reject", "eve");
    assert_string_equal(fixture_story(), "decision rejected, receipt rejected");
    assert_string_equal(said("receipt", "person"), "eve");
    assert_int_equal(fixture.sent_count, 0);
}

static void what_nobody_answers_expires(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, "    expires: 1m\n"));
    feed_start(0);
    const char *const id = fixture_last_id("decision");
    fixture_forget();
    feed_time(59999);
    assert_string_equal(fixture_story(), "");
    feed_time(1);
    assert_string_equal(fixture_story(), "decision expired, receipt expired");
    feed_answer(id, "approve", "late");
    assert_string_equal(fixture_story(), "");
    assert_int_equal(fixture.act->state->counters.answers_ignored, 1);
}

static void an_answer_at_the_last_moment_counts_and_one_after_it_does_not(void **state)
{
    (void)state;
    for (int64_t late = 0; late <= 1; late++) {
        fixture_use(RULE(SLOW, "    expires: 1m\n"));
        feed_start(0);
        fixture_forget();
        char json[128];
        const int size = snprintf(json, sizeof json, "{\"decision\":\"%s\",\"verdict\":\"reject\",\"person\":\"eve\"}",
                                  fixture_last_id("decision"));
        /* No tick in between: the answer's own time tells. */
        gn_act_on_answer(fixture.act, ++fixture.seq, fixture.now_ms + 59999 + late, (gn_str){ json, (size_t)size });
        assert_string_equal(fixture_story(), late == 0 ? "decision rejected, receipt rejected" : "");
        feed_time(60000);
        feed_end(0);
    }
}

static void an_answers_clock_that_lags_does_not_turn_time_back(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    feed_time(5000);
    char json[128], now[32];
    const int size = snprintf(json, sizeof json, "{\"decision\":\"%s\",\"verdict\":\"reject\",\"person\":\"eve\"}",
                              fixture_last_id("decision"));
    gn_act_on_answer(fixture.act, ++fixture.seq, 12345, (gn_str){ json, (size_t)size });
    (void)snprintf(now, sizeof now, "%lld", (long long)fixture.now_ms);
    assert_string_equal(said("decision", "answered"), now);
}

static void an_autonomous_one_is_approved_by_its_rule(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, "    autonomy: act\n"));
    feed_start(0);
    assert_string_equal(fixture_story(), "finding open, alarm open, decision approved, action queued");
    assert_string_equal(said("decision", "person"), "rule cool");
    assert_int_equal(fixture.sent_count, 1);
}

static void answers_to_nothing_and_nonsense_are_counted_and_ignored(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    const char *const id = fixture_last_id("decision");
    char good[128];
    (void)snprintf(good, sizeof good, "{\"decision\":\"%s\",\"verdict\":\"maybe\",\"person\":\"eve\"}", id);
    const char *const rows[] = {
        "",
        "null",
        "{}",
        "{\"decision\":\"d-1-1\",\"verdict\":\"approve\",\"person\":\"eve\"}",
        "{\"decision\":\"x-1-1\",\"verdict\":\"approve\",\"person\":\"eve\"}",
        "{\"decision\":\"d-01-1\",\"verdict\":\"approve\",\"person\":\"eve\"}",
        "{\"decision\":5,\"verdict\":\"approve\",\"person\":\"eve\"}",
        "{\"verdict\":\"approve\",\"person\":\"eve\"}",
        "{\"decision\":[[[[\"d-1-1\"]]],\"verdict\":\"approve\"",
        good,
    };
    fixture_forget();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        gn_act_on_answer(fixture.act, ++fixture.seq, fixture.now_ms, gn_str_of(rows[i]));
    feed_answer(id, "approve", ""); /* nobody */
    assert_string_equal(fixture_story(), "");
    assert_int_equal(fixture.act->state->counters.answers_ignored, sizeof rows / sizeof rows[0] + 1);
    /* More members than ours do not disturb. */
    char more[256];
    (void)snprintf(more, sizeof more,
                   "{\"x\":{\"decision\":[1]},\"decision\":\"%s\",\"verdict\":\"approve\",\"person\":\"eve\",\"n\":1}",
                   id);
    gn_act_on_answer(fixture.act, ++fixture.seq, fixture.now_ms, gn_str_of(more));
    assert_string_equal(fixture_story(), "decision approved, action queued");
}

static void a_second_answer_changes_nothing(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    const char *const id = fixture_last_id("decision");
    feed_answer(id, "approve", "eve");
    fixture_forget();
    feed_answer(id, "reject", "adam");
    feed_answer(id, "approve", "adam");
    assert_string_equal(fixture_story(), "");
    assert_int_equal(fixture.sent_count, 1);
    assert_int_equal(fixture.act->state->counters.answers_ignored, 2);
}

static void a_condition_that_is_over_is_marked_and_the_answer_still_counts(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    fixture_forget();
    feed_end(0);
    assert_string_equal(fixture_story(), "finding over, alarm cleared, decision pending");
    assert_string_equal(said("decision", "condition"), "over");
    feed_answer(fixture_last_id("decision"), "approve", "eve");
    assert_string_equal(fixture_story(), "decision approved, action queued");
}

static void a_reading_that_is_back_marks_its_decision_once(void **state)
{
    (void)state;
    fixture_use(
        FIXTURE_THINGS
        "rules:\n  - name: r\n    when: { thing: press-7, property: pressure, above: 3 }\n    do: { action: stop }\n");
    feed_reading(1, 4.0);
    fixture_forget();
    feed_reading(1, 2.0);
    assert_string_equal(fixture_story(), "decision pending");
    assert_string_equal(said("decision", "condition"), "over");
    feed_reading(1, 4.0);
    feed_reading(1, 2.0);
    assert_string_equal(fixture_story(), "");
}

static void the_action_may_be_of_another_thing(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: press-8, action: stop }", "    autonomy: act\n"));
    feed_start(0);
    assert_int_equal(fixture.sent_count, 1);
    assert_int_equal(fixture.sent[0].thing, 1);
    assert_string_equal(said("decision", "thing"), "press-7");
    assert_string_equal(said("action", "thing"), "press-8");
    assert_int_equal(fixture_last("action")->thing, 1);
}

static void a_thing_that_is_not_there_yet_is_refused(void **state)
{
    (void)state;
    fixture_use(RULE("{ thing: ghost, action: stop }", ""));
    feed_start(0);
    assert_string_equal(fixture_story(), "finding open, alarm open, decision refused, receipt refused");
    assert_string_equal(said("decision", "refusal"), "there is no Thing 'ghost' yet");
    assert_string_equal(said("receipt", "refusal"), "there is no Thing 'ghost' yet");
}

static void an_envelope_that_became_tighter_refuses_the_approval(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    const char *const id = fixture_last_id("decision");
    fixture_use("things:\n  - thing: press-7\n    actions:\n      - name: slow-down\n"
                "        arguments: [ { name: level, unit: '%', range: [0, 19.5] } ]\n");
    fixture_forget();
    feed_answer(id, "approve", "eve");
    assert_string_equal(fixture_story(), "decision refused, receipt refused");
    assert_string_equal(said("decision", "refusal"), "'level' must be 0 to 19.5 %; this is 20");
    assert_string_equal(said("decision", "person"), "eve");
    assert_int_equal(fixture.sent_count, 0);
}

static void without_a_declaration_an_approval_is_refused(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    fixture_use(NULL);
    feed_answer(fixture_last_id("decision"), "approve", "eve");
    assert_string_equal(said("decision", "refusal"), "no solution declares this action, so it has no envelope");
    assert_int_equal(fixture.sent_count, 0);
}

static void the_rate_limit_of_an_action_counts_across_rules(void **state)
{
    (void)state;
    fixture_use(FIXTURE_THINGS
                "rules:\n"
                "  - { name: a, when: { thing: press-7, finding: anomaly }, do: " SLOW ", autonomy: act }\n"
                "  - { name: b, when: { thing: press-7, finding: anomaly }, do: " SLOW ", autonomy: act }\n");
    for (int i = 0; i < 4; i++) {
        feed_start(0);
        for (size_t k = 0; k < 2 && fixture.sent_count > 2 * (size_t)i + k; k++)
            feed_status(0, "slow-down", fixture.sent[2 * (size_t)i + k].id, "done");
        feed_end(0);
    }
    assert_int_equal(fixture.sent_count, 3);
    assert_string_equal(said("decision", "state"), "refused");
    assert_string_equal(said("decision", "refusal"), "the action 'slow-down' is limited to 3 per 60 s");
    feed_time(60000);
    feed_start(0);
    assert_int_equal(fixture.sent_count, 5);
}

static void the_rate_limit_counts_at_the_approval_too(void **state)
{
    (void)state;
    fixture_use("things:\n  - thing: press-7\n    actions: [ { name: stop, at_most: 1 per 1h } ]\n"
                "rules:\n"
                "  - { name: a, when: { thing: press-7, finding: anomaly }, do: { action: stop } }\n"
                "  - { name: b, when: { thing: press-7, finding: anomaly }, do: { action: stop } }\n");
    feed_start(0);
    assert_int_equal(fixture_count("decision"), 2);
    char first[48], second[48];
    (void)snprintf(second, sizeof second, "%s", fixture_last_id("decision"));
    (void)snprintf(first, sizeof first, "%s", fixture.said[fixture.said_count - 2].id);
    feed_answer(first, "approve", "eve");
    feed_answer(second, "approve", "eve");
    assert_int_equal(fixture.sent_count, 1);
    assert_string_equal(said("decision", "refusal"), "the action 'stop' is limited to 1 per 60 minutes");
}

static void no_rule_and_no_approval_gets_out_of_the_envelope(void **state)
{
    (void)state;
    /* Random levels in rules, random envelopes afterwards, random answers: whatever is sent is inside. */
    uint32_t seed = 7;
    size_t sent_before = 0;
    size_t refused = 0;
    for (int round = 0; round < 400; round++) {
        char yaml[2048];
        seed = seed * 1664525u + 1013904223u;
        const unsigned level = seed >> 24, high = 1 + (seed >> 16 & 255), narrow = 1 + (seed >> 8 & 255);
        static const char *const fmt =
            "things:\n  - thing: press-7\n    actions:\n      - name: slow-down\n        at_most: 2 per 1m\n"
            "        arguments: [ { name: level, range: [0, %u] } ]\n%s";
        char rule[256];
        (void)snprintf(rule, sizeof rule,
                       "rules:\n  - name: r\n    when: { thing: press-7, finding: anomaly }\n"
                       "    do: { action: slow-down, arguments: { level: %u } }\n    autonomy: %s\n",
                       level, (seed & 3) == 0 ? "act" : "ask");
        struct gn_solution *solution = NULL;
        static uint8_t bytes[4096];
        struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
        (void)snprintf(yaml, sizeof yaml, fmt, high, rule);
        gn_solution_bundle_add(&bundle, GN_STR("a"), gn_str_of(yaml));
        const gn_err err = gn_solution_parse(gn_buf_str(&bundle), &solution, NULL);
        assert_int_equal(err, level <= high ? GN_OK : GN_ERR_INVAL);
        gn_solution_free(solution);
        if (err)
            continue;
        fixture.said_count = fixture.text_size = 0;
        fixture_use(yaml);
        feed_time(1 + (int64_t)(seed >> 20));
        feed_start(0);
        char id[48];
        (void)snprintf(id, sizeof id, "%s", fixture_last_id("decision"));
        (void)snprintf(yaml, sizeof yaml, fmt, narrow, "");
        if ((seed & 3) != 0)
            fixture_use(yaml);
        const unsigned limit = (seed & 3) != 0 ? narrow : high;
        feed_answer(id, "approve", "eve");
        refused += strcmp(said("decision", "state"), "refused") == 0;
        for (; sent_before < fixture.sent_count; sent_before++) {
            unsigned sent_level = 9999;
            const char *const at = strstr(fixture.sent[sent_before].payload, "\"level\":");
            assert_int_equal(sscanf(at, "\"level\":%u", &sent_level), 1);
            assert_true(sent_level <= limit);
            assert_true(sent_before < 2 ||
                        fixture.sent[sent_before].expires_ms - fixture.sent[sent_before - 2].expires_ms >= 60000);
            feed_status(0, "slow-down", fixture.sent[sent_before].id, "done");
        }
        feed_end(0);
    }
    assert_true(sent_before > 5);
    assert_true(refused > 20);
}

static void long_reasons_and_names_are_cut_at_characters(void **state)
{
    (void)state;
    fixture_use(RULE(SLOW, ""));
    feed_start(0);
    static char json[2048];
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    gn_buf_addf(&buf, "{\"decision\":\"%s\",\"verdict\":\"reject\",\"person\":\"", fixture_last_id("decision"));
    for (int i = 0; i < 100; i++)
        gn_buf_add_text(&buf, "\303\274");
    gn_buf_add_text(&buf, "\",\"reason\":\"x");
    for (int i = 0; i < 300; i++)
        gn_buf_add_text(&buf, "\303\274");
    gn_buf_add_text(&buf, "\"}");
    gn_act_on_answer(fixture.act, ++fixture.seq, fixture.now_ms, gn_buf_str(&buf));
    const char *const reason = said("decision", "reason");
    assert_int_equal(strlen(reason), GN_REASON_BYTES_MAX - 1);
    assert_true(gn_utf8_valid(gn_str_of(reason)));
    assert_true(gn_utf8_valid(gn_str_of(said("decision", "person"))));
    assert_true(strlen(said("decision", "person")) < GN_ACT_PERSON_BYTES);
}

static void beyond_the_table_a_rule_waits_for_room(void **state)
{
    (void)state;
    fixture_use("things:\n  - thing: '*'\n    actions: [ { name: stop } ]\n"
                "rules:\n  - { name: r, when: { thing: '*', finding: anomaly }, do: { action: stop } }\n");
    for (uint32_t i = 0; i <= GN_DECISIONS_OPEN_MAX; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "t%u", i);
        fixture_add_thing(3 + i, id);
        fixture_add_series(5 + i, 3 + i, "p");
        feed_start(5 + i);
    }
    assert_int_equal(fixture_count("decision"), GN_DECISIONS_OPEN_MAX);
    assert_true(fixture.act->state->counters.decisions_dropped > 0);
    feed_answer(fixture_last_id("decision"), "reject", "eve");
    fixture_forget();
    feed_time(100);
    assert_string_equal(fixture_story(), "decision pending");
    assert_string_equal(said("decision", "thing"), "t256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(nothing_is_sent_to_a_thing_that_is_not_adopted),
        FIXTURE_CASE(observed_and_advised_ones_end_at_once),
        FIXTURE_CASE(a_decision_says_everything),
        FIXTURE_CASE(an_approved_one_is_queued_and_sent),
        FIXTURE_CASE(a_rejected_one_sends_nothing),
        FIXTURE_CASE(what_nobody_answers_expires),
        FIXTURE_CASE(an_answer_at_the_last_moment_counts_and_one_after_it_does_not),
        FIXTURE_CASE(an_answers_clock_that_lags_does_not_turn_time_back),
        FIXTURE_CASE(an_autonomous_one_is_approved_by_its_rule),
        FIXTURE_CASE(answers_to_nothing_and_nonsense_are_counted_and_ignored),
        FIXTURE_CASE(a_second_answer_changes_nothing),
        FIXTURE_CASE(a_condition_that_is_over_is_marked_and_the_answer_still_counts),
        FIXTURE_CASE(a_reading_that_is_back_marks_its_decision_once),
        FIXTURE_CASE(the_action_may_be_of_another_thing),
        FIXTURE_CASE(a_thing_that_is_not_there_yet_is_refused),
        FIXTURE_CASE(an_envelope_that_became_tighter_refuses_the_approval),
        FIXTURE_CASE(without_a_declaration_an_approval_is_refused),
        FIXTURE_CASE(the_rate_limit_of_an_action_counts_across_rules),
        FIXTURE_CASE(the_rate_limit_counts_at_the_approval_too),
        FIXTURE_CASE(no_rule_and_no_approval_gets_out_of_the_envelope),
        FIXTURE_CASE(long_reasons_and_names_are_cut_at_characters),
        FIXTURE_CASE(beyond_the_table_a_rule_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
