/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_fixture.h"

/* The vectors of the reference implementation of RFC 6962 (google/certificate-transparency, merkle_tree_test). */
static const struct {
    const char *bytes;
    size_t size;
    const char *root; /* of the tree that ends with this leaf */
} vectors[] = {
    { "", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
    { "\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
    { "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
    { "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
    { "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
    { "\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
    { "\x50\x51\x52\x53\x54\x55\x56\x57", 8, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
    { "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static void the_reference_vectors_hold(void **state)
{
    (void)state;
    struct gn_merkle tree = { 0 };
    must_be_hex(gn_merkle_root(&tree), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        gn_merkle_add(&tree, gn_merkle_leaf((gn_bytes){ (const uint8_t *)vectors[i].bytes, vectors[i].size }));
        must_be_hex(gn_merkle_root(&tree), vectors[i].root);
    }
}

static void every_size_gives_the_root_of_the_definition(void **state)
{
    (void)state;
    const struct gn_sha256 *leaves = fixture_leaves();
    struct gn_merkle tree = { 0 };
    for (size_t size = 0; size < LEDGER_FIXTURE_LEAVES; size++) {
        const struct gn_sha256 root = gn_merkle_root(&tree);
        const struct gn_sha256 wanted = fixture_root(leaves, size);
        assert_memory_equal(root.bytes, wanted.bytes, sizeof root.bytes);
        gn_merkle_add(&tree, leaves[size]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_vectors_hold),
        cmocka_unit_test(every_size_gives_the_root_of_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
