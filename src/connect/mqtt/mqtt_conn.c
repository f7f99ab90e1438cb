/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_conn.h"

#include <assert.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_deliver.h"
#include "connect/mqtt/mqtt_dispatch.h"
#include "connect/mqtt/mqtt_wire.h"

enum { CONN_HELD_BYTES_MIN = 64, CONN_GROW_BYTES_MIN = 8192, CONN_GATHER_BYTES_MIN = 1024 };

struct conn_chunk { /* bytes the kernel did not take at once */
    uv_write_t req;
    struct gn_mqtt_conn *conn;
    size_t size;
    uint8_t bytes[];
};

/* --- the end --- */

static void conn_unlist_half(struct gn_mqtt_conn *conn)
{
    TAILQ_REMOVE(&conn->server->half, conn, among_half);
    conn->server->half_count--;
    conn->is_half = false;
}

void gn_mqtt_conn_admit(struct gn_mqtt_conn *conn)
{
    conn_unlist_half(conn);
    gn_mqtt_sources_admit(conn->source);
}

static void conn_unlist(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_server *server = conn->server;
    if (conn->is_acking) {
        TAILQ_REMOVE(&server->acking, conn, among_acking);
        server->acking_count--;
    }
    if (conn->is_waiting)
        TAILQ_REMOVE(&server->waiting, conn, among_waiting);
    if (conn->is_dirty)
        TAILQ_REMOVE(&server->dirty, conn, among_dirty);
    gn_mqtt_wire_part(conn);
    conn->is_acking = false;
    conn->is_waiting = false;
    conn->is_dirty = false;
}

static void conn_give_gather(struct gn_mqtt_conn *conn)
{
    gn_mem_give(conn->gather);
    conn->gather = NULL;
    conn->gather_size = 0;
    conn->gather_capacity = 0;
}

static void conn_forget_acks(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_acks *acks = &conn->session.acks;
    if (acks->slots != conn->first_slots)
        gn_mem_give(acks->slots);
    gn_mem_give(acks->words);
    gn_mqtt_acks_drop(acks);
    gn_mqtt_acks_init(acks, conn->first_slots, GN_MQTT_FIRST_SLOTS);
}

static void conn_give_held(struct gn_mqtt_conn *conn)
{
    gn_mem_give(conn->held);
    conn->held = NULL;
    conn->held_size = 0;
    conn->held_capacity = 0;
    conn->packet_size = 0;
}

static void conn_on_close(uv_handle_t *handle)
{
    struct gn_mqtt_conn *conn = handle->data;
    struct gn_mqtt_server *server = conn->server;
    gn_mqtt_wire_free(conn);
    if (conn->source != NULL)
        gn_mqtt_sources_leave(&server->sources, conn->source, conn->is_half);
    if (conn->is_half)
        conn_unlist_half(conn);
    TAILQ_REMOVE(&server->open, conn, among_open);
    TAILQ_INSERT_HEAD(&server->spare, conn, among_open);
    server->open_count--;
    gn_mqtt_server_release(server);
}

/* The connection has no client, no acknowledgements and no input any more. */
static void conn_part(struct gn_mqtt_conn *conn, gn_mqtt_leaving how)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_mqtt_client *client = conn->client;
    conn->session.state = GN_MQTT_ENDED;
    conn_unlist(conn);
    conn_give_gather(conn);
    conn_forget_acks(conn);
    gn_mqtt_session_fini(&conn->session);
    gn_mem_give(conn->auth);
    conn->auth = NULL;
    if (!conn->is_taking)
        conn_give_held(conn);
    conn->held_reason = 0;
    conn->client = NULL;
    if (client == NULL)
        return;
    client->expiry_s = conn->session.expiry_s;
    gn_mqtt_clients_leave(&server->clients, client, how, gn_mqtt_now_ms(server));
    if (how != GN_MQTT_LEFT_TAKEN_OVER) /* its link is not down: the next connection joins at once */
        (void)gn_mqtt_clients_tell(&server->clients);
}

void gn_mqtt_conn_close(struct gn_mqtt_conn *conn, gn_mqtt_leaving how)
{
    if (conn->is_closing)
        return;
    conn->is_closing = true;
    uv_close((uv_handle_t *)&conn->tcp, conn_on_close);
    conn_part(conn, how);
}

static void conn_on_shutdown(uv_shutdown_t *req, int status)
{
    struct gn_mqtt_conn *conn = req->handle->data;
    if (status < 0)
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
}

