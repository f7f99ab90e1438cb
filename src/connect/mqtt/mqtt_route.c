/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_route.h"

#include "connect/mqtt/mqtt_conn.h"
#include "connect/mqtt/mqtt_deliver.h"
#include "connect/mqtt/mqtt_keep.h"
#include "connect/mqtt/mqtt_props.h"

/* --- one client --- */

/* One copy's worth of what several filters of a client ask for. */
struct route_grant {
    uint8_t qos;
    bool as_published;
    struct gn_buf ids;
};

static void route_add_id(struct gn_buf *ids, uint32_t id)
{
    if (id == 0)
        return;
    gn_buf_add_u8(ids, GN_MQTT_P_SUBSCRIPTION_ID);
    gn_mqtt_varint_put(ids, id);
}

static void route_add_sub(struct route_grant *grant, const struct gn_mqtt_sub *sub)
{
    const uint8_t qos = sub->options & 3;
    if (qos > grant->qos)
        grant->qos = qos;
    grant->as_published |= (sub->options & GN_MQTT_AS_PUBLISHED) != 0;
    route_add_id(&grant->ids, sub->id);
}

static bool route_may_hear(struct gn_mqtt_server *server, const struct gn_mqtt_client *client,
                           const struct gn_mqtt_parcel *parcel)
{
    if (gn_mqtt_deliver_allowed(server, client->thing, parcel->thing, parcel->topic))
        return true;
    server->stats.withheld++;
    return false;
}

static void route_hand_over(struct gn_mqtt_server *server, struct gn_mqtt_client *client, struct gn_mqtt_parcel *parcel,
                            const struct route_grant *grant)
{
    const struct gn_mqtt_out_wish wish = {
        .qos = grant->qos < parcel->qos ? grant->qos : parcel->qos,
        .retain = grant->as_published && parcel->retain,
        .ids = gn_buf_bytes(&grant->ids),
    };
    gn_mqtt_deliver_to(server, client, parcel, &wish);
}

static void route_to_owner(struct gn_mqtt_server *server, struct gn_mqtt_owner *owner, struct gn_mqtt_parcel *parcel,
                           const struct gn_mqtt_client *from)
{
    struct gn_mqtt_client *client = gn_mqtt_client_of(owner);
    struct route_grant grant = { .ids = gn_buf_over(server->id_bytes, sizeof server->id_bytes) };
    bool any = false;
    for (const struct gn_mqtt_sub *sub = owner->matched; sub != NULL; sub = sub->next_match) {
        if (client == from && (sub->options & GN_MQTT_NO_LOCAL) != 0)
            continue;
        any = true;
        route_add_sub(&grant, sub);
    }
    owner->matched = NULL;
    if (any && route_may_hear(server, client, parcel))
        route_hand_over(server, client, parcel, &grant);
}

/* --- one of a share --- */

static bool route_can_take(const struct gn_mqtt_client *client)
{
    return client->conn != NULL && gn_mqtt_conn_live(client->conn) && client->outbox.next == NULL &&
           client->outbox.in_flight < gn_mqtt_deliver_window(client->conn);
}

static struct gn_mqtt_sub *route_choose(struct gn_mqtt_server *server, const struct gn_mqtt_share *share,
                                        const struct gn_mqtt_parcel *parcel)
{
    struct gn_mqtt_sub *sub, *second = NULL;
    TAILQ_FOREACH(sub, &share->subs, of_place)
    {
        const struct gn_mqtt_client *client = gn_mqtt_client_of(sub->owner);
        const bool can_wait = client->conn != NULL || ((sub->options & 3) > 0 && parcel->qos > 0);
        if (!can_wait || !route_may_hear(server, client, parcel))
            continue;
        if (route_can_take(client))
            return sub;
        if (second == NULL || (gn_mqtt_client_of(second->owner)->conn == NULL && client->conn != NULL))
            second = sub;
    }
    return second;
}

static void route_to_share(struct gn_mqtt_server *server, const struct gn_mqtt_share *share,
                           struct gn_mqtt_parcel *parcel)
{
    struct gn_mqtt_sub *sub = route_choose(server, share, parcel);
    struct route_grant grant = { .ids = gn_buf_over(server->id_bytes, sizeof server->id_bytes) };
    if (sub == NULL) {
        server->stats.unrouted++;
        return;
    }
    route_add_sub(&grant, sub);
    gn_mqtt_subs_served(sub);
    route_hand_over(server, gn_mqtt_client_of(sub->owner), parcel, &grant);
}

