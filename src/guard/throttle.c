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
    *mildest = (struct gn_guess_row){ .key = key,
                                      .last_ms = now_ms,
                                      .account = (uint32_t)throttle_key(throttle, NULL, account) };
    return mildest;
}

static int64_t throttle_bucket_worth(const struct gn_guess_bucket *row)
{
    return row->key == 0 ? -1 : (int64_t)row->wrong_count;
}

/* Takes back what time has forgiven. */
static void throttle_refill(struct gn_guess_bucket *bucket, int64_t refill_ms, int64_t now_ms)
{
    const int64_t refilled = (now_ms - bucket->filled_ms) / refill_ms;
    if (refilled <= 0)
        return;
    bucket->wrong_count = refilled >= bucket->wrong_count ? 0 : bucket->wrong_count - (uint32_t)refilled;
    bucket->filled_ms += refilled * refill_ms;
}

/* The bucket of a key in its set, refilled; a full set gives up its fullest. */
static struct gn_guess_bucket *throttle_bucket(struct gn_guess_bucket set[static GN_GUESS_WAYS], uint64_t key,
                                               int64_t refill_ms, int64_t now_ms)
{
    struct gn_guess_bucket *mildest = &set[0];
    for (size_t way = 0; way < GN_GUESS_WAYS; way++) {
        struct gn_guess_bucket *row = &set[way];
        throttle_refill(row, refill_ms, now_ms);
        if (row->key == key)
            return row;
        if (throttle_bucket_worth(row) < throttle_bucket_worth(mildest))
            mildest = row;
    }
    *mildest = (struct gn_guess_bucket){ .key = key, .filled_ms = now_ms };
    return mildest;
}

static struct gn_guess_bucket *throttle_account(struct gn_throttle *throttle, gn_str account, int64_t now_ms)
{
    const uint64_t key = throttle_key(throttle, NULL, account);
    return throttle_bucket(throttle->accounts[key % GN_GUESS_ACCOUNT_SETS], key, GN_GUESS_REFILL_MS, now_ms);
}

static struct gn_guess_bucket *throttle_source_bucket(struct gn_throttle *throttle, gn_str source, int64_t now_ms)
{
    const uint64_t key = gn_throttle_source_key(throttle, source);
    return throttle_bucket(throttle->sources[key % GN_GUESS_SOURCE_SETS], key, GN_GUESS_SOURCE_REFILL_MS, now_ms);
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

static void throttle_fill(struct gn_guess_bucket *bucket, uint32_t most)
{
    if (bucket->wrong_count < most)
        bucket->wrong_count++;
}

static void throttle_take_back(struct gn_guess_bucket *bucket)
{
    if (bucket->wrong_count > 0)
        bucket->wrong_count--;
}

/* Counts a guess as wrong, until it turns out right. Returns how long to hold its answer. */
static int64_t throttle_count(struct gn_throttle *throttle, struct gn_guess_row *row, gn_str source, gn_str account,
                              bool dear, int64_t now_ms)
{
    struct gn_guess_bucket *crowd = throttle_account(throttle, account, now_ms);
    const bool crowded = crowd->wrong_count >= GN_GUESS_BURST && !row->known;
    throttle_fill(crowd, GN_GUESS_BURST);
    throttle_fill(throttle_source_bucket(throttle, source, now_ms), GN_GUESS_SOURCE_BURST);
    if (dear)
        throttle_fill(&throttle->all, GN_GUESS_ALL_BURST);
    if (row->level < THROTTLE_LEVEL_MAX)
        row->level++;
    row->last_ms = now_ms;
    int64_t spacing = throttle_min(throttle_cost(row->level), GN_GUESS_SPACING_MS_MAX);
    if (crowded && spacing < GN_GUESS_CROWD_MS)
        spacing = GN_GUESS_CROWD_MS;
    row->not_before_ms = now_ms + spacing;
    return throttle_min(throttle_cost(row->level), GN_GUESS_DELAY_MS_MAX);
}

int64_t gn_throttle_wait(struct gn_throttle *throttle, gn_str source, gn_str account, bool dear, int64_t now_ms)
{
    const struct gn_guess_bucket *of_source = throttle_source_bucket(throttle, source, now_ms);
    const struct gn_guess_row *row = throttle_row(throttle, source, account, now_ms);
    if (now_ms < row->not_before_ms && row->level > 0)
        return row->not_before_ms - now_ms;
    if (row->known)
        return 0;
    if (of_source->wrong_count >= GN_GUESS_SOURCE_BURST)
        return of_source->filled_ms + GN_GUESS_SOURCE_REFILL_MS - now_ms;
    throttle_refill(&throttle->all, GN_GUESS_ALL_REFILL_MS, now_ms);
    if (dear && throttle->all.wrong_count >= GN_GUESS_ALL_BURST && of_source->wrong_count > GN_GUESS_INNOCENT_MAX)
        return throttle->all.filled_ms + GN_GUESS_ALL_REFILL_MS - now_ms;
    return 0;
}

int64_t gn_throttle_try(struct gn_throttle *throttle, gn_str source, gn_str account, bool dear, int64_t now_ms,
                        int64_t *out_delay_ms)
{
    const int64_t wait_ms = gn_throttle_wait(throttle, source, account, dear, now_ms);
    if (wait_ms > 0)
        return wait_ms;
    *out_delay_ms =
        throttle_count(throttle, throttle_row(throttle, source, account, now_ms), source, account, dear, now_ms);
    return 0;
}

uint32_t gn_throttle_guilt(struct gn_throttle *throttle, gn_str source, int64_t now_ms)
{
    return throttle_source_bucket(throttle, source, now_ms)->wrong_count;
}

bool gn_throttle_knows(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms)
{
    return throttle_row(throttle, source, account, now_ms)->known;
}

void gn_throttle_forgive(struct gn_throttle *throttle, gn_str account)
{
    const uint64_t key = throttle_key(throttle, NULL, account);
    struct gn_guess_bucket *set = throttle->accounts[key % GN_GUESS_ACCOUNT_SETS];
    for (size_t way = 0; way < GN_GUESS_WAYS; way++)
        if (set[way].key == key)
            set[way].wrong_count = 0;
    for (size_t i = 0; i < GN_GUESS_SETS; i++)
        for (size_t way = 0; way < GN_GUESS_WAYS; way++)
            if (throttle->rows[i][way].account == (uint32_t)key)
                throttle->rows[i][way].level = 0;
}

uint64_t gn_throttle_source_key(const struct gn_throttle *throttle, gn_str source)
{
    return throttle_key(throttle, &source, (gn_str){ 0 });
}

void gn_throttle_right(struct gn_throttle *throttle, gn_str source, gn_str account, int64_t now_ms)
{
    struct gn_guess_row *row = throttle_row(throttle, source, account, now_ms);
    if (row->level > 0) { /* what gn_throttle_try counted ahead */
        throttle_take_back(throttle_account(throttle, account, now_ms));
        throttle_take_back(throttle_source_bucket(throttle, source, now_ms));
    }
    row->level = 0;
    row->not_before_ms = 0;
    row->last_ms = now_ms;
    row->known = true;
}
