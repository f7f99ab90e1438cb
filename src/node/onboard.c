/* SPDX-License-Identifier: Apache-2.0 */
#include "node/onboard.h"

#include "base/log.h"
#include "base/mem.h"
#include "connect/discover/graft.h"
#include "connect/discover/home_assistant.h"
#include "connect/discover/tasmota.h"
#include "connect/discover/zigbee2mqtt.h"
#include "node/onboard_int.h"
#include "node/onboard_sparkplug.h"
#include "os/entropy.h"

enum { ONBOARD_KEY_SLOTS = 8192, ONBOARD_KEY_BYTES = GN_ONBOARD_KEY_BYTES };
_Static_assert(ONBOARD_KEY_SLOTS / 4 * 3 >= GN_THINGS_MAX, "the map has room for every Thing");

/* A format of announcements; `claims` also for messages of it that announce nothing. */
struct onboard_format {
    bool (*claims)(gn_str topic);
    gn_err (*read)(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic, gn_str payload,
                   gn_device_each *each, void *ctx, struct gn_diag *diag);
};

static const struct onboard_format onboard_formats[] = {
    { gn_home_assistant_claims, gn_home_assistant_read },
    { gn_zigbee2mqtt_claims, gn_zigbee2mqtt_read },
    { gn_tasmota_claims, gn_tasmota_read },
};

/* --- which Thing a gateway means --- */

static gn_str onboard_key(char to[static ONBOARD_KEY_BYTES], uint32_t gateway, gn_str key)
{
    memcpy(to, &gateway, sizeof gateway);
    if (key.size > 0)
        memcpy(to + sizeof gateway, key.at, key.size);
    return (gn_str){ to, sizeof gateway + key.size };
}

bool gn_onboard_find(const struct gn_onboard *onboard, uint32_t gateway, gn_str key, uint32_t *out_thing)
{
    char bytes[ONBOARD_KEY_BYTES];
    return key.size <= GN_DEVICE_KEY_BYTES_MAX &&
           gn_map_get(&onboard->by_key, onboard_key(bytes, gateway, key), out_thing);
}

static void onboard_enter(struct gn_onboard *onboard, uint32_t thing)
{
    const struct gn_thing *row = &onboard->intake->registry.things[thing];
    if (row->via == GN_NONE || row->key[0] == '\0')
        return;
    GN_IGNORE(gn_map_put(&onboard->by_key, onboard_key(onboard->keys[thing], row->via, gn_str_of(row->key)), thing),
              "a key that is there already keeps its first Thing");
    if (row->source != GN_SOURCE_MAPPING && row->source != GN_SOURCE_NATIVE)
        onboard->announces[row->via] = true;
}

void gn_onboard_recall_things(struct gn_onboard *onboard)
{
    for (uint32_t thing = 0; thing < onboard->intake->registry.thing_count; thing++)
        onboard_enter(onboard, thing);
}

/* A name as a Thing may have it: without control characters, cut at a character's begin. */
static gn_str onboard_name(gn_str name, char to[static GN_THING_NAME_BYTES_MAX])
{
    size_t size = 0;
    for (size_t i = 0; i < name.size && size < GN_THING_NAME_BYTES_MAX; i++) {
        const uint8_t c = (uint8_t)name.at[i];
        to[size++] = c < 0x20 || c == 0x7f || c == '/' ? ' ' : (char)c;
    }
    if (size < name.size)
        while (size > 0 && ((uint8_t)to[size - 1] & 0xc0) == 0x80)
            size--;
    if (size < name.size && size > 0 && (uint8_t)to[size - 1] >= 0xc0)
        size--;
    const gn_str fine = gn_str_trim((gn_str){ to, size });
    return fine.size > 0 && gn_utf8_valid(fine) ? fine : GN_STR("device");
}