/* --- all of them --- */

/* The token of what has to survive of it; 0: nothing. */
static uint64_t route_parcel(struct gn_mqtt_server *server, struct gn_mqtt_parcel *parcel,
                             const struct gn_mqtt_client *from, bool retained)
{
    struct gn_mqtt_match match;
    struct gn_mqtt_owner *owner, *next;
    struct gn_mqtt_share *share;
    gn_mqtt_subs_match(&server->clients.subs, parcel->topic, &match);
    for (owner = match.owners; owner != NULL; owner = next) {
        next = owner->next_match;
        route_to_owner(server, owner, parcel, from);
    }
    for (share = match.shares; share != NULL; share = share->next_match)
        route_to_share(server, share, parcel);
    const uint64_t token = gn_mqtt_keep_publish(server, parcel, retained);
    gn_mqtt_message_drop(&server->clients.messages, parcel->message);
    return token;
}

/* --- retained --- */

static size_t route_size(const struct gn_mqtt_parcel *parcel)
{
    return sizeof(struct gn_mqtt_message) + parcel->topic.size + parcel->props.size + parcel->payload.size;
}

/* False: there is no room for it. */
static bool route_retain(struct gn_mqtt_server *server, struct gn_mqtt_parcel *parcel)
{
    if (parcel->payload.size == 0) {
        (void)gn_mqtt_retained_remove(&server->retained, parcel->topic);
        return true;
    }
    struct gn_mqtt_message *message = gn_mqtt_deliver_message(server, parcel);
    return message != NULL && gn_mqtt_retained_put(&server->retained, message) == GN_OK;
}

struct route_visit {
    struct gn_mqtt_server *server;
    struct gn_mqtt_client *client;
    uint8_t qos;
    struct gn_buf ids;
};

static void route_visit_retained(void *ctx, struct gn_mqtt_message *message)
{
    const struct route_visit *visit = ctx;
    struct gn_mqtt_parcel parcel = gn_mqtt_message_parcel(message);
    const struct gn_mqtt_out_wish wish = {
        .qos = visit->qos < message->qos ? visit->qos : message->qos,
        .retain = true,
        .is_shared_bytes = true,
        .ids = gn_buf_bytes(&visit->ids),
    };
    if (!route_may_hear(visit->server, visit->client, &parcel))
        return;
    gn_mqtt_deliver_to(visit->server, visit->client, &parcel, &wish);
    (void)gn_mqtt_keep_publish(visit->server, &parcel, false);
}

void gn_mqtt_route_retained(struct gn_mqtt_server *server, struct gn_mqtt_client *client, gn_str filter,
                            uint8_t options, uint32_t id)
{
    struct route_visit visit = { .server = server,
                                 .client = client,
                                 .qos = options & 3,
                                 .ids = gn_buf_over(server->id_bytes, sizeof server->id_bytes) };
    route_add_id(&visit.ids, id);
    gn_mqtt_retained_select(&server->retained, filter, gn_mqtt_now_ms(server), route_visit_retained, &visit);
}

void gn_mqtt_route_evict(struct gn_mqtt_server *server, uint32_t thing)
{
    struct gn_mqtt_kept *kept = TAILQ_FIRST(&server->retained.all);
    while (kept != NULL) {
        struct gn_mqtt_kept *next = TAILQ_NEXT(kept, among_all);
        const gn_str topic = gn_mqtt_message_topic(kept->message);
        if (kept->message->thing == thing &&
            !server->intake.allows(server->intake.self, thing, GN_VERB_PUBLISH, topic)) {
            (void)gn_mqtt_retained_remove(&server->retained, topic);
            server->stats.withheld++;
        }
        kept = next;
    }
}

/* --- in --- */

static gn_err route_no_room(struct gn_mqtt_server *server)
{
    server->verdict.reason = GN_MQTT_QUOTA;
    server->verdict.close = false;
    gn_diag_set(&server->verdict.why, 0, 0,
                "no room for one more retained message: MQTT_RETAINED_MAX or MQTT_RETAINED_BYTES_MAX");
    return GN_ERR_INVAL;
}

