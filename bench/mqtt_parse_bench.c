/* SPDX-License-Identifier: Apache-2.0 */
/* bench/mqtt_parse_bench.c -- nanoseconds a QoS 1 PUBLISH of a 40-byte JSON object takes from bytes to items, and its
 * acknowledgement; without sockets, with an intake that only counts. CPU time, the best of many short parts, so that
 * a neighbour on the machine shows less. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "connect/mqtt/mqtt_encode.h"
#include "connect/mqtt/mqtt_inbound.h"
#include "connect/mqtt/mqtt_session.h"

enum { BENCH_MESSAGES = 64, BENCH_ROUNDS = 500, BENCH_REPEATS = 200 };

static struct gn_registry bench_registry;
static struct gn_thing bench_thing = { .id = "press-7" };
static uint64_t bench_token, bench_items;

static gn_err bench_packet(void *self, const struct gn_packet *packet, uint64_t *out_token, struct gn_diag *diag)
{
    (void)self;
    (void)diag;
    bench_items += packet->item_count;
    *out_token = ++bench_token;
    return GN_OK;
}

static bool bench_allows(void *self, uint32_t thing, gn_verb verb, gn_str topic)
{
    (void)self;
    (void)thing;
    return gn_policy_allows(NULL, gn_str_of(bench_thing.id), verb, topic);
}

static int64_t bench_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct gn_mqtt_session bench_session;
static struct gn_mqtt_ack_slot bench_slots[GN_MQTT_RECEIVE_MAXIMUM];
static struct gn_mqtt_event bench_event;
static struct gn_mqtt_verdict bench_verdict;
static struct gn_payload bench_payload;

static double bench_run(uint8_t version, const char *topic, const char *text)
{
    static uint8_t in_bytes[16384], out_bytes[8192];
    struct gn_buf in = gn_buf_over(in_bytes, sizeof in_bytes);
    const struct gn_intake intake = { .packet = bench_packet, .allows = bench_allows, .registry = &bench_registry };
    double best = 1e9;
    for (uint16_t i = 1; i <= BENCH_MESSAGES; i++) {
        const struct gn_mqtt_publish publish = {
            .qos = 1, .packet_id = i, .topic = gn_str_of(topic), .payload = { (const uint8_t *)text, strlen(text) }
        };
        gn_mqtt_encode_publish(&in, version, &publish);
    }
    for (int repeat = 0; repeat < BENCH_REPEATS; repeat++) {
        const int64_t begin = bench_now_ns();
        for (int round = 0; round < BENCH_ROUNDS; round++) {
            struct gn_buf out = gn_buf_over(out_bytes, sizeof out_bytes);
            const struct gn_mqtt_ack_style style = gn_mqtt_session_style(&bench_session);
            for (size_t used = 0; used < in.size; used += bench_event.size) {
                gn_mqtt_session_next(&bench_session, (gn_bytes){ in.at + used, in.size - used }, &out, &bench_event);
                if (bench_event.kind != GN_MQTT_EVENT_PUBLISH ||
                    gn_mqtt_inbound(&intake, &bench_payload, 0, &bench_event.publish, &bench_verdict) != GN_OK ||
                    gn_mqtt_acks_push(&bench_session.acks, GN_MQTT_PUBACK, bench_verdict.token,
                                      bench_event.publish.packet_id, 0, (gn_str){ 0 }) != GN_OK)
                    abort();
            }
            if (gn_mqtt_acks_write(&bench_session.acks, bench_token, &style, &out) != BENCH_MESSAGES)
                abort();
        }
        const double ns = (double)(bench_now_ns() - begin) / ((double)BENCH_ROUNDS * BENCH_MESSAGES);
        best = ns < best ? ns : best;
    }
    return best;
}

int main(void)
{
    static const char *const payloads[][2] = {
        { "things/press-7/properties", "{\"temp\":21.53,\"vib\":0.112,\"ts\":1767225600}" },
        { "things/press-7/properties", "{\"v\":           1,\"temperature____\":21.53}" },
        { "things/press-7/properties/temperature", "21.53" },
        { "things/press-7/properties", "[{\"bn\":\"p:\",\"n\":\"temp\",\"v\":21.53},{\"n\":\"vib\",\"v\":0.112}]" },
    };
    bench_registry.things = &bench_thing;
    bench_registry.thing_count = 1;
    for (uint8_t version = GN_MQTT_V311; version <= GN_MQTT_V5; version++)
        for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
            gn_mqtt_session_init(&bench_session, bench_slots, GN_MQTT_RECEIVE_MAXIMUM);
            bench_session.version = version;
            bench_session.state = GN_MQTT_OPEN;
            const double ns = bench_run(version, payloads[i][0], payloads[i][1]);
            printf("mqtt %s  %-62s %6.1f ns a publish\n", version == GN_MQTT_V5 ? "5    " : "3.1.1", payloads[i][1],
                   ns);
        }
    return bench_items > 0 ? 0 : 1;
}
