/* SPDX-License-Identifier: Apache-2.0 */
#include "node/announce.h"

#include "base/hash.h"
#include "base/json_tree.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/version.h"
#include "connect/sparkplug/sparkplug_topic.h"

enum {
    ANNOUNCE_TURN_MAX = 256, /* Things said again in one second */
    ANNOUNCE_ID_BYTES = 48,
    ANNOUNCE_OBJECT_BYTES = 2 * GN_THING_ID_BYTES_MAX + 1,
};

#define ANNOUNCE_CERTAIN_P 1e-6 /* an alarm of the process below this is of severity high */

struct announce_alarm {
    char id[ANNOUNCE_ID_BYTES]; /* "": the row is free */
    uint32_t thing;
    bool sensor;
    double p_value;
    double finding_count;
    size_t size;
    char said[GN_ANNOUNCED_BYTES_MAX]; /* members of a JSON object */
};

struct gn_announce {
    const struct gn_registry *registry;
    const struct gn_home_assistant *home;
    const struct gn_adapter *adapter;
    void *adapter_self;
    bool prune_due;
    bool status_due;
    bool complained;        /* that there is no room */
    uint64_t wait_position; /* Things are as seen once this is durable */
    bool said[GN_THINGS_MAX];
    bool dirty[GN_THINGS_MAX];
    uint32_t seen[GN_THINGS_MAX]; /* of what a config is made of */
    uint32_t open_count[GN_THINGS_MAX];
    struct announce_alarm alarms[GN_ALARMS_OPEN_MAX];
    struct gn_json_tree tree;
    char topic[GN_MQTT_TOPIC_BYTES_MAX];
    char payload[GN_ANNOUNCED_BYTES_MAX + 64];
};

/* --- names --- */

/* A Thing's id as Home Assistant takes one, [A-Za-z0-9_-]: '_' becomes "__", '.' becomes "_d". */
static void announce_object(gn_str id, struct gn_buf *out)
{
    for (size_t i = 0; i < id.size; i++) {
        if (id.at[i] == '_' || id.at[i] == '.')
            gn_buf_add_text(out, id.at[i] == '_' ? "__" : "_d");
        else
            gn_buf_add_u8(out, (uint8_t)id.at[i]);
    }
}

/* What lies between `before` and `after`; false when the text does not begin and end so. */
static bool announce_between(gn_str text, gn_str before, gn_str after, gn_str *out)
{
    if (text.size <= before.size + after.size || !gn_str_starts(text, before) ||
        memcmp(text.at + text.size - after.size, after.at, after.size) != 0)
        return false;
    *out = (gn_str){ text.at + before.size, text.size - before.size - after.size };
    return true;
}

/* The Thing whose object that is. */
static bool announce_thing_of(const struct gn_announce *announce, gn_str object, uint32_t *out_thing)
{
    char bytes[ANNOUNCE_OBJECT_BYTES];
    struct gn_buf id = gn_buf_over(bytes, sizeof bytes);
    for (size_t i = 0; i < object.size; i++) {
        const bool is_pair = object.at[i] == '_' && i + 1 < object.size;
        gn_buf_add_u8(&id, is_pair && object.at[i + 1] == 'd' ? '.' : (uint8_t)object.at[i]);
        i += is_pair;
    }
    return !id.full && gn_registry_thing(announce->registry, gn_buf_str(&id), out_thing);
}

static gn_str announce_id(const struct gn_announce *announce, uint32_t thing)
{
    return gn_str_of(announce->registry->things[thing].id);
}

static void announce_config_topic(const struct gn_announce *announce, uint32_t thing, struct gn_buf *out)
{
    gn_buf_add_str(out, announce->home->config);
    announce_object(announce_id(announce, thing), out);
    gn_buf_add_text(out, "_alarm/config");
}

static void announce_state_topic(const struct gn_announce *announce, uint32_t thing, struct gn_buf *out)
{
    gn_buf_addf(out, "%.*s%s/alarm", GN_STR_ARGS(announce->home->state), announce->registry->things[thing].id);
}

