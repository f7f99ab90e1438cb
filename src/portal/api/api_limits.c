/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "portal/api/api_table.h"

static void limits_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)api;
    (void)request;
    size_t count;
    const struct gn_limit *limits = gn_limits_table(&count);
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "limits");
    gn_jw_open(&w, '[');
    for (size_t i = 0; i < count; i++) {
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "name");
        gn_jw_text(&w, limits[i].name);
        gn_jw_key(&w, "value");
        gn_jw_i64(&w, limits[i].value);
        gn_jw_key(&w, "text");
        gn_jw_text(&w, limits[i].text);
        gn_jw_close(&w, '}');
    }
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
}

static const struct gn_route limits_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/limits", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, limits_get),
      .help = "every limit of the node, with what happens beyond it", .answer = "Limits", .status = 200 },
};

/* clang-format off */
static const struct gn_schema limits_schemas[] = {
    { "Limits", GN_SCHEMA({
        "type": "object", "required": ["limits"],
        "properties": { "limits": { "type": "array", "items": {
            "type": "object", "required": ["name", "value", "text"],
            "properties": { "name": { "type": "string" }, "value": { "type": "integer" },
                            "text": { "type": "string" } } } } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_limits = GN_RESOURCE("limits", limits_routes, limits_schemas);
