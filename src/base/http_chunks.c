/* SPDX-License-Identifier: Apache-2.0 */
#include "base/http_chunks.h"

#include "base/limits.h"

enum { CHUNK_SIZE, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_CR, CHUNK_LF, CHUNK_END_CR, CHUNK_END_LF, CHUNK_OVER };
enum { CHUNK_DIGITS_MAX = 8 };

static int http_chunk_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte that is none of the data. False: it may not stand there. */
static bool http_chunk_byte(struct gn_http_chunks *chunks, char c)
{
    const int digit = http_chunk_digit(c);
    switch (chunks->state) {
    case CHUNK_SIZE:
        if (digit >= 0 && chunks->digits < CHUNK_DIGITS_MAX) {
            chunks->left = chunks->left * 16 + (unsigned)digit;
            chunks->digits++;
            return true;
        }
        chunks->state = CHUNK_SIZE_LF;
        return c == '\r' && chunks->digits > 0;
    case CHUNK_SIZE_LF:
        chunks->state = chunks->left > 0 ? CHUNK_DATA : CHUNK_END_CR;
        chunks->total += chunks->left;
        return c == '\n';
    case CHUNK_CR:
    case CHUNK_END_CR:
        chunks->state++;
        return c == '\r';
    case CHUNK_LF:
        chunks->state = CHUNK_SIZE;
        chunks->digits = 0;
        return c == '\n';
    default: /* CHUNK_END_LF */
        chunks->state = CHUNK_OVER;
        return c == '\n';
    }
}

gn_err gn_http_chunks_take(struct gn_http_chunks *chunks, gn_str *inout, gn_bytes *out, struct gn_http_fault *out_fault)
{
    while (chunks->state != CHUNK_OVER && inout->size > 0) {
        if (chunks->state == CHUNK_DATA) {
            const size_t size = inout->size < chunks->left ? inout->size : (size_t)chunks->left;
            *out = (gn_bytes){ (const uint8_t *)inout->at, size };
            *inout = (gn_str){ inout->at + size, inout->size - size };
            chunks->left -= size;
            if (chunks->left == 0)
                chunks->state = CHUNK_CR;
            return GN_OK;
        }
        if (!http_chunk_byte(chunks, inout->at[0])) {
            *out_fault = (struct gn_http_fault){ 400, true, "bad_chunks", "the chunks of the body are not well-formed",
                                                 "send SIZE CRLF DATA CRLF, without extensions and trailers" };
            return GN_ERR_INVAL;
        }
        if (chunks->total > chunks->max) {
            *out_fault =
                (struct gn_http_fault){ 413, true, "body_too_large", "the body is larger than it may be", "send less" };
            return GN_ERR_INVAL;
        }
        *inout = (gn_str){ inout->at + 1, inout->size - 1 };
    }
    return chunks->state == CHUNK_OVER ? GN_ERR_CLOSED : GN_ERR_AGAIN;
}
