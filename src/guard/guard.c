/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/guard.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "guard/guess_log.h"
#include "guard/keyring.h"
#include "guard/session.h"
#include "guard/setup_code.h"
#include "guard/throttle.h"
#include "os/disk.h"
#include "os/entropy.h"

enum { GUARD_PATH_BYTES = 4096, GUARD_ACCOUNT_BYTES = 256, GUARD_LINE_BYTES = 400 };

struct gn_guard {
    struct gn_clock clock;
    char path[GUARD_PATH_BYTES];
    pthread_mutex_t change; /* taken before `mutex`; held over the disk: one change at a time */
    pthread_mutex_t mutex;  /* all below; never held over a hash or the disk */
    struct gn_keyring keyring;
    struct gn_setup_code setup;
    struct gn_throttle throttle;
    struct gn_guess_log guesses;
    struct gn_sessions sessions;
    struct gn_password_gate gate;  /* has its own lock */
    struct gn_sha256 scram_secret; /* of this run: salts for ids that nobody has */
};

const char *gn_role_name(gn_role role)
{
    switch (role) {
    case GN_ROLE_VIEWER:
        return "viewer";
    case GN_ROLE_OPERATOR:
        return "operator";
    case GN_ROLE_ADMIN:
        return "admin";
    }
    return "unknown";
}

static int64_t guard_now_ms(const struct gn_guard *guard)
{
    return gn_mono_us(&guard->clock) / 1000; /* the wall clock may step, and sessions with it */
}

static void guard_lock(struct gn_guard *guard)
{
    (void)pthread_mutex_lock(&guard->mutex);
}

static void guard_unlock(struct gn_guard *guard)
{
    (void)pthread_mutex_unlock(&guard->mutex);
}

/* --- guesses --- */

/* Accounts of devices and of people are different ones, though their names may be alike. */
static gn_str guard_account(char kind, gn_str name, char buffer[static GUARD_ACCOUNT_BYTES])
{
    const size_t size = name.size < GUARD_ACCOUNT_BYTES - 1 ? name.size : GUARD_ACCOUNT_BYTES - 1;
    buffer[0] = kind;
    if (size > 0)
        memcpy(buffer + 1, name.at, size);
    return (gn_str){ buffer, size + 1 };
}

/* `account` is as guard_account made it. `mutex` is held. */
static void guard_note_guess(struct gn_guard *guard, bool looked_at, gn_str source, gn_str account, int64_t now_ms)
{
    const char *kind = account.at[0] == 't' ? "thing" : account.at[0] == 'u' ? "person" : "setup";
    gn_guess_log_add(&guard->guesses, looked_at, source, gn_throttle_source_key(&guard->throttle, source), kind,
                     (gn_str){ account.at + 1, account.size - 1 }, gn_throttle_source_key(&guard->throttle, account),
                     now_ms);
}

static void guard_tell_guesses(struct gn_guard *guard, int64_t now_ms)
{
    char line[GUARD_LINE_BYTES];
    struct gn_buf buf = gn_buf_over(line, sizeof line);
    guard_lock(guard);
    const bool taken = gn_guess_log_take(&guard->guesses, now_ms, &buf);
    guard_unlock(guard);
    if (taken)
        gn_log(GN_LOG_WARN, "guard", "guesses", "%.*s", GN_STR_ARGS(gn_buf_str(&buf)));
}

void gn_guard_tick(struct gn_guard *guard)
{
    guard_tell_guesses(guard, guard_now_ms(guard));
}

uint64_t gn_guard_source_key(struct gn_guard *guard, gn_str source)
{
    return gn_throttle_source_key(&guard->throttle, source); /* the seed never changes */
}

/* --- the file --- */

/* Others must not be able to read hashes, nor to put their own. */
static gn_err guard_check_mode(const char *path, struct gn_diag *diag)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        if (errno == ENOENT)
            return GN_ERR_NOT_FOUND;
        gn_diag_set(diag, 0, 0, "cannot be read: %s", strerror(errno));
        return GN_ERR_IO;
    }
    if ((info.st_mode & 077) != 0) {
        gn_diag_set(diag, 0, 0, "others may read or write it (mode %03o): chmod 600 it, and mistrust what it says",
                    (unsigned)info.st_mode & 0777u);
        return GN_ERR_DENIED;
    }
    return GN_OK;
}

