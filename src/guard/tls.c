/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/tls.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>

#include "base/mem.h"
#include "guard/ca_int.h"
#include "guard/cert.h"

enum {
    TLS_KEYS_MS = 24 * 3600 * 1000, /* how long ticket keys live */
    TLS_CHAIN_MAX = 1,              /* CAs between a device and us: none, and ourselves */
};

static const char tls_suites[] = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const char tls_ciphers[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                                  "ECDHE-ECDSA-CHACHA20-POLY1305";

struct gn_tls {
    struct gn_ca *ca;
    gn_tls_use use;
    BIO_METHOD *method;
    pthread_mutex_t mutex; /* all below */
    SSL_CTX *ctx;
    uint64_t generation; /* of the certificate in it */
    int64_t made_ms;     /* monotonic */
};

struct gn_tls_channel {
    SSL *ssl;
    struct gn_ca *ca;
    struct gn_tls_spill *spill;
    gn_bytes in;   /* fed, and not used yet: the caller's, or `kept` */
    uint8_t *kept; /* our copy; `in` ends where it ends */
    const char *fault;
    bool may_have_more; /* the last pull gave something */
};

/* --- between OpenSSL and our bytes --- */

static int tls_bio_write(BIO *bio, const char *bytes, int size)
{
    struct gn_tls_channel *channel = BIO_get_data(bio);
    struct gn_tls_spill *spill = channel->spill;
    BIO_clear_retry_flags(bio);
    if (size <= 0 || (size_t)size > sizeof spill->bytes - spill->size)
        return -1; /* more than any honest exchange needs: the channel breaks */
    memcpy(spill->bytes + spill->size, bytes, (size_t)size);
    spill->size += (size_t)size;
    return size;
}

static int tls_bio_read(BIO *bio, char *to, int size)
{
    struct gn_tls_channel *channel = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (size <= 0)
        return 0;
    if (channel->in.size == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    const size_t part = channel->in.size < (size_t)size ? channel->in.size : (size_t)size;
    memcpy(to, channel->in.at, part);
    channel->in = (gn_bytes){ channel->in.at + part, channel->in.size - part };
    return (int)part;
}

static long tls_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_PUSH || command == BIO_CTRL_POP;
}

static BIO_METHOD *tls_new_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ganglion channel");
    if (method != NULL && BIO_meth_set_write(method, tls_bio_write) == 1 &&
        BIO_meth_set_read(method, tls_bio_read) == 1 && BIO_meth_set_ctrl(method, tls_bio_ctrl) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

/* --- what all channels share --- */

/* The chain is right; the list says whether it counts. Not asked when a session resumes: gn_tls_peer is. */
static int tls_on_verify(int right, X509_STORE_CTX *store)
{
    char id[GN_THING_ID_BYTES_MAX + 1];
    if (right != 1 || X509_STORE_CTX_get_error_depth(store) > 0)
        return right;
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct gn_ca *ca = ((const struct gn_tls *)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->ca;
    const struct gn_sha256 fingerprint = gn_cert_fingerprint(X509_STORE_CTX_get_current_cert(store));
    if (gn_ca_identify(ca, &fingerprint, id) == GN_OK)
        return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REVOKED);
    return 0;
}

static int tls_on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *offered,
                       unsigned size, void *arg)
{
    static const unsigned char mqtt[] = "\4mqtt\10http/1.1"; /* http/1.1 begins a WebSocket */
    static const unsigned char http[] = "\10http/1.1";
    const struct gn_tls *tls = arg;
    const unsigned char *ours = tls->use == GN_TLS_MQTT ? mqtt : http;
    const unsigned ours_size = tls->use == GN_TLS_MQTT ? sizeof mqtt - 1 : sizeof http - 1;
    unsigned char *found;
    (void)ssl;
    if (SSL_select_next_proto(&found, out_size, ours, ours_size, offered, size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK; /* clients that name something else, or nothing sensible, still speak ours */
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

static bool tls_set_rules(SSL_CTX *ctx, struct gn_tls *tls)
{
    static const unsigned char session_of[] = "ganglion";
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                       SSL_OP_PRIORITIZE_CHACHA);
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); /* tickets instead: no memory here */
    (void)SSL_CTX_set_timeout(ctx, GN_TLS_TICKET_S);
    (void)SSL_CTX_set_app_data(ctx, tls);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, tls_on_verify);
    SSL_CTX_set_verify_depth(ctx, TLS_CHAIN_MAX);
    SSL_CTX_set_alpn_select_cb(ctx, tls_on_alpn, tls);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 && SSL_CTX_set_ciphersuites(ctx, tls_suites) == 1 &&
           SSL_CTX_set_cipher_list(ctx, tls_ciphers) == 1 && SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_num_tickets(ctx, 1) == 1 &&
           SSL_CTX_set_session_id_context(ctx, session_of, sizeof session_of - 1) == 1;
}

static bool tls_set_keys(SSL_CTX *ctx, X509 *ca, X509 *cert, EVP_PKEY *key)
{
    return SSL_CTX_use_certificate(ctx, cert) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
           SSL_CTX_check_private_key(ctx) == 1 && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), ca) == 1 &&
           SSL_CTX_add_client_CA(ctx, ca) == 1;
}

