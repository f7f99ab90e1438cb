/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_keep_will.h"

#include "base/mem.h"
#include "connect/mqtt/mqtt_route.h"
#include "connect/mqtt/mqtt_topic.h"

void gn_mqtt_keep_will_init(struct gn_mqtt_server *server)
{
    for (size_t i = 0; i < GN_MQTT_KEPT_BUCKETS; i++)
        STAILQ_INIT(&server->kept_wills[i]);
}

void gn_mqtt_keep_will_fini(struct gn_mqtt_server *server)
{
    for (size_t i = 0; i < GN_MQTT_KEPT_BUCKETS; i++) {
        struct gn_mqtt_last_will *will;
        while ((will = STAILQ_FIRST(&server->kept_wills[i])) != NULL) {
            STAILQ_REMOVE_HEAD(&server->kept_wills[i], next);
            gn_mem_give(will);
        }
    }
}

static gn_err keep_will_step(struct gn_mqtt_server *server, uint32_t thing, gn_mqtt_keep_step step, gn_str topic,
                             const gn_bytes *parts, size_t part_count)
{
    const struct gn_keep keep = { .thing = thing,
                                  .type = GN_RECORD_SESSION,
                                  .flag = (uint8_t)step,
                                  .name = topic,
                                  .parts = parts,
                                  .part_count = part_count };
    uint64_t token = 0;
    const gn_err err = server->intake.keep(server->intake.self, &keep, &token);
    if (err == GN_OK && token > server->last_token)
        server->last_token = token;
    return err;
}

static gn_err keep_will_put(struct gn_mqtt_server *server, const struct gn_mqtt_last_will *will, uint32_t number,
                            uint32_t session)
{
    const struct gn_mqtt_kept_step step = { .number = number, .value = session };
    const struct gn_mqtt_kept_will body = { .delay_s = will->delay_s,
                                            .expiry_s = will->expiry_s,
                                            .props_size = will->props_size,
                                            .qos = will->qos,
                                            .retain = will->retain };
    const gn_bytes parts[] = { { (const uint8_t *)&step, sizeof step },
                               { (const uint8_t *)&body, sizeof body },
                               { will->bytes + will->topic_size, (size_t)will->props_size + will->payload_size } };
    return keep_will_step(server, will->thing, GN_MQTT_KEEP_WILL,
                          (gn_str){ (const char *)will->bytes, will->topic_size }, parts,
                          sizeof parts / sizeof parts[0]);
}

void gn_mqtt_keep_will(struct gn_mqtt_server *server, struct gn_mqtt_client *client)
{
    struct gn_mqtt_last_will *will = client->will;
    if (will == NULL || will->number != 0 || server->intake.keep == NULL)
        return;
    const uint32_t number = server->last_number + 1;
    if (keep_will_put(server, will, number, client->number) != GN_OK)
        return;
    will->number = number;
    gn_mqtt_keep_seen(server, number);
}

/* --- the end of one --- */

static void keep_will_gone(struct gn_mqtt_server *server, const struct gn_mqtt_last_will *will)
{
    const struct gn_mqtt_kept_step step = { .number = will->number };
    const gn_bytes part = { (const uint8_t *)&step, sizeof step };
    if (will->number != 0 &&
        keep_will_step(server, will->thing, GN_MQTT_KEEP_WILL_GONE, (gn_str){ 0 }, &part, 1) != GN_OK)
        server->stats.unkept++; /* there was room for more than that */
}

static void keep_will_gather(const struct gn_mqtt_server *server, bool on)
{
    if (server->intake.gather != NULL)
        server->intake.gather(server->intake.self, on);
}

gn_err gn_mqtt_keep_will_publish(struct gn_mqtt_server *server, const struct gn_mqtt_last_will *will,
                                 const struct gn_mqtt_publish *publish)
{
    if (will->number != 0 && !gn_mqtt_keep_has_room(server))
        return GN_ERR_AGAIN;
    keep_will_gather(server, true);
    const gn_err err = publish != NULL ? gn_mqtt_route_publish(server, will->thing, NULL, publish) : GN_OK;
    if (err != GN_ERR_AGAIN)
        keep_will_gone(server, will);
    keep_will_gather(server, false);
    return err;
}

/* --- back --- */

static struct gn_mqtt_will_list *keep_will_bucket(struct gn_mqtt_server *server, uint32_t number)
{
    return &server->kept_wills[number % GN_MQTT_KEPT_BUCKETS];
}

