/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_packet.h -- what an MQTT packet is made of: 3.1.1 (version 4) and 5, both directions.
 *
 *   ┌────────────┬──────────────────┬───────────────────┬──────────────────┬─────────┐
 *   │ type|flags │ remaining length │ variable header   │ properties (v5)  │ payload │
 *   │ 4    4 bit │ varint, 1..4 B   │ by type           │ varint + id/value│ by type │
 *   └────────────┴──────────────────┴───────────────────┴──────────────────┴─────────┘
 *
 * Only shapes and numbers; decode and encode are in mqtt_decode.h and mqtt_encode.h. All slices borrow from
 * the bytes that were decoded. Numbers as in "MQTT Version 5.0" (OASIS, 2019) and "MQTT Version 3.1.1" (2014). */
#ifndef GN_CONNECT_MQTT_PACKET_H
#define GN_CONNECT_MQTT_PACKET_H

#include "base/bytes.h"
#include "base/limits.h"

enum gn_mqtt_version { GN_MQTT_V31 = 3, GN_MQTT_V311 = 4, GN_MQTT_V5 = 5 };

enum gn_mqtt_type {
    GN_MQTT_CONNECT = 1,
    GN_MQTT_CONNACK = 2,
    GN_MQTT_PUBLISH = 3,
    GN_MQTT_PUBACK = 4,
    GN_MQTT_PUBREC = 5,
    GN_MQTT_PUBREL = 6,
    GN_MQTT_PUBCOMP = 7,
    GN_MQTT_SUBSCRIBE = 8,
    GN_MQTT_SUBACK = 9,
    GN_MQTT_UNSUBSCRIBE = 10,
    GN_MQTT_UNSUBACK = 11,
    GN_MQTT_PINGREQ = 12,
    GN_MQTT_PINGRESP = 13,
    GN_MQTT_DISCONNECT = 14,
    GN_MQTT_AUTH = 15,
};

/* Reason codes of version 5. Version 3.1.1 has only the five below, in CONNACK, and 0x80 in SUBACK. */
enum gn_mqtt_reason {
    GN_MQTT_SUCCESS = 0x00,
    GN_MQTT_WITH_WILL = 0x04,
    GN_MQTT_NO_SUBSCRIPTION = 0x11,
    GN_MQTT_CONTINUE_AUTH = 0x18,
    GN_MQTT_REAUTHENTICATE = 0x19,
    GN_MQTT_UNSPECIFIED = 0x80,
    GN_MQTT_MALFORMED = 0x81,
    GN_MQTT_PROTOCOL_ERROR = 0x82,
    GN_MQTT_IMPLEMENTATION = 0x83,
    GN_MQTT_BAD_VERSION = 0x84,
    GN_MQTT_BAD_CLIENT_ID = 0x85,
    GN_MQTT_BAD_CREDENTIALS = 0x86,
    GN_MQTT_NOT_AUTHORIZED = 0x87,
    GN_MQTT_SHUTTING_DOWN = 0x8B,
    GN_MQTT_BAD_AUTH_METHOD = 0x8C,
    GN_MQTT_KEEPALIVE_TIMEOUT = 0x8D,
    GN_MQTT_TAKEN_OVER = 0x8E,
    GN_MQTT_BAD_FILTER = 0x8F,
    GN_MQTT_BAD_TOPIC = 0x90,
    GN_MQTT_UNKNOWN_ID = 0x92,
    GN_MQTT_RECEIVE_MAXIMUM_EXCEEDED = 0x93,
    GN_MQTT_BAD_ALIAS = 0x94,
    GN_MQTT_TOO_LARGE = 0x95,
    GN_MQTT_QUOTA = 0x97,
    GN_MQTT_ADMINISTRATIVE = 0x98,
    GN_MQTT_BAD_PAYLOAD = 0x99,
};

enum gn_mqtt_v311_code {
    GN_MQTT_V311_BAD_VERSION = 1,
    GN_MQTT_V311_BAD_CLIENT_ID = 2,
    GN_MQTT_V311_UNAVAILABLE = 3,
    GN_MQTT_V311_NOT_AUTHORIZED = 5,
    GN_MQTT_V311_FAILURE = 0x80, /* in SUBACK */
};

enum {
    GN_MQTT_HEADER_BYTES_MAX = 5,
    GN_MQTT_VARINT_MAX = 268435455,
    GN_MQTT_EXPIRY_NEVER = -1, /* as uint32: a session that does not expire */
};

