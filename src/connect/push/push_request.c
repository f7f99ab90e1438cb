/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_request.h"

#include <strings.h>

#include "base/percent.h"

#define PUSH_FAULT(status_, code_, message_, hint_)                                                                    \
    (struct gn_http_fault)                                                                                             \
    {                                                                                                                  \
        .status = (status_), .code = (code_), .message = (message_), .hint = (hint_)                                   \
    }

struct push_path {
    const char *path;
    const char *methods;
    gn_push_what what;
};

static const struct push_path push_paths[] = {
    { "/api/v2/write", "POST", GN_PUSH_LINES },
    { "/write", "POST", GN_PUSH_LINES },
    { "/ping", "GET, HEAD", GN_PUSH_PING },
    { "/health", "GET, HEAD", GN_PUSH_HEALTH },
};

static bool push_method_fits(const char *methods, gn_str method)
{
    for (gn_str rest = gn_str_of(methods); rest.size > 0;)
        if (gn_str_equal(gn_str_trim(gn_str_split(rest, ',', &rest)), method))
            return true;
    return false;
}

static struct gn_http_fault push_request_path(gn_str path, gn_str method, struct gn_push_request *out)
{
    for (size_t i = 0; i < sizeof push_paths / sizeof push_paths[0]; i++) {
        if (!gn_str_equal(path, gn_str_of(push_paths[i].path)))
            continue;
        out->what = push_paths[i].what;
        out->is_head = gn_str_equal(method, GN_STR("HEAD"));
        if (push_method_fits(push_paths[i].methods, method))
            return (struct gn_http_fault){ 0 };
        return PUSH_FAULT(405, "method not allowed", "this path does not take that method", push_paths[i].methods);
    }
    return PUSH_FAULT(404, "not found", "there is nothing at this path", "POST lines to /api/v2/write or /write");
}

/* One item of the query. */
static struct gn_http_fault push_request_item(gn_str item, struct gn_push_request *out)
{
    char text[GN_BASIC_SECRET_BYTES + 16];
    size_t size = 0;
    gn_str value;
    if (gn_percent_decode(item, true, text, sizeof text, &size) != GN_OK)
        return (struct gn_http_fault){ 0 }; /* none of ours is so long */
    const gn_str name = gn_str_split((gn_str){ text, size }, '=', &value);
    if (gn_str_equal(name, GN_STR("precision")) && !gn_push_unit_named(value, &out->unit))
        return PUSH_FAULT(400, "invalid", "precision is ns, us, ms or s", "leave it out for ns");
    const bool is_user = gn_str_equal(name, GN_STR("u"));
    if (is_user || gn_str_equal(name, GN_STR("p"))) {
        struct gn_basic_credentials *to = &out->credential;
        const gn_err err =
            is_user ? gn_str_copy(to->name, sizeof to->name, value) : gn_str_copy(to->secret, sizeof to->secret, value);
        out->has_credential = out->has_credential || (err == GN_OK && is_user && value.size > 0);
    }
    return (struct gn_http_fault){ 0 };
}

/* "THING:TOKEN" as it stands. */
static bool push_request_token(gn_str text, struct gn_basic_credentials *out)
{
    gn_str secret;
    const gn_str name = gn_str_split(gn_str_trim(text), ':', &secret);
    return name.size > 0 && gn_str_copy(out->name, sizeof out->name, name) == GN_OK &&
           gn_str_copy(out->secret, sizeof out->secret, secret) == GN_OK;
}

static void push_request_credential(gn_str header, struct gn_push_request *out)
{
    gn_str rest;
    const gn_str scheme = gn_str_split(header, ' ', &rest);
    if (scheme.size == 5 && strncasecmp(scheme.at, "basic", 5) == 0)
        out->has_credential = gn_basic_read(gn_str_trim(rest), &out->credential);
    else if ((scheme.size == 5 && strncasecmp(scheme.at, "token", 5) == 0) ||
             (scheme.size == 6 && strncasecmp(scheme.at, "bearer", 6) == 0))
        out->has_credential = push_request_token(rest, &out->credential);
}

static struct gn_http_fault push_request_body(const struct gn_http_head *head, struct gn_push_request *out)
{
    const gn_str encoding = gn_http_header(head, "content-encoding");
    out->is_packed = gn_str_equal(encoding, GN_STR("gzip"));
    if (head->body_size > GN_PUSH_BODY_BYTES_MAX)
        return PUSH_FAULT(413, "request too large", "the body is larger than PUSH_BODY_BYTES_MAX",
                          "send smaller batches");
    if (!out->is_packed && encoding.size > 0 && !gn_str_equal(encoding, GN_STR("identity")))
        return PUSH_FAULT(415, "invalid", "the content encoding is neither gzip nor identity", "pack it with gzip");
    return (struct gn_http_fault){ 0 };
}

gn_err gn_push_request_read(const struct gn_http_head *head, struct gn_push_request *out,
                            struct gn_http_fault *out_fault)
{
    gn_str query;
    const gn_str path = gn_str_split(head->target, '?', &query);
    *out = (struct gn_push_request){ .unit = GN_PUSH_NS };
    struct gn_http_fault fault = push_request_path(path, head->method, out);
    while (fault.status == 0 && query.size > 0)
        fault = push_request_item(gn_str_split(query, '&', &query), out);
    if (fault.status == 0)
        fault = push_request_body(head, out);
    const gn_str header = gn_http_header(head, "authorization");
    if (header.size > 0)
        push_request_credential(header, out);
    if (fault.status == 0)
        return GN_OK;
    *out_fault = fault;
    return GN_ERR_INVAL;
}
