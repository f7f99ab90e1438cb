/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/request_query.h"
#include "portal/td.h"
#include "portal/thing_actions.h"
#include "thing/description.h"

enum { WOT_LIST_MAX = 100, WOT_MQTT_BYTES = 320 };

/* What a TD is made of; too large for the stack. */
struct wot_desk {
    struct gn_series_list series;
    char description[GN_DESCRIPTION_BYTES_MAX];
    char all_actions[GN_THING_ACTIONS_BYTES];
    char actions[GN_THING_ACTIONS_BYTES];
    char mqtt[WOT_MQTT_BYTES];
};

/* mqtt:// with the name that the client calls us by, and the port that devices use. */
static gn_str wot_mqtt(struct gn_api *api, const struct gn_request *request, char bytes[static WOT_MQTT_BYTES])
{
    struct gn_buf out = gn_buf_over(bytes, WOT_MQTT_BYTES);
    gn_str host = request->host;
    const unsigned port = api->host.mqtt_port != NULL ? api->host.mqtt_port(api->host.self) : 0;
    const char *colon = host.size > 0 ? memrchr(host.at, ':', host.size) : NULL;
    const char *bracket = host.size > 0 ? memchr(host.at, ']', host.size) : NULL;
    if (colon != NULL && (bracket == NULL || bracket < colon))
        host.size = (size_t)(colon - host.at);
    if (port == 0 || host.size == 0)
        return (gn_str){ 0 };
    gn_buf_addf(&out, "mqtt://%.*s:%u", GN_STR_ARGS(host), port);
    return out.full ? (gn_str){ 0 } : gn_buf_str(&out);
}

static struct gn_td_source wot_source(struct gn_api *api, const struct gn_request *request, struct wot_desk *desk)
{
    return (struct gn_td_source){ .secure = request->secure,
                                  .host = request->host.size > 0 ? request->host : GN_STR("localhost"),
                                  .mqtt = wot_mqtt(api, request, desk->mqtt),
                                  .series = &desk->series,
                                  .cookie_name = api->cookie_name };
}

static gn_err wot_write(struct gn_api *api, const struct gn_request *request, struct wot_desk *desk, uint32_t index,
                        const struct gn_thing *thing, struct gn_jw *w)
{
    struct gn_buf description = gn_buf_over(desk->description, sizeof desk->description);
    struct gn_buf all = gn_buf_over(desk->all_actions, sizeof desk->all_actions);
    struct gn_buf own = gn_buf_over(desk->actions, sizeof desk->actions);
    struct gn_jw actions = gn_jw_over(&own);
    gn_err err = gn_series_list_read(api->reader, index, &desk->series);
    if (err == GN_OK)
        err = gn_td_description(api, gn_str_of(thing->id), &description);
    if (err != GN_OK)
        return err;
    api->host.solution(api->host.self, "actions", &all);
    gn_thing_actions_write(gn_buf_str(&all), gn_str_of(thing->id), &actions);
    struct gn_td_source source = wot_source(api, request, desk);
    source.thing = thing;
    source.description = gn_buf_str(&description);
    source.actions = gn_buf_str(&own);
    gn_td_write(api, &source, w);
    return GN_OK;
}

static void wot_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    struct wot_desk *desk = gn_mem_take(sizeof *desk, "portal: while answering");
    struct gn_jw w = gn_response_json(response, 200);
    const gn_err err = desk == NULL ? GN_ERR_BUSY : wot_write(api, request, desk, index, &thing, &w);
    response->type = "application/td+json";
    if (err)
        gn_query_failed(err, response);
    gn_mem_give(desk);
}

/* --- the directory --- */

static void wot_get_directory(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct wot_desk *desk = gn_mem_take(sizeof *desk, "portal: while answering");
    if (desk == NULL) {
        gn_query_failed(GN_ERR_BUSY, response);
        return;
    }
    const struct gn_td_source source = wot_source(api, request, desk);
    struct gn_jw w = gn_response_json(response, 200);
    gn_td_write_directory(&source, &w);
    response->type = "application/td+json";
    gn_mem_give(desk);
}

struct wot_page {
    uint64_t offset, limit;
    uint32_t count; /* of all Things */
    uint32_t taken;
    uint32_t index[WOT_LIST_MAX];
    struct gn_thing things[WOT_LIST_MAX];
};

static bool wot_take(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct wot_page *page = ctx;
    if (page->count++ >= page->offset && page->taken < page->limit) {
        page->index[page->taken] = index;
        page->things[page->taken++] = *thing;
    }
    return true;
}

