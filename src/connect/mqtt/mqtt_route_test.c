/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_rig.h"
#include "connect/mqtt/mqtt_route.h"

static struct rig rig;
static struct rig_client one, two, three;
static struct gn_mqtt_publish message;

static int setup(void **state)
{
    (void)state;
    rig_start(&rig);
    rig.fake.is_open = true; /* what the policy allows is not what is tested here, unless it says so */
    one.fd = two.fd = three.fd = -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct rig_client *const all[] = { &one, &two, &three };
    for (size_t i = 0; i < 3; i++)
        if (all[i]->fd >= 0)
            (void)close(all[i]->fd);
    rig_stop(&rig);
    return 0;
}

static void publish(struct rig_client *client, const struct gn_mqtt_publish *packet)
{
    RIG_SENDING(out);
    gn_mqtt_encode_publish(&out, client->version, packet);
    assert_false(out.full);
    rig_send(&rig, client, out.at, out.size);
}

static void say(struct rig_client *client, const char *topic, const char *text, uint8_t qos, bool retain)
{
    const struct gn_mqtt_publish packet = { .qos = qos,
                                            .packet_id = qos > 0 ? 77 : 0,
                                            .retain = retain,
                                            .topic = gn_str_of(topic),
                                            .payload = { (const uint8_t *)text, strlen(text) } };
    publish(client, &packet);
}

static void answer(struct rig_client *client, uint8_t type, uint16_t packet_id)
{
    RIG_SENDING(out);
    const struct gn_mqtt_ack packet = { .packet_id = packet_id };
    gn_mqtt_encode_ack(&out, type, client->version, &packet);
    rig_send(&rig, client, out.at, out.size);
}

/* The next packet is of that type and id. */
static void answered(struct rig_client *client, uint8_t type, uint16_t packet_id, uint8_t reason)
{
    struct gn_mqtt_frame frame;
    struct gn_mqtt_ack packet;
    struct gn_mqtt_fault fault;
    assert_true(rig_next(&rig, client, &frame));
    assert_int_equal(frame.type, type);
    assert_int_equal(gn_mqtt_decode_ack(&frame, client->version, &packet, &fault), GN_OK);
    assert_int_equal(packet.packet_id, packet_id);
    assert_int_equal(packet.reason, reason);
}

/* The next packet is a message with that payload. */
static void hears(struct rig_client *client, const char *text)
{
    rig_message(&rig, client, &message);
    assert_int_equal(message.payload.size, strlen(text));
    assert_memory_equal(message.payload.at, text, strlen(text));
}

static uint8_t subscribe_with(struct rig_client *client, const char *filter, uint8_t options, uint32_t id)
{
    uint8_t bytes[256];
    struct gn_buf body = gn_buf_over(bytes, sizeof bytes);
    struct gn_mqtt_frame frame;
    gn_buf_add(&body, "\x82\x00\x00\x09", 4);
    gn_buf_add_u8(&body, id > 0 ? 2 : 0);
    if (id > 0) {
        assert_true(id < 128);
        gn_buf_add_u8(&body, GN_MQTT_P_SUBSCRIPTION_ID);
        gn_buf_add_u8(&body, (uint8_t)id);
    }
    gn_mqtt_text_put(&body, gn_str_of(filter));
    gn_buf_add_u8(&body, options);
    bytes[1] = (uint8_t)(body.size - 2);
    rig_send(&rig, client, bytes, body.size);
    assert_true(rig_next(&rig, client, &frame));
    assert_int_equal(frame.type, GN_MQTT_SUBACK);
    return frame.body.at[frame.body.size - 1];
}

static void join_with(struct rig_client *client, const char *id, uint32_t expiry_s, uint16_t alias_max)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, id, "press");
    packet.clean = false;
    if (expiry_s > 0)
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SESSION_EXPIRY, expiry_s);
    if (alias_max > 0)
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_TOPIC_ALIAS_MAXIMUM, alias_max);
    rig_dial(&rig, client);
    rig_send_connect(&rig, client, &packet);
    assert_int_equal(rig_connack(&rig, client, NULL), 0);
}

/* --- who hears what --- */

