/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tier.h"

#include "store/store_fixture.h"

static struct gn_retention keep;

static void keep_of(void *ctx, gn_str thing, gn_str property, struct gn_retention *out)
{
    (void)ctx;
    assert_true(gn_str_equal(thing, GN_STR("press")));
    if (!gn_str_equal(property, GN_STR("load"))) /* load is kept for ever */
        *out = keep;
}

static void use_rules(struct fixture *f, uint64_t bytes, int64_t wall_ms)
{
    const struct gn_retention_rules rules = { .of = keep_of, .bytes = bytes };
    gn_store_keep(f->store, &rules);
    gn_store_set_time(f->store, wall_ms);
}

static int64_t ask_number(struct fixture *f, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(f->store->history.db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t number = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    return number;
}

static void checkpoints(struct fixture *f, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
}

struct hours {
    size_t count;
    struct gn_bucket rows[200];
};

static bool take_bucket(void *ctx, const struct gn_bucket *bucket)
{
    struct hours *hours = ctx;
    assert_true(hours->count < 200);
    hours->rows[hours->count++] = *bucket;
    return true;
}

static void read_steps(struct fixture *f, uint32_t series, int64_t step_ms, struct hours *out)
{
    out->count = 0;
    assert_int_equal(gn_store_downsample(f->reader, series, INT64_MIN, INT64_MAX, step_ms, take_bucket, out), GN_OK);
}

static void check_same(const struct hours *a, const struct hours *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct gn_bucket *x = &a->rows[i], *y = &b->rows[i];
        assert_int_equal(x->time_ms, y->time_ms);
        assert_int_equal(x->count, y->count);
        assert_true(x->min == y->min && x->max == y->max && x->first == y->first && x->last == y->last);
        assert_true(fabs(x->sum - y->sum) < 1e-6 * (1 + fabs(x->sum)));
    }
}

/* Three days, a reading every 20 s, some late, a few corrected. */
static void put_days(struct fixture *f)
{
    fixture_put_things(f);
    for (int i = 0; i < 3 * 4320; i++) {
        const int64_t time = FIXTURE_T0 + i * INT64_C(20000);
        fixture_put_reading_of(f, 0, i % 40 == 7 ? time - 70000 : time, (double)(fixture_random(f) % 10000) / 100, 0);
        if (i % 10 == 0)
            fixture_put_reading_of(f, 1, time, i, 0);
    }
    for (int i = 0; i < 10; i++)
        fixture_put_text(f, 3, FIXTURE_T0 + i * INT64_C(20000000), "text");
    checkpoints(f, 2);
}

static void buckets_are_the_same_when_the_readings_are_gone(void **state)
{
    struct fixture *f = *state;
    static struct hours before, after;
    uint64_t count = 0;
    put_days(f);
    read_steps(f, 0, GN_TIER_HOUR, &before);
    const int64_t all = ask_number(f, "SELECT sum(count) FROM chunk WHERE series = 1");
    keep = (struct gn_retention){ .raw_ms = GN_TIER_DAY, .minutes_ms = INT64_MAX };
    use_rules(f, 0, FIXTURE_T0 + 3 * INT64_C(86400000));
    for (int round = 0; round < 3; round++) {
        checkpoints(f, 1);
        read_steps(f, 0, GN_TIER_HOUR, &after);
        check_same(&before, &after);
    }
    assert_true(ask_number(f, "SELECT count(*) FROM tier WHERE step = 60000") > 1400);
    assert_int_equal(gn_store_count(f->reader, 0, INT64_MIN, INT64_MAX, &count), GN_OK);
    assert_true(count < 4320 + GN_CHUNK_READINGS); /* a day, and what shares its chunk */
    assert_true(count >= 4320);
    assert_int_equal(ask_number(f, "SELECT sum(count) FROM chunk WHERE series = 1"), all); /* no rule: all */
    assert_true(ask_number(f, "SELECT count(*) FROM text") <= 5);
    fixture_put_reading_of(f, 0, FIXTURE_T0 + 5, 1000,
                           GN_QUALITY_LATE); /* later than that it is counted all the same */
    checkpoints(f, 2);
    read_steps(f, 0, GN_TIER_HOUR, &after);
    assert_int_equal(after.rows[0].count, before.rows[0].count + 1);
    assert_true(after.rows[0].max == 1000);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM late WHERE time < 1767225700000"), 0);
}

static void tiers_become_wider_with_age_and_go(void **state)
{
    struct fixture *f = *state;
    static struct hours before, after;
    put_days(f);
    read_steps(f, 0, GN_TIER_DAY, &before);
    keep = (struct gn_retention){
        .raw_ms = GN_TIER_HOUR, .minutes_ms = 6 * GN_TIER_HOUR, .hours_ms = GN_TIER_DAY, .days_ms = INT64_MAX
    };
    use_rules(f, 0, FIXTURE_T0 + 3 * INT64_C(86400000));
    checkpoints(f, 30);
    read_steps(f, 0, GN_TIER_DAY, &after);
    check_same(&before, &after);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM tier WHERE step = 86400000"), 2);
    assert_true(ask_number(f, "SELECT count(*) FROM tier WHERE step = 3600000") <= 24);
    assert_true(ask_number(f, "SELECT count(*) FROM tier WHERE step = 60000") <= 361);
    keep.days_ms = GN_TIER_DAY; /* a person shortens it */
    keep.hours_ms = 0;
    checkpoints(f, 3);
    read_steps(f, 0, GN_TIER_DAY, &after);
    assert_true(after.count <= 2);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM tier WHERE time < 1767312000000"), 0);
}

