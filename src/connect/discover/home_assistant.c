/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/home_assistant.h"

#include <stdio.h>

#include "connect/discover/ha_template.h"

enum { HA_TOPIC_BYTES = 1024, HA_LEVELS_MAX = 8 };

/* An entity being read: its own members first, then those of the device message around it. */
struct ha_entity {
    const struct gn_json_node *own;
    const struct gn_json_node *shared; /* of a device message, or NULL */
    gn_str object;                     /* its name in the topic, or its key among the components */
    struct gn_device *device;
};

/* --- members under their long or short name --- */

static const struct gn_json_node *ha_get(const struct ha_entity *entity, const char *name, const char *brief)
{
    const struct gn_json_node *const places[] = { entity->own, entity->shared };
    for (size_t i = 0; i < 2; i++) {
        const struct gn_json_node *found = gn_json_at(places[i], name);
        if (found == NULL)
            found = gn_json_at(places[i], brief);
        if (found != NULL && found->kind != GN_JSON_NULL)
            return found;
    }
    return NULL;
}

/* Payloads may be words, numbers or bools: all compare as text. */
static gn_str ha_word(const struct gn_json_node *node, const char *otherwise)
{
    if (node == NULL)
        return gn_str_of(otherwise);
    if (node->kind == GN_JSON_BOOL)
        return node->boolean ? GN_STR("true") : GN_STR("false");
    return node->text; /* of a NUMBER as written */
}

static gn_str ha_text(const struct ha_entity *entity, const char *name, const char *brief)
{
    const struct gn_json_node *node = ha_get(entity, name, brief);
    return node != NULL && node->kind == GN_JSON_STRING ? node->text : (gn_str){ 0 };
}

/* A topic with "~" at its begin or end replaced; copied into the device. */
static gn_str ha_full_topic(const struct ha_entity *entity, gn_str topic)
{
    const struct gn_json_node *tilde = ha_get(entity, "~", "~");
    const gn_str base = tilde != NULL && tilde->kind == GN_JSON_STRING ? tilde->text : (gn_str){ 0 };
    if (topic.size > 0 && topic.at[0] == '~')
        return gn_device_keepf(entity->device, "%.*s%.*s", GN_STR_ARGS(base), (int)topic.size - 1, topic.at + 1);
    if (topic.size > 0 && topic.at[topic.size - 1] == '~')
        return gn_device_keepf(entity->device, "%.*s%.*s", (int)topic.size - 1, topic.at, GN_STR_ARGS(base));
    return gn_device_keep(entity->device, topic);
}

static gn_str ha_topic(const struct ha_entity *entity, const char *name, const char *brief)
{
    return ha_full_topic(entity, ha_text(entity, name, brief));
}

/* The member that a template takes. False: it does more than that, and the entity is left out. */
static bool ha_path(const struct ha_entity *entity, gn_str template, gn_str *out)
{
    char bytes[GN_PROPERTY_BYTES_MAX];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    *out = (gn_str){ 0 };
    if (template.size == 0)
        return true;
    if (gn_ha_template_path(template, &path) != GN_OK) {
        gn_device_leave_out(entity->device, "'%.*s' has a template that is not understood",
                            GN_STR_ARGS(entity->object));
        return false;
    }
    *out = gn_device_keep(entity->device, gn_buf_str(&path));
    return true;
}

/* --- names --- */

static bool ha_is_digits(gn_str text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.size > 0;
}

static gn_str ha_last_level(gn_str topic, gn_str *out_before)
{
    size_t first = topic.size;
    while (first > 0 && topic.at[first - 1] != '/')
        first--;
    *out_before = (gn_str){ topic.at, first > 0 ? first - 1 : 0 };
    return (gn_str){ topic.at + first, topic.size - first };
}

/* "value" and "state" say nothing about what it is. */
static bool ha_is_plain(gn_str word)
{
    return word.size == 0 || gn_str_equal(word, GN_STR("state")) || gn_str_equal(word, GN_STR("value"));
}

/* A property's name: the member it is taken from, or the topic's last level that says something, or the object. */
static gn_str ha_property_name(const struct ha_entity *entity, gn_str topic, gn_str path)
{
    gn_str rest, before;
    if (!ha_is_plain(path))
        return path;
    gn_str level = ha_last_level(topic, &rest);
    if (ha_is_plain(level) && path.size == 0)
        level = ha_last_level(rest, &rest);
    if (path.size > 0) /* {"state":..} of a topic of its own: the object knows best what it is */
        return path;
    if (ha_is_digits(level)) {
        const gn_str parent = ha_last_level(rest, &before);
        return gn_device_keepf(entity->device, "%.*s_%.*s", GN_STR_ARGS(parent), GN_STR_ARGS(level));
    }
    return ha_is_plain(level) ? entity->object : level;
}

