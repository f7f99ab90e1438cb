/* SPDX-License-Identifier: Apache-2.0 */
#include "store/chunk.h"

#include <assert.h>
#include <math.h>

#include "base/hash.h"

enum {
    CHUNK_VERSION = 1,
    CHUNK_HAS_QUALITY = 1,
    CHUNK_IS_DECIMAL = 2,
    CHUNK_HEAD_BYTES = 8,
    CHUNK_DIGITS_MAX = 6,
};
_Static_assert(GN_CHUNK_READINGS <= UINT16_MAX, "count has two bytes");

static const double chunk_pow10[CHUNK_DIGITS_MAX + 1] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };
static const double chunk_exact_max = 9007199254740992.0; /* 2^53: integers below are exact in a double */

void gn_chunk_summarize(const struct gn_point *points, uint32_t count, uint64_t base_seq, struct gn_chunk_summary *out)
{
    assert(count >= 1 && count <= GN_CHUNK_READINGS);
    const struct gn_point *last = &points[0];
    struct gn_chunk_summary sum = { .count = count,
                                    .time_min = points[0].time_ms,
                                    .time_max = points[0].time_ms,
                                    .seq_min = base_seq + points[0].seq_delta,
                                    .seq_max = base_seq + points[count - 1].seq_delta,
                                    .finite = true,
                                    .value_min = points[0].value,
                                    .value_max = points[0].value };
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *p = &points[i];
        if (p->time_ms < sum.time_min)
            sum.time_min = p->time_ms;
        if (p->time_ms >= last->time_ms) /* seq ascends, so among equals the later one wins */
            last = p;
        if (p->value < sum.value_min)
            sum.value_min = p->value;
        if (p->value > sum.value_max)
            sum.value_max = p->value;
        sum.value_sum += p->value;
        sum.finite = sum.finite && isfinite(p->value);
    }
    sum.finite = sum.finite && isfinite(sum.value_sum);
    sum.time_max = last->time_ms;
    sum.value_last = last->value;
    sum.seq_last = base_seq + last->seq_delta;
    *out = sum;
}

/* --- bytes ----------------------------------------------------------------------------------------- */

static uint64_t chunk_zigzag(uint64_t v)
{
    return (v << 1) ^ (0 - (v >> 63));
}

static uint64_t chunk_unzigzag(uint64_t v)
{
    return (v >> 1) ^ (0 - (v & 1));
}

static uint8_t *chunk_put_varint(uint8_t *to, uint64_t v)
{
    while (v >= 0x80) {
        *to++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *to++ = (uint8_t)v;
    return to;
}

static bool chunk_take_varint(struct gn_reader *r, uint64_t *out)
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

static uint64_t chunk_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* --- times and seqs -------------------------------------------------------------------------------- */

/* Steps are computed modulo 2^64: no time, however mad, overflows. */
static uint8_t *chunk_put_times(uint8_t *to, const struct gn_point *points, uint32_t count)
{
    uint64_t before = 0, step = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t time = (uint64_t)points[i].time_ms;
        const uint64_t now_step = time - before;
        to = chunk_put_varint(to, chunk_zigzag(i < 2 ? now_step : now_step - step));
        step = now_step;
        before = time;
    }
    return to;
}

static bool chunk_take_times(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    uint64_t before = 0, step = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t v;
        if (!chunk_take_varint(r, &v))
            return false;
        step = i < 2 ? chunk_unzigzag(v) : step + chunk_unzigzag(v);
        before += step;
        points[i].time_ms = (int64_t)before;
    }
    return true;
}

static uint8_t *chunk_put_seqs(uint8_t *to, const struct gn_point *points, uint32_t count, uint64_t base_seq)
{
    uint64_t step = 0;
    to = chunk_put_varint(to, base_seq);
    for (uint32_t i = 1; i < count; i++) {
        const uint64_t now_step = points[i].seq_delta - (uint64_t)points[i - 1].seq_delta;
        to = chunk_put_varint(to, chunk_zigzag(now_step - step));
        step = now_step;
    }
    return to;
}

