/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

#include "base/mem.h"

static void check_all(struct fixture *f, uint32_t series)
{
    fixture_check_range(f, &(struct gn_range){ .series = series, .from_ms = INT64_MIN, .to_ms = INT64_MAX });
    fixture_check_count(f, series, INT64_MIN, INT64_MAX);
    fixture_check_last(f, series);
}

static void check_random(struct fixture *f)
{
    const uint32_t series = (uint32_t)(fixture_random(f) % 4);
    const int64_t span = 1 + (int64_t)(fixture_random(f) % 4000000);
    const int64_t from =
        fixture_random(f) % 5 == 0 ? INT64_MIN : FIXTURE_T0 - 5000 + (int64_t)(fixture_random(f) % 2000000);
    struct gn_range range = { .series = series,
                              .from_ms = from,
                              .to_ms = from == INT64_MIN || fixture_random(f) % 5 == 0 ? INT64_MAX : from + span,
                              .newest_first = fixture_random(f) % 2 == 0 };
    static const uint32_t limits[] = { 0, 1, 2, 7, 255, 256, 257, 1000, 100000 };
    range.limit = limits[fixture_random(f) % (sizeof limits / sizeof limits[0])];
    fixture_check_range(f, &range);
    fixture_check_count(f, series, range.from_ms, range.to_ms);
    fixture_check_last(f, series);
}

/* Mostly forward, sometimes the same instant, sometimes back, rarely far back. */
static void put_random(struct fixture *f, int64_t *now)
{
    const uint64_t r = fixture_random(f);
    const uint32_t series = (uint32_t)(r % 4);
    int64_t time = *now;
    *now += (int64_t)(fixture_random(f) % 300);
    if (r / 8 % 10 == 0)
        time -= (int64_t)(fixture_random(f) % 5000);
    if (r / 8 % 50 == 1)
        time -= (int64_t)(fixture_random(f) % 1000000);
    if (r / 8 % 20 == 3 && f->row_count > 0) /* exactly the time of one before */
        time = f->rows[fixture_random(f) % f->row_count].time_ms;
    if (series == 3) {
        char text[FIXTURE_TEXT_BYTES];
        (void)snprintf(text, sizeof text, "t%llu", (unsigned long long)f->seq);
        fixture_put_text(f, series, time, text);
    } else {
        fixture_put_reading(f, series, time, (double)(fixture_random(f) % 100000) / (r % 3 == 0 ? 7.0 : 100.0));
    }
}

static void answers_equal_the_naive_reference(void **state)
{
    struct fixture *f = *state;
    int64_t now = FIXTURE_T0;
    f->random = 42;
    fixture_put_things(f);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK); /* the registry is not fed again below */
    for (int round = 0; round < 300; round++) {
        for (uint64_t puts = fixture_random(f) % 120; puts > 0; puts--)
            put_random(f, &now);
        switch (fixture_random(f) % 8) {
        case 0:
        case 1:
            assert_int_equal(gn_store_flush(f->store), GN_OK);
            break;
        case 2:
        case 3:
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
            break;
        case 4:
            fixture_restart(f);
            break;
        default:
            break;
        }
        for (int checks = 0; checks < 4; checks++)
            check_random(f);
    }
    for (uint32_t series = 0; series < 4; series++)
        check_all(f, series);
    struct gn_store_stats stats;
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.reading_count, f->row_count);
    assert_int_equal(stats.followed_seq, f->seq);
    assert_int_equal(stats.damaged_count, 0);
    assert_true(stats.chunk_count > 15);
}

static void the_edges_of_a_range_are_as_written(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int64_t i = 0; i < 600; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, (double)i);
    for (int flushed = 0; flushed < 2; flushed++) {
        fixture_check_range(f, &(struct gn_range){ .series = 0, .from_ms = FIXTURE_T0 + 10, .to_ms = FIXTURE_T0 + 11 });
        fixture_check_range(f, &(struct gn_range){ .series = 0, .from_ms = FIXTURE_T0 + 10, .to_ms = FIXTURE_T0 + 10 });
        fixture_check_range(f,
                            &(struct gn_range){ .series = 0, .from_ms = FIXTURE_T0 + 255, .to_ms = FIXTURE_T0 + 257 });
        fixture_check_range(f, &(struct gn_range){ .series = 0, .from_ms = FIXTURE_T0 + 599, .to_ms = INT64_MAX });
        fixture_check_range(f, &(struct gn_range){ .series = 0, .from_ms = FIXTURE_T0 + 600, .to_ms = INT64_MAX });
        fixture_check_count(f, 0, FIXTURE_T0, FIXTURE_T0 + 256);
        fixture_check_count(f, 0, FIXTURE_T0 + 1, FIXTURE_T0 + 256);
        fixture_check_count(f, 0, FIXTURE_T0, FIXTURE_T0 + 255);
        fixture_check_count(f, 0, FIXTURE_T0 + 10, FIXTURE_T0 + 5);
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    }
}

