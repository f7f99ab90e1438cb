/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_conn.h"

#include <assert.h>
#include <stdio.h>

#include "connect/push/push_answer.h"
#include "guard/guard.h"

static void push_conn_work(struct gn_push_conn *conn);

static void push_conn_enter(struct gn_push_conn *conn, gn_push_state state, int64_t wait_ms)
{
    conn->state = state;
    conn->deadline_ms = wait_ms > 0 ? gn_push_now_ms(conn->server) + wait_ms : 0;
}

/* --- the end --- */

static void push_conn_on_closed(uv_handle_t *handle)
{
    struct gn_push_conn *conn = handle->data;
    struct gn_push_server *server = conn->server;
    TAILQ_REMOVE(&server->open, conn, among_open);
    server->open_count--;
    conn->state = GN_PUSH_FREE;
    gn_push_server_release(server);
}

void gn_push_conn_close(struct gn_push_conn *conn)
{
    if (conn->state == GN_PUSH_CLOSING || conn->state == GN_PUSH_FREE)
        return;
    push_conn_enter(conn, GN_PUSH_CLOSING, 0);
    gn_push_unpack_end(&conn->unpack);
    gn_basic_wipe(&conn->request.credential);
    uv_close((uv_handle_t *)&conn->tcp, push_conn_on_closed);
}

/* --- reading --- */

static void push_conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct gn_push_conn *conn = handle->data;
    (void)suggested;
    if (conn->state == GN_PUSH_LINGER)
        conn->in_at = conn->in_end = 0;
    *out = uv_buf_init(conn->in + conn->in_end, (unsigned)(sizeof conn->in - conn->in_end));
}

static void push_conn_on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct gn_push_conn *conn = stream->data;
    (void)buf;
    if (size < 0) {
        gn_push_conn_close(conn);
        return;
    }
    conn->in_end += (size_t)size;
    conn->server->stats.bytes_in += (uint64_t)size;
    if (conn->state != GN_PUSH_LINGER)
        push_conn_work(conn);
}

/* Reads on when the connection wants bytes and has used those it has. */
static void push_conn_read(struct gn_push_conn *conn)
{
    const bool wants = conn->state == GN_PUSH_HEAD || conn->state == GN_PUSH_BODY || conn->state == GN_PUSH_LINGER;
    if (conn->state == GN_PUSH_CLOSING || wants == conn->is_reading)
        return;
    conn->is_reading = wants;
    if (!wants)
        (void)uv_read_stop((uv_stream_t *)&conn->tcp);
    else if (uv_read_start((uv_stream_t *)&conn->tcp, push_conn_on_alloc, push_conn_on_read) != 0)
        gn_push_conn_close(conn);
}

/* What was used makes room at the front. */
static void push_conn_compact(struct gn_push_conn *conn)
{
    const size_t left = conn->in_end - conn->in_at;
    assert(conn->piece.size == 0); /* it points in here */
    if (left > 0 && conn->in_at > 0)
        memmove(conn->in, conn->in + conn->in_at, left);
    conn->in_at = 0;
    conn->in_end = left;
}

/* --- answers --- */

static void push_conn_on_shutdown(uv_shutdown_t *request, int status)
{
    (void)request;
    (void)status; /* the other side closes, or the time is over */
}

static void push_conn_on_written(uv_write_t *write, int status)
{
    struct gn_push_conn *conn = write->handle->data;
    if (conn->state == GN_PUSH_CLOSING)
        return;
    if (status != 0) {
        gn_push_conn_close(conn);
    } else if (conn->closing) {
        push_conn_enter(conn, GN_PUSH_LINGER, GN_PUSH_LINGER_MS);
        (void)uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->tcp, push_conn_on_shutdown);
        push_conn_read(conn);
    } else {
        push_conn_enter(conn, GN_PUSH_HEAD, GN_PUSH_IDLE_MS);
        push_conn_work(conn);
    }
}

static void push_conn_answer(struct gn_push_conn *conn)
{
    struct gn_buf out = gn_buf_over(conn->out, sizeof conn->out);
    const struct gn_push_writer *writer = &conn->writer;
    const struct gn_push_answer answer = { .status = conn->status,
                                           .code = conn->code,
                                           .message = gn_str_of(conn->words),
                                           .lines = conn->is_secret ? gn_buf_str(&writer->errors) : (gn_str){ 0 },
                                           .allow = conn->status == 405 ? conn->words : NULL,
                                           .close = conn->closing || !conn->is_over,
                                           .is_head = conn->request.is_head,
                                           .is_health = conn->status == 200 };
    conn->closing = answer.close;
    gn_push_answer_put(&answer, &out);
    push_conn_enter(conn, GN_PUSH_SEND, GN_PUSH_SEND_MS);
    const uv_buf_t buf = uv_buf_init((char *)out.at, (unsigned)out.size);
    if (out.full || uv_write(&conn->write, (uv_stream_t *)&conn->tcp, &buf, 1, push_conn_on_written) != 0)
        gn_push_conn_close(conn);
}

