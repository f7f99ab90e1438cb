/* SPDX-License-Identifier: Apache-2.0 */
/* guard/basic.h -- name and secret out of "Authorization: Basic" (RFC 7617): base64 of "name:secret". */
#ifndef GN_GUARD_BASIC_H
#define GN_GUARD_BASIC_H

#include "base/bytes.h"

enum { GN_BASIC_NAME_BYTES = 96, GN_BASIC_SECRET_BYTES = 160 };

struct gn_basic_credentials {
    char name[GN_BASIC_NAME_BYTES];
    char secret[GN_BASIC_SECRET_BYTES];
};

/* False unless it is strict base64 of a name, a colon and a secret, both without a zero byte and not too long. */
bool gn_basic_read(gn_str base64, struct gn_basic_credentials *out);
void gn_basic_wipe(struct gn_basic_credentials *credentials);

#endif
