/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/device.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const kind_names[GN_TRAIT_KIND_COUNT] = {
    "unknown", "number", "counter", "boolean", "state", "text",
};

const char *gn_trait_kind_name(uint8_t kind)
{
    return kind_names[kind < GN_TRAIT_KIND_COUNT ? kind : GN_TRAIT_UNKNOWN];
}

/* Not the text, which need not be written to be empty. */
void gn_device_begin(struct gn_device *device, gn_thing_source source)
{
    memset(device, 0, offsetof(struct gn_device, text));
    device->source = source;
}

void gn_device_leave_out(struct gn_device *device, const char *fmt, ...)
{
    va_list args;
    if (device->left_out++ > 0)
        return;
    va_start(args, fmt);
    (void)vsnprintf(device->why, sizeof device->why, fmt, args);
    va_end(args);
}

gn_str gn_device_keep(struct gn_device *device, gn_str text)
{
    if (text.size > sizeof device->text - device->text_size) {
        gn_device_leave_out(device, "it says more text of itself than is kept");
        return (gn_str){ 0 };
    }
    char *at = device->text + device->text_size;
    if (text.size > 0)
        memcpy(at, text.at, text.size);
    device->text_size += text.size;
    return (gn_str){ at, text.size };
}

gn_str gn_device_keepf(struct gn_device *device, const char *fmt, ...)
{
    char bytes[1024];
    va_list args;
    va_start(args, fmt);
    const int size = vsnprintf(bytes, sizeof bytes, fmt, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof bytes) {
        gn_device_leave_out(device, "a topic or a name of it is too long");
        return (gn_str){ 0 };
    }
    return gn_device_keep(device, (gn_str){ bytes, (size_t)size });
}

const struct gn_trait *gn_device_find(const struct gn_device *device, gn_str name)
{
    for (uint32_t i = 0; i < device->trait_count; i++)
        if (gn_str_equal(device->traits[i].name, name))
            return &device->traits[i];
    return NULL;
}

size_t gn_device_property_name(gn_str name, char to[static GN_PROPERTY_BYTES_MAX])
{
    size_t size = name.size < GN_PROPERTY_BYTES_MAX ? name.size : GN_PROPERTY_BYTES_MAX;
    while (size < name.size && size > 0 && ((uint8_t)name.at[size] & 0xc0) == 0x80)
        size--; /* not in the middle of a character */
    for (size_t i = 0; i < size; i++) {
        const char c = name.at[i];
        const bool bad = c == '/' || c == '+' || c == '#' || c == ' ' || (uint8_t)c < 0x20 || c == 0x7f;
        to[i] = bad ? '_' : c;
    }
    return size;
}

struct gn_trait *gn_device_trait(struct gn_device *device, gn_str name)
{
    char bytes[GN_PROPERTY_BYTES_MAX];
    const gn_str wanted = { bytes, gn_device_property_name(name, bytes) };
    struct gn_trait *trait = (struct gn_trait *)(uintptr_t)gn_device_find(device, wanted);
    if (!gn_property_valid(wanted)) {
        gn_device_leave_out(device, "a property without a usable name");
        return NULL;
    }
    if (trait == NULL && device->trait_count == GN_DEVICE_TRAITS_MAX) {
        gn_device_leave_out(device, "more than DEVICE_TRAITS_MAX (%d) properties", GN_DEVICE_TRAITS_MAX);
        return NULL;
    }
    if (trait == NULL)
        trait = &device->traits[device->trait_count++];
    const gn_str kept = trait->name.size > 0 ? trait->name : gn_device_keep(device, wanted);
    *trait = (struct gn_trait){ .name = kept };
    if (kept.size == 0) {
        device->trait_count--; /* no room for its name: it is the last one */
        return NULL;
    }
    return trait;
}

void gn_device_option(struct gn_device *device, struct gn_trait *trait, gn_str word)
{
    if (trait->option_count == GN_DEVICE_OPTIONS_MAX)
        gn_device_leave_out(device, "'%.*s' may have more words than are kept", GN_STR_ARGS(trait->name));
    else
        trait->options[trait->option_count++] = gn_device_keep(device, word);
}

