/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger.h"

#include <assert.h>
#include <sodium.h>

#include "base/mem.h"
#include "guard/ledger/ledger_int.h"

static gn_err ledger_write(struct gn_ledger *ledger, struct gn_file *file, uint64_t offset, const void *bytes,
                           size_t size)
{
    const struct gn_iov part = { bytes, size };
    return ledger->disk.write(ledger->disk.self, file, offset, &part, 1);
}

static gn_err ledger_tile_full(void *self, unsigned level, uint64_t first_index, const struct gn_sha256 *hashes)
{
    struct gn_ledger *ledger = self;
    return ledger->read_only ? GN_OK
                             : ledger_write(ledger, ledger->hashes[level], first_index * GN_SHA256_BYTES, hashes,
                                            GN_TILE_HASHES * sizeof hashes[0]);
}

gn_err gn_ledger_take_group(struct gn_ledger *ledger, const struct gn_ledger_head *head, const uint8_t *group,
                            uint64_t offset)
{
    struct gn_reader rest = gn_reader_of((gn_bytes){ group + GN_LEDGER_HEAD_BYTES, head->bytes });
    gn_bytes entry;
    uint32_t count = 0;
    for (; gn_ledger_entry_next(&rest, &entry); count++) {
        if (ledger->tiles.size % GN_TILE_HASHES == 0 && !ledger->read_only) {
            uint8_t place[8];
            for (unsigned i = 0; i < sizeof place; i++)
                place[i] = (uint8_t)(offset >> (56 - 8 * i));
            const gn_err err = ledger_write(ledger, ledger->places, ledger->tiles.size / GN_TILE_HASHES * sizeof place,
                                            place, sizeof place);
            if (err)
                return err;
        }
        const struct gn_sha256 leaf = gn_merkle_leaf(entry);
        const gn_err err = gn_tiles_add(&ledger->tiles, leaf, ledger_tile_full, ledger);
        if (err)
            return err;
        gn_merkle_add(&ledger->tree, leaf);
    }
    return gn_reader_left(&rest) == 0 && count == head->count ? GN_OK : GN_ERR_CORRUPT;
}

gn_err gn_ledger_sign(struct gn_ledger *ledger)
{
    struct gn_buf buf = gn_buf_over(ledger->checkpoint, sizeof ledger->checkpoint);
    struct gn_checkpoint *state = &ledger->signed_state;
    assert(ledger->tree.size >= state->size); /* a log only grows */
    state->size = ledger->tree.size;
    state->root = gn_merkle_root(&ledger->tree);
    (void)memcpy(state->origin, ledger->signer.key.name, sizeof state->origin);
    gn_checkpoint_sign(state, &ledger->signer, &buf);
    assert(!buf.full);
    ledger->checkpoint_size = buf.size;
    return ledger_write(ledger, ledger->checkpoint_file, 0, buf.at, buf.size);
}

/* Makes hashes and places durable, and notes that they are. */
static gn_err ledger_settle(struct gn_ledger *ledger)
{
    const struct gn_ledger_settled settled = { ledger->tree.size, ledger->offset, gn_merkle_root(&ledger->tree) };
    uint8_t bytes[GN_LEDGER_SETTLED_BYTES];
    gn_err err = GN_OK;
    for (unsigned level = 0; err == GN_OK && level < GN_TILE_LEVELS; level++) {
        const uint64_t count = ledger->tree.size >> (8 * level);
        const size_t partial = gn_tiles_partial(&ledger->tiles, level);
        if (count == 0)
            break;
        if (partial > 0)
            err = ledger_write(ledger, ledger->hashes[level], (count - partial) * GN_SHA256_BYTES,
                               ledger->tiles.hash[level], partial * GN_SHA256_BYTES);
        if (err == GN_OK)
            err = ledger->disk.sync(ledger->disk.self, ledger->hashes[level]);
    }
    if (err == GN_OK)
        err = ledger->disk.sync(ledger->disk.self, ledger->places);
    if (err)
        return err;
    gn_ledger_settled_write(&settled, &ledger->keys, bytes);
    ledger->settled_size = settled.size;
    err = ledger_write(ledger, ledger->settled_file, 0, bytes, sizeof bytes);
    return err == GN_OK ? ledger->disk.sync(ledger->disk.self, ledger->settled_file) : err;
}

