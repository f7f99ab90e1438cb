/* SPDX-License-Identifier: Apache-2.0 */
/* thing/description.c -- one table says which key may stand where; the reader walks the text once and writes it anew.
 */
#include "thing/description.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json_write.h"
#include "thing/registry.h"

enum {
    DESCRIPTION_CHOICES_MAX = GN_CHOICES_MAX,
    DESCRIPTION_MEMBERS_MAX = GN_SERIES_PER_THING_MAX,
    DESCRIPTION_DEPTH_MAX = 8,
};

/* Where a key may stand. */
enum { AT_TOP = 1, AT_DATA = 2, AT_OBJECT = 4, AT_ACTION = 8, AT_EVENT = 16 };

/* What its value is. */
typedef enum description_value {
    IS_TEXT,
    IS_BOOL,
    IS_NUMBER,
    IS_TYPE,       /* the name of a data type */
    IS_SCALAR,     /* "const", "default" */
    IS_SCALARS,    /* an array of them: "enum" */
    IS_NAMES,      /* an array of names: "required" */
    IS_PROPERTIES, /* names with data schemas */
    IS_ACTIONS,
    IS_EVENTS,
    IS_SCHEMA, /* of an input, an output, an event's data: an object may be one */
} description_value;

static const struct description_key {
    const char *name;
    unsigned places;
    description_value value;
    size_t size_max; /* of a text */
} description_keys[] = {
    { "title", AT_TOP | AT_DATA | AT_ACTION | AT_EVENT, IS_TEXT, GN_THING_NAME_BYTES_MAX },
    { "description", AT_TOP | AT_DATA | AT_ACTION | AT_EVENT, IS_TEXT, GN_TEXT_VALUE_BYTES_MAX },
    { "@type", AT_TOP | AT_DATA | AT_ACTION | AT_EVENT, IS_TEXT, GN_THING_NAME_BYTES_MAX },
    { "properties", AT_TOP, IS_PROPERTIES, 0 },
    { "actions", AT_TOP, IS_ACTIONS, 0 },
    { "events", AT_TOP, IS_EVENTS, 0 },
    { "type", AT_DATA, IS_TYPE, 0 },
    { "unit", AT_DATA, IS_TEXT, GN_UNIT_BYTES_MAX },
    { "readOnly", AT_DATA, IS_BOOL, 0 },
    { "writeOnly", AT_DATA, IS_BOOL, 0 },
    { "observable", AT_DATA, IS_BOOL, 0 },
    { "minimum", AT_DATA, IS_NUMBER, 0 },
    { "maximum", AT_DATA, IS_NUMBER, 0 },
    { "multipleOf", AT_DATA, IS_NUMBER, 0 },
    { "enum", AT_DATA, IS_SCALARS, 0 },
    { "const", AT_DATA, IS_SCALAR, 0 },
    { "default", AT_DATA, IS_SCALAR, 0 },
    { "format", AT_DATA, IS_TEXT, GN_PROPERTY_BYTES_MAX },
    { "properties", AT_OBJECT, IS_PROPERTIES, 0 },
    { "required", AT_OBJECT, IS_NAMES, 0 },
    { "input", AT_ACTION, IS_SCHEMA, 0 },
    { "output", AT_ACTION, IS_SCHEMA, 0 },
    { "safe", AT_ACTION, IS_BOOL, 0 },
    { "idempotent", AT_ACTION, IS_BOOL, 0 },
    { "data", AT_EVENT, IS_SCHEMA, 0 },
};
enum { DESCRIPTION_KEY_COUNT = sizeof description_keys / sizeof description_keys[0] };
_Static_assert(DESCRIPTION_KEY_COUNT <= 32, "a bit a key");

static const char *const description_types[] = {
    [GN_DATA_UNKNOWN] = "",        [GN_DATA_NUMBER] = "number", [GN_DATA_INTEGER] = "integer",
    [GN_DATA_BOOLEAN] = "boolean", [GN_DATA_STRING] = "string",
};

const char *gn_data_type_name(gn_data_type type)
{
    return type <= GN_DATA_STRING ? description_types[type] : "";
}

struct description_reader {
    struct gn_json json;
    struct gn_jw w;
    struct gn_diag *diag;
    unsigned depth;
};

/* --- refusals --- */

