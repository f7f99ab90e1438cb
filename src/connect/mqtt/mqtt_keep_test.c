/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_keep.h"
#include "connect/mqtt/mqtt_rig.h"

enum { KEPT_BYTES = 1 << 20 };

static struct rig rig;
static struct rig_client one, two;
static struct gn_mqtt_publish message;
static _Alignas(8) uint8_t kept_bytes[KEPT_BYTES]; /* the journal of these tests */
static struct gn_buf kept;
static bool has_room;

static gn_err keep(void *self, const struct gn_keep *step, uint64_t *out_token)
{
    struct fake_intake *fake = self;
    struct gn_record_message record = { .head = { .type = step->type, .flag = step->flag, .packet = step->packet },
                                        .thing = step->thing,
                                        .name_size = (uint32_t)step->name.size };
    const size_t begin = kept.size;
    if (!has_room)
        return GN_ERR_AGAIN;
    for (size_t i = 0; i < step->part_count; i++)
        record.payload_size += (uint32_t)step->parts[i].size;
    record.head.size = (uint32_t)gn_record_round(sizeof record + record.name_size + record.payload_size);
    gn_buf_add(&kept, &record, sizeof record);
    gn_buf_add_str(&kept, step->name);
    for (size_t i = 0; i < step->part_count; i++)
        gn_buf_add(&kept, step->parts[i].at, step->parts[i].size);
    while (kept.size < begin + record.head.size)
        gn_buf_add_u8(&kept, 0);
    assert_false(kept.full);
    *out_token = ++fake->token;
    return GN_OK;
}

static bool room(void *self)
{
    (void)self;
    return has_room;
}

static void begin(void)
{
    rig_start(&rig);
    rig.fake.is_open = true;
    rig_server(&rig)->intake.keep = keep;
    rig_server(&rig)->intake.has_room = room;
    rig_server(&rig)->intake.self = &rig.fake;
    has_room = true;
    one.fd = two.fd = -1;
}

static int setup(void **state)
{
    (void)state;
    kept = gn_buf_over(kept_bytes, sizeof kept_bytes);
    begin();
    return 0;
}

static void hang_up(void)
{
    if (one.fd >= 0)
        (void)close(one.fd);
    if (two.fd >= 0)
        (void)close(two.fd);
}

static int teardown(void **state)
{
    (void)state;
    hang_up();
    rig_stop(&rig);
    return 0;
}

static void recall(gn_bytes records)
{
    for (size_t at = 0; at < records.size;) {
        const struct gn_record_head *record = (const void *)(records.at + at);
        assert_true(gn_record_valid((gn_bytes){ records.at + at, records.size - at }));
        gn_mqtt_adapter.recall(rig.self, record);
        at += record->size;
    }
}

/* As after kill -9: nothing is left but the journal; or an image of now, and nothing else. */
static void start_again(bool from_image)
{
    static _Alignas(8) uint8_t image_bytes[KEPT_BYTES];
    struct gn_buf image = gn_buf_over(image_bytes, sizeof image_bytes);
    const size_t before = kept.size;
    if (from_image)
        assert_int_equal(gn_mqtt_adapter.image(rig.self, &image), GN_OK);
    has_room = false; /* what it would still say, it says to nobody */
    hang_up();
    rig_stop(&rig);
    begin();
    recall(from_image ? gn_buf_bytes(&image) : (gn_bytes){ kept_bytes, before });
}

static bool join_kept(struct rig_client *client, const char *id, uint32_t expiry_s)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, id, "press");
    bool present;
    packet.clean = false;
    if (expiry_s > 0)
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SESSION_EXPIRY, expiry_s);
    rig_dial(&rig, client);
    rig_send_connect(&rig, client, &packet);
    assert_int_equal(rig_connack(&rig, client, &present), 0);
    return present;
}

