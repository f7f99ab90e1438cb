/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"

#define YAML                                                                                                           \
    FIXTURE_THINGS "rules:\n"                                                                                          \
                   "  - { name: a, when: { thing: press-7, finding: anomaly }, do: { action: stop } }\n"               \
                   "  - { name: b, when: { thing: press-7, finding: anomaly }, do: { action: slow-down, arguments: { " \
                   "level: 5 } }, autonomy: act }\n"                                                                   \
                   "  - { name: c, when: { thing: press-7, property: pressure, above: 3 }, do: { action: stop } }\n"

static struct gn_act_state *copy;

/* A state with a row of each kind in use. */
static int set_up(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    fixture_use(YAML);
    feed_start(0);
    feed_start(1);
    feed_end(1);
    feed_finding(2, 1, "silent");
    feed_reading(1, 4.0);
    copy = gn_mem_take(sizeof *copy, "test");
    return copy != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    gn_mem_give(copy);
    return fixture_down(state);
}

static gn_err restore_copy(void)
{
    return gn_act_restore(fixture.act, (gn_bytes){ (const uint8_t *)copy, sizeof *copy });
}

static void fresh_copy(void)
{
    memcpy(copy, fixture.act->state, sizeof *copy);
}

static void a_state_in_use_is_sane(void **state)
{
    (void)state;
    fresh_copy();
    assert_true(gn_act_state_sane(copy));
    assert_true(copy->findings[0].id.seq != 0);
    assert_true(copy->alarms[0].over_count == 1);
    assert_true(copy->decisions[0].state == GN_DECISION_PENDING);
    assert_true(copy->decisions[1].state == GN_DECISION_APPROVED);
    assert_true(copy->rate_count == 1);
}

/* Breaks one thing at a time; each must be noticed. */
#define BROKEN(change)                                                                                                 \
    do {                                                                                                               \
        fresh_copy();                                                                                                  \
        change;                                                                                                        \
        assert_false(gn_act_state_sane(copy));                                                                         \
        assert_int_equal(restore_copy(), GN_ERR_CORRUPT);                                                              \
    } while (0)

static void whatever_could_not_come_from_us_is_refused(void **state)
{
    (void)state;
    BROKEN(copy->magic ^= 1);
    BROKEN(copy->version++);
    BROKEN(copy->size--);
    BROKEN(copy->now_ms = INT64_MAX);
    BROKEN(copy->next_n = 0);
    BROKEN(copy->rate_count = GN_RATE_MARKS_MAX + 1);
    BROKEN(copy->rates[0].until_ms = INT64_MIN);
    BROKEN(copy->findings[0].series = GN_SERIES_MAX);
    BROKEN(copy->findings[0].thing = GN_THINGS_MAX);
    BROKEN(copy->findings[0].thing = 1); /* not its alarm's */
    BROKEN(copy->findings[0].alarm = GN_ALARMS_OPEN_MAX);
    BROKEN(copy->findings[0].alarm = 5);
    BROKEN(copy->findings[0].alarm = 1);       /* of the sensors */
    BROKEN(copy->findings[0].alarm = GN_NONE); /* then nobody would clear it */
    BROKEN(copy->findings[0].since_ms = INT64_MIN);
    BROKEN(copy->findings[0].reference.to_ms = INT64_MAX);
    BROKEN(memset(copy->findings[0].fault, 'x', sizeof copy->findings[0].fault));
    BROKEN(memset(copy->findings[0].reference.model, 'x', sizeof copy->findings[0].reference.model));
    BROKEN(copy->findings[9] = copy->findings[0]); /* two of one series */
    BROKEN(copy->alarms[0].thing = GN_THINGS_MAX);
    BROKEN(copy->alarms[0].sensor = 2);
    BROKEN(copy->alarms[0].over_count = GN_ALARM_CONTRIBUTIONS_MAX + 1);
    BROKEN(copy->alarms[0].over[0].series = GN_SERIES_MAX);
    BROKEN(copy->alarms[0].until_ms = INT64_MAX);
    BROKEN(copy->alarms[7].id.seq = 3); /* open, and nothing in it */
    BROKEN(copy->decisions[0].state = GN_DECISION_NONE);
    BROKEN(copy->decisions[0].state = GN_DECISION_EXPIRED);  /* ended ones have no row */
    BROKEN(copy->decisions[0].state = GN_DECISION_APPROVED); /* without an action */
    BROKEN(copy->decisions[0].state = 99);
    BROKEN(copy->decisions[0].autonomy = GN_AUTONOMY_COUNT);
    BROKEN(copy->decisions[0].thing = GN_THINGS_MAX);
    BROKEN(copy->decisions[0].action_thing = GN_THINGS_MAX);
    BROKEN(copy->decisions[0].expires_ms = INT64_MAX);
    BROKEN(copy->decisions[0].action.state = GN_ACTION_QUEUED);
    BROKEN(copy->decisions[0].action.id.seq = 1);
    BROKEN(copy->decisions[0].input_size = sizeof copy->decisions[0].input + 1);
    BROKEN(copy->decisions[0].input_size = 0);
    BROKEN(copy->decisions[0].input[0] = '[');
    BROKEN(copy->decisions[0].input[1] = 'x');
    BROKEN(memset(copy->decisions[0].rule, 'x', sizeof copy->decisions[0].rule));
    BROKEN(memset(copy->decisions[0].property, 'x', sizeof copy->decisions[0].property));
    BROKEN(memset(copy->decisions[0].action_name, 'x', sizeof copy->decisions[0].action_name));
    BROKEN(memset(copy->decisions[0].action_target, 'x', sizeof copy->decisions[0].action_target));
    BROKEN(memset(copy->decisions[0].person, 'x', sizeof copy->decisions[0].person));
    BROKEN(memset(copy->decisions[0].reason, 'x', sizeof copy->decisions[0].reason));
    BROKEN(memset(copy->decisions[0].refusal, 'x', sizeof copy->decisions[0].refusal));
    BROKEN(memset(copy->decisions[0].why, 'x', sizeof copy->decisions[0].why));
    BROKEN(copy->decisions[1].action.state = GN_ACTION_DONE);
    BROKEN(copy->decisions[1].action.state = GN_ACTION_NONE);
    BROKEN(copy->decisions[1].action.expires_ms = INT64_MAX);
    BROKEN(memset(copy->decisions[1].action.message, 'x', sizeof copy->decisions[1].action.message));
}