static bool description_refuse(struct description_reader *r, const char *fmt, ...) GN_PRINTF(2, 3);

static bool description_refuse(struct description_reader *r, const char *fmt, ...)
{
    char text[GN_DIAG_TEXT_BYTES];
    size_t line = 1, column = 1, offset = 0;
    const char *words = gn_json_error(&r->json, &offset);
    if (words[0] == '\0') {
        va_list args;
        va_start(args, fmt);
        (void)vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        words = text;
        offset = (size_t)(r->json.at - r->json.begin);
    }
    for (size_t i = 0; i < offset; i++) {
        column = r->json.begin[i] == '\n' ? 1 : column + 1;
        line += r->json.begin[i] == '\n';
    }
    gn_diag_set(r->diag, line, column, "%s", words);
    return false;
}

/* --- values --- */

static bool description_object(struct description_reader *r, unsigned places);

static bool description_put(struct description_reader *r, const struct gn_json_token *token)
{
    switch (token->kind) {
    case GN_JSON_STRING:
        if (token->text.size > GN_TEXT_VALUE_BYTES_MAX)
            return description_refuse(r, "a text is longer than %d bytes", GN_TEXT_VALUE_BYTES_MAX);
        gn_jw_str(&r->w, token->text);
        return true;
    case GN_JSON_NUMBER:
        gn_jw_f64(&r->w, token->number);
        return true;
    case GN_JSON_BOOL:
        gn_jw_bool(&r->w, token->boolean);
        return true;
    case GN_JSON_NULL:
        gn_jw_null(&r->w);
        return true;
    default:
        return description_refuse(r, "expected a text, a number, true, false or null");
    }
}

static bool description_array(struct description_reader *r, const char *key, bool names)
{
    size_t count = 0;
    gn_jw_open(&r->w, '[');
    for (;;) {
        const struct gn_json_token token = gn_json_next(&r->json);
        if (token.kind == GN_JSON_ARRAY_END)
            break;
        if (++count > DESCRIPTION_CHOICES_MAX)
            return description_refuse(r, "'%s' has more than %d values", key, DESCRIPTION_CHOICES_MAX);
        if (names && token.kind != GN_JSON_STRING)
            return description_refuse(r, "'%s' is a list of names", key);
        if (!description_put(r, &token))
            return false;
    }
    gn_jw_close(&r->w, ']');
    return true;
}

/* {name: object, ...}: properties, actions, events. */
static bool description_members(struct description_reader *r, unsigned places)
{
    gn_str names[DESCRIPTION_MEMBERS_MAX];
    size_t count = 0;
    gn_jw_open(&r->w, '{');
    for (;;) {
        const struct gn_json_token key = gn_json_next(&r->json);
        if (key.kind == GN_JSON_OBJECT_END)
            break;
        if (key.kind != GN_JSON_KEY || !gn_property_valid(key.text))
            return description_refuse(r, "a name is 1 to %d bytes of UTF-8 without '/', '+', '#' or control characters",
                                      GN_PROPERTY_BYTES_MAX);
        if (count == DESCRIPTION_MEMBERS_MAX)
            return description_refuse(r, "more than %d names", DESCRIPTION_MEMBERS_MAX);
        const size_t before = r->w.buf->size;
        gn_jw_key_str(&r->w, key.text);
        if (r->w.buf->full)
            return false;
        gn_str name = { (const char *)r->w.buf->at + before, r->w.buf->size - before };
        name = name.at[0] == ',' ? (gn_str){ name.at + 1, name.size - 1 } : name;
        for (size_t i = 0; i < count; i++)
            if (gn_str_equal(names[i], name))
                return description_refuse(r, "a name stands here twice");
        names[count++] = name;
        if (gn_json_next(&r->json).kind != GN_JSON_OBJECT)
            return description_refuse(r, "expected an object behind the name");
        if (!description_object(r, places))
            return false;
    }
    gn_jw_close(&r->w, '}');
    return true;
}

static bool description_type(struct description_reader *r, const struct gn_json_token *token, unsigned places)
{
    for (size_t i = GN_DATA_NUMBER; i <= GN_DATA_STRING; i++)
        if (gn_str_equal(token->text, gn_str_of(description_types[i])))
            return description_put(r, token);
    if ((places & AT_OBJECT) != 0 && gn_str_equal(token->text, GN_STR("object")))
        return description_put(r, token);
    return description_refuse(r, "a type is number, integer, boolean or string");
}

