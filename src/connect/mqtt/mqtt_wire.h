/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_wire.h -- what lies between a socket and MQTT: nothing, TLS, a WebSocket, or one in the other.
 *
 *   listener   the first byte       layers
 *   plain      0x10 of a CONNECT    none: no object of this kind, bytes are read straight into MQTT's buffers
 *   plain      'G' of a GET         WebSocket
 *   secure     of TLS               TLS, and inside it as above
 *
 *   socket ─▶ wire_bytes ─▶ channel ─pull▶ the connection's own room ─▶ frames taken off in place ─▶ MQTT
 *   socket ◀─ queue ◀─ spill ◀─push─ channel ◀─ frame_bytes ◀────────────────────────────────────── MQTT
 *
 * A handshake costs as much as hundreds of messages. So its bytes wait in a queue (`ready`), which gets at most
 * TLS_TURN_US_MAX in each turn of the loop: devices that are connected have theirs in between. At most
 * TLS_HANDSHAKES_MAX are under way; a further one ends the one that has waited longest, so slow ones cannot fill the
 * places, and each has TLS_HANDSHAKE_MS_MAX. */
#ifndef GN_CONNECT_MQTT_WIRE_H
#define GN_CONNECT_MQTT_WIRE_H

#include "connect/mqtt/mqtt_server.h"
#include "connect/websocket.h"
#include "guard/tls.h"

struct gn_mqtt_wire {
    TAILQ_ENTRY(gn_mqtt_wire) among_shaking; /* handshakes under way, the oldest in front */
    TAILQ_ENTRY(gn_mqtt_wire) among_ready;   /* those with bytes that wait for their turn */
    struct gn_mqtt_conn *conn;
    struct gn_tls_channel *tls; /* NULL: none, or nothing came yet */
    struct gn_ws *ws;           /* NULL: none */
    char *head;                 /* of the upgrade, while it is not whole */
    size_t head_size;
    bool is_secure; /* of the listener */
    bool is_shaking;
    bool is_ready;
    bool is_settled; /* whether a WebSocket is spoken is known */
};

/* Gives a connection its wire. On failure it is closed. */
void gn_mqtt_wire_open(struct gn_mqtt_conn *conn, bool is_secure);
/* Takes it off the queues, and off the connection when that is closed. */
void gn_mqtt_wire_part(struct gn_mqtt_conn *conn);
void gn_mqtt_wire_free(struct gn_mqtt_conn *conn);

/* Where to read to; false: straight into the connection's room. */
bool gn_mqtt_wire_room(struct gn_mqtt_conn *conn, uv_buf_t *out);
/* What was read there. */
void gn_mqtt_wire_read(struct gn_mqtt_conn *conn, uint8_t *bytes, size_t size);
/* The connection takes bytes again: those that were kept. */
void gn_mqtt_wire_go_on(struct gn_mqtt_conn *conn);

/* Sends what MQTT says. */
void gn_mqtt_wire_send(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size);
/* Says that nothing more will come. */
void gn_mqtt_wire_bye(struct gn_mqtt_conn *conn);

/* The Thing of the certificate the client has shown: as gn_tls_peer. */
GN_MUST_USE gn_err gn_mqtt_wire_peer(const struct gn_mqtt_conn *conn, char out_id[static GN_THING_ID_BYTES_MAX + 1]);

/* Works on handshakes for a part of this turn of the loop. True: some wait for the next. */
bool gn_mqtt_wire_shake(struct gn_mqtt_server *server);

#endif