/* The answer is known; what is still to come of the body is passed over first. */
static void push_conn_refuse(struct gn_push_conn *conn, int status, const char *code, const char *message,
                             const char *hint)
{
    conn->status = status;
    conn->code = code;
    if (status == 405)
        (void)snprintf(conn->words, sizeof conn->words, "%s", hint);
    else
        (void)snprintf(conn->words, sizeof conn->words, "%s%s%s", message, hint[0] != '\0' ? "; " : "", hint);
}

/* All of the body came, and all lines of it are in the ring or refused. */
static void push_conn_finish(struct gn_push_conn *conn)
{
    struct gn_push_server *server = conn->server;
    const struct gn_push_writer *writer = &conn->writer;
    server->stats.lines += writer->line_count;
    server->stats.readings += writer->kept_count;
    server->stats.refused += writer->refused;
    gn_push_unpack_end(&conn->unpack);
    if (writer->refused > 0)
        server->intake.refused(server->intake.self, conn->thing, writer->first_why);
    if (conn->status == 0 && writer->refused == 0) {
        conn->status = 204;
    } else if (conn->status == 0) {
        conn->status = 400;
        conn->code = "invalid";
        (void)snprintf(conn->words, sizeof conn->words, "partial write: %u of %u lines were refused; %s",
                       writer->refused, writer->line_count, writer->first_why);
    }
    push_conn_enter(conn, GN_PUSH_DISK, 0);
    gn_push_conn_durable(conn);
}

void gn_push_conn_durable(struct gn_push_conn *conn)
{
    if (conn->state == GN_PUSH_DISK && conn->writer.token <= conn->server->durable)
        push_conn_answer(conn);
}

/* --- the body --- */

/* The next piece off the wire. False: there is none now, or the body is over. */
static bool push_conn_next_piece(struct gn_push_conn *conn)
{
    gn_str bytes = { conn->in + conn->in_at, conn->in_end - conn->in_at };
    if (conn->is_chunked) {
        struct gn_http_fault fault;
        const gn_err err = gn_http_chunks_take(&conn->chunks, &bytes, &conn->piece, &fault);
        conn->in_at = conn->in_end - bytes.size;
        conn->is_over = err == GN_ERR_CLOSED;
        if (err == GN_ERR_INVAL) {
            conn->closing = true;
            conn->is_over = true;
            push_conn_refuse(conn, fault.status, fault.code, fault.message, fault.hint);
        }
        if (err != GN_OK)
            return false;
    } else {
        const size_t size = bytes.size < conn->body_left ? bytes.size : (size_t)conn->body_left;
        conn->piece = (gn_bytes){ (const uint8_t *)bytes.at, size };
        conn->in_at += size;
        conn->body_left -= size;
        conn->is_over = conn->body_left == 0 && size == 0;
    }
    conn->body_size += conn->piece.size;
    return conn->piece.size > 0;
}

static void push_conn_too_large(struct gn_push_conn *conn)
{
    push_conn_refuse(conn, 413, "request too large",
                     "the body brings more than PUSH_BODY_BYTES_MAX, or PUSH_EXPANSION_MAX times its size",
                     "send smaller batches; the lines before that were kept");
    conn->closing = true;
}

/* Moves bytes of the piece into the writer's text. */
static void push_conn_fill(struct gn_push_conn *conn)
{
    size_t room = 0, size = 0;
    char *to = gn_push_writer_room(&conn->writer, &room);
    if (room == 0) {
        push_conn_refuse(conn, 400, "invalid", "a line is longer than PUSH_LINE_BYTES_MAX",
                         "the lines before it were kept");
        conn->closing = true;
        return;
    }
    if (!conn->request.is_packed) {
        size = conn->piece.size < room ? conn->piece.size : room;
        memcpy(to, conn->piece.at, size);
        conn->piece = (gn_bytes){ conn->piece.at + size, conn->piece.size - size };
    } else {
        const gn_err err = gn_push_unpack_step(&conn->unpack, &conn->piece, to, room, &size);
        if (err == GN_ERR_FULL)
            push_conn_too_large(conn);
        else if (err != GN_OK)
            push_conn_refuse(conn, 400, "invalid", "the body is not gzip", "lines before the fault were kept");
    }
    gn_push_writer_add(&conn->writer, size);
}

