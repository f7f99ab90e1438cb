/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_server.h -- the MQTT endpoint on a libuv loop: what its parts share.
 *
 *   mqtt_server    listens, accepts, keeps time; the adapter's row
 *     mqtt_conn      one connection's bytes: reading, holding back, writing, closing
 *       mqtt_dispatch  what a connection's events do: authenticate, intake, subscriptions
 *       mqtt_route     a message that was accepted: retained, and who listens
 *       mqtt_deliver   what goes out to one client: live, queued, again; actions and their reports
 *     mqtt_clients   who is connected, what outlives a connection
 *
 * Everything runs on the loop's thread. Memory: connections come from one block taken at start (what is never used
 * is never touched); an idle connection costs about 1 KiB. Bytes are read into one buffer that all share; a
 * connection gets bytes of its own only for a packet that is not whole yet, or that has to wait. */
#ifndef GN_CONNECT_MQTT_SERVER_H
#define GN_CONNECT_MQTT_SERVER_H

#include <sys/queue.h>
#include <uv.h>

#include "connect/adapter.h"
#include "connect/mqtt/mqtt_clients.h"
#include "connect/mqtt/mqtt_inbound.h"
#include "connect/mqtt/mqtt_places.h"
#include "connect/mqtt/mqtt_retained.h"
#include "connect/mqtt/mqtt_session.h"
#include "connect/mqtt/mqtt_sources.h"
#include "connect/payload.h"
#include "connect/websocket.h"
#include "guard/tls.h"

enum {
    GN_MQTT_READ_BYTES = 32768,   /* read at once */
    GN_MQTT_PREFIX_BYTES = 4096,  /* an unfinished packet up to this size is put before the bytes read next */
    GN_MQTT_OUT_BYTES = 65536,    /* answers gathered before they are written */
    GN_MQTT_GATHER_BYTES = 65536, /* messages gathered for one client before they are written */
    GN_MQTT_OUT_PAUSE = 65536,    /* a client with more than this unsent is not read from */
    GN_MQTT_FIRST_SLOTS = 16,     /* acknowledgements a connection can hold without memory of its own */
    GN_MQTT_LINGER_MS = 2000,     /* how long a last answer may take to arrive */
    GN_MQTT_BACKLOG = 1024,
    GN_MQTT_KEPT_BUCKETS = 4096, /* for sessions by their number */
    GN_MQTT_TARGETS_MAX = 4096,  /* sessions that one record names */
    GN_MQTT_FILES_LEFT = 512,    /* open files the connections leave to the portal, the journal and the history */
};

/* Why a connection is not read from; reading goes on when none is left. */
enum gn_mqtt_pause {
    GN_MQTT_PAUSE_RING = 1,   /* the ring is full */
    GN_MQTT_PAUSE_ACKS = 2,   /* too many acknowledgements are open */
    GN_MQTT_PAUSE_OUT = 4,    /* the client does not take what it is sent */
    GN_MQTT_PAUSE_ASK = 8,    /* the answer to a wrong password is held back */
    GN_MQTT_PAUSE_SHAKE = 16, /* bytes of its handshake wait for their turn */
};

