/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>

#include "connect/mqtt/mqtt_packet_sample.h"

#define BYTES(literal) ((gn_bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

static struct gn_mqtt_frame frame;
static struct gn_mqtt_fault fault;
static union sample_packet packet;
static size_t need;

static gn_err frame_of(gn_bytes in)
{
    return gn_mqtt_frame_next(in, GN_MQTT_PACKET_BYTES_MAX, &frame, &need);
}

/* Decodes one whole packet that has to be a frame. */
static gn_err decode(gn_bytes in, uint8_t version)
{
    assert_int_equal(frame_of(in), GN_OK);
    assert_int_equal(frame.size, in.size);
    fault = (struct gn_mqtt_fault){ 0 };
    const gn_err err = sample_decode(&frame, version, &packet, &fault);
    assert_true(err == GN_OK || (err == GN_ERR_INVAL && fault.words != NULL && fault.reason >= 0x80));
    return err;
}

static void refused(gn_bytes in, uint8_t version, uint8_t reason)
{
    assert_int_equal(decode(in, version), GN_ERR_INVAL);
    assert_int_equal(fault.reason, reason);
}

static void the_length_is_read_in_one_to_four_bytes(void **state)
{
    static uint8_t bytes[GN_MQTT_PACKET_BYTES_MAX];
    (void)state;
    assert_int_equal(frame_of(BYTES("\xc0\x00")), GN_OK);
    assert_int_equal(frame.size, 2);
    assert_int_equal(frame.type, GN_MQTT_PINGREQ);
    assert_int_equal(frame_of(BYTES("\x30\x80\x01")), GN_ERR_AGAIN);
    assert_int_equal(need, 3 + 128);
    assert_int_equal(frame_of(BYTES("\x30\x80")), GN_ERR_AGAIN);
    assert_int_equal(need, 0);
    assert_int_equal(frame_of(BYTES("")), GN_ERR_AGAIN);
    memcpy(bytes, "\x30\xfc\xff\x0f", 4); /* 262140 + 4 bytes: the limit exactly */
    assert_int_equal(frame_of((gn_bytes){ bytes, sizeof bytes }), GN_OK);
    assert_int_equal(frame.size, GN_MQTT_PACKET_BYTES_MAX);
}

static void a_length_beyond_the_limit_or_the_law_is_refused(void **state)
{
    (void)state;
    assert_int_equal(frame_of(BYTES("\x30\xfd\xff\x0f")), GN_ERR_FULL); /* limit + 1, seen before it has arrived */
    assert_int_equal(frame_of(BYTES("\x30\xff\xff\xff\x7f")), GN_ERR_FULL);
    assert_int_equal(gn_mqtt_frame_next(BYTES("\x30\xff\xff\xff\xff\x01"), SIZE_MAX, &frame, &need), GN_ERR_INVAL);
    assert_int_equal(frame_of(BYTES("\x30\x80\x80\x80\x80\x01")), GN_ERR_INVAL); /* a fifth byte */
    assert_int_equal(frame_of(BYTES("\x30\x81\x00")), GN_ERR_INVAL);             /* not the shortest form */
    assert_int_equal(frame_of(BYTES("\x00\x00")), GN_ERR_INVAL);                 /* type 0 */
}

static void every_packet_truncated_at_every_length_asks_for_more(void **state)
{
    uint8_t bytes[SAMPLE_BYTES];
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++)
        for (uint8_t type = 1; type <= SAMPLE_COUNT; type++) {
            struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
            if (!sample_put(type, version, &out))
                continue;
            for (size_t size = 0; size < out.size; size++) {
                uint8_t *exact = malloc(size + 1);
                assert_non_null(exact);
                memcpy(exact, bytes, size);
                assert_int_equal(frame_of((gn_bytes){ exact, size }), GN_ERR_AGAIN);
                assert_true(need == out.size || (need == 0 && size < 3));
                free(exact);
            }
            assert_int_equal(decode((gn_bytes){ bytes, out.size }, version), GN_OK);
        }
}

/* The length says less than the fields need: each cut is refused, or is a shorter packet that has a meaning. */
static void every_body_cut_at_every_length_is_refused_or_meant(void **state)
{
    uint8_t bytes[SAMPLE_BYTES];
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++)
        for (uint8_t type = 1; type <= SAMPLE_COUNT; type++) {
            struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
            if (!sample_put(type, version, &out))
                continue;
            assert_int_equal(frame_of((gn_bytes){ bytes, out.size }), GN_OK);
            const struct gn_mqtt_frame whole = frame;
            size_t meant = 0;
            for (size_t size = 0; size < whole.body.size; size++) {
                uint8_t *exact = malloc(size + 1);
                assert_non_null(exact);
                memcpy(exact, whole.body.at, size);
                const struct gn_mqtt_frame cut = { whole.type, whole.flags, { exact, size }, size + 2 };
                meant += sample_decode(&cut, version, &packet, &fault) == GN_OK;
                free(exact);
            }
            switch (type) {
            case GN_MQTT_PUBLISH: /* the payload ends where the packet ends */
                assert_int_equal(meant, 10);
                break;
            case GN_MQTT_CONNECT:
            case GN_MQTT_CONNACK:
            case GN_MQTT_PINGREQ:
            case GN_MQTT_PINGRESP:
                assert_int_equal(meant, 0);
                break;
            default:
                assert_true(meant <= 3);
            }
        }
}

