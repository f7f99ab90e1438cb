/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"
#include "base/log.h"
#include "portal/api/api_table.h"
#include "portal/given.h"
#include "portal/request_query.h"

/* {} or {"overlap_s":N}; an empty body is {}. */
static bool tokens_overlap(gn_str body, int64_t *out_ms)
{
    struct gn_json json;
    double seconds = GN_TOKEN_OVERLAP_S;
    bool seen = false;
    if (body.size == 0)
        body = GN_STR("{}");
    gn_json_init(&json, body);
    if (gn_json_next(&json).kind != GN_JSON_OBJECT)
        return false;
    for (;;) {
        struct gn_json_token token = gn_json_next(&json);
        if (token.kind == GN_JSON_OBJECT_END)
            break;
        if (token.kind != GN_JSON_KEY || seen || !gn_str_equal(token.text, GN_STR("overlap_s")))
            return false;
        token = gn_json_next(&json);
        seen = token.kind == GN_JSON_NUMBER && token.number >= 0.0 && token.number <= (double)GN_TOKEN_OVERLAP_S_MAX;
        if (!seen)
            return false;
        seconds = token.number;
    }
    *out_ms = (int64_t)(seconds * 1000.0);
    return gn_json_next(&json).kind == GN_JSON_END;
}

static void tokens_post(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    char token[GN_TOKEN_BYTES];
    uint32_t index;
    int64_t overlap_ms;
    struct gn_thing thing;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    if (!tokens_overlap(request->body, &overlap_ms)) {
        gn_response_error(response, 400, "bad_body",
                          "send {} or {\"overlap_s\":SECONDS}, 0 to end the old token at once",
                          "the body is not right; an overlap is at most %d s", GN_TOKEN_OVERLAP_S_MAX);
        return;
    }
    const gn_err err = api->host.thing_token(api->host.self, request->parts[0], overlap_ms, token);
    if (err) {
        gn_query_failed(err, response);
        return;
    }
    gn_log(GN_LOG_INFO, "portal", "token_renewed", "thing=%s by=%s overlap_s=%lld", thing.id, request->principal.name,
           (long long)overlap_ms / 1000);
    struct gn_token_state state;
    gn_guard_thing_state(api->guard, gn_str_of(thing.id), &state);
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "id");
    gn_jw_text(&w, thing.id);
    gn_jw_key(&w, "token");
    gn_jw_text(&w, token);
    gn_given_write(api, request, thing.id, token, &w);
    gn_jw_key(&w, "old_until");
    if (state.old_until_ms > 0)
        gn_jw_i64(&w, state.old_until_ms);
    else
        gn_jw_null(&w);
    gn_jw_close(&w, '}');
}

static void tokens_delete(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    uint32_t index;
    struct gn_thing thing;
    if (!gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    const gn_err err = api->host.thing_revoke(api->host.self, request->parts[0]);
    if (err) {
        gn_query_failed(err, response);
        return;
    }
    gn_log(GN_LOG_WARN, "portal", "thing_revoked", "thing=%s by=%s", thing.id, request->principal.name);
    response->status = 204;
}

static const struct gn_route tokens_routes[] = {
    { GN_ROUTE(GN_POST, "/api/v1/things/{id}/token", GN_ACCESS_ADMIN, GN_PLACE_COMMANDS, tokens_post),
      .help = "makes a new token; the old one counts for overlap_s more (a day; 0: it is void at once)",
      .input = "TokenOverlap", .answer = "NewToken", .status = 200 },
    { GN_ROUTE(GN_DELETE, "/api/v1/things/{id}/token", GN_ACCESS_ADMIN, GN_PLACE_COMMANDS, tokens_delete),
      .help = "withdraws all credentials of a Thing and ends its connections", .status = 204 },
};

/* clang-format off */
static const struct gn_schema tokens_schemas[] = {
    { "TokenOverlap", GN_SCHEMA({
        "type": "object", "additionalProperties": false,
        "properties": { "overlap_s": { "type": "number", "minimum": 0, "maximum": 2592000 } } }) },
    { "NewToken", GN_SCHEMA({
        "type": "object", "required": ["id", "token", "old_until"],
        "properties": { "id": { "type": "string" }, "token": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
                        "connect": { "type": "array", "items": { "type": "string" } },
                        "qr": { "type": ["object", "null"], "required": ["text", "size", "rows"], "properties": {
                            "text": { "type": "string" }, "size": { "type": "integer" },
                            "rows": { "type": "array", "items": { "type": "string" } } } },
                        "old_until": { "type": ["integer", "null"] } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_tokens = GN_RESOURCE("tokens", tokens_routes, tokens_schemas);
