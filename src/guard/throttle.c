/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/throttle.h"

#include <arpa/inet.h>
#include <sodium.h>

enum { THROTTLE_KEY_BYTES = 512, THROTTLE_LEVEL_MAX = 40 };

_Static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8, "SipHash-2-4");
/* Doubling reaches the longest wait well before the level stops growing. */
_Static_assert(((int64_t)GN_GUESS_FIRST_MS << 20) > GN_GUESS_SPACING_MS_MAX, "levels cover the table above");

void gn_throttle_init(struct gn_throttle *throttle, const uint8_t seed[static 16])
{
    memset(throttle, 0, sizeof *throttle);
    memcpy(throttle->seed, seed, sizeof throttle->seed);
}

/* "10.0.0.7:51234" and "[fe80::1]:80" without their port. */
static gn_str throttle_host(gn_str source)
{
    if (source.size > 0 && source.at[0] == '[') {
        gn_str rest;
        return gn_str_split((gn_str){ source.at + 1, source.size - 1 }, ']', &rest);
    }
    const char *colon = source.size > 0 ? memchr(source.at, ':', source.size) : NULL;
    const char *last = source.size > 0 ? memrchr(source.at, ':', source.size) : NULL;
    if (colon != NULL && colon == last)
        return (gn_str){ source.at, (size_t)(colon - source.at) };
    return source;
}

/* The part of an address that a stranger cannot vary at will; other text as it is. */
static size_t throttle_source(gn_str source, uint8_t out[static 32])
{
    char text[INET6_ADDRSTRLEN];
    uint8_t six[16];
    const gn_str host = throttle_host(source);
    if (gn_str_copy(text, sizeof text, host) == GN_OK && inet_pton(AF_INET6, text, six) == 1) {
        static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
        if (memcmp(six, mapped, sizeof mapped) == 0) {
            (void)inet_ntop(AF_INET, six + 12, text, sizeof text);
            memcpy(out, text, strlen(text));
            return strlen(text);
        }
        memcpy(out, six, 8);
        return 8;
    }
    const size_t size = host.size < 32 ? host.size : 32;
    if (size > 0)
        memcpy(out, host.at, size);
    return size;
}

/* Keyed, so that nobody can choose who shares a set with whom. Never 0. */
static uint64_t throttle_key(const struct gn_throttle *throttle, const gn_str *source, gn_str account)
{
    uint8_t bytes[THROTTLE_KEY_BYTES] = { 0 };
    size_t size = 2;
    if (source != NULL) {
        const size_t part = throttle_source(*source, bytes + 2);
        bytes[0] = 1;
        bytes[1] = (uint8_t)part;
        size += part;
    }
    const size_t room = sizeof bytes - size;
    const size_t part = account.size < room ? account.size : room;
    if (part > 0)
        memcpy(bytes + size, account.at, part);
    uint8_t hash[crypto_shorthash_BYTES];
    (void)crypto_shorthash(hash, bytes, size + part, throttle->seed);
    uint64_t key;
    memcpy(&key, hash, sizeof key);
    return key != 0 ? key : 1;
}

static void throttle_forget(struct gn_guess_row *row, int64_t now_ms)
{
    const int64_t levels = (now_ms - row->last_ms) / GN_GUESS_FORGET_MS;
    if (levels <= 0)
        return;
    row->level = levels >= row->level ? 0 : (uint16_t)(row->level - levels);
    row->last_ms += levels * GN_GUESS_FORGET_MS;
}

/* How dear it would be to lose this row: a stranger must not wash out counts by coming from everywhere. */
static int throttle_worth(const struct gn_guess_row *row)
{
    return row->key == 0 ? -1 : row->level + (row->known ? 4 : 0);
}

