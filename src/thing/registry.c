/* SPDX-License-Identifier: Apache-2.0 */
/* thing/registry.c -- two tables and two maps over them.
 *
 * The maps borrow their keys: a Thing's id stands in its row, a series' key (thing index, property) in
 * series_keys, one fixed slot a series. Nothing moves after init, so borrowed keys stay valid. */
#include "thing/registry.h"

#include "base/buf.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/mem.h"

enum {
    THING_SLOTS = 8192, /* powers of two, at most 3/4 used */
    SERIES_SLOTS = 32768,
    SERIES_KEY_BYTES = 4 + GN_PROPERTY_BYTES_MAX,
};
_Static_assert(THING_SLOTS / 4 * 3 >= GN_THINGS_MAX, "the map has room for every Thing");
_Static_assert(SERIES_SLOTS / 4 * 3 >= GN_SERIES_MAX, "the map has room for every series");

gn_err gn_registry_init(struct gn_registry *registry, const uint8_t seed[static 16])
{
    struct gn_registry made = { 0 };
    made.things = gn_mem_take(GN_THINGS_MAX * sizeof *made.things, "registry: Things");
    made.series = gn_mem_take(GN_SERIES_MAX * sizeof *made.series, "registry: series");
    made.series_keys = gn_mem_take((size_t)GN_SERIES_MAX * SERIES_KEY_BYTES, "registry: keys");
    struct gn_map_slot *thing_slots = gn_mem_take(THING_SLOTS * sizeof *thing_slots, "registry: Things by id");
    struct gn_map_slot *series_slots = gn_mem_take(SERIES_SLOTS * sizeof *series_slots, "registry: series by name");
    if (made.things == NULL || made.series == NULL || made.series_keys == NULL || thing_slots == NULL ||
        series_slots == NULL) {
        made.thing_by_id.slots = thing_slots;
        made.series_by_name.slots = series_slots;
        gn_registry_fini(&made);
        return GN_ERR_FULL;
    }
    /* Not gn_map_init: it would write zeroes over zeroes, and make 1.25 MiB resident that a node with a
     * few Things never needs. */
    made.thing_by_id = (struct gn_map){ .slots = thing_slots, .capacity = THING_SLOTS };
    made.series_by_name = (struct gn_map){ .slots = series_slots, .capacity = SERIES_SLOTS };
    memcpy(made.thing_by_id.seed, seed, sizeof made.thing_by_id.seed);
    memcpy(made.series_by_name.seed, seed, sizeof made.series_by_name.seed);
    *registry = made;
    return GN_OK;
}

void gn_registry_fini(struct gn_registry *registry)
{
    gn_mem_give(registry->things);
    gn_mem_give(registry->series);
    gn_mem_give(registry->series_keys);
    gn_mem_give(registry->thing_by_id.slots);
    gn_mem_give(registry->series_by_name.slots);
    *registry = (struct gn_registry){ 0 };
}

/* --- names ----------------------------------------------------------------------------------------- */

bool gn_thing_id_valid(gn_str id)
{
    if (id.size < 1 || id.size > GN_THING_ID_BYTES_MAX)
        return false;
    for (size_t i = 0; i < id.size; i++) {
        const char c = id.at[i];
        const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                          c == '.' || c == '-';
        if (!fine)
            return false;
    }
    return true;
}

static bool registry_has_control(gn_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = (uint8_t)text.at[i];
        if (c < 0x20 || c == 0x7f)
            return true;
        if (c == 0xc2 && i + 1 < text.size && (uint8_t)text.at[i + 1] < 0xa0)
            return true; /* C1: U+0080 to U+009F */
    }
    return false;
}