static void pasts_of_rules_are_checked(void **state)
{
    (void)state;
    size_t row = 0;
    while (fixture.act->state->rules[row].key == 0)
        row++;
    BROKEN(copy->rules[row].thing = GN_THINGS_MAX);
    BROKEN(copy->rules[row].series = GN_SERIES_MAX);
    BROKEN(copy->rules[row].holds = 2);
    BROKEN(copy->rules[row].fired = 2);
    BROKEN(copy->rules[row].holds_from_ms = INT64_MAX);
    BROKEN(copy->rules[row].used_ms = INT64_MIN);
}

static void a_refused_state_leaves_the_old_one(void **state)
{
    (void)state;
    fresh_copy();
    copy->decisions[0].state = 77;
    assert_int_equal(restore_copy(), GN_ERR_CORRUPT);
    fresh_copy();
    assert_int_equal(gn_act_restore(fixture.act, (gn_bytes){ (const uint8_t *)copy, sizeof *copy - 1 }),
                     GN_ERR_CORRUPT);
    assert_int_equal(gn_act_restore(fixture.act, (gn_bytes){ NULL, 0 }), GN_ERR_CORRUPT);
    gn_mem_fail_after(1);
    assert_int_equal(restore_copy(), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_memory_equal(copy, fixture.act->state, sizeof *copy);
    fixture_forget();
    feed_end(0);
    assert_string_equal(fixture_story(), "finding over, alarm cleared, decision pending");
}

static void what_is_free_may_hold_anything(void **state)
{
    (void)state;
    fresh_copy();
    copy->findings[500].series = UINT32_MAX; /* seq 0: nobody looks */
    copy->decisions[200].state = 99;
    assert_true(gn_act_state_sane(copy));
}

static void a_state_is_of_the_size_that_the_plan_says(void **state)
{
    (void)state;
    assert_in_range(sizeof(struct gn_act_state), 1 << 20, 3 << 20);
    assert_int_equal(gn_act_state(fixture.act).size, sizeof(struct gn_act_state));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_state_in_use_is_sane),         CASE(whatever_could_not_come_from_us_is_refused),
        CASE(pasts_of_rules_are_checked),     CASE(a_refused_state_leaves_the_old_one),
        CASE(what_is_free_may_hold_anything), CASE(a_state_is_of_the_size_that_the_plan_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