static gn_err guard_read(struct gn_guard *guard, struct gn_diag *diag)
{
    gn_err err = guard_check_mode(guard->path, diag);
    if (err)
        return err == GN_ERR_NOT_FOUND ? GN_OK : err; /* a new node: nobody has an account */
    char *text = gn_mem_take(GN_KEYRING_FILE_BYTES_MAX, "reading credentials");
    if (text == NULL)
        return GN_ERR_FULL;
    size_t size = 0;
    err = gn_file_read_all(guard->path, text, GN_KEYRING_FILE_BYTES_MAX, &size);
    if (err)
        gn_diag_set(diag, 0, 0, "cannot be read: %s", gn_err_text(err));
    else
        err = gn_keyring_parse(&guard->keyring, (gn_str){ text, size }, diag);
    sodium_memzero(text, size);
    gn_mem_give(text);
    return err;
}

/* Writes the file as it will be. `change` is held, `mutex` is not. */
static gn_err guard_write(struct gn_guard *guard, const struct gn_thing_credential *thing,
                          const struct gn_user_credential *user)
{
    char *text = gn_mem_take(GN_KEYRING_FILE_BYTES_MAX, "writing credentials");
    if (text == NULL)
        return GN_ERR_FULL;
    struct gn_buf buf = gn_buf_over(text, GN_KEYRING_FILE_BYTES_MAX);
    guard_lock(guard);
    gn_keyring_write(&guard->keyring, thing, user, &buf);
    guard_unlock(guard);
    const gn_err err = buf.full ? GN_ERR_FULL : gn_file_replace(guard->path, gn_buf_bytes(&buf));
    sodium_memzero(text, buf.size);
    gn_mem_give(text);
    return err;
}

gn_err gn_guard_open(const char *dir, struct gn_clock clock, struct gn_guard **out, struct gn_diag *diag)
{
    char folder[GUARD_PATH_BYTES - 16];
    const int size = snprintf(folder, sizeof folder, "%s/guard", dir);
    if (size < 0 || (size_t)size >= sizeof folder) {
        gn_diag_set(diag, 0, 0, "the path of the data folder is too long");
        return GN_ERR_INVAL;
    }
    if (sodium_init() < 0)
        return GN_ERR_IO;
    gn_err err = gn_dir_make(folder, diag);
    if (err)
        return err;
    struct gn_guard *guard = gn_mem_take(sizeof *guard, "guard: sessions and guesses");
    if (guard == NULL)
        return GN_ERR_FULL;
    guard->clock = clock;
    guard->change = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    guard->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    gn_password_gate_init(&guard->gate);
    (void)snprintf(guard->path, sizeof guard->path, "%s/credentials", folder);
    uint8_t seed[16];
    gn_entropy(seed, sizeof seed);
    gn_throttle_init(&guard->throttle, seed);
    gn_entropy(guard->scram_secret.bytes, sizeof guard->scram_secret.bytes);
    err = gn_keyring_init(&guard->keyring);
    if (!err) {
        gn_diag_file(diag, guard->path);
        err = guard_read(guard, diag);
    }
    if (err) {
        gn_guard_close(guard);
        return err;
    }
    if (guard->keyring.user_count == 0)
        gn_setup_code_init(&guard->setup);
    *out = guard;
    return GN_OK;
}

void gn_guard_close(struct gn_guard *guard)
{
    if (guard == NULL)
        return;
    guard_tell_guesses(guard, INT64_MAX);
    gn_keyring_fini(&guard->keyring);
    gn_password_gate_fini(&guard->gate);
    (void)pthread_mutex_destroy(&guard->mutex);
    (void)pthread_mutex_destroy(&guard->change);
    sodium_memzero(guard, sizeof *guard);
    gn_mem_give(guard);
}

/* --- devices --- */

static void guard_token_hash(const uint8_t salt[static GN_SALT_BYTES], gn_str token,
                             uint8_t out[static GN_SHA256_BYTES])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, salt, GN_SALT_BYTES);
    crypto_hash_sha256_update(&state, (const uint8_t *)token.at, token.size);
    crypto_hash_sha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

