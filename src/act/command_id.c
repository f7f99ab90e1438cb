/* SPDX-License-Identifier: Apache-2.0 */
#include "act/command_id.h"

#include "base/hash.h"

void gn_command_id(gn_str key, char out[static GN_COMMAND_ID_BYTES])
{
    char hex[2 * GN_SHA256_BYTES + 1];
    const struct gn_sha256 hash = gn_sha256_of((gn_bytes){ (const uint8_t *)key.at, key.size });
    gn_hex((gn_bytes){ hash.bytes, GN_SHA256_BYTES }, hex);
    memcpy(out, hex, GN_COMMAND_ID_BYTES - 1); /* 128 bits name it well enough */
    out[GN_COMMAND_ID_BYTES - 1] = '\0';
}
