/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>

#include <assert.h>

#include "base/hash.h"
#include "store/chunk_v1.h"

enum {
    V1_VERSION = 1,
    V1_HAS_QUALITY = 1,
    V1_IS_DECIMAL = 2,
    V1_HEAD_BYTES = 8,
    V1_DIGITS_MAX = 6,
    BLOB_BYTES = 16 + GN_CHUNK_V1_READINGS * (10 + 5 + 9 + 3) + 16,
};

/* --- what version 1 wrote -------------------------------------------------------------------------- */

static const double v1_pow10[V1_DIGITS_MAX + 1] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };
static const double v1_exact_max = 9007199254740992.0; /* 2^53: integers below are exact in a double */

static void put_crc(uint8_t *blob, size_t size)
{
    const uint32_t crc = gn_crc32(gn_crc32(0, (gn_bytes){ blob, 4 }), (gn_bytes){ blob + 8, size - 8 });
    memcpy(blob + 4, &crc, sizeof crc);
}

static uint64_t v1_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Steps are computed modulo 2^64: no time, however mad, overflows. */
static uint8_t *v1_put_times(uint8_t *to, const struct gn_point *points, uint32_t count)
{
    uint64_t before = 0, step = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t time = (uint64_t)points[i].time_ms;
        const uint64_t now_step = time - before;
        to = gn_varint_put(to, gn_zigzag(i < 2 ? now_step : now_step - step));
        step = now_step;
        before = time;
    }
    return to;
}

static uint8_t *v1_put_seqs(uint8_t *to, const struct gn_point *points, uint32_t count, uint64_t base_seq)
{
    uint64_t step = 0;
    to = gn_varint_put(to, base_seq);
    for (uint32_t i = 1; i < count; i++) {
        const uint64_t now_step = points[i].seq_delta - (uint64_t)points[i - 1].seq_delta;
        to = gn_varint_put(to, gn_zigzag(now_step - step));
        step = now_step;
    }
    return to;
}

static bool v1_fits_digits(double value, double scale, int64_t *out)
{
    const double scaled = value * scale;
    if (!(fabs(scaled) < v1_exact_max)) /* written so that NaN fails too */
        return false;
    const int64_t whole = llrint(scaled);
    if (v1_bits((double)whole / scale) != v1_bits(value)) /* bits: -0.0 is not 0.0 */
        return false;
    *out = whole;
    return true;
}

/* Most sensors send a few digits; their text, read as a double, is exactly whole / 10^digits. */
static bool v1_find_digits(const struct gn_point *points, uint32_t count, uint8_t *out_digits)
{
    int64_t whole;
    uint8_t digits = 0;
    for (uint32_t i = 0; i < count;) {
        if (v1_fits_digits(points[i].value, v1_pow10[digits], &whole)) {
            i++;
            continue;
        }
        if (digits == V1_DIGITS_MAX)
            return false;
        digits++;
        i = 0; /* more digits may push an earlier value beyond 2^53 */
    }
    *out_digits = digits;
    return true;
}

static uint8_t *v1_put_decimal(uint8_t *to, const struct gn_point *points, uint32_t count, uint8_t digits)
{
    int64_t before = 0;
    *to++ = digits;
    for (uint32_t i = 0; i < count; i++) {
        int64_t whole = 0;
        const bool fits = v1_fits_digits(points[i].value, v1_pow10[digits], &whole);
        assert(fits);
        to = gn_varint_put(to, gn_zigzag((uint64_t)whole - (uint64_t)before));
        before = whole;
    }
    return to;
}

static uint8_t *v1_put_binary(uint8_t *to, const struct gn_point *points, uint32_t count)
{
    uint64_t all = 0, before = 0;
    for (uint32_t i = 0; i < count; i++)
        all |= v1_bits(points[i].value);
    uint8_t trail = 0; /* bytes that are zero at the low end of every value: floats have such */
    while (trail < 8 && ((all >> (8 * trail)) & 0xff) == 0)
        trail++;
    *to++ = trail;
    uint8_t *lengths = to;
    memset(lengths, 0, (count + 1) / 2);
    to += (count + 1) / 2;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t bits = v1_bits(points[i].value);
        uint64_t differ = trail < 8 ? (bits ^ before) >> (8 * trail) : 0;
        before = bits;
        uint8_t length = 0;
        for (; differ != 0; differ >>= 8, length++)
            *to++ = (uint8_t)differ;
        lengths[i / 2] = (uint8_t)(lengths[i / 2] | (length << (i % 2 * 4)));
    }
    return to;
}

static uint8_t *v1_put_qualities(uint8_t *to, const struct gn_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint32_t run = 1;
        while (i + run < count && points[i + run].quality == points[i].quality)
            run++;
        *to++ = points[i].quality;
        to = gn_varint_put(to, run);
        i += run;
    }
    return to;
}

