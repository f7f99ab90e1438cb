/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http.h"

#include <errno.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "guard/password.h"
#include "portal/http_conn.h"

enum {
    HTTP_BACKLOG = 128,
    HTTP_DOOR_JOBS = 64, /* 110 ms each, two at a time: longer nobody is kept waiting; one a source */
    HTTP_COMMAND_JOBS = 16,
    HTTP_READING_JOBS = 64,
    HTTP_NAME_BYTES = 16384, /* getpwuid_r */
    /* Some more than may be open: those that are turned away, and those whose end is under way. */
    HTTP_POOL = 3 * GN_HTTP_CONNECTIONS_MAX + 64,
};

enum http_kind { HTTP_PLAIN, HTTP_LOCAL, HTTP_SECURE, HTTP_KINDS };

struct http_door {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    struct gn_http *http;
    enum http_kind kind;
    bool starved; /* somebody stands before it, for whom there was no place in the pool */
    size_t count; /* connections */
};

struct gn_http {
    struct gn_http_hub hub; /* first: a hub is its http */
    uv_loop_t loop;
    bool has_loop;
    struct http_door doors[HTTP_KINDS];
    uv_async_t wake; /* a helper has finished something, or it is time to stop */
    _Atomic bool stop;
    struct gn_http_conn *free;
    struct gn_http_conn *pool; /* HTTP_POOL */
};

/* --- connections --- */

static void http_list_add(struct gn_http_hub *hub, struct gn_http_conn *conn)
{
    conn->previous = NULL;
    conn->next = hub->open;
    if (hub->open != NULL)
        hub->open->previous = conn;
    hub->open = conn;
}

static void http_list_remove(struct gn_http_hub *hub, struct gn_http_conn *conn)
{
    if (conn->previous != NULL)
        conn->previous->next = conn->next;
    else
        hub->open = conn->next;
    if (conn->next != NULL)
        conn->next->previous = conn->previous;
}

