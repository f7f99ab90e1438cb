/* SPDX-License-Identifier: Apache-2.0 */
#include "node/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "thing/record_fixture.h"

/* Two Things: pump (series 0 to 49) and door (50). What is said is kept as words. */
enum { PUMP_SERIES = 50, DOOR = PUMP_SERIES, STEP_MS = 1000 };

static struct {
    struct gn_watch watch;
    struct gn_registry registry;
    struct gn_watch_word words[256];
    size_t word_count;
    int64_t now_ms;
} plant;

static void plant_say(void *ctx, const struct gn_watch_word *word)
{
    (void)ctx;
    assert_true(plant.word_count < sizeof plant.words / sizeof plant.words[0]);
    plant.words[plant.word_count++] = *word;
}

static int plant_up(void **state)
{
    (void)state;
    static const uint8_t seed[16] = { 1 };
    union record_fixture record;
    plant.word_count = 0;
    plant.now_ms = 1700000000000;
    assert_int_equal(gn_watch_init(&plant.watch), GN_OK);
    assert_int_equal(gn_registry_init(&plant.registry, seed), GN_OK);
    assert_int_equal(gn_registry_apply(&plant.registry, fixture_thing(&record, 1, 0, "pump", "pump")), GN_OK);
    assert_int_equal(gn_registry_apply(&plant.registry, fixture_thing(&record, 2, 1, "door", "door")), GN_OK);
    for (uint32_t i = 0; i <= DOOR; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p%u", (unsigned)i);
        assert_int_equal(
            gn_registry_apply(&plant.registry, fixture_series(&record, 3 + i, i, i == DOOR ? 1 : 0, 0, name)), GN_OK);
    }
    gn_watch_tick(&plant.watch, plant.now_ms);
    gn_watch_link_is(&plant.watch, 0, true);
    return 0;
}

static int plant_down(void **state)
{
    (void)state;
    gn_watch_fini(&plant.watch);
    gn_registry_fini(&plant.registry);
    return 0;
}

static void hear(uint32_t series)
{
    gn_watch_hear(&plant.watch, &plant.registry, series, plant_say, NULL);
}

/* Seconds pass; each `every` of them the pump's series from `from` on speak. */
static void pass(int seconds, int every, uint32_t from)
{
    for (int i = 1; i <= seconds; i++) {
        plant.now_ms += STEP_MS;
        gn_watch_tick(&plant.watch, plant.now_ms);
        for (uint32_t series = from; every > 0 && i % every == 0 && series < PUMP_SERIES; series++)
            hear(series);
        gn_watch_look(&plant.watch, &plant.registry, plant_say, NULL);
    }
}

static void assert_word(size_t index, uint32_t series, gn_watch_phase phase, bool whole, bool offline)
{
    assert_true(index < plant.word_count);
    assert_int_equal(plant.words[index].series, series);
    assert_int_equal(plant.words[index].phase, phase);
    assert_int_equal(plant.words[index].whole, whole);
    assert_int_equal(plant.words[index].offline, offline);
}

static void a_thing_with_fifty_series_that_falls_silent_is_one_word(void **state)
{
    (void)state;
    pass(100, 5, 0);
    assert_int_equal(plant.word_count, 0);
    pass(15, 0, 0);
    assert_int_equal(plant.word_count, 0); /* 3 x 5 s: not yet */
    pass(1, 0, 0);
    assert_int_equal(plant.word_count, 1);
    assert_word(0, 0, GN_WATCH_START, true, false);
    assert_int_equal(plant.words[0].silent_ms, 16000);
    assert_int_equal(plant.words[0].period_ms, 5000);
    assert_int_equal(plant.words[0].heard_ms, plant.now_ms - 16000);
    pass(15, 0, 0);
    assert_int_equal(plant.word_count, 1);
    pass(1, 0, 0); /* twice as long: said again */
    assert_int_equal(plant.word_count, 2);
    assert_word(1, 0, GN_WATCH_GOES_ON, true, false);
}

static void any_of_its_series_ends_it_and_the_others_are_given_time(void **state)
{
    (void)state;
    pass(100, 5, 0);
    pass(16, 0, 0);
    hear(7);
    assert_int_equal(plant.word_count, 2);
    assert_word(1, 0, GN_WATCH_END, true, false);
    pass(100, 5, 0);
    assert_int_equal(plant.word_count, 2);
}

