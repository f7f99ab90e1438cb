/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_keep.h"

#include "connect/mqtt/mqtt_keep_will.h"
#include "connect/mqtt/mqtt_props.h"
#include "connect/mqtt/mqtt_topic.h"

/* --- clocks --- */

static int64_t keep_wall_of(const struct gn_mqtt_server *server, int64_t mono_ms)
{
    return mono_ms == 0 ? 0 : gn_wall_ms(&server->intake.clock) + (mono_ms - gn_mqtt_now_ms(server));
}

/* What is over by now is over at once, not never. */
static int64_t keep_mono_of(const struct gn_mqtt_server *server, int64_t wall_ms)
{
    if (wall_ms == 0)
        return 0;
    const int64_t mono_ms = gn_mqtt_now_ms(server) + (wall_ms - gn_wall_ms(&server->intake.clock));
    return mono_ms > 0 ? mono_ms : 1;
}

/* --- sessions by number --- */

static struct gn_mqtt_client **keep_bucket(struct gn_mqtt_server *server, uint32_t number)
{
    return &server->kept_clients[number % GN_MQTT_KEPT_BUCKETS];
}

struct gn_mqtt_client *gn_mqtt_keep_find(struct gn_mqtt_server *server, uint32_t number)
{
    struct gn_mqtt_client *client = *keep_bucket(server, number);
    while (client != NULL && client->number != number)
        client = client->same_bucket;
    return number == 0 ? NULL : client;
}

static void keep_number(struct gn_mqtt_server *server, struct gn_mqtt_client *client, uint32_t number)
{
    struct gn_mqtt_client **bucket = keep_bucket(server, number);
    client->number = number;
    client->same_bucket = *bucket;
    *bucket = client;
    gn_mqtt_keep_seen(server, number);
}

static void keep_forget_number(struct gn_mqtt_server *server, struct gn_mqtt_client *client)
{
    struct gn_mqtt_client **link = keep_bucket(server, client->number);
    while (*link != client)
        link = &(*link)->same_bucket;
    *link = client->same_bucket;
    client->same_bucket = NULL;
    client->number = 0;
}

/* --- steps --- */

static uint64_t keep_step(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_mqtt_keep_step step,
                          uint16_t packet_id, uint32_t value, int64_t extra, gn_str name)
{
    const struct gn_mqtt_kept_step body = { client->number, value, extra };
    const gn_bytes part = { (const uint8_t *)&body, sizeof body };
    const struct gn_keep keep = { .thing = client->thing,
                                  .type = GN_RECORD_SESSION,
                                  .flag = (uint8_t)step,
                                  .packet = packet_id,
                                  .name = name,
                                  .parts = &part,
                                  .part_count = 1 };
    uint64_t token = 0;
    if (server->intake.keep == NULL || client->number == 0)
        return 0;
    if (server->intake.keep(server->intake.self, &keep, &token) != GN_OK)
        server->stats.unkept++;
    if (token > server->last_token)
        server->last_token = token;
    return token;
}

void gn_mqtt_keep_join(struct gn_mqtt_server *server, struct gn_mqtt_client *client, bool present)
{
    const bool is_kept = client->expiry_s > 0 && server->intake.keep != NULL;
    if (client->number != 0 && (!present || !is_kept)) {
        (void)keep_step(server, client, GN_MQTT_KEEP_END, 0, 0, 0, (gn_str){ 0 });
        keep_forget_number(server, client);
    }
    if (!is_kept)
        return;
    if (client->number == 0)
        keep_number(server, client, server->last_number + 1);
    (void)keep_step(server, client, GN_MQTT_KEEP_BEGIN, 0, client->expiry_s, 0,
                    (gn_str){ client->id, client->id_size });
}

/* Until when, and when its will is due before that. */
static void keep_away(struct gn_mqtt_server *server, const struct gn_mqtt_client *client)
{
    const int64_t before_ms = client->will != NULL ? client->until_ms - client->will_at_ms : 0;
    (void)keep_step(server, client, GN_MQTT_KEEP_AWAY, 0, (uint32_t)(before_ms / 1000),
                    keep_wall_of(server, client->until_ms), (gn_str){ 0 });
}

void gn_mqtt_keep_leave(struct gn_mqtt_server *server, struct gn_mqtt_client *client, bool gone)
{
    if (client->number == 0)
        return;
    if (!gone) {
        keep_away(server, client);
        return;
    }
    (void)keep_step(server, client, GN_MQTT_KEEP_END, 0, 0, 0, (gn_str){ 0 });
    keep_forget_number(server, client);
}

uint64_t gn_mqtt_keep_packet(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_mqtt_keep_step step,
                             uint16_t packet_id)
{
    return keep_step(server, client, step, packet_id, 0, 0, (gn_str){ 0 });
}

