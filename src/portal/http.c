/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http.h"

#include <libwebsockets.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "portal/exchange.h"
#include "portal/headers.h"
#include "portal/http_read.h"
#include "portal/live.h"
#include "portal/setup_page.h"
#include "portal/worker.h"

enum {
    HTTP_CHUNK_BYTES = 32 << 10,
    HTTP_HEAD_TIMEOUT_S = 10,
    HTTP_WORK_TIMEOUT_S = 60, /* longer than any helper takes, or an answer is held back */
    HTTP_SEND_TIMEOUT_S = 30,
    HTTP_IDLE_TIMEOUT_S = 30,
    HTTP_HEADER_BYTES = 8192, /* browsers bring the cookies of every program on the same host */
    HTTP_PLACES = 3,
    HTTP_NAME_BYTES = 16384, /* getpwuid_r */
};

/* One request on one connection. */
struct http_turn {
    struct gn_exchange *exchange;
    struct gn_http *http;
    struct lws *wsi;                /* NULL: the connection is gone */
    struct gn_live_stream *stream;  /* of a live stream */
    lws_sorted_usec_list_t hold;    /* while the answer is held back */
    struct gn_job job;
    bool refused;                   /* while it was read: the answer is there already */
    bool working;                   /* a helper thread has it */
    bool ready;                     /* may be sent */
    bool head_sent;
    size_t sent;                    /* of the body */
};

/* What the library keeps for us with each connection. */
struct http_session {
    struct http_turn *turn;
};

struct gn_http {
    struct lws_context *context;
    struct lws_vhost *tcp;
    struct lws_vhost *local;
    struct gn_api apis[HTTP_PLACES]; /* by gn_place: each has its own reader */
    struct gn_worker workers[HTTP_PLACES]; /* [GN_PLACE_PORTAL] stays unused */
    struct gn_live *live;
    struct http_turn *streaming[GN_LIVE_STREAMS_MAX];
    size_t streaming_count;
    lws_sorted_usec_list_t tick;
    size_t tcp_count, local_count;
    char bound[GN_LISTEN_HOST_BYTES];
    char cookie_name[32];
    char owner[GN_USER_NAME_BYTES + 1];
    _Atomic bool stop;
    uint8_t chunk[LWS_PRE + HTTP_CHUNK_BYTES];
};

_Static_assert(GN_HEAD_BYTES_MAX <= HTTP_CHUNK_BYTES / 2, "a head and some body go out at once");

static struct gn_http *http_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

/* --- the end of a turn --- */

static void http_stop_streaming(struct http_turn *turn)
{
    struct gn_http *http = turn->http;
    for (size_t i = 0; i < http->streaming_count; i++)
        if (http->streaming[i] == turn)
            http->streaming[i] = http->streaming[--http->streaming_count];
    if (turn->stream != NULL)
        gn_live_close(http->live, turn->stream);
    turn->stream = NULL;
}

static void http_turn_free(struct http_turn *turn)
{
    lws_sul_cancel(&turn->hold);
    http_stop_streaming(turn);
    gn_exchange_free(turn->exchange);
    gn_mem_give(turn);
}

/* The connection is gone, or done with this turn; a helper that still works on it frees it later. */
static void http_let_go(struct http_session *session)
{
    struct http_turn *turn = session != NULL ? session->turn : NULL;
    if (turn == NULL)
        return;
    session->turn = NULL;
    turn->wsi = NULL;
    if (!turn->working)
        http_turn_free(turn);
}

/* --- from request to answer --- */

static void http_on_held(lws_sorted_usec_list_t *sul)
{
    struct http_turn *turn = lws_container_of(sul, struct http_turn, hold);
    turn->ready = true;
    (void)lws_callback_on_writable(turn->wsi);
}

static void http_answer(struct http_turn *turn)
{
    const int64_t delay_ms = turn->exchange->response.delay_ms;
    lws_set_timeout(turn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, HTTP_WORK_TIMEOUT_S);
    if (delay_ms > 0) {
        lws_sul_schedule(turn->http->context, 0, &turn->hold, http_on_held, delay_ms * LWS_US_PER_MS);
        return;
    }
    turn->ready = true;
    (void)lws_callback_on_writable(turn->wsi);
}

