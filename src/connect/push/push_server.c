/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_server.h"

#include <assert.h>

#include "base/json_write.h"
#include "base/mem.h"
#include "connect/address.h"
#include "connect/push/push.h"
#include "connect/push/push_conn.h"

/* --- end --- */

void gn_push_server_release(struct gn_push_server *server)
{
    if (!server->is_stopping || server->open_count > 0 || server->handles > 0)
        return;
    gn_push_series_fini(&server->series);
    gn_mem_give(server->pool);
    gn_mem_give(server);
}

static void push_server_on_close(uv_handle_t *handle)
{
    struct gn_push_server *server = handle->data;
    server->handles--;
    gn_push_server_release(server);
}

static void push_server_stop(void *self)
{
    struct gn_push_server *server = self;
    struct gn_push_conn *conn;
    server->is_stopping = true;
    TAILQ_FOREACH(conn, &server->open, among_open)
    gn_push_conn_close(conn);
    if (!uv_is_closing((uv_handle_t *)&server->idle))
        uv_close((uv_handle_t *)&server->idle, push_server_on_close);
    if (!uv_is_closing((uv_handle_t *)&server->listener))
        uv_close((uv_handle_t *)&server->listener, push_server_on_close);
}

/* --- turns of the loop --- */

/* Each once, those that were served go behind the others; closing only marks, so the walk is safe. */
static void push_server_each(struct gn_push_server *server, bool of_ring)
{
    for (uint32_t left = server->open_count; left > 0; left--) {
        struct gn_push_conn *conn = TAILQ_FIRST(&server->open);
        TAILQ_REMOVE(&server->open, conn, among_open);
        TAILQ_INSERT_TAIL(&server->open, conn, among_open);
        if (of_ring ? conn->state == GN_PUSH_RING : conn->is_ready)
            gn_push_conn_go_on(conn);
    }
}

static void push_server_on_idle(uv_idle_t *idle)
{
    struct gn_push_server *server = idle->data;
    (void)uv_idle_stop(idle); /* who has more to do starts it again */
    push_server_each(server, false);
}

void gn_push_server_go_on(struct gn_push_server *server)
{
    (void)uv_idle_start(&server->idle, push_server_on_idle);
}

static void push_server_durable(void *self, uint64_t token)
{
    struct gn_push_server *server = self;
    struct gn_push_conn *conn;
    if (token > server->durable)
        server->durable = token;
    TAILQ_FOREACH(conn, &server->open, among_open)
    gn_push_conn_durable(conn);
}

static void push_server_resume(void *self)
{
    struct gn_push_server *server = self;
    if (!server->is_stopping)
        push_server_each(server, true);
}

static void push_server_tick(void *self, int64_t now_ms)
{
    struct gn_push_server *server = self;
    struct gn_push_conn *conn;
    (void)now_ms; /* the wall clock may step; what is counted here must not */
    TAILQ_FOREACH(conn, &server->open, among_open)
    gn_push_conn_tick(conn, gn_push_now_ms(server));
    push_server_resume(server); /* also without being told */
}

static void push_server_evict(void *self, uint32_t thing)
{
    struct gn_push_server *server = self;
    struct gn_push_conn *conn;
    TAILQ_FOREACH(conn, &server->open, among_open)
    if (conn->is_secret && conn->thing == thing)
        gn_push_conn_close(conn);
}

static void push_server_stats(void *self, struct gn_buf *out)
{
    const struct gn_push_server *server = self;
    const struct gn_push_stats *stats = &server->stats;
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        { "connections", server->open_count }, { "accepted", stats->accepted },
        { "turned_away", stats->turned_away }, { "requests", stats->requests },
        { "denied", stats->denied },           { "lines", stats->lines },
        { "readings", stats->readings },       { "refused", stats->refused },
        { "held_back", stats->held_back },     { "series_cached", server->series.count },
        { "bytes_in", stats->bytes_in },
    };
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '{');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_jw_key(&w, rows[i].name);
        gn_jw_u64(&w, rows[i].value);
    }
    gn_jw_close(&w, '}');
}

/* --- start --- */

static void push_server_on_door_closed(uv_handle_t *handle)
{
    struct gn_push_server *server = handle->data;
    server->door_busy = false;
    server->handles--;
    gn_push_server_release(server);
}

