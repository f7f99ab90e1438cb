/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_rig.h -- for tests: the endpoint on a real loop and real sockets, with an intake of our own and a
 * clock that stands still. Waiting means running the loop until a socket or the loop has something. */
#ifndef GN_CONNECT_MQTT_RIG_H
#define GN_CONNECT_MQTT_RIG_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "connect/intake_fake.h"
#include "connect/mqtt/mqtt.h"
#include "connect/mqtt/mqtt_decode.h"
#include "connect/mqtt/mqtt_encode.h"
#include "connect/mqtt/mqtt_props.h"
#include "connect/mqtt/mqtt_server.h"

enum { RIG_PATIENCE_MS = 20000, RIG_TURNS = 2000, RIG_BYTES = 600000 };

struct rig {
    uv_loop_t loop;
    struct fake_intake fake;
    void *self;
    char address[64];
    uint16_t port;
    char secure_address[64];
    uint16_t secure_port;        /* 0: none */
    struct gn_tls *tls;          /* set before rig_start: then there is a door with TLS */
    void (*between)(void *self); /* something between clients and endpoint that needs its turn too; may be NULL */
    void *between_self;
};

struct rig_client {
    int fd;
    uint8_t version;
    uint8_t in[RIG_BYTES];
    size_t in_size;
};

static inline struct gn_mqtt_server *rig_server(struct rig *rig)
{
    return rig->self;
}

static inline void rig_start(struct rig *rig)
{
    struct gn_diag diag = { 0 };
    (void)signal(SIGPIPE, SIG_IGN); /* as the node does: libuv writes without MSG_NOSIGNAL */
    struct gn_buf address = gn_buf_over(rig->address, sizeof rig->address);
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    fake_init(&rig->fake);
    struct gn_buf secure = gn_buf_over(rig->secure_address, sizeof rig->secure_address);
    const struct gn_doors doors = { .plain = "127.0.0.1:0",
                                    .secure = rig->tls != NULL ? "127.0.0.1:0" : NULL,
                                    .tls = rig->tls,
                                    .out_plain = &address,
                                    .out_secure = &secure };
    assert_int_equal(gn_mqtt_adapter.start(&rig->loop, &rig->fake.table, &doors, &rig->self, &diag), GN_OK);
    assert_int_equal(sscanf(rig->address, "127.0.0.1:%hu", &rig->port), 1);
    if (rig->tls != NULL)
        assert_int_equal(sscanf(rig->secure_address, "127.0.0.1:%hu", &rig->secure_port), 1);
}

/* Lets the loop do all it can do now. */
static inline void rig_turn(struct rig *rig)
{
    for (int i = 0; i < 4; i++) {
        if (rig->between != NULL)
            rig->between(rig->between_self);
        (void)uv_run(&rig->loop, UV_RUN_NOWAIT);
    }
}

static inline void rig_stop(struct rig *rig)
{
    gn_mqtt_adapter.stop(rig->self);
    (void)uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    fake_fini(&rig->fake);
    struct gn_mem_row row;
    assert_int_equal(gn_mem_plan(&row, 1), 0); /* all of it was given back */
}

/* The clock goes on, and the node ticks. */
static inline void rig_pass(struct rig *rig, int64_t ms)
{
    rig->fake.clock.mono_us += ms * 1000;
    rig->fake.clock.wall_ms += ms;
    gn_mqtt_adapter.tick(rig->self, rig->fake.clock.wall_ms);
    rig_turn(rig);
}

static inline void rig_durable(struct rig *rig)
{
    gn_mqtt_adapter.durable(rig->self, rig->fake.token);
}

/* --- a client --- */

static inline void rig_dial(struct rig *rig, struct rig_client *client)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(rig->port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    client->version = GN_MQTT_V311;
    client->in_size = 0;
    assert_true(client->fd >= 0);
    assert_int_equal(connect(client->fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)), 0);
    rig_turn(rig);
}

static inline void rig_hang_up(struct rig *rig, struct rig_client *client)
{
    const uint32_t before = rig_server(rig)->open_count;
    (void)close(client->fd);
    client->fd = -1;
    for (int i = 0; i < RIG_TURNS && rig_server(rig)->open_count == before; i++)
        rig_turn(rig); /* unless it was gone before, the endpoint notices */
    rig_turn(rig);
}

