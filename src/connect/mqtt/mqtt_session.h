/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_session.h -- one connection's side of the protocol, without a socket, a clock or memory of its own.
 *
 *             ┌────────── bytes ──────────▶ next ──▶ event: CONNECT, PUBLISH, PUBACK, SUBSCRIBE ...
 *   NEW ──CONNECT──▶ ASKING ──accept──▶ OPEN ──DISCONNECT, fault, end──▶ ENDED
 *                      └──────refuse────────────────────────────────────▲
 *
 * `next` takes one packet, checks it against the version, the order and what was announced, answers what needs
 * nobody else (PINGREQ, faults), and hands the rest to its owner as an event. It changes nothing for a PUBLISH or a
 * PUBACK, so an owner that has no room may throw the event away and ask again with the same bytes.
 * What it announces in version 5: QoS 1 at most, no retained messages, no shared subscriptions, no
 * subscription ids, no topic aliases, its receive maximum and its largest packet. */
#ifndef GN_CONNECT_MQTT_SESSION_H
#define GN_CONNECT_MQTT_SESSION_H

#include "connect/mqtt/mqtt_ack.h"
#include "connect/mqtt/mqtt_packet.h"
#include "connect/mqtt/mqtt_subs.h"

typedef enum gn_mqtt_session_state {
    GN_MQTT_NEW,    /* no CONNECT yet */
    GN_MQTT_ASKING, /* the owner decides about a CONNECT */
    GN_MQTT_OPEN,
    GN_MQTT_ENDED,
} gn_mqtt_session_state;

struct gn_mqtt_session {
    uint8_t state;        /* gn_mqtt_session_state */
    uint8_t version;      /* what answers are written in */
    bool with_words;      /* the client wants reason strings */
    uint16_t keepalive_s; /* 0 = none */
    uint16_t receive_max; /* QoS 1 messages the client takes at once */
    uint32_t packet_max;  /* bytes the client takes in one packet */
    uint32_t expiry_s;    /* how long the session outlives the connection */
    struct gn_mqtt_acks acks;
};

typedef enum gn_mqtt_event_kind {
    GN_MQTT_EVENT_MORE,        /* a packet is not whole; size: its whole size, or 0 when not known yet */
    GN_MQTT_EVENT_NONE,        /* was answered already */
    GN_MQTT_EVENT_CONNECT,     /* accept or refuse it */
    GN_MQTT_EVENT_PUBLISH,     /* QoS 0 or 1, its topic not judged; with QoS 1 push an acknowledgement */
    GN_MQTT_EVENT_WAIT,        /* a PUBLISH, and all acknowledgements that may be open are open */
    GN_MQTT_EVENT_PUBACK,      /* the client's, to a message of ours */
    GN_MQTT_EVENT_SUBSCRIBE,   /* call gn_mqtt_session_subscribe */
    GN_MQTT_EVENT_UNSUBSCRIBE, /* the same */
    GN_MQTT_EVENT_DISCONNECT,  /* the client's; ack.reason says whether its will is to be sent */
    GN_MQTT_EVENT_FAULT,       /* the protocol is broken; the answer is written; close */
} gn_mqtt_event_kind;

struct gn_mqtt_event {
    gn_mqtt_event_kind kind;
    uint8_t type; /* of the packet */
    size_t size;  /* bytes the packet has; go on behind them */
    struct gn_mqtt_fault fault;
    union {
        struct gn_mqtt_connect connect;
        struct gn_mqtt_publish publish;
        struct gn_mqtt_ack ack;
        struct gn_mqtt_subscribe subscribe;
    };
};

/* Bytes `next`, `accept`, `refuse`, `subscribe` and `end` need at most, each. */
enum { GN_MQTT_ANSWER_BYTES_MAX = 512 };

void gn_mqtt_session_init(struct gn_mqtt_session *session, struct gn_mqtt_ack_slot *slots, uint32_t slot_count);

/* One packet from the front of `in`. The event borrows from `in`. In state ASKING the owner must not ask. */
void gn_mqtt_session_next(struct gn_mqtt_session *session, gn_bytes in, struct gn_buf *out,
                          struct gn_mqtt_event *event);

/* Answers the CONNECT of the event. `assigned` is the client id the server chose, or empty. */
void gn_mqtt_session_accept(struct gn_mqtt_session *session, const struct gn_mqtt_connect *connect, gn_str assigned,
                            bool session_present, struct gn_buf *out);
/* Refuses the CONNECT; reason of version 5, turned into 3.1.1's code. */
void gn_mqtt_session_refuse(struct gn_mqtt_session *session, uint8_t reason, gn_str words, struct gn_buf *out);

/* Applies SUBSCRIBE or UNSUBSCRIBE to `subs`, which must have room for the packet's bytes, and answers. Filters
 * outside things/{thing_id}/ are refused one by one. */
void gn_mqtt_session_subscribe(struct gn_mqtt_session *session, const struct gn_mqtt_event *event, gn_str thing_id,
                               struct gn_mqtt_subs *subs, struct gn_buf *out);

/* Ends the session from the server's side: DISCONNECT in version 5, nothing before. */
void gn_mqtt_session_end(struct gn_mqtt_session *session, uint8_t reason, gn_str words, struct gn_buf *out);

/* How the client wants its acknowledgements. */
struct gn_mqtt_ack_style gn_mqtt_session_style(const struct gn_mqtt_session *session);

#endif
