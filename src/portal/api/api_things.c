/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/body_fields.h"
#include "portal/given.h"
#include "portal/request_query.h"
#include "portal/thing_actions.h"
#include "portal/values.h"

enum { THINGS_WHY_BYTES = 256 };

/* A Thing as the list shows it, taken out of the store so that the store may be asked about it. */
struct things_row {
    uint32_t index;
    uint32_t alarm_count;
    struct gn_thing thing;
};

struct things_list {
    struct things_row *rows; /* GN_THINGS_MAX */
    size_t count;
};

static bool things_take(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct things_list *list = ctx;
    if (list->count == GN_THINGS_MAX)
        return false;
    list->rows[list->count++] = (struct things_row){ .index = index, .thing = *thing };
    return true;
}

static bool things_count_alarm(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct things_list *list = ctx;
    (void)change;
    for (size_t i = 0; i < list->count; i++)
        if (gn_str_equal(output->thing, gn_str_of(list->rows[i].thing.id)))
            list->rows[i].alarm_count++;
    return true;
}

static gn_err things_read(struct gn_api *api, struct things_list *list)
{
    const struct gn_output_query open_alarms = { .kind = "alarm",
                                                 .state = GN_STR("open"),
                                                 .from_ms = INT64_MIN,
                                                 .to_ms = INT64_MAX,
                                                 .limit = GN_ALARMS_OPEN_MAX,
                                                 .newest_first = true };
    const gn_err err = gn_store_things(api->reader, things_take, list);
    return err ? err : gn_store_outputs(api->reader, &open_alarms, things_count_alarm, list);
}

static int64_t things_last_time(struct gn_api *api, const struct gn_series_list *series)
{
    char text[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_reading reading;
    int64_t last_ms = INT64_MIN;
    for (uint32_t i = 0; i < series->count; i++)
        if (gn_value_last(api->reader, series->index[i], &reading, text) && reading.time_ms > last_ms)
            last_ms = reading.time_ms;
    return last_ms;
}

/* Is it adopted, and who speaks for it. */
static void things_write_standing(const struct gn_thing *thing, const char *via, struct gn_jw *w)
{
    gn_jw_key(w, "state");
    gn_jw_text(w, gn_thing_state_name(thing->state));
    gn_jw_key(w, "via");
    if (via != NULL)
        gn_jw_text(w, via);
    else
        gn_jw_null(w);
}

static void things_write_row(struct gn_api *api, const struct things_list *list, const struct things_row *row,
                             struct gn_series_list *series, struct gn_jw *w)
{
    int64_t last_ms = INT64_MIN;
    if (gn_series_list_read(api->reader, row->index, series) == GN_OK)
        last_ms = things_last_time(api, series);
    gn_jw_open(w, '{');
    gn_jw_key(w, "id");
    gn_jw_text(w, row->thing.id);
    gn_jw_key(w, "name");
    gn_jw_text(w, row->thing.name);
    gn_jw_key(w, "online");
    gn_jw_bool(w, api->host.online(api->host.self, row->index));
    things_write_standing(&row->thing, row->thing.via < list->count ? list->rows[row->thing.via].thing.id : NULL, w);
    gn_jw_key(w, "series");
    gn_jw_u64(w, row->thing.series_count);
    gn_jw_key(w, "last_time");
    if (last_ms == INT64_MIN)
        gn_jw_null(w);
    else
        gn_jw_i64(w, last_ms);
    gn_jw_key(w, "alarms_open");
    gn_jw_u64(w, row->alarm_count);
    gn_jw_close(w, '}');
}

static void things_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)request;
    struct gn_series_list *series = gn_mem_take(sizeof *series, "portal: while answering");
    struct things_list list = { .rows = gn_mem_take(GN_THINGS_MAX * sizeof list.rows[0], "portal: while answering") };
    const gn_err err = series == NULL || list.rows == NULL ? GN_ERR_BUSY : things_read(api, &list);
    if (err) {
        gn_query_failed(err, response);
    } else {
        struct gn_jw w = gn_response_json(response, 200);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "things");
        gn_jw_open(&w, '[');
        for (size_t i = 0; i < list.count; i++)
            things_write_row(api, &list, &list.rows[i], series, &w);
        gn_jw_close(&w, ']');
        gn_jw_close(&w, '}');
    }
    gn_mem_give(list.rows);
    gn_mem_give(series);
}

/* --- one --- */

static void things_write_refused(struct gn_api *api, uint32_t index, struct gn_jw *w)
{
    char bytes[THINGS_WHY_BYTES];
    struct gn_buf why = gn_buf_over(bytes, sizeof bytes);
    uint64_t count = 0;
    api->host.refusal(api->host.self, index, &count, &why);
    gn_jw_key(w, "refused");
    gn_jw_open(w, '{');
    gn_jw_key(w, "count");
    gn_jw_u64(w, count);
    gn_jw_key(w, "why");
    gn_jw_str(w, gn_buf_str(&why));
    gn_jw_close(w, '}');
}

static void things_write_time(struct gn_jw *w, const char *key, int64_t time_ms)
{
    gn_jw_key(w, key);
    if (time_ms > 0)
        gn_jw_i64(w, time_ms);
    else
        gn_jw_null(w);
}

