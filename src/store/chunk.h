/* SPDX-License-Identifier: Apache-2.0 */
/* store/chunk.h -- up to GN_CHUNK_READINGS readings of one series, as columns in one blob.
 *
 *   offset size
 *      0     1   version 1
 *      1     1   flags: 1 qualities are there, 2 values are decimal
 *      2     2   count, 1 to GN_CHUNK_READINGS
 *      4     4   crc32 of bytes 0..3 and 8..end
 *      8   ...   times:     zigzag varint of the first, of the first step, then of each change of the step
 *          ...   seqs:      varint of the first, zigzag varint of the first step, then of each change of the step
 *          ...   values:    decimal: digits behind the point (1 byte, 0 to 6), then zigzag varints of the steps
 *                           of value * 10^digits; only chosen when that gives back the very same bits
 *                           binary: bytes that are zero at the end of all (1), for each the number of bytes
 *                           that differ from the one before (4 bits), then those bytes
 *          ...   qualities: runs of (quality 1 byte, length varint); only if flagged
 *
 * Order is the order of arrival (seq), times may go back. Little-endian; a varint has 7 bits a byte, low ones
 * first. Cost: about 10 ns a reading either way. The step-of-steps of times and the xor of values are of
 * T. Pelkonen et al., "Gorilla" (VLDB 2015), here with whole bytes instead of bits. */
#ifndef GN_STORE_CHUNK_H
#define GN_STORE_CHUNK_H

#include "base/bytes.h"
#include "base/limits.h"

/* A reading in memory. Its seq is a base, kept once a chunk, plus seq_delta. */
struct gn_point {
    int64_t time_ms;
    double value;
    uint32_t seq_delta;
    uint8_t quality;
    uint8_t zero[3];
};
_Static_assert(sizeof(struct gn_point) == 24, "a head is an array of these");

enum { GN_CHUNK_BLOB_BYTES_MAX = 16 + GN_CHUNK_READINGS * (10 + 5 + 9 + 3) + 16 };

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
    double value_last; /* of the greatest time; of the greatest seq among those */
    uint64_t seq_last; /* its seq */
};

void gn_chunk_summarize(const struct gn_point *points, uint32_t count, uint64_t base_seq, struct gn_chunk_summary *out);
/* Returns the size of the blob. count is 1 to GN_CHUNK_READINGS, seq_delta ascends from 0. */
size_t gn_chunk_encode(const struct gn_point *points, uint32_t count, uint64_t base_seq,
                       uint8_t out[static GN_CHUNK_BLOB_BYTES_MAX]);
/* CORRUPT on anything encode would not have written, as far as that can be told. */
GN_MUST_USE gn_err gn_chunk_decode(gn_bytes blob, struct gn_point out[static GN_CHUNK_READINGS], uint32_t *out_count,
                                   uint64_t *out_base_seq);

#endif
