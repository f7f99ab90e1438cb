/* SPDX-License-Identifier: Apache-2.0 */
/* What a person asks of a Thing directly: to do something (an action), or to become something (desired values). Both
 * are journaled as orders; the engine decides, and its word is what is answered. */
#include <time.h>

#include "act/command_id.h"
#include "base/json_read.h"
#include "base/log.h"
#include "base/mem.h"
#include "os/entropy.h"
#include "portal/api/api_table.h"
#include "portal/request_query.h"
#include "portal/td.h"
#include "thing/description.h"

enum { ORDERS_BODY_BYTES = 16384, ORDERS_LOOKS = 50, ORDERS_LOOK_NS = 20000000, ORDERS_WHY_BYTES = 256 };

/* --- bodies --- */

/* The member of an object that was opened: its name and its value as it is written. */
static bool orders_member(struct gn_json *json, char *name, size_t capacity, gn_str *out_raw)
{
    const struct gn_json_token key = gn_json_next(json);
    if (key.kind != GN_JSON_KEY || gn_str_copy(name, capacity, key.text) != GN_OK)
        return false;
    const char *begin = json->at;
    const struct gn_json_token value = gn_json_next(json);
    if (!gn_json_skip(json, value))
        return false;
    while (begin < json->at && (*begin == ':' || *begin == ' ' || *begin == '\n' || *begin == '\t' || *begin == '\r'))
        begin++;
    *out_raw = (gn_str){ begin, (size_t)(json->at - begin) };
    return true;
}

static bool orders_is_object(gn_str text)
{
    struct gn_json json;
    gn_json_init(&json, text);
    const struct gn_json_token first = gn_json_next(&json);
    return first.kind == GN_JSON_OBJECT && gn_json_skip(&json, first) && gn_json_next(&json).kind == GN_JSON_END;
}

/* The key that was given, or a random one: then nobody can ask again. */
static bool orders_key(gn_str given, char out[static GN_ORDER_KEY_BYTES_MAX + 1], struct gn_response *response)
{
    uint8_t random[16];
    if (given.size > 0) {
        if (gn_str_copy(out, GN_ORDER_KEY_BYTES_MAX + 1, given) == GN_OK)
            return true;
        gn_response_error(response, 400, "bad_key", "a UUID is a good key", "a key has at most %d bytes",
                          GN_ORDER_KEY_BYTES_MAX);
        return false;
    }
    gn_entropy(random, sizeof random);
    gn_hex((gn_bytes){ random, sizeof random }, out);
    return true;
}

/* --- actions --- */

struct orders_found {
    bool found, refused;
    char action[64];
    char why[ORDERS_WHY_BYTES];
    char thing[GN_THING_ID_BYTES_MAX + 1], name[GN_PROPERTY_BYTES_MAX + 1];
    char input[GN_ACTION_INPUT_BYTES_MAX + 1];
};

static bool orders_look(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct orders_found *found = ctx;
    struct gn_json json;
    char name[32];
    gn_str raw;
    (void)change;
    gn_json_init(&json, output->json);
    (void)gn_json_next(&json);
    while (orders_member(&json, name, sizeof name, &raw)) {
        struct gn_json value;
        gn_json_init(&value, raw);
        const struct gn_json_token token = gn_json_next(&value);
        if (token.kind != GN_JSON_STRING)
            continue;
        char *to = strcmp(name, "action") == 0  ? found->action
                   : strcmp(name, "why") == 0   ? found->why
                   : strcmp(name, "thing") == 0 ? found->thing
                   : strcmp(name, "do") == 0    ? found->name
                   : strcmp(name, "input") == 0 ? found->input
                                                : NULL;
        const size_t capacity = to == found->action  ? sizeof found->action
                                : to == found->why   ? sizeof found->why
                                : to == found->thing ? sizeof found->thing
                                : to == found->name  ? sizeof found->name
                                                     : sizeof found->input;
        if (to != NULL)
            GN_IGNORE(gn_str_copy(to, capacity, token.text), "written by the engine, within these limits");
    }
    found->refused = gn_str_equal(output->state, GN_STR("refused"));
    found->found = true;
    return false;
}

