/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

/* Room for `size` more bytes, or NULL with `full` latched. */
static uint8_t *buf_room(struct gn_buf *buf, size_t size)
{
    if (buf->full || buf->capacity - buf->size < size) {
        buf->full = true;
        return NULL;
    }
    uint8_t *room = buf->at + buf->size;
    buf->size += size;
    return room;
}

void gn_buf_add(struct gn_buf *buf, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    uint8_t *room = buf_room(buf, size);
    if (room != NULL)
        memcpy(room, bytes, size);
}

void gn_buf_add_str(struct gn_buf *buf, gn_str s)
{
    gn_buf_add(buf, s.at, s.size);
}

void gn_buf_add_text(struct gn_buf *buf, const char *nul_terminated)
{
    gn_buf_add_str(buf, gn_str_of(nul_terminated));
}

void gn_buf_add_u8(struct gn_buf *buf, uint8_t v)
{
    uint8_t *room = buf_room(buf, 1);
    if (room != NULL)
        room[0] = v;
}

void gn_buf_add_u16be(struct gn_buf *buf, uint16_t v)
{
    const uint8_t bytes[] = { (uint8_t)(v >> 8), (uint8_t)v };
    gn_buf_add(buf, bytes, sizeof bytes);
}

void gn_buf_add_u32be(struct gn_buf *buf, uint32_t v)
{
    const uint8_t bytes[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
    gn_buf_add(buf, bytes, sizeof bytes);
}

void gn_buf_addf(struct gn_buf *buf, const char *fmt, ...)
{
    if (buf->full)
        return;
    const size_t room = buf->capacity - buf->size;
    va_list args;
    va_start(args, fmt);
    const int printed = vsnprintf(room > 0 ? (char *)buf->at + buf->size : NULL, room, fmt, args);
    va_end(args);
    if (printed < 0 || (size_t)printed >= room)
        buf->full = true;
    else
        buf->size += (size_t)printed;
}

gn_str gn_buf_str(const struct gn_buf *buf)
{
    return (gn_str){ (const char *)buf->at, buf->size };
}

gn_bytes gn_buf_bytes(const struct gn_buf *buf)
{
    return (gn_bytes){ buf->at, buf->size };
}
