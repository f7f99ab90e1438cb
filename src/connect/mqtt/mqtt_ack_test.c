/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>

#include "connect/mqtt/mqtt_ack.h"
#include "connect/mqtt/mqtt_decode.h"
#include "connect/mqtt/mqtt_props.h"

static struct gn_mqtt_acks acks;
static struct gn_mqtt_ack_slot few[4], many[16];
static struct gn_mqtt_words words;
static uint8_t bytes[4096];
static struct gn_buf out;
static const struct gn_mqtt_ack_style v311 = { GN_MQTT_V311, true, UINT32_MAX };
static const struct gn_mqtt_ack_style v5 = { GN_MQTT_V5, true, UINT32_MAX };

static int setup(void **state)
{
    (void)state;
    gn_mqtt_acks_init(&acks, few, 4);
    words = (struct gn_mqtt_words){ 0 };
    acks.words = &words;
    out = gn_buf_over(bytes, sizeof bytes);
    return 0;
}

static gn_err push(uint64_t token, uint16_t id, uint8_t reason, const char *why)
{
    return gn_mqtt_acks_push(&acks, GN_MQTT_PUBACK, token, id, reason, gn_str_of(why));
}

static void the_steps_of_qos_2_keep_their_place_and_their_count(void **state)
{
    static const uint8_t expected[] = { 0x50, 2, 0, 1, 0x40, 2, 0, 2, 0x70, 2, 0, 3, 0x50, 3, 0, 4, 0x99 };
    (void)state;
    assert_int_equal(gn_mqtt_acks_push(&acks, GN_MQTT_PUBREC, 10, 1, 0, (gn_str){ 0 }), GN_OK);
    assert_int_equal(gn_mqtt_acks_push(&acks, GN_MQTT_PUBACK, 10, 2, 0, (gn_str){ 0 }), GN_OK);
    assert_int_equal(gn_mqtt_acks_push(&acks, GN_MQTT_PUBCOMP, 0, 3, 0, (gn_str){ 0 }), GN_OK);
    assert_int_equal(gn_mqtt_acks_push(&acks, GN_MQTT_PUBREC, 0, 4, GN_MQTT_BAD_PAYLOAD, (gn_str){ 0 }), GN_OK);
    assert_int_equal(acks.last_words, 2); /* the PUBACK, and the refusal */
    assert_int_equal(gn_mqtt_acks_write(&acks, 9, &v5, &out), 0);
    assert_int_equal(gn_mqtt_acks_write(&acks, 10, &v5, &out), 4);
    assert_int_equal(acks.last_words, 0);
    assert_int_equal(out.size, sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void a_suback_waits_in_its_place_with_bytes_of_its_own(void **state)
{
    static const uint8_t suback[] = { 0x90, 3, 0, 2, 1 }, unsuback[] = { 0xb0, 2, 0, 3 };
    static const uint8_t expected[] = { 0x40, 2, 0, 1, 0x90, 3, 0, 2, 1, 0xb0, 2, 0, 3, 0x40, 2, 0, 4 };
    (void)state;
    assert_int_equal(push(10, 1, 0, ""), GN_OK);
    assert_int_equal(gn_mqtt_acks_push_answer(&acks, GN_MQTT_SUBACK, 20, (gn_bytes){ suback, sizeof suback }), GN_OK);
    assert_int_equal(gn_mqtt_acks_push_answer(&acks, GN_MQTT_UNSUBACK, 20, (gn_bytes){ unsuback, sizeof unsuback }),
                     GN_OK);
    assert_int_equal(push(20, 4, 0, ""), GN_OK);
    assert_int_equal(gn_mqtt_acks_push_answer(&acks, GN_MQTT_SUBACK, 20, (gn_bytes){ suback, 5 }), GN_ERR_FULL);
    assert_int_equal(acks.last_words, 2); /* a SUBACK is not one of the messages in flight */
    assert_int_equal(gn_mqtt_acks_write(&acks, 19, &v311, &out), 1);
    assert_int_equal(gn_mqtt_acks_write(&acks, 20, &v311, &out), 3);
    assert_int_equal(out.size, sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_int_equal(gn_mqtt_acks_push_answer(&acks, GN_MQTT_SUBACK, 30, (gn_bytes){ suback, 5 }), GN_OK);
    out = gn_buf_over(bytes, 4);
    assert_int_equal(gn_mqtt_acks_write(&acks, 30, &v311, &out), 0); /* it does not fit, and stays */
    gn_mqtt_acks_drop(&acks);
    assert_int_equal(gn_mqtt_acks_write(&acks, 30, &v311, &out), 0);
}

/* Takes the first packet out of `out`; its reason string, or NULL. */
static const char *pop(uint16_t *out_id, uint8_t *out_reason)
{
    static char text[GN_MQTT_WORDS_BYTES + 1];
    struct gn_mqtt_frame frame;
    struct gn_mqtt_ack ack;
    struct gn_mqtt_fault fault;
    size_t need;
    assert_int_equal(gn_mqtt_frame_next(gn_buf_bytes(&out), 4096, &frame, &need), GN_OK);
    assert_int_equal(frame.type, GN_MQTT_PUBACK);
    assert_int_equal(gn_mqtt_decode_ack(&frame, GN_MQTT_V5, &ack, &fault), GN_OK);
    *out_id = ack.packet_id;
    *out_reason = ack.reason;
    const bool has = gn_mqtt_props_has(&ack.props, GN_MQTT_P_REASON_STRING);
    assert_int_equal(gn_str_copy(text, sizeof text, gn_mqtt_props_text(&ack.props, GN_MQTT_P_REASON_STRING)), GN_OK);
    out.size -= frame.size;
    memmove(bytes, bytes + frame.size, out.size);
    return has ? text : NULL;
}

static void only_what_is_durable_leaves(void **state)
{
    static const uint8_t expected[] = { 0x40, 2, 0, 7, 0x40, 2, 0x12, 0x34 };
    (void)state;
    assert_int_equal(push(10, 7, 0, ""), GN_OK);
    assert_int_equal(push(20, 0x1234, 0, ""), GN_OK);
    assert_int_equal(push(21, 9, 0, ""), GN_OK);
    assert_false(gn_mqtt_acks_due(&acks, 9));
    assert_true(gn_mqtt_acks_due(&acks, 10));
    assert_int_equal(gn_mqtt_acks_write(&acks, 9, &v311, &out), 0);
    assert_int_equal(gn_mqtt_acks_write(&acks, 20, &v311, &out), 2);
    assert_int_equal(out.size, sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_int_equal(acks.count, 1);
}

static void a_refusal_keeps_its_place(void **state)
{
    uint16_t id;
    uint8_t reason;
    (void)state;
    assert_int_equal(push(10, 1, 0, ""), GN_OK);
    assert_int_equal(push(0, 2, GN_MQTT_BAD_PAYLOAD, "no good"), GN_OK);
    assert_int_equal(gn_mqtt_acks_write(&acks, 9, &v5, &out), 0); /* refused already, but not its turn */
    assert_int_equal(gn_mqtt_acks_write(&acks, 10, &v5, &out), 2);
    assert_null(pop(&id, &reason));
    assert_int_equal(id, 1);
    assert_string_equal(pop(&id, &reason), "no good");
    assert_int_equal(id, 2);
    assert_int_equal(reason, GN_MQTT_BAD_PAYLOAD);
}

static void a_full_queue_says_so_and_moves_into_a_larger_one(void **state)
{
    uint16_t id;
    uint8_t reason;
    (void)state;
    for (uint16_t i = 1; i <= 4; i++)
        assert_int_equal(push(i, i, 0, ""), GN_OK);
    assert_int_equal(push(5, 5, 0, ""), GN_ERR_FULL);
    assert_int_equal(gn_mqtt_acks_write(&acks, 2, &v5, &out), 2); /* so that the ring wraps */
    assert_int_equal(push(5, 5, 0, ""), GN_OK);
    assert_int_equal(push(6, 6, 0, ""), GN_OK);
    assert_ptr_equal(gn_mqtt_acks_move(&acks, many, 16), few);
    for (uint16_t i = 7; i <= 18; i++)
        assert_int_equal(push(i, i, 0, ""), GN_OK);
    assert_int_equal(push(19, 19, 0, ""), GN_ERR_FULL);
    assert_int_equal(gn_mqtt_acks_write(&acks, 100, &v5, &out), 16);
    for (uint16_t i = 1; i <= 18; i++) {
        (void)pop(&id, &reason);
        assert_int_equal(id, i);
    }
}

static void words_beyond_their_places_are_left_out(void **state)
{
    uint16_t id;
    uint8_t reason;
    char text[8];
    (void)state;
    (void)gn_mqtt_acks_move(&acks, many, 16);
    for (int round = 0; round < 3; round++) {
        for (uint16_t i = 1; i <= GN_MQTT_WORDS_COUNT + 2; i++) {
            (void)snprintf(text, sizeof text, "w%u", i);
            assert_int_equal(push(0, i, GN_MQTT_QUOTA, text), GN_OK);
        }
        assert_int_equal(gn_mqtt_acks_write(&acks, 0, &v5, &out), GN_MQTT_WORDS_COUNT + 2);
        for (uint16_t i = 1; i <= GN_MQTT_WORDS_COUNT + 2; i++) {
            const char *said = pop(&id, &reason);
            (void)snprintf(text, sizeof text, "w%u", i);
            assert_int_equal(id, i);
            if (i <= GN_MQTT_WORDS_COUNT)
                assert_string_equal(said, text);
            else
                assert_null(said);
        }
        assert_int_equal(words.count, 0);
    }
}

static void long_words_are_cut_between_characters(void **state)
{
    char text[400];
    uint16_t id;
    uint8_t reason;
    (void)state;
    for (size_t i = 0; i < sizeof text - 2; i += 2)
        memcpy(text + i, "\xc3\xa4", 2);
    text[398] = '\0';
    assert_int_equal(push(0, 1, GN_MQTT_QUOTA, text), GN_OK);
    assert_int_equal(gn_mqtt_acks_write(&acks, 0, &v5, &out), 1);
    const char *said = pop(&id, &reason); /* decoding checks that it is UTF-8 */
    assert_int_equal(strlen(said), GN_MQTT_WORDS_BYTES - 2);
}

static void a_client_that_wants_no_words_gets_none(void **state)
{
    const struct gn_mqtt_ack_style quiet = { GN_MQTT_V5, false, UINT32_MAX }, small = { GN_MQTT_V5, true, 20 };
    uint16_t id;
    uint8_t reason;
    (void)state;
    assert_int_equal(push(0, 1, GN_MQTT_QUOTA, "why it was refused"), GN_OK);
    assert_int_equal(gn_mqtt_acks_write(&acks, 0, &quiet, &out), 1);
    assert_null(pop(&id, &reason));
    assert_int_equal(push(0, 2, GN_MQTT_QUOTA, "why it was refused"), GN_OK);
    assert_int_equal(gn_mqtt_acks_write(&acks, 0, &small, &out), 1);
    assert_null(pop(&id, &reason));
    assert_int_equal(reason, GN_MQTT_QUOTA);
    assert_int_equal(words.count, 0);
}

static void a_small_buffer_is_filled_and_asked_for_again(void **state)
{
    (void)state;
    (void)gn_mqtt_acks_move(&acks, many, 16);
    for (uint16_t i = 1; i <= 16; i++)
        assert_int_equal(push(1, i, 0, ""), GN_OK);
    out = gn_buf_over(bytes, GN_MQTT_ACK_BYTES_MAX + 8);
    assert_int_equal(gn_mqtt_acks_write(&acks, 1, &v311, &out), 3);
    assert_false(out.full);
    assert_int_equal(acks.count, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_suback_waits_in_its_place_with_bytes_of_its_own, setup),
        cmocka_unit_test_setup(the_steps_of_qos_2_keep_their_place_and_their_count, setup),
        cmocka_unit_test_setup(only_what_is_durable_leaves, setup),
        cmocka_unit_test_setup(a_refusal_keeps_its_place, setup),
        cmocka_unit_test_setup(a_full_queue_says_so_and_moves_into_a_larger_one, setup),
        cmocka_unit_test_setup(words_beyond_their_places_are_left_out, setup),
        cmocka_unit_test_setup(long_words_are_cut_between_characters, setup),
        cmocka_unit_test_setup(a_client_that_wants_no_words_gets_none, setup),
        cmocka_unit_test_setup(a_small_buffer_is_filled_and_asked_for_again, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
