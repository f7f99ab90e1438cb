/* SPDX-License-Identifier: Apache-2.0 */
#include "store/chunk_v1.h"

#include "base/hash.h"

enum {
    CHUNK_V1 = 1,
    CHUNK_V1_HAS_QUALITY = 1,
    CHUNK_V1_IS_DECIMAL = 2,
    CHUNK_V1_HEAD_BYTES = 8,
    CHUNK_V1_DIGITS_MAX = 6,
    CHUNK_V1_BLOB_BYTES_MAX = 16 + GN_CHUNK_V1_READINGS * (10 + 5 + 9 + 3) + 16,
};

static const double chunk_v1_pow10[CHUNK_V1_DIGITS_MAX + 1] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };

static bool chunk_v1_take_times(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    uint64_t before = 0, step = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t v;
        if (!gn_varint_take(r, &v))
            return false;
        step = i < 2 ? gn_unzigzag(v) : step + gn_unzigzag(v);
        before += step;
        points[i].time_ms = (int64_t)before;
    }
    return true;
}

static bool chunk_v1_take_seqs(struct gn_reader *r, struct gn_point *points, uint32_t count, uint64_t *out_base_seq)
{
    uint64_t base_seq, delta = 0, step = 0;
    if (!gn_varint_take(r, &base_seq))
        return false;
    points[0].seq_delta = 0;
    for (uint32_t i = 1; i < count; i++) {
        uint64_t change;
        if (!gn_varint_take(r, &change))
            return false;
        step += gn_unzigzag(change);
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

static bool chunk_v1_take_decimal(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    uint8_t digits;
    uint64_t whole = 0;
    if (!gn_take_u8(r, &digits) || digits > CHUNK_V1_DIGITS_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t v;
        if (!gn_varint_take(r, &v))
            return false;
        whole += gn_unzigzag(v);
        points[i].value = (double)(int64_t)whole / chunk_v1_pow10[digits];
    }
    return true;
}

static bool chunk_v1_take_binary(struct gn_reader *r, struct gn_point *points, uint32_t count)
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

static bool chunk_v1_take_qualities(struct gn_reader *r, struct gn_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint8_t quality;
        uint64_t run;
        if (!gn_take_u8(r, &quality) || !gn_varint_take(r, &run) || run == 0 || run > count - i)
            return false;
        for (; run > 0; run--)
            points[i++].quality = quality;
    }
    return true;
}

static uint32_t chunk_v1_crc(gn_bytes blob)
{
    const uint32_t head = gn_crc32(0, (gn_bytes){ blob.at, 4 });
    return gn_crc32(head, (gn_bytes){ blob.at + CHUNK_V1_HEAD_BYTES, blob.size - CHUNK_V1_HEAD_BYTES });
}

gn_err gn_chunk_v1_decode(gn_bytes blob, struct gn_point out[static GN_CHUNK_V1_READINGS], uint32_t *out_count,
                          uint64_t *out_base_seq)
{
    uint32_t crc;
    uint64_t base_seq = 0;
    if (blob.size < CHUNK_V1_HEAD_BYTES || blob.size > CHUNK_V1_BLOB_BYTES_MAX || blob.at[0] != CHUNK_V1)
        return GN_ERR_CORRUPT;
    const uint8_t flags = blob.at[1];
    const uint32_t count = blob.at[2] | (uint32_t)blob.at[3] << 8;
    memcpy(&crc, blob.at + 4, sizeof crc);
    if (count < 1 || count > GN_CHUNK_V1_READINGS || crc != chunk_v1_crc(blob))
        return GN_ERR_CORRUPT;
    if ((flags & ~(CHUNK_V1_HAS_QUALITY | CHUNK_V1_IS_DECIMAL)) != 0)
        return GN_ERR_CORRUPT;

    struct gn_reader r = { blob.at + CHUNK_V1_HEAD_BYTES, blob.at + blob.size };
    memset(out, 0, count * sizeof *out);
    const bool whole = chunk_v1_take_times(&r, out, count) && chunk_v1_take_seqs(&r, out, count, &base_seq) &&
                       ((flags & CHUNK_V1_IS_DECIMAL) ? chunk_v1_take_decimal(&r, out, count)
                                                      : chunk_v1_take_binary(&r, out, count)) &&
                       (!(flags & CHUNK_V1_HAS_QUALITY) || chunk_v1_take_qualities(&r, out, count)) &&
                       gn_reader_left(&r) == 0;
    if (!whole)
        return GN_ERR_CORRUPT;
    *out_count = count;
    *out_base_seq = base_seq;
    return GN_OK;
}
