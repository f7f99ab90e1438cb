/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

#include "base/mem.h"

static void texts_wait_in_order_and_within_a_limit(void **state)
{
    (void)state;
    struct gn_texts texts;
    static char text[GN_TEXT_VALUE_BYTES_MAX];
    memset(text, 't', sizeof text);
    assert_int_equal(gn_texts_init(&texts), GN_OK);
    size_t taken = 0, seen = 0, at = 0;
    gn_err err = GN_OK;
    while (!err) {
        const struct gn_waiting_text entry = { .series = 3, .seq = taken + 1 };
        err = gn_texts_put(&texts, &entry, (gn_str){ text, taken % sizeof text });
        taken += err == GN_OK;
    }
    assert_int_equal(err, GN_ERR_FULL);
    assert_true(taken > 3500);
    for (const struct gn_waiting_text *entry; (entry = gn_texts_next(&texts, &at)) != NULL; seen++) {
        assert_int_equal(entry->seq, seen + 1);
        assert_int_equal(gn_waiting_text_value(entry).size, seen % sizeof text);
    }
    assert_int_equal(seen, taken);
    gn_texts_clear_lkd(&texts);
    at = 0;
    assert_null(gn_texts_next(&texts, &at));
    gn_texts_fini(&texts);
}

static void limits_cut_the_right_end_of_rows_and_waiting_ones(void **state)
{
    struct fixture *f = *state;
    char text[FIXTURE_TEXT_BYTES];
    fixture_put_things(f);
    for (int i = 0; i < 60; i++) {
        if (i == 40)
            assert_int_equal(gn_store_flush(f->store), GN_OK);
        (void)snprintf(text, sizeof text, "text %d", i);
        /* Every third one is late, some before the flushed ones, some at the same instant. */
        fixture_put_text(f, 3, FIXTURE_T0 + (i % 3 == 0 ? i * 3 : i * 10), text);
    }
    for (uint32_t limit = 0; limit <= 62; limit++)
        for (int newest = 0; newest < 2; newest++)
            fixture_check_range(f, &(struct gn_range){ .series = 3,
                                                       .from_ms = FIXTURE_T0 + 30,
                                                       .to_ms = FIXTURE_T0 + 500,
                                                       .limit = limit,
                                                       .newest_first = newest == 1 });
    fixture_check_count(f, 3, FIXTURE_T0 + 30, FIXTURE_T0 + 500);
    fixture_check_last(f, 3);
}

static bool expect_long(void *ctx, const struct gn_reading *reading)
{
    assert_int_equal(reading->text.size, GN_TEXT_VALUE_BYTES_MAX);
    ++*(int *)ctx;
    return true;
}

static void the_longest_text_survives(void **state)
{
    struct fixture *f = *state;
    static char text[GN_TEXT_VALUE_BYTES_MAX];
    int seen = 0;
    fixture_put_things(f);
    memset(text, 't', sizeof text);
    const gn_str value = { text, sizeof text };
    const struct gn_range range = { .series = 3, .to_ms = INT64_MAX };
    for (int i = 0; i < 5000; i++) /* more than may wait at once */
        assert_int_equal(fixture_put(f, fixture_text(&f->record, f->seq + 1, 3, FIXTURE_T0 + i, value)), GN_OK);
    assert_int_equal(gn_store_range(f->reader, &range, expect_long, &seen), GN_OK);
    assert_int_equal(seen, 5000);

    char bytes[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    struct gn_reading last;
    assert_int_equal(gn_store_last(f->reader, 3, &last, &buf), GN_OK);
    assert_int_equal(last.text.size, sizeof text);
    assert_int_equal(last.time_ms, FIXTURE_T0 + 4999);
    assert_int_equal(gn_store_last(f->reader, 3, &last, NULL), GN_OK);
    assert_int_equal(last.text.size, 0);
    struct gn_buf small = gn_buf_over(bytes, 10);
    assert_int_equal(gn_store_last(f->reader, 3, &last, &small), GN_OK);
    assert_true(small.full); /* said, not overrun */
}

static void no_memory_is_told(void **state)
{
    struct fixture *f = *state;
    struct gn_texts texts;
    struct gn_reading last;
    gn_mem_fail_after(1);
    assert_int_equal(gn_texts_init(&texts), GN_ERR_FULL);
    gn_mem_fail_after(0);
    fixture_put_things(f);
    fixture_put_text(f, 3, FIXTURE_T0, "x");
    gn_mem_fail_after(1);
    assert_int_equal(gn_store_last(f->reader, 3, &last, NULL), GN_ERR_FULL);
    gn_mem_fail_after(0);
    fixture_check_last(f, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_wait_in_order_and_within_a_limit),
        cmocka_unit_test_setup_teardown(limits_cut_the_right_end_of_rows_and_waiting_ones, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_longest_text_survives, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_memory_is_told, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
