/* SPDX-License-Identifier: Apache-2.0 */
#include "store/cursor.h"

#include "store/store_fixture.h"

static const struct gn_span all = { .series = 0, .from_ms = INT64_MIN, .until_ms = INT64_MAX };

/* Ten in order, every fourth one late, in chunks, in memory, and in both kinds of late. */
static void put_mixed(struct fixture *f, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 100; i++) {
            const int64_t time = FIXTURE_T0 + round * 1000 + i * 10;
            fixture_put_reading(f, 0, i % 4 == 3 ? time - (int64_t)(fixture_random(f) % 1500) : time, i);
        }
        if (round % 3 == 1)
            assert_int_equal(gn_store_flush(f->store), GN_OK);
        if (round % 5 == 3)
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    }
}

static void down_is_up_from_the_other_end(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    put_mixed(f, 20);
    size_t count = 0;
    struct fixture_row *rows = fixture_select(f, 0, INT64_MIN, INT64_MAX, &count);
    for (int down = 0; down < 2; down++) {
        struct gn_cursor cursor;
        struct gn_sample sample;
        size_t seen = 0;
        bool any = true;
        assert_int_equal(gn_cursor_open(f->reader, &all, down, &cursor), GN_OK);
        while (any) {
            assert_int_equal(gn_cursor_next(&cursor, &sample, &any), GN_OK);
            if (!any)
                break;
            assert_true(seen < count);
            const struct fixture_row *row = down ? &rows[count - 1 - seen] : &rows[seen];
            assert_int_equal(sample.seq, row->seq);
            assert_int_equal(sample.time_ms, row->time_ms);
            seen++;
        }
        gn_cursor_close(&cursor);
        assert_int_equal(seen, count);
    }
    gn_mem_give(rows);
}

struct taken {
    uint64_t chunks;
    uint64_t count;
};

static bool take(void *ctx, const struct gn_cursor_chunk *chunk)
{
    struct taken *taken = ctx;
    taken->chunks++;
    taken->count += chunk->count;
    assert_true(chunk->finite && chunk->min <= chunk->first && chunk->last <= chunk->max);
    return true;
}

/* Takes what may be taken, counts the rest. */
static struct taken run(struct fixture *f, const struct gn_span *span)
{
    struct taken taken = { 0 };
    struct gn_cursor cursor;
    struct gn_sample sample;
    assert_int_equal(gn_cursor_open(f->reader, span, false, &cursor), GN_OK);
    cursor.take = take;
    cursor.take_ctx = &taken;
    for (bool any = true; any; taken.count += any)
        assert_int_equal(gn_cursor_next(&cursor, &sample, &any), GN_OK);
    gn_cursor_close(&cursor);
    return taken;
}

static void a_chunk_with_something_laid_over_it_is_opened(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int i = 0; i <= 10 * GN_CHUNK_READINGS; i++) /* ten full ones, and one that is open */
        fixture_put_reading_of(f, 0, FIXTURE_T0 + 2 * i, i, GN_QUALITY_GOOD);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    fixture_restart(f);
    struct taken taken = run(f, &all);
    assert_int_equal(taken.chunks, 11);
    assert_int_equal(taken.count, 10 * GN_CHUNK_READINGS + 1);
    struct gn_span part = all;
    part.from_ms = FIXTURE_T0 + 1; /* the first chunk is not whole in it */
    assert_int_equal(run(f, &part).chunks, 10);

    fixture_put_reading_of(f, 0, FIXTURE_T0 + 6 * GN_CHUNK_READINGS + 1, 5, GN_QUALITY_LATE);  /* in the fourth */
    fixture_put_reading_of(f, 0, FIXTURE_T0 + 10 * GN_CHUNK_READINGS - 1, 5, GN_QUALITY_LATE); /* between two */
    fixture_put_reading_of(f, 0, FIXTURE_T0 + 16 * GN_CHUNK_READINGS, 5, GN_QUALITY_LATE);     /* replaces one */
    for (int flushed = 0; flushed < 2; flushed++) {
        taken = run(f, &all);
        assert_int_equal(taken.chunks, 9);
        assert_int_equal(taken.count, 10 * GN_CHUNK_READINGS + 3);
        assert_int_equal(gn_store_flush(f->store), GN_OK);
    }
}

static void a_hundred_thousand_late_ones_at_once_find_their_place(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    fixture_put_reading_of(f, 0, FIXTURE_T0 + 1000000, 1, GN_QUALITY_GOOD);
    for (int i = 0; i < 100000; i++)
        fixture_put_reading_of(f, 0, FIXTURE_T0 + (i * INT64_C(7919)) % 100000, i, GN_QUALITY_LATE);
    fixture_check_range(f, &(struct gn_range){ .series = 0, .from_ms = FIXTURE_T0 + 777, .to_ms = INT64_MAX });
    fixture_check_count(f, 0, INT64_MIN, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(down_is_up_from_the_other_end, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_chunk_with_something_laid_over_it_is_opened, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_hundred_thousand_late_ones_at_once_find_their_place, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
