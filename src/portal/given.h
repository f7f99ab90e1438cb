/* SPDX-License-Identifier: Apache-2.0 */
/* portal/given.h -- what a Thing is given to connect with, as members of an answer: addresses, and a QR code.
 *
 *   "connect":["mqtts://192.0.2.7:8883","mqtt://192.0.2.7:1883"],
 *   "qr":{"text":"mqtts://press-7:TOKEN@192.0.2.7:8883","size":41,"rows":["1111111010...", ...]}      or null
 *
 * A node that listens on every address is named as whoever asks has reached it, or by its host name. The address with
 * TLS is the first, and the one in the code. */
#ifndef GN_PORTAL_GIVEN_H
#define GN_PORTAL_GIVEN_H

#include "base/json_write.h"
#include "portal/api/resource.h"

void gn_given_write(struct gn_api *api, const struct gn_request *request, const char *id, const char *token,
                    struct gn_jw *w);

#endif
