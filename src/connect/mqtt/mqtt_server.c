/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_server.h"

#include <assert.h>
#include <sys/resource.h>

#include "base/json_write.h"
#include "base/mem.h"
#include "connect/address.h"
#include "connect/mqtt/mqtt.h"
#include "connect/mqtt/mqtt_conn.h"
#include "connect/mqtt/mqtt_deliver.h"
#include "connect/mqtt/mqtt_dispatch.h"
#include "connect/mqtt/mqtt_keep_will.h"
#include "connect/mqtt/mqtt_route.h"
#include "connect/mqtt/mqtt_topic.h"
#include "connect/mqtt/mqtt_wire.h"

/* --- end --- */

void gn_mqtt_server_release(struct gn_mqtt_server *server)
{
    if (!server->is_stopping || server->open_count > 0 || server->handles > 0)
        return;
    gn_mqtt_retained_fini(&server->retained);
    gn_mqtt_keep_will_fini(server);
    gn_mqtt_clients_fini(&server->clients);
    gn_mqtt_sources_fini(&server->sources);
    gn_mem_give(server->pool);
    gn_mem_give(server);
}

static void server_on_close(uv_handle_t *handle)
{
    struct gn_mqtt_server *server = handle->data;
    server->handles--;
    gn_mqtt_server_release(server);
}

static void server_close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, server_on_close);
}

static void server_on_listener_close(uv_handle_t *handle)
{
    struct gn_mqtt_server *server = ((struct gn_mqtt_listener *)handle->data)->server;
    server->handles--;
    gn_mqtt_server_release(server);
}

static void server_close_own(struct gn_mqtt_server *server)
{
    server_close_handle((uv_handle_t *)&server->timer);
    server_close_handle((uv_handle_t *)&server->before_wait);
    server_close_handle((uv_handle_t *)&server->after_wait);
    server_close_handle((uv_handle_t *)&server->shaker);
    for (size_t i = 0; i < sizeof server->listeners / sizeof server->listeners[0]; i++)
        if (server->listeners[i].server != NULL && !uv_is_closing((uv_handle_t *)&server->listeners[i].tcp))
            uv_close((uv_handle_t *)&server->listeners[i].tcp, server_on_listener_close);
}

/* The node goes, not the devices: their wills wait for the next start, their links are said to be down. */
static void server_stop(void *self)
{
    struct gn_mqtt_server *server = self;
    struct gn_mqtt_conn *conn;
    server->is_stopping = true;
    server->clients.is_stopping = true;
    server->handles++; /* so that nothing is released before all of it is asked to close */
    TAILQ_FOREACH(conn, &server->open, among_open)
    {
        gn_mqtt_conn_end(conn, GN_MQTT_SHUTTING_DOWN, "the node stops", GN_MQTT_LEFT_WELL);
        gn_mqtt_conn_close(conn, GN_MQTT_LEFT_WELL);
    }
    (void)gn_mqtt_clients_tell(&server->clients);
    server_close_own(server);
    server->handles--;
    gn_mqtt_server_release(server);
}

/* --- time --- */

static void server_sweep_conn(struct gn_mqtt_conn *conn, int64_t now_ms)
{
    struct gn_mqtt_server *server = conn->server;
    if (conn->is_closing)
        return;
    if (conn->deadline_ms != 0 && now_ms >= conn->deadline_ms) {
        if (conn->held_reason != 0) {
            gn_mqtt_dispatch_deny(conn);
        } else if (conn->is_lingering) {
            gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY);
        } else {
            server->stats.timeouts++;
            gn_mqtt_conn_close(conn, GN_MQTT_LEFT_BADLY); /* no CONNECT came */
        }
        return;
    }
    if (conn->client != NULL)
        gn_mqtt_keep_will(server, conn->client); /* there was no room for it before */
    const int64_t patience_ms = (int64_t)conn->session.keepalive_s * 1500;
    const bool we_wait = (conn->pauses & (GN_MQTT_PAUSE_RING | GN_MQTT_PAUSE_ACKS)) != 0;
    if (conn->client == NULL || patience_ms == 0 || we_wait || now_ms - conn->seen_ms < patience_ms)
        return;
    server->stats.timeouts++;
    server->intake.refused(server->intake.self, conn->client->thing, "silent for one and a half keep-alives");
    gn_mqtt_conn_end(conn, GN_MQTT_KEEPALIVE_TIMEOUT, "silent for one and a half keep-alives", GN_MQTT_LEFT_BADLY);
}

