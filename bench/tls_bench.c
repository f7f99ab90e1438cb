/* SPDX-License-Identifier: Apache-2.0 */
/* tls_bench: TLS handshakes a second and core, ours (guard/tls) beside a bare OpenSSL server, in one run.
 *
 *   client (one thread, not counted) ──bytes in memory── server (its CPU time is what is counted)
 *
 * Both servers have the same certificate, the same CA and the same clients; the bare one is what the manual of the
 * library suggests: SSL_new over two memory BIOs, its defaults, no list of certificates to ask. Both do the whole
 * handshake and hand over their tickets. One line a kind: both rates, and ours as a part of the bare one's; and the
 * resident memory of idle channels of ours. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guard/tls.h"
#include "guard/tls_peer.h"
#include "os/file.h"

enum { BENCH_ROUNDS = 5, BENCH_HANDSHAKES = 100, BENCH_IDLE = 2000 };

static int64_t cpu_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at); /* tidy:allow banned a bench measures */
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static size_t resident_bytes(void)
{
    char text[128];
    size_t size = 0;
    unsigned long total = 0, resident = 0;
    if (gn_file_read_all("/proc/self/statm", text, sizeof text - 1, &size) != GN_OK)
        return 0;
    text[size] = '\0';
    (void)sscanf(text, "%lu %lu", &total, &resident);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

struct bench {
    struct gn_ca *ca;
    struct gn_tls *tls;
    struct gn_tls_spill spill;
    SSL_CTX *bare;
    struct gn_issued issued;
};

/* --- the bare server --- */

static SSL_CTX *bare_new(const char *dir, const char *ca)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/guard/server.pem", dir);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    BIO *bio = BIO_new_mem_buf(ca, -1);
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    const bool done = ctx != NULL && SSL_CTX_use_certificate_file(ctx, path, SSL_FILETYPE_PEM) == 1 &&
                      SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) == 1 &&
                      X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), cert) == 1 &&
                      SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"bench", 5) == 1;
    X509_free(cert);
    BIO_free(bio);
    if (!done)
        abort();
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    return ctx;
}

/* One handshake; returns the server's time. */
static int64_t bare_shake(struct bench *bench, struct tls_peer *peer, SSL_SESSION *session)
{
    uint8_t bytes[65536];
    int64_t spent = -cpu_ns();
    SSL *ssl = SSL_new(bench->bare);
    BIO *in = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl, in, out);
    SSL_set_accept_state(ssl);
    spent += cpu_ns();
    tls_peer_dial(peer, session, NULL);
    for (;;) {
        if (!SSL_is_init_finished(peer->ssl))
            (void)SSL_do_handshake(peer->ssl);
        const size_t size = tls_peer_take(peer, bytes, sizeof bytes);
        if (size == 0)
            break;
        spent -= cpu_ns();
        (void)BIO_write(in, bytes, (int)size);
        (void)SSL_do_handshake(ssl);
        const int answer = BIO_read(out, bytes, sizeof bytes);
        spent += cpu_ns();
        if (answer > 0)
            (void)BIO_write(peer->wire, bytes, answer);
    }
    if (!SSL_is_init_finished(ssl) || !SSL_is_init_finished(peer->ssl))
        abort();
    (void)SSL_read(peer->ssl, bytes, sizeof bytes); /* the ticket */
    spent -= cpu_ns();
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
    return spent + cpu_ns();
}

/* --- ours --- */

static int64_t our_shake(struct bench *bench, struct tls_peer *peer, SSL_SESSION *session)
{
    uint8_t bytes[65536];
    uint8_t plain[256];
    size_t got = 0;
    struct gn_tls_channel *channel = NULL;
    int64_t spent = -cpu_ns();
    if (gn_tls_accept(bench->tls, &bench->spill, &channel) != GN_OK)
        abort();
    spent += cpu_ns();
    tls_peer_dial(peer, session, NULL);
    for (;;) {
        if (!SSL_is_init_finished(peer->ssl))
            (void)SSL_do_handshake(peer->ssl);
        const size_t size = tls_peer_take(peer, bytes, sizeof bytes);
        if (size == 0)
            break;
        spent -= cpu_ns();
        if (gn_tls_feed(channel, (gn_bytes){ bytes, size }) != GN_OK ||
            gn_tls_pull(channel, plain, sizeof plain, &got) != GN_ERR_AGAIN || gn_tls_keep(channel) != GN_OK)
            abort();
        spent += cpu_ns();
        tls_peer_give(peer, &bench->spill);
    }
    if (!gn_tls_is_open(channel))
        abort();
    (void)SSL_read(peer->ssl, bytes, sizeof bytes);
    spent -= cpu_ns();
    gn_tls_free(channel);
    return spent + cpu_ns();
}