static void http_job_run(struct gn_job *job)
{
    struct http_turn *turn = job->self;
    gn_exchange_handle(turn->exchange, &turn->http->apis[turn->exchange->route->place]);
}

static void http_job_finish(struct gn_job *job)
{
    struct http_turn *turn = job->self;
    turn->working = false;
    if (turn->wsi == NULL)
        http_turn_free(turn);
    else
        http_answer(turn);
}

static void http_give_to_helper(struct http_turn *turn)
{
    struct gn_exchange *exchange = turn->exchange;
    turn->job = (struct gn_job){ .run = http_job_run, .finish = http_job_finish, .self = turn };
    turn->working = gn_worker_post(&turn->http->workers[exchange->route->place], &turn->job) == GN_OK;
    if (turn->working) {
        lws_set_timeout(turn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, HTTP_WORK_TIMEOUT_S);
        return;
    }
    gn_response_error(&exchange->response, 503, "busy", "try again in a few seconds",
                      "too many requests of this kind wait already");
    gn_response_header(&exchange->response, "retry-after: 2");
    gn_response_finish(&exchange->response);
    http_answer(turn);
}

static void http_on_tick(lws_sorted_usec_list_t *sul)
{
    struct gn_http *http = lws_container_of(sul, struct gn_http, tick);
    gn_live_tick(http->live);
    for (size_t i = 0; i < http->streaming_count; i++)
        if (gn_live_has_news(http->streaming[i]->stream))
            (void)lws_callback_on_writable(http->streaming[i]->wsi);
    if (http->streaming_count > 0)
        lws_sul_schedule(http->context, 0, &http->tick, http_on_tick, GN_LIVE_TICK_MS * LWS_US_PER_MS);
}

static void http_begin_stream(struct http_turn *turn)
{
    struct gn_http *http = turn->http;
    struct gn_exchange *exchange = turn->exchange;
    turn->stream = gn_live_open(http->live, &exchange->request, &exchange->response);
    if (turn->stream == NULL) {
        gn_response_finish(&exchange->response);
        return;
    }
    http->streaming[http->streaming_count++] = turn;
    if (http->streaming_count == 1)
        lws_sul_schedule(http->context, 0, &http->tick, http_on_tick, 1); /* the first news at once */
}

/* The request is whole. */
static void http_dispatch(struct http_turn *turn)
{
    struct gn_exchange *exchange = turn->exchange;
    struct gn_api *api = &turn->http->apis[GN_PLACE_PORTAL];
    if (!turn->refused) {
        gn_exchange_admit(exchange, api, gn_str_of(turn->http->bound));
        if (exchange->route != NULL && exchange->route->place != GN_PLACE_PORTAL) {
            http_give_to_helper(turn);
            return;
        }
        if (exchange->route != NULL)
            gn_exchange_handle(exchange, api);
        if (exchange->response.stream && exchange->request.method == GN_GET)
            http_begin_stream(turn);
    }
    http_answer(turn);
}

/* --- from the library --- */

static void http_name_peer(struct lws *wsi, struct http_turn *turn)
{
    struct gn_request *request = &turn->exchange->request;
    char address[64] = "";
    struct ucred peer;
    socklen_t size = sizeof peer;
    request->local = lws_get_vhost(wsi) == turn->http->local;
    if (!request->local) {
        (void)lws_get_peer_simple(wsi, address, sizeof address);
        GN_IGNORE(!gn_exchange_keep(turn->exchange, gn_str_of(address), &request->source), "no room: no name");
        return;
    }
    /* Who connected was let in by http_let_in: root or the owner. */
    const bool is_root =
        getsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
    request->source = GN_STR("local");
    request->has_principal = true;
    request->principal.role = GN_ROLE_ADMIN;
    GN_IGNORE(gn_str_copy(request->principal.name, sizeof request->principal.name,
                          is_root ? GN_STR("root") : gn_str_of(turn->http->owner)),
              "it was cut to fit when it was read");
}

