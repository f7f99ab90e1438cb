/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/request_query.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/timestamp.h"

static bool request_query_refuse(struct gn_response *response, gn_str name, const char *hint)
{
    gn_response_error(response, 400, "bad_query", hint, "the query item '%.*s' is not understood", GN_STR_ARGS(name));
    return false;
}

bool gn_query_known(const struct gn_request *request, const char *const *known, struct gn_response *response)
{
    for (size_t i = 0; i < request->query_count; i++) {
        bool found = false;
        for (size_t k = 0; known[k] != NULL; k++)
            found = found || gn_str_equal(request->query[i].name, gn_str_of(known[k]));
        if (!found)
            return request_query_refuse(response, request->query[i].name, "GET /api/v1/openapi.json lists the items");
    }
    return true;
}

bool gn_query_time(const struct gn_request *request, const char *name, int64_t *inout, struct gn_response *response)
{
    gn_str text;
    if (!gn_request_query(request, name, &text))
        return true;
    /* In a query '+' is a blank, and stands in offsets: 2026-01-01T00:00:00+02:00. */
    char copy[GN_TIME_TEXT_BYTES + 8];
    if (gn_str_copy(copy, sizeof copy, text) == GN_OK) {
        for (char *c = copy; *c != '\0'; c++)
            *c = *c == ' ' ? '+' : *c;
        if (gn_time_parse(gn_str_of(copy), inout) == GN_OK)
            return true;
    }
    return request_query_refuse(response, gn_str_of(name), "a time is RFC 3339 or milliseconds since 1970");
}

bool gn_query_u64(const struct gn_request *request, const char *name, uint64_t min, uint64_t max, uint64_t *inout,
                  struct gn_response *response)
{
    gn_str text;
    uint64_t value;
    if (!gn_request_query(request, name, &text))
        return true;
    if (gn_parse_u64(text, &value) == GN_OK && value >= min && value <= max) {
        *inout = value;
        return true;
    }
    gn_response_error(response, 400, "bad_query", "GET /api/v1/limits lists the limits",
                      "the query item '%s' must be a whole number from %" PRIu64 " to %" PRIu64, name, min, max);
    return false;
}

bool gn_query_span_read(const struct gn_request *request, uint32_t limit_default, uint32_t limit_max,
                        struct gn_query_span *out, struct gn_response *response)
{
    uint64_t limit = limit_default;
    *out = (struct gn_query_span){ .from_ms = INT64_MIN, .to_ms = INT64_MAX };
    if (!gn_query_time(request, "from", &out->from_ms, response) ||
        !gn_query_time(request, "to", &out->to_ms, response) ||
        !gn_query_u64(request, "limit", 1, limit_max, &limit, response))
        return false;
    out->limit = (uint32_t)limit;
    return true;
}

bool gn_query_thing(struct gn_api *api, gn_str id, uint32_t *out_index, struct gn_thing *out,
                    struct gn_response *response)
{
    const gn_err err = gn_store_find_thing(api->reader, id, out_index, out);
    if (err == GN_ERR_NOT_FOUND)
        gn_response_error(response, 404, "not_found", "GET /api/v1/things lists the Things", "there is no Thing '%.*s'",
                          GN_STR_ARGS(id));
    else if (err)
        gn_query_failed(err, response);
    return err == GN_OK;
}

bool gn_query_series(struct gn_api *api, uint32_t thing, gn_str property, uint32_t *out_index, struct gn_series *out,
                     struct gn_response *response)
{
    const gn_err err = gn_store_find_series(api->reader, thing, property, out_index, out);
    if (err == GN_ERR_NOT_FOUND)
        gn_response_error(response, 404, "not_found", "GET the Thing: it lists its properties",
                          "this Thing has no property '%.*s'", GN_STR_ARGS(property));
    else if (err)
        gn_query_failed(err, response);
    return err == GN_OK;
}

void gn_query_failed(gn_err err, struct gn_response *response)
{
    switch (err) {
    case GN_ERR_AGAIN:
    case GN_ERR_NO_SPACE:
        gn_response_error(response, 503, "journal_waits", "is the disk full? GET /api/v1/status says more",
                          "the journal takes nothing now; it is not sure whether this was kept");
        break;
    case GN_ERR_BUSY:
    case GN_ERR_CLOSED:
        gn_response_error(response, 503, "busy", "try again in a moment", "the node is busy, or stops");
        break;
    case GN_ERR_FULL:
        gn_response_error(response, 409, "limit_reached", "GET /api/v1/limits lists the limits",
                          "a limit of the node is reached");
        break;
    case GN_ERR_NOT_FOUND:
        gn_response_error(response, 404, "not_found", "look at the list first", "there is no such thing");
        break;
    default:
        gn_log(GN_LOG_ERROR, "portal", "request_failed", "error=\"%s\"", gn_err_text(err));
        gn_response_error(response, 500, "failed", "the node's log says more", "this failed inside the node");
        break;
    }
}
