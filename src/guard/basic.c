/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/basic.h"

#include <sodium.h>

bool gn_basic_read(gn_str base64, struct gn_basic_credentials *out)
{
    char text[GN_BASIC_NAME_BYTES + GN_BASIC_SECRET_BYTES];
    size_t size = 0;
    gn_str secret;
    *out = (struct gn_basic_credentials){ { 0 }, { 0 } };
    if (base64.size == 0 || sodium_base642bin((unsigned char *)text, sizeof text, base64.at, base64.size, NULL, &size,
                                              NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    const bool has_colon = memchr(text, ':', size) != NULL && memchr(text, '\0', size) == NULL;
    const gn_str name = gn_str_split((gn_str){ text, size }, ':', &secret);
    const bool fine = has_colon && name.size > 0 && gn_str_copy(out->name, sizeof out->name, name) == GN_OK &&
                      gn_str_copy(out->secret, sizeof out->secret, secret) == GN_OK;
    sodium_memzero(text, sizeof text);
    if (!fine)
        gn_basic_wipe(out);
    return fine;
}

void gn_basic_wipe(struct gn_basic_credentials *credentials)
{
    sodium_memzero(credentials, sizeof *credentials);
}