/* A new row, first to disk, then in force. `change` is held. */
static gn_err guard_put_thing(struct gn_guard *guard, const struct gn_thing_credential *thing)
{
    gn_err err = GN_OK;
    guard_lock(guard);
    if (guard->keyring.thing_count == GN_THINGS_MAX && gn_keyring_thing(&guard->keyring, gn_str_of(thing->id)) == NULL)
        err = GN_ERR_FULL;
    guard_unlock(guard);
    if (!err)
        err = guard_write(guard, thing, NULL);
    if (err)
        return err;
    guard_lock(guard);
    err = gn_keyring_put_thing(&guard->keyring, thing);
    guard_unlock(guard);
    return err;
}

/* The row there is, or an empty one of that id. */
static gn_err guard_thing_row(struct gn_guard *guard, gn_str thing_id, struct gn_thing_credential *out)
{
    struct gn_thing_credential row = { 0 };
    if (!gn_keyring_thing_id_valid(thing_id) || gn_str_copy(row.id, sizeof row.id, thing_id) != GN_OK)
        return GN_ERR_INVAL;
    guard_lock(guard);
    const struct gn_thing_credential *have = gn_keyring_thing(&guard->keyring, thing_id);
    *out = have != NULL ? *have : row;
    guard_unlock(guard);
    return GN_OK;
}

/* Whoever guessed wrong before, a device with its old token among them, begins anew with a new secret. */
static void guard_forgive(struct gn_guard *guard, gn_str thing_id)
{
    char buffer[GUARD_ACCOUNT_BYTES];
    guard_lock(guard);
    gn_throttle_forgive(&guard->throttle, guard_account('t', thing_id, buffer));
    guard_unlock(guard);
}

gn_err gn_guard_thing_token(struct gn_guard *guard, gn_str thing_id, int64_t overlap_ms,
                            char out_token[static GN_TOKEN_BYTES])
{
    struct gn_thing_credential thing;
    struct gn_token_hash fresh;
    uint8_t random[(GN_TOKEN_BYTES - 1) / 2];
    char token[GN_TOKEN_BYTES];
    if (overlap_ms < 0 || overlap_ms > INT64_C(1000) * GN_TOKEN_OVERLAP_S_MAX)
        return GN_ERR_INVAL;
    gn_entropy(random, sizeof random);
    gn_entropy(fresh.salt, sizeof fresh.salt);
    gn_hex((gn_bytes){ random, sizeof random }, token);
    guard_token_hash(fresh.salt, (gn_str){ token, GN_TOKEN_BYTES - 1 }, fresh.hash);
    gn_scram_make((gn_str){ token, GN_TOKEN_BYTES - 1 }, fresh.salt, GN_SCRAM_ITERATIONS, &fresh.scram);

    (void)pthread_mutex_lock(&guard->change);
    gn_err err = guard_thing_row(guard, thing_id, &thing);
    if (!err) {
        const bool overlaps = thing.has_token && overlap_ms > 0;
        thing.old = overlaps ? thing.token : (struct gn_token_hash){ .salt = { 0 } };
        thing.old_until_ms = overlaps ? gn_wall_ms(&guard->clock) + overlap_ms : 0;
        /* Who had the token before may have been two; of this one nothing is known yet. */
        thing.use.old_ms = overlaps ? thing.use.time_ms : 0;
        thing.use.before[0] = '\0';
        thing.use.turns = 0;
        thing.use.two_places_ms = thing.use.told_ms = 0;
        thing.token = fresh;
        thing.has_token = true;
        err = guard_put_thing(guard, &thing);
    }
    if (!err)
        guard_forgive(guard, thing_id);
    (void)pthread_mutex_unlock(&guard->change);
    if (!err)
        memcpy(out_token, token, sizeof token);
    sodium_memzero(token, sizeof token);
    sodium_memzero(random, sizeof random);
    return err;
}

