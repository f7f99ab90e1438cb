/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/listen.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

static gn_err listen_resolve(struct gn_listen *door, struct gn_diag *diag)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    const int failed = getaddrinfo(door->host, NULL, &hints, &found);
    if (failed != 0 || found == NULL) {
        gn_diag_set(diag, 0, 0, "%s: '%s' is no address of this machine (%s)", door->option, door->host,
                    gai_strerror(failed));
        return GN_ERR_INVAL;
    }
    const bool is_six = found->ai_family == AF_INET6;
    const int unnamed =
        getnameinfo(found->ai_addr, found->ai_addrlen, door->address, sizeof door->address, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    if (unnamed != 0) {
        gn_diag_set(diag, 0, 0, "%s: the address of '%s' cannot be read", door->option, door->host);
        return GN_ERR_INVAL;
    }
    door->is_six = is_six;
    return GN_OK;
}

gn_err gn_listen_parse(const char *option, gn_str text, struct gn_listen *out, struct gn_diag *diag)
{
    struct gn_listen door = { .option = option };
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
        gn_diag_set(diag, 0, 0, "%s: '%.*s' is not HOST:PORT, for example 127.0.0.1:8080", option, GN_STR_ARGS(text));
        return GN_ERR_INVAL;
    }
    door.port = (uint16_t)port;
    const gn_err err = listen_resolve(&door, diag);
    if (!err)
        *out = door;
    return err;
}

gn_err gn_listen_refused(const struct gn_listen *door, int error, struct gn_diag *diag)
{
    if (error == EADDRINUSE) {
        gn_diag_set(diag, 0, 0, "%s: port %u of %s is in use: stop what uses it, or give another port (0: any)",
                    door->option, door->port, door->host);
        return GN_ERR_BUSY;
    }
    if (error == EACCES) {
        gn_diag_set(diag, 0, 0, "%s: port %u needs privileges: give one above 1023", door->option, door->port);
        return GN_ERR_DENIED;
    }
    gn_diag_set(diag, 0, 0, "%s: %s:%u cannot be listened on: %s", door->option, door->host, door->port,
                strerrordesc_np(error));
    return GN_ERR_IO;
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