static void a_thing_hears_another_where_it_may(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "b", "pump");
    assert_int_equal(rig_subscribe(&rig, &two, "plant/+/speed", 2), 2);
    say(&one, "plant/1/speed", "7", 0, false);
    hears(&two, "7");
    assert_true(gn_str_equal(message.topic, GN_STR("plant/1/speed")));
    say(&one, "plant/1/load", "8", 0, false);
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_server(&rig)->stats.routed, 1);
}

static void whether_it_may_hear_is_asked_at_every_delivery(void **state)
{
    (void)state;
    join_with(&two, "b", 60, 0);
    assert_int_equal(rig_subscribe(&rig, &two, "secret/#", 1), 1);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    say(&one, "secret/live", "x", 0, false);
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_server(&rig)->stats.withheld, 1);
    rig.fake.tells_secrets = true;
    say(&one, "secret/live", "y", 0, false);
    hears(&two, "y");
    say(&one, "secret/kept", "z", 1, true);
    answered(&one, GN_MQTT_PUBACK, 77, 0);
    hears(&two, "z");
    rig_acknowledge(&rig, &two, message.packet_id, 0);
    rig_hang_up(&rig, &two);
    say(&one, "secret/queued", "q", 1, false); /* waits in the session */
    rig.fake.tells_secrets = false;            /* and the right is taken away */
    join_with(&two, "b", 60, 0);
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_subscribe(&rig, &two, "secret/#", 1), 1); /* nor is it told what is retained */
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_subscribe(&rig, &two, "$share/g/secret/#", 1), 1);
    say(&one, "secret/shared", "s", 1, false);
    assert_true(rig_is_silent(&rig, &two));
}

static void what_a_thing_may_not_say_any_more_is_handed_to_nobody(void **state)
{
    (void)state;
    uint32_t press = 0, pump = 0;
    assert_true(gn_registry_thing(&rig.fake.registry, GN_STR("press"), &press));
    assert_true(gn_registry_thing(&rig.fake.registry, GN_STR("pump"), &pump));
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_join(&rig, &three, GN_MQTT_V5, "c", "pump");
    assert_int_equal(rig_subscribe(&rig, &three, "plant/#", 0), 0);
    say(&one, "plant/a", "kept", 0, true);
    hears(&three, "kept");
    assert_int_equal(rig_server(&rig)->retained.count, 1);
    rig.fake.muted = pump + 1;
    gn_mqtt_route_evict(rig_server(&rig), press); /* may still speak: its token was only renewed */
    assert_int_equal(rig_server(&rig)->retained.count, 1);
    rig.fake.muted = press + 1;
    assert_int_equal(rig_subscribe(&rig, &three, "plant/a", 0), 0); /* not even before it is taken away */
    assert_true(rig_is_silent(&rig, &three));
    gn_mqtt_route_evict(rig_server(&rig), pump); /* another's is left alone */
    assert_int_equal(rig_server(&rig)->retained.count, 1);
    gn_mqtt_route_evict(rig_server(&rig), press);
    assert_int_equal(rig_server(&rig)->retained.count, 0);
    rig.fake.muted = 0;
    assert_int_equal(rig_subscribe(&rig, &three, "plant/+", 0), 0);
    assert_true(rig_is_silent(&rig, &three));
}

static void overlapping_filters_bring_one_copy_with_all_their_ids(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "b", "pump");
    assert_int_equal(subscribe_with(&two, "a/#", 0, 3), 0);
    assert_int_equal(subscribe_with(&two, "a/+", 1, 5), 1);
    assert_int_equal(subscribe_with(&two, "b", 1, 6), 1);
    say(&one, "a/x", "1", 1, false);
    hears(&two, "1");
    assert_int_equal(message.qos, 1);
    assert_int_equal(message.props.raw.size, 4);
    const uint8_t *raw = message.props.raw.at;
    assert_true(raw[0] == GN_MQTT_P_SUBSCRIPTION_ID && raw[2] == GN_MQTT_P_SUBSCRIPTION_ID);
    assert_int_equal(raw[1] + raw[3], 3 + 5);
    assert_true(rig_is_silent(&rig, &two));
}

/* --- QoS 2 --- */

