/* SPDX-License-Identifier: Apache-2.0 */
/* guard/keyring.h -- the file of secrets' hashes, as rows.
 *
 *   thing press-7 sha256 0f1e..(32 hex) 9a3c..(64 hex)
 *   thing press-8 sha256 .. .. until 1795317840000 sha256 .. ..     renewed: the token before counts until then
 *   thing press-9 none revoked 1795317840000                         withdrawn: no token counts
 *   thing saw-1 sha256 .. .. revoked 1795317840000                   withdrawn once, and given another token since
 *   user anna admin argon2id $argon2id$v=19$m=65536,t=3,p=1$...
 *
 * Behind each pair of hashes of a token may stand ` scram 4096 STORED SERVER` (64 hex each): what SCRAM-SHA-256 needs,
 * for the same salt. A token from before that can be used as a password only.
 *
 * One line a principal, single blanks, each line ends with a line feed, things before users, both by name
 * without doubles. The parser takes exactly what the writer writes: a file that somebody has edited into
 * doubt opens for nobody. Rows are kept sorted; finding one is a binary search. Caller's lock. */
#ifndef GN_GUARD_KEYRING_H
#define GN_GUARD_KEYRING_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "guard/guard.h"
#include "guard/password.h"
#include "guard/scram.h"

enum {
    GN_SALT_BYTES = 16,
    GN_KEYRING_FILE_BYTES_MAX = 2700000, /* every row at its longest fits */
};

struct gn_token_hash {
    uint8_t salt[GN_SALT_BYTES];
    uint8_t hash[GN_SHA256_BYTES]; /* SHA-256(salt || token) */
    struct gn_scram_keys scram;    /* without iterations: there are none */
};

struct gn_thing_credential {
    char id[GN_THING_ID_BYTES_MAX + 1];
    bool has_token;
    int64_t old_until_ms; /* the token before counts until then; 0 = there is none */
    int64_t revoked_ms;   /* when all it had was withdrawn last; 0 = never */
    struct gn_token_hash token;
    struct gn_token_hash old;
    struct gn_token_use use; /* of this run; not in the file */
};

struct gn_user_credential {
    char name[GN_USER_NAME_BYTES + 1];
    gn_role role;
    char hash[GN_PASSWORD_HASH_BYTES];
};

struct gn_keyring {
    struct gn_thing_credential *things; /* GN_THINGS_MAX, sorted by id */
    struct gn_user_credential *users;   /* GN_USERS_MAX, sorted by name */
    size_t thing_count;
    size_t user_count;
};

GN_MUST_USE gn_err gn_keyring_init(struct gn_keyring *keyring);
void gn_keyring_fini(struct gn_keyring *keyring); /* wipes */

/* Reads a whole file into an empty table. CORRUPT, with the line, when anything is not as above. */
GN_MUST_USE gn_err gn_keyring_parse(struct gn_keyring *keyring, gn_str text, struct gn_diag *diag);

/* Writes the table as it will be with these rows put in (NULL: none): first to disk, then to memory. */
void gn_keyring_write(const struct gn_keyring *keyring, const struct gn_thing_credential *thing,
                      const struct gn_user_credential *user, struct gn_buf *out);

struct gn_thing_credential *gn_keyring_thing(const struct gn_keyring *keyring, gn_str id);
const struct gn_user_credential *gn_keyring_user(const struct gn_keyring *keyring, gn_str name);

/* Puts or replaces. FULL at the limit. */
GN_MUST_USE gn_err gn_keyring_put_thing(struct gn_keyring *keyring, const struct gn_thing_credential *thing);
GN_MUST_USE gn_err gn_keyring_put_user(struct gn_keyring *keyring, const struct gn_user_credential *user);

/* [A-Za-z0-9_.-]{1,64}; people may also have '@'. */
bool gn_keyring_thing_id_valid(gn_str id);
bool gn_keyring_user_name_valid(gn_str name);

#endif
