/* SPDX-License-Identifier: Apache-2.0 */
#include "node/certify.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "node/test_records.h"

enum { RING_BYTES = 64 << 10 };

struct fixture {
    char dir[64];
    struct gn_clock_sim sim;
    struct gn_guard *guard;
    struct gn_ca *ca;
    struct gn_ring ring;
    uint8_t *ring_bytes;
    struct gn_intake_core core;
    struct gn_intake table;
    struct gn_certify certify;
    struct gn_diag diag;
    uv_loop_t loop;
    unsigned answers;
    char topic[128];
    char answer[8192];
    char correlation[16];
};

static gn_err endpoint_publish(void *self, const struct gn_publish_out *publish)
{
    struct fixture *f = self;
    f->answers++;
    assert_int_equal(publish->qos, 1);
    assert_false(publish->retain);
    assert_int_equal(gn_str_copy(f->topic, sizeof f->topic, publish->topic), GN_OK);
    assert_int_equal(gn_str_copy(f->answer, sizeof f->answer, publish->payload), GN_OK);
    return gn_str_copy(f->correlation, sizeof f->correlation,
                       (gn_str){ (const char *)publish->correlation.at, publish->correlation.size });
}

static const struct gn_adapter endpoint = { .publish = endpoint_publish };

static int setup(void **state)
{
    static const uint8_t seed[16] = { 1 };
    char id[GN_THING_ID_BYTES_MAX + 1];
    uint64_t token;
    struct fixture *f = gn_mem_take(sizeof *f, "a test's fixture");
    story_folder(f->dir);
    f->sim = (struct gn_clock_sim){ .wall_ms = STORY_BEGIN_MS, .mono_us = 5000000 };
    const struct gn_clock clock = gn_clock_simulated(&f->sim);
    f->ring_bytes = gn_mem_take(RING_BYTES, "a test's ring");
    assert_int_equal(gn_ring_init(&f->ring, f->ring_bytes, RING_BYTES, 1), GN_OK);
    assert_int_equal(gn_guard_open(f->dir, clock, &f->guard, &f->diag), GN_OK);
    assert_int_equal(gn_ca_open(f->dir, clock, &f->ca, &f->diag), GN_OK);
    assert_int_equal(gn_intake_init(&f->core, f->guard, clock, &f->ring, seed), GN_OK);
    assert_int_equal(gn_intake_thing_add(&f->core, GN_STR("Press 7"), id, &token, &f->diag), GN_OK);
    assert_int_equal(gn_intake_thing_add(&f->core, GN_STR("Pump"), id, &token, &f->diag), GN_OK);
    f->table = gn_intake_table(&f->core);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(gn_certify_start(&f->certify, &f->loop, f->ca, &f->core, &endpoint, f), GN_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    gn_certify_stop(&f->certify);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    gn_certify_fini(&f->certify);
    gn_intake_fini(&f->core);
    gn_ca_close(f->ca);
    gn_guard_close(f->guard);
    gn_mem_give(f->ring_bytes);
    story_folder_remove(f->dir);
    gn_mem_give(f);
    return 0;
}

/* A request of a new key, as PEM. */
static gn_str request_text(char *to, size_t capacity)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_REQ *request = X509_REQ_new();
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509_REQ(bio, request), 1);
    const int size = BIO_read(bio, to, (int)capacity);
    BIO_free(bio);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
    assert_true(size > 0);
    return (gn_str){ to, (size_t)size };
}

static gn_err ask(struct fixture *f, uint32_t thing, gn_str request, const char *answer_to)
{
    const struct gn_certify_ask ask = { .thing = thing,
                                        .request = { (const uint8_t *)request.at, request.size },
                                        .answer_to = gn_str_of(answer_to),
                                        .correlation = { (const uint8_t *)"c-1", 3 } };
    f->diag = (struct gn_diag){ 0 };
    return f->table.certify(f->table.self, &ask, &f->diag);
}