static void times_at_the_ends_of_the_world_are_found(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    fixture_put_reading(f, 0, INT64_MIN, 1);
    fixture_put_reading(f, 0, INT64_MAX, 2);
    fixture_put_reading(f, 0, 0, 3);
    check_all(f, 0);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    check_all(f, 0);
    fixture_restart(f);
    for (int i = 0; i < 300; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, i);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    check_all(f, 0);
    fixture_check_range(f, &(struct gn_range){ .series = 0, .from_ms = -5, .to_ms = FIXTURE_T0 + 5, .limit = 3 });
    fixture_check_range(
        f, &(struct gn_range){ .series = 0, .from_ms = INT64_MIN, .to_ms = 1, .limit = 1, .newest_first = true });
}

static void of_duplicates_the_last_is_kept_and_stamped_ones_all(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int i = 0; i < 700; i++) /* a third of them the node stamped */
        fixture_put_reading(f, 1, FIXTURE_T0, i);
    check_all(f, 1);
    for (int flushed = 0; flushed < 2; flushed++) { /* memory, with the greater seqs, is looked at first */
        for (uint32_t limit = 100; limit <= 700; limit += 100)
            fixture_check_range(f, &(struct gn_range){ .series = 1, .from_ms = 0, .to_ms = INT64_MAX, .limit = limit });
        assert_int_equal(gn_store_flush(f->store), GN_OK);
    }
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    fixture_check_range(
        f, &(struct gn_range){ .series = 1, .from_ms = 0, .to_ms = INT64_MAX, .limit = 300, .newest_first = true });
    check_all(f, 1);
}

static void a_correction_that_comes_days_later_replaces_the_reading(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int day = 0; day < 5; day++)
        for (int i = 0; i < 300; i++)
            fixture_put_reading_of(f, 0, FIXTURE_T0 + day * INT64_C(86400000) + i, i, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    fixture_put_reading_of(f, 0, FIXTURE_T0 + 86400000 + 7, -1, GN_QUALITY_LATE);
    fixture_put_reading_of(f, 0, FIXTURE_T0 + 4 * INT64_C(86400000) + 299, -2, GN_QUALITY_GOOD); /* the newest of all */
    for (int round = 0; round < 4; round++) {
        struct gn_reading last;
        uint64_t count = 0;
        assert_int_equal(gn_store_last(f->reader, 0, &last, NULL), GN_OK);
        assert_true(last.value == -2);
        assert_int_equal(gn_store_as_of(f->reader, 0, FIXTURE_T0 + 86400000 + 7, &last, NULL), GN_OK);
        assert_true(last.value == -1);
        assert_int_equal(gn_store_as_of(f->reader, 0, FIXTURE_T0 + 86400000 - 1, &last, NULL), GN_OK);
        assert_true(last.value == 299);
        assert_int_equal(gn_store_as_of(f->reader, 0, FIXTURE_T0 - 1, &last, NULL), GN_ERR_NOT_FOUND);
        assert_int_equal(gn_store_count(f->reader, 0, INT64_MIN, INT64_MAX, &count), GN_OK);
        assert_int_equal(count, 1500);
        check_all(f, 0);
        if (round == 0)
            assert_int_equal(gn_store_flush(f->store), GN_OK);
        else if (round == 1)
            fixture_restart(f);
        else
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    }
}

static bool stop_at_three(void *ctx, const struct gn_reading *reading)
{
    (void)reading;
    return ++*(int *)ctx < 3;
}

static void a_callback_can_stop(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int series = 0; series < 4; series += 3) {
        for (int i = 0; i < 10; i++)
            if (series == 3)
                fixture_put_text(f, 3, FIXTURE_T0 + i, "x");
            else
                fixture_put_reading(f, 0, FIXTURE_T0 + i, i);
        int seen = 0;
        const struct gn_range range = { .series = (uint32_t)series, .to_ms = INT64_MAX };
        assert_int_equal(gn_store_range(f->reader, &range, stop_at_three, &seen), GN_OK);
        assert_int_equal(seen, 3);
        check_all(f, (uint32_t)series); /* the reader is fit for the next question */
    }
}

static bool ask_again(void *ctx, const struct gn_reading *reading)
{
    struct fixture *f = ctx;
    struct gn_reading last;
    uint64_t count;
    struct gn_series series;
    uint32_t index;
    assert_int_equal(gn_store_last(f->reader, reading->series, &last, NULL), GN_ERR_BUSY);
    assert_int_equal(gn_store_count(f->reader, reading->series, 0, INT64_MAX, &count), GN_ERR_BUSY);
    assert_int_equal(gn_store_find_series(f->reader, 0, GN_STR("load"), &index, &series), GN_OK);
    return true;
}

