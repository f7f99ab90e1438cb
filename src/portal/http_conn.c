/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http_conn.h"

#include "base/mem.h"
#include "portal/host_check.h"
#include "portal/http_read.h"
#include "portal/setup_page.h"

static void http_conn_next(struct gn_http_conn *conn);
static void http_conn_send(struct gn_http_conn *conn);

/* --- time --- */

static void http_conn_on_timer(uv_timer_t *timer)
{
    struct gn_http_conn *conn = timer->data;
    if (conn->state == GN_HTTP_HELD)
        http_conn_send(conn);
    else
        gn_http_conn_close(conn);
}

static void http_conn_wait(struct gn_http_conn *conn, gn_http_state state, int64_t ms)
{
    conn->state = state;
    if (ms > 0)
        (void)uv_timer_start(&conn->timer, http_conn_on_timer, (uint64_t)ms, 0);
    else
        (void)uv_timer_stop(&conn->timer);
}

/* --- the end --- */

static void http_conn_turn_free(struct gn_http_turn *turn)
{
    if (turn->stream != NULL)
        gn_live_close(turn->hub->live, turn->stream);
    gn_exchange_free(turn->exchange);
    gn_mem_give(turn->stream_bytes);
    gn_mem_give(turn);
}

/* The turn is over, or its connection is; a helper that still has it frees it later. */
static void http_conn_let_go(struct gn_http_conn *conn)
{
    struct gn_http_turn *turn = conn->turn;
    if (turn == NULL)
        return;
    conn->turn = NULL;
    turn->conn = NULL;
    /* A guess nobody waits for is not worth a hash. */
    if (turn->working && turn->exchange->route->place == GN_PLACE_DOOR &&
        gn_worker_withdraw(&turn->hub->workers[GN_PLACE_DOOR], &turn->job))
        turn->working = false;
    if (!turn->working)
        http_conn_turn_free(turn);
}

static void http_conn_on_closed(uv_handle_t *handle)
{
    struct gn_http_conn *conn = handle->data;
    if (--conn->open_handles > 0)
        return;
    gn_tls_free(conn->tls);
    conn->tls = NULL;
    gn_mem_give(conn->sealed);
    conn->sealed = NULL;
    conn->hub->released(conn->hub, conn);
}

void gn_http_conn_close(struct gn_http_conn *conn)
{
    if (conn->state == GN_HTTP_CLOSING)
        return;
    conn->state = GN_HTTP_CLOSING;
    /* A write that is under way points into the turn: it is told ECANCELED before the close is, but only then. */
    uv_close(&conn->io.handle, http_conn_on_closed);
    uv_close((uv_handle_t *)&conn->timer, http_conn_on_closed);
    if (!conn->writing)
        http_conn_let_go(conn);
}

static void http_conn_on_shutdown(uv_shutdown_t *request, int status)
{
    struct gn_http_conn *conn = request->handle->data;
    if (status != 0)
        gn_http_conn_close(conn);
}

/* --- TLS --- */

struct http_conn_piece { /* ciphertext on its way that belongs to no answer */
    uv_write_t write;
    uint8_t bytes[];
};

static void http_conn_on_piece(uv_write_t *write, int status)
{
    struct gn_http_conn *conn = write->handle->data;
    gn_mem_give(write->data);
    if (status != 0)
        gn_http_conn_close(conn);
}

/* Sends what the channel wants to say by itself: its handshake, alerts, its goodbye. */
static void http_conn_spill(struct gn_http_conn *conn)
{
    struct gn_tls_spill *spill = &conn->hub->spill;
    const size_t size = spill->size;
    spill->size = 0;
    if (size == 0 || conn->state == GN_HTTP_CLOSING)
        return;
    struct http_conn_piece *piece = gn_mem_take(sizeof *piece + size, "portal: tls");
    if (piece == NULL) {
        gn_http_conn_close(conn);
        return;
    }
    memcpy(piece->bytes, spill->bytes, size);
    piece->write.data = piece;
    const uv_buf_t buf = uv_buf_init((char *)piece->bytes, (unsigned)size);
    if (uv_write(&piece->write, &conn->io.stream, &buf, 1, http_conn_on_piece) == 0)
        return;
    gn_mem_give(piece);
    gn_http_conn_close(conn);
}

