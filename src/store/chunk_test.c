/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/hash.h"
#include "store/chunk.h"

static struct gn_point points[GN_CHUNK_READINGS];
static struct gn_point back[GN_CHUNK_READINGS];
static uint8_t blob[GN_CHUNK_BLOB_BYTES_MAX];

static uint64_t mix(uint64_t v)
{
    v ^= v >> 30;
    v *= UINT64_C(0xbf58476d1ce4e5b9);
    v ^= v >> 27;
    v *= UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

/* Encodes, decodes, compares bit by bit; returns the size. */
static size_t round_trip(uint32_t count, uint64_t base_seq)
{
    uint32_t got = 0;
    uint64_t base = 0;
    const size_t size = gn_chunk_encode(points, count, base_seq, blob);
    assert_true(size <= sizeof blob);
    memset(back, 0xee, sizeof back);
    assert_int_equal(gn_chunk_decode((gn_bytes){ blob, size }, back, &got, &base), GN_OK);
    assert_int_equal(got, count);
    assert_true(base == base_seq);
    assert_memory_equal(points, back, count * sizeof points[0]);
    return size;
}

/* 5 Hz with a little jitter, seqs as of 20 series side by side. */
static void make_sensor(uint32_t count, double (*value)(uint32_t i))
{
    int64_t time = INT64_C(1767225600000);
    for (uint32_t i = 0; i < count; i++) {
        points[i] = (struct gn_point){ .time_ms = time, .value = value(i), .seq_delta = i * 20 + (i > 0 ? i % 3 : 0) };
        time += 199 + (int64_t)(mix(i) % 3);
    }
}

static double two_digits(uint32_t i)
{
    return (double)(2150 + (int64_t)(mix(i) % 21) - 10) / 100.0;
}

static double full_noise(uint32_t i)
{
    return 21.5 + (double)(mix(i) >> 11) / 9007199254740992.0;
}

static double like_a_float(uint32_t i)
{
    return (double)(float)full_noise(i);
}

static void a_sensor_costs_few_bytes_a_reading(void **state)
{
    (void)state;
    const struct {
        double (*value)(uint32_t i);
        double most;
        const char *name;
    } rows[] = { { two_digits, 1.2, "two digits" },
                 { like_a_float, 3.2, "floats" },
                 { full_noise, 7.0, "noise in every bit" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_sensor(GN_CHUNK_READINGS, rows[i].value);
        const double bytes = (double)round_trip(GN_CHUNK_READINGS, 1000000) / GN_CHUNK_READINGS;
        print_message("%s: %.2f bytes a reading\n", rows[i].name, bytes);
        assert_true(bytes <= rows[i].most);
    }
}

static void every_count_comes_back(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= GN_CHUNK_READINGS; count += count < 300 ? 1 : 7) {
        make_sensor(count, count % 2 ? two_digits : full_noise);
        (void)round_trip(count, 1);
    }
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
                           9007199254740991.0,
                           9007199254740993.0,
                           1e300,
                           DBL_MAX,
                           -DBL_MAX,
                           DBL_MIN,
                           4.9e-324,
                           INFINITY,
                           -INFINITY,
                           (double)NAN,
                           -(double)NAN,
                           0.30000000000000004,
                           1e22,
                           9.007199254740991e9,
                           2.5e-6 };
    const uint32_t count = sizeof odd / sizeof odd[0];
    for (uint32_t i = 0; i < count; i++) { /* alone, and as pairs */
        points[0] = (struct gn_point){ .time_ms = 5, .value = odd[i] };
        (void)round_trip(1, 1);
        for (uint32_t k = 0; k < count; k++) {
            points[1] = (struct gn_point){ .time_ms = 6, .value = odd[k], .seq_delta = 1 };
            (void)round_trip(2, 1);
        }
    }
    for (uint32_t i = 0; i < count; i++)
        points[i] = (struct gn_point){ .time_ms = i, .value = odd[i], .seq_delta = i };
    (void)round_trip(count, 1);
    for (uint32_t i = 0; i < GN_CHUNK_READINGS; i++) { /* any bits at all */
        const uint64_t bits = mix(i * 7919);
        memcpy(&points[i].value, &bits, sizeof bits);
        points[i].seq_delta = i;
    }
    (void)round_trip(GN_CHUNK_READINGS, 1);
}

