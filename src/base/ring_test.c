/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "base/ring.h"

enum { RING_BYTES = 4096, TYPE_DATA = 1, STRESS_RECORDS = 200000 };

struct record {
    uint32_t size;
    uint8_t type;
    uint8_t zero[3];
    uint64_t number;
};

static _Alignas(64) uint8_t memory[RING_BYTES];
static struct gn_ring ring;

static int begin_with(size_t follower_count)
{
    memset(memory, 0xEE, sizeof memory);
    return gn_ring_init(&ring, memory, sizeof memory, follower_count) ? -1 : 0;
}

static int one_follower(void **state)
{
    (void)state;
    return begin_with(1);
}

static int two_followers(void **state)
{
    (void)state;
    return begin_with(2);
}

static bool put(size_t size, uint64_t number)
{
    struct record *record = gn_ring_reserve(&ring, size);
    if (record == NULL)
        return false;
    *record = (struct record){ .size = (uint32_t)size, .type = TYPE_DATA, .number = number };
    return true;
}

/* Takes everything that is there; checks that numbers go on from *next. Returns how many pads there were. */
static size_t drain(size_t follower, uint64_t *next)
{
    size_t pads = 0;
    for (;;) {
        const gn_bytes seen = gn_ring_peek(&ring, follower);
        if (seen.size == 0)
            return pads;
        for (size_t at = 0; at < seen.size;) {
            struct record head;
            memcpy(&head, seen.at + at, 8);
            assert_true(head.size >= 8 && head.size % 8 == 0 && head.size <= seen.size - at);
            if (head.type == 0) {
                pads++;
            } else {
                memcpy(&head, seen.at + at, sizeof head);
                assert_int_equal(head.number, *next);
                (*next)++;
            }
            at += head.size;
        }
        gn_ring_advance(&ring, follower, seen.size);
    }
}

static void only_good_memory_is_taken(void **state)
{
    (void)state;
    struct gn_ring r;
    assert_int_equal(gn_ring_init(&r, NULL, RING_BYTES, 1), GN_ERR_INVAL);
    assert_int_equal(gn_ring_init(&r, memory + 4, RING_BYTES, 1), GN_ERR_INVAL);
    assert_int_equal(gn_ring_init(&r, memory, 2048, 1), GN_ERR_INVAL);
    assert_int_equal(gn_ring_init(&r, memory, 4096 + 8, 1), GN_ERR_INVAL);
    assert_int_equal(gn_ring_init(&r, memory, 0, 1), GN_ERR_INVAL);
    assert_int_equal(gn_ring_init(&r, memory, RING_BYTES, 0), GN_ERR_INVAL);
    assert_int_equal(gn_ring_init(&r, memory, RING_BYTES, GN_RING_FOLLOWERS_MAX + 1), GN_ERR_INVAL);
    assert_int_equal(gn_ring_init(&r, memory, RING_BYTES, GN_RING_FOLLOWERS_MAX), GN_OK);
}

static void what_is_reserved_is_seen_only_after_publish(void **state)
{
    (void)state;
    assert_true(put(24, 0));
    assert_true(put(32, 1));
    assert_int_equal(gn_ring_claimed(&ring), 56);
    assert_int_equal(gn_ring_head(&ring), 0);
    assert_int_equal(gn_ring_peek(&ring, 0).size, 0);
    gn_ring_publish(&ring);
    assert_int_equal(gn_ring_head(&ring), 56);
    assert_int_equal(gn_ring_peek(&ring, 0).size, 56);
    assert_ptr_equal(gn_ring_peek(&ring, 0).at, memory);
}

static void a_follower_gives_back_part_by_part(void **state)
{
    (void)state;
    assert_true(put(24, 0) && put(24, 1));
    gn_ring_publish(&ring);
    gn_ring_advance(&ring, 0, 24);
    assert_int_equal(gn_ring_tail(&ring, 0), 24);
    assert_int_equal(gn_ring_peek(&ring, 0).size, 24);
    gn_ring_advance(&ring, 0, 24);
    assert_int_equal(gn_ring_peek(&ring, 0).size, 0);
}

