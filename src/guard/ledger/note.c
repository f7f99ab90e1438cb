/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/note.h"

#include <assert.h>
#include <sodium.h>

#include "base/hash.h"

#define NOTE_DASH    "\xe2\x80\x94 " /* U+2014 and a blank */
#define NOTE_PRIVATE "PRIVATE+KEY+"

enum {
    NOTE_BLOB_BYTES = 4 + GN_NOTE_SIGNATURE_BYTES,
    NOTE_BLOB_BYTES_MAX = 8192, /* of a signature by somebody else: post-quantum ones are large */
};

bool gn_note_line(gn_str *rest, gn_str *out_line)
{
    const char *end = rest->size > 0 ? memchr(rest->at, '\n', rest->size) : NULL;
    if (end == NULL)
        return false;
    *out_line = (gn_str){ rest->at, (size_t)(end - rest->at) };
    *rest = (gn_str){ end + 1, rest->size - out_line->size - 1 };
    return true;
}

bool gn_note_decimal(gn_str digits, uint64_t *out)
{
    uint64_t value = 0;
    if (digits.size == 0 || digits.size > 19 || (digits.at[0] == '0' && digits.size > 1))
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(digits.at[i] - '0');
    }
    if (value > INT64_MAX)
        return false;
    *out = value;
    return true;
}

void gn_base64_write(gn_bytes bytes, struct gn_buf *out)
{
    for (size_t at = 0; at < bytes.size; at += 48) { /* 64 letters each, padding only at the end */
        char text[65];
        const size_t part = bytes.size - at < 48 ? bytes.size - at : 48;
        (void)sodium_bin2base64(text, sizeof text, bytes.at + at, part, sodium_base64_VARIANT_ORIGINAL);
        gn_buf_add_text(out, text);
    }
}

