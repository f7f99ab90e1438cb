/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ca.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "guard/ca_int.h"
#include "guard/cert.h"
#include "guard/keyring.h"
#include "guard/roster.h"
#include "os/disk.h"
#include "os/entropy.h"
#include "os/file.h"

#define CA_DAY_MS ((int64_t)86400000)
/* 2024-01-01: no node is older, so a clock that says less was never set. */
#define CA_EPOCH_MS ((int64_t)1704067200000)

enum {
    CA_PATH_BYTES = 4096,
    CA_DAYS = 30 * 365,
    CA_PAIR_BYTES = GN_CERT_PEM_BYTES_MAX + GN_CERT_KEY_BYTES_MAX,
    CA_NAME_BYTES = 256,
    CA_COMMON_NAME_BYTES = 64,
};

struct gn_ca {
    struct gn_clock clock;
    char folder[CA_PATH_BYTES - 32];
    EVP_PKEY *key; /* these three stay as they are while it is open */
    X509 *cert;
    char pem[GN_PEM_BYTES];
    pthread_mutex_t change; /* taken before `mutex`; held over the disk: one change at a time */
    pthread_mutex_t mutex;  /* all below: who only reads holds either, who changes holds both; never over the disk */
    EVP_PKEY *server_key;
    X509 *server_cert;
    uint64_t generation;
    char names[GN_CERTIFICATE_NAMES_MAX][CA_NAME_BYTES];
    size_t name_count;
    struct gn_roster roster;
};

static void ca_path(const char *folder, const char *name, char out[static CA_PATH_BYTES])
{
    (void)snprintf(out, CA_PATH_BYTES, "%s/%s", folder, name);
}

int64_t gn_ca_now_ms(const struct gn_ca *ca)
{
    return gn_wall_ms(&ca->clock);
}

int64_t gn_ca_mono_ms(const struct gn_ca *ca)
{
    return gn_mono_us(&ca->clock) / 1000;
}

static void ca_lock(struct gn_ca *ca)
{
    (void)pthread_mutex_lock(&ca->mutex);
}

static void ca_unlock(struct gn_ca *ca)
{
    (void)pthread_mutex_unlock(&ca->mutex);
}

/* What certificates are dated with. */
static int64_t ca_date_ms(const struct gn_clock *clock)
{
    const int64_t now_ms = gn_wall_ms(clock);
    return now_ms > CA_EPOCH_MS ? now_ms : CA_EPOCH_MS;
}

/* --- files --- */

/* NOT_FOUND: there is none yet. Otherwise the diag says what is wrong with it. */
static gn_err ca_read_file(const char *path, char *to, size_t capacity, size_t *out_size, struct gn_diag *diag)
{
    struct stat info;
    gn_diag_file(diag, path);
    if (lstat(path, &info) != 0) {
        if (errno == ENOENT)
            return GN_ERR_NOT_FOUND;
        gn_diag_set(diag, 0, 0, "cannot be read: %s", strerror(errno));
        return GN_ERR_IO;
    }
    if ((info.st_mode & 077) != 0) {
        gn_diag_set(diag, 0, 0, "others may read or write it (mode %03o): chmod 600 it, and mistrust what it says",
                    (unsigned)info.st_mode & 0777u);
        return GN_ERR_DENIED;
    }
    const gn_err err = gn_file_read_all(path, to, capacity, out_size);
    if (err)
        gn_diag_set(diag, 0, 0, "cannot be read: %s", gn_err_text(err));
    return err;
}

static gn_err ca_read_pair(const char *path, EVP_PKEY **out_key, X509 **out_cert, struct gn_diag *diag)
{
    char text[CA_PAIR_BYTES];
    size_t size = 0;
    gn_err err = ca_read_file(path, text, sizeof text, &size, diag);
    if (!err) {
        err = gn_cert_read_pair((gn_str){ text, size }, out_key, out_cert);
        if (err)
            gn_diag_set(diag, 0, 0, "is no private key with its certificate: put it back from a backup");
    }
    OPENSSL_cleanse(text, sizeof text);
    return err;
}

static gn_err ca_write_pair(const char *path, EVP_PKEY *key, X509 *cert)
{
    char text[CA_PAIR_BYTES];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    gn_err err = gn_cert_write_key(key, &buf);
    if (!err)
        err = gn_cert_write(cert, &buf);
    if (!err)
        err = gn_file_replace(path, gn_buf_bytes(&buf));
    OPENSSL_cleanse(text, sizeof text);
    return err;
}

