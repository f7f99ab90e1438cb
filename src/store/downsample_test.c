/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

#include "base/mem.h"

struct expect_buckets {
    const struct fixture_row *rows; /* sorted */
    size_t count;
    size_t at;
    int64_t step_ms;
    size_t bucket_count;
};

static int64_t floor_to(int64_t time, int64_t step)
{
    int64_t rest = time % step;
    if (rest < 0)
        rest += step;
    return time - rest;
}

static bool expect_bucket(void *ctx, const struct gn_bucket *bucket)
{
    struct expect_buckets *expect = ctx;
    assert_true(expect->at < expect->count);
    const int64_t start = floor_to(expect->rows[expect->at].time_ms, expect->step_ms);
    double min = INFINITY, max = -INFINITY, sum = 0, last = 0;
    uint64_t count = 0;
    for (; expect->at < expect->count && floor_to(expect->rows[expect->at].time_ms, expect->step_ms) == start;
         expect->at++) {
        const double value = expect->rows[expect->at].value;
        min = fmin(min, value);
        max = fmax(max, value);
        sum += value;
        last = value;
        count++;
    }
    assert_int_equal(bucket->time_ms, start);
    assert_int_equal(bucket->count, count);
    assert_true(bucket->min == min && bucket->max == max && bucket->last == last);
    assert_true(fabs(bucket->mean - sum / (double)count) <= 1e-9 * (1 + fabs(bucket->mean)));
    expect->bucket_count++;
    return true;
}

static size_t check(struct fixture *f, uint32_t series, int64_t from, int64_t to, int64_t step)
{
    size_t count = 0;
    struct fixture_row *rows = fixture_select(f, series, from, to, &count);
    struct expect_buckets expect = { .rows = rows, .count = count, .step_ms = step };
    assert_int_equal(gn_store_downsample(f->reader, series, from, to, step, expect_bucket, &expect), GN_OK);
    assert_int_equal(expect.at, count);
    gn_mem_give(rows);
    return expect.bucket_count;
}

static bool never(void *ctx, const struct gn_bucket *bucket)
{
    (void)ctx;
    (void)bucket;
    fail();
    return false;
}

static bool count_bucket(void *ctx, const struct gn_bucket *bucket)
{
    (void)bucket;
    ++*(size_t *)ctx;
    return true;
}

static void buckets_equal_the_naive_reference(void **state)
{
    struct fixture *f = *state;
    int64_t now = FIXTURE_T0;
    fixture_put_things(f);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 200; i++) {
            int64_t time = now += (int64_t)(fixture_random(f) % 200);
            if (fixture_random(f) % 20 == 0)
                time -= (int64_t)(fixture_random(f) % 20000);
            fixture_put_reading(f, 0, time, (double)(fixture_random(f) % 1000) / 8.0);
        }
        if (round % 3 == 0)
            assert_int_equal(gn_store_flush(f->store), GN_OK);
        if (round % 7 == 0)
            assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        if (round % 11 == 0)
            fixture_restart(f);
        static const int64_t steps[] = { 1000, 60000, 7, 3600000, INT64_MAX };
        for (size_t s = 0; s < 5; s++) {
            const int64_t from = FIXTURE_T0 + (int64_t)(fixture_random(f) % 1000000);
            (void)check(f, 0, from, from + steps[s] % 100000 * 4000, steps[s]);
        }
        assert_true(check(f, 0, INT64_MIN, INT64_MAX, 60000) >= 1); /* cut to where there are readings */
    }
}

static void whole_chunks_are_not_opened(void **state)
{
    struct fixture *f = *state;
    struct gn_store_stats stats;
    fixture_put_things(f);
    for (int64_t i = 0; i < 4 * GN_HEAD_READINGS; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, (double)(i % 100));
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    fixture_restart(f);
    assert_int_equal(gn_history_exec(&f->store->history, "UPDATE chunk SET blob = x'00'"), GN_OK);
    assert_int_equal(check(f, 0, FIXTURE_T0, FIXTURE_T0 + 10000, 100000), 1); /* from the summaries alone */
    fixture_check_count(f, 0, FIXTURE_T0, INT64_MAX);
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.damaged_count, 0);
}

static void times_before_1970_have_buckets_of_the_same_width(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    for (int64_t i = -25; i < 25; i++)
        fixture_put_reading(f, 0, i, (double)i);
    assert_int_equal(check(f, 0, -100, 100, 10), 6); /* -30 -20 -10 0 10 20 */
    fixture_put_reading(f, 1, INT64_MIN, 1);
    size_t buckets = 0; /* its bucket begins before time does: no overflow, and it is there */
    assert_int_equal(gn_store_downsample(f->reader, 1, INT64_MIN, 0, INT64_MAX / 2, count_bucket, &buckets), GN_OK);
    assert_int_equal(buckets, 1);
}