bool gn_property_valid(gn_str name)
{
    if (name.size < 1 || name.size > GN_PROPERTY_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (name.at[i] == '/' || name.at[i] == '+' || name.at[i] == '#')
            return false; /* they mean something in a topic */
    return gn_utf8_valid(name) && !registry_has_control(name);
}

/* NULL when it is a fine name, else what is wrong with it. */
static const char *registry_name_fault(gn_str name)
{
    if (name.size == 0)
        return "a Thing needs a name";
    if (name.size > GN_THING_NAME_BYTES_MAX)
        return "the name is longer than THING_NAME_BYTES_MAX (128 bytes)";
    if (!gn_utf8_valid(name))
        return "the name is not UTF-8 text";
    if (registry_has_control(name))
        return "the name has control characters";
    return NULL;
}
_Static_assert(GN_THING_NAME_BYTES_MAX == 128, "as the message says");

/* The name as an id: lower case, blanks and '_' as '-', other characters left out, "thing" if nothing
 * is left. Does not begin or end with '-' or '.', so that it is never "." or "..". */
static size_t registry_slug(gn_str name, char out[static GN_THING_ID_BYTES_MAX + 1])
{
    size_t size = 0;
    for (size_t i = 0; i < name.size && size < GN_THING_ID_BYTES_MAX; i++) {
        char c = name.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        else if (c == ' ' || c == '_')
            c = '-';
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        const bool joint = (c == '-' || c == '.') && size > 0 && out[size - 1] != '-';
        if (letter || joint)
            out[size++] = c;
    }
    while (size > 0 && (out[size - 1] == '-' || out[size - 1] == '.'))
        size--;
    if (size == 0) {
        memcpy(out, "thing", 5);
        size = 5;
    }
    out[size] = '\0';
    return size;
}

gn_err gn_registry_new_id(const struct gn_registry *registry, gn_str name,
                          char out_id[static GN_THING_ID_BYTES_MAX + 1], struct gn_diag *diag)
{
    const char *fault = registry_name_fault(name);
    if (fault != NULL) {
        gn_diag_set(diag, 0, 0, "%s", fault);
        return GN_ERR_INVAL;
    }
    if (registry->thing_count >= GN_THINGS_MAX) {
        gn_diag_set(diag, 0, 0, "there already are THINGS_MAX (%d) Things", GN_THINGS_MAX);
        return GN_ERR_FULL;
    }

    char id[GN_THING_ID_BYTES_MAX + 1];
    size_t size = registry_slug(name, id);
    uint32_t ignored;
    /* thing_count + 1 candidates cannot all be taken. */
    for (uint32_t n = 2; gn_registry_thing(registry, (gn_str){ id, size }, &ignored); n++) {
        char suffix_bytes[16];
        struct gn_buf suffix = gn_buf_over(suffix_bytes, sizeof suffix_bytes);
        gn_buf_addf(&suffix, "-%u", (unsigned)n);
        size = registry_slug(name, id);
        if (size > GN_THING_ID_BYTES_MAX - suffix.size)
            size = GN_THING_ID_BYTES_MAX - suffix.size;
        memcpy(id + size, suffix_bytes, suffix.size);
        size += suffix.size;
    }
    id[size] = '\0';
    memcpy(out_id, id, size + 1);
    return GN_OK;
}

/* --- records --------------------------------------------------------------------------------------- */

static const char *const state_names[GN_THING_STATE_COUNT] = { "adopted", "discovered", "ignored" };
static const char *const source_names[GN_SOURCE_COUNT] = {
    "native", "home_assistant", "zigbee2mqtt", "tasmota", "sparkplug", "mapping",
};

const char *gn_thing_state_name(uint8_t state)
{
    return state < GN_THING_STATE_COUNT ? state_names[state] : "unknown";
}

const char *gn_thing_source_name(uint8_t source)
{
    return source < GN_SOURCE_COUNT ? source_names[source] : "unknown";
}

static bool registry_word(gn_str text, const char *const *names, uint8_t count, uint8_t *out)
{
    for (uint8_t i = 0; i < count; i++) {
        if (!gn_str_equal(text, gn_str_of(names[i])))
            continue;
        *out = i;
        return true;
    }
    return false;
}

static bool registry_copy(char *to, size_t capacity, gn_str text)
{
    return gn_str_copy(to, capacity, text) == GN_OK;
}

static bool registry_take_via(const struct gn_registry *registry, gn_str text, uint32_t *out)
{
    *out = GN_NONE;
    return text.size == 0 || gn_registry_thing(registry, text, out);
}

/* One member's value into the row. False: not as it must be. Unknown keys have no row in the table. */
static bool registry_take_member(const struct gn_registry *registry, gn_str key, const struct gn_json_token *value,
                                 struct gn_thing *thing, bool *known)
{
    *known = true;
    if (gn_str_equal(key, GN_STR("since"))) {
        if (value->kind != GN_JSON_NUMBER || !(value->number >= 0 && value->number < 9e15))
            return false;
        thing->since_ms = (int64_t)value->number;
        return true;
    }
    const bool is_text = value->kind == GN_JSON_STRING;
    const gn_str text = value->text;
    if (gn_str_equal(key, GN_STR("id")))
        return is_text && gn_thing_id_valid(text) && registry_copy(thing->id, sizeof thing->id, text);
    if (gn_str_equal(key, GN_STR("name")))
        return is_text && registry_name_fault(text) == NULL && registry_copy(thing->name, sizeof thing->name, text);
    if (gn_str_equal(key, GN_STR("key")))
        return is_text && !registry_has_control(text) && registry_copy(thing->key, sizeof thing->key, text);
    if (gn_str_equal(key, GN_STR("state")))
        return is_text && registry_word(text, state_names, GN_THING_STATE_COUNT, &thing->state);
    if (gn_str_equal(key, GN_STR("source")))
        return is_text && registry_word(text, source_names, GN_SOURCE_COUNT, &thing->source);
    if (gn_str_equal(key, GN_STR("via")))
        return is_text && registry_take_via(registry, text, &thing->via);
    *known = false;
    return true;
}

/* *thing is what was known before. Unknown keys are stepped over, so that a Thing may say more one day. */
static gn_err registry_read_thing(const struct gn_registry *registry, gn_str text, struct gn_thing *thing)
{
    struct gn_json json;
    char id_before[sizeof thing->id];
    memcpy(id_before, thing->id, sizeof id_before);
    thing->id[0] = '\0'; /* must be said */
    gn_json_init(&json, text);
    if (gn_json_next(&json).kind != GN_JSON_OBJECT)
        return GN_ERR_CORRUPT;
    for (;;) {
        char key_bytes[16] = { 0 };
        bool known = false;
        const struct gn_json_token key = gn_json_next(&json);
        if (key.kind == GN_JSON_OBJECT_END)
            break;
        if (key.kind != GN_JSON_KEY)
            return GN_ERR_CORRUPT;
        GN_IGNORE(gn_str_copy(key_bytes, sizeof key_bytes, key.text),
                  "a longer one is none of ours, and is then empty");
        const struct gn_json_token value = gn_json_next(&json);
        if (value.kind == GN_JSON_ERROR || !registry_take_member(registry, gn_str_of(key_bytes), &value, thing, &known))
            return GN_ERR_CORRUPT;
        if (!known && !gn_json_skip(&json, value))
            return GN_ERR_CORRUPT;
    }
    if (gn_json_next(&json).kind != GN_JSON_END || thing->id[0] == '\0' || thing->name[0] == '\0')
        return GN_ERR_CORRUPT;
    return id_before[0] == '\0' || strcmp(id_before, thing->id) == 0 ? GN_OK : GN_ERR_CORRUPT; /* it stays for life */
}

void gn_registry_thing_json(const struct gn_registry *registry, const struct gn_thing *thing, struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "id");
    gn_jw_text(&w, thing->id);
    gn_jw_key(&w, "name");
    gn_jw_text(&w, thing->name);
    gn_jw_key(&w, "state");
    gn_jw_text(&w, gn_thing_state_name(thing->state));
    if (thing->via < registry->thing_count) {
        gn_jw_key(&w, "via");
        gn_jw_text(&w, registry->things[thing->via].id);
    }
    gn_jw_key(&w, "source");
    gn_jw_text(&w, gn_thing_source_name(thing->source));
    if (thing->key[0] != '\0') {
        gn_jw_key(&w, "key");
        gn_jw_text(&w, thing->key);
    }
    if (thing->since_ms != 0) {
        gn_jw_key(&w, "since");
        gn_jw_i64(&w, thing->since_ms);
    }
    gn_jw_close(&w, '}');
}