/* False: no memory; the connection ends. */
static bool http_on_head(struct lws *wsi, struct http_session *session)
{
    struct http_turn *turn = gn_mem_take(sizeof *turn, "portal: requests under way");
    struct gn_exchange *exchange = gn_exchange_new();
    if (turn == NULL || exchange == NULL || session->turn != NULL) {
        gn_mem_give(turn);
        gn_exchange_free(exchange);
        return false;
    }
    *turn = (struct http_turn){ .exchange = exchange, .http = http_of(wsi), .wsi = wsi };
    session->turn = turn;
    bool waits_for_body;
    const struct gn_http_fault fault = gn_http_read(wsi, turn->http->cookie_name, exchange, &waits_for_body);
    http_name_peer(wsi, turn);
    turn->refused = fault.status != 0;
    if (turn->refused) {
        gn_response_error(&exchange->response, fault.status, fault.code, fault.hint, "%s", fault.message);
        gn_response_finish(&exchange->response);
        exchange->response.close = fault.close;
    }
    if (fault.close || !waits_for_body)
        http_dispatch(turn);
    return true;
}

static void http_on_body_end(struct http_session *session)
{
    struct http_turn *turn = session->turn;
    if (turn != NULL && !turn->ready && !turn->working && turn->hold.list.owner == NULL)
        http_dispatch(turn);
}

/* Writes some bytes. False: the connection ends. */
static bool http_write(struct http_turn *turn, size_t size, bool last)
{
    uint8_t *bytes = turn->http->chunk + LWS_PRE;
    if (turn->stream != NULL)
        lws_set_timeout(turn->wsi, NO_PENDING_TIMEOUT, 0); /* the stream has its own rule for slow ones */
    else
        lws_set_timeout(turn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, HTTP_SEND_TIMEOUT_S);
    return lws_write(turn->wsi, bytes, size, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) >= 0;
}

/* The head into the chunk, once. */
static size_t http_put_head(struct http_turn *turn)
{
    struct gn_buf head = gn_buf_over(turn->http->chunk + LWS_PRE, GN_HEAD_BYTES_MAX);
    if (turn->head_sent)
        return 0;
    turn->head_sent = true;
    gn_headers_write(&turn->exchange->response, gn_setup_page_style(), &head);
    return head.size;
}

static int http_send_stream(struct http_turn *turn)
{
    bool over = false;
    size_t size = http_put_head(turn);
    size += gn_live_take(turn->stream, turn->http->chunk + LWS_PRE + size, HTTP_CHUNK_BYTES - size, &over);
    if (size > 0 && !http_write(turn, size, false))
        return -1;
    if (over)
        return -1;
    if (gn_live_has_news(turn->stream))
        (void)lws_callback_on_writable(turn->wsi);
    return 0;
}