static gn_err orders_find(struct gn_api *api, const char *key, struct orders_found *out)
{
    char id[GN_COMMAND_ID_BYTES];
    gn_command_id(gn_str_of(key), id);
    const struct gn_output_query query = {
        .kind = "command", .id = gn_str_of(id), .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1
    };
    memset(out, 0, sizeof *out);
    return gn_store_outputs(api->reader, &query, orders_look, out);
}

static void orders_answer(const struct orders_found *found, const struct gn_portal_order *order,
                          struct gn_response *response)
{
    if (!gn_str_equal(gn_str_of(found->thing), order->thing) || !gn_str_equal(gn_str_of(found->name), order->action) ||
        !gn_str_equal(gn_str_of(found->input), order->input)) {
        gn_response_error(response, 409, "key_used", "take another key for another order",
                          "this key was given to another order before");
    } else if (found->refused) {
        gn_response_error(response, 409, "refused", "GET /api/v1/things/ID names the arguments and their ranges", "%s",
                          found->why);
    } else {
        struct gn_jw w = gn_response_json(response, 202);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "id");
        gn_jw_text(&w, found->action);
        gn_jw_key(&w, "state");
        gn_jw_text(&w, "queued");
        gn_jw_close(&w, '}');
    }
}

static void orders_do(struct gn_api *api, const struct gn_request *request, gn_str input, gn_str given_key,
                      struct gn_response *response)
{
    const struct timespec pause = { .tv_nsec = ORDERS_LOOK_NS };
    char key[GN_ORDER_KEY_BYTES_MAX + 1];
    struct orders_found found;
    uint32_t index;
    struct gn_thing thing;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response) || !orders_key(given_key, key, response))
        return;
    if (input.size > GN_ACTION_INPUT_BYTES_MAX || !orders_is_object(input)) {
        gn_response_error(response, 400, "bad_input", "send {\"input\":{\"argument\":value}}",
                          "the input is a JSON object of at most %d bytes", GN_ACTION_INPUT_BYTES_MAX);
        return;
    }
    const struct gn_portal_order order = { .thing = gn_str_of(thing.id),
                                           .action = request->parts[1],
                                           .input = input,
                                           .person = gn_str_of(request->principal.name),
                                           .key = gn_str_of(key) };
    gn_err err = orders_find(api, key, &found);
    if (err == GN_OK && !found.found) {
        err = api->host.order(api->host.self, &order);
        for (int i = 0; err == GN_OK && !found.found && i < ORDERS_LOOKS; i++) {
            err = orders_find(api, key, &found);
            if (err == GN_OK && !found.found)
                (void)nanosleep(&pause, NULL);
        }
        gn_log(GN_LOG_INFO, "portal", "ordered", "thing=%s action=%.*s by=%s", thing.id, GN_STR_ARGS(request->parts[1]),
               request->principal.name);
    }
    if (err != GN_OK || !found.found)
        gn_query_failed(err != GN_OK ? err : GN_ERR_AGAIN, response);
    else
        orders_answer(&found, &order, response);
}

/* {"input":{...},"key":"..."}; an empty body is {}. */
static void orders_post(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_json json, value;
    char name[16], key[GN_ORDER_KEY_BYTES_MAX + 1] = "";
    gn_str raw, input = GN_STR("{}");
    const gn_str body = request->body.size > 0 ? request->body : GN_STR("{}");
    bool fine = orders_is_object(body);
    gn_json_init(&json, body);
    (void)gn_json_next(&json);
    while (fine && orders_member(&json, name, sizeof name, &raw)) {
        gn_json_init(&value, raw);
        const struct gn_json_token token = gn_json_next(&value);
        if (strcmp(name, "input") == 0)
            input = raw;
        else
            fine = strcmp(name, "key") == 0 && token.kind == GN_JSON_STRING &&
                   gn_str_copy(key, sizeof key, token.text) == GN_OK;
    }
    if (!fine)
        gn_response_error(response, 400, "bad_body", "send {\"input\":{...}}",
                          "the body is an object with 'input', and perhaps 'key'");
    else
        orders_do(api, request, input, request->key.size > 0 ? request->key : gn_str_of(key), response);
}

