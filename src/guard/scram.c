/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/scram.h"

#include <sodium.h>
#include <stdio.h>

_Static_assert(crypto_auth_hmacsha256_BYTES == GN_SHA256_BYTES, "HMAC-SHA-256");

enum { SCRAM_PROOF_TEXT = 44, SCRAM_BASE64 = sodium_base64_VARIANT_ORIGINAL };

static void scram_hmac(const uint8_t *key, size_t key_size, gn_str text, uint8_t out[static GN_SHA256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, key, key_size);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.at, text.size);
    (void)crypto_auth_hmacsha256_final(&state, out);
}

/* Hi() of RFC 5802: PBKDF2 of one block. */
static void scram_hi(gn_str token, const uint8_t *salt, uint32_t iterations, uint8_t out[static GN_SHA256_BYTES])
{
    static const uint8_t one[] = { 0, 0, 0, 1 };
    crypto_auth_hmacsha256_state keyed, state;
    uint8_t round[GN_SHA256_BYTES];
    (void)crypto_auth_hmacsha256_init(&keyed, (const unsigned char *)token.at, token.size);
    state = keyed;
    (void)crypto_auth_hmacsha256_update(&state, salt, GN_SCRAM_SALT_BYTES);
    (void)crypto_auth_hmacsha256_update(&state, one, sizeof one);
    (void)crypto_auth_hmacsha256_final(&state, round);
    memcpy(out, round, sizeof round);
    for (uint32_t i = 1; i < iterations; i++) {
        state = keyed;
        (void)crypto_auth_hmacsha256_update(&state, round, sizeof round);
        (void)crypto_auth_hmacsha256_final(&state, round);
        for (size_t byte = 0; byte < sizeof round; byte++)
            out[byte] ^= round[byte];
    }
    sodium_memzero(&keyed, sizeof keyed);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(round, sizeof round);
}

void gn_scram_make(gn_str token, const uint8_t salt[static GN_SCRAM_SALT_BYTES], uint32_t iterations,
                   struct gn_scram_keys *out)
{
    uint8_t salted[GN_SHA256_BYTES], client[GN_SHA256_BYTES];
    scram_hi(token, salt, iterations, salted);
    scram_hmac(salted, sizeof salted, GN_STR("Client Key"), client);
    scram_hmac(salted, sizeof salted, GN_STR("Server Key"), out->server);
    (void)crypto_hash_sha256(out->stored, client, sizeof client);
    out->iterations = iterations;
    sodium_memzero(salted, sizeof salted);
    sodium_memzero(client, sizeof client);
}

/* --- messages --- */

/* Takes "x=VALUE" and the comma behind it off the front; *out_rest is empty at the end. */
static bool scram_take(gn_str *rest, char name, gn_str *out_value)
{
    const gn_str part = gn_str_split(*rest, ',', rest);
    if (part.size < 2 || part.at[0] != name || part.at[1] != '=')
        return false;
    *out_value = (gn_str){ part.at + 2, part.size - 2 };
    return true;
}

static bool scram_nonce_valid(gn_str nonce)
{
    for (size_t i = 0; i < nonce.size; i++)
        if (nonce.at[i] < 0x21 || nonce.at[i] > 0x7e || nonce.at[i] == ',')
            return false;
    return nonce.size > 0 && nonce.size <= GN_SCRAM_NONCE_BYTES_MAX;
}

gn_err gn_scram_first(struct gn_scram *scram, gn_str message)
{
    gn_str rest = message, id, nonce, none;
    *scram = (struct gn_scram){ .bare_size = 0 };
    if (!gn_str_starts(message, GN_STR("n,,")) && !gn_str_starts(message, GN_STR("y,,")))
        return GN_ERR_INVAL; /* channel binding, or in another's name: neither is offered */
    rest = (gn_str){ message.at + 3, message.size - 3 };
    const gn_str bare = rest;
    if (scram_take(&rest, 'm', &none) || bare.size >= sizeof scram->bare)
        return GN_ERR_INVAL;
    rest = bare;
    if (!scram_take(&rest, 'n', &id) || !scram_take(&rest, 'r', &nonce) || !scram_nonce_valid(nonce) || id.size == 0 ||
        gn_str_copy(scram->id, sizeof scram->id, id) != GN_OK)
        return GN_ERR_INVAL;
    memcpy(scram->bare, bare.at, bare.size);
    scram->bare_size = bare.size;
    scram->nonce_at = (size_t)(nonce.at - bare.at);
    scram->nonce_size = nonce.size;
    /* 'y' and 'n' differ in what the last message has to repeat: kept as the first character of the challenge. */
    scram->challenge[0] = message.at[0];
    return GN_OK;
}

