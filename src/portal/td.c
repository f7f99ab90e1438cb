/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/td.h"

#include "base/json_read.h"
#include "thing/description.h"

enum { TD_NAME_BYTES = 3 * GN_PROPERTY_BYTES_MAX + 1, TD_HREF_BYTES = 512, TD_TEXT_BYTES = 1024 };

void gn_td_escape(struct gn_buf *out, gn_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = (uint8_t)text.at[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain)
            gn_buf_add_u8(out, c);
        else
            gn_buf_addf(out, "%%%02X", (unsigned)c);
    }
}

/* --- small members --- */

static void td_text(struct gn_jw *w, const char *key, const char *value)
{
    gn_jw_key(w, key);
    gn_jw_text(w, value);
}

static void td_bool(struct gn_jw *w, const char *key, bool value)
{
    gn_jw_key(w, key);
    gn_jw_bool(w, value);
}

static void td_ops(struct gn_jw *w, const char *op, const char *undo)
{
    gn_jw_key(w, "op");
    gn_jw_open(w, '[');
    gn_jw_text(w, op);
    if (undo != NULL)
        gn_jw_text(w, undo);
    gn_jw_close(w, ']');
}

/* things/ID/properties/NAME and what follows it */
static void td_href(struct gn_jw *w, const struct gn_td_source *source, const char *section, gn_str name,
                    const char *rest)
{
    char bytes[TD_HREF_BYTES];
    struct gn_buf href = gn_buf_over(bytes, sizeof bytes);
    gn_buf_addf(&href, "things/%s/%s/", source->thing->id, section);
    gn_td_escape(&href, name);
    gn_buf_add_text(&href, rest);
    gn_jw_key(w, "href");
    gn_jw_str(w, gn_buf_str(&href));
}

static void td_form_head(struct gn_jw *w, const struct gn_td_source *source, const char *section, gn_str name,
                         const char *rest)
{
    gn_jw_open(w, '{');
    td_href(w, source, section, name, rest);
    td_text(w, "contentType", "application/json");
}

/* A stream of values in both ways that HTTP has: one answer each time something is new, or server-sent events. Long
 * polling stands first: there are clients whose event streams bring no credentials. */
static void td_forms_stream(struct gn_jw *w, const struct gn_td_source *source, const char *section, gn_str name,
                            const char *rest, bool event)
{
    static const char *const ways[][2] = { { "longpoll", "?poll=1" }, { "sse", "" } };
    for (size_t i = 0; i < 2; i++) {
        char bytes[32];
        struct gn_buf tail = gn_buf_over(bytes, sizeof bytes - 1);
        gn_buf_addf(&tail, "%s%s", rest, ways[i][1]);
        bytes[tail.size] = '\0';
        td_form_head(w, source, section, name, bytes);
        if (event)
            td_ops(w, "subscribeevent", "unsubscribeevent");
        else
            td_ops(w, "observeproperty", "unobserveproperty");
        td_text(w, "subprotocol", ways[i][0]);
        gn_jw_close(w, '}');
    }
}

static void td_form_mqtt(struct gn_jw *w, const struct gn_td_source *source, const char *section, gn_str name,
                         bool event)
{
    char bytes[TD_HREF_BYTES];
    struct gn_buf filter = gn_buf_over(bytes, sizeof bytes);
    if (source->mqtt.size == 0)
        return;
    gn_buf_addf(&filter, "things/%s/%s/%.*s", source->thing->id, section, GN_STR_ARGS(name));
    gn_jw_open(w, '{');
    gn_jw_key(w, "href");
    gn_jw_str(w, source->mqtt);
    td_text(w, "contentType", "application/json");
    if (event)
        td_ops(w, "subscribeevent", "unsubscribeevent");
    else
        td_ops(w, "observeproperty", "unobserveproperty");
    gn_jw_key(w, "mqv:filter");
    gn_jw_str(w, gn_buf_str(&filter));
    td_text(w, "mqv:controlPacket", "subscribe");
    gn_jw_close(w, '}');
}

/* --- properties --- */