static int http_send(struct lws *wsi, struct http_session *session)
{
    struct http_turn *turn = session->turn;
    if (turn == NULL || !turn->ready)
        return 0;
    if (turn->stream != NULL)
        return http_send_stream(turn);
    const bool has_body = turn->exchange->request.method != GN_HEAD;
    const gn_bytes body = has_body ? gn_response_body(&turn->exchange->response) : (gn_bytes){ 0 };
    size_t size = http_put_head(turn);
    const size_t left = body.size - turn->sent;
    const size_t part = left < HTTP_CHUNK_BYTES - size ? left : HTTP_CHUNK_BYTES - size;
    if (part > 0)
        memcpy(turn->http->chunk + LWS_PRE + size, body.at + turn->sent, part);
    turn->sent += part;
    const bool last = turn->sent == body.size;
    if (!http_write(turn, size + part, last))
        return -1;
    if (!last) {
        (void)lws_callback_on_writable(wsi);
        return 0;
    }
    const bool ends = turn->exchange->response.close;
    http_let_go(session);
    return ends || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* Before a connection is anything: a full house, or somebody else's user id on the Unix socket. */
static int http_let_in(struct lws *wsi, int fd)
{
    const struct gn_http *http = http_of(wsi);
    if (lws_get_vhost(wsi) != http->local)
        return http->tcp_count >= GN_HTTP_CONNECTIONS_MAX ? -1 : 0;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (http->local_count >= GN_HTTP_CONNECTIONS_MAX ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return -1;
    return peer.uid == 0 || peer.uid == geteuid() ? 0 : -1;
}

/* Connections are counted from their birth to their end; the mark says which were. */
static void http_count(struct lws *wsi, bool born)
{
    struct gn_http *http = http_of(wsi);
    size_t *count = lws_get_vhost(wsi) == http->local ? &http->local_count : &http->tcp_count;
    if (born) {
        lws_set_opaque_user_data(wsi, http);
        ++*count;
    } else if (lws_get_opaque_user_data(wsi) != NULL) {
        lws_set_opaque_user_data(wsi, NULL);
        --*count;
    }
}

static int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct http_session *session = user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return http_let_in(wsi, (int)(intptr_t)in);
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        http_count(wsi, true);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        http_count(wsi, false);
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return -1;
    case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
        if (session != NULL)
            session->turn = NULL;
        return 0;
    case LWS_CALLBACK_HTTP:
        return http_on_head(wsi, session) ? 0 : -1;
    case LWS_CALLBACK_HTTP_BODY:
        if (session->turn != NULL)
            gn_exchange_body_add(session->turn->exchange, (gn_bytes){ in, size });
        return 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        http_on_body_end(session);
        return 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return http_send(wsi, session);
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        http_let_go(session);
        return 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        gn_worker_finish(&http_of(wsi)->workers[GN_PLACE_DOOR]);
        gn_worker_finish(&http_of(wsi)->workers[GN_PLACE_COMMANDS]);
        return 0;
    default:
        return 0;
    }
}

/* --- life --- */

static const struct lws_protocols http_protocols[] = {
    { .name = "http", .callback = http_callback, .per_session_data_size = sizeof(struct http_session) },
    { 0 },
};

/* For what the library answers itself. */
static const struct lws_protocol_vhost_options http_own_headers[] = {
    { &http_own_headers[1], NULL, "content-security-policy:", "default-src 'none'; frame-ancestors 'none'" },
    { &http_own_headers[2], NULL, "x-content-type-options:", "nosniff" },
    { &http_own_headers[3], NULL, "x-frame-options:", "DENY" },
    { NULL, NULL, "referrer-policy:", "no-referrer" },
};

/* Most of what the library says is about what strangers send. */
static void http_on_log(int level, const char *line)
{
    (void)level;
    gn_log(GN_LOG_DEBUG, "portal", "library", "text=\"%s\"", line);
}

static void http_wake(void *ctx)
{
    lws_cancel_service(((struct gn_http *)ctx)->context);
}