static bool description_nested(struct description_reader *r, const struct description_key *key,
                               const struct gn_json_token *token)
{
    static const unsigned places[] = {
        [IS_PROPERTIES] = AT_DATA,
        [IS_ACTIONS] = AT_ACTION,
        [IS_EVENTS] = AT_EVENT,
        [IS_SCHEMA] = AT_DATA | AT_OBJECT,
    };
    if (token->kind != GN_JSON_OBJECT)
        return description_refuse(r, "'%s' is an object", key->name);
    return key->value == IS_SCHEMA ? description_object(r, places[IS_SCHEMA])
                                   : description_members(r, places[key->value]);
}

static bool description_value_of(struct description_reader *r, const struct description_key *key, unsigned places)
{
    const struct gn_json_token token = gn_json_next(&r->json);
    switch (key->value) {
    case IS_TEXT:
        if (token.kind != GN_JSON_STRING || token.text.size > key->size_max)
            return description_refuse(r, "'%s' is a text of at most %zu bytes", key->name, key->size_max);
        return description_put(r, &token);
    case IS_BOOL:
        return token.kind == GN_JSON_BOOL ? description_put(r, &token)
                                          : description_refuse(r, "'%s' is true or false", key->name);
    case IS_NUMBER:
        return token.kind == GN_JSON_NUMBER ? description_put(r, &token)
                                            : description_refuse(r, "'%s' is a number", key->name);
    case IS_TYPE:
        return token.kind == GN_JSON_STRING ? description_type(r, &token, places)
                                            : description_refuse(r, "a type is number, integer, boolean or string");
    case IS_SCALAR:
        return description_put(r, &token);
    case IS_SCALARS:
    case IS_NAMES:
        return token.kind == GN_JSON_ARRAY ? description_array(r, key->name, key->value == IS_NAMES)
                                           : description_refuse(r, "'%s' is a list", key->name);
    default:
        return description_nested(r, key, &token);
    }
}

/* "gn:...": what the node worked out; scalars and lists of scalars. */
static bool description_own(struct description_reader *r, gn_str name)
{
    if (name.size > GN_PROPERTY_BYTES_MAX || !gn_property_valid(name))
        return description_refuse(r, "a name is 1 to %d bytes", GN_PROPERTY_BYTES_MAX);
    gn_jw_key_str(&r->w, name);
    const struct gn_json_token token = gn_json_next(&r->json);
    return token.kind == GN_JSON_ARRAY ? description_array(r, "gn:", false) : description_put(r, &token);
}

static const struct description_key *description_find(gn_str name, unsigned places, size_t *out_index)
{
    for (size_t i = 0; i < DESCRIPTION_KEY_COUNT; i++) {
        if ((description_keys[i].places & places) != 0 && gn_str_equal(name, gn_str_of(description_keys[i].name))) {
            *out_index = i;
            return &description_keys[i];
        }
    }
    return NULL;
}

/* The members of an object that has been opened, as the table has them for these places. */
static bool description_object(struct description_reader *r, unsigned places)
{
    uint32_t seen = 0;
    if (++r->depth > DESCRIPTION_DEPTH_MAX)
        return description_refuse(r, "nested more than %d deep", DESCRIPTION_DEPTH_MAX);
    gn_jw_open(&r->w, '{');
    for (;;) {
        size_t index = 0;
        const struct gn_json_token token = gn_json_next(&r->json);
        if (token.kind == GN_JSON_OBJECT_END)
            break;
        if (token.kind != GN_JSON_KEY)
            return description_refuse(r, "expected a key");
        if (gn_str_starts(token.text, GN_STR("gn:"))) {
            if (!description_own(r, token.text))
                return false;
            continue;
        }
        const struct description_key *key = description_find(token.text, places, &index);
        if (key == NULL)
            return description_refuse(r, "'%.*s' is not known here", (int)(token.text.size < 64 ? token.text.size : 64),
                                      token.text.at);
        if ((seen & UINT32_C(1) << index) != 0)
            return description_refuse(r, "'%s' stands here twice", key->name);
        seen |= UINT32_C(1) << index;
        gn_jw_key(&r->w, key->name);
        if (!description_value_of(r, key, places))
            return false;
    }
    gn_jw_close(&r->w, '}');
    r->depth--;
    return true;
}

