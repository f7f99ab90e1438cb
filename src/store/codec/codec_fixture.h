/* SPDX-License-Identifier: Apache-2.0 */
/* store/codec/codec_fixture.h -- for tests of the codec: seeded numbers, copies that end where they should, damage. */
#ifndef GN_STORE_CODEC_FIXTURE_H
#define GN_STORE_CODEC_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "store/codec/block_codec.h"

static inline uint64_t codec_mix(uint64_t *state) /* splitmix64 */
{
    uint64_t v = *state += UINT64_C(0x9e3779b97f4a7c15);
    v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

/* On the heap and with not a byte more than the slack, so that the address sanitizer sees a step too far. */
static inline uint8_t *codec_copy(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = gn_mem_take(size + GN_CODEC_SLACK, "test: coded bytes");
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    memset(copy + size, 0xff, GN_CODEC_SLACK); /* it may be anything */
    return copy;
}

/* One to four bytes become others. */
static inline void codec_damage(uint8_t *bytes, size_t size, uint64_t *random)
{
    for (uint64_t flips = 1 + codec_mix(random) % 4; flips > 0; flips--)
        bytes[codec_mix(random) % size] = (uint8_t)codec_mix(random);
}

#endif
