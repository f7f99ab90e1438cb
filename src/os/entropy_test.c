/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "os/entropy.h"

static void two_draws_differ(void **state)
{
    (void)state;
    uint8_t a[32] = { 0 };
    uint8_t b[32] = { 0 };
    gn_entropy(a, sizeof a);
    gn_entropy(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void every_byte_is_drawn_and_no_more(void **state)
{
    (void)state;
    static uint8_t bytes[1000];
    static uint8_t drawn[1000];
    for (int i = 0; i < 20; i++) { /* a byte stays 0 in all of them with 256^-20 */
        gn_entropy(bytes + 1, sizeof bytes - 2);
        for (size_t at = 0; at < sizeof bytes; at++)
            drawn[at] |= bytes[at];
    }
    assert_int_equal(drawn[0], 0);
    assert_int_equal(drawn[sizeof drawn - 1], 0);
    for (size_t at = 1; at < sizeof drawn - 1; at++)
        assert_int_not_equal(drawn[at], 0);
    gn_entropy(NULL, 0);
}

static void bits_are_set_half_the_time(void **state)
{
    (void)state;
    static uint8_t bytes[100000];
    long ones = 0;
    gn_entropy(bytes, sizeof bytes);
    for (size_t at = 0; at < sizeof bytes; at++)
        ones += __builtin_popcount(bytes[at]);
    assert_true(ones > 396000 && ones < 404000); /* 400000, 447 the deviation: nine of them */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_draws_differ),
        cmocka_unit_test(every_byte_is_drawn_and_no_more),
        cmocka_unit_test(bits_are_set_half_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