static void announce_status_topic(const struct gn_announce *announce, struct gn_buf *out)
{
    gn_buf_addf(out, "%.*sstatus", GN_STR_ARGS(announce->home->state));
}

/* --- words --- */

static void announce_put(struct gn_jw *w, const char *key, const char *text)
{
    gn_jw_key(w, key);
    gn_jw_text(w, text);
}

static void announce_put_topic(struct gn_announce *announce, struct gn_jw *w, const char *key, uint32_t thing)
{
    struct gn_buf topic = gn_buf_over(announce->topic, sizeof announce->topic);
    if (thing == GN_NONE)
        announce_status_topic(announce, &topic);
    else
        announce_state_topic(announce, thing, &topic);
    gn_jw_key(w, key);
    gn_jw_str(w, gn_buf_str(&topic));
}

static void announce_put_device(const struct gn_announce *announce, struct gn_jw *w, uint32_t thing, gn_str object)
{
    const struct gn_thing *row = &announce->registry->things[thing];
    gn_jw_key(w, "device");
    gn_jw_open(w, '{');
    gn_jw_key(w, "identifiers");
    gn_jw_open(w, '[');
    gn_jw_str(w, object);
    gn_jw_close(w, ']');
    announce_put(w, "name", row->name[0] != '\0' ? row->name : row->id);
    announce_put(w, "manufacturer", "Ganglion");
    announce_put(w, "model", "Thing");
    gn_jw_close(w, '}');
    gn_jw_key(w, "origin");
    gn_jw_open(w, '{');
    announce_put(w, "name", "ganglion");
    announce_put(w, "sw_version", gn_version());
    gn_jw_close(w, '}');
}

static gn_str announce_config(struct gn_announce *announce, uint32_t thing)
{
    char bytes[GN_HOME_ASSISTANT_NODE_BYTES_MAX + 1 + ANNOUNCE_OBJECT_BYTES + sizeof "_alarm"];
    struct gn_buf unique = gn_buf_over(bytes, sizeof bytes);
    struct gn_buf json = gn_buf_over(announce->payload, sizeof announce->payload);
    struct gn_jw w = gn_jw_over(&json);
    gn_buf_addf(&unique, "%.*s_", GN_STR_ARGS(announce->home->node));
    announce_object(announce_id(announce, thing), &unique);
    const gn_str device = gn_buf_str(&unique);
    gn_buf_add_text(&unique, "_alarm");
    gn_jw_open(&w, '{');
    announce_put(&w, "name", "Alarm");
    gn_jw_key(&w, "unique_id");
    gn_jw_str(&w, gn_buf_str(&unique));
    announce_put(&w, "device_class", "problem");
    announce_put_topic(announce, &w, "state_topic", thing);
    announce_put(&w, "value_template", "{{ value_json.state }}");
    announce_put(&w, "payload_on", "ON");
    announce_put(&w, "payload_off", "OFF");
    announce_put_topic(announce, &w, "json_attributes_topic", thing);
    announce_put_topic(announce, &w, "availability_topic", GN_NONE);
    announce_put(&w, "payload_available", "online");
    announce_put(&w, "payload_not_available", "offline");
    gn_jw_key(&w, "qos");
    gn_jw_u64(&w, 1);
    announce_put_device(announce, &w, thing, device);
    gn_jw_close(&w, '}');
    return gn_buf_str(&json);
}

static bool announce_is_worse(const struct announce_alarm *a, const struct announce_alarm *b)
{
    if (a->sensor != b->sensor)
        return b->sensor;
    return a->p_value < b->p_value || (a->p_value == b->p_value && strcmp(a->id, b->id) < 0);
}

