/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_pick.h"

#include <assert.h>
#include <math.h>

/* Takes the value that comes next, whole: the slice as written. */
static bool pick_value(struct gn_json *json, gn_str *out)
{
    const char *begin = json->at;
    while (begin < json->end && strchr(" \t\r\n:,", *begin) != NULL && *begin != '\0')
        begin++;
    const struct gn_json_token token = gn_json_next(json);
    if (token.kind == GN_JSON_ERROR || token.kind == GN_JSON_END || token.kind == GN_JSON_ARRAY_END ||
        token.kind == GN_JSON_OBJECT_END)
        return false;
    if ((token.kind == GN_JSON_OBJECT || token.kind == GN_JSON_ARRAY) && !gn_json_skip(json, token))
        return false;
    *out = (gn_str){ begin, (size_t)(json->at - begin) };
    return true;
}

bool gn_pick_walk(struct gn_pick_walk *walk, gn_str json)
{
    assert(walk != NULL);
    gn_json_init(&walk->json, json);
    walk->key = (gn_str){ NULL, 0 };
    walk->value = (gn_str){ NULL, 0 };
    walk->failed = false;
    const gn_json_kind kind = gn_json_next(&walk->json).kind;
    walk->is_object = kind == GN_JSON_OBJECT;
    return kind == GN_JSON_OBJECT || kind == GN_JSON_ARRAY;
}

bool gn_pick_next(struct gn_pick_walk *walk)
{
    if (walk->is_object) {
        const struct gn_json_token token = gn_json_next(&walk->json);
        if (token.kind != GN_JSON_KEY) {
            walk->failed = token.kind == GN_JSON_ERROR;
            return false;
        }
        const size_t size = token.text.size < sizeof walk->key_bytes ? token.text.size : sizeof walk->key_bytes;
        if (size > 0)
            memcpy(walk->key_bytes, token.text.at, size);
        walk->key = (gn_str){ walk->key_bytes, size };
    }
    if (pick_value(&walk->json, &walk->value))
        return true;
    walk->failed = gn_json_error(&walk->json, NULL)[0] != '\0';
    return false;
}

static gn_str pick_member(gn_str json, gn_str name)
{
    struct gn_pick_walk walk;
    if (gn_pick_walk(&walk, json) && walk.is_object)
        while (gn_pick_next(&walk))
            if (gn_str_equal(walk.key, name))
                return walk.value;
    return (gn_str){ NULL, 0 };
}

gn_str gn_pick(gn_str json, const char *path)
{
    assert(path != NULL);
    gn_str rest = gn_str_of(path);
    while (rest.size > 0 && json.size > 0)
        json = pick_member(json, gn_str_split(rest, '.', &rest));
    return json;
}

static bool pick_token(gn_str json, const char *path, struct gn_json *reader, struct gn_json_token *out)
{
    const gn_str raw = gn_pick(json, path);
    if (raw.size == 0)
        return false;
    gn_json_init(reader, raw);
    *out = gn_json_next(reader);
    return out->kind != GN_JSON_ERROR && out->kind != GN_JSON_END;
}

void gn_pick_text(gn_str json, const char *path, char *to, size_t capacity)
{
    assert(to != NULL && capacity > 0);
    struct gn_json reader;
    struct gn_json_token token = { .kind = GN_JSON_NULL };
    to[0] = '\0';
    if (!pick_token(json, path, &reader, &token) || token.kind == GN_JSON_NULL)
        return;
    gn_str text = token.kind == GN_JSON_STRING ? token.text : gn_str_trim(gn_pick(json, path));
    if (text.size >= capacity) {
        text.size = capacity - 1;
        while (text.size > 0 && ((unsigned char)text.at[text.size] & 0xC0u) == 0x80u)
            text.size--;
    }
    if (text.size > 0)
        memcpy(to, text.at, text.size);
    to[text.size] = '\0';
}

bool gn_pick_f64(gn_str json, const char *path, double *out)
{
    struct gn_json reader;
    struct gn_json_token token;
    if (!pick_token(json, path, &reader, &token) || token.kind != GN_JSON_NUMBER)
        return false;
    *out = token.number;
    return true;
}

bool gn_pick_i64(gn_str json, const char *path, int64_t *out)
{
    struct gn_json reader;
    struct gn_json_token token;
    int64_t value = 0;
    if (!pick_token(json, path, &reader, &token) || token.kind != GN_JSON_NUMBER ||
        gn_parse_i64(token.text, &value) != GN_OK)
        return false;
    *out = value;
    return true;
}

bool gn_pick_true(gn_str json, const char *path)
{
    struct gn_json reader;
    struct gn_json_token token;
    return pick_token(json, path, &reader, &token) && token.kind == GN_JSON_BOOL && token.boolean;
}

bool gn_pick_has(gn_str json, const char *path)
{
    struct gn_json reader;
    struct gn_json_token token;
    return pick_token(json, path, &reader, &token) && token.kind != GN_JSON_NULL;
}