static void conn_flush(struct gn_mqtt_conn *conn);

/* Closing a socket with unread input resets it, and the peer may never see our last word: so our side is closed
 * first, and the input read away until the peer closes too, or the time is over. */
void gn_mqtt_conn_linger(struct gn_mqtt_conn *conn, gn_mqtt_leaving how)
{
    conn_flush(conn);
    if (conn->is_doomed)
        gn_mqtt_conn_close(conn, how);
    if (!gn_mqtt_conn_live(conn))
        return;
    if (conn->wire != NULL)
        gn_mqtt_wire_bye(conn);
    conn->is_lingering = true;
    conn_part(conn, how);
    conn->deadline_ms = gn_mqtt_now_ms(conn->server) + GN_MQTT_LINGER_MS;
    conn->pauses = 0;
    if (uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->tcp, conn_on_shutdown) != 0)
        gn_mqtt_conn_close(conn, how);
    else
        gn_mqtt_conn_read_on(conn);
}

void gn_mqtt_conn_end(struct gn_mqtt_conn *conn, uint8_t reason, const char *words, gn_mqtt_leaving how)
{
    uint8_t bytes[GN_MQTT_ANSWER_BYTES_MAX];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    if (conn->is_doomed)
        gn_mqtt_conn_close(conn, how);
    if (!gn_mqtt_conn_live(conn))
        return;
    gn_mqtt_session_end(&conn->session, reason, gn_str_of(words), &out);
    gn_mqtt_conn_write(conn, bytes, out.size);
    gn_mqtt_conn_linger(conn, how);
}

/* --- writing --- */

static void conn_dirty(struct gn_mqtt_conn *conn)
{
    if (conn->is_dirty)
        return;
    TAILQ_INSERT_TAIL(&conn->server->dirty, conn, among_dirty);
    conn->is_dirty = true;
}

static void conn_written(struct gn_mqtt_conn *conn, size_t size)
{
    conn->out_done += size;
    conn->server->stats.bytes_out += size;
    if (conn->client != NULL && conn->client->outbox.action_count > 0)
        gn_mqtt_deliver_report(conn->server, conn->client);
}

/* What waited because the client had too much unsent. */
static void conn_send_on(struct gn_mqtt_conn *conn)
{
    if (gn_mqtt_conn_live(conn) && conn->client != NULL && conn->client->outbox.next != NULL)
        gn_mqtt_deliver_pending(conn);
}

static void conn_on_chunk(uv_write_t *req, int status)
{
    struct conn_chunk *chunk = req->data;
    struct gn_mqtt_conn *conn = chunk->conn;
    const size_t size = chunk->size;
    gn_mem_give(chunk);
    conn->out_waiting -= (uint32_t)size;
    if (conn->is_closing)
        return;
    if (status < 0) {
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        return;
    }
    conn->seen_ms = gn_mqtt_now_ms(conn->server); /* it takes what it is sent: not dead */
    conn_written(conn, size);
    if (conn->out_waiting > GN_MQTT_OUT_PAUSE / 2)
        return;
    gn_mqtt_conn_go_on(conn, GN_MQTT_PAUSE_OUT);
    conn_send_on(conn);
}

/* It cannot go on; closed when nobody is in the middle of something any more (gn_mqtt_conn_flush_all). */
void gn_mqtt_conn_doom(struct gn_mqtt_conn *conn)
{
    conn->is_doomed = true;
    conn_give_gather(conn);
    conn_dirty(conn);
}

static void conn_queue(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size)
{
    struct conn_chunk *chunk = NULL;
    if (size <= GN_MQTT_OUT_BYTES_MAX - (size_t)conn->out_waiting)
        chunk = gn_mem_take(sizeof *chunk + size, "mqtt output");
    if (chunk == NULL) {
        conn->server->stats.slow++;
        gn_mqtt_conn_doom(conn);
        return;
    }
    chunk->req.data = chunk;
    chunk->conn = conn;
    chunk->size = size;
    memcpy(chunk->bytes, bytes, size);
    const uv_buf_t buf = uv_buf_init((char *)chunk->bytes, (unsigned)size);
    if (uv_write(&chunk->req, (uv_stream_t *)&conn->tcp, &buf, 1, conn_on_chunk) != 0) {
        gn_mem_give(chunk);
        gn_mqtt_conn_doom(conn);
        return;
    }
    conn->out_waiting += (uint32_t)size;
    if (conn->out_waiting > GN_MQTT_OUT_PAUSE && !conn->is_lingering)
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_OUT);
}

