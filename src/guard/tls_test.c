/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "guard/tls_peer.h"

#define TODAY  INT64_C(1790000000000)
#define DAY_MS INT64_C(86400000)
#define PRESS  GN_STR("press-7")

static char dir[64];
static struct gn_clock_sim sim;
static struct gn_ca *ca;
static struct gn_tls *tls;
static struct gn_tls_spill spill;
static struct gn_tls_channel *channel;
static struct tls_peer peer;
static struct gn_issued issued;

static int begin(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-tls-XXXXXX");
    sim = (struct gn_clock_sim){ .wall_ms = TODAY, .mono_us = 1000000 };
    spill.size = 0;
    channel = NULL;
    peer = (struct tls_peer){ 0 };
    return mkdtemp(dir) != NULL && gn_ca_open(dir, gn_clock_simulated(&sim), &ca, NULL) == GN_OK &&
                   gn_ca_serve(ca, NULL, 0, NULL) == GN_OK && gn_tls_open(ca, GN_TLS_MQTT, &tls) == GN_OK
               ? 0
               : -1;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    gn_tls_free(channel);
    tls_peer_fini(&peer);
    gn_tls_close(tls);
    gn_ca_close(ca);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

/* A peer that trusts our CA, as of our clock. */
static void be_peer(const struct gn_issued *own)
{
    tls_peer_init(&peer, gn_ca_certificate(ca).at, own);
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(peer.ctx), (time_t)(sim.wall_ms / 1000));
}

static gn_err dial(SSL_SESSION *session)
{
    gn_tls_free(channel);
    channel = NULL;
    spill.size = 0;
    tls_peer_hang_up(&peer);
    tls_peer_dial(&peer, session, "localhost");
    assert_int_equal(gn_tls_accept(tls, &spill, &channel), GN_OK);
    return tls_peer_carry(&peer, channel, &spill, NULL);
}

static void issue(void)
{
    assert_int_equal(gn_ca_issue(ca, PRESS, (gn_bytes){ 0 }, &issued, NULL), GN_OK);
}

static void tell(const char *words)
{
    assert_int_equal(SSL_write(peer.ssl, words, (int)strlen(words)), (int)strlen(words));
}

/* What the peer reads, as text. */
static const char *hear(void)
{
    static char text[32768];
    size_t size = 0;
    int got;
    tls_peer_give(&peer, &spill);
    while (size < sizeof text - 1 && (got = SSL_read(peer.ssl, text + size, (int)(sizeof text - 1 - size))) > 0)
        size += (size_t)got;
    text[size] = '\0';
    ERR_clear_error();
    return text;
}

static void words_go_both_ways_and_not_in_the_clear(void **state)
{
    (void)state;
    char heard[64];
    struct gn_buf to = gn_buf_over(heard, sizeof heard);
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    assert_true(gn_tls_is_open(channel));
    assert_false(gn_tls_is_resumed(channel));
    assert_int_equal(SSL_version(peer.ssl), TLS1_3_VERSION);
    tell("canary-up");
    assert_int_equal(tls_peer_carry(&peer, channel, &spill, &to), GN_ERR_AGAIN);
    assert_true(gn_str_equal(gn_buf_str(&to), GN_STR("canary-up")));
    assert_int_equal(gn_tls_push(channel, (gn_bytes){ (const uint8_t *)"canary-down", 11 }), GN_OK);
    assert_true(spill.size > 11);
    assert_null(memmem(spill.bytes, spill.size, "canary", 6));
    assert_string_equal(hear(), "canary-down");
}

static void ciphertext_may_come_byte_by_byte(void **state)
{
    (void)state;
    char heard[64];
    struct gn_buf to = gn_buf_over(heard, sizeof heard);
    uint8_t bytes[4096];
    uint8_t plain[64];
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    tell("one");
    tell("two");
    const size_t size = tls_peer_take(&peer, bytes, sizeof bytes);
    for (size_t i = 0; i < size; i++) {
        size_t got = 0;
        gn_err err = gn_tls_feed(channel, (gn_bytes){ bytes + i, 1 });
        while (err == GN_OK && (err = gn_tls_pull(channel, plain, sizeof plain, &got)) == GN_OK)
            gn_buf_add(&to, plain, got);
        assert_int_equal(err, GN_ERR_AGAIN);
        assert_false(gn_tls_has_more(channel));
    }
    assert_true(gn_str_equal(gn_buf_str(&to), GN_STR("onetwo")));
}

