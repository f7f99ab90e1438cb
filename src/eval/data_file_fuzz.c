/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a data file: every field lies inside the text, in order; both kinds of file are read or refused with a
 * place, and what is read is finite. */
#include <assert.h>

#include "eval/column_file.h"
#include "eval/csv.h"
#include "eval/m4_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_rows(gn_str text)
{
    struct gn_diag diag = { 0 };
    struct gn_csv csv = gn_csv_of(text, &diag);
    struct gn_csv_row row;
    const char *before = text.at;
    while (gn_csv_row(&csv, &row)) {
        gn_str field;
        gn_err err;
        while ((err = gn_csv_field(&row, &field)) == GN_OK) {
            assert(field.at >= before && field.at + field.size <= text.at + text.size);
            before = field.at + field.size;
        }
        assert(err == GN_ERR_NOT_FOUND || (err == GN_ERR_INVAL && diag.line == row.line && diag.column > 0));
    }
}

static void as_series(gn_str text)
{
    static struct gn_m4_file file;
    struct gn_diag diag = { 0 };
    if (gn_m4_file_read(text, &file, &diag)) {
        assert(diag.text[0] != '\0' && diag.line > 0);
        return;
    }
    for (size_t i = 0; i < file.count; i++)
        for (size_t j = 0; j < file.series[i].count; j++)
            assert(file.series[i].values[j] - file.series[i].values[j] == 0);
    gn_m4_file_free(&file);
}

static void as_columns(gn_str text)
{
    struct gn_column_file file;
    struct gn_diag diag = { 0 };
    if (gn_column_file_read(text, &file, &diag)) {
        assert(diag.text[0] != '\0' && diag.line > 0);
        return;
    }
    for (size_t i = 0; i < file.columns * file.rows; i++)
        assert(file.values[i] - file.values[i] == 0);
    gn_column_file_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gn_str text = { (const char *)data, size };
    as_rows(text);
    as_series(text);
    as_columns(text);
    return 0;
}