static void td_forms_property(struct gn_jw *w, const struct gn_td_source *source, gn_str name, bool writable)
{
    gn_jw_key(w, "forms");
    gn_jw_open(w, '[');
    td_form_head(w, source, "properties", name, "");
    td_ops(w, "readproperty", NULL);
    td_text(w, "htv:methodName", "GET");
    gn_jw_close(w, '}');
    if (writable) {
        td_form_head(w, source, "properties", name, "");
        td_ops(w, "writeproperty", NULL);
        td_text(w, "htv:methodName", "PUT");
        gn_jw_close(w, '}');
    }
    td_forms_stream(w, source, "properties", name, "/observe", false);
    td_form_mqtt(w, source, "properties", name, false);
    gn_jw_close(w, ']');
}

/* Members that the description has and that we do not write ourselves, as they are. */
static void td_described_members(struct gn_jw *w, gn_str described)
{
    static const char *const ours[] = { "type", "unit", "readOnly", "observable", "forms", NULL };
    struct gn_description_walk walk;
    char wrapped[GN_DESCRIPTION_BYTES_MAX + 16];
    struct gn_buf buf = gn_buf_over(wrapped, sizeof wrapped);
    gn_buf_add_text(&buf, "{\"x\":");
    gn_buf_add_str(&buf, described);
    gn_buf_add_text(&buf, "}");
    gn_description_walk(&walk, gn_buf_str(&buf), "x");
    while (gn_description_next(&walk)) {
        bool own = false;
        for (size_t i = 0; ours[i] != NULL; i++)
            own = own || gn_str_equal(walk.name, gn_str_of(ours[i]));
        if (own || walk.name.size == 0)
            continue;
        gn_jw_key_str(w, walk.name);
        gn_jw_raw(w, walk.json);
    }
}

static const char *td_kind_type(uint8_t kind)
{
    return kind == GN_SERIES_TEXT ? "string" : kind == GN_SERIES_BOOL ? "boolean" : "number";
}

static void td_property(struct gn_api *api, struct gn_jw *w, const struct gn_td_source *source, gn_str name,
                        gn_str json, const struct gn_series *series)
{
    struct gn_described described;
    char unit[GN_UNIT_BYTES_MAX + 1];
    gn_described_read(json, &described);
    gn_value_unit(api, gn_str_of(source->thing->id), name, unit);
    gn_jw_key_str(w, name);
    gn_jw_open(w, '{');
    if (described.type != GN_DATA_UNKNOWN)
        td_text(w, "type", gn_data_type_name(described.type));
    else if (series != NULL)
        td_text(w, "type", td_kind_type(series->kind));
    if (described.unit[0] != '\0' || unit[0] != '\0')
        td_text(w, "unit", described.unit[0] != '\0' ? described.unit : unit);
    td_bool(w, "readOnly", !gn_described_is_writable(&described));
    td_bool(w, "observable", true);
    td_described_members(w, json);
    td_forms_property(w, source, name, gn_described_is_writable(&described));
    gn_jw_close(w, '}');
}

static const struct gn_series *td_series(const struct gn_td_source *source, gn_str name)
{
    for (uint32_t i = 0; i < source->series->count; i++)
        if (gn_str_equal(name, gn_str_of(source->series->series[i].property)))
            return &source->series->series[i];
    return NULL;
}

static void td_properties(struct gn_api *api, struct gn_jw *w, const struct gn_td_source *source)
{
    struct gn_description_walk walk;
    gn_jw_key(w, "properties");
    gn_jw_open(w, '{');
    gn_description_walk(&walk, source->description, "properties");
    while (gn_description_next(&walk))
        td_property(api, w, source, walk.name, walk.json, td_series(source, walk.name));
    for (uint32_t i = 0; i < source->series->count; i++) {
        const struct gn_series *series = &source->series->series[i];
        const gn_str name = gn_str_of(series->property);
        if (gn_description_member(source->description, "properties", name).size == 0)
            td_property(api, w, source, name, (gn_str){ 0 }, series);
    }
    gn_jw_close(w, '}');
}

/* --- actions: out of the solution's JSON --- */

struct td_argument {
    char name[GN_PROPERTY_BYTES_MAX + 1];
    char type[16];
    char unit[GN_UNIT_BYTES_MAX + 1];
    double range[2];
    size_t range_count;
    gn_str one_of;
    bool optional;
};