static void what_is_kept_waits_and_comes_in_order(void **state)
{
    (void)state;
    static uint8_t bytes[16384];
    uint8_t plain[2];
    size_t got = 0;
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    tell("ab");
    tell("cd");
    size_t size = tls_peer_take(&peer, bytes, sizeof bytes);
    assert_int_equal(gn_tls_feed(channel, (gn_bytes){ bytes, size }), GN_OK);
    assert_int_equal(gn_tls_pull(channel, plain, 2, &got), GN_OK);
    assert_memory_equal(plain, "ab", 2);
    assert_int_equal(gn_tls_keep(channel), GN_OK);
    memset(bytes, 0xaa, sizeof bytes); /* the caller's bytes are gone */
    assert_true(gn_tls_has_more(channel));
    tell("ef");
    size = tls_peer_take(&peer, bytes, sizeof bytes);
    assert_int_equal(gn_tls_feed(channel, (gn_bytes){ bytes, size }), GN_OK);
    assert_int_equal(gn_tls_pull(channel, plain, 2, &got), GN_OK);
    assert_memory_equal(plain, "cd", 2);
    assert_int_equal(gn_tls_pull(channel, plain, 2, &got), GN_OK);
    assert_memory_equal(plain, "ef", 2);
    assert_int_equal(gn_tls_pull(channel, plain, 2, &got), GN_ERR_AGAIN);
    assert_int_equal(gn_tls_keep(channel), GN_OK);
    assert_false(gn_tls_has_more(channel));
}

static void a_part_of_the_largest_size_fits_the_spill(void **state)
{
    (void)state;
    static uint8_t part[GN_TLS_PART_BYTES];
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    memset(part, 'x', sizeof part);
    assert_int_equal(gn_tls_push(channel, (gn_bytes){ part, sizeof part }), GN_OK);
    assert_int_equal(strlen(hear()), sizeof part);
    assert_int_equal(gn_tls_push(channel, (gn_bytes){ part, 0 }), GN_OK);
    assert_int_equal(spill.size, 0);
}

static void a_proper_end_is_told_apart_from_a_broken_one(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    size_t got;
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    (void)SSL_shutdown(peer.ssl);
    assert_int_equal(tls_peer_carry(&peer, channel, &spill, NULL), GN_ERR_CLOSED);
    assert_string_equal(gn_tls_fault(channel), "");
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    tell("hello");
    const size_t size = tls_peer_take(&peer, bytes, sizeof bytes);
    bytes[size - 1] ^= 1;
    assert_int_equal(gn_tls_feed(channel, (gn_bytes){ bytes, size }), GN_OK);
    assert_int_equal(gn_tls_pull(channel, bytes, sizeof bytes, &got), GN_ERR_INVAL);
    assert_true(gn_tls_fault(channel)[0] != '\0');
    assert_int_equal(gn_tls_pull(channel, bytes, sizeof bytes, &got), GN_ERR_INVAL);
    assert_int_equal(gn_tls_push(channel, (gn_bytes){ bytes, 1 }), GN_ERR_INVAL);
}

