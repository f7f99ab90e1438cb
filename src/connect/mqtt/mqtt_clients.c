/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_clients.h"

#include <assert.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_props.h"

gn_err gn_mqtt_clients_init(struct gn_mqtt_clients *clients, const struct gn_intake *intake)
{
    struct gn_mqtt_thing_row *rows = gn_mem_take(GN_THINGS_MAX * sizeof *rows, "mqtt things");
    if (rows == NULL || gn_mqtt_subs_init(&clients->subs)) {
        gn_mem_give(rows);
        return GN_ERR_FULL;
    }
    clients->intake = intake;
    clients->rows = rows;
    TAILQ_INIT(&clients->connected);
    TAILQ_INIT(&clients->away);
    TAILQ_INIT(&clients->dead);
    STAILQ_INIT(&clients->due_wills);
    return GN_OK;
}

static struct gn_mqtt_thing_row *clients_row(struct gn_mqtt_clients *clients, uint32_t thing)
{
    assert(thing < GN_THINGS_MAX);
    struct gn_mqtt_thing_row *row = &clients->rows[thing];
    if (!row->is_set_up) { /* not at boot: most rows are never touched */
        TAILQ_INIT(&row->clients);
        row->is_set_up = true;
    }
    return row;
}

/* --- life of a client --- */

static void clients_drop_session(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client)
{
    gn_mqtt_outbox_drop(&client->outbox, &clients->messages);
    gn_mqtt_subs_drop(&clients->subs, &client->owner);
    gn_mqtt_ids_drop(&client->ids);
}

/* Its memory stays until it is buried: somebody may be walking over the Thing's clients, and from a dead one the
 * way on is still there. */
static void clients_forget(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client)
{
    struct gn_mqtt_thing_row *row = clients_row(clients, client->thing);
    assert(client->conn == NULL);
    if (clients->on_leave != NULL)
        clients->on_leave(clients->self, client, true);
    TAILQ_REMOVE(&row->clients, client, of_thing);
    TAILQ_REMOVE(&clients->away, client, among_all);
    row->away_count--;
    clients->away_count--;
    clients_drop_session(clients, client);
    gn_mem_give(client->will);
    client->will = NULL;
    TAILQ_INSERT_TAIL(&clients->dead, client, among_all);
}

void gn_mqtt_clients_bury(struct gn_mqtt_clients *clients)
{
    struct gn_mqtt_client *client;
    while ((client = TAILQ_FIRST(&clients->dead)) != NULL) {
        TAILQ_REMOVE(&clients->dead, client, among_all);
        gn_mem_give(client);
    }
}

void gn_mqtt_clients_fini(struct gn_mqtt_clients *clients)
{
    struct gn_mqtt_client *client;
    struct gn_mqtt_last_will *will;
    if (clients->rows == NULL)
        return;
    assert(TAILQ_EMPTY(&clients->connected));
    clients->on_leave = NULL; /* the node goes, not the sessions */
    while ((client = TAILQ_FIRST(&clients->away)) != NULL)
        clients_forget(clients, client);
    gn_mqtt_clients_bury(clients);
    while ((will = STAILQ_FIRST(&clients->due_wills)) != NULL) {
        STAILQ_REMOVE_HEAD(&clients->due_wills, next);
        gn_mem_give(will);
    }
    gn_mqtt_subs_fini(&clients->subs);
    gn_mem_give(clients->rows);
    clients->rows = NULL;
}

struct gn_mqtt_client *gn_mqtt_clients_find(struct gn_mqtt_clients *clients, uint32_t thing, gn_str id)
{
    struct gn_mqtt_client *client;
    TAILQ_FOREACH(client, &clients_row(clients, thing)->clients, of_thing)
    if (gn_str_equal((gn_str){ client->id, client->id_size }, id))
        return client;
    return NULL;
}

