/* SPDX-License-Identifier: Apache-2.0 */
/* portal/net_fixture.h -- the fixture's node with both doors open, and a client that sends exactly the bytes a
 * test wants, well-formed or not.
 *
 * Included by tests only. No fixed port, no sleeping: every wait is for bytes or for the end of a connection. */
#ifndef GN_PORTAL_NET_FIXTURE_H
#define GN_PORTAL_NET_FIXTURE_H

#include "portal/portal_fixture.h"
#include "portal/tls_bridge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { NET_ANSWER_BYTES = 1 << 20, NET_PATIENCE_MS = 30000 };

struct net {
    struct fixture f;
    struct gn_portal *portal;
    char address[48];
    char socket_path[96];
    uint16_t port;
    struct gn_ca *ca;
    struct gn_tls *tls;
    char secure_address[48];
    uint16_t secure_port;
    char cookie[192]; /* "ganglion_PORT=...", when signed in */
};

static bool net_over_tls; /* tests set it: every connection that is not local goes through TLS */

static char net_answer[NET_ANSWER_BYTES];
static size_t net_answer_size;

static inline void net_begin(struct net *n, bool set_up)
{
    struct gn_buf address = gn_buf_over(n->address, sizeof n->address - 1);
    struct gn_diag diag = { 0 };
    memset(n, 0, sizeof *n);
    fixture_begin(&n->f);
    fixture_fill(&n->f);
    if (set_up)
        fixture_set_up(&n->f);
    (void)snprintf(n->socket_path, sizeof n->socket_path, "%s/ganglion.sock", n->f.dir);
    struct gn_buf secure = gn_buf_over(n->secure_address, sizeof n->secure_address - 1);
    assert_int_equal(gn_ca_open(n->f.dir, gn_clock_system(), &n->ca, NULL), GN_OK);
    assert_int_equal(gn_ca_serve(n->ca, NULL, 0, NULL), GN_OK);
    assert_int_equal(gn_tls_open(n->ca, GN_TLS_HTTP, &n->tls), GN_OK);
    const struct gn_portal_options options = {
        .listen = "127.0.0.1:0",
        .secure_listen = "127.0.0.1:0",
        .tls = n->tls,
        .out_secure = &secure,
        .socket_path = n->socket_path,
        .store = n->f.store,
        .guard = n->f.guard,
        .clock = gn_clock_system(),
        .host = n->f.api.host,
    };
    if (gn_portal_start(&options, &address, &n->portal, &diag) != GN_OK)
        fail_msg("%s", diag.text);
    n->port = (uint16_t)strtoul(strrchr(n->address, ':') + 1, NULL, 10);
    n->secure_port = (uint16_t)strtoul(strrchr(n->secure_address, ':') + 1, NULL, 10);
}

static inline void net_end(struct net *n)
{
    gn_portal_stop(n->portal);
    gn_tls_close(n->tls);
    gn_ca_close(n->ca);
    fixture_end(&n->f);
}

static inline int net_connect(const struct net *n)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(net_over_tls ? n->secure_port : n->port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const void *)&address, sizeof address), 0);
    return net_over_tls ? tls_bridge_over(fd) : fd;
}

static inline int net_connect_local(const struct net *n)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", n->socket_path);
    assert_int_equal(connect(fd, (const void *)&address, sizeof address), 0);
    return fd;
}

/* What the peer does not take any more is no failure: it may have ended the connection. */
static inline void net_send(int fd, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t step = send(fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (step <= 0)
            return;
        done += (size_t)step;
    }
}

/* More bytes behind what is there already. False at the end of the connection. */
static inline bool net_more(int fd)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    assert_int_equal(poll(&wait, 1, NET_PATIENCE_MS), 1);
    const ssize_t step = recv(fd, net_answer + net_answer_size, sizeof net_answer - 1 - net_answer_size, 0);
    if (step <= 0)
        return false;
    net_answer_size += (size_t)step;
    net_answer[net_answer_size] = '\0';
    return true;
}

/* One whole answer (head, and as much body as it announces), or all until the end. Returns its status, 0 for none. */
static inline int net_receive(int fd, bool has_body)
{
    net_answer_size = 0;
    net_answer[0] = '\0';
    for (;;) {
        const char *end = strstr(net_answer, "\r\n\r\n");
        if (end != NULL) {
            const char *length = strstr(net_answer, "content-length: ");
            const size_t head = (size_t)(end - net_answer) + 4;
            const size_t body = length != NULL && length < end && has_body ? strtoul(length + 16, NULL, 10) : 0;
            if (net_answer_size >= head + body)
                break;
        }
        if (!net_more(fd))
            break;
    }
    return strncmp(net_answer, "HTTP/1.", 7) == 0 ? (int)strtol(net_answer + 9, NULL, 10) : 0;
}

/* Sends and receives on a connection of its own. */
static inline int net_raw(const struct net *n, const void *bytes, size_t size)
{
    const int fd = net_connect(n);
    net_send(fd, bytes, size);
    const int status = net_receive(fd, true);
    (void)close(fd);
    return status;
}

static inline int net_text(const struct net *n, const char *text)
{
    return net_raw(n, text, strlen(text));
}

/* A proper request; `extra` are header lines with CRLF, or "". */
static inline void net_write_request(const struct net *n, int fd, const char *method, const char *target,
                                     const char *extra, const char *body)
{
    char head[4096];
    char length[64] = "";
    if (body != NULL)
        (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    const int size =
        snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: %s\r\n%s%s%s%s%s\r\n", method, target, n->address,
                 n->cookie[0] != '\0' ? "Cookie: " : "", n->cookie, n->cookie[0] != '\0' ? "\r\n" : "", extra, length);
    assert_true(size > 0 && (size_t)size < sizeof head);
    net_send(fd, head, (size_t)size);
    if (body != NULL)
        net_send(fd, body, strlen(body));
}

#define NET_JSON "Content-Type: application/json\r\n"

static inline int net_ask(const struct net *n, const char *method, const char *target, const char *extra,
                          const char *body)
{
    const int fd = net_connect(n);
    net_write_request(n, fd, method, target, extra, body);
    const int status = net_receive(fd, strcmp(method, "HEAD") != 0);
    (void)close(fd);
    return status;
}

static inline bool net_says(const char *text)
{
    return memmem(net_answer, net_answer_size, text, strlen(text)) != NULL;
}

static inline int net_sign_in(struct net *n, const char *user, const char *password)
{
    char body[512];
    n->cookie[0] = '\0';
    (void)snprintf(body, sizeof body, "{\"user\":\"%s\",\"password\":\"%s\"}", user, password);
    const int status = net_ask(n, "POST", "/api/v1/session", NET_JSON, body);
    const char *cookie = strstr(net_answer, "set-cookie: ");
    if (cookie != NULL)
        (void)snprintf(n->cookie, sizeof n->cookie, "%.*s", (int)strcspn(cookie + 12, ";"), cookie + 12);
    return status;
}

#endif