static void keep_will_forget(struct gn_mqtt_server *server, uint32_t number)
{
    struct gn_mqtt_will_list *bucket = keep_will_bucket(server, number);
    struct gn_mqtt_last_will *will;
    STAILQ_FOREACH(will, bucket, next)
    if (will->number == number)
        break;
    if (will == NULL)
        return;
    STAILQ_REMOVE(bucket, will, gn_mqtt_last_will, next);
    gn_mem_give(will);
}

static void keep_will_back(struct gn_mqtt_server *server, const struct gn_record_message *record,
                           const struct gn_mqtt_kept_step *step)
{
    const gn_str topic = gn_record_message_name(record);
    gn_str rest = gn_record_message_payload(record);
    struct gn_mqtt_kept_will body;
    if (rest.size < sizeof *step + sizeof body || !gn_mqtt_topic_valid(topic))
        return;
    memcpy(&body, rest.at + sizeof *step, sizeof body);
    rest = (gn_str){ rest.at + sizeof *step + sizeof body, rest.size - sizeof *step - sizeof body };
    if (step->number == 0 || body.qos > 2 || body.props_size > rest.size ||
        rest.size - body.props_size > GN_MQTT_WILL_BYTES_MAX)
        return;
    struct gn_mqtt_last_will *will = gn_mem_take(sizeof *will + topic.size + rest.size, "mqtt wills");
    if (will == NULL)
        return;
    *will = (struct gn_mqtt_last_will){ .number = step->number,
                                        .session = step->value,
                                        .thing = record->thing,
                                        .delay_s = body.delay_s,
                                        .expiry_s = body.expiry_s,
                                        .qos = body.qos,
                                        .retain = body.retain != 0,
                                        .topic_size = (uint32_t)topic.size,
                                        .props_size = body.props_size,
                                        .payload_size = (uint32_t)rest.size - body.props_size };
    memcpy(will->bytes, topic.at, topic.size);
    if (rest.size > 0)
        memcpy(will->bytes + topic.size, rest.at, rest.size);
    keep_will_forget(server, step->number);
    STAILQ_INSERT_TAIL(keep_will_bucket(server, step->number), will, next);
    gn_mqtt_keep_seen(server, step->number);
}

void gn_mqtt_keep_will_recall(struct gn_mqtt_server *server, const struct gn_record_message *record)
{
    const gn_str body = gn_record_message_payload(record);
    struct gn_mqtt_kept_step step;
    if (body.size < sizeof step || record->thing >= server->intake.registry->thing_count)
        return;
    memcpy(&step, body.at, sizeof step);
    if (record->head.flag == GN_MQTT_KEEP_WILL)
        keep_will_back(server, record, &step);
    else
        keep_will_forget(server, step.number);
}

void gn_mqtt_keep_will_settle(struct gn_mqtt_server *server)
{
    const int64_t now_ms = gn_mqtt_now_ms(server);
    for (size_t i = 0; i < GN_MQTT_KEPT_BUCKETS; i++) {
        struct gn_mqtt_last_will *will;
        while ((will = STAILQ_FIRST(&server->kept_wills[i])) != NULL) {
            struct gn_mqtt_client *client = gn_mqtt_keep_find(server, will->session);
            STAILQ_REMOVE_HEAD(&server->kept_wills[i], next);
            if (client != NULL && client->thing != will->thing)
                client = NULL;
            gn_mqtt_clients_recall_will(&server->clients, client, will, now_ms);
        }
    }
}

/* --- image --- */

static void keep_will_image(struct gn_mqtt_server *server, const struct gn_mqtt_last_will *will, uint32_t session)
{
    if (will != NULL && will->number != 0 && !will->is_void)
        GN_IGNORE(keep_will_put(server, will, will->number, session), "the buffer says that it was too small");
}

void gn_mqtt_keep_will_image(struct gn_mqtt_server *server)
{
    const struct gn_mqtt_clients *clients = &server->clients;
    const struct gn_mqtt_client *client;
    const struct gn_mqtt_last_will *will;
    TAILQ_FOREACH(client, &clients->away, among_all)
    keep_will_image(server, client->will, client->number);
    TAILQ_FOREACH(client, &clients->connected, among_all)
    keep_will_image(server, client->will, client->number);
    STAILQ_FOREACH(will, &clients->due_wills, next)
    keep_will_image(server, will, 0);
}
