/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_retained.h"

static struct gn_mqtt_retained retained;
static struct gn_mqtt_messages all;
static size_t seen;

static int setup(void **state)
{
    (void)state;
    all = (struct gn_mqtt_messages){ 0 };
    assert_int_equal(gn_mqtt_retained_init(&retained, &all), GN_OK);
    return 0;
}

static int teardown(void **state)
{
    struct gn_mem_row row;
    (void)state;
    gn_mqtt_retained_fini(&retained);
    assert_int_equal(all.bytes, 0);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
    return 0;
}

static gn_err put(const char *topic, const char *text, int64_t expires_ms)
{
    const struct gn_mqtt_parcel parcel = { .topic = gn_str_of(topic),
                                           .payload = { (const uint8_t *)text, strlen(text) },
                                           .expires_ms = expires_ms };
    struct gn_mqtt_message *message = gn_mqtt_message_new(&all, &parcel);
    const gn_err err = gn_mqtt_retained_put(&retained, message);
    gn_mqtt_message_drop(&all, message);
    return err;
}

static void see(void *ctx, struct gn_mqtt_message *message)
{
    (void)ctx;
    (void)message;
    seen++;
}

static size_t select_at(const char *filter, int64_t now_ms)
{
    seen = 0;
    gn_mqtt_retained_select(&retained, gn_str_of(filter), now_ms, see, NULL);
    return seen;
}

static void the_last_of_a_topic_is_kept(void **state)
{
    (void)state;
    assert_int_equal(put("a/b", "one", 0), GN_OK);
    assert_int_equal(put("a/b", "two!", 0), GN_OK);
    assert_int_equal(put("a/c", "x", 0), GN_OK);
    assert_int_equal(retained.count, 2);
    assert_int_equal(all.count, 2);
    assert_int_equal(retained.bytes, all.bytes);
    struct gn_mqtt_message *message = gn_mqtt_retained_find(&retained, GN_STR("a/b"));
    assert_memory_equal(gn_mqtt_message_parcel(message).payload.at, "two!", 4);
    assert_int_equal(select_at("a/+", 0), 2);
    assert_int_equal(select_at("#", 0), 2);
    assert_int_equal(select_at("b/#", 0), 0);
    assert_true(gn_mqtt_retained_remove(&retained, GN_STR("a/b")));
    assert_false(gn_mqtt_retained_remove(&retained, GN_STR("a/b")));
    assert_false(gn_mqtt_retained_remove(&retained, GN_STR("a"))); /* on the way to another, and no topic */
    assert_null(gn_mqtt_retained_find(&retained, GN_STR("a/b")));
    assert_int_equal(select_at("#", 0), 1);
}

static void what_expired_is_not_found_and_goes(void **state)
{
    (void)state;
    assert_int_equal(put("a", "x", 1000), GN_OK);
    assert_int_equal(put("b", "x", 0), GN_OK);
    assert_int_equal(select_at("#", 999), 2);
    assert_int_equal(select_at("#", 1000), 1);
    gn_mqtt_retained_sweep(&retained, 999);
    assert_int_equal(retained.count, 2);
    gn_mqtt_retained_sweep(&retained, 1000);
    assert_int_equal(retained.count, 1);
    assert_null(gn_mqtt_retained_find(&retained, GN_STR("a")));
}

static void there_is_room_for_so_much(void **state)
{
    (void)state;
    assert_int_equal(put("a", "x", 0), GN_OK);
    const size_t size = retained.bytes;
    retained.count = GN_MQTT_RETAINED_MAX;
    assert_int_equal(put("b", "x", 0), GN_ERR_FULL);
    assert_int_equal(put("a", "y", 0), GN_OK); /* in the place of one that is there */
    retained.count = 1;
    retained.bytes = GN_MQTT_RETAINED_BYTES_MAX - size;
    assert_true(gn_mqtt_retained_has_room(&retained, GN_STR("b"), size));
    assert_false(gn_mqtt_retained_has_room(&retained, GN_STR("b"), size + 1));
    assert_true(gn_mqtt_retained_has_room(&retained, GN_STR("a"), 2 * size));
    assert_false(gn_mqtt_retained_has_room(&retained, GN_STR("a"), 2 * size + 1));
    retained.bytes = size;
}

static void no_memory_keeps_the_one_before(void **state)
{
    (void)state;
    for (size_t takes = 2; takes <= 3; takes++) { /* a node, a place; the first is the message's */
        gn_mem_fail_after(takes);
        assert_int_equal(put("b", "x", 0), GN_ERR_FULL);
        gn_mem_fail_after(0);
        assert_int_equal(retained.count, 0);
        assert_int_equal(all.count, 0);
    }
    assert_int_equal(retained.trie.node_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_of_a_topic_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(what_expired_is_not_found_and_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(there_is_room_for_so_much, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_keeps_the_one_before, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
