/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_fixture.h"

static struct gn_proof_source the_source(void)
{
    return (struct gn_proof_source){ fixture_node, (void *)(uintptr_t)fixture_leaves() };
}

static void each_leaf_of_each_tree_to_64_is_proved_and_no_other_proof_is_taken(void **state)
{
    (void)state;
    const struct gn_proof_source source = the_source();
    const struct gn_sha256 *leaves = fixture_leaves();
    struct gn_proof proof;
    for (uint64_t size = 1; size <= 64; size++) {
        const struct gn_sha256 root = fixture_root(leaves, size);
        for (uint64_t index = 0; index < size; index++) {
            assert_int_equal(gn_proof_inclusion(&source, index, size, &proof), GN_OK);
            assert_true(gn_proof_includes(&proof, &leaves[index], index, size, &root));
            assert_false(gn_proof_includes(&proof, &leaves[index + 1], index, size, &root));
            for (uint64_t other = 0; other < size; other++)
                if (other != index)
                    assert_false(gn_proof_includes(&proof, &leaves[index], other, size, &root));
            proof.count++; /* one too many: what stood there before */
            assert_false(gn_proof_includes(&proof, &leaves[index], index, size, &root));
            proof.count--;
            for (size_t i = 0; i < proof.count; i++) {
                proof.hash[i].bytes[i % 32] ^= 1;
                assert_false(gn_proof_includes(&proof, &leaves[index], index, size, &root));
                proof.hash[i].bytes[i % 32] ^= 1;
            }
            if (proof.count > 0) {
                proof.count--;
                assert_false(gn_proof_includes(&proof, &leaves[index], index, size, &root));
            }
        }
        assert_int_equal(gn_proof_inclusion(&source, size, size, &proof), GN_ERR_INVAL);
    }
}

static void each_pair_of_trees_to_64_is_proved_consistent_and_no_other_pair_is(void **state)
{
    (void)state;
    const struct gn_proof_source source = the_source();
    const struct gn_sha256 *leaves = fixture_leaves();
    struct gn_proof proof;
    for (uint64_t new_size = 0; new_size <= 64; new_size++) {
        const struct gn_sha256 new_root = fixture_root(leaves, new_size);
        for (uint64_t old_size = 0; old_size <= new_size; old_size++) {
            const struct gn_sha256 old_root = fixture_root(leaves, old_size);
            assert_int_equal(gn_proof_consistency(&source, old_size, new_size, &proof), GN_OK);
            assert_true(gn_proof_extends(&proof, old_size, &old_root, new_size, &new_root));
            const struct gn_sha256 other = fixture_root(leaves + 1, old_size > 0 ? old_size : 1);
            assert_false(gn_proof_extends(&proof, old_size, &other, new_size, &new_root));
            if (old_size > 0)
                assert_false(gn_proof_extends(&proof, old_size, &old_root, new_size, &other));
            for (size_t i = 0; i < proof.count; i++) {
                proof.hash[i].bytes[i % 32] ^= 1;
                assert_false(gn_proof_extends(&proof, old_size, &old_root, new_size, &new_root));
                proof.hash[i].bytes[i % 32] ^= 1;
            }
            if (proof.count > 0) {
                proof.count--;
                assert_false(gn_proof_extends(&proof, old_size, &old_root, new_size, &new_root));
            }
        }
        assert_int_equal(gn_proof_consistency(&source, new_size + 1, new_size, &proof), GN_ERR_INVAL);
    }
}

static void a_proof_of_absurd_sizes_is_refused_and_ends(void **state)
{
    (void)state;
    struct gn_proof proof = { .count = GN_PROOF_HASHES_MAX };
    const struct gn_sha256 root = { 0 };
    assert_false(gn_proof_includes(&proof, &root, 0, 0, &root));
    assert_false(gn_proof_includes(&proof, &root, INT64_MAX, UINT64_MAX, &root));
    assert_false(gn_proof_extends(&proof, 1, &root, UINT64_C(1) << 63, &root));
    assert_false(gn_proof_extends(&proof, 2, &root, 1, &root));
}

static const char head[] = "c2sp.org/tlog-proof@v1\nindex 5\n";
static const char hash[] = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";

static gn_err parse(const char *a, const char *b, const char *c)
{
    static char text[GN_PROOF_TEXT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    struct gn_proof proof;
    uint64_t index;
    gn_str checkpoint;
    gn_buf_add_text(&buf, a);
    gn_buf_add_text(&buf, b);
    gn_buf_add_text(&buf, c);
    return gn_proof_parse(gn_buf_str(&buf), &proof, &index, &checkpoint);
}

static void a_proof_as_text_comes_back_and_nothing_else_is_taken(void **state)
{
    (void)state;
    static char text[GN_PROOF_TEXT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    const struct gn_proof_source source = the_source();
    struct gn_proof proof, back;
    uint64_t index;
    gn_str checkpoint;
    assert_int_equal(gn_proof_inclusion(&source, 5, 64, &proof), GN_OK);
    gn_proof_write(&proof, 5, GN_STR("the checkpoint\n"), &buf);
    assert_int_equal(gn_proof_parse(gn_buf_str(&buf), &back, &index, &checkpoint), GN_OK);
    assert_int_equal(index, 5);
    assert_int_equal(back.count, proof.count);
    assert_memory_equal(back.hash, proof.hash, proof.count * sizeof proof.hash[0]);
    assert_true(gn_str_equal(checkpoint, GN_STR("the checkpoint\n")));

    assert_int_equal(parse(head, hash, "\nnote"), GN_OK);
    assert_int_equal(parse(head, hash, "note"), GN_ERR_INVAL);
    assert_int_equal(parse(head, hash, "\n"), GN_ERR_INVAL);
    assert_int_equal(parse("c2sp.org/tlog-proof@v1\nindex 05\n", hash, "\nnote"), GN_ERR_INVAL);
    assert_int_equal(parse("c2sp.org/tlog-proof@v1\nindex -5\n", hash, "\nnote"), GN_ERR_INVAL);
    assert_int_equal(parse("c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n", hash, "\nnote"), GN_ERR_INVAL);
    assert_int_equal(parse("c2sp.org/tlog-proof@v1\r\nindex 5\n", hash, "\nnote"), GN_ERR_INVAL);
    assert_int_equal(parse("c2sp.org/tlog-proof@v2\nindex 5\n", hash, "\nnote"), GN_ERR_INVAL);
    assert_int_equal(parse(head, "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlR=\n", "\nnote"), GN_ERR_INVAL);
    assert_int_equal(parse(head, "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ\n", "\nnote"), GN_ERR_INVAL);
    static char many[64 * (sizeof hash - 1) + 1];
    for (size_t i = 0; i < 64; i++)
        memcpy(many + i * (sizeof hash - 1), hash, sizeof hash);
    assert_int_equal(parse(head, many, "\nnote"), GN_ERR_INVAL); /* 64 hashes */
    assert_int_equal(parse(head, many + sizeof hash - 1, "\nnote"), GN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_leaf_of_each_tree_to_64_is_proved_and_no_other_proof_is_taken),
        cmocka_unit_test(each_pair_of_trees_to_64_is_proved_consistent_and_no_other_pair_is),
        cmocka_unit_test(a_proof_of_absurd_sizes_is_refused_and_ends),
        cmocka_unit_test(a_proof_as_text_comes_back_and_nothing_else_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
