/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static gn_err listen_resolve(struct gn_listen *door, struct gn_diag *diag)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    const int failed = getaddrinfo(door->host, NULL, &hints, &found);
    if (failed != 0 || found == NULL) {
        gn_diag_set(diag, 0, 0, "--portal: '%s' is no address of this machine (%s)", door->host,
                    gai_strerror(failed));
        return GN_ERR_INVAL;
    }
    const bool is_six = found->ai_family == AF_INET6;
    const int unnamed = getnameinfo(found->ai_addr, found->ai_addrlen, door->address, sizeof door->address,
                                    NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    if (unnamed != 0) {
        gn_diag_set(diag, 0, 0, "--portal: the address of '%s' cannot be read", door->host);
        return GN_ERR_INVAL;
    }
    door->is_six = is_six;
    return GN_OK;
}

gn_err gn_listen_parse(gn_str text, struct gn_listen *out, struct gn_diag *diag)
{
    struct gn_listen door = { 0 };
    const char *colon = text.size > 0 ? memrchr(text.at, ':', text.size) : NULL;
    uint64_t port = 0;
    gn_str host = { text.at, colon != NULL ? (size_t)(colon - text.at) : 0 };
    const gn_str digits = { text.at + host.size + 1, colon != NULL ? text.size - host.size - 1 : 0 };
    if (host.size > 2 && host.at[0] == '[' && host.at[host.size - 1] == ']')
        host = (gn_str){ host.at + 1, host.size - 2 };
    else if (host.size > 0 && memchr(host.at, ':', host.size) != NULL)
        host.size = 0; /* an IPv6 address needs its brackets: where does it end otherwise? */
    if (host.size == 0 || gn_parse_u64(digits, &port) != GN_OK || port > 65535 ||
        gn_str_copy(door.host, sizeof door.host, host) != GN_OK) {
        gn_diag_set(diag, 0, 0, "--portal: '%.*s' is not HOST:PORT, for example 127.0.0.1:8080", GN_STR_ARGS(text));
        return GN_ERR_INVAL;
    }
    door.port = (uint16_t)port;
    const gn_err err = listen_resolve(&door, diag);
    if (!err)
        *out = door;
    return err;
}

static gn_err listen_refused(const struct gn_listen *door, int error, struct gn_diag *diag)
{
    if (error == EADDRINUSE) {
        gn_diag_set(diag, 0, 0, "--portal: port %u of %s is in use: stop what uses it, or give another port (0: any)",
                    door->port, door->host);
        return GN_ERR_BUSY;
    }
    if (error == EACCES) {
        gn_diag_set(diag, 0, 0, "--portal: port %u needs privileges: give one above 1023", door->port);
        return GN_ERR_DENIED;
    }
    gn_diag_set(diag, 0, 0, "--portal: %s:%u cannot be listened on: %s", door->host, door->port,
                strerrordesc_np(error));
    return GN_ERR_IO;
}

gn_err gn_listen_try(const struct gn_listen *door, struct gn_diag *diag)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(door->port) };
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(door->port) };
    const struct sockaddr *address = door->is_six ? (const void *)&six : (const void *)&four;
    const socklen_t size = door->is_six ? sizeof six : sizeof four;
    const int family = door->is_six ? AF_INET6 : AF_INET;
    const int on = 1;
    if (inet_pton(family, door->address, door->is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr) != 1)
        return listen_refused(door, EADDRNOTAVAIL, diag);
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return listen_refused(door, errno, diag);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (door->is_six)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    gn_err err = GN_OK;
    if (bind(fd, address, size) != 0 || listen(fd, 1) != 0)
        err = listen_refused(door, errno, diag);
    (void)close(fd);
    return err;
}

gn_err gn_listen_try_socket(const char *path, struct gn_diag *diag)
{
    struct sockaddr_un address;
    if (strlen(path) < sizeof address.sun_path)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "the path of the socket is too long (%zu bytes, %zu at most): use a shorter --data",
                strlen(path), sizeof address.sun_path - 1);
    return GN_ERR_INVAL;
}