/* For WoT clients: the body is the input itself. */
static void orders_invoke(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    orders_do(api, request, request->body.size > 0 ? request->body : GN_STR("{}"), request->key, response);
}

/* --- desired values --- */

struct orders_wish {
    struct gn_api *api;
    gn_str thing, description;
    struct gn_jw w;
};

/* What is sent for a value: the bare value to a native device, or as the description has it. */
static void orders_payload(gn_str described_json, gn_str value, struct gn_buf *out)
{
    struct gn_json json;
    char name[32], key[GN_PROPERTY_BYTES_MAX + 1] = "", on[64] = "", off[64] = "";
    gn_str raw;
    gn_json_init(&json, described_json);
    if (described_json.size > 0)
        (void)gn_json_next(&json);
    while (described_json.size > 0 && orders_member(&json, name, sizeof name, &raw)) {
        struct gn_json reader;
        gn_json_init(&reader, raw);
        const struct gn_json_token token = gn_json_next(&reader);
        char *to = strcmp(name, "gn:write_path") == 0  ? key
                   : strcmp(name, "gn:write_on") == 0  ? on
                   : strcmp(name, "gn:write_off") == 0 ? off
                                                       : NULL;
        if (to != NULL && token.kind == GN_JSON_STRING)
            GN_IGNORE(gn_str_copy(to, to == key ? sizeof key : sizeof on, token.text), "a longer one is not ours");
    }
    const char *word = gn_str_equal(value, GN_STR("true")) ? on : gn_str_equal(value, GN_STR("false")) ? off : "";
    struct gn_jw w = gn_jw_over(out);
    if (key[0] != '\0') {
        gn_jw_open(&w, '{');
        gn_jw_key(&w, key);
        if (word[0] != '\0')
            gn_jw_text(&w, word);
        else
            gn_jw_raw(&w, value);
        gn_jw_close(&w, '}');
    } else if (word[0] != '\0') {
        gn_buf_add_text(out, word);
    } else {
        gn_buf_add_str(out, value);
    }
}

/* False with the refusal when the value may not be set. */
static bool orders_wish_one(struct orders_wish *wish, gn_str name, gn_str value, struct gn_response *response)
{
    char why_bytes[ORDERS_WHY_BYTES], topic_bytes[GN_DESIRED_BYTES_MAX], payload_bytes[GN_DESIRED_BYTES_MAX];
    struct gn_described described;
    struct gn_buf why = gn_buf_over(why_bytes, sizeof why_bytes);
    struct gn_buf topic = gn_buf_over(topic_bytes, sizeof topic_bytes);
    struct gn_buf payload = gn_buf_over(payload_bytes, sizeof payload_bytes);
    const gn_str json = gn_description_member(wish->description, "properties", name);
    gn_described_read(json, &described);
    const bool withdraws = gn_str_equal(value, GN_STR("null"));
    if (!gn_described_is_writable(&described)) {
        gn_response_error(response, 409, "read_only", "describe it with \"readOnly\": false first",
                          "'%.*s' is not described as writable", GN_STR_ARGS(name));
        return false;
    }
    if (!withdraws && !gn_described_allows(&described, value, &why)) {
        gn_response_error(response, 409, "refused", "see the Thing's description", "'%.*s': %.*s", GN_STR_ARGS(name),
                          GN_STR_ARGS(gn_buf_str(&why)));
        return false;
    }
    if (described.write_topic[0] != '\0')
        gn_buf_add_text(&topic, described.write_topic);
    else
        gn_buf_addf(&topic, "things/%.*s/properties/%.*s/set", GN_STR_ARGS(wish->thing), GN_STR_ARGS(name));
    orders_payload(json, value, &payload);
    if (value.size > GN_DESIRED_BYTES_MAX || topic.full || payload.full) {
        gn_response_error(response, 409, "refused", "shorter ones are taken",
                          "a desired value, its topic and its message have at most %d bytes", GN_DESIRED_BYTES_MAX);
        return false;
    }
    gn_jw_key_str(&wish->w, name);
    if (withdraws) {
        gn_jw_null(&wish->w);
        return true;
    }
    gn_jw_open(&wish->w, '{');
    gn_jw_key(&wish->w, "value");
    gn_jw_raw(&wish->w, value);
    gn_jw_key(&wish->w, "topic");
    gn_jw_str(&wish->w, gn_buf_str(&topic));
    gn_jw_key(&wish->w, "payload");
    gn_jw_str(&wish->w, gn_buf_str(&payload));
    gn_jw_close(&wish->w, '}');
    return true;
}

