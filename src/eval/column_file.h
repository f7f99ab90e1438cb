/* SPDX-License-Identifier: Apache-2.0 */
/* eval/column_file.h -- a file with a time in front of each row and one series a column.
 *
 *      date,HUFL,HULL,OT                     a heading: names
 *      2016-07-01 00:00:00,5.8,2.0,30.5      a time as "YYYY-MM-DD hh:mm:ss" or "dd/mm/yy hh", then a number a column
 *
 * Times are taken as they stand, without a time zone: as if they were UTC. Rows keep the order of the file. */
#ifndef GN_EVAL_COLUMN_FILE_H
#define GN_EVAL_COLUMN_FILE_H

#include "base/bytes.h"
#include "base/limits.h"

struct gn_column_file {
    gn_str names[GN_EVAL_COLUMNS_MAX]; /* without that of the time; borrow from the text */
    size_t columns;
    size_t rows;
    int64_t *times_ms; /* owned, as are the values */
    double *values;    /* column after column, `rows` numbers each */
};

/* A time as above. */
bool gn_column_time(gn_str text, int64_t *out_ms);

/* Reads the text of a file. On failure nothing is kept. */
GN_MUST_USE gn_err gn_column_file_read(gn_str text, struct gn_column_file *out, struct gn_diag *diag);
void gn_column_file_free(struct gn_column_file *file); /* zeroed is fine */

#endif
