/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_packet_sample.h -- for tests: one whole packet of every type and version, as full as it may be. */
#ifndef GN_CONNECT_MQTT_PACKET_SAMPLE_H
#define GN_CONNECT_MQTT_PACKET_SAMPLE_H

#include "connect/mqtt/mqtt_decode.h"
#include "connect/mqtt/mqtt_encode.h"
#include "connect/mqtt/mqtt_props.h"

enum { SAMPLE_COUNT = 15, SAMPLE_BYTES = 1024 };

static inline gn_bytes sample_bytes(const char *text)
{
    return (gn_bytes){ (const uint8_t *)text, strlen(text) };
}

static inline struct gn_mqtt_props sample_reason(uint8_t version)
{
    struct gn_mqtt_props props = { 0 };
    if (version == GN_MQTT_V5)
        gn_mqtt_props_set_text(&props, GN_MQTT_P_REASON_STRING, GN_STR("because of \xc3\xa4"));
    return props;
}

static inline struct gn_mqtt_connect sample_connect(uint8_t version)
{
    struct gn_mqtt_connect packet = {
        .version = version,
        .clean = true,
        .has_will = true,
        .has_user = true,
        .has_password = true,
        .keepalive_s = 30,
        .client_id = GN_STR("client"),
        .user = GN_STR("press"),
        .password = GN_STR("secret"),
        .will = { .topic = GN_STR("things/press/events/gone"), .payload = sample_bytes("1"), .qos = 1, .retain = true }
    };
    if (version == GN_MQTT_V5) {
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SESSION_EXPIRY, 3600);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_RECEIVE_MAXIMUM, 20);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_MAXIMUM_PACKET, 70000);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_REQUEST_PROBLEM, 0);
        gn_mqtt_props_set(&packet.will.props, GN_MQTT_P_WILL_DELAY, 5);
        gn_mqtt_props_set_text(&packet.will.props, GN_MQTT_P_CONTENT_TYPE, GN_STR("text/plain"));
    }
    return packet;
}

static inline struct gn_mqtt_connack sample_connack(uint8_t version)
{
    struct gn_mqtt_connack packet = { .session_present = true, .code = 0 };
    if (version == GN_MQTT_V5) {
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SERVER_KEEP_ALIVE, 600);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_MAXIMUM_QOS, 1);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SHARED_AVAILABLE, 0);
        gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_ASSIGNED_CLIENT_ID, GN_STR("gn-1"));
    }
    return packet;
}

static inline struct gn_mqtt_publish sample_publish(uint8_t version)
{
    struct gn_mqtt_publish packet = { .qos = 1,
                                      .dup = true,
                                      .retain = true,
                                      .packet_id = 0x1234,
                                      .topic = GN_STR("things/press/properties"),
                                      .payload = sample_bytes("{\"t\":21.5}") };
    if (version == GN_MQTT_V5) {
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_PAYLOAD_FORMAT, 1);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_MESSAGE_EXPIRY, 100000);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SUBSCRIPTION_ID, 300);
        gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_CORRELATION, (gn_str){ "\0\xff", 2 });
    }
    return packet;
}

/* Writes sample `type` (1 to 15, a gn_mqtt_type) in that version. False: the version has no such packet. */
static inline bool sample_put(uint8_t type, uint8_t version, struct gn_buf *out)
{
    const struct gn_mqtt_filter filters[] = { { GN_STR("things/press/#"), 1 },
                                              { GN_STR("a/+/b"), version == GN_MQTT_V5 ? 0x2e : 2 } };
    const uint8_t reason = type == GN_MQTT_PUBREL || type == GN_MQTT_PUBCOMP ? GN_MQTT_UNKNOWN_ID
                           : type == GN_MQTT_AUTH                            ? GN_MQTT_CONTINUE_AUTH
                                                                             : GN_MQTT_QUOTA;
    const struct gn_mqtt_ack ack = { .packet_id = 7,
                                     .reason = version == GN_MQTT_V5 ? reason : 0,
                                     .props = sample_reason(version) };
    const struct gn_mqtt_connect connect = sample_connect(version);
    const struct gn_mqtt_connack connack = sample_connack(version);
    const struct gn_mqtt_publish publish = sample_publish(version);
    const struct gn_mqtt_suback suback = { .packet_id = 8,
                                           .codes = { (const uint8_t *)"\x01\x80", 2 },
                                           .props = sample_reason(version) };
    switch (type) {
    case GN_MQTT_CONNECT:
        gn_mqtt_encode_connect(out, &connect);
        break;
    case GN_MQTT_CONNACK:
        gn_mqtt_encode_connack(out, version, &connack);
        break;
    case GN_MQTT_PUBLISH:
        gn_mqtt_encode_publish(out, version, &publish);
        break;
    case GN_MQTT_PUBACK:
    case GN_MQTT_PUBREC:
    case GN_MQTT_PUBREL:
    case GN_MQTT_PUBCOMP:
        gn_mqtt_encode_ack(out, type, version, &ack);
        break;
    case GN_MQTT_SUBSCRIBE:
    case GN_MQTT_UNSUBSCRIBE:
        gn_mqtt_encode_subscribe(out, type, version, 9, filters, 2);
        break;
    case GN_MQTT_SUBACK:
    case GN_MQTT_UNSUBACK:
        gn_mqtt_encode_suback(out, type, version, &suback);
        break;
    case GN_MQTT_PINGREQ:
    case GN_MQTT_PINGRESP:
        gn_mqtt_encode_ping(out, type);
        break;
    default:
        if (type == GN_MQTT_AUTH && version != GN_MQTT_V5)
            return false;
        gn_mqtt_encode_disconnect(out, type, version, &ack);
        break;
    }
    return true;
}

union sample_packet {
    struct gn_mqtt_connect connect;
    struct gn_mqtt_connack connack;
    struct gn_mqtt_publish publish;
    struct gn_mqtt_ack ack;
    struct gn_mqtt_subscribe subscribe;
    struct gn_mqtt_suback suback;
};

/* Decodes a frame as what its type says. */
static inline gn_err sample_decode(const struct gn_mqtt_frame *frame, uint8_t version, union sample_packet *out,
                                   struct gn_mqtt_fault *fault)
{
    switch (frame->type) {
    case GN_MQTT_CONNECT:
        return gn_mqtt_decode_connect(frame, &out->connect, fault);
    case GN_MQTT_CONNACK:
        return gn_mqtt_decode_connack(frame, version, &out->connack, fault);
    case GN_MQTT_PUBLISH:
        return gn_mqtt_decode_publish(frame, version, &out->publish, fault);
    case GN_MQTT_PUBACK:
    case GN_MQTT_PUBREC:
    case GN_MQTT_PUBREL:
    case GN_MQTT_PUBCOMP:
        return gn_mqtt_decode_ack(frame, version, &out->ack, fault);
    case GN_MQTT_SUBSCRIBE:
    case GN_MQTT_UNSUBSCRIBE:
        return gn_mqtt_decode_subscribe(frame, version, &out->subscribe, fault);
    case GN_MQTT_SUBACK:
    case GN_MQTT_UNSUBACK:
        return gn_mqtt_decode_suback(frame, version, &out->suback, fault);
    case GN_MQTT_PINGREQ:
    case GN_MQTT_PINGRESP:
        return gn_mqtt_decode_ping(frame, fault);
    default:
        return gn_mqtt_decode_disconnect(frame, version, &out->ack, fault);
    }
}

#endif
