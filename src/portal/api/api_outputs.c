/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine says: five kinds of one form, so five lists and five single objects of one code. The objects are the
 * engine's own bytes, passed on unchanged. */
#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/request_query.h"

enum { OUTPUTS_LIMIT_DEFAULT = 100, OUTPUTS_LIMIT_MAX = 1000 };

struct outputs_found {
    struct gn_jw *w;
    bool found;
};

static bool outputs_write(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct outputs_found *found = ctx;
    (void)change;
    found->found = true;
    gn_jw_raw(found->w, output->json);
    return !found->w->buf->full;
}

static void outputs_list(struct gn_api *api, const char *kind, const char *plural, const struct gn_request *request,
                         struct gn_response *response)
{
    static const char *const known[] = { "thing", "state", "from", "to", "limit", NULL };
    struct gn_query_span span;
    if (!gn_query_known(request, known, response) ||
        !gn_query_span_read(request, OUTPUTS_LIMIT_DEFAULT, OUTPUTS_LIMIT_MAX, &span, response))
        return;
    struct gn_output_query query = {
        .kind = kind, .from_ms = span.from_ms, .to_ms = span.to_ms, .limit = span.limit, .newest_first = true
    };
    (void)gn_request_query(request, "thing", &query.thing);
    (void)gn_request_query(request, "state", &query.state);
    struct gn_jw w = gn_response_json(response, 200);
    struct outputs_found found = { .w = &w };
    gn_jw_open(&w, '{');
    gn_jw_key(&w, plural);
    gn_jw_open(&w, '[');
    const gn_err err = gn_store_outputs(api->reader, &query, outputs_write, &found);
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
    if (err)
        gn_query_failed(err, response);
}

static void outputs_one(struct gn_api *api, const char *kind, const struct gn_request *request,
                        struct gn_response *response)
{
    const struct gn_output_query query = {
        .kind = kind, .id = request->parts[0], .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1
    };
    struct gn_jw w = gn_response_json(response, 200);
    struct outputs_found found = { .w = &w };
    const gn_err err = gn_store_outputs(api->reader, &query, outputs_write, &found);
    if (err)
        gn_query_failed(err, response);
    else if (!found.found)
        gn_response_error(response, 404, "not_found", "look at the list first", "there is no such %s", kind);
}

