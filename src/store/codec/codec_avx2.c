/* SPDX-License-Identifier: Apache-2.0 */
/* The codec's sources once more, for processors with AVX2 and BMI2: under other names, in one piece. Their headers come
 * first, with the names they have there. On other machines this is the portable codec again. */
#include "store/codec/codec.h"

#include <assert.h>
#include <math.h>

#if defined(__x86_64__)
#define gn_block_encode   gn_block_encode_avx2
#define gn_block_decode   gn_block_decode_avx2
#define gn_varint_put     gn_varint_put_avx2
#define gn_varint_take    gn_varint_take_avx2
#define gn_ints_encode    gn_ints_encode_avx2
#define gn_ints_decode    gn_ints_decode_avx2
#define gn_ranks_find     gn_ranks_find_avx2
#define gn_doubles_encode gn_doubles_encode_avx2
#define gn_doubles_decode gn_doubles_decode_avx2

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt,popcnt")
#endif

size_t gn_block_encode(const uint64_t *numbers, uint32_t count, uint8_t *out);
GN_MUST_USE gn_err gn_block_decode(struct gn_reader *r, uint32_t count, uint64_t *out);
uint8_t *gn_varint_put(uint8_t *to, uint64_t v);
bool gn_varint_take(struct gn_reader *r, uint64_t *out);
size_t gn_ints_encode(const int64_t *numbers, uint32_t count, uint8_t *out);
GN_MUST_USE gn_err gn_ints_decode(struct gn_reader *r, uint32_t count, int64_t *out);
bool gn_ranks_find(const int64_t *numbers, uint32_t count, struct gn_ranks *out);
size_t gn_doubles_encode(const double *values, uint32_t count, uint8_t *out);
GN_MUST_USE gn_err gn_doubles_decode(struct gn_reader *r, uint32_t count, double *out);

#include "store/codec/block_codec.c"
#include "store/codec/double_codec.c"
#include "store/codec/int_codec.c"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

const struct gn_codec gn_codec_avx2 = {
    .name = "AVX2",
    .ints_encode = gn_ints_encode,
    .ints_decode = gn_ints_decode,
    .doubles_encode = gn_doubles_encode,
    .doubles_decode = gn_doubles_decode,
};