static inline void rig_wait(struct rig *rig, int fd, short events)
{
    struct pollfd polls[] = { { fd, events, 0 }, { uv_backend_fd(&rig->loop), POLLIN, 0 } };
    const int timer_ms = rig->between != NULL ? 1 : uv_backend_timeout(&rig->loop); /* -1: no timer runs */
    assert_true(poll(polls, 2, timer_ms < 0 ? RIG_PATIENCE_MS : timer_ms) > 0 || timer_ms >= 0);
}

static inline void rig_send(struct rig *rig, struct rig_client *client, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        const ssize_t sent = send(client->fd, at, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            at += sent;
            size -= (size_t)sent;
        } else if (sent < 0 && errno != EAGAIN) {
            return; /* it was closed: what comes back says why */
        } else {
            rig_wait(rig, client->fd, POLLOUT);
        }
        rig_turn(rig);
    }
    int underway = 1; /* bytes the other side's kernel has not got; a loaded machine takes its time */
    for (int i = 0; i < RIG_TURNS && ioctl(client->fd, SIOCOUTQ, &underway) == 0 && underway > 0; i++)
        rig_turn(rig);
    rig_turn(rig);
}

/* Reads what is there. False: the connection is over. */
static inline bool rig_pull(struct rig_client *client)
{
    for (;;) {
        assert_true(client->in_size < sizeof client->in);
        const ssize_t got =
            recv(client->fd, client->in + client->in_size, sizeof client->in - client->in_size, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0)
            return false;
        client->in_size += (size_t)got;
    }
}

/* The next packet; its body stays valid until the next call. False: the connection ended without one. */
static inline bool rig_next(struct rig *rig, struct rig_client *client, struct gn_mqtt_frame *out)
{
    static uint8_t packet[RIG_BYTES];
    size_t need;
    for (;;) {
        rig_turn(rig);
        const bool more = rig_pull(client);
        if (gn_mqtt_frame_next((gn_bytes){ client->in, client->in_size }, RIG_BYTES, out, &need) == GN_OK) {
            memcpy(packet, client->in, out->size);
            out->body.at = packet + (out->size - out->body.size);
            client->in_size -= out->size;
            memmove(client->in, client->in + out->size, client->in_size);
            return true;
        }
        if (!more)
            return false;
        rig_wait(rig, client->fd, POLLIN);
    }
}

/* True when nothing has come although the loop had every chance. */
static inline bool rig_is_silent(struct rig *rig, struct rig_client *client)
{
    for (int i = 0; i < 8; i++)
        rig_turn(rig);
    return rig_pull(client) && client->in_size == 0;
}

static inline bool rig_is_closed(struct rig *rig, struct rig_client *client)
{
    struct gn_mqtt_frame frame;
    return !rig_next(rig, client, &frame);
}

