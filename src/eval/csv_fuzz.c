/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as rows and fields: every field lies inside the text, in order, and reading ends. */
#include <assert.h>

#include "eval/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_diag diag = { 0 };
    struct gn_csv csv = gn_csv_of((gn_str){ (const char *)data, size }, &diag);
    struct gn_csv_row row;
    const char *before = (const char *)data;
    const char *end = before + size;
    size_t fields = 0;
    while (gn_csv_row(&csv, &row)) {
        gn_str field;
        gn_err err;
        struct gn_csv_row numbers = row;
        double value = 0;
        while (!gn_csv_number(&numbers, &value))
            assert(value - value == 0);
        while ((err = gn_csv_field(&row, &field)) == GN_OK) {
            assert(field.at >= before && field.at + field.size <= end);
            before = field.at + field.size;
            fields++;
        }
        assert(err == GN_ERR_NOT_FOUND || (err == GN_ERR_INVAL && diag.line == row.line && diag.column > 0));
    }
    assert(fields <= size + 1);
    return 0;
}
