/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>

#include "base/log.h"
#include "guard/ca.h"
#include "portal/api/api_table.h"
#include "portal/body_fields.h"
#include "portal/request_query.h"

static bool certificates_here(struct gn_api *api, struct gn_response *response)
{
    if (api->ca == NULL)
        gn_response_error(response, 503, "no_ca", "start the node on a data directory", "this node has no CA");
    return api->ca != NULL;
}

static void certificates_ca(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
    (void)request;
    if (!certificates_here(api, response))
        return;
    gn_ca_fingerprint(api->ca, fingerprint);
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "certificate");
    gn_jw_str(&w, gn_ca_certificate(api->ca));
    gn_jw_key(&w, "fingerprint");
    gn_jw_text(&w, fingerprint);
    gn_jw_close(&w, '}');
}

static void certificates_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    uint32_t index;
    struct gn_thing thing;
    if (!certificates_here(api, response) || !gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    const size_t count = gn_ca_list(api->ca, gn_str_of(thing.id), rows);
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "certificates");
    gn_jw_open(&w, '[');
    for (size_t i = 0; i < count; i++) {
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "fingerprint");
        gn_jw_text(&w, rows[i].fingerprint);
        gn_jw_key(&w, "until");
        gn_jw_i64(&w, rows[i].until_ms);
        gn_jw_close(&w, '}');
    }
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
}

static void certificates_write(const struct gn_api *api, const char *id, const struct gn_issued *issued,
                               struct gn_response *response)
{
    struct gn_jw w = gn_response_json(response, 201);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "id");
    gn_jw_text(&w, id);
    gn_jw_key(&w, "key");
    if (issued->key[0] != '\0')
        gn_jw_text(&w, issued->key);
    else
        gn_jw_null(&w);
    gn_jw_key(&w, "certificate");
    gn_jw_text(&w, issued->certificate);
    gn_jw_key(&w, "fingerprint");
    gn_jw_text(&w, issued->fingerprint);
    gn_jw_key(&w, "until");
    gn_jw_i64(&w, issued->until_ms);
    gn_jw_key(&w, "ca");
    gn_jw_str(&w, gn_ca_certificate(api->ca));
    gn_jw_close(&w, '}');
}

static bool certificates_body(const struct gn_request *request, struct gn_body_fields *fields,
                              struct gn_response *response)
{
    static const char *const known[] = { "csr", NULL };
    struct gn_diag diag = { 0 };
    const gn_str body = request->body.size > 0 ? request->body : GN_STR("{}");
    if (gn_body_from_json(fields, body, &diag) == GN_OK && gn_body_unknown(fields, known).size == 0)
        return true;
    gn_response_error(
        response, 400, "bad_body", "send {} for a new key, or {\"csr\":\"-----BEGIN CERTIFICATE REQUEST...\"}",
        "the body is not right: %s", diag.text[0] != '\0' ? diag.text : "csr is the only name it may have");
    return false;
}

static void certificates_post(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_body_fields fields;
    struct gn_issued issued;
    struct gn_diag diag = { 0 };
    uint32_t index;
    struct gn_thing thing;
    if (!certificates_here(api, response) || !gn_query_thing(api, request->parts[0], &index, &thing, response) ||
        !certificates_body(request, &fields, response))
        return;
    const gn_str csr = gn_body_get(&fields, "csr");
    if (gn_body_has(&fields, "csr") && csr.size == 0) {
        gn_response_error(response, 400, "bad_request", "leave csr out to get a new key", "the request is empty");
        return;
    }
    const gn_err err =
        gn_ca_issue(api->ca, gn_str_of(thing.id), (gn_bytes){ (const uint8_t *)csr.at, csr.size }, &issued, &diag);
    if (err == GN_ERR_INVAL) {
        gn_response_error(response, 400, "bad_request",
                          "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 ...", "%s", diag.text);
        return;
    }
    if (err) {
        gn_query_failed(err, response);
        return;
    }
    gn_log(GN_LOG_INFO, "portal", "certificate_issued", "thing=%s by=%s fingerprint=%s", thing.id,
           request->principal.name, issued.fingerprint);
    certificates_write(api, thing.id, &issued, response);
    sodium_memzero(&issued, sizeof issued);
}

