/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/headers.h"

#define HEADERS_ALWAYS                                                                                                 \
    "x-content-type-options: nosniff\r\n"                                                                              \
    "x-frame-options: DENY\r\n"                                                                                        \
    "cross-origin-opener-policy: same-origin\r\n"                                                                      \
    "cross-origin-resource-policy: same-origin\r\n"                                                                    \
    "permissions-policy: camera=(), geolocation=(), microphone=()\r\n"

const char *gn_headers_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 202, "Accepted" },
        { 204, "No Content" },
        { 303, "See Other" },
        { 304, "Not Modified" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 409, "Conflict" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 421, "Misdirected Request" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 503, "Service Unavailable" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "Unknown";
}

static void headers_policy(const struct gn_response *response, const char *setup_style, struct gn_buf *out)
{
    gn_buf_add_text(out, "content-security-policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    switch (response->policy) {
    case GN_POLICY_DATA:
        gn_buf_add_text(out, "; form-action 'none'\r\nreferrer-policy: no-referrer\r\n");
        break;
    case GN_POLICY_APP:
        gn_buf_add_text(out, "; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
                             "connect-src 'self'; manifest-src 'self'; form-action 'self'; "
                             "require-trusted-types-for 'script'; trusted-types 'none'\r\n"
                             "referrer-policy: no-referrer\r\n");
        break;
    case GN_POLICY_SETUP:
        /* With no-referrer browsers send "Origin: null" with a form, which we refuse. */
        gn_buf_addf(out, "; style-src '%s'; form-action 'self'\r\nreferrer-policy: same-origin\r\n", setup_style);
        break;
    }
}

static void headers_caching(const struct gn_response *response, struct gn_buf *out)
{
    static const char *const lines[] = {
        [GN_CACHE_NONE] = "cache-control: no-store\r\n",
        [GN_CACHE_CHECK] = "cache-control: no-cache\r\n",
        [GN_CACHE_LONG] = "cache-control: public, max-age=31536000, immutable\r\n",
    };
    gn_buf_add_text(out, lines[response->caching]);
}

void gn_headers_write(const struct gn_response *response, const char *setup_style, struct gn_buf *out)
{
    gn_buf_addf(out, "HTTP/1.1 %d %s\r\n", response->status, gn_headers_reason(response->status));
    if (response->type != NULL)
        gn_buf_addf(out, "content-type: %s\r\n", response->type);
    if (response->gzip)
        gn_buf_add_text(out, "content-encoding: gzip\r\nvary: accept-encoding\r\n");
    if (!response->stream && response->status != 204 && response->status != 304)
        gn_buf_addf(out, "content-length: %zu\r\n", gn_response_body(response).size);
    if (response->close || response->stream)
        gn_buf_add_text(out, "connection: close\r\n"); /* a stream ends with its connection */
    headers_caching(response, out);
    headers_policy(response, setup_style, out);
    gn_buf_add_text(out, HEADERS_ALWAYS);
    gn_buf_add(out, response->extra_bytes, response->extra_size);
    gn_buf_add_text(out, "\r\n");
}
