/* SPDX-License-Identifier: Apache-2.0 */
#include "store/chunk.h"

#include <assert.h>
#include <math.h>

#include "base/hash.h"
#include "store/chunk_v1.h"
#include "store/codec/codec.h"

enum { CHUNK_VERSION = 2, CHUNK_HAS_QUALITY = 1, CHUNK_HEAD_BYTES = 12, CHUNK_CRC_AT = 4, CHUNK_CRC_END = 8 };
_Static_assert(GN_CHUNK_READINGS <= UINT16_MAX, "count has two bytes");
_Static_assert(GN_COLUMN_BYTES_MAX <= UINT16_MAX && GN_DOUBLES_BYTES_MAX <= UINT16_MAX, "and so has a column's size");

void gn_chunk_summarize(const struct gn_point *points, uint32_t count, uint64_t base_seq, struct gn_chunk_summary *out)
{
    assert(count >= 1 && count <= GN_CHUNK_READINGS);
    const struct gn_point *first = &points[0], *last = &points[0];
    struct gn_chunk_summary sum = { .count = count,
                                    .seq_min = base_seq + points[0].seq_delta,
                                    .seq_max = base_seq + points[count - 1].seq_delta,
                                    .finite = true,
                                    .value_min = points[0].value,
                                    .value_max = points[0].value };
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_point *p = &points[i];
        if (p->time_ms < first->time_ms)
            first = p;
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
    sum.time_min = first->time_ms;
    sum.time_max = last->time_ms;
    sum.value_first = first->value;
    sum.value_last = last->value;
    sum.seq_last = base_seq + last->seq_delta;
    *out = sum;
}

static uint32_t chunk_crc(gn_bytes blob)
{
    const uint32_t head = gn_crc32(0, (gn_bytes){ blob.at, CHUNK_CRC_AT });
    return gn_crc32(head, (gn_bytes){ blob.at + CHUNK_CRC_END, blob.size - CHUNK_CRC_END });
}

static void chunk_put_u16(uint8_t *to, size_t v)
{
    to[0] = (uint8_t)v;
    to[1] = (uint8_t)(v >> 8);
}

static uint32_t chunk_get_u16(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

/* --- writing --------------------------------------------------------------------------------------- */

static size_t chunk_put_times(const struct gn_point *points, uint32_t count, uint8_t *to)
{
    int64_t times[GN_CHUNK_READINGS];
    for (uint32_t i = 0; i < count; i++)
        times[i] = points[i].time_ms;
    return gn_codec_best()->ints_encode(times, count, to);
}

static size_t chunk_put_values(const struct gn_point *points, uint32_t count, uint8_t *to)
{
    double values[GN_CHUNK_READINGS];
    for (uint32_t i = 0; i < count; i++)
        values[i] = points[i].value;
    return gn_codec_best()->doubles_encode(values, count, to);
}

/* 0: all are 0. */
static size_t chunk_put_qualities(const struct gn_point *points, uint32_t count, uint8_t *to)
{
    int64_t qualities[GN_CHUNK_READINGS], any = 0;
    for (uint32_t i = 0; i < count; i++)
        any |= qualities[i] = points[i].quality;
    return any == 0 ? 0 : gn_codec_best()->ints_encode(qualities, count, to);
}

static size_t chunk_put_seqs(const struct gn_point *points, uint32_t count, uint64_t base_seq, uint8_t *to)
{
    int64_t steps[GN_CHUNK_READINGS];
    const size_t size = (size_t)(gn_varint_put(to, base_seq) - to);
    for (uint32_t i = 1; i < count; i++)
        steps[i - 1] = (int64_t)points[i].seq_delta - (int64_t)points[i - 1].seq_delta;
    return count == 1 ? size : size + gn_codec_best()->ints_encode(steps, count - 1, to + size);
}

size_t gn_chunk_encode(const struct gn_point *points, uint32_t count, uint64_t base_seq,
                       uint8_t out[static GN_CHUNK_BLOB_BYTES_MAX])
{
    assert(count >= 1 && count <= GN_CHUNK_READINGS);
    assert(points[0].seq_delta == 0);
    uint8_t *to = out + CHUNK_HEAD_BYTES;
    const size_t times = chunk_put_times(points, count, to);
    const size_t values = chunk_put_values(points, count, to += times);
    const size_t qualities = chunk_put_qualities(points, count, to += values);
    to += qualities;
    to += chunk_put_seqs(points, count, base_seq, to);
    const size_t size = (size_t)(to - out);
    assert(size <= GN_CHUNK_BLOB_BYTES_MAX);

    out[0] = CHUNK_VERSION;
    out[1] = qualities > 0 ? CHUNK_HAS_QUALITY : 0;
    chunk_put_u16(out + 2, count);
    chunk_put_u16(out + 8, times);
    chunk_put_u16(out + 10, values);
    const uint32_t crc = chunk_crc((gn_bytes){ out, size });
    memcpy(out + CHUNK_CRC_AT, &crc, sizeof crc);
    return size;
}

/* --- reading --------------------------------------------------------------------------------------- */

/* A column that must be all of the next `size` bytes. */
static bool chunk_take_part(struct gn_reader *r, uint32_t size, struct gn_reader *out_part)
{
    gn_bytes part;
    if (!gn_take_bytes(r, size, &part))
        return false;
    *out_part = gn_reader_of(part);
    return true;
}

static bool chunk_take_times(struct gn_reader *r, uint32_t size, struct gn_point *points, uint32_t count)
{
    int64_t times[GN_CHUNK_READINGS];
    struct gn_reader part;
    if (!chunk_take_part(r, size, &part) || gn_codec_best()->ints_decode(&part, count, times) != GN_OK ||
        gn_reader_left(&part) != 0)
        return false;
    for (uint32_t i = 0; i < count; i++)
        points[i].time_ms = times[i];
    return true;
}

static bool chunk_take_values(struct gn_reader *r, uint32_t size, struct gn_point *points, uint32_t count)
{
    double values[GN_CHUNK_READINGS];
    struct gn_reader part;
    if (!chunk_take_part(r, size, &part) || gn_codec_best()->doubles_decode(&part, count, values) != GN_OK ||
        gn_reader_left(&part) != 0)
        return false;
    for (uint32_t i = 0; i < count; i++)
        points[i].value = values[i];
    return true;
}

static bool chunk_take_qualities(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    int64_t qualities[GN_CHUNK_READINGS], all = 0;
    if (gn_codec_best()->ints_decode(r, count, qualities) != GN_OK)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        all |= qualities[i];
        points[i].quality = (uint8_t)qualities[i];
    }
    return all >= 0 && all <= UINT8_MAX;
}

