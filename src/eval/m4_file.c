/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/m4_file.h"

#include "base/mem.h"
#include "eval/csv.h"

/* The values of one row: numbers, and after the last of them empty fields only. */
static gn_err m4_read_values(struct gn_csv_row *row, double *to, size_t *out_count)
{
    size_t count = 0;
    bool ended = false;
    for (;;) {
        struct gn_csv_row again = *row;
        gn_str field;
        const gn_err err = gn_csv_field(row, &field);
        if (err == GN_ERR_NOT_FOUND)
            break;
        if (err)
            return err;
        if (field.size == 0) {
            ended = true;
            continue;
        }
        if (ended)
            return gn_csv_refuse(row, field, "stands behind an empty field: a value is missing");
        if (gn_csv_number(&again, &to[count]))
            return GN_ERR_INVAL;
        count++;
    }
    *out_count = count;
    return GN_OK;
}

static gn_err m4_read_rows(gn_str text, struct gn_m4_file *file, struct gn_diag *diag)
{
    struct gn_csv csv = gn_csv_of(text, diag);
    struct gn_csv_row row;
    double *next = file->values;
    if (!gn_csv_row(&csv, &row)) {
        gn_diag_set(diag, 1, 1, "the file is empty");
        return GN_ERR_INVAL;
    }
    while (gn_csv_row(&csv, &row)) {
        struct gn_m4_series *series = &file->series[file->count];
        gn_str id;
        if (gn_csv_field(&row, &id))
            return GN_ERR_INVAL;
        if (file->count == GN_EVAL_SERIES_MAX) {
            gn_diag_set(diag, row.line, 1, "has more than %d series", GN_EVAL_SERIES_MAX);
            return GN_ERR_FULL;
        }
        *series = (struct gn_m4_series){ .id = id, .values = next };
        if (m4_read_values(&row, next, &series->count))
            return GN_ERR_INVAL;
        if (series->count == 0)
            return gn_csv_refuse(&row, id, "has no values");
        next += series->count;
        file->count++;
    }
    return GN_OK;
}

gn_err gn_m4_file_read(gn_str text, struct gn_m4_file *out, struct gn_diag *diag)
{
    /* A value and its comma are two bytes at least. */
    double *values = gn_mem_take((text.size / 2 + 1) * sizeof *values, "eval series");
    if (values == NULL) {
        gn_diag_set(diag, 0, 0, "there is no memory for it");
        return GN_ERR_FULL;
    }
    *out = (struct gn_m4_file){ .values = values };
    const gn_err err = m4_read_rows(text, out, diag);
    if (err)
        gn_m4_file_free(out);
    return err;
}

void gn_m4_file_free(struct gn_m4_file *file)
{
    gn_mem_give(file->values);
    *file = (struct gn_m4_file){ 0 };
}
