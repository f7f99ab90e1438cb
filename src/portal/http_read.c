/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http_read.h"

#include <libwebsockets.h>

#include "base/limits.h"

enum { HTTP_READ_HEADER_BYTES = 2048, HTTP_READ_ITEM_BYTES = 1024 };

static const struct gn_http_fault http_read_too_long = {
    414, false, "too_long", "the path, the query or a header is too long", "ask with a shorter one"
};

static gn_str http_read_header(struct lws *wsi, enum lws_token_indexes token, char *buffer, size_t capacity)
{
    const int size = lws_hdr_copy(wsi, buffer, (int)capacity, token);
    return (gn_str){ buffer, size > 0 ? (size_t)size : 0 };
}

/* Headers that the library does not know by number. Its name for it ends with a colon. */
static gn_str http_read_custom(struct lws *wsi, const char *name, char *buffer, size_t capacity)
{
    const int size = lws_hdr_custom_copy(wsi, buffer, (int)capacity, name, (int)strlen(name));
    return (gn_str){ buffer, size > 0 ? (size_t)size : 0 };
}

static gn_method http_read_method(int method)
{
    switch (method) {
    case LWSHUMETH_GET:
        return GN_GET;
    case LWSHUMETH_HEAD:
        return GN_HEAD;
    case LWSHUMETH_POST:
        return GN_POST;
    case LWSHUMETH_DELETE:
        return GN_DELETE;
    default:
        return GN_METHOD_OTHER;
    }
}

/* Where the request ends must be beyond doubt. */
static struct gn_http_fault http_read_length(struct lws *wsi, struct gn_exchange *exchange, bool *out_waits)
{
    static const struct gn_http_fault bad = { 400, true, "bad_length", "the length of the body is not plain digits",
                                              "send one Content-Length" };
    static const struct gn_http_fault coded = { 501, true, "no_chunks", "chunked bodies are not taken",
                                                "send a Content-Length" };
    static const struct gn_http_fault large = { 413, false, "body_too_large",
                                                "the body is larger than HTTP_BODY_BYTES_MAX", "send less" };
    static const struct gn_http_fault memory = { 503, true, "no_memory", "no memory for the body",
                                                 "try again later" };
    char buffer[32];
    uint64_t size = 0;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        return coded;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0)
        return (struct gn_http_fault){ 0 };
    const gn_str text = http_read_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, buffer, sizeof buffer);
    if (gn_parse_u64(text, &size) != GN_OK)
        return bad;
    /* For a POST the library tells the end of an empty body too, for others it does not. */
    *out_waits = size > 0 || exchange->request.method == GN_POST;
    if (gn_exchange_expect(exchange, (size_t)size))
        return (struct gn_http_fault){ 0 };
    struct gn_http_fault fault = size > GN_HTTP_BODY_BYTES_MAX ? large : memory;
    fault.close = fault.close || size > GN_HTTP_DRAIN_BYTES_MAX;
    return fault;
}

static struct gn_http_fault http_read_target(struct lws *wsi, struct gn_exchange *exchange)
{
    static const struct gn_http_fault bad = { 400, false, "bad_path", "the path or the query is not understood",
                                              "a path is UTF-8, begins with / and has 512 bytes at most" };
    char item[HTTP_READ_ITEM_BYTES];
    char *path;
    int size = 0;
    const int method = lws_http_get_uri_and_method(wsi, &path, &size);
    exchange->request.method = http_read_method(method);
    if (method < 0 || size <= 0 || !gn_exchange_keep_path(exchange, (gn_str){ path, (size_t)size }))
        return bad;
    for (int i = 0;; i++) {
        const int got = lws_hdr_copy_fragment(wsi, item, sizeof item, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (got == -1)
            return (struct gn_http_fault){ 0 };
        if (got < 0)
            return http_read_too_long;
        if (!gn_exchange_keep_query(exchange, (gn_str){ item, (size_t)got }))
            return bad;
    }
}

static bool http_read_names(struct lws *wsi, const char *cookie_name, struct gn_exchange *exchange)
{
    struct gn_request *request = &exchange->request;
    char header[HTTP_READ_HEADER_BYTES];
    const gn_str cookies = http_read_header(wsi, WSI_TOKEN_HTTP_COOKIE, header, sizeof header);
    if (!gn_exchange_keep(exchange, gn_request_cookie(cookies, cookie_name), &request->cookie))
        return false;
    lws_explicit_bzero(header, sizeof header);
    const gn_str host = http_read_header(wsi, WSI_TOKEN_HOST, header, sizeof header);
    if (!gn_exchange_keep(exchange, host, &request->host))
        return false;
    const gn_str origin = http_read_header(wsi, WSI_TOKEN_ORIGIN, header, sizeof header);
    /* One that is too long to be read must not pass for none. */
    const bool has_origin = lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0;
    if (!gn_exchange_keep(exchange, has_origin && origin.size == 0 ? GN_STR("?") : origin, &request->origin))
        return false;
    const gn_str site = http_read_custom(wsi, "sec-fetch-site:", header, sizeof header);
    return gn_exchange_keep(exchange, site, &request->site);
}

static void http_read_preferences(struct lws *wsi, struct gn_request *request)
{
    char header[HTTP_READ_HEADER_BYTES];
    gn_str text = http_read_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, header, sizeof header);
    request->body_type = gn_body_type_named(text);
    text = http_read_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, header, sizeof header);
    request->accepts_gzip = gn_request_accepts(text, "gzip");
    text = http_read_header(wsi, WSI_TOKEN_HTTP_ACCEPT, header, sizeof header);
    request->accepts_html = gn_request_accepts(text, "text/html");
    text = http_read_custom(wsi, "last-event-id:", header, sizeof header);
    uint64_t last = 0;
    if (gn_parse_u64(text, &last) == GN_OK && last <= INT64_MAX)
        request->last_event = last;
}

struct gn_http_fault gn_http_read(struct lws *wsi, const char *cookie_name, struct gn_exchange *exchange,
                                  bool *out_waits_for_body)
{
    *out_waits_for_body = false;
    const struct gn_http_fault target = http_read_target(wsi, exchange);
    const struct gn_http_fault length = http_read_length(wsi, exchange, out_waits_for_body);
    if (length.status != 0)
        return length;
    if (target.status != 0)
        return target;
    if (!http_read_names(wsi, cookie_name, exchange))
        return http_read_too_long;
    http_read_preferences(wsi, &exchange->request);
    return (struct gn_http_fault){ 0 };
}
