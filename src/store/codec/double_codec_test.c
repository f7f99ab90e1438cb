/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/double_codec.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/codec/codec_fixture.h"

static double values[GN_COLUMN_NUMBERS_MAX];
static double back[GN_COLUMN_NUMBERS_MAX];
static uint8_t coded[GN_DOUBLES_BYTES_MAX];

static size_t round_trip(uint32_t count)
{
    const size_t size = gn_doubles_encode(values, count, coded);
    assert_true(size <= GN_DOUBLES_BYTES_MAX);
    uint8_t *copy = codec_copy(coded, size);
    struct gn_reader r = { copy, copy + size };
    assert_int_equal(gn_doubles_decode(&r, count, back), GN_OK);
    assert_ptr_equal(r.at, r.end);
    assert_memory_equal(back, values, count * sizeof *values); /* bits: NaN is not equal to itself */
    gn_mem_give(copy);
    return size;
}

static double from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static double walk(uint64_t *random, int64_t *at)
{
    *at += (int64_t)(codec_mix(random) % 21) - 10;
    return (double)*at;
}

/* A value as text with `digits` behind the point, read again: what a JSON parser makes of a sensor's words. */
static double of_text(double v, int digits)
{
    char text[64];
    snprintf(text, sizeof text, "%.*f", digits, v);
    return strtod(text, NULL);
}

static void every_number_of_digits_costs_what_the_steps_cost(void **state)
{
    (void)state;
    for (int digits = 0; digits <= 12; digits++) {
        uint64_t random = 3;
        int64_t at = 2150;
        for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
            values[i] = of_text(walk(&random, &at) / pow(10, digits), digits);
        assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < GN_COLUMN_NUMBERS_MAX * 3 / 4);
        assert_int_equal(coded[0] & 2, 0);
        assert_true(coded[1] <= digits);
    }
}

static void floats_and_means_of_decimals_are_still_decimals(void **state)
{
    (void)state;
    uint64_t random = 9;
    int64_t at = 30500;
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
        values[i] = (double)(float)(walk(&random, &at) / 1000);
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < GN_COLUMN_NUMBERS_MAX);
    assert_int_equal(coded[0] & 3, 1);
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++) {
        const double mean = walk(&random, &at) / 1000; /* as of a sum: now and then a unit in the last place off */
        values[i] = codec_mix(&random) % 4 == 0 ? nextafter(mean, 1e9) : mean;
    }
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < GN_COLUMN_NUMBERS_MAX * 5 / 4);
    assert_int_equal(coded[0], 4);
}

/* Half of a digit too few in the text of a float, each text with its own error: a table of what there is. */
static void floats_from_text_are_ranks_in_a_table(void **state)
{
    (void)state;
    uint64_t random = 12;
    char text[64];
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++) {
        snprintf(text, sizeof text, "%.15g", (double)(float)((double)(2500 + codec_mix(&random) % 200) / 100));
        values[i] = strtod(text, NULL);
    }
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < GN_COLUMN_NUMBERS_MAX * 3 / 2);
    assert_int_equal(coded[0], 3);
    for (uint32_t count = 1; count < 200; count++)
        (void)round_trip(count);
}

static void odd_values_come_back_bit_by_bit(void **state)
{
    (void)state;
    const double odd[] = { 0.0,
                           -0.0,
                           1.0,
                           -1.0,
                           0.1,
                           1e-7,
                           123456.789012,
                           2251799813685247.0,
                           2251799813685248.0,
                           9007199254740991.0,
                           9007199254740993.0,
                           -9007199254740993.0,
                           1e300,
                           DBL_MAX,
                           -DBL_MAX,
                           DBL_MIN,
                           4.9e-324,
                           -4.9e-324,
                           INFINITY,
                           -INFINITY,
                           from_bits(UINT64_C(0x7ff8000000000000)),
                           from_bits(UINT64_C(0x7ff0000000000001)), /* signalling */
                           from_bits(UINT64_C(0xffffffffffffffff)),
                           from_bits(UINT64_C(0xfff80000deadbeef)),
                           0.30000000000000004,
                           1e22,
                           FLT_MAX,
                           (double)0.1f,
                           2.5e-6 };
    const uint32_t count = sizeof odd / sizeof odd[0];
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < count; k++) { /* alone, as pairs, and one among many */
            values[0] = odd[i];
            values[1] = odd[k];
            (void)round_trip(1);
            (void)round_trip(2);
            for (uint32_t j = 0; j < 200; j++)
                values[j] = odd[i];
            values[k * 6] = odd[k];
            (void)round_trip(200);
            for (uint32_t j = 0; j < 200; j++)
                values[j] = (double)(2000 + j % 17) / 100;
            values[k] = odd[i];
            values[150] = odd[k];
            (void)round_trip(200);
        }
    }
    memcpy(values, odd, sizeof odd);
    (void)round_trip(count);
}

