/* SPDX-License-Identifier: Apache-2.0 */
/* store/archive.h -- a backup's file: the files of a data directory, cut into blocks, in one stream.
 *
 *   header (128 bytes, in clear)      id, id of the base, key derivation, cipher
 *   frame [size][crc32][part]         FILE name, size
 *   frame [size][crc32][part]         BLOCK 0, 32 KiB
 *   frame [size][crc32][part]         SAME 1 to 900: digests of what the base has already
 *   ...                               files by name, each once; blocks of a file in order, all of them
 *   frame [size][crc32][part]         END: records it has, digest of everything before it
 *
 * docs/format.md says it byte by byte. An archive without its END is none. Encrypted, each part is one message of
 * libsodium's secretstream (XChaCha20-Poly1305), the key made from a passphrase by Argon2id, the header bound to it.
 * There are no links, folders, owners or modes in the format, and no names but those of gn_archive_name_valid: what a
 * reader hands out can be written nowhere else. Read and written once, front to back; memory does not depend on
 * size. Nothing read is believed before its check; every count has a limit. */
#ifndef GN_STORE_ARCHIVE_H
#define GN_STORE_ARCHIVE_H

#include <stdio.h>

#include "base/bytes.h"
#include "base/limits.h"

enum {
    GN_ARCHIVE_VERSION = 1,
    GN_ARCHIVE_ID_BYTES = 16,
    GN_ARCHIVE_DIGEST_BYTES = 32, /* BLAKE2b-256 */
    GN_ARCHIVE_BLOCK_BYTES = 32768,
    GN_ARCHIVE_RUN_MAX = GN_ARCHIVE_BLOCK_BYTES / GN_ARCHIVE_DIGEST_BYTES, /* digests in one SAME */
    GN_ARCHIVE_NAME_BYTES = 64,
    GN_ARCHIVE_HEAD_BYTES = 128,
};

struct gn_archive_digest {
    uint8_t bytes[GN_ARCHIVE_DIGEST_BYTES];
};

/* Which records are in it. The history may be a little behind the journal, never ahead. */
struct gn_archive_span {
    uint64_t first_seq; /* of the journal; 0: there is none */
    uint64_t last_seq;
    uint64_t history_seq; /* the last one the history's checkpoint stands for */
};

struct gn_archive_about {
    uint8_t id[GN_ARCHIVE_ID_BYTES];
    uint8_t base[GN_ARCHIVE_ID_BYTES]; /* all zero: whole in itself */
    int64_t created_ms;
    bool is_encrypted;
    bool is_increment;
};

/* One of the files a data directory has: no other name is written or read. */
bool gn_archive_name_valid(gn_str name);
/* Holds what a node keeps secret (credentials, keys): only in an encrypted archive. */
bool gn_archive_name_secret(gn_str name);
uint64_t gn_archive_block_count(uint64_t size);
/* Bytes of block `index` of a file of `size`. */
size_t gn_archive_block_bytes(uint64_t size, uint64_t index);
struct gn_archive_digest gn_archive_digest_of(gn_bytes block);

/* --- writing --- */

struct gn_archive_writer; /* opaque */

/* Writes the header. `base` NULL: whole. Passphrase empty: in clear. The file stays the caller's; FULL: no memory. */
GN_MUST_USE gn_err gn_archive_create(FILE *to, const uint8_t *base, int64_t now_ms, gn_str passphrase,
                                     struct gn_archive_writer **out);
/* In the order of names (as strcmp has it), then each block of it by one of the two below. */
GN_MUST_USE gn_err gn_archive_put_file(struct gn_archive_writer *writer, gn_str name, uint64_t size);
GN_MUST_USE gn_err gn_archive_put_block(struct gn_archive_writer *writer, gn_bytes block);
GN_MUST_USE gn_err gn_archive_put_same(struct gn_archive_writer *writer, const struct gn_archive_digest *digest);
/* The last call; durability is the caller's. */
GN_MUST_USE gn_err gn_archive_put_end(struct gn_archive_writer *writer, const struct gn_archive_span *span);
void gn_archive_writer_close(struct gn_archive_writer *writer); /* NULL is fine */

/* --- reading --- */

typedef enum gn_archive_kind {
    GN_ARCHIVE_FILE = 1,
    GN_ARCHIVE_BLOCK = 2,
    GN_ARCHIVE_SAME = 3,
    GN_ARCHIVE_END = 4,
} gn_archive_kind;

struct gn_archive_part {
    gn_archive_kind kind;
    char name[GN_ARCHIVE_NAME_BYTES];        /* of the file, in FILE, BLOCK and SAME */
    uint64_t size;                           /* of the file */
    uint64_t index;                          /* BLOCK, SAME: the (first) block */
    gn_bytes block;                          /* BLOCK: valid until the next call */
    const struct gn_archive_digest *digests; /* SAME: `count` of them, valid until the next call */
    uint32_t count;
    struct gn_archive_span span; /* END */
};

struct gn_archive_reader; /* opaque */

/* Reads the header. INVAL: not an archive, of a newer version, or it asks for a passphrase and there is none; CORRUPT:
 * damaged. The diag says which. */
GN_MUST_USE gn_err gn_archive_open(FILE *from, gn_str passphrase, struct gn_archive_reader **out, struct gn_diag *diag);
const struct gn_archive_about *gn_archive_about(const struct gn_archive_reader *reader);
/* The next part. DENIED: the passphrase is wrong; CORRUPT: damaged, or it ends too early; INVAL: whole, but it breaks a
 * rule. After END only close may follow; it says that all before was what the writer wrote. */
GN_MUST_USE gn_err gn_archive_next(struct gn_archive_reader *reader, struct gn_archive_part *out, struct gn_diag *diag);
void gn_archive_reader_close(struct gn_archive_reader *reader); /* NULL is fine */

#endif