static void things_write_credential(struct gn_api *api, const char *thing_id, struct gn_jw *w)
{
    struct gn_token_state state;
    gn_guard_thing_state(api->guard, gn_str_of(thing_id), &state);
    gn_jw_key(w, "credential");
    gn_jw_open(w, '{');
    gn_jw_key(w, "state");
    gn_jw_text(w, state.has_token ? "valid" : state.revoked_ms > 0 ? "revoked" : "none");
    things_write_time(w, "old_until", state.old_until_ms);
    things_write_time(w, "revoked", state.revoked_ms);
    things_write_time(w, "last_used", state.use.time_ms);
    things_write_time(w, "old_last_used", state.use.old_ms);
    things_write_time(w, "two_places", state.use.two_places_ms);
    gn_jw_key(w, "last_source");
    if (state.use.source[0] != '\0')
        gn_jw_text(w, state.use.source);
    else
        gn_jw_null(w);
    gn_jw_close(w, '}');
}

static void things_write_property(struct gn_api *api, const char *thing_id, uint32_t index,
                                  const struct gn_series *series, struct gn_jw *w)
{
    char text[GN_TEXT_VALUE_BYTES_MAX];
    char unit[GN_UNIT_BYTES_MAX + 1];
    struct gn_reading reading;
    const bool has_value = gn_value_last(api->reader, index, &reading, text);
    gn_value_unit(api, gn_str_of(thing_id), gn_str_of(series->property), unit);
    gn_jw_open(w, '{');
    gn_jw_key(w, "name");
    gn_jw_text(w, series->property);
    gn_jw_key(w, "kind");
    gn_jw_text(w, gn_series_kind_name(series->kind));
    gn_jw_key(w, "unit");
    gn_jw_text(w, unit);
    gn_jw_key(w, "value");
    if (has_value)
        gn_value_write(w, series->kind, &reading);
    else
        gn_jw_null(w);
    gn_jw_key(w, "time");
    if (has_value)
        gn_jw_i64(w, reading.time_ms);
    else
        gn_jw_null(w);
    gn_jw_close(w, '}');
}

struct things_via {
    uint32_t index;
    char id[GN_THING_ID_BYTES_MAX + 1];
};

static bool things_find_via(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct things_via *via = ctx;
    if (index == via->index)
        memcpy(via->id, thing->id, sizeof via->id);
    return index != via->index;
}

static void things_write_one(struct gn_api *api, uint32_t index, const struct gn_thing *thing,
                             const struct gn_series_list *series, gn_str actions, struct gn_jw *w)
{
    gn_jw_open(w, '{');
    gn_jw_key(w, "id");
    gn_jw_text(w, thing->id);
    gn_jw_key(w, "name");
    gn_jw_text(w, thing->name);
    gn_jw_key(w, "online");
    gn_jw_bool(w, api->host.online(api->host.self, index));
    struct things_via via = { .index = thing->via };
    if (thing->via != GN_NONE)
        GN_IGNORE(gn_store_things(api->reader, things_find_via, &via), "the Thing is shown without its gateway then");
    things_write_standing(thing, via.id[0] != '\0' ? via.id : NULL, w);
    things_write_refused(api, index, w);
    things_write_credential(api, thing->id, w);
    gn_jw_key(w, "properties");
    gn_jw_open(w, '[');
    for (uint32_t i = 0; i < series->count; i++)
        things_write_property(api, thing->id, series->index[i], &series->series[i], w);
    gn_jw_close(w, ']');
    gn_jw_key(w, "actions");
    gn_thing_actions_write(actions, gn_str_of(thing->id), w);
    gn_jw_close(w, '}');
}

static void things_get_one(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    struct gn_series_list *series = gn_mem_take(sizeof *series, "portal: while answering");
    char *memory = gn_mem_take(GN_THING_ACTIONS_BYTES, "portal: while answering");
    struct gn_buf actions = gn_buf_over(memory, memory != NULL ? GN_THING_ACTIONS_BYTES : 0);
    gn_err err = series == NULL || memory == NULL ? GN_ERR_BUSY : GN_OK;
    if (!err)
        err = gn_series_list_read(api->reader, index, series);
    if (err) {
        gn_query_failed(err, response);
    } else {
        api->host.solution(api->host.self, "actions", &actions);
        struct gn_jw w = gn_response_json(response, 200);
        things_write_one(api, index, &thing, series, gn_buf_str(&actions), &w);
    }
    gn_mem_give(memory);
    gn_mem_give(series);
}

/* --- changes --- */

static void things_write_new(struct gn_api *api, const struct gn_request *request, const char *id, const char *name,
                             const char *token, struct gn_response *response)
{
    struct gn_jw w = gn_response_json(response, 201);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "id");
    gn_jw_text(&w, id);
    gn_jw_key(&w, "name");
    gn_jw_text(&w, name);
    gn_jw_key(&w, "token");
    gn_jw_text(&w, token);
    gn_given_write(api, request, id, token, &w);
    gn_jw_close(&w, '}');
}