static struct gn_mqtt_client *clients_new(struct gn_mqtt_clients *clients, uint32_t thing, gn_str id)
{
    struct gn_mqtt_thing_row *row = clients_row(clients, thing);
    struct gn_mqtt_client *client = gn_mem_take(sizeof *client + id.size, "mqtt clients");
    if (client == NULL)
        return NULL;
    gn_mqtt_owner_init(&client->owner);
    gn_mqtt_outbox_init(&client->outbox);
    client->thing = thing;
    client->id_size = (uint32_t)id.size;
    memcpy(client->id, id.at, id.size);
    TAILQ_INSERT_TAIL(&row->clients, client, of_thing);
    TAILQ_INSERT_TAIL(&clients->away, client, among_all);
    row->away_count++;
    clients->away_count++;
    return client;
}

struct gn_mqtt_client *gn_mqtt_clients_recall(struct gn_mqtt_clients *clients, uint32_t thing, gn_str id)
{
    if (clients->away_count >= GN_MQTT_SESSIONS_KEPT_MAX + GN_MQTT_CONNECTIONS_MAX ||
        gn_mqtt_clients_find(clients, thing, id) != NULL)
        return NULL;
    return clients_new(clients, thing, id);
}

void gn_mqtt_clients_drop(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client)
{
    void (*on_leave)(void *self, struct gn_mqtt_client *client, bool gone) = clients->on_leave;
    clients->on_leave = NULL;
    clients_forget(clients, client);
    clients->on_leave = on_leave;
}

/* --- links --- */

static void clients_link_changed(struct gn_mqtt_clients *clients, uint32_t thing)
{
    for (uint32_t i = 0; i < clients->untold_count; i++)
        if (clients->untold[i] == thing)
            return;
    clients->untold[clients->untold_count++] = thing;
}

static bool clients_tell_links(struct gn_mqtt_clients *clients)
{
    const struct gn_intake *intake = clients->intake;
    while (clients->untold_count > 0) {
        const uint32_t thing = clients->untold[clients->untold_count - 1];
        struct gn_mqtt_thing_row *row = clients_row(clients, thing);
        const bool up = row->live_count > 0;
        if (up != row->told_up && intake->link(intake->self, thing, up) == GN_ERR_AGAIN)
            return false;
        row->told_up = up;
        clients->untold_count--;
    }
    return true;
}

/* --- wills --- */

/* A will leaves its client, which may come back or be forgotten. */
static void clients_will_put(struct gn_mqtt_clients *clients, struct gn_mqtt_last_will *will)
{
    if (clients->due_count >= GN_MQTT_CONNECTIONS_MAX) {
        clients->intake->refused(clients->intake->self, will->thing, "a will was lost: too many wait for the ring");
        gn_mem_give(will);
        return;
    }
    STAILQ_INSERT_TAIL(&clients->due_wills, will, next);
    clients->due_count++;
}

static void clients_will_due(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client)
{
    struct gn_mqtt_last_will *will = client->will;
    client->will = NULL;
    if (will != NULL)
        clients_will_put(clients, will);
}

/* It is not to be published: the journal has to hear of that, if it knows the will. */
static void clients_will_void(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client)
{
    struct gn_mqtt_last_will *will = client->will;
    client->will = NULL;
    if (will == NULL || will->number == 0) {
        gn_mem_give(will);
        return;
    }
    will->is_void = true;
    clients_will_put(clients, will);
}

void gn_mqtt_clients_recall_will(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client,
                                 struct gn_mqtt_last_will *will, int64_t now_ms)
{
    if (client == NULL || client->will != NULL) {
        clients_will_put(clients, will);
        return;
    }
    client->will = will;
    if (client->will_at_ms == 0) /* it was connected: the connection ended with the node, and that is now */
        client->will_at_ms = now_ms + (int64_t)gn_mqtt_clients_will_delay_s(client) * 1000;
    if (client->will_at_ms <= now_ms)
        clients_will_due(clients, client);
}

/* --- coming and going --- */