/* The Thing of that key, new ones as discovered. */
static gn_err onboard_thing(struct gn_onboard *onboard, uint32_t gateway, gn_thing_source source, gn_str key,
                            gn_str name, uint32_t *out_thing, uint64_t *out_token, struct gn_diag *diag)
{
    char bytes[GN_THING_NAME_BYTES_MAX];
    if (gn_onboard_find(onboard, gateway, key, out_thing))
        return GN_OK;
    const struct gn_intake_device device = { .name = onboard_name(name.size > 0 ? name : key, bytes),
                                             .key = key,
                                             .via = gateway,
                                             .source = source,
                                             .state = GN_THING_DISCOVERED };
    const gn_err err = gn_intake_discover(onboard->intake, &device, out_thing, out_token, diag);
    if (err != GN_OK)
        return err;
    onboard_enter(onboard, *out_thing);
    gn_log(GN_LOG_INFO, "onboard", "discovered", "thing=%s via=%s source=%s",
           onboard->intake->registry.things[*out_thing].id, onboard->intake->registry.things[gateway].id,
           gn_thing_source_name((uint8_t)source));
    return GN_OK;
}

/* --- descriptions --- */

gn_str gn_onboard_fragment(const struct gn_onboard *onboard, uint32_t thing)
{
    return thing < GN_THINGS_MAX ? (gn_str){ onboard->fragments[thing], onboard->fragment_size[thing] } : (gn_str){ 0 };
}

static gn_err onboard_keep(struct gn_onboard *onboard, uint32_t thing, gn_str fragment)
{
    char *copy = gn_mem_take(fragment.size + 1, "descriptions of devices");
    if (copy == NULL)
        return GN_ERR_FULL;
    if (fragment.size > 0)
        memcpy(copy, fragment.at, fragment.size);
    gn_mem_give(onboard->fragments[thing]);
    onboard->fragments[thing] = copy;
    onboard->fragment_size[thing] = fragment.size;
    return GN_OK;
}

static void onboard_bind(struct gn_onboard *onboard, uint32_t thing)
{
    if (gn_bindings_set(onboard->bindings, thing, &onboard->known) != GN_OK)
        gn_log(GN_LOG_WARN, "onboard", "bindings_full", "thing=%s: not all of its topics are bound",
               onboard->intake->registry.things[thing].id);
}

/* What is known of the Thing into onboard->known. */
static void onboard_load(struct gn_onboard *onboard, uint32_t thing)
{
    struct gn_diag diag = { 0 };
    gn_device_begin(&onboard->known, (gn_thing_source)onboard->intake->registry.things[thing].source);
    const gn_str fragment = gn_onboard_fragment(onboard, thing);
    if (fragment.size > 0)
        GN_IGNORE(gn_device_read(&onboard->known, &onboard->known_tree, fragment, &diag), "it is then said anew");
}

void gn_onboard_recall(struct gn_onboard *onboard, uint32_t thing, gn_str fragment)
{
    if (thing >= onboard->intake->registry.thing_count || onboard_keep(onboard, thing, fragment) != GN_OK)
        return;
    onboard_load(onboard, thing);
    if (onboard->intake->registry.things[thing].via != GN_NONE)
        onboard_bind(onboard, thing);
}

/* Journals the description that onboard->known makes, when it is not the one that is known. */
static gn_err onboard_describe(struct gn_onboard *onboard, uint32_t thing, uint64_t *out_token, struct gn_diag *diag)
{
    struct gn_buf fragment = gn_buf_over(onboard->fragment, sizeof onboard->fragment);
    gn_device_write(&onboard->known, &fragment);
    while (fragment.full && onboard->known.trait_count > 0) { /* the last ones do not fit */
        onboard->known.trait_count--;
        fragment = gn_buf_over(onboard->fragment, sizeof onboard->fragment);
        gn_device_write(&onboard->known, &fragment);
    }
    if (gn_str_equal(gn_buf_str(&fragment), gn_onboard_fragment(onboard, thing)))
        return GN_OK;
    gn_err err = gn_intake_description(onboard->intake, thing, gn_buf_str(&fragment), out_token);
    if (err == GN_OK)
        err = onboard_keep(onboard, thing, gn_buf_str(&fragment));
    if (err != GN_OK) {
        gn_diag_set(diag, 0, 0, "what the device says of itself cannot be kept: %s", gn_err_text(err));
        return err;
    }
    onboard_bind(onboard, thing);
    return GN_OK;
}