/* A trait for what comes on that topic, read through that template. NULL: nothing comes, or it is left out. */
static struct gn_trait *ha_trait(const struct ha_entity *entity, gn_str topic, gn_str template, const char *suffix)
{
    gn_str path;
    if (topic.size == 0 || !ha_path(entity, template, &path))
        return NULL;
    const gn_str name = suffix != NULL ? gn_str_of(suffix) : ha_property_name(entity, topic, path);
    struct gn_trait *trait = gn_device_trait(entity->device, name);
    if (trait == NULL)
        return NULL;
    trait->topic = topic;
    trait->path = path;
    trait->title = gn_device_keep(entity->device, ha_text(entity, "name", "name"));
    const gn_str unit = ha_text(entity, "unit_of_measurement", "unit_of_meas");
    if (unit.size > 0 && unit.size <= GN_UNIT_BYTES_MAX) {
        trait->unit = gn_device_keep(entity->device, gn_str_trim(unit));
        trait->unit_reason = gn_device_keep(entity->device, GN_STR("said by the device"));
    }
    return trait;
}

/* Where it is set. A template for commands is a program of its own: then it is not set by us. */
static void ha_writable(const struct ha_entity *entity, struct gn_trait *trait, gn_str topic)
{
    const gn_str template = ha_text(entity, "command_template", "cmd_tpl");
    if (topic.size == 0)
        return;
    if (template.size > 0 && !gn_str_equal(template, GN_STR("{{ value }}"))) {
        gn_device_leave_out(entity->device, "'%.*s' is set through a template that is not understood",
                            GN_STR_ARGS(trait->name));
        return;
    }
    trait->writable = true;
    trait->write_topic = topic;
}

static void ha_options(const struct ha_entity *entity, struct gn_trait *trait, const char *name, const char *brief)
{
    const struct gn_json_node *list = ha_get(entity, name, brief);
    for (const struct gn_json_node *word = list != NULL ? list->first : NULL; word != NULL; word = word->next)
        gn_device_option(entity->device, trait, ha_word(word, ""));
}

/* --- components --- */

static void ha_sensor(const struct ha_entity *entity)
{
    const gn_str state_class = ha_text(entity, "state_class", "stat_cla");
    const gn_str device_class = ha_text(entity, "device_class", "dev_cla");
    struct gn_trait *trait =
        ha_trait(entity, ha_topic(entity, "state_topic", "stat_t"), ha_text(entity, "value_template", "val_tpl"), NULL);
    if (trait == NULL)
        return;
    ha_options(entity, trait, "options", "ops");
    if (gn_str_equal(device_class, GN_STR("enum")) || trait->option_count > 0)
        trait->kind = GN_TRAIT_STATE;
    else if (gn_str_equal(state_class, GN_STR("total_increasing")))
        trait->kind = GN_TRAIT_COUNTER;
    else if (gn_str_equal(device_class, GN_STR("timestamp")) || gn_str_equal(device_class, GN_STR("date")))
        trait->kind = GN_TRAIT_TEXT;
    else if (trait->unit.size > 0 || state_class.size > 0)
        trait->kind = GN_TRAIT_NUMBER;
}

static void ha_boolean(const struct ha_entity *entity, struct gn_trait *trait)
{
    const gn_str on = ha_word(ha_get(entity, "payload_on", "pl_on"), "ON");
    const gn_str off = ha_word(ha_get(entity, "payload_off", "pl_off"), "OFF");
    const struct gn_json_node *state_on = ha_get(entity, "state_on", "stat_on");
    const struct gn_json_node *state_off = ha_get(entity, "state_off", "stat_off");
    trait->kind = GN_TRAIT_BOOLEAN;
    trait->on = gn_device_keep(entity->device, state_on != NULL ? ha_word(state_on, "") : on);
    trait->off = gn_device_keep(entity->device, state_off != NULL ? ha_word(state_off, "") : off);
    ha_writable(entity, trait, ha_topic(entity, "command_topic", "cmd_t"));
    if (trait->writable) {
        trait->write_on = gn_device_keep(entity->device, on);
        trait->write_off = gn_device_keep(entity->device, off);
    }
}