struct gn_mqtt_conn {
    uv_tcp_t tcp;
    TAILQ_ENTRY(gn_mqtt_conn) among_open;
    TAILQ_ENTRY(gn_mqtt_conn) among_half;    /* while it is half-open */
    TAILQ_ENTRY(gn_mqtt_conn) among_acking;  /* while acknowledgements are open */
    TAILQ_ENTRY(gn_mqtt_conn) among_waiting; /* while it waits for the ring */
    TAILQ_ENTRY(gn_mqtt_conn) among_dirty;   /* while something is gathered, or it is doomed */
    struct gn_mqtt_server *server;
    struct gn_mqtt_wire *wire;     /* TLS or WebSocket below MQTT; NULL: neither */
    struct gn_mqtt_auth *auth;     /* an exchange under way; NULL: none */
    struct gn_mqtt_source *source; /* where it comes from */
    struct gn_mqtt_client *client; /* NULL before CONNECT was accepted, and after the end */
    struct gn_mqtt_session session;
    uint8_t *held; /* bytes that no packet was made of yet */
    uint32_t held_size;
    uint32_t held_capacity;
    uint32_t packet_size; /* of the packet that begins in `held`; 0 = not known */
    uint8_t *gather;      /* messages to be written in this turn of the loop */
    uint32_t gather_size;
    uint32_t gather_capacity;
    uint32_t out_waiting; /* bytes the kernel has not taken */
    uint64_t out_total;   /* bytes ever written, and */
    uint64_t out_done;    /* how many of them the kernel has */
    int64_t seen_ms;      /* monotonic, like all here */
    int64_t deadline_ms;  /* CONNECT, a held answer, or the end of lingering; 0 = none */
    uint8_t pauses;       /* gn_mqtt_pause */
    uint8_t held_reason;  /* of a CONNACK that waits for its deadline; 0 = none */
    bool is_half;         /* open, and not let in yet */
    bool is_acking;
    bool is_waiting;
    bool is_dirty;
    bool is_doomed;    /* cannot be written to: about to be closed */
    bool is_taking;    /* its bytes are being dispatched: they must not go before that is over */
    bool is_lingering; /* the session is over; what still comes is thrown away */
    bool is_closing;   /* uv_close was called */
    union {
        struct gn_mqtt_ack_slot first_slots[GN_MQTT_FIRST_SLOTS];
        uv_shutdown_t shutdown; /* after the end, when no acknowledgement is open any more */
    };
};

struct gn_mqtt_stats {
    uint64_t accepted;    /* connections */
    uint64_t turned_away; /* beyond MQTT_CONNECTIONS_MAX */
    uint64_t crowded;     /* one too many from its address */
    uint64_t half_ended;  /* half-open ones that made room for others */
    uint64_t denied;      /* CONNECTs refused */
    uint64_t faults;      /* connections ended for breaking the protocol */
    uint64_t timeouts;    /* no CONNECT in time, or nothing within the keep-alive */
    uint64_t slow;        /* ended for not reading */
    uint64_t publishes;   /* accepted */
    uint64_t refused;     /* publishes refused */
    uint64_t acks;        /* PUBACKs, PUBRECs and PUBCOMPs sent */
    uint64_t held_back;   /* times a full ring stopped a connection */
    uint64_t routed;      /* messages handed on to a client, live or retained */
    uint64_t unrouted;    /* those a client had no room for */
    uint64_t withheld;    /* those a client may not hear any more */
    uint64_t expired;     /* those that waited for too long */
    uint64_t unkept;      /* steps that found no room in the ring, and are not known after a restart */
    uint64_t actions;     /* messages to Things */
    uint64_t handshakes;  /* of TLS, done */
    uint64_t resumed;     /* of them, those that took up an older session */
    uint64_t bytes_in;
    uint64_t bytes_out;
};

TAILQ_HEAD(gn_mqtt_conn_list, gn_mqtt_conn);
TAILQ_HEAD(gn_mqtt_wire_list, gn_mqtt_wire);

struct gn_mqtt_target { /* a session that a message waits for; stands so in the journal */
    uint32_t number;
    uint16_t packet_id;
    uint8_t qos;
    uint8_t retain;
};

struct gn_mqtt_auth { /* while a client proves who it is */
    struct gn_scram scram;
    bool has_begun;       /* our challenge is out */
    uint32_t packet_size; /* 0: it is connected, and does it again */
    uint8_t packet[];     /* its CONNECT, for when it has */
};

struct gn_mqtt_listener {
    uv_tcp_t tcp;
    struct gn_mqtt_server *server;
    bool is_secure;
    bool is_waiting;   /* a connection waits for the door, or for the next turn */
    uint32_t accepted; /* in this turn of the loop */
};

