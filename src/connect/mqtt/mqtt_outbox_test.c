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
static struct gn_mqtt_messages all;

static int setup(void **state)
{
    (void)state;
    gn_mqtt_outbox_init(&box);
    all = (struct gn_mqtt_messages){ 0 };
    return 0;
}

static int teardown(void **state)
{
    struct gn_mem_row row;
    (void)state;
    gn_mqtt_outbox_drop(&box, &all);
    assert_int_equal(all.bytes, 0);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
    return 0;
}

static struct gn_mqtt_out *add_as(const char *text, const char *id, uint8_t qos, uint16_t packet_id)
{
    const struct gn_mqtt_parcel parcel = { .topic = GN_STR("t"),
                                           .id = gn_str_of(id),
                                           .payload = { (const uint8_t *)text, strlen(text) } };
    static const uint8_t ids[] = { 11, 5 };
    const struct gn_mqtt_out_wish wish = { .qos = qos, .packet_id = packet_id, .ids = { ids, sizeof ids } };
    struct gn_mqtt_message *message = gn_mqtt_message_new(&all, &parcel);
    assert_non_null(message);
    struct gn_mqtt_out *out = gn_mqtt_outbox_add(&box, message, &wish);
    gn_mqtt_message_drop(&all, message);
    return out;
}

static struct gn_mqtt_out *add(const char *text, uint8_t qos)
{
    return add_as(text, "", qos, 0);
}

static void what_is_added_waits_in_order(void **state)
{
    (void)state;
    struct gn_mqtt_out *const a = add("a", 1);
    struct gn_mqtt_out *const b = add("b", 0);
    struct gn_mqtt_out *const c = add("c", 2);
    assert_ptr_equal(box.next, a);
    assert_int_not_equal(a->packet_id, c->packet_id);
    assert_int_equal(b->packet_id, 0);
    assert_int_equal(a->ids_size, 2);
    assert_ptr_equal(gn_mqtt_outbox_find(&box, c->packet_id), c);
    assert_null(gn_mqtt_outbox_find(&box, 0));
    assert_null(gn_mqtt_outbox_find(&box, 60000));
    gn_mqtt_outbox_sent(&box, a, 10);
    assert_ptr_equal(box.next, b);
    assert_int_equal(box.in_flight, 1);
    gn_mqtt_outbox_sent(&box, b, 20);
    gn_mqtt_outbox_remove(&box, b, &all);
    gn_mqtt_outbox_sent(&box, c, 30);
    assert_null(box.next);
    assert_int_equal(box.in_flight, 2);
    const uint16_t id = a->packet_id;
    gn_mqtt_outbox_remove(&box, a, &all);
    assert_null(gn_mqtt_outbox_find(&box, id));
    assert_int_equal(box.in_flight, 1);
    assert_int_equal(box.count, 1);
}

static void an_id_rests_before_it_is_used_again(void **state)
{
    uint16_t last = 0;
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct gn_mqtt_out *out = add("a", 1);
        assert_int_not_equal(out->packet_id, last);
        last = out->packet_id;
        gn_mqtt_outbox_remove(&box, out, &all);
    }
    for (int i = 0; i < 100; i++) {
        struct gn_mqtt_out *out = add("a", 1);
        assert_ptr_equal(gn_mqtt_outbox_find(&box, out->packet_id), out);
    }
}

static void an_id_may_be_asked_for(void **state)
{
    (void)state;
    assert_int_equal(add_as("a", "", 2, 700)->packet_id, 700);
    assert_null(add_as("b", "", 2, 700));
    assert_int_equal(add_as("c", "", 1, UINT16_MAX)->packet_id, UINT16_MAX);
    assert_non_null(add("d", 1));
    assert_int_equal(box.count, 3);
}

static void a_return_sends_again_what_was_not_answered(void **state)
{
    (void)state;
    struct gn_mqtt_out *const sent = add("a", 1), *const released = add("b", 2), *const waiting = add("c", 1);
    (void)add("gone", 0);
    gn_mqtt_outbox_sent(&box, sent, 10);
    gn_mqtt_outbox_sent(&box, released, 20);
    released->state = GN_MQTT_OUT_RELEASED;
    const uint16_t id = sent->packet_id;
    gn_mqtt_outbox_rewind(&box, &all);
    assert_int_equal(box.count, 3); /* QoS 0 is not sent again */
    assert_int_equal(box.in_flight, 0);
    assert_ptr_equal(box.next, sent);
    assert_int_equal(sent->state, GN_MQTT_OUT_SENT); /* so the next time it is a duplicate */
    assert_int_equal(sent->written_at, 0);
    assert_int_equal(sent->packet_id, id);
    assert_int_equal(waiting->state, GN_MQTT_OUT_WAITING);
    gn_mqtt_outbox_sent(&box, sent, 10);
    gn_mqtt_outbox_sent(&box, released, 11);
    assert_int_equal(released->state, GN_MQTT_OUT_RELEASED);
    assert_int_equal(box.in_flight, 2);
}

static void an_action_is_in_a_list_of_its_own(void **state)
{
    (void)state;
    (void)add("a", 1);
    struct gn_mqtt_out *const action = add_as("b", "x-1", 0, 0), *const said = add_as("c", "x-2", 0, 0);
    assert_int_equal(box.action_count, 2);
    assert_ptr_equal(TAILQ_FIRST(&box.actions), action);
    said->sent_due = true;
    gn_mqtt_outbox_rewind(&box, &all); /* one that the kernel has is still to be reported */
    assert_int_equal(box.action_count, 1);
    assert_ptr_equal(TAILQ_FIRST(&box.actions), said);
}

static void it_holds_so_many_bytes(void **state)
{
    (void)state;
    assert_true(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX));
    assert_false(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX + 1));
    (void)add("abc", 1);
    const uint32_t bytes = box.bytes;
    assert_int_equal(bytes, sizeof(struct gn_mqtt_message) + 4);
    assert_true(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX - bytes));
    assert_false(gn_mqtt_outbox_has_room(&box, GN_MQTT_OUTBOX_BYTES_MAX - bytes + 1));
    box.count = GN_MQTT_QUEUE_MAX;
    assert_false(gn_mqtt_outbox_has_room(&box, 1));
    box.count = 1;
}

static void no_memory_is_an_answer(void **state)
{
    (void)state;
    for (size_t takes = 2; takes <= 3; takes++) { /* the slots, the entry; the first is the message's */
        gn_mem_fail_after(takes);
        assert_null(add("a", 1));
        gn_mqtt_outbox_drop(&box, &all);
    }
    gn_mem_fail_after(0);
    assert_int_equal(all.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_added_waits_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(an_id_rests_before_it_is_used_again, setup, teardown),
        cmocka_unit_test_setup_teardown(an_id_may_be_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(a_return_sends_again_what_was_not_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(an_action_is_in_a_list_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(it_holds_so_many_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_is_an_answer, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