static void say(struct rig_client *client, const char *topic, const char *text, uint8_t qos, bool retain)
{
    RIG_SENDING(out);
    const struct gn_mqtt_publish packet = { .qos = qos,
                                            .packet_id = qos > 0 ? 77 : 0,
                                            .retain = retain,
                                            .topic = gn_str_of(topic),
                                            .payload = { (const uint8_t *)text, strlen(text) } };
    gn_mqtt_encode_publish(&out, client->version, &packet);
    rig_send(&rig, client, out.at, out.size);
}

static void answer(struct rig_client *client, uint8_t type, uint16_t packet_id)
{
    RIG_SENDING(out);
    const struct gn_mqtt_ack packet = { .packet_id = packet_id };
    gn_mqtt_encode_ack(&out, type, client->version, &packet);
    rig_send(&rig, client, out.at, out.size);
}

static void answered(struct rig_client *client, uint8_t type)
{
    struct gn_mqtt_frame frame;
    assert_true(rig_next(&rig, client, &frame));
    assert_int_equal(frame.type, type);
}

static void hears(struct rig_client *client, const char *text)
{
    rig_message(&rig, client, &message);
    assert_int_equal(message.payload.size, strlen(text));
    assert_memory_equal(message.payload.at, text, strlen(text));
}

static void a_session_and_what_waits_for_it_come_back(void **state)
{
    (void)state;
    for (int from_image = 0; from_image < 2; from_image++) {
        assert_int_equal(join_kept(&two, "b", 600), from_image);
        assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 2), 2);
        assert_int_equal(rig_subscribe(&rig, &two, "other", 1), 1);
        rig_hang_up(&rig, &two);
        rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
        say(&one, "plant/1", "first", 1, false);
        assert_true(rig_is_silent(&rig, &one)); /* it waits for the disk, for the sake of the other */
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBACK);
        say(&one, "plant/2", "second", 2, false);
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBREC);
        start_again(from_image == 1);
        assert_true(join_kept(&two, "b", 600));
        hears(&two, "first");
        answer(&two, GN_MQTT_PUBACK, message.packet_id);
        hears(&two, "second");
        assert_int_equal(message.qos, 2);
        answer(&two, GN_MQTT_PUBREC, message.packet_id);
        rig_durable(&rig);
        answered(&two, GN_MQTT_PUBREL);
        answer(&two, GN_MQTT_PUBCOMP, message.packet_id);
        rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
        say(&one, "other", "live", 0, false);
        hears(&two, "live"); /* its subscriptions are back too */
        rig_hang_up(&rig, &one);
        rig_hang_up(&rig, &two);
    }
    start_again(false);
    assert_true(join_kept(&two, "b", 600));
    assert_true(rig_is_silent(&rig, &two)); /* what it has it is not sent again */
}

static void a_release_waits_for_the_disk_and_is_repeated(void **state)
{
    (void)state;
    (void)join_kept(&two, "b", 600);
    assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 2), 2);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    say(&one, "plant/1", "x", 2, false);
    hears(&two, "x");
    const uint16_t id = message.packet_id;
    answer(&two, GN_MQTT_PUBREC, id);
    assert_true(rig_is_silent(&rig, &two));
    rig_durable(&rig);
    answered(&two, GN_MQTT_PUBREL);
    start_again(false);
    assert_true(join_kept(&two, "b", 600));
    answered(&two, GN_MQTT_PUBREL); /* not the message */
    answer(&two, GN_MQTT_PUBCOMP, id);
    assert_int_equal(rig_server(&rig)->clients.messages.count, 0);
}

static void a_message_of_qos_2_is_known_after_a_restart(void **state)
{
    (void)state;
    (void)join_kept(&one, "a", 600);
    say(&one, "things/press/properties/t", "1", 2, false);
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBREC);
    start_again(false);
    assert_true(join_kept(&one, "a", 600));
    say(&one, "things/press/properties/t", "1", 2, false);
    rig_durable(&rig); /* that of the first is, as far as the node knows, what it wrote last */
    answered(&one, GN_MQTT_PUBREC);
    assert_int_equal(rig.fake.reading_count, 0); /* it was taken in the life before */
    answer(&one, GN_MQTT_PUBREL, 77);
    assert_true(rig_is_silent(&rig, &one)); /* PUBCOMP waits for the disk as well */
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBCOMP);
    start_again(false);
    assert_true(join_kept(&one, "a", 600));
    say(&one, "things/press/properties/t", "2", 2, false); /* the id is free again */
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBREC);
    assert_int_equal(rig.fake.reading_count, 1);
}

