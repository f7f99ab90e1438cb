/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/yaml_tree.h"

#include "base/mem.h"

struct refusal {
    const char *text;
    size_t line, column;
    const char *words;
};

static struct gn_yaml_tree *tree;

static int set_up(void **state)
{
    (void)state;
    return gn_yaml_tree_new(GN_SOLUTION_BYTES_MAX, &tree) == GN_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    gn_yaml_tree_free(tree);
    return 0;
}

static gn_err read_text(const char *text)
{
    struct gn_diag diag = { .line = 0 };
    return gn_yaml_tree_read(tree, gn_str_of(text), &diag);
}

static void what_a_solution_does_not_need_is_refused_where_it_stands(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct refusal rows[] = {
        { "",
          1, 1,
          "the file is empty; it should hold 'things', 'rules' or 'budget'" },
        { "# nothing\n",
          1, 1,
          "the file is empty; it should hold 'things', 'rules' or 'budget'" },
        { "things:\n"
          "  - thing: a\377\n",
          2, 13,
          "not UTF-8 text" },
        { "# \300\200\n",
          1, 3,
          "not UTF-8 text" },
        { "things: \"\001\"\n",
          1, 10,
          "not YAML: control characters are not allowed" },
        { "things:\n"
          "\t- thing: a\n",
          2, 1,
          "not YAML: a tab cannot indent; use spaces" },
        { "rules:\n"
          "  \t- name: a\n",
          2, 3,
          "not YAML: a tab cannot indent; use spaces" },
        { "things:\n"
          "  - thing: a\n"
          "   properties: []\n",
          3, 4,
          "not YAML: did not find expected '-' indicator (while parsing a block collection that begins in line 2)" },
        { "things: \"abc\n",
          2, 1,
          "not YAML: found unexpected end of stream (while scanning a quoted scalar that begins in line 1)" },
        { "things: [a, b\n",
          2, 1,
          "not YAML: did not find expected ',' or ']' (while parsing a flow sequence that begins in line 1)" },
        { "things:\n"
          "  - thing: press-7\n"
          "    properties:\n"
          "      - { name: a, unit: % }\n",
          4, 26,
          "not YAML: text that begins with '%' must stand in quotes" },
        { "things: &a []\n",
          1, 9,
          "anchors (&) and aliases (*) are not used here; write it out, or quote the text" },
        { "things: &a []\n"
          "rules: *a\n",
          1, 9,
          "anchors (&) and aliases (*) are not used here; write it out, or quote the text" },
        { "things:\n"
          "  - thing: *\n",
          2, 13,
          "not YAML: text that begins with '*' must stand in quotes" },
        { "budget: !!float 0.1\n",
          1, 9,
          "tags (!) are not used here; quote the text" },
        { "budget: 1\n"
          "---\n"
          "budget: 2\n",
          2, 1,
          "a second document begins here; a file holds one" },
        { "things: [[[[[[[[[[[[[[[[\n",
          1, 24,
          "nested too deeply; 16 levels are the most" },
        { "[a, b]: 1\n",
          1, 1,
          "a key must be text, not a list or a map" },
        { "budget: 1\n"
          "things: []\n"
          "budget: 2\n",
          3, 1,
          "the key 'budget' stands here twice; first in line 1" },
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_diag diag = { .line = 0 };
        assert_int_equal(gn_yaml_tree_read(tree, gn_str_of(rows[i].text), &diag), GN_ERR_INVAL);
        assert_string_equal(diag.text, rows[i].words);
        assert_int_equal(diag.line, rows[i].line);
        assert_int_equal(diag.column, rows[i].column);
    }
}

static void nodes_know_their_kind_text_line_and_column(void **state)
{
    (void)state;
    assert_int_equal(read_text("a: 1\nlist:\n  - 'x y'\n  - { k: v }\n"), GN_OK);
    const struct gn_yaml_node *const root = gn_yaml_root(tree);
    assert_int_equal(root->kind, GN_YAML_MAP);
    assert_int_equal(root->count, 2);
    const struct gn_yaml_node *const a = gn_yaml_get(tree, root, "a");
    assert_true(gn_str_equal(a->text, GN_STR("1")));
    assert_true(a->plain);
    assert_int_equal(a->line, 1);
    assert_int_equal(a->column, 4);
    const struct gn_yaml_node *const list = gn_yaml_get(tree, root, "list");
    assert_int_equal(list->kind, GN_YAML_LIST);
    const struct gn_yaml_node *const first = gn_yaml_first(tree, list);
    assert_true(gn_str_equal(first->text, GN_STR("x y")));
    assert_false(first->plain);
    const struct gn_yaml_node *const second = gn_yaml_next(tree, first);
    assert_int_equal(second->line, 4);
    assert_int_equal(second->column, 5);
    const struct gn_yaml_node *const key = gn_yaml_first(tree, second);
    assert_true(gn_str_equal(key->text, GN_STR("k")));
    assert_true(gn_str_equal(gn_yaml_value(tree, key)->text, GN_STR("v")));
    assert_null(gn_yaml_next(tree, second));
    assert_null(gn_yaml_get(tree, root, "b"));
}

