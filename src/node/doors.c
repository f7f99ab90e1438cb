/* SPDX-License-Identifier: Apache-2.0 */
#include "node/doors.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

enum { DOORS_LOOK_MS = 60000, DOORS_NAMES_BYTES = 8192 };

const char *gn_door_address(const char *given)
{
    return given == NULL || strcmp(given, "off") == 0 ? NULL : given;
}

/* --- names --- */

struct doors_names {
    struct gn_buf *bytes;
    const char **out;
    size_t count;
};

static void doors_add(struct doors_names *names, gn_str name)
{
    const size_t before = names->bytes->size;
    if (name.size == 0 || names->count == GN_CERTIFICATE_NAMES_MAX)
        return;
    gn_buf_add_str(names->bytes, name);
    gn_buf_add_u8(names->bytes, 0);
    if (!names->bytes->full)
        names->out[names->count++] = (const char *)names->bytes->at + before;
}

/* Those of interfaces that are up; link-local ones mean nothing without their interface. */
static void doors_add_own_addresses(struct doors_names *names)
{
    struct ifaddrs *all = NULL;
    char text[INET6_ADDRSTRLEN];
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        const void *bytes = NULL;
        if (one->ifa_addr == NULL || (one->ifa_flags & IFF_UP) == 0)
            continue;
        const int family = one->ifa_addr->sa_family;
        if (family == AF_INET) {
            bytes = &((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr;
        } else if (family == AF_INET6) {
            const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)one->ifa_addr)->sin6_addr;
            bytes = IN6_IS_ADDR_LINKLOCAL(six) ? NULL : six;
        }
        if (bytes != NULL && inet_ntop(family, bytes, text, sizeof text) != NULL)
            doors_add(names, gn_str_of(text));
    }
    freeifaddrs(all);
}

/* The host of HOST:PORT or [HOST]:PORT. */
static void doors_add_host(struct doors_names *names, const char *address)
{
    const char *colon = address != NULL ? strrchr(address, ':') : NULL;
    if (colon == NULL)
        return;
    gn_str host = { address, (size_t)(colon - address) };
    if (host.size > 2 && host.at[0] == '[' && host.at[host.size - 1] == ']')
        host = (gn_str){ host.at + 1, host.size - 2 };
    if (gn_str_equal(host, GN_STR("0.0.0.0")) || gn_str_equal(host, GN_STR("::")))
        doors_add_own_addresses(names);
    else
        doors_add(names, host);
}

size_t gn_doors_names(const struct gn_node_options *options, struct gn_buf *bytes,
                      const char *out[static GN_CERTIFICATE_NAMES_MAX])
{
    struct doors_names names = { .bytes = bytes, .out = out };
    char host[256] = "";
    gn_str rest = gn_str_of(options->names);
    while (rest.size > 0) { /* those that were asked for first: there is a limit */
        const gn_str name = gn_str_split(rest, ',', &rest);
        doors_add(&names, gn_str_trim(name));
    }
    if (gethostname(host, sizeof host - 1) == 0)
        doors_add(&names, gn_str_of(host));
    doors_add_host(&names, gn_door_address(options->mqtts_listen));
    doors_add_host(&names, gn_door_address(options->https_listen));
    return names.count;
}

/* --- opening --- */

static gn_err doors_check(const struct gn_node_options *options, struct gn_diag *diag)
{
    if (gn_door_address(options->mqtt_listen) != NULL || gn_door_address(options->mqtts_listen) != NULL ||
        gn_door_address(options->portal_listen) != NULL || gn_door_address(options->https_listen) != NULL)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "every door is off: leave at least one of --mqtt, --mqtts, --portal and --https on");
    return GN_ERR_INVAL;
}

gn_err gn_doors_open(struct gn_door_tls *doors, struct gn_ca *ca, const struct gn_node_options *options,
                     struct gn_diag *diag)
{
    char text[DOORS_NAMES_BYTES];
    struct gn_buf bytes = gn_buf_over(text, sizeof text);
    const char *names[GN_CERTIFICATE_NAMES_MAX];
    struct gn_door_tls open = { .ca = ca };
    gn_err err = doors_check(options, diag);
    if (err)
        return err;
    const bool has_mqtt = gn_door_address(options->mqtts_listen) != NULL;
    const bool has_http = gn_door_address(options->https_listen) != NULL;
    if (has_mqtt || has_http) {
        const size_t count = gn_doors_names(options, &bytes, names);
        err = gn_ca_serve(ca, names, count, diag);
    }
    if (!err && has_mqtt)
        err = gn_tls_open(ca, GN_TLS_MQTT, &open.mqtt);
    if (!err && has_http)
        err = gn_tls_open(ca, GN_TLS_HTTP, &open.http);
    if (err) {
        gn_doors_close(&open);
        return err;
    }
    *doors = open;
    return GN_OK;
}

void gn_doors_close(struct gn_door_tls *doors)
{
    gn_tls_close(doors->mqtt);
    gn_tls_close(doors->http);
    *doors = (struct gn_door_tls){ 0 };
}

void gn_doors_tick(struct gn_door_tls *doors, int64_t mono_ms)
{
    bool changed = false;
    if ((doors->mqtt == NULL && doors->http == NULL) || mono_ms - doors->looked_ms < DOORS_LOOK_MS)
        return;
    doors->looked_ms = mono_ms;
    gn_err err = gn_ca_renew(doors->ca, &changed);
    if (!err && doors->mqtt != NULL)
        err = gn_tls_refresh(doors->mqtt);
    if (!err && doors->http != NULL)
        err = gn_tls_refresh(doors->http);
    if (err)
        gn_log(GN_LOG_WARN, "guard", "certificate_not_renewed", "the node's certificate: %s; tried again in a minute",
               gn_err_text(err));
    else if (changed)
        gn_log(GN_LOG_INFO, "guard", "certificate_renewed", "the node shows a new certificate");
}
