/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/proposal.h"
#include "portal/request_query.h"
#include "portal/td.h"
#include "thing/description.h"

/* What is needed to speak of one Thing; taken for each request. */
struct discovered_work {
    struct gn_series_list series;
    char via[GN_THING_ID_BYTES_MAX + 1];
    uint32_t via_index;
    struct gn_buf described;
    char description[2 * GN_DESCRIPTION_BYTES_MAX];
};

static bool discovered_find_via(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct discovered_work *work = ctx;
    if (index == work->via_index)
        memcpy(work->via, thing->id, sizeof work->via);
    return index != work->via_index;
}

static gn_err discovered_read(struct gn_api *api, uint32_t index, const struct gn_thing *thing,
                              struct discovered_work *work)
{
    work->via[0] = '\0';
    work->via_index = thing->via;
    work->described = gn_buf_over(work->description, sizeof work->description);
    gn_err err = gn_series_list_read(api->reader, index, &work->series);
    if (err == GN_OK && thing->via != GN_NONE)
        err = gn_store_things(api->reader, discovered_find_via, work);
    return err == GN_OK ? gn_td_description(api, gn_str_of(thing->id), &work->described) : err;
}

/* The members that list and single answer share; the object stays open. */
static const char *discovered_open(struct gn_api *api, const struct gn_thing *thing, struct discovered_work *work,
                                   struct gn_jw *w)
{
    const uint64_t readings = gn_proposal_readings(api, &work->series);
    const char *why =
        gn_proposal_not_ready(readings, work->described.size > 2, gn_wall_ms(&api->clock) - thing->since_ms);
    gn_jw_open(w, '{');
    gn_jw_key(w, "id");
    gn_jw_text(w, thing->id);
    gn_jw_key(w, "name");
    gn_jw_text(w, thing->name);
    gn_jw_key(w, "via");
    if (work->via[0] != '\0')
        gn_jw_text(w, work->via);
    else
        gn_jw_null(w);
    gn_jw_key(w, "source");
    gn_jw_text(w, gn_thing_source_name(thing->source));
    gn_jw_key(w, "since");
    gn_jw_i64(w, thing->since_ms);
    gn_jw_key(w, "properties");
    gn_jw_u64(w, work->series.count);
    gn_jw_key(w, "readings");
    gn_jw_u64(w, readings);
    gn_jw_key(w, "ready");
    gn_jw_bool(w, why == NULL);
    return why;
}

/* --- the list --- */

struct discovered_list {
    size_t count;
    struct {
        uint32_t index;
        struct gn_thing thing;
    } rows[GN_THINGS_DISCOVERED_MAX];
};

static bool discovered_take(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct discovered_list *list = ctx;
    if (thing->state != GN_THING_DISCOVERED)
        return true;
    list->rows[list->count].index = index;
    list->rows[list->count++].thing = *thing;
    return list->count < GN_THINGS_DISCOVERED_MAX;
}

static void discovered_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)request;
    struct discovered_work *work = gn_mem_take(sizeof *work, "portal: while answering");
    struct discovered_list *list = gn_mem_take(sizeof *list, "portal: while answering");
    gn_err err = work == NULL || list == NULL ? GN_ERR_BUSY : gn_store_things(api->reader, discovered_take, list);
    if (err != GN_OK) {
        gn_query_failed(err, response);
    } else {
        struct gn_jw w = gn_response_json(response, 200);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "discovered");
        gn_jw_open(&w, '[');
        for (size_t i = 0; i < list->count; i++) {
            if (discovered_read(api, list->rows[i].index, &list->rows[i].thing, work) != GN_OK)
                continue;
            (void)discovered_open(api, &list->rows[i].thing, work, &w);
            gn_jw_close(&w, '}');
        }
        gn_jw_close(&w, ']');
        gn_jw_close(&w, '}');
    }
    gn_mem_give(list);
    gn_mem_give(work);
}

/* --- one, with its proposal --- */

