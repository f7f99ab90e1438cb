/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_keep_rig.h -- for tests: an endpoint whose records go into an array, and that begins anew from
 * them.
 *
 *   static: `rig`, two clients, the journal `kept`; setup and teardown for cmocka
 *   start_again(false): as after kill -9; start_again(true): from an image of now, and nothing else */
#ifndef GN_CONNECT_MQTT_KEEP_RIG_H
#define GN_CONNECT_MQTT_KEEP_RIG_H

#include "connect/mqtt/mqtt_keep.h"
#include "connect/mqtt/mqtt_rig.h"

enum { KEPT_BYTES = 1 << 20 };

static struct rig rig;
static struct rig_client one, two;
static struct gn_mqtt_publish message;
static _Alignas(8) uint8_t kept_bytes[KEPT_BYTES]; /* the journal of these tests */
static struct gn_buf kept;
static bool has_room;

static inline gn_err keep(void *self, const struct gn_keep *step, uint64_t *out_token)
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

static inline bool room(void *self)
{
    (void)self;
    return has_room;
}

static inline void begin(void)
{
    rig_start(&rig);
    rig.fake.is_open = true;
    rig_server(&rig)->intake.keep = keep;
    rig_server(&rig)->intake.has_room = room;
    rig_server(&rig)->intake.self = &rig.fake;
    has_room = true;
    one.fd = two.fd = -1;
}

static inline int setup(void **state)
{
    (void)state;
    kept = gn_buf_over(kept_bytes, sizeof kept_bytes);
    begin();
    return 0;
}

static inline void hang_up(void)
{
    if (one.fd >= 0)
        (void)close(one.fd);
    if (two.fd >= 0)
        (void)close(two.fd);
}

static inline int teardown(void **state)
{
    (void)state;
    hang_up();
    rig_stop(&rig);
    return 0;
}

static inline void recall(gn_bytes records)
{
    for (size_t at = 0; at < records.size;) {
        const struct gn_record_head *record = (const void *)(records.at + at);
        assert_true(gn_record_valid((gn_bytes){ records.at + at, records.size - at }));
        gn_mqtt_adapter.recall(rig.self, record);
        at += record->size;
    }
    gn_mqtt_adapter.recall(rig.self, NULL);
}

/* As after kill -9: nothing is left but the journal; or an image of now, and nothing else. */
static inline void start_again(bool from_image)
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

static inline bool join_kept(struct rig_client *client, const char *id, uint32_t expiry_s)
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

/* The answer waits for the disk. */
static inline uint8_t subscribe_kept(struct rig_client *client, const char *filter, uint8_t options)
{
    rig_send_subscribe(&rig, client, filter, options);
    assert_true(rig_is_silent(&rig, client));
    rig_durable(&rig);
    return rig_suback(&rig, client);
}

static inline void say(struct rig_client *client, const char *topic, const char *text, uint8_t qos, bool retain)
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

static inline void answer(struct rig_client *client, uint8_t type, uint16_t packet_id)
{
    RIG_SENDING(out);
    const struct gn_mqtt_ack packet = { .packet_id = packet_id };
    gn_mqtt_encode_ack(&out, type, client->version, &packet);
    rig_send(&rig, client, out.at, out.size);
}

static inline void answered(struct rig_client *client, uint8_t type)
{
    struct gn_mqtt_frame frame;
    assert_true(rig_next(&rig, client, &frame));
    assert_int_equal(frame.type, type);
}

static inline void hears(struct rig_client *client, const char *text)
{
    rig_message(&rig, client, &message);
    assert_int_equal(message.payload.size, strlen(text));
    assert_memory_equal(message.payload.at, text, strlen(text));
}

#endif