gn_err gn_guard_thing_revoke(struct gn_guard *guard, gn_str thing_id)
{
    struct gn_thing_credential thing;
    (void)pthread_mutex_lock(&guard->change);
    gn_err err = guard_thing_row(guard, thing_id, &thing);
    if (!err) {
        const int64_t now_ms = gn_wall_ms(&guard->clock);
        thing.has_token = false;
        thing.token = thing.old = (struct gn_token_hash){ .salt = { 0 } };
        thing.old_until_ms = 0;
        thing.revoked_ms = now_ms > 0 ? now_ms : 1; /* 0 says never */
        err = guard_put_thing(guard, &thing);
    }
    (void)pthread_mutex_unlock(&guard->change);
    return err;
}

void gn_guard_thing_state(struct gn_guard *guard, gn_str thing_id, struct gn_token_state *out)
{
    struct gn_thing_credential thing;
    *out = (struct gn_token_state){ 0 };
    if (guard_thing_row(guard, thing_id, &thing) != GN_OK)
        return;
    *out = (struct gn_token_state){
        .has_token = thing.has_token,
        .old_until_ms = thing.old_until_ms > gn_wall_ms(&guard->clock) ? thing.old_until_ms : 0,
        .revoked_ms = thing.revoked_ms,
        .use = thing.use,
    };
    sodium_memzero(&thing, sizeof thing);
}

bool gn_guard_overlap_over(struct gn_guard *guard, char out_id[static GN_THING_ID_BYTES_MAX + 1])
{
    const int64_t now_ms = gn_wall_ms(&guard->clock);
    bool found = false;
    guard_lock(guard);
    for (size_t i = 0; i < guard->keyring.thing_count && !found; i++) {
        struct gn_thing_credential *row = &guard->keyring.things[i];
        if (row->old_until_ms == 0 || row->old_until_ms > now_ms)
            continue;
        found = row->use.old_ms > 0;
        sodium_memzero(&row->old, sizeof row->old); /* the file forgets it when it is written next */
        row->old_until_ms = 0;
        row->use.old_ms = 0;
        memcpy(out_id, row->id, sizeof row->id);
    }
    guard_unlock(guard);
    return found;
}

bool gn_guard_two_places(struct gn_guard *guard, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                         struct gn_token_use *out_use)
{
    bool found = false;
    guard_lock(guard);
    for (size_t i = 0; i < guard->keyring.thing_count && !found; i++) {
        struct gn_thing_credential *row = &guard->keyring.things[i];
        struct gn_token_use *use = &row->use;
        found = use->two_places_ms > use->told_ms &&
                (use->told_ms == 0 || use->two_places_ms - use->told_ms >= GN_TWO_PLACES_MS);
        if (!found)
            continue;
        use->told_ms = use->two_places_ms;
        memcpy(out_id, row->id, sizeof row->id);
        *out_use = *use;
    }
    guard_unlock(guard);
    return found;
}

static bool guard_token_equal(const struct gn_token_hash *have, gn_str token)
{
    uint8_t hash[GN_SHA256_BYTES];
    guard_token_hash(have->salt, token, hash);
    const bool equal = sodium_memcmp(hash, have->hash, sizeof hash) == 0;
    sodium_memzero(hash, sizeof hash);
    return equal;
}

/* True when it becomes plain just now that two addresses take turns with one token. */
static bool guard_note_source(struct gn_token_use *use, gn_str source, int64_t now_ms)
{
    if (gn_str_equal(gn_str_of(use->source), source))
        return false;
    const bool is_turn = use->before[0] != '\0' && gn_str_equal(gn_str_of(use->before), source);
    memcpy(use->before, use->source, sizeof use->before);
    if (gn_str_copy(use->source, sizeof use->source, source) != GN_OK)
        use->source[0] = '\0';
    if (!is_turn || now_ms - use->turns_since_ms > GN_TWO_PLACES_MS) {
        use->turns = is_turn ? 1 : 0;
        use->turns_since_ms = now_ms;
        return false;
    }
    use->turns++;
    if (use->turns >= GN_TWO_PLACES_TURNS)
        use->two_places_ms = use->time_ms;
    return use->turns == GN_TWO_PLACES_TURNS;
}

/* For the person who wonders which token is in use, and by whom. True as above; `mutex` is held. */
static bool guard_note_use(struct gn_guard *guard, gn_str thing_id, gn_str source, bool is_old)
{
    struct gn_thing_credential *row = gn_keyring_thing(&guard->keyring, thing_id);
    if (row == NULL)
        return false;
    row->use.time_ms = gn_wall_ms(&guard->clock);
    if (is_old)
        row->use.old_ms = row->use.time_ms;
    return guard_note_source(&row->use, source, guard_now_ms(guard));
}

