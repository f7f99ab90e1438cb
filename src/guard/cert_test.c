/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/cert.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"

#define FROM  INT64_C(1700000000000)
#define UNTIL INT64_C(1800000000000)

static EVP_PKEY *ca_key;
static X509 *ca_cert;

static int begin(void **state)
{
    (void)state;
    if (gn_cert_key_new(&ca_key) != GN_OK)
        return -1;
    const struct gn_cert_order order = { .kind = GN_CERT_CA,
                                         .subject_key = ca_key,
                                         .issuer_key = ca_key,
                                         .common_name = "test CA",
                                         .from_ms = FROM,
                                         .until_ms = UNTIL };
    return gn_cert_make(&order, &ca_cert) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    EVP_PKEY_free(ca_key);
    X509_free(ca_cert);
    return 0;
}

static X509 *make(gn_cert_kind kind, const char *common_name, const char *const *names, size_t count)
{
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    assert_int_equal(gn_cert_key_new(&key), GN_OK);
    const struct gn_cert_order order = { .kind = kind,
                                         .subject_key = key,
                                         .issuer_key = ca_key,
                                         .issuer = ca_cert,
                                         .common_name = common_name,
                                         .names = names,
                                         .name_count = count,
                                         .from_ms = FROM,
                                         .until_ms = UNTIL };
    assert_int_equal(gn_cert_make(&order, &cert), GN_OK);
    EVP_PKEY_free(key);
    return cert;
}

/* What an ordinary TLS library would say of the chain. */
static int verdict(X509 *cert, int purpose, int64_t at_ms)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    assert_int_equal(X509_STORE_add_cert(store, ca_cert), 1);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, cert, NULL), 1);
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)(at_ms / 1000));
    assert_int_equal(X509_VERIFY_PARAM_set_purpose(param, purpose), 1);
    assert_int_equal(X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT), 1);
    (void)X509_verify_cert(ctx);
    const int error = X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return error;
}

static void a_device_may_be_a_client_and_nothing_else(void **state)
{
    (void)state;
    X509 *cert = make(GN_CERT_DEVICE, "press-7", NULL, 0);
    assert_int_equal(verdict(cert, X509_PURPOSE_SSL_CLIENT, FROM + 1000), X509_V_OK);
    assert_int_equal(verdict(cert, X509_PURPOSE_SSL_SERVER, FROM + 1000), X509_V_ERR_INVALID_PURPOSE);
    assert_int_equal(verdict(cert, X509_PURPOSE_SSL_CLIENT, UNTIL + 1000), X509_V_ERR_CERT_HAS_EXPIRED);
    assert_int_equal(verdict(cert, X509_PURPOSE_SSL_CLIENT, FROM - 1000), X509_V_ERR_CERT_NOT_YET_VALID);
    assert_int_equal(X509_check_ca(cert), 0);
    assert_false(gn_cert_covers(cert, "press-7"));
    X509_free(cert);
}

static void a_server_speaks_for_its_names_and_no_others(void **state)
{
    (void)state;
    static const char *const names[] = { "node.example", "192.0.2.7", "::1", "not a name", "*.example", "" };
    X509 *cert = make(GN_CERT_SERVER, "node", names, 6);
    assert_int_equal(verdict(cert, X509_PURPOSE_SSL_SERVER, FROM + 1000), X509_V_OK);
    assert_int_equal(verdict(cert, X509_PURPOSE_SSL_CLIENT, FROM + 1000), X509_V_ERR_INVALID_PURPOSE);
    assert_true(gn_cert_covers(cert, "node.example"));
    assert_true(gn_cert_covers(cert, "192.0.2.7"));
    assert_true(gn_cert_covers(cert, "0:0:0:0:0:0:0:1"));
    assert_false(gn_cert_covers(cert, "other.example"));
    assert_false(gn_cert_covers(cert, "192.0.2.8"));
    assert_false(gn_cert_covers(cert, "node"));
    X509_free(cert);
}

