/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_message.h"

static struct gn_mqtt_messages all;
static const struct gn_mqtt_parcel parcel = { .topic = { "a/b", 3 },
                                              .id = { "x-1", 3 },
                                              .props = { (const uint8_t *)"pp", 2 },
                                              .payload = { (const uint8_t *)"load", 4 },
                                              .expires_ms = 7,
                                              .thing = 5,
                                              .qos = 2,
                                              .retain = true };

static void a_message_goes_with_its_last_reference(void **state)
{
    struct gn_mem_row row;
    (void)state;
    struct gn_mqtt_message *message = gn_mqtt_message_new(&all, &parcel);
    assert_non_null(message);
    assert_int_equal(all.bytes, sizeof *message + 12);
    assert_ptr_equal(gn_mqtt_message_hold(message), message);
    const struct gn_mqtt_parcel back = gn_mqtt_message_parcel(message);
    assert_true(gn_str_equal(back.topic, parcel.topic) && gn_str_equal(back.id, parcel.id));
    assert_int_equal(back.props.size, 2);
    assert_memory_equal(back.props.at, "pp", 2);
    assert_int_equal(back.payload.size, 4);
    assert_memory_equal(back.payload.at, "load", 4);
    assert_true(back.expires_ms == 7 && back.thing == 5 && back.qos == 2 && back.retain);
    assert_ptr_equal(back.message, message);
    gn_mqtt_message_drop(&all, message);
    assert_int_equal(all.count, 1);
    gn_mqtt_message_drop(&all, message);
    gn_mqtt_message_drop(&all, NULL);
    assert_int_equal(all.count, 0);
    assert_int_equal(all.bytes, 0);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
}

static void all_of_them_are_bounded(void **state)
{
    (void)state;
    all.bytes = GN_MQTT_MESSAGES_BYTES_MAX - sizeof(struct gn_mqtt_message) - 12;
    struct gn_mqtt_message *message = gn_mqtt_message_new(&all, &parcel);
    assert_non_null(message);
    assert_null(gn_mqtt_message_new(&all, &parcel));
    gn_mqtt_message_drop(&all, message);
    all.bytes++;
    assert_null(gn_mqtt_message_new(&all, &parcel));
    all.bytes = 0;
    gn_mem_fail_after(1);
    assert_null(gn_mqtt_message_new(&all, &parcel));
    gn_mem_fail_after(0);
    assert_int_equal(all.bytes, 0);
}

static void expiry_counts_down_and_ends(void **state)
{
    (void)state;
    assert_false(gn_mqtt_expired(0, INT64_MAX));
    assert_false(gn_mqtt_expired(1000, 999));
    assert_true(gn_mqtt_expired(1000, 1000));
    assert_int_equal(gn_mqtt_expiry_left_s(0, 5), 0);
    assert_int_equal(gn_mqtt_expiry_left_s(10000, 0), 10);
    assert_int_equal(gn_mqtt_expiry_left_s(10000, 1), 10);
    assert_int_equal(gn_mqtt_expiry_left_s(10000, 9000), 1);
    assert_int_equal(gn_mqtt_expiry_left_s(10000, 9999), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_goes_with_its_last_reference),
        cmocka_unit_test(all_of_them_are_bounded),
        cmocka_unit_test(expiry_counts_down_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
