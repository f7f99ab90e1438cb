/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/request_query.h"
#include "portal/td.h"
#include "thing/description.h"

static void description_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    struct gn_jw w = gn_response_json(response, 200);
    const size_t before = w.buf->size;
    const gn_err err = gn_td_description(api, request->parts[0], w.buf);
    if (err)
        gn_query_failed(err, response);
    else if (w.buf->size == before)
        gn_buf_add_text(w.buf, "{}");
}

static void description_put(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    struct gn_diag diag = { 0 };
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    char *memory = gn_mem_take(2 * GN_DESCRIPTION_BYTES_MAX, "portal: while answering");
    struct gn_buf json = gn_buf_over(memory, memory != NULL ? 2 * GN_DESCRIPTION_BYTES_MAX : 0);
    gn_err err = memory == NULL ? GN_ERR_BUSY : gn_description_read(request->body, &json, &diag);
    if (memory != NULL && err != GN_OK) {
        gn_response_error(response, 400, "bad_description", "docs/wot.md has an example", "line %zu, column %zu: %s",
                          diag.line, diag.column, diag.text);
    } else {
        if (err == GN_OK)
            err = api->host.describe(api->host.self, request->parts[0], gn_buf_str(&json));
        if (err != GN_OK) {
            gn_query_failed(err, response);
        } else {
            gn_log(GN_LOG_INFO, "portal", "described", "thing=%s by=%s", thing.id, request->principal.name);
            struct gn_jw w = gn_response_json(response, 202);
            gn_jw_open(&w, '{');
            gn_jw_key(&w, "thing");
            gn_jw_text(&w, thing.id);
            gn_jw_key(&w, "recorded");
            gn_jw_bool(&w, true);
            gn_jw_close(&w, '}');
        }
    }
    gn_mem_give(memory);
}

static const struct gn_route description_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/things/{id}/description", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, description_get),
      .own = true, .help = "what was described of a Thing; {} when nothing was", .answer = "Description",
      .status = 200 },
    { GN_ROUTE(GN_PUT, "/api/v1/things/{id}/description", GN_ACCESS_ADMIN, GN_PLACE_COMMANDS, description_put),
      .help = "describes a Thing: a fragment of a WoT Thing Description; replaces the one before",
      .input = "Description", .answer = "Recorded", .status = 202 },
};

/* clang-format off */
static const struct gn_schema description_schemas[] = {
    { "Description", GN_SCHEMA({
        "type": "object", "description": "see docs/wot.md",
        "properties": { "title": { "type": "string" }, "description": { "type": "string" },
            "properties": { "type": "object" }, "actions": { "type": "object" }, "events": { "type": "object" } } }) },
    { "Recorded", GN_SCHEMA({
        "type": "object", "required": ["thing", "recorded"],
        "properties": { "thing": { "type": "string" }, "recorded": { "const": true } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_description = GN_RESOURCE("description", description_routes, description_schemas);
