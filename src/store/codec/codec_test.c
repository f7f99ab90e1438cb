/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/codec.h"
#include "store/codec/codec_fixture.h"

static uint8_t first[GN_DOUBLES_BYTES_MAX];

/* What a file from any machine holds must be written by any other in the same way. */
static void the_bytes_are_those_of_the_format(void **state)
{
    (void)state;
    const double values[] = { 21.5, 21.53, 21.49, 21.5, -0.5 };
    const int64_t times[] = { 1000, 2000, 3000, 4000, 5000 };
    const uint8_t want_values[] = { 0, 2 }, want_times[] = { 3, 0xd0, 0x0f, 0xd0, 0x0f, 0 };
    assert_true(gn_codec_best()->doubles_encode(values, 5, first) > 2);
    assert_memory_equal(first, want_values, sizeof want_values); /* decimal, two digits */
    assert_int_equal(gn_codec_best()->ints_encode(times, 5, first), sizeof want_times);
    assert_memory_equal(first, want_times, sizeof want_times);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_those_of_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