static void a_message_of_qos_2_is_taken_once(void **state)
{
    (void)state;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        rig_join(&rig, &one, version, "a", "press");
        const size_t before = rig.fake.reading_count;
        say(&one, "things/press/properties/t", "1", 2, false);
        assert_true(rig_is_silent(&rig, &one)); /* not durable */
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBREC, 77, 0);
        say(&one, "things/press/properties/t", "1", 2, false); /* again, before PUBREL */
        answered(&one, GN_MQTT_PUBREC, 77, 0);
        assert_int_equal(rig.fake.reading_count, before + 1);
        answer(&one, GN_MQTT_PUBREL, 77);
        answered(&one, GN_MQTT_PUBCOMP, 77, 0);
        answer(&one, GN_MQTT_PUBREL, 77); /* nothing is open any more */
        answered(&one, GN_MQTT_PUBCOMP, 77, version == GN_MQTT_V5 ? GN_MQTT_UNKNOWN_ID : 0);
        say(&one, "things/press/properties/t", "1", 2, false); /* a new one with the same id */
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBREC, 77, 0);
        assert_int_equal(rig.fake.reading_count, before + 2);
        rig_hang_up(&rig, &one);
    }
}

static void a_message_of_qos_2_arrives_once(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    join_with(&two, "b", 60, 0);
    assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 2), 2);
    say(&one, "plant/1", "x", 2, false);
    hears(&two, "x");
    assert_true(message.qos == 2 && !message.dup);
    const uint16_t id = message.packet_id;
    rig_hang_up(&rig, &two);
    join_with(&two, "b", 60, 0);
    hears(&two, "x"); /* no PUBREC came: again, as a duplicate */
    assert_true(message.dup && message.packet_id == id);
    answer(&two, GN_MQTT_PUBREC, id);
    answered(&two, GN_MQTT_PUBREL, id, 0);
    rig_hang_up(&rig, &two);
    join_with(&two, "b", 60, 0);
    answered(&two, GN_MQTT_PUBREL, id, 0); /* from here on only its release */
    answer(&two, GN_MQTT_PUBCOMP, id);
    assert_int_equal(rig_server(&rig)->clients.messages.count, 0);
    answer(&two, GN_MQTT_PUBREC, id); /* unknown now */
    answered(&two, GN_MQTT_PUBREL, id, GN_MQTT_UNKNOWN_ID);
    rig_hang_up(&rig, &two);
    join_with(&two, "b", 60, 0);
    assert_true(rig_is_silent(&rig, &two));
}

static void an_open_id_outlives_the_connection(void **state)
{
    (void)state;
    join_with(&one, "a", 60, 0);
    say(&one, "things/press/properties/t", "1", 2, false);
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBREC, 77, 0);
    rig_hang_up(&rig, &one);
    join_with(&one, "a", 60, 0);
    const struct gn_mqtt_publish again = { .qos = 2,
                                           .packet_id = 77,
                                           .dup = true,
                                           .topic = GN_STR("things/press/properties/t"),
                                           .payload = { (const uint8_t *)"1", 1 } };
    publish(&one, &again);
    answered(&one, GN_MQTT_PUBREC, 77, 0);
    assert_int_equal(rig.fake.reading_count, 1);
    answer(&one, GN_MQTT_PUBREL, 77);
    answered(&one, GN_MQTT_PUBCOMP, 77, 0);
}

/* --- retained --- */

static void a_new_subscription_is_told_what_is_retained(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    say(&one, "plant/1", "first", 0, true);
    say(&one, "plant/1", "second", 0, true);
    say(&one, "plant/2", "other", 1, true);
    answered(&one, GN_MQTT_PUBACK, 77, 0);
    rig_join(&rig, &two, GN_MQTT_V5, "b", "pump");
    assert_int_equal(subscribe_with(&two, "plant/1", 1, 9), 1);
    hears(&two, "second");
    assert_true(message.retain && message.qos == 0);
    assert_int_equal(message.props.raw.at[1], 9);
    assert_true(rig_is_silent(&rig, &two));
    say(&one, "plant/1", "live", 0, true);
    hears(&two, "live");
    assert_false(message.retain); /* it did not ask for it as published */
    say(&one, "plant/1", "", 0, true);
    hears(&two, ""); /* the message that takes it away is one too */
    assert_int_equal(rig_server(&rig)->retained.count, 1);
    rig_join(&rig, &three, GN_MQTT_V311, "c", "pump");
    assert_int_equal(rig_subscribe(&rig, &three, "#", 2), 2);
    hears(&three, "other");
    assert_true(message.retain && message.qos == 1);
    rig_acknowledge(&rig, &three, message.packet_id, 0);
    assert_true(rig_is_silent(&rig, &three));
}