/* Turns the parts into one of ciphertext. False: no memory, or the channel is broken. */
static bool http_conn_seal(struct gn_http_conn *conn, const uv_buf_t *parts, unsigned count, uv_buf_t *out)
{
    enum { RECORD_EXTRA_BYTES = 64 }; /* more than header, nonce and tag of any suite we speak */
    struct gn_tls_spill *spill = &conn->hub->spill;
    size_t capacity = 0;
    for (unsigned i = 0; i < count; i++)
        capacity += parts[i].len + (parts[i].len / GN_TLS_PART_BYTES + 1) * RECORD_EXTRA_BYTES;
    conn->sealed = gn_mem_take(capacity, "portal: tls");
    struct gn_buf sealed = gn_buf_over(conn->sealed, conn->sealed != NULL ? capacity : 0);
    bool whole = conn->sealed != NULL;
    for (unsigned i = 0; i < count; i++) {
        for (size_t at = 0; whole && at < parts[i].len; at += GN_TLS_PART_BYTES) {
            const size_t left = parts[i].len - at;
            const gn_bytes part = { (const uint8_t *)parts[i].base + at,
                                    left < GN_TLS_PART_BYTES ? left : GN_TLS_PART_BYTES };
            whole = gn_tls_push(conn->tls, part) == GN_OK;
            gn_buf_add(&sealed, spill->bytes, spill->size);
            spill->size = 0;
        }
    }
    *out = uv_buf_init((char *)sealed.at, (unsigned)sealed.size);
    return whole && !sealed.full;
}

/* Says that nothing more comes, and waits for the client to say the same. */
static void http_conn_linger(struct gn_http_conn *conn)
{
    if (conn->tls != NULL) {
        gn_tls_bye(conn->tls);
        http_conn_spill(conn);
        if (conn->state == GN_HTTP_CLOSING)
            return;
    }
    http_conn_wait(conn, GN_HTTP_LINGER, GN_HTTP_LINGER_MS);
    conn->in_size = 0;
    if (conn->ended || uv_shutdown(&conn->shutdown, &conn->io.stream, http_conn_on_shutdown) != 0)
        gn_http_conn_close(conn);
}

/* --- reading --- */

/* Where the next bytes of the client's words go; empty: it has said enough ahead. */
static uv_buf_t http_conn_room(struct gn_http_conn *conn)
{
    const bool passes = conn->state == GN_HTTP_BODY || conn->state == GN_HTTP_STREAM || conn->state == GN_HTTP_LINGER;
    if (passes)
        return uv_buf_init((char *)conn->hub->scratch, sizeof conn->hub->scratch);
    return uv_buf_init(conn->in + conn->in_size, (unsigned)(sizeof conn->in - conn->in_size));
}

static void http_conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct gn_http_conn *conn = handle->data;
    (void)suggested;
    *out = conn->tls != NULL ? uv_buf_init((char *)conn->hub->cipher, sizeof conn->hub->cipher) : http_conn_room(conn);
}

static void http_conn_on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf);
static void http_conn_pump(struct gn_http_conn *conn);

static void http_conn_read(struct gn_http_conn *conn)
{
    if (conn->tls != NULL && gn_tls_has_more(conn->tls))
        http_conn_pump(conn);
    if (!conn->ended && conn->state != GN_HTTP_CLOSING)
        (void)uv_read_start(&conn->io.stream, http_conn_on_alloc, http_conn_on_read);
}

static void http_conn_dispatch(struct gn_http_turn *turn);