static void one_series_of_many_is_told_by_itself(void **state)
{
    (void)state;
    pass(100, 5, 0);
    pass(20, 5, 1);
    assert_int_equal(plant.word_count, 1);
    assert_word(0, 0, GN_WATCH_START, false, false);
    pass(5, 5, 0);
    assert_int_equal(plant.word_count, 2);
    assert_word(1, 0, GN_WATCH_END, false, false);
}

static void a_thing_without_a_connection_is_offline(void **state)
{
    (void)state;
    pass(100, 5, 0);
    gn_watch_link_is(&plant.watch, 0, false);
    pass(15, 0, 0);
    assert_int_equal(plant.word_count, 0); /* going for a moment is no news */
    pass(1, 0, 0);
    assert_int_equal(plant.word_count, 1);
    assert_word(0, 0, GN_WATCH_START, true, true);
    gn_watch_link_is(&plant.watch, 0, true);
    hear(3);
    assert_word(1, 0, GN_WATCH_END, true, true);
}

static void what_was_silent_and_then_lost_its_connection_is_offline(void **state)
{
    (void)state;
    pass(100, 5, 0);
    pass(16, 0, 0);
    gn_watch_link_is(&plant.watch, 0, false);
    pass(1, 0, 0);
    assert_int_equal(plant.word_count, 2);
    assert_word(1, 0, GN_WATCH_START, true, true);
}

static void a_series_that_was_told_becomes_part_of_its_thing(void **state)
{
    (void)state;
    pass(100, 5, 0);
    pass(20, 5, 1);
    pass(40, 0, 0);
    assert_word(0, 0, GN_WATCH_START, false, false);
    assert_true(plant.word_count >= 3);
    size_t begun = 0, ended = 0;
    for (size_t i = 1; i < plant.word_count; i++) {
        begun += plant.words[i].phase == GN_WATCH_START && plant.words[i].whole;
        ended += plant.words[i].phase == GN_WATCH_END && !plant.words[i].whole;
    }
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 1);
}

static void the_one_that_stays_silent_is_not_the_thing_again(void **state)
{
    (void)state;
    pass(100, 5, 0);
    pass(16, 0, 0);
    plant.word_count = 0;
    pass(60, 5, 1); /* all but series 0 come back */
    assert_word(0, 0, GN_WATCH_END, true, false);
    assert_int_equal(plant.words[1].series, 0);
    assert_int_equal(plant.words[1].phase, GN_WATCH_START);
    assert_false(plant.words[1].whole);
}

static void time_in_which_the_node_was_away_is_no_silence(void **state)
{
    (void)state;
    pass(100, 5, 0);
    plant.now_ms += 3600000; /* the next tick an hour later */
    gn_watch_tick(&plant.watch, plant.now_ms);
    gn_watch_look(&plant.watch, &plant.registry, plant_say, NULL);
    pass(10, 0, 0);
    assert_int_equal(plant.word_count, 0);
    pass(10, 0, 0);
    assert_int_equal(plant.word_count, 1);
    assert_in_range(plant.words[0].silent_ms, 15001, 19000);
}

static void rows_that_are_none_of_ours_are_refused(void **state)
{
    (void)state;
    pass(30, 5, 0);
    assert_true(gn_watch_valid(&plant.watch, 2, DOOR + 1));
    plant.watch.things[1].carrier = DOOR + 2;
    assert_false(gn_watch_valid(&plant.watch, 2, DOOR + 1));
    plant.watch.things[1].carrier = 0;
    plant.watch.things[1].link = 3;
    assert_false(gn_watch_valid(&plant.watch, 2, DOOR + 1));
    plant.watch.things[1].link = 0;
    plant.watch.listened_ms = 0;
    assert_false(gn_watch_valid(&plant.watch, 2, DOOR + 1));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, plant_up, plant_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_thing_with_fifty_series_that_falls_silent_is_one_word),
        CASE(any_of_its_series_ends_it_and_the_others_are_given_time),
        CASE(one_series_of_many_is_told_by_itself),
        CASE(a_thing_without_a_connection_is_offline),
        CASE(what_was_silent_and_then_lost_its_connection_is_offline),
        CASE(a_series_that_was_told_becomes_part_of_its_thing),
        CASE(the_one_that_stays_silent_is_not_the_thing_again),
        CASE(time_in_which_the_node_was_away_is_no_silence),
        CASE(rows_that_are_none_of_ours_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
