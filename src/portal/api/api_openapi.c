/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the API, made from the same table that answers it: a route cannot be missing from it, and each
 * resource keeps the schema of its answers beside the code that writes them. OpenAPI 3.1. */
#include "base/version.h"
#include "portal/api/api_table.h"

static const char *openapi_access(gn_access access)
{
    static const char *const names[] = {
        [GN_ACCESS_MISSING] = "nobody", [GN_ACCESS_ANYONE] = "anyone",
        [GN_ACCESS_VIEWER] = "viewer",  [GN_ACCESS_OPERATOR] = "operator",
        [GN_ACCESS_ADMIN] = "admin",    [GN_ACCESS_DEVICE] = "admin, or the Thing itself",
    };
    return names[access];
}

static void openapi_parameter(struct gn_jw *w, gn_str name, const char *in, gn_str description)
{
    gn_jw_open(w, '{');
    gn_jw_key(w, "name");
    gn_jw_str(w, name);
    gn_jw_key(w, "in");
    gn_jw_text(w, in);
    gn_jw_key(w, "required");
    gn_jw_bool(w, strcmp(in, "path") == 0);
    if (description.size > 0) {
        gn_jw_key(w, "description");
        gn_jw_str(w, description);
    }
    gn_jw_key(w, "schema");
    gn_jw_raw(w, GN_STR("{\"type\":\"string\"}"));
    gn_jw_close(w, '}');
}

static void openapi_parameters(struct gn_jw *w, const struct gn_route *route)
{
    gn_jw_key(w, "parameters");
    gn_jw_open(w, '[');
    for (gn_str path = gn_str_of(route->path); path.size > 0;) {
        const gn_str part = gn_str_split(path, '/', &path);
        if (part.size > 2 && part.at[0] == '{')
            openapi_parameter(w, (gn_str){ part.at + 1, part.size - 2 }, "path", (gn_str){ 0 });
    }
    for (gn_str items = gn_str_of(route->query); items.size > 0;) {
        gn_str meaning;
        const gn_str name = gn_str_split(gn_str_split(items, '|', &items), '=', &meaning);
        openapi_parameter(w, name, "query", meaning);
    }
    gn_jw_close(w, ']');
}

static void openapi_content(struct gn_jw *w, const char *schema, const char *type)
{
    gn_jw_key(w, "content");
    gn_jw_open(w, '{');
    gn_jw_key(w, type);
    gn_jw_open(w, '{');
    gn_jw_key(w, "schema");
    gn_jw_open(w, '{');
    gn_jw_key(w, "$ref");
    char reference[96];
    struct gn_buf buf = gn_buf_over(reference, sizeof reference);
    gn_buf_addf(&buf, "#/components/schemas/%s", schema);
    gn_jw_str(w, gn_buf_str(&buf));
    gn_jw_close(w, '}');
    gn_jw_close(w, '}');
    gn_jw_close(w, '}');
}

static void openapi_responses(struct gn_jw *w, const struct gn_route *route)
{
    const bool is_stream = route->answer != NULL && strcmp(route->answer, "Live") == 0;
    char status[16];
    struct gn_buf buf = gn_buf_over(status, sizeof status);
    gn_buf_addf(&buf, "%d", route->status);
    gn_jw_key(w, "responses");
    gn_jw_open(w, '{');
    gn_jw_key_str(w, gn_buf_str(&buf));
    gn_jw_open(w, '{');
    gn_jw_key(w, "description");
    gn_jw_text(w, "as asked");
    if (route->answer != NULL)
        openapi_content(w, route->answer, is_stream ? "text/event-stream" : "application/json");
    gn_jw_close(w, '}');
    gn_jw_key(w, "default");
    gn_jw_open(w, '{');
    gn_jw_key(w, "description");
    gn_jw_text(w, "refused; the code says why, the hint what to do");
    openapi_content(w, "Error", "application/json");
    gn_jw_close(w, '}');
    gn_jw_close(w, '}');
}

static void openapi_operation(struct gn_jw *w, const struct gn_route *route)
{
    static const char *const methods[] = {
        [GN_GET] = "get", [GN_POST] = "post", [GN_PUT] = "put", [GN_DELETE] = "delete"
    };
    gn_jw_key(w, methods[route->method]);
    gn_jw_open(w, '{');
    gn_jw_key(w, "summary");
    gn_jw_text(w, route->help);
    gn_jw_key(w, "x-role");
    gn_jw_text(w, openapi_access(route->access));
    openapi_parameters(w, route);
    if (route->input != NULL) {
        gn_jw_key(w, "requestBody");
        gn_jw_open(w, '{');
        openapi_content(w, route->input, "application/json");
        gn_jw_close(w, '}');
    }
    openapi_responses(w, route);
    gn_jw_close(w, '}');
}

static bool openapi_is_first(const struct gn_route *route)
{
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++)
            if (strcmp(gn_resources[r]->routes[i].path, route->path) == 0)
                return &gn_resources[r]->routes[i] == route;
    return true;
}

/* One path with all its methods, wherever in the table they stand; written at the first of them. */
static void openapi_path(struct gn_jw *w, const struct gn_route *first)
{
    if (!openapi_is_first(first))
        return;
    gn_jw_key(w, first->path);
    gn_jw_open(w, '{');
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++)
            if (strcmp(gn_resources[r]->routes[i].path, first->path) == 0)
                openapi_operation(w, &gn_resources[r]->routes[i]);
    gn_jw_close(w, '}');
}

static void openapi_schemas(struct gn_jw *w)
{
    gn_jw_key(w, "components");
    gn_jw_open(w, '{');
    gn_jw_key(w, "securitySchemes");
    gn_jw_raw(w, GN_STR("{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"ganglion_PORT\"},"
                        "\"basic\":{\"type\":\"http\",\"scheme\":\"basic\"}}"));
    gn_jw_key(w, "schemas");
    gn_jw_open(w, '{');
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->schema_count; i++) {
            gn_jw_key(w, gn_resources[r]->schemas[i].name);
            gn_jw_raw(w, gn_str_of(gn_resources[r]->schemas[i].json));
        }
    gn_jw_close(w, '}');
    gn_jw_close(w, '}');
}

static void openapi_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)api;
    (void)request;
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "openapi");
    gn_jw_text(&w, "3.1.0");
    gn_jw_key(&w, "info");
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "title");
    gn_jw_text(&w, "Ganglion node");
    gn_jw_key(&w, "version");
    gn_jw_text(&w, gn_version());
    gn_jw_close(&w, '}');
    gn_jw_key(&w, "paths");
    gn_jw_open(&w, '{');
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++)
            openapi_path(&w, &gn_resources[r]->routes[i]);
    gn_jw_close(&w, '}');
    openapi_schemas(&w);
    gn_jw_close(&w, '}');
}

static const struct gn_route openapi_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/openapi.json", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, openapi_get),
      .help = "this description", .answer = "OpenApi", .status = 200 },
};

/* clang-format off */
static const struct gn_schema openapi_list[] = {
    { "OpenApi", GN_SCHEMA({
        "type": "object", "required": ["openapi", "info", "paths", "components"] }) },
    { "Error", GN_SCHEMA({
        "type": "object", "required": ["error"],
        "properties": { "error": { "type": "object", "required": ["code", "message", "hint"],
            "properties": { "code": { "type": "string" }, "message": { "type": "string" },
                            "hint": { "type": "string" } } } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_openapi = GN_RESOURCE("openapi", openapi_routes, openapi_list);
