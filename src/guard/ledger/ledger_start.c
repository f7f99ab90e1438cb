/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test ledger_test.c cuts the power in all of it */
/* Opening a log: what is there, what of it counts, and whether it is what was signed. */
#include <sodium.h>
#include <stdio.h>

#include "guard/ledger/ledger_int.h"
#include "os/entropy.h"

struct start {
    struct gn_ledger *ledger;
    const char *dir;
    struct gn_diag *diag;
    bool has_checkpoint;
};

static gn_err start_say(const struct start *start, const char *name, gn_err err, const char *text)
{
    char path[GN_LEDGER_PATH_BYTES];
    gn_ledger_path(start->dir, name, path);
    gn_diag_file(start->diag, path);
    gn_diag_set(start->diag, 0, 0, "%s%s%s", text, err == GN_ERR_CORRUPT ? "" : ": ",
                err == GN_ERR_CORRUPT ? "" : gn_err_text(err));
    return err;
}

/* Opens a file, or makes it. */
static gn_err start_file(const struct start *start, const char *name, struct gn_file **out)
{
    const struct gn_disk *disk = &start->ledger->disk;
    char path[GN_LEDGER_PATH_BYTES];
    gn_ledger_path(start->dir, name, path);
    gn_err err = disk->open(disk->self, path, false, out);
    if (err == GN_ERR_NOT_FOUND && !start->ledger->read_only)
        err = disk->open(disk->self, path, true, out);
    return err == GN_OK ? GN_OK : start_say(start, name, err, "cannot be opened");
}

/* A small file, whole; *out_size 0: it is empty. */
static gn_err start_read(const struct start *start, struct gn_file *file, void *to, size_t capacity, size_t *out_size)
{
    const struct gn_disk *disk = &start->ledger->disk;
    return disk->read(disk->self, file, 0, to, capacity, out_size);
}

static gn_err start_write(const struct start *start, struct gn_file *file, gn_str text)
{
    const struct gn_disk *disk = &start->ledger->disk;
    const struct gn_iov part = { text.at, text.size };
    gn_err err = disk->truncate(disk->self, file, 0);
    if (err == GN_OK)
        err = disk->write(disk->self, file, 0, &part, 1);
    return err == GN_OK ? disk->sync(disk->self, file) : err;
}

/* A new key, and its public half beside it. */
static gn_err start_new_key(const struct start *start, gn_str name, struct gn_file *secret, struct gn_file *open)
{
    struct gn_note_signer *signer = &start->ledger->signer;
    uint8_t seed[GN_NOTE_SEED_BYTES];
    char text[GN_NOTE_KEY_TEXT_BYTES];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    gn_entropy(seed, sizeof seed);
    gn_err err = gn_note_signer_make(signer, name, seed);
    sodium_memzero(seed, sizeof seed);
    if (err)
        return start_say(start, "key", err, "its name has 1 to 128 printable letters, no blank and no '+'");
    gn_note_signer_write(signer, &buf);
    gn_buf_add_u8(&buf, '\n');
    err = start_write(start, secret, gn_buf_str(&buf));
    buf.size = 0;
    gn_note_key_write(&signer->key, &buf);
    gn_buf_add_u8(&buf, '\n');
    if (err == GN_OK)
        err = start_write(start, open, gn_buf_str(&buf));
    sodium_memzero(text, sizeof text);
    return err == GN_OK ? GN_OK : start_say(start, "key", err, "cannot be written");
}

static gn_err start_key(const struct start *start, gn_str name)
{
    struct gn_ledger *ledger = start->ledger;
    struct gn_file *secret = NULL;
    struct gn_file *open = NULL;
    char text[GN_NOTE_KEY_TEXT_BYTES];
    size_t size = 0;
    gn_err err = start_file(start, "key", &secret);
    if (err == GN_OK)
        err = start_file(start, "key.pub", &open);
    if (err == GN_OK)
        err = start_read(start, secret, text, sizeof text, &size);
    if (err == GN_OK) {
        const bool right = size > 0 && text[size - 1] == '\n' &&
                           gn_note_signer_parse((gn_str){ text, size - 1 }, &ledger->signer) == GN_OK;
        if (!right && (start->has_checkpoint || ledger->read_only))
            err = start_say(start, "key", GN_ERR_CORRUPT, "this is no key of a ledger: put the right one back");
        else if (!right) /* the power went while the log was made */
            err = start_new_key(start, name, secret, open);
    }
    sodium_memzero(text, sizeof text);
    if (secret != NULL)
        ledger->disk.close(ledger->disk.self, secret);
    if (open != NULL)
        ledger->disk.close(ledger->disk.self, open);
    return err;
}