/* --- announcements --- */

struct onboard_said {
    struct gn_onboard *onboard;
    uint32_t gateway;
    uint64_t *token;
    struct gn_diag *diag;
};

/* Of an adopted Thing: only where things come and go; what they mean, a person has said. */
static void onboard_merge_adopted(struct gn_device *known, const struct gn_device *said)
{
    for (uint32_t i = 0; i < said->trait_count; i++) {
        const struct gn_trait *from = &said->traits[i];
        struct gn_trait *to = (struct gn_trait *)(uintptr_t)gn_device_find(known, from->name);
        if (to == NULL)
            continue;
        to->topic = gn_device_keep(known, from->topic);
        to->path = gn_device_keep(known, from->path);
        to->on = gn_device_keep(known, from->on);
        to->off = gn_device_keep(known, from->off);
        to->write_topic = gn_device_keep(known, from->write_topic);
        to->write_path = gn_device_keep(known, from->write_path);
        to->write_on = gn_device_keep(known, from->write_on);
        to->write_off = gn_device_keep(known, from->write_off);
    }
}

static void onboard_add_new(struct gn_device *known, struct gn_device *said)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < said->trait_count; i++)
        if (gn_device_find(known, said->traits[i].name) == NULL)
            said->traits[kept++] = said->traits[i];
    said->trait_count = kept;
    const gn_str name = known->name;
    gn_device_merge(known, said);
    if (name.size > 0)
        known->name = name;
}

/* Two formats may speak of one device: Zigbee2MQTT's own list says more than what it says for Home Assistant. */
static bool onboard_is_lesser(const struct gn_onboard *onboard, uint32_t thing, const struct gn_device *said)
{
    return said->source == GN_SOURCE_HOME_ASSISTANT && onboard->fragment_size[thing] > 0 &&
           onboard->intake->registry.things[thing].source == GN_SOURCE_ZIGBEE2MQTT;
}

/* A device that said its name later than itself. A person's name for an adopted Thing stays. */
static gn_err onboard_rename(struct gn_onboard *onboard, uint32_t thing, gn_str name, uint64_t *out_token,
                             struct gn_diag *diag)
{
    char bytes[GN_THING_NAME_BYTES_MAX];
    if (name.size == 0 || onboard->intake->registry.things[thing].state != GN_THING_DISCOVERED)
        return GN_OK;
    return gn_intake_thing_state(onboard->intake, thing, GN_THING_DISCOVERED, onboard_name(name, bytes), out_token,
                                 diag);
}

gn_err gn_onboard_device(struct gn_onboard *onboard, uint32_t gateway, const struct gn_device *device,
                         uint64_t *out_token, struct gn_diag *diag)
{
    uint32_t thing;
    gn_err err = onboard_thing(onboard, gateway, device->source, device->key, device->name, &thing, out_token, diag);
    if (err != GN_OK)
        return err;
    const struct gn_thing *row = &onboard->intake->registry.things[thing];
    if (row->state == GN_THING_IGNORED || onboard_is_lesser(onboard, thing, device))
        return GN_OK;
    onboard->announces[gateway] = true;
    err = onboard_rename(onboard, thing, device->name, out_token, diag);
    if (err != GN_OK)
        return err;
    onboard_load(onboard, thing);
    if (row->state == GN_THING_ADOPTED) {
        onboard_merge_adopted(&onboard->known, device);
        onboard_add_new(&onboard->known, &onboard->said);
        if (onboard->known.left_out > 0 && onboard->said.left_out == 0)
            return GN_OK; /* no room: what a person adopted stays as it is */
    } else {
        if (device->source == GN_SOURCE_ZIGBEE2MQTT || device->source == GN_SOURCE_SPARKPLUG)
            gn_device_begin(&onboard->known, device->source); /* a list, a birth say everything each time */
        gn_device_merge(&onboard->known, device);
    }
    if (device->source == GN_SOURCE_TASMOTA)
        gn_tasmota_settle(&onboard->known);
    return onboard_describe(onboard, thing, out_token, diag);
}