static gn_err registry_change_thing(struct gn_registry *registry, const struct gn_record_thing *record)
{
    struct gn_thing *row = &registry->things[record->thing];
    struct gn_thing thing = *row;
    const gn_err err = registry_read_thing(registry, gn_record_thing_json(record), &thing);
    if (err)
        return err;
    registry->discovered_count -= row->state == GN_THING_DISCOVERED;
    registry->discovered_count += thing.state == GN_THING_DISCOVERED;
    *row = thing;
    return GN_OK;
}

static gn_err registry_apply_thing(struct gn_registry *registry, const struct gn_record_thing *record)
{
    uint32_t taken_by;
    if (record->thing < registry->thing_count)
        return registry_change_thing(registry, record);
    struct gn_thing thing = { .series_first = GN_NONE, .via = GN_NONE };
    gn_err err = registry_read_thing(registry, gn_record_thing_json(record), &thing);
    if (err)
        return err;
    if (record->thing != registry->thing_count || record->thing >= GN_THINGS_MAX ||
        gn_registry_thing(registry, gn_str_of(thing.id), &taken_by))
        return GN_ERR_CORRUPT;

    struct gn_thing *row = &registry->things[record->thing];
    *row = thing;
    err = gn_map_put(&registry->thing_by_id, gn_str_of(row->id), record->thing);
    if (err)
        return GN_ERR_CORRUPT;
    registry->thing_count++;
    registry->discovered_count += row->state == GN_THING_DISCOVERED;
    return GN_OK;
}