/* As far as the kernel takes it; the rest is queued. */
void gn_mqtt_conn_push_raw(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size)
{
    size_t done = 0;
    if (conn->out_waiting == 0) {
        const uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)size);
        const int wrote = uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1);
        if (wrote < 0 && wrote != UV_EAGAIN) {
            gn_mqtt_conn_doom(conn);
            return;
        }
        done = wrote > 0 ? (size_t)wrote : 0;
    }
    if (done < size)
        conn_queue(conn, bytes + done, size - done);
    if (done > 0)
        conn_written(conn, done);
}

static void conn_push(struct gn_mqtt_conn *conn, const uint8_t *bytes, size_t size)
{
    if (conn->wire != NULL)
        gn_mqtt_wire_send(conn, bytes, size);
    else
        gn_mqtt_conn_push_raw(conn, bytes, size);
}

static void conn_flush(struct gn_mqtt_conn *conn)
{
    uint8_t *bytes = conn->gather;
    const size_t size = conn->gather_size;
    if (size == 0 || !gn_mqtt_conn_live(conn))
        return;
    conn->gather = NULL;
    conn->gather_size = 0;
    conn->gather_capacity = 0;
    conn_push(conn, bytes, size);
    gn_mem_give(bytes);
}

static bool conn_gather_room(struct gn_mqtt_conn *conn, size_t size)
{
    size_t capacity = conn->gather_capacity > 0 ? conn->gather_capacity : CONN_GATHER_BYTES_MIN;
    while (capacity < conn->gather_size + size)
        capacity *= 4;
    if (capacity == conn->gather_capacity)
        return true;
    uint8_t *larger = gn_mem_take(capacity, "mqtt output");
    if (larger == NULL)
        return false;
    if (conn->gather_size > 0)
        memcpy(larger, conn->gather, conn->gather_size);
    gn_mem_give(conn->gather);
    conn->gather = larger;
    conn->gather_capacity = (uint32_t)capacity;
    return true;
}

uint8_t *gn_mqtt_conn_claim(struct gn_mqtt_conn *conn, size_t size)
{
    if (!gn_mqtt_conn_live(conn))
        return NULL;
    if (conn->gather_size + size > GN_MQTT_GATHER_BYTES)
        conn_flush(conn);
    if (!gn_mqtt_conn_live(conn))
        return NULL;
    if (!conn_gather_room(conn, size)) {
        conn->server->stats.slow++;
        gn_mqtt_conn_doom(conn);
        return NULL;
    }
    uint8_t *at = conn->gather + conn->gather_size;
    conn->gather_size += (uint32_t)size;
    conn->out_total += size;
    conn_dirty(conn);
    return at;
}

void gn_mqtt_conn_write(struct gn_mqtt_conn *conn, const void *bytes, size_t size)
{
    conn_flush(conn);
    if (size == 0 || !gn_mqtt_conn_live(conn))
        return;
    conn->out_total += size;
    conn_push(conn, bytes, size);
}

void gn_mqtt_conn_flush_all(struct gn_mqtt_server *server)
{
    struct gn_mqtt_conn *conn;
    while ((conn = TAILQ_FIRST(&server->dirty)) != NULL) {
        TAILQ_REMOVE(&server->dirty, conn, among_dirty);
        conn->is_dirty = false;
        conn_flush(conn);
        if (conn->is_doomed)
            gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        else
            conn_send_on(conn);
    }
}

void gn_mqtt_conn_acking(struct gn_mqtt_conn *conn)
{
    if (conn->is_acking)
        return;
    TAILQ_INSERT_TAIL(&conn->server->acking, conn, among_acking);
    conn->server->acking_count++;
    conn->is_acking = true;
}

/* Acknowledges into the gathered answers, and writes them when they are full, and in the end. */
void gn_mqtt_conn_acknowledge(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_server *server = conn->server;
    struct gn_mqtt_acks *acks = &conn->session.acks;
    const struct gn_mqtt_ack_style style = gn_mqtt_session_style(&conn->session);
    while (gn_mqtt_conn_live(conn) && gn_mqtt_acks_due(acks, server->durable)) {
        struct gn_buf out = gn_buf_over(server->ack_bytes, sizeof server->ack_bytes);
        server->stats.acks += gn_mqtt_acks_write(acks, server->durable, &style, &out);
        gn_mqtt_conn_write(conn, server->ack_bytes, out.size);
    }
    if (!gn_mqtt_conn_live(conn))
        return;
    if (acks->count == 0 && conn->is_acking) {
        TAILQ_REMOVE(&server->acking, conn, among_acking);
        server->acking_count--;
        conn->is_acking = false;
    }
    if (acks->count <= GN_MQTT_RECEIVE_MAXIMUM / 2)
        gn_mqtt_conn_go_on(conn, GN_MQTT_PAUSE_ACKS);
}