static void things_post(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    static const char *const known[] = { "name", NULL };
    struct gn_body_fields fields;
    struct gn_diag diag = { 0 };
    char name[GN_THING_NAME_BYTES_MAX + 1];
    char id[GN_THING_ID_BYTES_MAX + 1];
    char token[GN_TOKEN_BYTES];
    if (gn_body_from_json(&fields, request->body, &diag) != GN_OK || gn_body_unknown(&fields, known).size > 0 ||
        !gn_body_has(&fields, "name")) {
        gn_response_error(response, 400, "bad_body", "send {\"name\":\"...\"}", "the body is not right at byte %zu: %s",
                          diag.column > 0 ? diag.column - 1 : 0,
                          diag.text[0] != '\0' ? diag.text : "a name is needed, and nothing else");
        return;
    }
    gn_err err = gn_str_copy(name, sizeof name, gn_body_get(&fields, "name"));
    if (err) {
        err = GN_ERR_INVAL;
        gn_diag_set(&diag, 0, 0, "the name is longer than %d bytes", GN_THING_NAME_BYTES_MAX);
    } else {
        err = api->host.thing_add(api->host.self, gn_body_get(&fields, "name"), id, token, &diag);
    }
    if (err == GN_ERR_INVAL)
        gn_response_error(response, 400, "bad_name", "any text of 1 to 128 bytes is a name", "%s",
                          diag.text[0] != '\0' ? diag.text : "the name is refused");
    else if (err)
        gn_query_failed(err, response);
    else
        things_write_new(api, request, id, name, token, response);
}

static const struct gn_route things_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/things", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, things_get), .help = "all Things",
      .answer = "Things", .status = 200 },
    { GN_ROUTE(GN_POST, "/api/v1/things", GN_ACCESS_ADMIN, GN_PLACE_COMMANDS, things_post),
      .help = "adds a Thing; its token is shown this once", .input = "NewThing", .answer = "ThingToken",
      .status = 201 },
    { GN_ROUTE(GN_GET, "/api/v1/things/{id}", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, things_get_one),
      .help = "a Thing with the newest value of each property", .answer = "Thing", .status = 200 },
};

/* clang-format off */
static const struct gn_schema things_schemas[] = {
    { "Things", GN_SCHEMA({
        "type": "object", "required": ["things"],
        "properties": { "things": { "type": "array", "items": {
            "type": "object", "required": [
                "id", "name", "online", "state", "via", "series", "last_time", "alarms_open"],
            "properties": {
                "id": { "type": "string" }, "name": { "type": "string" }, "online": { "type": "boolean" },
                "state": { "enum": ["adopted", "discovered", "ignored"] },
                "via": { "type": ["string", "null"] },
                "series": { "type": "integer" }, "last_time": { "type": ["integer", "null"] },
                "alarms_open": { "type": "integer" } } } } } }) },
    { "Thing", GN_SCHEMA({
        "type": "object", "required": [
            "id", "name", "online", "state", "via", "refused", "credential", "properties", "actions"],
        "properties": {
            "id": { "type": "string" }, "name": { "type": "string" }, "online": { "type": "boolean" },
            "state": { "enum": ["adopted", "discovered", "ignored"] }, "via": { "type": ["string", "null"] },
            "refused": { "type": "object", "required": ["count", "why"],
                "properties": { "count": { "type": "integer" }, "why": { "type": "string" } } },
            "credential": { "type": "object",
                "required": ["state", "old_until", "revoked", "last_used", "old_last_used", "last_source"],
                "properties": { "state": { "enum": ["valid", "revoked", "none"] },
                    "old_until": { "type": ["integer", "null"] }, "revoked": { "type": ["integer", "null"] },
                    "last_used": { "type": ["integer", "null"] }, "old_last_used": { "type": ["integer", "null"] },
                    "two_places": { "type": ["integer", "null"] },
                    "last_source": { "type": ["string", "null"] } } },
            "properties": { "type": "array", "items": {
                "type": "object", "required": ["name", "kind", "unit", "value", "time"],
                "properties": { "name": { "type": "string" }, "kind": { "enum": ["number", "bool", "text"] },
                    "unit": { "type": "string" }, "value": { "type": ["number", "boolean", "string", "null"] },
                    "time": { "type": ["integer", "null"] } } } },
            "actions": { "type": "array", "items": {
                "type": "object", "required": ["name", "arguments"],
                "properties": { "name": { "type": "string" }, "arguments": { "type": "array" } } } } } }) },
    { "NewThing", GN_SCHEMA({
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": { "name": { "type": "string", "minLength": 1, "maxLength": 128 } } }) },
    { "ThingToken", GN_SCHEMA({
        "type": "object", "required": ["id", "token"],
        "properties": { "id": { "type": "string" }, "name": { "type": "string" },
                        "token": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
                        "connect": { "type": "array", "items": { "type": "string" } },
                        "qr": { "type": ["object", "null"], "required": ["text", "size", "rows"], "properties": {
                            "text": { "type": "string" }, "size": { "type": "integer" },
                            "rows": { "type": "array", "items": { "type": "string" } } } } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_things = GN_RESOURCE("things", things_routes, things_schemas);
