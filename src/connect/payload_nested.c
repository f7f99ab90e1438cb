/* SPDX-License-Identifier: Apache-2.0 */
/* connect/payload_nested.c -- objects and arrays inside a payload, as flat names.
 *
 *      "voltage":{"l1":230.1,"cells":[3.3,3.2]}  ─▶  voltage.l1   voltage.cells.0   voltage.cells.1
 *
 * One name that grows and shrinks with the levels; no recursion. */
#include <stdio.h>

#include "connect/payload_int.h"

struct nested_level {
    size_t name_size;
    uint32_t place; /* of the next element of an array */
    bool is_array;
};

struct nested {
    struct nested_level levels[GN_PAYLOAD_DEPTH_MAX];
    size_t depth;
    char name[GN_PROPERTY_BYTES_MAX];
};

static gn_err nested_too_long(const struct gn_payload *payload, gn_str name, struct gn_diag *diag)
{
    gn_diag_set(diag, 1, gn_payload_at(payload), "a name below '%.*s' is longer than PROPERTY_BYTES_MAX (%d)",
                GN_STR_ARGS(name), GN_PROPERTY_BYTES_MAX);
    return GN_ERR_INVAL;
}

/* Puts `part` behind the first `size` bytes of the name; *out_size is what the name has then. */
static gn_err nested_append(const struct gn_payload *payload, struct nested *nested, size_t size, gn_str part,
                            size_t *out_size, struct gn_diag *diag)
{
    const size_t dot = size > 0 ? 1 : 0;
    if (part.size > GN_PROPERTY_BYTES_MAX || size + dot + part.size > GN_PROPERTY_BYTES_MAX)
        return nested_too_long(payload, (gn_str){ nested->name, size }, diag);
    if (dot > 0)
        nested->name[size] = '.';
    if (part.size > 0)
        memcpy(nested->name + size + dot, part.at, part.size);
    *out_size = size + dot + part.size;
    return GN_OK;
}

static gn_err nested_copy(struct gn_payload *payload, gn_str name, gn_str *out, struct gn_diag *diag)
{
    if (name.size > sizeof payload->text - payload->text_size) {
        gn_diag_set(diag, 1, gn_payload_at(payload), "more text than one packet may carry");
        return GN_ERR_INVAL;
    }
    char *at = payload->text + payload->text_size;
    memcpy(at, name.at, name.size);
    payload->text_size += name.size;
    *out = (gn_str){ at, name.size };
    return GN_OK;
}

gn_err gn_payload_join(struct gn_payload *payload, gn_str prefix, gn_str key, gn_str *out, struct gn_diag *diag)
{
    struct nested nested;
    size_t size = 0;
    gn_err err = nested_append(payload, &nested, 0, prefix, &size, diag);
    if (err == GN_OK)
        err = nested_append(payload, &nested, size, key, &size, diag);
    return err != GN_OK ? err : nested_copy(payload, (gn_str){ nested.name, size }, out, diag);
}

static gn_err nested_push(const struct gn_payload *payload, struct nested *nested, size_t name_size, gn_json_kind kind,
                          struct gn_diag *diag)
{
    if (nested->depth == GN_PAYLOAD_DEPTH_MAX) {
        gn_diag_set(diag, 1, gn_payload_at(payload), "'%.*s' is nested deeper than PAYLOAD_DEPTH_MAX (%d) levels",
                    (int)name_size, nested->name, GN_PAYLOAD_DEPTH_MAX);
        return GN_ERR_INVAL;
    }
    nested->levels[nested->depth++] =
        (struct nested_level){ .name_size = name_size, .is_array = kind == GN_JSON_ARRAY };
    return GN_OK;
}

/* The name of what comes next: the key, or the place in the array. `token` becomes the value's first one. */
static gn_err nested_name(struct gn_payload *payload, struct nested *nested, struct gn_json_token *token,
                          size_t *out_size, struct gn_diag *diag)
{
    struct nested_level *level = &nested->levels[nested->depth - 1];
    char place[16];
    gn_str part = token->text;
    if (level->is_array)
        part = (gn_str){ place, (size_t)snprintf(place, sizeof place, "%u", (unsigned)level->place++) };
    const gn_err err = nested_append(payload, nested, level->name_size, part, out_size, diag);
    if (err == GN_OK && !level->is_array)
        *token = gn_payload_next(payload);
    return err;
}

gn_err gn_payload_nested(struct gn_payload *payload, gn_str name, gn_json_kind kind, struct gn_diag *diag)
{
    struct nested nested = { .depth = 0 };
    size_t size = 0;
    gn_str kept;
    gn_err err = nested_append(payload, &nested, 0, name, &size, diag);
    if (err == GN_OK)
        err = nested_push(payload, &nested, size, kind, diag);
    while (err == GN_OK && nested.depth > 0) {
        struct gn_json_token token = gn_payload_next(payload);
        if (token.kind == GN_JSON_OBJECT_END || token.kind == GN_JSON_ARRAY_END) {
            nested.depth--;
            continue;
        }
        if (token.kind != GN_JSON_ERROR)
            err = nested_name(payload, &nested, &token, &size, diag);
        if (err != GN_OK)
            return err;
        if (token.kind == GN_JSON_ERROR)
            return gn_payload_not_json(payload, diag);
        if (token.kind == GN_JSON_OBJECT || token.kind == GN_JSON_ARRAY) {
            err = nested_push(payload, &nested, size, token.kind, diag);
            continue;
        }
        err = nested_copy(payload, (gn_str){ nested.name, size }, &kept, diag);
        if (err == GN_OK)
            err = gn_payload_put(payload, kept, &token, diag);
    }
    return err;
}
