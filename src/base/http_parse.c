/* SPDX-License-Identifier: Apache-2.0 */
#include "base/http_parse.h"

#include <strings.h>

#define PARSE_FAULT(status_, code_, message_, hint_)                                                                   \
    (struct gn_http_fault)                                                                                             \
    {                                                                                                                  \
        .status = (status_), .close = true, .code = (code_), .message = (message_), .hint = (hint_)                    \
    }

static struct gn_http_fault http_parse_bad(const char *message)
{
    return PARSE_FAULT(400, "bad_request", message, "send a proper HTTP/1.1 request");
}

static bool http_parse_is_token(gn_str text)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.at[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr(marks, c) == NULL))
            return false;
    }
    return text.size > 0;
}

/* Visible ASCII, blanks, and bytes of UTF-8 or whatever: no control characters but the tab. */
static bool http_parse_is_value(gn_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = (uint8_t)text.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool http_parse_same(gn_str text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.at, word, text.size) == 0;
}

gn_str gn_http_header(const struct gn_http_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (http_parse_same(head->headers[i].name, name))
            return head->headers[i].value;
    return (gn_str){ 0 };
}

/* One line without its CRLF; *rest is what follows. The head is known to end with CRLF. False for a bare line feed
 * or a bare carriage return. */
static bool http_parse_line(gn_str *rest, gn_str *out)
{
    const char *end = memchr(rest->at, '\n', rest->size);
    if (end == NULL || end == rest->at || end[-1] != '\r')
        return false;
    *out = (gn_str){ rest->at, (size_t)(end - rest->at) - 1 };
    *rest = (gn_str){ end + 1, rest->size - out->size - 2 };
    return memchr(out->at, '\r', out->size) == NULL;
}

static struct gn_http_fault http_parse_request_line(gn_str line, struct gn_http_head *head)
{
    gn_str rest;
    head->method = gn_str_split(line, ' ', &rest);
    gn_str version;
    head->target = gn_str_split(rest, ' ', &version);
    if (!http_parse_is_token(head->method) || head->target.size == 0 || !http_parse_is_value(head->target) ||
        memchr(head->target.at, '\t', head->target.size) != NULL)
        return http_parse_bad("the request line is not METHOD PATH VERSION");
    head->is_1_0 = gn_str_equal(version, GN_STR("HTTP/1.0"));
    if (!head->is_1_0 && !gn_str_equal(version, GN_STR("HTTP/1.1")))
        return PARSE_FAULT(505, "wrong_version", "only HTTP/1.1 and HTTP/1.0 are spoken here", "use HTTP/1.1");
    head->wants_close = head->is_1_0;
    return (struct gn_http_fault){ 0 };
}

/* Headers of which there may be one: two readers might take different ones. */
static bool http_parse_is_single(gn_str name)
{
    static const char *const single[] = { "host",   "content-length", "content-type",  "origin",
                                          "expect", "sec-fetch-site", "last-event-id", "transfer-encoding" };
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        if (http_parse_same(name, single[i]))
            return true;
    return false;
}

static struct gn_http_fault http_parse_header(gn_str line, struct gn_http_head *head)
{
    struct gn_http_header header;
    if (head->header_count == GN_HTTP_HEADERS_MAX)
        return PARSE_FAULT(431, "too_many_headers", "the request has too many headers", "send fewer");
    header.name = gn_str_split(line, ':', &header.value);
    if (header.name.size == line.size || !http_parse_is_token(header.name) || !http_parse_is_value(header.value))
        return http_parse_bad("a header is not NAME: VALUE");
    header.value = gn_str_trim(header.value);
    if (http_parse_is_single(header.name))
        for (size_t i = 0; i < head->header_count; i++)
            if (head->headers[i].name.size == header.name.size &&
                strncasecmp(head->headers[i].name.at, header.name.at, header.name.size) == 0)
                return http_parse_bad("a header stands twice that may stand once");
    head->headers[head->header_count++] = header;
    return (struct gn_http_fault){ 0 };
}

