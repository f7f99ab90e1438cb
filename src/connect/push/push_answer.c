/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_answer.h"

#include "base/json_write.h"

enum { PUSH_ANSWER_BODY_BYTES = 12288 };

static const char *push_answer_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } rows[] = { { 200, "OK" },
                 { 204, "No Content" },
                 { 400, "Bad Request" },
                 { 401, "Unauthorized" },
                 { 404, "Not Found" },
                 { 405, "Method Not Allowed" },
                 { 413, "Content Too Large" },
                 { 415, "Unsupported Media Type" },
                 { 431, "Request Header Fields Too Large" },
                 { 501, "Not Implemented" },
                 { 503, "Service Unavailable" },
                 { 505, "HTTP Version Not Supported" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].status == status)
            return rows[i].phrase;
    return "Refused";
}

static void push_answer_body(const struct gn_push_answer *answer, struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    if (answer->is_health) {
        gn_buf_add_text(out, "{\"name\":\"ganglion\",\"status\":\"pass\"}\n");
        return;
    }
    if (answer->code == NULL)
        return;
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "code");
    gn_jw_str(&w, gn_str_of(answer->code));
    gn_jw_key(&w, "message");
    gn_jw_str(&w, answer->message);
    gn_jw_key(&w, "error");
    gn_jw_str(&w, answer->message);
    if (answer->lines.size > 0) {
        gn_jw_key(&w, "lines");
        gn_jw_open(&w, '[');
        gn_jw_raw(&w, answer->lines);
        gn_jw_close(&w, ']');
    }
    gn_jw_close(&w, '}');
    gn_buf_add_u8(out, '\n');
}

void gn_push_answer_put(const struct gn_push_answer *answer, struct gn_buf *out)
{
    char bytes[PUSH_ANSWER_BODY_BYTES];
    struct gn_buf body = gn_buf_over(bytes, sizeof bytes);
    push_answer_body(answer, &body);
    gn_buf_addf(out, "HTTP/1.1 %d %s\r\n", answer->status, push_answer_phrase(answer->status));
    if (answer->status == 401)
        gn_buf_add_text(out, "WWW-Authenticate: Token, Basic realm=\"ganglion\"\r\n");
    if (answer->status == 503)
        gn_buf_add_text(out, "Retry-After: 2\r\n");
    if (answer->allow != NULL)
        gn_buf_addf(out, "Allow: %s\r\n", answer->allow);
    if (answer->close)
        gn_buf_add_text(out, "Connection: close\r\n");
    if (answer->status != 204)
        gn_buf_addf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.size);
    gn_buf_add_text(out, "\r\n");
    if (!answer->is_head)
        gn_buf_add_str(out, gn_buf_str(&body));
}