static size_t write_v1(const struct gn_point *points, uint32_t count, uint64_t base_seq, uint8_t out[static BLOB_BYTES])
{
    assert(count >= 1 && count <= GN_CHUNK_V1_READINGS);
    assert(points[0].seq_delta == 0);
    uint8_t flags = 0, digits = 0;
    for (uint32_t i = 0; i < count; i++)
        if (points[i].quality != 0)
            flags = V1_HAS_QUALITY;

    uint8_t *to = out + V1_HEAD_BYTES;
    to = v1_put_times(to, points, count);
    to = v1_put_seqs(to, points, count, base_seq);
    if (v1_find_digits(points, count, &digits)) {
        flags |= V1_IS_DECIMAL;
        to = v1_put_decimal(to, points, count, digits);
    } else {
        to = v1_put_binary(to, points, count);
    }
    if (flags & V1_HAS_QUALITY)
        to = v1_put_qualities(to, points, count);
    const size_t size = (size_t)(to - out);
    assert(size <= BLOB_BYTES);

    out[0] = V1_VERSION;
    out[1] = flags;
    out[2] = (uint8_t)count;
    out[3] = (uint8_t)(count >> 8);
    put_crc(out, size);
    return size;
}

/* --- tests ----------------------------------------------------------------------------------------- */

static struct gn_point points[GN_CHUNK_V1_READINGS];
static struct gn_point back[GN_CHUNK_V1_READINGS];
static uint8_t blob[BLOB_BYTES];

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
    const size_t size = write_v1(points, count, base_seq, blob);
    assert_true(size <= sizeof blob);
    memset(back, 0xee, sizeof back);
    assert_int_equal(gn_chunk_v1_decode((gn_bytes){ blob, size }, back, &got, &base), GN_OK);
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

static void every_count_comes_back(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= GN_CHUNK_V1_READINGS; count++) {
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
    for (uint32_t i = 0; i < GN_CHUNK_V1_READINGS; i++) { /* any bits at all */
        const uint64_t bits = mix(i * 7919);
        memcpy(&points[i].value, &bits, sizeof bits);
        points[i].seq_delta = i;
    }
    (void)round_trip(GN_CHUNK_V1_READINGS, 1);
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
    for (uint32_t i = 0; i < GN_CHUNK_V1_READINGS; i++) /* the largest blob there is */
        points[i] = (struct gn_point){ .time_ms = i % 2 ? INT64_MIN : INT64_MAX,
                                       .value = i % 2 ? -DBL_MAX / 3 : 1.0 / 3,
                                       .seq_delta = i * (UINT32_MAX / GN_CHUNK_V1_READINGS),
                                       .quality = (uint8_t)i };
    (void)round_trip(GN_CHUNK_V1_READINGS, UINT64_MAX - UINT32_MAX);
}

static void qualities_come_back(void **state)
{
    (void)state;
    make_sensor(GN_CHUNK_V1_READINGS, two_digits);
    const size_t plain = round_trip(GN_CHUNK_V1_READINGS, 1);
    for (uint32_t i = 100; i < 110; i++)
        points[i].quality = 2;
    assert_int_equal(round_trip(GN_CHUNK_V1_READINGS, 1), plain + 3 * 2 + 1); /* runs of 100, 10, 146 */
}

/* Every flip changes what is stored; a crc of 32 bits misses no single flip. */
static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    make_sensor(60, full_noise);
    points[7].quality = 1;
    const size_t size = write_v1(points, 60, 77, blob);
    uint32_t count = 0;
    uint64_t base = 0;
    for (size_t bit = 0; bit < size * 8; bit++) {
        blob[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_equal(gn_chunk_v1_decode((gn_bytes){ blob, size }, back, &count, &base), GN_ERR_CORRUPT);
        blob[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(gn_chunk_v1_decode((gn_bytes){ blob, cut }, back, &count, &base), GN_ERR_CORRUPT);
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
        size_t size = write_v1(points, made, 9, blob);
        for (int flips = 1 + round % 4; flips > 0; flips--) {
            const uint64_t where = mix(random++) % size;
            blob[where] = (uint8_t)mix(random++);
        }
        if (round % 5 == 0)
            size = 8 + mix(random++) % (size - 7);
        put_crc(blob, size);
        uint32_t count = 0;
        uint64_t base = 0;
        if (gn_chunk_v1_decode((gn_bytes){ blob, size }, back, &count, &base) == GN_OK)
            assert_true(count >= 1 && count <= GN_CHUNK_V1_READINGS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_count_comes_back),
        cmocka_unit_test(odd_values_come_back_bit_by_bit),
        cmocka_unit_test(mad_times_and_seqs_come_back),
        cmocka_unit_test(qualities_come_back),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(a_liar_with_a_right_crc_is_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
