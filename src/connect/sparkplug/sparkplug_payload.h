/* SPDX-License-Identifier: Apache-2.0 */
/* connect/sparkplug/sparkplug_payload.h -- Sparkplug's protobuf message, read one metric at a time.
 *
 *   Payload      1 timestamp u64   2 Metric*   3 seq u64   4 uuid text   5 body bytes
 *   Metric       1 name text   2 alias u64   3 timestamp u64   4 datatype u32   5 is_historical   6 is_transient
 *                7 is_null   9 PropertySet   and its value, one of
 *                10 u32   11 u64   12 float   13 double   14 bool   15 text   16 bytes, 17 data set, 18 template
 *   PropertySet  1 key text*   2 PropertyValue*, in the same order
 *   PropertyValue  1 type u32   2 is_null   3 u32   4 u64   5 float   6 double   7 bool   8 text   9, 10 nested sets
 *
 * Numbers and types are those of the Sparkplug Specification 3.0.0, chapter 6. nanopb reads and writes the fields; the
 * messages are walked where they lie, so nothing is copied and nothing allocated. What may nest without end (templates,
 * data sets, property sets in property sets) is stepped over by its length: there is no recursion, three levels are
 * all. A signed value comes as two's complement in an unsigned field; its data type tells. Unknown fields are passed
 * over. Cost: about 190 ns a metric, checked and read (protobuf-c: 70, and 160 to 215 bytes of memory). */
#ifndef GN_CONNECT_SPARKPLUG_PAYLOAD_H
#define GN_CONNECT_SPARKPLUG_PAYLOAD_H

#include "base/buf.h"
#include "base/limits.h"

typedef enum gn_sparkplug_type {
    GN_SPARKPLUG_UNKNOWN = 0,
    GN_SPARKPLUG_INT8 = 1,
    GN_SPARKPLUG_INT16 = 2,
    GN_SPARKPLUG_INT32 = 3,
    GN_SPARKPLUG_INT64 = 4,
    GN_SPARKPLUG_UINT8 = 5,
    GN_SPARKPLUG_UINT16 = 6,
    GN_SPARKPLUG_UINT32 = 7,
    GN_SPARKPLUG_UINT64 = 8,
    GN_SPARKPLUG_FLOAT = 9,
    GN_SPARKPLUG_DOUBLE = 10,
    GN_SPARKPLUG_BOOLEAN = 11,
    GN_SPARKPLUG_STRING = 12,
    GN_SPARKPLUG_DATETIME = 13, /* milliseconds since 1970 */
    GN_SPARKPLUG_TEXT = 14,
    GN_SPARKPLUG_UUID = 15,
    GN_SPARKPLUG_DATASET = 16, /* from here on, nothing is a reading */
    GN_SPARKPLUG_BYTES = 17,
    GN_SPARKPLUG_FILE = 18,
    GN_SPARKPLUG_TEMPLATE = 19,
} gn_sparkplug_type;

typedef enum gn_sparkplug_form { /* in the order of the fields */
                                 GN_SPARKPLUG_NONE = 0,
                                 GN_SPARKPLUG_U32,
                                 GN_SPARKPLUG_U64,
                                 GN_SPARKPLUG_F32,
                                 GN_SPARKPLUG_F64,
                                 GN_SPARKPLUG_BOOL,
                                 GN_SPARKPLUG_WORD,
                                 GN_SPARKPLUG_OTHER, /* bytes, data set, template: not read */
} gn_sparkplug_form;

struct gn_sparkplug_value {
    gn_sparkplug_form form; /* how it was sent */
    uint64_t whole;         /* U32, U64, BOOL */
    double number;          /* F32, F64 */
    gn_str text;            /* WORD; any bytes */
};

struct gn_sparkplug_metric {
    gn_str name; /* empty: only its alias is there; any bytes */
    bool has_alias, has_time, is_historical, is_null;
    uint64_t alias;
    uint64_t time_ms;
    uint32_t type; /* gn_sparkplug_type; 0: it does not say */
    struct gn_sparkplug_value value;
    gn_bytes properties; /* its PropertySet */
};

struct gn_sparkplug_payload {
    gn_bytes bytes; /* borrowed */
    bool has_time, has_seq;
    uint64_t time_ms;
    uint64_t seq;
    uint32_t metric_count;
};

/* Checks all of it. INVAL, with words: no protobuf, compressed, or more than SPARKPLUG_METRICS_MAX metrics. */
GN_MUST_USE gn_err gn_sparkplug_payload_read(gn_bytes bytes, struct gn_sparkplug_payload *out, struct gn_diag *diag);
/* The metrics of a payload that was read, in their order; *at begins with 0. False: no more. */
bool gn_sparkplug_payload_next(const struct gn_sparkplug_payload *payload, size_t *at, struct gn_sparkplug_metric *out);
/* The property of that name, of the first SPARKPLUG_PROPERTIES_MAX. */
bool gn_sparkplug_property(gn_bytes properties, gn_str name, struct gn_sparkplug_value *out);

/* A value of that type as a number. False: it is none, or is not finite. */
bool gn_sparkplug_number(uint32_t type, const struct gn_sparkplug_value *value, double *out);

/* Appends one metric of a command: its alias when it has one, else its name; time, type and value. A buffer that is
 * too small becomes full. */
void gn_sparkplug_metric_write(const struct gn_sparkplug_metric *metric, struct gn_buf *out);
void gn_sparkplug_time_write(uint64_t time_ms, struct gn_buf *out);

#endif
