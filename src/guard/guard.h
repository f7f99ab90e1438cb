/* SPDX-License-Identifier: Apache-2.0 */
/* guard/guard.h -- who may: credentials of devices and people, sessions, setup, bounded guessing.
 *
 *   DIR/guard/credentials   one line a principal, replaced atomically, mode 0600
 *       thing <id> sha256 <salt hex> <hash hex> ...     guard/keyring.h has all forms
 *       user <name> <role> argon2id <libsodium string>
 *
 * Tokens of devices are 128 random bits, so a salted hash is enough and fast; people's passwords are
 * Argon2id (t=3, 64 MiB, libsodium). Secrets are shown once, compared in constant time, wiped, and never
 * reach the journal or a log. An unreadable or broken file denies everybody and the node does not start.
 *
 * Threads: any; one mutex inside, never held while hashing a password. */
#ifndef GN_GUARD_GUARD_H
#define GN_GUARD_GUARD_H

#include "base/buf.h"
#include "base/limits.h"
#include "os/clock.h"

enum {
    GN_TOKEN_BYTES = 33,  /* 32 hex digits and NUL */
    GN_COOKIE_BYTES = 65, /* 64 hex digits and NUL */
    GN_USER_NAME_BYTES = 64,
    GN_SETUP_CODE_BYTES = 24, /* "4821-9930-1177" and NUL */
    GN_SOURCE_BYTES = 64,     /* the address of a peer, and NUL */
};

typedef enum gn_role { GN_ROLE_VIEWER, GN_ROLE_OPERATOR, GN_ROLE_ADMIN } gn_role;
const char *gn_role_name(gn_role role);

struct gn_guard; /* opaque */
struct gn_scram; /* guard/scram.h */

/* Reads DIR/guard/credentials (makes the folder). The diag names file and line when it is broken. */
GN_MUST_USE gn_err gn_guard_open(const char *dir, struct gn_clock clock, struct gn_guard **out, struct gn_diag *diag);
void gn_guard_close(struct gn_guard *guard);

/* --- devices --- */

/* Makes a token for a Thing and writes it to disk before returning. The token before counts for `overlap_ms` more (0:
 * it is void at once), the one before that is void. INVAL: no id, or an overlap beyond GN_TOKEN_OVERLAP_S_MAX. */
GN_MUST_USE gn_err gn_guard_thing_token(struct gn_guard *guard, gn_str thing_id, int64_t overlap_ms,
                                        char out_token[static GN_TOKEN_BYTES]);
/* Withdraws all a Thing has: no token counts from now on, nor a certificate issued until now (guard/cert asks
 * gn_guard_thing_state). On disk before it returns. The caller ends the connections. */
GN_MUST_USE gn_err gn_guard_thing_revoke(struct gn_guard *guard, gn_str thing_id);

struct gn_token_use {
    int64_t time_ms;              /* when a token was right last; 0 = not since the node started */
    int64_t old_ms;               /* the same of the token before */
    char source[GN_SOURCE_BYTES]; /* from where */
    /* Two addresses take turns: each time the Thing comes back to the one before the last is a turn. A reconnect and a
     * move are none. GN_TWO_PLACES_TURNS within GN_TWO_PLACES_MS: two devices use one token. */
    char before[GN_SOURCE_BYTES]; /* the other address */
    int64_t turns_since_ms;       /* monotonic */
    uint32_t turns;
    int64_t two_places_ms; /* when that was seen last; 0 = never */
    int64_t told_ms;       /* and when gn_guard_two_places said so */
};

enum { GN_TWO_PLACES_TURNS = 3, GN_TWO_PLACES_MS = 60 * 1000 };

struct gn_token_state {
    bool has_token;
    int64_t old_until_ms; /* the token before counts until then; 0 = there is none any more */
    int64_t revoked_ms;   /* when all was withdrawn last; 0 = never. What was issued before does not count */
    struct gn_token_use use;
};
/* All zeroes for a Thing that never had a token. */
void gn_guard_thing_state(struct gn_guard *guard, gn_str thing_id, struct gn_token_state *out);
/* Once a second: true with the id of a Thing whose old token just ran out and was used in this run, so that
 * connections may live that came with it. Ask until false. */
bool gn_guard_overlap_over(struct gn_guard *guard, char out_id[static GN_THING_ID_BYTES_MAX + 1]);

