/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <sodium.h>
#include <zlib.h>

_Static_assert(GN_SHA256_BYTES == crypto_hash_sha256_BYTES, "one size of digest");

struct gn_sha256 gn_sha256_of(gn_bytes bytes)
{
    struct gn_sha256 digest;
    (void)crypto_hash_sha256(digest.bytes, bytes.at, bytes.size); /* cannot fail: it says 0 always */
    return digest;
}

struct gn_sha256 gn_sha256_chain(struct gn_sha256 link, gn_bytes bytes)
{
    crypto_hash_sha256_state state;
    struct gn_sha256 digest;
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, link.bytes, sizeof link.bytes);
    if (bytes.size > 0)
        (void)crypto_hash_sha256_update(&state, bytes.at, bytes.size);
    (void)crypto_hash_sha256_final(&state, digest.bytes);
    return digest;
}

uint32_t gn_crc32(uint32_t seed, gn_bytes bytes)
{
    if (bytes.size == 0)
        return seed; /* zlib takes NULL as a wish for the start value */
    return (uint32_t)crc32_z(seed, bytes.at, bytes.size);
}

__extension__ typedef unsigned __int128 hash_u128;

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    const hash_u128 product = (hash_u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes a step: one wide multiplication whose halves are folded, as wyhash and its kin do. The two
 * constants are odd digits of pi and e; nothing hangs on them but that they are odd and look random. */
uint32_t gn_hash32(gn_bytes bytes)
{
    const uint64_t pi = UINT64_C(0x243F6A8885A308D3);
    const uint64_t e = UINT64_C(0xB7E151628AED2A6B);
    uint64_t hash = pi ^ bytes.size;
    size_t done = 0;
    for (; bytes.size - done >= sizeof hash; done += sizeof hash) {
        uint64_t word;
        memcpy(&word, bytes.at + done, sizeof word);
        hash = hash_fold(hash ^ word, e) + pi;
    }
    uint64_t tail = 0;
    if (done < bytes.size)
        memcpy(&tail, bytes.at + done, bytes.size - done);
    hash = hash_fold(hash_fold(hash ^ tail, e) + pi, e);
    return (uint32_t)(hash ^ hash >> 32);
}

void gn_hex(gn_bytes bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = digits[bytes.at[i] >> 4];
        out[2 * i + 1] = digits[bytes.at[i] & 15];
    }
    out[2 * bytes.size] = '\0';
}
