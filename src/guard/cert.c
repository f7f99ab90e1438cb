/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/cert.h"

#include <arpa/inet.h>
#include <assert.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/limits.h"
#include "os/entropy.h"

enum { CERT_DNS_BYTES_MAX = 253, CERT_RSA_BITS_MIN = 2048, CERT_RSA_BITS_MAX = 4096 };

gn_err gn_cert_key_new(EVP_PKEY **out)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (key == NULL)
        return GN_ERR_IO;
    *out = key;
    return GN_OK;
}

/* --- making --- */

static bool cert_set_time(ASN1_TIME *to, int64_t at_ms)
{
    return ASN1_TIME_set(to, (time_t)(at_ms / 1000)) != NULL;
}

static bool cert_set_serial(X509 *cert)
{
    uint8_t bytes[GN_CERT_SERIAL_BYTES];
    gn_entropy(bytes, sizeof bytes);
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, and always as long */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    const bool done = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return done;
}

static bool cert_set_subject(X509 *cert, const char *common_name)
{
    X509_NAME *name = X509_get_subject_name(cert);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1;
}

static bool cert_add(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer != NULL ? issuer : cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    const bool done = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

static bool cert_is_address(const char *name, uint8_t bytes[static 16], int *out_size)
{
    *out_size = inet_pton(AF_INET, name, bytes) == 1 ? 4 : 16;
    return *out_size == 4 || inet_pton(AF_INET6, name, bytes) == 1;
}

bool gn_cert_name_valid(const char *name)
{
    uint8_t bytes[16];
    int size;
    const size_t length = strlen(name);
    if (cert_is_address(name, bytes, &size))
        return true;
    if (length == 0 || length > CERT_DNS_BYTES_MAX || name[0] == '.' || name[0] == '-')
        return false;
    for (size_t i = 0; i < length; i++) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '_' && (c != '.' || name[i + 1] == '.'))
            return false;
    }
    return true;
}

/* Takes ownership of `value` in any case. */
static bool cert_push_name(GENERAL_NAMES *names, int type, ASN1_STRING *value)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    if (name == NULL || value == NULL) {
        GENERAL_NAME_free(name);
        ASN1_STRING_free(value);
        return false;
    }
    GENERAL_NAME_set0_value(name, type, value);
    if (sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    GENERAL_NAME_free(name);
    return false;
}

static ASN1_STRING *cert_string(int type, const void *bytes, int size)
{
    ASN1_STRING *string = ASN1_STRING_type_new(type);
    if (string != NULL && ASN1_STRING_set(string, bytes, size) == 1)
        return string;
    ASN1_STRING_free(string);
    return NULL;
}

static bool cert_push_server_name(GENERAL_NAMES *names, const char *name)
{
    uint8_t bytes[16];
    int size;
    if (!gn_cert_name_valid(name))
        return true;
    if (cert_is_address(name, bytes, &size))
        return cert_push_name(names, GEN_IPADD, cert_string(V_ASN1_OCTET_STRING, bytes, size));
    return cert_push_name(names, GEN_DNS, cert_string(V_ASN1_IA5STRING, name, (int)strlen(name)));
}

static bool cert_add_names(X509 *cert, const struct gn_cert_order *order)
{
    char uri[64 + GN_THING_ID_BYTES_MAX];
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    bool done = names != NULL;
    if (order->kind == GN_CERT_DEVICE) {
        const int size = snprintf(uri, sizeof uri, "urn:ganglion:thing:%s", order->common_name);
        done = done && cert_push_name(names, GEN_URI, cert_string(V_ASN1_IA5STRING, uri, size));
    }
    for (size_t i = 0; order->kind == GN_CERT_SERVER && i < order->name_count && i < GN_CERTIFICATE_NAMES_MAX; i++)
        done = done && cert_push_server_name(names, order->names[i]);
    done = done && X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
    return done;
}