static void a_subscription_says_what_it_wants_of_the_retained(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    say(&one, "plant/1", "kept", 0, true);
    rig_join(&rig, &two, GN_MQTT_V5, "b", "pump");
    assert_int_equal(rig_subscribe(&rig, &two, "plant/+", GN_MQTT_RETAIN_NEVER | GN_MQTT_AS_PUBLISHED), 0);
    assert_true(rig_is_silent(&rig, &two));
    say(&one, "plant/1", "live", 0, true);
    hears(&two, "live");
    assert_true(message.retain); /* as published */
    assert_int_equal(rig_subscribe(&rig, &two, "plant/1", GN_MQTT_RETAIN_IF_NEW), 0);
    hears(&two, "live");
    assert_int_equal(rig_subscribe(&rig, &two, "plant/1", GN_MQTT_RETAIN_IF_NEW), 0); /* not new any more */
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_subscribe(&rig, &two, "plant/1", 0), 0);
    hears(&two, "live");
    assert_int_equal(rig_subscribe(&rig, &two, "$share/g/plant/1", 0), 0);
    assert_true(rig_is_silent(&rig, &two)); /* a share is not told */
}

static void retained_messages_have_an_end(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_server(&rig)->retained.count = GN_MQTT_RETAINED_MAX;
    say(&one, "plant/1", "x", 1, true);
    assert_int_equal(rig_puback(&rig, &one, 77), GN_MQTT_QUOTA);
    rig_server(&rig)->retained.count = 0;
    struct gn_mqtt_publish packet = { .retain = true,
                                      .topic = GN_STR("plant/1"),
                                      .payload = { (const uint8_t *)"x", 1 } };
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_MESSAGE_EXPIRY, 10);
    publish(&one, &packet);
    rig_pass(&rig, 4500);
    assert_int_equal(rig_subscribe(&rig, &one, "plant/1", 0), 0);
    hears(&one, "x");
    assert_int_equal(gn_mqtt_props_number(&message.props, GN_MQTT_P_MESSAGE_EXPIRY, 0), 6); /* what is left */
    rig_pass(&rig, 5500);
    assert_int_equal(rig_subscribe(&rig, &one, "plant/1", 0), 0);
    assert_true(rig_is_silent(&rig, &one));
    assert_int_equal(rig_server(&rig)->retained.count, 0);
}

static void more_retained_messages_than_fit_a_socket_all_arrive(void **state)
{
    static char payload[1001];
    char topic[32];
    (void)state;
    memset(payload, 'p', sizeof payload - 1);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    for (int i = 0; i < 400; i++) {
        (void)snprintf(topic, sizeof topic, "plant/%d", i);
        say(&one, topic, payload, 0, true);
    }
    assert_int_equal(rig_server(&rig)->retained.count, 400);
    rig_join(&rig, &two, GN_MQTT_V311, "b", "press");
    assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 1), 1);
    for (int i = 0; i < 400; i++)
        hears(&two, payload);
    assert_true(rig_is_silent(&rig, &two));
}

/* --- shares --- */

static void one_member_of_a_share_gets_it(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "b", "pump");
    rig_join(&rig, &three, GN_MQTT_V311, "c", "pump");
    assert_int_equal(rig_subscribe(&rig, &two, "$share/team/plant/#", 1), 1);
    assert_int_equal(rig_subscribe(&rig, &three, "$share/team/plant/#", 1), 1);
    for (int round = 0; round < 2; round++) {
        say(&one, "plant/1", "x", 0, false);
        say(&one, "plant/1", "y", 0, false);
        hears(&two, "x");
        hears(&three, "y");
    }
    rig_hang_up(&rig, &two);
    say(&one, "plant/1", "z", 0, false);
    hears(&three, "z"); /* whoever is there */
    assert_true(rig_is_silent(&rig, &three));
    assert_int_equal(rig_subscribe(&rig, &three, "$share//plant", 0), 0x80);
    assert_int_equal(rig_subscribe(&rig, &three, "$share/te+am/plant", 0), 0x80);
    assert_int_equal(rig_subscribe(&rig, &three, "$share/team", 0), 0x80);
}