gn_err gn_ledger_append(struct gn_ledger *ledger, gn_bytes entry, uint64_t *out_index)
{
    if (entry.size == 0 || entry.size > GN_LEDGER_ENTRY_BYTES_MAX)
        return GN_ERR_INVAL;
    if (ledger->group_count == GN_LEDGER_GROUP_ENTRIES_MAX ||
        ledger->group_bytes + 2 + entry.size > GN_LEDGER_GROUP_BYTES_MAX)
        return GN_ERR_FULL;
    uint8_t *to = ledger->group + GN_LEDGER_HEAD_BYTES + ledger->group_bytes;
    to[0] = (uint8_t)(entry.size >> 8);
    to[1] = (uint8_t)entry.size;
    memcpy(to + 2, entry.at, entry.size);
    ledger->group_bytes += 2 + entry.size;
    *out_index = ledger->tree.size + ledger->group_count++;
    return GN_OK;
}

/* Room for so many bytes behind the last group. */
static gn_err ledger_reserve(struct gn_ledger *ledger, uint64_t size)
{
    const uint64_t end = ledger->offset + size;
    if (end <= ledger->allocated)
        return GN_OK;
    const uint64_t wanted = (end + GN_LEDGER_EXTENT_BYTES - 1) / GN_LEDGER_EXTENT_BYTES * GN_LEDGER_EXTENT_BYTES;
    const gn_err err =
        ledger->disk.allocate(ledger->disk.self, ledger->entries, ledger->allocated, wanted - ledger->allocated);
    if (err == GN_OK)
        ledger->allocated = wanted;
    return err;
}

static gn_err ledger_commit_group(struct gn_ledger *ledger, const struct gn_ledger_head *head)
{
    const size_t size = GN_LEDGER_HEAD_BYTES + ledger->group_bytes;
    gn_ledger_head_write(head, ledger->group);
    const struct gn_sha256 seal = gn_ledger_mac(&ledger->keys.seal, (gn_bytes){ ledger->group, size });
    memcpy(ledger->group + size, seal.bytes, sizeof seal.bytes);
    gn_err err = ledger_write(ledger, ledger->entries, ledger->offset, ledger->group, size + sizeof seal.bytes);
    if (err == GN_OK)
        err = ledger->disk.sync(ledger->disk.self, ledger->entries);
    if (err == GN_OK)
        err = gn_ledger_take_group(ledger, head, ledger->group, ledger->offset);
    if (err)
        return err;
    ledger->offset += size + sizeof seal.bytes;
    err = gn_ledger_sign(ledger);
    return err == GN_OK && ledger->tree.size - ledger->settled_size >= GN_LEDGER_SETTLE_ENTRIES ? ledger_settle(ledger)
                                                                                                : err;
}

gn_err gn_ledger_commit(struct gn_ledger *ledger)
{
    const struct gn_ledger_head head = { ledger->tree.size, ledger->group_count, (uint32_t)ledger->group_bytes };
    assert(!ledger->read_only);
    if (ledger->failed)
        return GN_ERR_IO;
    if (head.count == 0)
        return GN_OK;
    gn_err err = ledger_reserve(ledger, GN_LEDGER_HEAD_BYTES + (uint64_t)head.bytes + GN_LEDGER_SEAL_BYTES);
    if (err == GN_ERR_NO_SPACE)
        return err;
    if (err == GN_OK)
        err = ledger_commit_group(ledger, &head);
    ledger->failed = err != GN_OK;
    ledger->group_bytes = 0;
    ledger->group_count = 0;
    return err;
}

