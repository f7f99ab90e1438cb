/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/tasmota.h"

#include <stdio.h>

enum { TASMOTA_TOPIC_BYTES = 512, TASMOTA_DEPTH_MAX = 4 };

static const gn_str tasmota_prefix = { "tasmota/discovery/", 18 };

bool gn_tasmota_claims(gn_str topic)
{
    return gn_str_starts(topic, tasmota_prefix);
}

/* --- config --- */

/* "%prefix%/%topic%/" with both replaced; `last` goes behind it. */
static gn_str tasmota_topic(struct gn_device *device, const struct gn_json_node *root, gn_str prefix, const char *last)
{
    char bytes[TASMOTA_TOPIC_BYTES];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    const gn_str pattern = gn_json_text_at(root, "ft");
    const gn_str topic = gn_json_text_at(root, "t");
    for (size_t i = 0; i < pattern.size;) {
        const gn_str rest = { pattern.at + i, pattern.size - i };
        if (gn_str_starts(rest, GN_STR("%prefix%"))) {
            gn_buf_add_str(&out, prefix);
            i += 8;
        } else if (gn_str_starts(rest, GN_STR("%topic%"))) {
            gn_buf_add_str(&out, topic);
            i += 7;
        } else {
            gn_buf_add_u8(&out, (uint8_t)pattern.at[i++]);
        }
    }
    if (out.size > 0 && bytes[out.size - 1] != '/')
        gn_buf_add_u8(&out, '/');
    gn_buf_add_text(&out, last);
    return out.full ? (gn_str){ 0 } : gn_device_keep(device, gn_buf_str(&out));
}

static gn_str tasmota_element(const struct gn_json_node *root, const char *list, size_t index, const char *otherwise)
{
    const struct gn_json_node *node = gn_json_at(root, list);
    node = node != NULL && node->kind == GN_JSON_ARRAY ? node->first : NULL;
    for (; node != NULL && index > 0; index--)
        node = node->next;
    return node != NULL && node->kind == GN_JSON_STRING ? node->text : gn_str_of(otherwise);
}

static void tasmota_relay(struct gn_device *device, const struct gn_json_node *root, size_t place, bool only)
{
    char name[16];
    (void)snprintf(name, sizeof name, only ? "POWER" : "POWER%zu", place + 1);
    struct gn_trait *trait = gn_device_trait(device, gn_str_of(name));
    if (trait == NULL)
        return;
    trait->kind = GN_TRAIT_BOOLEAN;
    trait->title = gn_device_keep(device, tasmota_element(root, "fn", place, ""));
    trait->off = gn_device_keep(device, tasmota_element(root, "state", 0, "OFF"));
    trait->on = gn_device_keep(device, tasmota_element(root, "state", 1, "ON"));
    trait->topic = tasmota_topic(device, root, tasmota_element(root, "tp", 1, "stat"), name);
    trait->writable = true;
    trait->write_topic = tasmota_topic(device, root, tasmota_element(root, "tp", 0, "cmnd"), name);
    trait->write_on = trait->on;
    trait->write_off = trait->off;
}

static void tasmota_relays(struct gn_device *device, const struct gn_json_node *root)
{
    const struct gn_json_node *list = gn_json_at(root, "rl");
    size_t count = 0, place = 0;
    const struct gn_json_node *first = list != NULL && list->kind == GN_JSON_ARRAY ? list->first : NULL;
    for (const struct gn_json_node *r = first; r != NULL; r = r->next)
        count += r->number == 1 || r->number == 2;
    for (const struct gn_json_node *r = first; r != NULL; r = r->next, place++) {
        if (r->number == 1 || r->number == 2)
            tasmota_relay(device, root, place, count == 1);
        else if (r->number != 0)
            gn_device_leave_out(device, "a shutter is not understood");
    }
}

