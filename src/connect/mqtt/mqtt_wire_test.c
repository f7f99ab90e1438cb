/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_wire.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connect/mqtt/mqtt_rig.h"
#include "guard/tls_peer.h"

static struct rig rig;
static struct rig_client one;
static char dir[64];
static struct gn_ca *ca;
static struct gn_tls *tls;

/* --- what stands between a client of the rig and the endpoint --- */

static struct bridge {
    int inner; /* the client's bytes */
    int outer; /* the endpoint's socket */
    bool secure, framed, upgraded, inner_over, outer_over;
    struct tls_peer peer;
    struct gn_buf heard; /* what the endpoint said below MQTT: an upgrade's answer, control frames */
    uint8_t heard_bytes[4096];
} bridge;

static uint8_t bridge_bytes[65536];
static uint8_t bridge_more[131072];

static void bridge_out(const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(bridge.outer, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

static void bridge_flush(void)
{
    size_t size;
    while (bridge.secure && (size = tls_peer_take(&bridge.peer, bridge_more, sizeof bridge_more)) > 0)
        bridge_out(bridge_more, size);
}

static void bridge_say(const uint8_t *bytes, size_t size)
{
    if (!bridge.secure) {
        bridge_out(bytes, size);
        return;
    }
    for (size_t at = 0; at < size; at += 8192) {
        const size_t part = size - at < 8192 ? size - at : 8192;
        assert_int_equal(SSL_write(bridge.peer.ssl, bytes + at, (int)part), (int)part);
        bridge_flush();
    }
}

static void bridge_frame(uint8_t first, const uint8_t *bytes, size_t size)
{
    static const uint8_t mask[] = { 1, 2, 3, 4 };
    struct gn_buf buf = gn_buf_over(bridge_more, sizeof bridge_more);
    gn_buf_add_u8(&buf, first);
    gn_buf_add_u8(&buf, (uint8_t)(0x80 | (size < 126 ? size : 126)));
    if (size >= 126)
        gn_buf_add_u16be(&buf, (uint16_t)size);
    gn_buf_add(&buf, mask, 4);
    for (size_t i = 0; i < size; i++)
        gn_buf_add_u8(&buf, bytes[i] ^ mask[i & 3]);
    static uint8_t copy[70000];
    memcpy(copy, buf.at, buf.size);
    bridge_say(copy, buf.size);
}

/* What the endpoint sent, in the clear: whole frames only, which loopback delivers whole here. */
static void bridge_in(uint8_t *bytes, size_t size)
{
    if (bridge.framed && !bridge.upgraded) {
        gn_buf_add(&bridge.heard, bytes, size);
        bridge.upgraded = memmem(bytes, size, "\r\n\r\n", 4) != NULL;
        return;
    }
    if (!bridge.framed) {
        assert_int_equal(send(bridge.inner, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
        return;
    }
    static uint8_t waiting[131072];
    static size_t waiting_size;
    memcpy(waiting + waiting_size, bytes, size);
    waiting_size += size;
    size_t at = 0;
    while (waiting_size - at >= 2) {
        const bool is_long = waiting[at + 1] == 126;
        const size_t header = is_long ? 4 : 2;
        if (waiting_size - at < header)
            break;
        const size_t part = is_long ? (size_t)waiting[at + 2] << 8 | waiting[at + 3] : waiting[at + 1];
        assert_true(waiting[at + 1] <= 126); /* a server does not mask */
        if (waiting_size - at < header + part)
            break;
        if (waiting[at] == 0x82)
            assert_int_equal(send(bridge.inner, waiting + at + header, part, MSG_NOSIGNAL), (ssize_t)part);
        else
            gn_buf_add(&bridge.heard, waiting + at, header + part);
        at += header + part;
    }
    memmove(waiting, waiting + at, waiting_size - at);
    waiting_size -= at;
}

static void bridge_turn(void *self)
{
    (void)self;
    if (bridge.outer < 0)
        return;
    const ssize_t got = bridge.outer_over ? -1 : recv(bridge.outer, bridge_bytes, sizeof bridge_bytes, MSG_DONTWAIT);
    if (got > 0 && !bridge.secure)
        bridge_in(bridge_bytes, (size_t)got);
    if (got > 0 && bridge.secure) {
        int plain;
        assert_int_equal(BIO_write(bridge.peer.wire, bridge_bytes, (int)got), (int)got);
        if (!SSL_is_init_finished(bridge.peer.ssl))
            (void)SSL_do_handshake(bridge.peer.ssl);
        while ((plain = SSL_read(bridge.peer.ssl, bridge_bytes, sizeof bridge_bytes)) > 0)
            bridge_in(bridge_bytes, (size_t)plain);
        ERR_clear_error();
        bridge_flush();
    }
    if (got == 0 && !bridge.outer_over) {
        bridge.outer_over = true;
        (void)shutdown(bridge.inner, SHUT_WR);
    }
    const bool ready = (!bridge.secure || SSL_is_init_finished(bridge.peer.ssl)) && (!bridge.framed || bridge.upgraded);
    const ssize_t said = ready && !bridge.inner_over ? recv(bridge.inner, bridge_bytes, 16000, MSG_DONTWAIT) : -1;
    if (said > 0 && bridge.framed)
        bridge_frame(0x82, bridge_bytes, (size_t)said);
    else if (said > 0)
        bridge_say(bridge_bytes, (size_t)said);
    if (said == 0) {
        bridge.inner_over = true;
        (void)shutdown(bridge.outer, SHUT_WR);
    }
}

#define UPGRADE                                                                                                        \
    "GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                           \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"

/* A client of the rig that comes through the bridge. */
static void dial(bool secure, bool framed, const struct gn_issued *issued)
{
    struct rig_client raw;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    const uint16_t plain_port = rig.port;
    rig.port = secure ? rig.secure_port : rig.port;
    bridge.outer = -1;
    rig_dial(&rig, &raw);
    rig.port = plain_port;
    bridge.inner = pair[0];
    bridge.outer = raw.fd;
    bridge.secure = secure;
    bridge.framed = framed;
    bridge.upgraded = bridge.inner_over = bridge.outer_over = false;
    bridge.heard = gn_buf_over(bridge.heard_bytes, sizeof bridge.heard_bytes);
    one = (struct rig_client){ .fd = pair[1], .version = GN_MQTT_V311 };
    if (secure) {
        tls_peer_init(&bridge.peer, NULL, issued);
        tls_peer_dial(&bridge.peer, NULL, NULL);
        (void)SSL_do_handshake(bridge.peer.ssl);
        bridge_flush();
        for (int i = 0; i < RIG_TURNS && !SSL_is_init_finished(bridge.peer.ssl) && !bridge.outer_over; i++)
            rig_turn(&rig);
        rig_turn(&rig);
    }
    if (!framed || bridge.outer_over)
        return;
    bridge_say((const uint8_t *)UPGRADE, sizeof UPGRADE - 1);
    for (int i = 0; i < RIG_TURNS && !bridge.upgraded && !bridge.outer_over; i++)
        rig_turn(&rig);
}

static void hang_up(void)
{
    (void)close(one.fd);
    for (int i = 0; i < RIG_TURNS && rig_server(&rig)->open_count > 0; i++)
        rig_turn(&rig);
    (void)close(bridge.inner);
    (void)close(bridge.outer);
    if (bridge.secure)
        tls_peer_fini(&bridge.peer);
    bridge.outer = bridge.inner = -1;
}

static void join(void)
{
    const struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "one", "press");
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
}

static int begin(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-wire-XXXXXX");
    if (mkdtemp(dir) == NULL || gn_ca_open(dir, gn_clock_system(), &ca, NULL) != GN_OK ||
        gn_ca_serve(ca, NULL, 0, NULL) != GN_OK || gn_tls_open(ca, GN_TLS_MQTT, &tls) != GN_OK)
        return -1;
    bridge.outer = bridge.inner = -1;
    rig = (struct rig){ .tls = tls, .between = bridge_turn };
    rig_start(&rig);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    gn_mqtt_adapter.stop(rig.self);
    (void)uv_run(&rig.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig.loop), 0);
    fake_fini(&rig.fake);
    gn_tls_close(tls);
    gn_ca_close(ca);
    struct gn_mem_row row;
    assert_int_equal(gn_mem_plan(&row, 1), 0); /* all of it was given back */
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

/* --- every way there is --- */

static void a_device_publishes_and_is_acknowledged_on_every_wire(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        dial((way & 1) != 0, (way & 2) != 0, NULL);
        join();
        rig_publish(&rig, &one, 1, (uint16_t)(7 + way), "things/press/properties/oil", "21.5");
        assert_true(rig_is_silent(&rig, &one)); /* not durable yet */
        rig_durable(&rig);
        assert_int_equal(rig_puback(&rig, &one, (uint16_t)(7 + way)), 0);
        assert_int_equal(rig_subscribe(&rig, &one, "things/press/actions/+", 1), 1);
        hang_up();
        assert_int_equal(rig_server(&rig)->open_count, 0);
    }
    assert_int_equal(rig.fake.reading_count, 4);
    assert_int_equal(rig_server(&rig)->stats.handshakes, 2);
}

/* Larger than a record, a frame, and every shared buffer; in both directions, for it is subscribed to itself. */
static void large_packets_pass_whole_on_every_wire(void **state)
{
    (void)state;
    static char large[100000];
    static uint8_t packet[110000];
    memset(large, ' ', sizeof large);
    large[0] = '{';
    memcpy(large + sizeof large - 10, "\"oil\":4.5}", 10);
    for (unsigned way = 0; way < 4; way++) {
        dial((way & 1) != 0, (way & 2) != 0, NULL);
        join();
        assert_int_equal(rig_subscribe(&rig, &one, "things/press/properties", 0), 0);
        const struct gn_mqtt_publish message = { .topic = GN_STR("things/press/properties"),
                                                 .payload = { (const uint8_t *)large, sizeof large } };
        for (unsigned i = 0; i < 3; i++) {
            struct gn_mqtt_publish back;
            struct gn_buf out = gn_buf_over(packet, sizeof packet);
            gn_mqtt_encode_publish(&out, GN_MQTT_V311, &message);
            rig_send(&rig, &one, packet, out.size);
            rig_message(&rig, &one, &back);
            assert_int_equal(back.payload.size, sizeof large);
            assert_memory_equal(back.payload.at, large, sizeof large);
            assert_int_equal(rig.fake.reading_count, way * 3 + i + 1);
        }
        hang_up();
    }
}

static void a_full_ring_holds_back_what_tls_has_decrypted(void **state)
{
    (void)state;
    for (unsigned framed = 0; framed < 2; framed++) {
        dial(true, framed != 0, NULL);
        join();
        rig.fake.is_full = true;
        for (uint16_t i = 1; i <= 200; i++)
            rig_publish(&rig, &one, 1, i, "things/press/properties/oil", "21.5");
        const size_t before = rig.fake.reading_count;
        rig.fake.is_full = false;
        gn_mqtt_adapter.resume(rig.self);
        for (int i = 0; i < 20; i++)
            rig_turn(&rig);
        assert_int_equal(rig.fake.reading_count - before, 200);
        rig_durable(&rig);
        for (uint16_t i = 1; i <= 200; i++)
            assert_int_equal(rig_puback(&rig, &one, i), 0);
        hang_up();
    }
}

/* --- certificates --- */

static void a_certificate_logs_in_as_its_thing_and_as_no_other(void **state)
{
    (void)state;
    struct gn_issued issued;
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "one", "press");
    assert_int_equal(gn_ca_issue(ca, GN_STR("press"), (gn_bytes){ 0 }, &issued, NULL), GN_OK);
    packet.has_user = packet.has_password = false;
    dial(true, false, &issued);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    rig_publish(&rig, &one, 1, 1, "things/press/properties/oil", "1");
    rig_durable(&rig);
    assert_int_equal(rig_puback(&rig, &one, 1), 0);
    hang_up();

    packet.has_user = true;
    packet.user = GN_STR("press");
    dial(true, false, &issued);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 0);
    hang_up();

    packet = rig_connect_as(GN_MQTT_V311, "one", "pump"); /* with pump's right token */
    dial(true, false, &issued);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 5);
    hang_up();

    packet.has_user = packet.has_password = false;
    dial(true, false, NULL);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 5);
    hang_up();

    assert_int_equal(gn_ca_revoke(ca, GN_STR("press"), NULL), GN_OK);
    dial(true, false, &issued);
    assert_true(rig_is_closed(&rig, &one));
    assert_non_null(strstr(rig.fake.refused, "TLS: "));
    hang_up();
}

