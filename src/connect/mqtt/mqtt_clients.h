/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_clients.h -- who is connected as which Thing, and what outlives a connection.
 *
 *   Thing 3 ─▶ client "gateway" ─▶ connection          one Thing may have several clients;
 *           ─▶ client "spare"   ─▶ (away, until ...)   a client id is unique within its Thing
 *
 * A client keeps its subscriptions, its outbox, the QoS 2 messages it has not released and its will. When its
 * connection goes, it is forgotten, or kept as long as it asked for. Wills that are due and links that came or went
 * wait here while the ring is full; gn_mqtt_clients_tell tries them again.
 * Knows no socket: the connection is an opaque pointer. */
#ifndef GN_CONNECT_MQTT_CLIENTS_H
#define GN_CONNECT_MQTT_CLIENTS_H

#include <stddef.h>
#include <sys/queue.h>

#include "connect/adapter.h"
#include "connect/mqtt/mqtt_ids.h"
#include "connect/mqtt/mqtt_outbox.h"
#include "connect/mqtt/mqtt_subs.h"

struct gn_mqtt_conn;

struct gn_mqtt_last_will {
    STAILQ_ENTRY(gn_mqtt_last_will) next; /* among those that are due */
    uint32_t number;                      /* in the journal; 0: it is not there */
    uint32_t session;                     /* at boot: the number of its session; 0: that ended with the connection */
    bool is_void;                         /* due only to be forgotten: its client has left well, or is back */
    uint32_t thing;
    uint32_t delay_s;
    uint32_t expiry_s; /* of the message; 0: never */
    uint8_t qos;
    bool retain;
    uint32_t topic_size;
    uint32_t props_size;
    uint32_t payload_size;
    uint8_t bytes[]; /* topic, props, payload */
};

struct gn_mqtt_client {
    TAILQ_ENTRY(gn_mqtt_client) of_thing;
    TAILQ_ENTRY(gn_mqtt_client) among_all; /* connected ones in one list, those away in another, oldest first */
    struct gn_mqtt_conn *conn;             /* NULL: away */
    struct gn_mqtt_client *same_bucket;    /* of those that are kept over a restart */
    uint32_t number;                       /* of the session there; 0: not kept */
    uint32_t thing;
    uint32_t expiry_s;          /* how long to keep it when the connection goes */
    int64_t until_ms;           /* away: when it is forgotten */
    int64_t will_at_ms;         /* away: when its will is due */
    struct gn_mqtt_owner owner; /* of subscriptions */
    struct gn_mqtt_outbox outbox;
    struct gn_mqtt_ids ids;         /* QoS 2 messages that came and were not released */
    struct gn_mqtt_last_will *will; /* NULL = none */
    uint32_t id_size;
    char id[];
};

static inline struct gn_mqtt_client *gn_mqtt_client_of(struct gn_mqtt_owner *owner)
{
    return (struct gn_mqtt_client *)(void *)((char *)owner - offsetof(struct gn_mqtt_client, owner));
}

TAILQ_HEAD(gn_mqtt_client_list, gn_mqtt_client);
STAILQ_HEAD(gn_mqtt_will_list, gn_mqtt_last_will);

struct gn_mqtt_thing_row {
    struct gn_mqtt_client_list clients;
    uint16_t live_count; /* connected clients */
    uint16_t away_count;
    bool is_set_up;
    bool told_up; /* what the intake was told last */
};