static size_t count_of(struct fixture *f, const char *id)
{
    struct gn_ca_row rows[GN_CERTIFICATES_PER_THING_MAX];
    return gn_ca_list(f->ca, gn_str_of(id), rows);
}

static void a_request_is_answered_with_a_certificate_that_counts(void **state)
{
    struct fixture *f = *state;
    char text[2048];
    assert_int_equal(ask(f, 0, request_text(text, sizeof text), "things/press-7/answer"), GN_OK);
    assert_int_equal(f->answers, 0); /* not on this thread */
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->answers, 1);
    assert_string_equal(f->topic, "things/press-7/answer");
    assert_string_equal(f->correlation, "c-1");
    assert_non_null(strstr(f->answer, "{\"id\":\"press-7\",\"certificate\":\"-----BEGIN CERTIFICATE-----"));
    assert_non_null(strstr(f->answer, "\"ca\":\"-----BEGIN CERTIFICATE-----"));
    assert_int_equal(count_of(f, "press-7"), 1);
    assert_int_equal(count_of(f, "pump"), 0);
}

static void what_is_no_request_is_answered_with_words(void **state)
{
    struct fixture *f = *state;
    static char large[GN_CERTIFICATE_REQUEST_BYTES_MAX + 1];
    assert_int_equal(ask(f, 0, GN_STR("please"), "things/press-7/answer"), GN_OK);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_non_null(strstr(f->answer, "{\"error\":{\"code\":\"bad_request\",\"message\":\""));
    assert_int_equal(ask(f, 0, (gn_str){ large, sizeof large }, "things/press-7/answer"), GN_ERR_INVAL);
    assert_int_equal(ask(f, 0, (gn_str){ large, 0 }, "things/press-7/answer"), GN_ERR_INVAL);
    assert_non_null(strstr(f->diag.text, "a certificate request has 1 to"));
    assert_int_equal(count_of(f, "press-7"), 0);
}

static void a_thing_has_one_request_under_way(void **state)
{
    struct fixture *f = *state;
    char text[2048];
    const gn_str request = request_text(text, sizeof text);
    assert_int_equal(ask(f, 0, request, "things/press-7/answer"), GN_OK);
    assert_int_equal(ask(f, 0, request, "things/press-7/answer"), GN_ERR_FULL);
    assert_int_equal(ask(f, 1, request, "things/pump/answer"), GN_OK); /* another Thing */
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->answers, 2);
    assert_int_equal(ask(f, 0, request, "things/press-7/answer"), GN_OK);
    for (int i = 0; i < GN_CERTIFICATE_REQUESTS_WAITING_MAX; i++)
        f->certify.jobs[i].is_busy = true;
    assert_int_equal(ask(f, 1, request, "things/pump/answer"), GN_ERR_FULL);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
}

static void whose_credentials_are_withdrawn_meanwhile_gets_none(void **state)
{
    struct fixture *f = *state;
    char text[2048];
    assert_int_equal(ask(f, 0, request_text(text, sizeof text), "things/press-7/answer"), GN_OK);
    gn_intake_revoke(&f->core, 0);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->answers, 0);
    assert_int_equal(count_of(f, "press-7"), 0);
}

static void nobody_is_answered_after_the_end(void **state)
{
    struct fixture *f = *state;
    char text[2048];
    const gn_str request = request_text(text, sizeof text);
    assert_int_equal(ask(f, 0, request, "things/press-7/answer"), GN_OK);
    gn_certify_stop(&f->certify);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(f->answers, 0);
    assert_int_equal(ask(f, 1, request, "things/pump/answer"), GN_ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_is_answered_with_a_certificate_that_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_request_is_answered_with_words, setup, teardown),
        cmocka_unit_test_setup_teardown(a_thing_has_one_request_under_way, setup, teardown),
        cmocka_unit_test_setup_teardown(whose_credentials_are_withdrawn_meanwhile_gets_none, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_answered_after_the_end, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