static void server_sweep(struct gn_mqtt_server *server)
{
    const int64_t now_ms = gn_mqtt_now_ms(server);
    struct gn_mqtt_conn *conn;
    TAILQ_FOREACH(conn, &server->open, among_open)
    server_sweep_conn(conn, now_ms);
}

/* Answers held back, and the timer set for the next of them. */
static void server_on_timer(uv_timer_t *timer)
{
    struct gn_mqtt_server *server = timer->data;
    const struct gn_mqtt_conn *conn;
    int64_t next_ms = INT64_MAX;
    server_sweep(server);
    TAILQ_FOREACH(conn, &server->open, among_open)
    if (conn->held_reason != 0 && conn->deadline_ms < next_ms)
        next_ms = conn->deadline_ms;
    if (next_ms == INT64_MAX)
        return;
    gn_mqtt_server_look_in(server, next_ms - gn_mqtt_now_ms(server));
}

void gn_mqtt_server_look_in(struct gn_mqtt_server *server, int64_t delay_ms)
{
    const uint64_t wait_ms = delay_ms > 0 ? (uint64_t)delay_ms : 1;
    const bool is_set = uv_is_active((const uv_handle_t *)&server->timer) != 0;
    if (!is_set || uv_timer_get_due_in(&server->timer) > wait_ms)
        GN_IGNORE(uv_timer_start(&server->timer, server_on_timer, wait_ms, 0), "the tick answers late, but answers");
}

/* Called often, with or without need: cheap when nothing waits. */
static void server_resume(void *self)
{
    struct gn_mqtt_server *server = self;
    if (server->is_stopping)
        return;
    server->is_full = false;
    if (!gn_mqtt_clients_tell(&server->clients))
        server->is_full = true;
    gn_mqtt_deliver_report_all(server);
    gn_mqtt_conn_retry(server);
}

static void server_tick(void *self, int64_t now_ms)
{
    struct gn_mqtt_server *server = self;
    (void)now_ms; /* the wall clock may step; what is counted here must not */
    if (server->is_stopping)
        return;
    server_sweep(server);
    gn_mqtt_places_look(server, gn_mqtt_now_ms(server));
    (void)gn_mqtt_clients_run(&server->clients, gn_mqtt_now_ms(server));
    gn_mqtt_clients_bury(&server->clients);
    gn_mqtt_retained_sweep(&server->retained, gn_mqtt_now_ms(server));
    server_resume(server); /* also without being told: a lost wake-up costs a second, not a connection */
}

/* --- what the node asks for --- */

static void server_durable(void *self, uint64_t token)
{
    struct gn_mqtt_server *server = self;
    if (token > server->durable)
        server->durable = token;
    /* Each that is there now is taken once; those that still wait stand behind the others afterwards. */
    for (uint32_t left = server->acking_count; left > 0 && server->acking_count > 0; left--) {
        struct gn_mqtt_conn *conn = TAILQ_FIRST(&server->acking);
        TAILQ_REMOVE(&server->acking, conn, among_acking);
        TAILQ_INSERT_TAIL(&server->acking, conn, among_acking);
        gn_mqtt_conn_acknowledge(conn);
    }
}

static gn_err server_deliver(void *self, const struct gn_action_out *action)
{
    return gn_mqtt_deliver(self, action);
}

static void server_evict(void *self, uint32_t thing)
{
    struct gn_mqtt_server *server = self;
    struct gn_mqtt_conn *conn;
    if (thing >= GN_THINGS_MAX)
        return;
    TAILQ_FOREACH(conn, &server->open, among_open)
    if (conn->client != NULL && conn->client->thing == thing)
        gn_mqtt_conn_end(conn, GN_MQTT_ADMINISTRATIVE, "the token was changed or withdrawn", GN_MQTT_LEFT_EVICTED);
    gn_mqtt_clients_evict(&server->clients, thing);
    gn_mqtt_route_evict(server, thing);
    (void)gn_mqtt_clients_tell(&server->clients);
}

static gn_err server_publish(void *self, const struct gn_publish_out *publish)
{
    if (!gn_mqtt_topic_valid(publish->topic) || publish->qos > 2)
        return GN_ERR_INVAL;
    return gn_mqtt_route_own(self, publish);
}

static gn_err server_prune(void *self, bool (*keeps)(void *ctx, gn_str topic), void *ctx)
{
    return gn_mqtt_route_prune(self, keeps, ctx);
}

