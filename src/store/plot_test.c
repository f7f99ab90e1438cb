/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

struct drawn {
    size_t count;
    struct gn_reading rows[GN_QUERY_PLOT_MAX];
};

static bool draw(void *ctx, const struct gn_reading *reading)
{
    struct drawn *drawn = ctx;
    assert_true(drawn->count < GN_QUERY_PLOT_MAX);
    drawn->rows[drawn->count++] = *reading;
    return true;
}

/* The method as its paper writes it down, over an array: slow and plain. */
static void expect_as_in_the_paper(const struct fixture_row *rows, size_t count, const struct drawn *drawn,
                                   size_t points)
{
    size_t before = 0;
    assert_int_equal(drawn->count, points);
    assert_int_equal(drawn->rows[0].seq, rows[0].seq);
    assert_int_equal(drawn->rows[points - 1].seq, rows[count - 1].seq);
    for (size_t b = 0; b < points - 2; b++) {
        const size_t from = 1 + b * (count - 2) / (points - 2);
        const size_t to = 1 + (b + 1) * (count - 2) / (points - 2);
        const size_t next_to = b + 1 < points - 2 ? 1 + (b + 2) * (count - 2) / (points - 2) : count;
        double mean_ms = 0, mean = 0, largest = -1;
        size_t best = from;
        for (size_t i = to; i < next_to; i++) {
            mean_ms += (double)(rows[i].time_ms - rows[before].time_ms) / (double)(next_to - to);
            mean += rows[i].value / (double)(next_to - to);
        }
        for (size_t i = from; i < to; i++) {
            const double area = fabs(mean_ms * (rows[i].value - rows[before].value) -
                                     (double)(rows[i].time_ms - rows[before].time_ms) * (mean - rows[before].value));
            if (area > largest) {
                largest = area;
                best = i;
            }
        }
        assert_int_equal(drawn->rows[b + 1].seq, rows[best].seq);
        before = best;
    }
}

static void a_plot_is_that_of_the_paper(void **state)
{
    struct fixture *f = *state;
    static struct drawn drawn;
    int64_t time = FIXTURE_T0;
    fixture_put_things(f);
    for (int i = 0; i < 3000; i++) {
        time += 1 + (int64_t)(fixture_random(f) % 100);
        fixture_put_reading(f, 0, i % 50 == 7 ? time - 3000 : time, sin(i / 40.0) + (i % 701 == 0 ? 5 : 0));
    }
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    size_t count = 0;
    struct fixture_row *rows = fixture_select(f, 0, INT64_MIN, INT64_MAX, &count);
    static const uint32_t points[] = { 3, 4, 7, 100, 999, 2900 };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        const struct gn_range range = { .series = 0, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = points[i] };
        drawn.count = 0;
        assert_int_equal(gn_store_plot(f->reader, &range, draw, &drawn), GN_OK);
        expect_as_in_the_paper(rows, count, &drawn, points[i]);
    }
    gn_mem_give(rows);
}

static void few_readings_are_all_shown(void **state)
{
    struct fixture *f = *state;
    static struct drawn drawn;
    const struct gn_range range = { .series = 0, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 10 };
    fixture_put_things(f);
    assert_int_equal(gn_store_plot(f->reader, &range, draw, &drawn), GN_OK);
    assert_int_equal(drawn.count, 0);
    for (int i = 0; i < 10; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, i);
    assert_int_equal(gn_store_plot(f->reader, &range, draw, &drawn), GN_OK);
    assert_int_equal(drawn.count, 10);
}

static void what_cannot_be_drawn_is_left_out_or_refused(void **state)
{
    struct fixture *f = *state;
    static struct drawn drawn;
    struct gn_range range = { .series = 0, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 10 };
    fixture_put_things(f);
    for (int i = 0; i < 200; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, i % 3 == 0 ? (double)NAN : (double)i);
    assert_int_equal(gn_store_plot(f->reader, &range, draw, &drawn), GN_OK);
    assert_true(drawn.count > 5 && drawn.count <= 10);
    for (size_t i = 0; i < drawn.count; i++)
        assert_true(isfinite(drawn.rows[i].value));
    range.limit = 2;
    assert_int_equal(gn_store_plot(f->reader, &range, draw, NULL), GN_ERR_INVAL);
    range.limit = GN_QUERY_PLOT_MAX + 1;
    assert_int_equal(gn_store_plot(f->reader, &range, draw, NULL), GN_ERR_INVAL);
    range = (struct gn_range){ .series = 3, .limit = 10 };
    assert_int_equal(gn_store_plot(f->reader, &range, draw, NULL), GN_ERR_INVAL);
    range.series = 9;
    assert_int_equal(gn_store_plot(f->reader, &range, draw, NULL), GN_ERR_NOT_FOUND);
}

static void more_readings_than_two_buckets_hold_are_refused(void **state)
{
    struct fixture *f = *state;
    static struct drawn drawn;
    const struct gn_range range = { .series = 0, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 3 };
    fixture_put_things(f);
    for (int i = 0; i < GN_QUERY_READINGS_MAX / 2; i++)
        fixture_put_reading(f, 0, FIXTURE_T0 + i, i);
    assert_int_equal(gn_store_plot(f->reader, &range, draw, &drawn), GN_ERR_FULL);
    fixture_check_count(f, 0, INT64_MIN, INT64_MAX); /* the reader is fit for the next question */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plot_is_that_of_the_paper, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(few_readings_are_all_shown, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_drawn_is_left_out_or_refused, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(more_readings_than_two_buckets_hold_are_refused, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
