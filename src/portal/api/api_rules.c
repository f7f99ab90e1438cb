/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/api/api_table.h"

/* The solution's words come as JSON from the host; an empty text means that there are none. */
static void rules_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)request;
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "rules");
    const size_t before = response->body.size;
    api->host.solution(api->host.self, "rules", &response->body);
    if (response->body.size == before)
        gn_buf_add_text(&response->body, "[]");
    gn_jw_close(&w, '}');
}

static const struct gn_route rules_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/rules", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, rules_get), .help = "the rules in force",
      .answer = "Rules", .status = 200 },
};

/* clang-format off */
static const struct gn_schema rules_schemas[] = {
    { "Rules", GN_SCHEMA({
        "type": "object", "required": ["rules"],
        "properties": { "rules": { "type": "array", "items": {
            "type": "object", "required": ["name", "autonomy"],
            "properties": { "name": { "type": "string" }, "autonomy": { "type": "string" },
                            "words": { "type": "string" }, "digest": { "type": "string" } } } } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_rules = GN_RESOURCE("rules", rules_routes, rules_schemas);