static void mad_times_and_seqs_come_back(void **state)
{
    (void)state;
    const int64_t times[] = { INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN, INT64_MAX, 946684800000, 0 };
    const uint32_t count = sizeof times / sizeof times[0];
    for (uint32_t i = 0; i < count; i++)
        points[i] = (struct gn_point){ .time_ms = times[i], .value = i, .seq_delta = i };
    points[count - 1].seq_delta = UINT32_MAX;
    (void)round_trip(count, UINT64_MAX - UINT32_MAX);
    for (uint32_t i = 0; i < GN_CHUNK_READINGS; i++) /* the largest blob there is */
        points[i] = (struct gn_point){ .time_ms = i % 2 ? INT64_MIN : INT64_MAX,
                                       .value = i % 2 ? -DBL_MAX / 3 : 1.0 / 3,
                                       .seq_delta = i * (UINT32_MAX / GN_CHUNK_READINGS),
                                       .quality = (uint8_t)i };
    (void)round_trip(GN_CHUNK_READINGS, UINT64_MAX - UINT32_MAX);
}

static void qualities_come_back(void **state)
{
    (void)state;
    make_sensor(GN_CHUNK_READINGS, two_digits);
    const size_t plain = round_trip(GN_CHUNK_READINGS, 1);
    for (uint32_t i = 100; i < 110; i++)
        points[i].quality = 2;
    assert_true(round_trip(GN_CHUNK_READINGS, 1) <= plain + 16); /* three runs */
}

/* Every flip changes what is stored; a crc of 32 bits misses no single flip. */
static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    make_sensor(60, full_noise);
    points[7].quality = 1;
    const size_t size = gn_chunk_encode(points, 60, 77, blob);
    uint32_t count = 0;
    uint64_t base = 0;
    for (size_t bit = 0; bit < size * 8; bit++) {
        blob[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_equal(gn_chunk_decode((gn_bytes){ blob, size }, back, &count, &base), GN_ERR_CORRUPT);
        blob[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(gn_chunk_decode((gn_bytes){ blob, cut }, back, &count, &base), GN_ERR_CORRUPT);
    assert_int_equal(count, 0); /* untouched */
}

/* With the crc put right the parser itself must hold: no byte may lead it out of bounds. */
static void a_liar_with_a_right_crc_is_refused_or_harmless(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 20000; round++) {
        make_sensor(1 + (uint32_t)(mix(random++) % 40), round % 2 ? two_digits : full_noise);
        const uint32_t made = 1 + (uint32_t)(mix(random++) % 40);
        points[0].quality = (uint8_t)(round % 3);
        make_sensor(made, round % 2 ? two_digits : full_noise);
        size_t size = gn_chunk_encode(points, made, 9, blob);
        for (int flips = 1 + round % 4; flips > 0; flips--) {
            const uint64_t where = mix(random++) % size;
            blob[where] = (uint8_t)mix(random++);
        }
        if (round % 5 == 0)
            size = 12 + mix(random++) % (size - 11);
        const uint32_t crc = gn_crc32(gn_crc32(0, (gn_bytes){ blob, 4 }), (gn_bytes){ blob + 8, size - 8 });
        memcpy(blob + 4, &crc, sizeof crc);
        uint32_t count = 0;
        uint64_t base = 0;
        if (gn_chunk_decode((gn_bytes){ blob, size }, back, &count, &base) == GN_OK)
            assert_true(count >= 1 && count <= GN_CHUNK_READINGS);
    }
}

static void a_summary_says_what_is_inside(void **state)
{
    (void)state;
    struct gn_chunk_summary sum;
    const int64_t times[] = { 50, 70, 60, 70, 40 };
    const double values[] = { 1.5, 9.0, -2.0, 3.0, 4.0 };
    for (uint32_t i = 0; i < 5; i++)
        points[i] = (struct gn_point){ .time_ms = times[i], .value = values[i], .seq_delta = i * 2 };
    gn_chunk_summarize(points, 5, 100, &sum);
    assert_int_equal(sum.count, 5);
    assert_int_equal(sum.time_min, 40);
    assert_int_equal(sum.time_max, 70);
    assert_int_equal(sum.seq_min, 100);
    assert_int_equal(sum.seq_max, 108);
    assert_true(sum.finite);
    assert_true(sum.value_min == -2.0 && sum.value_max == 9.0 && sum.value_sum == 15.5);
    assert_true(sum.value_first == 4.0); /* of time 40, though it came last */
    assert_true(sum.value_last == 3.0);  /* the later of the two at 70 */
    assert_int_equal(sum.seq_last, 106);

    points[2].value = (double)NAN;
    gn_chunk_summarize(points, 5, 100, &sum);
    assert_false(sum.finite);
    points[2].value = DBL_MAX;
    points[3].value = DBL_MAX; /* the sum overflows, though each is finite */
    gn_chunk_summarize(points, 5, 100, &sum);
    assert_false(sum.finite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sensor_costs_few_bytes_a_reading),
        cmocka_unit_test(every_count_comes_back),
        cmocka_unit_test(odd_values_come_back_bit_by_bit),
        cmocka_unit_test(mad_times_and_seqs_come_back),
        cmocka_unit_test(qualities_come_back),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(a_liar_with_a_right_crc_is_refused_or_harmless),
        cmocka_unit_test(a_summary_says_what_is_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
