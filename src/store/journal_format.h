/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal_format.h -- the bytes of a segment (see journal.h for the table), and where segments lie.
 *
 * Private to the room: shared by the writer, the reader and the scan. Pure functions but for the list. */
#ifndef GN_STORE_JOURNAL_FORMAT_H
#define GN_STORE_JOURNAL_FORMAT_H

#include "base/bytes.h"
#include "base/limits.h"
#include "os/disk.h"

enum {
    GN_SEGMENT_VERSION = 1,
    GN_SEGMENT_HEAD_BYTES = 64,
    GN_GROUP_HEAD_BYTES = 40,
    GN_GROUP_BYTES_MAX = GN_JOURNAL_GROUP_BYTES_MAX + GN_GROUP_HEAD_BYTES,
    GN_JOURNAL_PATH_BYTES = 512,
    GN_GROUP_MAGIC = 0x31474e47, /* "GNG1" read as little-endian */
};

struct gn_segment_head {
    uint8_t magic[8]; /* "GNJOURN1" */
    uint32_t version;
    uint32_t crc; /* of what follows; the seed of the groups' crc */
    uint64_t first_seq;
    int64_t created_ms;
    uint8_t node_id[16];
    uint8_t zero[16];
};
_Static_assert(sizeof(struct gn_segment_head) == GN_SEGMENT_HEAD_BYTES, "as in the table");

struct gn_group_head {
    uint32_t magic;
    uint32_t crc;
    uint32_t size;
    uint32_t count;
    uint64_t first_seq;
    uint64_t durable_seq;
    int64_t time_ms;
};
_Static_assert(sizeof(struct gn_group_head) == GN_GROUP_HEAD_BYTES, "as in the table");

/* Fills magic, version, zero and crc of a header whose other fields are set. */
void gn_segment_head_seal(struct gn_segment_head *head);
bool gn_segment_head_valid(const struct gn_segment_head *head);

/* The crc of a group whose header is filled (crc itself does not count) and whose records are `parts`. */
uint32_t gn_group_crc(uint32_t seed, const struct gn_group_head *head, const struct gn_iov *parts, size_t part_count);
/* Could this be a header at all: magic, size, count, sequence numbers. Says nothing about its crc. */
bool gn_group_plausible(const struct gn_group_head *head);
/* A whole group of head.size bytes, 8-aligned: crc, and each record valid and in order. */
bool gn_group_valid(uint32_t seed, gn_bytes group);

/* "DIR/00000000000000000001.gnj"; FULL when it does not fit. */
GN_MUST_USE gn_err gn_segment_path(const char *dir, uint64_t first_seq, char out[static GN_JOURNAL_PATH_BYTES]);
bool gn_segment_name_parse(const char *name, uint64_t *out_first_seq);

/* First seqs of all segments in a directory, ascending. *out is taken with gn_mem_take, NULL when there is
 * none. FULL: no memory. */
GN_MUST_USE gn_err gn_segment_list(const struct gn_disk *disk, const char *dir, uint64_t **out, size_t *out_count);

#endif
