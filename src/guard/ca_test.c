/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ca.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "guard/ca_int.h"
#include "guard/cert.h"
#include "os/file.h"

#define DAY_MS   INT64_C(86400000)
#define TODAY    INT64_C(1790000000000)
#define PRESS    GN_STR("press-7")
#define NO_BYTES ((gn_bytes){ 0 })

static char dir[64];
static struct gn_clock_sim sim;
static struct gn_ca *ca;

static gn_err open_ca(struct gn_diag *diag)
{
    return gn_ca_open(dir, gn_clock_simulated(&sim), &ca, diag);
}

static int begin(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-ca-XXXXXX");
    sim = (struct gn_clock_sim){ .wall_ms = TODAY };
    return mkdtemp(dir) != NULL && open_ca(NULL) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    gn_ca_close(ca);
    ca = NULL;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

static const char *path_of(const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/guard/%s", dir, name);
    return path;
}

static void reopen(void)
{
    gn_ca_close(ca);
    ca = NULL;
    assert_int_equal(open_ca(NULL), GN_OK);
}

static struct gn_sha256 fingerprint_of(const struct gn_issued *issued)
{
    struct gn_sha256 hash = { 0 };
    for (size_t i = 0; i < sizeof hash.bytes; i++) {
        unsigned value = 0;
        assert_int_equal(sscanf(issued->fingerprint + 2 * i, "%2x", &value), 1);
        hash.bytes[i] = (uint8_t)value;
    }
    return hash;
}

static gn_err issue(struct gn_issued *out)
{
    return gn_ca_issue(ca, PRESS, NO_BYTES, out, NULL);
}

static gn_err identify(const struct gn_issued *issued, char out_id[static GN_THING_ID_BYTES_MAX + 1])
{
    const struct gn_sha256 hash = fingerprint_of(issued);
    return gn_ca_identify(ca, &hash, out_id);
}

static void the_first_start_makes_a_ca_and_the_next_one_keeps_it(void **state)
{
    (void)state;
    char first[GN_FINGERPRINT_TEXT_BYTES];
    char second[GN_FINGERPRINT_TEXT_BYTES];
    struct stat info;
    gn_ca_fingerprint(ca, first);
    assert_true(gn_str_starts(gn_ca_certificate(ca), GN_STR("-----BEGIN CERTIFICATE-----\n")));
    assert_int_equal(stat(path_of("ca.pem"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    reopen();
    gn_ca_fingerprint(ca, second);
    assert_string_equal(first, second);
    assert_int_equal(strlen(first), 64);
}

static void two_nodes_have_different_cas(void **state)
{
    (void)state;
    char first[GN_FINGERPRINT_TEXT_BYTES];
    char second[GN_FINGERPRINT_TEXT_BYTES];
    gn_ca_fingerprint(ca, first);
    assert_int_equal(unlink(path_of("ca.pem")), 0);
    reopen();
    gn_ca_fingerprint(ca, second);
    assert_string_not_equal(first, second);
}

static void a_broken_file_is_named_and_opens_for_nobody(void **state)
{
    (void)state;
    static const char *const names[] = { "ca.pem", "server.pem", "certificates" };
    assert_int_equal(gn_ca_serve(ca, NULL, 0, NULL), GN_OK);
    for (size_t i = 0; i < 3; i++) {
        char kept[8192];
        size_t size = 0;
        struct gn_diag diag = { 0 };
        const bool had = gn_file_read_all(path_of(names[i]), kept, sizeof kept, &size) == GN_OK;
        assert_int_equal(had, i < 2);
        assert_int_equal(gn_file_replace(path_of(names[i]), (gn_bytes){ (const uint8_t *)"what\n", 5 }), GN_OK);
        gn_ca_close(ca);
        ca = NULL;
        assert_int_equal(open_ca(&diag), GN_ERR_CORRUPT);
        assert_null(ca);
        assert_non_null(strstr(diag.file, names[i]));
        assert_true(diag.text[0] != '\0');
        if (had)
            assert_int_equal(gn_file_replace(path_of(names[i]), (gn_bytes){ (const uint8_t *)kept, size }), GN_OK);
        else
            assert_int_equal(unlink(path_of(names[i])), 0);
        assert_int_equal(open_ca(NULL), GN_OK);
    }
}

static void a_key_that_others_can_read_opens_for_nobody(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    gn_ca_close(ca);
    ca = NULL;
    assert_int_equal(chmod(path_of("ca.pem"), 0640), 0);
    assert_int_equal(open_ca(&diag), GN_ERR_DENIED);
    assert_non_null(strstr(diag.text, "chmod 600"));
    assert_int_equal(chmod(path_of("ca.pem"), 0600), 0);
    assert_int_equal(open_ca(NULL), GN_OK);
}

static void a_server_pair_of_another_ca_is_refused(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_ca_serve(ca, NULL, 0, NULL), GN_OK);
    gn_ca_close(ca);
    ca = NULL;
    assert_int_equal(unlink(path_of("ca.pem")), 0);
    assert_int_equal(open_ca(&diag), GN_ERR_CORRUPT);
    assert_non_null(strstr(diag.file, "server.pem"));
    assert_int_equal(unlink(path_of("server.pem")), 0);
    assert_int_equal(open_ca(NULL), GN_OK);
}

/* --- the node's certificate --- */

static X509 *served(uint64_t *out_generation)
{
    X509 *root = NULL;
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    assert_int_equal(gn_ca_pair(ca, &root, &cert, &key, out_generation), GN_OK);
    X509_free(root);
    EVP_PKEY_free(key);
    return cert;
}

static void the_node_has_no_certificate_before_it_is_asked_for(void **state)
{
    (void)state;
    X509 *root = NULL;
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    uint64_t generation;
    assert_int_equal(gn_ca_pair(ca, &root, &cert, &key, &generation), GN_ERR_NOT_FOUND);
}

static void the_nodes_certificate_covers_its_names_and_stays_while_it_does(void **state)
{
    (void)state;
    static const char *const names[] = { "node.example", "192.0.2.7", "no name at all" };
    uint64_t generation;
    uint64_t later;
    assert_int_equal(gn_ca_serve(ca, names, 3, NULL), GN_OK);
    X509 *cert = served(&generation);
    assert_true(gn_cert_covers(cert, "localhost"));
    assert_true(gn_cert_covers(cert, "127.0.0.1"));
    assert_true(gn_cert_covers(cert, "::1"));
    assert_true(gn_cert_covers(cert, "node.example"));
    assert_true(gn_cert_covers(cert, "192.0.2.7"));
    reopen();
    assert_int_equal(gn_ca_serve(ca, names, 2, NULL), GN_OK);
    X509 *same = served(&later);
    assert_int_equal(X509_cmp(cert, same), 0);
    static const char *const more[] = { "other.example" };
    assert_int_equal(gn_ca_serve(ca, more, 1, NULL), GN_OK);
    X509 *fresh = served(&generation);
    assert_int_not_equal(X509_cmp(cert, fresh), 0);
    assert_true(generation > later);
    X509_free(cert);
    X509_free(same);
    X509_free(fresh);
}

static void the_nodes_certificate_is_renewed_thirty_days_before_its_end(void **state)
{
    (void)state;
    bool changed = true;
    uint64_t generation;
    assert_int_equal(gn_ca_serve(ca, NULL, 0, NULL), GN_OK);
    sim.wall_ms = TODAY + (GN_SERVER_DAYS - GN_SERVER_RENEW_DAYS) * DAY_MS;
    assert_int_equal(gn_ca_renew(ca, &changed), GN_OK);
    assert_false(changed);
    sim.wall_ms += 1000;
    assert_int_equal(gn_ca_renew(ca, &changed), GN_OK);
    assert_true(changed);
    X509 *cert = served(&generation);
    assert_int_equal(gn_cert_until_ms(cert), sim.wall_ms + GN_SERVER_DAYS * DAY_MS);
    X509_free(cert);
    assert_int_equal(gn_ca_renew(ca, &changed), GN_OK);
    assert_false(changed);
}

static void a_clock_that_was_never_set_does_not_date_certificates(void **state)
{
    (void)state;
    struct gn_issued issued;
    sim.wall_ms = 5000;
    assert_int_equal(issue(&issued), GN_OK);
    assert_true(issued.until_ms > INT64_C(1704067200000) + 364 * DAY_MS);
}

/* --- devices --- */

static void a_certificate_counts_for_its_thing_for_a_year(void **state)
{
    (void)state;
    struct gn_issued issued;
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    char id[GN_THING_ID_BYTES_MAX + 1];
    assert_int_equal(issue(&issued), GN_OK);
    assert_non_null(strstr(issued.key, "BEGIN PRIVATE KEY"));
    assert_non_null(strstr(issued.certificate, "BEGIN CERTIFICATE"));
    assert_int_equal(issued.until_ms, TODAY + GN_CERTIFICATE_DAYS * DAY_MS);
    assert_int_equal(identify(&issued, id), GN_OK);
    assert_string_equal(id, "press-7");
    reopen();
    assert_int_equal(identify(&issued, id), GN_OK);
    assert_int_equal(gn_ca_list(ca, PRESS, rows), 1);
    assert_string_equal(rows[0].fingerprint, issued.fingerprint);
    sim.wall_ms = issued.until_ms - 1;
    assert_int_equal(identify(&issued, id), GN_OK);
    sim.wall_ms = issued.until_ms;
    assert_int_equal(identify(&issued, id), GN_ERR_DENIED);
    assert_int_equal(gn_ca_list(ca, PRESS, rows), 0);
}

static void a_fifth_certificate_ends_the_first(void **state)
{
    (void)state;
    struct gn_issued issued[GN_CERTIFICATES_PER_THING_MAX + 1];
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    char id[GN_THING_ID_BYTES_MAX + 1];
    for (size_t i = 0; i <= GN_CERTIFICATES_PER_THING_MAX; i++) {
        assert_int_equal(issue(&issued[i]), GN_OK);
        sim.wall_ms += 1000;
    }
    assert_int_equal(gn_ca_list(ca, PRESS, rows), GN_CERTIFICATES_PER_THING_MAX);
    assert_int_equal(identify(&issued[0], id), GN_ERR_DENIED);
    for (size_t i = 1; i <= GN_CERTIFICATES_PER_THING_MAX; i++)
        assert_int_equal(identify(&issued[i], id), GN_OK);
}

static void a_revoked_certificate_is_nobodys_also_after_a_restart(void **state)
{
    (void)state;
    struct gn_issued first;
    struct gn_issued second;
    struct gn_issued other;
    char id[GN_THING_ID_BYTES_MAX + 1];
    assert_int_equal(issue(&first), GN_OK);
    assert_int_equal(issue(&second), GN_OK);
    assert_int_equal(gn_ca_issue(ca, GN_STR("pump"), NO_BYTES, &other, NULL), GN_OK);
    const struct gn_sha256 hash = fingerprint_of(&first);
    assert_int_equal(gn_ca_revoke(ca, GN_STR("pump"), &hash), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_ca_revoke(ca, PRESS, &hash), GN_OK);
    assert_int_equal(identify(&first, id), GN_ERR_DENIED);
    assert_int_equal(identify(&second, id), GN_OK);
    assert_int_equal(gn_ca_revoke(ca, PRESS, NULL), GN_OK);
    assert_int_equal(gn_ca_revoke(ca, PRESS, NULL), GN_ERR_NOT_FOUND);
    reopen();
    assert_int_equal(identify(&first, id), GN_ERR_DENIED);
    assert_int_equal(identify(&second, id), GN_ERR_DENIED);
    assert_int_equal(identify(&other, id), GN_OK);
    assert_string_equal(id, "pump");
}

static void an_id_that_is_none_and_a_bad_request_get_no_certificate(void **state)
{
    (void)state;
    struct gn_issued issued;
    struct gn_diag diag = { 0 };
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    assert_int_equal(gn_ca_issue(ca, GN_STR("a/b"), NO_BYTES, &issued, &diag), GN_ERR_INVAL);
    assert_int_equal(gn_ca_issue(ca, GN_STR(""), NO_BYTES, &issued, &diag), GN_ERR_INVAL);
    assert_int_equal(gn_ca_issue(ca, PRESS, (gn_bytes){ (const uint8_t *)"hello", 5 }, &issued, &diag), GN_ERR_INVAL);
    assert_true(diag.text[0] != '\0');
    assert_int_equal(gn_ca_list(ca, PRESS, rows), 0);
}

/* A request is signed with the key that stays with the device; what else stands in it counts for nothing. */
static void a_request_gets_a_certificate_with_our_names_only(void **state)
{
    (void)state;
    EVP_PKEY *key = NULL;
    struct gn_issued issued;
    unsigned char der[4096];
    unsigned char *at = der;
    assert_int_equal(gn_cert_key_new(&key), GN_OK);
    X509_REQ *request = X509_REQ_new();
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_ASC,
                                                (const unsigned char *)"pump", -1, -1, 0),
                     1);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
    const int size = i2d_X509_REQ(request, &at);
    X509_REQ_free(request);
    assert_int_equal(gn_ca_issue(ca, PRESS, (gn_bytes){ der, (size_t)size }, &issued, NULL), GN_OK);
    assert_string_equal(issued.key, "");
    char text[4096];
    struct gn_buf pair = gn_buf_over(text, sizeof text);
    assert_int_equal(gn_cert_write_key(key, &pair), GN_OK);
    gn_buf_add_text(&pair, issued.certificate);
    EVP_PKEY *same = NULL;
    X509 *cert = NULL;
    assert_int_equal(gn_cert_read_pair(gn_buf_str(&pair), &same, &cert), GN_OK);
    char name[64] = "";
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, name, sizeof name);
    assert_string_equal(name, "press-7");
    EVP_PKEY_free(key);
    EVP_PKEY_free(same);
    X509_free(cert);
}