/* Revoked behind the handshake, before the CONNECT. */
static void a_certificate_that_is_revoked_meanwhile_does_not_log_in(void **state)
{
    (void)state;
    struct gn_issued issued;
    struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "one", "press");
    assert_int_equal(gn_ca_issue(ca, GN_STR("press"), (gn_bytes){ 0 }, &issued, NULL), GN_OK);
    packet.has_user = packet.has_password = false;
    dial(true, false, &issued);
    assert_int_equal(gn_ca_revoke(ca, GN_STR("press"), NULL), GN_OK);
    rig_send_connect(&rig, &one, &packet);
    assert_int_equal(rig_connack(&rig, &one, NULL), 5);
    hang_up();
}

/* --- WebSocket --- */

static void a_ping_is_answered_and_a_close_is_echoed(void **state)
{
    (void)state;
    dial(false, true, NULL);
    join();
    bridge.heard.size = 0;
    bridge_frame(0x89, (const uint8_t *)"hi", 2);
    for (int i = 0; i < RIG_TURNS && bridge.heard.size < 4; i++)
        rig_turn(&rig);
    assert_memory_equal(bridge.heard_bytes, "\x8a\x02hi", 4);
    bridge_frame(0x88, (const uint8_t *)"\x03\xe8", 2);
    assert_true(rig_is_closed(&rig, &one));
    assert_int_equal(bridge.heard.size, 8);
    assert_memory_equal(bridge.heard_bytes + 4, "\x88\x02\x03\xe8", 4);
    hang_up();
}