static void ha_switch(const struct ha_entity *entity)
{
    struct gn_trait *trait =
        ha_trait(entity, ha_topic(entity, "state_topic", "stat_t"), ha_text(entity, "value_template", "val_tpl"), NULL);
    if (trait != NULL)
        ha_boolean(entity, trait);
}

static void ha_range(const struct ha_entity *entity, struct gn_trait *trait, double low, double high)
{
    trait->has_range = low < high;
    trait->low = low;
    trait->high = high;
    (void)entity;
}

static double ha_number(const struct ha_entity *entity, const char *name, const char *brief, double otherwise)
{
    const struct gn_json_node *node = ha_get(entity, name, brief);
    return node != NULL && node->kind == GN_JSON_NUMBER ? node->number : otherwise;
}

/* {"state":"ON","brightness":120} on one topic, both ways. */
static void ha_light_json(const struct ha_entity *entity)
{
    const gn_str topic = ha_topic(entity, "state_topic", "stat_t");
    const gn_str command = ha_topic(entity, "command_topic", "cmd_t");
    const struct gn_json_node *brightness = ha_get(entity, "brightness", "brightness");
    struct gn_trait *state = ha_trait(entity, topic, GN_STR("{{ value_json.state }}"), NULL);
    if (state != NULL) {
        ha_boolean(entity, state);
        state->write_path = state->writable ? state->path : (gn_str){ 0 };
    }
    if (ha_get(entity, "supported_color_modes", "sup_clrm") == NULL &&
        (brightness == NULL || brightness->kind != GN_JSON_BOOL || !brightness->boolean))
        return;
    struct gn_trait *level = ha_trait(entity, topic, GN_STR("{{ value_json.brightness }}"), NULL);
    if (level == NULL)
        return;
    level->kind = GN_TRAIT_NUMBER;
    ha_range(entity, level, 0, ha_number(entity, "brightness_scale", "bri_scl", 255));
    ha_writable(entity, level, command);
    level->write_path = level->writable ? level->path : (gn_str){ 0 };
}

static void ha_light(const struct ha_entity *entity)
{
    const gn_str schema = ha_text(entity, "schema", "schema");
    if (gn_str_equal(schema, GN_STR("json"))) {
        ha_light_json(entity);
        return;
    }
    if (schema.size > 0 && !gn_str_equal(schema, GN_STR("basic"))) {
        gn_device_leave_out(entity->device, "a light of the schema '%.*s' is not understood", GN_STR_ARGS(schema));
        return;
    }
    struct gn_trait *state = ha_trait(entity, ha_topic(entity, "state_topic", "stat_t"),
                                      ha_text(entity, "state_value_template", "stat_val_tpl"), NULL);
    if (state != NULL)
        ha_boolean(entity, state);
    struct gn_trait *level = ha_trait(entity, ha_topic(entity, "brightness_state_topic", "bri_stat_t"),
                                      ha_text(entity, "brightness_value_template", "bri_val_tpl"), "brightness");
    if (level == NULL)
        return;
    level->kind = GN_TRAIT_NUMBER;
    ha_range(entity, level, 0, ha_number(entity, "brightness_scale", "bri_scl", 255));
    ha_writable(entity, level, ha_topic(entity, "brightness_command_topic", "bri_cmd_t"));
}

static void ha_number_or_select(const struct ha_entity *entity, bool is_number)
{
    struct gn_trait *trait =
        ha_trait(entity, ha_topic(entity, "state_topic", "stat_t"), ha_text(entity, "value_template", "val_tpl"), NULL);
    if (trait == NULL)
        return;
    trait->kind = is_number ? GN_TRAIT_NUMBER : GN_TRAIT_STATE;
    if (is_number)
        ha_range(entity, trait, ha_number(entity, "min", "min", 1), ha_number(entity, "max", "max", 100));
    else
        ha_options(entity, trait, "options", "ops");
    ha_writable(entity, trait, ha_topic(entity, "command_topic", "cmd_t"));
}