static void push_server_turn_away(struct gn_push_server *server)
{
    server->stats.turned_away++;
    if (server->door_busy || uv_tcp_init(server->loop, &server->door) != 0)
        return; /* it stays in the queue of the system, and is looked at with the next */
    server->door.data = server;
    server->door_busy = true;
    server->handles++;
    (void)uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&server->door);
    uv_close((uv_handle_t *)&server->door, push_server_on_door_closed);
}

static void push_server_on_connection(uv_stream_t *listener, int status)
{
    struct gn_push_server *server = listener->data;
    struct gn_push_conn *conn = NULL;
    if (status != 0 || server->is_stopping)
        return;
    for (size_t i = 0; i < GN_PUSH_CONNECTIONS_MAX && conn == NULL; i++)
        if (server->pool[i].state == GN_PUSH_FREE)
            conn = &server->pool[i];
    if (conn == NULL || uv_tcp_init(server->loop, &conn->tcp) != 0) {
        push_server_turn_away(server);
        return;
    }
    conn->tcp.data = conn;
    conn->server = server;
    conn->writer.intake = &server->intake;
    conn->writer.series = &server->series;
    conn->writer.line = &server->line;
    TAILQ_INSERT_TAIL(&server->open, conn, among_open);
    server->open_count++;
    server->stats.accepted++;
    if (uv_accept(listener, (uv_stream_t *)&conn->tcp) != 0) {
        conn->state = GN_PUSH_SEND; /* anything but free */
        gn_push_conn_close(conn);
        return;
    }
    (void)uv_tcp_nodelay(&conn->tcp, 1);
    gn_push_conn_start(conn);
}

static gn_err push_server_new(const struct gn_intake *intake, struct gn_push_server **out)
{
    struct gn_push_server *server = gn_mem_take(sizeof *server, "push server");
    if (server == NULL)
        return GN_ERR_FULL;
    server->intake = *intake;
    TAILQ_INIT(&server->open);
    server->pool = gn_mem_take(GN_PUSH_CONNECTIONS_MAX * sizeof *server->pool, "push connections");
    if (server->pool == NULL || gn_push_series_init(&server->series, &server->intake) != GN_OK) {
        gn_mem_give(server->pool);
        gn_mem_give(server);
        return GN_ERR_FULL;
    }
    *out = server;
    return GN_OK;
}

static gn_err push_server_listen(struct gn_push_server *server, const char *listen, struct gn_buf *out_address,
                                 struct gn_diag *diag)
{
    struct sockaddr_storage address;
    struct sockaddr_storage bound;
    int size = sizeof bound;
    const gn_err err = gn_address_parse(listen, &address, diag);
    if (err != GN_OK)
        return err;
    int failed = uv_tcp_bind(&server->listener, (const struct sockaddr *)&address, 0);
    if (failed == 0)
        failed = uv_listen((uv_stream_t *)&server->listener, GN_PUSH_BACKLOG, push_server_on_connection);
    if (failed == 0)
        failed = uv_tcp_getsockname(&server->listener, (struct sockaddr *)&bound, &size);
    if (failed != 0)
        return gn_address_fault(failed, "--push", listen, diag);
    gn_address_put(out_address, &bound);
    return GN_OK;
}

static gn_err push_server_start(uv_loop_t *loop, const struct gn_intake *intake, const struct gn_doors *doors,
                                void **out_self, struct gn_diag *diag)
{
    struct gn_push_server *server = NULL;
    gn_err err = push_server_new(intake, &server);
    if (err != GN_OK) {
        gn_diag_set(diag, 0, 0, "no memory for the push endpoint");
        return err;
    }
    server->loop = loop;
    int failed = uv_idle_init(loop, &server->idle);
    failed |= uv_tcp_init(loop, &server->listener);
    assert(failed == 0); /* libuv documents no failure without flags */
    (void)failed;
    server->idle.data = server->listener.data = server;
    server->handles = 2;
    err = push_server_listen(server, doors->plain, doors->out_plain, diag);
    if (err != GN_OK) {
        push_server_stop(server); /* the loop lets it go, and the memory with it */
        return err;
    }
    *out_self = server;
    return GN_OK;
}

const struct gn_adapter gn_push_adapter = {
    .name = "push",
    .start = push_server_start,
    .durable = push_server_durable,
    .resume = push_server_resume,
    .evict = push_server_evict,
    .tick = push_server_tick,
    .stop = push_server_stop,
    .stats = push_server_stats,
};