static void a_ca_signs_but_does_not_make_further_cas(void **state)
{
    (void)state;
    assert_int_equal(X509_check_ca(ca_cert), 1);
    assert_int_equal(X509_get_pathlen(ca_cert), 0);
    assert_int_equal(X509_get_key_usage(ca_cert), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
}

static void serial_numbers_are_random_and_positive(void **state)
{
    (void)state;
    X509 *first = make(GN_CERT_DEVICE, "a", NULL, 0);
    X509 *second = make(GN_CERT_DEVICE, "a", NULL, 0);
    assert_int_not_equal(ASN1_INTEGER_cmp(X509_get_serialNumber(first), X509_get_serialNumber(second)), 0);
    assert_int_equal(ASN1_STRING_length(X509_get_serialNumber(first)), GN_CERT_SERIAL_BYTES);
    assert_int_equal(ASN1_STRING_type(X509_get_serialNumber(first)), V_ASN1_INTEGER);
    X509_free(first);
    X509_free(second);
}

static void names_are_judged(void **state)
{
    (void)state;
    static const char *const good[] = { "a", "node.local", "xn--a-b.c_d", "10.0.0.1", "fe80::1", "host.", "1" };
    static const char *const bad[] = { "", ".a", "a..b", "-a", "a b", "a/b", "a:80", "[::1]", "\xc3\xa4" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(gn_cert_name_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gn_cert_name_valid(bad[i]));
}

static void a_pair_reads_back_and_a_mixed_one_does_not(void **state)
{
    (void)state;
    char text[4096];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    assert_int_equal(gn_cert_write_key(ca_key, &buf), GN_OK);
    const size_t key_size = buf.size;
    assert_int_equal(gn_cert_write(ca_cert, &buf), GN_OK);
    assert_int_equal(gn_cert_read_pair(gn_buf_str(&buf), &key, &cert), GN_OK);
    assert_int_equal(X509_cmp(cert, ca_cert), 0);
    assert_int_equal(EVP_PKEY_eq(key, ca_key), 1);
    EVP_PKEY_free(key);
    X509_free(cert);
    key = NULL;
    cert = NULL;
    X509 *other = make(GN_CERT_DEVICE, "a", NULL, 0);
    buf.size = key_size;
    assert_int_equal(gn_cert_write(other, &buf), GN_OK);
    assert_int_equal(gn_cert_read_pair(gn_buf_str(&buf), &key, &cert), GN_ERR_CORRUPT);
    assert_null(key);
    assert_int_equal(gn_cert_read_pair((gn_str){ text, key_size / 2 }, &key, &cert), GN_ERR_CORRUPT);
    X509_free(other);
}

static void a_text_that_does_not_fit_is_said(void **state)
{
    (void)state;
    char text[64];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    assert_int_equal(gn_cert_write(ca_cert, &buf), GN_ERR_FULL);
}

/* --- requests --- */

static EVP_PKEY *key_of(const char *kind, unsigned bits)
{
    if (strcmp(kind, "RSA") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
    return strcmp(kind, "ED25519") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_EC_gen(kind);
}

static size_t request_of(EVP_PKEY *key, EVP_PKEY *signer, uint8_t *out, size_t capacity)
{
    X509_REQ *request = X509_REQ_new();
    unsigned char *at = out;
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_ASC,
                                                (const unsigned char *)"somebody else", -1, -1, 0),
                     1);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    const EVP_MD *digest = EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
    assert_true(X509_REQ_sign(request, signer, digest) > 0);
    const int size = i2d_X509_REQ(request, NULL);
    assert_true(size > 0 && (size_t)size <= capacity);
    (void)i2d_X509_REQ(request, &at);
    X509_REQ_free(request);
    return (size_t)size;
}

static void a_request_is_taken_by_the_strength_of_its_key(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        unsigned bits;
        bool good;
    } rows[] = { { "P-256", 0, true },      { "P-384", 0, true },  { "ED25519", 0, true }, { "RSA", 2048, true },
                 { "secp256k1", 0, false }, { "P-224", 0, false }, { "RSA", 1024, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[4096];
        struct gn_diag diag = { 0 };
        EVP_PKEY *got = NULL;
        EVP_PKEY *key = key_of(rows[i].kind, rows[i].bits);
        assert_non_null(key);
        const size_t size = request_of(key, key, bytes, sizeof bytes);
        const gn_err err = gn_cert_request_key((gn_bytes){ bytes, size }, &got, &diag);
        assert_int_equal(err, rows[i].good ? GN_OK : GN_ERR_INVAL);
        assert_int_equal(diag.text[0] != '\0', !rows[i].good);
        if (rows[i].good)
            assert_int_equal(EVP_PKEY_eq(got, key), 1);
        EVP_PKEY_free(got);
        EVP_PKEY_free(key);
    }
}

static void a_request_signed_with_another_key_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[4096];
    struct gn_diag diag = { 0 };
    EVP_PKEY *got = NULL;
    EVP_PKEY *key = key_of("P-256", 0);
    const size_t size = request_of(key, ca_key, bytes, sizeof bytes);
    assert_int_equal(gn_cert_request_key((gn_bytes){ bytes, size }, &got, &diag), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "not signed with its own key"));
    EVP_PKEY_free(key);
}

static void a_request_has_a_largest_size_and_nothing_behind_it(void **state)
{
    (void)state;
    static uint8_t bytes[GN_CERTIFICATE_REQUEST_BYTES_MAX + 1];
    EVP_PKEY *got = NULL;
    const size_t size = request_of(ca_key, ca_key, bytes, sizeof bytes);
    assert_int_equal(gn_cert_request_key((gn_bytes){ bytes, size }, &got, NULL), GN_OK);
    EVP_PKEY_free(got);
    got = NULL;
    assert_int_equal(gn_cert_request_key((gn_bytes){ bytes, size + 1 }, &got, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_cert_request_key((gn_bytes){ bytes, size - 1 }, &got, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_cert_request_key((gn_bytes){ bytes, sizeof bytes }, &got, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_cert_request_key((gn_bytes){ bytes, 0 }, &got, NULL), GN_ERR_INVAL);
    assert_null(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_may_be_a_client_and_nothing_else),
        cmocka_unit_test(a_server_speaks_for_its_names_and_no_others),
        cmocka_unit_test(a_ca_signs_but_does_not_make_further_cas),
        cmocka_unit_test(serial_numbers_are_random_and_positive),
        cmocka_unit_test(names_are_judged),
        cmocka_unit_test(a_pair_reads_back_and_a_mixed_one_does_not),
        cmocka_unit_test(a_text_that_does_not_fit_is_said),
        cmocka_unit_test(a_request_is_taken_by_the_strength_of_its_key),
        cmocka_unit_test(a_request_signed_with_another_key_is_refused),
        cmocka_unit_test(a_request_has_a_largest_size_and_nothing_behind_it),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