/* --- the CA itself --- */

static gn_err ca_make_root(struct gn_ca *ca, const char *path, struct gn_diag *diag)
{
    char common_name[CA_COMMON_NAME_BYTES];
    char hex[17];
    uint8_t random[8];
    gn_entropy(random, sizeof random); /* so that two nodes' CAs can be told apart */
    gn_hex((gn_bytes){ random, sizeof random }, hex);
    (void)snprintf(common_name, sizeof common_name, "Ganglion node CA %s", hex);
    const int64_t now_ms = ca_date_ms(&ca->clock);
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    gn_err err = gn_cert_key_new(&key);
    const struct gn_cert_order order = { .kind = GN_CERT_CA,
                                         .subject_key = key,
                                         .issuer_key = key,
                                         .common_name = common_name,
                                         .from_ms = now_ms - CA_DAY_MS, /* devices' clocks are not all right */
                                         .until_ms = now_ms + CA_DAYS * CA_DAY_MS };
    if (!err)
        err = gn_cert_make(&order, &cert);
    if (!err)
        err = ca_write_pair(path, key, cert);
    if (err) {
        gn_diag_set(diag, 0, 0, "the node's CA cannot be made: %s", gn_err_text(err));
        EVP_PKEY_free(key);
        X509_free(cert);
        return err;
    }
    ca->key = key;
    ca->cert = cert;
    return GN_OK;
}

static gn_err ca_open_root(struct gn_ca *ca, struct gn_diag *diag)
{
    char path[CA_PATH_BYTES];
    ca_path(ca->folder, "ca.pem", path);
    gn_err err = ca_read_pair(path, &ca->key, &ca->cert, diag);
    if (err == GN_ERR_NOT_FOUND)
        err = ca_make_root(ca, path, diag);
    else if (!err && X509_check_ca(ca->cert) != 1) {
        gn_diag_set(diag, 0, 0, "the certificate in it is none of a CA: put it back from a backup");
        err = GN_ERR_CORRUPT;
    }
    if (err)
        return err;
    struct gn_buf pem = gn_buf_over(ca->pem, sizeof ca->pem - 1);
    return gn_cert_write(ca->cert, &pem);
}

static gn_err ca_open_roster(struct gn_ca *ca, struct gn_diag *diag)
{
    char path[CA_PATH_BYTES];
    size_t size = 0;
    gn_err err = gn_roster_init(&ca->roster);
    if (err)
        return err;
    char *text = gn_mem_take(GN_ROSTER_FILE_BYTES_MAX, "reading certificates");
    if (text == NULL)
        return GN_ERR_FULL;
    ca_path(ca->folder, "certificates", path);
    err = ca_read_file(path, text, GN_ROSTER_FILE_BYTES_MAX, &size, diag);
    if (!err)
        err = gn_roster_parse(&ca->roster, (gn_str){ text, size }, diag);
    gn_mem_give(text);
    return err == GN_ERR_NOT_FOUND ? GN_OK : err;
}

static gn_err ca_open_server(struct gn_ca *ca, struct gn_diag *diag)
{
    char path[CA_PATH_BYTES];
    ca_path(ca->folder, "server.pem", path);
    const gn_err err = ca_read_pair(path, &ca->server_key, &ca->server_cert, diag);
    if (err)
        return err == GN_ERR_NOT_FOUND ? GN_OK : err;
    if (X509_verify(ca->server_cert, ca->key) == 1)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "is not of the CA in ca.pem: put both back from one backup, or remove this one");
    return GN_ERR_CORRUPT;
}

gn_err gn_ca_open(const char *dir, struct gn_clock clock, struct gn_ca **out, struct gn_diag *diag)
{
    struct gn_ca *ca = gn_mem_take(sizeof *ca, "guard: certificates");
    if (ca == NULL)
        return GN_ERR_FULL;
    ca->clock = clock;
    ca->change = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    ca->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    const int size = snprintf(ca->folder, sizeof ca->folder, "%s/guard", dir);
    gn_err err = size < 0 || (size_t)size >= sizeof ca->folder ? GN_ERR_INVAL : gn_dir_make(ca->folder, diag);
    if (!err)
        err = ca_open_root(ca, diag);
    if (!err)
        err = ca_open_server(ca, diag);
    if (!err)
        err = ca_open_roster(ca, diag);
    if (err) {
        gn_ca_close(ca);
        return err;
    }
    gn_diag_file(diag, "");
    *out = ca;
    return GN_OK;
}

