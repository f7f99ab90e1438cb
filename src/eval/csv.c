/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/csv.h"

static gn_err csv_say(const struct gn_csv_row *row, const char *at, gn_str field, const char *why)
{
    enum { SHOWN = 40 };
    const gn_str shown = { field.at, field.size < SHOWN ? field.size : SHOWN };
    gn_diag_set(row->diag, row->line, (size_t)(at - row->start) + 1, "'%.*s' %s", GN_STR_ARGS(shown), why);
    return GN_ERR_INVAL;
}

bool gn_csv_row(struct gn_csv *csv, struct gn_csv_row *out)
{
    while (csv->rest.size > 0) {
        const gn_str line = gn_str_split(csv->rest, '\n', &csv->rest);
        csv->line++;
        if (gn_str_trim(line).size == 0)
            continue;
        *out = (struct gn_csv_row){ .start = line.at, .rest = line, .line = csv->line, .diag = csv->diag };
        return true;
    }
    return false;
}

gn_err gn_csv_field(struct gn_csv_row *row, gn_str *out)
{
    if (row->ended)
        return GN_ERR_NOT_FOUND;
    const void *comma = memchr(row->rest.at, ',', row->rest.size);
    const size_t size = comma == NULL ? row->rest.size : (size_t)((const char *)comma - row->rest.at);
    gn_str field = gn_str_trim((gn_str){ row->rest.at, size });
    if (field.size > 0 && memchr(field.at, '"', field.size) != NULL) {
        const gn_str inner = { field.at + 1, field.size >= 2 ? field.size - 2 : 0 };
        if (field.size < 2 || field.at[0] != '"' || field.at[field.size - 1] != '"' ||
            (inner.size > 0 && memchr(inner.at, '"', inner.size) != NULL))
            return csv_say(row, field.at, field, "has a quote out of place");
        field = inner;
    }
    row->ended = comma == NULL;
    row->rest = comma == NULL ? (gn_str){ row->rest.at + size, 0 }
                              : (gn_str){ row->rest.at + size + 1, row->rest.size - size - 1 };
    *out = field;
    return GN_OK;
}

gn_err gn_csv_number(struct gn_csv_row *row, double *out)
{
    gn_str field = { NULL, 0 };
    const char *at = row->rest.at;
    gn_err err = gn_csv_field(row, &field);
    if (err == GN_ERR_NOT_FOUND)
        return csv_say(row, at, field, "stands where a further number is wanted: the row is too short");
    if (err)
        return err;
    double value = 0;
    if (gn_parse_f64(field, &value))
        return csv_say(row, field.at, field, "is not a number");
    *out = value;
    return GN_OK;
}

gn_err gn_csv_refuse(const struct gn_csv_row *row, gn_str field, const char *why)
{
    return csv_say(row, field.at, field, why);
}
