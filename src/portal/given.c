/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/given.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "guard/qr_code.h"

enum { GIVEN_ADDRESS_BYTES = 320, GIVEN_TEXT_BYTES = GIVEN_ADDRESS_BYTES + GN_THING_ID_BYTES_MAX + GN_TOKEN_BYTES };

/* HOST of HOST:PORT or [HOST]:PORT, with its brackets. */
static gn_str given_host(gn_str address)
{
    const char *colon = address.size > 0 ? memrchr(address.at, ':', address.size) : NULL;
    const bool is_bare_six = address.size > 0 && address.at[address.size - 1] == ']';
    return colon == NULL || is_bare_six ? address : (gn_str){ address.at, (size_t)(colon - address.at) };
}

/* The host as the device is to know it. */
static gn_str given_reachable(gn_str host, const struct gn_request *request, char name[static 256])
{
    if (!gn_str_equal(host, GN_STR("0.0.0.0")) && !gn_str_equal(host, GN_STR("[::]")))
        return host;
    if (!request->local && request->host.size > 0)
        return given_host(request->host);
    return gethostname(name, 255) == 0 ? gn_str_of(name) : GN_STR("localhost");
}

/* "mqtts://HOST:PORT"; empty when that door is shut. `user` goes before the host, or is "". */
static gn_str given_address(struct gn_api *api, const struct gn_request *request, bool secure, const char *user,
                            char out[static GIVEN_TEXT_BYTES])
{
    char bound_bytes[GIVEN_ADDRESS_BYTES], name[256] = "";
    struct gn_buf bound = gn_buf_over(bound_bytes, sizeof bound_bytes);
    struct gn_buf text = gn_buf_over(out, GIVEN_TEXT_BYTES);
    if (api->host.mqtt_door != NULL)
        api->host.mqtt_door(api->host.self, secure, &bound);
    if (bound.size == 0 || bound.full)
        return (gn_str){ 0 };
    const gn_str host = given_host(gn_buf_str(&bound));
    const gn_str port = { bound_bytes + host.size, bound.size - host.size };
    const gn_str known = given_reachable(host, request, name);
    gn_buf_addf(&text, "%s://%s%.*s%.*s", secure ? "mqtts" : "mqtt", user, GN_STR_ARGS(known), GN_STR_ARGS(port));
    return text.full ? (gn_str){ 0 } : gn_buf_str(&text);
}

static void given_write_code(gn_str text, struct gn_jw *w)
{
    struct gn_qr *qr = gn_mem_take(sizeof *qr, "portal: while answering");
    if (qr == NULL || text.size == 0 || gn_qr_encode(text, qr) != GN_OK) {
        gn_jw_null(w);
        gn_mem_give(qr);
        return;
    }
    gn_jw_open(w, '{');
    gn_jw_key(w, "text");
    gn_jw_str(w, text);
    gn_jw_key(w, "size");
    gn_jw_u64(w, qr->size);
    gn_jw_key(w, "rows");
    gn_jw_open(w, '[');
    for (uint32_t y = 0; y < qr->size; y++) {
        char row[GN_QR_CELLS_MAX];
        for (uint32_t x = 0; x < qr->size; x++)
            row[x] = qr->dark[y][x] ? '1' : '0';
        gn_jw_str(w, (gn_str){ row, qr->size });
    }
    gn_jw_close(w, ']');
    gn_jw_close(w, '}');
    explicit_bzero(qr, sizeof *qr);
    gn_mem_give(qr);
}

void gn_given_write(struct gn_api *api, const struct gn_request *request, const char *id, const char *token,
                    struct gn_jw *w)
{
    char user[GN_THING_ID_BYTES_MAX + GN_TOKEN_BYTES + 3];
    char text[GIVEN_TEXT_BYTES];
    gn_str code = { 0 };
    gn_jw_key(w, "connect");
    gn_jw_open(w, '[');
    for (int secure = 1; secure >= 0; secure--) {
        const gn_str address = given_address(api, request, secure != 0, "", text);
        if (address.size > 0)
            gn_jw_str(w, address);
    }
    gn_jw_close(w, ']');
    (void)snprintf(user, sizeof user, "%s:%s@", id, token);
    for (int secure = 1; secure >= 0 && code.size == 0; secure--)
        code = given_address(api, request, secure != 0, user, text);
    gn_jw_key(w, "qr");
    given_write_code(code, w);
    explicit_bzero(user, sizeof user);
    explicit_bzero(text, sizeof text);
}