static bool chunk_take_seqs(struct gn_reader *r, struct gn_point *points, uint32_t count, uint64_t *out_base_seq)
{
    int64_t steps[GN_CHUNK_READINGS];
    uint64_t base_seq, delta = 0;
    if (!gn_varint_take(r, &base_seq) || (count > 1 && gn_codec_best()->ints_decode(r, count - 1, steps) != GN_OK))
        return false;
    points[0].seq_delta = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (steps[i - 1] < 1 || steps[i - 1] > (int64_t)(UINT32_MAX - delta))
            return false;
        delta += (uint64_t)steps[i - 1];
        points[i].seq_delta = (uint32_t)delta;
    }
    *out_base_seq = base_seq;
    return base_seq <= UINT64_MAX - delta;
}

static gn_err chunk_decode_v2(gn_bytes blob, struct gn_point *out, uint32_t *out_count, uint64_t *out_base_seq)
{
    uint8_t bytes[GN_CHUNK_BLOB_BYTES_MAX + GN_CODEC_SLACK]; /* a copy: the codec reads some bytes too far */
    uint32_t crc;
    uint64_t base_seq = 0;
    if (blob.size < CHUNK_HEAD_BYTES || blob.size > GN_CHUNK_BLOB_BYTES_MAX)
        return GN_ERR_CORRUPT;
    const uint8_t flags = blob.at[1];
    const uint32_t count = chunk_get_u16(blob.at + 2);
    memcpy(&crc, blob.at + CHUNK_CRC_AT, sizeof crc);
    if (count < 1 || count > GN_CHUNK_READINGS || crc != chunk_crc(blob) || (flags & ~CHUNK_HAS_QUALITY) != 0)
        return GN_ERR_CORRUPT;

    memcpy(bytes, blob.at, blob.size);
    memset(bytes + blob.size, 0, GN_CODEC_SLACK);
    struct gn_reader r = { bytes + CHUNK_HEAD_BYTES, bytes + blob.size };
    memset(out, 0, count * sizeof *out);
    const bool fine = chunk_take_times(&r, chunk_get_u16(bytes + 8), out, count) &&
                      chunk_take_values(&r, chunk_get_u16(bytes + 10), out, count) &&
                      (!(flags & CHUNK_HAS_QUALITY) || chunk_take_qualities(&r, out, count)) &&
                      chunk_take_seqs(&r, out, count, &base_seq) && gn_reader_left(&r) == 0;
    if (!fine)
        return GN_ERR_CORRUPT;
    *out_count = count;
    *out_base_seq = base_seq;
    return GN_OK;
}

gn_err gn_chunk_decode(gn_bytes blob, struct gn_point out[static GN_CHUNK_READINGS], uint32_t *out_count,
                       uint64_t *out_base_seq)
{
    if (blob.size > 0 && blob.at[0] == CHUNK_VERSION)
        return chunk_decode_v2(blob, out, out_count, out_base_seq);
    return gn_chunk_v1_decode(blob, out, out_count, out_base_seq);
}