/* The checkpoint as text. An empty file is none: the power went while the log was made. */
static gn_err start_load_checkpoint(struct start *start)
{
    struct gn_ledger *ledger = start->ledger;
    char path[GN_LEDGER_PATH_BYTES];
    gn_ledger_path(start->dir, "checkpoint", path);
    gn_err err = ledger->disk.open(ledger->disk.self, path, false, &ledger->checkpoint_file);
    if (err == GN_ERR_NOT_FOUND && !ledger->read_only)
        return GN_OK;
    if (err == GN_OK)
        err = start_read(start, ledger->checkpoint_file, ledger->checkpoint, sizeof ledger->checkpoint - 1,
                         &ledger->checkpoint_size);
    if (err)
        return start_say(start, "checkpoint", err, "cannot be read");
    start->has_checkpoint = ledger->checkpoint_size > 0;
    return GN_OK;
}

static gn_err start_check_checkpoint(const struct start *start)
{
    struct gn_ledger *ledger = start->ledger;
    if (!start->has_checkpoint)
        return GN_OK;
    /* When its size got a digit more, the power may have gone between the bytes and the length of the file. */
    if (ledger->checkpoint[ledger->checkpoint_size - 1] != '\n')
        ledger->checkpoint[ledger->checkpoint_size++] = '\n';
    const gn_err err = gn_checkpoint_open((gn_str){ ledger->checkpoint, ledger->checkpoint_size }, &ledger->signer.key,
                                          &ledger->signed_state);
    return err == GN_OK ? GN_OK
                        : start_say(start, "checkpoint", GN_ERR_CORRUPT, "this is no checkpoint signed by its key");
}

static gn_err start_open_files(const struct start *start)
{
    struct gn_ledger *ledger = start->ledger;
    gn_err err = start_file(start, "entries", &ledger->entries);
    if (err == GN_OK)
        err = start_file(start, "settled", &ledger->settled_file);
    if (err == GN_OK)
        err = start_file(start, "places", &ledger->places);
    for (unsigned level = 0; err == GN_OK && level < GN_TILE_LEVELS; level++) {
        char name[16];
        (void)snprintf(name, sizeof name, "hashes.%u", level);
        err = start_file(start, name, &ledger->hashes[level]);
    }
    return err;
}

/* What was settled, when it is all there; else the log is read from its beginning. */
static void start_from_settled(struct gn_ledger *ledger)
{
    uint8_t bytes[GN_LEDGER_SETTLED_BYTES];
    struct gn_ledger_settled settled;
    size_t got = 0;
    if (ledger->disk.read(ledger->disk.self, ledger->settled_file, 0, bytes, sizeof bytes, &got) != GN_OK ||
        got < sizeof bytes || !gn_ledger_settled_read(bytes, &ledger->keys, &settled) ||
        settled.size > (ledger->read_only ? ledger->signed_state.size : UINT64_MAX))
        return;
    struct gn_tiles *tiles = &ledger->tiles;
    tiles->size = settled.size;
    for (unsigned level = 0; level < GN_TILE_LEVELS; level++) {
        const size_t partial = gn_tiles_partial(tiles, level);
        const uint64_t first = (tiles->size >> (8 * level)) - partial;
        if (partial > 0 && (ledger->disk.read(ledger->disk.self, ledger->hashes[level], first * GN_SHA256_BYTES,
                                              tiles->hash[level], partial * GN_SHA256_BYTES, &got) != GN_OK ||
                            got < partial * GN_SHA256_BYTES))
            goto nothing;
    }
    gn_tiles_merkle(tiles, &ledger->tree);
    const struct gn_sha256 root = gn_merkle_root(&ledger->tree);
    if (gn_sha256_equal(&root, &settled.root)) {
        ledger->offset = settled.offset;
        ledger->settled_size = settled.size;
        return;
    }
nothing:
    tiles->size = 0;
    ledger->tree = (struct gn_merkle){ 0 };
}

/* Takes the groups that are whole. OK: until a torn one, or the end. */
static gn_err start_scan(const struct start *start)
{
    struct gn_ledger *ledger = start->ledger;
    struct gn_ledger_head head;
    uint64_t size;
    gn_err err = ledger->disk.size(ledger->disk.self, ledger->entries, &size);
    if (err == GN_OK && size < ledger->offset)
        return start_say(start, "entries", GN_ERR_CORRUPT, "it is shorter than what was settled: entries are missing");
    if (err != GN_OK || (ledger->read_only && ledger->tree.size >= ledger->signed_state.size))
        return err;
    while ((err = gn_ledger_group_read(&ledger->disk, ledger->entries, ledger->offset, &ledger->keys, ledger->scratch,
                                       &head)) == GN_OK) {
        if (head.first != ledger->tree.size)
            return start_say(start, "entries", GN_ERR_CORRUPT, "a group of entries is not in its place");
        err = gn_ledger_take_group(ledger, &head, ledger->scratch, ledger->offset);
        if (err)
            return start_say(start, "entries", err, "a group of entries is broken inside");
        ledger->offset += GN_LEDGER_HEAD_BYTES + (uint64_t)head.bytes + GN_LEDGER_SEAL_BYTES;
        if (ledger->read_only && ledger->tree.size >= ledger->signed_state.size)
            return GN_OK;
    }
    return err == GN_ERR_CORRUPT || err == GN_ERR_NOT_FOUND ? GN_OK
                                                            : start_say(start, "entries", err, "cannot be read");
}