gn_err gn_mqtt_clients_join(struct gn_mqtt_clients *clients, uint32_t thing, gn_str id, bool clean,
                            struct gn_mqtt_conn *conn, struct gn_mqtt_client **out, bool *out_present)
{
    struct gn_mqtt_thing_row *row = clients_row(clients, thing);
    struct gn_mqtt_client *client = gn_mqtt_clients_find(clients, thing, id);
    const bool present = client != NULL && !clean;
    if (client == NULL)
        client = clients_new(clients, thing, id);
    else if (clean)
        clients_drop_session(clients, client);
    if (client == NULL)
        return GN_ERR_FULL;
    assert(client->conn == NULL);
    clients_will_void(clients, client); /* back before it was due */
    client->conn = conn;
    TAILQ_REMOVE(&clients->away, client, among_all);
    TAILQ_INSERT_TAIL(&clients->connected, client, among_all);
    row->away_count--;
    clients->away_count--;
    if (row->live_count++ == 0)
        clients_link_changed(clients, thing);
    *out = client;
    *out_present = present;
    return GN_OK;
}

/* At most so many are kept: of the Thing, and in all; the longest away goes. */
static void clients_bound(struct gn_mqtt_clients *clients, uint32_t thing)
{
    struct gn_mqtt_client *client, *next;
    struct gn_mqtt_thing_row *row = clients_row(clients, thing);
    while (clients->away_count > GN_MQTT_SESSIONS_KEPT_MAX) {
        client = TAILQ_FIRST(&clients->away);
        clients_will_due(clients, client);
        clients_forget(clients, client);
    }
    for (client = TAILQ_FIRST(&clients->away); client != NULL && row->away_count > GN_MQTT_SESSIONS_KEPT_PER_THING_MAX;
         client = next) {
        next = TAILQ_NEXT(client, among_all);
        if (client->thing != thing)
            continue;
        clients_will_due(clients, client);
        clients_forget(clients, client);
    }
}

static void clients_leave_will(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client, gn_mqtt_leaving how,
                               int64_t now_ms)
{
    if (client->will == NULL)
        return;
    const uint32_t delay_s = gn_mqtt_clients_will_delay_s(client);
    if (clients->is_stopping) {
        client->will_at_ms = now_ms + (int64_t)delay_s * 1000;
    } else if (how == GN_MQTT_LEFT_WELL || (how == GN_MQTT_LEFT_TAKEN_OVER && client->will->delay_s > 0)) {
        clients_will_void(clients, client);
    } else if (delay_s == 0 || how != GN_MQTT_LEFT_BADLY) {
        clients_will_due(clients, client);
    } else {
        client->will_at_ms = now_ms + (int64_t)delay_s * 1000;
    }
}

void gn_mqtt_clients_leave(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client, gn_mqtt_leaving how,
                           int64_t now_ms)
{
    const uint32_t thing = client->thing;
    struct gn_mqtt_thing_row *row = clients_row(clients, thing);
    assert(client->conn != NULL && row->live_count > 0);
    client->conn = NULL;
    TAILQ_REMOVE(&clients->connected, client, among_all);
    TAILQ_INSERT_TAIL(&clients->away, client, among_all);
    row->away_count++;
    clients->away_count++;
    if (--row->live_count == 0)
        clients_link_changed(clients, thing);
    gn_mqtt_outbox_rewind(&client->outbox, &clients->messages);
    clients_leave_will(clients, client, how, now_ms);
    client->until_ms = now_ms + (int64_t)client->expiry_s * 1000;
    if (client->expiry_s == 0 || how == GN_MQTT_LEFT_EVICTED) {
        clients_forget(clients, client);
        return;
    }
    if (clients->on_leave != NULL)
        clients->on_leave(clients->self, client, false);
    clients_bound(clients, thing);
}

