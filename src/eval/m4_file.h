/* SPDX-License-Identifier: Apache-2.0 */
/* eval/m4_file.h -- a file of the M4 competition: one series a row, of any length.
 *
 *      "V1","V2","V3",...          a heading
 *      "H1","605","586",...,,,     id, values, then nothing up to the width of the heading
 *
 * S. Makridakis, E. Spiliotis, V. Assimakopoulos, "The M4 Competition" (International Journal of Forecasting, 2020). */
#ifndef GN_EVAL_M4_FILE_H
#define GN_EVAL_M4_FILE_H

#include "base/bytes.h"
#include "base/limits.h"

struct gn_m4_series {
    gn_str id; /* borrows from the text */
    const double *values;
    size_t count; /* > 0 */
};

struct gn_m4_file {
    struct gn_m4_series series[GN_EVAL_SERIES_MAX];
    size_t count;
    double *values; /* of all series, owned */
};

/* Reads the text of a file. On failure nothing is kept. `out` is large: static, or taken. */
GN_MUST_USE gn_err gn_m4_file_read(gn_str text, struct gn_m4_file *out, struct gn_diag *diag);
void gn_m4_file_free(struct gn_m4_file *file); /* zeroed is fine */

#endif
