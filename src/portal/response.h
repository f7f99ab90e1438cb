/* SPDX-License-Identifier: Apache-2.0 */
/* portal/response.h -- what goes back: a status, a few headers of its own, and a body.
 *
 * The body is written into memory that is reserved at its largest size and touched only where it is written;
 * gn_response_finish gives back the rest. An answer that does not fit becomes an error that says to ask for
 * less. Errors have one form everywhere: {"error":{"code","message","hint"}}. */
#ifndef GN_PORTAL_RESPONSE_H
#define GN_PORTAL_RESPONSE_H

#include "base/buf.h"
#include "base/json_write.h"

enum {
    GN_RESPONSE_BYTES_MAX = 8 << 20,
    GN_RESPONSE_EXTRA_BYTES = 512,
    GN_RESPONSE_ALLOW_BYTES = 64,
};

/* Which of the policies of portal/headers.h goes with the body. */
typedef enum gn_page_policy { GN_POLICY_DATA, GN_POLICY_APP, GN_POLICY_SETUP } gn_page_policy;

typedef enum gn_caching { GN_CACHE_NONE, GN_CACHE_CHECK, GN_CACHE_LONG } gn_caching;

struct gn_response {
    int status;
    const char *type; /* MIME, NULL: no body */
    gn_page_policy policy;
    gn_caching caching;
    bool gzip;          /* the body is gzip-compressed */
    bool stream;        /* 200, and the connection becomes a live stream */
    bool close;         /* the connection ends behind it */
    struct gn_buf body; /* over `memory` */
    uint8_t *memory;    /* gn_mem_take, or NULL */
    gn_bytes fixed;     /* a body that lives elsewhere, used instead when not empty */
    int64_t delay_ms;   /* hold it back that long */
    uint32_t rank;      /* before it is made: whose turn it is in a line, the lowest first */
    char extra_bytes[GN_RESPONSE_EXTRA_BYTES];
    size_t extra_size; /* header lines of its own, each with CRLF */
};

/* Empty, 204. */
void gn_response_init(struct gn_response *response);
void gn_response_fini(struct gn_response *response); /* wipes nothing: no secret but a token stands in one */

/* Starts a JSON body. When there is no memory the writer writes nowhere, and finish says 503. */
struct gn_jw gn_response_json(struct gn_response *response, int status);

/* Starts a body of another type. */
struct gn_buf *gn_response_text(struct gn_response *response, int status, const char *type);

/* Replaces whatever is there. Words are for the person: what happened, and what to do. */
void gn_response_error(struct gn_response *response, int status, const char *code, const char *hint,
                       const char *message_fmt, ...) GN_PRINTF(5, 6);

/* One more header line. Name and value are ours or checked: a control character in it is a bug. */
void gn_response_header(struct gn_response *response, const char *fmt, ...) GN_PRINTF(2, 3);

/* Behind the handler: an overflown body becomes an error, memory that was not used goes back. */
void gn_response_finish(struct gn_response *response);

/* The body, wherever it is. */
gn_bytes gn_response_body(const struct gn_response *response);

#endif