/* The worst of its alarms, and how many there are. */
static gn_str announce_state(struct gn_announce *announce, uint32_t thing)
{
    struct gn_buf json = gn_buf_over(announce->payload, sizeof announce->payload);
    const struct announce_alarm *worst = NULL;
    for (size_t i = 0; i < GN_ALARMS_OPEN_MAX && announce->open_count[thing] > 0; i++) {
        const struct announce_alarm *alarm = &announce->alarms[i];
        if (alarm->id[0] != '\0' && alarm->thing == thing && (worst == NULL || announce_is_worse(alarm, worst)))
            worst = alarm;
    }
    if (worst == NULL)
        return GN_STR("{\"state\":\"OFF\",\"open\":0}");
    gn_buf_addf(&json, "{\"state\":\"ON\",\"open\":%u,%.*s}", announce->open_count[thing], (int)worst->size,
                worst->said);
    return gn_buf_str(&json);
}

/* --- saying --- */

static bool announce_wants(const struct gn_announce *announce, uint32_t thing)
{
    const struct gn_thing *row = &announce->registry->things[thing];
    return announce->home != NULL && row->state == GN_THING_ADOPTED &&
           (row->series_count > 0 || announce->open_count[thing] > 0 || announce->said[thing]);
}

static gn_err announce_publish(struct gn_announce *announce, const struct gn_buf *topic, gn_str payload)
{
    const struct gn_publish_out publish = {
        .topic = gn_buf_str(topic), .payload = payload, .qos = 1, .retain = true, .only_news = true
    };
    const gn_err err = announce->adapter->publish(announce->adapter_self, &publish);
    if (err == GN_ERR_FULL && !announce->complained) {
        announce->complained = true;
        gn_log(
            GN_LOG_WARN, "announce", "no_room",
            "%.*s: MQTT_RETAINED_MAX or MQTT_RETAINED_BYTES_MAX is reached; Home Assistant is not told of all alarms",
            GN_STR_ARGS(publish.topic));
    }
    return err;
}

static void announce_thing(struct gn_announce *announce, uint32_t thing)
{
    char bytes[GN_MQTT_TOPIC_BYTES_MAX];
    const bool wants = announce_wants(announce, thing);
    struct gn_buf topic = gn_buf_over(bytes, sizeof bytes);
    announce->dirty[thing] = true;
    announce_config_topic(announce, thing, &topic);
    if (announce_publish(announce, &topic, wants ? announce_config(announce, thing) : (gn_str){ 0 }) != GN_OK)
        return;
    topic = gn_buf_over(bytes, sizeof bytes);
    announce_state_topic(announce, thing, &topic);
    if (announce_publish(announce, &topic, wants ? announce_state(announce, thing) : (gn_str){ 0 }) != GN_OK)
        return;
    announce->dirty[thing] = false;
    announce->said[thing] = wants;
}

static void announce_status(struct gn_announce *announce, gn_str status)
{
    char bytes[GN_MQTT_TOPIC_BYTES_MAX];
    struct gn_buf topic = gn_buf_over(bytes, sizeof bytes);
    announce_status_topic(announce, &topic);
    announce->status_due = announce_publish(announce, &topic, status) != GN_OK;
}

/* --- alarms --- */

static struct announce_alarm *announce_row(struct gn_announce *announce, gn_str id)
{
    struct announce_alarm *free_row = NULL;
    for (size_t i = 0; i < GN_ALARMS_OPEN_MAX; i++) {
        struct announce_alarm *row = &announce->alarms[i];
        if (gn_str_equal(gn_str_of(row->id), id))
            return row;
        if (free_row == NULL && row->id[0] == '\0')
            free_row = row;
    }
    return free_row;
}

static const char *announce_severity(const struct gn_json_node *alarm, const struct announce_alarm *row)
{
    const bool is_identity = gn_str_equal(gn_json_text_at(alarm, "kind"), GN_STR("identity"));
    return row->sensor ? "low" : is_identity || row->p_value < ANNOUNCE_CERTAIN_P ? "high" : "medium";
}