/* What was signed must be there, and be what was signed. */
static gn_err start_compare(const struct start *start)
{
    struct gn_ledger *ledger = start->ledger;
    const struct gn_checkpoint *state = &ledger->signed_state;
    const struct gn_proof_source source = gn_ledger_source(ledger);
    struct gn_sha256 root;
    char text[GN_DIAG_TEXT_BYTES];
    if (!start->has_checkpoint) {
        if (ledger->tree.size > 0)
            return start_say(start, "checkpoint", GN_ERR_CORRUPT, "it is missing, and there are entries");
        return GN_OK;
    }
    if (ledger->tree.size < state->size) {
        (void)snprintf(text, sizeof text, "good up to entry %llu; the checkpoint has %llu",
                       (unsigned long long)ledger->tree.size, (unsigned long long)state->size);
        return start_say(start, "entries", GN_ERR_CORRUPT, text);
    }
    const gn_err err = gn_proof_root(&source, state->size, &root);
    if (err != GN_OK)
        return start_say(start, "hashes.0", err, "hashes cannot be read");
    if (!gn_sha256_equal(&root, &state->root))
        return start_say(start, "entries", GN_ERR_CORRUPT, "these are not the entries that were signed");
    return GN_OK;
}

/* What a torn group left behind the last whole one goes: the next group must stand before zeroes. */
static gn_err start_cut(const struct start *start)
{
    struct gn_ledger *ledger = start->ledger;
    bool clean = true;
    size_t got = 1;
    gn_err err = GN_OK;
    for (uint64_t at = ledger->offset; err == GN_OK && clean && got > 0; at += got) {
        err =
            ledger->disk.read(ledger->disk.self, ledger->entries, at, ledger->scratch, GN_LEDGER_GROUP_BYTES_MAX, &got);
        clean = err != GN_OK || sodium_is_zero(ledger->scratch, got);
    }
    if (err == GN_OK && !clean)
        err = ledger->disk.truncate(ledger->disk.self, ledger->entries, ledger->offset);
    if (err == GN_OK)
        err = ledger->disk.sync(ledger->disk.self, ledger->entries);
    if (err == GN_OK)
        err = ledger->disk.size(ledger->disk.self, ledger->entries, &ledger->allocated);
    return err == GN_OK ? GN_OK : start_say(start, "entries", err, "cannot be cut behind its last group");
}

/* Signs what is there; a new log's names become durable, the checkpoint's last. */
static gn_err start_sign(const struct start *start)
{
    struct gn_ledger *ledger = start->ledger;
    const struct gn_disk *disk = &ledger->disk;
    gn_err err = GN_OK;
    if (start->has_checkpoint && ledger->signed_state.size == ledger->tree.size)
        return GN_OK;
    if (!start->has_checkpoint)
        err = disk->sync_dir(disk->self, start->dir);
    if (err == GN_OK && ledger->checkpoint_file == NULL)
        err = start_file(start, "checkpoint", &ledger->checkpoint_file);
    if (err == GN_OK)
        err = gn_ledger_sign(ledger);
    if (err == GN_OK)
        err = disk->sync(disk->self, ledger->checkpoint_file);
    if (err == GN_OK)
        err = disk->sync_dir(disk->self, start->dir);
    return err == GN_OK ? GN_OK : start_say(start, "checkpoint", err, "cannot be written");
}

static gn_err start_make_dir(const struct start *start)
{
    const struct gn_disk *disk = &start->ledger->disk;
    char parent[GN_LEDGER_PATH_BYTES];
    if (gn_str_copy(parent, sizeof parent, gn_str_of(start->dir)) != GN_OK)
        return GN_ERR_INVAL;
    char *slash = strrchr(parent, '/');
    if (slash != NULL)
        *slash = '\0';
    gn_err err = disk->make_dir(disk->self, start->dir);
    if (err == GN_OK)
        err = disk->sync_dir(disk->self, slash == NULL ? "." : parent[0] == '\0' ? "/" : parent);
    return err == GN_OK ? GN_OK : start_say(start, "", err, "the folder cannot be made");
}

gn_err gn_ledger_start(struct gn_ledger *ledger, const char *dir, gn_str name, struct gn_diag *diag)
{
    struct start start = { .ledger = ledger, .dir = dir, .diag = diag };
    gn_err err = ledger->read_only ? GN_OK : start_make_dir(&start);
    if (err == GN_OK)
        err = start_load_checkpoint(&start);
    if (err == GN_OK)
        err = start_key(&start, name);
    if (err == GN_OK)
        err = start_check_checkpoint(&start);
    if (err == GN_OK)
        err = start_open_files(&start);
    if (err)
        return err;
    gn_ledger_keys_make(&ledger->keys, &ledger->signer);
    start_from_settled(ledger);
    err = start_scan(&start);
    if (err == GN_OK)
        err = start_compare(&start);
    if (err == GN_OK && !ledger->read_only)
        err = start_cut(&start);
    if (err == GN_OK && !ledger->read_only)
        err = start_sign(&start);
    return err;
}