/* Behind a body, whose state has left the buffer empty, lie the bytes of the next request. */
static void http_conn_keep_ahead(struct gn_http_conn *conn, const char *bytes, size_t size)
{
    if (size > sizeof conn->in) { /* more than a head's worth: it is not read */
        conn->closing = true;
        size = 0;
    }
    if (size > 0)
        memmove(conn->in, bytes, size);
    conn->in_size = size;
    conn->in_seen = 0;
}

static void http_conn_refuse(struct gn_http_conn *conn, const struct gn_http_fault *fault);

static void http_conn_take_chunks(struct gn_http_conn *conn, const char *bytes, size_t size)
{
    gn_str rest = { bytes, size };
    gn_bytes part;
    struct gn_http_fault fault;
    gn_err err;
    while ((err = gn_http_chunks_take(&conn->chunks, &rest, &part, &fault)) == GN_OK)
        gn_exchange_body_add(conn->turn->exchange, part);
    if (err == GN_ERR_INVAL && !conn->turn->refused)
        http_conn_refuse(conn, &fault);
    if (err == GN_ERR_INVAL) { /* where the next request begins nobody knows */
        conn->closing = true;
        rest.size = 0;
    }
    if (err == GN_ERR_AGAIN)
        return;
    http_conn_keep_ahead(conn, rest.at, rest.size);
    http_conn_dispatch(conn->turn);
}

/* Bytes of the body, of this request or of the next. */
static void http_conn_take_body(struct gn_http_conn *conn, const char *bytes, size_t size)
{
    if (conn->in_chunks) {
        http_conn_take_chunks(conn, bytes, size);
        return;
    }
    const size_t part = size < conn->body_left ? size : (size_t)conn->body_left;
    gn_exchange_body_add(conn->turn->exchange, (gn_bytes){ (const uint8_t *)bytes, part });
    conn->body_left -= part;
    http_conn_keep_ahead(conn, bytes + part, size - part);
    if (conn->body_left == 0)
        http_conn_dispatch(conn->turn);
}

static void http_conn_on_end(struct gn_http_conn *conn, ssize_t error)
{
    conn->ended = true;
    (void)uv_read_stop(&conn->io.stream);
    const bool answering = conn->state == GN_HTTP_WORK || conn->state == GN_HTTP_HELD || conn->state == GN_HTTP_SEND;
    /* Who has only stopped sending still gets the answer. */
    if (error != UV_EOF || !answering)
        gn_http_conn_close(conn);
    else
        conn->closing = conn->in_size == 0 || conn->closing;
}

static void http_conn_on_words(struct gn_http_conn *conn, const uv_buf_t *buf, size_t size)
{
    if (conn->state == GN_HTTP_BODY) {
        http_conn_take_body(conn, buf->base, size);
    } else if (conn->state != GN_HTTP_STREAM && conn->state != GN_HTTP_LINGER) {
        conn->in_size += size;
        if (conn->state == GN_HTTP_HEAD)
            http_conn_next(conn);
    }
}

/* Hands on what the channel has, as long as there is room for it. */
static void http_conn_pump(struct gn_http_conn *conn)
{
    gn_err err = GN_OK;
    while (err == GN_OK && conn->state != GN_HTTP_CLOSING && !conn->ended) {
        const uv_buf_t room = http_conn_room(conn);
        size_t size = 0;
        if (room.len == 0) {
            (void)uv_read_stop(&conn->io.stream); /* enough was sent ahead: the rest waits */
            break;
        }
        err = gn_tls_pull(conn->tls, room.base, room.len, &size);
        http_conn_spill(conn);
        if (err == GN_OK && conn->state != GN_HTTP_CLOSING)
            http_conn_on_words(conn, &room, size);
    }
    if (conn->state == GN_HTTP_CLOSING)
        return;
    if (err == GN_ERR_CLOSED)
        http_conn_on_end(conn, UV_EOF);
    else if (err == GN_ERR_INVAL && gn_tls_is_open(conn->tls))
        http_conn_on_end(conn, UV_EPROTO);
    else if (err == GN_ERR_INVAL)
        http_conn_linger(conn); /* the alert that says why is on its way */
    else if (gn_tls_keep(conn->tls) != GN_OK)
        gn_http_conn_close(conn);
}