static void ha_climate(const struct ha_entity *entity)
{
    const gn_str unit = ha_text(entity, "temperature_unit", "temp_unit");
    struct gn_trait *now = ha_trait(entity, ha_topic(entity, "current_temperature_topic", "curr_temp_t"),
                                    ha_text(entity, "current_temperature_template", "curr_temp_tpl"), NULL);
    if (now != NULL)
        now->kind = GN_TRAIT_NUMBER;
    struct gn_trait *wanted = ha_trait(entity, ha_topic(entity, "temperature_state_topic", "temp_stat_t"),
                                       ha_text(entity, "temperature_state_template", "temp_stat_tpl"), NULL);
    if (wanted != NULL) {
        wanted->kind = GN_TRAIT_NUMBER;
        ha_range(entity, wanted, ha_number(entity, "min_temp", "min_temp", 7),
                 ha_number(entity, "max_temp", "max_temp", 35));
        ha_writable(entity, wanted, ha_topic(entity, "temperature_command_topic", "temp_cmd_t"));
    }
    struct gn_trait *const both[] = { now, wanted };
    for (size_t i = 0; i < 2; i++) {
        if (both[i] == NULL || unit.size == 0)
            continue;
        both[i]->unit = gn_device_keep(entity->device, gn_str_equal(unit, GN_STR("F")) ? GN_STR("°F") : GN_STR("°C"));
        both[i]->unit_reason = gn_device_keep(entity->device, GN_STR("said by the device"));
    }
    struct gn_trait *mode = ha_trait(entity, ha_topic(entity, "mode_state_topic", "mode_stat_t"),
                                     ha_text(entity, "mode_state_template", "mode_stat_tpl"), NULL);
    if (mode == NULL)
        return;
    mode->kind = GN_TRAIT_STATE;
    ha_options(entity, mode, "modes", "modes");
    ha_writable(entity, mode, ha_topic(entity, "mode_command_topic", "mode_cmd_t"));
}

/* Where the device says that it is there. */
static void ha_availability(const struct ha_entity *entity)
{
    const struct gn_json_node *list = ha_get(entity, "availability", "avty");
    struct ha_entity place = *entity;
    gn_str topic = ha_text(entity, "availability_topic", "avty_t");
    gn_str template = ha_text(entity, "availability_template", "avty_tpl");
    gn_str path;
    if (list != NULL && list->first != NULL) { /* the last one is the device's, those before are its bridges' */
        const struct gn_json_node *last = list->first;
        while (last->next != NULL)
            last = last->next;
        place.own = last;
        topic = ha_text(&place, "topic", "t");
        template = gn_json_text_at(last, "value_template").size > 0 ? gn_json_text_at(last, "value_template")
                                                                    : gn_json_text_at(last, "val_tpl");
        place.shared = entity->own; /* for "~" */
    }
    topic = ha_full_topic(&place, topic);
    if (topic.size == 0 || !ha_path(entity, template, &path))
        return;
    struct gn_trait *trait = gn_device_trait(entity->device, GN_STR("available"));
    if (trait == NULL)
        return;
    trait->kind = GN_TRAIT_BOOLEAN;
    trait->topic = topic;
    trait->path = path;
    trait->on = gn_device_keep(entity->device, ha_word(ha_get(&place, "payload_available", "pl_avail"), "online"));
    trait->off =
        gn_device_keep(entity->device, ha_word(ha_get(&place, "payload_not_available", "pl_not_avail"), "offline"));
}

static void ha_component(const struct ha_entity *entity, gn_str component)
{
    const struct gn_json_node *topic = ha_get(entity, "state_topic", "stat_t");
    if (gn_str_equal(component, GN_STR("sensor")))
        ha_sensor(entity);
    else if (gn_str_equal(component, GN_STR("binary_sensor")) || gn_str_equal(component, GN_STR("switch")))
        ha_switch(entity);
    else if (gn_str_equal(component, GN_STR("light")))
        ha_light(entity);
    else if (gn_str_equal(component, GN_STR("number")) || gn_str_equal(component, GN_STR("select")))
        ha_number_or_select(entity, component.at[0] == 'n');
    else if (gn_str_equal(component, GN_STR("climate")))
        ha_climate(entity);
    else
        gn_device_leave_out(entity->device, "the component '%.*s' is not understood", GN_STR_ARGS(component));
    if (topic == NULL && entity->device->trait_count == 0 && entity->device->left_out == 0)
        gn_device_leave_out(entity->device, "'%.*s' has no state topic", GN_STR_ARGS(entity->object));
}

/* --- the device behind the entity --- */

static gn_str ha_first_text(const struct gn_json_node *node)
{
    if (node != NULL && node->kind == GN_JSON_ARRAY)
        node = node->first;
    if (node != NULL && node->kind == GN_JSON_ARRAY) /* connections: [["mac","02:5b:.."]] */
        node = node->first != NULL ? node->first->next : NULL;
    return node != NULL && (node->kind == GN_JSON_STRING || node->kind == GN_JSON_NUMBER) ? node->text : (gn_str){ 0 };
}