/* What came behind a refusal is passed over; what was taken before goes into the ring. */
static gn_err push_conn_drop(struct gn_push_conn *conn)
{
    const bool enough = conn->closing || conn->body_size > GN_PUSH_BODY_BYTES_MAX;
    if (conn->is_secret && gn_push_writer_run(&conn->writer, false) == GN_ERR_AGAIN)
        return GN_ERR_AGAIN;
    conn->piece.size = 0;
    return conn->is_over || enough ? GN_ERR_CLOSED : GN_OK;
}

/* Hands over the lines that are there. */
static gn_err push_conn_run(struct gn_push_conn *conn)
{
    const bool is_last = conn->is_over && conn->piece.size == 0 && !conn->unpack.has_more;
    const gn_err err = gn_push_writer_run(&conn->writer, is_last);
    return err == GN_OK && is_last ? GN_ERR_CLOSED : err;
}

/* One step of the body: OK: do another. AGAIN: the ring is full. CLOSED: it is whole. NOT_FOUND: more must come. */
static gn_err push_conn_step(struct gn_push_conn *conn)
{
    const bool had = conn->piece.size > 0 || conn->unpack.has_more;
    if (!had && !push_conn_next_piece(conn) && !conn->is_over && !(conn->closing && conn->status != 0))
        return GN_ERR_NOT_FOUND;
    if (conn->status != 0)
        return push_conn_drop(conn);
    if (conn->piece.size > 0 || conn->unpack.has_more)
        push_conn_fill(conn);
    else if (conn->request.is_packed && !conn->unpack.is_over)
        push_conn_refuse(conn, 400, "invalid", "the body is not all of a gzip file", "lines before its end were kept");
    return conn->status != 0 ? GN_OK : push_conn_run(conn);
}

static void push_conn_blocked(struct gn_push_conn *conn)
{
    conn->server->stats.held_back++;
    push_conn_enter(conn, GN_PUSH_RING, 0);
}

static void push_conn_body(struct gn_push_conn *conn)
{
    for (unsigned step = 0; step < GN_PUSH_STEPS_MAX; step++) {
        const gn_err err = conn->is_blocked ? push_conn_run(conn) : push_conn_step(conn);
        conn->is_blocked = err == GN_ERR_AGAIN && conn->status == 0;
        switch (err) {
        case GN_OK:
            break;
        case GN_ERR_AGAIN:
            push_conn_blocked(conn);
            return;
        case GN_ERR_CLOSED:
            push_conn_finish(conn);
            return;
        default: /* all that came was used */
            push_conn_compact(conn);
            return;
        }
    }
    conn->is_ready = true; /* the others first */
    gn_push_server_go_on(conn->server);
}

/* --- the head --- */

static void push_conn_source(const struct gn_push_conn *conn, char out[static GN_SOURCE_BYTES])
{
    struct sockaddr_storage peer;
    int size = sizeof peer;
    out[0] = '\0';
    if (uv_tcp_getpeername(&conn->tcp, (struct sockaddr *)&peer, &size) == 0)
        (void)uv_ip_name((const struct sockaddr *)&peer, out, GN_SOURCE_BYTES);
}

/* False: the answer is known. */
static bool push_conn_authenticate(struct gn_push_conn *conn)
{
    struct gn_push_server *server = conn->server;
    struct gn_basic_credentials *credential = &conn->request.credential;
    char source[GN_SOURCE_BYTES];
    int64_t delay_ms = 0;
    gn_err err = GN_ERR_DENIED;
    push_conn_source(conn, source);
    if (conn->request.has_credential)
        err = server->intake.authenticate(server->intake.self, gn_str_of(credential->name),
                                          gn_str_of(credential->secret), gn_str_of(source), &conn->thing, &delay_ms);
    gn_basic_wipe(credential);
    conn->is_secret = err == GN_OK;
    if (conn->is_secret)
        return true;
    server->stats.denied++;
    push_conn_refuse(conn, 401, "unauthorized", "no Thing has that id and token",
                     "send 'Authorization: Token THING:TOKEN', or Basic");
    if (delay_ms > 0)
        push_conn_enter(conn, GN_PUSH_HELD, delay_ms);
    return false;
}

static void push_conn_go_ahead(struct gn_push_conn *conn)
{
    static const char words[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const uv_buf_t buf = uv_buf_init((char *)(uintptr_t)words, sizeof words - 1);
    (void)uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1); /* who does not get it goes on all the same */
}

