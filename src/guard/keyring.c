/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/keyring.h"

#include <sodium.h>

#include "base/mem.h"

enum {
    KEYRING_TIME_DIGITS = 15, /* milliseconds until the year 9999 */
    KEYRING_HASH_BYTES = 8 + 2 * GN_SALT_BYTES + 1 + 2 * GN_SHA256_BYTES,
    KEYRING_THING_BYTES =
        6 + GN_THING_ID_BYTES_MAX + 2 * KEYRING_HASH_BYTES + 7 + KEYRING_TIME_DIGITS + 9 + KEYRING_TIME_DIGITS + 1,
    KEYRING_USER_BYTES = 5 + GN_USER_NAME_BYTES + 19 + GN_PASSWORD_HASH_BYTES + 1,
};

_Static_assert(GN_THINGS_MAX *KEYRING_THING_BYTES + GN_USERS_MAX * KEYRING_USER_BYTES <= GN_KEYRING_FILE_BYTES_MAX,
               "the largest table fits the file");

gn_err gn_keyring_init(struct gn_keyring *keyring)
{
    *keyring = (struct gn_keyring){
        .things = gn_mem_take(GN_THINGS_MAX * sizeof keyring->things[0], "credentials of things"),
        .users = gn_mem_take(GN_USERS_MAX * sizeof keyring->users[0], "credentials of people"),
    };
    if (keyring->things != NULL && keyring->users != NULL)
        return GN_OK;
    gn_keyring_fini(keyring);
    return GN_ERR_FULL;
}

void gn_keyring_fini(struct gn_keyring *keyring)
{
    if (keyring->things != NULL)
        sodium_memzero(keyring->things, keyring->thing_count * sizeof keyring->things[0]);
    if (keyring->users != NULL)
        sodium_memzero(keyring->users, keyring->user_count * sizeof keyring->users[0]);
    gn_mem_give(keyring->things);
    gn_mem_give(keyring->users);
    *keyring = (struct gn_keyring){ 0 };
}

static bool keyring_name_valid(gn_str name, size_t size_max, char extra)
{
    if (name.size == 0 || name.size > size_max)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.at[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '.' && c != '-' && c != extra)
            return false;
    }
    return true;
}

bool gn_keyring_thing_id_valid(gn_str id)
{
    return keyring_name_valid(id, GN_THING_ID_BYTES_MAX, '-');
}

bool gn_keyring_user_name_valid(gn_str name)
{
    return keyring_name_valid(name, GN_USER_NAME_BYTES, '@');
}

static int keyring_compare(const char *have, gn_str name)
{
    const size_t size = strlen(have);
    const size_t common = size < name.size ? size : name.size;
    const int order = common > 0 ? memcmp(have, name.at, common) : 0;
    return order != 0 ? order : (size > name.size) - (size < name.size);
}