static gn_str ha_either(const struct gn_json_node *object, const char *name, const char *brief)
{
    const gn_str text = gn_json_text_at(object, name);
    return text.size > 0 ? text : gn_json_text_at(object, brief);
}

/* Zigbee2MQTT calls its devices "zigbee2mqtt_0x..." here, and "0x..." in its own list: one device, one key. */
static gn_str ha_key(gn_str key)
{
    static const gn_str prefix = { "zigbee2mqtt_", 12 };
    return gn_str_starts(key, prefix) ? (gn_str){ key.at + prefix.size, key.size - prefix.size } : key;
}

static gn_err ha_identify(const struct ha_entity *entity, struct gn_diag *diag)
{
    struct gn_device *device = entity->device;
    const struct gn_json_node *about = ha_get(entity, "device", "dev");
    const struct gn_json_node *ids = gn_json_at(about, "identifiers");
    const struct gn_json_node *connections = gn_json_at(about, "connections");
    gn_str key = ha_first_text(ids != NULL ? ids : gn_json_at(about, "ids"));
    if (key.size == 0)
        key = ha_first_text(connections != NULL ? connections : gn_json_at(about, "cns"));
    if (key.size == 0)
        key = ha_text(entity, "unique_id", "uniq_id");
    if (key.size == 0)
        key = entity->object;
    key = ha_key(key);
    if (key.size > GN_DEVICE_KEY_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "an identifier is longer than DEVICE_KEY_BYTES_MAX (%d)", GN_DEVICE_KEY_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    gn_str name = ha_either(about, "name", "name");
    if (name.size == 0)
        name = ha_text(entity, "name", "name");
    const gn_str maker = ha_either(about, "manufacturer", "mf");
    const gn_str model = ha_either(about, "model", "mdl");
    device->key = gn_device_keep(device, key);
    device->name = gn_device_keep(device, name.size > 0 ? name : key);
    device->model = gn_device_keepf(device, "%.*s%s%.*s", GN_STR_ARGS(maker),
                                    maker.size > 0 && model.size > 0 ? " " : "", GN_STR_ARGS(model));
    return GN_OK;
}

/* --- messages --- */

static size_t ha_levels(gn_str topic, gn_str out[static HA_LEVELS_MAX])
{
    size_t count = 0;
    for (gn_str rest = topic; count < HA_LEVELS_MAX; count++) {
        const bool last = memchr(rest.at, '/', rest.size) == NULL;
        out[count] = gn_str_split(rest, '/', &rest);
        if (last)
            return count + 1;
    }
    return count + 1;
}

bool gn_home_assistant_claims(gn_str topic)
{
    return gn_str_starts(topic, GN_STR("homeassistant/"));
}

static void ha_read_components(const struct ha_entity *message)
{
    const struct gn_json_node *list = ha_get(message, "components", "cmps");
    for (const struct gn_json_node *one = list != NULL ? list->first : NULL; one != NULL; one = one->next) {
        const struct ha_entity entity = {
            .own = one, .shared = message->own, .object = one->key, .device = message->device
        };
        const gn_str component = ha_either(one, "platform", "p");
        if (one->kind == GN_JSON_OBJECT && component.size > 0)
            ha_component(&entity, component);
    }
}

gn_err gn_home_assistant_read(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic, gn_str payload,
                              gn_device_each *each, void *ctx, struct gn_diag *diag)
{
    gn_str levels[HA_LEVELS_MAX];
    const struct gn_json_node *root;
    const size_t count = ha_levels(topic, levels);
    if (count < 4 || count > 5 || !gn_str_equal(levels[count - 1], GN_STR("config")) || payload.size == 0)
        return GN_OK; /* "homeassistant/status", an entity withdrawn, and what else there is */
    gn_err err = gn_json_tree_read(tree, payload, &root, diag);
    if (err != GN_OK)
        return err;
    if (root->kind != GN_JSON_OBJECT) {
        gn_diag_set(diag, 0, 0, "a discovery message is a JSON object");
        return GN_ERR_INVAL;
    }
    gn_device_begin(scratch, GN_SOURCE_HOME_ASSISTANT);
    const struct ha_entity entity = { .own = root, .object = levels[count - 2], .device = scratch };
    err = ha_identify(&entity, diag);
    if (err != GN_OK)
        return err;
    if (gn_str_equal(levels[1], GN_STR("device")))
        ha_read_components(&entity);
    else
        ha_component(&entity, levels[1]);
    ha_availability(&entity);
    return each(ctx, scratch);
}