/* False: on the Unix socket, somebody else than the owner and root. */
static bool http_knows_peer(struct gn_http_conn *conn)
{
    uv_os_fd_t fd;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (uv_fileno(&conn->io.handle, &fd) != 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    conn->is_root = peer.uid == 0;
    return peer.uid == 0 || peer.uid == geteuid();
}

static enum http_kind http_kind_of(const struct gn_http_conn *conn)
{
    return conn->local ? HTTP_LOCAL : conn->secure ? HTTP_SECURE : HTTP_PLAIN;
}

static void http_accept(struct http_door *door)
{
    struct gn_http *http = door->http;
    struct gn_http_conn *conn = http->free;
    door->starved = conn == NULL;
    if (conn == NULL || http->hub.stopping)
        return;
    http->free = conn->next;
    memset(conn, 0, offsetof(struct gn_http_conn, in));
    conn->hub = &http->hub;
    conn->local = door->kind == HTTP_LOCAL;
    conn->secure = door->kind == HTTP_SECURE;
    if (conn->local)
        (void)uv_pipe_init(&http->loop, &conn->io.pipe, 0);
    else
        (void)uv_tcp_init(&http->loop, &conn->io.tcp);
    http_list_add(&http->hub, conn);
    const bool accepted = uv_accept(&door->io.stream, &conn->io.stream) == 0;
    const bool has_room = door->count++ < GN_HTTP_CONNECTIONS_MAX;
    gn_http_conn_start(conn);
    if (!accepted || !has_room || (conn->local && !http_knows_peer(conn)))
        gn_http_conn_close(conn);
    else if (!conn->local)
        (void)uv_tcp_nodelay(&conn->io.tcp, 1);
}

static void http_on_connection(uv_stream_t *stream, int status)
{
    if (status == 0)
        http_accept(stream->data);
}

static void http_released(struct gn_http_hub *hub, struct gn_http_conn *conn)
{
    struct gn_http *http = (struct gn_http *)hub;
    http_list_remove(hub, conn);
    http->doors[http_kind_of(conn)].count--;
    conn->state = GN_HTTP_FREE;
    conn->next = http->free;
    http->free = conn;
    for (size_t kind = 0; kind < HTTP_KINDS; kind++)
        if (http->doors[kind].starved)
            http_accept(&http->doors[kind]);
}

/* --- stopping --- */

static void http_shut_down(struct gn_http *http)
{
    struct gn_http_hub *hub = &http->hub;
    if (hub->stopping)
        return;
    hub->stopping = true;
    for (size_t place = 0; place < GN_PLACE_COUNT; place++)
        gn_worker_stop(&hub->workers[place]); /* before their way to wake us is closed */
    for (struct gn_http_conn *conn = hub->open; conn != NULL; conn = conn->next)
        gn_http_conn_close(conn);
    uv_handle_t *const handles[] = { &http->doors[HTTP_PLAIN].io.handle, &http->doors[HTTP_LOCAL].io.handle,
                                     &http->doors[HTTP_SECURE].io.handle, (uv_handle_t *)&http->wake,
                                     (uv_handle_t *)&hub->tick };
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
        if (handles[i]->type != UV_UNKNOWN_HANDLE && !uv_is_closing(handles[i]))
            uv_close(handles[i], NULL);
}

static void http_on_wake(uv_async_t *async)
{
    struct gn_http *http = async->data;
    if (atomic_load(&http->stop)) {
        http_shut_down(http);
        return;
    }
    gn_worker_finish(&http->hub.workers[GN_PLACE_DOOR]);
    gn_worker_finish(&http->hub.workers[GN_PLACE_COMMANDS]);
    gn_worker_finish(&http->hub.workers[GN_PLACE_READINGS]);
}

static void http_wake(void *ctx)
{
    (void)uv_async_send(&((struct gn_http *)ctx)->wake);
}

/* --- opening --- */

static void http_read_owner(struct gn_http_hub *hub)
{
    char names[HTTP_NAME_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;
    (void)snprintf(hub->owner, sizeof hub->owner, "uid-%u", (unsigned)geteuid());
    if (getpwuid_r(geteuid(), &entry, names, sizeof names, &found) == 0 && found != NULL)
        (void)snprintf(hub->owner, sizeof hub->owner, "%s", found->pw_name);
}

static gn_err http_open_loop(struct gn_http *http)
{
    if (uv_loop_init(&http->loop) != 0)
        return GN_ERR_IO;
    http->has_loop = true;
    http->hub.loop = &http->loop;
    http->hub.released = http_released;
    if (uv_async_init(&http->loop, &http->wake, http_on_wake) != 0 || uv_timer_init(&http->loop, &http->hub.tick) != 0)
        return GN_ERR_IO;
    http->wake.data = http;
    http->hub.tick.data = &http->hub;
    http->pool = gn_mem_take(HTTP_POOL * sizeof http->pool[0], "portal: connections");
    if (http->pool == NULL)
        return GN_ERR_FULL;
    for (size_t i = HTTP_POOL; i-- > 0;) { /* the first ones first: only as many are touched as are open at once */
        http->pool[i].next = http->free;
        http->free = &http->pool[i];
    }
    return GN_OK;
}

static struct http_door *http_door_of(struct gn_http *http, enum http_kind kind)
{
    struct http_door *door = &http->doors[kind];
    door->http = http;
    door->kind = kind;
    return door;
}

/* `listen` gets the port that was got. */
static gn_err http_open_tcp(struct gn_http *http, enum http_kind kind, struct gn_listen *listen, struct gn_diag *diag)
{
    struct sockaddr_storage address;
    struct http_door *door = http_door_of(http, kind);
    int size = sizeof address;
    if (listen->host[0] == '\0')
        return GN_OK;
    int failed = listen->is_six ? uv_ip6_addr(listen->address, listen->port, (struct sockaddr_in6 *)&address)
                                : uv_ip4_addr(listen->address, listen->port, (struct sockaddr_in *)&address);
    if (!failed)
        failed = uv_tcp_init(&http->loop, &door->io.tcp);
    door->io.tcp.data = door;
    if (!failed)
        failed = uv_tcp_bind(&door->io.tcp, (const struct sockaddr *)&address, listen->is_six ? UV_TCP_IPV6ONLY : 0);
    if (!failed)
        failed = uv_listen(&door->io.stream, HTTP_BACKLOG, http_on_connection);
    if (!failed)
        failed = uv_tcp_getsockname(&door->io.tcp, (struct sockaddr *)&address, &size);
    if (failed)
        return gn_listen_refused(listen, -failed, diag);
    listen->port = ntohs(listen->is_six ? ((struct sockaddr_in6 *)&address)->sin6_port
                                        : ((struct sockaddr_in *)&address)->sin_port);
    return GN_OK;
}

static gn_err http_open_pipe(struct gn_http *http, const char *path, struct gn_diag *diag)
{
    struct http_door *door = http_door_of(http, HTTP_LOCAL);
    (void)unlink(path); /* of a run that was killed: the data folder is locked, so nobody else has it */
    int failed = uv_pipe_init(&http->loop, &door->io.pipe, 0);
    door->io.pipe.data = door;
    const mode_t before = umask(0177);
    if (!failed)
        failed = uv_pipe_bind(&door->io.pipe, path);
    (void)umask(before);
    if (!failed && chmod(path, 0600) != 0)
        failed = -errno;
    if (!failed)
        failed = uv_listen(&door->io.stream, HTTP_BACKLOG, http_on_connection);
    if (!failed)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "the socket %s cannot be made: %s", path, uv_strerror(failed));
    return GN_ERR_IO;
}

static gn_err http_open_apis(struct gn_http_hub *hub, const struct gn_portal_options *options)
{
    gn_err err = GN_OK;
    for (size_t place = 0; place < GN_PLACE_COUNT && !err; place++) {
        struct gn_api *api = &hub->apis[place];
        *api = (struct gn_api){ .guard = options->guard,
                                .ca = options->ca,
                                .clock = options->clock,
                                .host = options->host,
                                .cookie_name = hub->cookie_name };
        if (place != GN_PLACE_DOOR) /* asks only the guard */
            err = gn_store_reader_open(options->store, &api->reader);
    }
    if (!err)
        err = gn_live_new(&hub->apis[GN_PLACE_PORTAL], &hub->live);
    if (!err)
        err =
            gn_worker_start(&hub->workers[GN_PLACE_DOOR], "gn-door", GN_HASHES_AT_ONCE, HTTP_DOOR_JOBS, http_wake, hub);
    if (!err)
        err = gn_worker_start(&hub->workers[GN_PLACE_COMMANDS], "gn-commands", 1, HTTP_COMMAND_JOBS, http_wake, hub);
    if (!err)
        err = gn_worker_start(&hub->workers[GN_PLACE_READINGS], "gn-readings", 1, HTTP_READING_JOBS, http_wake, hub);
    return err;
}

/* What Host may name, besides addresses and localhost. */
static void http_name_hosts(struct gn_http_hub *hub, const struct gn_portal_options *options,
                            const struct gn_http_doors *doors)
{
    (void)snprintf(hub->bound, sizeof hub->bound, "%s,%s,%s", doors->plain.host, doors->secure.host,
                   options->names != NULL ? options->names : "");
}

gn_err gn_http_open(const struct gn_portal_options *options, struct gn_http_doors *doors, struct gn_http **out,
                    struct gn_diag *diag)
{
    struct gn_http *http = gn_mem_take(sizeof *http, "portal");
    if (http == NULL)
        return GN_ERR_FULL;
    struct gn_http_hub *hub = &http->hub;
    http_name_hosts(hub, options, doors);
    http_read_owner(hub);
    hub->tls = options->tls;
    hub->only_secure = doors->plain.host[0] == '\0';
    gn_err err = http_open_loop(http);
    if (!err)
        err = http_open_tcp(http, HTTP_PLAIN, &doors->plain, diag);
    if (!err)
        err = http_open_tcp(http, HTTP_SECURE, &doors->secure, diag);
    if (!err)
        err = http_open_pipe(http, options->socket_path, diag);
    (void)snprintf(hub->secure_cookie_name, sizeof hub->secure_cookie_name, GN_SECURE_COOKIE "ganglion_%u",
                   hub->only_secure ? doors->secure.port : doors->plain.port);
    hub->cookie_name = hub->secure_cookie_name + sizeof GN_SECURE_COOKIE - 1;
    if (!err)
        err = http_open_apis(hub, options);
    if (err) {
        gn_http_close(http);
        return err;
    }
    *out = http;
    return GN_OK;
}

void gn_http_run(struct gn_http *http)
{
    (void)uv_run(&http->loop, UV_RUN_DEFAULT); /* until all is closed */
}

void gn_http_stop(struct gn_http *http)
{
    atomic_store(&http->stop, true);
    http_wake(http);
}

void gn_http_close(struct gn_http *http)
{
    if (http == NULL)
        return;
    if (http->has_loop) {
        http_shut_down(http);
        (void)uv_run(&http->loop, UV_RUN_DEFAULT); /* the ends of what was still open */
        (void)uv_loop_close(&http->loop);
    }
    gn_live_free(http->hub.live);
    for (size_t place = 0; place < GN_PLACE_COUNT; place++)
        gn_store_reader_close(http->hub.apis[place].reader);
    gn_mem_give(http->pool);
    gn_mem_give(http);
}
