/* SPDX-License-Identifier: Apache-2.0 */
#include "node/onboard_sparkplug.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "connect/sparkplug/sparkplug_order.h"
#include "node/onboard_int.h"

enum {
    SPARK_TOPIC_BYTES = GN_MQTT_TOPIC_BYTES_MAX + 32, /* with what goes before it for certificates */
    SPARK_COMMAND_BYTES = 4096,
    SPARK_WAITED_MAX = 8,
    SPARK_ID_BYTES = 48,
};

/* A value that a command set, and that the device has not reported yet. */
struct spark_waited {
    char property[GN_PROPERTY_BYTES_MAX + 1];
    bool is_text;
    double value;
    uint32_t text; /* hash */
};

struct spark_sent {
    uint32_t thing;
    uint32_t count; /* that are waited for; 0: a free row */
    char id[SPARK_ID_BYTES];
    char action[GN_PROPERTY_BYTES_MAX + 1];
    struct spark_waited waited[SPARK_WAITED_MAX];
};

struct gn_onboard_spark {
    struct gn_sparkplug_birth *births[GN_THINGS_MAX];
    bool looked[GN_THINGS_MAX]; /* what was kept of it before this start counts no more, or was read */
    struct gn_sparkplug_order orders[GN_THINGS_MAX]; /* of edge nodes */
    struct gn_sparkplug_asks asks;
    struct spark_sent sent[GN_SPARKPLUG_ORDERS_MAX];
    uint32_t next_sent;
    struct gn_item items[GN_SPARKPLUG_METRICS_MAX];
    char times[GN_SPARKPLUG_METRICS_MAX][GN_TIME_TEXT_BYTES];
    uint8_t command[SPARK_COMMAND_BYTES];
};

/* One message on its way through. */
struct spark_hears {
    struct gn_onboard *onboard;
    const struct gn_foreign *message;
    struct gn_sparkplug_topic topic;
    struct gn_sparkplug_payload payload;
    char key_bytes[GN_DEVICE_KEY_BYTES_MAX + 2];
    char edge_bytes[GN_DEVICE_KEY_BYTES_MAX + 2];
    gn_str key, edge;    /* of whom it speaks; of the edge node */
    uint32_t edge_thing; /* GN_NONE: not known */
    uint64_t *token;
    struct gn_diag *diag;
};

static gn_err spark_publish(const struct gn_onboard *onboard, gn_str topic, gn_str payload, bool retain)
{
    const struct gn_publish_out publish = { .topic = topic, .payload = payload, .retain = retain };
    return onboard->adapter != NULL ? onboard->adapter->publish(onboard->adapter_self, &publish) : GN_ERR_NOT_FOUND;
}

/* --- asking for a rebirth --- */

static void spark_ask(struct gn_onboard *onboard, uint32_t gateway, const struct gn_sparkplug_topic *topic,
                      const char *why)
{
    char name[GN_MQTT_TOPIC_BYTES_MAX + 1];
    struct gn_buf to = gn_buf_over(name, sizeof name);
    struct gn_buf payload = gn_buf_over(onboard->spark->command, sizeof onboard->spark->command);
    const uint64_t now_ms = (uint64_t)onboard->intake->wall_ms;
    const struct gn_sparkplug_metric rebirth = { .name = GN_STR("Node Control/Rebirth"),
                                                 .time_ms = now_ms,
                                                 .type = GN_SPARKPLUG_BOOLEAN,
                                                 .value = { .form = GN_SPARKPLUG_BOOL, .whole = 1 } };
    gn_sparkplug_topic_write(topic, GN_SPARKPLUG_NCMD, &to);
    const uint32_t edge = gn_hash32(gn_buf_bytes(&to)) * UINT32_C(0x9E3779B1) + gateway;
    if (to.full || onboard->adapter == NULL ||
        !gn_sparkplug_may_ask(&onboard->spark->asks, edge, onboard->intake->mono_us / 1000))
        return;
    gn_sparkplug_time_write(now_ms, &payload);
    gn_sparkplug_metric_write(&rebirth, &payload);
    GN_IGNORE(spark_publish(onboard, gn_buf_str(&to), gn_buf_str(&payload), false), "it is asked again later");
    gn_log(GN_LOG_INFO, "sparkplug", "rebirth_asked", "edge=%.*s/%.*s: %s", GN_STR_ARGS(topic->group),
           GN_STR_ARGS(topic->edge), why);
}

