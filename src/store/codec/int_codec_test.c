/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/codec_fixture.h"
#include "store/codec/int_codec.h"

static int64_t numbers[GN_COLUMN_NUMBERS_MAX];
static int64_t back[GN_COLUMN_NUMBERS_MAX];
static uint8_t coded[GN_COLUMN_BYTES_MAX];

static size_t round_trip(uint32_t count)
{
    const size_t size = gn_ints_encode(numbers, count, coded);
    assert_true(size <= GN_COLUMN_BYTES_MAX);
    uint8_t *copy = codec_copy(coded, size);
    struct gn_reader r = { copy, copy + size };
    assert_int_equal(gn_ints_decode(&r, count, back), GN_OK);
    assert_ptr_equal(r.at, r.end);
    assert_memory_equal(back, numbers, count * sizeof *numbers);
    gn_mem_give(copy);
    return size;
}

/* Columns that each suit another kind; `i` counts from 0. */
static int64_t same(uint64_t i, uint64_t *random)
{
    (void)i, (void)random;
    return -42;
}

static int64_t noise(uint64_t i, uint64_t *random)
{
    (void)i;
    return 2000 + (int64_t)(codec_mix(random) % 64);
}

static int64_t counter(uint64_t i, uint64_t *random)
{
    static int64_t at;
    at = i == 0 || i == 500 ? 0 : at + (int64_t)(codec_mix(random) % 32); /* it starts again once */
    return at;
}

static int64_t regular(uint64_t i, uint64_t *random)
{
    (void)random;
    return INT64_C(1764547200000) + 1000 * (int64_t)i;
}

static int64_t jitter(uint64_t i, uint64_t *random)
{
    return regular(i, random) + (int64_t)(codec_mix(random) % 16);
}

static int64_t gaps(uint64_t i, uint64_t *random)
{
    return regular(i + i / 100 * 37, random);
}

static int64_t day(uint64_t i, uint64_t *random)
{
    return (int64_t)((i % 24) * (23 - i % 24) * 1000 + codec_mix(random) % 200);
}

static int64_t converter(uint64_t i, uint64_t *random)
{
    (void)i;
    return (int64_t)(codec_mix(random) % 64) * 625; /* an ADC's steps, in decimals */
}

static int64_t state_of(uint64_t i, uint64_t *random)
{
    (void)random;
    return i / 200 % 2;
}

