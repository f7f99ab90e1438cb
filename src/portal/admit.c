/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/admit.h"

#include "guard/basic.h"
#include "portal/host_check.h"
#include "portal/setup_page.h"
#include "portal/static_files.h"

bool gn_access_allows(gn_access access, bool has_principal, gn_role role)
{
    switch (access) {
    case GN_ACCESS_MISSING:
        return false;
    case GN_ACCESS_ANYONE:
        return true;
    case GN_ACCESS_VIEWER:
        return has_principal && role >= GN_ROLE_VIEWER;
    case GN_ACCESS_OPERATOR:
        return has_principal && role >= GN_ROLE_OPERATOR;
    case GN_ACCESS_ADMIN:
    case GN_ACCESS_DEVICE:
        return has_principal && role >= GN_ROLE_ADMIN;
    }
    return false;
}

/* False with the answer when nothing but setup may be asked now. */
static bool admit_setup(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    if (request->local || !gn_guard_needs_setup(api->guard) || gn_str_equal(request->path, GN_STR("/setup")))
        return true;
    if (request->accepts_html && request->method == GN_GET)
        gn_setup_page_first(response);
    else
        gn_response_error(response, 403, "setup_needed", "open /setup and enter the code that the node printed",
                          "this node has no account yet");
    return false;
}

static void admit_device(struct gn_request *request, gn_str id)
{
    request->has_principal = true;
    request->principal.role = GN_ROLE_VIEWER;
    GN_IGNORE(gn_str_copy(request->principal.name, sizeof request->principal.name, id), "ids are as short");
    GN_IGNORE(gn_str_copy(request->own_thing, sizeof request->own_thing, id), "the guard knows only ids that fit");
}

/* Devices and programs come with "Authorization: Basic", which no page of another site can make a browser send. */
static void admit_basic(struct gn_api *api, struct gn_request *request, struct gn_response *response)
{
    struct gn_basic_credentials given;
    if (!gn_basic_read(request->basic, &given))
        return;
    const gn_str name = gn_str_of(given.name);
    if (strcmp(given.name, "@session") == 0) { /* no Thing has such an id: a program, with a person's session */
        request->has_principal = gn_guard_session(api->guard, gn_str_of(given.secret), &request->principal) == GN_OK;
        gn_basic_wipe(&given);
        return;
    }
    const gn_err err =
        gn_guard_thing_check(api->guard, name, gn_str_of(given.secret), request->source, &response->delay_ms);
    if (err == GN_OK)
        admit_device(request, name);
    gn_basic_wipe(&given);
}

static bool admit_session(struct gn_api *api, struct gn_request *request, struct gn_response *response)
{
    if (!request->has_principal && request->cookie.size > 0)
        request->has_principal = gn_guard_session(api->guard, request->cookie, &request->principal) == GN_OK;
    if (!request->has_principal && request->device.size > 0)
        admit_device(request, request->device);
    if (!request->has_principal && request->basic.size > 0)
        admit_basic(api, request, response);
    return request->has_principal;
}

/* A change must come from our own page or from a program, never from somebody else's page. */
static bool admit_change(const struct gn_request *request, struct gn_response *response)
{
    if (!gn_origin_allowed(request->origin, request->host) || !gn_site_allowed(request->site)) {
        gn_response_error(response, 403, "foreign_origin", "use the node's own page, or send no Origin",
                          "the request comes from a page of another site");
        return false;
    }
    if (request->method == GN_DELETE && request->body_type == GN_BODY_NONE)
        return true; /* no form and no plain link of another site can send this method */
    if (request->basic.size > 0 && request->cookie.size == 0 && request->body.size == 0)
        return true; /* no page of another site can send that header */
    const bool form_is_fine = gn_str_equal(request->path, GN_STR("/setup"));
    if (request->body_type == GN_BODY_JSON || (form_is_fine && request->body_type == GN_BODY_FORM))
        return true;
    gn_response_error(response, 415, "wrong_content_type", "send Content-Type: application/json",
                      "a change needs the content type application/json");
    return false;
}

static const struct gn_route *admit_route(const struct gn_match *match, const struct gn_request *request,
                                          struct gn_response *response)
{
    if (!match->path_known) {
        gn_response_error(response, 404, "not_found", "GET /api/v1/openapi.json lists what there is",
                          "there is nothing at this path");
        return NULL;
    }
    if (match->route == NULL) {
        gn_response_error(response, 405, "wrong_method", match->allow, "this path does not take that method");
        gn_response_header(response, "allow: %s", match->allow);
        return NULL;
    }
    if (request->own_thing[0] != '\0' &&
        (!match->route->own || !gn_str_equal(request->parts[0], gn_str_of(request->own_thing)))) {
        gn_response_error(response, 403, "not_allowed", "a person or a program may ask for the rest",
                          "a Thing may read what is its own");
        return NULL;
    }
    if (match->route->access == GN_ACCESS_DEVICE && request->own_thing[0] != '\0')
        return match->route;
    if (!gn_access_allows(match->route->access, request->has_principal, request->principal.role)) {
        gn_response_error(response, 403, "not_allowed", "ask an admin for the role that it needs",
                          "the role %s may not do this", gn_role_name(request->principal.role));
        return NULL;
    }
    return match->route;
}

/* What the front end's own router serves; nothing in it is a secret, and the page to sign in is one of them. */
static bool admit_static(const struct gn_request *request, struct gn_response *response)
{
    const bool is_wot = gn_str_equal(request->path, GN_STR("/things")) ||
                        gn_str_starts(request->path, GN_STR("/things/")) ||
                        gn_str_equal(request->path, GN_STR("/.well-known/wot"));
    if (gn_str_equal(request->path, GN_STR("/api")) || gn_str_starts(request->path, GN_STR("/api/")) ||
        gn_str_equal(request->path, GN_STR("/setup")) || gn_str_equal(request->path, GN_STR("/metrics")) ||
        (is_wot && !request->accepts_html))
        return false;
    if (request->method == GN_GET || request->method == GN_HEAD) {
        gn_static_answer(request, response);
    } else {
        gn_response_error(response, 405, "wrong_method", "GET, HEAD", "this path does not take that method");
        gn_response_header(response, "allow: GET, HEAD");
    }
    return true;
}

const struct gn_route *gn_admit(struct gn_api *api, gn_str bound, struct gn_request *request,
                                struct gn_response *response)
{
    if (!request->local && !gn_host_allowed(request->host, bound)) {
        gn_response_error(response, 421, "wrong_host", "use the node's address, or start it with this name in --portal",
                          "this node does not answer to that host name");
        return NULL;
    }
    if (!admit_setup(api, request, response) || admit_static(request, response))
        return NULL;
    const struct gn_match match = gn_router_find(gn_resources, request);
    const bool open_to_all = match.route != NULL && match.route->access == GN_ACCESS_ANYONE;
    if (!admit_session(api, request, response) && !open_to_all) {
        gn_response_error(response, 401, "sign_in", "POST /api/v1/session with user and password",
                          "this needs somebody who is signed in");
        if (!gn_str_starts(request->path, GN_STR("/api/"))) /* there browsers would ask in a window of their own */
            gn_response_header(response, "www-authenticate: Basic realm=\"ganglion\", charset=\"UTF-8\"");
        return NULL;
    }
    const struct gn_route *route = admit_route(&match, request, response);
    if (route == NULL || route->method == GN_GET || request->local)
        return route;
    return admit_change(request, response) ? route : NULL;
}
