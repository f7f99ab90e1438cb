/* SPDX-License-Identifier: Apache-2.0 */
/* eval/nab_data.h -- the series of the Numenta Anomaly Benchmark and their labelled windows.
 *
 *      nab/labels/combined_windows.json   { "realTweets/Twitter_volume_FB.csv": [["from", "to"], ...], ... }
 *      nab/data/<that name>               timestamp,value      2014-04-01 00:04:00,19.5
 *
 * Times have no zone; they are read as UTC. */
#ifndef GN_EVAL_NAB_DATA_H
#define GN_EVAL_NAB_DATA_H

#include "base/bytes.h"
#include "base/limits.h"
#include "eval/nab_score.h"

struct gn_nab_file {
    char name[GN_EVAL_NAB_NAME_BYTES]; /* "Twitter_volume_FB" */
    int64_t *times;
    double *values;
    double *scores; /* zeroed; for whoever scores the series */
    size_t count;   /* > 1 */
    struct gn_nab_window windows[GN_EVAL_NAB_WINDOWS_MAX];
    size_t window_count;
};

struct gn_nab_data {
    struct gn_nab_file files[GN_EVAL_NAB_FILES_MAX];
    size_t count;
};

/* Reads all series, or every `step`-th. On failure nothing is kept, and the diag says which file and line. */
GN_MUST_USE gn_err gn_nab_data_read(const char *data_dir, size_t step, struct gn_nab_data **out, struct gn_diag *diag);
void gn_nab_data_free(struct gn_nab_data *data); /* NULL is fine */

/* The scores of a file as the scorers take them. */
static inline struct gn_nab_series gn_nab_series_of(const struct gn_nab_file *file)
{
    return (struct gn_nab_series){ file->scores, file->count, file->windows, file->window_count };
}

#endif