static void td_take_argument(struct td_argument *argument, gn_str key, const struct gn_json_token *token, gn_str raw)
{
    if (gn_str_equal(key, GN_STR("name")))
        GN_IGNORE(gn_str_copy(argument->name, sizeof argument->name, token->text), "a solution's names fit");
    else if (gn_str_equal(key, GN_STR("type")))
        GN_IGNORE(gn_str_copy(argument->type, sizeof argument->type, token->text), "a solution's types fit");
    else if (gn_str_equal(key, GN_STR("unit")))
        GN_IGNORE(gn_str_copy(argument->unit, sizeof argument->unit, token->text), "a solution's units fit");
    else if (gn_str_equal(key, GN_STR("optional")))
        argument->optional = token->boolean;
    else if (gn_str_equal(key, GN_STR("one_of")) && token->kind == GN_JSON_ARRAY)
        argument->one_of = raw;
}

static void td_read_argument(gn_str json, struct td_argument *out)
{
    struct gn_json reader, value;
    gn_json_init(&reader, json);
    *out = (struct td_argument){ .optional = false };
    if (gn_json_next(&reader).kind != GN_JSON_OBJECT)
        return;
    for (struct gn_json_token key = gn_json_next(&reader); key.kind == GN_JSON_KEY; key = gn_json_next(&reader)) {
        char name[32];
        if (gn_str_copy(name, sizeof name, key.text) != GN_OK)
            name[0] = '\0';
        const char *begin = reader.at;
        struct gn_json_token token = gn_json_next(&reader);
        if (!gn_json_skip(&reader, token))
            return;
        while (*begin == ':' || *begin == ' ')
            begin++;
        const gn_str raw = { begin, (size_t)(reader.at - begin) };
        gn_json_init(&value, raw);
        token = gn_json_next(&value);
        td_take_argument(out, gn_str_of(name), &token, raw);
        if (strcmp(name, "range") == 0 && token.kind == GN_JSON_ARRAY)
            for (token = gn_json_next(&value); token.kind == GN_JSON_NUMBER && out->range_count < 2;
                 token = gn_json_next(&value))
                out->range[out->range_count++] = token.number;
    }
}

static void td_argument(struct gn_jw *w, const struct td_argument *argument)
{
    gn_jw_key_str(w, gn_str_of(argument->name));
    gn_jw_open(w, '{');
    td_text(w, "type", strcmp(argument->type, "text") == 0 ? "string" : argument->type);
    if (argument->unit[0] != '\0')
        td_text(w, "unit", argument->unit);
    if (argument->range_count == 2) {
        gn_jw_key(w, "minimum");
        gn_jw_f64(w, argument->range[0]);
        gn_jw_key(w, "maximum");
        gn_jw_f64(w, argument->range[1]);
    }
    if (argument->one_of.size > 0) {
        gn_jw_key(w, "enum");
        gn_jw_raw(w, argument->one_of);
    }
    gn_jw_close(w, '}');
}

/* Calls for each element of a JSON array of objects. */
struct td_each {
    struct gn_json reader;
    gn_str json;
};
static bool td_next(struct td_each *each)
{
    const struct gn_json_token token = gn_json_next(&each->reader);
    const char *begin = each->reader.at - 1;
    if (token.kind != GN_JSON_OBJECT || !gn_json_skip(&each->reader, token))
        return false;
    each->json = (gn_str){ begin, (size_t)(each->reader.at - begin) };
    return true;
}
static bool td_open(struct td_each *each, gn_str array)
{
    gn_json_init(&each->reader, array);
    return gn_json_next(&each->reader).kind == GN_JSON_ARRAY;
}

static void td_input(struct gn_jw *w, gn_str arguments)
{
    struct td_each each;
    struct td_argument argument;
    gn_jw_key(w, "input");
    gn_jw_open(w, '{');
    td_text(w, "type", "object");
    gn_jw_key(w, "properties");
    gn_jw_open(w, '{');
    for (bool more = td_open(&each, arguments) && td_next(&each); more; more = td_next(&each)) {
        td_read_argument(each.json, &argument);
        td_argument(w, &argument);
    }
    gn_jw_close(w, '}');
    gn_jw_key(w, "required");
    gn_jw_open(w, '[');
    for (bool more = td_open(&each, arguments) && td_next(&each); more; more = td_next(&each)) {
        td_read_argument(each.json, &argument);
        if (!argument.optional)
            gn_jw_text(w, argument.name);
    }
    gn_jw_close(w, ']');
    gn_jw_close(w, '}');
}