/* Once a second: true with the id of a Thing whose token was just seen to be used from two addresses in turns, said
 * again at most every GN_TWO_PLACES_MS while it goes on. Ask until false. */
bool gn_guard_two_places(struct gn_guard *guard, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                         struct gn_token_use *out_use);

/* DENIED alike for an unknown id and for a wrong token, in the same time. *out_delay_ms: hold the answer back that
 * long; it grows with wrong guesses per (source, id). What comes before its time is not looked at, and may be answered
 * at once; at an address this Thing has come from before it is, so that nobody locks it out there. A right token
 * answers 0 and clears its own count; a new token clears all. */
GN_MUST_USE gn_err gn_guard_thing_check(struct gn_guard *guard, gn_str thing_id, gn_str token, gn_str source,
                                        int64_t *out_delay_ms);

/* --- guesses --- */

/* Once a second: a burst of wrong guesses that is over becomes one line in the log. */
void gn_guard_tick(struct gn_guard *guard);
/* A number for a source, the same for all addresses that one stranger may easily have. Never 0. */
uint64_t gn_guard_source_key(struct gn_guard *guard, gn_str source);

/* The same by SCRAM-SHA-256 (guard/scram.h), with the token as the password; not the token before it. INVAL: not a
 * message of that method, or asks for what is not offered. Otherwise a challenge, also for an id that nobody has. */
GN_MUST_USE gn_err gn_guard_scram_begin(struct gn_guard *guard, struct gn_scram *scram, gn_str message,
                                        struct gn_buf *out);
/* DENIED as gn_guard_thing_check; on success `out` gets the last message. */
GN_MUST_USE gn_err gn_guard_scram_finish(struct gn_guard *guard, const struct gn_scram *scram, gn_str message,
                                         gn_str source, struct gn_buf *out, int64_t *out_delay_ms);

/* --- people --- */

/* True until the first account exists: only /setup may answer. */
bool gn_guard_needs_setup(struct gn_guard *guard);
/* The one-time code of this start; made anew at every start while setup is open. Empty string when it is not. */
void gn_guard_setup_code(struct gn_guard *guard, char out[static GN_SETUP_CODE_BYTES]);
/* Makes the first account, as admin. DENIED: wrong code; BUSY: locked after GN_SETUP_TRIES_MAX wrong
 * ones; EXISTS: already done (two at once: one wins); INVAL: name or password, the diag says why. */
GN_MUST_USE gn_err gn_guard_setup(struct gn_guard *guard, gn_str code, gn_str user, gn_str password, gn_str source,
                                  struct gn_diag *diag);
/* Adds a person, or gives one a new password and role. INVAL: name or password, the diag says why; FULL:
 * GN_USERS_MAX. Sessions of that name go on with the new role. */
GN_MUST_USE gn_err gn_guard_user_add(struct gn_guard *guard, gn_str user, gn_str password, gn_role role,
                                     struct gn_diag *diag);
/* 0, or how long gn_guard_login would not look at a guess: asked before one waits in a line for it. Quick. */
int64_t gn_guard_login_wait(struct gn_guard *guard, gn_str user, gn_str source);
/* Whose turn it is in that line, the lowest first: 0 where this user has signed in from before, else one more than
 * the source's wrong guesses that count now. */
uint32_t gn_guard_login_rank(struct gn_guard *guard, gn_str user, gn_str source);
/* DENIED alike for an unknown user and a wrong password, after the same work. *out_delay_ms as above. A
 * success starts a session: the cookie is 256 random bits. AGAIN: too many wrong guesses from this source;
 * this one was not looked at, right or wrong: come back in *out_delay_ms (an answer may go out at once). */
GN_MUST_USE gn_err gn_guard_login(struct gn_guard *guard, gn_str user, gn_str password, gn_str source,
                                  char out_cookie[static GN_COOKIE_BYTES], int64_t *out_delay_ms);
void gn_guard_logout(struct gn_guard *guard, gn_str cookie);

struct gn_principal {
    char name[GN_USER_NAME_BYTES + 1];
    gn_role role;
};
/* DENIED when the session is unknown, idle for too long or too old; otherwise it counts as used now. */
GN_MUST_USE gn_err gn_guard_session(struct gn_guard *guard, gn_str cookie, struct gn_principal *out);
/* The same without counting as use: whether a stream that is open may go on. */
GN_MUST_USE gn_err gn_guard_session_peek(struct gn_guard *guard, gn_str cookie, struct gn_principal *out);

#endif