static void discovered_get_one(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    struct discovered_work *work = gn_mem_take(sizeof *work, "portal: while answering");
    gn_err err = work == NULL ? GN_ERR_BUSY : discovered_read(api, index, &thing, work);
    if (err == GN_OK) {
        struct gn_jw w = gn_response_json(response, 200);
        const char *why = discovered_open(api, &thing, work, &w);
        gn_jw_key(&w, "state");
        gn_jw_text(&w, gn_thing_state_name(thing.state));
        gn_jw_key(&w, "why_not_ready");
        if (why != NULL)
            gn_jw_text(&w, why);
        else
            gn_jw_null(&w);
        gn_jw_key(&w, "proposal");
        err = gn_proposal_write(api, &thing, &work->series, gn_buf_str(&work->described), true, &w);
        gn_jw_close(&w, '}');
    }
    if (err != GN_OK)
        gn_query_failed(err, response);
    gn_mem_give(work);
}

/* --- a person's word --- */

struct discovered_edit {
    char name[GN_THING_NAME_BYTES_MAX + 1];
    struct gn_buf description; /* canonical */
    char bytes[2 * GN_DESCRIPTION_BYTES_MAX];
};

static gn_err discovered_member(struct discovered_edit *edit, struct gn_json *json, gn_str key, struct gn_diag *diag)
{
    const bool is_name = gn_str_equal(key, GN_STR("name"));
    const bool is_description = gn_str_equal(key, GN_STR("description"));
    const struct gn_json_token value = gn_json_next(json);
    const char *begin = json->at - 1;
    if (is_name && value.kind == GN_JSON_STRING) {
        const gn_err err = gn_str_copy(edit->name, sizeof edit->name, value.text);
        if (err != GN_OK)
            gn_diag_set(diag, 1, 1, "the name is longer than %d bytes", GN_THING_NAME_BYTES_MAX);
        return err != GN_OK ? GN_ERR_INVAL : GN_OK;
    }
    if (is_description && value.kind == GN_JSON_OBJECT && gn_json_skip(json, value))
        return gn_description_read((gn_str){ begin, (size_t)(json->at - begin) }, &edit->description, diag);
    gn_diag_set(diag, 1, 1, "a body has 'name', a text, and 'description', an object, and nothing else");
    return GN_ERR_INVAL;
}

/* {"name"?, "description"?}, or nothing at all. */
static gn_err discovered_body(gn_str body, struct discovered_edit *edit, struct gn_diag *diag)
{
    struct gn_json json;
    edit->name[0] = '\0';
    edit->description = gn_buf_over(edit->bytes, sizeof edit->bytes);
    if (gn_str_trim(body).size == 0)
        return GN_OK;
    gn_json_init(&json, body);
    gn_err err = gn_json_next(&json).kind == GN_JSON_OBJECT ? GN_OK : GN_ERR_INVAL;
    while (err == GN_OK) {
        char key[16];
        const struct gn_json_token token = gn_json_next(&json);
        if (token.kind == GN_JSON_OBJECT_END)
            return gn_json_next(&json).kind == GN_JSON_END ? GN_OK : GN_ERR_INVAL;
        err = token.kind == GN_JSON_KEY && gn_str_copy(key, sizeof key, token.text) == GN_OK ? GN_OK : GN_ERR_INVAL;
        if (err == GN_OK)
            err = discovered_member(edit, &json, gn_str_of(key), diag);
    }
    return err;
}

/* Adopted as it is: the proposal becomes the description. */
static gn_err discovered_propose(struct gn_api *api, uint32_t index, const struct gn_thing *thing,
                                 struct discovered_edit *edit, struct gn_diag *diag)
{
    struct discovered_work *work = gn_mem_take(sizeof *work, "portal: while answering");
    char *memory = gn_mem_take(4 * GN_DESCRIPTION_BYTES_MAX, "portal: while answering");
    gn_err err = work == NULL || memory == NULL ? GN_ERR_BUSY : discovered_read(api, index, thing, work);
    if (err == GN_OK) {
        struct gn_buf proposal = gn_buf_over(memory, 4 * GN_DESCRIPTION_BYTES_MAX);
        struct gn_jw w = gn_jw_over(&proposal);
        err = gn_proposal_write(api, thing, &work->series, gn_buf_str(&work->described), false, &w);
        if (err == GN_OK && gn_description_read(gn_buf_str(&proposal), &edit->description, diag) != GN_OK)
            edit->description.size = 0; /* too long with all that was learnt: what it said stays */
    }
    gn_mem_give(memory);
    gn_mem_give(work);
    return err;
}

