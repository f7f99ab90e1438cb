/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_check.h"

#include <sodium.h>
#include <stdio.h>

#include "base/mem.h"
#include "guard/ledger/ledger_file.h"
#include "guard/ledger/tiles.h"

enum { CHECK_COMPARE_BYTES = GN_TILE_HASHES * GN_SHA256_BYTES };

struct check {
    const struct gn_disk *disk;
    const char *dir;
    struct gn_diag *diag;
    bool live;
    struct gn_file *file[GN_TILE_LEVELS + 2]; /* hashes.L, entries, places */
    struct gn_note_signer signer;
    struct gn_ledger_keys keys;
    struct gn_ledger_report *report;
    struct gn_ledger_settled settled; /* size 0: there is none */
    struct gn_tiles tiles;
    struct gn_merkle tree;
    uint64_t offset;
    uint8_t group[GN_LEDGER_FILE_BYTES_MAX];
};

enum { CHECK_ENTRIES = GN_TILE_LEVELS, CHECK_PLACES };

static gn_err check_say(const struct check *check, const char *name, const char *fmt, uint64_t number)
{
    char path[GN_LEDGER_PATH_BYTES];
    gn_ledger_path(check->dir, name, path);
    gn_diag_file(check->diag, path);
    gn_diag_set(check->diag, 0, 0, fmt, (unsigned long long)number);
    return GN_ERR_CORRUPT;
}

/* Reads a small file whole; its size is 0 when it is not there. */
static size_t check_small(const struct check *check, const char *name, void *to, size_t capacity)
{
    char path[GN_LEDGER_PATH_BYTES];
    struct gn_file *file;
    size_t size = 0;
    gn_ledger_path(check->dir, name, path);
    if (check->disk->open(check->disk->self, path, false, &file) != GN_OK)
        return 0;
    if (check->disk->read(check->disk->self, file, 0, to, capacity, &size) != GN_OK)
        size = 0;
    check->disk->close(check->disk->self, file);
    return size;
}

/* Whether the file has these bytes there. Hashes that wait for a settling may not have been written: `may_end`. */
static bool check_same(const struct check *check, unsigned which, uint64_t offset, const void *bytes, size_t size,
                       bool may_end)
{
    uint8_t read[CHECK_COMPARE_BYTES];
    size_t got = 0;
    if (check->disk->read(check->disk->self, check->file[which], offset, read, size, &got) != GN_OK)
        return false;
    return memcmp(read, bytes, got) == 0 && (got == size || may_end);
}

static gn_err check_tile(void *self, unsigned level, uint64_t first_index, const struct gn_sha256 *hashes)
{
    struct check *check = self;
    char name[16];
    (void)snprintf(name, sizeof name, "hashes.%u", level);
    if (check_same(check, level, first_index * GN_SHA256_BYTES, hashes, CHECK_COMPARE_BYTES, check->live))
        return GN_OK;
    return check_say(check, name, "tile %llu is not what the entries give", first_index / GN_TILE_HASHES);
}

static gn_err check_keys(struct check *check)
{
    char text[GN_NOTE_KEY_TEXT_BYTES + 1];
    char wanted[GN_NOTE_KEY_TEXT_BYTES];
    struct gn_buf buf = gn_buf_over(wanted, sizeof wanted);
    size_t size = check_small(check, "key", text, sizeof text);
    const bool right =
        size > 0 && text[size - 1] == '\n' && gn_note_signer_parse((gn_str){ text, size - 1 }, &check->signer) == GN_OK;
    sodium_memzero(text, sizeof text);
    if (!right)
        return check_say(check, "key", "this is no key of a ledger", 0);
    gn_ledger_keys_make(&check->keys, &check->signer);
    gn_note_key_write(&check->signer.key, &buf);
    gn_buf_add_u8(&buf, '\n');
    size = check_small(check, "key.pub", text, sizeof text);
    return gn_str_equal((gn_str){ text, size }, gn_buf_str(&buf))
               ? GN_OK
               : check_say(check, "key.pub", "this is not the public half of the key", 0);
}

