/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that come, publish, listen, break off and lie, a ring that fills, a disk that lags and memory that runs out,
 * in an order drawn from a seed (printed when it fails; GN_SEED chooses one). What must hold after every step is
 * checked, and in the end everything has been given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_rig.h"

enum { CHAOS_CLIENTS = 10, CHAOS_STEPS = 6000 };

static struct rig rig;
static struct rig_client clients[CHAOS_CLIENTS];
static uint64_t seed;
static uint64_t acks_open[CHAOS_CLIENTS]; /* QoS 1 publishes sent and not answered */
static uint64_t readings_before;

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13; /* xorshift64 */
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static const char *thing_of(uint32_t client)
{
    return client % 3 == 0 ? "pump" : "press";
}

/* Sends without waiting; what does not fit is left out, as on a line that breaks. */
static void chaos_send(uint32_t index, const void *bytes, size_t size)
{
    if (draw(20) == 0)
        size = draw((uint32_t)size + 1);
    (void)!send(clients[index].fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void chaos_hang_up(uint32_t index)
{
    const struct linger reset = { 1, 0 };
    if (clients[index].fd < 0)
        return;
    if (draw(2) == 0)
        (void)setsockopt(clients[index].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    (void)close(clients[index].fd);
    clients[index].fd = -1;
}

static void chaos_connect(uint32_t index)
{
    RIG_SENDING(out);
    char id[8];
    const uint8_t version = draw(2) == 0 ? GN_MQTT_V311 : GN_MQTT_V5;
    (void)snprintf(id, sizeof id, "c%u", draw(5)); /* often one that is taken */
    chaos_hang_up(index);
    rig_dial(&rig, &clients[index]);
    clients[index].version = version;
    acks_open[index] = 0;
    struct gn_mqtt_connect packet = rig_connect_as(version, id, thing_of(index));
    packet.clean = draw(2) == 0;
    packet.keepalive_s = (uint16_t)draw(30);
    if (draw(10) == 0)
        packet.password = GN_STR("wrong");
    packet.has_will = draw(2) == 0;
    packet.will.topic = draw(2) == 0 ? GN_STR("things/press/events/gone") : GN_STR("things/pump/properties/online");
    packet.will.payload = (gn_bytes){ (const uint8_t *)"false", 5 };
    if (version == GN_MQTT_V5) {
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SESSION_EXPIRY, draw(60));
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_RECEIVE_MAXIMUM, 1 + draw(4));
        gn_mqtt_props_set(&packet.will.props, GN_MQTT_P_WILL_DELAY, draw(20));
    }
    gn_mqtt_encode_connect(&out, &packet);
    chaos_send(index, out.at, out.size);
}

static void chaos_publish(uint32_t index)
{
    static const char *const payloads[] = { "{\"t\":21.5}", "21.5", "{\"bad\":1}", "{", "[{\"n\":\"a\",\"v\":1}]" };
    static const char *const topics[] = { "things/press/properties", "things/pump/properties",
                                          "things/press/properties/t", "things/pump/events/e",
                                          "things/press/actions/stop/status" };
    static uint8_t bytes[80000];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    static char large[60000];
    const uint32_t count = 1 + draw(40);
    memset(large, ' ', sizeof large);
    memcpy(large, "{\"t\":1}", 7);
    for (uint32_t i = 0; i < count && out.size < 8000; i++) {
        const char *text = payloads[draw(5)];
        struct gn_mqtt_publish packet = { .qos = draw(2) == 0 ? 0 : 1,
                                          .packet_id = (uint16_t)(1 + draw(65535)),
                                          .topic = gn_str_of(topics[draw(5)]),
                                          .payload = { (const uint8_t *)text, strlen(text) } };
        if (draw(60) == 0)
            packet.payload = (gn_bytes){ (const uint8_t *)large, sizeof large };
        packet.dup = packet.qos == 1 && draw(4) == 0;
        gn_mqtt_encode_publish(&out, clients[index].version, &packet);
        acks_open[index] += packet.qos;
    }
    chaos_send(index, out.at, out.size);
}

static void chaos_subscribe(uint32_t index)
{
    RIG_SENDING(out);
    char own[32];
    (void)snprintf(own, sizeof own, "things/%s/#", thing_of(index));
    const struct gn_mqtt_filter filters[] = { { gn_str_of(own), (uint8_t)draw(2) },
                                              { GN_STR("things/press/actions/+"), 1 } };
    gn_mqtt_encode_subscribe(&out, draw(3) == 0 ? GN_MQTT_UNSUBSCRIBE : GN_MQTT_SUBSCRIBE, clients[index].version, 7,
                             filters, 2);
    chaos_send(index, out.at, out.size);
}

/* Reads what came; acknowledges what asks for it. An answer without a question is a fault of ours. */
static void chaos_listen(uint32_t index)
{
    struct rig_client *client = &clients[index];
    struct gn_mqtt_frame frame;
    size_t need, used = 0;
    (void)rig_pull(client);
    while (gn_mqtt_frame_next((gn_bytes){ client->in + used, client->in_size - used }, RIG_BYTES, &frame, &need) ==
           GN_OK) {
        if (frame.type == GN_MQTT_PUBACK) {
            assert_true(acks_open[index] > 0);
            acks_open[index]--;
        } else if (frame.type == GN_MQTT_PUBLISH && (frame.flags & 2) != 0 && draw(3) > 0) {
            struct gn_mqtt_publish packet;
            struct gn_mqtt_fault fault;
            RIG_SENDING(out);
            assert_int_equal(gn_mqtt_decode_publish(&frame, client->version, &packet, &fault), GN_OK);
            const struct gn_mqtt_ack ack = { .packet_id = packet.packet_id };
            gn_mqtt_encode_ack(&out, GN_MQTT_PUBACK, client->version, &ack);
            chaos_send(index, out.at, out.size);
        }
        used += frame.size;
    }
    memmove(client->in, client->in + used, client->in_size - used);
    client->in_size -= used;
}

static void chaos_node(void)
{
    static int number;
    char id[16];
    (void)snprintf(id, sizeof id, "x-%d", number++);
    const struct gn_action_out action = {
        .thing = draw(2), .action = GN_STR("stop"), .id = gn_str_of(id), .payload = GN_STR("{}")
    };
    switch (draw(8)) {
    case 0:
        rig.fake.is_full = draw(4) == 0;
        break;
    case 1:
        gn_mqtt_adapter.resume(rig.self);
        break;
    case 2:
        gn_mqtt_adapter.durable(rig.self, rig.fake.token - draw(20) % (uint32_t)(rig.fake.token + 1));
        break;
    case 3:
        rig_pass(&rig, draw(8000));
        break;
    case 4:
        if (draw(10) == 0)
            gn_mqtt_adapter.evict(rig.self, draw(2));
        break;
    case 5:
        gn_mem_fail_after(draw(4)); /* 0: never */
        break;
    default:
        (void)gn_mqtt_adapter.deliver(rig.self, &action);
        break;
    }
}

static void chaos_check(void)
{
    struct gn_mqtt_server *server = rig_server(&rig);
    struct gn_mqtt_conn *conn;
    struct gn_mqtt_client *client;
    uint32_t open = 0, acking = 0, live[2] = { 0, 0 };
    TAILQ_FOREACH(conn, &server->open, among_open)
    {
        open++;
        acking += conn->is_acking;
        assert_true(conn->out_done + conn->out_waiting <= conn->out_total);
        assert_true(conn->held_size <= conn->held_capacity);
        if (conn->client != NULL)
            assert_ptr_equal(conn->client->conn, conn);
    }
    TAILQ_FOREACH(client, &server->clients.connected, among_all)
    {
        assert_non_null(client->conn);
        live[client->thing]++;
    }
    assert_int_equal(open, server->open_count);
    assert_int_equal(acking, server->acking_count);
    for (uint32_t thing = 0; thing < 2; thing++)
        assert_int_equal(server->clients.rows[thing].live_count, live[thing]);
    assert_true(rig.fake.reading_count >= readings_before);
    readings_before = rig.fake.reading_count;
}

static void chaos_step(void)
{
    const uint32_t index = draw(CHAOS_CLIENTS);
    const uint32_t what = draw(12);
    if (clients[index].fd < 0 || what == 0)
        chaos_connect(index);
    else if (what == 1)
        chaos_hang_up(index);
    else if (what == 2)
        chaos_send(index, "\xe0\x00", 2);
    else if (what == 3)
        chaos_subscribe(index);
    else if (what == 4)
        chaos_send(index, "\xc0\x00", 2);
    else if (what < 8)
        chaos_publish(index);
    else if (what == 8)
        chaos_listen(index);
    else
        chaos_node();
}

static void nothing_breaks_whatever_comes(void **state)
{
    const char *chosen = getenv("GN_SEED");
    (void)state;
    for (uint64_t run = 1; run <= 3; run++) {
        seed = chosen != NULL ? strtoull(chosen, NULL, 10) : run * UINT64_C(0x9E3779B97F4A7C15);
        if (chosen == NULL || run == 1)
            print_message("seed %llu\n", (unsigned long long)seed);
        rig_start(&rig);
        readings_before = 0;
        for (int i = 0; i < CHAOS_CLIENTS; i++)
            clients[i].fd = -1;
        for (int step = 0; step < CHAOS_STEPS; step++) {
            chaos_step();
            rig_turn(&rig);
            chaos_check();
        }
        gn_mem_fail_after(0);
        assert_true(rig.fake.reading_count > 50 && rig_server(&rig)->stats.routed > 10); /* it was no idle show */
        for (uint32_t i = 0; i < CHAOS_CLIENTS; i++)
            chaos_hang_up(i);
        rig_stop(&rig); /* checks that all memory is back */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_whatever_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
