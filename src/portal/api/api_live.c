/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/api/api_table.h"

/* Only asks for the stream: the connection, and so the stream itself, belongs to portal/http_conn.c. */
static void live_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)api;
    (void)request;
    response->status = 200;
    response->stream = true;
}

static const struct gn_route live_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/live", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, live_get),
      .help = "server-sent events: outputs as they come, the newest values of the Things asked for, status",
      .query = "kinds=list|things=list of ids whose readings are sent|thing=id whose outputs are sent|"
               "after=change number",
      .answer = "Live", .status = 200 },
};

/* clang-format off */
static const struct gn_schema live_schemas[] = {
    { "Live", GN_SCHEMA({
        "type": "string",
        "description": "text/event-stream; events output, readings and status, each with one JSON object" }) },
};
/* clang-format on */

const struct gn_resource gn_resource_live = GN_RESOURCE("live", live_routes, live_schemas);