static void discovered_decide(struct gn_api *api, const struct gn_request *request, struct gn_response *response,
                              gn_thing_state state)
{
    uint32_t index;
    struct gn_thing thing;
    struct gn_diag diag = { 0 };
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    struct discovered_edit *edit = gn_mem_take(sizeof *edit, "portal: while answering");
    gn_err err = edit == NULL ? GN_ERR_BUSY : discovered_body(request->body, edit, &diag);
    if (err == GN_OK && state == GN_THING_ADOPTED && edit->description.size == 0)
        err = discovered_propose(api, index, &thing, edit, &diag);
    if (err == GN_OK)
        err = api->host.decide(api->host.self, request->parts[0], state, gn_str_of(edit->name),
                               gn_buf_str(&edit->description), &diag);
    if (err == GN_ERR_INVAL || err == GN_ERR_FULL) {
        gn_response_error(response, 400, "bad_body", "send {\"name\":\"...\",\"description\":{...}}, or nothing", "%s",
                          diag.text[0] != '\0' ? diag.text : "the body is not a JSON object of that form");
    } else if (err != GN_OK) {
        gn_query_failed(err, response);
    } else {
        gn_log(GN_LOG_INFO, "portal", gn_thing_state_name((uint8_t)state), "thing=%s by=%s", thing.id,
               request->principal.name);
        struct gn_jw w = gn_response_json(response, 202);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "id");
        gn_jw_text(&w, thing.id);
        gn_jw_key(&w, "state");
        gn_jw_text(&w, gn_thing_state_name((uint8_t)state));
        gn_jw_key(&w, "recorded");
        gn_jw_bool(&w, true);
        gn_jw_close(&w, '}');
    }
    gn_mem_give(edit);
}

static void discovered_adopt(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    discovered_decide(api, request, response, GN_THING_ADOPTED);
}

static void discovered_ignore(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    discovered_decide(api, request, response, GN_THING_IGNORED);
}

static const struct gn_route discovered_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/discovered", GN_ACCESS_VIEWER, GN_PLACE_READINGS, discovered_get),
      .help = "Things that appeared and wait to be adopted or ignored", .answer = "DiscoveredList", .status = 200 },
    { GN_ROUTE(GN_GET, "/api/v1/discovered/{id}", GN_ACCESS_VIEWER, GN_PLACE_READINGS, discovered_get_one),
      .help = "one of them, with what it probably is and why", .answer = "Discovered", .status = 200 },
    { GN_ROUTE(GN_POST, "/api/v1/discovered/{id}/adopt", GN_ACCESS_ADMIN, GN_PLACE_COMMANDS, discovered_adopt),
      .help = "adopts it, with the proposal as edited, or as it is", .input = "Adoption", .answer = "Decided",
      .status = 202 },
    { GN_ROUTE(GN_POST, "/api/v1/discovered/{id}/ignore", GN_ACCESS_ADMIN, GN_PLACE_COMMANDS, discovered_ignore),
      .help = "ignores it: nothing more is taken from it", .input = "Adoption", .answer = "Decided", .status = 202 },
};

/* clang-format off */
static const struct gn_schema discovered_schemas[] = {
    { "DiscoveredList", GN_SCHEMA({
        "type": "object", "required": ["discovered"],
        "properties": { "discovered": { "type": "array", "items": { "type": "object",
            "required": ["id", "name", "via", "source", "since", "properties", "readings", "ready"] } } } }) },
    { "Discovered", GN_SCHEMA({
        "type": "object", "required": ["id", "name", "via", "source", "since", "ready", "why_not_ready", "proposal"],
        "properties": { "id": { "type": "string" }, "why_not_ready": { "type": ["string", "null"] },
            "proposal": { "type": "object", "required": ["title", "properties"] } } }) },
    { "Adoption", GN_SCHEMA({
        "type": "object", "additionalProperties": false,
        "properties": { "name": { "type": "string" }, "description": { "type": "object" } } }) },
    { "Decided", GN_SCHEMA({
        "type": "object", "required": ["id", "state", "recorded"],
        "properties": { "id": { "type": "string" }, "state": { "enum": ["adopted", "ignored"] },
            "recorded": { "const": true } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_discovered = GN_RESOURCE("discovered", discovered_routes, discovered_schemas);