/* A context with the certificate of now, and with ticket keys of its own. */
static gn_err tls_new_context(struct gn_tls *tls, SSL_CTX **out, uint64_t *out_generation)
{
    X509 *ca = NULL;
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    gn_err err = gn_ca_pair(tls->ca, &ca, &cert, &key, out_generation);
    if (err)
        return err;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (ctx != NULL && tls_set_rules(ctx, tls) && tls_set_keys(ctx, ca, cert, key)) {
        *out = ctx;
    } else {
        SSL_CTX_free(ctx);
        err = GN_ERR_IO;
    }
    X509_free(ca);
    X509_free(cert);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return err;
}

gn_err gn_tls_open(struct gn_ca *ca, gn_tls_use use, struct gn_tls **out)
{
    struct gn_tls *tls = gn_mem_take(sizeof *tls, "guard: tls");
    if (tls == NULL)
        return GN_ERR_FULL;
    tls->ca = ca;
    tls->use = use;
    tls->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    tls->method = tls_new_method();
    tls->made_ms = gn_ca_mono_ms(ca);
    const gn_err err = tls->method != NULL ? tls_new_context(tls, &tls->ctx, &tls->generation) : GN_ERR_FULL;
    if (err) {
        gn_tls_close(tls);
        return err;
    }
    *out = tls;
    return GN_OK;
}

void gn_tls_close(struct gn_tls *tls)
{
    if (tls == NULL)
        return;
    SSL_CTX_free(tls->ctx);
    BIO_meth_free(tls->method);
    (void)pthread_mutex_destroy(&tls->mutex);
    gn_mem_give(tls);
}

gn_err gn_tls_refresh(struct gn_tls *tls)
{
    const int64_t now_ms = gn_ca_mono_ms(tls->ca);
    SSL_CTX *ctx = NULL;
    uint64_t generation;
    (void)pthread_mutex_lock(&tls->mutex);
    const bool stands = tls->generation == gn_ca_generation(tls->ca) && now_ms - tls->made_ms < TLS_KEYS_MS;
    (void)pthread_mutex_unlock(&tls->mutex);
    if (stands)
        return GN_OK;
    const gn_err err = tls_new_context(tls, &ctx, &generation);
    if (err)
        return err;
    (void)pthread_mutex_lock(&tls->mutex);
    SSL_CTX *old = tls->ctx;
    tls->ctx = ctx;
    tls->generation = generation;
    tls->made_ms = now_ms;
    (void)pthread_mutex_unlock(&tls->mutex);
    SSL_CTX_free(old); /* its channels hold it */
    return GN_OK;
}

/* --- a channel --- */

/* The chain is checked as of our clock, which tests can move. */
static SSL *tls_new_ssl(struct gn_tls *tls)
{
    (void)pthread_mutex_lock(&tls->mutex);
    SSL *ssl = SSL_new(tls->ctx);
    (void)pthread_mutex_unlock(&tls->mutex);
    if (ssl != NULL)
        X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), (time_t)(gn_ca_now_ms(tls->ca) / 1000));
    return ssl;
}

gn_err gn_tls_accept(struct gn_tls *tls, struct gn_tls_spill *spill, struct gn_tls_channel **out)
{
    struct gn_tls_channel *channel = gn_mem_take(sizeof *channel, "tls channels");
    BIO *bio = BIO_new(tls->method);
    SSL *ssl = tls_new_ssl(tls);
    if (channel == NULL || bio == NULL || ssl == NULL) {
        SSL_free(ssl);
        BIO_free(bio);
        gn_mem_give(channel);
        ERR_clear_error();
        return GN_ERR_FULL;
    }
    *channel = (struct gn_tls_channel){ .ssl = ssl, .ca = tls->ca, .spill = spill, .fault = "" };
    BIO_set_data(bio, channel);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    *out = channel;
    return GN_OK;
}

