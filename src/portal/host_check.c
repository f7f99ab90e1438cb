/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/host_check.h"

#include <arpa/inet.h>
#include <strings.h>

enum { HOST_NAME_BYTES_MAX = 253 };

static bool host_same(gn_str a, gn_str b)
{
    return a.size == b.size && (a.size == 0 || strncasecmp(a.at, b.at, a.size) == 0);
}

static bool host_port_valid(gn_str port)
{
    uint64_t number;
    return gn_parse_u64(port, &number) == GN_OK && number > 0 && number <= 65535;
}

gn_str gn_host_name(gn_str host, bool *out_ok)
{
    *out_ok = false;
    gn_str rest;
    if (host.size > 0 && host.at[0] == '[') {
        const gn_str name = gn_str_split((gn_str){ host.at + 1, host.size - 1 }, ']', &rest);
        const bool closed = name.size + 2 <= host.size;
        *out_ok = closed &&
                  (rest.size == 0 || (rest.at[0] == ':' && host_port_valid((gn_str){ rest.at + 1, rest.size - 1 })));
        return name;
    }
    const gn_str name = gn_str_split(host, ':', &rest);
    const bool has_port = name.size < host.size;
    *out_ok = name.size > 0 && (!has_port || host_port_valid(rest));
    return name;
}

static bool host_is_address(gn_str name)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    if (gn_str_copy(text, sizeof text, name) != GN_OK || strlen(text) != name.size)
        return false;
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

bool gn_host_allowed(gn_str host, gn_str bound)
{
    bool ok;
    const gn_str name = gn_host_name(host, &ok);
    if (!ok || name.size > HOST_NAME_BYTES_MAX)
        return false;
    if (host_is_address(name) || host_same(name, GN_STR("localhost")))
        return true;
    while (bound.size > 0) {
        gn_str rest;
        const gn_str one = gn_str_trim(gn_str_split(bound, ',', &rest));
        if (one.size > 0 && host_same(name, one))
            return true;
        bound = rest;
    }
    return false;
}

bool gn_host_is_name(gn_str host)
{
    bool ok;
    const gn_str name = gn_host_name(host, &ok);
    return ok && !host_is_address(name) && !host_same(name, GN_STR("localhost"));
}

bool gn_origin_allowed(gn_str origin, gn_str host)
{
    static const char *const schemes[] = { "http://", "https://" };
    if (origin.size == 0)
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const size_t size = strlen(schemes[i]);
        if (origin.size > size && host_same((gn_str){ origin.at, size }, gn_str_of(schemes[i])))
            return host_same((gn_str){ origin.at + size, origin.size - size }, host);
    }
    return false;
}

bool gn_site_allowed(gn_str site)
{
    return site.size == 0 || gn_str_equal(site, GN_STR("same-origin")) || gn_str_equal(site, GN_STR("none"));
}
