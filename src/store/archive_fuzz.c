/* SPDX-License-Identifier: Apache-2.0 */
/* store/archive_fuzz.c -- any bytes as a backup: read within bounds, or refused. What is handed out keeps the promises
 * of archive.h: names in order and of a data directory, blocks in order and of the right size.
 *
 * A fuzzer cannot guess checksums: when the first byte is odd those of header and frames are put right first. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void mend(uint8_t *bytes, size_t size)
{
    uint32_t frame[2];
    uint32_t crc;
    if (size < GN_ARCHIVE_HEAD_BYTES)
        return;
    crc = gn_crc32(0, (gn_bytes){ bytes + 16, GN_ARCHIVE_HEAD_BYTES - 16 });
    memcpy(bytes + 12, &crc, sizeof crc);
    for (size_t at = GN_ARCHIVE_HEAD_BYTES; size - at >= sizeof frame; at += sizeof frame + frame[0]) {
        memcpy(frame, bytes + at, sizeof frame);
        if (frame[0] > size - at - sizeof frame)
            return;
        frame[1] = gn_crc32(0, (gn_bytes){ bytes + at + sizeof frame, frame[0] });
        memcpy(bytes + at, frame, sizeof frame);
    }
}

static void check_part(const struct gn_archive_part *part, char last[GN_ARCHIVE_NAME_BYTES], uint64_t *next)
{
    if (part->kind == GN_ARCHIVE_FILE) {
        must(gn_archive_name_valid(gn_str_of(part->name)) && strcmp(part->name, last) > 0);
        memcpy(last, part->name, GN_ARCHIVE_NAME_BYTES);
        *next = 0;
    } else if (part->kind == GN_ARCHIVE_BLOCK) {
        must(part->index == *next && part->block.size == gn_archive_block_bytes(part->size, part->index));
        (*next)++;
    } else if (part->kind == GN_ARCHIVE_SAME) {
        must(part->index == *next && part->count > 0 && part->count <= GN_ARCHIVE_RUN_MAX);
        *next += part->count;
        must(*next <= gn_archive_block_count(part->size));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_archive_reader *reader = NULL;
    struct gn_archive_part part = { 0 };
    struct gn_diag diag = { 0 };
    char last[GN_ARCHIVE_NAME_BYTES] = "";
    uint64_t next = 0;
    if (size < 2 || size > 262144)
        return 0;
    uint8_t *bytes = malloc(size - 1);
    must(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & 1)
        mend(bytes, size - 1);
    FILE *from = fmemopen(bytes, size - 1, "rb");
    must(from != NULL);
    /* Without a passphrase: to make a key is dear, and what follows is libsodium's. */
    gn_err err = gn_archive_open(from, (gn_str){ 0 }, &reader, &diag);
    while (!err && part.kind != GN_ARCHIVE_END) {
        err = gn_archive_next(reader, &part, &diag);
        if (!err)
            check_part(&part, last, &next);
    }
    must(!err || diag.text[0] != '\0' || err == GN_ERR_FULL);
    gn_archive_reader_close(reader);
    (void)fclose(from);
    free(bytes);
    return 0;
}
