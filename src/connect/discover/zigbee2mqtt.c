/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/zigbee2mqtt.h"

enum { Z2M_PUBLISHED = 1, Z2M_CAN_BE_SET = 2, Z2M_DEPTH_MAX = 4 };

static const gn_str z2m_list = { "/bridge/devices", 15 };

/* zigbee2mqtt/bridge/devices: "bridge" and "devices" are the last two of at least three levels. */
static bool z2m_base(gn_str topic, gn_str *out_base)
{
    if (topic.size <= z2m_list.size ||
        !gn_str_equal((gn_str){ topic.at + topic.size - z2m_list.size, z2m_list.size }, z2m_list))
        return false;
    *out_base = (gn_str){ topic.at, topic.size - z2m_list.size };
    return true;
}

/* All that the bridge says of itself is claimed, so that nobody takes it for a device. */
bool gn_zigbee2mqtt_claims(gn_str topic)
{
    gn_str base, rest;
    if (z2m_base(topic, &base))
        return true;
    base = gn_str_split(topic, '/', &rest);
    return base.size > 0 && gn_str_starts(rest, GN_STR("bridge/"));
}

/* --- exposes --- */

static gn_str z2m_word(const struct gn_json_node *node)
{
    if (node == NULL)
        return (gn_str){ 0 };
    if (node->kind == GN_JSON_BOOL)
        return node->boolean ? GN_STR("true") : GN_STR("false");
    return node->text;
}

static void z2m_meaning(struct gn_device *device, struct gn_trait *trait, const struct gn_json_node *expose,
                        gn_str type)
{
    if (gn_str_equal(type, GN_STR("numeric"))) {
        const struct gn_json_node *low = gn_json_at(expose, "value_min");
        const struct gn_json_node *high = gn_json_at(expose, "value_max");
        trait->kind = GN_TRAIT_NUMBER;
        trait->has_range = low != NULL && high != NULL && low->number < high->number;
        trait->low = low != NULL ? low->number : 0;
        trait->high = high != NULL ? high->number : 0;
    } else if (gn_str_equal(type, GN_STR("binary"))) {
        trait->kind = GN_TRAIT_BOOLEAN;
        trait->on = gn_device_keep(device, z2m_word(gn_json_at(expose, "value_on")));
        trait->off = gn_device_keep(device, z2m_word(gn_json_at(expose, "value_off")));
        trait->write_on = trait->on;
        trait->write_off = trait->off;
    } else if (gn_str_equal(type, GN_STR("enum"))) {
        const struct gn_json_node *values = gn_json_at(expose, "values");
        trait->kind = GN_TRAIT_STATE;
        for (const struct gn_json_node *v = values != NULL ? values->first : NULL; v != NULL; v = v->next)
            gn_device_option(device, trait, z2m_word(v));
    } else {
        trait->kind = GN_TRAIT_TEXT;
    }
}

/* One of the generic types. `above` is the property of the composite it stands in, or empty. */
static void z2m_generic(struct gn_device *device, const struct gn_json_node *expose, gn_str type, gn_str topic,
                        gn_str above)
{
    const gn_str property = gn_json_text_at(expose, "property");
    const unsigned access = (unsigned)gn_json_number_at(expose, "access", 0);
    const gn_str path = above.size > 0 ? gn_device_keepf(device, "%.*s.%.*s", GN_STR_ARGS(above), GN_STR_ARGS(property))
                                       : gn_device_keep(device, property);
    if (property.size == 0 || path.size == 0 || (access & (Z2M_PUBLISHED | Z2M_CAN_BE_SET)) == 0)
        return;
    struct gn_trait *trait = gn_device_trait(device, path);
    if (trait == NULL)
        return;
    const gn_str unit = gn_json_text_at(expose, "unit");
    trait->title = gn_device_keep(device, gn_json_text_at(expose, "label"));
    if (unit.size > 0 && unit.size <= GN_UNIT_BYTES_MAX) {
        trait->unit = gn_device_keep(device, unit);
        trait->unit_reason = gn_device_keep(device, GN_STR("said by the device"));
    }
    z2m_meaning(device, trait, expose, type);
    if ((access & Z2M_PUBLISHED) != 0) {
        trait->topic = topic;
        trait->path = path;
    }
    if ((access & Z2M_CAN_BE_SET) != 0 && above.size == 0) { /* a composite is set whole, which we do not */
        trait->writable = true;
        trait->write_topic = gn_device_keepf(device, "%.*s/set", GN_STR_ARGS(topic));
        trait->write_path = path;
    } else {
        trait->write_on = trait->write_off = (gn_str){ 0 };
    }
}

static bool z2m_is_generic(gn_str type)
{
    return gn_str_equal(type, GN_STR("numeric")) || gn_str_equal(type, GN_STR("binary")) ||
           gn_str_equal(type, GN_STR("enum")) || gn_str_equal(type, GN_STR("text"));
}

