/* SPDX-License-Identifier: Apache-2.0 */
/* guard/scram.h -- SCRAM-SHA-256, the server's side: a device proves that it knows its token without sending it, and
 * the node proves that it knows the device.
 *
 *   device ── n,,n=ID,r=NONCE ────────────────────▶ first
 *          ◀─ r=NONCE+OURS,s=SALT,i=ITERATIONS ───    challenge
 *          ── c=biws,r=NONCE+OURS,p=PROOF ────────▶ finish
 *          ◀─ v=SIGNATURE ────────────────────────
 *
 * What is stored (StoredKey, ServerKey) lets nobody log in elsewhere. No channel binding; the device's name is its id,
 * so it needs no escapes. Constant time where a secret is compared. RFC 5802, RFC 7677. Pure but for the nonce. */
#ifndef GN_GUARD_SCRAM_H
#define GN_GUARD_SCRAM_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"

enum {
    GN_SCRAM_ITERATIONS = 4096, /* enough for 128 random bits; the RFC's least */
    GN_SCRAM_SALT_BYTES = 16,
    GN_SCRAM_NONCE_BYTES_MAX = 128, /* of the client */
    GN_SCRAM_OWN_NONCE_BYTES = 24,  /* as text */
    GN_SCRAM_TEXT_BYTES = 512,      /* each message fits */
};

struct gn_scram_keys {
    uint32_t iterations; /* 0: there are none */
    uint8_t stored[GN_SHA256_BYTES];
    uint8_t server[GN_SHA256_BYTES];
};

struct gn_scram {
    char id[GN_THING_ID_BYTES_MAX + 1];
    char bare[GN_SCRAM_TEXT_BYTES];      /* the client's first message without its head */
    char challenge[GN_SCRAM_TEXT_BYTES]; /* ours */
    size_t bare_size;
    size_t nonce_at; /* of the client, in `bare` */
    size_t challenge_size;
    size_t nonce_size; /* of both together, in `challenge` behind "r=" */
};

void gn_scram_make(gn_str token, const uint8_t salt[static GN_SCRAM_SALT_BYTES], uint32_t iterations,
                   struct gn_scram_keys *out);
/* Reads the client's first message. INVAL: it is none, or wants what is not offered. */
GN_MUST_USE gn_err gn_scram_first(struct gn_scram *scram, gn_str message);
/* Writes our challenge. `own_nonce` are printable characters without a comma. */
void gn_scram_challenge(struct gn_scram *scram, const uint8_t salt[static GN_SCRAM_SALT_BYTES], uint32_t iterations,
                        gn_str own_nonce, struct gn_buf *out);
/* Reads the client's last message, and writes ours. INVAL: not a message of this exchange; DENIED: the proof is wrong.
 */
GN_MUST_USE gn_err gn_scram_finish(const struct gn_scram *scram, gn_str message, const struct gn_scram_keys *keys,
                                   struct gn_buf *out);

#endif
