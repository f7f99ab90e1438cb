/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/proof.h"

#include "guard/ledger/note.h"

#define PROOF_FIRST_LINE "c2sp.org/tlog-proof@v1"

/* The largest power of two below `size`, which is at least 2. */
static uint64_t proof_split(uint64_t size)
{
    uint64_t split = 1;
    while (split < size - split)
        split <<= 1;
    return split;
}

/* The root of leaves [begin, end): its full subtrees, joined from the right. `begin` is where a subtree that large may
 * begin. */
static gn_err proof_range(const struct gn_proof_source *source, uint64_t begin, uint64_t end, struct gn_sha256 *out)
{
    const uint64_t size = end - begin;
    struct gn_sha256 root;
    bool has_root = false;
    for (unsigned level = 0; level < GN_MERKLE_LEVELS; level++) {
        struct gn_sha256 part;
        if (((size >> level) & 1) == 0)
            continue;
        const uint64_t before = begin + (size >> level >> 1 << 1 << level);
        const gn_err err = source->node(source->self, level, before >> level, &part);
        if (err)
            return err;
        root = has_root ? gn_merkle_node(&part, &root) : part;
        has_root = true;
    }
    *out = root;
    return GN_OK;
}

static gn_err proof_push(const struct gn_proof_source *source, uint64_t begin, uint64_t end, struct gn_proof *proof)
{
    return proof->count == GN_PROOF_HASHES_MAX ? GN_ERR_FULL
                                               : proof_range(source, begin, end, &proof->hash[proof->count++]);
}

/* Collected from the root down, told from the leaf up. */
static void proof_turn(struct gn_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        const struct gn_sha256 other = proof->hash[i];
        proof->hash[i] = proof->hash[proof->count - 1 - i];
        proof->hash[proof->count - 1 - i] = other;
    }
}

gn_err gn_proof_inclusion(const struct gn_proof_source *source, uint64_t index, uint64_t size, struct gn_proof *out)
{
    struct gn_proof proof = { .count = 0 };
    uint64_t begin = 0;
    uint64_t end = size;
    if (index >= size)
        return GN_ERR_INVAL;
    while (end - begin > 1) {
        const uint64_t middle = begin + proof_split(end - begin);
        const bool left = index < middle;
        const gn_err err = left ? proof_push(source, middle, end, &proof) : proof_push(source, begin, middle, &proof);
        if (err)
            return err;
        if (left)
            end = middle;
        else
            begin = middle;
    }
    proof_turn(&proof);
    *out = proof;
    return GN_OK;
}

gn_err gn_proof_consistency(const struct gn_proof_source *source, uint64_t old_size, uint64_t new_size,
                            struct gn_proof *out)
{
    struct gn_proof proof = { .count = 0 };
    uint64_t begin = 0;
    uint64_t end = new_size;
    gn_err err = GN_OK;
    if (old_size > new_size)
        return GN_ERR_INVAL;
    if (old_size > 0 && old_size < new_size) {
        while (err == GN_OK && end != old_size) {
            const uint64_t middle = begin + proof_split(end - begin);
            const bool left = old_size <= middle;
            err = left ? proof_push(source, middle, end, &proof) : proof_push(source, begin, middle, &proof);
            if (left)
                end = middle;
            else
                begin = middle;
        }
        if (err == GN_OK && begin > 0) /* else the old root itself, which the other side has */
            err = proof_push(source, begin, end, &proof);
    }
    if (err)
        return err;
    proof_turn(&proof);
    *out = proof;
    return GN_OK;
}

gn_err gn_proof_root(const struct gn_proof_source *source, uint64_t size, struct gn_sha256 *out)
{
    if (size > 0)
        return proof_range(source, 0, size, out);
    *out = gn_merkle_root(&(struct gn_merkle){ 0 });
    return GN_OK;
}

