/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "store/head.h"

struct fixture {
    pthread_mutex_t mutex;
    struct gn_heads heads;
};

static int set_up(void **state)
{
    static struct fixture f;
    (void)pthread_mutex_init(&f.mutex, NULL);
    *state = &f;
    return gn_heads_init(&f.heads, &f.mutex) == GN_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    gn_heads_fini(&f->heads);
    (void)pthread_mutex_destroy(&f->mutex);
    return 0;
}

static gn_err put(struct fixture *f, uint32_t series, uint64_t seq)
{
    const struct gn_point point = { .time_ms = (int64_t)seq * 10, .value = (double)seq };
    return gn_heads_put(&f->heads, series, seq, &point);
}

static void a_full_chunk_is_sealed_by_the_next_reading(void **state)
{
    struct fixture *f = *state;
    for (uint64_t seq = 1; seq <= GN_HEAD_READINGS; seq++)
        assert_int_equal(put(f, 5, seq), GN_OK);
    assert_int_equal(f->heads.waiting_count, 0);
    assert_int_equal(f->heads.rows[5].count, GN_HEAD_READINGS);
    assert_int_equal(put(f, 5, GN_HEAD_READINGS + 1), GN_OK);
    assert_int_equal(f->heads.waiting_count, 1);
    assert_int_equal(f->heads.waiting[0].series, 5);
    assert_int_equal(f->heads.waiting[0].count, GN_HEAD_READINGS);
    assert_int_equal(f->heads.waiting[0].base_seq, 1);
    assert_true(f->heads.waiting[0].points[255].value == 256.0);
    assert_int_equal(f->heads.rows[5].count, 1);
    assert_int_equal(f->heads.rows[5].base_seq, GN_HEAD_READINGS + 1);
}

static void a_far_seq_begins_a_new_chunk(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, 0, 7), GN_OK);
    assert_int_equal(put(f, 0, 7 + (uint64_t)UINT32_MAX), GN_OK);
    assert_int_equal(f->heads.rows[0].count, 2);
    assert_int_equal(f->heads.rows[0].points[1].seq_delta, UINT32_MAX);
    assert_int_equal(put(f, 0, 8 + (uint64_t)UINT32_MAX), GN_OK);
    assert_int_equal(f->heads.waiting_count, 1);
    assert_int_equal(f->heads.rows[0].count, 1);
}

static void without_room_to_wait_nothing_is_taken(void **state)
{
    struct fixture *f = *state;
    f->heads.waiting_capacity = 2;
    uint64_t seq = 1;
    while (put(f, 0, seq) == GN_OK)
        seq++;
    assert_int_equal(seq, 3 * GN_HEAD_READINGS + 1);
    assert_int_equal(put(f, 0, seq), GN_ERR_FULL);
    assert_int_equal(f->heads.rows[0].count, GN_HEAD_READINGS);
    assert_int_equal(put(f, 1, seq), GN_OK); /* another series still has room */
    pthread_mutex_lock(&f->mutex);
    gn_heads_clear_waiting_lkd(&f->heads);
    pthread_mutex_unlock(&f->mutex);
    assert_int_equal(put(f, 0, seq + 1), GN_OK);
}

static void blocks_are_used_again(void **state)
{
    struct fixture *f = *state;
    uint64_t seq = 1;
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < GN_HEAD_READINGS; i++)
            assert_int_equal(put(f, 0, seq++), GN_OK);
        pthread_mutex_lock(&f->mutex);
        gn_heads_clear_waiting_lkd(&f->heads);
        pthread_mutex_unlock(&f->mutex);
    }
    assert_true(f->heads.fresh <= 2); /* a hundred chunks went through two blocks */
}

static void every_series_has_room_while_as_many_wait_as_may(void **state)
{
    struct fixture *f = *state;
    uint64_t seq = 1;
    for (uint32_t series = 0; series < GN_SERIES_MAX; series++)
        assert_int_equal(put(f, series, seq++), GN_OK);
    for (uint32_t i = 0; i < GN_CHUNKS_WAITING_MAX; i++) {
        for (int k = 0; k < GN_HEAD_READINGS; k++)
            assert_int_equal(put(f, i % 16, seq++), GN_OK);
    }
    assert_int_equal(f->heads.waiting_count, GN_CHUNKS_WAITING_MAX);
    assert_int_equal(f->heads.fresh, GN_SERIES_MAX + GN_CHUNKS_WAITING_MAX);
}

static void a_sealed_chunk_makes_its_row_stale(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, 0, 1), GN_OK);
    f->heads.rows[0].saved_row = 77;
    f->heads.rows[0].saved_count = 1;
    for (uint64_t seq = 2; seq <= GN_HEAD_READINGS + 1; seq++)
        assert_int_equal(put(f, 0, seq), GN_OK);
    assert_int_equal(f->heads.rows[0].saved_row, 0);
    assert_int_equal(f->heads.rows[0].saved_count, 0);
    assert_int_equal(f->heads.rows[0].stale_row, 77);
}

static void what_is_not_newer_does_not_follow(void **state)
{
    struct fixture *f = *state;
    const struct gn_head *head = &f->heads.rows[0];
    struct gn_point point = { .time_ms = INT64_MIN };
    assert_true(gn_head_follows(head, &point)); /* the first of all, whatever its time */
    assert_int_equal(put(f, 0, 7), GN_OK);
    point.time_ms = 69;
    assert_false(gn_head_follows(head, &point));
    point.time_ms = 70;
    assert_false(gn_head_follows(head, &point)); /* a duplicate */
    point.quality = GN_QUALITY_NO_TIME;
    assert_true(gn_head_follows(head, &point)); /* stamped in the same millisecond */
    point.quality = GN_QUALITY_GOOD;
    point.time_ms = 71;
    assert_true(gn_head_follows(head, &point));
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    struct gn_heads heads;
    pthread_mutex_t mutex;
    for (size_t n = 1; n <= 4; n++) {
        gn_mem_fail_after(n);
        assert_int_equal(gn_heads_init(&heads, &mutex), GN_ERR_FULL);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_chunk_is_sealed_by_the_next_reading, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_far_seq_begins_a_new_chunk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_room_to_wait_nothing_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blocks_are_used_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_series_has_room_while_as_many_wait_as_may, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sealed_chunk_makes_its_row_stale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_newer_does_not_follow, set_up, tear_down),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
