/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"

#define YAML                                                                                                           \
    FIXTURE_THINGS                                                                                                     \
    "rules:\n"                                                                                                         \
    "  - { name: look, when: { thing: '*', finding: sensor }, do: { thing: press-7, action: stop }, autonomy: "        \
    "observe }\n"                                                                                                      \
    "  - { name: ask, when: { thing: press-7, finding: anomaly, for: 1s }, do: { action: stop }, expires: 30s }\n"     \
    "  - { name: slow, when: { thing: press-7, property: pressure, above: 3, for: 2s }, do: { action: slow-down, "     \
    "arguments: { level: 20 } }, autonomy: act, at_most: 2 per 1m }\n"                                                 \
    "  - { name: cold, when: { thing: '*', property: temperature, below: 0 }, do: { thing: press-8, action: stop }, "  \
    "autonomy: ask }\n"

/* A whole loop as in the header's picture: finding, alarm, decision, approval, action, receipt, all over. */
static void the_whole_loop_is_told_in_order(void **state)
{
    (void)state;
    fixture_use(YAML);
    feed_start(0);
    feed_time(1000);
    feed_answer(fixture_last_id("decision"), "approve", "eve");
    char action[48];
    (void)snprintf(action, sizeof action, "%s", fixture_last_id("action"));
    feed_delivery(action, GN_DELIVERY_SENT);
    feed_delivery(action, GN_DELIVERY_ACKNOWLEDGED);
    feed_status(0, "stop", action, "done");
    feed_time(3000);
    feed_end(0);
    assert_string_equal(fixture_story(),
                        "finding open, alarm open, decision pending, decision approved, action queued, "
                        "action sent, action acknowledged, action done, receipt done, finding over, "
                        "alarm cleared");
}

static void time_never_goes_back(void **state)
{
    (void)state;
    fixture_use(YAML);
    feed_start(0);
    feed_time(1000);
    fixture_forget();
    gn_act_on_tick(fixture.act, ++fixture.seq, fixture.now_ms - 500);
    gn_act_on_tick(fixture.act, ++fixture.seq, INT64_MIN);
    gn_act_on_tick(fixture.act, ++fixture.seq, 0);
    assert_true(fixture.act->state->now_ms == fixture.now_ms);
    assert_string_equal(fixture_story(), "");
    gn_act_on_tick(fixture.act, ++fixture.seq, INT64_MAX); /* everything that can expire does, and nothing breaks */
    assert_string_equal(fixture_story(), "decision expired, receipt expired");
}

static void records_without_a_number_change_nothing(void **state)
{
    (void)state;
    fixture_use(YAML);
    struct gn_act_state *const before = gn_mem_take(sizeof *before, "test");
    memcpy(before, fixture.act->state, sizeof *before);
    gn_act_on_tick(fixture.act, 0, fixture.now_ms + 1000);
    gn_act_on_reading(fixture.act, 1, 0, fixture.now_ms, 9.0);
    gn_act_on_answer(fixture.act, 0, fixture.now_ms, GN_STR("{}"));
    gn_act_on_delivery(fixture.act, 0, fixture.now_ms, GN_STR("x-1-1"), 1);
    gn_act_on_status(fixture.act, 0, fixture.now_ms, 0, GN_STR("stop"), GN_STR("{}"));
    assert_memory_equal(before, fixture.act->state, sizeof *before);
    gn_mem_give(before);
}

static void without_memory_there_is_no_act(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 2; n++) {
        struct gn_act *act = NULL;
        gn_mem_fail_after(n);
        assert_int_equal(gn_act_new(&fixture.registry, (struct gn_act_host){ 0 }, &act), GN_ERR_FULL);
        assert_null(act);
    }
    gn_mem_fail_after(0);
    gn_act_free(NULL);
}

static void nothing_is_allocated_while_it_runs(void **state)
{
    (void)state;
    fixture_use(YAML);
    gn_mem_fail_after(1); /* the next take would fail, and with it the loop below */
    feed_start(0);
    feed_time(1000);
    feed_answer(fixture_last_id("decision"), "approve", "eve");
    feed_status(0, "stop", fixture_last_id("action"), "done");
    feed_end(0);
    assert_string_equal(said("receipt", "result"), "done");
    void *const block = gn_mem_take(1, "test"); /* the armed failure is still there */
    assert_null(block);
    gn_mem_fail_after(0);
}

/* --- the same records give the same words --- */

static uint32_t plant_seed;

static uint32_t plant_random(uint32_t below)
{
    plant_seed = plant_seed * 1664525u + 1013904223u;
    return (plant_seed >> 8) % below;
}

static void plant_answer(void)
{
    for (size_t i = fixture.said_count; i > 0; i--) {
        const struct fixture_said *const one = &fixture.said[i - 1];
        if (strcmp(one->kind, "decision") != 0 || plant_random(3) == 0)
            continue;
        feed_answer(one->id, plant_random(3) == 0 ? "reject" : "approve", "eve");
        return;
    }
}

static void plant_deliver(void)
{
    if (fixture.sent_count == 0)
        return;
    const struct fixture_sent *const sent =
        &fixture.sent[fixture.sent_count - 1 - plant_random(2) % fixture.sent_count];
    if (plant_random(2) == 0)
        feed_delivery(sent->id, 1 + (int)plant_random(2));
    else
        feed_status(sent->thing, sent->action, sent->id, plant_random(4) == 0 ? "failed" : "done");
}

