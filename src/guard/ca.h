/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ca.h -- the node's own certification authority: who the node is, and who its devices are, without passwords.
 *
 *   DIR/guard/ca.pem         key and certificate of the CA       made at first start, EC P-256, 30 years
 *   DIR/guard/server.pem     key and certificate of the node     90 days, renewed by itself 30 days before their end
 *   DIR/guard/certificates   which device certificates count     see guard/roster.h
 *
 * Files have mode 0600 and are replaced atomically. A file that is broken, readable by others, or of another CA is an
 * error with its name, and the node does not start: a new CA would shut out every device that trusts the old one.
 *
 * A device's certificate counts for one year, for one Thing, as a TLS client only, and while it is in the list: taking
 * it out revokes it. A clock that was never set (before 2024) is taken for 2024-01-01 when certificates are made.
 *
 * Threads: any; one mutex inside. Making a certificate costs about 100 us and one fdatasync. */
#ifndef GN_GUARD_CA_H
#define GN_GUARD_CA_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "os/clock.h"

enum {
    GN_PEM_BYTES = 2048, /* a device's certificate or key as text, with its NUL */
    GN_FINGERPRINT_TEXT_BYTES = 2 * GN_SHA256_BYTES + 1,
    GN_SERVER_DAYS = 90,
    GN_SERVER_RENEW_DAYS = 30,
};

struct gn_ca; /* opaque */

/* Opens, or makes what is not there. CORRUPT, DENIED or IO with a diag that names the file. */
GN_MUST_USE gn_err gn_ca_open(const char *dir, struct gn_clock clock, struct gn_ca **out, struct gn_diag *diag);
void gn_ca_close(struct gn_ca *ca);

/* The CA's certificate as PEM (stays while it is open), and the SHA-256 of its DER in hex. */
gn_str gn_ca_certificate(const struct gn_ca *ca);
void gn_ca_fingerprint(const struct gn_ca *ca, char out[static GN_FINGERPRINT_TEXT_BYTES]);
/* The same of a data folder, without opening or making anything. NOT_FOUND: no node was started there yet. */
GN_MUST_USE gn_err gn_ca_show(const char *dir, struct gn_buf *out_pem,
                              char out_fingerprint[static GN_FINGERPRINT_TEXT_BYTES], struct gn_diag *diag);

/* Sees to it that the node has a certificate for these names and addresses (and localhost, and the loopback addresses)
 * that does not end soon. The names are kept for gn_ca_renew. */
GN_MUST_USE gn_err gn_ca_serve(struct gn_ca *ca, const char *const *names, size_t count, struct gn_diag *diag);
/* The same once more, with the names it was given: a new certificate when the old one ends soon. *out_changed then. */
GN_MUST_USE gn_err gn_ca_renew(struct gn_ca *ca, bool *out_changed);

/* --- devices --- */

struct gn_issued {
    char key[GN_PEM_BYTES]; /* PEM, or empty when a request was given; wipe it */
    char certificate[GN_PEM_BYTES];
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
    int64_t until_ms;
};

/* A certificate for a Thing: with a new key, or for the key of a request (PKCS #10, PEM or DER; nothing else of it is
 * taken). It counts when this returns. A Thing has CERTIFICATES_PER_THING_MAX; the one that ends first makes room.
 * INVAL: the id or the request, the diag says why. FULL: no room for more certificates. */
GN_MUST_USE gn_err gn_ca_issue(struct gn_ca *ca, gn_str thing_id, gn_bytes request, struct gn_issued *out,
                               struct gn_diag *diag);
/* Takes a Thing's certificates out of the list, or (fingerprint not NULL) one of them. NOT_FOUND when there is none. */
GN_MUST_USE gn_err gn_ca_revoke(struct gn_ca *ca, gn_str thing_id, const struct gn_sha256 *fingerprint);

/* Whose certificate this is. DENIED: nobody's, or it has ended. */
GN_MUST_USE gn_err gn_ca_identify(struct gn_ca *ca, const struct gn_sha256 *fingerprint,
                                  char out_id[static GN_THING_ID_BYTES_MAX + 1]);

/* 64 lower-case hex digits. */
bool gn_fingerprint_parse(gn_str hex, struct gn_sha256 *out);

struct gn_ca_row {
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
    int64_t until_ms;
};
/* The certificates of a Thing that count, the first to end in front. */
size_t gn_ca_list(struct gn_ca *ca, gn_str thing_id, struct gn_ca_row out[static GN_CERTIFICATES_PER_THING_MAX]);

#endif
