/* SPDX-License-Identifier: Apache-2.0 */
#include "store/grid.h"

#include "store/store_fixture.h"

static double out[GN_QUERY_BUCKETS_MAX];

/* Nothing at -1, 7 at step 1, 9 and 11 at step 3. */
static void put_some(struct fixture *f)
{
    fixture_put_things(f);
    fixture_put_reading(f, 0, FIXTURE_T0 + 1500, 7);
    fixture_put_reading(f, 0, FIXTURE_T0 + 3200, 8);
    fixture_put_reading(f, 0, FIXTURE_T0 + 3700, 10);
}

static void expect(struct fixture *f, gn_bucket_value value, gn_fill fill, const double *wanted)
{
    const struct gn_grid grid = { FIXTURE_T0, FIXTURE_T0 + 6000, 1000, value, 75, fill };
    assert_int_equal(gn_store_grid(f->reader, 0, &grid, out), GN_OK);
    for (size_t i = 0; i < 6; i++)
        assert_true(isnan(wanted[i]) ? isnan(out[i]) : out[i] == wanted[i]);
}

static void empty_steps_are_filled_by_the_rule(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    expect(f, GN_VALUE_MEAN, GN_FILL_NULL, (double[]){ NAN, 7, NAN, 9, NAN, NAN });
    expect(f, GN_VALUE_MEAN, GN_FILL_LINEAR, (double[]){ NAN, 7, 8, 9, NAN, NAN });
    expect(f, GN_VALUE_MEAN, GN_FILL_PREVIOUS, (double[]){ NAN, 7, 7, 9, 9, 9 });
    fixture_put_reading_of(f, 0, FIXTURE_T0 - 90000, 5, GN_QUALITY_LATE); /* what held when the range began */
    expect(f, GN_VALUE_MEAN, GN_FILL_PREVIOUS, (double[]){ 5, 7, 7, 9, 9, 9 });
    expect(f, GN_VALUE_SUM, GN_FILL_PREVIOUS, (double[]){ NAN, 7, 7, 18, 18, 18 });
}

static void each_value_of_a_bucket_can_be_asked_for(void **state)
{
    struct fixture *f = *state;
    put_some(f);
    expect(f, GN_VALUE_MIN, GN_FILL_NULL, (double[]){ NAN, 7, NAN, 8, NAN, NAN });
    expect(f, GN_VALUE_MAX, GN_FILL_NULL, (double[]){ NAN, 7, NAN, 10, NAN, NAN });
    expect(f, GN_VALUE_SUM, GN_FILL_NULL, (double[]){ NAN, 7, NAN, 18, NAN, NAN });
    expect(f, GN_VALUE_FIRST, GN_FILL_NULL, (double[]){ NAN, 7, NAN, 8, NAN, NAN });
    expect(f, GN_VALUE_LAST, GN_FILL_NULL, (double[]){ NAN, 7, NAN, 10, NAN, NAN });
    expect(f, GN_VALUE_PERCENTILE, GN_FILL_NULL, (double[]){ NAN, 7, NAN, 9.5, NAN, NAN });
    for (int fill = 0; fill < GN_FILL_COUNT_OF; fill++) /* nothing came is 0 */
        expect(f, GN_VALUE_COUNT, (gn_fill)fill, (double[]){ 0, 1, 0, 2, 0, 0 });
}

static void the_grid_is_aligned_and_bounded(void **state)
{
    struct fixture *f = *state;
    int64_t first = 0;
    size_t count = 0;
    struct gn_grid grid = { .from_ms = -1, .to_ms = 1, .step_ms = 1000 };
    put_some(f);
    assert_int_equal(gn_grid_steps(&grid, &first, &count), GN_OK);
    assert_int_equal(first, -1000);
    assert_int_equal(count, 2);
    grid.to_ms = -1;
    assert_int_equal(gn_grid_steps(&grid, &first, &count), GN_OK);
    assert_int_equal(count, 0);
    assert_int_equal(gn_store_grid(f->reader, 0, &grid, out), GN_OK);
    grid.from_ms = 0;
    grid.to_ms = INT64_C(1000) * GN_QUERY_BUCKETS_MAX;
    assert_int_equal(gn_grid_steps(&grid, &first, &count), GN_OK);
    assert_int_equal(count, GN_QUERY_BUCKETS_MAX);
    assert_int_equal(gn_store_grid(f->reader, 0, &grid, out), GN_OK);
    grid.to_ms++;
    assert_int_equal(gn_grid_steps(&grid, &first, &count), GN_ERR_FULL);
    grid.to_ms = INT64_MAX;
    assert_int_equal(gn_grid_steps(&grid, &first, &count), GN_ERR_INVAL);
    grid = (struct gn_grid){ .to_ms = 5, .step_ms = 0 };
    assert_int_equal(gn_grid_steps(&grid, &first, &count), GN_ERR_INVAL);
    assert_int_equal(gn_store_grid(f->reader, 0, &grid, out), GN_ERR_INVAL);
    grid.step_ms = 1;
    assert_int_equal(gn_store_grid(f->reader, 3, &grid, out), GN_ERR_INVAL); /* texts have no mean */
    assert_int_equal(gn_store_grid(f->reader, 9, &grid, out), GN_ERR_NOT_FOUND);
}

static void words_are_known(void **state)
{
    (void)state;
    gn_fill fill;
    gn_bucket_value value;
    assert_true(gn_fill_named(GN_STR("linear"), &fill) && fill == GN_FILL_LINEAR);
    assert_false(gn_fill_named(GN_STR("lin"), &fill));
    assert_true(gn_bucket_value_named(GN_STR("percentile"), &value) && value == GN_VALUE_PERCENTILE);
    assert_false(gn_bucket_value_named(GN_STR(""), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(empty_steps_are_filled_by_the_rule, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_value_of_a_bucket_can_be_asked_for, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_grid_is_aligned_and_bounded, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(words_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