static void a_certificate_that_could_not_be_kept_does_not_count(void **state)
{
    (void)state;
    struct gn_issued issued;
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    gn_mem_fail_after(1);
    assert_int_equal(issue(&issued), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_int_equal(gn_ca_list(ca, PRESS, rows), 0);
    for (size_t i = 0; i < GN_CERTIFICATES_PER_THING_MAX; i++)
        assert_int_equal(issue(&issued), GN_OK);
    gn_mem_fail_after(1);
    assert_int_equal(issue(&issued), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_int_equal(gn_ca_list(ca, PRESS, rows), GN_CERTIFICATES_PER_THING_MAX);
}

static void the_ca_is_shown_without_opening_it(void **state)
{
    (void)state;
    char bytes[GN_PEM_BYTES];
    char shown[GN_FINGERPRINT_TEXT_BYTES];
    char right[GN_FINGERPRINT_TEXT_BYTES];
    struct gn_buf pem = gn_buf_over(bytes, sizeof bytes);
    assert_int_equal(gn_ca_show(dir, &pem, shown, NULL), GN_OK);
    gn_ca_fingerprint(ca, right);
    assert_string_equal(shown, right);
    assert_true(gn_str_equal(gn_buf_str(&pem), gn_ca_certificate(ca)));
    assert_int_equal(gn_ca_show("/tmp/ganglion-nowhere", &pem, shown, NULL), GN_ERR_NOT_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(the_first_start_makes_a_ca_and_the_next_one_keeps_it),
        CASE(two_nodes_have_different_cas),
        CASE(a_broken_file_is_named_and_opens_for_nobody),
        CASE(a_key_that_others_can_read_opens_for_nobody),
        CASE(a_server_pair_of_another_ca_is_refused),
        CASE(the_node_has_no_certificate_before_it_is_asked_for),
        CASE(the_nodes_certificate_covers_its_names_and_stays_while_it_does),
        CASE(the_nodes_certificate_is_renewed_thirty_days_before_its_end),
        CASE(a_clock_that_was_never_set_does_not_date_certificates),
        CASE(a_certificate_counts_for_its_thing_for_a_year),
        CASE(a_fifth_certificate_ends_the_first),
        CASE(a_revoked_certificate_is_nobodys_also_after_a_restart),
        CASE(an_id_that_is_none_and_a_bad_request_get_no_certificate),
        CASE(a_request_gets_a_certificate_with_our_names_only),
        CASE(a_certificate_that_could_not_be_kept_does_not_count),
        CASE(the_ca_is_shown_without_opening_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