#define RIG_SENDING(name)                                                                                              \
    uint8_t name##_bytes[4096];                                                                                        \
    struct gn_buf name = gn_buf_over(name##_bytes, sizeof name##_bytes)

static inline void rig_send_connect(struct rig *rig, struct rig_client *client, const struct gn_mqtt_connect *packet)
{
    RIG_SENDING(out);
    client->version = packet->version;
    gn_mqtt_encode_connect(&out, packet);
    assert_false(out.full);
    rig_send(rig, client, out.at, out.size);
}

static inline struct gn_mqtt_connect rig_connect_as(uint8_t version, const char *client_id, const char *thing)
{
    static char token[96];
    (void)snprintf(token, sizeof token, "%s-token", thing);
    return (struct gn_mqtt_connect){ .version = version,
                                     .clean = true,
                                     .has_user = true,
                                     .has_password = true,
                                     .keepalive_s = 60,
                                     .client_id = gn_str_of(client_id),
                                     .user = gn_str_of(thing),
                                     .password = gn_str_of(token) };
}

/* The CONNACK's code; *out_present may be NULL. */
static inline uint8_t rig_connack(struct rig *rig, struct rig_client *client, bool *out_present)
{
    struct gn_mqtt_frame frame;
    struct gn_mqtt_connack packet;
    struct gn_mqtt_fault fault;
    assert_true(rig_next(rig, client, &frame));
    assert_int_equal(frame.type, GN_MQTT_CONNACK);
    assert_int_equal(gn_mqtt_decode_connack(&frame, client->version, &packet, &fault), GN_OK);
    if (out_present != NULL)
        *out_present = packet.session_present;
    return packet.code;
}

/* Connected, or the test fails. */
static inline void rig_join(struct rig *rig, struct rig_client *client, uint8_t version, const char *client_id,
                            const char *thing)
{
    const struct gn_mqtt_connect packet = rig_connect_as(version, client_id, thing);
    rig_dial(rig, client);
    rig_send_connect(rig, client, &packet);
    assert_int_equal(rig_connack(rig, client, NULL), 0);
}

static inline void rig_publish(struct rig *rig, struct rig_client *client, uint8_t qos, uint16_t packet_id,
                               const char *topic, const char *payload)
{
    RIG_SENDING(out);
    const struct gn_mqtt_publish packet = { .qos = qos,
                                            .packet_id = packet_id,
                                            .topic = gn_str_of(topic),
                                            .payload = { (const uint8_t *)payload, strlen(payload) } };
    gn_mqtt_encode_publish(&out, client->version, &packet);
    assert_false(out.full);
    rig_send(rig, client, out.at, out.size);
}

/* The next packet is a PUBACK of that id; returns its reason. */
static inline uint8_t rig_puback(struct rig *rig, struct rig_client *client, uint16_t packet_id)
{
    struct gn_mqtt_frame frame;
    struct gn_mqtt_ack packet;
    struct gn_mqtt_fault fault;
    assert_true(rig_next(rig, client, &frame));
    assert_int_equal(frame.type, GN_MQTT_PUBACK);
    assert_int_equal(gn_mqtt_decode_ack(&frame, client->version, &packet, &fault), GN_OK);
    assert_int_equal(packet.packet_id, packet_id);
    return packet.reason;
}

static inline void rig_send_subscribe(struct rig *rig, struct rig_client *client, const char *filter, uint8_t options)
{
    RIG_SENDING(out);
    const struct gn_mqtt_filter one = { gn_str_of(filter), options };
    gn_mqtt_encode_subscribe(&out, GN_MQTT_SUBSCRIBE, client->version, 9, &one, 1);
    rig_send(rig, client, out.at, out.size);
}

/* The next packet is its SUBACK; returns the code. */
static inline uint8_t rig_suback(struct rig *rig, struct rig_client *client)
{
    struct gn_mqtt_frame frame;
    struct gn_mqtt_suback packet;
    struct gn_mqtt_fault fault;
    assert_true(rig_next(rig, client, &frame));
    assert_int_equal(frame.type, GN_MQTT_SUBACK);
    assert_int_equal(gn_mqtt_decode_suback(&frame, client->version, &packet, &fault), GN_OK);
    assert_int_equal(packet.packet_id, 9);
    assert_int_equal(packet.codes.size, 1);
    return packet.codes.at[0];
}

/* Subscribes to one filter; returns the code. */
static inline uint8_t rig_subscribe(struct rig *rig, struct rig_client *client, const char *filter, uint8_t options)
{
    rig_send_subscribe(rig, client, filter, options);
    return rig_suback(rig, client);
}

/* The next packet is a PUBLISH. */
static inline void rig_message(struct rig *rig, struct rig_client *client, struct gn_mqtt_publish *out)
{
    struct gn_mqtt_frame frame;
    struct gn_mqtt_fault fault;
    assert_true(rig_next(rig, client, &frame));
    assert_int_equal(frame.type, GN_MQTT_PUBLISH);
    assert_int_equal(gn_mqtt_decode_publish(&frame, client->version, out, &fault), GN_OK);
}

/* The next packet is a DISCONNECT, and then the connection ends; returns its reason. */
static inline uint8_t rig_goodbye(struct rig *rig, struct rig_client *client)
{
    struct gn_mqtt_frame frame;
    struct gn_mqtt_ack packet;
    struct gn_mqtt_fault fault;
    assert_true(rig_next(rig, client, &frame));
    assert_int_equal(frame.type, GN_MQTT_DISCONNECT);
    assert_int_equal(gn_mqtt_decode_disconnect(&frame, client->version, &packet, &fault), GN_OK);
    const uint8_t reason = packet.reason;
    assert_true(rig_is_closed(rig, client));
    return reason;
}

static inline void rig_acknowledge(struct rig *rig, struct rig_client *client, uint16_t packet_id, uint8_t reason)
{
    RIG_SENDING(out);
    const struct gn_mqtt_ack packet = { .packet_id = packet_id, .reason = reason };
    gn_mqtt_encode_ack(&out, GN_MQTT_PUBACK, client->version, &packet);
    rig_send(rig, client, out.at, out.size);
    rig_turn(rig);
}

#endif