void gn_ca_close(struct gn_ca *ca)
{
    if (ca == NULL)
        return;
    EVP_PKEY_free(ca->key); /* OpenSSL wipes private keys */
    X509_free(ca->cert);
    EVP_PKEY_free(ca->server_key);
    X509_free(ca->server_cert);
    gn_roster_fini(&ca->roster);
    (void)pthread_mutex_destroy(&ca->mutex);
    (void)pthread_mutex_destroy(&ca->change);
    gn_mem_give(ca);
}

gn_str gn_ca_certificate(const struct gn_ca *ca)
{
    return gn_str_of(ca->pem);
}

static void ca_put_fingerprint(const X509 *cert, char out[static GN_FINGERPRINT_TEXT_BYTES])
{
    const struct gn_sha256 hash = gn_cert_fingerprint(cert);
    gn_hex((gn_bytes){ hash.bytes, sizeof hash.bytes }, out);
}

void gn_ca_fingerprint(const struct gn_ca *ca, char out[static GN_FINGERPRINT_TEXT_BYTES])
{
    ca_put_fingerprint(ca->cert, out);
}

gn_err gn_ca_show(const char *dir, struct gn_buf *out_pem, char out_fingerprint[static GN_FINGERPRINT_TEXT_BYTES],
                  struct gn_diag *diag)
{
    char path[CA_PATH_BYTES];
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    (void)snprintf(path, sizeof path, "%s/guard/ca.pem", dir);
    gn_err err = ca_read_pair(path, &key, &cert, diag);
    if (!err)
        err = gn_cert_write(cert, out_pem);
    if (!err)
        ca_put_fingerprint(cert, out_fingerprint);
    EVP_PKEY_free(key);
    X509_free(cert);
    return err;
}

/* --- the node's own certificate --- */

static bool ca_server_stands(const struct gn_ca *ca)
{
    const int64_t now_ms = ca_date_ms(&ca->clock);
    if (ca->server_cert == NULL || gn_cert_until_ms(ca->server_cert) < now_ms + GN_SERVER_RENEW_DAYS * CA_DAY_MS ||
        gn_cert_from_ms(ca->server_cert) > now_ms)
        return false;
    for (size_t i = 0; i < ca->name_count; i++)
        if (!gn_cert_covers(ca->server_cert, ca->names[i]))
            return false;
    return true;
}

/* `change` is held. */
static gn_err ca_renew(struct gn_ca *ca)
{
    char path[CA_PATH_BYTES];
    const char *names[GN_CERTIFICATE_NAMES_MAX];
    const int64_t now_ms = ca_date_ms(&ca->clock);
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    for (size_t i = 0; i < ca->name_count; i++)
        names[i] = ca->names[i];
    gn_err err = gn_cert_key_new(&key);
    const struct gn_cert_order order = { .kind = GN_CERT_SERVER,
                                         .subject_key = key,
                                         .issuer_key = ca->key,
                                         .issuer = ca->cert,
                                         .common_name = "Ganglion node",
                                         .names = names,
                                         .name_count = ca->name_count,
                                         .from_ms = now_ms - CA_DAY_MS,
                                         .until_ms = now_ms + GN_SERVER_DAYS * CA_DAY_MS };
    if (!err)
        err = gn_cert_make(&order, &cert);
    ca_path(ca->folder, "server.pem", path);
    if (!err)
        err = ca_write_pair(path, key, cert);
    if (err) {
        EVP_PKEY_free(key);
        X509_free(cert);
        return err;
    }
    ca_lock(ca);
    EVP_PKEY_free(ca->server_key); /* who still uses them has references */
    X509_free(ca->server_cert);
    ca->server_key = key;
    ca->server_cert = cert;
    ca->generation++;
    ca_unlock(ca);
    return GN_OK;
}

static void ca_name(struct gn_ca *ca, const char *name)
{
    if (ca->name_count == GN_CERTIFICATE_NAMES_MAX || !gn_cert_name_valid(name))
        return;
    for (size_t i = 0; i < ca->name_count; i++)
        if (strcmp(ca->names[i], name) == 0)
            return;
    if (gn_str_copy(ca->names[ca->name_count], CA_NAME_BYTES, gn_str_of(name)) == GN_OK)
        ca->name_count++;
}