gn_err gn_description_read(gn_str text, struct gn_buf *out, struct gn_diag *diag)
{
    struct description_reader r = { .diag = diag, .w = gn_jw_over(out) };
    const size_t before = out->size;
    gn_json_init(&r.json, text);
    bool fine = gn_json_next(&r.json).kind == GN_JSON_OBJECT || description_refuse(&r, "a description is an object");
    fine = fine && description_object(&r, AT_TOP);
    fine = fine && (gn_json_next(&r.json).kind == GN_JSON_END || description_refuse(&r, "something stands behind it"));
    if (out->full || out->size - before > GN_DESCRIPTION_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "a description is at most %d bytes", GN_DESCRIPTION_BYTES_MAX);
        return GN_ERR_FULL;
    }
    return fine ? GN_OK : GN_ERR_INVAL;
}

/* --- looking things up --- */

/* Steps over one value and gives it as it is written. */
static bool description_raw(struct gn_json *json, gn_str *out)
{
    const char *begin = json->at;
    while (begin < json->end &&
           (*begin == ':' || *begin == ',' || *begin == ' ' || *begin == '\n' || *begin == '\t' || *begin == '\r'))
        begin++;
    const struct gn_json_token token = gn_json_next(json);
    if (token.kind == GN_JSON_ERROR || !gn_json_skip(json, token))
        return false;
    *out = (gn_str){ begin, (size_t)(json->at - begin) };
    return true;
}

/* The next member of an object: what stands behind `at`, which is inside it. */
static bool description_step(struct gn_json *json, char *name, size_t capacity, gn_str *out_value)
{
    const struct gn_json_token key = gn_json_next(json);
    if (key.kind != GN_JSON_KEY)
        return false;
    if (gn_str_copy(name, capacity, key.text) != GN_OK)
        name[0] = '\0'; /* longer than any that is asked for */
    return description_raw(json, out_value);
}

static gn_str description_value_at(gn_str object, gn_str wanted)
{
    struct gn_json json;
    char name[GN_PROPERTY_BYTES_MAX + 1];
    gn_str value;
    gn_json_init(&json, object);
    if (gn_json_next(&json).kind != GN_JSON_OBJECT)
        return (gn_str){ 0 };
    while (description_step(&json, name, sizeof name, &value))
        if (gn_str_equal(gn_str_of(name), wanted))
            return value;
    return (gn_str){ 0 };
}

gn_str gn_description_member(gn_str description, const char *section, gn_str name)
{
    return description_value_at(description_value_at(description, gn_str_of(section)), name);
}

void gn_description_walk(struct gn_description_walk *walk, gn_str description, const char *section)
{
    const gn_str object = description_value_at(description, gn_str_of(section));
    gn_json_init(&walk->reader, object);
    walk->open = object.size > 0 && gn_json_next(&walk->reader).kind == GN_JSON_OBJECT;
}

bool gn_description_next(struct gn_description_walk *walk)
{
    walk->open = walk->open && description_step(&walk->reader, walk->name_bytes, sizeof walk->name_bytes, &walk->json);
    walk->name = gn_str_of(walk->open ? walk->name_bytes : "");
    return walk->open;
}

/* --- a property --- */

static gn_data_type described_type(gn_str text)
{
    for (size_t i = GN_DATA_NUMBER; i <= GN_DATA_STRING; i++)
        if (gn_str_equal(text, gn_str_of(description_types[i])))
            return (gn_data_type)i;
    return GN_DATA_UNKNOWN;
}