/* --- births that were kept --- */

static void spark_certificate(const struct gn_sparkplug_topic *topic, struct gn_buf *out)
{
    gn_buf_add_text(out, GN_SPARKPLUG_CERTIFICATES);
    gn_sparkplug_topic_write(topic, topic->device.size > 0 ? GN_SPARKPLUG_DBIRTH : GN_SPARKPLUG_NBIRTH, out);
}

static void spark_set_birth(struct gn_onboard *onboard, uint32_t thing, struct gn_sparkplug_birth *birth)
{
    gn_sparkplug_birth_free(onboard->spark->births[thing]);
    onboard->spark->births[thing] = birth;
    onboard->spark->looked[thing] = true;
}

/* Of the topic's Thing; the first time after a start as it was kept. NULL: none counts. */
static const struct gn_sparkplug_birth *spark_birth(struct gn_onboard *onboard, uint32_t thing,
                                                    const struct gn_sparkplug_topic *topic)
{
    char name[SPARK_TOPIC_BYTES];
    struct gn_buf certificate = gn_buf_over(name, sizeof name);
    struct gn_sparkplug_payload payload;
    struct gn_diag diag = { 0 };
    gn_bytes bytes;
    struct gn_onboard_spark *spark = onboard->spark;
    if (spark->looked[thing] || onboard->adapter == NULL)
        return spark->births[thing];
    spark->looked[thing] = true;
    spark_certificate(topic, &certificate);
    if (onboard->adapter->retained(onboard->adapter_self, gn_buf_str(&certificate), &bytes) == GN_OK &&
        gn_sparkplug_payload_read(bytes, &payload, &diag) == GN_OK)
        GN_IGNORE(gn_sparkplug_birth_read(&payload, topic, NULL, &spark->births[thing], &diag),
                  "a rebirth is asked for in any case");
    return spark->births[thing];
}

/* --- links --- */

static gn_err spark_link(struct gn_onboard *onboard, uint32_t thing, bool up)
{
    if (gn_intake_online(onboard->intake, thing) == up)
        return GN_OK;
    return onboard->table.link(onboard->table.self, thing, up);
}

/* All devices behind the edge node: they are gone until they are born again. */
static gn_err spark_devices_down(struct spark_hears *h)
{
    const struct gn_registry *registry = &h->onboard->intake->registry;
    gn_err err = GN_OK;
    for (uint32_t thing = 0; err == GN_OK && thing < registry->thing_count; thing++) {
        const struct gn_thing *row = &registry->things[thing];
        const gn_str key = gn_str_of(row->key);
        if (row->via != h->message->thing || row->source != GN_SOURCE_SPARKPLUG || key.size <= h->edge.size ||
            key.at[h->edge.size] != '/' || !gn_str_starts(key, h->edge))
            continue;
        spark_set_birth(h->onboard, thing, NULL);
        err = spark_link(h->onboard, thing, false);
    }
    return err;
}

/* --- readings --- */

static bool spark_is_waited(const struct spark_waited *waited, const struct gn_item *item)
{
    if (!gn_str_equal(gn_str_of(waited->property), item->property) || waited->is_text != (item->kind == GN_SERIES_TEXT))
        return false;
    return waited->is_text ? waited->text == gn_hash32((gn_bytes){ (const uint8_t *)item->text.at, item->text.size })
                           : waited->value == item->value;
}

static void spark_done(struct gn_onboard *onboard, struct spark_sent *sent)
{
    char bytes[256];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&json);
    uint64_t token;
    struct gn_diag diag = { 0 };
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "id");
    gn_jw_text(&w, sent->id);
    gn_jw_key(&w, "state");
    gn_jw_text(&w, "done");
    gn_jw_key(&w, "message");
    gn_jw_text(&w, "the device reports what it was told");
    gn_jw_close(&w, '}');
    const struct gn_message status = {
        .thing = sent->thing, .type = GN_RECORD_STATUS, .name = gn_str_of(sent->action), .payload = gn_buf_str(&json)
    };
    GN_IGNORE(onboard->table.message(onboard->table.self, &status, &token, &diag), "there was room for it");
}

