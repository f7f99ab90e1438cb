/* SPDX-License-Identifier: Apache-2.0 */
/* eval/dataset.h -- one file of a folder of public data, whole, as text.
 *
 *      DATA/m4/Hourly-train.csv      DATA is what the person named; docs/accuracy.md says how to get the files
 *
 * A folder or file that is missing is said with its path and with what to do. The text is owned by the caller
 * until gn_dataset_free. */
#ifndef GN_EVAL_DATASET_H
#define GN_EVAL_DATASET_H

#include "base/bytes.h"

/* Reads DATA/`path`. The diag's file names it, for what a parser says afterwards. */
GN_MUST_USE gn_err gn_dataset_read(const char *data_dir, const char *path, gn_str *out, struct gn_diag *diag);
void gn_dataset_free(gn_str text); /* the empty text is fine */

#endif
