/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"
#include "act/receipt.h"

#define ASK                                                                                                            \
    FIXTURE_THINGS "rules:\n  - name: cool\n    when: { thing: press-7, finding: anomaly }\n"                          \
                   "    do: { action: slow-down, arguments: { level: 20 } }\n"

static void a_receipt_names_all_that_led_to_the_result(void **state)
{
    (void)state;
    fixture_use(ASK);
    feed_start(0);
    const unsigned long long seq = fixture.seq;
    const long long start = fixture.now_ms;
    feed_time(1000);
    feed_answer(fixture_last_id("decision"), "approve", "eve");
    const unsigned long long answer = fixture.seq;
    char action[48], hex[2 * GN_SHA256_BYTES + 1];
    (void)snprintf(action, sizeof action, "%s", fixture_last_id("action"));
    feed_time(1000);
    feed_delivery(action, GN_DELIVERY_SENT);
    feed_time(1000);
    feed_delivery(action, GN_DELIVERY_ACKNOWLEDGED);
    feed_time(1000);
    feed_status(0, "slow-down", action, "done");
    gn_hex((gn_bytes){ fixture.solution->rules[0].digest.bytes, GN_SHA256_BYTES }, hex);
    char expected[4096];
    (void)snprintf(
        expected, sizeof expected,
        "{\"id\":\"r-%llu-1\",\"decision\":\"d-%llu-3\",\"action\":\"x-%llu-1\",\"rule\":\"cool\",\"rule_digest\":\"%"
        "s\","
        "\"autonomy\":\"ask\",\"finding\":\"f-%llu-1\",\"alarm\":\"a-%llu-2\",\"thing\":\"press-7\","
        "\"property\":\"temperature\",\"readings\":{\"seq\":%llu,\"from\":%lld,\"to\":%lld,\"count\":1200},"
        "\"model\":{\"kind\":\"baseline\",\"version\":3,"
        "\"state\":\"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\"},"
        "\"asked\":{\"thing\":\"press-7\",\"name\":\"slow-down\",\"input\":{\"level\":20}},\"person\":\"eve\","
        "\"verdict\":\"approve\",\"reason\":\"as said\",\"refusal\":null,\"result\":\"done\",\"message\":\"well\","
        "\"time\":%lld,\"fired\":%lld,\"answered\":%lld,\"queued\":%lld,\"sent\":%lld,\"acknowledged\":%lld,\"ended\":%"
        "lld,"
        "\"why\":\"",
        (unsigned long long)fixture.seq, seq, answer, hex, seq, seq, seq, start - 254000, start - 14000, start + 4000,
        start, start + 1000, start + 1000, start + 2000, start + 3000, start + 4000);
    const struct fixture_said *const receipt = fixture_last("receipt");
    assert_true(receipt->json.size > strlen(expected));
    assert_memory_equal(receipt->json.at, expected, strlen(expected));
    assert_string_equal(receipt->state, "done");
}

static void each_end_has_its_result(void **state)
{
    (void)state;
    static const struct {
        const char *autonomy, *verdict, *status, *result, *decided;
    } rows[] = {
        { "observe", NULL, NULL, "observed", "null" },       { "advise", NULL, NULL, "advised", "null" },
        { "ask", "reject", NULL, "rejected", "reject" },     { "ask", NULL, NULL, "expired", "null" },
        { "ask", "approve", "failed", "failed", "approve" }, { "ask", "approve", NULL, "expired", "approve" },
        { "act", NULL, "done", "done", "approve" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char yaml[4096];
        struct gn_buf buf = gn_buf_over(yaml, sizeof yaml - 1);
        gn_buf_add_text(&buf, ASK "    autonomy: ");
        gn_buf_add_text(&buf, rows[i].autonomy);
        yaml[buf.size] = '\0';
        fixture_use(yaml);
        feed_start(0);
        if (rows[i].verdict != NULL)
            feed_answer(fixture_last_id("decision"), rows[i].verdict, "eve");
        if (rows[i].status != NULL)
            feed_status(0, "slow-down", fixture_last_id("action"), rows[i].status);
        feed_time(600000);
        feed_end(0);
        assert_int_equal(fixture_count("receipt"), i + 1); /* one for each, never two */
        assert_string_equal(said("receipt", "result"), rows[i].result);
        assert_string_equal(said("receipt", "verdict"), rows[i].decided);
        assert_string_equal(fixture_last("receipt")->state, rows[i].result);
    }
}

static void a_rule_on_readings_has_a_receipt_without_a_model(void **state)
{
    (void)state;
    fixture_use(FIXTURE_THINGS "rules:\n  - name: r\n    when: { thing: press-7, property: pressure, above: 3 }\n"
                               "    do: { action: stop }\n    autonomy: observe\n");
    feed_reading(1, 3.5);
    assert_string_equal(said("receipt", "model"), "null");
    assert_string_equal(said("receipt", "finding"), "null");
    assert_string_equal(said("receipt", "property"), "pressure");
    char readings[96];
    (void)snprintf(readings, sizeof readings, "\"readings\":{\"seq\":%llu,\"from\":%lld,\"to\":%lld,\"count\":0}",
                   (unsigned long long)fixture.seq, (long long)fixture.now_ms, (long long)fixture.now_ms);
    assert_non_null(strstr(fixture_last("receipt")->json.at, readings));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(a_receipt_names_all_that_led_to_the_result),
        FIXTURE_CASE(each_end_has_its_result),
        FIXTURE_CASE(a_rule_on_readings_has_a_receipt_without_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
