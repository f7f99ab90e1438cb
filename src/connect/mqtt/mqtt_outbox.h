/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_outbox.h -- what one client is to get, and what it got and has not answered for.
 *
 *   add ─▶ WAITING ─written─▶ SENT ─PUBACK──────────────────────────▶ OVER     QoS 1
 *                              └──PUBREC─▶ RELEASED (PUBREL) ─PUBCOMP─▶ OVER     QoS 2
 *
 *   first ▶ │ sent │ released │ sent │ waiting │ waiting │      `next` is the first that this connection has not
 *                                       ▲ next                  been sent; a return to the session rewinds it
 *
 * In the order in which it was added, whatever it waits for. A packet id is the number of a slot, so an answer finds
 * its message at once, and no id is used twice at a time. At most GN_MQTT_QUEUE_MAX messages and, without what the
 * retained messages share, GN_MQTT_OUTBOX_BYTES_MAX bytes. */
#ifndef GN_CONNECT_MQTT_OUTBOX_H
#define GN_CONNECT_MQTT_OUTBOX_H

#include <sys/queue.h>

#include "connect/mqtt/mqtt_message.h"

typedef enum gn_mqtt_out_state {
    GN_MQTT_OUT_WAITING,
    GN_MQTT_OUT_SENT,     /* in some connection: the next time it is a duplicate */
    GN_MQTT_OUT_RELEASED, /* PUBREC came: now it is PUBREL that is sent again */
    GN_MQTT_OUT_OVER,     /* nothing more to send; an action's last step may still have to be said */
} gn_mqtt_out_state;

struct gn_mqtt_out {
    TAILQ_ENTRY(gn_mqtt_out) among_all;
    TAILQ_ENTRY(gn_mqtt_out) among_actions;
    struct gn_mqtt_message *message; /* held */
    uint64_t written_at;             /* the connection's count of bytes behind it; 0 = not sent in this connection */
    uint16_t packet_id;              /* 0: QoS 0 */
    uint8_t qos;
    uint8_t state;        /* gn_mqtt_out_state */
    bool retain;          /* as the client is to see it */
    bool is_shared_bytes; /* its bytes are those of a retained message */
    bool in_flight;       /* sent in this connection, and not over */
    bool sent_due;        /* an action: SENT has to be said */
    bool sent_said;
    bool acked;   /* an action: ACKNOWLEDGED has to be said */
    bool is_kept; /* over a restart: the journal is told when it is over */
    uint16_t ids_size;
    uint8_t ids[]; /* subscription ids, as properties */
};

TAILQ_HEAD(gn_mqtt_out_list, gn_mqtt_out);

struct gn_mqtt_outbox {
    struct gn_mqtt_out_list all;
    struct gn_mqtt_out_list actions;
    struct gn_mqtt_out *next; /* NULL: this connection has been sent all */
    struct gn_mqtt_out **slots;
    uint32_t slot_count;
    uint32_t slots_used;
    uint32_t slot_last; /* where the last id was found */
    uint32_t count;
    uint32_t bytes;
    uint32_t in_flight; /* QoS 1 and 2, sent in this connection and not over */
    uint32_t action_count;
};

struct gn_mqtt_out_wish { /* how a client is to get a message */
    uint8_t qos;
    bool retain;
    bool is_shared_bytes;
    uint16_t packet_id; /* 0: any that is free */
    gn_bytes ids;
};

void gn_mqtt_outbox_init(struct gn_mqtt_outbox *box);
/* True when a message of that size may be added. */
bool gn_mqtt_outbox_has_room(const struct gn_mqtt_outbox *box, size_t size);
/* Appends, and holds the message. NULL: no memory, or the packet id is taken. */
struct gn_mqtt_out *gn_mqtt_outbox_add(struct gn_mqtt_outbox *box, struct gn_mqtt_message *message,
                                       const struct gn_mqtt_out_wish *wish);
/* NULL when none has that id. */
struct gn_mqtt_out *gn_mqtt_outbox_find(const struct gn_mqtt_outbox *box, uint16_t packet_id);
/* It was written; `written_at` as above. `next` goes on behind it. */
void gn_mqtt_outbox_sent(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out, uint64_t written_at);
/* Nothing more is to be sent of it, and its place in flight is free. */
void gn_mqtt_outbox_over(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out);
/* Takes it out and gives it back. */
void gn_mqtt_outbox_remove(struct gn_mqtt_outbox *box, struct gn_mqtt_out *out, struct gn_mqtt_messages *all);
/* The connection is gone: what was not answered will be sent again; QoS 0 that is no action goes. */
void gn_mqtt_outbox_rewind(struct gn_mqtt_outbox *box, struct gn_mqtt_messages *all);
/* Gives back all of it. */
void gn_mqtt_outbox_drop(struct gn_mqtt_outbox *box, struct gn_mqtt_messages *all);

#endif