static void http_read_owner(struct gn_http *http)
{
    static char names[HTTP_NAME_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;
    (void)snprintf(http->owner, sizeof http->owner, "uid-%u", (unsigned)geteuid());
    if (getpwuid_r(geteuid(), &entry, names, sizeof names, &found) == 0 && found != NULL)
        (void)snprintf(http->owner, sizeof http->owner, "%s", found->pw_name);
}

static gn_err http_open_context(struct gn_http *http)
{
    const struct lws_context_creation_info info = {
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .gid = -1,
        .uid = -1,
        /* A table of its own size: other rooms of this process have thousands of descriptors. */
        .fd_limit_per_thread = 2 * GN_HTTP_CONNECTIONS_MAX + 16,
        .max_http_header_data = HTTP_HEADER_BYTES,
        .max_http_header_pool = 2 * GN_HTTP_CONNECTIONS_MAX + 16,
        .timeout_secs = HTTP_HEAD_TIMEOUT_S,
        .server_string = "node",
        .user = http,
    };
    lws_set_log_level(LLL_ERR | LLL_WARN, http_on_log);
    http->context = lws_create_context(&info);
    return http->context != NULL ? GN_OK : GN_ERR_IO;
}

static gn_err http_open_doors(struct gn_http *http, const struct gn_listen *door, const char *socket_path,
                              struct gn_diag *diag)
{
    struct lws_context_creation_info info = {
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
        .protocols = http_protocols,
        .headers = http_own_headers,
        .timeout_secs = HTTP_HEAD_TIMEOUT_S,
        .timeout_secs_ah_idle = HTTP_HEAD_TIMEOUT_S,
        .keepalive_timeout = HTTP_IDLE_TIMEOUT_S,
        .vhost_name = "tcp",
        .iface = door->address,
        .port = door->port,
    };
    if (!door->is_six)
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    http->tcp = lws_create_vhost(http->context, &info);
    if (http->tcp == NULL) {
        gn_diag_set(diag, 0, 0, "--portal: %s:%u cannot be listened on", door->host, door->port);
        return GN_ERR_IO;
    }
    info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
    info.vhost_name = "local";
    info.iface = socket_path;
    info.port = 0;
    (void)unlink(socket_path); /* of a run that was killed: the data folder is locked, so nobody else has it */
    const mode_t before = umask(0177);
    http->local = lws_create_vhost(http->context, &info);
    (void)umask(before);
    if (http->local == NULL || chmod(socket_path, 0600) != 0) {
        gn_diag_set(diag, 0, 0, "the socket %s cannot be made", socket_path);
        return GN_ERR_IO;
    }
    return GN_OK;
}

static gn_err http_open_apis(struct gn_http *http, const struct gn_portal_options *options)
{
    gn_err err = GN_OK;
    for (size_t place = 0; place < HTTP_PLACES && !err; place++) {
        struct gn_api *api = &http->apis[place];
        *api = (struct gn_api){ .guard = options->guard,
                                .clock = options->clock,
                                .host = options->host,
                                .cookie_name = http->cookie_name };
        if (place != GN_PLACE_DOOR) /* asks only the guard */
            err = gn_store_reader_open(options->store, &api->reader);
    }
    if (!err)
        err = gn_live_new(&http->apis[GN_PLACE_PORTAL], &http->live);
    if (!err)
        err = gn_worker_start(&http->workers[GN_PLACE_DOOR], "gn-door", http_wake, http);
    if (!err)
        err = gn_worker_start(&http->workers[GN_PLACE_COMMANDS], "gn-commands", http_wake, http);
    return err;
}

gn_err gn_http_open(const struct gn_portal_options *options, const struct gn_listen *door, struct gn_http **out,
                    uint16_t *out_port, struct gn_diag *diag)
{
    struct gn_http *http = gn_mem_take(sizeof *http, "portal: connections");
    if (http == NULL)
        return GN_ERR_FULL;
    memcpy(http->bound, door->host, sizeof http->bound);
    http_read_owner(http);
    gn_err err = http_open_context(http);
    if (!err)
        err = http_open_doors(http, door, options->socket_path, diag);
    const int port = err ? 0 : lws_get_vhost_listen_port(http->tcp);
    (void)snprintf(http->cookie_name, sizeof http->cookie_name, "ganglion_%d", port);
    if (!err)
        err = http_open_apis(http, options);
    if (err) {
        gn_http_close(http);
        return err;
    }
    *out = http;
    *out_port = (uint16_t)port;
    return GN_OK;
}

void gn_http_run(struct gn_http *http)
{
    while (!atomic_load(&http->stop) && lws_service(http->context, 0) >= 0)
        continue;
}

void gn_http_stop(struct gn_http *http)
{
    atomic_store(&http->stop, true);
    lws_cancel_service(http->context);
}

void gn_http_close(struct gn_http *http)
{
    if (http == NULL)
        return;
    for (size_t place = 0; place < HTTP_PLACES; place++)
        gn_worker_stop(&http->workers[place]);
    lws_sul_cancel(&http->tick);
    if (http->context != NULL)
        lws_context_destroy(http->context);
    gn_live_free(http->live);
    for (size_t place = 0; place < HTTP_PLACES; place++)
        gn_store_reader_close(http->apis[place].reader);
    gn_mem_give(http);
}