uint64_t gn_ledger_size(const struct gn_ledger *ledger)
{
    return ledger->signed_state.size;
}

gn_str gn_ledger_checkpoint(const struct gn_ledger *ledger)
{
    return (gn_str){ ledger->checkpoint, ledger->checkpoint_size };
}

const struct gn_note_key *gn_ledger_key(const struct gn_ledger *ledger)
{
    return &ledger->signer.key;
}

/* --- reading --- */

static gn_err ledger_node(void *self, unsigned level, uint64_t index, struct gn_sha256 *out)
{
    struct gn_ledger *ledger = self;
    struct gn_sha256 read[GN_TILE_HASHES / 2];
    const unsigned tile_level = level / 8;
    const unsigned height = level % 8;
    const uint64_t first = index << height;
    const size_t count = (size_t)1 << height;
    const struct gn_sha256 *hashes = &ledger->tiles.hash[tile_level][first % GN_TILE_HASHES];
    if (first / GN_TILE_HASHES != (ledger->tiles.size >> (8 * tile_level)) / GN_TILE_HASHES) {
        size_t got;
        const gn_err err = ledger->disk.read(ledger->disk.self, ledger->hashes[tile_level], first * GN_SHA256_BYTES,
                                             read, count * GN_SHA256_BYTES, &got);
        if (err != GN_OK || got < count * GN_SHA256_BYTES)
            return err != GN_OK ? err : GN_ERR_CORRUPT;
        hashes = read;
    }
    *out = gn_tile_subtree(hashes, height);
    return GN_OK;
}

struct gn_proof_source gn_ledger_source(struct gn_ledger *ledger)
{
    return (struct gn_proof_source){ ledger_node, ledger };
}

gn_err gn_ledger_prove(struct gn_ledger *ledger, uint64_t index, struct gn_proof *out)
{
    const struct gn_proof_source source = gn_ledger_source(ledger);
    return gn_proof_inclusion(&source, index, ledger->signed_state.size, out);
}

gn_err gn_ledger_consistency(struct gn_ledger *ledger, uint64_t old_size, struct gn_proof *out)
{
    const struct gn_proof_source source = gn_ledger_source(ledger);
    return gn_proof_consistency(&source, old_size, ledger->signed_state.size, out);
}

gn_err gn_ledger_root(struct gn_ledger *ledger, uint64_t size, struct gn_sha256 *out)
{
    const struct gn_proof_source source = gn_ledger_source(ledger);
    return size > ledger->signed_state.size ? GN_ERR_INVAL : gn_proof_root(&source, size, out);
}

/* Where the group of each 256th entry begins. */
static gn_err ledger_place(struct gn_ledger *ledger, uint64_t index, uint64_t *out)
{
    uint8_t bytes[8];
    size_t got;
    uint64_t place = 0;
    const gn_err err = ledger->disk.read(ledger->disk.self, ledger->places, index / GN_TILE_HASHES * sizeof bytes,
                                         bytes, sizeof bytes, &got);
    if (err != GN_OK || got < sizeof bytes)
        return err != GN_OK ? err : GN_ERR_CORRUPT;
    for (unsigned i = 0; i < sizeof bytes; i++)
        place = place << 8 | bytes[i];
    *out = place;
    return GN_OK;
}