gn_err gn_ca_serve(struct gn_ca *ca, const char *const *names, size_t count, struct gn_diag *diag)
{
    gn_err err = GN_OK;
    (void)pthread_mutex_lock(&ca->change);
    ca->name_count = 0;
    ca_name(ca, "localhost");
    ca_name(ca, "127.0.0.1");
    ca_name(ca, "::1");
    for (size_t i = 0; i < count; i++)
        ca_name(ca, names[i]);
    if (!ca_server_stands(ca))
        err = ca_renew(ca);
    if (!err && ca->generation == 0) { /* the one in the file stands */
        ca_lock(ca);
        ca->generation = 1;
        ca_unlock(ca);
    }
    (void)pthread_mutex_unlock(&ca->change);
    if (err)
        gn_diag_set(diag, 0, 0, "the node's certificate cannot be made: %s", gn_err_text(err));
    return err;
}

gn_err gn_ca_renew(struct gn_ca *ca, bool *out_changed)
{
    gn_err err = GN_OK;
    (void)pthread_mutex_lock(&ca->change);
    const uint64_t before = ca->generation;
    if (!ca_server_stands(ca))
        err = ca_renew(ca);
    const bool changed = ca->generation != before;
    (void)pthread_mutex_unlock(&ca->change);
    if (!err)
        *out_changed = changed;
    return err;
}

gn_err gn_ca_pair(struct gn_ca *ca, X509 **out_ca, X509 **out_cert, EVP_PKEY **out_key, uint64_t *out_generation)
{
    ca_lock(ca);
    const bool has_pair = ca->server_cert != NULL;
    if (has_pair) {
        (void)X509_up_ref(ca->cert);
        (void)X509_up_ref(ca->server_cert);
        (void)EVP_PKEY_up_ref(ca->server_key);
        *out_ca = ca->cert;
        *out_cert = ca->server_cert;
        *out_key = ca->server_key;
        *out_generation = ca->generation;
    }
    ca_unlock(ca);
    return has_pair ? GN_OK : GN_ERR_NOT_FOUND;
}

uint64_t gn_ca_generation(struct gn_ca *ca)
{
    ca_lock(ca);
    const uint64_t generation = ca->generation;
    ca_unlock(ca);
    return generation;
}

/* --- devices --- */

/* `change` is held. */
static gn_err ca_write_roster(struct gn_ca *ca)
{
    char path[CA_PATH_BYTES];
    char *text = gn_mem_take(GN_ROSTER_FILE_BYTES_MAX, "writing certificates");
    if (text == NULL)
        return GN_ERR_FULL;
    struct gn_buf buf = gn_buf_over(text, GN_ROSTER_FILE_BYTES_MAX);
    gn_roster_write(&ca->roster, &buf);
    ca_path(ca->folder, "certificates", path);
    const gn_err err = buf.full ? GN_ERR_FULL : gn_file_replace(path, gn_buf_bytes(&buf));
    gn_mem_give(text);
    return err;
}

/* Puts a row in, in place of the Thing's first to end when it has as many as it may. On failure all is as it was. */
static gn_err ca_admit(struct gn_ca *ca, const struct gn_roster_row *row)
{
    struct gn_roster_row first = { 0 };
    ca_lock(ca);
    gn_roster_sweep(&ca->roster, gn_wall_ms(&ca->clock));
    const bool makes_room = gn_roster_of(&ca->roster, gn_str_of(row->id), &first, 1) >= GN_CERTIFICATES_PER_THING_MAX;
    if (makes_room)
        (void)gn_roster_drop(&ca->roster, &first.fingerprint);
    gn_err err = gn_roster_put(&ca->roster, row);
    ca_unlock(ca);
    if (!err)
        err = ca_write_roster(ca);
    if (!err)
        return GN_OK;
    ca_lock(ca);
    (void)gn_roster_drop(&ca->roster, &row->fingerprint);
    if (makes_room)
        GN_IGNORE(gn_roster_put(&ca->roster, &first), "it was in there before");
    ca_unlock(ca);
    return err;
}

static gn_err ca_make_device(const struct gn_ca *ca, const char *id, EVP_PKEY *key, X509 **out)
{
    const int64_t now_ms = ca_date_ms(&ca->clock);
    const struct gn_cert_order order = { .kind = GN_CERT_DEVICE,
                                         .subject_key = key,
                                         .issuer_key = ca->key,
                                         .issuer = ca->cert,
                                         .common_name = id,
                                         .from_ms = now_ms - CA_DAY_MS,
                                         .until_ms = now_ms + GN_CERTIFICATE_DAYS * CA_DAY_MS };
    return gn_cert_make(&order, out);
}