struct z2m_level {
    const struct gn_json_node *next;
    gn_str above;
};

/* Exposes, and the features inside them, in order. */
static void z2m_exposes(struct gn_device *device, const struct gn_json_node *exposes, gn_str topic)
{
    struct z2m_level levels[Z2M_DEPTH_MAX] = { { exposes != NULL ? exposes->first : NULL, { NULL, 0 } } };
    size_t depth = 1;
    while (depth > 0) {
        struct z2m_level *level = &levels[depth - 1];
        const struct gn_json_node *expose = level->next;
        if (expose == NULL) {
            depth--;
            continue;
        }
        level->next = expose->next;
        const gn_str type = gn_json_text_at(expose, "type");
        const struct gn_json_node *features = gn_json_at(expose, "features");
        if (z2m_is_generic(type)) {
            z2m_generic(device, expose, type, topic, level->above);
        } else if (features != NULL && depth < Z2M_DEPTH_MAX) {
            const bool composite = gn_str_equal(type, GN_STR("composite"));
            levels[depth++] =
                (struct z2m_level){ features->first, composite ? gn_json_text_at(expose, "property") : (gn_str){ 0 } };
        } else {
            gn_device_leave_out(device, "an expose of the type '%.*s' is not understood", GN_STR_ARGS(type));
        }
    }
}

/* --- devices --- */

static bool z2m_is_usable(const struct gn_json_node *one)
{
    const struct gn_json_node *disabled = gn_json_at(one, "disabled");
    const struct gn_json_node *definition = gn_json_at(one, "definition");
    return one->kind == GN_JSON_OBJECT && gn_json_text_at(one, "ieee_address").size > 0 && definition != NULL &&
           definition->kind == GN_JSON_OBJECT && !gn_str_equal(gn_json_text_at(one, "type"), GN_STR("Coordinator")) &&
           (disabled == NULL || !disabled->boolean);
}

static gn_err z2m_device(struct gn_device *device, const struct gn_json_node *one, gn_str base, gn_device_each *each,
                         void *ctx)
{
    const struct gn_json_node *definition = gn_json_at(one, "definition");
    const gn_str address = gn_json_text_at(one, "ieee_address");
    const gn_str friendly = gn_json_text_at(one, "friendly_name");
    const gn_str name = friendly.size > 0 ? friendly : address;
    if (!z2m_is_usable(one) || address.size > GN_DEVICE_KEY_BYTES_MAX)
        return GN_OK;
    gn_device_begin(device, GN_SOURCE_ZIGBEE2MQTT);
    device->key = gn_device_keep(device, address);
    device->name = gn_device_keep(device, name);
    device->model = gn_device_keepf(device, "%.*s %.*s", GN_STR_ARGS(gn_json_text_at(definition, "vendor")),
                                    GN_STR_ARGS(gn_json_text_at(definition, "model")));
    const gn_str topic = gn_device_keepf(device, "%.*s/%.*s", GN_STR_ARGS(base), GN_STR_ARGS(name));
    if (topic.size == 0)
        return GN_OK;
    z2m_exposes(device, gn_json_at(definition, "exposes"), topic);
    struct gn_trait *available = gn_device_trait(device, GN_STR("available"));
    if (available != NULL) {
        available->kind = GN_TRAIT_BOOLEAN;
        available->topic = gn_device_keepf(device, "%.*s/availability", GN_STR_ARGS(topic));
        available->path = gn_device_keep(device, GN_STR("state"));
        available->on = gn_device_keep(device, GN_STR("online"));
        available->off = gn_device_keep(device, GN_STR("offline"));
    }
    return each(ctx, device);
}

gn_err gn_zigbee2mqtt_read(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic, gn_str payload,
                           gn_device_each *each, void *ctx, struct gn_diag *diag)
{
    static _Thread_local struct gn_json list; /* 4 KiB of scratch: not on the stack */
    gn_str base;
    if (!z2m_base(topic, &base))
        return GN_OK;
    gn_json_init(&list, payload);
    if (gn_json_next(&list).kind != GN_JSON_ARRAY) {
        gn_diag_set(diag, 0, 0, "bridge/devices is not a list");
        return GN_ERR_INVAL;
    }
    for (;;) {
        const struct gn_json_node *one;
        const struct gn_json_token token = gn_json_next(&list);
        if (token.kind == GN_JSON_ARRAY_END)
            return GN_OK;
        const char *begin = list.at - 1; /* the '{' just read */
        if (token.kind != GN_JSON_OBJECT || !gn_json_skip(&list, token)) {
            gn_diag_set(diag, 0, 0, "bridge/devices is not a list of objects");
            return GN_ERR_INVAL;
        }
        gn_err err = gn_json_tree_read(tree, (gn_str){ begin, (size_t)(list.at - begin) }, &one, diag);
        if (err == GN_OK)
            err = z2m_device(scratch, one, base, each, ctx);
        if (err != GN_OK)
            return err;
    }
}
