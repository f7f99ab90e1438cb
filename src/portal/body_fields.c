/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/body_fields.h"

#include <sodium.h>

#include "base/json_read.h"
#include "base/percent.h"

static bool fields_keep(struct gn_body_fields *fields, gn_str text, gn_str *out)
{
    if (text.size > sizeof fields->bytes - fields->used)
        return false;
    char *to = fields->bytes + fields->used;
    if (text.size > 0)
        memcpy(to, text.at, text.size);
    fields->used += text.size;
    *out = (gn_str){ to, text.size };
    return true;
}

static size_t fields_find(const struct gn_body_fields *fields, gn_str name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (gn_str_equal(fields->names[i], name))
            return i;
    return SIZE_MAX;
}

/* NULL, or what is wrong. */
static const char *fields_add_name(struct gn_body_fields *fields, gn_str name)
{
    if (fields->count == GN_BODY_FIELDS_MAX)
        return "too many fields";
    if (fields_find(fields, name) != SIZE_MAX)
        return "a field stands twice";
    return fields_keep(fields, name, &fields->names[fields->count]) ? NULL : "the fields are too long";
}

static gn_err fields_json_fail(const struct gn_json *json, const char *why, struct gn_diag *diag)
{
    size_t offset;
    const char *words = gn_json_error(json, &offset);
    gn_diag_set(diag, 0, offset + 1, "%s", why != NULL ? why : words);
    return GN_ERR_INVAL;
}

static gn_err fields_read_object(struct gn_body_fields *fields, struct gn_json *json, struct gn_diag *diag)
{
    struct gn_json_token token = gn_json_next(json);
    if (token.kind != GN_JSON_OBJECT)
        return fields_json_fail(json, token.kind == GN_JSON_ERROR ? NULL : "an object is expected", diag);
    for (;;) {
        token = gn_json_next(json);
        if (token.kind == GN_JSON_OBJECT_END)
            break;
        if (token.kind != GN_JSON_KEY)
            return fields_json_fail(json, NULL, diag);
        const char *why = fields_add_name(fields, token.text);
        if (why != NULL)
            return fields_json_fail(json, why, diag);
        token = gn_json_next(json);
        if (token.kind == GN_JSON_ERROR)
            return fields_json_fail(json, NULL, diag);
        if (token.kind != GN_JSON_STRING)
            return fields_json_fail(json, "the value of a field is not a string", diag);
        if (!fields_keep(fields, token.text, &fields->values[fields->count]))
            return fields_json_fail(json, "the fields are too long", diag);
        fields->count++;
    }
    return gn_json_next(json).kind == GN_JSON_END ? GN_OK : fields_json_fail(json, NULL, diag);
}

gn_err gn_body_from_json(struct gn_body_fields *fields, gn_str body, struct gn_diag *diag)
{
    memset(fields, 0, sizeof *fields);
    if (body.size == 0)
        return GN_OK;
    struct gn_json json;
    gn_json_init(&json, body);
    const gn_err err = fields_read_object(fields, &json, diag);
    sodium_memzero(&json, sizeof json); /* its scratch may hold a password */
    return err;
}

/* Decodes into memory of the fields. NULL, or what is wrong. */
static const char *fields_decode(struct gn_body_fields *fields, gn_str text, gn_str *out)
{
    char *to = fields->bytes + fields->used;
    size_t size = 0;
    const gn_err err = gn_percent_decode(text, true, to, sizeof fields->bytes - fields->used, &size);
    if (err)
        return err == GN_ERR_FULL ? "the fields are too long" : "a % is not followed by two hex digits of a character";
    fields->used += size;
    *out = (gn_str){ to, size };
    return gn_utf8_valid(*out) ? NULL : "a field is not UTF-8";
}

gn_err gn_body_from_form(struct gn_body_fields *fields, gn_str body, struct gn_diag *diag)
{
    memset(fields, 0, sizeof *fields);
    while (body.size > 0) {
        gn_str encoded;
        const gn_str pair = gn_str_split(body, '&', &body);
        const gn_str encoded_name = gn_str_split(pair, '=', &encoded);
        gn_str name = { 0 };
        const char *why = fields_decode(fields, encoded_name, &name);
        if (why == NULL && fields->count == GN_BODY_FIELDS_MAX)
            why = "too many fields";
        if (why == NULL && fields_find(fields, name) != SIZE_MAX)
            why = "a field stands twice";
        if (why == NULL)
            why = fields_decode(fields, encoded, &fields->values[fields->count]);
        if (why != NULL) {
            gn_diag_set(diag, 0, 0, "%s", why);
            return GN_ERR_INVAL;
        }
        fields->names[fields->count++] = name;
    }
    return GN_OK;
}

gn_str gn_body_get(const struct gn_body_fields *fields, const char *name)
{
    const size_t at = fields_find(fields, gn_str_of(name));
    return at != SIZE_MAX ? fields->values[at] : (gn_str){ 0 };
}

bool gn_body_has(const struct gn_body_fields *fields, const char *name)
{
    return fields_find(fields, gn_str_of(name)) != SIZE_MAX;
}

gn_str gn_body_unknown(const struct gn_body_fields *fields, const char *const *known)
{
    for (size_t i = 0; i < fields->count; i++) {
        bool found = false;
        for (size_t k = 0; known[k] != NULL; k++)
            found = found || gn_str_equal(fields->names[i], gn_str_of(known[k]));
        if (!found)
            return fields->names[i];
    }
    return (gn_str){ 0 };
}

void gn_body_wipe(struct gn_body_fields *fields)
{
    sodium_memzero(fields, sizeof *fields);
}
