/* SPDX-License-Identifier: Apache-2.0 */
/* guard/roster.h -- the certificates of Things that count, as rows and as a file.
 *
 *   DIR/guard/certificates     sha256 of the certificate (64 hex)   Thing's id   ends (ms since 1970)
 *
 * A certificate counts when it is in here, besides being signed by our CA: taking a row out is revocation, and there is
 * no list of revoked ones that could be missed. One line a certificate, single blanks, sorted by fingerprint, without
 * doubles; the parser takes exactly what the writer writes. Finding one is a binary search. Caller's lock. */
#ifndef GN_GUARD_ROSTER_H
#define GN_GUARD_ROSTER_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "guard/ca.h"

enum {
    GN_ROSTER_ROWS_MAX = GN_THINGS_MAX * GN_CERTIFICATES_PER_THING_MAX,
    GN_ROSTER_FILE_BYTES_MAX = GN_ROSTER_ROWS_MAX * (64 + 1 + GN_THING_ID_BYTES_MAX + 1 + 20 + 1),
};

struct gn_roster_row {
    struct gn_sha256 fingerprint;
    char id[GN_THING_ID_BYTES_MAX + 1];
    int64_t until_ms;
};

struct gn_roster {
    struct gn_roster_row *rows; /* GN_ROSTER_ROWS_MAX, sorted by fingerprint */
    size_t count;
};

GN_MUST_USE gn_err gn_roster_init(struct gn_roster *roster);
void gn_roster_fini(struct gn_roster *roster);

/* Reads a whole file into an empty table. CORRUPT, with the line. */
GN_MUST_USE gn_err gn_roster_parse(struct gn_roster *roster, gn_str text, struct gn_diag *diag);
void gn_roster_write(const struct gn_roster *roster, struct gn_buf *out);

const struct gn_roster_row *gn_roster_find(const struct gn_roster *roster, const struct gn_sha256 *fingerprint);

/* Puts a row in. EXISTS when the fingerprint is there, FULL at the limit. */
GN_MUST_USE gn_err gn_roster_put(struct gn_roster *roster, const struct gn_roster_row *row);
/* Takes one out; false when there is none. */
bool gn_roster_drop(struct gn_roster *roster, const struct gn_sha256 *fingerprint);

/* The rows of a Thing, the one that ends first in front. Returns how many there are; writes at most `capacity`. */
size_t gn_roster_of(const struct gn_roster *roster, gn_str id, struct gn_roster_row *out, size_t capacity);
/* Takes out what has ended. */
void gn_roster_sweep(struct gn_roster *roster, int64_t now_ms);

#endif