void gn_scram_challenge(struct gn_scram *scram, const uint8_t salt[static GN_SCRAM_SALT_BYTES], uint32_t iterations,
                        gn_str own_nonce, struct gn_buf *out)
{
    char base64[sodium_base64_ENCODED_LEN(GN_SCRAM_SALT_BYTES, SCRAM_BASE64)];
    struct gn_buf text = gn_buf_over(scram->challenge + 1, sizeof scram->challenge - 1);
    (void)sodium_bin2base64(base64, sizeof base64, salt, GN_SCRAM_SALT_BYTES, SCRAM_BASE64);
    gn_buf_addf(&text, "r=%.*s%.*s,s=%s,i=%u", (int)scram->nonce_size, scram->bare + scram->nonce_at,
                GN_STR_ARGS(own_nonce), base64, (unsigned)iterations);
    scram->challenge_size = text.size;
    scram->nonce_size += own_nonce.size;
    gn_buf_add(out, text.at, text.size);
}

/* HMAC(key, client-first-bare , server-first , client-final-without-proof) */
static void scram_sign(const struct gn_scram *scram, gn_str last, const uint8_t *key,
                       uint8_t out[static GN_SHA256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, key, GN_SHA256_BYTES);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)scram->bare, scram->bare_size);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)",", 1);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)scram->challenge + 1, scram->challenge_size);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)",", 1);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)last.at, last.size);
    (void)crypto_auth_hmacsha256_final(&state, out);
}

gn_err gn_scram_finish(const struct gn_scram *scram, gn_str message, const struct gn_scram_keys *keys,
                       struct gn_buf *out)
{
    const gn_str nonce = { scram->challenge + 3, scram->nonce_size };
    const gn_str head = scram->challenge[0] == 'y' ? GN_STR("eSws") : GN_STR("biws");
    uint8_t proof[GN_SHA256_BYTES], signature[GN_SHA256_BYTES], stored[GN_SHA256_BYTES];
    char base64[SCRAM_PROOF_TEXT + 1];
    gn_str rest = message, binding, same, text = { 0 };
    size_t size = 0;
    if (!scram_take(&rest, 'c', &binding) || !scram_take(&rest, 'r', &same) || !scram_take(&rest, 'p', &text) ||
        rest.size > 0 || text.size != SCRAM_PROOF_TEXT || !gn_str_equal(binding, head) || !gn_str_equal(same, nonce) ||
        sodium_base642bin(proof, sizeof proof, text.at, text.size, NULL, &size, NULL, SCRAM_BASE64) != 0 ||
        size != sizeof proof)
        return GN_ERR_INVAL;
    const gn_str last = { message.at, (size_t)(text.at - message.at) - 3 }; /* without ",p=" */
    scram_sign(scram, last, keys->stored, signature);
    for (size_t i = 0; i < sizeof proof; i++)
        proof[i] ^= signature[i]; /* now the client's key */
    (void)crypto_hash_sha256(stored, proof, sizeof proof);
    const bool right = sodium_memcmp(stored, keys->stored, sizeof stored) == 0 && keys->iterations > 0;
    sodium_memzero(proof, sizeof proof);
    if (!right)
        return GN_ERR_DENIED;
    scram_sign(scram, last, keys->server, signature);
    (void)sodium_bin2base64(base64, sizeof base64, signature, sizeof signature, SCRAM_BASE64);
    gn_buf_add_text(out, "v=");
    gn_buf_add_text(out, base64);
    return GN_OK;
}
