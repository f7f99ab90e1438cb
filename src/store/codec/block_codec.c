/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/block_codec.h"

#include <assert.h>

enum {
    BLOCK_RICE = 65,
    BLOCK_RICE_LOW_MAX = 56,
    BLOCK_EXCEPTIONS = 128,
    BLOCK_HIGH_MAX = 24,       /* a greater high part makes an exception */
    BLOCK_EXCEPTION_BITS = 34, /* what one costs, about */
    BLOCK_SAMPLE = 32,
    BLOCK_SPARSE_MAX = 16, /* so few that are not zero may all be exceptions */
};

uint8_t *gn_varint_put(uint8_t *to, uint64_t v)
{
    while (v >= 0x80) {
        *to++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *to++ = (uint8_t)v;
    return to;
}

bool gn_varint_take(struct gn_reader *r, uint64_t *out)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        const uint8_t byte = *r->at++;
        if (shift == 63 && byte > 1)
            return false; /* more than 64 bits */
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = v;
            return true;
        }
    }
    return false;
}

/* Little-endian, as all of it; a big-endian machine would swap here. */
static uint64_t block_load(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

static void block_store(uint8_t *at, uint64_t v)
{
    memcpy(at, &v, sizeof v);
}

static uint64_t block_mask(uint32_t bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* --- which way ------------------------------------------------------------------------------------- */

struct block_plan {
    uint32_t low_bits;
    bool rice;
    uint32_t high_max; /* a number whose part above low_bits is greater is an exception */
};

/* Every fourth number, at most 2^31 - 1, is what a plan is made of; of a short block all. */
struct block_sample {
    int32_t small[BLOCK_SAMPLE]; /* what is behind count is 0 */
    uint32_t count;
    uint32_t shift; /* so many low bits are not looked at */
};

static void block_take_sample(const uint64_t *numbers, uint32_t count, uint64_t all, struct block_sample *out)
{
    const uint32_t stride = (count + BLOCK_SAMPLE - 1) / BLOCK_SAMPLE;
    uint32_t large = 0, s = 0;
    out->shift = 0;
    if (all >> 31 != 0) {
        for (uint32_t i = 0; i < count; i++)
            large += numbers[i] >> 31 != 0;
        out->shift = large > BLOCK_SPARSE_MAX ? gn_bit_width(all) - 31 : 0; /* a few become exceptions */
    }
    for (uint32_t i = 0; i < count; i += stride) {
        const uint64_t v = numbers[i] >> out->shift;
        out->small[s++] = v >> 31 != 0 ? INT32_MAX : (int32_t)v;
    }
    out->count = s;
    while (s < BLOCK_SAMPLE)
        out->small[s++] = 0;
}

/* Rice bits of the sample, without the ones that end the high parts. */
static uint32_t block_sample_cost(const struct block_sample *sample, uint32_t low_bits)
{
    int32_t sum = 0;
    for (uint32_t i = 0; i < BLOCK_SAMPLE; i++) {
        const int32_t high = sample->small[i] >> low_bits;
        sum += high > BLOCK_HIGH_MAX ? BLOCK_EXCEPTION_BITS : high;
    }
    return (uint32_t)sum + sample->count * low_bits;
}

/* Walks down or up from a guess to the number of low bits that costs least; the cost has one valley. */
static uint32_t block_low_bits(const struct block_sample *sample, uint32_t *out_cost)
{
    uint32_t guess = 0;
    for (uint32_t i = 0; i < BLOCK_SAMPLE; i += 4)
        guess += gn_bit_width((uint64_t)sample->small[i]);
    guess /= (sample->count + 3) / 4;
    const uint32_t start = guess > 1 ? guess - 1 : 0;
    uint32_t best = start, cost = block_sample_cost(sample, start);
    for (uint32_t k = start; k > 0; k--) {
        const uint32_t lower = block_sample_cost(sample, k - 1);
        if (lower >= cost)
            break;
        best = k - 1;
        cost = lower;
    }
    for (uint32_t k = start + 1; best == k - 1 && k < 31; k++) {
        const uint32_t higher = block_sample_cost(sample, k);
        if (higher >= cost)
            break;
        best = k;
        cost = higher;
    }
    *out_cost = cost + sample->count;
    return best;
}

static struct block_plan block_choose(const uint64_t *numbers, uint32_t count, uint64_t all)
{
    struct block_sample sample;
    struct block_plan plan = { .low_bits = gn_bit_width(all) };
    uint32_t rice_cost;
    block_take_sample(numbers, count, all, &sample);
    const uint32_t low_bits = block_low_bits(&sample, &rice_cost) + sample.shift;
    const uint32_t cost = sample.count * (plan.low_bits - sample.shift);
    if (low_bits == 0) { /* most are 0: perhaps so many that the others are exceptions */
        uint32_t others = 0;
        for (uint32_t i = 0; i < count; i++)
            others += numbers[i] != 0;
        if (others <= BLOCK_SPARSE_MAX && others * BLOCK_EXCEPTION_BITS < count)
            return (struct block_plan){ .low_bits = 0 };
    }
    if (low_bits <= BLOCK_RICE_LOW_MAX && rice_cost < cost)
        plan = (struct block_plan){ .low_bits = low_bits, .rice = true, .high_max = BLOCK_HIGH_MAX };
    return plan;
}

/* --- writing --------------------------------------------------------------------------------------- */

/* Bits on their way out: fewer than 8 between two calls. */
struct block_bits {
    uint8_t *to;
    uint64_t held;
    uint32_t fill;
};

/* At most 57 bits; what is above `count` in v is zero. */
static inline void block_put(struct block_bits *out, uint64_t v, uint32_t count)
{
    out->held |= v << out->fill;
    block_store(out->to, out->held);
    out->fill += count;
    out->to += out->fill >> 3;
    out->held >>= out->fill & ~7u;
    out->fill &= 7;
}

/* The low `bits` (1 to 56) of each number above `shift`. */
static uint8_t *block_put_low(uint8_t *to, const uint64_t *numbers, uint32_t count, uint32_t shift, uint32_t bits)
{
    const uint64_t mask = block_mask(bits);
    struct block_bits out = { .to = to };
    uint32_t i = 0;
    for (; bits <= 28 && i + 1 < count; i += 2) /* two a step: each step waits for the one before */
        block_put(&out, ((numbers[i] >> shift) & mask) | ((numbers[i + 1] >> shift) & mask) << bits, 2 * bits);
    for (; i < count; i++)
        block_put(&out, (numbers[i] >> shift) & mask, bits);
    return out.to + (out.fill > 0);
}

static uint8_t *block_put_parts(uint8_t *to, const uint64_t *numbers, uint32_t count, uint32_t bits)
{
    if (bits == 0)
        return to;
    if (bits <= BLOCK_RICE_LOW_MAX)
        return block_put_low(to, numbers, count, 0, bits);
    to = block_put_low(to, numbers, count, 0, 32);
    return block_put_low(to, numbers, count, 32, bits - 32);
}

static uint8_t *block_put_high(uint8_t *to, const uint64_t *numbers, uint32_t count, uint32_t low_bits)
{
    struct block_bits out = { .to = to };
    uint32_t i = 0;
    for (; i + 1 < count; i += 2) { /* at most 2 * (BLOCK_HIGH_MAX + 1) bits */
        const uint32_t first = (uint32_t)(numbers[i] >> low_bits);
        const uint32_t second = first + 1 + (uint32_t)(numbers[i + 1] >> low_bits);
        block_put(&out, UINT64_C(1) << first | UINT64_C(1) << second, second + 1);
    }
    for (; i < count; i++) {
        const uint32_t high = (uint32_t)(numbers[i] >> low_bits);
        block_put(&out, UINT64_C(1) << high, high + 1);
    }
    return out.to + (out.fill > 0);
}

/* Writes 0 into `usual` where plan needs an exception; returns how many. */
static uint32_t block_except(const uint64_t *numbers, uint32_t count, const struct block_plan *plan, uint64_t *usual,
                             uint8_t *places)
{
    uint32_t exceptions = 0;
    for (uint32_t i = 0; i < count; i++) {
        const bool fits = numbers[i] >> plan->low_bits <= plan->high_max;
        usual[i] = fits ? numbers[i] : 0;
        places[exceptions] = (uint8_t)i;
        exceptions += !fits;
    }
    return exceptions;
}

static size_t block_write(const uint64_t *numbers, uint32_t count, uint64_t all, const struct block_plan *plan,
                          uint8_t *out)
{
    uint64_t without[GN_BLOCK_NUMBERS];
    uint8_t places[GN_BLOCK_NUMBERS];
    const uint64_t *usual = numbers;
    uint32_t exceptions = 0;
    if (plan->low_bits < 64 && all >> plan->low_bits > plan->high_max) {
        exceptions = block_except(numbers, count, plan, without, places);
        usual = without;
    }
    if (exceptions > BLOCK_SPARSE_MAX)
        return SIZE_MAX;
    uint8_t *to = out;
    *to++ = (uint8_t)(plan->low_bits + (plan->rice ? BLOCK_RICE : 0) + (exceptions > 0 ? BLOCK_EXCEPTIONS : 0));
    if (exceptions > 0)
        *to++ = (uint8_t)exceptions;
    to = block_put_parts(to, usual, count, plan->low_bits);
    if (plan->rice)
        to = block_put_high(to, usual, count, plan->low_bits);
    for (uint32_t i = 0; i < exceptions; i++) {
        *to++ = places[i];
        to = gn_varint_put(to, numbers[places[i]]);
    }
    return (size_t)(to - out);
}

size_t gn_block_encode(const uint64_t *numbers, uint32_t count, uint8_t *out)
{
    assert(count >= 1 && count <= GN_BLOCK_NUMBERS);
    uint64_t all = 0;
    for (uint32_t i = 0; i < count; i++)
        all |= numbers[i];
    if (all == 0) {
        out[0] = 0;
        return 1;
    }
    const struct block_plan plan = block_choose(numbers, count, all);
    const struct block_plan plain = { .low_bits = gn_bit_width(all) };
    const size_t size = block_write(numbers, count, all, &plan, out);
    if (size <= 1 + (count * plain.low_bits + 7) / 8)
        return size;
    return block_write(numbers, count, all, &plain, out); /* the exceptions cost more than was thought */
}

/* --- reading --------------------------------------------------------------------------------------- */

static bool block_take_low(struct gn_reader *r, uint32_t count, uint32_t shift, uint32_t bits, uint64_t *out)
{
    const uint64_t mask = block_mask(bits);
    gn_bytes part;
    if (!gn_take_bytes(r, (count * bits + 7) / 8, &part))
        return false;
    for (uint32_t i = 0, bit = 0; i < count; i++, bit += bits) {
        const uint64_t v = (block_load(part.at + (bit >> 3)) >> (bit & 7)) & mask;
        out[i] = shift == 0 ? v : out[i] | v << shift;
    }
    return true;
}

static bool block_take_parts(struct gn_reader *r, uint32_t count, uint32_t bits, uint64_t *out)
{
    if (bits == 0) {
        memset(out, 0, count * sizeof *out);
        return true;
    }
    if (bits <= BLOCK_RICE_LOW_MAX)
        return block_take_low(r, count, 0, bits, out);
    return block_take_low(r, count, 0, 32, out) && block_take_low(r, count, 32, bits - 32, out);
}

/* Each one ends a number; the zeroes before it are its high part. */
static bool block_take_high(struct gn_reader *r, uint32_t count, uint32_t low_bits, uint64_t *out)
{
    const size_t left = gn_reader_left(r);
    uint64_t before = 0; /* the bit behind the last one */
    size_t word = 0;
    for (uint32_t done = 0; done < count; word += 8) {
        if (word >= left)
            return false;
        for (uint64_t ones = block_load(r->at + word); ones != 0 && done < count; ones &= ones - 1) {
            const uint64_t bit = word * 8 + (uint64_t)__builtin_ctzll(ones);
            out[done++] |= (bit - before) << low_bits;
            before = bit + 1;
        }
    }
    gn_bytes part;
    return gn_take_bytes(r, (before + 7) / 8, &part);
}

static bool block_take_exceptions(struct gn_reader *r, uint32_t exceptions, uint32_t count, uint64_t *out)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < exceptions; i++) {
        uint8_t place;
        if (!gn_take_u8(r, &place) || place < next || place >= count || !gn_varint_take(r, &out[place]))
            return false;
        next = place + 1u;
    }
    return true;
}

gn_err gn_block_decode(struct gn_reader *r, uint32_t count, uint64_t *out)
{
    assert(count >= 1 && count <= GN_BLOCK_NUMBERS);
    uint8_t how, exceptions = 0;
    if (!gn_take_u8(r, &how) || (how & BLOCK_EXCEPTIONS && !gn_take_u8(r, &exceptions)))
        return GN_ERR_CORRUPT;
    how &= BLOCK_EXCEPTIONS - 1;
    const bool rice = how >= BLOCK_RICE;
    const uint32_t low_bits = rice ? how - BLOCK_RICE : how;
    if (rice && low_bits > BLOCK_RICE_LOW_MAX)
        return GN_ERR_CORRUPT;
    if (!block_take_parts(r, count, low_bits, out) || (rice && !block_take_high(r, count, low_bits, out)) ||
        !block_take_exceptions(r, exceptions, count, out))
        return GN_ERR_CORRUPT;
    return GN_OK;
}