static gn_str registry_key(char to[static SERIES_KEY_BYTES], uint32_t thing, gn_str property)
{
    memcpy(to, &thing, sizeof thing);
    memcpy(to + sizeof thing, property.at, property.size);
    return (gn_str){ to, sizeof thing + property.size };
}

static gn_err registry_apply_series(struct gn_registry *registry, const struct gn_record_series *record)
{
    const gn_str name = gn_record_series_name(record);
    if (record->series != registry->series_count || record->series >= GN_SERIES_MAX ||
        record->thing >= registry->thing_count || record->kind > GN_SERIES_TEXT || !gn_property_valid(name))
        return GN_ERR_CORRUPT;
    struct gn_thing *thing = &registry->things[record->thing];
    uint32_t taken_by;
    if (thing->series_count >= GN_SERIES_PER_THING_MAX || gn_registry_series(registry, record->thing, name, &taken_by))
        return GN_ERR_CORRUPT;

    char *slot = registry->series_keys + (size_t)record->series * SERIES_KEY_BYTES;
    gn_err err = gn_map_put(&registry->series_by_name, registry_key(slot, record->thing, name), record->series);
    if (err)
        return GN_ERR_CORRUPT;
    struct gn_series *row = &registry->series[record->series];
    *row = (struct gn_series){ .thing = record->thing, .next = GN_NONE, .kind = (uint8_t)record->kind };
    memcpy(row->property, name.at, name.size);
    uint32_t *link = &thing->series_first; /* at the tail: people see properties in the order they came */
    while (*link != GN_NONE)
        link = &registry->series[*link].next;
    *link = record->series;
    thing->series_count++;
    registry->series_count++;
    return GN_OK;
}

gn_err gn_registry_apply(struct gn_registry *registry, const struct gn_record_head *record)
{
    if (record->type == GN_RECORD_THING)
        return registry_apply_thing(registry, (const struct gn_record_thing *)(const void *)record);
    if (record->type == GN_RECORD_SERIES)
        return registry_apply_series(registry, (const struct gn_record_series *)(const void *)record);
    return GN_OK;
}

/* --- lookups --------------------------------------------------------------------------------------- */

bool gn_registry_thing(const struct gn_registry *registry, gn_str id, uint32_t *out_thing)
{
    return id.size > 0 && gn_map_get(&registry->thing_by_id, id, out_thing);
}

bool gn_registry_series(const struct gn_registry *registry, uint32_t thing, gn_str property, uint32_t *out_series)
{
    char key[SERIES_KEY_BYTES];
    if (property.size < 1 || property.size > GN_PROPERTY_BYTES_MAX)
        return false;
    return gn_map_get(&registry->series_by_name, registry_key(key, thing, property), out_series);
}

bool gn_registry_series_next(const struct gn_registry *registry, uint32_t thing, uint32_t guess, gn_str property,
                             uint32_t *out_series)
{
    const uint32_t at = guess != GN_NONE ? registry->series[guess].next : registry->things[thing].series_first;
    if (at != GN_NONE && property.size > 0 && property.size <= GN_PROPERTY_BYTES_MAX &&
        memcmp(registry->series[at].property, property.at, property.size) == 0 &&
        registry->series[at].property[property.size] == '\0') {
        *out_series = at;
        return true;
    }
    return gn_registry_series(registry, thing, property, out_series);
}