static void a_ring_filled_to_the_last_byte_takes_no_more(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 4; i++)
        assert_true(put(RING_BYTES / 4, i));
    gn_ring_publish(&ring);
    assert_int_equal(gn_ring_claimed(&ring), RING_BYTES);
    assert_null(gn_ring_reserve(&ring, 8));
    assert_int_equal(gn_ring_claimed(&ring), RING_BYTES);
    assert_int_equal(gn_ring_peek(&ring, 0).size, RING_BYTES);
    gn_ring_advance(&ring, 0, RING_BYTES / 4);
    assert_ptr_equal(gn_ring_reserve(&ring, RING_BYTES / 4), memory);
    assert_null(gn_ring_reserve(&ring, 8));
}

static void what_is_not_published_fills_the_ring_too(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 4; i++)
        assert_true(put(RING_BYTES / 4, i));
    assert_null(gn_ring_reserve(&ring, 8));
    assert_int_equal(gn_ring_peek(&ring, 0).size, 0);
}

static void the_slowest_follower_decides(void **state)
{
    (void)state;
    uint64_t fast = 0;
    uint64_t slow = 0;
    for (uint64_t i = 0; i < 4; i++)
        assert_true(put(RING_BYTES / 4, i));
    gn_ring_publish(&ring);
    (void)drain(0, &fast);
    assert_null(gn_ring_reserve(&ring, 8));
    gn_ring_advance(&ring, 1, RING_BYTES / 4);
    slow = 1;
    assert_true(put(RING_BYTES / 4, 4));
    assert_null(gn_ring_reserve(&ring, 8));
    gn_ring_publish(&ring);
    (void)drain(0, &fast);
    (void)drain(1, &slow);
    assert_int_equal(fast, 5);
    assert_int_equal(slow, 5);
}

static void what_is_left_at_the_end_becomes_a_pad(void **state)
{
    (void)state;
    uint64_t next = 0;
    for (size_t pad = 8; pad <= 64; pad += 8) {
        assert_int_equal(begin_with(1), 0);
        next = 0;
        /* Up to `pad` bytes before the end, then one record that is too large for what is left. */
        for (uint64_t i = 0; i < 3; i++)
            assert_true(put(RING_BYTES / 4, i));
        assert_true(put(RING_BYTES / 4 - pad, 3));
        gn_ring_publish(&ring);
        assert_int_equal(drain(0, &next), 0);
        assert_true(put(pad + 8, 4));
        gn_ring_publish(&ring);
        const gn_bytes seen = gn_ring_peek(&ring, 0);
        assert_int_equal(seen.size, pad); /* up to the wrap: the pad alone */
        assert_int_equal(drain(0, &next), 1);
        assert_int_equal(next, 5);
    }
}

static void a_record_that_just_fits_the_end_needs_no_pad(void **state)
{
    (void)state;
    uint64_t next = 0;
    for (uint64_t i = 0; i < 3; i++)
        assert_true(put(RING_BYTES / 4, i));
    assert_true(put(RING_BYTES / 4 - 32, 3));
    gn_ring_publish(&ring);
    (void)drain(0, &next);
    assert_true(put(32, 4));
    gn_ring_publish(&ring);
    assert_int_equal(gn_ring_head(&ring), RING_BYTES);
    assert_int_equal(drain(0, &next), 0);
    assert_true(put(16, 5));
    gn_ring_publish(&ring);
    assert_ptr_equal(gn_ring_peek(&ring, 0).at, memory);
}

static void a_pad_that_would_pass_the_slowest_is_not_written(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3; i++)
        assert_true(put(RING_BYTES / 4, i));
    assert_true(put(RING_BYTES / 4 - 16, 3));
    gn_ring_publish(&ring);
    gn_ring_advance(&ring, 0, 24); /* 16 at the end and 24 at the start are free, 32 in one piece are not */
    memory[RING_BYTES - 16] = 0xEE;
    const uint64_t before = gn_ring_claimed(&ring);
    assert_null(gn_ring_reserve(&ring, 32));
    assert_int_equal(gn_ring_claimed(&ring), before);
    assert_int_equal(memory[RING_BYTES - 16], 0xEE);
    gn_ring_advance(&ring, 0, 8);
    assert_ptr_equal(gn_ring_reserve(&ring, 32), memory);
}

