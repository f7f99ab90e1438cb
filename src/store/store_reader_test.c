/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

#include "os/thread.h"

struct names {
    char text[256];
    struct gn_buf buf;
    size_t stop_after;
    size_t count;
};

static struct names no_names(size_t stop_after)
{
    return (struct names){ .stop_after = stop_after };
}

static bool name_thing(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct names *names = ctx;
    names->buf.at = (uint8_t *)names->text;
    names->buf.capacity = sizeof names->text - 1;
    gn_buf_addf(&names->buf, "%u %s %s;", index, thing->id, thing->name);
    return ++names->count != names->stop_after;
}

static bool name_series(void *ctx, uint32_t index, const struct gn_series *series)
{
    struct names *names = ctx;
    names->buf.at = (uint8_t *)names->text;
    names->buf.capacity = sizeof names->text - 1;
    gn_buf_addf(&names->buf, "%u %s %u;", index, series->property, series->kind);
    return ++names->count != names->stop_after;
}

static void things_and_series_are_listed(void **state)
{
    struct fixture *f = *state;
    struct names names = no_names(0);
    assert_int_equal(gn_store_things(f->reader, name_thing, &names), GN_OK);
    assert_int_equal(names.count, 0);
    fixture_put_things(f);
    fixture_put_thing(f, 1, "mixer", "Mixer");
    fixture_put_series(f, 4, 1, GN_SERIES_NUMBER, "speed");
    fixture_put_series(f, 5, 0, GN_SERIES_NUMBER, "speed");
    assert_int_equal(gn_store_things(f->reader, name_thing, &names), GN_OK);
    assert_string_equal(names.text, "0 press Press;1 mixer Mixer;");
    names = no_names(0);
    assert_int_equal(gn_store_series(f->reader, 0, name_series, &names), GN_OK);
    assert_string_equal(names.text, "0 temperature 0;1 load 0;2 on 1;3 state 2;5 speed 0;");
    names = no_names(2);
    assert_int_equal(gn_store_series(f->reader, 0, name_series, &names), GN_OK);
    assert_string_equal(names.text, "0 temperature 0;1 load 0;");
    names = no_names(1);
    assert_int_equal(gn_store_things(f->reader, name_thing, &names), GN_OK);
    assert_int_equal(names.count, 1);
    assert_int_equal(gn_store_series(f->reader, 2, name_series, &names), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_series(f->reader, GN_NONE, name_series, &names), GN_ERR_NOT_FOUND);
}

static void one_thing_or_series_is_found_by_name(void **state)
{
    struct fixture *f = *state;
    uint32_t index = 77;
    struct gn_thing thing;
    struct gn_series series;
    fixture_put_things(f);
    assert_int_equal(gn_store_find_thing(f->reader, GN_STR("press"), &index, &thing), GN_OK);
    assert_int_equal(index, 0);
    assert_string_equal(thing.name, "Press");
    assert_int_equal(gn_store_find_series(f->reader, 0, GN_STR("state"), &index, &series), GN_OK);
    assert_int_equal(index, 3);
    index = 77;
    assert_int_equal(gn_store_find_thing(f->reader, GN_STR("nobody"), &index, &thing), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_find_series(f->reader, 5, GN_STR("state"), &index, &series), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_find_series(f->reader, 0, GN_STR(""), &index, &series), GN_ERR_NOT_FOUND);
    assert_int_equal(index, 77);
}

static void a_span_is_closed_at_both_ends(void **state)
{
    (void)state;
    struct gn_span span;
    assert_false(gn_span_of(1, 5, 5, &span));
    assert_false(gn_span_of(1, 6, 5, &span));
    assert_true(gn_span_of(1, 5, 6, &span));
    assert_int_equal(span.from_ms, 5);
    assert_int_equal(span.until_ms, 5);
    assert_true(gn_span_of(1, INT64_MIN, INT64_MAX, &span));
    assert_true(span.until_ms == INT64_MAX);
}

/* --- readers beside the writer --------------------------------------------------------------------- */

enum { LIVE_READINGS = 60000, LIVE_SERIES = 3, LIVE_READERS = 2 };

struct live {
    struct gn_store *store;
    _Atomic uint64_t followed; /* readings of each series that were surely put */
    _Atomic bool done;
};

struct sight {
    uint64_t count;
    int64_t last_time;
};

static bool see_reading(void *ctx, const struct gn_reading *reading)
{
    struct sight *sight = ctx;
    assert_int_equal(reading->time_ms, sight->last_time + 1); /* none twice, none missing */
    assert_true(reading->value == (double)reading->time_ms);
    sight->last_time = reading->time_ms;
    sight->count++;
    return true;
}

static void *read_on(void *arg)
{
    struct live *live = arg;
    struct gn_store_reader *reader = NULL;
    assert_int_equal(gn_store_reader_open(live->store, &reader), GN_OK);
    for (uint32_t round = 0, done = 0; !done; round++) {
        done = atomic_load(&live->done);
        const uint64_t least = atomic_load(&live->followed);
        const uint32_t series = round % LIVE_SERIES;
        const int64_t from = least > 500 ? (int64_t)least - 500 : 0;
        struct sight sight = { .last_time = from - 1 };
        const struct gn_range range = { .series = series, .from_ms = from, .to_ms = INT64_MAX };
        uint64_t count = 0;
        assert_int_equal(gn_store_range(reader, &range, see_reading, &sight), GN_OK);
        assert_true(sight.last_time >= (int64_t)least - 1);
        assert_int_equal(gn_store_count(reader, series, 0, INT64_MAX, &count), GN_OK);
        assert_true(count >= least);
        struct gn_reading last;
        if (least > 0) {
            assert_int_equal(gn_store_last(reader, series, &last, NULL), GN_OK);
            assert_true(last.time_ms >= (int64_t)least - 1);
        }
        struct gn_store_stats stats;
        gn_store_stats(reader, &stats);
        struct names names = no_names(1);
        assert_int_equal(gn_store_things(reader, name_thing, &names), GN_OK);
    }
    gn_store_reader_close(reader);
    return NULL;
}

static void readers_beside_the_writer_miss_nothing_and_see_nothing_twice(void **state)
{
    struct fixture *f = *state;
    static struct live live;
    pthread_t threads[LIVE_READERS];
    fixture_put_things(f);
    live.store = f->store;
    for (size_t i = 0; i < LIVE_READERS; i++)
        assert_int_equal(gn_thread_start(&threads[i], "reader", read_on, &live), GN_OK);
    for (int64_t i = 0; i < LIVE_READINGS; i++) {
        for (uint32_t series = 0; series < LIVE_SERIES; series++)
            assert_int_equal(fixture_put(f, fixture_reading(&f->record, f->seq + 1, series, i, (double)i)), GN_OK);
        atomic_store(&live.followed, (uint64_t)i + 1);
        if (i % 1000 == 0)
            assert_int_equal(gn_store_flush(f->store), GN_OK);
        if (i % 7000 == 77) {
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
            fixture_put_thing(f, 0, "press", i % 2 ? "One" : "Two");
        }
    }
    atomic_store(&live.done, true);
    for (size_t i = 0; i < LIVE_READERS; i++)
        gn_thread_join(threads[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(things_and_series_are_listed, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(one_thing_or_series_is_found_by_name, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(a_span_is_closed_at_both_ends),
        cmocka_unit_test_setup_teardown(readers_beside_the_writer_miss_nothing_and_see_nothing_twice, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
