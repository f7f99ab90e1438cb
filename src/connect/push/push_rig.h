/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_rig.h -- for tests: the push door on a real loop and real sockets, with an intake of our own and a
 * clock that stands still. Waiting means running the loop until a socket has something. */
#ifndef GN_CONNECT_PUSH_RIG_H
#define GN_CONNECT_PUSH_RIG_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "connect/intake_fake.h"
#include "connect/push/push.h"
#include "connect/push/push_server.h"

enum { RIG_TURNS = 2000 };
#define RIG_TOKEN "Authorization: Token press:press-token\r\n"

struct rig {
    uv_loop_t loop;
    struct fake_intake fake;
    void *self;
    uint16_t port;
};

static inline struct gn_push_server *rig_server(struct rig *rig)
{
    return rig->self;
}

static inline void rig_start(struct rig *rig)
{
    char text[64];
    struct gn_diag diag = { 0 };
    struct gn_buf address = gn_buf_over(text, sizeof text);
    const struct gn_doors doors = { .plain = "127.0.0.1:0", .out_plain = &address };
    (void)signal(SIGPIPE, SIG_IGN); /* as the node does */
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    fake_init(&rig->fake);
    assert_int_equal(gn_push_adapter.start(&rig->loop, &rig->fake.table, &doors, &rig->self, &diag), GN_OK);
    text[address.size] = '\0';
    assert_int_equal(sscanf(text, "127.0.0.1:%hu", &rig->port), 1);
}

static inline void rig_stop(struct rig *rig)
{
    gn_push_adapter.stop(rig->self);
    (void)uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    fake_fini(&rig->fake);
}

static inline void rig_turn(struct rig *rig)
{
    for (int i = 0; i < 4; i++)
        (void)uv_run(&rig->loop, UV_RUN_NOWAIT);
}

/* Everything that was handed over is on disk. */
static inline void rig_durable(struct rig *rig)
{
    gn_push_adapter.durable(rig->self, rig->fake.token);
    rig_turn(rig);
}

static inline void rig_later(struct rig *rig, int64_t ms)
{
    rig->fake.clock.mono_us += ms * 1000;
    gn_push_adapter.tick(rig->self, rig->fake.clock.wall_ms);
    rig_turn(rig);
}

static inline int rig_connect(struct rig *rig)
{
    const struct sockaddr_in to = { .sin_family = AF_INET,
                                    .sin_port = htons(rig->port),
                                    .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    assert_true(fd >= 0);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* all that is sent is there with the next turn */
    (void)connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to);
    struct pollfd ready = { .fd = fd, .events = POLLOUT };
    assert_int_equal(poll(&ready, 1, 5000), 1);
    rig_turn(rig);
    return fd;
}

static inline void rig_send(struct rig *rig, int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    for (int turn = 0; size > 0 && turn < RIG_TURNS; turn++) {
        const ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent > 0) {
            at += sent;
            size -= (size_t)sent;
        }
        rig_turn(rig);
    }
    rig_turn(rig);
}

static inline void rig_say(struct rig *rig, int fd, const char *text)
{
    rig_send(rig, fd, text, strlen(text));
}

/* What came until now, as text; "(closed)" at its end when the other side has closed. */
static inline const char *rig_heard(struct rig *rig, int fd)
{
    static char text[32768];
    size_t size = 0;
    rig_turn(rig);
    for (;;) {
        const ssize_t got = recv(fd, text + size, sizeof text - 16 - size, 0);
        if (got > 0) {
            size += (size_t)got;
            continue;
        }
        size += (size_t)snprintf(text + size, 16, "%s", got == 0 ? "(closed)" : "");
        break;
    }
    text[size] = '\0';
    return text;
}

#endif
