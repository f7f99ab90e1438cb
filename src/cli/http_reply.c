/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/http_reply.h"

#include <assert.h>

static char reply_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool reply_equal_nocase(gn_str a, gn_str lower)
{
    if (a.size != lower.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (reply_lower(a.at[i]) != lower.at[i])
            return false;
    return true;
}

/* "HTTP/1.1 200 OK" */
static gn_err reply_status_line(struct gn_http_reply *reply, gn_str line)
{
    if (line.size < 12 || !gn_str_starts(line, GN_STR("HTTP/1.")) || line.at[8] != ' ' ||
        (line.at[7] != '0' && line.at[7] != '1'))
        return GN_ERR_CORRUPT;
    uint64_t status = 0;
    if (gn_parse_u64((gn_str){ line.at + 9, 3 }, &status) != GN_OK || status < 100 || status > 599 ||
        (line.size > 12 && line.at[12] != ' '))
        return GN_ERR_CORRUPT;
    reply->status = (int)status;
    reply->state = GN_HTTP_HEADERS;
    return GN_OK;
}

static void reply_type(struct gn_http_reply *reply, gn_str value)
{
    gn_str rest = { NULL, 0 };
    const gn_str type = gn_str_trim(gn_str_split(value, ';', &rest));
    if (type.size >= sizeof reply->type)
        return; /* nothing we know is that long */
    for (size_t i = 0; i < type.size; i++)
        reply->type[i] = reply_lower(type.at[i]);
    reply->type[type.size] = '\0';
}

static gn_err reply_header(struct gn_http_reply *reply, gn_str line)
{
    gn_str value = { NULL, 0 };
    const gn_str name = gn_str_split(line, ':', &value);
    if (name.size == 0 || name.size == line.size || name.at[0] == ' ' || name.at[0] == '\t')
        return GN_ERR_CORRUPT; /* no colon, or a folded line */
    value = gn_str_trim(value);
    if (reply_equal_nocase(name, GN_STR("content-length"))) {
        if (reply->has_length || gn_parse_u64(value, &reply->left) != GN_OK)
            return GN_ERR_CORRUPT;
        reply->has_length = true;
    } else if (reply_equal_nocase(name, GN_STR("transfer-encoding"))) {
        if (reply->is_chunked || !reply_equal_nocase(value, GN_STR("chunked")))
            return GN_ERR_CORRUPT;
        reply->is_chunked = true;
    } else if (reply_equal_nocase(name, GN_STR("content-type"))) {
        reply_type(reply, value);
    }
    return GN_OK;
}

static gn_err reply_head_end(struct gn_http_reply *reply)
{
    if (reply->status < 200) { /* interim: the real one follows */
        *reply = gn_http_reply_fresh();
        return GN_OK;
    }
    if (reply->has_length && reply->is_chunked)
        return GN_ERR_CORRUPT; /* two answers to where the body ends: request smuggling's door */
    if (reply->status == 204 || reply->status == 304 || (reply->has_length && reply->left == 0))
        reply->state = GN_HTTP_DONE;
    else if (reply->is_chunked)
        reply->state = GN_HTTP_CHUNK_SIZE;
    else
        reply->state = reply->has_length ? GN_HTTP_LENGTH : GN_HTTP_UNTIL_CLOSE;
    return GN_OK;
}

/* "1a3;extension": at most 8 digits, 4 GiB a chunk. */
static gn_err reply_chunk_size(struct gn_http_reply *reply, gn_str line)
{
    gn_str extension = { NULL, 0 };
    const gn_str digits = gn_str_trim(gn_str_split(line, ';', &extension));
    if (digits.size == 0 || digits.size > 8)
        return GN_ERR_CORRUPT;
    uint64_t size = 0;
    for (size_t i = 0; i < digits.size; i++) {
        const char c = reply_lower(digits.at[i]);
        if (c >= '0' && c <= '9')
            size = size * 16 + (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            size = size * 16 + (uint64_t)(c - 'a' + 10);
        else
            return GN_ERR_CORRUPT;
    }
    reply->left = size;
    reply->head_size = 0; /* each chunk's head is bounded by itself */
    reply->state = size > 0 ? GN_HTTP_CHUNK : GN_HTTP_TRAILER;
    return GN_OK;
}

static gn_err reply_line(struct gn_http_reply *reply, gn_str line)
{
    if (memchr(line.at, '\0', line.size) != NULL || memchr(line.at, '\r', line.size) != NULL)
        return GN_ERR_CORRUPT;
    switch (reply->state) {
    case GN_HTTP_STATUS_LINE:
        return reply_status_line(reply, line);
    case GN_HTTP_HEADERS:
        return line.size == 0 ? reply_head_end(reply) : reply_header(reply, line);
    case GN_HTTP_CHUNK_SIZE:
        return reply_chunk_size(reply, line);
    case GN_HTTP_CHUNK_END:
        reply->state = GN_HTTP_CHUNK_SIZE;
        return line.size == 0 ? GN_OK : GN_ERR_CORRUPT;
    case GN_HTTP_TRAILER:
        if (line.size == 0)
            reply->state = GN_HTTP_DONE;
        return GN_OK;
    default:
        return GN_ERR_CORRUPT;
    }
}

/* One byte of a line. Lines end with CR LF; a bare LF is taken as well (RFC 9112, 2.2). */
static gn_err reply_line_byte(struct gn_http_reply *reply, char byte)
{
    if (++reply->head_size > GN_HTTP_HEAD_BYTES)
        return GN_ERR_CORRUPT;
    if (byte != '\n') {
        if (reply->line_size == sizeof reply->line)
            return GN_ERR_CORRUPT;
        reply->line[reply->line_size++] = byte;
        return GN_OK;
    }
    gn_str line = { reply->line, reply->line_size };
    if (line.size > 0 && line.at[line.size - 1] == '\r')
        line.size--;
    reply->line_size = 0;
    return reply_line(reply, line);
}

static bool reply_in_body(const struct gn_http_reply *reply)
{
    return reply->state == GN_HTTP_LENGTH || reply->state == GN_HTTP_CHUNK || reply->state == GN_HTTP_UNTIL_CLOSE;
}

/* Hands over what of `bytes` belongs to the body, and moves on when that was all of it. */
static gn_err reply_body(struct gn_http_reply *reply, gn_bytes bytes, size_t *out_took,
                         gn_err (*body)(void *ctx, gn_bytes bytes), void *ctx)
{
    size_t take = bytes.size;
    if (reply->state != GN_HTTP_UNTIL_CLOSE) {
        take = reply->left < bytes.size ? (size_t)reply->left : bytes.size;
        reply->left -= take;
        if (reply->left == 0)
            reply->state = reply->state == GN_HTTP_LENGTH ? GN_HTTP_DONE : GN_HTTP_CHUNK_END;
    }
    assert(take > 0);
    *out_took = take;
    return body(ctx, (gn_bytes){ bytes.at, take });
}

gn_err gn_http_reply_feed(struct gn_http_reply *reply, gn_bytes bytes, gn_err (*body)(void *ctx, gn_bytes bytes),
                          void *ctx)
{
    assert(reply != NULL && body != NULL);
    for (size_t i = 0; i < bytes.size;) {
        gn_err err = GN_ERR_CORRUPT;
        size_t took = 1;
        if (reply_in_body(reply))
            err = reply_body(reply, (gn_bytes){ bytes.at + i, bytes.size - i }, &took, body, ctx);
        else if (reply->state != GN_HTTP_DONE && reply->state != GN_HTTP_BROKEN)
            err = reply_line_byte(reply, (char)bytes.at[i]);
        if (err) {
            reply->state = GN_HTTP_BROKEN;
            return err;
        }
        i += took;
    }
    return GN_OK;
}

gn_err gn_http_reply_eof(struct gn_http_reply *reply)
{
    assert(reply != NULL);
    if (reply->state == GN_HTTP_UNTIL_CLOSE)
        reply->state = GN_HTTP_DONE;
    return reply->state == GN_HTTP_DONE ? GN_OK : GN_ERR_CORRUPT;
}