static void described_take(struct gn_described *out, gn_str key, const struct gn_json_token *token)
{
    const bool text = token->kind == GN_JSON_STRING;
    if (text && gn_str_equal(key, GN_STR("type")))
        out->type = described_type(token->text);
    else if (text && gn_str_equal(key, GN_STR("unit")))
        GN_IGNORE(gn_str_copy(out->unit, sizeof out->unit, token->text), "longer ones were refused");
    else if (text && gn_str_equal(key, GN_STR("title")))
        GN_IGNORE(gn_str_copy(out->title, sizeof out->title, token->text), "longer ones were refused");
    else if (text && gn_str_equal(key, GN_STR("gn:write_topic")))
        GN_IGNORE(gn_str_copy(out->write_topic, sizeof out->write_topic, token->text), "a longer one is no topic");
    else if (token->kind == GN_JSON_BOOL && gn_str_equal(key, GN_STR("readOnly"))) {
        out->has_read_only = true;
        out->read_only = token->boolean;
    } else if (token->kind == GN_JSON_NUMBER && gn_str_equal(key, GN_STR("minimum"))) {
        out->has_minimum = true;
        out->minimum = token->number;
    } else if (token->kind == GN_JSON_NUMBER && gn_str_equal(key, GN_STR("maximum"))) {
        out->has_maximum = true;
        out->maximum = token->number;
    }
}

void gn_described_read(gn_str property, struct gn_described *out)
{
    struct gn_json json, value;
    char name[GN_PROPERTY_BYTES_MAX + 1];
    gn_str raw;
    *out = (struct gn_described){ 0 };
    gn_json_init(&json, property);
    if (property.size == 0 || gn_json_next(&json).kind != GN_JSON_OBJECT)
        return;
    while (description_step(&json, name, sizeof name, &raw)) {
        if (strcmp(name, "enum") == 0)
            out->choices = raw;
        gn_json_init(&value, raw);
        const struct gn_json_token token = gn_json_next(&value);
        described_take(out, gn_str_of(name), &token);
    }
}

bool gn_described_is_writable(const struct gn_described *described)
{
    return described->has_read_only ? !described->read_only : described->write_topic[0] != '\0';
}

static bool described_is_choice(gn_str choices, const struct gn_json_token *value)
{
    struct gn_json json;
    gn_json_init(&json, choices);
    if (gn_json_next(&json).kind != GN_JSON_ARRAY)
        return true;
    for (;;) {
        const struct gn_json_token token = gn_json_next(&json);
        if (token.kind == GN_JSON_ARRAY_END || token.kind == GN_JSON_ERROR)
            return false;
        if (token.kind != value->kind)
            continue;
        if (token.kind == GN_JSON_STRING ? gn_str_equal(token.text, value->text)
            : token.kind == GN_JSON_BOOL ? token.boolean == value->boolean
                                         : !(token.number < value->number) && !(token.number > value->number))
            return true;
    }
}

bool gn_described_allows(const struct gn_described *described, gn_str value, struct gn_buf *why)
{
    static const gn_json_kind kinds[] = { [GN_DATA_NUMBER] = GN_JSON_NUMBER,
                                          [GN_DATA_INTEGER] = GN_JSON_NUMBER,
                                          [GN_DATA_BOOLEAN] = GN_JSON_BOOL,
                                          [GN_DATA_STRING] = GN_JSON_STRING };
    struct gn_json json;
    gn_json_init(&json, value);
    const struct gn_json_token token = gn_json_next(&json);
    const bool scalar = token.kind == GN_JSON_NUMBER || token.kind == GN_JSON_BOOL || token.kind == GN_JSON_STRING;
    const bool whole =
        token.kind != GN_JSON_NUMBER || described->type != GN_DATA_INTEGER ||
        (token.number >= -9e15 && token.number <= 9e15 && !((double)(int64_t)token.number < token.number) &&
         !((double)(int64_t)token.number > token.number));
    if (!scalar || (described->type != GN_DATA_UNKNOWN && kinds[described->type] != token.kind) || !whole)
        gn_buf_addf(why, "it must be %s%s", described->type == GN_DATA_INTEGER ? "an " : "a ",
                    described->type == GN_DATA_UNKNOWN ? "number, boolean or string"
                                                       : gn_data_type_name(described->type));
    else if (token.kind == GN_JSON_NUMBER && described->has_minimum && token.number < described->minimum)
        gn_buf_addf(why, "it must be at least %.10g; this is %.10g", described->minimum, token.number);
    else if (token.kind == GN_JSON_NUMBER && described->has_maximum && token.number > described->maximum)
        gn_buf_addf(why, "it must be at most %.10g; this is %.10g", described->maximum, token.number);
    else if (described->choices.size > 0 && !described_is_choice(described->choices, &token))
        gn_buf_addf(why, "it must be one of %.*s", GN_STR_ARGS(described->choices));
    else
        return true;
    return false;
}
