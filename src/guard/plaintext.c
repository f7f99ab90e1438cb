/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/plaintext.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { PLAINTEXT_HOST_BYTES = 256 };

static bool plaintext_is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return (ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24) == 127;
    if (address->sa_family != AF_INET6)
        return false;
    const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
}

/* The host of HOST:PORT or [HOST]:PORT. */
static bool plaintext_host(const char *address, char out[static PLAINTEXT_HOST_BYTES])
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL)
        return false;
    gn_str host = { address, (size_t)(colon - address) };
    if (host.size > 2 && host.at[0] == '[' && host.at[host.size - 1] == ']')
        host = (gn_str){ host.at + 1, host.size - 2 };
    return host.size > 0 && gn_str_copy(out, PLAINTEXT_HOST_BYTES, host) == GN_OK;
}

bool gn_plaintext_is_local(const char *address)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    char host[PLAINTEXT_HOST_BYTES];
    if (strcmp(address, "off") == 0)
        return true;
    if (!plaintext_host(address, host) || getaddrinfo(host, NULL, &hints, &found) != 0)
        return false;
    bool local = found != NULL;
    for (const struct addrinfo *one = found; one != NULL; one = one->ai_next)
        local = local && plaintext_is_loopback(one->ai_addr); /* a name of both may be bound to either */
    freeaddrinfo(found);
    return local;
}

gn_err gn_plaintext_check(const char *option, const char *secure_option, const char *address, bool allowed,
                          struct gn_diag *diag)
{
    if (allowed || gn_plaintext_is_local(address))
        return GN_OK;
    if (secure_option != NULL)
        gn_diag_set(diag, 0, 0,
                    "%s %.80s would send secrets and readings over the network in clear text: use %s HOST:PORT (TLS) "
                    "there and keep %s on 127.0.0.1, or accept it with --allow-plaintext",
                    option, address, secure_option, option);
    else
        gn_diag_set(diag, 0, 0,
                    "%s %.80s would send secrets and readings over the network in clear text: keep it on 127.0.0.1, "
                    "or accept it with --allow-plaintext",
                    option, address);
    return GN_ERR_DENIED;
}
