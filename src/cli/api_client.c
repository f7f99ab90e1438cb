/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/api_client.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/http_reply.h"
#include "os/clock.h"

enum { API_READ_BYTES = 65536 };

struct gn_api_stream {
    int fd;
    gn_err (*each)(void *ctx, const struct gn_sse_event *event); /* of the running call */
    void *ctx;
    struct gn_http_reply reply;
    struct gn_sse sse;
    uint8_t bytes[API_READ_BYTES];
};

/* --- connecting --- */

static gn_err api_connect_failed(int code, const char *data_dir, struct gn_diag *diag)
{
    if (code == ENOENT || code == ECONNREFUSED || code == ENOTDIR) {
        gn_diag_set(diag, 0, 0, "no node is running on %s", data_dir);
        return GN_ERR_CLOSED;
    }
    if (code == EACCES || code == EPERM) {
        gn_diag_set(diag, 0, 0, "%s/ganglion.sock belongs to somebody else: %s", data_dir, strerror(code));
        return GN_ERR_DENIED;
    }
    gn_diag_set(diag, 0, 0, "%s/ganglion.sock: %s", data_dir, strerror(code));
    return code == EAGAIN ? GN_ERR_AGAIN : GN_ERR_IO;
}

/* The socket's address. A path that does not fit goes through the folder's descriptor (*out_dir_fd >= 0). */
static gn_err api_address(const char *data_dir, struct sockaddr_un *address, int *out_dir_fd, struct gn_diag *diag)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    *out_dir_fd = -1;
    int size = snprintf(address->sun_path, sizeof address->sun_path, "%s/ganglion.sock", data_dir);
    if (size >= 0 && (size_t)size < sizeof address->sun_path)
        return GN_OK;
    const int fd = open(data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return api_connect_failed(errno, data_dir, diag);
    size = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/ganglion.sock", fd);
    assert(size > 0 && (size_t)size < sizeof address->sun_path);
    *out_dir_fd = fd;
    return GN_OK;
}

static gn_err api_connect(const char *data_dir, int *out_fd, struct gn_diag *diag)
{
    struct sockaddr_un address;
    int dir_fd = -1;
    int fd = -1;
    gn_err err = api_address(data_dir, &address, &dir_fd, diag);
    if (err)
        return err;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        gn_diag_set(diag, 0, 0, "no socket: %s", strerror(errno));
        err = GN_ERR_IO;
        goto cleanup;
    }
    /* A node that is stopped but not gone accepts nothing: do not wait for ever behind its backlog. */
    const struct timeval limit = { .tv_sec = GN_API_TIMEOUT_MS / 1000 };
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        err = api_connect_failed(errno, data_dir, diag);
cleanup:
    if (dir_fd >= 0)
        (void)close(dir_fd);
    if (err && fd >= 0)
        (void)close(fd);
    if (!err)
        *out_fd = fd;
    return err;
}

static gn_err api_send(int fd, gn_str bytes, struct gn_diag *diag)
{
    while (bytes.size > 0) {
        const ssize_t sent = send(fd, bytes.at, bytes.size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0) {
            gn_diag_set(diag, 0, 0, "the node does not take the request: %s", strerror(errno));
            return errno == EAGAIN ? GN_ERR_AGAIN : GN_ERR_CLOSED;
        }
        bytes = (gn_str){ bytes.at + sent, bytes.size - (size_t)sent };
    }
    return GN_OK;
}

