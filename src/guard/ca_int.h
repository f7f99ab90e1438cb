/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ca_int.h -- what guard/tls takes from the CA (private to guard). */
#ifndef GN_GUARD_CA_INT_H
#define GN_GUARD_CA_INT_H

#include <openssl/x509.h>

#include "guard/ca.h"

/* References to the CA's certificate and to the node's pair, as of now; the caller frees them. NOT_FOUND before
 * gn_ca_serve. *out_generation grows with each new pair. */
GN_MUST_USE gn_err gn_ca_pair(struct gn_ca *ca, X509 **out_ca, X509 **out_cert, EVP_PKEY **out_key,
                              uint64_t *out_generation);
uint64_t gn_ca_generation(struct gn_ca *ca);
int64_t gn_ca_now_ms(const struct gn_ca *ca);  /* wall clock */
int64_t gn_ca_mono_ms(const struct gn_ca *ca); /* monotonic */

#endif