static gn_err check_small_files(struct check *check)
{
    char note[GN_CHECKPOINT_BYTES_MAX + 1];
    uint8_t settled[GN_LEDGER_SETTLED_BYTES + 1];
    size_t size = check_small(check, "checkpoint", note, sizeof note);
    if (gn_checkpoint_open((gn_str){ note, size }, &check->signer.key, &check->report->checkpoint) != GN_OK)
        return check_say(check, "checkpoint", "this is no checkpoint signed by its key", 0);
    size = check_small(check, "settled", settled, sizeof settled);
    if (size > 0 &&
        (size != GN_LEDGER_SETTLED_BYTES || !gn_ledger_settled_read(settled, &check->keys, &check->settled)))
        return check_say(check, "settled", "it is broken; a start will read all entries again", 0);
    return GN_OK;
}

static gn_err check_open_files(struct check *check)
{
    for (unsigned i = 0; i < sizeof check->file / sizeof check->file[0]; i++) {
        char name[16];
        char path[GN_LEDGER_PATH_BYTES];
        (void)snprintf(name, sizeof name,
                       i == CHECK_ENTRIES  ? "entries"
                       : i == CHECK_PLACES ? "places"
                                           : "hashes.%u",
                       i);
        gn_ledger_path(check->dir, name, path);
        const gn_err err = check->disk->open(check->disk->self, path, false, &check->file[i]);
        if (err)
            return check_say(check, name, "it is missing, or cannot be read", 0);
    }
    return GN_OK;
}

/* What was signed, or settled, at this size. */
static gn_err check_roots(const struct check *check)
{
    const struct gn_checkpoint *signed_state = &check->report->checkpoint;
    const struct gn_ledger_settled *settled = &check->settled;
    if (check->tree.size != signed_state->size && check->tree.size != settled->size)
        return GN_OK;
    const struct gn_sha256 root = gn_merkle_root(&check->tree);
    if (check->tree.size == signed_state->size && !gn_sha256_equal(&root, &signed_state->root))
        return check_say(check, "checkpoint", "its root is not that of its %llu entries", signed_state->size);
    if (check->tree.size == settled->size && settled->size > 0 &&
        (!gn_sha256_equal(&root, &settled->root) || check->offset != settled->offset))
        return check_say(check, "settled", "it is not what %llu entries give", settled->size);
    return GN_OK;
}

static gn_err check_group(struct check *check, const struct gn_ledger_head *head)
{
    struct gn_reader rest = gn_reader_of((gn_bytes){ check->group + GN_LEDGER_HEAD_BYTES, head->bytes });
    gn_bytes entry;
    uint32_t count = 0;
    if (head->first != check->tree.size)
        return check_say(check, "entries", "the group behind entry %llu is not in its place", check->tree.size);
    for (; gn_ledger_entry_next(&rest, &entry); count++) {
        uint8_t place[8];
        for (unsigned i = 0; i < sizeof place; i++)
            place[i] = (uint8_t)(check->offset >> (56 - 8 * i));
        if (check->tree.size % GN_TILE_HASHES == 0 &&
            !check_same(check, CHECK_PLACES, check->tree.size / GN_TILE_HASHES * 8, place, sizeof place, check->live))
            return check_say(check, "places", "the place of entry %llu is wrong", check->tree.size);
        const struct gn_sha256 leaf = gn_merkle_leaf(entry);
        const gn_err err = gn_tiles_add(&check->tiles, leaf, check_tile, check);
        if (err)
            return err;
        gn_merkle_add(&check->tree, leaf);
    }
    if (gn_reader_left(&rest) > 0 || count != head->count)
        return check_say(check, "entries", "the group of entry %llu is broken inside", head->first);
    check->offset += GN_LEDGER_HEAD_BYTES + (uint64_t)head->bytes + GN_LEDGER_SEAL_BYTES;
    check->report->groups++;
    return check_roots(check);
}

