/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_rig.h"

static struct rig rig;
static struct rig_client one, two;

static const char object_topic[] = "things/press/properties";

/* --- acknowledgements --- */

static void a_puback_waits_for_the_disk(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_publish(&rig, &one, 1, 7, object_topic, "{\"t\":21.5,\"on\":true}");
    assert_int_equal(rig.fake.reading_count, 2);
    assert_string_equal(rig.fake.readings[0].property, "t");
    assert_true(rig.fake.readings[0].value == 21.5);
    assert_int_equal(rig.fake.readings[0].packet_id, 7);
    assert_int_equal(rig.fake.readings[1].kind, GN_SERIES_BOOL);
    assert_true(rig_is_silent(&rig, &one)); /* taken, not durable */
    gn_mqtt_adapter.durable(rig.self, 0);
    assert_true(rig_is_silent(&rig, &one));
    gn_mqtt_adapter.durable(rig.self, 1);
    assert_int_equal(rig_puback(&rig, &one, 7), 0);
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void pubacks_leave_in_order_up_to_the_cursor(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    for (uint16_t i = 1; i <= 100; i++)
        rig_publish(&rig, &one, 1, i, object_topic, "{\"t\":1}");
    gn_mqtt_adapter.durable(rig.self, 40);
    for (uint16_t i = 1; i <= 40; i++)
        assert_int_equal(rig_puback(&rig, &one, i), 0);
    assert_true(rig_is_silent(&rig, &one));
    rig_durable(&rig);
    for (uint16_t i = 41; i <= 100; i++)
        assert_int_equal(rig_puback(&rig, &one, i), 0);
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void what_was_durable_already_is_acknowledged_at_once(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    gn_mqtt_adapter.durable(rig.self, 1000);
    rig_publish(&rig, &one, 1, 7, object_topic, "{\"t\":1}");
    assert_int_equal(rig_puback(&rig, &one, 7), 0);
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void a_refusal_waits_its_turn_and_says_why(void **state)
{
    struct gn_mqtt_frame frame;
    struct gn_mqtt_ack ack;
    struct gn_mqtt_fault fault;
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_publish(&rig, &one, 1, 1, object_topic, "{\"t\":1}");
    rig_publish(&rig, &one, 1, 2, object_topic, "{\"t\":{}}");
    rig_publish(&rig, &one, 1, 3, "things/pump/properties", "{\"t\":1}");
    rig_publish(&rig, &one, 1, 4, object_topic, "{\"bad\":1}");
    rig_publish(&rig, &one, 1, 5, object_topic, "{\"many\":1}");
    assert_true(rig_is_silent(&rig, &one));
    rig_durable(&rig);
    assert_int_equal(rig_puback(&rig, &one, 1), 0);
    assert_true(rig_next(&rig, &one, &frame));
    assert_int_equal(gn_mqtt_decode_ack(&frame, GN_MQTT_V5, &ack, &fault), GN_OK);
    assert_int_equal(ack.packet_id, 2);
    assert_int_equal(ack.reason, GN_MQTT_BAD_PAYLOAD);
    const gn_str words = gn_mqtt_props_text(&ack.props, GN_MQTT_P_REASON_STRING);
    assert_true(gn_str_equal(words, GN_STR("no reading in it")));
    assert_int_equal(rig_puback(&rig, &one, 3), GN_MQTT_NOT_AUTHORIZED);
    assert_int_equal(rig_puback(&rig, &one, 4), GN_MQTT_BAD_PAYLOAD);
    assert_int_equal(rig_puback(&rig, &one, 5), GN_MQTT_QUOTA);
    assert_int_equal(rig.fake.refused_count, 4);
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void in_3_1_1_a_bad_payload_is_acknowledged_and_counted(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_publish(&rig, &one, 1, 2, object_topic, "{\"t\":");
    assert_int_equal(rig_puback(&rig, &one, 2), 0);
    assert_int_equal(rig.fake.reading_count, 0);
    assert_string_equal(rig.fake.refused, "not JSON at byte 5: the text ends too early");
    rig_publish(&rig, &one, 0, 0, "things/pump/properties", "{\"t\":1}"); /* nobody could be told */
    assert_true(rig_is_silent(&rig, &one));
    assert_string_equal(rig.fake.refused, "the Thing may not publish on 'things/pump/properties'");
    rig_publish(&rig, &one, 1, 3, "things/pump/properties", "{\"t\":1}");
    assert_true(rig_is_closed(&rig, &one));
    assert_int_equal(rig.fake.refused_count, 3);
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void a_redelivery_is_passed_on_with_the_same_fingerprint(void **state)
{
    RIG_SENDING(out);
    struct gn_mqtt_publish packet = {
        .qos = 1, .packet_id = 5, .topic = gn_str_of(object_topic), .payload = { (const uint8_t *)"{\"t\":1}", 7 }
    };
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    packet.dup = true;
    gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    packet.payload.at = (const uint8_t *)"{\"t\":2}";
    gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    rig_send(&rig, &one, out.at, out.size);
    assert_int_equal(rig.fake.reading_count, 3);
    assert_false(rig.fake.readings[0].redelivered);
    assert_true(rig.fake.readings[1].redelivered);
    assert_true(rig.fake.readings[0].fingerprint == rig.fake.readings[1].fingerprint);
    assert_true(rig.fake.readings[0].fingerprint != rig.fake.readings[2].fingerprint);
    packet.topic = GN_STR("things/press/events/jam");
    gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    rig_send(&rig, &one, out.at, out.size);
    assert_true(rig.fake.message.redelivered);
    assert_int_equal(rig.fake.message.packet_id, 5);
    assert_true(rig.fake.message.fingerprint != rig.fake.readings[2].fingerprint); /* another topic */
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

/* --- back-pressure --- */

static void a_full_ring_holds_packets_and_loses_none(void **state)
{
    static uint8_t bytes[40000];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig.fake.room = 10; /* ten fit, then it is full */
    for (uint16_t i = 1; i <= 500; i++) {
        char payload[16];
        (void)snprintf(payload, sizeof payload, "{\"n\":%u}", i);
        const struct gn_mqtt_publish packet = { .qos = 1,
                                                .packet_id = i,
                                                .topic = gn_str_of(object_topic),
                                                .payload = { (const uint8_t *)payload, strlen(payload) } };
        gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    }
    assert_false(out.full);
    rig_send(&rig, &one, out.at, out.size);
    rig_turn(&rig);
    assert_int_equal(rig.fake.reading_count, 10);
    assert_int_equal(rig_server(&rig)->stats.held_back, 1);
    rig_pass(&rig, 1000); /* a tick tries again, in vain */
    assert_int_equal(rig.fake.reading_count, 10);
    rig.fake.is_full = false;
    rig.fake.room = 7;
    gn_mqtt_adapter.resume(rig.self);
    assert_int_equal(rig.fake.reading_count, 17);
    rig.fake.is_full = false;
    rig.fake.room = 0;
    gn_mqtt_adapter.resume(rig.self);
    for (int i = 0; i < 8; i++)
        rig_turn(&rig);
    assert_int_equal(rig.fake.reading_count, 500);
    for (size_t i = 0; i < 500; i++)
        assert_true(rig.fake.readings[i].value == (double)(i + 1)); /* none lost, none twice, in order */
    rig_durable(&rig);
    for (uint16_t i = 1; i <= 500; i++)
        assert_int_equal(rig_puback(&rig, &one, i), 0);
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void a_full_ring_stops_reading_from_the_others_before_they_are_read(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V311, "b", "pump");
    rig.fake.is_full = true;
    rig_publish(&rig, &one, 1, 1, object_topic, "{\"n\":1}");
    rig_publish(&rig, &two, 1, 1, "things/pump/properties", "{\"n\":2}");
    assert_int_equal(rig.fake.reading_count, 0);
    assert_int_equal(rig_server(&rig)->stats.held_back, 2);
    assert_null(TAILQ_LAST(&rig_server(&rig)->waiting, gn_mqtt_conn_list)->held);
    rig_pass(&rig, 1000000); /* no keep-alive counts while it is us who do not read */
    rig.fake.is_full = false;
    gn_mqtt_adapter.resume(rig.self);
    rig_turn(&rig);
    assert_int_equal(rig.fake.reading_count, 2);
    rig_durable(&rig);
    assert_int_equal(rig_puback(&rig, &one, 1), 0);
    assert_int_equal(rig_puback(&rig, &two, 1), 0);
    rig_hang_up(&rig, &one);
    rig_hang_up(&rig, &two);
    rig_stop(&rig);
}

/* --- who may --- */

static void a_wrong_token_and_an_unknown_id_are_answered_alike(void **state)
{
    (void)state;
    rig_start(&rig);
    for (int version = GN_MQTT_V311; version <= GN_MQTT_V5; version++) {
        const uint8_t expected = version == GN_MQTT_V5 ? GN_MQTT_BAD_CREDENTIALS : GN_MQTT_V311_NOT_AUTHORIZED;
        struct gn_mqtt_connect packet = rig_connect_as((uint8_t)version, "a", "press");
        packet.password = GN_STR("wrong");
        rig_dial(&rig, &one);
        rig_send_connect(&rig, &one, &packet);
        assert_int_equal(rig_connack(&rig, &one, NULL), expected);
        assert_true(rig_is_closed(&rig, &one));
        rig_hang_up(&rig, &one);
        packet.user = GN_STR("nobody");
        rig_dial(&rig, &one);
        rig_send_connect(&rig, &one, &packet);
        assert_int_equal(rig_connack(&rig, &one, NULL), expected);
        assert_true(rig_is_closed(&rig, &one));
        rig_hang_up(&rig, &one);
    }
    assert_string_equal(rig.fake.source, "127.0.0.1");
    assert_string_equal(rig.fake.refused, "a wrong id or token from 127.0.0.1");
    rig_stop(&rig);
}

static void a_delayed_answer_blocks_nobody(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    (void)state;
    rig_start(&rig);
    packet.password = GN_STR("wrong");
    rig.fake.delay_ms = 5000;
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_true(rig_is_silent(&rig, &one));
    rig_join(&rig, &two, GN_MQTT_V311, "b", "press");
    rig_publish(&rig, &two, 1, 1, object_topic, "{\"t\":1}");
    rig_durable(&rig);
    assert_int_equal(rig_puback(&rig, &two, 1), 0);
    rig_pass(&rig, 4999);
    assert_true(rig_is_silent(&rig, &one));
    rig_pass(&rig, 1);
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_V311_NOT_AUTHORIZED);
    assert_true(rig_is_closed(&rig, &one));
    rig_hang_up(&rig, &one);
    rig_hang_up(&rig, &two);
    rig_stop(&rig);
}

static void a_delayed_answer_needs_no_tick(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    (void)state;
    rig_start(&rig);
    packet.password = GN_STR("wrong");
    rig.fake.delay_ms = 20;
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    rig.fake.clock.mono_us += 20000;
    assert_int_equal(rig_connack(&rig, &one, NULL), GN_MQTT_BAD_CREDENTIALS); /* by the loop's timer alone */
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void an_evicted_thing_is_told_and_forgotten(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_join(&rig, &two, GN_MQTT_V5, "b", "pump");
    gn_mqtt_adapter.evict(rig.self, FAKE_PRESS);
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_ADMINISTRATIVE);
    assert_true(rig_is_silent(&rig, &two));
    assert_string_equal(fake_line(&rig.fake, 0), "link 0 up");
    assert_string_equal(fake_line(&rig.fake, 1), "link 1 up");
    assert_string_equal(fake_line(&rig.fake, 2), "link 0 down");
    rig_hang_up(&rig, &one);
    rig_hang_up(&rig, &two);
    rig_stop(&rig);
}

/* --- time --- */

static void silence_of_one_and_a_half_keepalives_ends_it(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    RIG_SENDING(ping);
    struct gn_mqtt_frame frame;
    (void)state;
    rig_start(&rig);
    packet.keepalive_s = 10;
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/events/gone");
    packet.will.payload = (gn_bytes){ (const uint8_t *)"bye", 3 };
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig_pass(&rig, 14999);
    gn_mqtt_encode_ping(&ping, GN_MQTT_PINGREQ);
    rig_send(&rig, &one, ping.at, ping.size);
    assert_true(rig_next(&rig, &one, &frame));
    assert_int_equal(frame.type, GN_MQTT_PINGRESP);
    rig_pass(&rig, 14999);
    assert_true(rig_is_silent(&rig, &one));
    rig_pass(&rig, 1);
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_KEEPALIVE_TIMEOUT);
    assert_string_equal(fake_line(&rig.fake, 1), "event 0 gone bye");
    assert_string_equal(fake_line(&rig.fake, 2), "link 0 down");
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

static void no_connect_in_time_is_not_waited_for(void **state)
{
    (void)state;
    rig_start(&rig);
    rig_dial(&rig, &one);
    rig_send(&rig, &one, "\x10", 1);
    rig_pass(&rig, GN_MQTT_CONNECT_TIMEOUT_MS - 1);
    assert_true(rig_is_silent(&rig, &one));
    rig_pass(&rig, 1);
    assert_true(rig_is_closed(&rig, &one));
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

/* --- clients that others wrote --- */

struct child {
    uv_process_t process;
    uv_pipe_t out;
    char text[512];
    size_t size;
    bool is_over;
    int64_t status;
};

static void child_on_exit(uv_process_t *process, int64_t status, int term_signal)
{
    struct child *child = process->data;
    child->is_over = true;
    child->status = term_signal != 0 ? -1 : status;
    uv_close((uv_handle_t *)process, NULL);
}

static void child_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct child *child = handle->data;
    (void)suggested;
    *buf = uv_buf_init(child->text + child->size, (unsigned)(sizeof child->text - 1 - child->size));
}

static void child_on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct child *child = stream->data;
    (void)buf;
    if (size > 0)
        child->size += (size_t)size;
    else if (size < 0)
        uv_close((uv_handle_t *)stream, NULL);
}

/* Runs a program on the rig's own loop. False: it is not installed. */
static bool child_start(struct child *child, char **args)
{
    memset(child, 0, sizeof *child);
    child->process.data = child->out.data = child;
    assert_int_equal(uv_pipe_init(&rig.loop, &child->out, 0), 0);
    uv_stdio_container_t stdio[] = { { .flags = UV_IGNORE },
                                     { .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
                                       .data.stream = (uv_stream_t *)&child->out },
                                     { .flags = UV_INHERIT_FD, .data.fd = 2 } };
    const uv_process_options_t options = {
        .exit_cb = child_on_exit, .file = args[0], .args = args, .stdio_count = 3, .stdio = stdio
    };
    const int err = uv_spawn(&rig.loop, &child->process, &options);
    if (err != 0) {
        uv_close((uv_handle_t *)&child->process, NULL);
        uv_close((uv_handle_t *)&child->out, NULL);
        assert_int_equal(err, UV_ENOENT);
        return false;
    }
    return uv_read_start((uv_stream_t *)&child->out, child_on_alloc, child_on_read) == 0;
}

static void child_wait(struct child *child)
{
    while (!child->is_over || !uv_is_closing((uv_handle_t *)&child->out))
        (void)uv_run(&rig.loop, UV_RUN_ONCE);
    rig_turn(&rig);
}

static void mosquitto_pub_waits_for_the_disk(void **state)
{
    static const char *const versions[] = { "mqttv311", "mqttv5" };
    struct child child;
    char port[8];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *args[] = { "mosquitto_pub",
                         "-p",
                         port,
                         "-h",
                         "127.0.0.1",
                         "-V",
                         (char *)(uintptr_t)versions[i],
                         "-q",
                         "1",
                         "-i",
                         "pub",
                         "-u",
                         "press",
                         "-P",
                         "press-token",
                         "-t",
                         "things/press/properties",
                         "-m",
                         "{\"t\":21.5}",
                         NULL };
        rig_start(&rig);
        (void)snprintf(port, sizeof port, "%u", rig.port);
        if (!child_start(&child, args)) {
            rig_stop(&rig);
            skip();
        }
        while (rig.fake.reading_count == 0)
            (void)uv_run(&rig.loop, UV_RUN_ONCE);
        rig_turn(&rig);
        assert_false(child.is_over); /* it waits for its PUBACK */
        rig_durable(&rig);
        child_wait(&child);
        assert_int_equal(child.status, 0);
        assert_true(rig.fake.readings[0].value == 21.5);
        assert_string_equal(fake_line(&rig.fake, 1), "link 0 down");
        rig_stop(&rig);
    }
}

static void mosquitto_pub_is_told_that_it_may_not(void **state)
{
    struct child child;
    char port[8];
    char *args[] = {
        "mosquitto_pub",           "-p", port, "-h",      "127.0.0.1", "-q", "1", "-u", "press", "-P", "wrong", "-t",
        "things/press/properties", "-m", "1",  "--quiet", NULL
    };
    (void)state;
    rig_start(&rig);
    (void)snprintf(port, sizeof port, "%u", rig.port);
    if (!child_start(&child, args)) {
        rig_stop(&rig);
        skip();
    }
    child_wait(&child);
    assert_int_equal(child.status, 5); /* not authorised */
    assert_int_equal(rig.fake.reading_count, 0);
    rig_stop(&rig);
}

static void mosquitto_sub_gets_an_action(void **state)
{
    static const char *const versions[] = { "mqttv311", "mqttv5" };
    struct child child;
    char port[8];
    const struct gn_action_out action = {
        .thing = FAKE_PRESS, .action = GN_STR("stop"), .id = GN_STR("x-1"), .payload = GN_STR("{\"id\":\"x-1\"}")
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *args[] = { "mosquitto_sub",
                         "-p",
                         port,
                         "-h",
                         "127.0.0.1",
                         "-V",
                         (char *)(uintptr_t)versions[i],
                         "-q",
                         "1",
                         "-i",
                         "sub",
                         "-u",
                         "press",
                         "-P",
                         "press-token",
                         "-t",
                         "things/press/actions/+",
                         "-C",
                         "1",
                         "-v",
                         NULL };
        rig_start(&rig);
        (void)snprintf(port, sizeof port, "%u", rig.port);
        if (!child_start(&child, args)) {
            rig_stop(&rig);
            skip();
        }
        while (gn_mqtt_adapter.deliver(rig.self, &action) == GN_ERR_NOT_FOUND)
            (void)uv_run(&rig.loop, UV_RUN_ONCE);
        child_wait(&child);
        assert_int_equal(child.status, 0);
        assert_string_equal(child.text, "things/press/actions/stop {\"id\":\"x-1\"}\n");
        assert_string_equal(fake_line(&rig.fake, 1), "x-1 sent");
        assert_string_equal(fake_line(&rig.fake, 2), "x-1 acknowledged");
        rig_stop(&rig);
    }
}

/* --- start and stop --- */

static void a_bad_address_is_explained(void **state)
{
    struct gn_diag diag = { 0 };
    uv_loop_t loop;
    char text[128], taken[64], expected[256];
    struct gn_buf address = gn_buf_over(text, sizeof text);
    void *self = NULL;
    (void)state;
    rig_start(&rig);
    assert_int_equal(uv_loop_init(&loop), 0);
    struct gn_doors doors = { .plain = "1883", .out_plain = &address };
    assert_int_equal(gn_mqtt_adapter.start(&loop, &rig.fake.table, &doors, &self, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "'1883' is no address; give HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883");
    (void)snprintf(taken, sizeof taken, "127.0.0.1:%u", rig.port);
    doors.plain = taken;
    assert_int_equal(gn_mqtt_adapter.start(&loop, &rig.fake.table, &doors, &self, &diag), GN_ERR_BUSY);
    (void)snprintf(expected, sizeof expected,
                   "%s is in use by another program; choose another with --mqtt HOST:PORT, or port 0 for any", taken);
    assert_string_equal(diag.text, expected);
    doors = (struct gn_doors){ .secure = "192.0.2.1:1883", .out_secure = &address };
    assert_int_equal(gn_mqtt_adapter.start(&loop, &rig.fake.table, &doors, &self, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text,
                        "192.0.2.1:1883 is no address of this machine; choose another with --mqtts HOST:PORT");
    assert_null(self);
    (void)uv_run(&loop, UV_RUN_DEFAULT); /* the half-made ones go */
    assert_int_equal(uv_loop_close(&loop), 0);
    rig_stop(&rig);
}

static void stopping_says_goodbye_and_gives_all_back(void **state)
{
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V5, "a", "press");
    (void)state;
    rig_start(&rig);
    packet.has_will = true;
    packet.will.topic = GN_STR("things/press/events/gone");
    rig_dial(&rig, &one);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig_dial(&rig, &two); /* one that says nothing */
    gn_mqtt_adapter.stop(rig.self);
    (void)uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_true(rig_pull(&one) || one.in_size > 0);
    assert_int_equal(one.in[0] >> 4, GN_MQTT_DISCONNECT);
    assert_int_equal(one.in[2], GN_MQTT_SHUTTING_DOWN);
    assert_int_equal(rig.fake.line_count, 2); /* up and down, and no will: it is the node that goes */
    assert_string_equal(fake_line(&rig.fake, 1), "link 0 down");
    assert_int_equal(uv_loop_close(&rig.loop), 0);
    fake_fini(&rig.fake);
    (void)close(one.fd);
    (void)close(two.fd);
}

static void the_statistics_are_one_json_object(void **state)
{
    char text[2048];
    struct gn_buf out = gn_buf_over(text, sizeof text - 1);
    (void)state;
    rig_start(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    rig_publish(&rig, &one, 0, 0, object_topic, "{\"t\":1}");
    gn_mqtt_adapter.stats(rig.self, &out);
    text[out.size] = '\0';
    assert_non_null(strstr(text, "\"connections\":1,"));
    assert_non_null(strstr(text, "\"publishes\":1,"));
    assert_true(text[0] == '{' && text[out.size - 1] == '}');
    rig_hang_up(&rig, &one);
    rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_puback_waits_for_the_disk),
        cmocka_unit_test(pubacks_leave_in_order_up_to_the_cursor),
        cmocka_unit_test(what_was_durable_already_is_acknowledged_at_once),
        cmocka_unit_test(a_refusal_waits_its_turn_and_says_why),
        cmocka_unit_test(in_3_1_1_a_bad_payload_is_acknowledged_and_counted),
        cmocka_unit_test(a_redelivery_is_passed_on_with_the_same_fingerprint),
        cmocka_unit_test(a_full_ring_holds_packets_and_loses_none),
        cmocka_unit_test(a_full_ring_stops_reading_from_the_others_before_they_are_read),
        cmocka_unit_test(a_wrong_token_and_an_unknown_id_are_answered_alike),
        cmocka_unit_test(a_delayed_answer_blocks_nobody),
        cmocka_unit_test(a_delayed_answer_needs_no_tick),
        cmocka_unit_test(an_evicted_thing_is_told_and_forgotten),
        cmocka_unit_test(silence_of_one_and_a_half_keepalives_ends_it),
        cmocka_unit_test(no_connect_in_time_is_not_waited_for),
        cmocka_unit_test(mosquitto_pub_waits_for_the_disk),
        cmocka_unit_test(mosquitto_pub_is_told_that_it_may_not),
        cmocka_unit_test(mosquitto_sub_gets_an_action),
        cmocka_unit_test(a_bad_address_is_explained),
        cmocka_unit_test(stopping_says_goodbye_and_gives_all_back),
        cmocka_unit_test(the_statistics_are_one_json_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