static bool cert_add_extensions(X509 *cert, const struct gn_cert_order *order)
{
    if (order->kind == GN_CERT_CA)
        return cert_add(cert, order->issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
               cert_add(cert, order->issuer, NID_key_usage, "critical,keyCertSign,cRLSign") &&
               cert_add(cert, order->issuer, NID_subject_key_identifier, "hash");
    return cert_add(cert, order->issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           cert_add(cert, order->issuer, NID_key_usage, "critical,digitalSignature") &&
           cert_add(cert, order->issuer, NID_ext_key_usage,
                    order->kind == GN_CERT_SERVER ? "serverAuth" : "clientAuth") &&
           cert_add(cert, order->issuer, NID_subject_key_identifier, "hash") &&
           cert_add(cert, order->issuer, NID_authority_key_identifier, "keyid:always") && cert_add_names(cert, order);
}

gn_err gn_cert_make(const struct gn_cert_order *order, X509 **out)
{
    X509 *cert = X509_new();
    const bool done =
        cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 && cert_set_serial(cert) &&
        cert_set_subject(cert, order->common_name) &&
        X509_set_issuer_name(cert, X509_get_subject_name(order->issuer != NULL ? order->issuer : cert)) == 1 &&
        cert_set_time(X509_getm_notBefore(cert), order->from_ms) &&
        cert_set_time(X509_getm_notAfter(cert), order->until_ms) && X509_set_pubkey(cert, order->subject_key) == 1 &&
        cert_add_extensions(cert, order) && X509_sign(cert, order->issuer_key, EVP_sha256()) > 0;
    if (!done) {
        X509_free(cert);
        ERR_clear_error();
        return GN_ERR_IO;
    }
    *out = cert;
    return GN_OK;
}

/* --- requests --- */

/* Nobody is asked for a passphrase. */
static int cert_no_passphrase(char *to, int size, int writing, void *ctx)
{
    (void)to;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

static X509_REQ *cert_read_request(gn_bytes request)
{
    const unsigned char *at = request.at;
    X509_REQ *found = d2i_X509_REQ(NULL, &at, (long)request.size);
    if (found != NULL && at == request.at + request.size)
        return found;
    X509_REQ_free(found);
    BIO *bio = BIO_new_mem_buf(request.at, (int)request.size);
    found = bio != NULL ? PEM_read_bio_X509_REQ(bio, NULL, cert_no_passphrase, NULL) : NULL;
    BIO_free(bio);
    return found;
}

static bool cert_key_strong(EVP_PKEY *key)
{
    char group[32] = "";
    const int bits = EVP_PKEY_get_bits(key);
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
        return EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
               (strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0);
    case EVP_PKEY_ED25519:
        return true;
    case EVP_PKEY_RSA:
        return bits >= CERT_RSA_BITS_MIN && bits <= CERT_RSA_BITS_MAX;
    default:
        return false;
    }
}

gn_err gn_cert_request_key(gn_bytes request, EVP_PKEY **out, struct gn_diag *diag)
{
    gn_err err = GN_ERR_INVAL;
    X509_REQ *read = NULL;
    EVP_PKEY *key = NULL;
    if (request.size == 0 || request.size > GN_CERTIFICATE_REQUEST_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "a certificate request has 1 to %d bytes", GN_CERTIFICATE_REQUEST_BYTES_MAX);
        goto cleanup;
    }
    read = cert_read_request(request);
    if (read == NULL) {
        gn_diag_set(diag, 0, 0, "this is no certificate request (PKCS #10, as PEM or DER)");
        goto cleanup;
    }
    key = X509_REQ_get_pubkey(read);
    if (key == NULL || !cert_key_strong(key)) {
        gn_diag_set(diag, 0, 0, "the key must be EC P-256 or P-384, Ed25519, or RSA of 2048 to 4096 bits");
        goto cleanup;
    }
    if (X509_REQ_verify(read, key) != 1) {
        gn_diag_set(diag, 0, 0, "the request is not signed with its own key: who sent it may not have it");
        goto cleanup;
    }
    *out = key;
    key = NULL;
    err = GN_OK;
cleanup:
    EVP_PKEY_free(key);
    X509_REQ_free(read);
    ERR_clear_error();
    return err;
}

/* --- as text --- */

static gn_err cert_take_bio(BIO *bio, bool written, struct gn_buf *out)
{
    char *text = NULL;
    const long size = written ? BIO_get_mem_data(bio, &text) : 0;
    if (size > 0)
        gn_buf_add(out, text, (size_t)size);
    BIO_free(bio);
    ERR_clear_error();
    return size <= 0 ? GN_ERR_IO : out->full ? GN_ERR_FULL : GN_OK;
}

gn_err gn_cert_write(X509 *cert, struct gn_buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    return cert_take_bio(bio, bio != NULL && PEM_write_bio_X509(bio, cert) == 1, out);
}

gn_err gn_cert_write_key(EVP_PKEY *key, struct gn_buf *out)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    return cert_take_bio(bio, bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1,
                         out);
}

gn_err gn_cert_read_pair(gn_str text, EVP_PKEY **out_key, X509 **out_cert)
{
    BIO *bio = BIO_new_mem_buf(text.at, (int)text.size);
    EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, cert_no_passphrase, NULL) : NULL;
    X509 *cert = key != NULL ? PEM_read_bio_X509(bio, NULL, cert_no_passphrase, NULL) : NULL;
    const bool right = cert != NULL && X509_check_private_key(cert, key) == 1;
    BIO_free(bio);
    ERR_clear_error();
    if (!right) {
        EVP_PKEY_free(key);
        X509_free(cert);
        return GN_ERR_CORRUPT;
    }
    *out_key = key;
    *out_cert = cert;
    return GN_OK;
}

/* --- reading --- */

struct gn_sha256 gn_cert_fingerprint(const X509 *cert)
{
    struct gn_sha256 hash = { 0 };
    unsigned size = 0;
    const int done = X509_digest(cert, EVP_sha256(), hash.bytes, &size);
    assert(done == 1 && size == sizeof hash.bytes);
    (void)done;
    return hash;
}

static int64_t cert_time_ms(const ASN1_TIME *time)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return 0;
    return (int64_t)timegm(&parts) * 1000;
}

int64_t gn_cert_until_ms(const X509 *cert)
{
    return cert_time_ms(X509_get0_notAfter(cert));
}

int64_t gn_cert_from_ms(const X509 *cert)
{
    return cert_time_ms(X509_get0_notBefore(cert));
}

bool gn_cert_covers(X509 *cert, const char *name)
{
    uint8_t bytes[16];
    int size;
    if (cert_is_address(name, bytes, &size))
        return X509_check_ip(cert, bytes, (size_t)size, 0) == 1;
    return X509_check_host(cert, name, strlen(name), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}
