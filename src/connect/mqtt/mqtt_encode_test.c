/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_packet_sample.h"

static struct gn_mqtt_frame frame;
static struct gn_mqtt_fault fault;
static union sample_packet packet;

static void encode_again(uint8_t version, struct gn_buf *out)
{
    struct gn_mqtt_filter filters[2];
    gn_bytes rest;
    switch (frame.type) {
    case GN_MQTT_CONNECT:
        gn_mqtt_encode_connect(out, &packet.connect);
        break;
    case GN_MQTT_CONNACK:
        gn_mqtt_encode_connack(out, version, &packet.connack);
        break;
    case GN_MQTT_PUBLISH:
        packet.publish.props.raw.size = 0;
        gn_mqtt_encode_publish(out, version, &packet.publish);
        break;
    case GN_MQTT_SUBSCRIBE:
    case GN_MQTT_UNSUBSCRIBE:
        rest = packet.subscribe.filters;
        for (int i = 0; i < 2; i++)
            assert_true(gn_mqtt_filter_next(&rest, frame.type, &filters[i]));
        gn_mqtt_encode_subscribe(out, frame.type, version, packet.subscribe.packet_id, filters, 2);
        break;
    case GN_MQTT_SUBACK:
    case GN_MQTT_UNSUBACK:
        gn_mqtt_encode_suback(out, frame.type, version, &packet.suback);
        break;
    case GN_MQTT_PINGREQ:
    case GN_MQTT_PINGRESP:
        gn_mqtt_encode_ping(out, frame.type);
        break;
    case GN_MQTT_DISCONNECT:
    case GN_MQTT_AUTH:
        gn_mqtt_encode_disconnect(out, frame.type, version, &packet.ack);
        break;
    default:
        gn_mqtt_encode_ack(out, frame.type, version, &packet.ack);
        break;
    }
}

static void every_packet_survives_a_round_trip(void **state)
{
    uint8_t first[SAMPLE_BYTES], second[SAMPLE_BYTES];
    size_t need;
    int count = 0;
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++)
        for (uint8_t type = 1; type <= SAMPLE_COUNT; type++) {
            struct gn_buf out = gn_buf_over(first, sizeof first), again = gn_buf_over(second, sizeof second);
            if (!sample_put(type, version, &out))
                continue;
            assert_false(out.full);
            assert_int_equal(gn_mqtt_frame_next(gn_buf_bytes(&out), SIZE_MAX, &frame, &need), GN_OK);
            assert_int_equal(frame.size, out.size); /* the length that was written is the length */
            assert_int_equal(frame.type, type);
            assert_int_equal(sample_decode(&frame, version, &packet, &fault), GN_OK);
            encode_again(version, &again);
            assert_int_equal(again.size, out.size);
            assert_memory_equal(first, second, out.size);
            count++;
        }
    assert_int_equal(count, 29);
}

static void what_does_not_fit_latches_full(void **state)
{
    uint8_t bytes[SAMPLE_BYTES];
    (void)state;
    for (uint8_t type = 1; type <= SAMPLE_COUNT; type++) {
        struct gn_buf whole = gn_buf_over(bytes, sizeof bytes);
        assert_true(sample_put(type, GN_MQTT_V5, &whole));
        struct gn_buf less = gn_buf_over(bytes, whole.size - 1), exact = gn_buf_over(bytes, whole.size);
        (void)sample_put(type, GN_MQTT_V5, &less);
        assert_true(less.full);
        (void)sample_put(type, GN_MQTT_V5, &exact);
        assert_false(exact.full);
    }
}

static void the_size_of_a_publish_is_known_before(void **state)
{
    static const uint8_t payload[20000];
    static uint8_t bytes[20100];
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++)
        for (size_t size = 0; size < sizeof payload; size = size * 2 + 1) {
            struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
            const struct gn_mqtt_publish publish = { .qos = size % 3 == 0,
                                                     .packet_id = 1,
                                                     .topic = GN_STR("things/press/properties"),
                                                     .payload = { payload, size } };
            gn_mqtt_encode_publish(&out, version, &publish);
            assert_int_equal(gn_mqtt_publish_size(version, &publish), out.size);
        }
}

static void raw_properties_pass_through_unchanged(void **state)
{
    static const uint8_t raw[] = { 38, 0, 1, 'k', 0, 1, 'v', 1, 1 }; /* a user property, payload format */
    uint8_t bytes[64];
    size_t need;
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    const struct gn_mqtt_publish publish = { .topic = GN_STR("t"), .props.raw = { raw, sizeof raw } };
    (void)state;
    gn_mqtt_encode_publish(&out, GN_MQTT_V5, &publish);
    assert_int_equal(out.size, gn_mqtt_publish_size(GN_MQTT_V5, &publish));
    assert_int_equal(gn_mqtt_frame_next(gn_buf_bytes(&out), SIZE_MAX, &frame, &need), GN_OK);
    assert_int_equal(gn_mqtt_decode_publish(&frame, GN_MQTT_V5, &packet.publish, &fault), GN_OK);
    assert_int_equal(packet.publish.props.user_count, 1);
    assert_int_equal(packet.publish.props.raw.size, sizeof raw);
    assert_memory_equal(packet.publish.props.raw.at, raw, sizeof raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_packet_survives_a_round_trip),
        cmocka_unit_test(what_does_not_fit_latches_full),
        cmocka_unit_test(the_size_of_a_publish_is_known_before),
        cmocka_unit_test(raw_properties_pass_through_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
