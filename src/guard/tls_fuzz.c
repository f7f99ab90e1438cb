/* SPDX-License-Identifier: Apache-2.0 */
/* A stranger's bytes at the door with TLS: refused in words, or waited on; never an open channel, for nobody here can
 * finish a handshake. The first byte says how the rest is cut. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "guard/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gn_tls *fuzz_tls(void)
{
    static struct gn_tls *tls;
    static const char *const names[] = { "guard/ca.pem", "guard/server.pem", "guard", "" };
    char dir[] = "/tmp/ganglion-tls-fuzz-XXXXXX";
    char path[96];
    struct gn_ca *ca = NULL;
    if (tls != NULL)
        return tls;
    if (mkdtemp(dir) == NULL || gn_ca_open(dir, gn_clock_system(), &ca, NULL) != GN_OK ||
        gn_ca_serve(ca, NULL, 0, NULL) != GN_OK || gn_tls_open(ca, GN_TLS_MQTT, &tls) != GN_OK)
        abort();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) { /* it is read; nothing is to stay behind */
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)remove(path);
    }
    return tls;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gn_tls_spill spill;
    struct gn_tls_channel *channel = NULL;
    uint8_t plain[512];
    if (size < 2 || gn_tls_accept(fuzz_tls(), &spill, &channel) != GN_OK)
        return 0;
    const size_t step = (size_t)data[0] + 1;
    gn_err err = GN_ERR_AGAIN;
    for (size_t at = 1; at < size && err == GN_ERR_AGAIN; at += step) {
        size_t got = 0;
        const size_t part = size - at < step ? size - at : step;
        if (gn_tls_feed(channel, (gn_bytes){ data + at, part }) != GN_OK)
            break;
        err = gn_tls_pull(channel, plain, sizeof plain, &got);
        assert(err != GN_OK && spill.size <= sizeof spill.bytes);
        assert((err == GN_ERR_INVAL) == (gn_tls_fault(channel)[0] != '\0'));
        if (gn_tls_keep(channel) != GN_OK)
            break;
        spill.size = 0;
    }
    assert(!gn_tls_is_open(channel));
    gn_tls_free(channel);
    return 0;
}
