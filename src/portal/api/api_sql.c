/* SPDX-License-Identifier: Apache-2.0 */
/* Questions in SQL: POST /api/v1/sql {"sql":"SELECT ..."}; store/sql.h says what can be asked. */
#include "portal/api/api_table.h"
#include "portal/body_fields.h"
#include "portal/request_query.h"
#include "store/sql_json.h"

_Static_assert((int)GN_SQL_BYTES_MAX < (int)GN_BODY_FIELDS_BYTES, "a question fits into the fields of a body");

static void sql_failed(gn_err err, const struct gn_diag *diag, struct gn_response *response)
{
    static const char hint[] = "tables: readings, series, buckets('THING', 'PROPERTY', '1h'); docs/sql.md";
    if (err != GN_ERR_INVAL && err != GN_ERR_FULL && err != GN_ERR_AGAIN)
        gn_query_failed(err, response);
    else if (diag->line > 0)
        gn_response_error(response, 400, "bad_sql", hint, "line %zu, column %zu: %s", diag->line, diag->column,
                          diag->text);
    else
        gn_response_error(response, 400, err == GN_ERR_INVAL ? "bad_sql" : "too_much", hint, "%s", diag->text);
}

static void sql_ask(struct gn_api *api, gn_str text, struct gn_response *response)
{
    struct gn_sql *sql = NULL;
    struct gn_diag diag = { 0 };
    gn_err err = gn_sql_open(api->reader, &api->clock, &sql);
    if (err) {
        gn_query_failed(GN_ERR_BUSY, response);
        return;
    }
    (void)gn_response_json(response, 200);
    err = gn_sql_ask_json(sql, text, &response->body, &diag);
    gn_sql_close(sql);
    if (err)
        sql_failed(err, &diag, response);
}

static void sql_post(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    static const char *const known[] = { "sql", NULL };
    struct gn_body_fields fields;
    struct gn_diag diag = { 0 };
    if (gn_body_from_json(&fields, request->body, &diag) != GN_OK)
        gn_response_error(response, 400, "bad_body", "send {\"sql\":\"SELECT ...\"}", "%s", diag.text);
    else if (gn_body_unknown(&fields, known).size > 0 || gn_body_get(&fields, "sql").size == 0)
        gn_response_error(response, 400, "bad_body", "send {\"sql\":\"SELECT ...\"}",
                          "'sql' is wanted, and nothing else");
    else
        sql_ask(api, gn_body_get(&fields, "sql"), response);
}

static const struct gn_route sql_routes[] = {
    { GN_ROUTE(GN_POST, "/api/v1/sql", GN_ACCESS_VIEWER, GN_PLACE_READINGS, sql_post),
      .help = "a question in SQL over readings, series and buckets; read only, bounded in rows and time",
      .input = "SqlQuestion", .answer = "SqlAnswer", .status = 200 },
};

/* clang-format off */
static const struct gn_schema sql_schemas[] = {
    { "SqlQuestion", GN_SCHEMA({
        "type": "object", "required": ["sql"], "properties": { "sql": { "type": "string" } } }) },
    { "SqlAnswer", GN_SCHEMA({
        "type": "object", "required": ["columns", "rows", "cut"],
        "properties": { "columns": { "type": "array", "items": { "type": "string" } },
            "rows": { "type": "array", "items": { "type": "array",
                "items": { "type": ["number", "string", "null"] } } },
            "cut": { "type": "boolean" } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_sql = GN_RESOURCE("sql", sql_routes, sql_schemas);