static gn_err api_request(int fd, const char *method, const char *path, gn_str body, struct gn_diag *diag)
{
    char bytes[GN_API_REQUEST_BYTES];
    struct gn_buf request = gn_buf_over(bytes, sizeof bytes);
    gn_buf_addf(&request, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n", method, path);
    if (body.size > 0)
        gn_buf_addf(&request, "Content-Type: application/json\r\n");
    if (body.size > 0 || strcmp(method, "GET") != 0)
        gn_buf_addf(&request, "Content-Length: %zu\r\n", body.size);
    gn_buf_add_text(&request, "\r\n");
    gn_buf_add_str(&request, body);
    if (request.full) {
        gn_diag_set(diag, 0, 0, "the request is longer than %d bytes", GN_API_REQUEST_BYTES);
        return GN_ERR_FULL;
    }
    return api_send(fd, gn_buf_str(&request), diag);
}

/* Reads what is there. *out_size 0: the peer closed. AGAIN when nothing came in time. */
static gn_err api_read(int fd, void *to, size_t capacity, int timeout_ms, size_t *out_size, struct gn_diag *diag)
{
    struct pollfd waiting = { .fd = fd, .events = POLLIN };
    const int ready = poll(&waiting, 1, timeout_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR)) {
        gn_diag_set(diag, 0, 0, "the node does not answer");
        return GN_ERR_AGAIN;
    }
    const ssize_t got = ready < 0 ? -1 : recv(fd, to, capacity, 0);
    if (got < 0 && errno == ECONNRESET) {
        *out_size = 0;
        return GN_OK;
    }
    if (got < 0) {
        gn_diag_set(diag, 0, 0, "reading the answer: %s", strerror(errno));
        return GN_ERR_IO;
    }
    *out_size = (size_t)got;
    return GN_OK;
}

/* --- one call --- */

static gn_err api_keep(void *ctx, gn_bytes bytes)
{
    struct gn_buf *body = ctx;
    gn_buf_add(body, bytes.at, bytes.size);
    return body->full ? GN_ERR_FULL : GN_OK;
}

static gn_err api_answer(int fd, struct gn_http_reply *reply, struct gn_buf *body, struct gn_diag *diag)
{
    const struct gn_clock clock = gn_clock_system();
    const int64_t until = gn_mono_us(&clock) + (int64_t)GN_API_TIMEOUT_MS * 1000;
    while (reply->state != GN_HTTP_DONE) {
        uint8_t bytes[API_READ_BYTES];
        size_t size = 0;
        const int64_t left_ms = (until - gn_mono_us(&clock)) / 1000;
        gn_err err = api_read(fd, bytes, sizeof bytes, left_ms > 0 ? (int)left_ms : 0, &size, diag);
        if (err == GN_ERR_AGAIN && left_ms > 0)
            continue; /* a signal woke us */
        if (err)
            return err;
        err =
            size > 0 ? gn_http_reply_feed(reply, (gn_bytes){ bytes, size }, api_keep, body) : gn_http_reply_eof(reply);
        if (err == GN_ERR_FULL)
            gn_diag_set(diag, 0, 0, "the answer is longer than %d MiB: ask for less, with --limit, --from or --step",
                        GN_CLI_ANSWER_BYTES_MAX / 1024 / 1024);
        else if (err)
            gn_diag_set(diag, 0, 0, "the answer is cut short, or is not HTTP");
        if (err)
            return err;
    }
    return GN_OK;
}

gn_err gn_api_call(const char *data_dir, const char *method, const char *path, gn_str body, struct gn_api_reply *out,
                   struct gn_diag *diag)
{
    assert(data_dir != NULL && method != NULL && path != NULL && out != NULL);
    int fd = -1;
    struct gn_http_reply reply = gn_http_reply_fresh();
    char *memory = NULL;
    gn_err err = api_connect(data_dir, &fd, diag);
    if (err)
        return err;
    memory = gn_mem_take(GN_CLI_ANSWER_BYTES_MAX, "an answer of the API");
    if (memory == NULL) {
        gn_diag_set(diag, 0, 0, "no memory for the answer");
        err = GN_ERR_FULL;
        goto cleanup;
    }
    struct gn_buf answer = gn_buf_over(memory, GN_CLI_ANSWER_BYTES_MAX);
    err = api_request(fd, method, path, body, diag);
    if (!err)
        err = api_answer(fd, &reply, &answer, diag);
    if (!err) {
        *out = (struct gn_api_reply){ .status = reply.status, .body = gn_buf_str(&answer), .memory = memory };
        memory = NULL;
    }
cleanup:
    gn_mem_give(memory);
    (void)close(fd);
    return err;
}

void gn_api_reply_give(struct gn_api_reply *reply)
{
    if (reply == NULL)
        return;
    gn_mem_give(reply->memory);
    *reply = (struct gn_api_reply){ 0 };
}