static gn_err onboard_on_device(void *ctx, const struct gn_device *device)
{
    const struct onboard_said *said = ctx;
    return gn_onboard_device(said->onboard, said->gateway, device, said->token, said->diag);
}

static gn_err onboard_announced(struct gn_onboard *onboard, const struct onboard_format *format,
                                const struct gn_foreign *message, uint64_t *out_token, struct gn_diag *diag)
{
    struct onboard_said said = { onboard, message->thing, out_token, diag };
    const gn_str payload = { (const char *)message->payload.at, message->payload.size };
    return format->read(&onboard->tree, &onboard->said, message->topic, payload, onboard_on_device, &said, diag);
}

/* --- readings --- */

static bool onboard_is_bare(gn_bytes payload)
{
    const gn_str text = gn_str_trim((gn_str){ (const char *)payload.at, payload.size });
    return text.size > 0 && text.at[0] != '{' && text.at[0] != '[' && (uint8_t)text.at[0] < 0x80;
}

gn_err gn_onboard_packet(struct gn_onboard *onboard, const struct gn_foreign *message, uint32_t thing,
                         const struct gn_item *items, size_t count, uint64_t *out_token, struct gn_diag *diag)
{
    const struct gn_packet packet = { .thing = thing,
                                      .packet_id = message->packet_id,
                                      .redelivered = message->redelivered,
                                      .fingerprint = message->fingerprint,
                                      .items = items,
                                      .item_count = count };
    return onboard->table.packet(onboard->table.self, &packet, out_token, diag);
}

/* Readings of the Things that announced the topic, as far as this gateway speaks for them. False: none did. */
static bool onboard_bound(struct gn_onboard *onboard, const struct gn_foreign *message, gn_err *out_err,
                          uint64_t *out_token, struct gn_diag *diag)
{
    bool read = false, found = false;
    *out_err = GN_OK;
    for (uint32_t thing = GN_NONE; *out_err == GN_OK;) {
        thing = gn_bindings_next(onboard->bindings, message->topic, thing);
        if (thing == GN_NONE)
            break;
        const struct gn_thing *row = &onboard->intake->registry.things[thing];
        if (row->via != message->thing)
            continue;
        found = true;
        if (row->state == GN_THING_IGNORED) {
            onboard->table.refused(onboard->table.self, thing, "the Thing is ignored");
            continue;
        }
        if (!read)
            *out_err = gn_payload_any(&onboard->payload, (gn_str){ 0 }, message->payload, &onboard->table.clock, diag);
        read = true;
        if (*out_err != GN_OK)
            break;
        const size_t count = gn_bindings_items(onboard->bindings, message->topic, thing, &onboard->payload,
                                               onboard_is_bare(message->payload), onboard->items);
        if (count > 0)
            *out_err = gn_onboard_packet(onboard, message, thing, onboard->items, count, out_token, diag);
    }
    return found;
}

/* --- topics that the solution explains --- */

void gn_onboard_use(struct gn_onboard *onboard, const struct gn_solution *solution)
{
    onboard->solution = solution;
}

/* The Thing a gateway names: itself, or one that came through it. NOT_FOUND: neither; INVAL: it may not speak for it.
 */