static void a_query_inside_a_query_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    fixture_put_reading(f, 0, FIXTURE_T0, 1);
    fixture_put_text(f, 3, FIXTURE_T0, "x");
    for (uint32_t series = 0; series < 4; series += 3) {
        const struct gn_range range = { .series = series, .to_ms = INT64_MAX };
        assert_int_equal(gn_store_range(f->reader, &range, ask_again, f), GN_OK);
        check_all(f, series);
    }
}

static void unknown_series_are_told(void **state)
{
    struct fixture *f = *state;
    struct gn_reading last;
    uint64_t count;
    const struct gn_range range = { .series = 4, .to_ms = INT64_MAX };
    const struct gn_range far = { .series = UINT32_MAX, .to_ms = INT64_MAX };
    fixture_put_things(f);
    assert_int_equal(gn_store_range(f->reader, &range, stop_at_three, NULL), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_range(f->reader, &far, stop_at_three, NULL), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_last(f->reader, 4, &last, NULL), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_count(f->reader, 4, 0, INT64_MAX, &count), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_last(f->reader, 0, &last, NULL), GN_ERR_NOT_FOUND); /* known, but empty */
}

static void more_than_the_limit_is_not_answered(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int64_t i = 0; i < GN_QUERY_READINGS_MAX + 10; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, 1);
    struct gn_range range = { .series = 0, .to_ms = INT64_MAX, .limit = GN_QUERY_READINGS_MAX };
    for (int more = -1; more <= 1; more++) {
        size_t all = 0;
        struct fixture_row *rows = fixture_select(f, 0, INT64_MIN, INT64_MAX, &all);
        struct fixture_expect expect = { .rows = rows, .count = all };
        range.limit = (uint32_t)(GN_QUERY_READINGS_MAX + more);
        assert_int_equal(gn_store_range(f->reader, &range, fixture_expect_reading, &expect), GN_OK);
        assert_int_equal(expect.seen, more < 0 ? GN_QUERY_READINGS_MAX - 1 : GN_QUERY_READINGS_MAX);
        gn_mem_give(rows);
    }
}

static void a_damaged_chunk_costs_itself_only(void **state)
{
    struct fixture *f = *state;
    struct gn_store_stats stats;
    fixture_put_things(f);
    for (int64_t i = 0; i < 3 * GN_HEAD_READINGS; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, (double)i);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    const char *damage = "UPDATE chunk SET blob = substr(blob, 1, 30) || x'5a' || substr(blob, 32) WHERE id = 2";
    assert_int_equal(gn_history_exec(&f->store->history, damage), GN_OK);
    size_t count = 0;
    struct fixture_row *rows = fixture_select(f, 0, INT64_MIN, INT64_MAX, &count);
    memmove(rows + GN_HEAD_READINGS, rows + 2 * GN_HEAD_READINGS, GN_HEAD_READINGS * sizeof *rows);
    struct fixture_expect expect = { .rows = rows, .count = 2 * GN_HEAD_READINGS };
    const struct gn_range range = { .series = 0, .to_ms = INT64_MAX };
    fixture_restart(f); /* so that nothing stands in memory */
    assert_int_equal(gn_store_range(f->reader, &range, fixture_expect_reading, &expect), GN_OK);
    assert_int_equal(expect.seen, 2 * GN_HEAD_READINGS);
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.damaged_count, 1);
    gn_mem_give(rows);
}

static void no_memory_is_told(void **state)
{
    struct fixture *f = *state;
    struct gn_reading last;
    fixture_put_things(f);
    fixture_put_reading(f, 0, FIXTURE_T0, 1);
    gn_mem_fail_after(1); /* as many in memory as a reader has room for from the start */
    assert_int_equal(gn_store_as_of(f->reader, 0, FIXTURE_T0, &last, NULL), GN_OK);
    for (int i = 1; i < 3 * GN_HEAD_READINGS; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, 1);
    gn_mem_fail_after(1);
    assert_int_equal(gn_store_as_of(f->reader, 0, INT64_MAX, &last, NULL), GN_ERR_FULL);
    gn_mem_fail_after(0);
    check_all(f, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_equal_the_naive_reference, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_edges_of_a_range_are_as_written, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(times_at_the_ends_of_the_world_are_found, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(of_duplicates_the_last_is_kept_and_stamped_ones_all, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_correction_that_comes_days_later_replaces_the_reading, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_callback_can_stop, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_query_inside_a_query_is_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(unknown_series_are_told, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(more_than_the_limit_is_not_answered, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_chunk_costs_itself_only, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_memory_is_told, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