void gn_tls_free(struct gn_tls_channel *channel)
{
    if (channel == NULL)
        return;
    /* A session that was not shut down would be marked as not resumable. */
    SSL_set_shutdown(channel->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(channel->ssl);
    gn_mem_give(channel->kept);
    gn_mem_give(channel);
}

static void tls_let_go_of_kept(struct gn_tls_channel *channel)
{
    gn_mem_give(channel->kept);
    channel->kept = NULL;
}

gn_err gn_tls_feed(struct gn_tls_channel *channel, gn_bytes ciphertext)
{
    if (channel->in.size > 0) {
        uint8_t *both = gn_mem_take(channel->in.size + ciphertext.size, "tls input");
        if (both == NULL)
            return GN_ERR_FULL;
        memcpy(both, channel->in.at, channel->in.size);
        memcpy(both + channel->in.size, ciphertext.at, ciphertext.size);
        const size_t size = channel->in.size + ciphertext.size;
        tls_let_go_of_kept(channel);
        channel->kept = both;
        channel->in = (gn_bytes){ both, size };
        return GN_OK;
    }
    tls_let_go_of_kept(channel);
    channel->in = ciphertext;
    channel->may_have_more = true;
    return GN_OK;
}

gn_err gn_tls_keep(struct gn_tls_channel *channel)
{
    if (channel->in.size == 0) {
        tls_let_go_of_kept(channel);
        channel->in = (gn_bytes){ 0 };
        return GN_OK;
    }
    if (channel->kept != NULL)
        return GN_OK;
    channel->kept = gn_mem_take(channel->in.size, "tls input");
    if (channel->kept == NULL)
        return GN_ERR_FULL;
    memcpy(channel->kept, channel->in.at, channel->in.size);
    channel->in.at = channel->kept;
    return GN_OK;
}

bool gn_tls_has_more(const struct gn_tls_channel *channel)
{
    return channel->in.size > 0 || channel->may_have_more;
}

static gn_err tls_fail(struct gn_tls_channel *channel)
{
    const unsigned long error = ERR_peek_error();
    const char *words = error != 0 ? ERR_reason_error_string(error) : NULL;
    channel->fault = words != NULL ? words : "the TLS connection broke"; /* static strings of the library */
    channel->may_have_more = false;
    ERR_clear_error();
    return GN_ERR_INVAL;
}

gn_err gn_tls_pull(struct gn_tls_channel *channel, void *to, size_t capacity, size_t *out_size)
{
    if (channel->fault[0] != '\0')
        return GN_ERR_INVAL;
    ERR_clear_error();
    const int limit = capacity < INT32_MAX ? (int)capacity : INT32_MAX;
    const int size = SSL_read(channel->ssl, to, limit);
    if (size > 0) {
        *out_size = (size_t)size;
        channel->may_have_more = true;
        return GN_OK;
    }
    channel->may_have_more = false;
    switch (SSL_get_error(channel->ssl, size)) {
    case SSL_ERROR_WANT_READ:
        return GN_ERR_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return GN_ERR_CLOSED;
    default:
        return tls_fail(channel);
    }
}

gn_err gn_tls_push(struct gn_tls_channel *channel, gn_bytes plaintext)
{
    assert(plaintext.size <= GN_TLS_PART_BYTES);
    if (plaintext.size == 0)
        return GN_OK;
    if (channel->fault[0] != '\0')
        return GN_ERR_INVAL;
    ERR_clear_error();
    return SSL_write(channel->ssl, plaintext.at, (int)plaintext.size) > 0 ? GN_OK : tls_fail(channel);
}

void gn_tls_bye(struct gn_tls_channel *channel)
{
    ERR_clear_error();
    if (channel->fault[0] == '\0' && SSL_is_init_finished(channel->ssl) == 1)
        (void)SSL_shutdown(channel->ssl);
    ERR_clear_error();
}

bool gn_tls_is_open(const struct gn_tls_channel *channel)
{
    return SSL_is_init_finished(channel->ssl) == 1;
}

bool gn_tls_is_resumed(const struct gn_tls_channel *channel)
{
    return SSL_session_reused(channel->ssl) == 1;
}

const char *gn_tls_fault(const struct gn_tls_channel *channel)
{
    return channel->fault;
}

gn_err gn_tls_peer(const struct gn_tls_channel *channel, char out_id[static GN_THING_ID_BYTES_MAX + 1])
{
    const X509 *cert = SSL_get0_peer_certificate(channel->ssl);
    if (cert == NULL)
        return GN_ERR_NOT_FOUND;
    if (SSL_get_verify_result(channel->ssl) != X509_V_OK)
        return GN_ERR_DENIED;
    const struct gn_sha256 fingerprint = gn_cert_fingerprint(cert);
    return gn_ca_identify(channel->ca, &fingerprint, out_id);
}