static void wot_write_page(struct gn_api *api, const struct gn_request *request, struct wot_page *page,
                           struct gn_response *response)
{
    struct wot_desk *desk = gn_mem_take(sizeof *desk, "portal: while answering");
    gn_err err = desk == NULL ? GN_ERR_BUSY : gn_store_things(api->reader, wot_take, page);
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '[');
    for (uint32_t i = 0; err == GN_OK && i < page->taken; i++)
        err = wot_write(api, request, desk, page->index[i], &page->things[i], &w);
    gn_jw_close(&w, ']');
    gn_mem_give(desk);
    if (err) {
        gn_query_failed(err, response);
        return;
    }
    response->type = "application/ld+json";
    if (page->offset + page->taken < page->count)
        gn_response_header(response, "link: </things?offset=%llu&limit=%llu>; rel=\"next\"",
                           (unsigned long long)(page->offset + page->taken), (unsigned long long)page->limit);
}

static void wot_get_all(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    static const char *const known[] = { "offset", "limit", NULL };
    struct wot_page *page = gn_mem_take(sizeof *page, "portal: while answering");
    if (page == NULL) {
        gn_query_failed(GN_ERR_BUSY, response);
        return;
    }
    page->limit = WOT_LIST_MAX;
    if (gn_query_known(request, known, response) &&
        gn_query_u64(request, "offset", 0, GN_THINGS_MAX, &page->offset, response) &&
        gn_query_u64(request, "limit", 1, WOT_LIST_MAX, &page->limit, response))
        wot_write_page(api, request, page, response);
    gn_mem_give(page);
}

/* --- one property --- */

static void wot_get_property(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    char text[GN_TEXT_VALUE_BYTES_MAX];
    uint32_t index, series_index;
    struct gn_thing thing;
    struct gn_series series;
    struct gn_reading reading;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response) ||
        !gn_query_series(api, index, request->parts[1], &series_index, &series, response))
        return;
    struct gn_jw w = gn_response_json(response, 200);
    if (gn_value_last(api->reader, series_index, &reading, text))
        gn_value_write(&w, series.kind, &reading);
    else
        gn_jw_null(&w);
}

/* Only asks for the stream: portal/live.h makes it. */
static void wot_stream(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)api;
    (void)request;
    response->status = 200;
    response->stream = true;
}

static const struct gn_route wot_routes[] = {
    { GN_ROUTE(GN_GET, "/.well-known/wot", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, wot_get_directory),
      .help = "W3C WoT Discovery: the description of the directory itself", .answer = "ThingDescription",
      .status = 200 },
    { GN_ROUTE(GN_GET, "/things", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, wot_get_all),
      .help = "W3C WoT Discovery: the descriptions of all Things; to a browser that wants HTML, the page",
      .query = "offset=count|limit=count", .answer = "ThingDescriptions", .status = 200 },
    { GN_ROUTE(GN_GET, "/things/{id}", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, wot_get), .own = true,
      .help = "a Thing as a W3C WoT Thing Description 1.1; to a browser that wants HTML, its page",
      .answer = "ThingDescription", .status = 200 },
    { GN_ROUTE(GN_GET, "/things/{id}/properties/{property}", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, wot_get_property),
      .own = true, .help = "the newest value of a property, alone", .answer = "Value", .status = 200 },
    { GN_ROUTE(GN_GET, "/things/{id}/properties/{property}/observe", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, wot_stream),
      .own = true, .help = "a property's values as they come: server-sent events; with poll, the next one",
      .query = "poll=1", .answer = "Value", .status = 200 },
    { GN_ROUTE(GN_GET, "/things/{id}/events/alarm", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, wot_stream), .own = true,
      .help = "a Thing's alarms as they come: server-sent events; with poll, the next one", .query = "poll=1",
      .answer = "Alarm", .status = 200 },
};

/* clang-format off */
static const struct gn_schema wot_schemas[] = {
    { "ThingDescription", GN_SCHEMA({
        "type": "object", "required": ["@context", "id", "title", "securityDefinitions", "security"],
        "description": "W3C WoT Thing Description 1.1",
        "properties": { "id": { "type": "string" }, "title": { "type": "string" },
            "properties": { "type": "object" }, "actions": { "type": "object" }, "events": { "type": "object" } } }) },
    { "ThingDescriptions", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/ThingDescription\"}}" },
    { "Value", GN_SCHEMA({ "type": ["number", "boolean", "string", "null"] }) },
};
/* clang-format on */

const struct gn_resource gn_resource_wot = GN_RESOURCE("wot", wot_routes, wot_schemas);
