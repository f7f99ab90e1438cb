/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_conn.h -- one connection's bytes: reading, holding back, writing, closing.
 *
 *   read ─▶ shared buffer ─▶ dispatch ─▶ rest kept (held)          pauses != 0: not read from; `held` waits
 *   answers ─▶ write: tried at once ─▶ rest queued                 more than MQTT_OUT_BYTES_MAX queued: ended
 *   messages ─▶ claim: gathered ─▶ written once a turn of the loop
 *
 *   open ──end──▶ lingering (last answer on its way, input thrown away) ──▶ closing ──▶ back in the pool
 *     └──────────gone, slow, evicted at stop──────────────────────────────────▲
 *
 * Writing never ends a connection under its caller: one that cannot be written to is doomed, is not live any more, and
 * is closed by gn_mqtt_conn_flush_all. gn_mqtt_conn_end does end it; callers check gn_mqtt_conn_live. */
#ifndef GN_CONNECT_MQTT_CONN_H
#define GN_CONNECT_MQTT_CONN_H

#include "connect/mqtt/mqtt_server.h"

/* Makes the next connection of the listener one of ours, or turns it away. */
void gn_mqtt_conn_accept(struct gn_mqtt_listener *listener);

/* It was let in: it is not half-open any more. */
void gn_mqtt_conn_admit(struct gn_mqtt_conn *conn);
/* A turn of the loop is over: doors that had enough go on. */
void gn_mqtt_conn_accept_on(struct gn_mqtt_server *server);

static inline bool gn_mqtt_conn_live(const struct gn_mqtt_conn *conn)
{
    return !conn->is_closing && !conn->is_lingering && !conn->is_doomed;
}

/* Bytes the client has been sent and the kernel has not taken. */
static inline uint32_t gn_mqtt_conn_unsent(const struct gn_mqtt_conn *conn)
{
    return conn->out_waiting + conn->gather_size;
}

/* Writes at once, or queues what the kernel does not take. */
void gn_mqtt_conn_write(struct gn_mqtt_conn *conn, const void *bytes, size_t size);
/* Room for bytes that are written later in this turn of the loop, with what else comes for that client: to be filled
 * at once. NULL: the connection is not live. */
uint8_t *gn_mqtt_conn_claim(struct gn_mqtt_conn *conn, size_t size);
/* Writes all that was gathered; closes those that are doomed. From outside all walks. */
void gn_mqtt_conn_flush_all(struct gn_mqtt_server *server);
/* Sends the acknowledgements that are due. */
void gn_mqtt_conn_acknowledge(struct gn_mqtt_conn *conn);
/* Acknowledgements are open: durable has to look at this one. */
void gn_mqtt_conn_acking(struct gn_mqtt_conn *conn);

/* --- for mqtt_wire, which stands between this and the socket --- */

/* Where MQTT takes its next bytes, and that they are there. False: not now, the ring is full or memory is short. */
bool gn_mqtt_conn_room(struct gn_mqtt_conn *conn, uv_buf_t *out);
void gn_mqtt_conn_bytes(struct gn_mqtt_conn *conn, size_t size);
/* To the kernel as they are. */
void gn_mqtt_conn_push_raw(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size);
void gn_mqtt_conn_doom(struct gn_mqtt_conn *conn);
void gn_mqtt_conn_read_on(struct gn_mqtt_conn *conn);

void gn_mqtt_conn_pause(struct gn_mqtt_conn *conn, enum gn_mqtt_pause why);
/* Takes away a reason; when it was the last, goes on with what is held, then with reading. */
void gn_mqtt_conn_go_on(struct gn_mqtt_conn *conn, enum gn_mqtt_pause why);

/* The ring has room: goes on with those that waited for it, in turn, until it is full again. */
void gn_mqtt_conn_retry(struct gn_mqtt_server *server);

/* The server ends it: a last word in version 5, the client told as `how`. */
void gn_mqtt_conn_end(struct gn_mqtt_conn *conn, uint8_t reason, const char *words, gn_mqtt_leaving how);
/* The session said its last word already (it is in the answers written): lets it arrive, then closes. */
void gn_mqtt_conn_linger(struct gn_mqtt_conn *conn, gn_mqtt_leaving how);
/* Closes at once. */
void gn_mqtt_conn_close(struct gn_mqtt_conn *conn, gn_mqtt_leaving how);

#endif