/* One random record. */
static void plant_step(void)
{
    static const char *const faults[] = { NULL, NULL, NULL, "stuck", "silent", "range" };
    switch (plant_random(8)) {
    case 0:
    case 1: {
        struct gn_act_finding in = fixture_finding(plant_random(5), 1 + (int)plant_random(3));
        in.fault = faults[plant_random(6)];
        in.evidence = 1.0 + plant_random(40);
        in.score = 1.0 + plant_random(10);
        in.p_value = 1.0 / (1 + plant_random(5000));
        in.value = plant_random(2000) / 7.0;
        gn_act_on_finding(fixture.act, &in);
        break;
    }
    case 2:
    case 3:
        feed_reading(plant_random(5), plant_random(800) / 100.0 - 2.0);
        break;
    case 4:
        plant_answer();
        break;
    case 5:
        plant_deliver();
        break;
    case 6:
        feed_time(100 * plant_random(40));
        break;
    default:
        feed_time(100);
        break;
    }
}

/* Replaces act by a new one that gets its state, as a restart does. */
static void plant_restart(void)
{
    struct gn_act *const next = fixture_act();
    gn_act_use(next, fixture.solution);
    assert_int_equal(gn_act_restore(next, gn_act_state(fixture.act)), GN_OK);
    gn_act_free(fixture.act);
    fixture.act = next;
}

struct plant_result {
    struct gn_sha256 chain;
    struct gn_sha256 state;
    size_t said_count;
    size_t sent_count;
};

static struct plant_result plant_run(uint32_t seed, int restart_every)
{
    void *none = NULL;
    struct plant_result result = { .said_count = 0 };
    assert_int_equal(fixture_up(&none), 0);
    fixture_use(YAML);
    plant_seed = seed;
    for (int i = 0; i < 2500; i++) {
        plant_step();
        if (restart_every > 0 && i % restart_every == restart_every - 1)
            plant_restart();
        if (i == 1200)
            fixture_use(FIXTURE_THINGS); /* rules go ... */
        if (i == 1300)
            fixture_use(YAML); /* ... and come back */
        assert_true(i % 50 != 0 || gn_act_state_sane(fixture.act->state));
    }
    for (size_t i = 0; i < fixture.said_count; i++)
        result.chain = gn_sha256_chain(
            result.chain, (gn_bytes){ (const uint8_t *)fixture.said[i].json.at, fixture.said[i].json.size });
    result.state = gn_sha256_of(gn_act_state(fixture.act));
    result.said_count = fixture.said_count;
    result.sent_count = fixture.sent_count;
    assert_int_equal(fixture_down(&none), 0);
    return result;
}

static void the_same_records_give_the_same_words_and_the_same_state(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 12; seed++) {
        const struct plant_result a = plant_run(seed, 0);
        const struct plant_result b = plant_run(seed, 0);
        assert_true(a.said_count > 500 && a.sent_count > 5);
        assert_int_equal(a.said_count, b.said_count);
        assert_memory_equal(&a.chain, &b.chain, sizeof a.chain);
        assert_memory_equal(&a.state, &b.state, sizeof a.state);
    }
}

static void restarts_in_between_change_not_a_byte(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 6; seed++) {
        const struct plant_result whole = plant_run(seed, 0);
        const struct plant_result parted = plant_run(seed, 97);
        assert_int_equal(whole.said_count, parted.said_count);
        assert_memory_equal(&whole.chain, &parted.chain, sizeof whole.chain);
        assert_memory_equal(&whole.state, &parted.state, sizeof whole.state);
    }
}

static void every_decision_that_was_said_ends_in_one_receipt(void **state)
{
    (void)state;
    static char ids[FIXTURE_SAID_MAX][48];
    void *none = NULL;
    for (uint32_t seed = 20; seed < 24; seed++) {
        assert_int_equal(fixture_up(&none), 0);
        fixture_use(YAML);
        plant_seed = seed;
        for (int i = 0; i < 2000; i++)
            plant_step();
        gn_act_use(fixture.act, NULL);
        feed_time(3600000); /* everything that is open expires */
        size_t count = 0;
        for (size_t i = 0; i < fixture.said_count; i++) {
            if (strcmp(fixture.said[i].kind, "receipt") != 0)
                continue;
            (void)snprintf(ids[count++], sizeof ids[0], "%s", fixture_member(fixture.said[i].json, "decision"));
        }
        assert_true(count > 10);
        for (size_t i = 0; i < fixture.said_count; i++) {
            size_t receipts = 0;
            for (size_t k = 0; strcmp(fixture.said[i].kind, "decision") == 0 && k < count; k++)
                receipts += strcmp(ids[k], fixture.said[i].id) == 0;
            assert_int_equal(receipts, strcmp(fixture.said[i].kind, "decision") == 0 ? 1 : 0);
        }
        assert_int_equal(fixture_down(&none), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_CASE(the_whole_loop_is_told_in_order),
        FIXTURE_CASE(time_never_goes_back),
        FIXTURE_CASE(records_without_a_number_change_nothing),
        FIXTURE_CASE(without_memory_there_is_no_act),
        FIXTURE_CASE(nothing_is_allocated_while_it_runs),
        cmocka_unit_test(the_same_records_give_the_same_words_and_the_same_state),
        cmocka_unit_test(restarts_in_between_change_not_a_byte),
        cmocka_unit_test(every_decision_that_was_said_ends_in_one_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
