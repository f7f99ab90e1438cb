/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_topic.h"
#include "connect/mqtt/mqtt_trie.h"

enum { MANY = 2000 };

static struct gn_mqtt_trie trie;
static const char *seen[MANY];
static size_t seen_count;

static int setup(void **state)
{
    (void)state;
    assert_int_equal(gn_mqtt_trie_init(&trie), GN_OK);
    return 0;
}

static void put(const char *path)
{
    struct gn_mqtt_trie_node *node = gn_mqtt_trie_make(&trie, gn_str_of(path));
    assert_non_null(node);
    node->value = (void *)(uintptr_t)path;
}

static void take(const char *path)
{
    struct gn_mqtt_trie_node *node = gn_mqtt_trie_find(&trie, gn_str_of(path));
    assert_non_null(node);
    assert_string_equal(node->value, path);
    node->value = NULL;
    gn_mqtt_trie_prune(&trie, node);
}

static int teardown(void **state)
{
    struct gn_mem_row row;
    (void)state;
    assert_int_equal(trie.node_count, 0);
    gn_mqtt_trie_fini(&trie);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
    return 0;
}

static void note(void *ctx, struct gn_mqtt_trie_node *node)
{
    (void)ctx;
    assert_true(seen_count < MANY);
    seen[seen_count++] = node->value;
}

static bool saw(const char *path)
{
    for (size_t i = 0; i < seen_count; i++)
        if (strcmp(seen[i], path) == 0)
            return true;
    return false;
}

/* The tree and the plain comparison must agree on each of the paths. */
static void agrees(const char *const *paths, size_t count, const char *asked, bool asked_is_topic)
{
    size_t expected = 0;
    seen_count = 0;
    if (asked_is_topic)
        gn_mqtt_trie_match(&trie, gn_str_of(asked), note, NULL);
    else
        gn_mqtt_trie_select(&trie, gn_str_of(asked), note, NULL);
    for (size_t i = 0; i < count; i++) {
        const bool meets = asked_is_topic ? gn_mqtt_topic_matches(gn_str_of(paths[i]), gn_str_of(asked))
                                          : gn_mqtt_topic_matches(gn_str_of(asked), gn_str_of(paths[i]));
        expected += meets;
        if (meets != saw(paths[i]))
            fail_msg("'%s' and '%s'", asked, paths[i]);
    }
    assert_int_equal(seen_count, expected);
}

static const char *const filters[] = { "a/b",   "a/+", "a/#", "+/b",  "#",   "+",    "a",    "a/b/c",
                                       "+/+/c", "/",   "/+",  "+/",   "a//", "$x/#", "$x/+", "$x/+/b",
                                       "a/+/c", "b/#", "+/#", "a//b", "/#",  "A/b",  "+/+",  "\xc3\xa4/+" };
static const char *const topics[] = { "a",   "a/b", "a/b/c", "a/b/c/d", "b",     "/",     "//",
                                      "a/",  "/b",  "a//",   "a//b",    "$x",    "$x/y",  "$x/y/b",
                                      "A/b", "c/b", "c/d/c", "b/",      "b/b/b", "x/y/z", "\xc3\xa4/q" };
enum { FILTERS = sizeof filters / sizeof filters[0], TOPICS = sizeof topics / sizeof topics[0] };

static void a_topic_finds_the_filters_it_meets(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILTERS; i++)
        put(filters[i]);
    for (size_t i = 0; i < TOPICS; i++)
        agrees(filters, FILTERS, topics[i], true);
    for (size_t i = 0; i < FILTERS; i += 2)
        take(filters[i]);
    seen_count = 0;
    gn_mqtt_trie_match(&trie, GN_STR("a/b"), note, NULL);
    for (size_t i = 0; i < FILTERS; i++)
        assert_int_equal(saw(filters[i]), i % 2 == 1 && gn_mqtt_topic_matches(gn_str_of(filters[i]), GN_STR("a/b")));
    for (size_t i = 1; i < FILTERS; i += 2)
        take(filters[i]);
}

static void a_filter_finds_the_topics_that_meet_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < TOPICS; i++)
        put(topics[i]);
    for (size_t i = 0; i < FILTERS; i++)
        agrees(topics, TOPICS, filters[i], false);
    for (size_t i = 0; i < TOPICS; i++)
        take(topics[i]);
}

static void many_topics_are_found_and_taken_away_again(void **state)
{
    static char names[MANY][32];
    (void)state;
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "t/%d/%d", i % 40, i);
        put(names[i]);
    }
    assert_true(trie.bucket_count > 64);
    assert_int_equal(trie.node_count, 1 + 40 + MANY);
    for (int i = 0; i < MANY; i++)
        assert_non_null(gn_mqtt_trie_find(&trie, gn_str_of(names[i])));
    assert_null(gn_mqtt_trie_find(&trie, GN_STR("t/1/2")));
    seen_count = 0;
    gn_mqtt_trie_select(&trie, GN_STR("t/7/+"), note, NULL);
    assert_int_equal(seen_count, MANY / 40);
    for (int i = 0; i < MANY; i++)
        take(names[i]);
}

static void no_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    for (size_t takes = 1; takes <= 4; takes++) {
        gn_mem_fail_after(takes);
        assert_null(gn_mqtt_trie_make(&trie, GN_STR("a/b/c/d")));
        assert_int_equal(trie.node_count, 0);
    }
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_topic_finds_the_filters_it_meets, setup, teardown),
        cmocka_unit_test_setup_teardown(a_filter_finds_the_topics_that_meet_it, setup, teardown),
        cmocka_unit_test_setup_teardown(many_topics_are_found_and_taken_away_again, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_leaves_nothing_behind, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