static struct gn_guess_row *throttle_row(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms)
{
    const uint64_t key = throttle_key(throttle, &source, account);
    struct gn_guess_row *set = throttle->rows[key % GN_GUESS_SETS];
    struct gn_guess_row *mildest = &set[0];
    for (size_t way = 0; way < GN_GUESS_WAYS; way++) {
        struct gn_guess_row *row = &set[way];
        if (row->key == key) {
            throttle_forget(row, now_ms);
            return row;
        }
        throttle_forget(row, now_ms);
        const int worth = throttle_worth(row) - throttle_worth(mildest);
        if (worth < 0 || (worth == 0 && row->last_ms < mildest->last_ms))
            mildest = row;
    }
    *mildest = (struct gn_guess_row){ .key = key, .last_ms = now_ms };
    return mildest;
}

static int64_t throttle_account_worth(const struct gn_guess_account *row)
{
    return row->key == 0 ? -1 : (int64_t)row->wrong_count;
}

static struct gn_guess_account *throttle_account(struct gn_throttle *throttle, gn_str account, int64_t now_ms)
{
    const uint64_t key = throttle_key(throttle, NULL, account);
    struct gn_guess_account *set = throttle->accounts[key % GN_GUESS_ACCOUNT_SETS];
    struct gn_guess_account *mildest = &set[0];
    for (size_t way = 0; way < GN_GUESS_WAYS; way++) {
        struct gn_guess_account *row = &set[way];
        const int64_t refilled = (now_ms - row->filled_ms) / GN_GUESS_REFILL_MS;
        if (refilled > 0) {
            row->wrong_count = refilled >= row->wrong_count ? 0 : row->wrong_count - (uint32_t)refilled;
            row->filled_ms += refilled * GN_GUESS_REFILL_MS;
        }
        if (row->key == key)
            return row;
        if (throttle_account_worth(row) < throttle_account_worth(mildest))
            mildest = row;
    }
    *mildest = (struct gn_guess_account){ .key = key, .filled_ms = now_ms };
    return mildest;
}

/* What the n-th wrong guess costs, before it is capped. */
static int64_t throttle_cost(uint16_t level)
{
    if (level < 2)
        return 0;
    const unsigned doublings = level - 2u < 20u ? level - 2u : 20u;
    return (int64_t)GN_GUESS_FIRST_MS << doublings;
}

static int64_t throttle_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t throttle_count(struct gn_throttle *throttle, struct gn_guess_row *row, gn_str account, int64_t now_ms)
{
    struct gn_guess_account *crowd = throttle_account(throttle, account, now_ms);
    const bool crowded = crowd->wrong_count >= GN_GUESS_BURST && !row->known;
    if (crowd->wrong_count < GN_GUESS_BURST)
        crowd->wrong_count++;
    if (row->level < THROTTLE_LEVEL_MAX)
        row->level++;
    row->last_ms = now_ms;
    int64_t spacing = throttle_min(throttle_cost(row->level), GN_GUESS_SPACING_MS_MAX);
    if (crowded && spacing < GN_GUESS_CROWD_MS)
        spacing = GN_GUESS_CROWD_MS;
    row->not_before_ms = now_ms + spacing;
    return throttle_min(throttle_cost(row->level), GN_GUESS_DELAY_MS_MAX);
}

int64_t gn_throttle_try(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms,
                        int64_t *out_delay_ms)
{
    struct gn_guess_row *row = throttle_row(throttle, source, account, now_ms);
    if (now_ms < row->not_before_ms && row->level > 0)
        return row->not_before_ms - now_ms;
    *out_delay_ms = throttle_count(throttle, row, account, now_ms);
    return 0;
}

int64_t gn_throttle_wrong(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms)
{
    return throttle_count(throttle, throttle_row(throttle, source, account, now_ms), account, now_ms);
}

void gn_throttle_right(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms)
{
    struct gn_guess_row *row = throttle_row(throttle, source, account, now_ms);
    struct gn_guess_account *crowd = throttle_account(throttle, account, now_ms);
    if (row->level > 0 && crowd->wrong_count > 0)
        crowd->wrong_count--; /* the one that gn_throttle_try counted ahead */
    row->level = 0;
    row->not_before_ms = 0;
    row->last_ms = now_ms;
    row->known = true;
}