static gn_err onboard_named(struct gn_onboard *onboard, uint32_t gateway, gn_str name, uint32_t *out_thing,
                            struct gn_diag *diag)
{
    const struct gn_registry *registry = &onboard->intake->registry;
    if (gn_onboard_find(onboard, gateway, name, out_thing))
        return GN_OK;
    if (!gn_registry_thing(registry, name, out_thing))
        return GN_ERR_NOT_FOUND;
    if (*out_thing == gateway || registry->things[*out_thing].via == gateway)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "the Thing '%.*s' speaks for itself; another cannot", GN_STR_ARGS(name));
    return GN_ERR_INVAL;
}

gn_err gn_onboard_through(void *self, uint32_t gateway, gn_str key, uint32_t *out_thing, struct gn_diag *diag)
{
    struct gn_onboard *onboard = self;
    uint64_t token;
    const gn_err err = onboard_named(onboard, gateway, key, out_thing, diag);
    if (err != GN_ERR_NOT_FOUND)
        return err;
    return onboard_thing(onboard, gateway, GN_SOURCE_MAPPING, key, key, out_thing, &token, diag);
}

/* The Thing that a mapped topic names; one there is not yet is made. */
static gn_err onboard_mapped_thing(struct gn_onboard *onboard, uint32_t gateway, const struct gn_topic_match *match,
                                   uint32_t *out_thing, uint64_t *out_token, struct gn_diag *diag)
{
    const gn_err named = onboard_named(onboard, gateway, match->thing, out_thing, diag);
    if (named != GN_ERR_NOT_FOUND)
        return named;
    if (!match->declared)
        return onboard_thing(onboard, gateway, GN_SOURCE_MAPPING, match->thing, match->thing, out_thing, out_token,
                             diag);
    const struct gn_intake_device device = { .id = match->thing,
                                             .name = match->thing,
                                             .key = match->thing,
                                             .via = gateway,
                                             .source = GN_SOURCE_MAPPING,
                                             .state = GN_THING_ADOPTED };
    const gn_err err = gn_intake_discover(onboard->intake, &device, out_thing, out_token, diag);
    if (err == GN_OK)
        onboard_enter(onboard, *out_thing);
    return err;
}

/* The picked member under the property's name, everything scaled. */
static void onboard_rescale(struct gn_onboard *onboard, const struct gn_topic_match *match)
{
    struct gn_payload *payload = &onboard->payload;
    size_t kept = 0;
    for (size_t i = 0; i < payload->item_count; i++) {
        struct gn_item item = payload->items[i];
        if (match->pick.size > 0 && !gn_str_equal(item.property, match->pick))
            continue;
        if (match->pick.size > 0 && match->property.size > 0)
            item.property = match->property;
        if (item.kind == GN_SERIES_NUMBER)
            item.value = item.value * match->scale + match->offset;
        payload->items[kept++] = item;
    }
    payload->item_count = kept;
}

static gn_err onboard_mapped(struct gn_onboard *onboard, const struct gn_foreign *message,
                             const struct gn_topic_match *match, uint64_t *out_token, struct gn_diag *diag)
{
    uint32_t thing;
    const gn_str prefix = match->pick.size > 0 ? (gn_str){ 0 } : match->property;
    gn_err err = gn_payload_any(&onboard->payload, prefix, message->payload, &onboard->table.clock, diag);
    if (err == GN_OK)
        err = onboard_mapped_thing(onboard, message->thing, match, &thing, out_token, diag);
    if (err != GN_OK)
        return err;
    onboard_rescale(onboard, match);
    if (onboard->payload.item_count == 0)
        return GN_OK;
    err = gn_onboard_packet(onboard, message, thing, onboard->payload.items, onboard->payload.item_count, out_token,
                            diag);
    if (err != GN_OK || match->unit.size == 0 || match->property.size == 0)
        return err;
    onboard_load(onboard, thing);
    if (gn_device_find(&onboard->known, match->property) != NULL)
        return GN_OK;
    struct gn_trait *trait = gn_device_trait(&onboard->known, match->property);
    if (trait == NULL)
        return GN_OK;
    trait->kind = GN_TRAIT_NUMBER;
    trait->unit = gn_device_keep(&onboard->known, match->unit);
    trait->unit_reason = gn_device_keep(&onboard->known, GN_STR("said by the solution"));
    return onboard_describe(onboard, thing, out_token, diag);
}