static void http_conn_on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct gn_http_conn *conn = stream->data;
    if (size == UV_ENOBUFS) {
        (void)uv_read_stop(stream); /* enough was sent ahead: the rest waits in the socket */
    } else if (size < 0) {
        http_conn_on_end(conn, size);
    } else if (conn->tls == NULL) {
        http_conn_on_words(conn, buf, (size_t)size);
    } else if (conn->state != GN_HTTP_LINGER && size > 0) {
        if (gn_tls_feed(conn->tls, (gn_bytes){ (const uint8_t *)buf->base, (size_t)size }) == GN_OK)
            http_conn_pump(conn);
        else
            gn_http_conn_close(conn);
    }
}

/* --- from request to answer --- */

static void http_conn_name_peer(struct gn_http_conn *conn, struct gn_request *request)
{
    struct sockaddr_storage peer;
    int size = sizeof peer;
    char address[64] = "";
    gn_str kept;
    request->local = conn->local;
    request->secure = conn->secure;
    if (conn->local) {
        request->source = GN_STR("local");
        request->has_principal = true;
        request->principal.role = GN_ROLE_ADMIN;
        GN_IGNORE(gn_str_copy(request->principal.name, sizeof request->principal.name,
                              conn->is_root ? GN_STR("root") : gn_str_of(conn->hub->owner)),
                  "it was cut to fit when it was read");
        return;
    }
    if (uv_tcp_getpeername(&conn->io.tcp, (struct sockaddr *)&peer, &size) == 0)
        (void)uv_ip_name((const struct sockaddr *)&peer, address, sizeof address);
    if (gn_exchange_keep(conn->turn->exchange, gn_str_of(address), &kept))
        request->source = kept;
    char device[GN_THING_ID_BYTES_MAX + 1];
    if (conn->tls != NULL && gn_tls_peer(conn->tls, device) == GN_OK &&
        gn_exchange_keep(conn->turn->exchange, gn_str_of(device), &kept))
        request->device = kept;
}

static void http_conn_answer(struct gn_http_turn *turn)
{
    struct gn_http_conn *conn = turn->conn;
    const int64_t delay_ms = turn->exchange->response.delay_ms;
    if (delay_ms > 0)
        http_conn_wait(conn, GN_HTTP_HELD, delay_ms);
    else
        http_conn_send(conn);
}

static void http_conn_job_run(struct gn_job *job)
{
    struct gn_http_turn *turn = job->self;
    struct gn_api *api = &turn->hub->apis[turn->exchange->route->place];
    if (turn->exchange->route->place == GN_PLACE_READINGS)
        api->host.catch_up(api->host.self);
    gn_exchange_handle(turn->exchange, api);
}

static void http_conn_job_finish(struct gn_job *job)
{
    struct gn_http_turn *turn = job->self;
    turn->working = false;
    if (turn->conn == NULL)
        http_conn_turn_free(turn);
    else
        http_conn_answer(turn);
}

static void http_conn_give_to_helper(struct gn_http_turn *turn)
{
    struct gn_exchange *exchange = turn->exchange;
    turn->job = (struct gn_job){ .run = http_conn_job_run, .finish = http_conn_job_finish, .self = turn };
    if (exchange->route->place == GN_PLACE_DOOR && !exchange->request.local) {
        struct gn_guard *guard = turn->hub->apis[GN_PLACE_DOOR].guard;
        turn->job.source = gn_guard_source_key(guard, exchange->request.source);
        turn->job.rank = exchange->response.rank;
    }
    turn->working = true;
    if (gn_worker_post(&turn->hub->workers[exchange->route->place], &turn->job) == GN_OK)
        return;
    turn->working = false;
    gn_response_error(&exchange->response, 503, "busy", "try again in a few seconds",
                      "too many requests of this kind wait already");
    gn_response_header(&exchange->response, "retry-after: 2");
    gn_response_finish(&exchange->response);
    http_conn_answer(turn);
}

