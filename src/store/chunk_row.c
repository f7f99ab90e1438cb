/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test flush_test.c and history_upgrade_test.c read what it
                                             wrote */
#include "store/chunk_row.h"

void gn_chunk_row_bind(sqlite3_stmt *put, int64_t id, uint32_t series, const struct gn_point *points, uint32_t count,
                       uint64_t base_seq, uint8_t blob[static GN_CHUNK_BLOB_BYTES_MAX])
{
    struct gn_chunk_summary sum;
    gn_chunk_summarize(points, count, base_seq, &sum);
    const size_t size = gn_chunk_encode(points, count, base_seq, blob);
    const int64_t numbers[7] = {
        id, series, sum.time_min, sum.time_max, sum.count, (int64_t)sum.seq_min, (int64_t)sum.seq_max
    };
    const double values[5] = { sum.value_min, sum.value_max, sum.value_sum, points[0].value, points[count - 1].value };
    for (int i = 0; i < 7; i++)
        (void)sqlite3_bind_int64(put, i + 1, numbers[i]);
    for (int i = 0; i < 5; i++) {
        if (sum.finite)
            (void)sqlite3_bind_double(put, 8 + i, values[i]);
        else
            (void)sqlite3_bind_null(put, 8 + i);
    }
    (void)sqlite3_bind_blob(put, 13, blob, (int)size, SQLITE_STATIC);
}

void gn_late_bind(sqlite3_stmt *put, uint32_t series, const struct gn_sample *sample)
{
    int64_t bits;
    memcpy(&bits, &sample->value, sizeof bits);
    (void)sqlite3_bind_int64(put, 1, series);
    (void)sqlite3_bind_int64(put, 2, sample->time_ms);
    (void)sqlite3_bind_int64(put, 3, (int64_t)gn_stamp(sample->seq, sample->quality));
    (void)sqlite3_bind_int64(put, 4, (int64_t)sample->seq);
    (void)sqlite3_bind_int64(put, 5, sample->quality);
    (void)sqlite3_bind_int64(put, 6, bits);
}
