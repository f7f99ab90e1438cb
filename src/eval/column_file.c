/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/column_file.h"

#include "base/mem.h"
#include "base/timestamp.h"
#include "eval/csv.h"

static gn_err column_read_names(struct gn_csv *csv, struct gn_column_file *file)
{
    struct gn_csv_row row;
    gn_str name;
    if (!gn_csv_row(csv, &row)) {
        gn_diag_set(csv->diag, 1, 1, "the file is empty");
        return GN_ERR_INVAL;
    }
    gn_err err = gn_csv_field(&row, &name); /* of the time */
    while (!err && (err = gn_csv_field(&row, &name)) == GN_OK) {
        if (file->columns == GN_EVAL_COLUMNS_MAX) {
            gn_diag_set(csv->diag, row.line, 1, "has more than %d columns", GN_EVAL_COLUMNS_MAX);
            return GN_ERR_FULL;
        }
        file->names[file->columns++] = name;
    }
    if (err == GN_ERR_NOT_FOUND && file->columns == 0)
        return gn_csv_refuse(&row, name, "is the only column: there are no values");
    return err == GN_ERR_NOT_FOUND ? GN_OK : err;
}

bool gn_column_time(gn_str text, int64_t *out_ms)
{
    char zoned[] = "20yy-mm-ddThh:mm:ssZ"; /* RFC 3339 */
    enum { SECONDS = 19, HOURS = 11 };
    if (text.size == SECONDS && text.at[10] == ' ') {
        memcpy(zoned, text.at, SECONDS);
        zoned[10] = 'T';
    } else if (text.size == HOURS && text.at[2] == '/' && text.at[5] == '/' && text.at[8] == ' ') {
        memcpy(zoned + 2, text.at + 6, 2);
        memcpy(zoned + 5, text.at + 3, 2);
        memcpy(zoned + 8, text.at, 2);
        memcpy(zoned + 11, text.at + 9, 2);
        memcpy(zoned + 14, "00:00", 5);
    } else {
        return false;
    }
    return gn_time_parse(gn_str_of(zoned), out_ms) == GN_OK;
}

static gn_err column_read_time(struct gn_csv_row *row, int64_t *out_ms)
{
    gn_str field = { NULL, 0 };
    const gn_err err = gn_csv_field(row, &field);
    if (err)
        return err;
    if (gn_column_time(field, out_ms))
        return GN_OK;
    return gn_csv_refuse(row, field, "is not a time like 2016-07-01 00:00:00");
}

static gn_err column_read_rows(struct gn_csv *csv, struct gn_column_file *file, size_t capacity)
{
    struct gn_csv_row row;
    while (gn_csv_row(csv, &row)) {
        if (column_read_time(&row, &file->times_ms[file->rows]))
            return GN_ERR_INVAL;
        for (size_t i = 0; i < file->columns; i++)
            if (gn_csv_number(&row, &file->values[i * capacity + file->rows]))
                return GN_ERR_INVAL;
        gn_str beyond;
        if (gn_csv_field(&row, &beyond) == GN_OK)
            return gn_csv_refuse(&row, beyond, "is one field more than the heading has");
        file->rows++;
    }
    if (file->rows == 0) {
        gn_diag_set(csv->diag, csv->line, 1, "there are no rows below the heading");
        return GN_ERR_INVAL;
    }
    for (size_t i = 1; i < file->columns; i++)
        memmove(file->values + i * file->rows, file->values + i * capacity, file->rows * sizeof *file->values);
    return GN_OK;
}

gn_err gn_column_file_read(gn_str text, struct gn_column_file *out, struct gn_diag *diag)
{
    struct gn_csv csv = gn_csv_of(text, diag);
    struct gn_column_file file = { 0 };
    size_t lines = 1;
    for (size_t i = 0; i < text.size; i++)
        lines += text.at[i] == '\n';
    gn_err err = column_read_names(&csv, &file);
    if (!err) {
        file.times_ms = gn_mem_take(lines * sizeof *file.times_ms, "eval times");
        file.values = gn_mem_take(lines * file.columns * sizeof *file.values, "eval series");
        if (file.times_ms == NULL || file.values == NULL) {
            gn_diag_set(diag, 0, 0, "there is no memory for it");
            err = GN_ERR_FULL;
        }
    }
    if (!err)
        err = column_read_rows(&csv, &file, lines);
    if (err) {
        gn_column_file_free(&file);
        return err;
    }
    *out = file;
    return GN_OK;
}

void gn_column_file_free(struct gn_column_file *file)
{
    gn_mem_give(file->times_ms);
    gn_mem_give(file->values);
    *file = (struct gn_column_file){ 0 };
}