static void text_ends_a_websocket_with_its_code(void **state)
{
    (void)state;
    dial(false, true, NULL);
    join();
    bridge.heard.size = 0;
    bridge_frame(0x81, (const uint8_t *)"hi", 2);
    assert_true(rig_is_closed(&rig, &one));
    assert_memory_equal(bridge.heard_bytes, "\x88\x02\x03\xeb", 4);
    hang_up();
}

static void the_node_ends_a_websocket_properly(void **state)
{
    (void)state;
    dial(false, true, NULL);
    join();
    bridge.heard.size = 0;
    gn_mqtt_adapter.evict(rig.self, FAKE_PRESS);
    assert_true(rig_is_closed(&rig, &one));
    assert_memory_equal(bridge.heard_bytes, "\x88\x02\x03\xe8", 4);
    hang_up();
}

static void a_request_that_is_no_upgrade_is_told_so(void **state)
{
    (void)state;
    static const char *const requests[] = { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /mqtt HTTP/1.1\r\n\r\n",
                                            "GET /mqtt HTTP/1.1\r\nHost: a\r\n\r\n" };
    static const char *const answers[] = { "HTTP/1.1 404", "HTTP/1.1 400", "HTTP/1.1 426" };
    for (size_t i = 0; i < 3; i++) {
        rig_dial(&rig, &one);
        rig_send(&rig, &one, requests[i], strlen(requests[i]));
        while (rig_pull(&one) && one.in_size < 12)
            rig_wait(&rig, one.fd, POLLIN), rig_turn(&rig);
        assert_memory_equal(one.in, answers[i], 12);
        rig_hang_up(&rig, &one);
    }
}