static bool http_parse_list_has(gn_str list, const char *word)
{
    while (list.size > 0)
        if (http_parse_same(gn_str_trim(gn_str_split(list, ',', &list)), word))
            return true;
    return false;
}

/* Where the body ends, and whether another request may follow. */
static struct gn_http_fault http_parse_meaning(struct gn_http_head *head)
{
    const gn_str length = gn_http_header(head, "content-length");
    for (size_t i = 0; i < head->header_count; i++) {
        const struct gn_http_header *header = &head->headers[i];
        if (http_parse_same(header->name, "transfer-encoding")) {
            if (!http_parse_same(header->value, "chunked"))
                return PARSE_FAULT(501, "no_coding", "no transfer coding but chunked is taken", "send it as it is");
            head->is_chunked = true;
        }
        if (http_parse_same(header->name, "content-length") && length.size == 0)
            return PARSE_FAULT(400, "bad_length", "the length of the body is empty", "send one Content-Length");
        if (http_parse_same(header->name, "connection") && http_parse_list_has(header->value, "close"))
            head->wants_close = true;
    }
    if (head->is_chunked && (length.size > 0 || head->is_1_0))
        return PARSE_FAULT(400, "bad_length", "a body in chunks has no Content-Length, and is no HTTP/1.0",
                           "send one Content-Length, or chunks in HTTP/1.1");
    if (length.size > 0 && gn_parse_u64(length, &head->body_size) != GN_OK)
        return PARSE_FAULT(400, "bad_length", "the length of the body is not plain digits", "send one Content-Length");
    head->expects_100 = http_parse_same(gn_http_header(head, "expect"), "100-continue");
    return (struct gn_http_fault){ 0 };
}

static struct gn_http_fault http_parse_head(gn_str rest, struct gn_http_head *head)
{
    gn_str line;
    struct gn_http_fault fault = { 0 };
    if (!http_parse_line(&rest, &line))
        return http_parse_bad("lines end with CR and LF");
    fault = http_parse_request_line(line, head);
    while (fault.status == 0) {
        if (!http_parse_line(&rest, &line))
            return http_parse_bad("lines end with CR and LF");
        if (line.size == 0)
            return http_parse_meaning(head);
        if (line.at[0] == ' ' || line.at[0] == '\t')
            return http_parse_bad("a header is folded over two lines");
        fault = http_parse_header(line, head);
    }
    return fault;
}

gn_err gn_http_parse(gn_str bytes, size_t *inout_seen, struct gn_http_head *out, size_t *out_size,
                     struct gn_http_fault *out_fault)
{
    /* The end may have begun in what was looked at before: three bytes of it at most. */
    const size_t from = *inout_seen > 3 ? *inout_seen - 3 : 0;
    const char *end = bytes.size > from ? memmem(bytes.at + from, bytes.size - from, "\r\n\r\n", 4) : NULL;
    struct gn_http_head head = { 0 };
    *inout_seen = bytes.size;
    if (end == NULL) {
        if (bytes.size < GN_HTTP_HEAD_BYTES_MAX)
            return GN_ERR_AGAIN;
        *out_fault =
            PARSE_FAULT(431, "head_too_large", "the head of the request is too large", "send shorter or fewer headers");
        return GN_ERR_INVAL;
    }
    const size_t size = (size_t)(end - bytes.at) + 4;
    if (size > GN_HTTP_HEAD_BYTES_MAX) {
        *out_fault =
            PARSE_FAULT(431, "head_too_large", "the head of the request is too large", "send shorter or fewer headers");
        return GN_ERR_INVAL;
    }
    const struct gn_http_fault fault = http_parse_head((gn_str){ bytes.at, size }, &head);
    if (fault.status != 0) {
        *out_fault = fault;
        return GN_ERR_INVAL;
    }
    *out = head;
    *out_size = size;
    return GN_OK;
}
