/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_wire.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_conn.h"

void gn_mqtt_wire_open(struct gn_mqtt_conn *conn, bool is_secure)
{
    struct gn_mqtt_wire *wire = gn_mem_take(sizeof *wire, "mqtt wires");
    if (wire == NULL) {
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        return;
    }
    *wire = (struct gn_mqtt_wire){ .conn = conn, .is_secure = is_secure };
    conn->wire = wire;
    if (is_secure)
        conn->deadline_ms = conn->seen_ms + GN_TLS_HANDSHAKE_MS_MAX;
}

static void wire_unready(struct gn_mqtt_wire *wire)
{
    if (wire->is_ready)
        TAILQ_REMOVE(&wire->conn->server->ready, wire, among_ready);
    wire->is_ready = false;
}

static void wire_shaken(struct gn_mqtt_wire *wire)
{
    struct gn_mqtt_server *server = wire->conn->server;
    if (wire->is_shaking) {
        TAILQ_REMOVE(&server->shaking, wire, among_shaking);
        server->shaking_count--;
    }
    wire->is_shaking = false;
}

void gn_mqtt_wire_part(struct gn_mqtt_conn *conn)
{
    if (conn->wire == NULL)
        return;
    wire_unready(conn->wire);
    wire_shaken(conn->wire);
}

void gn_mqtt_wire_free(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_wire *wire = conn->wire;
    if (wire == NULL)
        return;
    gn_mqtt_wire_part(conn);
    gn_tls_free(wire->tls);
    gn_mem_give(wire->ws);
    gn_mem_give(wire->head);
    gn_mem_give(wire);
    conn->wire = NULL;
}

/* --- out --- */

/* What a channel wants to send that MQTT has not counted. */
static void wire_spill(struct gn_mqtt_conn *conn)
{
    struct gn_tls_spill *spill = &conn->server->spill;
    const size_t size = spill->size;
    spill->size = 0;
    if (size == 0 || conn->is_closing)
        return;
    conn->out_total += size;
    gn_mqtt_conn_push_raw(conn, spill->bytes, size);
}

/* Bytes of the layer below MQTT. */
static void wire_send_part(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size)
{
    struct gn_mqtt_wire *wire = conn->wire;
    if (!wire->is_secure) {
        conn->out_total += size;
        gn_mqtt_conn_push_raw(conn, bytes, size);
        return;
    }
    if (wire->tls == NULL || gn_tls_push(wire->tls, (gn_bytes){ bytes, size }) != GN_OK)
        gn_mqtt_conn_doom(conn);
    wire_spill(conn);
}

void gn_mqtt_wire_send(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size)
{
    struct gn_mqtt_server *server = conn->server;
    const bool framed = conn->wire->ws != NULL;
    const size_t step = framed ? sizeof server->frame_bytes - GN_WS_HEADER_BYTES_MAX : (size_t)GN_TLS_PART_BYTES;
    conn->out_total -= size; /* the layers below count what it becomes */
    for (size_t at = 0; at < size && !conn->is_doomed; at += step) {
        const size_t part = size - at < step ? size - at : step;
        if (!framed) {
            wire_send_part(conn, bytes + at, part);
            continue;
        }
        const size_t header = gn_ws_header(part, server->frame_bytes);
        memcpy(server->frame_bytes + header, bytes + at, part);
        wire_send_part(conn, server->frame_bytes, header + part);
    }
}

void gn_mqtt_wire_bye(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_wire *wire = conn->wire;
    uint8_t bytes[8];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    if (wire->ws != NULL && wire->head == NULL && !wire->ws->is_over) {
        wire->ws->is_over = true;
        gn_ws_put_close(GN_WS_NORMAL, &out);
        wire_send_part(conn, bytes, out.size);
    }
    if (wire->tls != NULL) {
        gn_tls_bye(wire->tls);
        wire_spill(conn);
    }
}

/* --- WebSocket --- */

static bool wire_begin_ws(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_wire *wire = conn->wire;
    wire->ws = gn_mem_take(sizeof *wire->ws, "mqtt websockets");
    wire->head = gn_mem_take(GN_WS_HEAD_BYTES_MAX, "mqtt websocket upgrades");
    if (wire->ws != NULL && wire->head != NULL)
        return true;
    gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
    return false;
}

