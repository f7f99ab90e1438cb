/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_name.h"

const struct gn_push_tag *gn_push_thing_tag(const struct gn_push_metric *metric)
{
    static const char *const names[] = { "thing", "device", "host", "instance" };
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        for (size_t i = 0; i < metric->tag_count; i++)
            if (gn_str_equal(metric->tags[i].name, gn_str_of(names[n])))
                return &metric->tags[i];
    return NULL;
}

static void push_name_part(struct gn_buf *out, gn_str part)
{
    static const char marks[] = "%/+#{},=";
    for (size_t i = 0; i < part.size; i++) {
        const uint8_t c = (uint8_t)part.at[i];
        if (c < 0x20 || c == 0x7f || strchr(marks, c) != NULL) {
            gn_buf_add_u8(out, '%');
            gn_buf_add_u8(out, (uint8_t) "0123456789ABCDEF"[c >> 4]);
            gn_buf_add_u8(out, (uint8_t) "0123456789ABCDEF"[c & 15]);
        } else {
            gn_buf_add_u8(out, c);
        }
    }
}

static int push_name_compare(gn_str a, gn_str b)
{
    const size_t size = a.size < b.size ? a.size : b.size;
    const int order = size > 0 ? memcmp(a.at, b.at, size) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* By name: few, and mostly in order already. */
static void push_name_sort(struct gn_push_tag *tags, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct gn_push_tag tag = tags[i];
        size_t at = i;
        for (; at > 0 && push_name_compare(tags[at - 1].name, tag.name) > 0; at--)
            tags[at] = tags[at - 1];
        tags[at] = tag;
    }
}

static gn_err push_name_tags(struct gn_push_metric *metric, gn_str left_out, struct gn_buf *out, struct gn_diag *diag)
{
    bool any = false;
    push_name_sort(metric->tags, metric->tag_count);
    for (size_t i = 0; i < metric->tag_count; i++) {
        const struct gn_push_tag *tag = &metric->tags[i];
        if (i > 0 && gn_str_equal(tag->name, metric->tags[i - 1].name)) {
            gn_diag_set(diag, 0, 0, "the tag '%.*s' stands twice", GN_STR_ARGS(tag->name));
            return GN_ERR_INVAL;
        }
        if (gn_str_equal(tag->name, left_out))
            continue;
        gn_buf_add_u8(out, any ? ',' : '{');
        any = true;
        push_name_part(out, tag->name);
        gn_buf_add_u8(out, '=');
        push_name_part(out, tag->value);
    }
    if (any)
        gn_buf_add_u8(out, '}');
    return GN_OK;
}

gn_err gn_push_property(struct gn_push_metric *metric, gn_str left_out, struct gn_buf *out, struct gn_diag *diag)
{
    push_name_part(out, metric->name);
    if (metric->field.size > 0 && !gn_str_equal(metric->field, GN_STR("value"))) {
        gn_buf_add_u8(out, '.');
        push_name_part(out, metric->field);
    }
    const gn_err err = push_name_tags(metric, left_out, out, diag);
    if (err != GN_OK)
        return err;
    if (out->full) {
        gn_diag_set(diag, 0, 0,
                    "the name of measurement, field and tags '%.*s...' is longer than PROPERTY_BYTES_MAX (%d)",
                    GN_STR_ARGS(gn_buf_str(out)), GN_PROPERTY_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    return GN_OK;
}
