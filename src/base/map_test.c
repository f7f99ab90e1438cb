/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/map.h"

enum { CAPACITY = 1024 };

static struct gn_map_slot slots[CAPACITY];
static struct gn_map map;
static char keys[CAPACITY][16];

static int begin(void **state)
{
    (void)state;
    static const uint8_t seed[16] = { 1, 2, 3 };
    memset(slots, 0xEE, sizeof slots); /* the map clears them by itself */
    gn_map_init(&map, slots, CAPACITY, seed);
    for (size_t i = 0; i < CAPACITY; i++)
        (void)snprintf(keys[i], sizeof keys[i], "key %zu", i);
    return 0;
}

static void what_was_put_is_found_and_nothing_else(void **state)
{
    (void)state;
    uint32_t value = 99;
    assert_false(gn_map_get(&map, GN_STR("a"), &value));
    assert_int_equal(gn_map_put(&map, GN_STR("a"), 7), GN_OK);
    assert_true(gn_map_get(&map, GN_STR("a"), &value));
    assert_int_equal(value, 7);
    assert_false(gn_map_get(&map, GN_STR("b"), &value));
    assert_false(gn_map_get(&map, GN_STR("aa"), &value));
    assert_int_equal(value, 7); /* untouched */
}

static void a_key_that_is_there_is_not_changed(void **state)
{
    (void)state;
    uint32_t value = 0;
    assert_int_equal(gn_map_put(&map, GN_STR("a"), 1), GN_OK);
    assert_int_equal(gn_map_put(&map, GN_STR("a"), 2), GN_ERR_EXISTS);
    assert_int_equal(map.count, 1);
    assert_true(gn_map_get(&map, GN_STR("a"), &value));
    assert_int_equal(value, 1);
}

static void three_quarters_fit_and_all_are_found(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CAPACITY / 4 * 3; i++)
        assert_int_equal(gn_map_put(&map, gn_str_of(keys[i]), i * 3), GN_OK);
    assert_int_equal(gn_map_put(&map, GN_STR("one more"), 0), GN_ERR_FULL);
    assert_int_equal(gn_map_put(&map, gn_str_of(keys[0]), 0), GN_ERR_EXISTS);
    assert_int_equal(map.count, CAPACITY / 4 * 3);
    for (uint32_t i = 0; i < CAPACITY; i++) {
        uint32_t value;
        assert_int_equal(gn_map_get(&map, gn_str_of(keys[i]), &value), i < CAPACITY / 4 * 3);
        if (i < CAPACITY / 4 * 3)
            assert_int_equal(value, i * 3);
    }
}

static void the_empty_key_is_a_key(void **state)
{
    (void)state;
    uint32_t value = 0;
    assert_false(gn_map_get(&map, (gn_str){ 0 }, &value));
    assert_int_equal(gn_map_put(&map, (gn_str){ 0 }, 5), GN_OK);
    assert_true(gn_map_get(&map, GN_STR(""), &value));
    assert_int_equal(value, 5);
}

static void keys_are_bytes_a_nul_inside_too(void **state)
{
    (void)state;
    uint32_t value = 0;
    assert_int_equal(gn_map_put(&map, GN_STR("a\0b"), 1), GN_OK);
    assert_int_equal(gn_map_put(&map, GN_STR("a\0c"), 2), GN_OK);
    assert_true(gn_map_get(&map, GN_STR("a\0c"), &value));
    assert_int_equal(value, 2);
}

static void another_seed_gives_another_order(void **state)
{
    (void)state;
    static struct gn_map_slot other_slots[CAPACITY];
    static const uint8_t other_seed[16] = { 1, 2, 4 };
    struct gn_map other;
    size_t same = 0;
    gn_map_init(&other, other_slots, CAPACITY, other_seed);
    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(gn_map_put(&map, gn_str_of(keys[i]), i), GN_OK);
        assert_int_equal(gn_map_put(&other, gn_str_of(keys[i]), i), GN_OK);
    }
    for (size_t i = 0; i < CAPACITY; i++)
        same += slots[i].key.at != NULL && slots[i].key.at == other_slots[i].key.at;
    assert_true(same < 16); /* 256 keys on 1024 places: by chance 0.25 stay */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_was_put_is_found_and_nothing_else, begin),
        cmocka_unit_test_setup(a_key_that_is_there_is_not_changed, begin),
        cmocka_unit_test_setup(three_quarters_fit_and_all_are_found, begin),
        cmocka_unit_test_setup(the_empty_key_is_a_key, begin),
        cmocka_unit_test_setup(keys_are_bytes_a_nul_inside_too, begin),
        cmocka_unit_test_setup(another_seed_gives_another_order, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