static void each_kind_comes_back_and_costs_what_it_should(void **state)
{
    (void)state;
    const struct {
        int64_t (*number)(uint64_t i, uint64_t *random);
        double most; /* bytes a number */
        uint8_t kind;
        const char *name;
    } rows[] = {
        { same, 0.01, 0, "all the same" }, { noise, 0.80, 1, "noise" },
        { counter, 0.72, 3, "a counter" }, { regular, 0.02, 4, "regular times" },
        { jitter, 0.58, 5, "jitter" },     { gaps, 0.11, 4, "regular times with gaps" },
        { day, 1.35, 6, "days" },          { converter, 0.85, 9, "a converter" },
        { state_of, 0.03, 8, "a state" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t random = 5;
        for (uint64_t k = 0; k < GN_COLUMN_NUMBERS_MAX; k++)
            numbers[k] = rows[i].number(k, &random);
        const double bytes = (double)round_trip(GN_COLUMN_NUMBERS_MAX) / GN_COLUMN_NUMBERS_MAX;
        print_message("%s: kind %d, %.3f bytes a number\n", rows[i].name, coded[0], bytes);
        assert_true(bytes <= rows[i].most);
        for (uint32_t count = 1; count <= GN_COLUMN_NUMBERS_MAX; count += count < 300 ? 1 : 17)
            (void)round_trip(count);
    }
}

static void any_numbers_at_all_come_back(void **state)
{
    (void)state;
    static const int64_t edges[] = { 0,         1,         -1,        INT64_MAX, INT64_MIN,     INT64_MAX - 1,
                                     1LL << 31, 1LL << 32, 1LL << 51, 1LL << 53, INT64_MIN + 1, -(1LL << 62) };
    enum { EDGES = sizeof edges / sizeof edges[0] };
    for (uint32_t a = 0; a < EDGES; a++) {
        for (uint32_t b = 0; b < EDGES; b++) {
            for (uint32_t i = 0; i < 300; i++)
                numbers[i] = i % 7 == 0 ? edges[b] : edges[a];
            (void)round_trip(1 + b);
            (void)round_trip(300);
        }
    }
    uint64_t random = 1;
    for (uint32_t round = 0; round < 3000; round++) {
        const uint64_t shift = codec_mix(&random) % 64, step = codec_mix(&random) % 5;
        for (uint32_t i = 0; i < GN_COLUMN_NUMBERS_MAX; i++) {
            const uint64_t v = codec_mix(&random) >> shift;
            numbers[i] = (int64_t)(step == 0 || i == 0 ? v : (uint64_t)numbers[i - 1] * step + v);
        }
        (void)round_trip(1 + (uint32_t)(codec_mix(&random) % GN_COLUMN_NUMBERS_MAX));
    }
}

static void a_damaged_column_is_refused_or_another_column(void **state)
{
    (void)state;
    int64_t (*const columns[])(uint64_t, uint64_t *) = { same, noise,     counter, regular, jitter,
                                                         day,  converter, gaps,    state_of };
    uint64_t random = 23;
    for (uint32_t round = 0; round < 20000; round++) {
        const uint32_t count = 1 + (uint32_t)(codec_mix(&random) % (round % 16 ? 200 : GN_COLUMN_NUMBERS_MAX));
        for (uint32_t i = 0; i < count; i++)
            numbers[i] = columns[round % (sizeof columns / sizeof columns[0])](i, &random);
        const size_t size = gn_ints_encode(numbers, count, coded);
        codec_damage(coded, round % 3 ? size : size < 8 ? size : 8, &random);
        const size_t cut = round % 2 ? size : codec_mix(&random) % (size + 1);
        uint8_t *copy = codec_copy(coded, cut);
        struct gn_reader r = { copy, copy + cut };
        if (gn_ints_decode(&r, count, back) == GN_OK)
            assert_true(r.at <= r.end);
        gn_mem_give(copy);
    }
}

static void what_no_writer_writes_is_refused(void **state)
{
    (void)state;
    const struct {
        uint8_t bytes[12];
        size_t size;
    } rows[] = {
        { { 0 }, 0 },                   /* nothing */
        { { 10, 0, 0 }, 3 },            /* no such kind */
        { { 0 }, 1 },                   /* all the same, but which? */
        { { 6, 0, 0, 0, 0 }, 5 },       /* a lag of 0 */
        { { 6, 0, 0x81, 8, 0 }, 5 },    /* a lag of 1025 */
        { { 8, 5, 0, 0, 0, 0 }, 6 },    /* five runs of four numbers */
        { { 8, 1, 8, 1, 0, 0 }, 6 },    /* runs of runs */
        { { 8, 2, 0, 2, 0, 8 }, 6 },    /* more than four numbers */
        { { 8, 2, 0, 2, 0, 0 }, 6 },    /* fewer than four */
        { { 9, 5, 0, 0, 0, 0, 0 }, 7 }, /* five distinct of four */
        { { 9, 2, 0, 0, 2, 0, 6 }, 7 }, /* rank 3 of 2 */
        { { 9, 1, 0, 9, 0 }, 5 },       /* ranks of ranks */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *copy = codec_copy(rows[i].bytes, rows[i].size);
        struct gn_reader r = { copy, copy + rows[i].size };
        assert_int_equal(gn_ints_decode(&r, 4, back), GN_ERR_CORRUPT);
        gn_mem_give(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_comes_back_and_costs_what_it_should),
        cmocka_unit_test(any_numbers_at_all_come_back),
        cmocka_unit_test(a_damaged_column_is_refused_or_another_column),
        cmocka_unit_test(what_no_writer_writes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
