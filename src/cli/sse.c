/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sse.h"

#include <assert.h>

void gn_sse_init(struct gn_sse *sse)
{
    sse->line_size = 0;
    sse->data_size = 0;
    sse->has_data = false;
    sse->after_cr = false;
    sse->name[0] = '\0';
    sse->id[0] = '\0';
}

static gn_err sse_data(struct gn_sse *sse, gn_str value)
{
    const size_t joint = sse->has_data ? 1 : 0;
    if (sse->data_size + joint + value.size > GN_CLI_EVENT_BYTES_MAX)
        return GN_ERR_FULL;
    if (joint == 1)
        sse->data[sse->data_size++] = '\n';
    if (value.size > 0)
        memcpy(sse->data + sse->data_size, value.at, value.size);
    sse->data_size += value.size;
    sse->has_data = true;
    return GN_OK;
}

static gn_err sse_field(struct gn_sse *sse, gn_str line)
{
    gn_str value = { NULL, 0 };
    const gn_str field = gn_str_split(line, ':', &value);
    if (value.size > 0 && value.at[0] == ' ')
        value = (gn_str){ value.at + 1, value.size - 1 };
    if (gn_str_equal(field, GN_STR("data")))
        return sse_data(sse, value);
    if (gn_str_equal(field, GN_STR("event")))
        return gn_str_copy(sse->name, sizeof sse->name, value);
    if (gn_str_equal(field, GN_STR("id")))
        return gn_str_copy(sse->id, sizeof sse->id, value);
    return GN_OK;
}

static gn_err sse_line(struct gn_sse *sse, gn_err (*each)(void *ctx, const struct gn_sse_event *event), void *ctx)
{
    const gn_str line = { sse->line, sse->line_size };
    sse->line_size = 0;
    if (line.size > 0)
        return line.at[0] == ':' ? GN_OK : sse_field(sse, line);
    gn_err err = GN_OK;
    if (sse->has_data) {
        const struct gn_sse_event event = {
            .name = sse->name[0] != '\0' ? gn_str_of(sse->name) : GN_STR("message"),
            .data = { sse->data, sse->data_size },
            .id = gn_str_of(sse->id),
        };
        err = each(ctx, &event);
    }
    sse->name[0] = '\0';
    sse->data_size = 0;
    sse->has_data = false;
    return err;
}

gn_err gn_sse_feed(struct gn_sse *sse, gn_bytes bytes, gn_err (*each)(void *ctx, const struct gn_sse_event *event),
                   void *ctx)
{
    assert(sse != NULL && each != NULL);
    for (size_t i = 0; i < bytes.size; i++) {
        const char byte = (char)bytes.at[i];
        gn_err err = GN_OK;
        if (byte == '\n' && sse->after_cr) {
            sse->after_cr = false;
            continue;
        }
        sse->after_cr = byte == '\r';
        if (byte == '\n' || byte == '\r')
            err = sse_line(sse, each, ctx);
        else if (sse->line_size == sizeof sse->line)
            err = GN_ERR_FULL;
        else
            sse->line[sse->line_size++] = byte;
        if (err)
            return err;
    }
    return GN_OK;
}
