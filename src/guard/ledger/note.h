/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/note.h -- a text with signatures under it that people can read, copy and paste (C2SP signed-note).
 *
 *      plant-7.example/ganglion            the text: lines, the last ends too
 *      20852
 *      sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
 *                                          an empty line
 *      — plant-7.example/ganglion hI2DJw...   dash, blank, name of the key, blank, base64(key id || signature)
 *
 * Ed25519 (libsodium). The key id, SHA-256(name || LF || 0x01 || public key)[0..4], only tells keys of one name apart.
 * As text, a public key is  NAME+ID in hex+base64(0x01 || key)  and a secret one  PRIVATE+KEY+NAME+ID+base64(0x01 ||
 * seed). Parsers are strict: one form each, for what two readers may read in two ways is how logs get two histories. */
#ifndef GN_GUARD_LEDGER_NOTE_H
#define GN_GUARD_LEDGER_NOTE_H

#include "base/buf.h"

enum {
    GN_NOTE_NAME_BYTES_MAX = 128,
    GN_NOTE_KEY_TEXT_BYTES = 240, /* either key as text, and NUL */
    GN_NOTE_SIGNATURES_MAX = 16,  /* under one note: the log's and its witnesses' */
    GN_NOTE_SEED_BYTES = 32,
    GN_NOTE_PUBLIC_BYTES = 32,
    GN_NOTE_SECRET_BYTES = 64,
    GN_NOTE_SIGNATURE_BYTES = 64,
    GN_NOTE_ED25519 = 0x01,
};

struct gn_note_key {
    char name[GN_NOTE_NAME_BYTES_MAX + 1];
    uint8_t id[4];
    uint8_t public_key[GN_NOTE_PUBLIC_BYTES];
};

struct gn_note_signer {
    struct gn_note_key key;
    uint8_t secret[GN_NOTE_SECRET_BYTES]; /* seed || public key */
};

/* 1 to 128 bytes of printable ASCII, no blank, no '+'. (The format allows other letters; ours need none.) */
bool gn_note_name_valid(gn_str name);
/* INVAL: the name. */
GN_MUST_USE gn_err gn_note_signer_make(struct gn_note_signer *out, gn_str name,
                                       const uint8_t seed[static GN_NOTE_SEED_BYTES]);
void gn_note_signer_wipe(struct gn_note_signer *signer);

void gn_note_key_write(const struct gn_note_key *key, struct gn_buf *out);
GN_MUST_USE gn_err gn_note_key_parse(gn_str text, struct gn_note_key *out);
void gn_note_signer_write(const struct gn_note_signer *signer, struct gn_buf *out);
GN_MUST_USE gn_err gn_note_signer_parse(gn_str text, struct gn_note_signer *out);

/* The text (its last line ends), an empty line, one signature. The same text gives the same bytes. */
void gn_note_sign(const struct gn_note_signer *signer, gn_str text, struct gn_buf *out);
/* *out_text points to the signed text in `note`. INVAL: no note. NOT_FOUND: a note, but not signed by this key. DENIED:
 * a signature that claims to be of this key and is not. Signatures of others are not looked at. */
GN_MUST_USE gn_err gn_note_open(gn_str note, const struct gn_note_key *key, gn_str *out_text);

/* What the parsers beside this one share. */
bool gn_note_line(gn_str *rest, gn_str *out_line);          /* a line that ends; false: none does */
bool gn_note_decimal(gn_str digits, uint64_t *out);         /* no sign, no leading zero, below 2^63 */
void gn_base64_write(gn_bytes bytes, struct gn_buf *out);   /* RFC 4648, section 4, padded */
bool gn_base64_read(gn_str text, uint8_t *to, size_t size); /* exactly that many bytes, in the one form */

#endif