struct gn_mqtt_server {
    uv_loop_t *loop;
    struct gn_mqtt_listener listeners[2]; /* plain, secure */
    struct gn_tls *tls;
    uv_tcp_t door;            /* takes the connection that is one too many, to close it */
    uv_timer_t timer;         /* the next held answer */
    uv_prepare_t before_wait; /* both write what was gathered */
    uv_check_t after_wait;
    uv_idle_t shaker; /* runs while handshakes wait for their turn */
    struct gn_intake intake;
    struct gn_mqtt_clients clients;
    struct gn_mqtt_retained retained;
    struct gn_mqtt_places places;
    struct gn_mqtt_conn *pool; /* [GN_MQTT_CONNECTIONS_MAX] */
    uint32_t pool_size;        /* GN_MQTT_CONNECTIONS_MAX, or what the open files allow */
    uint32_t pool_used;        /* how many were ever used */
    struct gn_mqtt_conn_list spare;
    struct gn_mqtt_conn_list open;
    struct gn_mqtt_conn_list half; /* the one that waits longest first */
    struct gn_mqtt_conn_list acking;
    struct gn_mqtt_conn_list waiting;
    struct gn_mqtt_conn_list dirty;
    struct gn_mqtt_wire_list shaking;
    struct gn_mqtt_wire_list ready;
    struct gn_mqtt_sources sources;
    uint32_t half_count;
    uint32_t shaking_count;
    uint32_t acking_count;
    uint32_t open_count; /* with those that are closing */
    uint32_t handles;    /* listener, door, timer and so on: still open */
    uint64_t durable;
    uint64_t last_token;                                       /* that any message was accepted with */
    uint32_t last_number;                                      /* that a kept session was given */
    gn_bytes packet;                                           /* at hand */
    uint32_t target_count;                                     /* of the message at hand */
    struct gn_mqtt_client *kept_clients[GN_MQTT_KEPT_BUCKETS]; /* by number */
    struct gn_mqtt_will_list kept_wills[GN_MQTT_KEPT_BUCKETS]; /* by number, at boot only */
    struct gn_mqtt_target targets[GN_MQTT_TARGETS_MAX];
    bool is_full;     /* the ring was, when it was last asked */
    bool reports_due; /* steps of actions the intake has not heard of */
    bool door_busy;
    bool is_stopping;
    struct gn_mqtt_stats stats;
    struct gn_mqtt_event event;     /* of the packet at hand */
    struct gn_mqtt_verdict verdict; /* on it */
    struct gn_payload payload;
    struct gn_tls_spill spill;
    uint8_t wire_bytes[GN_TLS_PART_BYTES];                                /* ciphertext that came */
    uint8_t frame_bytes[GN_TLS_PART_BYTES];                               /* a frame that goes */
    uint8_t pong_bytes[GN_MQTT_READ_BYTES + GN_WS_CONTROL_BYTES_MAX + 2]; /* answers to control frames */
    uint8_t read_bytes[GN_MQTT_PREFIX_BYTES + GN_MQTT_READ_BYTES];
    uint8_t out_bytes[GN_MQTT_OUT_BYTES];
    uint8_t ack_bytes[GN_MQTT_RECEIVE_MAXIMUM * 4 + GN_MQTT_ACK_BYTES_MAX];
    uint8_t id_bytes[GN_MQTT_SUBSCRIPTIONS_MAX * 5]; /* subscription ids of the message at hand */
    uint8_t prop_bytes[GN_MQTT_PACKET_BYTES_MAX];    /* properties of it that travel on */
};

static inline int64_t gn_mqtt_now_ms(const struct gn_mqtt_server *server)
{
    return gn_mono_us(&server->intake.clock) / 1000;
}

/* An answer is held back: looks again after that time. */
void gn_mqtt_server_look_in(struct gn_mqtt_server *server, int64_t delay_ms);
/* Handshakes have bytes: works on them in every turn of the loop, until none has. */
void gn_mqtt_server_shake(struct gn_mqtt_server *server);
/* When the last handle has gone, the server's memory goes. */
void gn_mqtt_server_release(struct gn_mqtt_server *server);

#endif
