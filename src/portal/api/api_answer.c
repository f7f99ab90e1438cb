/* SPDX-License-Identifier: Apache-2.0 */
/* A person's answer to a decision that waits. It is recorded in the journal; whether it still counts is for the
 * engine to say, which alone knows the order of things: the decision itself tells. */
#include "base/log.h"
#include "portal/api/api_table.h"
#include "portal/body_fields.h"
#include "portal/request_query.h"

enum { ANSWER_REASON_BYTES_MAX = 500, ANSWER_STATE_BYTES = 32 };

struct answer_found {
    bool found;
    char state[ANSWER_STATE_BYTES];
};

static bool answer_look(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct answer_found *found = ctx;
    (void)change;
    found->found = gn_str_copy(found->state, sizeof found->state, output->state) == GN_OK;
    return false;
}

/* 404 or 409 unless the decision waits, as far as the store knows. */
static bool answer_is_pending(struct gn_api *api, gn_str decision, struct gn_response *response)
{
    struct answer_found found = { 0 };
    const struct gn_output_query query = {
        .kind = "decision", .id = decision, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1
    };
    const gn_err err = gn_store_outputs(api->reader, &query, answer_look, &found);
    if (err)
        gn_query_failed(err, response);
    else if (!found.found)
        gn_response_error(response, 404, "not_found", "GET /api/v1/decisions?state=pending lists what waits",
                          "there is no decision '%.*s'", GN_STR_ARGS(decision));
    else if (strcmp(found.state, "pending") != 0)
        gn_response_error(response, 409, "not_pending", "GET the decision to see what became of it",
                          "the decision is no longer pending: it is %s", found.state);
    return err == GN_OK && found.found && strcmp(found.state, "pending") == 0;
}

static bool answer_reason(const struct gn_request *request, struct gn_body_fields *fields, struct gn_response *response)
{
    static const char *const known[] = { "reason", NULL };
    struct gn_diag diag = { 0 };
    gn_err err = gn_body_from_json(fields, request->body, &diag);
    if (err == GN_OK && gn_body_unknown(fields, known).size > 0) {
        gn_diag_set(&diag, 0, 0, "only a reason may be given");
        err = GN_ERR_INVAL;
    }
    if (err == GN_OK && gn_body_get(fields, "reason").size > ANSWER_REASON_BYTES_MAX) {
        gn_diag_set(&diag, 0, 0, "the reason is longer than %d bytes", ANSWER_REASON_BYTES_MAX);
        err = GN_ERR_INVAL;
    }
    if (err)
        gn_response_error(response, 400, "bad_body", "send {} or {\"reason\":\"...\"}",
                          "the body is not right at byte %zu: %s", diag.column > 0 ? diag.column - 1 : 0, diag.text);
    return err == GN_OK;
}

static void answer(struct gn_api *api, const struct gn_request *request, bool approve, struct gn_response *response)
{
    struct gn_body_fields fields;
    const gn_str decision = request->parts[0];
    if (!answer_reason(request, &fields, response) || !answer_is_pending(api, decision, response))
        return;
    const char *verdict = approve ? "approve" : "reject";
    const gn_err err = api->host.answer(api->host.self, decision, approve, gn_str_of(request->principal.name),
                                        gn_body_get(&fields, "reason"));
    if (err) {
        gn_query_failed(err, response);
        return;
    }
    gn_log(GN_LOG_INFO, "portal", "decision_answered", "decision=%.*s verdict=%s by=%s", GN_STR_ARGS(decision), verdict,
           request->principal.name);
    struct gn_jw w = gn_response_json(response, 202);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "decision");
    gn_jw_str(&w, decision);
    gn_jw_key(&w, "verdict");
    gn_jw_text(&w, verdict);
    gn_jw_key(&w, "recorded");
    gn_jw_bool(&w, true);
    gn_jw_close(&w, '}');
}

static void answer_approve(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    answer(api, request, true, response);
}

static void answer_reject(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    answer(api, request, false, response);
}

static const struct gn_route answer_routes[] = {
    { GN_ROUTE(GN_POST, "/api/v1/decisions/{id}/approve", GN_ACCESS_OPERATOR, GN_PLACE_COMMANDS, answer_approve),
      .help = "lets a decision that waits go on; follow the decision to see its result", .input = "Reason",
      .answer = "Answer", .status = 202 },
    { GN_ROUTE(GN_POST, "/api/v1/decisions/{id}/reject", GN_ACCESS_OPERATOR, GN_PLACE_COMMANDS, answer_reject),
      .help = "stops a decision that waits", .input = "Reason", .answer = "Answer", .status = 202 },
};

/* clang-format off */
static const struct gn_schema answer_schemas[] = {
    { "Reason", GN_SCHEMA({
        "type": "object", "additionalProperties": false,
        "properties": { "reason": { "type": "string", "maxLength": 500 } } }) },
    { "Answer", GN_SCHEMA({
        "type": "object", "required": ["decision", "verdict", "recorded"],
        "properties": { "decision": { "type": "string" }, "verdict": { "enum": ["approve", "reject"] },
                        "recorded": { "const": true } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_answer = GN_RESOURCE("answer", answer_routes, answer_schemas);
