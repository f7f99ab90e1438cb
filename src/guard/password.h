/* SPDX-License-Identifier: Apache-2.0 */
/* guard/password.h -- which passwords are taken, and how they are kept.
 *
 *   "correct horse battery"  ──Argon2id, 3 passes, 64 MiB──▶  "$argon2id$v=19$m=65536,t=3,p=1$salt$hash"
 *
 * A hash costs about 110 ms and 64 MiB of memory for that time, on purpose; at most GN_HASHES_AT_ONCE run
 * at a time, the rest wait at the gate, so that a burst of guesses cannot take the machine's memory. An
 * unknown user is checked against a hash nobody knows the password of: the same work, the same time.
 * A. Biryukov, D. Dinu, D. Khovratovich, "Argon2" (RFC 9106); the primitive is libsodium's. */
#ifndef GN_GUARD_PASSWORD_H
#define GN_GUARD_PASSWORD_H

#include <pthread.h>

#include "base/bytes.h"

enum {
    GN_PASSWORD_HASH_BYTES = 128, /* libsodium's text form, NUL included */
    GN_PASSWORD_DISTINCT_MIN = 5, /* different bytes a password must have */
    GN_HASHES_AT_ONCE = 2,
};

struct gn_password_gate {
    pthread_mutex_t mutex;
    pthread_cond_t free;
    unsigned busy; /* hashes under way; mutex */
};

void gn_password_gate_init(struct gn_password_gate *gate);
void gn_password_gate_fini(struct gn_password_gate *gate);

/* INVAL, and why in words for the person, when the password is too short, too long, not UTF-8, too uniform,
 * contains the user's name, or is among the passwords everybody tries first. */
GN_MUST_USE gn_err gn_password_check(gn_str user, gn_str password, struct gn_diag *diag);

/* FULL when there is no memory for it. */
GN_MUST_USE gn_err gn_password_hash(struct gn_password_gate *gate, gn_str password,
                                    char out[static GN_PASSWORD_HASH_BYTES]);

/* True when the password made this hash. `hash` NULL: works as hard, and is false. */
bool gn_password_verify(struct gn_password_gate *gate, const char *hash, gn_str password);

/* True for a text form this build can verify, with parameters no heavier than its own. */
bool gn_password_hash_valid(const char *hash);

#endif
