/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal.h"

#include "base/mem.h"
#include "os/thread.h"
#include "portal/http.h"

struct gn_portal {
    struct gn_http *http;
    pthread_t thread;
};

static void *portal_run(void *arg)
{
    gn_http_run(((struct gn_portal *)arg)->http);
    return NULL;
}

static void portal_say(const struct gn_listen *door, uint16_t port, struct gn_buf *out)
{
    if (door->host[0] != '\0' && out != NULL)
        gn_buf_addf(out, strchr(door->host, ':') != NULL ? "[%s]:%u" : "%s:%u", door->host, port);
}

gn_err gn_portal_start(const struct gn_portal_options *options, struct gn_buf *out_address, struct gn_portal **out,
                       struct gn_diag *diag)
{
    struct gn_http_doors doors = { 0 };
    gn_err err = GN_OK;
    if (options->listen != NULL)
        err = gn_listen_parse("--portal", gn_str_of(options->listen), &doors.plain, diag);
    if (!err && options->secure_listen != NULL)
        err = gn_listen_parse("--https", gn_str_of(options->secure_listen), &doors.secure, diag);
    if (!err)
        err = gn_listen_try_socket(options->socket_path, diag);
    if (err)
        return err;
    struct gn_portal *portal = gn_mem_take(sizeof *portal, "portal");
    if (portal == NULL)
        return GN_ERR_FULL;
    err = gn_http_open(options, &doors, &portal->http, diag);
    if (!err)
        err = gn_thread_start(&portal->thread, "gn-portal", portal_run, portal);
    if (err) {
        gn_http_close(portal->http);
        gn_mem_give(portal);
        return err;
    }
    portal_say(&doors.plain, doors.plain.port, out_address);
    portal_say(&doors.secure, doors.secure.port, options->out_secure);
    *out = portal;
    return GN_OK;
}

void gn_portal_stop(struct gn_portal *portal)
{
    if (portal == NULL)
        return;
    gn_http_stop(portal->http);
    gn_thread_join(portal->thread);
    gn_http_close(portal->http);
    gn_mem_give(portal);
}
