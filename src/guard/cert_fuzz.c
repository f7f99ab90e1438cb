/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and pairs of strangers: refused with words, or a key that a certificate can be made for. */
#include <assert.h>
#include <stdlib.h>

#include "guard/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_for(EVP_PKEY *key)
{
    static EVP_PKEY *issuer;
    X509 *cert = NULL;
    if (issuer == NULL && gn_cert_key_new(&issuer) != GN_OK)
        abort();
    const struct gn_cert_order order = { .kind = GN_CERT_DEVICE,
                                         .subject_key = key,
                                         .issuer_key = issuer,
                                         .common_name = "press",
                                         .until_ms = 1789000000000 };
    if (gn_cert_make(&order, &cert) == GN_OK)
        assert(X509_verify(cert, issuer) == 1 && gn_cert_until_ms(cert) == 1789000000000);
    X509_free(cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_diag diag = { 0 };
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    if (gn_cert_request_key((gn_bytes){ data, size }, &key, &diag) == GN_OK)
        make_for(key);
    else
        assert(key == NULL && diag.text[0] != '\0');
    EVP_PKEY_free(key);
    key = NULL;
    if (size > 0 && gn_cert_read_pair((gn_str){ (const char *)data, size }, &key, &cert) == GN_OK)
        assert(X509_check_private_key(cert, key) == 1);
    else
        assert(key == NULL && cert == NULL);
    EVP_PKEY_free(key);
    X509_free(cert);
    return 0;
}
