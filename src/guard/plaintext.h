/* SPDX-License-Identifier: Apache-2.0 */
/* guard/plaintext.h -- clear text stays on this machine.
 *
 *   127.0.0.0/8, ::1, a name of nothing else ("localhost")    may be listened on without TLS
 *   anything else, 0.0.0.0 and :: among it                    only by --allow-plaintext, said in red at every start
 *
 * What goes over a network in clear text can be read by whoever is on the way, tokens and passwords first.
 * An interface is never "internal": only loopback is. */
#ifndef GN_GUARD_PLAINTEXT_H
#define GN_GUARD_PLAINTEXT_H

#include "base/bytes.h"

/* True when HOST of "HOST:PORT" is loopback and nothing else, or the text is "off". A host nobody knows is not. */
bool gn_plaintext_is_local(const char *address);

/* DENIED with what to do, when `address`, given for `option` ("--mqtt"), would carry clear text over a network and
 * `allowed` is not set. `secure_option` ("--mqtts") is what to use instead. */
GN_MUST_USE gn_err gn_plaintext_check(const char *option, const char *secure_option, const char *address, bool allowed,
                                      struct gn_diag *diag);

#endif
