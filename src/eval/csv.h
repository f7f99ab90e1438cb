/* SPDX-License-Identifier: Apache-2.0 */
/* eval/csv.h -- rows and fields of a data file, and where one is wrong.
 *
 *      "H1","605",,7.5\r\n      fields: H1 | 605 | (empty) | 7.5
 *
 * Commas separate, \n or \r\n ends a row, rows without any text are passed over, blanks around a field do not count.
 * A field may stand in quotes; within them a quote is not allowed (none of the data files has one). Nothing is
 * copied: a field borrows from the text. What is refused is said with line and column (both from 1), so that a
 * damaged download can be found. Pure functions. */
#ifndef GN_EVAL_CSV_H
#define GN_EVAL_CSV_H

#include "base/bytes.h"

struct gn_csv {
    gn_str rest;          /* rows not read yet */
    size_t line;          /* of the row that was read last */
    struct gn_diag *diag; /* its file is the caller's to set; may be NULL */
};

struct gn_csv_row {
    const char *start;
    gn_str rest; /* fields not read yet */
    size_t line;
    bool ended; /* there is no further field */
    struct gn_diag *diag;
};

static inline struct gn_csv gn_csv_of(gn_str text, struct gn_diag *diag)
{
    return (struct gn_csv){ .rest = text, .diag = diag };
}

/* The next row. False: there is none. */
bool gn_csv_row(struct gn_csv *csv, struct gn_csv_row *out);
/* The next field, without its quotes. NOT_FOUND (nothing said): the row has ended. INVAL: a quote out of place. */
GN_MUST_USE gn_err gn_csv_field(struct gn_csv_row *row, gn_str *out);
/* The next field as a number. INVAL also when it is missing, empty or no finite number. */
GN_MUST_USE gn_err gn_csv_number(struct gn_csv_row *row, double *out);
/* Says of the field that was read last why it cannot be used; returns INVAL. */
gn_err gn_csv_refuse(const struct gn_csv_row *row, gn_str field, const char *why);

#endif