static void the_node_says_goodbye(void **state)
{
    (void)state;
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    gn_tls_bye(channel);
    assert_true(spill.size > 0);
    (void)hear();
    assert_int_equal(SSL_get_shutdown(peer.ssl) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

static void what_is_no_tls_is_refused_in_words(void **state)
{
    (void)state;
    uint8_t plain[64];
    size_t got;
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(gn_tls_accept(tls, &spill, &channel), GN_OK);
    assert_int_equal(gn_tls_feed(channel, (gn_bytes){ (const uint8_t *)request, sizeof request - 1 }), GN_OK);
    assert_int_equal(gn_tls_pull(channel, plain, sizeof plain, &got), GN_ERR_INVAL);
    assert_true(gn_tls_fault(channel)[0] != '\0');
    assert_false(gn_tls_is_open(channel));
}

/* --- versions and suites --- */

static gn_err dial_with(int min, int max, const char *ciphers)
{
    tls_peer_fini(&peer);
    be_peer(NULL);
    SSL_CTX_set_security_level(peer.ctx, 0); /* the client would do anything */
    assert_int_equal(SSL_CTX_set_min_proto_version(peer.ctx, min), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(peer.ctx, max), 1);
    if (ciphers != NULL)
        assert_int_equal(SSL_CTX_set_cipher_list(peer.ctx, ciphers), 1);
    return dial(NULL);
}

static void old_versions_and_weak_suites_are_refused(void **state)
{
    (void)state;
    static const char *const weak[] = {
        "ECDHE-ECDSA-AES128-SHA",   "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256", "eNULL", "aNULL",
        "DHE-RSA-AES128-GCM-SHA256"
    };
    be_peer(NULL);
    assert_int_equal(dial_with(TLS1_2_VERSION, TLS1_2_VERSION, NULL), GN_ERR_AGAIN);
    assert_true(gn_tls_is_open(channel));
    assert_int_equal(dial_with(TLS1_1_VERSION, TLS1_1_VERSION, "ALL"), GN_ERR_INVAL);
    assert_int_equal(dial_with(TLS1_VERSION, TLS1_VERSION, "ALL"), GN_ERR_INVAL);
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
        assert_int_equal(dial_with(TLS1_2_VERSION, TLS1_2_VERSION, weak[i]), GN_ERR_INVAL);
        assert_false(gn_tls_is_open(channel));
    }
    assert_int_equal(dial_with(TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305"), GN_ERR_AGAIN);
}

static void renegotiation_is_refused(void **state)
{
    (void)state;
    be_peer(NULL);
    assert_int_equal(dial_with(TLS1_2_VERSION, TLS1_2_VERSION, NULL), GN_ERR_AGAIN);
    assert_int_equal(SSL_renegotiate(peer.ssl), 1);
    (void)SSL_do_handshake(peer.ssl);
    assert_int_equal(tls_peer_carry(&peer, channel, &spill, NULL), GN_ERR_INVAL);
    assert_int_not_equal(SSL_do_handshake(peer.ssl), 1);
}

static void the_protocol_inside_is_named(void **state)
{
    (void)state;
    const unsigned char *chosen = NULL;
    unsigned size = 0;
    be_peer(NULL);
    assert_int_equal(SSL_CTX_set_alpn_protos(peer.ctx, (const unsigned char *)"\2h2\4mqtt", 8), 0);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    SSL_get0_alpn_selected(peer.ssl, &chosen, &size);
    assert_int_equal(size, 4);
    assert_memory_equal(chosen, "mqtt", 4);
    assert_int_equal(SSL_CTX_set_alpn_protos(peer.ctx, (const unsigned char *)"\2h2", 3), 0);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    SSL_get0_alpn_selected(peer.ssl, &chosen, &size);
    assert_int_equal(size, 0);
}

/* --- who it is --- */

static void a_peer_without_a_certificate_is_nobody_yet(void **state)
{
    (void)state;
    char id[GN_THING_ID_BYTES_MAX + 1];
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    assert_int_equal(gn_tls_peer(channel, id), GN_ERR_NOT_FOUND);
}

static void a_certificate_names_its_thing_until_it_is_revoked(void **state)
{
    (void)state;
    char id[GN_THING_ID_BYTES_MAX + 1];
    issue();
    be_peer(&issued);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    assert_int_equal(gn_tls_peer(channel, id), GN_OK);
    assert_string_equal(id, "press-7");
    assert_int_equal(gn_ca_revoke(ca, PRESS, NULL), GN_OK);
    assert_int_equal(gn_tls_peer(channel, id), GN_ERR_DENIED);
    assert_int_equal(dial(NULL), GN_ERR_INVAL);
    assert_false(gn_tls_is_open(channel));
}

static void a_certificate_that_has_ended_is_refused(void **state)
{
    (void)state;
    issue();
    sim.wall_ms = issued.until_ms + 1000;
    bool changed;
    assert_int_equal(gn_ca_renew(ca, &changed), GN_OK);
    assert_int_equal(gn_tls_refresh(tls), GN_OK);
    be_peer(&issued);
    assert_int_equal(dial(NULL), GN_ERR_INVAL);
}

static void a_certificate_of_another_ca_is_refused(void **state)
{
    (void)state;
    struct gn_ca *other = NULL;
    char folder[96];
    (void)snprintf(folder, sizeof folder, "%s/other", dir);
    assert_int_equal(gn_ca_open(folder, gn_clock_simulated(&sim), &other, NULL), GN_OK);
    assert_int_equal(gn_ca_issue(other, PRESS, (gn_bytes){ 0 }, &issued, NULL), GN_OK);
    gn_ca_close(other);
    be_peer(&issued);
    assert_int_equal(dial(NULL), GN_ERR_INVAL);
    assert_false(gn_tls_is_open(channel));
}

/* --- resuming --- */

static SSL_SESSION *session_of_last(void)
{
    (void)hear(); /* the ticket comes behind the handshake */
    SSL_SESSION *session = SSL_get1_session(peer.ssl);
    assert_int_equal(SSL_SESSION_is_resumable(session), 1);
    return session;
}

static void a_session_is_resumed_with_its_certificate_unless_that_is_revoked(void **state)
{
    (void)state;
    char id[GN_THING_ID_BYTES_MAX + 1] = "";
    issue();
    be_peer(&issued);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    SSL_SESSION *session = session_of_last();
    assert_int_equal(dial(session), GN_ERR_AGAIN);
    assert_true(gn_tls_is_resumed(channel));
    assert_int_equal(gn_tls_peer(channel, id), GN_OK);
    assert_string_equal(id, "press-7");
    SSL_SESSION_free(session);
    session = session_of_last();
    assert_int_equal(gn_ca_revoke(ca, PRESS, NULL), GN_OK);
    assert_int_equal(dial(session), GN_ERR_AGAIN);
    assert_int_equal(gn_tls_peer(channel, id), GN_ERR_DENIED);
    SSL_SESSION_free(session);
}

static void ticket_keys_live_a_day_and_a_new_certificate_is_taken_up(void **state)
{
    (void)state;
    be_peer(NULL);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    SSL_SESSION *session = session_of_last();
    sim.mono_us += (DAY_MS - 1) * 1000;
    assert_int_equal(gn_tls_refresh(tls), GN_OK);
    assert_int_equal(dial(session), GN_ERR_AGAIN);
    assert_true(gn_tls_is_resumed(channel));
    sim.mono_us += 1000;
    assert_int_equal(gn_tls_refresh(tls), GN_OK);
    assert_int_equal(dial(session), GN_ERR_AGAIN);
    assert_false(gn_tls_is_resumed(channel));
    X509 *before = SSL_get1_peer_certificate(peer.ssl);
    static const char *const names[] = { "node.example" };
    assert_int_equal(gn_ca_serve(ca, names, 1, NULL), GN_OK);
    assert_int_equal(gn_tls_refresh(tls), GN_OK);
    assert_int_equal(dial(NULL), GN_ERR_AGAIN);
    X509 *after = SSL_get1_peer_certificate(peer.ssl);
    assert_int_not_equal(X509_cmp(before, after), 0);
    X509_free(before);
    X509_free(after);
    SSL_SESSION_free(session);
}

static void no_memory_is_said(void **state)
{
    (void)state;
    be_peer(NULL);
    gn_mem_fail_after(1);
    assert_int_equal(gn_tls_accept(tls, &spill, &channel), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_int_equal(gn_tls_accept(tls, &spill, &channel), GN_OK);
    assert_int_equal(gn_tls_feed(channel, (gn_bytes){ (const uint8_t *)"\x16\x03", 2 }), GN_OK);
    gn_mem_fail_after(1);
    assert_int_equal(gn_tls_keep(channel), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_int_equal(gn_tls_keep(channel), GN_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(words_go_both_ways_and_not_in_the_clear),
        CASE(ciphertext_may_come_byte_by_byte),
        CASE(what_is_kept_waits_and_comes_in_order),
        CASE(a_part_of_the_largest_size_fits_the_spill),
        CASE(a_proper_end_is_told_apart_from_a_broken_one),
        CASE(the_node_says_goodbye),
        CASE(what_is_no_tls_is_refused_in_words),
        CASE(old_versions_and_weak_suites_are_refused),
        CASE(renegotiation_is_refused),
        CASE(the_protocol_inside_is_named),
        CASE(a_peer_without_a_certificate_is_nobody_yet),
        CASE(a_certificate_names_its_thing_until_it_is_revoked),
        CASE(a_certificate_that_has_ended_is_refused),
        CASE(a_certificate_of_another_ca_is_refused),
        CASE(a_session_is_resumed_with_its_certificate_unless_that_is_revoked),
        CASE(ticket_keys_live_a_day_and_a_new_certificate_is_taken_up),
        CASE(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
