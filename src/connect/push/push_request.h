/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_request.h -- what a request to the push door asks for, and with what credential. No socket in it.
 *
 *   POST /api/v2/write?precision=ms      lines, as InfluxDB 2 takes them      org and bucket are not looked at
 *   POST /write?precision=ms&u=&p=       lines, as InfluxDB 1 takes them      db and rp are not
 *   GET or HEAD /ping, GET /health       says that somebody is there
 *
 *   Authorization: Token THING:TOKEN     as InfluxDB's clients send it; "Bearer" is the same
 *   Authorization: Basic base64          of THING:TOKEN
 *   u=THING&p=TOKEN                      in the query, with /write
 *
 * THING is the id of the Thing that sends, TOKEN its token. Pure. */
#ifndef GN_CONNECT_PUSH_REQUEST_H
#define GN_CONNECT_PUSH_REQUEST_H

#include "base/http_parse.h"
#include "connect/push/push_writer.h"
#include "guard/basic.h"

typedef enum gn_push_what {
    GN_PUSH_LINES,
    GN_PUSH_PING,
    GN_PUSH_HEALTH,
} gn_push_what;

struct gn_push_request {
    gn_push_what what;
    gn_push_unit unit;
    bool is_head;
    bool is_packed; /* Content-Encoding: gzip */
    bool has_credential;
    struct gn_basic_credentials credential; /* wipe it after use */
};

/* INVAL: the fault says why. */
GN_MUST_USE gn_err gn_push_request_read(const struct gn_http_head *head, struct gn_push_request *out,
                                        struct gn_http_fault *out_fault);

#endif
