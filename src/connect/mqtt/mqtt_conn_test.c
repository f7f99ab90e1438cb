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
static uint8_t large[300000];

static int setup(void **state)
{
    (void)state;
    rig_start(&rig);
    one.fd = two.fd = -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (one.fd >= 0)
        (void)close(one.fd);
    if (two.fd >= 0)
        (void)close(two.fd);
    rig_stop(&rig);
    return 0;
}

static struct gn_mqtt_conn *first_conn(void)
{
    return TAILQ_FIRST(&rig_server(&rig)->open);
}

/* A PUBLISH of exactly `size` bytes: {"t":1} and blanks. */
static size_t publish_of(size_t size, uint16_t packet_id)
{
    static char payload[GN_MQTT_PACKET_BYTES_MAX];
    struct gn_buf out = gn_buf_over(large, sizeof large);
    struct gn_mqtt_publish packet = { .qos = 1,
                                      .packet_id = packet_id,
                                      .topic = GN_STR("things/press/properties"),
                                      .payload = { (const uint8_t *)payload, 7 } };
    memset(payload, ' ', sizeof payload);
    memcpy(payload, "{\"t\":1}", 7);
    while (gn_mqtt_publish_size(GN_MQTT_V311, &packet) < size)
        packet.payload.size += size - gn_mqtt_publish_size(GN_MQTT_V311, &packet) > 3
                                   ? size - gn_mqtt_publish_size(GN_MQTT_V311, &packet) - 3
                                   : 1;
    gn_mqtt_encode_publish(&out, GN_MQTT_V311, &packet);
    assert_false(out.full);
    return out.size;
}

static void packets_of_every_size_arrive_in_every_cut(void **state)
{
    static const size_t sizes[] = { 40,   131,  4095,  4096,  4097,  8191,
                                    8192, 8193, 32767, 32768, 40000, GN_MQTT_PACKET_BYTES_MAX };
    static const size_t cuts[] = { 1, 2, 5, 100, 4096, 33000 };
    uint16_t id = 0;
    size_t count = 0;
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
            const size_t size = publish_of(sizes[i], ++id);
            const size_t cut = cuts[k] < size ? cuts[k] : size - 1;
            assert_int_equal(size, sizes[i]);
            rig_send(&rig, &one, large, cut);
            assert_int_equal(rig.fake.reading_count, count);
            assert_true(first_conn()->held_size > 0); /* the beginning is kept */
            rig_send(&rig, &one, large + cut, size - cut);
            rig_durable(&rig);
            assert_int_equal(rig_puback(&rig, &one, id), 0);
            assert_int_equal(rig.fake.reading_count, ++count);
            assert_null(first_conn()->held); /* and given back */
        }
}

static void a_packet_may_come_byte_by_byte(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    const size_t size = publish_of(300, 7);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(rig.fake.reading_count, 0);
        rig_send(&rig, &one, large + i, 1);
    }
    assert_int_equal(rig.fake.reading_count, 1);
}

static void a_large_packet_takes_memory_as_it_comes(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    const size_t size = publish_of(GN_MQTT_PACKET_BYTES_MAX, 7);
    rig_send(&rig, &one, large, 10); /* says it is large, and is not yet */
    assert_true(first_conn()->held_capacity <= 64);
    rig_send(&rig, &one, large + 10, 9990);
    assert_true(first_conn()->held_capacity <= 32768);
    rig_send(&rig, &one, large + 10000, size - 10000);
    assert_int_equal(rig.fake.reading_count, 1);
    publish_of(GN_MQTT_PACKET_BYTES_MAX, 8);
    large[1]++; /* one byte more than allowed */
    rig_send(&rig, &one, large, 10);
    assert_true(rig_is_closed(&rig, &one));
}

static void the_last_word_arrives_although_more_was_sent(void **state)
{
    static uint8_t junk[100000];
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    memcpy(junk, "\xc0\x01\x00", 3); /* no ping, and a lot behind it */
    rig_send(&rig, &one, junk, sizeof junk);
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_MALFORMED);
    (void)shutdown(one.fd, SHUT_WR);
    for (int i = 0; i < 8; i++)
        rig_turn(&rig);
    assert_int_equal(rig_server(&rig)->open_count, 0);
}

static void who_does_not_close_is_closed(void **state)
{
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a", "press");
    rig_send(&rig, &one, "\xc0\x01\x00", 3);
    assert_int_equal(rig_goodbye(&rig, &one), GN_MQTT_MALFORMED);
    rig_pass(&rig, GN_MQTT_LINGER_MS - 1);
    assert_int_equal(rig_server(&rig)->open_count, 1);
    rig_pass(&rig, 1);
    assert_int_equal(rig_server(&rig)->open_count, 0);
}