static gn_err check_groups(struct check *check)
{
    struct gn_ledger_head head;
    gn_err err = check_roots(check);
    while (err == GN_OK && !(check->live && check->tree.size >= check->report->checkpoint.size)) {
        err = gn_ledger_group_read(check->disk, check->file[CHECK_ENTRIES], check->offset, &check->keys, check->group,
                                   &head);
        if (err == GN_ERR_NOT_FOUND)
            break;
        if (err)
            return check_say(check, "entries", "the group of entry %llu was changed", check->tree.size);
        err = check_group(check, &head);
    }
    if (err != GN_OK && err != GN_ERR_NOT_FOUND)
        return err;
    check->report->entries = check->tree.size;
    if (check->tree.size < check->report->checkpoint.size)
        return check_say(check, "entries", "they end at entry %llu; the checkpoint has more", check->tree.size);
    check->report->uncommitted = check->tree.size - check->report->checkpoint.size;
    return GN_OK;
}

/* The tiles in the making as far as they were settled, and nothing behind what the entries give. */
static gn_err check_ends(struct check *check)
{
    size_t got = 1;
    uint64_t size = 0;
    for (uint64_t at = check->offset; got > 0; at += got)
        if (check->disk->read(check->disk->self, check->file[CHECK_ENTRIES], at, check->group,
                              GN_LEDGER_GROUP_BYTES_MAX, &got) != GN_OK ||
            !sodium_is_zero(check->group, got))
            return check_say(check, "entries", "there is something behind entry %llu", check->tree.size);
    for (unsigned level = 0; level < GN_TILE_LEVELS; level++) {
        char name[16];
        const size_t partial = gn_tiles_partial(&check->tiles, level);
        const uint64_t count = check->tree.size >> (8 * level);
        (void)snprintf(name, sizeof name, "hashes.%u", level);
        if (!check_same(check, level, (count - partial) * GN_SHA256_BYTES, check->tiles.hash[level],
                        partial * GN_SHA256_BYTES, check->settled.size < check->tree.size))
            return check_say(check, name, "its last tile is not what the entries give", 0);
        if (check->disk->size(check->disk->self, check->file[level], &size) != GN_OK || size > count * GN_SHA256_BYTES)
            return check_say(check, name, "there is something behind its last hash", 0);
    }
    if (check->disk->size(check->disk->self, check->file[CHECK_PLACES], &size) != GN_OK ||
        size != (check->tree.size + GN_TILE_HASHES - 1) / GN_TILE_HASHES * 8)
        return check_say(check, "places", "it has not one place for each 256 entries", 0);
    return check->settled.size > check->tree.size
               ? check_say(check, "settled", "it has more than the %llu entries", check->tree.size)
               : GN_OK;
}

gn_err gn_ledger_check(const struct gn_disk *disk, const char *dir, bool live, struct gn_ledger_report *out,
                       struct gn_diag *diag)
{
    struct gn_ledger_report report = { 0 };
    struct check *check = gn_mem_take(sizeof *check, "ledger check");
    if (check == NULL)
        return GN_ERR_FULL;
    check->disk = disk;
    check->dir = dir;
    check->diag = diag;
    check->live = live;
    check->report = &report;
    gn_err err = check_keys(check);
    if (err == GN_OK)
        err = check_small_files(check);
    if (err == GN_OK)
        err = check_open_files(check);
    if (err == GN_OK)
        err = check_groups(check);
    if (err == GN_OK && !live)
        err = check_ends(check);
    for (unsigned i = 0; i < sizeof check->file / sizeof check->file[0]; i++)
        if (check->file[i] != NULL)
            disk->close(disk->self, check->file[i]);
    gn_note_signer_wipe(&check->signer);
    sodium_memzero(&check->keys, sizeof check->keys);
    gn_mem_give(check);
    if (err == GN_OK)
        *out = report;
    return err;
}