static void an_upgrade_without_end_is_ended(void **state)
{
    (void)state;
    static char head[GN_WS_HEAD_BYTES_MAX];
    memset(head, 'a', sizeof head);
    head[0] = 'G';
    rig_dial(&rig, &one);
    rig_send(&rig, &one, head, sizeof head - 1);
    assert_true(rig_is_silent(&rig, &one));
    rig_send(&rig, &one, "a", 1);
    assert_true(rig_is_closed(&rig, &one));
    rig_hang_up(&rig, &one);
}

/* --- handshakes --- */

static void a_handshake_that_is_too_slow_is_ended(void **state)
{
    (void)state;
    struct rig_client slow;
    const uint16_t plain = rig.port;
    rig.port = rig.secure_port;
    rig_dial(&rig, &slow);
    rig.port = plain;
    rig_send(&rig, &slow, "\x16\x03\x01", 3);
    rig_pass(&rig, GN_TLS_HANDSHAKE_MS_MAX - 1);
    assert_true(rig_is_silent(&rig, &slow));
    rig_pass(&rig, 1);
    assert_true(rig_is_closed(&rig, &slow));
    assert_int_equal(rig_server(&rig)->stats.timeouts, 1);
    rig_hang_up(&rig, &slow);
}

static void one_handshake_too_many_ends_the_oldest(void **state)
{
    (void)state;
    static struct rig_client slow[2];
    static int crowd[GN_TLS_HANDSHAKES_MAX - 1];
    const uint16_t plain = rig.port;
    rig.port = rig.secure_port;
    rig_dial(&rig, &slow[0]);
    rig_send(&rig, &slow[0], "\x16\x03\x01", 3);
    for (size_t i = 0; i < GN_TLS_HANDSHAKES_MAX - 1; i++) {
        rig_dial(&rig, &slow[1]);
        rig_send(&rig, &slow[1], "\x16\x03\x01", 3);
        crowd[i] = slow[1].fd;
    }
    rig.port = plain;
    assert_int_equal(rig_server(&rig)->shaking_count, GN_TLS_HANDSHAKES_MAX);
    assert_true(rig_is_silent(&rig, &slow[0]));
    dial(true, false, NULL); /* one more, and it is served */
    join();
    assert_true(rig_is_closed(&rig, &slow[0]));
    assert_true(rig_is_silent(&rig, &slow[1]));
    assert_int_equal(rig_server(&rig)->shaking_count, GN_TLS_HANDSHAKES_MAX - 1);
    for (size_t i = 0; i < GN_TLS_HANDSHAKES_MAX - 1; i++)
        (void)close(crowd[i]);
    (void)close(slow[0].fd);
    hang_up();
}

