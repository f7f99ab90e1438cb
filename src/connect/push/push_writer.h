/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_writer.h -- the lines of one request on their way into the ring.
 *
 *   bytes ─room─▶ [ text, at most a line more than was taken ] ─lines─▶ [ samples ] ─▶ intake ─▶ ring
 *                          ▲ rest of a line stays                            └ AGAIN: they wait here
 *
 * Lines that cannot be kept are left out and listed by number; all others are kept. Nothing is taken twice when the
 * ring is full in between: samples wait as they are, and a line that met a full ring before it had any is read again.
 */
#ifndef GN_CONNECT_PUSH_WRITER_H
#define GN_CONNECT_PUSH_WRITER_H

#include "connect/push/line_protocol.h"
#include "connect/push/push_series.h"

typedef enum gn_push_unit {
    GN_PUSH_NS,
    GN_PUSH_US,
    GN_PUSH_MS,
    GN_PUSH_S,
    GN_PUSH_M,
    GN_PUSH_H,
} gn_push_unit;

enum { GN_PUSH_ERRORS_BYTES = 8192 };

struct gn_push_writer {
    const struct gn_intake *intake;
    struct gn_push_series *series;
    struct gn_line *line; /* at hand; shared by all writers */
    uint32_t sender;
    gn_push_unit unit;
    uint64_t token;      /* of what was taken */
    uint64_t kept_count; /* readings */
    uint32_t line_count; /* that were read */
    uint32_t refused;    /* lines */
    uint32_t refused_at; /* the last of them */
    struct gn_diag diag; /* of the line at hand: here, for clearing it whole would cost as much as reading a line */
    char first_why[GN_DIAG_TEXT_BYTES + 24];
    struct gn_buf errors; /* JSON, without the brackets around */
    struct gn_line_reader reader;
    size_t filled; /* of `text` */
    uint32_t sample_at, sample_count;
    uint32_t texts_used;
    char errors_bytes[GN_PUSH_ERRORS_BYTES];
    struct gn_sample samples[GN_SAMPLES_MAX];
    char texts[GN_PUSH_LINE_BYTES_MAX];
    char text[GN_PUSH_LINE_BYTES_MAX + GN_LINE_PAD];
};

/* For a new request. */
void gn_push_writer_begin(struct gn_push_writer *writer, uint32_t sender, gn_push_unit unit);
/* Where the next bytes go; 0 in *out_room: the line that has begun is longer than PUSH_LINE_BYTES_MAX. Only when the
 * last run was OK. */
char *gn_push_writer_room(struct gn_push_writer *writer, size_t *out_room);
void gn_push_writer_add(struct gn_push_writer *writer, size_t size);
/* OK: all whole lines are in the ring, or refused. AGAIN: the ring is full; run again when it has room. */
GN_MUST_USE gn_err gn_push_writer_run(struct gn_push_writer *writer, bool is_last);

/* "ns" "n" "us" "u" "ms" "s" "m" "h", or empty: ns. False: none of them. */
bool gn_push_unit_named(gn_str name, gn_push_unit *out);

#endif
