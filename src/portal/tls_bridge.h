/* SPDX-License-Identifier: Apache-2.0 */
/* portal/tls_bridge.h -- for tests: a socket in clear text whose other end speaks TLS to the portal.
 *
 *   test ──socketpair── a thread of its own ──TLS── portal          so that every test of sockets runs over TLS too
 */
#ifndef GN_PORTAL_TLS_BRIDGE_H
#define GN_PORTAL_TLS_BRIDGE_H

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

struct tls_bridge {
    int inner; /* clear text */
    int outer; /* TLS */
    SSL_CTX *ctx;
    SSL *ssl;
};

static inline bool tls_bridge_wait(const struct tls_bridge *bridge, int error)
{
    struct pollfd wait = { .fd = bridge->outer, .events = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN };
    return (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) && poll(&wait, 1, 30000) == 1;
}

/* From TLS to clear text. False: the portal has ended it. */
static inline bool tls_bridge_in(struct tls_bridge *bridge)
{
    char bytes[16384];
    for (;;) {
        const int got = SSL_read(bridge->ssl, bytes, sizeof bytes);
        if (got <= 0)
            return SSL_get_error(bridge->ssl, got) == SSL_ERROR_WANT_READ;
        for (int at = 0; at < got;) {
            const ssize_t step = send(bridge->inner, bytes + at, (size_t)(got - at), MSG_NOSIGNAL);
            if (step <= 0)
                return false;
            at += (int)step;
        }
    }
}

/* From clear text to TLS. False: the test has ended it. */
static inline bool tls_bridge_out(struct tls_bridge *bridge, bool *said_end)
{
    char bytes[16384];
    const ssize_t size = recv(bridge->inner, bytes, sizeof bytes, 0);
    if (size < 0)
        return false;
    if (size == 0) {
        *said_end = true;
        (void)SSL_shutdown(bridge->ssl);
        return true;
    }
    for (;;) {
        const int wrote = SSL_write(bridge->ssl, bytes, (int)size);
        if (wrote > 0)
            return true;
        if (!tls_bridge_wait(bridge, SSL_get_error(bridge->ssl, wrote)))
            return false;
    }
}

static inline void *tls_bridge_run(void *arg)
{
    struct tls_bridge *bridge = arg;
    bool said_end = false;
    int done;
    bool goes_on = true;
    while ((done = SSL_connect(bridge->ssl)) != 1 && goes_on)
        goes_on = tls_bridge_wait(bridge, SSL_get_error(bridge->ssl, done));
    while (goes_on) {
        struct pollfd polls[] = { { .fd = bridge->outer, .events = POLLIN },
                                  { .fd = said_end ? -1 : bridge->inner, .events = POLLIN } };
        if (poll(polls, 2, 60000) <= 0)
            break;
        if (polls[0].revents != 0)
            goes_on = tls_bridge_in(bridge);
        if (goes_on && polls[1].revents != 0)
            goes_on = tls_bridge_out(bridge, &said_end);
    }
    SSL_free(bridge->ssl);
    SSL_CTX_free(bridge->ctx);
    (void)close(bridge->outer);
    (void)close(bridge->inner);
    ERR_clear_error();
    gn_mem_give(bridge);
    return NULL;
}

/* Takes a socket that is connected to the door with TLS; returns the one in clear text. */
static inline int tls_bridge_over(int outer)
{
    struct tls_bridge *bridge = gn_mem_take(sizeof *bridge, "tests");
    int pair[2];
    pthread_t thread;
    assert_non_null(bridge);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(fcntl(outer, F_SETFL, O_NONBLOCK), 0);
    bridge->inner = pair[0];
    bridge->outer = outer;
    bridge->ctx = SSL_CTX_new(TLS_client_method());
    bridge->ssl = SSL_new(bridge->ctx);
    assert_int_equal(SSL_set_fd(bridge->ssl, outer), 1);
    assert_int_equal(pthread_create(&thread, NULL, tls_bridge_run, bridge), 0);
    assert_int_equal(pthread_detach(thread), 0);
    return pair[1];
}

#endif