static void a_share_goes_by_who_cannot_take_more(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "b", "pump");
    (void)state;
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_RECEIVE_MAXIMUM, 1);
    rig_dial(&rig, &two);
    rig_send_connect(&rig, &two, &packet);
    assert_int_equal(rig_connack(&rig, &two, NULL), 0);
    rig_join(&rig, &three, GN_MQTT_V5, "c", "pump");
    assert_int_equal(rig_subscribe(&rig, &two, "$share/team/plant/#", 1), 1);
    assert_int_equal(rig_subscribe(&rig, &three, "$share/team/plant/#", 1), 1);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    for (int i = 0; i < 3; i++)
        say(&one, "plant/1", "x", 1, false);
    hears(&two, "x");
    assert_true(rig_is_silent(&rig, &two));
    hears(&three, "x");
    hears(&three, "x");
}

/* --- what travels along --- */

static void an_alias_saves_the_topic(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    join_with(&two, "b", 0, 1);
    assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 0), 0);
    say(&one, "plant/1", "x", 0, false);
    hears(&two, "x");
    assert_int_equal(message.topic.size, 7);
    assert_int_equal(gn_mqtt_props_number(&message.props, GN_MQTT_P_TOPIC_ALIAS, 0), 1);
    say(&one, "plant/1", "y", 0, false);
    hears(&two, "y");
    assert_int_equal(message.topic.size, 0);
    assert_int_equal(gn_mqtt_props_number(&message.props, GN_MQTT_P_TOPIC_ALIAS, 0), 1);
    say(&one, "plant/2", "z", 0, false); /* the client takes no second one */
    hears(&two, "z");
    assert_int_equal(message.topic.size, 7);
    assert_false(gn_mqtt_props_has(&message.props, GN_MQTT_P_TOPIC_ALIAS));
}

static void what_belongs_to_one_hop_does_not_travel(void **state)
{
    static const uint8_t raw[] = { 38, 0, 1,   'k', 0, 1, 'v', 35, 0,  7, 8, 0,   1, 'r', 9,
                                   0,  1, 'c', 2,   0, 0, 0,   60, 38, 0, 1, 'k', 0, 1,   'w' };
    static const uint8_t expected[] = {
        38, 0, 1, 'k', 0, 1, 'v', 8, 0, 1, 'r', 9, 0, 1, 'c', 38, 0, 1, 'k', 0, 1, 'w'
    };
    const struct gn_mqtt_publish packet = { .topic = GN_STR("plant/1"), .props.raw = { raw, sizeof raw } };
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "b", "pump");
    assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 0), 0);
    publish(&one, &packet);
    rig_message(&rig, &two, &message);
    assert_int_equal(gn_mqtt_props_number(&message.props, GN_MQTT_P_MESSAGE_EXPIRY, 0), 60);
    assert_false(gn_mqtt_props_has(&message.props, GN_MQTT_P_TOPIC_ALIAS));
    assert_int_equal(message.props.raw.size, 5 + sizeof expected);
    assert_memory_equal(message.props.raw.at + 5, expected, sizeof expected); /* in their order */
}

static void a_message_that_waited_too_long_is_not_sent(void **state)
{
    (void)state;
    join_with(&two, "b", 60, 0);
    assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 1), 1);
    rig_hang_up(&rig, &two);
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    struct gn_mqtt_publish packet = { .qos = 1, .packet_id = 1, .topic = GN_STR("plant/1") };
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_MESSAGE_EXPIRY, 5);
    publish(&one, &packet);
    packet.packet_id = 2;
    packet.payload = (gn_bytes){ (const uint8_t *)"later", 5 };
    gn_mqtt_props_set(&packet.props, GN_MQTT_P_MESSAGE_EXPIRY, 50);
    publish(&one, &packet);
    rig_pass(&rig, 7000);
    join_with(&two, "b", 60, 0);
    hears(&two, "later");
    assert_int_equal(gn_mqtt_props_number(&message.props, GN_MQTT_P_MESSAGE_EXPIRY, 0), 43);
    assert_int_equal(rig_server(&rig)->stats.expired, 1);
}

/* --- wills, and the node itself --- */