/* --- comparing --- */

typedef int64_t shake_fn(struct bench *bench, struct tls_peer *peer, SSL_SESSION *session);

/* The best of the rounds: others on the machine only make it slower. */
static double rate(struct bench *bench, shake_fn *shake, bool mutual, bool resumed, bool twelve)
{
    struct tls_peer peer;
    double best = 0;
    tls_peer_init(&peer, gn_ca_certificate(bench->ca).at, mutual ? &bench->issued : NULL);
    if (twelve)
        (void)SSL_CTX_set_max_proto_version(peer.ctx, TLS1_2_VERSION);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        int64_t spent = 0;
        SSL_SESSION *session = NULL;
        for (int i = 0; i < BENCH_HANDSHAKES + resumed; i++) {
            const int64_t took = shake(bench, &peer, session);
            if (resumed && i > 0 && SSL_session_reused(peer.ssl) != 1)
                abort();
            spent += resumed && i == 0 ? 0 : took;
            SSL_SESSION_free(session);
            session = resumed ? SSL_get1_session(peer.ssl) : NULL;
            tls_peer_hang_up(&peer);
        }
        SSL_SESSION_free(session);
        const double now = BENCH_HANDSHAKES * 1e9 / (double)spent;
        best = now > best ? now : best;
    }
    tls_peer_fini(&peer);
    return best;
}

static void compare(struct bench *bench, const char *what, bool mutual, bool resumed, bool twelve)
{
    const double bare = rate(bench, bare_shake, mutual, resumed, twelve);
    const double ours = rate(bench, our_shake, mutual, resumed, twelve);
    printf("%-36s ours %7.0f /s   bare OpenSSL %7.0f /s   %3.0f %%\n", what, ours, bare, ours * 100 / bare);
    (void)fflush(stdout);
}

/* What a channel keeps when its handshake is done and nothing is said. */
static void weigh(struct bench *bench, bool mutual)
{
    static struct gn_tls_channel *channels[BENCH_IDLE];
    struct tls_peer peer;
    tls_peer_init(&peer, gn_ca_certificate(bench->ca).at, mutual ? &bench->issued : NULL);
    const size_t before = resident_bytes();
    for (size_t i = 0; i < BENCH_IDLE; i++) {
        if (gn_tls_accept(bench->tls, &bench->spill, &channels[i]) != GN_OK)
            abort();
        tls_peer_dial(&peer, NULL, NULL);
        if (tls_peer_carry(&peer, channels[i], &bench->spill, NULL) != GN_ERR_AGAIN || !gn_tls_is_open(channels[i]) ||
            gn_tls_keep(channels[i]) != GN_OK)
            abort();
        tls_peer_hang_up(&peer);
    }
    printf("%-36s %.1f KiB resident each (%d of them)\n", mutual ? "idle channel, with a certificate" : "idle channel",
           (double)(resident_bytes() - before) / 1024 / BENCH_IDLE, BENCH_IDLE);
    (void)fflush(stdout);
    for (size_t i = 0; i < BENCH_IDLE; i++)
        gn_tls_free(channels[i]);
    tls_peer_fini(&peer);
}

int main(void)
{
    static struct bench bench;
    char dir[] = "/tmp/ganglion-tls-bench-XXXXXX";
    char command[64];
    if (mkdtemp(dir) == NULL || gn_ca_open(dir, gn_clock_system(), &bench.ca, NULL) != GN_OK ||
        gn_ca_serve(bench.ca, NULL, 0, NULL) != GN_OK || gn_tls_open(bench.ca, GN_TLS_MQTT, &bench.tls) != GN_OK ||
        gn_ca_issue(bench.ca, GN_STR("bench"), (gn_bytes){ 0 }, &bench.issued, NULL) != GN_OK)
        return 1;
    bench.bare = bare_new(dir, gn_ca_certificate(bench.ca).at);
    for (int mutual = 0; mutual < 2; mutual++) { /* each in a process of its own, whose memory nobody has used before */
        const pid_t child = fork();
        if (child == 0) {
            weigh(&bench, mutual != 0);
            _exit(0);
        }
        (void)waitpid(child, NULL, 0);
    }
    compare(&bench, "TLS 1.3, the node's certificate", false, false, false);
    compare(&bench, "TLS 1.3, both certificates", true, false, false);
    compare(&bench, "TLS 1.3, resumed", false, true, false);
    compare(&bench, "TLS 1.3, resumed, both certificates", true, true, false);
    compare(&bench, "TLS 1.2, the node's certificate", false, false, true);
    SSL_CTX_free(bench.bare);
    gn_tls_close(bench.tls);
    gn_ca_close(bench.ca);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command); /* tidy:allow banned a bench cleans up its own folder */
}
