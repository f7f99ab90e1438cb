/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test api_sql_test.c reads what it wrote */
#include "store/sql_json.h"

#include "base/json_write.h"

static void sql_json_columns(void *ctx, const gn_str *names, size_t count)
{
    struct gn_jw *w = ctx;
    gn_jw_open(w, '{');
    gn_jw_key(w, "columns");
    gn_jw_open(w, '[');
    for (size_t i = 0; i < count; i++)
        gn_jw_str(w, names[i]);
    gn_jw_close(w, ']');
    gn_jw_key(w, "rows");
    gn_jw_open(w, '[');
}

static bool sql_json_row(void *ctx, const struct gn_sql_value *values, size_t count)
{
    struct gn_jw *w = ctx;
    gn_jw_open(w, '[');
    for (size_t i = 0; i < count; i++)
        switch (values[i].kind) {
        case GN_SQL_INTEGER:
            gn_jw_i64(w, values[i].integer);
            break;
        case GN_SQL_REAL:
            gn_jw_f64(w, values[i].real);
            break;
        case GN_SQL_TEXT:
            gn_jw_str(w, values[i].text);
            break;
        default:
            gn_jw_null(w);
        }
    gn_jw_close(w, ']');
    return !w->buf->full;
}

gn_err gn_sql_ask_json(struct gn_sql *sql, gn_str text, struct gn_buf *out, struct gn_diag *diag)
{
    struct gn_jw w = gn_jw_over(out);
    struct gn_sql_answer answer = { .columns = sql_json_columns, .row = sql_json_row, .ctx = &w };
    gn_err err = gn_sql_ask(sql, text, &answer, diag);
    if (err)
        return err;
    gn_jw_close(&w, ']');
    gn_jw_key(&w, "cut");
    gn_jw_bool(&w, answer.cut);
    gn_jw_close(&w, '}');
    return GN_OK;
}
