/* SPDX-License-Identifier: Apache-2.0 */
/* cli/sse.h -- reads a text/event-stream (WHATWG HTML, "Server-sent events"), bytes in, events out.
 *
 *      id: 81\n event: output\n data: {"kind":...}\n \n   ->  { name "output", data "{...}", id "81" }
 *
 * Several data lines are joined by '\n'; comments (":") and unknown fields are passed over; an event without
 * data is none. CR, LF and CR LF end a line. One event's data is at most GN_CLI_EVENT_BYTES_MAX. */
#ifndef GN_CLI_SSE_H
#define GN_CLI_SSE_H

#include "base/bytes.h"
#include "base/limits.h"

enum { GN_SSE_NAME_BYTES = 64 };

struct gn_sse_event {
    gn_str name; /* "message" when the stream named none */
    gn_str data;
    gn_str id; /* of this or the last event that had one */
};

struct gn_sse {
    size_t line_size;
    size_t data_size;
    bool has_data;
    bool after_cr; /* an LF now belongs to the CR before it */
    char name[GN_SSE_NAME_BYTES];
    char id[GN_SSE_NAME_BYTES];
    char line[GN_CLI_EVENT_BYTES_MAX + 16];
    char data[GN_CLI_EVENT_BYTES_MAX + 1];
};

void gn_sse_init(struct gn_sse *sse);

/* Calls `each` for every event that is complete; what it is shown is valid during the call. An error of
 * `each` ends it and is passed on. FULL: a line or an event is longer than the bound. */
GN_MUST_USE gn_err gn_sse_feed(struct gn_sse *sse, gn_bytes bytes,
                               gn_err (*each)(void *ctx, const struct gn_sse_event *event), void *ctx);

#endif
