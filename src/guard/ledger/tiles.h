/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/tiles.h -- the hashes of a log's tree, as tiles of 256 (C2SP tlog-tiles).
 *
 *   level 1   [ root of 256 leaves | root of the next 256 | ...            a tile is 256 hashes, 8192 bytes
 *   level 0   [ leaf 0 | leaf 1 | ... leaf 255 ] [ leaf 256 | ...
 *
 * A hash of level L stands for 256^L leaves. Every other node of the tree follows from at most 128 hashes of one tile,
 * so 32.13 bytes an entry are all that proofs need. Tiles one after the other make one file a level (hashes.0,
 * hashes.1, ...): a tile in the making is its end, and no file is ever replaced. Cut into 8192 bytes they are, byte for
 * byte, the files that tlog-tiles serves; `gn_tile_path` names those.
 *
 * This keeps in memory only the tile in the making of each level (64 KiB). Pure: the owner writes and reads. */
#ifndef GN_GUARD_LEDGER_TILES_H
#define GN_GUARD_LEDGER_TILES_H

#include "base/buf.h"
#include "guard/ledger/merkle.h"

enum {
    GN_TILE_HASHES = 256,
    GN_TILE_LEVELS = 8, /* 2^63 leaves */
    GN_TILE_PATH_BYTES = 64,
    GN_TILE_ENTRIES = -1, /* the level of entry bundles, in gn_tile_path */
};

struct gn_tiles {
    uint64_t size; /* leaves */
    struct gn_sha256 hash[GN_TILE_LEVELS][GN_TILE_HASHES];
};

/* A tile is full: hashes first_index .. + 255 of its level. */
typedef gn_err (*gn_tile_full_fn)(void *self, unsigned level, uint64_t first_index, const struct gn_sha256 *hashes);

/* Adds a leaf; tells each tile that it fills. What `full` says is passed on, and the tiles must not be used then. */
GN_MUST_USE gn_err gn_tiles_add(struct gn_tiles *tiles, struct gn_sha256 leaf, gn_tile_full_fn full, void *self);
/* Hashes of the tile in the making. */
size_t gn_tiles_partial(const struct gn_tiles *tiles, unsigned level);
/* The peaks of the tree, from the tiles in the making alone. */
void gn_tiles_merkle(const struct gn_tiles *tiles, struct gn_merkle *out);
/* The root of 2^height hashes beside each other. */
struct gn_sha256 gn_tile_subtree(const struct gn_sha256 *hashes, unsigned height);

/* tile/0/x001/x234/067, tile/entries/000.p/17: as the format names them. Width 256: a full one. */
void gn_tile_path(int level, uint64_t index, size_t width, char out[static GN_TILE_PATH_BYTES]);

#endif
