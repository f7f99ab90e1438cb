/* SPDX-License-Identifier: Apache-2.0 */
/* guard/tls_peer.h -- for tests and benches: the other side of a channel, a TLS client in the same process.
 *
 *   client ──BIO pair in memory── bytes carried by tls_peer_carry ──channel of guard/tls */
#ifndef GN_GUARD_TLS_PEER_H
#define GN_GUARD_TLS_PEER_H

#include <assert.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "guard/tls.h"

struct tls_peer {
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *wire; /* our end of the pair */
};

/* `ca`: what it trusts (PEM), NULL: everything. `issued`: its own certificate, or NULL. */
static inline void tls_peer_init(struct tls_peer *peer, const char *ca, const struct gn_issued *issued)
{
    peer->ctx = SSL_CTX_new(TLS_client_method());
    assert(peer->ctx != NULL);
    if (ca != NULL) {
        BIO *bio = BIO_new_mem_buf(ca, -1);
        X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        const int added = X509_STORE_add_cert(SSL_CTX_get_cert_store(peer->ctx), cert);
        assert(added == 1);
        (void)added;
        SSL_CTX_set_verify(peer->ctx, SSL_VERIFY_PEER, NULL);
        X509_free(cert);
        BIO_free(bio);
    }
    if (issued != NULL) {
        BIO *bio = BIO_new_mem_buf(issued->certificate, -1);
        BIO *key_bio = BIO_new_mem_buf(issued->key, -1);
        X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
        const int used = SSL_CTX_use_certificate(peer->ctx, cert) == 1 && SSL_CTX_use_PrivateKey(peer->ctx, key) == 1;
        assert(used);
        (void)used;
        X509_free(cert);
        EVP_PKEY_free(key);
        BIO_free(bio);
        BIO_free(key_bio);
    }
    peer->ssl = NULL;
    peer->wire = NULL;
}

/* A connection; `session` of an earlier one, or NULL. `name`: what the certificate must be for, or NULL. */
static inline void tls_peer_dial(struct tls_peer *peer, SSL_SESSION *session, const char *name)
{
    BIO *inner = NULL;
    const int made = BIO_new_bio_pair(&inner, 131072, &peer->wire, 131072);
    assert(made == 1);
    (void)made;
    peer->ssl = SSL_new(peer->ctx);
    SSL_set_bio(peer->ssl, inner, inner);
    SSL_set_connect_state(peer->ssl);
    if (session != NULL)
        (void)SSL_set_session(peer->ssl, session);
    if (name != NULL)
        (void)SSL_set1_host(peer->ssl, name);
}

static inline void tls_peer_hang_up(struct tls_peer *peer)
{
    if (peer->ssl != NULL)
        SSL_set_shutdown(peer->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(peer->ssl);
    BIO_free(peer->wire);
    peer->ssl = NULL;
    peer->wire = NULL;
}

static inline void tls_peer_fini(struct tls_peer *peer)
{
    tls_peer_hang_up(peer);
    SSL_CTX_free(peer->ctx);
}

/* What the client wants to send. */
static inline size_t tls_peer_take(struct tls_peer *peer, void *to, size_t capacity)
{
    const int size = BIO_read(peer->wire, to, (int)capacity);
    return size > 0 ? (size_t)size : 0;
}

/* What the node sent. */
static inline void tls_peer_give(struct tls_peer *peer, struct gn_tls_spill *spill)
{
    if (spill->size > 0) {
        const int taken = BIO_write(peer->wire, spill->bytes, (int)spill->size);
        assert(taken == (int)spill->size);
        (void)taken;
    }
    spill->size = 0;
}

/* Carries bytes both ways until neither side has any; plaintext that comes out of the channel is put behind `to`.
 * Returns the last answer of the channel's pull. */
static inline gn_err tls_peer_carry(struct tls_peer *peer, struct gn_tls_channel *channel, struct gn_tls_spill *spill,
                                    struct gn_buf *to)
{
    static uint8_t bytes[65536];
    uint8_t plain[GN_TLS_PART_BYTES];
    gn_err err = GN_ERR_AGAIN;
    for (;;) {
        if (!SSL_is_init_finished(peer->ssl))
            (void)SSL_do_handshake(peer->ssl);
        ERR_clear_error();
        const size_t size = tls_peer_take(peer, bytes, sizeof bytes);
        if (size == 0)
            return err;
        err = gn_tls_feed(channel, (gn_bytes){ bytes, size });
        size_t got = 0;
        while (err == GN_OK && (err = gn_tls_pull(channel, plain, sizeof plain, &got)) == GN_OK)
            if (to != NULL)
                gn_buf_add(to, plain, got);
        tls_peer_give(peer, spill);
        if (err != GN_ERR_AGAIN)
            return err;
    }
}

#endif
