/* SPDX-License-Identifier: Apache-2.0 */
/* guard/throttle.h -- makes guessing slow for who guesses, and for nobody else.
 *
 *   wrong guesses of one (source, account)   1    2     3     4    ...   8      9 ...     14
 *   answer held back                         0  0.2 s 0.4 s 0.8 s     10 s   10 s       10 s
 *   next guess looked at after               0  0.2 s 0.4 s 0.8 s     12.8 s 25.6 s     15 min
 *
 * Holding answers back alone would not slow a guesser who asks on many connections at once; so a guess that
 * comes before its time is not looked at, right or wrong. A level is forgotten each 15 minutes: about a
 * hundred guesses a day from one source. Many sources together: each account has a bucket of GN_GUESS_BURST
 * wrong guesses that refills one a minute; while it is empty, a source that has guessed wrong once waits a
 * minute. A source's first guess is always looked at, and a source that has signed in to this account before
 * pays only for its own mistakes: a stranger cannot lock the rightful one out at another address. Many accounts
 * from one source: it has GN_GUESS_SOURCE_BURST wrong guesses for all of them together, one more each half minute.
 * Passwords cost a hash each: beyond GN_GUESS_ALL_BURST wrong ones of everybody, one more a second, only sources with
 * hardly any wrong guess are looked at.
 *
 * Memory is fixed: rows in sets of eight under a keyed hash; a full set gives up its mildest row. An IPv6
 * source counts as its /64 network, for a host has 2^64 addresses there. Cost: one SipHash and eight
 * comparisons. Times are monotonic milliseconds handed in. Not thread-safe: the guard's mutex is around it. */
#ifndef GN_GUARD_THROTTLE_H
#define GN_GUARD_THROTTLE_H

#include "base/bytes.h"
#include "base/limits.h"

enum {
    GN_GUESS_SETS = 512,        /* of eight rows (source, account) */
    GN_GUESS_ACCOUNT_SETS = 64, /* of eight rows (account) */
    GN_GUESS_SOURCE_SETS = 128, /* of eight rows (source) */
    GN_GUESS_WAYS = 8,
    GN_GUESS_FIRST_MS = 200, /* the second wrong guess; doubles from there */
    GN_GUESS_SPACING_MS_MAX = 15 * 60 * 1000,
    GN_GUESS_FORGET_MS = 15 * 60 * 1000, /* per level */
    GN_GUESS_BURST = 10,                 /* wrong guesses of all sources together, per account */
    GN_GUESS_REFILL_MS = 60 * 1000,
    GN_GUESS_SOURCE_BURST = 20, /* wrong guesses of one source, for all accounts it never got into */
    GN_GUESS_SOURCE_REFILL_MS = 30 * 1000,
    GN_GUESS_ALL_BURST = 60, /* wrong passwords of everybody */
    GN_GUESS_ALL_REFILL_MS = 1000,
    GN_GUESS_INNOCENT_MAX = 2,     /* wrong guesses of a source that is looked at all the same */
    GN_GUESS_CROWD_MS = 60 * 1000, /* wait of a source that was wrong, while the bucket is empty */
};

struct gn_guess_row {
    uint64_t key;          /* 0: free */
    int64_t last_ms;       /* of the last wrong guess, moved on as levels are forgotten */
    int64_t not_before_ms; /* guesses before are not looked at */
    uint16_t level;        /* wrong guesses that still count */
    bool known;            /* signed in from here before */
    uint32_t account;      /* part of the account's key, for gn_throttle_forgive */
};

struct gn_guess_bucket {
    uint64_t key; /* 0: free */
    int64_t filled_ms;
    uint32_t wrong_count;
};

struct gn_throttle {
    uint8_t seed[16];
    struct gn_guess_row rows[GN_GUESS_SETS][GN_GUESS_WAYS];
    struct gn_guess_bucket accounts[GN_GUESS_ACCOUNT_SETS][GN_GUESS_WAYS];
    struct gn_guess_bucket sources[GN_GUESS_SOURCE_SETS][GN_GUESS_WAYS];
    struct gn_guess_bucket all; /* guesses that cost a hash */
};

void gn_throttle_init(struct gn_throttle *throttle, const uint8_t seed[static 16]);

/* Before a guess is looked at. 0: go on; it counts as wrong from now on, until gn_throttle_right takes that
 * back (so a hundred at once are not a hundred first guesses). Otherwise: wait so many ms; nothing was counted.
 * *out_delay_ms: how long to hold the answer back if the guess turns out wrong. `dear`: looking costs a hash. */
int64_t gn_throttle_try(struct gn_throttle *throttle, gn_str source, gn_str account, bool dear, int64_t now_ms,
                        int64_t *out_delay_ms);
/* What it would say, without counting. */
int64_t gn_throttle_wait(struct gn_throttle *throttle, gn_str source, gn_str account, bool dear, int64_t now_ms);

/* How many wrong guesses of a source count now: who has none may go first. */
uint32_t gn_throttle_guilt(struct gn_throttle *throttle, gn_str source, int64_t now_ms);

/* True when the source has signed in to this account before: it is the rightful one's address, too. */
bool gn_throttle_knows(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms);

/* The account has another secret now: what was guessed before says nothing about it. Costs a pass over all rows. */
void gn_throttle_forgive(struct gn_throttle *throttle, gn_str account);

/* A number for a source as it is counted here: without its port, an IPv6 network as one. Never 0. */
uint64_t gn_throttle_source_key(const struct gn_throttle *throttle, gn_str source);

/* The guess was right: this source's count for this account is cleared. */
void gn_throttle_right(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms);

#endif