static void device_copy_trait(struct gn_device *into, const struct gn_trait *from)
{
    struct gn_trait *to = gn_device_trait(into, from->name);
    if (to == NULL)
        return;
    const gn_str name = to->name;
    *to = *from;
    to->name = name;
    gn_str *const texts[] = { &to->title, &to->unit,        &to->unit_reason, &to->topic,    &to->path,     &to->on,
                              &to->off,   &to->write_topic, &to->write_path,  &to->write_on, &to->write_off };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = gn_device_keep(into, *texts[i]);
    for (uint32_t i = 0; i < to->option_count; i++)
        to->options[i] = gn_device_keep(into, to->options[i]);
}

void gn_device_merge(struct gn_device *into, const struct gn_device *from)
{
    if (into->key.size == 0)
        into->key = gn_device_keep(into, from->key);
    if (from->name.size > 0 && !gn_str_equal(into->name, from->name))
        into->name = gn_device_keep(into, from->name);
    if (from->model.size > 0 && !gn_str_equal(into->model, from->model))
        into->model = gn_device_keep(into, from->model);
    for (uint32_t i = 0; i < from->trait_count; i++)
        device_copy_trait(into, &from->traits[i]);
    if (from->left_out > 0)
        gn_device_leave_out(into, "%s", from->why);
}

/* --- as a TD fragment --- */

static void device_put(struct gn_jw *w, const char *key, gn_str text)
{
    if (text.size == 0)
        return;
    gn_jw_key(w, key);
    gn_jw_str(w, text);
}

static const char *device_wot_type(const struct gn_trait *trait)
{
    return trait->kind == GN_TRAIT_BOOLEAN                                     ? "boolean"
           : trait->kind == GN_TRAIT_NUMBER || trait->kind == GN_TRAIT_COUNTER ? "number"
           : trait->kind == GN_TRAIT_STATE || trait->kind == GN_TRAIT_TEXT     ? "string"
                                                                               : NULL;
}

static void device_write_meaning(struct gn_jw *w, const struct gn_trait *trait)
{
    device_put(w, "title", trait->title);
    if (device_wot_type(trait) != NULL) {
        gn_jw_key(w, "type");
        gn_jw_text(w, device_wot_type(trait));
    }
    device_put(w, "unit", trait->unit);
    gn_jw_key(w, "readOnly");
    gn_jw_bool(w, !trait->writable);
    if (trait->has_range) {
        gn_jw_key(w, "minimum");
        gn_jw_f64(w, trait->low);
        gn_jw_key(w, "maximum");
        gn_jw_f64(w, trait->high);
    }
    if (trait->option_count > 0) {
        gn_jw_key(w, "enum");
        gn_jw_open(w, '[');
        for (uint32_t i = 0; i < trait->option_count; i++)
            gn_jw_str(w, trait->options[i]);
        gn_jw_close(w, ']');
    }
}

void gn_device_write_ways(struct gn_jw *w, const struct gn_trait *trait)
{
    device_put(w, "gn:topic", trait->topic);
    device_put(w, "gn:path", trait->path);
    device_put(w, "gn:on", trait->on);
    device_put(w, "gn:off", trait->off);
    device_put(w, "gn:write_topic", trait->write_topic);
    device_put(w, "gn:write_path", trait->write_path);
    device_put(w, "gn:write_on", trait->write_on);
    device_put(w, "gn:write_off", trait->write_off);
}

void gn_device_write_trait(struct gn_jw *w, const struct gn_trait *trait)
{
    gn_jw_key_str(w, trait->name);
    gn_jw_open(w, '{');
    device_write_meaning(w, trait);
    if (trait->kind != GN_TRAIT_UNKNOWN) {
        gn_jw_key(w, "gn:kind");
        gn_jw_text(w, gn_trait_kind_name(trait->kind));
    }
    device_put(w, "gn:unit_reason", trait->unit_reason);
    gn_device_write_ways(w, trait);
    gn_jw_close(w, '}');
}