static void certificates_delete(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_sha256 fingerprint;
    uint32_t index;
    struct gn_thing thing;
    gn_str hex = { 0 };
    const bool one = gn_request_query(request, "fingerprint", &hex);
    if (!certificates_here(api, response) || !gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    if (one && !gn_fingerprint_parse(hex, &fingerprint)) {
        gn_response_error(response, 400, "bad_fingerprint", "GET on the same path lists them",
                          "a fingerprint has 64 lower-case hex digits");
        return;
    }
    const gn_err err = gn_ca_revoke(api->ca, gn_str_of(thing.id), one ? &fingerprint : NULL);
    if (err == GN_ERR_NOT_FOUND) {
        gn_response_error(response, 404, "not_found", "GET on the same path lists what there is",
                          "the Thing has no such certificate");
        return;
    }
    if (err) {
        gn_query_failed(err, response);
        return;
    }
    gn_log(GN_LOG_WARN, "portal", "certificate_revoked", "thing=%s by=%s", thing.id, request->principal.name);
    api->host.thing_evict(api->host.self, request->parts[0]);
    response->status = 204;
}

#define CERTIFICATES_PATH "/api/v1/things/{id}/certificate"

static const struct gn_route certificates_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/ca", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, certificates_ca),
      .help = "the node's own CA: what devices and browsers check its certificate with", .answer = "Ca",
      .status = 200 },
    { GN_ROUTE(GN_GET, CERTIFICATES_PATH, GN_ACCESS_VIEWER, GN_PLACE_PORTAL, certificates_get),
      .help = "the certificates of a Thing that count", .answer = "Certificates", .status = 200 },
    { GN_ROUTE(GN_POST, CERTIFICATES_PATH, GN_ACCESS_DEVICE, GN_PLACE_COMMANDS, certificates_post), .own = true,
      .help = "makes a certificate for a year, with a new key or for a request; a Thing may ask for its own, with its "
              "certificate or with its id and token (Basic)",
      .input = "CertificateRequest", .answer = "NewCertificate", .status = 201 },
    { GN_ROUTE(GN_DELETE, CERTIFICATES_PATH, GN_ACCESS_ADMIN, GN_PLACE_COMMANDS, certificates_delete),
      .help = "revokes the certificates of a Thing, or one, and ends its connections",
      .query = "fingerprint=of the one", .status = 204 },
};

/* clang-format off */
static const struct gn_schema certificates_schemas[] = {
    { "Ca", GN_SCHEMA({
        "type": "object", "required": ["certificate", "fingerprint"],
        "properties": { "certificate": { "type": "string" }, "fingerprint": { "type": "string" } } }) },
    { "Certificates", GN_SCHEMA({
        "type": "object", "required": ["certificates"],
        "properties": { "certificates": { "type": "array", "items": {
            "type": "object", "required": ["fingerprint", "until"],
            "properties": { "fingerprint": { "type": "string" }, "until": { "type": "integer" } } } } } }) },
    { "CertificateRequest", GN_SCHEMA({
        "type": "object", "additionalProperties": false, "properties": { "csr": { "type": "string" } } }) },
    { "NewCertificate", GN_SCHEMA({
        "type": "object", "required": ["id", "key", "certificate", "fingerprint", "until", "ca"],
        "properties": { "id": { "type": "string" }, "key": { "type": ["string", "null"] },
                        "certificate": { "type": "string" }, "fingerprint": { "type": "string" },
                        "until": { "type": "integer" }, "ca": { "type": "string" } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_certificates =
    GN_RESOURCE("certificates", certificates_routes, certificates_schemas);