gn_err gn_guard_thing_check(struct gn_guard *guard, gn_str thing_id, gn_str token, gn_str source, int64_t *out_delay_ms)
{
    char buffer[GUARD_ACCOUNT_BYTES];
    const gn_str account = guard_account('t', thing_id, buffer);
    const int64_t now_ms = guard_now_ms(guard);
    struct gn_thing_credential thing = { .id = "" };
    int64_t delay_ms = 0;
    guard_lock(guard);
    const bool known = gn_throttle_knows(&guard->throttle, source, account, now_ms);
    const bool early = gn_throttle_try(&guard->throttle, source, account, false, now_ms, &delay_ms) > 0;
    const struct gn_thing_credential *row = gn_keyring_thing(&guard->keyring, thing_id);
    if (row != NULL)
        thing = *row;
    guard_unlock(guard);

    /* The same work for whoever asks: an id that nobody has is compared with zeroes, and does not count. */
    const bool is_new = guard_token_equal(&thing.token, token) && thing.has_token;
    const bool is_old = guard_token_equal(&thing.old, token) && thing.old_until_ms > gn_wall_ms(&guard->clock);
    const bool right = (is_new || is_old) && (!early || known);
    sodium_memzero(&thing, sizeof thing);

    bool two_places = false;
    guard_lock(guard);
    if (right) {
        gn_throttle_right(&guard->throttle, source, account, now_ms);
        two_places = guard_note_use(guard, thing_id, source, is_old);
    } else {
        guard_note_guess(guard, !early || known, source, account, now_ms);
    }
    guard_unlock(guard);
    if (two_places)
        gn_log(GN_LOG_WARN, "guard", "two_places",
               "thing=%.*s source=%.*s the token is used from two addresses in turns", GN_STR_ARGS(thing_id),
               GN_STR_ARGS(source));
    *out_delay_ms = right ? 0 : delay_ms;
    return right ? GN_OK : GN_ERR_DENIED;
}

gn_err gn_guard_scram_begin(struct gn_guard *guard, struct gn_scram *scram, gn_str message, struct gn_buf *out)
{
    uint8_t random[GN_SCRAM_OWN_NONCE_BYTES / 2], salt[GN_SALT_BYTES];
    char nonce[GN_SCRAM_OWN_NONCE_BYTES + 1];
    struct gn_sha256 digest;
    const gn_err err = gn_scram_first(scram, message);
    if (err != GN_OK)
        return err;
    gn_entropy(random, sizeof random);
    gn_hex((gn_bytes){ random, sizeof random }, nonce);
    guard_lock(guard);
    /* An id that nobody has gets a salt too, and the same one each time. */
    const struct gn_thing_credential *row = gn_keyring_thing(&guard->keyring, gn_str_of(scram->id));
    digest = gn_sha256_chain(guard->scram_secret, (gn_bytes){ (const uint8_t *)scram->id, strlen(scram->id) });
    memcpy(salt, digest.bytes, sizeof salt);
    if (row != NULL && row->has_token && row->token.scram.iterations > 0)
        memcpy(salt, row->token.salt, sizeof salt);
    guard_unlock(guard);
    gn_scram_challenge(scram, salt, GN_SCRAM_ITERATIONS, gn_str_of(nonce), out);
    return out->full ? GN_ERR_FULL : GN_OK;
}

