/* SPDX-License-Identifier: Apache-2.0 */
/* store/chunk_v1.h -- reads chunks as they were written before version 2: up to 256 readings, whole bytes.
 *
 *   offset size
 *      0     1   version 1
 *      1     1   flags: 1 qualities are there, 2 values are decimal
 *      2     2   count, 1 to 256
 *      4     4   crc32 of bytes 0..3 and 8..end
 *      8   ...   times:     zigzag varint of the first, of the first step, then of each change of the step
 *          ...   seqs:      varint of the first, zigzag varint of the first step, then of each change of the step
 *          ...   values:    decimal: digits behind the point (1 byte, 0 to 6), then zigzag varints of the steps
 *                           of value * 10^digits; the value is whole / 10^digits
 *                           binary: bytes that are zero at the end of all (1), for each the number of bytes
 *                           that differ from the one before (4 bits), then those bytes
 *          ...   qualities: runs of (quality 1 byte, length varint); only if flagged
 *
 * Nothing writes it any more; what is on disk stays as it is. */
#ifndef GN_STORE_CHUNK_V1_H
#define GN_STORE_CHUNK_V1_H

#include "store/chunk.h"

enum { GN_CHUNK_V1_READINGS = 256 };
_Static_assert((int)GN_CHUNK_V1_READINGS <= (int)GN_CHUNK_READINGS, "what holds a chunk holds an old one");

/* As gn_chunk_decode. */
GN_MUST_USE gn_err gn_chunk_v1_decode(gn_bytes blob, struct gn_point out[static GN_CHUNK_V1_READINGS],
                                      uint32_t *out_count, uint64_t *out_base_seq);

#endif