/* The record's JSON. False: answered. */
static bool orders_wish(struct gn_api *api, const struct gn_request *request, struct orders_wish *wish, gn_str body,
                        struct gn_response *response)
{
    struct gn_json json;
    char name[GN_PROPERTY_BYTES_MAX + 1];
    gn_str value;
    uint64_t expires_s = GN_DESIRED_EXPIRY_S;
    if (!gn_query_u64(request, "expires_s", 1, INT64_C(31) * 86400, &expires_s, response))
        return false;
    if (!orders_is_object(body)) {
        gn_response_error(response, 400, "bad_body", "send {\"property\":value}",
                          "the body is a JSON object of values");
        return false;
    }
    gn_jw_open(&wish->w, '{');
    gn_jw_key(&wish->w, "by");
    gn_jw_text(&wish->w, request->principal.name);
    gn_jw_key(&wish->w, "expires");
    gn_jw_i64(&wish->w, gn_wall_ms(&api->clock) + (int64_t)expires_s * 1000);
    gn_jw_key(&wish->w, "properties");
    gn_jw_open(&wish->w, '{');
    gn_json_init(&json, body);
    (void)gn_json_next(&json);
    while (orders_member(&json, name, sizeof name, &value))
        if (!orders_wish_one(wish, gn_str_of(name), value, response))
            return false;
    gn_jw_close(&wish->w, '}');
    gn_jw_close(&wish->w, '}');
    return true;
}

static void orders_desire(struct gn_api *api, const struct gn_request *request, gn_str body,
                          struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    char key[GN_ORDER_KEY_BYTES_MAX + 1];
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response) || !orders_key(request->key, key, response))
        return;
    if (thing.state != GN_THING_ADOPTED) {
        gn_response_error(response, 409, "not_adopted", "adopt it first", "the Thing is not adopted");
        return;
    }
    char *description = gn_mem_take(GN_DESCRIPTION_BYTES_MAX, "portal: while answering");
    char *memory = gn_mem_take(GN_HTTP_BODY_BYTES_MAX, "portal: while answering");
    struct gn_buf described = gn_buf_over(description, description != NULL ? GN_DESCRIPTION_BYTES_MAX : 0);
    struct gn_buf json = gn_buf_over(memory, memory != NULL ? GN_HTTP_BODY_BYTES_MAX : 0);
    gn_err err =
        description == NULL || memory == NULL ? GN_ERR_BUSY : gn_td_description(api, gn_str_of(thing.id), &described);
    struct orders_wish wish = {
        .api = api, .thing = gn_str_of(thing.id), .description = gn_buf_str(&described), .w = gn_jw_over(&json)
    };
    bool go = err == GN_OK && orders_wish(api, request, &wish, body, response);
    if (go && json.full)
        err = GN_ERR_FULL;
    if (go && err == GN_OK)
        err = api->host.desire(api->host.self, gn_str_of(thing.id), gn_buf_str(&json), gn_str_of(key));
    if (err != GN_OK) {
        gn_query_failed(err, response);
    } else if (go) {
        struct gn_jw w = gn_response_json(response, 202);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "thing");
        gn_jw_text(&w, thing.id);
        gn_jw_key(&w, "recorded");
        gn_jw_bool(&w, true);
        gn_jw_close(&w, '}');
    }
    gn_mem_give(memory);
    gn_mem_give(description);
}

static void orders_put_desired(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    orders_desire(api, request, request->body, response);
}

/* One property; the body is the value. */
static void orders_put_property(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    char *memory = gn_mem_take(ORDERS_BODY_BYTES, "portal: while answering");
    struct gn_buf body = gn_buf_over(memory, memory != NULL ? ORDERS_BODY_BYTES : 0);
    struct gn_jw w = gn_jw_over(&body);
    gn_jw_open(&w, '{');
    gn_jw_key_str(&w, request->parts[1]);
    gn_jw_raw(&w, request->body);
    gn_jw_close(&w, '}');
    if (body.full)
        gn_query_failed(memory == NULL ? GN_ERR_BUSY : GN_ERR_FULL, response);
    else
        orders_desire(api, request, gn_buf_str(&body), response);
    gn_mem_give(memory);
}