static void push_conn_begin(struct gn_push_conn *conn, const struct gn_http_head *head)
{
    struct gn_http_fault fault;
    conn->server->stats.requests++;
    push_conn_enter(conn, GN_PUSH_BODY, GN_PUSH_BODY_MS);
    conn->closing = head->wants_close;
    conn->is_chunked = head->is_chunked;
    conn->body_left = head->body_size;
    if (gn_push_request_read(head, &conn->request, &fault) != GN_OK) {
        conn->closing = conn->closing || fault.status == 413;
        push_conn_refuse(conn, fault.status, fault.code, fault.message, fault.hint);
    } else if (conn->request.what != GN_PUSH_LINES) {
        conn->status = conn->request.what == GN_PUSH_PING ? 204 : 200;
    } else if (push_conn_authenticate(conn)) {
        gn_push_writer_begin(&conn->writer, conn->thing, conn->request.unit);
        if (conn->request.is_packed && gn_push_unpack_begin(&conn->unpack) != GN_OK)
            push_conn_refuse(conn, 503, "unavailable", "no memory to unpack the body", "try again");
        else if (head->expects_100)
            push_conn_go_ahead(conn);
    }
    if (conn->status != 0 && head->expects_100)
        conn->closing = true; /* whether the body comes is not known */
}

static void push_conn_forget_request(struct gn_push_conn *conn)
{
    conn->status = 0;
    conn->code = NULL;
    conn->words[0] = '\0';
    conn->is_secret = conn->is_over = conn->is_blocked = false;
    conn->thing = GN_NONE;
    conn->body_size = 0;
    conn->chunks = (struct gn_http_chunks){ .max = GN_PUSH_BODY_BYTES_MAX };
    conn->request = (struct gn_push_request){ 0 };
    conn->writer.token = 0;
    conn->writer.refused = conn->writer.line_count = 0;
    conn->writer.kept_count = 0;
}

static void push_conn_head(struct gn_push_conn *conn)
{
    struct gn_http_head head;
    struct gn_http_fault fault;
    size_t size;
    push_conn_compact(conn);
    if (conn->in_end == 0)
        return;
    if (conn->in_seen == 0)
        conn->deadline_ms = gn_push_now_ms(conn->server) + GN_PUSH_HEAD_MS;
    push_conn_forget_request(conn);
    const gn_err err = gn_http_parse((gn_str){ conn->in, conn->in_end }, &conn->in_seen, &head, &size, &fault);
    if (err == GN_ERR_AGAIN)
        return;
    conn->in_seen = 0;
    if (err == GN_OK) {
        push_conn_begin(conn, &head);
        conn->in_at = size;
    } else {
        conn->closing = true;
        push_conn_refuse(conn, fault.status, fault.code, fault.message, fault.hint);
        push_conn_finish(conn);
    }
}

static void push_conn_work(struct gn_push_conn *conn)
{
    conn->is_ready = false;
    if (conn->state == GN_PUSH_HEAD)
        push_conn_head(conn);
    if (conn->state == GN_PUSH_BODY)
        push_conn_body(conn);
    if (conn->state == GN_PUSH_CLOSING)
        return;
    if (conn->is_ready && conn->is_reading) { /* its buffer is in use until its next turn */
        conn->is_reading = false;
        (void)uv_read_stop((uv_stream_t *)&conn->tcp);
    } else if (!conn->is_ready) {
        push_conn_read(conn);
    }
}

void gn_push_conn_go_on(struct gn_push_conn *conn)
{
    if (conn->state == GN_PUSH_RING)
        push_conn_enter(conn, GN_PUSH_BODY, GN_PUSH_BODY_MS);
    else if (!conn->is_ready)
        return;
    push_conn_work(conn);
}

void gn_push_conn_tick(struct gn_push_conn *conn, int64_t now_ms)
{
    if (conn->deadline_ms == 0 || now_ms < conn->deadline_ms)
        return;
    if (conn->state == GN_PUSH_HELD) {
        push_conn_enter(conn, GN_PUSH_BODY, GN_PUSH_BODY_MS);
        push_conn_work(conn);
    } else {
        gn_push_conn_close(conn);
    }
}

void gn_push_conn_start(struct gn_push_conn *conn)
{
    conn->in_at = conn->in_end = conn->in_seen = 0;
    conn->is_reading = conn->is_ready = false;
    conn->piece = (gn_bytes){ 0 };
    push_conn_forget_request(conn);
    push_conn_enter(conn, GN_PUSH_HEAD, GN_PUSH_HEAD_MS);
    push_conn_read(conn);
}
