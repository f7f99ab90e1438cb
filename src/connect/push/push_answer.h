/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_answer.h -- the words of an answer, as InfluxDB's clients expect them.
 *
 *   204                                     all of it is on disk
 *   400 {"code":"invalid","message":"2 of 9 lines were refused; line 3: ...","error":"partial write: ...",
 *        "lines":[{"line":3,"column":7,"message":"..."}]}                       the others are on disk
 *
 * Version 2 reads "code" and "message", version 1 "error"; "lines" is ours. */
#ifndef GN_CONNECT_PUSH_ANSWER_H
#define GN_CONNECT_PUSH_ANSWER_H

#include "base/buf.h"

struct gn_push_answer {
    int status;
    const char *code; /* NULL: no body */
    gn_str message;
    gn_str lines;      /* JSON objects, or empty */
    const char *allow; /* of a 405, or NULL */
    bool close;
    bool is_head;
    bool is_health;
};

/* Head and body. */
void gn_push_answer_put(const struct gn_push_answer *answer, struct gn_buf *out);

#endif