void gn_mqtt_clients_evict(struct gn_mqtt_clients *clients, uint32_t thing)
{
    struct gn_mqtt_client *client, *next;
    for (client = TAILQ_FIRST(&clients_row(clients, thing)->clients); client != NULL; client = next) {
        next = TAILQ_NEXT(client, of_thing);
        if (client->conn != NULL)
            continue;
        clients_will_due(clients, client);
        clients_forget(clients, client);
    }
}

/* --- memory that grows --- */

static uint8_t *clients_append(uint8_t *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

gn_err gn_mqtt_clients_will(struct gn_mqtt_client *client, const struct gn_mqtt_will *will)
{
    uint8_t scratch[GN_MQTT_CONNECT_BYTES_MAX];
    const gn_bytes props = gn_mqtt_props_travelling(&will->props, scratch);
    struct gn_mqtt_last_will *kept =
        gn_mem_take(sizeof *kept + will->topic.size + props.size + will->payload.size, "mqtt wills");
    if (kept == NULL)
        return GN_ERR_FULL;
    kept->thing = client->thing;
    kept->delay_s = gn_mqtt_props_number(&will->props, GN_MQTT_P_WILL_DELAY, 0);
    kept->expiry_s = gn_mqtt_props_number(&will->props, GN_MQTT_P_MESSAGE_EXPIRY, 0);
    kept->qos = will->qos;
    kept->retain = will->retain;
    kept->topic_size = (uint32_t)will->topic.size;
    kept->props_size = (uint32_t)props.size;
    kept->payload_size = (uint32_t)will->payload.size;
    uint8_t *at = clients_append(kept->bytes, will->topic.at, will->topic.size);
    at = clients_append(at, props.at, props.size);
    (void)clients_append(at, will->payload.at, will->payload.size);
    gn_mem_give(client->will);
    client->will = kept;
    return GN_OK;
}

/* --- what is due --- */

static void clients_run_away(struct gn_mqtt_clients *clients, int64_t now_ms)
{
    struct gn_mqtt_client *client, *next;
    for (client = TAILQ_FIRST(&clients->away); client != NULL; client = next) {
        next = TAILQ_NEXT(client, among_all);
        if (client->will != NULL && now_ms >= client->will_at_ms)
            clients_will_due(clients, client);
        if (now_ms >= client->until_ms) {
            clients_will_due(clients, client);
            clients_forget(clients, client);
        }
    }
}

static struct gn_mqtt_publish clients_will_packet(const struct gn_mqtt_last_will *will)
{
    const uint8_t *props = will->bytes + will->topic_size;
    struct gn_mqtt_publish packet = {
        .qos = will->qos,
        .retain = will->retain,
        .topic = { (const char *)will->bytes, will->topic_size },
        .payload = { props + will->props_size, will->payload_size },
        .props.raw = { props, will->props_size },
    };
    if (will->expiry_s > 0)
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_MESSAGE_EXPIRY, will->expiry_s);
    return packet;
}

/* Each is taken off the list before it is sent: handing it on may end another connection, whose will comes here too. */
static bool clients_send_wills(struct gn_mqtt_clients *clients)
{
    struct gn_mqtt_last_will *will;
    while ((will = STAILQ_FIRST(&clients->due_wills)) != NULL) {
        const struct gn_mqtt_publish packet = clients_will_packet(will);
        STAILQ_REMOVE_HEAD(&clients->due_wills, next);
        if (clients->publish_will(clients->self, will, will->is_void ? NULL : &packet) == GN_ERR_AGAIN) {
            STAILQ_INSERT_HEAD(&clients->due_wills, will, next);
            return false;
        }
        clients->due_count--;
        gn_mem_give(will);
    }
    return true;
}

bool gn_mqtt_clients_tell(struct gn_mqtt_clients *clients)
{
    const bool wills_sent = clients_send_wills(clients);
    return clients_tell_links(clients) && wills_sent;
}

bool gn_mqtt_clients_run(struct gn_mqtt_clients *clients, int64_t now_ms)
{
    clients_run_away(clients, now_ms);
    return gn_mqtt_clients_tell(clients);
}