/* Properties of version 5. `has` has bit `id` set for each that is there. */
enum gn_mqtt_property {
    GN_MQTT_P_PAYLOAD_FORMAT = 1,
    GN_MQTT_P_MESSAGE_EXPIRY = 2,
    GN_MQTT_P_CONTENT_TYPE = 3,
    GN_MQTT_P_RESPONSE_TOPIC = 8,
    GN_MQTT_P_CORRELATION = 9,
    GN_MQTT_P_SUBSCRIPTION_ID = 11,
    GN_MQTT_P_SESSION_EXPIRY = 17,
    GN_MQTT_P_ASSIGNED_CLIENT_ID = 18,
    GN_MQTT_P_SERVER_KEEP_ALIVE = 19,
    GN_MQTT_P_AUTH_METHOD = 21,
    GN_MQTT_P_AUTH_DATA = 22,
    GN_MQTT_P_REQUEST_PROBLEM = 23,
    GN_MQTT_P_WILL_DELAY = 24,
    GN_MQTT_P_REQUEST_RESPONSE = 25,
    GN_MQTT_P_RESPONSE_INFO = 26,
    GN_MQTT_P_SERVER_REFERENCE = 28,
    GN_MQTT_P_REASON_STRING = 31,
    GN_MQTT_P_RECEIVE_MAXIMUM = 33,
    GN_MQTT_P_TOPIC_ALIAS_MAXIMUM = 34,
    GN_MQTT_P_TOPIC_ALIAS = 35,
    GN_MQTT_P_MAXIMUM_QOS = 36,
    GN_MQTT_P_RETAIN_AVAILABLE = 37,
    GN_MQTT_P_USER = 38,
    GN_MQTT_P_MAXIMUM_PACKET = 39,
    GN_MQTT_P_WILDCARD_AVAILABLE = 40,
    GN_MQTT_P_SUBSCRIPTION_ID_AVAILABLE = 41,
    GN_MQTT_P_SHARED_AVAILABLE = 42,
    GN_MQTT_P_COUNT = 43,
};

enum { GN_MQTT_NUMBERS = 17, GN_MQTT_TEXTS = 8 };

/* Values by the slot their id has in the table of mqtt_props.c; read through gn_mqtt_props_number/_text. */
struct gn_mqtt_props {
    uint64_t has;
    gn_bytes raw; /* the whole block without its length, as it came; encoding ignores it */
    uint32_t numbers[GN_MQTT_NUMBERS];
    gn_str texts[GN_MQTT_TEXTS];
    uint32_t user_count; /* user properties are checked and counted, and stay in `raw` */
};

static inline bool gn_mqtt_props_has(const struct gn_mqtt_props *props, enum gn_mqtt_property id)
{
    return (props->has >> id & 1) != 0;
}

/* --- packets; each knows what it needs of the version it came in --- */

struct gn_mqtt_frame {
    uint8_t type;
    uint8_t flags; /* the low four bits of the first byte */
    gn_bytes body;
    size_t size; /* of the whole packet */
};

struct gn_mqtt_will {
    gn_str topic;
    gn_bytes payload;
    uint8_t qos;
    bool retain;
    struct gn_mqtt_props props;
};

struct gn_mqtt_connect {
    uint8_t version;
    bool clean; /* clean session (3.1.1), clean start (5) */
    bool has_will;
    bool has_user;
    bool has_password;
    uint16_t keepalive_s;
    gn_str client_id;
    gn_str user;
    gn_str password;
    struct gn_mqtt_props props;
    struct gn_mqtt_will will;
};

struct gn_mqtt_connack {
    bool session_present;
    uint8_t code; /* reason (5), return code (3.1.1) */
    struct gn_mqtt_props props;
};

struct gn_mqtt_publish {
    uint8_t qos;
    bool dup;
    bool retain;
    uint16_t packet_id; /* 0 with QoS 0 */
    gn_str topic;
    gn_bytes payload;
    struct gn_mqtt_props props; /* only `has` = 0 is meant in version 3.1.1 */
};

struct gn_mqtt_ack { /* PUBACK, PUBREC, PUBREL, PUBCOMP; with packet_id 0: DISCONNECT, AUTH */
    uint16_t packet_id;
    uint8_t reason;
    struct gn_mqtt_props props;
};

struct gn_mqtt_subscribe { /* SUBSCRIBE, UNSUBSCRIBE: checked whole; walk with gn_mqtt_filter_next */
    uint16_t packet_id;
    size_t filter_count;
    gn_bytes filters;
    struct gn_mqtt_props props;
};

struct gn_mqtt_filter {
    gn_str filter;
    uint8_t options; /* bits 0-1 QoS, 2 no local, 3 retain as published, 4-5 retain handling */
};

struct gn_mqtt_suback { /* SUBACK, UNSUBACK; 3.1.1's UNSUBACK has no codes */
    uint16_t packet_id;
    gn_bytes codes;
    struct gn_mqtt_props props;
};

/* Why a packet was refused: the reason code to answer with, and words for the log and the reason string. */
struct gn_mqtt_fault {
    uint8_t reason;
    const char *words; /* static */
};

#endif