static gn_err server_retained(void *self, gn_str topic, gn_bytes *out_payload)
{
    const struct gn_mqtt_server *server = self;
    struct gn_mqtt_message *message = gn_mqtt_retained_find(&server->retained, topic);
    if (message == NULL)
        return GN_ERR_NOT_FOUND;
    *out_payload = gn_mqtt_message_parcel(message).payload;
    return GN_OK;
}

static void server_on_leave(void *self, struct gn_mqtt_client *client, bool gone)
{
    gn_mqtt_keep_leave(self, client, gone);
}

static void server_recall(void *self, const struct gn_record_head *record)
{
    gn_mqtt_keep_recall(self, record);
}

static gn_err server_image(void *self, struct gn_buf *out)
{
    return gn_mqtt_keep_image(self, out);
}

static gn_err server_publish_will(void *self, const struct gn_mqtt_last_will *will,
                                  const struct gn_mqtt_publish *publish)
{
    struct gn_mqtt_server *server = self;
    const gn_err err = gn_mqtt_keep_will_publish(server, will, publish);
    if (err != GN_OK && err != GN_ERR_AGAIN)
        server->intake.refused(server->intake.self, will->thing, server->verdict.why.text);
    return err;
}

static void server_stats(void *self, struct gn_buf *out)
{
    const struct gn_mqtt_server *server = self;
    const struct gn_mqtt_stats *stats = &server->stats;
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        { "connections", server->open_count },
        { "sessions_kept", server->clients.away_count },
        { "accepted", stats->accepted },
        { "turned_away", stats->turned_away },
        { "turned_away_crowded", stats->crowded },
        { "half_open", server->half_count },
        { "half_open_ended", stats->half_ended },
        { "denied", stats->denied },
        { "faults", stats->faults },
        { "timeouts", stats->timeouts },
        { "slow", stats->slow },
        { "publishes", stats->publishes },
        { "refused", stats->refused },
        { "acks", stats->acks },
        { "held_back", stats->held_back },
        { "routed", stats->routed },
        { "unrouted", stats->unrouted },
        { "withheld", stats->withheld },
        { "expired", stats->expired },
        { "unkept", stats->unkept },
        { "subscriptions", server->clients.subs.count },
        { "retained", server->retained.count },
        { "messages", server->clients.messages.count },
        { "message_bytes", server->clients.messages.bytes },
        { "actions", stats->actions },
        { "handshakes", stats->handshakes },
        { "handshakes_resumed", stats->resumed },
        { "bytes_in", stats->bytes_in },
        { "bytes_out", stats->bytes_out },
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

static void server_before_wait(uv_prepare_t *handle)
{
    gn_mqtt_conn_flush_all(handle->data);
}

static void server_after_wait(uv_check_t *handle)
{
    gn_mqtt_conn_flush_all(handle->data);
    gn_mqtt_conn_accept_on(handle->data);
}

static void server_on_idle(uv_idle_t *handle)
{
    if (!gn_mqtt_wire_shake(handle->data))
        (void)uv_idle_stop(handle);
}

/* An idle handle does not let the loop sleep, and lets all others have their turn. */
void gn_mqtt_server_shake(struct gn_mqtt_server *server)
{
    (void)uv_idle_start(&server->shaker, server_on_idle);
}

/* What runs besides the listeners. */
static void server_own_handles(struct gn_mqtt_server *server)
{
    int failed = uv_timer_init(server->loop, &server->timer);
    failed |= uv_prepare_init(server->loop, &server->before_wait);
    failed |= uv_check_init(server->loop, &server->after_wait);
    failed |= uv_idle_init(server->loop, &server->shaker);
    failed |= uv_prepare_start(&server->before_wait, server_before_wait);
    failed |= uv_check_start(&server->after_wait, server_after_wait);
    assert(failed == 0); /* libuv documents no failure */
    (void)failed;
    uv_unref((uv_handle_t *)&server->before_wait); /* alone they keep no loop going */
    uv_unref((uv_handle_t *)&server->after_wait);
    server->timer.data = server->before_wait.data = server->after_wait.data = server->shaker.data = server;
    server->handles = 4;
}

static void server_on_connection(uv_stream_t *listener, int status)
{
    struct gn_mqtt_listener *mine = listener->data;
    if (status == 0 && !mine->server->is_stopping)
        gn_mqtt_conn_accept(mine);
}

/* Each connection is an open file, and the rest of the node needs some too. */
static uint32_t server_pool_size(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= GN_MQTT_CONNECTIONS_MAX + GN_MQTT_FILES_LEFT)
        return GN_MQTT_CONNECTIONS_MAX;
    return limit.rlim_cur > 2 * GN_MQTT_FILES_LEFT ? (uint32_t)limit.rlim_cur - GN_MQTT_FILES_LEFT
                                                   : (uint32_t)limit.rlim_cur / 2 + 1;
}