/* --- gateways that announce nothing: the topic is all there is --- */

static gn_str onboard_last(gn_str topic, gn_str *out_before)
{
    size_t first = topic.size;
    while (first > 0 && topic.at[first - 1] != '/')
        first--;
    *out_before = (gn_str){ topic.at, first > 0 ? first - 1 : 0 };
    return (gn_str){ topic.at + first, topic.size - first };
}

/* Orders to devices are no readings of them. */
static bool onboard_is_order(gn_str topic)
{
    static const char *const words[] = { "set", "get", "cmd", "cmnd", "command", "rpc" };
    gn_str before;
    const gn_str last = onboard_last(topic, &before);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (gn_str_equal(last, gn_str_of(words[i])))
            return true;
    return gn_str_starts(topic, GN_STR("cmnd/"));
}

static gn_err onboard_plain(struct gn_onboard *onboard, const struct gn_foreign *message, uint64_t *out_token,
                            struct gn_diag *diag)
{
    gn_str before, property = { 0 }, key = message->topic;
    uint32_t thing;
    if (onboard->announces[message->thing] || onboard_is_order(message->topic) || message->payload.size == 0)
        return GN_OK;
    if (onboard_is_bare(message->payload)) {
        const gn_str last = onboard_last(message->topic, &before);
        if (before.size > 0) {
            key = before;
            property = last;
        }
    }
    if (key.size > GN_DEVICE_KEY_BYTES_MAX)
        return GN_OK;
    gn_err err = gn_payload_any(&onboard->payload, property, message->payload, &onboard->table.clock, diag);
    if (err == GN_OK)
        err = onboard_thing(onboard, message->thing, GN_SOURCE_NATIVE, key, key, &thing, out_token, diag);
    if (err != GN_OK)
        return err;
    if (onboard->intake->registry.things[thing].state == GN_THING_IGNORED) {
        onboard->table.refused(onboard->table.self, thing, "the Thing is ignored");
        return GN_OK;
    }
    return gn_onboard_packet(onboard, message, thing, onboard->payload.items, onboard->payload.item_count, out_token,
                             diag);
}

gn_err gn_onboard_foreign(void *self, const struct gn_foreign *message, uint64_t *out_token, struct gn_diag *diag)
{
    struct gn_onboard *onboard = self;
    struct gn_topic_match match;
    gn_err err;
    if (message->payload.size > 0 && gn_solution_topic(onboard->solution, message->topic, &match))
        return onboard_mapped(onboard, message, &match, out_token, diag);
    if (gn_sparkplug_claims(message->topic))
        return gn_onboard_sparkplug(onboard, message, out_token, diag);
    for (size_t i = 0; i < sizeof onboard_formats / sizeof onboard_formats[0]; i++)
        if (onboard_formats[i].claims(message->topic))
            return onboard_announced(onboard, &onboard_formats[i], message, out_token, diag);
    if (message->payload.size == 0 || onboard_bound(onboard, message, &err, out_token, diag))
        return message->payload.size == 0 ? GN_OK : err;
    return onboard_plain(onboard, message, out_token, diag);
}

void gn_onboard_speak(struct gn_onboard *onboard, const struct gn_adapter *adapter, void *self)
{
    onboard->adapter = adapter;
    onboard->adapter_self = self;
}

/* --- a person's word --- */

gn_err gn_onboard_decide(struct gn_onboard *onboard, uint32_t thing, gn_thing_state state, gn_str name,
                         gn_str description, uint64_t *out_token, struct gn_diag *diag)
{
    uint64_t described = 0;
    gn_err err = gn_intake_thing_state(onboard->intake, thing, state, name, out_token, diag);
    if (err != GN_OK || description.size == 0 || gn_str_equal(description, gn_onboard_fragment(onboard, thing)))
        return err;
    err = gn_intake_description(onboard->intake, thing, description, &described);
    if (err != GN_OK)
        return err;
    *out_token = described;
    gn_onboard_recall(onboard, thing, description);
    return GN_OK;
}