static gn_err tasmota_config(struct gn_device *device, const struct gn_json_node *root, struct gn_diag *diag)
{
    const gn_str name = gn_json_text_at(root, "dn");
    if (gn_json_text_at(root, "t").size == 0 || gn_json_text_at(root, "ft").size == 0) {
        gn_diag_set(diag, 0, 0, "a Tasmota config without 't' and 'ft'");
        return GN_ERR_INVAL;
    }
    device->name = gn_device_keep(device, name.size > 0 ? name : gn_json_text_at(root, "t"));
    device->model = gn_device_keepf(device, "Tasmota %.*s", GN_STR_ARGS(gn_json_text_at(root, "md")));
    struct gn_trait *available = gn_device_trait(device, GN_STR("available"));
    if (available != NULL) {
        const gn_str on = gn_json_text_at(root, "onln");
        const gn_str off = gn_json_text_at(root, "ofln");
        available->kind = GN_TRAIT_BOOLEAN;
        available->topic = tasmota_topic(device, root, tasmota_element(root, "tp", 2, "tele"), "LWT");
        available->on = gn_device_keep(device, on.size > 0 ? on : GN_STR("Online"));
        available->off = gn_device_keep(device, off.size > 0 ? off : GN_STR("Offline"));
    }
    tasmota_relays(device, root);
    return GN_OK;
}

/* --- sensors --- */

struct tasmota_unit {
    const char *member;
    const char *unit;
    const char *unit_member; /* says it, beside the sensors */
    uint8_t kind;
};

static const struct tasmota_unit tasmota_units[] = {
    { "Temperature", "°C", "TempUnit", GN_TRAIT_NUMBER },
    { "DewPoint", "°C", "TempUnit", GN_TRAIT_NUMBER },
    { "Humidity", "%", NULL, GN_TRAIT_NUMBER },
    { "Pressure", "hPa", "PressureUnit", GN_TRAIT_NUMBER },
    { "SeaPressure", "hPa", "PressureUnit", GN_TRAIT_NUMBER },
    { "Illuminance", "lx", NULL, GN_TRAIT_NUMBER },
    { "Power", "W", NULL, GN_TRAIT_NUMBER },
    { "ApparentPower", "VA", NULL, GN_TRAIT_NUMBER },
    { "ReactivePower", "var", NULL, GN_TRAIT_NUMBER },
    { "Voltage", "V", NULL, GN_TRAIT_NUMBER },
    { "Current", "A", NULL, GN_TRAIT_NUMBER },
    { "Frequency", "Hz", NULL, GN_TRAIT_NUMBER },
    { "Total", "kWh", NULL, GN_TRAIT_COUNTER },
    { "Today", "kWh", NULL, GN_TRAIT_COUNTER },
    { "Yesterday", "kWh", NULL, GN_TRAIT_NUMBER },
};

static void tasmota_name_unit(struct gn_device *device, struct gn_trait *trait, const struct gn_json_node *sn,
                              gn_str member)
{
    for (size_t i = 0; i < sizeof tasmota_units / sizeof tasmota_units[0]; i++) {
        const struct tasmota_unit *row = &tasmota_units[i];
        if (!gn_str_equal(member, gn_str_of(row->member)))
            continue;
        const gn_str said = row->unit_member != NULL ? gn_json_text_at(sn, row->unit_member) : (gn_str){ 0 };
        trait->kind = row->kind;
        if (said.size == 1) /* "C", "F", "K" */
            trait->unit = gn_device_keepf(device, "%s%.*s", said.at[0] == 'K' ? "" : "°", GN_STR_ARGS(said));
        else
            trait->unit = said.size > 0 && said.size <= GN_UNIT_BYTES_MAX
                              ? gn_device_keep(device, said)
                              : gn_device_keep(device, gn_str_of(row->unit));
        trait->unit_reason =
            gn_device_keepf(device, "%s", said.size > 0 ? "said by the device" : "Tasmota's unit of that name");
        return;
    }
}

/* A number or a text of a sensor. Its identity is not a reading of it. */
static void tasmota_leaf(struct gn_device *device, const struct gn_json_node *sn, const struct gn_json_node *leaf,
                         gn_str member, gn_str path)
{
    if (gn_str_equal(member, GN_STR("Id")) || gn_str_equal(member, GN_STR("Address")))
        return;
    struct gn_trait *trait = gn_device_trait(device, path);
    if (trait == NULL)
        return;
    trait->kind = leaf->kind == GN_JSON_STRING ? GN_TRAIT_TEXT : GN_TRAIT_NUMBER;
    trait->path = gn_device_keep(device, path);
    tasmota_name_unit(device, trait, sn, member);
}