static void a_connect_says_who_and_how(void **state)
{
    (void)state;
    assert_int_equal(decode(BYTES("\x10\x1d\x00\x04MQTT\x04\xc2\x00\x3c\x00\x03"
                                  "abc\x00\x05press\x00\x04pass\xff"),
                            0),
                     GN_ERR_INVAL); /* a byte too many */
    assert_int_equal(decode(BYTES("\x10\x1c\x00\x04MQTT\x04\xc2\x00\x3c\x00\x03"
                                  "abc\x00\x05press\x00\x04pass"),
                            0),
                     GN_OK);
    assert_int_equal(packet.connect.version, 4);
    assert_int_equal(packet.connect.keepalive_s, 60);
    assert_true(packet.connect.clean && packet.connect.has_user && !packet.connect.has_will);
    assert_true(gn_str_equal(packet.connect.user, GN_STR("press")));
    assert_true(gn_str_equal(packet.connect.password, GN_STR("pass")));
}

static void other_versions_are_named_so(void **state)
{
    (void)state;
    refused(BYTES("\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01z"), 0, GN_MQTT_BAD_VERSION);
    assert_int_equal(packet.connect.version, GN_MQTT_V31);
    refused(BYTES("\x10\x0d\x00\x04MQTT\x03\x02\x00\x3c\x00\x01z"), 0, GN_MQTT_BAD_VERSION);
    refused(BYTES("\x10\x0d\x00\x04MQTT\x06\x02\x00\x3c\x00\x01z"), 0, GN_MQTT_BAD_VERSION);
    assert_int_equal(packet.connect.version, GN_MQTT_V5);
    refused(BYTES("\x10\x0d\x00\x04HTTP\x04\x02\x00\x3c\x00\x01z"), 0, GN_MQTT_MALFORMED);
}

static void flags_that_contradict_are_refused(void **state)
{
    (void)state;
    refused(BYTES("\x10\x0d\x00\x04MQTT\x04\x03\x00\x3c\x00\x01z"), 0, GN_MQTT_MALFORMED); /* reserved bit */
    refused(BYTES("\x10\x0d\x00\x04MQTT\x04\x0a\x00\x3c\x00\x01z"), 0, GN_MQTT_MALFORMED); /* will QoS, no will */
    refused(BYTES("\x10\x0d\x00\x04MQTT\x04\x22\x00\x3c\x00\x01z"), 0, GN_MQTT_MALFORMED); /* will retain, no will */
    refused(BYTES("\x10\x13\x00\x04MQTT\x04\x1e\x00\x3c\x00\x01z\x00\x01t\x00\x01p"), 0, GN_MQTT_MALFORMED);
    refused(BYTES("\x10\x10\x00\x04MQTT\x04\x42\x00\x3c\x00\x01z\x00\x01p"), 0, GN_MQTT_MALFORMED);
    refused(BYTES("\x11\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01z"), 0, GN_MQTT_MALFORMED);
    assert_int_equal(decode(BYTES("\x10\x11\x00\x04MQTT\x05\x42\x00\x3c\x00\x00\x01z\x00\x01p"), 5), GN_OK);
    refused(BYTES("\x36\x05\x00\x01t\x00\x01"), 4, GN_MQTT_MALFORMED); /* QoS 3 */
    refused(BYTES("\x38\x03\x00\x01t"), 4, GN_MQTT_MALFORMED);         /* DUP without QoS */
    refused(BYTES("\x60\x02\x00\x01"), 4, GN_MQTT_MALFORMED);          /* PUBREL without its bit */
    refused(BYTES("\x80\x06\x00\x01\x00\x01t\x00"), 4, GN_MQTT_MALFORMED);
    refused(BYTES("\xc1\x00"), 4, GN_MQTT_MALFORMED);
    refused(BYTES("\xc0\x01\x00"), 4, GN_MQTT_MALFORMED);
    refused(BYTES("\xf0\x00"), 4, GN_MQTT_MALFORMED); /* AUTH in 3.1.1 */
}

static void a_packet_id_of_zero_is_refused(void **state)
{
    (void)state;
    refused(BYTES("\x32\x05\x00\x01t\x00\x00"), 4, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x40\x02\x00\x00"), 4, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x82\x06\x00\x00\x00\x01t\x00"), 4, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\xa2\x05\x00\x00\x00\x01t"), 4, GN_MQTT_PROTOCOL_ERROR);
    assert_int_equal(decode(BYTES("\x32\x05\x00\x01t\xff\xff"), 4), GN_OK);
    assert_int_equal(packet.publish.packet_id, 65535);
}