static void clear_text_at_the_secure_door_is_refused(void **state)
{
    (void)state;
    const struct gn_mqtt_connect packet = rig_connect_as(GN_MQTT_V311, "one", "press");
    const uint16_t plain = rig.port;
    rig.port = rig.secure_port;
    rig_dial(&rig, &one);
    rig.port = plain;
    rig_send_connect(&rig, &one, &packet);
    for (int i = 0; i < RIG_TURNS && rig_pull(&one); i++)
        rig_turn(&rig);
    assert_int_equal(rig_server(&rig)->stats.faults, 1);
    assert_int_equal(rig_server(&rig)->stats.handshakes, 0);
    rig_hang_up(&rig, &one);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(a_device_publishes_and_is_acknowledged_on_every_wire),
        CASE(large_packets_pass_whole_on_every_wire),
        CASE(a_full_ring_holds_back_what_tls_has_decrypted),
        CASE(a_certificate_logs_in_as_its_thing_and_as_no_other),
        CASE(a_certificate_that_is_revoked_meanwhile_does_not_log_in),
        CASE(a_ping_is_answered_and_a_close_is_echoed),
        CASE(text_ends_a_websocket_with_its_code),
        CASE(the_node_ends_a_websocket_properly),
        CASE(a_request_that_is_no_upgrade_is_told_so),
        CASE(an_upgrade_without_end_is_ended),
        CASE(a_handshake_that_is_too_slow_is_ended),
        CASE(one_handshake_too_many_ends_the_oldest),
        CASE(clear_text_at_the_secure_door_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
