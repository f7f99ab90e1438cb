/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/block_codec.h"
#include "store/codec/codec_fixture.h"

static uint64_t numbers[GN_BLOCK_NUMBERS];
static uint64_t back[GN_BLOCK_NUMBERS];
static uint8_t coded[GN_BLOCK_BYTES_MAX];

static size_t round_trip(uint32_t count)
{
    const size_t size = gn_block_encode(numbers, count, coded);
    assert_true(size <= GN_BLOCK_BYTES_MAX - 8);
    uint8_t *copy = codec_copy(coded, size);
    struct gn_reader r = { copy, copy + size };
    assert_int_equal(gn_block_decode(&r, count, back), GN_OK);
    assert_ptr_equal(r.at, r.end);
    assert_memory_equal(back, numbers, count * sizeof *numbers);
    gn_mem_give(copy);
    return size;
}

static void every_width_and_every_count_come_back(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (uint32_t width = 0; width <= 64; width++) {
        for (uint32_t count = 1; count <= GN_BLOCK_NUMBERS; count++) {
            for (uint32_t i = 0; i < count; i++)
                numbers[i] = width == 0 ? 0 : codec_mix(&random) >> (64 - width);
            numbers[count / 2] = width == 0 ? 0 : UINT64_MAX >> (64 - width);
            const size_t size = round_trip(count);
            assert_true(size <= 3 + (count * width + 7) / 8);
        }
    }
}

static void small_and_large_ones_come_back_mixed(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (uint32_t round = 0; round < 20000; round++) {
        const uint32_t count = 1 + (uint32_t)(codec_mix(&random) % GN_BLOCK_NUMBERS);
        const uint64_t often = codec_mix(&random) % 64, seldom = codec_mix(&random) % 64;
        const uint64_t one_in = 1 + codec_mix(&random) % 64;
        for (uint32_t i = 0; i < count; i++)
            numbers[i] = codec_mix(&random) >> (codec_mix(&random) % one_in == 0 ? seldom : often);
        (void)round_trip(count);
    }
}

static void many_small_ones_cost_their_entropy(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (uint32_t i = 0; i < GN_BLOCK_NUMBERS; i++) /* geometric with mean 8: 4.55 bits */
        for (numbers[i] = 0; codec_mix(&random) % 9 != 0;)
            numbers[i]++;
    assert_true(round_trip(GN_BLOCK_NUMBERS) <= 1 + GN_BLOCK_NUMBERS * 5 / 8);
    memset(numbers, 0, sizeof numbers);
    assert_int_equal(round_trip(GN_BLOCK_NUMBERS), 1);
    numbers[77] = UINT64_MAX; /* one outlier costs itself */
    assert_int_equal(round_trip(GN_BLOCK_NUMBERS), 2 + 1 + 10);
}

/* Nothing outside of size bytes and the slack is read: the copies are as large as that, for the sanitizer. */
static void a_damaged_block_is_refused_or_another_block(void **state)
{
    (void)state;
    uint64_t random = 11;
    for (uint32_t round = 0; round < 20000; round++) {
        const uint32_t count = 1 + (uint32_t)(codec_mix(&random) % GN_BLOCK_NUMBERS);
        const uint64_t shift = codec_mix(&random) % 64;
        for (uint32_t i = 0; i < count; i++)
            numbers[i] = codec_mix(&random) >> (i % 31 == 0 ? shift / 2 : shift);
        const size_t size = gn_block_encode(numbers, count, coded);
        codec_damage(coded, size, &random);
        const size_t cut = round % 2 ? size : codec_mix(&random) % (size + 1);
        uint8_t *copy = codec_copy(coded, cut);
        struct gn_reader r = { copy, copy + cut };
        if (gn_block_decode(&r, count, back) == GN_OK)
            assert_true(r.at <= r.end);
        gn_mem_give(copy);
    }
}

static void what_no_writer_writes_is_refused(void **state)
{
    (void)state;
    const struct {
        uint8_t bytes[6];
        size_t size;
    } rows[] = {
        { { 0 }, 0 },                  /* nothing */
        { { 65 + 57 }, 1 },            /* too many low bits */
        { { 8, 1, 2, 3 }, 4 },         /* four numbers, three bytes */
        { { 65, 0x01 }, 2 },           /* one of four high parts */
        { { 128 }, 1 },                /* exceptions, but how many? */
        { { 128, 1, 4, 0 }, 4 },       /* the fifth of four */
        { { 128, 2, 1, 5, 1, 5 }, 6 }, /* twice the same place */
        { { 128, 1, 0, 0x80 }, 4 },    /* a number without end */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *copy = codec_copy(rows[i].bytes, rows[i].size);
        struct gn_reader r = { copy, copy + rows[i].size };
        assert_int_equal(gn_block_decode(&r, 4, back), GN_ERR_CORRUPT);
        gn_mem_give(copy);
    }
}

static void varints_come_back(void **state)
{
    (void)state;
    uint8_t bytes[GN_VARINT_BYTES_MAX + 1];
    for (uint32_t bit = 0; bit <= 64; bit++) {
        for (uint64_t off = 0; off < 3; off++) {
            const uint64_t v = (bit == 64 ? 0 : UINT64_C(1) << bit) - 1 + off;
            uint64_t got = 0;
            const uint8_t *end = gn_varint_put(bytes, v);
            assert_true(end - bytes <= GN_VARINT_BYTES_MAX);
            struct gn_reader r = { bytes, end };
            assert_true(gn_varint_take(&r, &got));
            assert_true(got == v && r.at == r.end);
            assert_true(gn_unzigzag(gn_zigzag(v)) == v);
        }
    }
    memset(bytes, 0xff, sizeof bytes);
    uint64_t got;
    struct gn_reader r = { bytes, bytes + sizeof bytes };
    assert_false(gn_varint_take(&r, &got)); /* more than 64 bits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_width_and_every_count_come_back),
        cmocka_unit_test(small_and_large_ones_come_back_mixed),
        cmocka_unit_test(many_small_ones_cost_their_entropy),
        cmocka_unit_test(a_damaged_block_is_refused_or_another_block),
        cmocka_unit_test(what_no_writer_writes_is_refused),
        cmocka_unit_test(varints_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
