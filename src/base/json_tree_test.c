/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json_tree.h"

static struct gn_json_tree tree;
static struct gn_diag diag;
static const struct gn_json_node *root;

static gn_err parse(const char *text)
{
    diag = (struct gn_diag){ 0 };
    return gn_json_tree_read(&tree, gn_str_of(text), &root, &diag);
}

static void members_are_found_in_any_order(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"a\":{\"b\":[1,\"x\\u0041\",true,null]},\"n\":-2.5,\"~\":\"base\"}"), GN_OK);
    assert_true(gn_str_equal(gn_json_text_at(root, "~"), GN_STR("base")));
    assert_true(gn_json_number_at(root, "n", 0) == -2.5);
    assert_true(gn_json_number_at(root, "a", 7) == 7);
    const struct gn_json_node *list = gn_json_at(gn_json_at(root, "a"), "b");
    assert_non_null(list);
    assert_int_equal(list->count, 4);
    assert_true(list->first->number == 1);
    assert_true(gn_str_equal(list->first->next->text, GN_STR("xA")));
    assert_true(list->first->next->next->boolean);
    assert_int_equal(list->first->next->next->next->kind, GN_JSON_NULL);
    assert_null(list->first->next->next->next->next);
    assert_null(gn_json_at(root, "b"));
    assert_null(gn_json_at(list, "b"));
    assert_null(gn_json_at(NULL, "b"));
    assert_int_equal(gn_json_text_at(root, "n").size, 0);
}

static void a_lone_value_is_a_document(void **state)
{
    (void)state;
    assert_int_equal(parse("5"), GN_OK);
    assert_true(root->kind == GN_JSON_NUMBER && root->number == 5);
    assert_int_equal(parse("{}"), GN_OK);
    assert_null(root->first);
}

static void what_is_broken_or_said_twice_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"a\":1,}"), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "not JSON at byte 7"));
    assert_int_equal(parse(""), GN_ERR_INVAL);
    assert_int_equal(parse("{\"a\":1,\"\\u0061\":2}"), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "stands twice"));
}

static void nodes_and_unescaped_text_have_limits(void **state)
{
    static char text[80000];
    (void)state;
    for (size_t count = GN_JSON_TREE_NODES - 1; count <= GN_JSON_TREE_NODES + 1; count++) {
        size_t at = 0; /* the array is a node too */
        text[at++] = '[';
        for (size_t i = 1; i < count; i++) {
            text[at++] = '1';
            text[at++] = i + 1 < count ? ',' : ']';
        }
        text[at] = '\0';
        assert_int_equal(parse(text), count <= GN_JSON_TREE_NODES ? GN_OK : GN_ERR_INVAL);
    }
    struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
    gn_buf_add_text(&buf, "[");
    for (int i = 0; i < 9; i++) { /* nine strings of 4000 bytes, each with an escape */
        gn_buf_addf(&buf, "%s\"\\n%03999d\"", i > 0 ? "," : "", 0);
    }
    gn_buf_add_text(&buf, "]");
    text[buf.size] = '\0';
    assert_int_equal(parse(text), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "more text than is taken"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_in_any_order),
        cmocka_unit_test(a_lone_value_is_a_document),
        cmocka_unit_test(what_is_broken_or_said_twice_is_refused),
        cmocka_unit_test(nodes_and_unescaped_text_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
