/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_session.h -- one connection's side of the protocol, without a socket or a clock.
 *
 *             ┌────────── bytes ──────────▶ next ──▶ event: CONNECT, PUBLISH, PUBACK, SUBSCRIBE ...
 *   NEW ──CONNECT──▶ ASKING ──accept──▶ OPEN ──DISCONNECT, fault, end──▶ ENDED
 *                     ▲ │ └──refuse──────────────────────────────────────▲
 *                 AUTH└ ▼ challenge                                      │
 *                    AUTHENTICATING ─────────────────────────────────────┘
 *
 * `next` takes one packet, checks it against the version, the order and what was announced, answers what needs
 * nobody else (PINGREQ, faults), and hands the rest to its owner as an event. It changes nothing for a PUBLISH or a
 * PUBACK that asking again would not do once more, so an owner that has no room may throw the event away and ask
 * again with the same bytes. Its only memory are the topic aliases. */
#ifndef GN_CONNECT_MQTT_SESSION_H
#define GN_CONNECT_MQTT_SESSION_H

#include "connect/mqtt/mqtt_ack.h"
#include "connect/mqtt/mqtt_alias.h"
#include "connect/mqtt/mqtt_packet.h"

typedef enum gn_mqtt_session_state {
    GN_MQTT_NEW,            /* no CONNECT yet */
    GN_MQTT_ASKING,         /* the owner decides about a CONNECT */
    GN_MQTT_AUTHENTICATING, /* the client is to answer a challenge, before it is let in */
    GN_MQTT_OPEN,
    GN_MQTT_ENDED,
} gn_mqtt_session_state;

struct gn_mqtt_session {
    uint8_t state;        /* gn_mqtt_session_state */
    uint8_t version;      /* what answers are written in */
    bool with_words;      /* the client wants reason strings */
    bool with_auth;       /* it came with an authentication method */
    uint16_t keepalive_s; /* 0 = none */
    uint16_t receive_max; /* QoS 1 and 2 messages the client takes at once */
    uint16_t alias_max;   /* topic aliases the client takes */
    uint16_t open_ids;    /* QoS 2 messages of the client that are not released; its owner counts them */
    uint32_t packet_max;  /* bytes the client takes in one packet */
    uint32_t expiry_s;    /* how long the session outlives the connection */
    struct gn_mqtt_aliases aliases_in;
    struct gn_mqtt_aliases aliases_out;
    struct gn_mqtt_acks acks;
};

typedef enum gn_mqtt_event_kind {
    GN_MQTT_EVENT_MORE,    /* a packet is not whole; size: its whole size, or 0 when not known yet */
    GN_MQTT_EVENT_NONE,    /* was answered already */
    GN_MQTT_EVENT_CONNECT, /* accept or refuse it */
    GN_MQTT_EVENT_PUBLISH, /* its topic is not judged; above QoS 0 push an acknowledgement */
    GN_MQTT_EVENT_WAIT,    /* a packet whose answer may have to wait for the disk, and all acknowledgements that may be
                              open are open */
    GN_MQTT_EVENT_PUBACK,  /* the client's, to a message of ours */
    GN_MQTT_EVENT_PUBREC,  /* the same */
    GN_MQTT_EVENT_PUBREL,  /* of a message of the client: push a PUBCOMP */
    GN_MQTT_EVENT_PUBCOMP, /* to a message of ours */
    GN_MQTT_EVENT_SUBSCRIBE,   /* judge each filter, then gn_mqtt_session_suback */
    GN_MQTT_EVENT_UNSUBSCRIBE, /* the same */
    GN_MQTT_EVENT_AUTH,        /* an answer to a challenge, or the wish to authenticate again: ack */
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

/* `next`, `accept`, `refuse`, `challenge`, `suback` and `end` need at most GN_MQTT_ANSWER_BYTES_MAX, each. */

/* What the CONNACK of an accepted CONNECT tells besides. */
struct gn_mqtt_welcome {
    gn_str assigned;      /* the client id the server chose, or empty */
    gn_str response_info; /* what response topics begin with, or empty */
    gn_str method;        /* of authentication, or empty */
    gn_bytes proof;       /* that the server knows the secret too, or empty */
    bool present;         /* a session was kept */
};

void gn_mqtt_session_init(struct gn_mqtt_session *session, struct gn_mqtt_ack_slot *slots, uint32_t slot_count);
/* Gives back the aliases. */
void gn_mqtt_session_fini(struct gn_mqtt_session *session);

/* One packet from the front of `in`. The event borrows from `in`. In state ASKING the owner must not ask. */
void gn_mqtt_session_next(struct gn_mqtt_session *session, gn_bytes in, struct gn_buf *out,
                          struct gn_mqtt_event *event);

/* Answers the CONNECT of the event. */
void gn_mqtt_session_accept(struct gn_mqtt_session *session, const struct gn_mqtt_connect *connect,
                            const struct gn_mqtt_welcome *welcome, struct gn_buf *out);
/* AUTH: the client is to answer that (CONTINUE_AUTH), or has authenticated again (SUCCESS, in an open session). */
void gn_mqtt_session_challenge(struct gn_mqtt_session *session, uint8_t reason, gn_str method, gn_bytes data,
                               struct gn_buf *out);
/* Refuses the CONNECT; reason of version 5, turned into 3.1.1's code. */
void gn_mqtt_session_refuse(struct gn_mqtt_session *session, uint8_t reason, gn_str words, struct gn_buf *out);

/* Answers SUBSCRIBE or UNSUBSCRIBE: a reason of version 5 for each filter, turned into 3.1.1's. */
void gn_mqtt_session_suback(struct gn_mqtt_session *session, const struct gn_mqtt_event *event, uint8_t *codes,
                            struct gn_buf *out);

/* Ends the session from the server's side: DISCONNECT in version 5, nothing before. */
void gn_mqtt_session_end(struct gn_mqtt_session *session, uint8_t reason, gn_str words, struct gn_buf *out);

/* How the client wants its acknowledgements. */
struct gn_mqtt_ack_style gn_mqtt_session_style(const struct gn_mqtt_session *session);

#endif