/* --- the stream --- */

static gn_err api_stream_body(void *ctx, gn_bytes bytes)
{
    struct gn_api_stream *stream = ctx;
    return gn_sse_feed(&stream->sse, bytes, stream->each, stream->ctx);
}

static gn_err api_no_event(void *ctx, const struct gn_sse_event *event)
{
    (void)ctx;
    (void)event;
    return GN_OK;
}

/* Reads up to the end of the head and not a byte further, so that no event is missed between a stream
 * that is open and the first gn_api_stream_next. A head is short; one byte a read is 0.1 ms. */
static gn_err api_stream_head(struct gn_api_stream *stream, struct gn_diag *diag)
{
    stream->each = api_no_event;
    while (!gn_http_reply_has_head(&stream->reply)) {
        uint8_t byte = 0;
        size_t size = 0;
        gn_err err = api_read(stream->fd, &byte, 1, GN_API_TIMEOUT_MS, &size, diag);
        if (!err)
            err = size > 0 ? gn_http_reply_feed(&stream->reply, (gn_bytes){ &byte, 1 }, api_stream_body, stream)
                           : GN_ERR_CORRUPT;
        if (err == GN_ERR_CORRUPT)
            gn_diag_set(diag, 0, 0, "the answer is cut short, or is not HTTP");
        if (err)
            return err;
    }
    if (stream->reply.status == 200 && strcmp(stream->reply.type, "text/event-stream") == 0)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "the node opens no live stream (HTTP status %d, %s)", stream->reply.status,
                stream->reply.type[0] != '\0' ? stream->reply.type : "no type");
    return GN_ERR_INVAL;
}

gn_err gn_api_stream_open(const char *data_dir, const char *path, struct gn_api_stream **out, struct gn_diag *diag)
{
    assert(data_dir != NULL && path != NULL && out != NULL);
    struct gn_api_stream *stream = gn_mem_take(sizeof *stream, "a live stream");
    if (stream == NULL) {
        gn_diag_set(diag, 0, 0, "no memory for a live stream");
        return GN_ERR_FULL;
    }
    stream->fd = -1;
    stream->reply = gn_http_reply_fresh();
    gn_sse_init(&stream->sse);
    gn_err err = api_connect(data_dir, &stream->fd, diag);
    if (!err)
        err = api_request(stream->fd, "GET", path, (gn_str){ NULL, 0 }, diag);
    if (!err)
        err = api_stream_head(stream, diag);
    if (err) {
        gn_api_stream_close(stream);
        return err;
    }
    *out = stream;
    return GN_OK;
}

gn_err gn_api_stream_next(struct gn_api_stream *stream, int timeout_ms,
                          gn_err (*each)(void *ctx, const struct gn_sse_event *event), void *ctx, struct gn_diag *diag)
{
    assert(stream != NULL && each != NULL);
    size_t size = 0;
    gn_err err = api_read(stream->fd, stream->bytes, sizeof stream->bytes, timeout_ms, &size, diag);
    if (err)
        return err;
    if (size == 0) {
        gn_diag_set(diag, 0, 0, "the node ended the live stream");
        return GN_ERR_CLOSED;
    }
    stream->each = each;
    stream->ctx = ctx;
    err = gn_http_reply_feed(&stream->reply, (gn_bytes){ stream->bytes, size }, api_stream_body, stream);
    if (err == GN_ERR_CORRUPT)
        gn_diag_set(diag, 0, 0, "the live stream is not HTTP");
    else if (err == GN_ERR_FULL)
        gn_diag_set(diag, 0, 0, "an event of the live stream is longer than %d bytes", GN_CLI_EVENT_BYTES_MAX);
    return err;
}

void gn_api_stream_close(struct gn_api_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->fd >= 0)
        (void)close(stream->fd);
    gn_mem_give(stream);
}

void gn_api_escape(struct gn_buf *buf, gn_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.at[i];
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
            (c != '\0' && strchr("-._~", c) != NULL))
            gn_buf_add_u8(buf, (uint8_t)c);
        else
            gn_buf_addf(buf, "%%%02X", (unsigned)(unsigned char)c);
    }
}
