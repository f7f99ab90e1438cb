/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static struct gn_mem_row row_of(const char *purpose)
{
    struct gn_mem_row rows[200];
    const size_t count = gn_mem_plan(rows, 200);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].purpose, purpose) == 0)
            return rows[i];
    return (struct gn_mem_row){ 0 };
}

static void blocks_are_aligned_and_zeroed(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 63, 64, 65, 65535, 65536, 65537, 1000000 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int again = 0; again < 2; again++) {
            uint8_t *block = gn_mem_take(sizes[i], "test");
            assert_non_null(block);
            assert_int_equal((uintptr_t)block % 64, 0);
            for (size_t at = 0; at < sizes[i]; at++)
                assert_int_equal(block[at], 0);
            memset(block, 0xFF, sizes[i]);
            gn_mem_give(block);
        }
    }
    gn_mem_give(NULL);
}

/* Blocks that were given back dirty must not come out dirty. */
static void blocks_that_come_again_are_zeroed_too(void **state)
{
    (void)state;
    static uint8_t *blocks[200];
    for (int again = 0; again < 3; again++) {
        for (size_t i = 0; i < 200; i++) {
            blocks[i] = gn_mem_take(500, "test");
            assert_non_null(blocks[i]);
            for (size_t at = 0; at < 500; at++)
                assert_int_equal(blocks[i][at], 0);
            memset(blocks[i], 0xFF, 500);
        }
        for (size_t i = 0; i < 200; i++)
            gn_mem_give(blocks[i]);
    }
}

static void the_plan_counts_what_is_out(void **state)
{
    (void)state;
    void *a = gn_mem_take(100, "plan a");
    void *b = gn_mem_take(70000, "plan a");
    void *c = gn_mem_take(5, "plan b");
    assert_int_equal(row_of("plan a").bytes, 70100);
    assert_int_equal(row_of("plan a").blocks, 2);
    assert_int_equal(row_of("plan b").bytes, 5);
    gn_mem_give(b);
    assert_int_equal(row_of("plan a").bytes, 100);
    gn_mem_give(a);
    gn_mem_give(c);
    assert_int_equal(row_of("plan a").blocks, 0);
    assert_null(row_of("plan a").purpose); /* nothing out, no row */
}

static void the_plan_says_how_long_it_is(void **state)
{
    (void)state;
    struct gn_mem_row one[1] = { { .purpose = NULL } };
    void *a = gn_mem_take(1, "plan a");
    void *b = gn_mem_take(2, "plan b");
    assert_int_equal(gn_mem_plan(NULL, 0), 2);
    assert_int_equal(gn_mem_plan(one, 1), 2);
    assert_non_null(one[0].purpose);
    gn_mem_give(a);
    gn_mem_give(b);
}

static void purposes_beyond_the_table_share_a_row(void **state)
{
    (void)state;
    static char purposes[300][16];
    static void *blocks[300];
    size_t bytes = 0;
    struct gn_mem_row rows[300];
    for (size_t i = 0; i < 300; i++) {
        (void)snprintf(purposes[i], sizeof purposes[i], "many %zu", i);
        blocks[i] = gn_mem_take(10, purposes[i]);
        assert_non_null(blocks[i]);
    }
    const size_t count = gn_mem_plan(rows, 300);
    assert_true(count < 300);
    for (size_t i = 0; i < count; i++)
        bytes += rows[i].bytes;
    assert_int_equal(bytes, 3000);
    assert_string_equal(rows[count - 1].purpose, "others");
    for (size_t i = 0; i < 300; i++)
        gn_mem_give(blocks[i]);
    assert_int_equal(gn_mem_plan(NULL, 0), 0);
}

static void the_nth_take_fails_on_demand(void **state)
{
    (void)state;
    gn_mem_fail_after(3);
    void *a = gn_mem_take(1, "test");
    void *b = gn_mem_take(1, "test");
    assert_non_null(a);
    assert_non_null(b);
    assert_null(gn_mem_take(1, "test"));
    void *c = gn_mem_take(1, "test");
    assert_non_null(c);
    gn_mem_fail_after(1);
    gn_mem_fail_after(0);
    void *d = gn_mem_take(1, "test");
    assert_non_null(d);
    gn_mem_give(a);
    gn_mem_give(b);
    gn_mem_give(c);
    gn_mem_give(d);
}

static void more_than_there_is_is_refused(void **state)
{
    (void)state;
    assert_null(gn_mem_take(SIZE_MAX, "test"));
    assert_null(gn_mem_take(SIZE_MAX - 63, "test"));
    assert_null(gn_mem_take(SIZE_MAX / 2, "test"));
    assert_int_equal(row_of("test").blocks, 0);
}

static long resident_pages(void)
{
    long size = 0;
    long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
    (void)fclose(file);
    return resident;
}

static void what_is_not_touched_costs_nothing(void **state)
{
    (void)state;
    const long before = resident_pages();
    uint8_t *large = gn_mem_take((size_t)1 << 30, "test"); /* 1 GiB */
    assert_non_null(large);
    large[(size_t)1 << 29] = 1;
    assert_true((resident_pages() - before) * sysconf(_SC_PAGESIZE) < 16 << 20);
    gn_mem_give(large);
}

static void *take_and_give(void *arg)
{
    for (int i = 0; i < 2000; i++)
        gn_mem_give(gn_mem_take(64, arg));
    return NULL;
}

static void threads_may_take_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    static char purposes[4][16] = { "thread 0", "thread 1", "thread 0", "thread 1" };
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, purposes[i]), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(gn_mem_plan(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_zeroed),
        cmocka_unit_test(blocks_that_come_again_are_zeroed_too),
        cmocka_unit_test(the_plan_counts_what_is_out),
        cmocka_unit_test(the_plan_says_how_long_it_is),
        cmocka_unit_test(the_nth_take_fails_on_demand),
        cmocka_unit_test(more_than_there_is_is_refused),
        cmocka_unit_test(what_is_not_touched_costs_nothing),
        cmocka_unit_test(threads_may_take_at_once),
        cmocka_unit_test(purposes_beyond_the_table_share_a_row), /* last: it fills the table */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