static void announce_put_members(const struct gn_json_node *alarm, const struct announce_alarm *row, size_t shown,
                                 struct gn_buf *out)
{
    struct gn_jw w = gn_jw_over(out);
    const struct gn_json_node *list = gn_json_at(alarm, "contributions");
    const struct gn_json_node *one = list != NULL ? list->first : NULL;
    gn_jw_open(&w, '{');
    announce_put(&w, "severity", announce_severity(alarm, row));
    announce_put(&w, "alarm", row->id);
    gn_jw_key(&w, "since");
    gn_jw_time(&w, (int64_t)gn_json_number_at(alarm, "since", 0.0));
    gn_jw_key(&w, "sensor");
    gn_jw_bool(&w, row->sensor);
    gn_jw_key(&w, "p_value");
    gn_jw_f64(&w, row->p_value);
    gn_jw_key(&w, "series");
    gn_jw_open(&w, '[');
    for (size_t i = 0; one != NULL && i < shown; one = one->next, i++)
        gn_jw_str(&w, gn_json_text_at(one, "property"));
    gn_jw_close(&w, ']');
    gn_jw_key(&w, "words");
    gn_jw_str(&w, gn_json_text_at(alarm, "why"));
    gn_jw_close(&w, '}');
}

/* What is said of it, without the braces: fewer series when their names are nearly all escapes. */
static void announce_write(const struct gn_json_node *alarm, struct announce_alarm *row)
{
    size_t shown = GN_ALARM_CONTRIBUTIONS_MAX;
    struct gn_buf json;
    do {
        json = gn_buf_over(row->said, sizeof row->said);
        announce_put_members(alarm, row, shown, &json);
        shown /= 2;
    } while (json.full && shown > 0);
    row->size = json.full || json.size < 2 ? 0 : json.size - 2;
    memmove(row->said, row->said + 1, row->size);
}

/* Takes it in; false when that is no news. */
static bool announce_take(struct gn_announce *announce, gn_str json, uint32_t *out_thing)
{
    const struct gn_json_node *alarm = NULL;
    struct gn_diag diag;
    if (gn_json_tree_read(&announce->tree, json, &alarm, &diag) != GN_OK ||
        !gn_registry_thing(announce->registry, gn_json_text_at(alarm, "thing"), out_thing))
        return false;
    const gn_str id = gn_json_text_at(alarm, "id");
    const bool is_open = gn_str_equal(gn_json_text_at(alarm, "state"), GN_STR("open"));
    const double finding_count = gn_json_number_at(alarm, "finding_count", 0.0);
    struct announce_alarm *row = id.size > 0 && id.size < ANNOUNCE_ID_BYTES ? announce_row(announce, id) : NULL;
    if (row == NULL || (row->id[0] == '\0' && !is_open))
        return false;
    if (!is_open) {
        row->id[0] = '\0';
        announce->open_count[*out_thing]--;
        return true;
    }
    if (row->id[0] != '\0' && row->finding_count == finding_count)
        return false;
    announce->open_count[*out_thing] += row->id[0] == '\0';
    const struct gn_json_node *sensor = gn_json_at(alarm, "sensor");
    row->thing = *out_thing;
    row->sensor = sensor != NULL && sensor->boolean;
    row->p_value = gn_json_number_at(alarm, "p_value", 1.0);
    row->finding_count = finding_count;
    GN_IGNORE(gn_str_copy(row->id, sizeof row->id, id), "its size was looked at");
    announce_write(alarm, row);
    return true;
}

void gn_announce_alarm(struct gn_announce *announce, gn_str json)
{
    uint32_t thing;
    if (announce->home != NULL && announce_take(announce, json, &thing))
        announce_thing(announce, thing);
}

/* --- life --- */

