/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http_read.h"

#include <strings.h>

#include "base/limits.h"
#include "base/percent.h"

enum { HTTP_READ_QUERY_BYTES = 2048 };

static const struct gn_http_fault http_read_too_long = { 414, false, "too_long",
                                                         "the path, the query or a header is too long",
                                                         "ask with a shorter one" };
static const struct gn_http_fault http_read_bad_path = {
    400, false, "bad_path", "the path or the query is not understood",
    "a path is UTF-8, begins with /, has no empty or dotted parts, and 512 bytes at most"
};

/* Parts that have another way to be written, or that no name of ours has. */
static bool http_read_is_canonical(gn_str raw, gn_str decoded)
{
    if (memmem(decoded.at, decoded.size, "//", 2) != NULL)
        return false;
    for (size_t i = 0; i + 2 < raw.size; i++)
        if (raw.at[i] == '%' && raw.at[i + 1] == '2' && (raw.at[i + 2] | 0x20) == 'f')
            return false;
    for (gn_str rest = decoded; rest.size > 0;) {
        const gn_str part = gn_str_split(rest, '/', &rest);
        if (gn_str_equal(part, GN_STR(".")) || gn_str_equal(part, GN_STR("..")))
            return false;
    }
    return true;
}

static struct gn_http_fault http_read_query(gn_str query, struct gn_exchange *exchange)
{
    char item[HTTP_READ_QUERY_BYTES];
    while (query.size > 0) {
        size_t size = 0;
        const gn_err err = gn_percent_decode(gn_str_split(query, '&', &query), true, item, sizeof item, &size);
        if (err == GN_ERR_FULL)
            return http_read_too_long;
        if (err || !gn_exchange_keep_query(exchange, (gn_str){ item, size }))
            return http_read_bad_path;
    }
    return (struct gn_http_fault){ 0 };
}

static struct gn_http_fault http_read_target(const struct gn_http_head *head, struct gn_exchange *exchange)
{
    char path[GN_REQUEST_PATH_BYTES_MAX];
    size_t size = 0;
    gn_str query;
    const gn_str raw = gn_str_split(head->target, '?', &query);
    const gn_err err = gn_percent_decode(raw, false, path, sizeof path, &size);
    if (err == GN_ERR_FULL)
        return http_read_too_long;
    if (err || size == 0 || memchr(raw.at, '#', raw.size) != NULL || path[0] != '/' || raw.at[0] != '/' ||
        !http_read_is_canonical(raw, (gn_str){ path, size }) ||
        !gn_exchange_keep_path(exchange, (gn_str){ path, size }))
        return http_read_bad_path;
    return http_read_query(query, exchange);
}

static struct gn_http_fault http_read_body(const struct gn_http_head *head, struct gn_exchange *exchange)
{
    static const struct gn_http_fault large = { 413, false, "body_too_large",
                                                "the body is larger than HTTP_BODY_BYTES_MAX", "send less" };
    static const struct gn_http_fault memory = { 503, true, "no_memory", "no memory for the body", "try again later" };
    if (head->is_chunked) /* how much it will be nobody has said */
        return gn_exchange_expect(exchange, GN_HTTP_BODY_BYTES_MAX) ? (struct gn_http_fault){ 0 } : memory;
    if (head->body_size <= GN_HTTP_BODY_BYTES_MAX)
        return gn_exchange_expect(exchange, (size_t)head->body_size) ? (struct gn_http_fault){ 0 } : memory;
    struct gn_http_fault fault = large;
    /* Who asks whether to go on is told no; and nobody reads gigabytes to say so. */
    fault.close = head->expects_100 || head->body_size > GN_HTTP_DRAIN_BYTES_MAX;
    return fault;
}

/* Several Cookie headers are one list. */
static gn_str http_read_cookie(const struct gn_http_head *head, const char *cookie_name)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (head->headers[i].name.size == 6 && strncasecmp(head->headers[i].name.at, "cookie", 6) == 0) {
            const gn_str value = gn_request_cookie(head->headers[i].value, cookie_name);
            if (value.size > 0)
                return value;
        }
    return (gn_str){ 0 };
}

static gn_str http_read_basic(const struct gn_http_head *head)
{
    gn_str rest;
    const gn_str scheme = gn_str_split(gn_str_trim(gn_http_header(head, "authorization")), ' ', &rest);
    const bool basic = scheme.size == 5 && strncasecmp(scheme.at, "basic", 5) == 0;
    return basic ? gn_str_trim(rest) : (gn_str){ 0 };
}

static bool http_read_headers(const struct gn_http_head *head, const char *cookie_name, struct gn_exchange *exchange)
{
    struct gn_request *request = &exchange->request;
    uint64_t last = 0;
    request->body_type = gn_body_type_named(gn_http_header(head, "content-type"));
    request->accepts_gzip = gn_request_accepts(gn_http_header(head, "accept-encoding"), "gzip");
    request->accepts_html = gn_request_accepts(gn_http_header(head, "accept"), "text/html");
    if (gn_parse_u64(gn_http_header(head, "last-event-id"), &last) == GN_OK && last <= INT64_MAX)
        request->last_event = last;
    return gn_exchange_keep(exchange, http_read_cookie(head, cookie_name), &request->cookie) &&
           gn_exchange_keep(exchange, http_read_basic(head), &request->basic) &&
           gn_exchange_keep(exchange, gn_http_header(head, "idempotency-key"), &request->key) &&
           gn_exchange_keep(exchange, gn_http_header(head, "host"), &request->host) &&
           gn_exchange_keep(exchange, gn_http_header(head, "origin"), &request->origin) &&
           gn_exchange_keep(exchange, gn_http_header(head, "sec-fetch-site"), &request->site);
}

struct gn_http_fault gn_http_read(const struct gn_http_head *head, const char *cookie_name,
                                  struct gn_exchange *exchange)
{
    exchange->request.method = gn_method_named(head->method);
    const struct gn_http_fault body = http_read_body(head, exchange);
    const struct gn_http_fault target = http_read_target(head, exchange);
    if (body.status != 0)
        return body;
    if (target.status != 0)
        return target;
    return http_read_headers(head, cookie_name, exchange) ? (struct gn_http_fault){ 0 } : http_read_too_long;
}