static void a_client_that_asks_and_does_not_listen_is_not_read_from(void **state)
{
    static uint8_t pings[20000];
    int size = 4096;
    (void)state;
    rig_dial(&rig, &one);
    (void)setsockopt(one.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    const struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    assert_int_equal(uv_send_buffer_size((uv_handle_t *)&first_conn()->tcp, &size), 0); /* or it takes megabytes */
    for (size_t i = 0; i < sizeof pings; i += 2)
        memcpy(pings + i, "\xc0\x00", 2);
    uint64_t before = 1;
    while (before != rig_server(&rig)->stats.bytes_in) { /* until nothing is read any more */
        before = rig_server(&rig)->stats.bytes_in;
        for (int i = 0; i < 100; i++) {
            (void)!send(one.fd, pings, sizeof pings, MSG_DONTWAIT | MSG_NOSIGNAL);
            rig_turn(&rig);
        }
    }
    assert_true(first_conn()->pauses & GN_MQTT_PAUSE_OUT);
    assert_true(first_conn()->out_waiting <= 2 * GN_MQTT_OUT_PAUSE + GN_MQTT_OUT_BYTES);
    before = rig_server(&rig)->stats.bytes_in;
    while (before == rig_server(&rig)->stats.bytes_in) { /* it listens again, and is read again */
        rig_turn(&rig);
        assert_true(rig_pull(&one));
        one.in_size = 0;
    }
}

static void a_client_that_does_not_read_misses_what_would_have_to_wait(void **state)
{
    int size = 65536;
    (void)state;
    rig_join(&rig, &two, GN_MQTT_V311, "b", "press");
    rig_dial(&rig, &one);
    (void)setsockopt(one.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    const struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "a", "press");
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 0), 0);
    size_t sent = 0;
    const size_t each = publish_of(60000, 1);
    while (rig_server(&rig)->stats.unrouted == 0 && sent < 50 * (size_t)1048576) {
        rig_send(&rig, &two, large, each);
        rig_durable(&rig);
        (void)rig_pull(&two);
        two.in_size = 0;
        sent += each;
    }
    assert_int_equal(rig_server(&rig)->stats.unrouted, 1);
    assert_in_range(rig_server(&rig)->clients.messages.bytes, 60000, GN_MQTT_OUTBOX_BYTES_MAX);
    rig_publish(&rig, &two, 0, 0, "things/press/properties/t", "1"); /* the other goes on */
    assert_true(rig_is_silent(&rig, &two));
    assert_int_equal(rig_server(&rig)->clients.rows[0].live_count, 2);
    while (rig_server(&rig)->clients.messages.count > 0) { /* it reads: all of it comes */
        rig_wait(&rig, one.fd, POLLIN);
        while (recv(one.fd, one.in, sizeof one.in, MSG_DONTWAIT) > 0) {
        }
        rig_turn(&rig);
    }
    assert_int_equal(rig_server(&rig)->clients.messages.count, 0);
}

/* The packet that is being handed on lies in the connection's own bytes. */
static void a_connection_may_end_while_its_own_packet_is_handed_on(void **state)
{
    int size = 4096;
    struct gn_mqtt_publish message;
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V311, "a", "press");
    assert_int_equal(uv_send_buffer_size((uv_handle_t *)&first_conn()->tcp, &size), 0);
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/#", 0), 0);
    rig_join(&rig, &two, GN_MQTT_V311, "b", "press");
    assert_int_equal(rig_subscribe(&rig, &two, "things/press/#", 0), 0);
    const size_t whole = publish_of(200000, 1);
    rig_send(&rig, &one, large, whole - 1);
    assert_true(first_conn()->held_size == whole - 1);
    gn_mem_fail_after(2); /* the bytes for the first; the second got its own before */
    rig_send(&rig, &one, large + whole - 1, 1);
    gn_mem_fail_after(0);
    assert_int_equal(rig_server(&rig)->stats.slow, 1);
    rig_message(&rig, &two, &message);
    assert_memory_equal(message.payload.at, "{\"t\":1}", 7);
    assert_int_equal(rig_server(&rig)->clients.rows[0].live_count, 1);
}

