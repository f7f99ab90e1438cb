/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/api/api_table.h"
#include "portal/body_fields.h"

/* Cookies know no ports: a second node on the same machine must not sign us out of the first. And what was set over TLS
 * is never sent in clear text: Secure says so, and __Host- that nobody in clear text can have set it. */
static void session_set_cookie(const struct gn_api *api, const struct gn_request *request, const char *value,
                               struct gn_response *response)
{
    gn_response_header(response, "set-cookie: %s%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
                       request->secure ? GN_SECURE_COOKIE : "", api->cookie_name, value,
                       request->secure ? "; Secure" : "", value[0] == '\0' ? "; Max-Age=0" : "");
}

static void session_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)api;
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "name");
    gn_jw_text(&w, request->principal.name);
    gn_jw_key(&w, "role");
    gn_jw_text(&w, gn_role_name(request->principal.role));
    gn_jw_close(&w, '}');
}

/* The guard logs guesses, a line a burst. */
static void session_refuse(gn_err err, int64_t delay_ms, struct gn_response *response)
{
    const long long wait_s = (long long)(delay_ms + 999) / 1000;
    if (err == GN_ERR_AGAIN) {
        gn_response_error(response, 429, "too_many_guesses", "wait, then try once more; another address is not held up",
                          "too many wrong passwords from this address: wait %lld s", wait_s);
        gn_response_header(response, "retry-after: %lld", wait_s);
        return;
    }
    gn_response_error(response, 401, "wrong_password", "check both; each wrong try makes the next answer slower",
                      "the name or the password is wrong");
    response->delay_ms = delay_ms;
}

/* False, and it is answered. The fields are the caller's to wipe. */
static bool session_read(const struct gn_request *request, struct gn_body_fields *fields, struct gn_response *response)
{
    static const char *const known[] = { "user", "password", NULL };
    struct gn_diag diag = { 0 };
    if (gn_body_from_json(fields, request->body, &diag) == GN_OK && gn_body_unknown(fields, known).size == 0 &&
        gn_body_has(fields, "user") && gn_body_has(fields, "password"))
        return true;
    gn_response_error(response, 400, "bad_body", "send {\"user\":\"...\",\"password\":\"...\"}",
                      "the body is not right at byte %zu: %s", diag.column > 0 ? diag.column - 1 : 0,
                      diag.text[0] != '\0' ? diag.text : "user and password are needed, and nothing else");
    return false;
}

/* A guess that would not be looked at does not wait in the line of those that are. */
static bool session_stops(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_body_fields fields;
    bool stops = true;
    if (session_read(request, &fields, response)) {
        const int64_t wait_ms = gn_guard_login_wait(api->guard, gn_body_get(&fields, "user"), request->source);
        stops = wait_ms > 0;
        if (stops)
            session_refuse(GN_ERR_AGAIN, wait_ms, response);
        else
            response->rank = gn_guard_login_rank(api->guard, gn_body_get(&fields, "user"), request->source);
    }
    gn_body_wipe(&fields);
    return stops;
}

static void session_post(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_body_fields fields;
    char cookie[GN_COOKIE_BYTES];
    int64_t delay_ms = 0;
    if (!session_read(request, &fields, response)) {
        gn_body_wipe(&fields);
        return;
    }
    const gn_err err = gn_guard_login(api->guard, gn_body_get(&fields, "user"), gn_body_get(&fields, "password"),
                                      request->source, cookie, &delay_ms);
    gn_body_wipe(&fields);
    if (err) {
        session_refuse(err, delay_ms, response);
        return;
    }
    if (request->cookie.size > 0)
        gn_guard_logout(api->guard, request->cookie); /* a new session, not a second one */
    response->status = 204;
    session_set_cookie(api, request, cookie, response);
}

static void session_delete(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    gn_guard_logout(api->guard, request->cookie);
    response->status = 204;
    session_set_cookie(api, request, "", response);
}

static const struct gn_route session_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/session", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, session_get), .help = "who is signed in",
      .answer = "Session", .status = 200 },
    { GN_ROUTE(GN_POST, "/api/v1/session", GN_ACCESS_ANYONE, GN_PLACE_DOOR, session_post), .stops = session_stops,
      .help = "signs in; the answer sets the session's cookie", .input = "SignIn", .status = 204 },
    { GN_ROUTE(GN_DELETE, "/api/v1/session", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, session_delete), .help = "signs out",
      .status = 204 },
};

/* clang-format off */
static const struct gn_schema session_schemas[] = {
    { "Session", GN_SCHEMA({
        "type": "object", "required": ["name", "role"],
        "properties": { "name": { "type": "string" }, "role": { "enum": ["viewer", "operator", "admin"] } } }) },
    { "SignIn", GN_SCHEMA({
        "type": "object", "required": ["user", "password"], "additionalProperties": false,
        "properties": { "user": { "type": "string" }, "password": { "type": "string" } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_session = GN_RESOURCE("session", session_routes, session_schemas);
