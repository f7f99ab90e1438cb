/* SPDX-License-Identifier: Apache-2.0 */
/* store/chunk_row.h -- from readings to the parameters of GN_W_CHUNK_PUT and GN_W_LATE_PUT: the only place that
 * knows the order of their columns. */
#ifndef GN_STORE_CHUNK_ROW_H
#define GN_STORE_CHUNK_ROW_H

#include <sqlite3.h>

#include "store/chunk.h"
#include "store/sample.h"

/* Points in the order of their keys and of their seqs, which is the same for readings that follow one another.
 * `blob` must live until the statement has run. */
void gn_chunk_row_bind(sqlite3_stmt *put, int64_t id, uint32_t series, const struct gn_point *points, uint32_t count,
                       uint64_t base_seq, uint8_t blob[static GN_CHUNK_BLOB_BYTES_MAX]);
/* Samples in the order of their keys; their seqs may be in any order, and at most UINT32_MAX apart. `points` is room
 * to sort. */
void gn_chunk_row_bind_samples(sqlite3_stmt *put, int64_t id, uint32_t series, const struct gn_sample *samples,
                               uint32_t count, struct gn_point points[static GN_CHUNK_READINGS],
                               uint8_t blob[static GN_CHUNK_BLOB_BYTES_MAX]);
void gn_late_bind(sqlite3_stmt *put, uint32_t series, const struct gn_sample *sample);

#endif
