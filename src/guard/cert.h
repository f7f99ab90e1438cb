/* SPDX-License-Identifier: Apache-2.0 */
/* guard/cert.h -- keys, certificates and requests as values: no disk, no state, no clock (private to guard).
 *
 *   kind      signed by  may                       names it carries
 *   CA        itself     sign certificates only    CN "Ganglion node CA 1f0c9a.."
 *   SERVER    the CA     be a TLS server           CN, and every name and address of the node
 *   DEVICE    the CA     be a TLS client           CN and URI urn:ganglion:thing:ID, of one Thing
 *
 * All keys made here are EC P-256. Of a request (PKCS #10) only the public key is taken, and only behind a right
 * signature, which proves that who asks has the private key; subject, names and extensions in it do not matter.
 * Profile after RFC 5280. Cost: a key 20 us, a signature 30 us. Any thread; values are the caller's. */
#ifndef GN_GUARD_CERT_H
#define GN_GUARD_CERT_H

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/hash.h"

enum {
    GN_CERT_PEM_BYTES_MAX = 8192, /* one certificate as text, with all the names it may have */
    GN_CERT_KEY_BYTES_MAX = 512,  /* one P-256 key as text */
    GN_CERT_SERIAL_BYTES = 16,
};

typedef enum gn_cert_kind { GN_CERT_CA, GN_CERT_SERVER, GN_CERT_DEVICE } gn_cert_kind;

struct gn_cert_order {
    gn_cert_kind kind;
    EVP_PKEY *subject_key;
    EVP_PKEY *issuer_key;
    X509 *issuer; /* NULL: signs itself */
    const char *common_name;
    const char *const *names; /* SERVER: DNS names and addresses; those that are neither are left out */
    size_t name_count;
    int64_t from_ms;
    int64_t until_ms;
};

GN_MUST_USE gn_err gn_cert_key_new(EVP_PKEY **out);
GN_MUST_USE gn_err gn_cert_make(const struct gn_cert_order *order, X509 **out);

/* The public key of a request, PEM or DER. INVAL with words: no request, a wrong signature, a key that is too weak. */
GN_MUST_USE gn_err gn_cert_request_key(gn_bytes request, EVP_PKEY **out, struct gn_diag *diag);

/* As PEM. */
GN_MUST_USE gn_err gn_cert_write(X509 *cert, struct gn_buf *out);
GN_MUST_USE gn_err gn_cert_write_key(EVP_PKEY *key, struct gn_buf *out);
/* A private key and a certificate that belong together, as the two above write them. CORRUPT otherwise. */
GN_MUST_USE gn_err gn_cert_read_pair(gn_str text, EVP_PKEY **out_key, X509 **out_cert);

struct gn_sha256 gn_cert_fingerprint(const X509 *cert); /* SHA-256 of its DER */
int64_t gn_cert_until_ms(const X509 *cert);
int64_t gn_cert_from_ms(const X509 *cert);
/* Whether the certificate of a server speaks for this name or address. */
bool gn_cert_covers(X509 *cert, const char *name);
bool gn_cert_name_valid(const char *name); /* an address, or a DNS name */

#endif