/* First row not before `name`; rows begin with their NUL-terminated name. */
static size_t keyring_place(const void *rows, size_t count, size_t row_size, gn_str name, bool *out_same)
{
    size_t low = 0;
    size_t high = count;
    *out_same = false;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = keyring_compare((const char *)rows + middle * row_size, name);
        *out_same = *out_same || order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct gn_thing_credential *gn_keyring_thing(const struct gn_keyring *keyring, gn_str id)
{
    bool same;
    const size_t at = keyring_place(keyring->things, keyring->thing_count, sizeof keyring->things[0], id, &same);
    return same ? &keyring->things[at] : NULL;
}

const struct gn_user_credential *gn_keyring_user(const struct gn_keyring *keyring, gn_str name)
{
    bool same;
    const size_t at = keyring_place(keyring->users, keyring->user_count, sizeof keyring->users[0], name, &same);
    return same ? &keyring->users[at] : NULL;
}

/* Puts a row where it belongs in sorted rows; the row replaces one of the same name. */
static gn_err keyring_put(void *rows, size_t *count, size_t capacity, size_t row_size, const void *row)
{
    bool same;
    uint8_t *bytes = rows;
    const size_t at = keyring_place(rows, *count, row_size, gn_str_of(row), &same);
    if (!same) {
        if (*count == capacity)
            return GN_ERR_FULL;
        memmove(bytes + (at + 1) * row_size, bytes + at * row_size, (*count - at) * row_size);
        (*count)++;
    }
    memcpy(bytes + at * row_size, row, row_size);
    return GN_OK;
}

gn_err gn_keyring_put_thing(struct gn_keyring *keyring, const struct gn_thing_credential *thing)
{
    return keyring_put(keyring->things, &keyring->thing_count, GN_THINGS_MAX, sizeof *thing, thing);
}

gn_err gn_keyring_put_user(struct gn_keyring *keyring, const struct gn_user_credential *user)
{
    return keyring_put(keyring->users, &keyring->user_count, GN_USERS_MAX, sizeof *user, user);
}

/* --- writing --- */

static void keyring_write_hash(const struct gn_token_hash *token, struct gn_buf *out)
{
    char salt[2 * GN_SALT_BYTES + 1];
    char hash[2 * GN_SHA256_BYTES + 1];
    gn_hex((gn_bytes){ token->salt, sizeof token->salt }, salt);
    gn_hex((gn_bytes){ token->hash, sizeof token->hash }, hash);
    gn_buf_addf(out, " sha256 %s %s", salt, hash);
    if (token->scram.iterations == 0)
        return;
    gn_hex((gn_bytes){ token->scram.stored, GN_SHA256_BYTES }, hash);
    gn_buf_addf(out, " scram %u %s", (unsigned)token->scram.iterations, hash);
    gn_hex((gn_bytes){ token->scram.server, GN_SHA256_BYTES }, hash);
    gn_buf_addf(out, " %s", hash);
}

static void keyring_write_thing(const struct gn_thing_credential *thing, struct gn_buf *out)
{
    gn_buf_addf(out, "thing %s", thing->id);
    if (thing->has_token)
        keyring_write_hash(&thing->token, out);
    else
        gn_buf_add_text(out, " none");
    if (thing->has_token && thing->old_until_ms > 0) {
        gn_buf_addf(out, " until %lld", (long long)thing->old_until_ms);
        keyring_write_hash(&thing->old, out);
    }
    if (thing->revoked_ms > 0)
        gn_buf_addf(out, " revoked %lld", (long long)thing->revoked_ms);
    gn_buf_add_u8(out, '\n');
}

static void keyring_write_user(const struct gn_user_credential *user, struct gn_buf *out)
{
    gn_buf_addf(out, "user %s %s argon2id %s\n", user->name, gn_role_name(user->role), user->hash);
}

void gn_keyring_write(const struct gn_keyring *keyring, const struct gn_thing_credential *thing,
                      const struct gn_user_credential *user, struct gn_buf *out)
{
    for (size_t i = 0; i < keyring->thing_count; i++) {
        const struct gn_thing_credential *row = &keyring->things[i];
        const int order = thing != NULL ? strcmp(thing->id, row->id) : 1;
        if (order <= 0) {
            keyring_write_thing(thing, out);
            thing = NULL;
        }
        if (order != 0)
            keyring_write_thing(row, out);
    }
    if (thing != NULL)
        keyring_write_thing(thing, out);
    for (size_t i = 0; i < keyring->user_count; i++) {
        const struct gn_user_credential *row = &keyring->users[i];
        const int order = user != NULL ? strcmp(user->name, row->name) : 1;
        if (order <= 0) {
            keyring_write_user(user, out);
            user = NULL;
        }
        if (order != 0)
            keyring_write_user(row, out);
    }
    if (user != NULL)
        keyring_write_user(user, out);
}

/* --- parsing --- */

static bool keyring_hex(gn_str text, uint8_t *out, size_t size)
{
    if (text.size != 2 * size)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.at[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
        const uint8_t half = (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        out[i / 2] = (uint8_t)(i % 2 == 0 ? half << 4 : out[i / 2] | half);
    }
    return true;
}

/* Takes "WORD " or "WORD" at the end off the front; false when another word stands there. */
static bool keyring_word(gn_str *text, const char *word)
{
    gn_str rest;
    if (!gn_str_equal(gn_str_split(*text, ' ', &rest), gn_str_of(word)))
        return false;
    *text = rest;
    return true;
}

static bool keyring_time(gn_str *text, int64_t *out_ms)
{
    gn_str rest;
    uint64_t value = 0;
    const gn_str digits = gn_str_split(*text, ' ', &rest);
    if (digits.size == 0 || digits.size > KEYRING_TIME_DIGITS || digits.at[0] == '0' ||
        gn_parse_u64(digits, &value) != GN_OK)
        return false;
    *text = rest;
    *out_ms = (int64_t)value;
    return true;
}

static bool keyring_scram(gn_str *text, struct gn_scram_keys *out)
{
    gn_str rest;
    uint64_t iterations = 0;
    const gn_str count = gn_str_split(*text, ' ', &rest);
    const gn_str stored = gn_str_split(rest, ' ', &rest);
    const gn_str server = gn_str_split(rest, ' ', &rest);
    if (gn_parse_u64(count, &iterations) || iterations != GN_SCRAM_ITERATIONS || count.at[0] == '0')
        return false;
    *text = rest;
    out->iterations = (uint32_t)iterations;
    return keyring_hex(stored, out->stored, sizeof out->stored) && keyring_hex(server, out->server, sizeof out->server);
}

static bool keyring_token(gn_str *text, struct gn_token_hash *out)
{
    gn_str rest;
    const gn_str salt = gn_str_split(*text, ' ', &rest);
    const gn_str hash = gn_str_split(rest, ' ', &rest);
    *text = rest;
    if (!keyring_hex(salt, out->salt, sizeof out->salt) || !keyring_hex(hash, out->hash, sizeof out->hash))
        return false;
    return !keyring_word(text, "scram") || keyring_scram(text, &out->scram);
}

/* Everything behind the id. NULL, or what was expected. */
static const char *keyring_parse_tokens(struct gn_thing_credential *thing, gn_str *rest)
{
    static const char *const digits =
        "expected 32 and 64 lower-case hex digits behind 'sha256', 4096 and 64 and 64 behind 'scram'";
    if (keyring_word(rest, "sha256")) {
        thing->has_token = true;
        if (!keyring_token(rest, &thing->token))
            return digits;
    } else if (!keyring_word(rest, "none")) {
        return "expected 'sha256' or 'none' behind the id of a thing";
    }
    if (thing->has_token && keyring_word(rest, "until")) {
        if (!keyring_time(rest, &thing->old_until_ms))
            return "expected milliseconds since 1970 behind 'until'";
        if (!keyring_word(rest, "sha256") || !keyring_token(rest, &thing->old))
            return digits;
    }
    if (keyring_word(rest, "revoked") ? !keyring_time(rest, &thing->revoked_ms) : !thing->has_token)
        return "expected 'revoked' and milliseconds since 1970";
    return NULL;
}

static const char *keyring_parse_thing(struct gn_keyring *keyring, gn_str line)
{
    struct gn_thing_credential thing = { 0 };
    /* Splitting cannot tell a line that ends from one that ends with a blank. */
    if (line.size == 0 || line.at[line.size - 1] == ' ')
        return "the line ends with a blank";
    gn_str rest;
    const gn_str id = gn_str_split(line, ' ', &rest);
    if (!gn_keyring_thing_id_valid(id))
        return "the id of a thing is missing or has other characters than A-Z a-z 0-9 _ . -";
    const char *why = keyring_parse_tokens(&thing, &rest);
    if (why != NULL)
        return why;
    if (rest.size > 0)
        return "expected the end of the line";
    if (gn_str_copy(thing.id, sizeof thing.id, id) != GN_OK)
        return "the id of a thing is too long";
    const size_t count = keyring->thing_count;
    if (keyring->user_count > 0 || (count > 0 && keyring_compare(keyring->things[count - 1].id, id) >= 0))
        return "things come before users, each once, in the order of their ids";
    return gn_keyring_put_thing(keyring, &thing) == GN_OK ? NULL : "more things than THINGS_MAX";
}

static bool keyring_role(gn_str text, gn_role *out)
{
    for (gn_role role = GN_ROLE_VIEWER; role <= GN_ROLE_ADMIN; role++)
        if (gn_str_equal(text, gn_str_of(gn_role_name(role)))) {
            *out = role;
            return true;
        }
    return false;
}

static const char *keyring_parse_user(struct gn_keyring *keyring, gn_str line)
{
    struct gn_user_credential user = { 0 };
    gn_str rest;
    const gn_str name = gn_str_split(line, ' ', &rest);
    if (!gn_keyring_user_name_valid(name))
        return "the name of a user is missing or has other characters than A-Z a-z 0-9 _ . - @";
    if (!keyring_role(gn_str_split(rest, ' ', &rest), &user.role))
        return "expected 'viewer', 'operator' or 'admin' behind the name of a user";
    if (!gn_str_equal(gn_str_split(rest, ' ', &rest), GN_STR("argon2id")))
        return "expected 'argon2id' behind the role of a user";
    if (gn_str_copy(user.hash, sizeof user.hash, rest) != GN_OK || strlen(user.hash) != rest.size ||
        !gn_password_hash_valid(user.hash))
        return "expected a password hash of this program behind 'argon2id'";
    if (gn_str_copy(user.name, sizeof user.name, name) != GN_OK)
        return "the name of a user is too long";
    const size_t count = keyring->user_count;
    if (count > 0 && keyring_compare(keyring->users[count - 1].name, name) >= 0)
        return "users come each once, in the order of their names";
    return gn_keyring_put_user(keyring, &user) == GN_OK ? NULL : "more users than USERS_MAX";
}

gn_err gn_keyring_parse(struct gn_keyring *keyring, gn_str text, struct gn_diag *diag)
{
    for (size_t number = 1; text.size > 0; number++) {
        const char *why = "the last line does not end: the file is cut off";
        if (memchr(text.at, '\n', text.size) != NULL) {
            gn_str rest;
            const gn_str line = gn_str_split(text, '\n', &text);
            const gn_str word = gn_str_split(line, ' ', &rest);
            if (gn_str_equal(word, GN_STR("thing")))
                why = keyring_parse_thing(keyring, rest);
            else if (gn_str_equal(word, GN_STR("user")))
                why = keyring_parse_user(keyring, rest);
            else
                why = "expected a line that begins with 'thing' or 'user'";
        }
        if (why != NULL) {
            gn_diag_set(diag, number, 0, "%s", why);
            return GN_ERR_CORRUPT;
        }
    }
    return GN_OK;
}
