/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/codec.h"
#include "store/codec/codec_fixture.h"

static uint64_t column[GN_COLUMN_NUMBERS_MAX], one[GN_COLUMN_NUMBERS_MAX], other[GN_COLUMN_NUMBERS_MAX];
static uint8_t first[GN_DOUBLES_BYTES_MAX + GN_CODEC_SLACK], second[GN_DOUBLES_BYTES_MAX + GN_CODEC_SLACK];

/* Columns of all sorts, as doubles: digits, floats, means, noise, states, odd bits. */
static void make_column(uint32_t count, uint64_t *random)
{
    const uint64_t sort = codec_mix(random) % 6, scale = codec_mix(random) % 2 ? 100 : 8, span = codec_mix(random) % 30;
    int64_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        at += (int64_t)(codec_mix(random) >> (63 - span)) - (int64_t)(UINT64_C(1) << span) / 2;
        double v = sort == 3 ? (double)(i / 50 % 3) : (double)at / (double)scale;
        v = sort == 1 ? (double)(float)v : v;
        memcpy(&column[i], &v, sizeof v);
        if (sort == 2)
            column[i] += codec_mix(random) % 3;
        if (sort == 4 || (sort == 5 && codec_mix(random) % 50 == 0))
            column[i] = codec_mix(random) >> (span % 8) << (span % 8);
    }
}

static void both_builds_write_the_same_bytes_and_read_them(void **state)
{
    (void)state;
    if (gn_codec_best() != &gn_codec_avx2) {
        print_message("this processor has no AVX2: one build only\n");
        return;
    }
    const struct gn_codec *a = &gn_codec_portable, *b = &gn_codec_avx2;
    uint64_t random = 17;
    for (uint32_t round = 0; round < 4000; round++) {
        const uint32_t count = 1 + (uint32_t)(codec_mix(&random) % GN_COLUMN_NUMBERS_MAX);
        make_column(count, &random);
        for (int ints = 0; ints < 2; ints++) {
            const size_t size = ints ? a->ints_encode((int64_t *)column, count, first)
                                     : a->doubles_encode((double *)column, count, first);
            const size_t again = ints ? b->ints_encode((int64_t *)column, count, second)
                                      : b->doubles_encode((double *)column, count, second);
            assert_int_equal(size, again);
            assert_memory_equal(first, second, size);
            if (round % 2)
                codec_damage(first, size, &random);
            struct gn_reader r = { first, first + size }, s = r;
            memset(one, 0, sizeof one);
            memset(other, 0, sizeof other);
            const gn_err err =
                ints ? a->ints_decode(&r, count, (int64_t *)one) : a->doubles_decode(&r, count, (double *)one);
            const gn_err err_b =
                ints ? b->ints_decode(&s, count, (int64_t *)other) : b->doubles_decode(&s, count, (double *)other);
            assert_int_equal(err, err_b);
            if (err == GN_OK)
                assert_memory_equal(one, other, count * sizeof *one);
            if (round % 2 == 0)
                assert_memory_equal(one, column, count * sizeof *one);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_builds_write_the_same_bytes_and_read_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
