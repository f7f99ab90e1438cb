/* SPDX-License-Identifier: Apache-2.0 */
/* base/hash.h -- SHA-256 (libsodium) for what must be provable, CRC-32 (zlib) for torn writes, and a
 * fast 64-bit mix for tables. Nothing here keeps a secret; guard/ does. */
#ifndef GN_BASE_HASH_H
#define GN_BASE_HASH_H

#include "base/bytes.h"

enum { GN_SHA256_BYTES = 32 };

struct gn_sha256 {
    uint8_t bytes[GN_SHA256_BYTES];
};

struct gn_sha256 gn_sha256_of(gn_bytes bytes);
/* SHA-256(link || bytes): the chain over everything the engine says. */
struct gn_sha256 gn_sha256_chain(struct gn_sha256 link, gn_bytes bytes);

uint32_t gn_crc32(uint32_t seed, gn_bytes bytes); /* seed 0 to start */
uint32_t gn_hash32(gn_bytes bytes);               /* unkeyed: only for bytes we made, or to compare copies */

/* Lower-case hex, NUL-terminated: out has 2 * size + 1 bytes. */
void gn_hex(gn_bytes bytes, char *out);

#endif
