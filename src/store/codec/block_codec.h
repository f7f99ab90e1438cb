/* SPDX-License-Identifier: Apache-2.0 */
/* store/codec/block_codec.h -- up to 128 whole numbers, most of them small, in few bits each.
 *
 *   size
 *     1   how: 0 to 64     plain, so many bits a number
 *              65 + k      Rice, with k low bits a number (k 0 to 56)
 *              + 128       exceptions follow
 *     1   how many exceptions; only with them
 *   ...   low bits, number after number, lowest bit first, filled up to a byte. More than 56 bits a number are
 *         two such parts: the low 32 of all, then the rest of all
 *   ...   Rice only: for each number as many zero bits as its high part says, then a one; filled up to a byte
 *   ...   exceptions: place (1 byte, ascending), number (varint); there the other parts say 0
 *
 *      5, 9, 200, 2 with k = 2:   low  01 01 .. 10   high  01 001 1 1   exception (2, 200)
 *
 * Plain suits what is spread evenly, Rice what has many small and few large: it costs 0.03 to 0.1 bits more than the
 * entropy of a geometric distribution, and both parts can be read without waiting for the number before.
 * R. F. Rice, "Some practical universal noiseless coding techniques" (1979); M. Zukowski et al., "Super-scalar
 * RAM-CPU cache compression" (ICDE 2006) for the exceptions. No I/O, no allocation, no state. */
#ifndef GN_STORE_BLOCK_CODEC_H
#define GN_STORE_BLOCK_CODEC_H

#include "base/bytes.h"

enum {
    GN_BLOCK_NUMBERS = 128,
    GN_BLOCK_BYTES_MAX = 2 + GN_BLOCK_NUMBERS * 8 + 16 * 11 + 8, /* with what a try may take that is given up */
    GN_CODEC_SLACK = 8, /* so many bytes behind the end of its input a decoder may read: any, but there */
};

/* Returns the size, at most 1 + 8 * count; out has GN_BLOCK_BYTES_MAX bytes. count is 1 to GN_BLOCK_NUMBERS. */
size_t gn_block_encode(const uint64_t *numbers, uint32_t count, uint8_t *out);
/* Takes a block of `count` numbers from the front. CORRUPT: no such block can have been written. */
GN_MUST_USE gn_err gn_block_decode(struct gn_reader *r, uint32_t count, uint64_t *out);

/* Numbers with 7 bits a byte, low ones first: 1 to 10 bytes. */
enum { GN_VARINT_BYTES_MAX = 10 };
uint8_t *gn_varint_put(uint8_t *to, uint64_t v);
bool gn_varint_take(struct gn_reader *r, uint64_t *out);

static inline uint64_t gn_zigzag(uint64_t v)
{
    return (v << 1) ^ (0 - (v >> 63));
}

static inline uint64_t gn_unzigzag(uint64_t v)
{
    return (v >> 1) ^ (0 - (v & 1));
}

/* Bits that v needs; 0 for 0. */
static inline uint32_t gn_bit_width(uint64_t v)
{
    return v == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(v);
}

#endif