static void td_action(struct gn_jw *w, const struct gn_td_source *source, gn_str json)
{
    struct td_argument head; /* an action has a name, as an argument has */
    struct gn_json reader;
    gn_str arguments = { 0 };
    td_read_argument(json, &head);
    gn_json_init(&reader, json);
    (void)gn_json_next(&reader);
    for (struct gn_json_token key = gn_json_next(&reader); key.kind == GN_JSON_KEY; key = gn_json_next(&reader)) {
        const bool wanted = gn_str_equal(key.text, GN_STR("arguments"));
        const struct gn_json_token token = gn_json_next(&reader);
        const char *begin = reader.at - 1;
        if (!gn_json_skip(&reader, token))
            return;
        if (wanted)
            arguments = (gn_str){ begin, (size_t)(reader.at - begin) };
    }
    const gn_str name = gn_str_of(head.name);
    struct gn_described described;
    gn_described_read(gn_description_member(source->description, "actions", name), &described);
    gn_jw_key_str(w, name);
    gn_jw_open(w, '{');
    if (described.title[0] != '\0')
        td_text(w, "title", described.title);
    if (arguments.size > 2)
        td_input(w, arguments);
    td_bool(w, "safe", false);
    td_bool(w, "idempotent", false);
    td_bool(w, "synchronous", false);
    gn_jw_key(w, "forms");
    gn_jw_open(w, '[');
    td_form_head(w, source, "actions", name, "");
    td_ops(w, "invokeaction", NULL);
    td_text(w, "htv:methodName", "POST");
    gn_jw_close(w, '}');
    gn_jw_close(w, ']');
    gn_jw_close(w, '}');
}

static void td_actions(struct gn_jw *w, const struct gn_td_source *source)
{
    struct td_each each;
    gn_jw_key(w, "actions");
    gn_jw_open(w, '{');
    for (bool more = td_open(&each, source->actions) && td_next(&each); more; more = td_next(&each))
        td_action(w, source, each.json);
    gn_jw_close(w, '}');
}

/* --- events --- */

static void td_events(struct gn_jw *w, const struct gn_td_source *source)
{
    struct gn_description_walk walk;
    gn_jw_key(w, "events");
    gn_jw_open(w, '{');
    gn_jw_key(w, "alarm");
    gn_jw_open(w, '{');
    td_text(w, "title", "What the node finds unusual");
    gn_jw_key(w, "data");
    gn_jw_raw(w,
              GN_STR("{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"state\":{\"type\":\"string\","
                     "\"enum\":[\"open\",\"cleared\"]},\"why\":{\"type\":\"string\"}},\"required\":[\"id\",\"state\","
                     "\"why\"]}"));
    gn_jw_key(w, "forms");
    gn_jw_open(w, '[');
    td_forms_stream(w, source, "events", GN_STR("alarm"), "", true);
    gn_jw_close(w, ']');
    gn_jw_close(w, '}');
    gn_description_walk(&walk, source->description, "events");
    while (source->mqtt.size > 0 && gn_description_next(&walk)) {
        if (gn_str_equal(walk.name, GN_STR("alarm")))
            continue;
        gn_jw_key_str(w, walk.name);
        gn_jw_open(w, '{');
        td_described_members(w, walk.json);
        gn_jw_key(w, "forms");
        gn_jw_open(w, '[');
        td_form_mqtt(w, source, "events", walk.name, true);
        gn_jw_close(w, ']');
        gn_jw_close(w, '}');
    }
    gn_jw_close(w, '}');
}

/* --- the whole --- */

static void td_head(struct gn_jw *w, const struct gn_td_source *source, const char *id, const char *title,
                    const char *type)
{
    char bytes[TD_TEXT_BYTES];
    struct gn_buf base = gn_buf_over(bytes, sizeof bytes);
    gn_buf_addf(&base, "%s://%.*s/", source->secure ? "https" : "http", GN_STR_ARGS(source->host));
    gn_jw_key(w, "@context");
    gn_jw_raw(w, GN_STR("[\"https://www.w3.org/2022/wot/td/v1.1\",\"https://www.w3.org/2022/wot/discovery\","
                        "{\"htv\":\"http://www.w3.org/2011/http#\",\"mqv\":\"http://www.example.org/mqtt-binding#\","
                        "\"gn\":\"urn:ganglion:vocabulary:\"}]"));
    td_text(w, "@type", type);
    td_text(w, "id", id);
    td_text(w, "title", title);
    gn_jw_key(w, "base");
    gn_jw_str(w, gn_buf_str(&base));
    gn_jw_key(w, "securityDefinitions");
    gn_jw_open(w, '{');
    gn_jw_key(w, "basic_sc");
    gn_jw_raw(w, GN_STR("{\"scheme\":\"basic\",\"in\":\"header\",\"description\":\"a program's name and token; or a "
                        "Thing's id and token, for what is its own\"}"));
    gn_jw_key(w, "session_sc");
    gn_jw_open(w, '{');
    td_text(w, "scheme", "apikey");
    td_text(w, "in", "cookie");
    td_text(w, "name", source->cookie_name);
    td_text(w, "description", "a person's session, from POST /api/v1/session");
    gn_jw_close(w, '}');
    gn_jw_close(w, '}');
    gn_jw_key(w, "security");
    gn_jw_raw(w, GN_STR("[\"basic_sc\"]"));
}