/* Two followers, each of which must see every record, once, in order and whole. */
static void *follow(void *arg)
{
    const size_t follower = (size_t)(uintptr_t)arg;
    uint64_t next = 0;
    uint64_t wrong = 0;
    while (next < STRESS_RECORDS) {
        const gn_bytes seen = gn_ring_peek(&ring, follower);
        if (seen.size == 0)
            (void)sched_yield();
        size_t at = 0;
        /* Gives back half of what there is, so that the tails are not always at a publish. */
        while (at < seen.size && at <= seen.size / 2) {
            struct record head;
            memcpy(&head, seen.at + at, 8);
            if (head.type != 0) {
                memcpy(&head, seen.at + at, sizeof head);
                wrong += head.number != next;
                for (size_t i = sizeof head; i < head.size; i++)
                    wrong += seen.at[at + i] != (uint8_t)next;
                next++;
            }
            at += head.size;
        }
        gn_ring_advance(&ring, follower, at);
    }
    return (void *)(uintptr_t)wrong;
}

static void three_threads_lose_nothing(void **state)
{
    (void)state;
    pthread_t followers[2];
    uint64_t seed = 1;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&followers[i], NULL, follow, (void *)(uintptr_t)i), 0);
    for (uint64_t number = 0; number < STRESS_RECORDS;) {
        const size_t size = 16 + (size_t)(seed >> 33) % 20 * 8;
        struct record *record = gn_ring_reserve(&ring, size);
        if (record == NULL) {
            gn_ring_publish(&ring); /* what is reserved must be seen, else nobody makes room */
            (void)sched_yield();
            continue;
        }
        seed = seed * UINT64_C(6364136223846793005) + 1;
        *record = (struct record){ .size = (uint32_t)size, .type = TYPE_DATA, .number = number };
        memset(record + 1, (uint8_t)number, size - sizeof *record);
        number++;
        if (seed >> 62 == 0)
            gn_ring_publish(&ring);
    }
    gn_ring_publish(&ring);
    for (size_t i = 0; i < 2; i++) {
        void *wrong;
        assert_int_equal(pthread_join(followers[i], &wrong), 0);
        assert_null(wrong);
        assert_true(gn_ring_tail(&ring, i) == gn_ring_head(&ring));
    }
}

static void room_that_was_promised_is_there(void **state)
{
    (void)state;
    assert_int_equal(begin_with(1), 0);
    for (int round = 0; round < 200; round++) {
        while (gn_ring_has_room(&ring, 520)) {
            for (int part = 0; part < 5; part++) { /* however it is cut, and wherever the wrap is */
                uint32_t *record = gn_ring_reserve(&ring, 104);
                assert_non_null(record);
                record[0] = 104;
                record[1] = 1;
            }
            gn_ring_publish(&ring);
        }
        const gn_bytes waiting = gn_ring_peek(&ring, 0);
        gn_ring_advance(&ring, 0, ((const uint32_t *)(const void *)waiting.at)[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_that_was_promised_is_there),
        cmocka_unit_test(only_good_memory_is_taken),
        cmocka_unit_test_setup(what_is_reserved_is_seen_only_after_publish, one_follower),
        cmocka_unit_test_setup(a_follower_gives_back_part_by_part, one_follower),
        cmocka_unit_test_setup(a_ring_filled_to_the_last_byte_takes_no_more, one_follower),
        cmocka_unit_test_setup(what_is_not_published_fills_the_ring_too, one_follower),
        cmocka_unit_test_setup(the_slowest_follower_decides, two_followers),
        cmocka_unit_test_setup(what_is_left_at_the_end_becomes_a_pad, one_follower),
        cmocka_unit_test_setup(a_record_that_just_fits_the_end_needs_no_pad, one_follower),
        cmocka_unit_test_setup(a_pad_that_would_pass_the_slowest_is_not_written, one_follower),
        cmocka_unit_test_setup(three_threads_lose_nothing, two_followers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
