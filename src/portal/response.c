/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/response.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

#define RESPONSE_JSON "application/json"

enum { RESPONSE_MESSAGE_BYTES = 512 };

void gn_response_init(struct gn_response *response)
{
    memset(response, 0, offsetof(struct gn_response, extra_bytes));
    response->status = 204;
    response->extra_size = 0;
}

static void response_drop_body(struct gn_response *response)
{
    gn_mem_give(response->memory);
    response->memory = NULL;
    response->body = (struct gn_buf){ 0 };
    response->fixed = (gn_bytes){ 0 };
}

void gn_response_fini(struct gn_response *response)
{
    response_drop_body(response);
}

struct gn_buf *gn_response_text(struct gn_response *response, int status, const char *type)
{
    response_drop_body(response);
    response->status = status;
    response->type = type;
    response->memory = gn_mem_take(GN_RESPONSE_BYTES_MAX, "portal: answers under way");
    response->body = gn_buf_over(response->memory, response->memory != NULL ? GN_RESPONSE_BYTES_MAX : 0);
    return &response->body;
}

struct gn_jw gn_response_json(struct gn_response *response, int status)
{
    return gn_jw_over(gn_response_text(response, status, RESPONSE_JSON));
}

void gn_response_error(struct gn_response *response, int status, const char *code, const char *hint,
                       const char *message_fmt, ...)
{
    char message[RESPONSE_MESSAGE_BYTES];
    va_list args;
    va_start(args, message_fmt);
    const int size = vsnprintf(message, sizeof message, message_fmt, args);
    va_end(args);
    response->gzip = false;
    response->stream = false;
    response->policy = GN_POLICY_DATA;
    response->caching = GN_CACHE_NONE;
    struct gn_jw w = gn_response_json(response, status);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "error");
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "code");
    gn_jw_text(&w, code);
    gn_jw_key(&w, "message");
    gn_jw_text(&w, size < 0 ? code : message);
    gn_jw_key(&w, "hint");
    gn_jw_text(&w, hint);
    gn_jw_close(&w, '}');
    gn_jw_close(&w, '}');
}

void gn_response_header(struct gn_response *response, const char *fmt, ...)
{
    char *to = response->extra_bytes + response->extra_size;
    const size_t room = sizeof response->extra_bytes - response->extra_size;
    va_list args;
    va_start(args, fmt);
    const int size = vsnprintf(to, room, fmt, args);
    va_end(args);
    assert(size >= 0 && (size_t)size + 2 < room); /* ours, and a handful */
    for (int i = 0; i < size; i++)
        assert((unsigned char)to[i] >= 0x20);
    memcpy(to + size, "\r\n", 2);
    response->extra_size += (size_t)size + 2;
}

void gn_response_finish(struct gn_response *response)
{
    if (response->body.full && response->memory != NULL)
        gn_response_error(response, 400, "answer_too_large", "ask for less: a smaller limit, or from and to",
                          "the answer has more than %d bytes", GN_RESPONSE_BYTES_MAX);
    if (response->memory == NULL && response->body.full) {
        static const char words[] = "{\"error\":{\"code\":\"no_memory\",\"message\":\"no memory for the answer\","
                                    "\"hint\":\"try again later\"}}";
        response->status = 503;
        response->fixed = (gn_bytes){ (const uint8_t *)words, sizeof words - 1 };
    }
    if (response->memory == NULL)
        return;
    const size_t size = response->body.size;
    uint8_t *exact = gn_mem_take(size > 0 ? size : 1, "portal: answers under way");
    if (exact == NULL)
        return; /* the large one does as well */
    if (size > 0)
        memcpy(exact, response->memory, size);
    gn_mem_give(response->memory);
    response->memory = exact;
    response->body.at = exact;
    response->body.capacity = size;
}

gn_bytes gn_response_body(const struct gn_response *response)
{
    return response->fixed.size > 0 ? response->fixed : gn_buf_bytes(&response->body);
}