static void any_bits_at_all_come_back(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (uint32_t round = 0; round < 3000; round++) {
        const uint32_t count = 1 + (uint32_t)(codec_mix(&random) % GN_COLUMN_NUMBERS_MAX);
        const uint64_t high = codec_mix(&random) % 64, low = codec_mix(&random) % 64;
        const uint64_t fixed = codec_mix(&random) % 2 ? codec_mix(&random) << high : 0;
        for (uint32_t i = 0; i < count; i++)
            values[i] = from_bits((codec_mix(&random) >> (63 - high) >> low << low) ^ fixed);
        (void)round_trip(count);
    }
}

static void missing_values_and_signs_of_zero_cost_little(void **state)
{
    (void)state;
    uint64_t random = 4;
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
        values[i] = (double)((int64_t)(codec_mix(&random) % 9) - 4) / 10000;
    const size_t plain = round_trip(GN_COLUMN_NUMBERS_MAX);
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
        values[i] = values[i] == 0.0 ? -0.0 : values[i];
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) <= plain + GN_COLUMN_NUMBERS_MAX / 8);
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i += 20)
        values[i] = (double)NAN;
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) <= plain + 64 + 2 * GN_COLUMN_NUMBERS_MAX / 20);
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
        values[i] = (double)NAN;
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < 20);
}

static void a_few_that_need_more_digits_are_exceptions(void **state)
{
    (void)state;
    uint64_t random = 6;
    int64_t at = 2000;
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
        values[i] = walk(&random, &at) / 100;
    const size_t plain = round_trip(GN_COLUMN_NUMBERS_MAX);
    for (uint32_t i = 5; i < GN_COLUMN_NUMBERS_MAX; i += 100)
        values[i] += 1.0 / 3;
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < plain + 11 * 14);
    assert_int_equal(coded[0], 8);
    assert_int_equal(coded[1], 2);
}

static void noise_in_every_bit_costs_hardly_more_than_its_bits(void **state)
{
    (void)state;
    uint64_t random = 2;
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
        values[i] = 21.5 + (double)(codec_mix(&random) >> 11) / 9007199254740992.0;
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < GN_COLUMN_NUMBERS_MAX * 13 / 2);
    for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++)
        values[i] = from_bits(codec_mix(&random));
    assert_true(round_trip(GN_COLUMN_NUMBERS_MAX) < GN_COLUMN_NUMBERS_MAX * 8 + 32);
}

static void a_damaged_column_is_refused_or_another_column(void **state)
{
    (void)state;
    uint64_t random = 31;
    for (uint32_t round = 0; round < 20000; round++) {
        const uint32_t count = 1 + (uint32_t)(codec_mix(&random) % (round % 16 ? 200 : GN_COLUMN_NUMBERS_MAX));
        int64_t at = 500;
        for (uint32_t i = 0; i < count; i++) {
            values[i] = round % 4 == 0 ? from_bits(codec_mix(&random)) : walk(&random, &at) / 100;
            if (round % 4 == 2)
                values[i] = nextafter((double)(float)values[i], i % 30 == 7 ? 9 : values[i]);
            if (round % 4 == 3 && i % 50 == 9)
                values[i] = i % 20 == 9 ? (double)NAN : -0.0;
        }
        const size_t size = gn_doubles_encode(values, count, coded);
        codec_damage(coded, round % 3 ? size : size < 8 ? size : 8, &random);
        const size_t cut = round % 2 ? size : codec_mix(&random) % (size + 1);
        uint8_t *copy = codec_copy(coded, cut);
        struct gn_reader r = { copy, copy + cut };
        if (gn_doubles_decode(&r, count, back) == GN_OK)
            assert_true(r.at <= r.end);
        gn_mem_give(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_digits_costs_what_the_steps_cost),
        cmocka_unit_test(floats_and_means_of_decimals_are_still_decimals),
        cmocka_unit_test(floats_from_text_are_ranks_in_a_table),
        cmocka_unit_test(odd_values_come_back_bit_by_bit),
        cmocka_unit_test(any_bits_at_all_come_back),
        cmocka_unit_test(missing_values_and_signs_of_zero_cost_little),
        cmocka_unit_test(a_few_that_need_more_digits_are_exceptions),
        cmocka_unit_test(noise_in_every_bit_costs_hardly_more_than_its_bits),
        cmocka_unit_test(a_damaged_column_is_refused_or_another_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