gn_err gn_onboard_describe(struct gn_onboard *onboard, uint32_t thing, gn_str description, uint64_t *out_token)
{
    gn_err err = GN_OK;
    if (thing < onboard->intake->registry.thing_count && onboard->intake->registry.things[thing].via != GN_NONE) {
        struct gn_buf whole = gn_buf_over(onboard->fragment, sizeof onboard->fragment);
        onboard_load(onboard, thing);
        err = gn_device_graft(&onboard->known, &onboard->json, description, &whole);
        description = gn_buf_str(&whole);
    }
    if (err == GN_OK)
        err = gn_intake_description(onboard->intake, thing, description, out_token);
    if (err == GN_OK)
        gn_onboard_recall(onboard, thing, description);
    return err;
}

/* --- life --- */

gn_err gn_onboard_new(struct gn_intake_core *intake, struct gn_onboard **out)
{
    uint8_t seed[16];
    struct gn_onboard *made = gn_mem_take(sizeof *made, "onboarding");
    if (made == NULL)
        return GN_ERR_FULL;
    made->intake = intake;
    made->table = gn_intake_table(intake);
    made->key_slots = gn_mem_take(ONBOARD_KEY_SLOTS * sizeof *made->key_slots, "devices by key");
    made->keys = gn_mem_take(GN_THINGS_MAX * sizeof *made->keys, "devices by key");
    gn_entropy(seed, sizeof seed);
    if (made->key_slots == NULL || made->keys == NULL || gn_bindings_new(&made->bindings) != GN_OK ||
        gn_onboard_spark_new(&made->spark) != GN_OK) {
        gn_onboard_free(made);
        return GN_ERR_FULL;
    }
    made->by_key = (struct gn_map){ .slots = made->key_slots, .capacity = ONBOARD_KEY_SLOTS };
    memcpy(made->by_key.seed, seed, sizeof seed);
    intake->foreign = gn_onboard_foreign;
    intake->through = gn_onboard_through;
    intake->foreign_self = made;
    *out = made;
    return GN_OK;
}

static bool onboard_on_kept(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct gn_onboard *onboard = ctx;
    uint32_t thing;
    (void)change;
    if (gn_registry_thing(&onboard->intake->registry, output->thing, &thing))
        gn_onboard_recall(onboard, thing, output->json);
    return true;
}

gn_err gn_onboard_boot(struct gn_intake_core *intake, struct gn_store *store, struct gn_onboard **out)
{
    const struct gn_output_query descriptions = { .kind = "description", .from_ms = INT64_MIN, .to_ms = INT64_MAX };
    struct gn_store_reader *reader = NULL;
    gn_err err = gn_onboard_new(intake, out);
    if (err != GN_OK)
        return err;
    gn_onboard_recall_things(*out);
    err = gn_store_reader_open(store, &reader);
    if (err == GN_OK)
        err = gn_store_outputs(reader, &descriptions, onboard_on_kept, *out);
    gn_store_reader_close(reader);
    return err;
}

void gn_onboard_free(struct gn_onboard *onboard)
{
    if (onboard == NULL)
        return;
    if (onboard->intake->foreign_self == onboard) {
        onboard->intake->foreign = NULL;
        onboard->intake->through = NULL;
    }
    for (uint32_t thing = 0; thing < GN_THINGS_MAX; thing++)
        gn_mem_give(onboard->fragments[thing]);
    gn_onboard_spark_free(onboard->spark);
    gn_bindings_free(onboard->bindings);
    gn_mem_give(onboard->keys);
    gn_mem_give(onboard->key_slots);
    gn_mem_give(onboard);
}