static void http_conn_on_tick(uv_timer_t *timer)
{
    struct gn_http_hub *hub = timer->data;
    gn_live_tick(hub->live);
    gn_http_conn_send_streams(hub);
    if (gn_live_count(hub->live) == 0)
        (void)uv_timer_stop(timer);
}

static void http_conn_begin_stream(struct gn_http_turn *turn)
{
    struct gn_response *response = &turn->exchange->response;
    struct gn_http_hub *hub = turn->hub;
    turn->stream_bytes = gn_mem_take(GN_HTTP_STREAM_BYTES, "portal: live streams");
    if (turn->stream_bytes != NULL)
        turn->stream = gn_live_open(hub->live, &turn->exchange->request, response);
    else
        gn_response_error(response, 503, "no_memory", "try again later", "no memory for a stream");
    if (turn->stream == NULL)
        gn_response_finish(response);
    else if (!uv_is_active((uv_handle_t *)&hub->tick))
        (void)uv_timer_start(&hub->tick, http_conn_on_tick, 1, GN_LIVE_TICK_MS); /* the first news at once */
}

/* The request is whole. */
static void http_conn_dispatch(struct gn_http_turn *turn)
{
    struct gn_exchange *exchange = turn->exchange;
    struct gn_api *api = &turn->hub->apis[GN_PLACE_PORTAL];
    http_conn_wait(turn->conn, GN_HTTP_WORK, 0);
    if (!turn->refused) {
        gn_exchange_admit(exchange, api, gn_str_of(turn->hub->bound));
        const bool is_due = exchange->route != NULL && !gn_exchange_stops(exchange, api);
        if (is_due && exchange->route->place != GN_PLACE_PORTAL) {
            http_conn_give_to_helper(turn);
            return;
        }
        if (is_due)
            gn_exchange_handle(exchange, api);
        if (exchange->response.stream && exchange->request.method == GN_GET)
            http_conn_begin_stream(turn);
    }
    http_conn_answer(turn);
}

static void http_conn_refuse(struct gn_http_conn *conn, const struct gn_http_fault *fault)
{
    struct gn_response *response = &conn->turn->exchange->response;
    gn_response_error(response, fault->status, fault->code, fault->hint, "%s", fault->message);
    gn_response_finish(response);
    conn->turn->refused = true;
    conn->closing = conn->closing || fault->close;
}

/* NULL: no memory; the connection ends. */
static struct gn_http_turn *http_conn_begin_turn(struct gn_http_conn *conn)
{
    struct gn_http_turn *turn = gn_mem_take(sizeof *turn, "portal: requests under way");
    struct gn_exchange *exchange = gn_exchange_new();
    if (turn == NULL || exchange == NULL) {
        gn_mem_give(turn);
        gn_exchange_free(exchange);
        gn_http_conn_close(conn);
        return NULL;
    }
    *turn = (struct gn_http_turn){ .exchange = exchange, .hub = conn->hub, .conn = conn };
    conn->turn = turn;
    return turn;
}