#define OUTPUTS_HANDLERS(kind, plural)                                                                                 \
    static void plural##_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)       \
    {                                                                                                                  \
        outputs_list(api, #kind, #plural, request, response);                                                          \
    }                                                                                                                  \
    static void kind##_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)         \
    {                                                                                                                  \
        outputs_one(api, #kind, request, response);                                                                    \
    }

OUTPUTS_HANDLERS(finding, findings)
OUTPUTS_HANDLERS(alarm, alarms)
OUTPUTS_HANDLERS(decision, decisions)
OUTPUTS_HANDLERS(action, actions)
OUTPUTS_HANDLERS(receipt, receipts)

#define OUTPUTS_QUERY "thing=id|state=word|from=time|to=time|limit=count"
#define OUTPUTS_ROUTES(kind, plural, Kind, Plural)                                                                     \
    { GN_ROUTE(GN_GET, "/api/v1/" #plural, GN_ACCESS_VIEWER, GN_PLACE_PORTAL, plural##_get),                           \
      .help = #plural ", newest first", .query = OUTPUTS_QUERY, .answer = #Plural, .status = 200 },                    \
    {                                                                                                                  \
        GN_ROUTE(GN_GET, "/api/v1/" #plural "/{id}", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, kind##_get),                   \
            .help = "one " #kind, .answer = #Kind, .status = 200                                                       \
    }

static const struct gn_route outputs_routes[] = {
    OUTPUTS_ROUTES(finding, findings, Finding, Findings),     OUTPUTS_ROUTES(alarm, alarms, Alarm, Alarms),
    OUTPUTS_ROUTES(decision, decisions, Decision, Decisions), OUTPUTS_ROUTES(action, actions, Action, Actions),
    OUTPUTS_ROUTES(receipt, receipts, Receipt, Receipts),
};

/* clang-format off */
#define OUTPUTS_LIST(plural, Kind)                                                                          \
    "{\"type\":\"object\",\"required\":[\"" #plural "\"],\"properties\":{\"" #plural                        \
    "\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/" #Kind "\"}}}}"

static const struct gn_schema outputs_schemas[] = {
    { "Findings", OUTPUTS_LIST(findings, Finding) },
    { "Alarms", OUTPUTS_LIST(alarms, Alarm) },
    { "Decisions", OUTPUTS_LIST(decisions, Decision) },
    { "Actions", OUTPUTS_LIST(actions, Action) },
    { "Receipts", OUTPUTS_LIST(receipts, Receipt) },
    { "Finding", GN_SCHEMA({
        "type": "object",
        "required": ["id", "kind", "state", "thing", "property", "time", "since", "until", "value", "usual",
                     "p_value", "why"],
        "properties": { "id": { "type": "string" }, "kind": { "enum": ["anomaly", "sensor", "identity"] },
            "fault": { "enum": [null, "stuck", "silent", "offline", "range", "two_places",
                                "both_connected"] },
            "state": { "enum": ["open", "over"] },
            "thing": { "type": "string" }, "property": { "type": "string" }, "unit": { "type": "string" },
            "time": { "type": "integer" }, "since": { "type": "integer" }, "until": { "type": ["integer", "null"] },
            "value": { "type": ["number", "null"] }, "usual": { "type": ["number", "null"] },
            "usual_low": { "type": ["number", "null"] }, "usual_high": { "type": ["number", "null"] },
            "score": { "type": ["number", "null"] }, "p_value": { "type": ["number", "null"] },
            "evidence": { "type": ["number", "null"] }, "threshold": { "type": ["number", "null"] },
            "reference": { "type": ["object", "null"] }, "model": { "type": ["object", "null"] },
            "seq": { "type": "integer" },
            "alarm": { "type": ["string", "null"] }, "why": { "type": "string" } } }) },
    { "Alarm", GN_SCHEMA({
        "type": "object",
        "required": ["id", "state", "thing", "time", "since", "until", "p_value", "contributions", "why"],
        "properties": { "id": { "type": "string" }, "state": { "enum": ["open", "cleared"] },
            "thing": { "type": "string" }, "time": { "type": "integer" }, "since": { "type": "integer" },
            "until": { "type": ["integer", "null"] }, "sensor": { "type": "boolean" },
            "p_value": { "type": ["number", "null"] },
            "kind": { "enum": ["identity"] },
            "places": { "type": "array", "items": { "type": "string" } },
            "findings": { "type": "array", "items": { "type": "string" } },
            "contributions": { "type": "array", "items": { "type": "object", "required": ["property", "share"] } },
            "other_share": { "type": "number" }, "why": { "type": "string" } } }) },
    { "Decision", GN_SCHEMA({
        "type": "object",
        "required": ["id", "state", "rule", "autonomy", "thing", "time", "action", "why"],
        "properties": { "id": { "type": "string" },
            "state": { "enum": ["observed", "advised", "pending", "approved", "rejected", "expired", "refused"] },
            "rule": { "type": "string" }, "rule_digest": { "type": "string" }, "autonomy": { "type": "string" },
            "thing": { "type": "string" }, "finding": { "type": ["string", "null"] },
            "alarm": { "type": ["string", "null"] }, "seq": { "type": "integer" }, "time": { "type": "integer" },
            "expires": { "type": ["integer", "null"] }, "action": { "type": "object" },
            "person": { "type": ["string", "null"] }, "answered": { "type": ["integer", "null"] },
            "action_id": { "type": ["string", "null"] }, "refusal": { "type": ["string", "null"] },
            "why": { "type": "string" } } }) },
    { "Action", GN_SCHEMA({
        "type": "object", "required": ["id", "decision", "thing", "action", "input", "state"],
        "properties": { "id": { "type": "string" }, "decision": { "type": "string" },
            "thing": { "type": "string" }, "action": { "type": "string" }, "input": { "type": "object" },
            "state": { "enum": ["queued", "sent", "acknowledged", "done", "failed", "expired"] } } }) },
    { "Receipt", GN_SCHEMA({
        "type": "object", "required": ["id", "decision", "rule", "result"],
        "properties": { "id": { "type": "string" }, "decision": { "type": "string" },
            "rule": { "type": "string" }, "person": { "type": ["string", "null"] },
            "result": { "type": "string" } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_outputs = GN_RESOURCE("outputs", outputs_routes, outputs_schemas);