gn_err gn_guard_scram_finish(struct gn_guard *guard, const struct gn_scram *scram, gn_str message, gn_str source,
                             struct gn_buf *out, int64_t *out_delay_ms)
{
    char buffer[GUARD_ACCOUNT_BYTES];
    const gn_str id = gn_str_of(scram->id), account = guard_account('t', id, buffer);
    const int64_t now_ms = guard_now_ms(guard);
    struct gn_thing_credential thing = { .id = "" };
    int64_t delay_ms = 0;
    guard_lock(guard);
    const bool known = gn_throttle_knows(&guard->throttle, source, account, now_ms);
    const bool early = gn_throttle_try(&guard->throttle, source, account, false, now_ms, &delay_ms) > 0;
    const struct gn_thing_credential *row = gn_keyring_thing(&guard->keyring, id);
    if (row != NULL)
        thing = *row;
    guard_unlock(guard);
    const size_t before = out->size;
    const bool right =
        gn_scram_finish(scram, message, &thing.token.scram, out) == GN_OK && thing.has_token && (!early || known);
    sodium_memzero(&thing, sizeof thing);
    if (!right)
        out->size = before;
    guard_lock(guard);
    if (right) {
        gn_throttle_right(&guard->throttle, source, account, now_ms);
        guard_note_use(guard, id, source, false);
    } else {
        guard_note_guess(guard, !early || known, source, account, now_ms);
    }
    guard_unlock(guard);
    *out_delay_ms = right ? 0 : delay_ms;
    return right ? GN_OK : GN_ERR_DENIED;
}

/* --- people --- */

bool gn_guard_needs_setup(struct gn_guard *guard)
{
    guard_lock(guard);
    const bool needs = guard->keyring.user_count == 0;
    guard_unlock(guard);
    return needs;
}

void gn_guard_setup_code(struct gn_guard *guard, char out[static GN_SETUP_CODE_BYTES])
{
    guard_lock(guard);
    memcpy(out, guard->setup.text, GN_SETUP_CODE_BYTES);
    guard_unlock(guard);
}

static gn_err guard_check_person(gn_str user, gn_str password, struct gn_diag *diag)
{
    if (!gn_keyring_user_name_valid(user)) {
        gn_diag_set(diag, 0, 0, "the user name needs 1 to 64 of these characters: A-Z a-z 0-9 _ . - @");
        return GN_ERR_INVAL;
    }
    return gn_password_check(user, password, diag);
}

/* Hashes and keeps a person. `change` is held. */
static gn_err guard_put_person(struct gn_guard *guard, gn_str user, gn_str password, gn_role role)
{
    struct gn_user_credential row = { .role = role };
    gn_err err = gn_str_copy(row.name, sizeof row.name, user);
    if (err)
        return err;
    guard_lock(guard);
    if (guard->keyring.user_count == GN_USERS_MAX && gn_keyring_user(&guard->keyring, user) == NULL)
        err = GN_ERR_FULL;
    guard_unlock(guard);
    if (!err)
        err = gn_password_hash(&guard->gate, password, row.hash);
    if (!err)
        err = guard_write(guard, NULL, &row);
    if (!err) {
        guard_lock(guard);
        err = gn_keyring_put_user(&guard->keyring, &row);
        gn_setup_code_wipe(&guard->setup);
        guard_unlock(guard);
    }
    sodium_memzero(&row, sizeof row);
    return err;
}

gn_err gn_guard_setup(struct gn_guard *guard, gn_str code, gn_str user, gn_str password, gn_str source,
                      struct gn_diag *diag)
{
    guard_lock(guard);
    gn_err err =
        guard->keyring.user_count > 0 ? GN_ERR_EXISTS : gn_setup_code_check(&guard->setup, code, guard_now_ms(guard));
    if (err == GN_ERR_DENIED || err == GN_ERR_BUSY)
        guard_note_guess(guard, err == GN_ERR_DENIED, source, GN_STR("s"), guard_now_ms(guard));
    guard_unlock(guard);
    if (!err)
        err = guard_check_person(user, password, diag);
    if (err)
        return err;
    (void)pthread_mutex_lock(&guard->change); /* two at once: the second finds the first's account */
    err = gn_guard_needs_setup(guard) ? guard_put_person(guard, user, password, GN_ROLE_ADMIN) : GN_ERR_EXISTS;
    (void)pthread_mutex_unlock(&guard->change);
    return err;
}

gn_err gn_guard_user_add(struct gn_guard *guard, gn_str user, gn_str password, gn_role role, struct gn_diag *diag)
{
    gn_err err = guard_check_person(user, password, diag);
    if (err)
        return err;
    (void)pthread_mutex_lock(&guard->change);
    err = guard_put_person(guard, user, password, role);
    (void)pthread_mutex_unlock(&guard->change);
    return err;
}