static void retained_messages_come_back(void **state)
{
    (void)state;
    for (int from_image = 0; from_image < 2; from_image++) {
        rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
        say(&one, "plant/1", "one", 0, true);
        say(&one, "plant/2", "two", 1, true);
        assert_true(rig_is_silent(&rig, &one));
        rig_durable(&rig);
        answered(&one, GN_MQTT_PUBACK);
        say(&one, "plant/1", "", 0, true);
        start_again(from_image == 1);
        assert_int_equal(rig_server(&rig)->retained.count, 1);
        rig_join(&rig, &two, GN_MQTT_V5, "b", "press");
        assert_int_equal(rig_subscribe(&rig, &two, "#", 1), 1);
        hears(&two, "two");
        assert_true(message.retain && message.qos == 1);
        rig_hang_up(&rig, &two);
    }
}

static void what_has_ended_stays_ended(void **state)
{
    (void)state;
    (void)join_kept(&one, "a", 600);
    (void)join_kept(&two, "b", 5);
    rig_hang_up(&rig, &one);
    rig_hang_up(&rig, &two);
    rig_pass(&rig, 6000);                             /* the second runs out */
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press"); /* the first begins anew, and is not to be kept */
    rig_hang_up(&rig, &one);
    start_again(false);
    assert_int_equal(rig_server(&rig)->clients.away_count, 0);
    assert_false(join_kept(&one, "a", 60));
    rig_hang_up(&rig, &one);
    start_again(false);
    rig_pass(&rig, 59000);
    assert_true(join_kept(&one, "a", 60)); /* time goes on where it was */
}

static void a_packet_that_must_be_kept_waits_for_room(void **state)
{
    (void)state;
    (void)join_kept(&two, "b", 600);
    assert_int_equal(rig_subscribe(&rig, &two, "plant/#", 1), 1);
    rig_hang_up(&rig, &two);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    has_room = false;
    say(&one, "plant/1", "x", 1, false);
    rig_durable(&rig);
    assert_true(rig_is_silent(&rig, &one));
    assert_int_equal(rig_server(&rig)->clients.messages.count, 0);
    has_room = true;
    gn_mqtt_adapter.resume(rig.self);
    rig_durable(&rig);
    answered(&one, GN_MQTT_PUBACK);
    assert_int_equal(rig_server(&rig)->clients.messages.count, 1);
    assert_int_equal(rig_server(&rig)->stats.unkept, 0);
}

static void strange_records_change_nothing(void **state)
{
    (void)state;
    (void)join_kept(&one, "a", 600);
    assert_int_equal(rig_subscribe(&rig, &one, "plant/#", 1), 1);
    say(&one, "plant/1", "x", 1, true);
    start_again(false);
    for (size_t at = 0; at < kept.size;) { /* every byte behind the head, one at a time */
        struct gn_record_head *record = (void *)(kept_bytes + at);
        for (size_t i = sizeof *record; i < record->size; i++) {
            kept_bytes[at + i] ^= 0x81;
            if (gn_record_valid((gn_bytes){ kept_bytes + at, record->size }))
                gn_mqtt_adapter.recall(rig.self, record);
            kept_bytes[at + i] ^= 0x81;
        }
        at += record->size;
    }
    assert_in_range(rig_server(&rig)->clients.away_count, 1, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_session_and_what_waits_for_it_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_release_waits_for_the_disk_and_is_repeated, setup, teardown),
        cmocka_unit_test_setup_teardown(a_message_of_qos_2_is_known_after_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(retained_messages_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_ended_stays_ended, setup, teardown),
        cmocka_unit_test_setup_teardown(a_packet_that_must_be_kept_waits_for_room, setup, teardown),
        cmocka_unit_test_setup_teardown(strange_records_change_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