static void without_a_tier_what_is_old_goes(void **state)
{
    struct fixture *f = *state;
    struct gn_store_stats stats;
    put_days(f);
    keep = (struct gn_retention){ .raw_ms = GN_TIER_DAY };
    use_rules(f, 0, FIXTURE_T0 + 3 * INT64_C(86400000));
    checkpoints(f, 3);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM tier"), 0);
    assert_int_equal(ask_number(f, "SELECT count(*) FROM chunk WHERE series = 0 AND time_max < 1767398400000"), 0);
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.chunk_count, ask_number(f, "SELECT count(*) FROM chunk"));
    fixture_restart(f); /* what is gone does not come back: the journal is behind the checkpoint */
    assert_int_equal(ask_number(f, "SELECT count(*) FROM chunk WHERE series = 0 AND time_max < 1767398400000"), 0);
}

static void a_clock_gone_astray_takes_a_day_at_most(void **state)
{
    struct fixture *f = *state;
    put_days(f);
    const int64_t count = ask_number(f, "SELECT sum(count) FROM chunk WHERE series = 0");
    keep = (struct gn_retention){ .raw_ms = 5 * INT64_C(86400000) };
    use_rules(f, 0, FIXTURE_T0 + 4000 * INT64_C(86400000));
    checkpoints(f, 3);
    assert_int_equal(ask_number(f, "SELECT sum(count) FROM chunk WHERE series = 0"), count);
    use_rules(f, 0, 0); /* back */
    checkpoints(f, 1);
    assert_int_equal(ask_number(f, "SELECT sum(count) FROM chunk WHERE series = 0"), count);
}

static void too_many_bytes_make_the_oldest_a_tier(void **state)
{
    struct fixture *f = *state;
    static struct hours before, after;
    struct gn_store_stats stats;
    put_days(f);
    for (int i = 0; i < 60000; i++)
        fixture_put_reading_of(f, 2, FIXTURE_T0 + i * INT64_C(1000), sqrt(i + 0.5), 0);
    checkpoints(f, 1);
    read_steps(f, 2, GN_TIER_HOUR, &before);
    keep = (struct gn_retention){ .days_ms = 0, .hours_ms = INT64_MAX };
    use_rules(f, 400000, FIXTURE_T0);
    checkpoints(f, 10);
    gn_store_stats(f->reader, &stats);
    assert_true(stats.database_bytes - stats.free_bytes <= 400000);
    read_steps(f, 2, GN_TIER_HOUR, &after);
    check_same(&before, &after);
}

static void a_tier_knows_when_something_was_unusual(void **state)
{
    struct fixture *f = *state;
    static struct hours after;
    char json[200];
    put_days(f);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(json, sizeof json, "{\"series\":%d,\"since\":%lld,\"evidence\":%d.5}", i,
                       (long long)(FIXTURE_T0 + 3600000 + 20000), 7 + i);
        const struct gn_output output = { .kind = "finding",
                                          .id = i ? GN_STR("f1") : GN_STR("f0"),
                                          .time_ms = FIXTURE_T0 + 2 * 3600000,
                                          .seq = f->seq,
                                          .json = gn_str_of(json) };
        assert_int_equal(gn_store_put_output(f->store, &output), GN_OK);
    }
    keep = (struct gn_retention){ .raw_ms = GN_TIER_HOUR, .minutes_ms = 6 * GN_TIER_HOUR, .hours_ms = INT64_MAX };
    use_rules(f, 0, FIXTURE_T0 + 3 * INT64_C(86400000));
    checkpoints(f, 10);
    read_steps(f, 0, GN_TIER_HOUR, &after);
    for (size_t i = 0; i < after.count; i++)
        assert_true(after.rows[i].unusual == (i == 1 ? 7.5 : 0)); /* the first of two series */
}

static void steps_start_at_their_multiples(void **state)
{
    (void)state;
    assert_int_equal(gn_tier_start(-1, 60000), -60000);
    assert_int_equal(gn_tier_start(0, 60000), 0);
    assert_int_equal(gn_tier_start(59999, 60000), 0);
    assert_int_equal(gn_tier_start(-60000, 60000), -60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(buckets_are_the_same_when_the_readings_are_gone, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(tiers_become_wider_with_age_and_go, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(without_a_tier_what_is_old_goes, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_clock_gone_astray_takes_a_day_at_most, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(too_many_bytes_make_the_oldest_a_tier, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_tier_knows_when_something_was_unusual, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(steps_start_at_their_multiples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