/* Actions whose values all have been reported are done. */
static void spark_reported(struct gn_onboard *onboard, uint32_t thing, const struct gn_sparkplug_items *items)
{
    for (size_t i = 0; i < GN_SPARKPLUG_ORDERS_MAX; i++) {
        struct spark_sent *sent = &onboard->spark->sent[i];
        if (sent->count == 0 || sent->thing != thing)
            continue;
        for (size_t k = 0; k < items->count; k++)
            for (uint32_t w = 0; w < sent->count; w++)
                if (spark_is_waited(&sent->waited[w], &items->items[k]))
                    sent->waited[w--] = sent->waited[--sent->count];
        if (sent->count == 0)
            spark_done(onboard, sent);
    }
}

/* Many metrics are several packets, each with a fingerprint of its own: what is sent again after a crash between two of
 * them is known up to there, and taken from there on. */
static gn_err spark_readings(struct spark_hears *h, uint32_t thing, const struct gn_sparkplug_birth *birth)
{
    struct gn_onboard *onboard = h->onboard;
    struct gn_sparkplug_items items = { .items = onboard->spark->items, .times = onboard->spark->times };
    gn_err err = GN_OK;
    gn_sparkplug_birth_items(birth, &h->payload, onboard->intake->wall_ms + GN_READING_AHEAD_MS_MAX, &items);
    for (size_t at = 0, part = 0; err == GN_OK && at < items.count; at += GN_READINGS_PER_PACKET_MAX, part++) {
        const size_t left = items.count - at;
        struct gn_foreign message = *h->message;
        message.fingerprint += (uint32_t)part;
        err =
            gn_onboard_packet(onboard, &message, thing, items.items + at,
                              left < GN_READINGS_PER_PACKET_MAX ? left : GN_READINGS_PER_PACKET_MAX, h->token, h->diag);
    }
    if (err != GN_OK)
        return err;
    spark_reported(onboard, thing, &items);
    if (items.left_out > 0)
        onboard->table.refused(onboard->table.self, thing,
                               "a Sparkplug metric without a good value of its type at a possible time");
    if (items.unknown == 0)
        return GN_OK;
    onboard->table.refused(onboard->table.self, thing, "a Sparkplug metric that its birth does not name");
    spark_ask(onboard, h->message->thing, &h->topic, "a metric that its birth does not name");
    return GN_OK;
}

/* --- births --- */

static gn_err spark_keep_birth(struct spark_hears *h)
{
    char name[SPARK_TOPIC_BYTES];
    struct gn_buf certificate = gn_buf_over(name, sizeof name);
    spark_certificate(&h->topic, &certificate);
    const gn_err err = spark_publish(h->onboard, gn_buf_str(&certificate),
                                     (gn_str){ (const char *)h->message->payload.at, h->message->payload.size }, true);
    if (err != GN_OK)
        gn_diag_set(h->diag, 0, 0, "a birth that cannot be kept: MQTT_RETAINED_MAX or MQTT_RETAINED_BYTES_MAX");
    return err;
}

static gn_err spark_born(struct spark_hears *h, uint32_t thing, struct gn_sparkplug_birth *birth)
{
    const bool is_edge = h->topic.device.size == 0;
    gn_err err = spark_keep_birth(h);
    if (err == GN_OK && is_edge)
        err = spark_devices_down(h);
    if (err != GN_OK) {
        gn_sparkplug_birth_free(birth);
        return err;
    }
    spark_set_birth(h->onboard, thing, birth);
    err = spark_readings(h, thing, birth);
    if (err == GN_OK)
        err = spark_link(h->onboard, thing, true);
    return err;
}