uint64_t gn_mqtt_keep_subscribe(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_str filter,
                                uint8_t options, uint32_t id)
{
    return keep_step(server, client, GN_MQTT_KEEP_SUBSCRIBE, 0, id, options, filter);
}

uint64_t gn_mqtt_keep_unsubscribe(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_str filter)
{
    return keep_step(server, client, GN_MQTT_KEEP_UNSUBSCRIBE, 0, 0, 0, filter);
}

/* --- messages --- */

static uint64_t keep_publish_now(struct gn_mqtt_server *server, const struct gn_mqtt_parcel *parcel, bool retained)
{
    const struct gn_mqtt_kept_publish body = {
        .expires_ms = keep_wall_of(server, parcel->expires_ms),
        .props_size = (uint32_t)parcel->props.size,
        .target_count = (uint16_t)server->target_count,
        .qos = parcel->qos,
        .retain = parcel->retain,
    };
    const gn_bytes parts[] = { { (const uint8_t *)&body, sizeof body },
                               { (const uint8_t *)server->targets, server->target_count * sizeof server->targets[0] },
                               parcel->props,
                               parcel->payload };
    const struct gn_keep keep = { .thing = parcel->thing,
                                  .type = GN_RECORD_PUBLISH,
                                  .flag = retained,
                                  .name = parcel->topic,
                                  .parts = parts,
                                  .part_count = sizeof parts / sizeof parts[0] };
    uint64_t token = 0;
    server->target_count = 0;
    if (server->intake.keep(server->intake.self, &keep, &token) != GN_OK)
        server->stats.unkept++;
    if (token > server->last_token)
        server->last_token = token;
    return token;
}

void gn_mqtt_keep_target(struct gn_mqtt_server *server, const struct gn_mqtt_client *client,
                         const struct gn_mqtt_parcel *parcel, struct gn_mqtt_out *out)
{
    if (client->number == 0 || out->qos == 0 || parcel->id.size > 0)
        return;
    if (server->target_count == GN_MQTT_TARGETS_MAX)
        (void)keep_publish_now(server, parcel, false); /* the last one's token covers it */
    out->is_kept = true;
    server->targets[server->target_count++] =
        (struct gn_mqtt_target){ client->number, out->packet_id, out->qos, out->retain };
}

uint64_t gn_mqtt_keep_publish(struct gn_mqtt_server *server, const struct gn_mqtt_parcel *parcel, bool retained)
{
    if (server->intake.keep == NULL || (server->target_count == 0 && !retained))
        return 0;
    return keep_publish_now(server, parcel, retained);
}

/* --- back --- */

/* The ids of the client's subscriptions that the topic meets. */
static gn_bytes keep_ids(struct gn_mqtt_server *server, const struct gn_mqtt_client *client, gn_str topic)
{
    struct gn_buf ids = gn_buf_over(server->id_bytes, sizeof server->id_bytes);
    const struct gn_mqtt_sub *sub;
    TAILQ_FOREACH(sub, &client->owner.subs, of_owner)
    {
        gn_str name, plain = { sub->filter, sub->filter_size };
        (void)gn_mqtt_filter_share(plain, &name, &plain);
        if (sub->id == 0 || !gn_mqtt_topic_matches(plain, topic))
            continue;
        gn_buf_add_u8(&ids, GN_MQTT_P_SUBSCRIPTION_ID);
        gn_mqtt_varint_put(&ids, sub->id);
    }
    return gn_buf_bytes(&ids);
}

static void keep_recall_target(struct gn_mqtt_server *server, struct gn_mqtt_message *message,
                               const struct gn_mqtt_target *target)
{
    struct gn_mqtt_client *client = gn_mqtt_keep_find(server, target->number);
    if (client == NULL || target->qos == 0 || target->qos > 2 || target->packet_id == 0 ||
        !gn_mqtt_outbox_has_room(&client->outbox, gn_mqtt_message_bytes(message)))
        return;
    const struct gn_mqtt_out_wish wish = { .qos = target->qos,
                                           .retain = target->retain != 0,
                                           .packet_id = target->packet_id,
                                           .ids = keep_ids(server, client, gn_mqtt_message_topic(message)) };
    struct gn_mqtt_out *out = gn_mqtt_outbox_add(&client->outbox, message, &wish);
    if (out == NULL)
        return;
    out->is_kept = true;
    out->state = GN_MQTT_OUT_SENT; /* it may have been: marked as a duplicate, which is never wrong */
}

