/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/line_protocol.h -- InfluxDB line protocol, a line at a time, out of a buffer.
 *
 *      cpu,host=a\ b,core=0 idle=97.5,cores=8i,note="a \"b\"" 1767225600000000000 LF
 *      └─────── series ───┘ └ field ┘ └field┘ └── field ───┘ └─────── time ────┘
 *
 *   value        is
 *   97.5 -1e3    a number        8i 8u   a whole number (kept as a double: exact up to 2^53)
 *   t T true True TRUE f F ...   a bool
 *   "text"       text: \" and \\ stand for " and \; may hold line feeds
 *
 * A line is taken apart and nothing is copied: the series stays as it was written, for a cache to find it by its bytes
 * (push_series.h). In measurement, tags and field keys a backslash takes the next byte with it. Blank lines and those
 * that begin with '#' are passed over, a CR at the end of a line is. Cost: one pass; the series is searched eight bytes
 * at a time. Pure; any thread. Format: InfluxDB line protocol reference (docs.influxdata.com). */
#ifndef GN_CONNECT_LINE_PROTOCOL_H
#define GN_CONNECT_LINE_PROTOCOL_H

#include "base/bytes.h"
#include "base/limits.h"

enum { GN_LINE_PAD = 8 /* bytes behind `end` that may be read, and the first of them written */ };

typedef enum gn_line_kind { GN_LINE_NUMBER, GN_LINE_BOOL, GN_LINE_TEXT } gn_line_kind;

struct gn_line_field {
    gn_str key; /* as written */
    gn_line_kind kind;
    double value; /* NUMBER; BOOL: 0 or 1 */
    gn_str text;  /* TEXT: what stands between the quotes, as written */
};

struct gn_line {
    uint32_t number; /* of the line in the body, from 1 */
    gn_str series;   /* measurement and tags, as written; not empty */
    bool has_time;
    int64_t time; /* in the unit the request names */
    size_t field_count;
    struct gn_line_field fields[GN_READINGS_PER_PACKET_MAX];
};

struct gn_line_reader {
    char *at;
    char *end;       /* behind it GN_LINE_PAD bytes of the caller's */
    bool is_last;    /* nothing comes behind `end` */
    uint32_t number; /* of the lines that were taken; 0 to start */
};

/* OK: a line. AGAIN: the rest is a line that is not whole. CLOSED: nothing is left. INVAL: a bad line, which was passed
 * over; the diag says what is wrong at which column, and its `line` the number. */
GN_MUST_USE gn_err gn_line_next(struct gn_line_reader *reader, struct gn_line *out, struct gn_diag *diag);

/* A name as it is meant: \, \= \blank and \\ are one byte each. Any other backslash stands for itself. */
void gn_line_unescape(gn_str text, const char *escapable, char *to, size_t *out_size);
#define GN_LINE_ESCAPED_NAME ",= \\"
#define GN_LINE_ESCAPED_TEXT "\"\\"

/* Takes the next part of a series as written: the measurement first, then "key=value" each. False: nothing is left. */
bool gn_line_series_part(gn_str *series, gn_str *out_part);

#endif
