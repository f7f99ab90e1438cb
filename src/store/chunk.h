/* SPDX-License-Identifier: Apache-2.0 */
/* store/chunk.h -- up to GN_CHUNK_READINGS readings of one series, as columns in one blob.
 *
 *   offset size
 *      0     1   version 2
 *      1     1   flags: 1 qualities are there
 *      2     2   count, 1 to GN_CHUNK_READINGS
 *      4     4   crc32 of bytes 0..3 and 8..end
 *      8     2   bytes of the times
 *     10     2   bytes of the values
 *     12   ...   times:     column of whole numbers (codec/int_codec.h), ms
 *          ...   values:    column of doubles (codec/double_codec.h)
 *          ...   qualities: column of whole numbers; only if flagged
 *          ...   seqs:      varint of the first; column of the count - 1 steps, each at least 1; no column if count is
 * 1
 *
 * Order is the order of arrival (seq), times may go back. Little-endian. docs/format.md says all of it in one place.
 * Version 1 is read too (chunk_v1.h). Cost: 5 to 8 ns a reading to encode, 3 to 4 to decode. */
#ifndef GN_STORE_CHUNK_H
#define GN_STORE_CHUNK_H

#include "base/bytes.h"
#include "base/limits.h"
#include "store/codec/double_codec.h"

/* A reading in memory. Its seq is a base, kept once a chunk, plus seq_delta. */
struct gn_point {
    int64_t time_ms;
    double value;
    uint32_t seq_delta;
    uint8_t quality;
    uint8_t zero[3];
};
_Static_assert(sizeof(struct gn_point) == 24, "a head is an array of these");
_Static_assert((int)GN_CHUNK_READINGS <= (int)GN_COLUMN_NUMBERS_MAX, "a chunk's columns fit the codec");

enum { GN_CHUNK_BLOB_BYTES_MAX = 12 + GN_DOUBLES_BYTES_MAX + 3 * GN_COLUMN_BYTES_MAX + GN_VARINT_BYTES_MAX };

/* What can be known of a chunk without decoding it. */
struct gn_chunk_summary {
    uint32_t count;
    int64_t time_min;
    int64_t time_max;
    uint64_t seq_min;
    uint64_t seq_max;
    bool finite; /* else the values below say nothing */
    double value_min;
    double value_max;
    double value_sum;
    double value_first; /* of the least time; of the least seq among those */
    double value_last;  /* of the greatest time; of the greatest seq among those */
    uint64_t seq_last;  /* its seq */
};

void gn_chunk_summarize(const struct gn_point *points, uint32_t count, uint64_t base_seq, struct gn_chunk_summary *out);
/* Returns the size of the blob. count is 1 to GN_CHUNK_READINGS, seq_delta ascends from 0. */
size_t gn_chunk_encode(const struct gn_point *points, uint32_t count, uint64_t base_seq,
                       uint8_t out[static GN_CHUNK_BLOB_BYTES_MAX]);
/* CORRUPT on anything encode would not have written, as far as that can be told. */
GN_MUST_USE gn_err gn_chunk_decode(gn_bytes blob, struct gn_point out[static GN_CHUNK_READINGS], uint32_t *out_count,
                                   uint64_t *out_base_seq);

#endif
