/* SPDX-License-Identifier: Apache-2.0 */
/* guard/guess_log.h -- wrong guesses as one line a burst, however many they are.
 *
 *   guess guess guess ... 10 s of quiet ─▶ "wrong=98 not_looked_at=9902 sources=50 accounts=1 seconds=14 ..."
 *   ... or a minute has passed          ─▶ the same, and a new count begins
 *
 * Ten thousand guesses a second make a line a minute, and cannot push other lines out of a log. Sources and accounts
 * are counted up to GN_GUESS_LOG_KEYS; the text names the last of each, in plain characters only. Fixed memory, times
 * are monotonic milliseconds handed in. Not thread-safe: the guard's mutex is around it. */
#ifndef GN_GUARD_GUESS_LOG_H
#define GN_GUARD_GUESS_LOG_H

#include "base/buf.h"

enum {
    GN_GUESS_LOG_KEYS = 256,
    GN_GUESS_LOG_QUIET_MS = 10 * 1000,
    GN_GUESS_LOG_LONGEST_MS = 60 * 1000,
    GN_GUESS_LOG_NAME_BYTES = 65,
};

struct gn_guess_log {
    uint64_t wrong_count;
    uint64_t unseen_count; /* came before their time and were not looked at */
    int64_t begin_ms;
    int64_t last_ms;
    uint32_t source_count;
    uint32_t account_count;
    uint64_t sources[GN_GUESS_LOG_KEYS];
    uint64_t accounts[GN_GUESS_LOG_KEYS];
    char source[GN_GUESS_LOG_NAME_BYTES];
    char account[GN_GUESS_LOG_NAME_BYTES];
};

/* `kind` is "thing", "person" or "setup"; the keys tell sources and accounts apart. */
void gn_guess_log_add(struct gn_guess_log *log, bool looked_at, gn_str source, uint64_t source_key, const char *kind,
                      gn_str account, uint64_t account_key, int64_t now_ms);

/* True when a burst is over, or has lasted its longest (`now_ms` INT64_MAX: in any case): its text, NUL-terminated by
 * nobody, is in `out`, and counting begins anew. */
bool gn_guess_log_take(struct gn_guess_log *log, int64_t now_ms, struct gn_buf *out);

#endif
