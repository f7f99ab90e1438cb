/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/tiles.h"

#include <assert.h>

size_t gn_tiles_partial(const struct gn_tiles *tiles, unsigned level)
{
    return (tiles->size >> (8 * level)) & (GN_TILE_HASHES - 1);
}

struct gn_sha256 gn_tile_subtree(const struct gn_sha256 *hashes, unsigned height)
{
    struct gn_merkle tree = { 0 };
    for (size_t i = 0; i < (size_t)1 << height; i++)
        gn_merkle_add(&tree, hashes[i]);
    return tree.peak[height];
}

gn_err gn_tiles_add(struct gn_tiles *tiles, struct gn_sha256 leaf, gn_tile_full_fn full, void *self)
{
    const uint64_t index = tiles->size;
    struct gn_sha256 hash = leaf;
    for (unsigned level = 0; level < GN_TILE_LEVELS; level++) {
        const uint64_t at = index >> (8 * level);
        tiles->hash[level][at % GN_TILE_HASHES] = hash;
        if (at % GN_TILE_HASHES != GN_TILE_HASHES - 1)
            break;
        const gn_err err = full(self, level, at - (GN_TILE_HASHES - 1), tiles->hash[level]);
        if (err)
            return err;
        hash = gn_tile_subtree(tiles->hash[level], 8);
    }
    tiles->size++;
    return GN_OK;
}

void gn_tiles_merkle(const struct gn_tiles *tiles, struct gn_merkle *out)
{
    *out = (struct gn_merkle){ .size = tiles->size };
    for (unsigned level = 0; level < GN_MERKLE_LEVELS; level++) {
        if (((tiles->size >> level) & 1) == 0)
            continue;
        const size_t before = gn_tiles_partial(tiles, level / 8) >> (level % 8) >> 1 << 1 << (level % 8);
        out->peak[level] = gn_tile_subtree(&tiles->hash[level / 8][before], level % 8);
    }
}

void gn_tile_path(int level, uint64_t index, size_t width, char out[static GN_TILE_PATH_BYTES])
{
    struct gn_buf buf = gn_buf_over(out, GN_TILE_PATH_BYTES - 1);
    uint64_t unit = 1;
    if (level == GN_TILE_ENTRIES)
        gn_buf_add_text(&buf, "tile/entries/");
    else
        gn_buf_addf(&buf, "tile/%d/", level);
    while (index / unit >= 1000)
        unit *= 1000;
    for (; unit > 1; unit /= 1000)
        gn_buf_addf(&buf, "x%03u/", (unsigned)(index / unit % 1000));
    gn_buf_addf(&buf, "%03u", (unsigned)(index % 1000));
    if (width < GN_TILE_HASHES)
        gn_buf_addf(&buf, ".p/%u", (unsigned)width);
    assert(!buf.full);
    out[buf.size] = '\0';
}