static bool announce_keeps(void *ctx, gn_str topic)
{
    const struct gn_announce *announce = ctx;
    const struct gn_home_assistant *home = announce->home;
    char bytes[GN_MQTT_TOPIC_BYTES_MAX];
    struct gn_buf status = gn_buf_over(bytes, sizeof bytes);
    gn_str name;
    uint32_t thing;
    if (gn_sparkplug_is_own(topic))
        return true; /* births that were kept, the node's state: none of ours */
    if (home == NULL)
        return false;
    announce_status_topic(announce, &status);
    if (gn_str_equal(topic, gn_buf_str(&status)))
        return true;
    if (announce_between(topic, home->config, GN_STR("_alarm/config"), &name))
        return announce_thing_of(announce, name, &thing) && announce_wants(announce, thing);
    return announce_between(topic, home->state, GN_STR("/alarm"), &name) &&
           gn_registry_thing(announce->registry, name, &thing) && announce_wants(announce, thing);
}

static uint32_t announce_look(const struct gn_announce *announce, uint32_t thing)
{
    const struct gn_thing *row = &announce->registry->things[thing];
    const gn_str name = gn_str_of(row->name);
    const uint32_t hash = gn_hash32((gn_bytes){ (const uint8_t *)name.at, name.size });
    return hash * 8 + (uint32_t)row->state * 2 + (row->series_count > 0) + 1;
}

void gn_announce_start(struct gn_announce *announce, const struct gn_adapter *adapter, void *adapter_self)
{
    announce->adapter = adapter;
    announce->adapter_self = adapter_self;
    announce->prune_due = adapter->prune(adapter_self, announce_keeps, announce) != GN_OK;
    if (announce->home == NULL)
        return;
    for (uint32_t thing = 0; thing < announce->registry->thing_count; thing++) {
        announce->seen[thing] = announce_look(announce, thing);
        announce->dirty[thing] = true; /* what is retained may say something else */
    }
    announce_status(announce, GN_STR("online"));
    gn_announce_tick(announce, 0, 0);
}

void gn_announce_tick(struct gn_announce *announce, uint64_t head_position, uint64_t durable_position)
{
    uint32_t count = 0;
    if (announce->prune_due)
        announce->prune_due = announce->adapter->prune(announce->adapter_self, announce_keeps, announce) != GN_OK;
    if (announce->home == NULL)
        return;
    if (announce->status_due)
        announce_status(announce, GN_STR("online"));
    if (durable_position >= announce->wait_position) {
        for (uint32_t thing = 0; thing < announce->registry->thing_count && count < ANNOUNCE_TURN_MAX; thing++) {
            if (announce->dirty[thing]) {
                announce_thing(announce, thing);
                count++;
            }
        }
    }
    for (uint32_t thing = 0; thing < announce->registry->thing_count; thing++) {
        const uint32_t look = announce_look(announce, thing);
        if (look != announce->seen[thing]) {
            announce->seen[thing] = look;
            announce->dirty[thing] = true;
            announce->wait_position = head_position;
        }
    }
}

void gn_announce_stop(struct gn_announce *announce)
{
    if (announce != NULL && announce->home != NULL && announce->adapter != NULL)
        announce_status(announce, GN_STR("offline"));
}

static bool announce_on_kept(void *ctx, const struct gn_output *output, uint64_t change)
{
    uint32_t thing;
    (void)change;
    (void)announce_take(ctx, output->json, &thing);
    return true;
}

gn_err gn_announce_new(const struct gn_registry *registry, const struct gn_home_assistant *home, struct gn_store *store,
                       struct gn_announce **out)
{
    const struct gn_output_query open = {
        .kind = "alarm", .state = GN_STR("open"), .from_ms = INT64_MIN, .to_ms = INT64_MAX
    };
    struct gn_store_reader *reader = NULL;
    struct gn_announce *made = gn_mem_take(sizeof *made, "alarms announced");
    if (made == NULL)
        return GN_ERR_FULL;
    made->registry = registry;
    made->home = home;
    *out = made;
    gn_err err = gn_store_reader_open(store, &reader);
    if (err == GN_OK)
        err = gn_store_outputs(reader, &open, announce_on_kept, made);
    gn_store_reader_close(reader);
    return err;
}

void gn_announce_free(struct gn_announce *announce)
{
    gn_mem_give(announce);
}