struct gn_mqtt_clients {
    const struct gn_intake *intake;
    struct gn_mqtt_thing_row *rows; /* [GN_THINGS_MAX] */
    struct gn_mqtt_subs subs;
    struct gn_mqtt_messages messages;
    struct gn_mqtt_client_list connected;
    struct gn_mqtt_client_list away;
    uint32_t away_count;
    struct gn_mqtt_client_list dead; /* forgotten, and freed when nobody can be walking over them */
    struct gn_mqtt_will_list due_wills;
    uint32_t due_count;
    uint32_t untold[GN_THINGS_MAX]; /* Things whose link the intake has not heard of */
    uint32_t untold_count;
    bool is_stopping; /* wills stay as they are, for the next start */
    /* A will is due; NULL instead of a message: only to be forgotten. AGAIN: the ring is full; anything else: done
     * with. */
    gn_err (*publish_will)(void *self, const struct gn_mqtt_last_will *will, const struct gn_mqtt_publish *publish);
    /* A client went, or (gone) is forgotten. NULL: nobody wants to know. */
    void (*on_leave)(void *self, struct gn_mqtt_client *client, bool gone);
    void *self; /* of both */
};

/* FULL: no memory. */
GN_MUST_USE gn_err gn_mqtt_clients_init(struct gn_mqtt_clients *clients, const struct gn_intake *intake);
void gn_mqtt_clients_fini(struct gn_mqtt_clients *clients);

/* The client of that id, or NULL. */
struct gn_mqtt_client *gn_mqtt_clients_find(struct gn_mqtt_clients *clients, uint32_t thing, gn_str id);
/* A connection comes: makes the client, or goes on with the one that is kept. An older connection of the same client
 * is the caller's to end first (gn_mqtt_clients_leave with `taken_over`). FULL: no memory. */
GN_MUST_USE gn_err gn_mqtt_clients_join(struct gn_mqtt_clients *clients, uint32_t thing, gn_str id, bool clean,
                                        struct gn_mqtt_conn *conn, struct gn_mqtt_client **out, bool *out_present);

typedef enum gn_mqtt_leaving {
    GN_MQTT_LEFT_WELL,       /* DISCONNECT: the will is deleted */
    GN_MQTT_LEFT_BADLY,      /* the will becomes due */
    GN_MQTT_LEFT_TAKEN_OVER, /* the same client is back on another connection: only a will without delay is due */
    GN_MQTT_LEFT_EVICTED,    /* nothing is kept */
} gn_mqtt_leaving;

/* A connection goes. The client may be gone afterwards. */
void gn_mqtt_clients_leave(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client, gn_mqtt_leaving how,
                           int64_t now_ms);
/* Forgets the clients of a Thing that are away. */
void gn_mqtt_clients_evict(struct gn_mqtt_clients *clients, uint32_t thing);

/* FULL: no memory. Replaces the one before. */
GN_MUST_USE gn_err gn_mqtt_clients_will(struct gn_mqtt_client *client, const struct gn_mqtt_will *will);

/* How long a will waits when the connection ends: no longer than the session lives. */
static inline uint32_t gn_mqtt_clients_will_delay_s(const struct gn_mqtt_client *client)
{
    return client->will->delay_s < client->expiry_s ? client->will->delay_s : client->expiry_s;
}

/* At boot: gives a client that is away its will back, or has it published when there is no such client (NULL). */
void gn_mqtt_clients_recall_will(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client,
                                 struct gn_mqtt_last_will *will, int64_t now_ms);
/* At boot: a client that is away since the last run. NULL: no memory, or beyond a limit. */
struct gn_mqtt_client *gn_mqtt_clients_recall(struct gn_mqtt_clients *clients, uint32_t thing, gn_str id);
/* Forgets a client that is away, without a word. */
void gn_mqtt_clients_drop(struct gn_mqtt_clients *clients, struct gn_mqtt_client *client);

/* Frees what was forgotten; from outside all walks over clients. */
void gn_mqtt_clients_bury(struct gn_mqtt_clients *clients);

/* Says what is due: wills and links. True when all was said; false: the ring is full. */
bool gn_mqtt_clients_tell(struct gn_mqtt_clients *clients);
/* The same, after a look at the time: sessions that ran out, wills whose delay is over. Walks over all that are away.
 */
bool gn_mqtt_clients_run(struct gn_mqtt_clients *clients, int64_t now_ms);

#endif