static void keep_recall_publish(struct gn_mqtt_server *server, const struct gn_record_message *record)
{
    const gn_str body = gn_record_message_payload(record), topic = gn_record_message_name(record);
    struct gn_mqtt_kept_publish publish;
    struct gn_mqtt_target target;
    if (body.size < sizeof publish || !gn_mqtt_topic_valid(topic))
        return;
    memcpy(&publish, body.at, sizeof publish);
    const size_t head_size = sizeof publish + publish.target_count * sizeof target;
    if (body.size < head_size || body.size - head_size < publish.props_size || publish.qos > 2)
        return;
    const uint8_t *props = (const uint8_t *)body.at + head_size;
    struct gn_mqtt_parcel parcel = {
        .topic = topic,
        .props = { props, publish.props_size },
        .payload = { props + publish.props_size, body.size - head_size - publish.props_size },
        .expires_ms = keep_mono_of(server, publish.expires_ms),
        .thing = record->thing,
        .qos = publish.qos,
        .retain = publish.retain != 0,
    };
    if (record->head.flag != 0 && parcel.payload.size == 0)
        (void)gn_mqtt_retained_remove(&server->retained, topic);
    struct gn_mqtt_message *message = gn_mqtt_message_new(&server->clients.messages, &parcel);
    if (message == NULL)
        return;
    if (record->head.flag != 0 && parcel.payload.size > 0)
        GN_IGNORE(gn_mqtt_retained_put(&server->retained, message), "the limits were kept when it came");
    for (size_t i = 0; i < publish.target_count; i++) {
        memcpy(&target, body.at + sizeof publish + i * sizeof target, sizeof target);
        keep_recall_target(server, message, &target);
    }
    gn_mqtt_message_drop(&server->clients.messages, message);
}

static void keep_recall_begin(struct gn_mqtt_server *server, const struct gn_record_message *record,
                              const struct gn_mqtt_kept_step *step)
{
    struct gn_mqtt_client *client = gn_mqtt_keep_find(server, step->number);
    const gn_str id = gn_record_message_name(record);
    if (client == NULL && step->number != 0 && id.size > 0 && id.size <= GN_MQTT_CLIENT_ID_BYTES_MAX)
        client = gn_mqtt_clients_recall(&server->clients, record->thing, id);
    if (client == NULL)
        return;
    if (client->number == 0)
        keep_number(server, client, step->number);
    client->expiry_s = step->value < GN_MQTT_SESSION_EXPIRY_S_MAX ? step->value : GN_MQTT_SESSION_EXPIRY_S_MAX;
    client->until_ms = gn_mqtt_now_ms(server) + (int64_t)client->expiry_s * 1000;
    client->will_at_ms = 0; /* it is there, until it is said to be away */
}

static void keep_recall_packet(struct gn_mqtt_server *server, struct gn_mqtt_client *client, uint8_t step,
                               uint16_t packet_id)
{
    struct gn_mqtt_out *out = gn_mqtt_outbox_find(&client->outbox, packet_id);
    if (step == GN_MQTT_KEEP_OPEN)
        GN_IGNORE(gn_mqtt_ids_add(&client->ids, packet_id), "known, or beyond the limit: then it was not accepted");
    else if (step == GN_MQTT_KEEP_CLOSED)
        (void)gn_mqtt_ids_remove(&client->ids, packet_id);
    else if (step == GN_MQTT_KEEP_RELEASED && out != NULL && out->qos == 2)
        out->state = GN_MQTT_OUT_RELEASED;
    else if (step == GN_MQTT_KEEP_DONE && out != NULL)
        gn_mqtt_outbox_remove(&client->outbox, out, &server->clients.messages);
}

static void keep_recall_session(struct gn_mqtt_server *server, const struct gn_record_message *record)
{
    const gn_str body = gn_record_message_payload(record), name = gn_record_message_name(record);
    struct gn_mqtt_kept_step step;
    bool is_new;
    if (body.size < sizeof step || record->thing >= server->intake.registry->thing_count)
        return;
    memcpy(&step, body.at, sizeof step);
    struct gn_mqtt_client *client = gn_mqtt_keep_find(server, step.number);
    if (record->head.flag == GN_MQTT_KEEP_BEGIN) {
        keep_recall_begin(server, record, &step);
    } else if (client == NULL) {
        return;
    } else if (record->head.flag == GN_MQTT_KEEP_END) {
        keep_forget_number(server, client);
        gn_mqtt_clients_drop(&server->clients, client);
    } else if (record->head.flag == GN_MQTT_KEEP_AWAY) {
        client->until_ms = keep_mono_of(server, step.extra);
        client->will_at_ms = keep_mono_of(server, step.extra - (int64_t)step.value * 1000);
    } else if (record->head.flag == GN_MQTT_KEEP_SUBSCRIBE && name.size > 0) {
        GN_IGNORE(
            gn_mqtt_subs_put(&server->clients.subs, &client->owner, name, (uint8_t)step.extra, step.value, &is_new),
            "the limits were kept when it came");
    } else if (record->head.flag == GN_MQTT_KEEP_UNSUBSCRIBE) {
        (void)gn_mqtt_subs_remove(&server->clients.subs, &client->owner, name);
    } else {
        keep_recall_packet(server, client, record->head.flag, record->head.packet);
    }
}