static void a_will_may_be_retained(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    (void)state;
    packet.has_will = true;
    packet.will = (struct gn_mqtt_will){
        .topic = GN_STR("plant/state"), .payload = { (const uint8_t *)"gone", 4 }, .qos = 2, .retain = true
    };
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig_hang_up(&rig, &one);
    rig_join(&rig, &two, GN_MQTT_V311, "b", "pump");
    assert_int_equal(rig_subscribe(&rig, &two, "plant/state", 2), 2);
    hears(&two, "gone");
    assert_true(message.retain && message.qos == 2);
}

static void the_node_speaks_for_itself(void **state)
{
    struct gn_publish_out out = { .topic = GN_STR("homeassistant/x/config"), .payload = GN_STR("{}"), .retain = true };
    (void)state;
    assert_int_equal(gn_mqtt_adapter.publish(rig.self, &out), GN_OK);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "homeassistant/#", 1), 1);
    hears(&one, "{}");
    out.qos = 1;
    out.payload = GN_STR("");
    assert_int_equal(gn_mqtt_adapter.publish(rig.self, &out), GN_OK);
    hears(&one, "");
    assert_int_equal(message.qos, 1);
    assert_int_equal(rig_server(&rig)->retained.count, 0);
    out.topic = GN_STR("a/#");
    assert_int_equal(gn_mqtt_adapter.publish(rig.self, &out), GN_ERR_INVAL);
}

static bool keeps_the_press(void *ctx, gn_str topic)
{
    (void)ctx;
    return gn_str_equal(topic, GN_STR("homeassistant/press/config"));
}

static void what_the_node_retained_it_says_once_and_takes_away_by_itself(void **state)
{
    struct gn_publish_out out = {
        .topic = GN_STR("homeassistant/press/config"),
        .payload = GN_STR("{}"),
        .qos = 1,
        .retain = true,
        .only_news = true,
    };
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "homeassistant/#", 1), 1);
    assert_int_equal(gn_mqtt_adapter.publish(rig.self, &out), GN_OK);
    hears(&one, "{}");
    assert_int_equal(gn_mqtt_adapter.publish(rig.self, &out), GN_OK); /* not again */
    out.payload = GN_STR("{1}");
    assert_int_equal(gn_mqtt_adapter.publish(rig.self, &out), GN_OK);
    hears(&one, "{1}");
    out.topic = GN_STR("homeassistant/pump/config");
    assert_int_equal(gn_mqtt_adapter.publish(rig.self, &out), GN_OK);
    hears(&one, "{1}");
    rig_join(&rig, &two, GN_MQTT_V311, "b", "pump");
    say(&two, "homeassistant/of/a/thing", "x", 1, true);
    hears(&one, "x");
    assert_int_equal(gn_mqtt_adapter.prune(rig.self, keeps_the_press, NULL), GN_OK);
    hears(&one, "");
    assert_true(gn_str_equal(message.topic, GN_STR("homeassistant/pump/config")));
    assert_int_equal(rig_server(&rig)->retained.count, 2); /* the press, and what a Thing said */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_thing_hears_another_where_it_may, setup, teardown),
        cmocka_unit_test_setup_teardown(whether_it_may_hear_is_asked_at_every_delivery, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_thing_may_not_say_any_more_is_handed_to_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(overlapping_filters_bring_one_copy_with_all_their_ids, setup, teardown),
        cmocka_unit_test_setup_teardown(a_message_of_qos_2_is_taken_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_message_of_qos_2_arrives_once, setup, teardown),
        cmocka_unit_test_setup_teardown(an_open_id_outlives_the_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_subscription_is_told_what_is_retained, setup, teardown),
        cmocka_unit_test_setup_teardown(a_subscription_says_what_it_wants_of_the_retained, setup, teardown),
        cmocka_unit_test_setup_teardown(retained_messages_have_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(more_retained_messages_than_fit_a_socket_all_arrive, setup, teardown),
        cmocka_unit_test_setup_teardown(one_member_of_a_share_gets_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_share_goes_by_who_cannot_take_more, setup, teardown),
        cmocka_unit_test_setup_teardown(an_alias_saves_the_topic, setup, teardown),
        cmocka_unit_test_setup_teardown(what_belongs_to_one_hop_does_not_travel, setup, teardown),
        cmocka_unit_test_setup_teardown(a_message_that_waited_too_long_is_not_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_may_be_retained, setup, teardown),
        cmocka_unit_test_setup_teardown(the_node_speaks_for_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_node_retained_it_says_once_and_takes_away_by_itself, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
