/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <uv.h>

enum { ADDRESS_HOST_BYTES = 256, ADDRESS_PORT_MAX = 65535 };

#define ADDRESS_EXAMPLES "HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883"

static gn_err address_bad(struct gn_diag *diag, const char *text, const char *words)
{
    gn_diag_set(diag, 0, 0, "'%.80s' %s; give " ADDRESS_EXAMPLES, text, words);
    return GN_ERR_INVAL;
}

/* Splits at the last colon; an IPv6 host stands in brackets. */
static bool address_split(gn_str text, gn_str *out_host, gn_str *out_port)
{
    size_t colon = text.size;
    while (colon > 0 && text.at[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    *out_port = (gn_str){ text.at + colon, text.size - colon };
    gn_str host = { text.at, colon - 1 };
    if (host.size >= 2 && host.at[0] == '[' && host.at[host.size - 1] == ']')
        host = (gn_str){ host.at + 1, host.size - 2 };
    else if (memchr(host.at, ':', host.size) != NULL)
        return false; /* an IPv6 address without brackets: where its port begins is a guess */
    *out_host = host;
    return host.size > 0 && out_port->size > 0;
}

static bool address_look_up(const char *host, struct sockaddr_storage *out)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return false;
    memcpy(out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

gn_err gn_address_parse(const char *text, struct sockaddr_storage *out, struct gn_diag *diag)
{
    char host[ADDRESS_HOST_BYTES];
    gn_str host_text, port_text;
    uint64_t port;
    struct sockaddr_storage address = { 0 };
    if (!address_split(gn_str_of(text), &host_text, &port_text))
        return address_bad(diag, text, "is no address");
    if (gn_parse_u64(port_text, &port) || port > ADDRESS_PORT_MAX)
        return address_bad(diag, text, "has no port between 0 and 65535");
    if (gn_str_copy(host, sizeof host, host_text))
        return address_bad(diag, text, "has too long a host");
    if (uv_ip4_addr(host, (int)port, (struct sockaddr_in *)&address) != 0 &&
        uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)&address) != 0 && !address_look_up(host, &address))
        return address_bad(diag, text, "names a host that is not known here");
    if (address.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&address)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)&address)->sin_port = htons((uint16_t)port);
    *out = address;
    return GN_OK;
}

void gn_address_put(struct gn_buf *out, const struct sockaddr_storage *address)
{
    char host[ADDRESS_HOST_BYTES] = "?";
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
        GN_IGNORE(uv_ip6_name(six, host, sizeof host), "shown as '?'");
        gn_buf_addf(out, "[%s]:%u", host, ntohs(six->sin6_port));
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        GN_IGNORE(uv_ip4_name(four, host, sizeof host), "shown as '?'");
        gn_buf_addf(out, "%s:%u", host, ntohs(four->sin_port));
    }
}

gn_err gn_address_fault(int uv_error, const char *option, const char *text, struct gn_diag *diag)
{
    switch (uv_error) {
    case UV_EADDRINUSE:
        gn_diag_set(diag, 0, 0,
                    "%.80s is in use by another program; choose another with %s HOST:PORT, or port 0 for any", text,
                    option);
        return GN_ERR_BUSY;
    case UV_EADDRNOTAVAIL:
        gn_diag_set(diag, 0, 0, "%.80s is no address of this machine; choose another with %s HOST:PORT", text, option);
        return GN_ERR_INVAL;
    case UV_EACCES:
        gn_diag_set(diag, 0, 0, "%.80s is not allowed to this user; choose a port above 1023 with %s HOST:PORT", text,
                    option);
        return GN_ERR_DENIED;
    default:
        gn_diag_set(diag, 0, 0, "%.80s cannot be listened on: %s", text, uv_strerror(uv_error));
        return GN_ERR_IO;
    }
}