/* --- reading --- */

/* Keeps what no packet was made of yet. `rest` may lie in `held` itself. */
static void conn_keep(struct gn_mqtt_conn *conn, gn_bytes rest, size_t packet_size)
{
    if (rest.size == 0) {
        conn_give_held(conn);
        return;
    }
    conn->packet_size = (uint32_t)packet_size;
    if (conn->held_capacity >= rest.size) {
        memmove(conn->held, rest.at, rest.size);
        conn->held_size = (uint32_t)rest.size;
        return;
    }
    const size_t capacity = rest.size > CONN_HELD_BYTES_MIN ? rest.size : CONN_HELD_BYTES_MIN;
    uint8_t *held = gn_mem_take(capacity, "mqtt input");
    if (held == NULL) { /* nothing was acknowledged: the client sends it again */
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        return;
    }
    memcpy(held, rest.at, rest.size);
    gn_mem_give(conn->held);
    conn->held = held;
    conn->held_size = (uint32_t)rest.size;
    conn->held_capacity = (uint32_t)capacity;
}

static void conn_take(struct gn_mqtt_conn *conn, gn_bytes in)
{
    size_t packet_size = 0;
    conn->is_taking = true;
    const size_t used = gn_mqtt_dispatch(conn, in, &packet_size);
    conn->is_taking = false;
    if (!gn_mqtt_conn_live(conn)) {
        conn_give_held(conn);
        return;
    }
    conn_keep(conn, (gn_bytes){ in.at + used, in.size - used }, packet_size);
    if (gn_mqtt_conn_live(conn) && conn->session.acks.count > 0) {
        gn_mqtt_conn_acking(conn);
        gn_mqtt_conn_acknowledge(conn); /* refusals, and what was durable before it came */
    }
}

/* A large packet is read straight into bytes of its own, which double until they hold it whole. */
static bool conn_is_large(const struct gn_mqtt_conn *conn)
{
    return conn->packet_size > GN_MQTT_PREFIX_BYTES;
}

static bool conn_grow(struct gn_mqtt_conn *conn)
{
    size_t capacity = conn->held_capacity * (size_t)2;
    if (capacity < CONN_GROW_BYTES_MIN)
        capacity = CONN_GROW_BYTES_MIN;
    if (capacity > conn->packet_size)
        capacity = conn->packet_size;
    uint8_t *held = gn_mem_take(capacity, "mqtt input");
    if (held == NULL)
        return false;
    memcpy(held, conn->held, conn->held_size);
    gn_mem_give(conn->held);
    conn->held = held;
    conn->held_capacity = (uint32_t)capacity;
    return true;
}

bool gn_mqtt_conn_room(struct gn_mqtt_conn *conn, uv_buf_t *out)
{
    struct gn_mqtt_server *server = conn->server;
    if (server->is_full && conn->session.state == GN_MQTT_OPEN)
        return false;
    if (conn_is_large(conn)) {
        if (conn->held_size == conn->held_capacity && !conn_grow(conn))
            return false;
        const uint32_t end = conn->held_capacity < conn->packet_size ? conn->held_capacity : conn->packet_size;
        const uint32_t room = end - conn->held_size;
        *out = uv_buf_init((char *)conn->held + conn->held_size,
                           room < GN_MQTT_READ_BYTES ? room : (unsigned)GN_MQTT_READ_BYTES);
        return true;
    }
    assert(conn->held_size <= GN_MQTT_PREFIX_BYTES);
    if (conn->held_size > 0)
        memcpy(server->read_bytes, conn->held, conn->held_size);
    *out = uv_buf_init((char *)server->read_bytes + conn->held_size, GN_MQTT_READ_BYTES);
    return true;
}

/* An empty buffer makes libuv say ENOBUFS and read nothing. */
static void conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct gn_mqtt_conn *conn = handle->data;
    struct gn_mqtt_server *server = conn->server;
    (void)suggested;
    if (conn->is_lingering)
        *buf = uv_buf_init((char *)server->read_bytes, sizeof server->read_bytes);
    else if ((conn->wire == NULL || !gn_mqtt_wire_room(conn, buf)) && !gn_mqtt_conn_room(conn, buf))
        *buf = uv_buf_init(NULL, 0);
}

