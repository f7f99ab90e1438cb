/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/session.h"

#include <sodium.h>

#include "os/entropy.h"

static bool session_over(const struct gn_session *row, int64_t now_ms)
{
    return now_ms - row->used_ms >= (int64_t)GN_SESSION_IDLE_S * 1000 ||
           now_ms - row->begun_ms >= (int64_t)GN_SESSION_AGE_S * 1000;
}

static struct gn_session *session_room(struct gn_sessions *sessions, int64_t now_ms)
{
    struct gn_session *oldest = &sessions->rows[0];
    for (size_t i = 0; i < GN_SESSIONS_MAX; i++) {
        struct gn_session *row = &sessions->rows[i];
        if (row->user[0] == '\0' || session_over(row, now_ms))
            return row;
        if (row->used_ms < oldest->used_ms)
            oldest = row;
    }
    return oldest;
}

void gn_sessions_begin(struct gn_sessions *sessions, const char *user, int64_t now_ms,
                       char out_cookie[static GN_COOKIE_BYTES])
{
    uint8_t random[(GN_COOKIE_BYTES - 1) / 2];
    gn_entropy(random, sizeof random);
    gn_hex((gn_bytes){ random, sizeof random }, out_cookie);
    struct gn_session *row = session_room(sessions, now_ms);
    const struct gn_sha256 hash = gn_sha256_of((gn_bytes){ (const uint8_t *)out_cookie, GN_COOKIE_BYTES - 1 });
    memcpy(row->hash, hash.bytes, sizeof row->hash);
    GN_IGNORE(gn_str_copy(row->user, sizeof row->user, gn_str_of(user)), "names in the table fit");
    row->begun_ms = now_ms;
    row->used_ms = now_ms;
    sodium_memzero(random, sizeof random);
}

static struct gn_session *session_find(struct gn_sessions *sessions, gn_str cookie)
{
    if (cookie.size != GN_COOKIE_BYTES - 1)
        return NULL;
    const struct gn_sha256 hash = gn_sha256_of((gn_bytes){ (const uint8_t *)cookie.at, cookie.size });
    struct gn_session *found = NULL;
    for (size_t i = 0; i < GN_SESSIONS_MAX; i++) { /* always all: the time says nothing about the row */
        struct gn_session *row = &sessions->rows[i];
        if (sodium_memcmp(row->hash, hash.bytes, sizeof row->hash) == 0 && row->user[0] != '\0')
            found = row;
    }
    return found;
}

const char *gn_sessions_user(struct gn_sessions *sessions, gn_str cookie, int64_t now_ms, bool touch)
{
    struct gn_session *row = session_find(sessions, cookie);
    if (row == NULL)
        return NULL;
    if (session_over(row, now_ms)) {
        sodium_memzero(row, sizeof *row);
        return NULL;
    }
    if (touch)
        row->used_ms = now_ms;
    return row->user;
}

void gn_sessions_end(struct gn_sessions *sessions, gn_str cookie)
{
    struct gn_session *row = session_find(sessions, cookie);
    if (row != NULL)
        sodium_memzero(row, sizeof *row);
}