/* Of an ignored Thing nothing is taken; but what was born before is over all the same, also for a later start. */
static gn_err spark_ignore_birth(struct spark_hears *h, uint32_t thing)
{
    char name[SPARK_TOPIC_BYTES];
    struct gn_buf certificate = gn_buf_over(name, sizeof name);
    struct gn_onboard *onboard = h->onboard;
    gn_bytes kept;
    gn_err err = GN_OK;
    spark_certificate(&h->topic, &certificate);
    if (onboard->adapter != NULL &&
        onboard->adapter->retained(onboard->adapter_self, gn_buf_str(&certificate), &kept) == GN_OK)
        err = spark_publish(onboard, gn_buf_str(&certificate), (gn_str){ 0 }, true);
    if (err == GN_OK && h->topic.device.size == 0)
        err = spark_devices_down(h);
    if (err != GN_OK)
        return err;
    spark_set_birth(onboard, thing, NULL);
    onboard->table.refused(onboard->table.self, thing, "the Thing is ignored");
    return GN_OK;
}

static gn_err spark_on_birth(struct spark_hears *h)
{
    struct gn_onboard *onboard = h->onboard;
    struct gn_device *device = &onboard->said;
    struct gn_sparkplug_birth *birth;
    uint32_t thing;
    gn_device_begin(device, GN_SOURCE_SPARKPLUG);
    device->key = gn_device_keep(device, h->key);
    device->name = gn_device_keep(device, h->topic.device.size > 0 ? h->topic.device : h->topic.edge);
    gn_err err = gn_sparkplug_birth_read(&h->payload, &h->topic, device, &birth, h->diag);
    if (err != GN_OK)
        return err;
    err = gn_onboard_device(onboard, h->message->thing, device, h->token, h->diag);
    if (err == GN_OK && !gn_onboard_find(onboard, h->message->thing, h->key, &thing))
        err = GN_ERR_FULL;
    if (err != GN_OK) {
        gn_sparkplug_birth_free(birth);
        return err;
    }
    if (onboard->intake->registry.things[thing].state == GN_THING_IGNORED) {
        gn_sparkplug_birth_free(birth);
        return spark_ignore_birth(h, thing);
    }
    return spark_born(h, thing, birth);
}

/* --- data and deaths --- */

static gn_err spark_on_data(struct spark_hears *h)
{
    struct gn_onboard *onboard = h->onboard;
    uint32_t thing;
    const bool is_known = gn_onboard_find(onboard, h->message->thing, h->key, &thing);
    if (is_known && onboard->intake->registry.things[thing].state == GN_THING_IGNORED) {
        onboard->table.refused(onboard->table.self, thing, "the Thing is ignored");
        return GN_OK;
    }
    const struct gn_sparkplug_birth *birth = is_known ? spark_birth(onboard, thing, &h->topic) : NULL;
    if (birth != NULL)
        return spark_readings(h, thing, birth);
    spark_ask(onboard, h->message->thing, &h->topic, "data without a birth");
    gn_diag_set(h->diag, 0, 0, "Sparkplug data of '%.*s' before its birth; it was asked for one", GN_STR_ARGS(h->key));
    return GN_ERR_INVAL;
}

static gn_err spark_on_death(struct spark_hears *h)
{
    struct gn_onboard *onboard = h->onboard;
    uint32_t thing;
    gn_err err = GN_OK;
    if (!gn_onboard_find(onboard, h->message->thing, h->key, &thing))
        return GN_OK;
    if (h->topic.kind == GN_SPARKPLUG_NDEATH) {
        if (!gn_sparkplug_death_counts(spark_birth(onboard, thing, &h->topic), &h->payload))
            return GN_OK; /* the will of a session that is over */
        onboard->spark->orders[thing].is_known = false;
        err = spark_devices_down(h);
    }
    spark_set_birth(onboard, thing, NULL);
    return err == GN_OK ? spark_link(onboard, thing, false) : err;
}

/* --- one message --- */

/* Its place in the edge node's order; the first after a start is not known to follow, so a birth is wanted. */
static void spark_follow(struct spark_hears *h)
{
    struct gn_sparkplug_order *order = &h->onboard->spark->orders[h->edge_thing];
    const bool is_birth = h->topic.kind == GN_SPARKPLUG_NBIRTH;
    const bool is_first = !order->is_known && !is_birth;
    if (h->topic.kind == GN_SPARKPLUG_NDEATH)
        return;
    if (!gn_sparkplug_order_follows(order, &h->payload, is_birth, h->message->redelivered))
        spark_ask(h->onboard, h->message->thing, &h->topic, "messages are missing");
    else if (is_first)
        spark_ask(h->onboard, h->message->thing, &h->topic, "its session began before this node did");
}

