/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/api/api_table.h"
#include "portal/body_fields.h"
#include "portal/setup_page.h"

static void setup_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)request;
    if (gn_guard_needs_setup(api->guard)) {
        gn_setup_page(response, 200, (gn_str){ 0 }, (gn_str){ 0 });
        return;
    }
    response->status = 303;
    gn_response_header(response, "location: /");
}

struct setup_refusal {
    int status;
    const char *code;
    const char *message;
    const char *hint;
};

static struct setup_refusal setup_refusal_of(gn_err err, const struct gn_diag *diag)
{
    switch (err) {
    case GN_ERR_DENIED:
        return (struct setup_refusal){ 403, "wrong_code", "the setup code is wrong",
                                       "the node printed it when it started; a new start makes a new one" };
    case GN_ERR_BUSY:
        return (struct setup_refusal){ 429, "locked", "too many wrong codes: setup is locked for 15 minutes",
                                       "wait, or start the node again" };
    case GN_ERR_EXISTS:
        return (struct setup_refusal){ 409, "already_set_up", "this node has an account already", "sign in with it" };
    case GN_ERR_INVAL:
        return (struct setup_refusal){ 400, "refused", diag->text, "choose another" };
    default:
        return (struct setup_refusal){ 503, "not_kept", "the account could not be written to disk",
                                       "is the disk full? then try again" };
    }
}

static void setup_refuse(const struct gn_request *request, const struct setup_refusal *refusal, gn_str user,
                         struct gn_response *response)
{
    if (request->body_type == GN_BODY_FORM)
        gn_setup_page(response, refusal->status, gn_str_of(refusal->message), user);
    else
        gn_response_error(response, refusal->status, refusal->code, refusal->hint, "%s", refusal->message);
}

static void setup_post(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    const bool is_form = request->body_type == GN_BODY_FORM;
    struct gn_body_fields fields;
    struct gn_diag diag = { 0 };
    gn_err err =
        is_form ? gn_body_from_form(&fields, request->body, &diag) : gn_body_from_json(&fields, request->body, &diag);
    if (err == GN_OK &&
        !(gn_body_has(&fields, "code") && gn_body_has(&fields, "user") && gn_body_has(&fields, "password"))) {
        gn_diag_set(&diag, 0, 0, "code, user and password are needed");
        err = GN_ERR_INVAL;
    }
    if (err == GN_OK)
        err = gn_guard_setup(api->guard, gn_body_get(&fields, "code"), gn_body_get(&fields, "user"),
                             gn_body_get(&fields, "password"), request->source, &diag);
    if (err) {
        const struct setup_refusal refusal = setup_refusal_of(err, &diag);
        setup_refuse(request, &refusal, gn_body_get(&fields, "user"), response);
    } else if (is_form) {
        response->status = 303;
        gn_response_header(response, "location: /");
    } else {
        struct gn_jw w = gn_response_json(response, 201);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "name");
        gn_jw_str(&w, gn_body_get(&fields, "user"));
        gn_jw_key(&w, "role");
        gn_jw_text(&w, gn_role_name(GN_ROLE_ADMIN));
        gn_jw_close(&w, '}');
    }
    gn_body_wipe(&fields);
}

static const struct gn_route setup_routes[] = {
    { GN_ROUTE(GN_GET, "/setup", GN_ACCESS_ANYONE, GN_PLACE_PORTAL, setup_get),
      .help = "the form for the first account; leads to / when there is one", .status = 200 },
    { GN_ROUTE(GN_POST, "/setup", GN_ACCESS_ANYONE, GN_PLACE_DOOR, setup_post),
      .help = "makes the first account, with the code that the node printed", .input = "Setup", .answer = "Session",
      .status = 201 },
};

/* clang-format off */
static const struct gn_schema setup_schemas[] = {
    { "Setup", GN_SCHEMA({
        "type": "object", "required": ["code", "user", "password"], "additionalProperties": false,
        "properties": { "code": { "type": "string" }, "user": { "type": "string" },
                        "password": { "type": "string" } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_setup = GN_RESOURCE("setup", setup_routes, setup_schemas);