/* A head is whole: the turn begins; its body may follow. */
static void http_conn_on_head(struct gn_http_conn *conn, const struct gn_http_head *head, size_t head_size)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct gn_http_turn *turn = http_conn_begin_turn(conn);
    if (turn == NULL)
        return;
    conn->closing = head->wants_close;
    conn->body_left = head->body_size;
    conn->in_chunks = head->is_chunked;
    conn->chunks = (struct gn_http_chunks){ .max = GN_HTTP_BODY_BYTES_MAX };
    const bool expects_100 = head->expects_100;
    const struct gn_http_fault fault =
        gn_http_read(head, conn->secure ? conn->hub->secure_cookie_name : conn->hub->cookie_name, turn->exchange);
    http_conn_name_peer(conn, &turn->exchange->request);
    if (fault.status != 0)
        http_conn_refuse(conn, &fault);
    const size_t ahead = conn->in_size - head_size; /* the head's slices end here */
    memmove(conn->in, conn->in + head_size, ahead);
    conn->in_size = ahead;
    conn->in_seen = 0;
    if (fault.close || (conn->body_left == 0 && !conn->in_chunks)) {
        http_conn_dispatch(turn);
        return;
    }
    http_conn_wait(conn, GN_HTTP_BODY, GN_HTTP_BODY_MS);
    if (ahead > 0) {
        conn->in_size = 0;
        http_conn_take_body(conn, conn->in, ahead);
    } else if (expects_100 && conn->tls != NULL) {
        GN_IGNORE(gn_tls_push(conn->tls, (gn_bytes){ (const uint8_t *)go_on, sizeof go_on - 1 }), "as below");
        http_conn_spill(conn);
    } else if (expects_100) {
        const uv_buf_t buf = uv_buf_init((char *)(uintptr_t)go_on, sizeof go_on - 1);
        (void)uv_try_write(&conn->io.stream, &buf, 1); /* who does not get it goes on all the same */
    }
}

/* Looks at what there is of the next request. */
static void http_conn_next(struct gn_http_conn *conn)
{
    struct gn_http_head head;
    struct gn_http_fault fault;
    size_t size;
    if (conn->in_size == 0)
        return;
    const bool first_look = conn->in_seen == 0;
    const gn_err err = gn_http_parse((gn_str){ conn->in, conn->in_size }, &conn->in_seen, &head, &size, &fault);
    if (err == GN_OK) {
        http_conn_on_head(conn, &head, size);
    } else if (err == GN_ERR_AGAIN) {
        if (conn->ended)
            gn_http_conn_close(conn);
        else if (first_look) /* not again with every byte: that would be for ever */
            http_conn_wait(conn, GN_HTTP_HEAD, GN_HTTP_HEAD_MS);
    } else if (http_conn_begin_turn(conn) != NULL) {
        conn->in_size = 0;
        http_conn_refuse(conn, &fault);
        http_conn_dispatch(conn->turn);
    }
}

/* --- sending --- */

static void http_conn_on_written(uv_write_t *write, int status);

static void http_conn_write(struct gn_http_conn *conn, uv_buf_t *parts, unsigned count)
{
    uv_buf_t sealed;
    if (conn->tls != NULL && !http_conn_seal(conn, parts, count, &sealed)) {
        gn_http_conn_close(conn);
        return;
    }
    if (conn->tls != NULL) {
        parts = &sealed;
        count = 1;
    }
    conn->writing = uv_write(&conn->write, &conn->io.stream, parts, count, http_conn_on_written) == 0;
    if (!conn->writing)
        gn_http_conn_close(conn);
}

/* The head once, then the body in parts, straight from where it lies. */
static void http_conn_send_part(struct gn_http_conn *conn, bool with_head)
{
    struct gn_http_turn *turn = conn->turn;
    const struct gn_exchange *exchange = turn->exchange;
    const bool has_body = exchange->request.method != GN_HEAD && !exchange->response.stream;
    const gn_bytes body = has_body ? gn_response_body(&exchange->response) : (gn_bytes){ 0 };
    const size_t left = body.size - turn->sent;
    const size_t part = left < GN_HTTP_PART_BYTES ? left : GN_HTTP_PART_BYTES;
    struct gn_buf head = gn_buf_over(conn->head, sizeof conn->head);
    uv_buf_t parts[2];
    unsigned count = 0;
    if (with_head) {
        gn_headers_write(&exchange->response, gn_setup_page_style(), &head);
        parts[count++] = uv_buf_init((char *)conn->head, (unsigned)head.size);
    }
    if (part > 0)
        parts[count++] = uv_buf_init((char *)(uintptr_t)body.at + turn->sent, (unsigned)part);
    turn->sent += part;
    http_conn_write(conn, parts, count);
}