void gn_mqtt_conn_bytes(struct gn_mqtt_conn *conn, size_t size)
{
    struct gn_mqtt_server *server = conn->server;
    conn->seen_ms = gn_mqtt_now_ms(server);
    server->stats.bytes_in += size;
    if (!conn_is_large(conn)) {
        conn_take(conn, (gn_bytes){ server->read_bytes, conn->held_size + size });
        return;
    }
    conn->held_size += (uint32_t)size;
    assert(conn->held_size <= conn->packet_size);
    if (conn->held_size == conn->packet_size)
        conn_take(conn, (gn_bytes){ conn->held, conn->held_size });
}

/* A GET where a CONNECT should be begins a WebSocket. */
static void conn_on_some(struct gn_mqtt_conn *conn, uint8_t *bytes, size_t size)
{
    const bool is_first = conn->session.state == GN_MQTT_NEW && conn->held_size == 0;
    if (conn->wire == NULL && is_first && bytes[0] == 'G')
        gn_mqtt_wire_open(conn, false);
    if (conn->wire != NULL)
        gn_mqtt_wire_read(conn, bytes, size);
    else if (!conn->is_closing)
        gn_mqtt_conn_bytes(conn, size);
}

static void conn_on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct gn_mqtt_conn *conn = stream->data;
    if (size == 0 || conn->is_closing)
        return;
    if (size == UV_ENOBUFS && conn->server->is_full && !conn->is_lingering)
        gn_mqtt_conn_pause(conn, GN_MQTT_PAUSE_RING);
    else if (size < 0)
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
    else if (!conn->is_lingering)
        conn_on_some(conn, (uint8_t *)buf->base, (size_t)size);
}

void gn_mqtt_conn_read_on(struct gn_mqtt_conn *conn)
{
    const int err = uv_read_start((uv_stream_t *)&conn->tcp, conn_on_alloc, conn_on_read);
    if (err != 0 && err != UV_EALREADY)
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
}

void gn_mqtt_conn_retry(struct gn_mqtt_server *server)
{
    struct gn_mqtt_conn *conn;
    while (!server->is_full && (conn = TAILQ_FIRST(&server->waiting)) != NULL) {
        TAILQ_REMOVE(&server->waiting, conn, among_waiting);
        conn->is_waiting = false;
        gn_mqtt_conn_go_on(conn, GN_MQTT_PAUSE_RING);
    }
}

void gn_mqtt_conn_pause(struct gn_mqtt_conn *conn, enum gn_mqtt_pause why)
{
    struct gn_mqtt_server *server = conn->server;
    if (why == GN_MQTT_PAUSE_RING && !conn->is_waiting) {
        TAILQ_INSERT_TAIL(&server->waiting, conn, among_waiting);
        conn->is_waiting = true;
        server->stats.held_back++;
    }
    conn->pauses |= (uint8_t)why;
    (void)uv_read_stop((uv_stream_t *)&conn->tcp); /* always 0 */
}

void gn_mqtt_conn_go_on(struct gn_mqtt_conn *conn, enum gn_mqtt_pause why)
{
    if ((conn->pauses & why) == 0 || !gn_mqtt_conn_live(conn))
        return;
    conn->pauses &= (uint8_t) ~(unsigned)why;
    if (conn->pauses != 0)
        return;
    conn->seen_ms = gn_mqtt_now_ms(conn->server);
    if (conn->held_size > 0 && !conn_is_large(conn))
        conn_take(conn, (gn_bytes){ conn->held, conn->held_size });
    if (gn_mqtt_conn_live(conn) && conn->pauses == 0 && conn->wire != NULL)
        gn_mqtt_wire_go_on(conn);
    if (gn_mqtt_conn_live(conn) && conn->pauses == 0)
        gn_mqtt_conn_read_on(conn);
}

/* --- accepting --- */

static void conn_on_door_close(uv_handle_t *handle)
{
    struct gn_mqtt_server *server = handle->data;
    server->door_busy = false;
    server->handles--;
    gn_mqtt_conn_accept_on(server);
    gn_mqtt_server_release(server);
}

