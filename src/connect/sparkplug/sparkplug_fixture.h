/* SPDX-License-Identifier: Apache-2.0 */
/* connect/sparkplug/sparkplug_fixture.h -- for tests: Sparkplug payloads, field by field, as an edge node writes them.
 */
#ifndef GN_CONNECT_SPARKPLUG_FIXTURE_H
#define GN_CONNECT_SPARKPLUG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>

#include "base/buf.h"

struct sp_message {
    struct gn_buf buf;
    uint8_t bytes[65536];
};

static inline void sp_varint(struct gn_buf *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        gn_buf_add_u8(to, (uint8_t)(value | 0x80));
    gn_buf_add_u8(to, (uint8_t)value);
}

static inline void sp_whole(struct gn_buf *to, unsigned field, uint64_t value)
{
    sp_varint(to, field << 3);
    sp_varint(to, value);
}

static inline void sp_bytes(struct gn_buf *to, unsigned field, const void *bytes, size_t size)
{
    sp_varint(to, field << 3 | 2);
    sp_varint(to, size);
    gn_buf_add(to, bytes, size);
}

static inline void sp_text(struct gn_buf *to, unsigned field, const char *text)
{
    sp_bytes(to, field, text, strlen(text));
}

static inline void sp_float(struct gn_buf *to, unsigned field, float value)
{
    sp_varint(to, field << 3 | 5);
    gn_buf_add(to, &value, sizeof value); /* little-endian, as this machine is */
}

static inline void sp_double(struct gn_buf *to, unsigned field, double value)
{
    sp_varint(to, field << 3 | 1);
    gn_buf_add(to, &value, sizeof value);
}

/* A metric under way: sp_metric_begin, fields, sp_metric_end. */
struct sp_metric {
    struct gn_buf buf;
    uint8_t bytes[4096];
};

static inline struct gn_buf *sp_metric_begin(struct sp_metric *metric, const char *name, uint64_t alias, unsigned type)
{
    metric->buf = gn_buf_over(metric->bytes, sizeof metric->bytes);
    if (name != NULL)
        sp_text(&metric->buf, 1, name);
    if (alias != 0)
        sp_whole(&metric->buf, 2, alias);
    if (type != 0)
        sp_whole(&metric->buf, 4, type);
    return &metric->buf;
}

static inline void sp_metric_end(struct sp_message *message, const struct sp_metric *metric)
{
    sp_bytes(&message->buf, 2, metric->bytes, metric->buf.size);
}

static inline void sp_begin(struct sp_message *message, uint64_t time_ms, unsigned seq)
{
    message->buf = gn_buf_over(message->bytes, sizeof message->bytes);
    sp_whole(&message->buf, 1, time_ms);
    sp_whole(&message->buf, 3, seq);
}

/* A metric whose value is whole: U32 (field 10), U64 (11) or a bool (14). */
static inline void sp_add(struct sp_message *message, const char *name, uint64_t alias, unsigned type, unsigned field,
                          uint64_t value)
{
    struct sp_metric metric;
    sp_whole(sp_metric_begin(&metric, name, alias, type), field, value);
    sp_metric_end(message, &metric);
}

#endif