static bool chunk_take_seqs(struct gn_reader *r, struct gn_point *points, uint32_t count, uint64_t *out_base_seq)
{
    uint64_t base_seq, delta = 0, step = 0;
    if (!chunk_take_varint(r, &base_seq))
        return false;
    points[0].seq_delta = 0;
    for (uint32_t i = 1; i < count; i++) {
        uint64_t change;
        if (!chunk_take_varint(r, &change))
            return false;
        step += chunk_unzigzag(change);
        if (step == 0 || step > UINT32_MAX - delta)
            return false;
        delta += step;
        points[i].seq_delta = (uint32_t)delta;
    }
    if (base_seq > UINT64_MAX - delta)
        return false;
    *out_base_seq = base_seq;
    return true;
}

/* --- values ---------------------------------------------------------------------------------------- */

static bool chunk_fits_digits(double value, double scale, int64_t *out)
{
    const double scaled = value * scale;
    if (!(fabs(scaled) < chunk_exact_max)) /* written so that NaN fails too */
        return false;
    const int64_t whole = llrint(scaled);
    if (chunk_bits((double)whole / scale) != chunk_bits(value)) /* bits: -0.0 is not 0.0 */
        return false;
    *out = whole;
    return true;
}

/* Most sensors send a few digits; their text, read as a double, is exactly whole / 10^digits. */
static bool chunk_find_digits(const struct gn_point *points, uint32_t count, uint8_t *out_digits)
{
    int64_t whole;
    uint8_t digits = 0;
    for (uint32_t i = 0; i < count;) {
        if (chunk_fits_digits(points[i].value, chunk_pow10[digits], &whole)) {
            i++;
            continue;
        }
        if (digits == CHUNK_DIGITS_MAX)
            return false;
        digits++;
        i = 0; /* more digits may push an earlier value beyond 2^53 */
    }
    *out_digits = digits;
    return true;
}

static uint8_t *chunk_put_decimal(uint8_t *to, const struct gn_point *points, uint32_t count, uint8_t digits)
{
    int64_t before = 0;
    *to++ = digits;
    for (uint32_t i = 0; i < count; i++) {
        int64_t whole = 0;
        const bool fits = chunk_fits_digits(points[i].value, chunk_pow10[digits], &whole);
        assert(fits);
        to = chunk_put_varint(to, chunk_zigzag((uint64_t)whole - (uint64_t)before));
        before = whole;
    }
    return to;
}

static bool chunk_take_decimal(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    uint8_t digits;
    uint64_t whole = 0;
    if (!gn_take_u8(r, &digits) || digits > CHUNK_DIGITS_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t v;
        if (!chunk_take_varint(r, &v))
            return false;
        whole += chunk_unzigzag(v);
        points[i].value = (double)(int64_t)whole / chunk_pow10[digits];
    }
    return true;
}

static uint8_t *chunk_put_binary(uint8_t *to, const struct gn_point *points, uint32_t count)
{
    uint64_t all = 0, before = 0;
    for (uint32_t i = 0; i < count; i++)
        all |= chunk_bits(points[i].value);
    uint8_t trail = 0; /* bytes that are zero at the low end of every value: floats have such */
    while (trail < 8 && ((all >> (8 * trail)) & 0xff) == 0)
        trail++;
    *to++ = trail;
    uint8_t *lengths = to;
    memset(lengths, 0, (count + 1) / 2);
    to += (count + 1) / 2;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t bits = chunk_bits(points[i].value);
        uint64_t differ = trail < 8 ? (bits ^ before) >> (8 * trail) : 0;
        before = bits;
        uint8_t length = 0;
        for (; differ != 0; differ >>= 8, length++)
            *to++ = (uint8_t)differ;
        lengths[i / 2] = (uint8_t)(lengths[i / 2] | (length << (i % 2 * 4)));
    }
    return to;
}

static bool chunk_take_binary(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    uint8_t trail;
    gn_bytes lengths, bytes;
    uint64_t before = 0;
    if (!gn_take_u8(r, &trail) || trail > 8 || !gn_take_bytes(r, (count + 1) / 2, &lengths))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t length = (uint8_t)((lengths.at[i / 2] >> (i % 2 * 4)) & 0xf);
        uint64_t differ = 0;
        if (length + trail > 8 || !gn_take_bytes(r, length, &bytes))
            return false;
        for (size_t b = 0; b < length; b++)
            differ |= (uint64_t)bytes.at[b] << (8 * b);
        before ^= trail < 8 ? differ << (8 * trail) : 0;
        memcpy(&points[i].value, &before, sizeof before);
    }
    return true;
}