void gn_mqtt_keep_recall(struct gn_mqtt_server *server, const struct gn_record_head *record)
{
    const struct gn_record_message *message = (const void *)record;
    if (record == NULL)
        gn_mqtt_keep_will_settle(server);
    else if (record->type == GN_RECORD_PUBLISH)
        keep_recall_publish(server, message);
    else if (record->type == GN_RECORD_SESSION && record->flag >= GN_MQTT_KEEP_WILL)
        gn_mqtt_keep_will_recall(server, message);
    else if (record->type == GN_RECORD_SESSION)
        keep_recall_session(server, message);
}

/* --- image: the same steps, into a buffer --- */

static gn_err keep_into_image(void *self, const struct gn_keep *keep, uint64_t *out_token)
{
    struct gn_buf *out = self;
    static const uint8_t zeros[8];
    size_t payload_size = 0;
    for (size_t i = 0; i < keep->part_count; i++)
        payload_size += keep->parts[i].size;
    const size_t used = sizeof(struct gn_record_message) + keep->name.size + payload_size;
    const struct gn_record_message record = {
        .head = { .size = (uint32_t)gn_record_round(used),
                  .type = keep->type,
                  .flag = keep->flag,
                  .packet = keep->packet },
        .thing = keep->thing,
        .name_size = (uint32_t)keep->name.size,
        .payload_size = (uint32_t)payload_size,
    };
    gn_buf_add(out, &record, sizeof record);
    gn_buf_add_str(out, keep->name);
    for (size_t i = 0; i < keep->part_count; i++)
        gn_buf_add(out, keep->parts[i].at, keep->parts[i].size);
    gn_buf_add(out, zeros, gn_record_round(used) - used);
    *out_token = 0;
    return out->full ? GN_ERR_FULL : GN_OK;
}

static void keep_image_outbox(struct gn_mqtt_server *server, const struct gn_mqtt_client *client)
{
    struct gn_mqtt_out *out;
    TAILQ_FOREACH(out, &client->outbox.all, among_all)
    {
        const struct gn_mqtt_parcel parcel = gn_mqtt_message_parcel(out->message);
        if (!out->is_kept || out->state == GN_MQTT_OUT_OVER)
            continue;
        gn_mqtt_keep_target(server, client, &parcel, out);
        (void)gn_mqtt_keep_publish(server, &parcel, false);
        if (out->state == GN_MQTT_OUT_RELEASED)
            (void)gn_mqtt_keep_packet(server, client, GN_MQTT_KEEP_RELEASED, out->packet_id);
    }
}

static void keep_image_client(struct gn_mqtt_server *server, const struct gn_mqtt_client *client)
{
    const struct gn_mqtt_sub *sub;
    if (client->number == 0)
        return;
    (void)keep_step(server, client, GN_MQTT_KEEP_BEGIN, 0, client->expiry_s, 0,
                    (gn_str){ client->id, client->id_size });
    if (client->conn == NULL)
        keep_away(server, client);
    TAILQ_FOREACH(sub, &client->owner.subs, of_owner)
    (void)gn_mqtt_keep_subscribe(server, client, (gn_str){ sub->filter, sub->filter_size }, sub->options, sub->id);
    for (uint16_t i = 0; i < client->ids.count; i++)
        (void)gn_mqtt_keep_packet(server, client, GN_MQTT_KEEP_OPEN, client->ids.at[i]);
    keep_image_outbox(server, client);
}

gn_err gn_mqtt_keep_image(struct gn_mqtt_server *server, struct gn_buf *out)
{
    const struct gn_intake intake = server->intake;
    const uint64_t last_token = server->last_token;
    const struct gn_mqtt_client *client;
    const struct gn_mqtt_kept *kept;
    server->intake.self = out; /* for a while the records go there */
    server->intake.keep = keep_into_image;
    TAILQ_FOREACH(kept, &server->retained.all, among_all)
    {
        const struct gn_mqtt_parcel parcel = gn_mqtt_message_parcel(kept->message);
        (void)gn_mqtt_keep_publish(server, &parcel, true);
    }
    TAILQ_FOREACH(client, &server->clients.away, among_all)
    keep_image_client(server, client);
    TAILQ_FOREACH(client, &server->clients.connected, among_all)
    keep_image_client(server, client);
    gn_mqtt_keep_will_image(server);
    server->intake = intake;
    server->last_token = last_token;
    return out->full ? GN_ERR_FULL : GN_OK;
}