void gn_device_write(const struct gn_device *device, struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '{');
    device_put(&w, "title", device->name);
    device_put(&w, "gn:model", device->model);
    if (device->left_out > 0)
        device_put(&w, "gn:not_understood", gn_str_of(device->why));
    gn_jw_key(&w, "properties");
    gn_jw_open(&w, '{');
    for (uint32_t i = 0; i < device->trait_count; i++)
        gn_device_write_trait(&w, &device->traits[i]);
    gn_jw_close(&w, '}');
    gn_jw_close(&w, '}');
}

/* --- and back --- */

static uint8_t device_kind_of(const struct gn_json_node *property)
{
    const gn_str kind = gn_json_text_at(property, "gn:kind");
    const gn_str type = gn_json_text_at(property, "type");
    for (uint8_t i = 1; i < GN_TRAIT_KIND_COUNT; i++)
        if (gn_str_equal(kind, gn_str_of(kind_names[i])))
            return i;
    if (gn_str_equal(type, GN_STR("boolean")))
        return GN_TRAIT_BOOLEAN;
    if (gn_str_equal(type, GN_STR("number")) || gn_str_equal(type, GN_STR("integer")))
        return GN_TRAIT_NUMBER;
    if (gn_str_equal(type, GN_STR("string")))
        return gn_json_at(property, "enum") != NULL ? GN_TRAIT_STATE : GN_TRAIT_TEXT;
    return GN_TRAIT_UNKNOWN;
}

static void device_read_trait(struct gn_device *device, const struct gn_json_node *property)
{
    struct gn_trait *trait = gn_device_trait(device, property->key);
    if (trait == NULL)
        return;
    const struct {
        const char *key;
        gn_str *to;
    } texts[] = {
        { "title", &trait->title },
        { "unit", &trait->unit },
        { "gn:unit_reason", &trait->unit_reason },
        { "gn:topic", &trait->topic },
        { "gn:path", &trait->path },
        { "gn:on", &trait->on },
        { "gn:off", &trait->off },
        { "gn:write_topic", &trait->write_topic },
        { "gn:write_path", &trait->write_path },
        { "gn:write_on", &trait->write_on },
        { "gn:write_off", &trait->write_off },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i].to = gn_device_keep(device, gn_json_text_at(property, texts[i].key));
    trait->kind = device_kind_of(property);
    const struct gn_json_node *read_only = gn_json_at(property, "readOnly");
    trait->writable = read_only != NULL && read_only->kind == GN_JSON_BOOL && !read_only->boolean;
    const struct gn_json_node *low = gn_json_at(property, "minimum");
    const struct gn_json_node *high = gn_json_at(property, "maximum");
    if (low != NULL && high != NULL && low->kind == GN_JSON_NUMBER && high->kind == GN_JSON_NUMBER) {
        trait->has_range = true;
        trait->low = low->number;
        trait->high = high->number;
    }
    const struct gn_json_node *words = gn_json_at(property, "enum");
    for (const struct gn_json_node *word = words != NULL ? words->first : NULL; word != NULL; word = word->next)
        if (word->kind == GN_JSON_STRING)
            gn_device_option(device, trait, word->text);
}

gn_err gn_device_read(struct gn_device *device, struct gn_json_tree *tree, gn_str fragment, struct gn_diag *diag)
{
    const struct gn_json_node *root;
    const gn_err err = gn_json_tree_read(tree, fragment, &root, diag);
    if (err != GN_OK)
        return err;
    const struct gn_json_node *properties = gn_json_at(root, "properties");
    if (root->kind != GN_JSON_OBJECT || (properties != NULL && properties->kind != GN_JSON_OBJECT)) {
        gn_diag_set(diag, 0, 0, "a description is an object with 'properties'");
        return GN_ERR_INVAL;
    }
    device->name = gn_device_keep(device, gn_json_text_at(root, "title"));
    device->model = gn_device_keep(device, gn_json_text_at(root, "gn:model"));
    const gn_str why = gn_json_text_at(root, "gn:not_understood");
    if (why.size > 0)
        gn_device_leave_out(device, "%.*s", GN_STR_ARGS(why));
    for (const struct gn_json_node *p = properties != NULL ? properties->first : NULL; p != NULL; p = p->next)
        if (p->kind == GN_JSON_OBJECT)
            device_read_trait(device, p);
    return GN_OK;
}