static gn_err server_new(const struct gn_intake *intake, struct gn_mqtt_server **out)
{
    struct gn_mqtt_server *server = gn_mem_take(sizeof *server, "mqtt server");
    if (server == NULL)
        return GN_ERR_FULL;
    server->intake = *intake;
    server->pool = gn_mem_take(GN_MQTT_CONNECTIONS_MAX * sizeof *server->pool, "mqtt connections");
    if (server->pool == NULL || gn_mqtt_sources_init(&server->sources) ||
        gn_mqtt_clients_init(&server->clients, &server->intake) ||
        gn_mqtt_retained_init(&server->retained, &server->clients.messages)) {
        gn_mqtt_clients_fini(&server->clients); /* does nothing for what was not made */
        gn_mqtt_sources_fini(&server->sources);
        gn_mem_give(server->pool);
        gn_mem_give(server);
        return GN_ERR_FULL;
    }
    server->pool_size = server_pool_size();
    TAILQ_INIT(&server->spare);
    TAILQ_INIT(&server->open);
    TAILQ_INIT(&server->half);
    TAILQ_INIT(&server->acking);
    TAILQ_INIT(&server->waiting);
    TAILQ_INIT(&server->dirty);
    gn_mqtt_keep_will_init(server);
    TAILQ_INIT(&server->shaking);
    TAILQ_INIT(&server->ready);
    server->clients.publish_will = server_publish_will;
    server->clients.on_leave = server_on_leave;
    server->clients.self = server;
    *out = server;
    return GN_OK;
}

/* Binds and listens. A negative error of libuv, or 0. */
static int server_bind(struct gn_mqtt_listener *listener, const struct sockaddr_storage *address,
                       struct gn_buf *out_address)
{
    struct sockaddr_storage bound;
    int size = sizeof bound;
    int err = uv_tcp_bind(&listener->tcp, (const struct sockaddr *)address, 0);
    if (err == 0)
        err = uv_listen((uv_stream_t *)&listener->tcp, GN_MQTT_BACKLOG, server_on_connection);
    if (err == 0)
        err = uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&bound, &size);
    if (err == 0)
        gn_address_put(out_address, &bound);
    return err;
}

static gn_err server_listen(struct gn_mqtt_server *server, const char *listen, bool is_secure,
                            struct gn_buf *out_address, struct gn_diag *diag)
{
    struct sockaddr_storage address;
    struct gn_mqtt_listener *listener = &server->listeners[is_secure];
    if (listen == NULL)
        return GN_OK;
    const gn_err err = gn_address_parse(listen, &address, diag);
    if (err != GN_OK)
        return err;
    int failed = uv_tcp_init(server->loop, &listener->tcp);
    if (failed == 0) {
        listener->tcp.data = listener;
        listener->server = server;
        listener->is_secure = is_secure;
        server->handles++;
        failed = server_bind(listener, &address, out_address);
    }
    return failed == 0 ? GN_OK : gn_address_fault(failed, is_secure ? "--mqtts" : "--mqtt", listen, diag);
}

static gn_err server_start(uv_loop_t *loop, const struct gn_intake *intake, const struct gn_doors *doors,
                           void **out_self, struct gn_diag *diag)
{
    struct gn_mqtt_server *server = NULL;
    gn_err err = server_new(intake, &server);
    if (err != GN_OK) {
        gn_diag_set(diag, 0, 0, "no memory for the MQTT endpoint");
        return err;
    }
    server->loop = loop;
    server->tls = doors->tls;
    server_own_handles(server);
    err = server_listen(server, doors->plain, false, doors->out_plain, diag);
    if (err == GN_OK)
        err = server_listen(server, doors->secure, true, doors->out_secure, diag);
    if (err != GN_OK) {
        server->is_stopping = true;
        server_close_own(server); /* the loop lets them go, and the memory with them */
        return err;
    }
    *out_self = server;
    return GN_OK;
}

const struct gn_adapter gn_mqtt_adapter = {
    .name = "mqtt",
    .start = server_start,
    .durable = server_durable,
    .resume = server_resume,
    .deliver = server_deliver,
    .publish = server_publish,
    .prune = server_prune,
    .retained = server_retained,
    .recall = server_recall,
    .image = server_image,
    .evict = server_evict,
    .tick = server_tick,
    .stop = server_stop,
    .stats = server_stats,
};
