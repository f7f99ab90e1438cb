/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_rig.h"

static struct rig rig;
static struct rig_client one;
static struct gn_mqtt_ack answer;
static struct gn_mqtt_frame frame;
static struct gn_mqtt_fault fault;

/* A method as simple as can be: the first message is the Thing's id, the last one "right". guard/scram_test.c has the
 * real one. */
static gn_err scram_begin(void *self, struct gn_scram *scram, gn_str message, struct gn_buf *out)
{
    (void)self;
    if (message.size == 0 || gn_str_copy(scram->id, sizeof scram->id, message) != GN_OK)
        return GN_ERR_INVAL;
    gn_buf_add_text(out, "prove it");
    return GN_OK;
}

static gn_err scram_finish(void *self, const struct gn_scram *scram, gn_str message, gn_str source, struct gn_buf *out,
                           uint32_t *out_thing, int64_t *out_delay_ms)
{
    struct fake_intake *fake = self;
    (void)source;
    *out_delay_ms = fake->delay_ms;
    if (!gn_registry_thing(&fake->registry, gn_str_of(scram->id), out_thing) || !gn_str_equal(message, GN_STR("right")))
        return GN_ERR_DENIED;
    gn_buf_add_text(out, "me too");
    return GN_OK;
}

static int setup(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_server(&rig)->intake.scram_begin = scram_begin;
    rig_server(&rig)->intake.scram_finish = scram_finish;
    one.fd = -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (one.fd >= 0)
        (void)close(one.fd);
    rig_stop(&rig);
    return 0;
}

static void connect_with(const char *method, const char *first)
{
    struct gn_mqtt_connect packet = {
        .version = GN_MQTT_V5, .clean = true, .keepalive_s = 60, .client_id = GN_STR("c")
    };
    gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_AUTH_METHOD, gn_str_of(method));
    gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_AUTH_DATA, gn_str_of(first));
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/events/gone");
    if (one.fd >= 0)
        rig_hang_up(&rig, &one);
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
}

static void auth(uint8_t reason, const char *method, const char *data)
{
    RIG_SENDING(out);
    struct gn_mqtt_ack packet = { .reason = reason };
    gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_AUTH_METHOD, gn_str_of(method));
    gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_AUTH_DATA, gn_str_of(data));
    gn_mqtt_encode_disconnect(&out, GN_MQTT_AUTH, GN_MQTT_V5, &packet);
    rig_send(&rig, &one, out.at, out.size);
}

/* The next packet is an AUTH with that reason and data. */
static void asked(uint8_t reason, const char *data)
{
    assert_true(rig_next(&rig, &one, &frame));
    assert_int_equal(frame.type, GN_MQTT_AUTH);
    assert_int_equal(gn_mqtt_decode_disconnect(&frame, GN_MQTT_V5, &answer, &fault), GN_OK);
    assert_int_equal(answer.reason, reason);
    assert_true(gn_str_equal(gn_mqtt_props_text(&answer.props, GN_MQTT_P_AUTH_METHOD), GN_STR("SCRAM-SHA-256")));
    assert_true(gn_str_equal(gn_mqtt_props_text(&answer.props, GN_MQTT_P_AUTH_DATA), gn_str_of(data)));
}

static void join(void)
{
    struct gn_mqtt_connack welcome;
    connect_with("SCRAM-SHA-256", "press");
    asked(GN_MQTT_CONTINUE_AUTH, "prove it");
    assert_int_equal(rig_server(&rig)->clients.rows[0].live_count, 0);
    auth(GN_MQTT_CONTINUE_AUTH, "SCRAM-SHA-256", "right");
    assert_true(rig_next(&rig, &one, &frame));
    assert_int_equal(frame.type, GN_MQTT_CONNACK);
    assert_int_equal(gn_mqtt_decode_connack(&frame, GN_MQTT_V5, &welcome, &fault), GN_OK);
    assert_int_equal(welcome.code, 0);
    assert_true(gn_str_equal(gn_mqtt_props_text(&welcome.props, GN_MQTT_P_AUTH_DATA), GN_STR("me too")));
}

static void a_proof_opens_the_session_of_the_connect(void **state)
{
    (void)state;
    join();
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 1), 1);
    assert_non_null(gn_mqtt_clients_find(&rig_server(&rig)->clients, FAKE_PRESS, GN_STR("c")));
    rig_hang_up(&rig, &one);
    assert_string_equal(fake_line(&rig.fake, 1), "event 0 gone "); /* the will is that of the CONNECT too */
}

static void a_wrong_proof_is_answered_late(void **state)
{
    (void)state;
    rig.fake.delay_ms = 3000;
    connect_with("SCRAM-SHA-256", "press");
    asked(GN_MQTT_CONTINUE_AUTH, "prove it");
    auth(GN_MQTT_CONTINUE_AUTH, "SCRAM-SHA-256", "wrong");
    assert_true(rig_is_silent(&rig, &one));
    rig_pass(&rig, 3000);
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_BAD_CREDENTIALS);
    assert_true(rig_is_closed(&rig, &one));
    assert_non_null(strstr(rig.fake.refused, "a wrong id or token"));
}

static void other_methods_and_other_messages_are_refused(void **state)
{
    (void)state;
    connect_with("SCRAM-SHA-1", "press");
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_BAD_AUTH_METHOD);
    connect_with("SCRAM-SHA-256", "");
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_NOT_AUTHORIZED);
    connect_with("SCRAM-SHA-256", "press");
    asked(GN_MQTT_CONTINUE_AUTH, "prove it");
    auth(GN_MQTT_CONTINUE_AUTH, "PLAIN", "right");
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_PROTOCOL_ERROR);
    connect_with("SCRAM-SHA-256", "press");
    asked(GN_MQTT_CONTINUE_AUTH, "prove it");
    rig_send(&rig, &one, "\xc0\x00", 2);
    assert_true(rig_is_closed(&rig, &one));
    assert_int_equal(rig_server(&rig)->clients.rows[0].live_count, 0);
}

static void a_session_may_prove_itself_again(void **state)
{
    (void)state;
    join();
    auth(GN_MQTT_REAUTHENTICATE, "SCRAM-SHA-256", "press");
    asked(GN_MQTT_CONTINUE_AUTH, "prove it");
    rig_publish(&rig, &one, 1, 4, "things/press/properties/t", "1"); /* goes on meanwhile */
    rig_durable(&rig);
    assert_int_equal(rig_puback(&rig, &one, 4), 0);
    auth(GN_MQTT_CONTINUE_AUTH, "SCRAM-SHA-256", "right");
    asked(GN_MQTT_SUCCESS, "me too");
    auth(GN_MQTT_REAUTHENTICATE, "SCRAM-SHA-256", "pump"); /* as another Thing */
    asked(GN_MQTT_CONTINUE_AUTH, "prove it");
    auth(GN_MQTT_CONTINUE_AUTH, "SCRAM-SHA-256", "right");
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_NOT_AUTHORIZED);
    rig_hang_up(&rig, &one);
    join();
    auth(GN_MQTT_CONTINUE_AUTH, "SCRAM-SHA-256", "right"); /* to nothing */
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_PROTOCOL_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_proof_opens_the_session_of_the_connect, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_proof_is_answered_late, setup, teardown),
        cmocka_unit_test_setup_teardown(other_methods_and_other_messages_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_may_prove_itself_again, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