static void wire_refuse_ws(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_server *server = conn->server;
    server->stats.faults++;
    server->intake.refused(server->intake.self, GN_NONE, "a WebSocket that is not MQTT's");
    conn->wire->ws->is_over = true;
    gn_mqtt_conn_linger(conn, GN_MQTT_LEFT_BADLY);
}

/* The upgrade. A client waits for its answer, so nothing may stand behind it. */
static void wire_take_head(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size)
{
    struct gn_mqtt_wire *wire = conn->wire;
    uint8_t answer[GN_WS_ANSWER_BYTES_MAX];
    struct gn_buf out = gn_buf_over(answer, sizeof answer);
    size_t whole = 0;
    const size_t room = GN_WS_HEAD_BYTES_MAX - wire->head_size;
    const size_t part = size < room ? size : room;
    memcpy(wire->head + wire->head_size, bytes, part);
    wire->head_size += part;
    if (!gn_ws_head_whole((gn_str){ wire->head, wire->head_size }, &whole)) {
        if (wire->head_size == GN_WS_HEAD_BYTES_MAX)
            wire_refuse_ws(conn);
        return;
    }
    const bool taken = gn_ws_upgrade((gn_str){ wire->head, whole }, &out) && whole == wire->head_size && part == size;
    wire_send_part(conn, answer, out.size);
    gn_mem_give(wire->head);
    wire->head = NULL;
    if (!taken)
        wire_refuse_ws(conn);
}

/* Takes the frames off in place; what is left lies in the connection's room. */
static void wire_take_frames(struct gn_mqtt_conn *conn, uint8_t *bytes, size_t size)
{
    uint8_t *answer = conn->server->pong_bytes;
    struct gn_buf out = gn_buf_over(answer, sizeof conn->server->pong_bytes);
    size_t made = 0;
    assert(size <= GN_MQTT_READ_BYTES);
    const gn_err err = gn_ws_decode(conn->wire->ws, bytes, size, &made, &out);
    if (made > 0)
        gn_mqtt_conn_bytes(conn, made);
    if (conn->is_closing || conn->is_doomed)
        return;
    for (size_t at = 0; at < out.size && !conn->is_lingering; at += GN_TLS_PART_BYTES)
        wire_send_part(conn, answer + at, out.size - at < GN_TLS_PART_BYTES ? out.size - at : GN_TLS_PART_BYTES);
    if (err == GN_OK || !gn_mqtt_conn_live(conn))
        return;
    conn->server->stats.faults += err != GN_ERR_CLOSED;
    gn_mqtt_conn_linger(conn, GN_MQTT_LEFT_BADLY);
}

/* Bytes as they come out of the socket, or of TLS; they lie in the connection's room. */
static void wire_take(struct gn_mqtt_conn *conn, uint8_t *bytes, size_t size)
{
    struct gn_mqtt_wire *wire = conn->wire;
    if (!wire->is_settled) {
        wire->is_settled = true;
        if (bytes[0] == 'G' && !wire_begin_ws(conn))
            return;
    }
    if (wire->ws == NULL)
        gn_mqtt_conn_bytes(conn, size);
    else if (wire->head != NULL)
        wire_take_head(conn, bytes, size);
    else
        wire_take_frames(conn, bytes, size);
}

/* --- TLS --- */

static void wire_broken(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_server *server = conn->server;
    char why[128];
    (void)snprintf(why, sizeof why, "TLS: %s", gn_tls_fault(conn->wire->tls));
    server->stats.faults++;
    server->intake.refused(server->intake.self, conn->client != NULL ? conn->client->thing : GN_NONE, why);
    gn_mqtt_conn_linger(conn, GN_MQTT_LEFT_BADLY); /* the alert that says why is on its way */
}

/* Hands on what the channel has, as long as the connection takes it. */
static void wire_pump(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_wire *wire = conn->wire;
    gn_err err = GN_OK;
    while (err == GN_OK && gn_mqtt_conn_live(conn) && conn->pauses == 0) {
        uv_buf_t room;
        size_t size = 0;
        if (!gn_mqtt_conn_room(conn, &room)) {
            gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_RING);
            break;
        }
        err = gn_tls_pull(wire->tls, room.base, room.len, &size);
        wire_spill(conn);
        if (err == GN_OK && gn_mqtt_conn_live(conn))
            wire_take(conn, (uint8_t *)room.base, size);
    }
    if (conn->is_closing || conn->is_lingering)
        return;
    if (err == GN_ERR_CLOSED)
        gn_mqtt_conn_linger(conn, GN_MQTT_LEFT_BADLY);
    else if (err == GN_ERR_INVAL)
        wire_broken(conn);
    else if (gn_tls_keep(wire->tls) != GN_OK)
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
}