static void too_many_buckets_are_refused(void **state)
{
    struct fixture *f = *state;
    size_t buckets = 0;
    fixture_put_things(f);
    for (int64_t i = 0; i < GN_QUERY_BUCKETS_MAX; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + 3 * i, 1);
    assert_int_equal(gn_store_downsample(f->reader, 0, INT64_MIN, INT64_MAX, 1, count_bucket, &buckets), GN_OK);
    assert_int_equal(buckets, GN_QUERY_BUCKETS_MAX); /* empty ones are left out, and do not count */
    fixture_put_reading(f, 0, FIXTURE_T0 + INT64_C(3) * GN_QUERY_BUCKETS_MAX, 1);
    assert_int_equal(gn_store_downsample(f->reader, 0, INT64_MIN, INT64_MAX, 1, never, NULL), GN_ERR_FULL);
    buckets = 0;
    assert_int_equal(gn_store_downsample(f->reader, 0, FIXTURE_T0, FIXTURE_T0 + INT64_C(3) * GN_QUERY_BUCKETS_MAX, 1,
                                         count_bucket, &buckets),
                     GN_OK);
    assert_int_equal(buckets, GN_QUERY_BUCKETS_MAX);
    /* A range without readings has none, however wide it is. */
    assert_int_equal(gn_store_downsample(f->reader, 1, INT64_MIN, INT64_MAX, 1, never, NULL), GN_OK);
    assert_int_equal(gn_store_downsample(f->reader, 0, INT64_MIN, 0, 1, never, NULL), GN_OK);
}

static void bad_questions_are_refused(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    fixture_put_text(f, 3, FIXTURE_T0, "x");
    assert_int_equal(gn_store_downsample(f->reader, 0, 0, 10, 0, never, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_store_downsample(f->reader, 0, 0, 10, -1, never, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_store_downsample(f->reader, 3, 0, 10, 1, never, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_store_downsample(f->reader, 9, 0, 10, 1, never, NULL), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_store_downsample(f->reader, 0, 10, 10, 1, never, NULL), GN_OK);
    fixture_put_reading(f, 0, 5, 1);
    gn_mem_fail_after(1);
    assert_int_equal(gn_store_downsample(f->reader, 0, 0, 10, 1, never, NULL), GN_ERR_FULL);
    gn_mem_fail_after(0);
}

static bool see_median(void *ctx, const struct gn_bucket *bucket)
{
    double *sum = ctx;
    assert_int_equal(bucket->count, 600);
    assert_true(bucket->first == bucket->min && bucket->last == bucket->max);
    assert_true(bucket->sum == bucket->mean * 600);
    *sum += bucket->percentile;
    return true;
}

static void percentiles_look_at_each_value(void **state)
{
    struct fixture *f = *state;
    const struct gn_steps steps = { 0, INT64_MIN, INT64_MAX, 600 };
    double sum = 0;
    fixture_put_things(f);
    for (int64_t i = 0; i < 1800; i++)
        fixture_put_reading(f, 0, i, (double)i);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    assert_int_equal(gn_store_percentiles(f->reader, &steps, 50, see_median, &sum), GN_OK);
    assert_true(sum == 299.5 + 899.5 + 1499.5);
    sum = 0;
    assert_int_equal(gn_store_percentiles(f->reader, &steps, 100, see_median, &sum), GN_OK);
    assert_true(sum == 599 + 1199 + 1799);
    assert_int_equal(gn_store_percentiles(f->reader, &steps, 100.1, never, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_store_percentiles(f->reader, &steps, NAN, never, NULL), GN_ERR_INVAL);
    static const int64_t many = GN_QUERY_BUCKET_VALUES_MAX;
    for (int64_t i = 0; i < many; i++)
        fixture_put_reading(f, 1, i, (double)i);
    const struct gn_steps wide = { 1, INT64_MIN, INT64_MAX, many };
    const struct gn_steps wider = { 1, INT64_MIN, INT64_MAX, 2 * many };
    size_t buckets = 0;
    assert_int_equal(gn_store_percentiles(f->reader, &wide, 99, count_bucket, &buckets), GN_OK);
    assert_int_equal(buckets, 1);
    fixture_put_reading(f, 1, many, 1);
    assert_int_equal(gn_store_percentiles(f->reader, &wider, 99, never, NULL), GN_ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(buckets_equal_the_naive_reference, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(whole_chunks_are_not_opened, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(times_before_1970_have_buckets_of_the_same_width, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(too_many_buckets_are_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(percentiles_look_at_each_value, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(bad_questions_are_refused, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