/* One too many: it is taken, or it would wait in the backlog and look alive, and closed. */
static void conn_turn_away(struct gn_mqtt_listener *listener)
{
    struct gn_mqtt_server *server = listener->server;
    if (server->door_busy || uv_tcp_init(server->loop, &server->door) != 0) {
        listener->is_waiting = true; /* libuv waits with the next until this one is taken */
        return;
    }
    server->door.data = server;
    server->door_busy = true;
    server->handles++;
    server->stats.turned_away++;
    GN_IGNORE(uv_accept((uv_stream_t *)&listener->tcp, (uv_stream_t *)&server->door), "it is closed anyway");
    uv_close((uv_handle_t *)&server->door, conn_on_door_close);
}

static struct gn_mqtt_conn *conn_from_pool(struct gn_mqtt_server *server)
{
    struct gn_mqtt_conn *conn = TAILQ_FIRST(&server->spare);
    if (conn != NULL)
        TAILQ_REMOVE(&server->spare, conn, among_open);
    else if (server->pool_used < server->pool_size)
        conn = &server->pool[server->pool_used++];
    return conn;
}

void gn_mqtt_conn_accept_on(struct gn_mqtt_server *server)
{
    for (size_t i = 0; i < sizeof server->listeners / sizeof server->listeners[0]; i++) {
        struct gn_mqtt_listener *listener = &server->listeners[i];
        listener->accepted = 0;
        if (!listener->is_waiting || server->is_stopping)
            continue;
        listener->is_waiting = false;
        gn_mqtt_conn_accept(listener);
    }
}

/* Half-open, and from where: false when it was closed, for it is one too many from there. */
static bool conn_enter(struct gn_mqtt_conn *conn)
{
    struct gn_mqtt_server *server = conn->server;
    struct sockaddr_storage address = { 0 };
    int size = sizeof address;
    if (uv_tcp_getpeername(&conn->tcp, (struct sockaddr *)&address, &size) == 0) { /* otherwise it is gone already */
        conn->source = gn_mqtt_sources_enter(&server->sources, &address);
        server->stats.crowded += conn->source == NULL;
    }
    if (conn->source == NULL) {
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        return false;
    }
    if (server->half_count >= GN_MQTT_HALF_OPEN_MAX) {
        struct gn_mqtt_conn *oldest = TAILQ_FIRST(&server->half);
        server->stats.half_ended++;
        gn_mqtt_sources_admit(oldest->source);
        conn_unlist_half(oldest);
        gn_mqtt_conn_close(oldest, GN_MQTT_LEFT_BADLY);
    }
    TAILQ_INSERT_TAIL(&server->half, conn, among_half);
    server->half_count++;
    conn->is_half = true;
    return true;
}

void gn_mqtt_conn_accept(struct gn_mqtt_listener *listener)
{
    struct gn_mqtt_server *server = listener->server;
    if (listener->accepted >= GN_MQTT_ACCEPTS_PER_TURN_MAX) {
        listener->is_waiting = true; /* libuv waits with the next until this one is taken */
        return;
    }
    struct gn_mqtt_conn *conn = conn_from_pool(server);
    listener->accepted++;
    if (conn == NULL) {
        conn_turn_away(listener);
        return;
    }
    memset(conn, 0, sizeof *conn);
    conn->server = server;
    conn->seen_ms = gn_mqtt_now_ms(server);
    conn->deadline_ms = conn->seen_ms + GN_MQTT_CONNECT_TIMEOUT_MS;
    gn_mqtt_session_init(&conn->session, conn->first_slots, GN_MQTT_FIRST_SLOTS);
    if (uv_tcp_init(server->loop, &conn->tcp) != 0) {
        TAILQ_INSERT_HEAD(&server->spare, conn, among_open);
        return;
    }
    conn->tcp.data = conn;
    TAILQ_INSERT_TAIL(&server->open, conn, among_open);
    server->open_count++;
    if (uv_accept((uv_stream_t *)&listener->tcp, (uv_stream_t *)&conn->tcp) != 0) {
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        return;
    }
    if (!conn_enter(conn))
        return;
    server->stats.accepted++;
    if (listener->is_secure)
        gn_mqtt_wire_open(conn, true);
    if (conn->is_closing)
        return;
    GN_IGNORE(uv_tcp_nodelay(&conn->tcp, 1), "slower acknowledgements, no more");
    GN_IGNORE(uv_tcp_keepalive(&conn->tcp, 1, GN_MQTT_KEEPALIVE_S_MAX), "a dead peer is noticed later");
    gn_mqtt_conn_read_on(conn);
}