static void columns_count_characters_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(read_text("\303\266: \303\274\n"), GN_OK);
    assert_int_equal(gn_yaml_value(tree, gn_yaml_first(tree, gn_yaml_root(tree)))->column, 4);
}

static void scalars_stay_text_whatever_yaml_would_make_of_them(void **state)
{
    (void)state;
    assert_int_equal(read_text("[no, 010, ~, 1e3, 12:30]"), GN_OK);
    static const char *const expected[] = { "no", "010", "~", "1e3", "12:30" };
    const struct gn_yaml_node *node = gn_yaml_first(tree, gn_yaml_root(tree));
    for (size_t i = 0; i < 5; i++, node = gn_yaml_next(tree, node))
        assert_true(gn_str_equal(node->text, gn_str_of(expected[i])));
    assert_null(node);
}

static void escapes_that_grow_still_fit(void **state)
{
    (void)state;
    static char text[GN_SOLUTION_BYTES_MAX + 1];
    text[0] = '"';
    for (size_t i = 1; i + 2 < sizeof text - 1; i += 2)
        memcpy(text + i, "\\L", 2); /* two bytes that stand for three */
    text[sizeof text - 2] = '"';
    if (text[sizeof text - 3] == '\0')
        text[sizeof text - 3] = 'x';
    assert_int_equal(read_text(text), GN_OK);
    assert_true(gn_yaml_root(tree)->text.size > GN_SOLUTION_BYTES_MAX);
}

static void sixteen_levels_are_fine(void **state)
{
    (void)state;
    assert_int_equal(read_text("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"), GN_OK);
    assert_int_equal(read_text("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), GN_ERR_INVAL);
}

static void the_number_of_values_is_bounded(void **state)
{
    (void)state;
    static char text[2 * GN_YAML_NODES_MAX + 8];
    struct gn_diag diag = { .line = 0 };
    for (int extra = -1; extra <= 1; extra++) {
        size_t size = 0;
        text[size++] = '[';
        for (int i = 1; i < GN_YAML_NODES_MAX + extra; i++) { /* the list itself is one */
            text[size++] = 'a';
            text[size++] = ',';
        }
        text[size++] = ']';
        const gn_err err = gn_yaml_tree_read(tree, (gn_str){ text, size }, &diag);
        assert_int_equal(err, extra == 1 ? GN_ERR_INVAL : GN_OK);
    }
    assert_string_equal(diag.text, "more than 16384 keys and values in one file");
}

static void a_bomb_of_openers_ends_at_once(void **state)
{
    (void)state;
    static char text[65001];
    memset(text, '[', sizeof text - 1);
    assert_int_equal(read_text(text), GN_ERR_INVAL);
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "- ", 2);
    assert_int_equal(read_text(text), GN_ERR_INVAL);
}

static void a_tree_is_read_again_from_the_start(void **state)
{
    (void)state;
    assert_int_equal(read_text("[[[["), GN_ERR_INVAL);
    assert_int_equal(read_text("a: b"), GN_OK);
    assert_int_equal(gn_yaml_root(tree)->count, 1);
}

static void without_memory_there_is_no_tree(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 3; n++) {
        struct gn_yaml_tree *none = NULL;
        gn_mem_fail_after(n);
        assert_int_equal(gn_yaml_tree_new(100, &none), GN_ERR_FULL);
        assert_null(none);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_solution_does_not_need_is_refused_where_it_stands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nodes_know_their_kind_text_line_and_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(columns_count_characters_not_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scalars_stay_text_whatever_yaml_would_make_of_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escapes_that_grow_still_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sixteen_levels_are_fine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_number_of_values_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bomb_of_openers_ends_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tree_is_read_again_from_the_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_there_is_no_tree, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