int64_t gn_guard_login_wait(struct gn_guard *guard, gn_str user, gn_str source)
{
    char buffer[GUARD_ACCOUNT_BYTES];
    const gn_str account = guard_account('u', user, buffer);
    const int64_t now_ms = guard_now_ms(guard);
    guard_lock(guard);
    const int64_t wait_ms = gn_throttle_wait(&guard->throttle, source, account, true, now_ms);
    if (wait_ms > 0)
        guard_note_guess(guard, false, source, account, now_ms);
    guard_unlock(guard);
    return wait_ms;
}

uint32_t gn_guard_login_rank(struct gn_guard *guard, gn_str user, gn_str source)
{
    char buffer[GUARD_ACCOUNT_BYTES];
    const int64_t now_ms = guard_now_ms(guard);
    guard_lock(guard);
    const bool known = gn_throttle_knows(&guard->throttle, source, guard_account('u', user, buffer), now_ms);
    const uint32_t guilt = gn_throttle_guilt(&guard->throttle, source, now_ms);
    guard_unlock(guard);
    return known ? 0 : 1 + guilt;
}

gn_err gn_guard_login(struct gn_guard *guard, gn_str user, gn_str password, gn_str source,
                      char out_cookie[static GN_COOKIE_BYTES], int64_t *out_delay_ms)
{
    char buffer[GUARD_ACCOUNT_BYTES];
    char hash[GN_PASSWORD_HASH_BYTES] = { 0 };
    const gn_str account = guard_account('u', user, buffer);
    int64_t delay_ms = 0;
    guard_lock(guard);
    const int64_t wait_ms = gn_throttle_try(&guard->throttle, source, account, true, guard_now_ms(guard), &delay_ms);
    const struct gn_user_credential *row = gn_keyring_user(&guard->keyring, user);
    if (row != NULL)
        memcpy(hash, row->hash, sizeof hash);
    if (wait_ms > 0)
        guard_note_guess(guard, false, source, account, guard_now_ms(guard));
    guard_unlock(guard);
    if (wait_ms > 0) {
        *out_delay_ms = wait_ms;
        return GN_ERR_AGAIN;
    }

    const bool right = gn_password_verify(&guard->gate, hash[0] != '\0' ? hash : NULL, password);
    sodium_memzero(hash, sizeof hash);
    if (!right) {
        guard_lock(guard);
        guard_note_guess(guard, true, source, account, guard_now_ms(guard));
        guard_unlock(guard);
        *out_delay_ms = delay_ms;
        return GN_ERR_DENIED;
    }
    char name[GN_USER_NAME_BYTES + 1];
    GN_IGNORE(gn_str_copy(name, sizeof name, user), "a name that is in the table fits");
    const int64_t now_ms = guard_now_ms(guard);
    guard_lock(guard);
    gn_throttle_right(&guard->throttle, source, account, now_ms);
    gn_sessions_begin(&guard->sessions, name, now_ms, out_cookie);
    guard_unlock(guard);
    *out_delay_ms = 0;
    return GN_OK;
}

void gn_guard_logout(struct gn_guard *guard, gn_str cookie)
{
    guard_lock(guard);
    gn_sessions_end(&guard->sessions, cookie);
    guard_unlock(guard);
}

static gn_err guard_session(struct gn_guard *guard, gn_str cookie, bool touch, struct gn_principal *out)
{
    const int64_t now_ms = guard_now_ms(guard);
    gn_err err = GN_ERR_DENIED;
    guard_lock(guard);
    const char *name = gn_sessions_user(&guard->sessions, cookie, now_ms, touch);
    const struct gn_user_credential *row = name != NULL ? gn_keyring_user(&guard->keyring, gn_str_of(name)) : NULL;
    if (row != NULL) {
        memcpy(out->name, row->name, sizeof out->name);
        out->role = row->role;
        err = GN_OK;
    }
    guard_unlock(guard);
    return err;
}

gn_err gn_guard_session(struct gn_guard *guard, gn_str cookie, struct gn_principal *out)
{
    return guard_session(guard, cookie, true, out);
}

gn_err gn_guard_session_peek(struct gn_guard *guard, gn_str cookie, struct gn_principal *out)
{
    return guard_session(guard, cookie, false, out);
}