static void http_conn_send(struct gn_http_conn *conn)
{
    struct gn_response *response = &conn->turn->exchange->response;
    conn->closing = conn->closing || conn->hub->stopping || conn->turn->stream != NULL;
    response->close = conn->closing;
    /* A browser keeps that for all ports of a name: not while one of them is in clear text on purpose. */
    if (conn->secure && conn->hub->only_secure && gn_host_is_name(conn->turn->exchange->request.host))
        gn_response_header(response, "strict-transport-security: max-age=31536000");
    http_conn_wait(conn, GN_HTTP_SEND, GN_HTTP_SEND_MS);
    http_conn_send_part(conn, true);
}

static void http_conn_send_stream(struct gn_http_conn *conn)
{
    struct gn_http_turn *turn = conn->turn;
    bool over = false;
    if (conn->writing)
        return;
    const size_t size = gn_live_take(turn->stream, turn->stream_bytes, GN_HTTP_STREAM_BYTES, &over);
    uv_buf_t part = uv_buf_init((char *)turn->stream_bytes, (unsigned)size);
    if (over)
        gn_http_conn_close(conn);
    else if (size > 0)
        http_conn_write(conn, &part, 1);
}

void gn_http_conn_send_streams(struct gn_http_hub *hub)
{
    for (struct gn_http_conn *conn = hub->open, *next; conn != NULL; conn = next) {
        next = conn->next;
        if (conn->state == GN_HTTP_STREAM && gn_live_has_news(conn->turn->stream)) {
            /* Who takes nothing is ended though its last write never ends. */
            bool over = false;
            (void)gn_live_take(conn->turn->stream, NULL, 0, &over);
            if (over)
                gn_http_conn_close(conn);
            else
                http_conn_send_stream(conn);
        }
    }
}

/* The answer is out. */
static void http_conn_finish(struct gn_http_conn *conn)
{
    http_conn_let_go(conn);
    if (conn->closing) {
        http_conn_linger(conn);
        return;
    }
    http_conn_wait(conn, GN_HTTP_HEAD, GN_HTTP_IDLE_MS);
    http_conn_next(conn);
    if (conn->state != GN_HTTP_CLOSING)
        http_conn_read(conn);
}

static void http_conn_on_written(uv_write_t *write, int status)
{
    struct gn_http_conn *conn = write->handle->data;
    conn->writing = false;
    gn_mem_give(conn->sealed);
    conn->sealed = NULL;
    if (conn->state == GN_HTTP_CLOSING) {
        http_conn_let_go(conn);
    } else if (status != 0) {
        gn_http_conn_close(conn);
    } else if (conn->state == GN_HTTP_STREAM) {
        http_conn_send_stream(conn);
    } else if (conn->turn->stream != NULL) {
        http_conn_wait(conn, GN_HTTP_STREAM, 0); /* the stream has its own rule for slow ones */
        conn->in_size = 0;
        http_conn_read(conn);
        http_conn_send_stream(conn);
    } else if (conn->turn->exchange->request.method != GN_HEAD &&
               conn->turn->sent < gn_response_body(&conn->turn->exchange->response).size) {
        http_conn_wait(conn, GN_HTTP_SEND, GN_HTTP_SEND_MS);
        http_conn_send_part(conn, false);
    } else {
        http_conn_finish(conn);
    }
}

void gn_http_conn_start(struct gn_http_conn *conn)
{
    conn->io.handle.data = conn;
    (void)uv_timer_init(conn->hub->loop, &conn->timer);
    conn->timer.data = conn;
    conn->open_handles = 2;
    if (conn->secure && gn_tls_accept(conn->hub->tls, &conn->hub->spill, &conn->tls) != GN_OK) {
        gn_http_conn_close(conn);
        return;
    }
    http_conn_wait(conn, GN_HTTP_HEAD, conn->secure ? (int64_t)GN_TLS_HANDSHAKE_MS_MAX : (int64_t)GN_HTTP_HEAD_MS);
    http_conn_read(conn);
}