gn_err gn_ledger_read(struct gn_ledger *ledger, uint64_t index, uint8_t *to, size_t *out_size)
{
    struct gn_ledger_head head;
    uint64_t offset;
    size_t got;
    if (index >= ledger->signed_state.size)
        return GN_ERR_INVAL;
    gn_err err = ledger_place(ledger, index, &offset);
    for (; err == GN_OK; offset += GN_LEDGER_HEAD_BYTES + (uint64_t)head.bytes + GN_LEDGER_SEAL_BYTES) {
        uint8_t bytes[GN_LEDGER_HEAD_BYTES];
        err = ledger->disk.read(ledger->disk.self, ledger->entries, offset, bytes, sizeof bytes, &got);
        if (err != GN_OK)
            return err;
        if (got < sizeof bytes || !gn_ledger_head_read(bytes, &head) || head.first > index)
            return GN_ERR_CORRUPT;
        if (index - head.first < head.count)
            break;
    }
    if (err == GN_OK)
        err = gn_ledger_group_read(&ledger->disk, ledger->entries, offset, NULL, ledger->scratch, &head);
    if (err)
        return err;
    struct gn_reader rest = gn_reader_of((gn_bytes){ ledger->scratch + GN_LEDGER_HEAD_BYTES, head.bytes });
    gn_bytes entry = { 0 };
    for (uint64_t at = head.first; at <= index; at++)
        if (!gn_ledger_entry_next(&rest, &entry))
            return GN_ERR_CORRUPT;
    memcpy(to, entry.at, entry.size);
    *out_size = entry.size;
    return GN_OK;
}

struct gn_sha256 gn_ledger_salt(const struct gn_ledger *ledger, gn_str subject)
{
    return gn_ledger_mac(&ledger->keys.salt, (gn_bytes){ (const uint8_t *)subject.at, subject.size });
}

struct gn_sha256 gn_ledger_commitment(const struct gn_sha256 *salt, gn_bytes body)
{
    return gn_sha256_chain(*salt, body);
}

/* --- life --- */

static gn_err ledger_open(const struct gn_disk *disk, const char *dir, gn_str name, bool read_only,
                          struct gn_ledger **out, struct gn_diag *diag)
{
    struct gn_ledger *ledger = gn_mem_take(sizeof *ledger, "ledger");
    if (ledger == NULL)
        return GN_ERR_FULL;
    ledger->disk = *disk;
    ledger->read_only = read_only;
    ledger->group = gn_mem_take(GN_LEDGER_FILE_BYTES_MAX, "ledger");
    ledger->scratch = gn_mem_take(GN_LEDGER_FILE_BYTES_MAX, "ledger");
    gn_err err = ledger->group == NULL || ledger->scratch == NULL ? GN_ERR_FULL : GN_OK;
    if (err == GN_OK)
        err = gn_ledger_start(ledger, dir, name, diag);
    if (err == GN_OK) {
        *out = ledger;
        return GN_OK;
    }
    ledger->failed = true;
    gn_ledger_close(ledger);
    return err;
}

gn_err gn_ledger_open(const struct gn_disk *disk, const char *dir, gn_str name, struct gn_ledger **out,
                      struct gn_diag *diag)
{
    return ledger_open(disk, dir, name, false, out, diag);
}

gn_err gn_ledger_open_read(const struct gn_disk *disk, const char *dir, struct gn_ledger **out, struct gn_diag *diag)
{
    return ledger_open(disk, dir, (gn_str){ 0 }, true, out, diag);
}

void gn_ledger_close(struct gn_ledger *ledger)
{
    if (ledger == NULL)
        return;
    if (!ledger->read_only && !ledger->failed && ledger->settled_size < ledger->tree.size) {
        GN_IGNORE(ledger_settle(ledger), "the next start reads more groups");
        GN_IGNORE(ledger->disk.sync(ledger->disk.self, ledger->checkpoint_file), "it follows from the entries");
    }
    struct gn_file *files[] = { ledger->entries, ledger->checkpoint_file, ledger->settled_file, ledger->places };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i] != NULL)
            ledger->disk.close(ledger->disk.self, files[i]);
    for (unsigned level = 0; level < GN_TILE_LEVELS; level++)
        if (ledger->hashes[level] != NULL)
            ledger->disk.close(ledger->disk.self, ledger->hashes[level]);
    gn_note_signer_wipe(&ledger->signer);
    sodium_memzero(&ledger->keys, sizeof ledger->keys);
    gn_mem_give(ledger->group);
    gn_mem_give(ledger->scratch);
    gn_mem_give(ledger);
}
