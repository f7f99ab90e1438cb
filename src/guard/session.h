/* SPDX-License-Identifier: Apache-2.0 */
/* guard/session.h -- who is signed in.
 *
 *      cookie (256 random bits, in the browser)  ──SHA-256──▶  row: user, begun, last used
 *
 * Only the hash is kept: who reads the node's memory cannot sign in with it. A row ends when it was idle for
 * GN_SESSION_IDLE_S, or is GN_SESSION_AGE_S old, by the machine's monotonic clock; none outlives the process.
 * A full table gives up its least recently used row. Not thread-safe: the guard's mutex is around it. */
#ifndef GN_GUARD_SESSION_H
#define GN_GUARD_SESSION_H

#include "base/bytes.h"
#include "base/hash.h"
#include "base/limits.h"
#include "guard/guard.h"

struct gn_session {
    uint8_t hash[GN_SHA256_BYTES];
    char user[GN_USER_NAME_BYTES + 1]; /* empty: the row is free */
    int64_t begun_ms;
    int64_t used_ms;
};

struct gn_sessions {
    struct gn_session rows[GN_SESSIONS_MAX];
};

/* Starts one; the cookie leaves here once and is never seen again. */
void gn_sessions_begin(struct gn_sessions *sessions, const char *user, int64_t now_ms,
                       char out_cookie[static GN_COOKIE_BYTES]);

/* The user's name, or NULL. `touch`: it counts as used now. */
const char *gn_sessions_user(struct gn_sessions *sessions, gn_str cookie, int64_t now_ms, bool touch);

void gn_sessions_end(struct gn_sessions *sessions, gn_str cookie);

#endif