static void td_description_text(struct gn_jw *w, gn_str description)
{
    struct gn_json json;
    gn_json_init(&json, description);
    if (description.size == 0 || gn_json_next(&json).kind != GN_JSON_OBJECT)
        return;
    for (struct gn_json_token key = gn_json_next(&json); key.kind == GN_JSON_KEY; key = gn_json_next(&json)) {
        const bool wanted = gn_str_equal(key.text, GN_STR("description"));
        const struct gn_json_token value = gn_json_next(&json);
        if (wanted && value.kind == GN_JSON_STRING) {
            gn_jw_key(w, "description");
            gn_jw_str(w, value.text);
        }
        if (!gn_json_skip(&json, value))
            return;
    }
}

void gn_td_write(struct gn_api *api, const struct gn_td_source *source, struct gn_jw *w)
{
    char id[GN_THING_ID_BYTES_MAX + 32];
    struct gn_described described; /* a description has a title, as a property has */
    struct gn_buf buf = gn_buf_over(id, sizeof id - 1);
    gn_buf_addf(&buf, "urn:ganglion:thing:%s", source->thing->id);
    id[buf.size] = '\0';
    gn_described_read(source->description, &described);
    gn_jw_open(w, '{');
    td_head(w, source, id, described.title[0] != '\0' ? described.title : source->thing->name, "Thing");
    td_description_text(w, source->description);
    td_properties(api, w, source);
    td_actions(w, source);
    td_events(w, source);
    gn_jw_key(w, "links");
    gn_jw_raw(w, GN_STR("[{\"rel\":\"collection\",\"href\":\".well-known/wot\",\"type\":\"application/td+json\"}]"));
    gn_jw_close(w, '}');
}

void gn_td_write_directory(const struct gn_td_source *source, struct gn_jw *w)
{
    gn_jw_open(w, '{');
    td_head(w, source, "urn:ganglion:directory", "Things of this node", "ThingDirectory");
    gn_jw_key(w, "properties");
    gn_jw_raw(w, GN_STR("{\"things\":{\"description\":\"all Thing Descriptions\",\"type\":\"array\",\"readOnly\":true,"
                        "\"uriVariables\":{\"offset\":{\"type\":\"integer\",\"minimum\":0},\"limit\":{\"type\":"
                        "\"integer\",\"minimum\":1}},\"forms\":[{\"href\":\"things{?offset,limit}\",\"op\":"
                        "[\"readproperty\"],\"htv:methodName\":\"GET\",\"contentType\":\"application/ld+json\"}]}}"));
    gn_jw_key(w, "actions");
    gn_jw_raw(w, GN_STR("{\"retrieveThing\":{\"uriVariables\":{\"id\":{\"type\":\"string\"}},\"safe\":true,"
                        "\"idempotent\":true,\"forms\":[{\"href\":\"things/{id}\",\"op\":[\"invokeaction\"],"
                        "\"htv:methodName\":\"GET\",\"contentType\":\"application/td+json\"}]}}"));
    gn_jw_close(w, '}');
}

/* --- the store --- */

static bool td_take_description(void *ctx, const struct gn_output *output, uint64_t change)
{
    (void)change;
    gn_buf_add_str(ctx, output->json);
    return false;
}

gn_err gn_td_description(struct gn_api *api, gn_str thing_id, struct gn_buf *out)
{
    const struct gn_output_query query = {
        .kind = "description", .id = thing_id, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1
    };
    return gn_store_outputs(api->reader, &query, td_take_description, out);
}