gn_err gn_mqtt_route_publish(struct gn_mqtt_server *server, uint32_t thing, const struct gn_mqtt_client *from,
                             const struct gn_mqtt_publish *publish)
{
    const uint32_t expiry_s = gn_mqtt_props_number(&publish->props, GN_MQTT_P_MESSAGE_EXPIRY, 0);
    struct gn_mqtt_parcel parcel = {
        .topic = publish->topic,
        .props = gn_mqtt_props_travelling(&publish->props, server->prop_bytes),
        .payload = publish->payload,
        .expires_ms = expiry_s > 0 ? gn_mqtt_now_ms(server) + (int64_t)expiry_s * 1000 : 0,
        .thing = thing,
        .qos = publish->qos,
        .retain = publish->retain,
    };
    if (publish->retain && publish->payload.size > 0 &&
        !gn_mqtt_retained_has_room(&server->retained, publish->topic, route_size(&parcel)))
        return route_no_room(server);
    const gn_err err = gn_mqtt_inbound(&server->intake, &server->payload, thing, publish, &server->verdict);
    if (err != GN_OK)
        return err;
    bool retained = publish->retain;
    if (retained && !route_retain(server, &parcel)) {
        server->stats.unrouted++;
        retained = false;
    }
    const uint64_t token = route_parcel(server, &parcel, from, retained);
    if (token > server->verdict.token)
        server->verdict.token = token;
    return GN_OK;
}

static bool route_says_already(const struct gn_mqtt_server *server, const struct gn_mqtt_parcel *parcel)
{
    struct gn_mqtt_message *message = gn_mqtt_retained_find(&server->retained, parcel->topic);
    if (message == NULL)
        return parcel->payload.size == 0;
    const struct gn_mqtt_parcel now = gn_mqtt_message_parcel(message);
    return now.thing == GN_NONE && now.qos == parcel->qos && now.payload.size == parcel->payload.size &&
           memcmp(now.payload.at, parcel->payload.at, now.payload.size) == 0;
}

gn_err gn_mqtt_route_own(struct gn_mqtt_server *server, const struct gn_publish_out *publish)
{
    struct gn_mqtt_parcel parcel = {
        .topic = publish->topic,
        .payload = { (const uint8_t *)publish->payload.at, publish->payload.size },
        .thing = GN_NONE,
        .qos = publish->qos,
        .retain = publish->retain,
    };
    if (publish->retain && publish->only_news && route_says_already(server, &parcel))
        return GN_OK;
    struct gn_buf props = gn_buf_over(server->prop_bytes, sizeof server->prop_bytes);
    if (publish->correlation.size > 0) {
        gn_buf_add_u8(&props, GN_MQTT_P_CORRELATION);
        gn_mqtt_text_put(&props, (gn_str){ (const char *)publish->correlation.at, publish->correlation.size });
        parcel.props = gn_buf_bytes(&props);
    }
    if (!gn_mqtt_keep_has_room(server))
        return GN_ERR_AGAIN;
    if (publish->retain && publish->payload.size > 0 &&
        !gn_mqtt_retained_has_room(&server->retained, publish->topic, route_size(&parcel)))
        return GN_ERR_FULL;
    if (publish->retain && !route_retain(server, &parcel)) {
        gn_mqtt_message_drop(&server->clients.messages, parcel.message);
        return GN_ERR_FULL;
    }
    (void)route_parcel(server, &parcel, NULL, publish->retain);
    return GN_OK;
}

gn_err gn_mqtt_route_prune(struct gn_mqtt_server *server, bool (*keeps)(void *ctx, gn_str topic), void *ctx)
{
    char bytes[GN_MQTT_TOPIC_BYTES_MAX + 1];
    gn_err err = GN_OK;
    struct gn_mqtt_kept *kept = TAILQ_FIRST(&server->retained.all);
    while (err == GN_OK && kept != NULL) {
        struct gn_mqtt_kept *next = TAILQ_NEXT(kept, among_all);
        const gn_str topic = gn_mqtt_message_topic(kept->message);
        if (kept->message->thing == GN_NONE && !keeps(ctx, topic) &&
            gn_str_copy(bytes, sizeof bytes, topic) == GN_OK) { /* the message goes while its topic is needed */
            const struct gn_publish_out gone = { .topic = gn_str_of(bytes), .qos = kept->message->qos, .retain = true };
            err = gn_mqtt_route_own(server, &gone);
        }
        kept = next;
    }
    return err;
}