static gn_err spark_read(struct spark_hears *h)
{
    const gn_err err = gn_sparkplug_topic_read(h->message->topic, &h->topic, h->diag);
    struct gn_buf key = gn_buf_over(h->key_bytes, sizeof h->key_bytes);
    struct gn_buf edge = gn_buf_over(h->edge_bytes, sizeof h->edge_bytes);
    if (err != GN_OK)
        return err;
    gn_sparkplug_key(h->topic.group, h->topic.edge, h->topic.device, &key);
    gn_sparkplug_key(h->topic.group, h->topic.edge, (gn_str){ 0 }, &edge);
    h->key = gn_buf_str(&key);
    h->edge = gn_buf_str(&edge);
    if (key.full || edge.full || h->key.size > GN_DEVICE_KEY_BYTES_MAX) {
        gn_diag_set(h->diag, 0, 0, "GROUP/EDGE/DEVICE of a Sparkplug topic has at most DEVICE_KEY_BYTES_MAX (%d) bytes",
                    GN_DEVICE_KEY_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    return GN_OK;
}

gn_err gn_onboard_sparkplug(struct gn_onboard *onboard, const struct gn_foreign *message, uint64_t *out_token,
                            struct gn_diag *diag)
{
    struct spark_hears h = { .onboard = onboard, .message = message, .token = out_token, .diag = diag };
    const gn_err named = spark_read(&h);
    if (named != GN_OK || h.topic.kind == GN_SPARKPLUG_STATE || h.topic.kind == GN_SPARKPLUG_NCMD ||
        h.topic.kind == GN_SPARKPLUG_DCMD)
        return named; /* hosts speak with edge nodes through the broker: nothing of it is the node's */
    const gn_err err = gn_sparkplug_payload_read(message->payload, &h.payload, diag);
    if (err != GN_OK)
        return err;
    if (!onboard->table.has_room(onboard->table.self))
        return GN_ERR_AGAIN; /* from here on it is taken whole */
    const bool is_birth = h.topic.kind == GN_SPARKPLUG_NBIRTH || h.topic.kind == GN_SPARKPLUG_DBIRTH;
    const bool is_data = h.topic.kind == GN_SPARKPLUG_NDATA || h.topic.kind == GN_SPARKPLUG_DDATA;
    const gn_err taken = is_birth ? spark_on_birth(&h) : is_data ? spark_on_data(&h) : spark_on_death(&h);
    if (taken != GN_ERR_AGAIN && gn_onboard_find(onboard, message->thing, h.edge, &h.edge_thing))
        spark_follow(&h);
    if (taken == GN_OK && gn_ring_head(onboard->intake->ring) > *out_token)
        *out_token = gn_ring_head(onboard->intake->ring); /* the birth that was kept, the links */
    return taken;
}

/* --- commands --- */

bool gn_onboard_is_sparkplug(const struct gn_onboard *onboard, uint32_t thing)
{
    const struct gn_registry *registry = &onboard->intake->registry;
    return thing < registry->thing_count && registry->things[thing].source == GN_SOURCE_SPARKPLUG;
}

struct spark_orders {
    struct gn_onboard *onboard;
    uint32_t thing;
    const struct gn_sparkplug_birth *birth;
    struct gn_buf payload;
    struct spark_sent sent;
    struct gn_diag *diag;
};

static struct gn_sparkplug_topic spark_topic_of(const struct gn_thing *row)
{
    struct gn_sparkplug_topic topic = { .kind = GN_SPARKPLUG_NBIRTH };
    gn_str rest = gn_str_of(row->key);
    topic.group = gn_str_split(rest, '/', &rest);
    topic.edge = gn_str_split(rest, '/', &topic.device);
    return topic;
}

static void spark_wait_for(struct spark_sent *sent, gn_str property, const struct gn_sparkplug_metric *metric)
{
    if (sent->count == SPARK_WAITED_MAX)
        return;
    struct spark_waited *waited = &sent->waited[sent->count];
    const gn_str text = metric->value.text;
    if (gn_str_copy(waited->property, sizeof waited->property, property) != GN_OK)
        return;
    waited->is_text = metric->value.form == GN_SPARKPLUG_WORD;
    waited->text = gn_hash32((gn_bytes){ (const uint8_t *)text.at, text.size });
    if (!gn_sparkplug_number(metric->type, &metric->value, &waited->value))
        waited->value = metric->value.whole != 0 ? 1 : 0; /* Boolean */
    if (metric->type == GN_SPARKPLUG_FLOAT)
        waited->value = (double)(float)waited->value; /* as it comes back */
    sent->count++;
}

static gn_err spark_order(struct spark_orders *orders, gn_str property, const struct gn_json_node *value)
{
    struct gn_sparkplug_metric metric;
    const gn_err err = gn_sparkplug_birth_command(orders->birth, property, value, &metric, orders->diag);
    if (err != GN_OK)
        return err;
    metric.time_ms = (uint64_t)orders->onboard->intake->wall_ms;
    gn_sparkplug_metric_write(&metric, &orders->payload);
    if (metric.type != GN_SPARKPLUG_DATETIME)
        spark_wait_for(&orders->sent, property, &metric);
    return GN_OK;
}

/* The members of an object as metrics; an action without input switches on what it is named after. */
static gn_err spark_order_all(struct spark_orders *orders, const struct gn_json_node *members, gn_str action)
{
    static const struct gn_json_node on = { .kind = GN_JSON_BOOL, .boolean = true };
    gn_err err = GN_OK;
    gn_sparkplug_time_write((uint64_t)orders->onboard->intake->wall_ms, &orders->payload);
    if (members == NULL || members->first == NULL)
        err = spark_order(orders, action, &on);
    for (const struct gn_json_node *m = members != NULL ? members->first : NULL; m != NULL && err == GN_OK; m = m->next)
        err = spark_order(orders, m->key, m);
    if (err == GN_OK && orders->payload.full) {
        gn_diag_set(orders->diag, 0, 0, "a Sparkplug command has at most %d bytes", SPARK_COMMAND_BYTES);
        err = GN_ERR_FULL;
    }
    return err;
}

/* It is there, and its birth is known. After a start, before anything was heard of it, it is asked for one. */
static bool spark_begin_orders(struct spark_orders *orders, struct gn_onboard *onboard, uint32_t thing,
                               struct gn_diag *diag)
{
    const struct gn_thing *row = &onboard->intake->registry.things[thing];
    const struct gn_sparkplug_topic topic = spark_topic_of(row);
    *orders = (struct spark_orders){ .onboard = onboard, .thing = thing, .diag = diag };
    orders->payload = gn_buf_over(onboard->spark->command, sizeof onboard->spark->command);
    orders->birth = spark_birth(onboard, thing, &topic);
    if (gn_intake_online(onboard->intake, thing) && orders->birth != NULL)
        return true;
    if (!onboard->spark->looked[thing] || orders->birth != NULL)
        spark_ask(onboard, row->via, &topic, "a command waits for it");
    return false;
}

static gn_err spark_send(const struct spark_orders *orders)
{
    char name[GN_MQTT_TOPIC_BYTES_MAX + 1];
    struct gn_buf to = gn_buf_over(name, sizeof name);
    const struct gn_sparkplug_topic topic = spark_topic_of(&orders->onboard->intake->registry.things[orders->thing]);
    gn_sparkplug_topic_write(&topic, topic.device.size > 0 ? GN_SPARKPLUG_DCMD : GN_SPARKPLUG_NCMD, &to);
    return spark_publish(orders->onboard, gn_buf_str(&to), gn_buf_str(&orders->payload), false);
}

/* It cannot be sent, now or later: the action has failed, and says why. */
static gn_err spark_fail(struct spark_orders *orders, const struct gn_action_out *action)
{
    char bytes[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&json);
    struct gn_onboard *onboard = orders->onboard;
    struct gn_diag ignored = { 0 };
    uint64_t token;
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "id");
    gn_jw_str(&w, action->id);
    gn_jw_key(&w, "state");
    gn_jw_text(&w, "failed");
    gn_jw_key(&w, "message");
    gn_jw_text(&w, orders->diag->text);
    gn_jw_close(&w, '}');
    const struct gn_message status = {
        .thing = orders->thing, .type = GN_RECORD_STATUS, .name = action->action, .payload = gn_buf_str(&json)
    };
    return onboard->table.message(onboard->table.self, &status, &token, &ignored);
}

gn_err gn_onboard_deliver(struct gn_onboard *onboard, const struct gn_action_out *action)
{
    const struct gn_json_node *root;
    struct spark_orders orders;
    struct gn_diag diag = { 0 };
    if (!spark_begin_orders(&orders, onboard, action->thing, &diag))
        return GN_ERR_NOT_FOUND;
    gn_err err = gn_json_tree_read(&onboard->tree, action->payload, &root, &diag);
    if (err == GN_OK)
        err = spark_order_all(&orders, gn_json_at(root, "input"), action->action);
    if (err != GN_OK)
        return spark_fail(&orders, action);
    err = onboard->table.delivery(onboard->table.self, action->id, GN_DELIVERY_SENT);
    if (err == GN_OK)
        err = spark_send(&orders);
    if (err != GN_OK || orders.sent.count == 0)
        return err;
    orders.sent.thing = action->thing;
    if (gn_str_copy(orders.sent.id, sizeof orders.sent.id, action->id) == GN_OK &&
        gn_str_copy(orders.sent.action, sizeof orders.sent.action, action->action) == GN_OK)
        onboard->spark->sent[onboard->spark->next_sent++ % GN_SPARKPLUG_ORDERS_MAX] = orders.sent;
    return GN_OK;
}

gn_err gn_onboard_command(struct gn_onboard *onboard, uint32_t thing, const struct gn_publish_out *publish)
{
    const struct gn_json_node *root;
    struct spark_orders orders;
    struct gn_diag diag = { 0 };
    if (!spark_begin_orders(&orders, onboard, thing, &diag))
        return GN_ERR_NOT_FOUND;
    gn_err err = gn_json_tree_read(&onboard->tree, publish->payload, &root, &diag);
    if (err == GN_OK && root->first == NULL)
        err = GN_ERR_INVAL;
    if (err == GN_OK)
        err = spark_order_all(&orders, root, (gn_str){ 0 });
    if (err == GN_OK)
        return spark_send(&orders);
    onboard->table.refused(onboard->table.self, thing, diag.text[0] != '\0' ? diag.text : gn_err_text(err));
    return err;
}

/* --- the node as a host application --- */

static bool spark_is_no_state(void *ctx, gn_str topic)
{
    (void)ctx;
    return !gn_sparkplug_is_state(topic);
}

gn_err gn_onboard_host_state(struct gn_onboard *onboard, gn_str host, bool online)
{
    char topic_bytes[GN_MQTT_TOPIC_BYTES_MAX + 1], payload_bytes[64];
    struct gn_buf topic = gn_buf_over(topic_bytes, sizeof topic_bytes);
    struct gn_buf payload = gn_buf_over(payload_bytes, sizeof payload_bytes);
    if (online) { /* what an earlier start said under another name, and could not take back */
        const gn_err err = onboard->adapter->prune(onboard->adapter_self, spark_is_no_state, NULL);
        if (err != GN_OK || host.size == 0)
            return err;
    }
    gn_buf_addf(&topic, "spBv1.0/STATE/%.*s", GN_STR_ARGS(host));
    gn_buf_addf(&payload, "{\"online\":%s,\"timestamp\":%lld}", online ? "true" : "false",
                (long long)onboard->intake->wall_ms);
    return spark_publish(onboard, gn_buf_str(&topic), gn_buf_str(&payload), true);
}

/* --- life --- */

gn_err gn_onboard_spark_new(struct gn_onboard_spark **out)
{
    struct gn_onboard_spark *made = gn_mem_take(sizeof *made, "onboarding of Sparkplug");
    if (made == NULL)
        return GN_ERR_FULL;
    *out = made;
    return GN_OK;
}

void gn_onboard_spark_free(struct gn_onboard_spark *spark)
{
    if (spark == NULL)
        return;
    for (uint32_t thing = 0; thing < GN_THINGS_MAX; thing++)
        gn_sparkplug_birth_free(spark->births[thing]);
    gn_mem_give(spark);
}