static void text_is_utf8_without_u0000(void **state)
{
    (void)state;
    refused(BYTES("\x30\x04\x00\x02t\x00"), 4, GN_MQTT_MALFORMED);
    refused(BYTES("\x30\x03\x00\x01\xff"), 4, GN_MQTT_MALFORMED);
    refused(BYTES("\x30\x05\x00\x03\xed\xa0\x80"), 4, GN_MQTT_MALFORMED); /* a surrogate */
    refused(BYTES("\x30\x04\x00\x02\xc0\xaf"), 4, GN_MQTT_MALFORMED);     /* overlong */
    refused(BYTES("\x30\x04\xff\xff t"), 4, GN_MQTT_MALFORMED);           /* longer than the packet */
    assert_int_equal(decode(BYTES("\x30\x04\x00\x02\xc3\xa4"), 4), GN_OK);
    assert_int_equal(packet.publish.payload.size, 0);
}

static void subscriptions_are_checked_one_by_one(void **state)
{
    gn_bytes rest;
    struct gn_mqtt_filter filter;
    (void)state;
    refused(BYTES("\x82\x02\x00\x01"), 4, GN_MQTT_PROTOCOL_ERROR); /* none */
    refused(BYTES("\x82\x06\x00\x01\x00\x01t\x03"), 4, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x82\x06\x00\x01\x00\x01t\x04"), 4, GN_MQTT_PROTOCOL_ERROR); /* no local is of version 5 */
    refused(BYTES("\x82\x07\x00\x01\x00\x00\x01t\x30"), 5, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x82\x05\x00\x01\x00\x01t"), 4, GN_MQTT_MALFORMED); /* no options */
    assert_int_equal(decode(BYTES("\x82\x0b\x00\x01\x00\x01t\x01\x00\x02u+\x00"), 4), GN_OK);
    assert_int_equal(packet.subscribe.filter_count, 2);
    rest = packet.subscribe.filters;
    assert_true(gn_mqtt_filter_next(&rest, GN_MQTT_SUBSCRIBE, &filter));
    assert_int_equal(filter.options, 1);
    assert_true(gn_mqtt_filter_next(&rest, GN_MQTT_SUBSCRIBE, &filter));
    assert_true(gn_str_equal(filter.filter, GN_STR("u+")));
    assert_false(gn_mqtt_filter_next(&rest, GN_MQTT_SUBSCRIBE, &filter));
}

static void a_short_answer_of_version_5_means_success(void **state)
{
    (void)state;
    assert_int_equal(decode(BYTES("\x40\x02\x00\x07"), 5), GN_OK);
    assert_int_equal(packet.ack.reason, 0);
    assert_int_equal(decode(BYTES("\x40\x03\x00\x07\x97"), 5), GN_OK);
    assert_int_equal(packet.ack.reason, GN_MQTT_QUOTA);
    refused(BYTES("\x40\x03\x00\x07\x97"), 4, GN_MQTT_MALFORMED);
    assert_int_equal(decode(BYTES("\xe0\x00"), 5), GN_OK);
    assert_int_equal(packet.ack.packet_id, 0);
    assert_int_equal(decode(BYTES("\xe0\x01\x04"), 5), GN_OK);
    assert_int_equal(packet.ack.reason, GN_MQTT_WITH_WILL);
    refused(BYTES("\xe0\x01\x04"), 4, GN_MQTT_MALFORMED);
}

static void a_reason_that_its_packet_cannot_have_is_refused(void **state)
{
    (void)state;
    refused(BYTES("\x40\x03\x00\x07\x42"), 5, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x50\x03\x00\x07\x92"), 5, GN_MQTT_PROTOCOL_ERROR); /* PUBREC: not one of its */
    refused(BYTES("\x62\x03\x00\x07\x97"), 5, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\x70\x03\x00\x07\x01"), 5, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\xe0\x01\x03"), 5, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\xe0\x01\xa3"), 5, GN_MQTT_PROTOCOL_ERROR);
    refused(BYTES("\xf0\x01\x17"), 5, GN_MQTT_PROTOCOL_ERROR);
    assert_int_equal(decode(BYTES("\x62\x03\x00\x07\x92"), 5), GN_OK);
    assert_int_equal(decode(BYTES("\xe0\x01\xa2"), 5), GN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_length_is_read_in_one_to_four_bytes),
        cmocka_unit_test(a_length_beyond_the_limit_or_the_law_is_refused),
        cmocka_unit_test(every_packet_truncated_at_every_length_asks_for_more),
        cmocka_unit_test(every_body_cut_at_every_length_is_refused_or_meant),
        cmocka_unit_test(a_connect_says_who_and_how),
        cmocka_unit_test(other_versions_are_named_so),
        cmocka_unit_test(flags_that_contradict_are_refused),
        cmocka_unit_test(a_packet_id_of_zero_is_refused),
        cmocka_unit_test(text_is_utf8_without_u0000),
        cmocka_unit_test(subscriptions_are_checked_one_by_one),
        cmocka_unit_test(a_short_answer_of_version_5_means_success),
        cmocka_unit_test(a_reason_that_its_packet_cannot_have_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
