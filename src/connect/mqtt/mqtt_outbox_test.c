/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_outbox.h"

static struct gn_mqtt_outbox box;

static int setup(void **state)
{
    (void)state;
    box = (struct gn_mqtt_outbox){ 0 };
    return 0;
}

static int teardown(void **state)
{
    struct gn_mqtt_out *out;
    (void)state;
    while ((out = gn_mqtt_outbox_take_first(&box)) != NULL)
        gn_mem_give(out);
    assert_int_equal(box.count, 0);
    assert_int_equal(box.bytes, 0);
    return 0;
}

static struct gn_mqtt_out *add(const char *id, const char *payload, uint8_t qos)
{
    const struct gn_mqtt_out_parts parts = { .topic = GN_STR("things/press/actions/stop"),
                                             .id = gn_str_of(id),
                                             .props = { (const uint8_t *)"\x01\x01", 2 },
                                             .payload = { (const uint8_t *)payload, strlen(payload) } };
    struct gn_mqtt_out *out = gn_mem_take(gn_mqtt_out_size(&parts), "test");
    assert_non_null(out);
    gn_mqtt_out_fill(out, &parts);
    assert_int_equal(gn_mqtt_out_bytes(out), gn_mqtt_out_size(&parts));
    gn_mqtt_outbox_add(&box, out, qos);
    return out;
}

static void a_message_keeps_all_its_parts(void **state)
{
    struct gn_mqtt_publish packet;
    (void)state;
    struct gn_mqtt_out *out = add("x-1", "{\"input\":{}}", 1);
    gn_mqtt_out_packet(out, &packet);
    assert_true(gn_str_equal(packet.topic, GN_STR("things/press/actions/stop")));
    assert_true(gn_str_equal(gn_mqtt_out_id(out), GN_STR("x-1")));
    assert_int_equal(packet.payload.size, 12);
    assert_memory_equal(packet.payload.at, "{\"input\":{}}", 12);
    assert_memory_equal(packet.props.raw.at, "\x01\x01", 2);
    assert_int_equal(packet.qos, 1);
    assert_int_equal(packet.packet_id, 1);
    assert_false(packet.dup);
    out->was_sent = true;
    gn_mqtt_out_packet(out, &packet);
    assert_true(packet.dup);
    gn_mqtt_out_packet(add("x-2", "", 0), &packet);
    assert_int_equal(packet.qos, 0);
    assert_int_equal(packet.packet_id, 0);
}

static void packet_ids_go_round_and_meet_nobody(void **state)
{
    (void)state;
    box.last_packet_id = 65533;
    assert_int_equal(add("", "a", 1)->packet_id, 65534);
    assert_int_equal(add("", "b", 1)->packet_id, 65535);
    assert_int_equal(add("", "c", 1)->packet_id, 1);
    box.last_packet_id = 65533;
    assert_int_equal(add("", "d", 1)->packet_id, 2);
}

static void an_acknowledged_message_is_not_found_again(void **state)
{
    (void)state;
    struct gn_mqtt_out *out = add("x-1", "a", 1);
    assert_ptr_equal(gn_mqtt_outbox_find(&box, 1), out);
    assert_null(gn_mqtt_outbox_find(&box, 2));
    out->acked = true; /* waits to be reported */
    assert_null(gn_mqtt_outbox_find(&box, 1));
    (void)add("", "b", 0);
    assert_null(gn_mqtt_outbox_find(&box, 0)); /* QoS 0 waits for nothing */
}

static void what_is_over_leaves_from_any_place(void **state)
{
    (void)state;
    struct gn_mqtt_out *first = add("1", "a", 1), *second = add("2", "b", 1), *third = add("3", "c", 1);
    assert_null(gn_mqtt_outbox_take_over(&box));
    second->dropped = true;
    assert_ptr_equal(gn_mqtt_outbox_take_over(&box), second);
    gn_mem_give(second);
    third->dropped = true;
    assert_ptr_equal(gn_mqtt_outbox_take_over(&box), third);
    gn_mem_give(third);
    assert_ptr_equal(box.last, first);
    struct gn_mqtt_out *fourth = add("4", "d", 1);
    assert_ptr_equal(first->next, fourth);
    assert_int_equal(box.count, 2);
}

static void room_ends_with_count_and_with_bytes(void **state)
{
    (void)state;
    assert_true(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX, 16));
    assert_false(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX + 1, 16));
    for (int i = 0; i < GN_MQTT_OUT_INFLIGHT_MAX; i++) {
        assert_true(gn_mqtt_outbox_has_room(&box, 100, UINT16_MAX));
        assert_int_equal(gn_mqtt_outbox_has_room(&box, 100, 3), i < 3);
        (void)add("", "a", 1);
    }
    assert_false(gn_mqtt_outbox_has_room(&box, 100, UINT16_MAX));
    struct gn_mqtt_out *gone = gn_mqtt_outbox_take_first(&box);
    gn_mem_give(gone);
    assert_true(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX - box.bytes, UINT16_MAX));
    assert_false(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX - box.bytes + 1, UINT16_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_keeps_all_its_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(packet_ids_go_round_and_meet_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(an_acknowledged_message_is_not_found_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_over_leaves_from_any_place, setup, teardown),
        cmocka_unit_test_setup_teardown(room_ends_with_count_and_with_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