/* --- qualities ------------------------------------------------------------------------------------- */

static uint8_t *chunk_put_qualities(uint8_t *to, const struct gn_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint32_t run = 1;
        while (i + run < count && points[i + run].quality == points[i].quality)
            run++;
        *to++ = points[i].quality;
        to = chunk_put_varint(to, run);
        i += run;
    }
    return to;
}

static bool chunk_take_qualities(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint8_t quality;
        uint64_t run;
        if (!gn_take_u8(r, &quality) || !chunk_take_varint(r, &run) || run == 0 || run > count - i)
            return false;
        for (; run > 0; run--)
            points[i++].quality = quality;
    }
    return true;
}

/* --- the whole ------------------------------------------------------------------------------------- */

static uint32_t chunk_crc(gn_bytes blob)
{
    const uint32_t head = gn_crc32(0, (gn_bytes){ blob.at, 4 });
    return gn_crc32(head, (gn_bytes){ blob.at + CHUNK_HEAD_BYTES, blob.size - CHUNK_HEAD_BYTES });
}

size_t gn_chunk_encode(const struct gn_point *points, uint32_t count, uint64_t base_seq,
                       uint8_t out[static GN_CHUNK_BLOB_BYTES_MAX])
{
    assert(count >= 1 && count <= GN_CHUNK_READINGS);
    assert(points[0].seq_delta == 0);
    uint8_t flags = 0, digits = 0;
    for (uint32_t i = 0; i < count; i++)
        if (points[i].quality != 0)
            flags = CHUNK_HAS_QUALITY;

    uint8_t *to = out + CHUNK_HEAD_BYTES;
    to = chunk_put_times(to, points, count);
    to = chunk_put_seqs(to, points, count, base_seq);
    if (chunk_find_digits(points, count, &digits)) {
        flags |= CHUNK_IS_DECIMAL;
        to = chunk_put_decimal(to, points, count, digits);
    } else {
        to = chunk_put_binary(to, points, count);
    }
    if (flags & CHUNK_HAS_QUALITY)
        to = chunk_put_qualities(to, points, count);
    const size_t size = (size_t)(to - out);
    assert(size <= GN_CHUNK_BLOB_BYTES_MAX);

    out[0] = CHUNK_VERSION;
    out[1] = flags;
    out[2] = (uint8_t)count;
    out[3] = (uint8_t)(count >> 8);
    const uint32_t crc = chunk_crc((gn_bytes){ out, size });
    memcpy(out + 4, &crc, sizeof crc);
    return size;
}

gn_err gn_chunk_decode(gn_bytes blob, struct gn_point out[static GN_CHUNK_READINGS], uint32_t *out_count,
                       uint64_t *out_base_seq)
{
    uint32_t crc;
    uint64_t base_seq = 0;
    if (blob.size < CHUNK_HEAD_BYTES || blob.size > GN_CHUNK_BLOB_BYTES_MAX || blob.at[0] != CHUNK_VERSION)
        return GN_ERR_CORRUPT;
    const uint8_t flags = blob.at[1];
    const uint32_t count = blob.at[2] | (uint32_t)blob.at[3] << 8;
    memcpy(&crc, blob.at + 4, sizeof crc);
    if (count < 1 || count > GN_CHUNK_READINGS || crc != chunk_crc(blob))
        return GN_ERR_CORRUPT;
    if ((flags & ~(CHUNK_HAS_QUALITY | CHUNK_IS_DECIMAL)) != 0)
        return GN_ERR_CORRUPT;

    struct gn_reader r = { blob.at + CHUNK_HEAD_BYTES, blob.at + blob.size };
    memset(out, 0, count * sizeof *out);
    const bool whole =
        chunk_take_times(&r, out, count) && chunk_take_seqs(&r, out, count, &base_seq) &&
        ((flags & CHUNK_IS_DECIMAL) ? chunk_take_decimal(&r, out, count) : chunk_take_binary(&r, out, count)) &&
        (!(flags & CHUNK_HAS_QUALITY) || chunk_take_qualities(&r, out, count)) && gn_reader_left(&r) == 0;
    if (!whole)
        return GN_ERR_CORRUPT;
    *out_count = count;
    *out_base_seq = base_seq;
    return GN_OK;
}