bool gn_base64_read(gn_str text, uint8_t *to, size_t size)
{
    size_t got = 0;
    const char *end = NULL;
    for (size_t i = 0; i < text.size; i++)
        if ((uint8_t)text.at[i] >= 0x80) /* libsodium 1.0.18 takes some of these for letters */
            return false;
    return text.size == (size + 2) / 3 * 4 &&
           sodium_base642bin(to, size, text.at, text.size, NULL, &got, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           got == size && end == text.at + text.size;
}

/* Base64 of any length, in its one form. */
static bool note_is_base64(gn_str text)
{
    uint8_t bytes[NOTE_BLOB_BYTES_MAX];
    size_t size = text.size / 4 * 3;
    if (text.size == 0 || text.size % 4 != 0 || size > sizeof bytes)
        return false;
    size -= (text.at[text.size - 1] == '=') + (size_t)(text.at[text.size - 2] == '=');
    return gn_base64_read(text, bytes, size);
}

bool gn_note_name_valid(gn_str name)
{
    if (name.size == 0 || name.size > GN_NOTE_NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (name.at[i] <= ' ' || name.at[i] > '~' || name.at[i] == '+')
            return false;
    return true;
}

static void note_key_number(struct gn_note_key *key)
{
    uint8_t bytes[GN_NOTE_NAME_BYTES_MAX + 2 + GN_NOTE_PUBLIC_BYTES];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    gn_buf_add_text(&buf, key->name);
    gn_buf_add_u8(&buf, '\n');
    gn_buf_add_u8(&buf, GN_NOTE_ED25519);
    gn_buf_add(&buf, key->public_key, sizeof key->public_key);
    assert(!buf.full);
    const struct gn_sha256 hash = gn_sha256_of(gn_buf_bytes(&buf));
    memcpy(key->id, hash.bytes, sizeof key->id);
}

gn_err gn_note_signer_make(struct gn_note_signer *out, gn_str name, const uint8_t seed[static GN_NOTE_SEED_BYTES])
{
    if (!gn_note_name_valid(name) || gn_str_copy(out->key.name, sizeof out->key.name, name) != GN_OK)
        return GN_ERR_INVAL;
    (void)crypto_sign_seed_keypair(out->key.public_key, out->secret, seed);
    note_key_number(&out->key);
    return GN_OK;
}

void gn_note_signer_wipe(struct gn_note_signer *signer)
{
    sodium_memzero(signer, sizeof *signer);
}

static void note_write(const struct gn_note_key *key, const uint8_t *material, struct gn_buf *out)
{
    uint8_t typed[1 + GN_NOTE_PUBLIC_BYTES] = { GN_NOTE_ED25519 };
    char id[2 * sizeof key->id + 1];
    memcpy(typed + 1, material, GN_NOTE_PUBLIC_BYTES);
    gn_hex((gn_bytes){ key->id, sizeof key->id }, id);
    gn_buf_addf(out, "%s+%s+", key->name, id);
    gn_base64_write((gn_bytes){ typed, sizeof typed }, out);
    sodium_memzero(typed, sizeof typed);
}

void gn_note_key_write(const struct gn_note_key *key, struct gn_buf *out)
{
    note_write(key, key->public_key, out);
}

void gn_note_signer_write(const struct gn_note_signer *signer, struct gn_buf *out)
{
    gn_buf_add_text(out, NOTE_PRIVATE);
    note_write(&signer->key, signer->secret, out);
}

/* NAME+ID+base64(0x01 || 32 bytes); the id is compared by the caller, who knows the public key. */
static bool note_split(gn_str text, gn_str *out_name, gn_str *out_id, uint8_t out_material[static GN_NOTE_PUBLIC_BYTES])
{
    uint8_t typed[1 + GN_NOTE_PUBLIC_BYTES];
    gn_str rest;
    *out_name = gn_str_split(text, '+', &rest);
    *out_id = gn_str_split(rest, '+', &rest);
    if (!gn_note_name_valid(*out_name) || !gn_base64_read(rest, typed, sizeof typed) || typed[0] != GN_NOTE_ED25519)
        return false;
    memcpy(out_material, typed + 1, GN_NOTE_PUBLIC_BYTES);
    sodium_memzero(typed, sizeof typed);
    return true;
}

static bool note_id_is(const struct gn_note_key *key, gn_str id)
{
    char text[2 * sizeof key->id + 1];
    gn_hex((gn_bytes){ key->id, sizeof key->id }, text);
    return gn_str_equal(gn_str_of(text), id);
}

gn_err gn_note_key_parse(gn_str text, struct gn_note_key *out)
{
    struct gn_note_key key = { .id = { 0 } };
    gn_str name;
    gn_str id;
    if (!note_split(text, &name, &id, key.public_key) || gn_str_copy(key.name, sizeof key.name, name) != GN_OK)
        return GN_ERR_INVAL;
    note_key_number(&key);
    if (!note_id_is(&key, id))
        return GN_ERR_INVAL;
    *out = key;
    return GN_OK;
}

gn_err gn_note_signer_parse(gn_str text, struct gn_note_signer *out)
{
    uint8_t seed[GN_NOTE_SEED_BYTES];
    struct gn_note_signer signer;
    gn_str name;
    gn_str id;
    const size_t skip = sizeof NOTE_PRIVATE - 1;
    if (!gn_str_starts(text, GN_STR(NOTE_PRIVATE)) ||
        !note_split((gn_str){ text.at + skip, text.size - skip }, &name, &id, seed))
        return GN_ERR_INVAL;
    const gn_err err = gn_note_signer_make(&signer, name, seed);
    const bool right = err == GN_OK && note_id_is(&signer.key, id);
    if (right)
        *out = signer;
    sodium_memzero(seed, sizeof seed);
    gn_note_signer_wipe(&signer);
    return right ? GN_OK : GN_ERR_INVAL;
}

void gn_note_sign(const struct gn_note_signer *signer, gn_str text, struct gn_buf *out)
{
    uint8_t blob[NOTE_BLOB_BYTES];
    assert(text.size > 0 && text.at[text.size - 1] == '\n');
    memcpy(blob, signer->key.id, sizeof signer->key.id);
    (void)crypto_sign_detached(blob + sizeof signer->key.id, NULL, (const uint8_t *)text.at, text.size, signer->secret);
    gn_buf_add_str(out, text);
    gn_buf_addf(out, "\n" NOTE_DASH "%s ", signer->key.name);
    gn_base64_write((gn_bytes){ blob, sizeof blob }, out);
    gn_buf_add_u8(out, '\n');
}

/* Where the signatures begin: behind the last empty line. 0: there is none. */
static size_t note_signatures_at(gn_str note)
{
    for (size_t at = note.size; at >= 2; at--)
        if (note.at[at - 1] == '\n' && note.at[at - 2] == '\n')
            return at;
    return 0;
}

/* INVAL: no line of a signature. NOT_FOUND: somebody else's. DENIED: wrong. */
static gn_err note_check_line(gn_str line, gn_str text, const struct gn_note_key *key)
{
    uint8_t blob[NOTE_BLOB_BYTES];
    gn_str base64;
    if (!gn_str_starts(line, GN_STR(NOTE_DASH)))
        return GN_ERR_INVAL;
    const size_t skip = sizeof NOTE_DASH - 1;
    const gn_str name = gn_str_split((gn_str){ line.at + skip, line.size - skip }, ' ', &base64);
    if (!gn_note_name_valid(name) || !note_is_base64(base64))
        return GN_ERR_INVAL;
    if (!gn_str_equal(name, gn_str_of(key->name)))
        return GN_ERR_NOT_FOUND;
    if (!gn_base64_read(base64, blob, sizeof blob) || memcmp(blob, key->id, sizeof key->id) != 0)
        return GN_ERR_NOT_FOUND; /* another key of that name */
    return crypto_sign_verify_detached(blob + sizeof key->id, (const uint8_t *)text.at, text.size, key->public_key) == 0
               ? GN_OK
               : GN_ERR_DENIED;
}

gn_err gn_note_open(gn_str note, const struct gn_note_key *key, gn_str *out_text)
{
    const size_t at = note_signatures_at(note);
    bool ours = false;
    size_t count = 0;
    if (at < 3 || at == note.size || !gn_utf8_valid(note))
        return GN_ERR_INVAL;
    for (size_t i = 0; i < note.size; i++)
        if ((uint8_t)note.at[i] < ' ' && note.at[i] != '\n')
            return GN_ERR_INVAL;
    const gn_str text = { note.at, at - 1 };
    gn_str rest = { note.at + at, note.size - at };
    while (rest.size > 0) {
        gn_str line;
        if (!gn_note_line(&rest, &line) || ++count > GN_NOTE_SIGNATURES_MAX)
            return GN_ERR_INVAL;
        const gn_err err = note_check_line(line, text, key);
        if (err == GN_ERR_INVAL || err == GN_ERR_DENIED)
            return err;
        if (err == GN_OK && ours)
            return GN_ERR_INVAL; /* twice */
        ours = ours || err == GN_OK;
    }
    if (!ours)
        return GN_ERR_NOT_FOUND;
    *out_text = text;
    return GN_OK;
}
