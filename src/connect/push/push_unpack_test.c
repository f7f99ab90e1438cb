/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"

static uint8_t packed[1 << 20];

static size_t pack(const void *bytes, size_t size)
{
    z_stream stream = { 0 };
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (uint8_t *)(uintptr_t)bytes;
    stream.avail_in = (unsigned)size;
    stream.next_out = packed;
    stream.avail_out = sizeof packed;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t packed_size = sizeof packed - stream.avail_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return packed_size;
}

/* Unpacks in pieces of `step`, into pieces of `room`; how much came out. */
static gn_err unpack(size_t packed_size, size_t step, size_t room, size_t *out_total, bool *out_over)
{
    static uint8_t out[65536];
    struct gn_push_unpack state;
    gn_err err = gn_push_unpack_begin(&state);
    *out_total = 0;
    for (size_t at = 0; at < packed_size && err == GN_OK; at += step) {
        gn_bytes in = { packed + at, step < packed_size - at ? step : packed_size - at };
        do {
            size_t size;
            err = gn_push_unpack_step(&state, &in, out, room, &size);
            *out_total += size;
        } while (err == GN_OK && (in.size > 0 || state.has_more));
    }
    *out_over = state.is_over;
    gn_push_unpack_end(&state);
    gn_push_unpack_end(&state);
    return err;
}

static void a_body_comes_out_whole_in_any_pieces(void **state)
{
    (void)state;
    static char text[20000];
    static const size_t sizes[] = { 1, 7, 1000, 65536 };
    size_t total;
    bool over;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + (i * i >> 3) % 23);
    const size_t size = pack(text, sizeof text);
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(unpack(size, sizes[i % 4], sizes[i / 4], &total, &over), GN_OK);
        assert_int_equal(total, sizeof text);
        assert_true(over);
    }
    assert_int_equal(unpack(size - 1, 100, 100, &total, &over), GN_OK);
    assert_false(over);
    packed[size] = 'x';
    assert_int_equal(unpack(size + 1, size + 1, 100, &total, &over), GN_ERR_INVAL);
    packed[size / 2] ^= 0x55;
    assert_int_equal(unpack(size, size, 100, &total, &over), GN_ERR_INVAL);
    memcpy(packed, "not gzip at all", 15);
    assert_int_equal(unpack(15, 15, 100, &total, &over), GN_ERR_INVAL);
}

static void what_expands_beyond_all_measure_is_stopped_early(void **state)
{
    (void)state;
    size_t total;
    bool over;
    const size_t zero_size = (size_t)4 << 20;
    char *zeroes = calloc(1, zero_size);
    assert_non_null(zeroes);
    const size_t size = pack(zeroes, zero_size); /* about a thousandth */
    free(zeroes);
    assert_int_equal(unpack(size, 64, 65536, &total, &over), GN_ERR_FULL);
    assert_true(total <= 2 * 65536 + (size_t)64 * GN_PUSH_EXPANSION_MAX);
}

static void more_than_a_body_may_bring_is_stopped(void **state)
{
    (void)state;
    size_t total;
    bool over;
    const size_t much = (size_t)GN_PUSH_BODY_BYTES_MAX + 1;
    char *text = calloc(1, much);
    assert_non_null(text);
    uint32_t noise = 1;
    for (size_t i = 0; i < much; i += 40) { /* so that it packs to some fortieth, not to a thousandth */
        noise = noise * 1664525 + 1013904223;
        text[i] = (char)(noise >> 24);
    }
    const size_t size = pack(text, much);
    assert_int_equal(unpack(size, 65536, 65536, &total, &over), GN_ERR_FULL);
    const size_t just = pack(text, much - 1);
    assert_int_equal(unpack(just, 65536, 65536, &total, &over), GN_OK);
    assert_int_equal(total, much - 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_comes_out_whole_in_any_pieces),
        cmocka_unit_test(what_expands_beyond_all_measure_is_stopped_early),
        cmocka_unit_test(more_than_a_body_may_bring_is_stopped),
    };
    return cmocka_run_group_tests_name("connect/push_unpack", tests, NULL, NULL);
}
