/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test flush_test.c and history_upgrade_test.c read what it
                                             wrote */
#include "store/chunk_row.h"

#include <stdlib.h>

static void row_bind(sqlite3_stmt *put, int64_t id, uint32_t series, const struct gn_chunk_summary *sum, double first,
                     double last)
{
    const int64_t numbers[7] = {
        id, series, sum->time_min, sum->time_max, sum->count, (int64_t)sum->seq_min, (int64_t)sum->seq_max
    };
    const double values[5] = { sum->value_min, sum->value_max, sum->value_sum, first, last };
    for (int i = 0; i < 7; i++)
        (void)sqlite3_bind_int64(put, i + 1, numbers[i]);
    for (int i = 0; i < 5; i++) {
        if (sum->finite)
            (void)sqlite3_bind_double(put, 8 + i, values[i]);
        else
            (void)sqlite3_bind_null(put, 8 + i);
    }
}

void gn_chunk_row_bind(sqlite3_stmt *put, int64_t id, uint32_t series, const struct gn_point *points, uint32_t count,
                       uint64_t base_seq, uint8_t blob[static GN_CHUNK_BLOB_BYTES_MAX])
{
    struct gn_chunk_summary sum;
    gn_chunk_summarize(points, count, base_seq, &sum);
    const size_t size = gn_chunk_encode(points, count, base_seq, blob);
    row_bind(put, id, series, &sum, points[0].value, points[count - 1].value);
    (void)sqlite3_bind_blob(put, 13, blob, (int)size, SQLITE_STATIC);
}

static int row_compare_seq(const void *a, const void *b)
{
    const uint32_t x = ((const struct gn_point *)a)->seq_delta;
    const uint32_t y = ((const struct gn_point *)b)->seq_delta;
    return (x > y) - (x < y);
}

void gn_chunk_row_bind_samples(sqlite3_stmt *put, int64_t id, uint32_t series, const struct gn_sample *samples,
                               uint32_t count, struct gn_point points[static GN_CHUNK_READINGS],
                               uint8_t blob[static GN_CHUNK_BLOB_BYTES_MAX])
{
    struct gn_chunk_summary sum;
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = 0; i < count; i++) {
        least = samples[i].seq < least ? samples[i].seq : least;
        most = samples[i].seq > most ? samples[i].seq : most;
    }
    for (uint32_t i = 0; i < count; i++)
        points[i] = (struct gn_point){ .time_ms = samples[i].time_ms,
                                       .value = samples[i].value,
                                       .seq_delta = (uint32_t)(samples[i].seq - least),
                                       .quality = samples[i].quality };
    gn_chunk_summarize(points, count, least, &sum);
    sum.seq_min = least;
    sum.seq_max = most;
    row_bind(put, id, series, &sum, samples[0].value, samples[count - 1].value);
    qsort(points, count, sizeof *points, row_compare_seq); /* a chunk is in the order of arrival */
    const size_t size = gn_chunk_encode(points, count, least, blob);
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