bool gn_proof_includes(const struct gn_proof *proof, const struct gn_sha256 *leaf, uint64_t index, uint64_t size,
                       const struct gn_sha256 *root)
{
    if (index >= size)
        return false;
    uint64_t node = index;
    uint64_t last = size - 1; /* of that level */
    struct gn_sha256 hash = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        if (last == 0)
            return false;
        if ((node & 1) != 0 || node == last) {
            hash = gn_merkle_node(&proof->hash[i], &hash);
            for (; (node & 1) == 0 && node != 0; node >>= 1)
                last >>= 1;
        } else {
            hash = gn_merkle_node(&hash, &proof->hash[i]);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && gn_sha256_equal(&hash, root);
}

bool gn_proof_extends(const struct gn_proof *proof, uint64_t old_size, const struct gn_sha256 *old_root,
                      uint64_t new_size, const struct gn_sha256 *new_root)
{
    const struct gn_sha256 empty = gn_merkle_root(&(struct gn_merkle){ 0 });
    if (old_size > new_size)
        return false;
    if (old_size == new_size)
        return proof->count == 0 && gn_sha256_equal(old_root, new_root);
    if (old_size == 0)
        return proof->count == 0 && gn_sha256_equal(old_root, &empty);
    uint64_t node = old_size - 1;
    uint64_t last = new_size - 1;
    size_t at = 0;
    for (; (node & 1) != 0; node >>= 1)
        last >>= 1;
    if (node > 0 && proof->count == 0)
        return false;
    struct gn_sha256 old_hash = node > 0 ? proof->hash[at++] : *old_root;
    struct gn_sha256 new_hash = old_hash;
    for (; at < proof->count; at++) {
        if (last == 0)
            return false;
        if ((node & 1) != 0 || node == last) {
            old_hash = gn_merkle_node(&proof->hash[at], &old_hash);
            new_hash = gn_merkle_node(&proof->hash[at], &new_hash);
            for (; (node & 1) == 0 && node != 0; node >>= 1)
                last >>= 1;
        } else {
            new_hash = gn_merkle_node(&new_hash, &proof->hash[at]);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && gn_sha256_equal(&old_hash, old_root) && gn_sha256_equal(&new_hash, new_root);
}

void gn_proof_write(const struct gn_proof *proof, uint64_t index, gn_str checkpoint, struct gn_buf *out)
{
    gn_buf_addf(out, PROOF_FIRST_LINE "\nindex %llu\n", (unsigned long long)index);
    for (size_t i = 0; i < proof->count; i++) {
        gn_base64_write((gn_bytes){ proof->hash[i].bytes, GN_SHA256_BYTES }, out);
        gn_buf_add_u8(out, '\n');
    }
    gn_buf_add_u8(out, '\n');
    gn_buf_add_str(out, checkpoint);
}

gn_err gn_proof_parse(gn_str text, struct gn_proof *out, uint64_t *out_index, gn_str *out_checkpoint)
{
    struct gn_proof proof = { .count = 0 };
    uint64_t index;
    gn_str line;
    if (!gn_note_line(&text, &line) || !gn_str_equal(line, GN_STR(PROOF_FIRST_LINE)) || !gn_note_line(&text, &line) ||
        !gn_str_starts(line, GN_STR("index ")) || !gn_note_decimal((gn_str){ line.at + 6, line.size - 6 }, &index))
        return GN_ERR_INVAL;
    for (;;) {
        if (!gn_note_line(&text, &line))
            return GN_ERR_INVAL;
        if (line.size == 0)
            break;
        if (proof.count == GN_PROOF_HASHES_MAX || !gn_base64_read(line, proof.hash[proof.count].bytes, GN_SHA256_BYTES))
            return GN_ERR_INVAL;
        proof.count++;
    }
    if (text.size == 0)
        return GN_ERR_INVAL;
    *out = proof;
    *out_index = index;
    *out_checkpoint = text;
    return GN_OK;
}
