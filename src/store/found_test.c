/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "store/found.h"

enum { ALL = 30000 };

static struct gn_found first[GN_FOUND_MAX], second[GN_FOUND_MAX], all[ALL];

static uint64_t mix(uint64_t v)
{
    v ^= v >> 30;
    v *= UINT64_C(0xbf58476d1ce4e5b9);
    v ^= v >> 27;
    return v * UINT64_C(0x94d049bb133111eb);
}

static int compare(const void *a, const void *b)
{
    const struct gn_found *x = a;
    const struct gn_found *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Adds all[0..count) and compares with what sorting everything would keep. */
static void check(uint32_t count, uint32_t limit, bool newest)
{
    struct gn_find find = { .found = first, .spare = second, .limit = limit, .newest = newest };
    for (uint32_t i = 0; i < count; i++)
        gn_find_add(&find, &all[i]);
    gn_find_settle(&find);
    struct gn_found *sorted = malloc((count + 1) * sizeof *sorted);
    assert_non_null(sorted);
    memcpy(sorted, all, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    const uint32_t kept = count < limit ? count : limit;
    assert_int_equal(find.count, kept);
    const struct gn_found *wanted = newest ? sorted + (count - kept) : sorted;
    for (uint32_t i = 0; i < kept; i++) {
        assert_int_equal(find.found[i].time_ms, wanted[i].time_ms);
        assert_int_equal(find.found[i].seq, wanted[i].seq);
        assert_true(find.found[i].value == wanted[i].value);
    }
    assert_int_equal(find.bounded, count >= limit);
    if (find.bounded)
        assert_int_equal(find.bound_ms, newest ? wanted[0].time_ms : wanted[kept - 1].time_ms);
    free(sorted);
}

static void any_order_is_sorted_and_cut(void **state)
{
    (void)state;
    static const uint32_t limits[] = { 1, 2, 100, 4096, 20000, 100000 };
    static const uint32_t counts[] = { 0, 1, 2, 3, 255, 5000, ALL };
    for (int shape = 0; shape < 6; shape++) {
        for (uint32_t i = 0; i < ALL; i++) {
            int64_t time = i;
            switch (shape) {
            case 0:
                break; /* in order */
            case 1:
                time = -(int64_t)i;
                break; /* the other way round */
            case 2:
                time = (int64_t)(mix(i + 1) % 1000000);
                break; /* no order at all */
            case 3:
                time = (int64_t)(mix(i + 1) % 7);
                break; /* many at the same instant */
            case 4:
                time = (ALL / 256 - i / 256) * 256 + i % 256;
                break; /* chunks, newest first */
            default:
                time = i < 1000 ? ALL + i : i;
                break; /* memory first, then chunks */
            }
            all[i] = (struct gn_found){ .time_ms = time, .seq = i + 1, .value = (double)i };
        }
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
            for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++) {
                check(counts[c], limits[l], false);
                check(counts[c], limits[l], true);
            }
    }
}

static void what_is_beyond_the_bound_is_not_kept(void **state)
{
    (void)state;
    struct gn_find find = { .found = first, .spare = second, .limit = 2 };
    for (int64_t time = 10; time < 13; time++)
        gn_find_add(&find, &(struct gn_found){ .time_ms = time, .seq = (uint64_t)time });
    gn_find_settle(&find);
    assert_true(find.bounded);
    assert_int_equal(find.bound_ms, 11);
    gn_find_add(&find, &(struct gn_found){ .time_ms = 12, .seq = 1 });
    assert_int_equal(find.count, 2);
    gn_find_add(&find, &(struct gn_found){ .time_ms = 11, .seq = 1 }); /* the same instant, but it came first */
    assert_int_equal(find.count, 3);
    gn_find_settle(&find);
    assert_int_equal(find.found[1].seq, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_is_sorted_and_cut),
        cmocka_unit_test(what_is_beyond_the_bound_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
