/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/tiles.h"

#include "guard/ledger/ledger_fixture.h"

static unsigned full_count;

static gn_err on_full(void *self, unsigned level, uint64_t first_index, const struct gn_sha256 *hashes)
{
    const struct gn_sha256 *leaves = self;
    if (level == 0)
        assert_memory_equal(hashes, leaves + first_index, GN_TILE_HASHES * sizeof hashes[0]);
    full_count++;
    return GN_OK;
}

static void tiles_give_the_peaks_of_the_tree_at_every_size(void **state)
{
    (void)state;
    static struct gn_tiles tiles;
    const struct gn_sha256 *leaves = fixture_leaves();
    struct gn_merkle tree = { 0 }, from_tiles;
    for (size_t i = 0; i < LEDGER_FIXTURE_LEAVES; i++) {
        assert_int_equal(gn_tiles_add(&tiles, leaves[i], on_full, (void *)(uintptr_t)leaves), GN_OK);
        gn_merkle_add(&tree, leaves[i]);
        gn_tiles_merkle(&tiles, &from_tiles);
        const struct gn_sha256 a = gn_merkle_root(&tree), b = gn_merkle_root(&from_tiles);
        assert_true(gn_sha256_equal(&a, &b));
    }
    assert_int_equal(full_count, LEDGER_FIXTURE_LEAVES / GN_TILE_HASHES);
    assert_int_equal(gn_tiles_partial(&tiles, 0), LEDGER_FIXTURE_LEAVES % GN_TILE_HASHES);
    assert_int_equal(gn_tiles_partial(&tiles, 1), LEDGER_FIXTURE_LEAVES / GN_TILE_HASHES);
}

static void paths_are_those_of_the_format(void **state)
{
    (void)state;
    char path[GN_TILE_PATH_BYTES];
    gn_tile_path(0, 1234067, GN_TILE_HASHES, path);
    assert_string_equal(path, "tile/0/x001/x234/067");
    gn_tile_path(1, 0, 17, path);
    assert_string_equal(path, "tile/1/000.p/17");
    gn_tile_path(GN_TILE_ENTRIES, 1000, GN_TILE_HASHES, path);
    assert_string_equal(path, "tile/entries/x001/000");
    gn_tile_path(7, UINT64_MAX, 255, path);
    assert_string_equal(path, "tile/7/x018/x446/x744/x073/x709/x551/615.p/255");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_give_the_peaks_of_the_tree_at_every_size),
        cmocka_unit_test(paths_are_those_of_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