/* --- the twin --- */

static bool orders_take_json(void *ctx, const struct gn_output *output, uint64_t change)
{
    (void)change;
    gn_buf_add_str(ctx, output->json);
    return false;
}

static void orders_write_desired(struct gn_api *api, const char *thing, gn_str property, gn_str reported,
                                 struct gn_jw *w)
{
    static const char *const names[] = { "desired", "state", "since", "expires", "why" };
    gn_str values[5] = { { 0 }, { 0 }, { 0 }, { 0 }, { 0 } };
    char id[GN_THING_ID_BYTES_MAX + GN_PROPERTY_BYTES_MAX + 8], bytes[4096], name[32];
    struct gn_buf id_buf = gn_buf_over(id, sizeof id), json = gn_buf_over(bytes, sizeof bytes);
    struct gn_json reader;
    gn_str raw;
    gn_buf_addf(&id_buf, "%s/%.*s", thing, GN_STR_ARGS(property));
    const struct gn_output_query query = {
        .kind = "desired", .id = gn_buf_str(&id_buf), .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1
    };
    const gn_err err = gn_store_outputs(api->reader, &query, orders_take_json, &json);
    gn_json_init(&reader, gn_buf_str(&json));
    if (err == GN_OK && json.size > 0)
        (void)gn_json_next(&reader);
    while (err == GN_OK && json.size > 0 && orders_member(&reader, name, sizeof name, &raw))
        for (size_t i = 0; i < 5; i++)
            if (strcmp(name, names[i]) == 0)
                values[i] = raw;
    const bool open = values[1].size > 0 && !gn_str_equal(values[1], GN_STR("\"withdrawn\""));
    for (size_t i = 0; i < 5; i++) {
        gn_jw_key(w, names[i]);
        if (open && values[i].size > 0)
            gn_jw_raw(w, values[i]);
        else
            gn_jw_null(w);
    }
    gn_jw_key(w, "differs");
    gn_jw_bool(w, open && !gn_str_equal(values[0], reported));
}

static void orders_write_row(struct gn_api *api, const struct gn_thing *thing, uint32_t index, gn_str name, gn_str json,
                             struct gn_jw *w)
{
    static const char *const kinds[] = { [GN_DATA_UNKNOWN] = "number",
                                         [GN_DATA_NUMBER] = "number",
                                         [GN_DATA_INTEGER] = "number",
                                         [GN_DATA_BOOLEAN] = "bool",
                                         [GN_DATA_STRING] = "text" };
    char text[GN_TEXT_VALUE_BYTES_MAX], unit[GN_UNIT_BYTES_MAX + 1], value[6 * GN_TEXT_VALUE_BYTES_MAX + 8];
    struct gn_described described;
    struct gn_series series;
    struct gn_reading reading;
    struct gn_buf reported = gn_buf_over(value, sizeof value);
    struct gn_jw values = gn_jw_over(&reported);
    uint32_t series_index;
    gn_described_read(json, &described);
    gn_value_unit(api, gn_str_of(thing->id), name, unit);
    const bool known = gn_store_find_series(api->reader, index, name, &series_index, &series) == GN_OK;
    if (known && gn_value_last(api->reader, series_index, &reading, text))
        gn_value_write(&values, series.kind, &reading);
    else
        gn_jw_null(&values);
    gn_jw_open(w, '{');
    gn_jw_key(w, "name");
    gn_jw_str(w, name);
    gn_jw_key(w, "kind");
    gn_jw_text(w,
               known && described.type == GN_DATA_UNKNOWN ? gn_series_kind_name(series.kind) : kinds[described.type]);
    gn_jw_key(w, "unit");
    gn_jw_text(w, described.unit[0] != '\0' ? described.unit : unit);
    gn_jw_key(w, "reported");
    gn_jw_raw(w, gn_buf_str(&reported));
    orders_write_desired(api, thing->id, name, gn_buf_str(&reported), w);
    gn_jw_close(w, '}');
}