static gn_err ca_tell_issued(EVP_PKEY *own_key, X509 *cert, struct gn_issued *out)
{
    struct gn_issued issued = { .until_ms = gn_cert_until_ms(cert) };
    struct gn_buf text = gn_buf_over(issued.certificate, sizeof issued.certificate - 1);
    struct gn_buf key_text = gn_buf_over(issued.key, sizeof issued.key - 1);
    gn_err err = gn_cert_write(cert, &text);
    if (!err && own_key != NULL)
        err = gn_cert_write_key(own_key, &key_text);
    ca_put_fingerprint(cert, issued.fingerprint);
    if (!err)
        *out = issued;
    OPENSSL_cleanse(&issued, sizeof issued);
    return err;
}

gn_err gn_ca_issue(struct gn_ca *ca, gn_str thing_id, gn_bytes request, struct gn_issued *out, struct gn_diag *diag)
{
    struct gn_roster_row row = { 0 };
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    gn_err err = GN_ERR_INVAL;
    if (!gn_keyring_thing_id_valid(thing_id) || gn_str_copy(row.id, sizeof row.id, thing_id) != GN_OK) {
        gn_diag_set(diag, 0, 0, "this is no id of a Thing");
        goto cleanup;
    }
    err = request.size > 0 ? gn_cert_request_key(request, &key, diag) : gn_cert_key_new(&key);
    if (!err)
        err = ca_make_device(ca, row.id, key, &cert);
    if (err)
        goto cleanup;
    row.fingerprint = gn_cert_fingerprint(cert);
    row.until_ms = gn_cert_until_ms(cert);
    (void)pthread_mutex_lock(&ca->change);
    err = ca_admit(ca, &row);
    (void)pthread_mutex_unlock(&ca->change);
    if (!err)
        err = ca_tell_issued(request.size > 0 ? NULL : key, cert, out);
cleanup:
    EVP_PKEY_free(key);
    X509_free(cert);
    return err;
}

gn_err gn_ca_revoke(struct gn_ca *ca, gn_str thing_id, const struct gn_sha256 *fingerprint)
{
    struct gn_roster_row rows[GN_CERTIFICATES_PER_THING_MAX];
    bool dropped = false;
    (void)pthread_mutex_lock(&ca->change);
    ca_lock(ca);
    const size_t count = gn_roster_of(&ca->roster, thing_id, rows, GN_CERTIFICATES_PER_THING_MAX);
    for (size_t i = 0; i < count && i < GN_CERTIFICATES_PER_THING_MAX; i++)
        if (fingerprint == NULL || memcmp(&rows[i].fingerprint, fingerprint, sizeof *fingerprint) == 0)
            dropped = gn_roster_drop(&ca->roster, &rows[i].fingerprint);
    ca_unlock(ca);
    /* When the disk fails they are out at least until the next start, and the caller is told. */
    const gn_err err = dropped ? ca_write_roster(ca) : GN_ERR_NOT_FOUND;
    (void)pthread_mutex_unlock(&ca->change);
    return err;
}

gn_err gn_ca_identify(struct gn_ca *ca, const struct gn_sha256 *fingerprint,
                      char out_id[static GN_THING_ID_BYTES_MAX + 1])
{
    gn_err err = GN_ERR_DENIED;
    ca_lock(ca);
    const struct gn_roster_row *row = gn_roster_find(&ca->roster, fingerprint);
    if (row != NULL && row->until_ms > gn_wall_ms(&ca->clock)) {
        memcpy(out_id, row->id, sizeof row->id);
        err = GN_OK;
    }
    ca_unlock(ca);
    return err;
}

size_t gn_ca_list(struct gn_ca *ca, gn_str thing_id, struct gn_ca_row out[static GN_CERTIFICATES_PER_THING_MAX])
{
    struct gn_roster_row rows[GN_CERTIFICATES_PER_THING_MAX];
    const int64_t now_ms = gn_wall_ms(&ca->clock);
    size_t listed = 0;
    ca_lock(ca);
    const size_t count = gn_roster_of(&ca->roster, thing_id, rows, GN_CERTIFICATES_PER_THING_MAX);
    ca_unlock(ca);
    for (size_t i = 0; i < count && i < GN_CERTIFICATES_PER_THING_MAX; i++) {
        if (rows[i].until_ms <= now_ms)
            continue;
        gn_hex((gn_bytes){ rows[i].fingerprint.bytes, GN_SHA256_BYTES }, out[listed].fingerprint);
        out[listed++].until_ms = rows[i].until_ms;
    }
    return listed;
}