static void one_too_many_is_closed_at_once(void **state)
{
    enum { MANY = 64 };
    static int sockets[MANY];
    struct rig_client *extra = &two;
    (void)state;
    assert_in_range(rig_server(&rig)->pool_size, MANY + 1, GN_MQTT_CONNECTIONS_MAX);
    rig_server(&rig)->pool_size = MANY;
    for (int i = 0; i < MANY; i++) {
        rig_dial(&rig, &one);
        sockets[i] = one.fd;
        one.fd = -1;
    }
    rig_turn(&rig);
    assert_int_equal(rig_server(&rig)->open_count, MANY);
    assert_int_equal(rig_server(&rig)->stats.turned_away, 0);
    for (int i = 0; i < 3; i++) {
        rig_dial(&rig, extra);
        assert_true(rig_is_closed(&rig, extra));
        rig_hang_up(&rig, extra);
    }
    assert_int_equal(rig_server(&rig)->stats.turned_away, 3);
    (void)close(sockets[7]); /* one goes, one may come */
    for (int i = 0; i < 8; i++)
        rig_turn(&rig);
    rig_join(&rig, extra, GN_MQTT_V311, "late", "press");
    for (int i = 0; i < MANY; i++)
        if (i != 7)
            (void)close(sockets[i]);
}

static void one_address_has_only_so_many_that_are_not_let_in(void **state)
{
    static int sockets[GN_MQTT_HALF_OPEN_PER_LOOPBACK_MAX];
    enum { COUNT = GN_MQTT_HALF_OPEN_PER_LOOPBACK_MAX };
    (void)state;
    rig_join(&rig, &two, GN_MQTT_V311, "in", "press"); /* does not count */
    for (int i = 0; i < COUNT; i++) {
        rig_dial(&rig, &one);
        sockets[i] = one.fd;
        one.fd = -1;
    }
    for (int i = 0; i < 2 * COUNT / GN_MQTT_ACCEPTS_PER_TURN_MAX && rig_server(&rig)->half_count < COUNT; i++)
        rig_turn(&rig);
    assert_int_equal(rig_server(&rig)->half_count, COUNT);
    rig_dial(&rig, &one);
    assert_true(rig_is_closed(&rig, &one));
    rig_hang_up(&rig, &one);
    assert_int_equal(rig_server(&rig)->stats.crowded, 1);
    (void)close(sockets[0]);
    for (int i = 0; i < 8; i++)
        rig_turn(&rig);
    rig_join(&rig, &one, GN_MQTT_V311, "late", "press");
    for (int i = 1; i < COUNT; i++)
        (void)close(sockets[i]);
}

static void of_too_many_half_open_ones_the_oldest_makes_room(void **state)
{
    struct rig_client oldest = { 0 };
    (void)state;
    rig_dial(&rig, &oldest);
    rig_dial(&rig, &one);
    for (int i = 0; i < 8; i++)
        rig_turn(&rig);
    assert_int_equal(rig_server(&rig)->half_count, 2);
    rig_server(&rig)->half_count += GN_MQTT_HALF_OPEN_MAX - 2; /* as if there were as many as may be */
    rig_join(&rig, &two, GN_MQTT_V311, "honest", "press");
    assert_true(rig_is_closed(&rig, &oldest));
    assert_int_equal(rig_server(&rig)->stats.half_ended, 1);
    rig_server(&rig)->half_count -= GN_MQTT_HALF_OPEN_MAX - 2;
    assert_int_equal(rig_server(&rig)->half_count, 1);
    rig_hang_up(&rig, &oldest);
    assert_true(rig_is_silent(&rig, &one)); /* the younger one is there */
    rig_hang_up(&rig, &one);
}

static void an_idle_connection_is_small(void **state)
{
    struct gn_mem_row rows[32];
    size_t bytes = 0;
    (void)state;
    rig_join(&rig, &one, GN_MQTT_V5, "a-client-id-of-usual-length", "press");
    assert_int_equal(rig_subscribe(&rig, &one, "things/press/actions/+", 1), 1);
    const size_t count = gn_mem_plan(rows, 32);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].purpose, "mqtt clients") == 0 || strcmp(rows[i].purpose, "mqtt subscriptions") == 0)
            bytes += rows[i].bytes + 64 * rows[i].blocks; /* with their heads */
    bytes += sizeof(struct gn_mqtt_conn);
    print_message("an idle connection with a subscription takes %zu bytes\n", bytes);
    assert_true(bytes <= 1536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(packets_of_every_size_arrive_in_every_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(a_packet_may_come_byte_by_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_packet_takes_memory_as_it_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_word_arrives_although_more_was_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(who_does_not_close_is_closed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_that_asks_and_does_not_listen_is_not_read_from, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_that_does_not_read_misses_what_would_have_to_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(a_connection_may_end_while_its_own_packet_is_handed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(one_too_many_is_closed_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(one_address_has_only_so_many_that_are_not_let_in, setup, teardown),
        cmocka_unit_test_setup_teardown(of_too_many_half_open_ones_the_oldest_makes_room, setup, teardown),
        cmocka_unit_test_setup_teardown(an_idle_connection_is_small, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