static void orders_get_desired(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    struct gn_description_walk walk;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    char *memory = gn_mem_take(GN_DESCRIPTION_BYTES_MAX, "portal: while answering");
    struct gn_buf described = gn_buf_over(memory, memory != NULL ? GN_DESCRIPTION_BYTES_MAX : 0);
    const gn_err err = memory == NULL ? GN_ERR_BUSY : gn_td_description(api, gn_str_of(thing.id), &described);
    if (err) {
        gn_query_failed(err, response);
    } else {
        struct gn_jw w = gn_response_json(response, 200);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "thing");
        gn_jw_text(&w, thing.id);
        gn_jw_key(&w, "properties");
        gn_jw_open(&w, '[');
        gn_description_walk(&walk, gn_buf_str(&described), "properties");
        while (gn_description_next(&walk)) {
            struct gn_described one;
            gn_described_read(walk.json, &one);
            if (gn_described_is_writable(&one))
                orders_write_row(api, &thing, index, walk.name, walk.json, &w);
        }
        gn_jw_close(&w, ']');
        gn_jw_close(&w, '}');
    }
    gn_mem_give(memory);
}

static const struct gn_route orders_routes[] = {
    { GN_ROUTE(GN_POST, "/api/v1/things/{id}/actions/{action}", GN_ACCESS_OPERATOR, GN_PLACE_COMMANDS, orders_post),
      .help = "asks a Thing to do something, once for each Idempotency-Key; 409 with the envelope's words",
      .input = "Order", .answer = "Ordered", .status = 202 },
    { GN_ROUTE(GN_POST, "/things/{id}/actions/{action}", GN_ACCESS_OPERATOR, GN_PLACE_COMMANDS, orders_invoke),
      .help = "the same for WoT clients: the body is the input", .input = "Input", .answer = "Ordered", .status = 202 },
    { GN_ROUTE(GN_GET, "/api/v1/things/{id}/desired", GN_ACCESS_VIEWER, GN_PLACE_READINGS, orders_get_desired),
      .help = "the twin: what may be set, what is desired, what is reported", .answer = "Twin", .status = 200 },
    { GN_ROUTE(GN_PUT, "/api/v1/things/{id}/desired", GN_ACCESS_OPERATOR, GN_PLACE_COMMANDS, orders_put_desired),
      .help = "what properties are to become; null withdraws", .query = "expires_s=seconds", .input = "Input",
      .answer = "Recorded", .status = 202 },
    { GN_ROUTE(GN_PUT, "/things/{id}/properties/{property}", GN_ACCESS_OPERATOR, GN_PLACE_COMMANDS,
               orders_put_property),
      .help = "the same for one property; the body is the value", .input = "Value", .answer = "Recorded",
      .status = 202 },
};

/* clang-format off */
static const struct gn_schema orders_schemas[] = {
    { "Order", GN_SCHEMA({
        "type": "object", "additionalProperties": false,
        "properties": { "input": { "type": "object" }, "key": { "type": "string" } } }) },
    { "Input", GN_SCHEMA({ "type": "object" }) },
    { "Ordered", GN_SCHEMA({
        "type": "object", "required": ["id", "state"],
        "properties": { "id": { "type": "string" }, "state": { "const": "queued" } } }) },
    { "Twin", GN_SCHEMA({
        "type": "object", "required": ["thing", "properties"],
        "properties": { "thing": { "type": "string" }, "properties": { "type": "array", "items": {
            "type": "object",
            "required": ["name", "kind", "unit", "desired", "reported", "differs", "state", "since", "expires"],
            "properties": { "name": { "type": "string" }, "kind": { "enum": ["number", "bool", "text"] },
                "unit": { "type": "string" }, "differs": { "type": "boolean" },
                "state": { "enum": [null, "waiting", "sent", "reached", "expired", "refused"] },
                "since": { "type": ["integer", "null"] }, "expires": { "type": ["integer", "null"] },
                "why": { "type": ["string", "null"] } } } } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_orders = GN_RESOURCE("orders", orders_routes, orders_schemas);