void gn_mqtt_wire_go_on(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_wire *wire = conn->wire;
    if (wire->tls != NULL && !wire->is_shaking && gn_tls_has_more(wire->tls))
        wire_pump(conn);
}

/* The first bytes of a client: it gets a channel, and a place among the handshakes. */
static bool wire_begin_tls(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_mqtt_wire *wire = conn->wire;
    if (server->shaking_count >= GN_TLS_HANDSHAKES_MAX) {
        server->stats.timeouts++;
        gn_mqtt_conn_close(TAILQ_FIRST(&server->shaking)->conn, GN_MQTT_LEFT_BADLY);
    }
    if (gn_tls_accept(server->tls, &server->spill, &wire->tls) != GN_OK) {
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        return false;
    }
    TAILQ_INSERT_TAIL(&server->shaking, wire, among_shaking);
    server->shaking_count++;
    wire->is_shaking = true;
    return true;
}

/* Bytes of a handshake wait for their turn; nothing more is read until then. */
static void wire_queue(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_mqtt_wire *wire = conn->wire;
    if (gn_tls_keep(wire->tls) != GN_OK) {
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        return;
    }
    gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_SHAKE);
    TAILQ_INSERT_TAIL(&server->ready, wire, among_ready);
    wire->is_ready = true;
    gn_mqtt_server_shake(server);
}

/* One step of a handshake. When it is done, what came with its last bytes is MQTT's. */
static void wire_step(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_wire *wire = conn->wire;
    wire_unready(wire);
    conn->pauses &= (uint8_t) ~(unsigned)GN_MQTT_PAUSE_SHAKE;
    wire_pump(conn);
    if (!gn_mqtt_conn_live(conn))
        return;
    if (wire->is_shaking && gn_tls_is_open(wire->tls)) {
        wire_shaken(wire);
        conn->server->stats.handshakes++;
        conn->server->stats.resumed += gn_tls_is_resumed(wire->tls);
        if (conn->client == NULL && conn->held_reason == 0)
            conn->deadline_ms = gn_mqtt_now_ms(conn->server) + GN_MQTT_CONNECT_TIMEOUT_MS;
    }
    if (conn->pauses == 0)
        gn_mqtt_conn_read_on(conn);
}

bool gn_mqtt_wire_shake(struct gn_mqtt_server *server)
{
    const int64_t end_us = gn_mono_us(&server->intake.clock) + GN_TLS_TURN_US_MAX;
    struct gn_mqtt_wire *wire;
    while ((wire = TAILQ_FIRST(&server->ready)) != NULL) {
        wire_step(wire->conn);
        if (gn_mono_us(&server->intake.clock) >= end_us)
            break;
    }
    return !TAILQ_EMPTY(&server->ready);
}

/* --- in --- */

bool gn_mqtt_wire_room(struct gn_mqtt_conn *conn, uv_buf_t *out)
{
    struct gn_mqtt_server *server = conn->server;
    if (!conn->wire->is_secure)
        return false;
    *out = uv_buf_init((char *)server->wire_bytes, sizeof server->wire_bytes);
    return true;
}

void gn_mqtt_wire_read(struct gn_mqtt_conn *conn, uint8_t *bytes, size_t size)
{
    struct gn_mqtt_wire *wire = conn->wire;
    if (!wire->is_secure) {
        wire_take(conn, bytes, size);
        return;
    }
    if (wire->tls == NULL && !wire_begin_tls(conn))
        return;
    if (gn_tls_feed(wire->tls, (gn_bytes){ bytes, size }) != GN_OK)
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
    else if (wire->is_shaking)
        wire_queue(conn);
    else
        wire_pump(conn);
}

gn_err gn_mqtt_wire_peer(const struct gn_mqtt_conn *conn, char out_id[static GN_THING_ID_BYTES_MAX + 1])
{
    if (conn->wire == NULL || conn->wire->tls == NULL)
        return GN_ERR_NOT_FOUND;
    return gn_tls_peer(conn->wire->tls, out_id);
}