struct tasmota_level {
    const struct gn_json_node *next;
    gn_str path;
    gn_str member; /* what an array belongs to */
    uint32_t place;
    bool is_array;
};

static void tasmota_sensors(struct gn_device *device, const struct gn_json_node *sn)
{
    struct tasmota_level levels[TASMOTA_DEPTH_MAX] = { { .next = sn->first } };
    size_t depth = 1;
    while (depth > 0) {
        struct tasmota_level *level = &levels[depth - 1];
        const struct gn_json_node *node = level->next;
        if (node == NULL) {
            depth--;
            continue;
        }
        level->next = node->next;
        const bool is_tree = node->kind == GN_JSON_OBJECT || node->kind == GN_JSON_ARRAY;
        if (depth == 1 && !is_tree)
            continue; /* Time, TempUnit, PressureUnit */
        const gn_str member = level->is_array ? level->member : node->key;
        gn_str path = node->key;
        if (level->is_array)
            path = gn_device_keepf(device, "%.*s.%u", GN_STR_ARGS(level->path), (unsigned)level->place++);
        else if (level->path.size > 0)
            path = gn_device_keepf(device, "%.*s.%.*s", GN_STR_ARGS(level->path), GN_STR_ARGS(node->key));
        if (!is_tree)
            tasmota_leaf(device, sn, node, member, path);
        else if (depth < TASMOTA_DEPTH_MAX)
            levels[depth++] = (struct tasmota_level){
                .next = node->first, .path = path, .member = member, .is_array = node->kind == GN_JSON_ARRAY
            };
    }
}

void gn_tasmota_settle(struct gn_device *device)
{
    static const gn_str lwt = { "LWT", 3 };
    const struct gn_trait *available = gn_device_find(device, GN_STR("available"));
    const gn_str topic = available != NULL ? available->topic : (gn_str){ 0 };
    if (topic.size <= lwt.size || !gn_str_equal((gn_str){ topic.at + topic.size - lwt.size, lwt.size }, lwt))
        return;
    gn_str sensor = { 0 };
    for (uint32_t i = 0; i < device->trait_count; i++) {
        struct gn_trait *trait = &device->traits[i];
        if (trait->topic.size > 0 || trait->path.size == 0)
            continue;
        if (sensor.size == 0)
            sensor = gn_device_keepf(device, "%.*sSENSOR", (int)(topic.size - lwt.size), topic.at);
        trait->topic = sensor;
    }
}

gn_err gn_tasmota_read(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic, gn_str payload,
                       gn_device_each *each, void *ctx, struct gn_diag *diag)
{
    const struct gn_json_node *root;
    gn_str what;
    if (!gn_tasmota_claims(topic) || payload.size == 0)
        return GN_OK;
    const gn_str mac =
        gn_str_split((gn_str){ topic.at + tasmota_prefix.size, topic.size - tasmota_prefix.size }, '/', &what);
    const bool is_config = gn_str_equal(what, GN_STR("config"));
    if ((!is_config && !gn_str_equal(what, GN_STR("sensors"))) || mac.size == 0 || mac.size > GN_DEVICE_KEY_BYTES_MAX)
        return GN_OK;
    gn_err err = gn_json_tree_read(tree, payload, &root, diag);
    if (err != GN_OK)
        return err;
    gn_device_begin(scratch, GN_SOURCE_TASMOTA);
    scratch->key = gn_device_keep(scratch, mac);
    const struct gn_json_node *sn = gn_json_at(root, "sn");
    if (is_config)
        err = tasmota_config(scratch, root, diag);
    else if (sn != NULL && sn->kind == GN_JSON_OBJECT)
        tasmota_sensors(scratch, sn); /* it has no name yet */
    return err != GN_OK || scratch->trait_count == 0 ? err : each(ctx, scratch);
}
