/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/password.h"

#include <sodium.h>

#include "base/limits.h"

#define PASSWORD_PASSES     3u
#define PASSWORD_MEMORY     ((size_t)64 << 20)
#define PASSWORD_PARAMETERS "$argon2id$v=19$m=65536,t=3,p=1$"

_Static_assert(GN_PASSWORD_HASH_BYTES == crypto_pwhash_argon2id_STRBYTES, "libsodium's text form fits");

/* The salt and hash of nobody: any bytes do, what counts is that verifying takes the same work. */
static const char password_nobody[GN_PASSWORD_HASH_BYTES] =
    PASSWORD_PARAMETERS "Z2FuZ2xpb24vbm9ib2R5IQ$bm9ib2R5IGtub3dzIHRoZSBwYXNzd29yZCBvZiB0aGk";

/* Long enough to pass the length rule, and still what a guesser tries first. Lower case. */
static const char *const password_common[] = {
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "0123456789012",
    "01234567890123",
    "012345678901",
    "098765432109",
    "9876543210987",
    "123123123123",
    "123456123456",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u8",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopas",
    "qwertyuiop[]",
    "qwerty123456",
    "qwerty12345678",
    "qwertyqwerty",
    "asdfghjkl123",
    "asdfasdfasdf",
    "zaq12wsxcde3",
    "q1w2e3r4t5y6",
    "abcdefghijkl",
    "abcdefghijklm",
    "abc123abc123",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "password1password",
    "password123!",
    "password1234!",
    "passw0rd1234",
    "p@ssw0rd1234",
    "p@ssword1234",
    "mypassword123",
    "newpassword1",
    "newpassword123",
    "changeme1234",
    "changemechangeme",
    "changeme12345",
    "changemenow1",
    "letmeinletmein",
    "letmein123456",
    "welcome12345",
    "welcome123456",
    "welcomewelcome",
    "administrator",
    "administrator1",
    "adminadminadmin",
    "admin1234567",
    "admin12345678",
    "admin123admin",
    "admin@123456",
    "rootrootroot",
    "root12345678",
    "iloveyou1234",
    "iloveyouiloveyou",
    "iloveyou12345",
    "trustno1trustno1",
    "superman1234",
    "batman123456",
    "football1234",
    "baseball1234",
    "princess1234",
    "sunshine1234",
    "monkey123456",
    "dragon123456",
    "master123456",
    "michael12345",
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "thisisapassword",
    "defaultpassword",
    "secretpassword",
    "secret123456",
    "testtesttest",
    "test12345678",
    "guestguestguest",
    "ganglionganglion",
    "ganglion1234",
    "ganglion12345",
    "raspberrypi1",
    "raspberryraspberry",
};

void gn_password_gate_init(struct gn_password_gate *gate)
{
    *gate = (struct gn_password_gate){ .mutex = PTHREAD_MUTEX_INITIALIZER, .free = PTHREAD_COND_INITIALIZER };
}

void gn_password_gate_fini(struct gn_password_gate *gate)
{
    (void)pthread_mutex_destroy(&gate->mutex);
    (void)pthread_cond_destroy(&gate->free);
}

static void password_enter(struct gn_password_gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    while (gate->busy >= GN_HASHES_AT_ONCE)
        (void)pthread_cond_wait(&gate->free, &gate->mutex);
    gate->busy++;
    (void)pthread_mutex_unlock(&gate->mutex);
}

static void password_leave(struct gn_password_gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->busy--;
    (void)pthread_cond_signal(&gate->free);
    (void)pthread_mutex_unlock(&gate->mutex);
}

static char password_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool password_same_letters(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (password_lower(a[i]) != password_lower(b[i]))
            return false;
    return true;
}

static bool password_contains(gn_str text, gn_str part)
{
    for (size_t at = 0; part.size > 0 && at + part.size <= text.size; at++)
        if (password_same_letters(text.at + at, part.at, part.size))
            return true;
    return false;
}

static bool password_is_common(gn_str password)
{
    for (size_t i = 0; i < sizeof password_common / sizeof password_common[0]; i++) {
        const gn_str one = gn_str_of(password_common[i]);
        if (one.size == password.size && password_same_letters(one.at, password.at, one.size))
            return true;
    }
    return false;
}

static size_t password_distinct(gn_str password)
{
    bool seen[256] = { false };
    size_t count = 0;
    for (size_t i = 0; i < password.size; i++) {
        const uint8_t byte = (uint8_t)password.at[i];
        count += !seen[byte];
        seen[byte] = true;
    }
    sodium_memzero(seen, sizeof seen);
    return count;
}

gn_err gn_password_check(gn_str user, gn_str password, struct gn_diag *diag)
{
    const char *why = NULL;
    if (password.size < GN_PASSWORD_BYTES_MIN)
        why = "the password is too short: 12 characters at least; a few unrelated words do well";
    else if (password.size > GN_PASSWORD_BYTES_MAX)
        why = "the password is too long: 256 bytes at most";
    else if (!gn_utf8_valid(password) || memchr(password.at, 0, password.size) != NULL)
        why = "the password is not UTF-8 text";
    else if (password_distinct(password) < GN_PASSWORD_DISTINCT_MIN)
        why = "the password repeats too few characters: use at least 5 different ones";
    else if (password_contains(password, user))
        why = "the password contains the user name: choose another";
    else if (password_is_common(password))
        why = "the password is among those that are tried first: choose another";
    if (why == NULL)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "%s", why);
    return GN_ERR_INVAL;
}

gn_err gn_password_hash(struct gn_password_gate *gate, gn_str password, char out[static GN_PASSWORD_HASH_BYTES])
{
    char text[GN_PASSWORD_HASH_BYTES];
    password_enter(gate);
    const int failed = crypto_pwhash_argon2id_str(text, password.at, password.size, PASSWORD_PASSES, PASSWORD_MEMORY);
    password_leave(gate);
    if (failed)
        return GN_ERR_FULL;
    memcpy(out, text, sizeof text);
    sodium_memzero(text, sizeof text);
    return GN_OK;
}

bool gn_password_verify(struct gn_password_gate *gate, const char *hash, gn_str password)
{
    /* libsodium refuses longer ones anyway; nobody may make it read megabytes. */
    if (password.size > GN_PASSWORD_BYTES_MAX)
        password.size = GN_PASSWORD_BYTES_MAX;
    password_enter(gate);
    const int differs =
        crypto_pwhash_argon2id_str_verify(hash != NULL ? hash : password_nobody, password.at, password.size);
    password_leave(gate);
    return hash != NULL && differs == 0;
}

bool gn_password_hash_valid(const char *hash)
{
    const gn_str text = gn_str_of(hash);
    return text.size < GN_PASSWORD_HASH_BYTES && gn_str_starts(text, GN_STR(PASSWORD_PARAMETERS)) &&
           crypto_pwhash_argon2id_str_needs_rehash(hash, PASSWORD_PASSES, PASSWORD_MEMORY) == 0;
}
