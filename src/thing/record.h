/* SPDX-License-Identifier: Apache-2.0 */
/* thing/record.h -- what stands in the ring and, byte for byte, in the journal.
 *
 * Everything that may change the node's mind is one of these, in one order: readings, ticks of the clock,
 * Things and series that appear, links that come and go, rules, people's answers, deliveries. Replaying
 * them gives the same findings and decisions. Little-endian, 8-aligned, sizes a multiple of 8.
 *
 *   head (16 bytes)            offset size
 *     size    whole record        0    4    multiple of 8; the ring needs it first
 *     type    enum below          4    1
 *     flag    by type             5    1    READING, TEXT: quality; LINK: up; PUBLISH, SESSION: step; others 0
 *     packet  MQTT packet id      6    2    0 = none
 *     seq     number of record    8    8    1, 2, 3 ... without gaps over the node's whole life
 *   body, by type (at 16)
 *     READING  series u32, fingerprint u32, time_ms i64, value f64                    = 40 bytes
 *     TEXT     series u32, fingerprint u32, time_ms i64, size u32, 0 u32, bytes       strings
 *     TICK     time_ms i64, mono_ms i64      the engine's only clock; time never goes back in a tick
 *     THING    thing u32, size u32, JSON     {"id","name","state","via","source","key","since"}: added, or changed
 *     SERIES   series u32, thing u32, kind u32, size u32, bytes = property name
 *     LINK     thing u32, 0 u32, time_ms i64                            connected / disconnected
 *     RULES    0 u32, size u32, bytes        the whole solution as text (act/solution.h), "" = none
 *     EVENT    thing u32, name size u32, time_ms i64, size u32, fingerprint u32, name, payload
 *     STATUS   as EVENT: of an action
 *     ANSWER   time_ms i64, size u32, 0 u32, JSON   {"decision","verdict","person","reason"}
 *     DELIVERY time_ms i64, size u32, state u32, bytes = action id       sent / acknowledged by the device
 *     DESCRIPTION thing u32, size u32, JSON  what the Thing is: thing/description.h
 *     DESIRED  thing u32, size u32, time_ms i64, key size u32, 0 u32, JSON, key
 *              {"by":person,"expires":ms,"properties":{name: value or null}}: what a Thing is to become
 *     MARK     upto u64, outputs u64, 32 bytes   hash chain over all outputs after record `upto`
 *     IDENTITY thing u32, size u32, JSON     {"state":"turns"|"both"|"renewed"|"revoked","first","second"}: its token
 * was seen at two addresses, or is no more PUBLISH  as EVENT: name = topic            a message that is retained, or
 * waits for a session that is kept SESSION  as EVENT: name = client id, filter ...   a step of such a session what the
 * payload of these two says, their endpoint knows (connect/mqtt/mqtt_keep.h); nobody else does */
#ifndef GN_THING_RECORD_H
#define GN_THING_RECORD_H

#include "base/bytes.h"

typedef enum gn_record_type {
    GN_RECORD_PAD = 0, /* fills the ring's end; never journaled */
    GN_RECORD_READING = 1,
    GN_RECORD_TEXT = 2,
    GN_RECORD_TICK = 3,
    GN_RECORD_THING = 4,
    GN_RECORD_SERIES = 5,
    GN_RECORD_LINK = 6,
    GN_RECORD_RULES = 7,
    GN_RECORD_EVENT = 8,
    GN_RECORD_STATUS = 9,
    GN_RECORD_ANSWER = 10,
    GN_RECORD_DELIVERY = 11,
    GN_RECORD_MARK = 12,
    GN_RECORD_PUBLISH = 13,
    GN_RECORD_SESSION = 14,
    GN_RECORD_DESCRIPTION = 15,
    GN_RECORD_DESIRED = 16,
    GN_RECORD_IDENTITY = 17,
    GN_RECORD_TYPE_COUNT
} gn_record_type;

/* What is known about a reading when it arrives (the engine adds its own judgement elsewhere). */
typedef enum gn_quality {
    GN_QUALITY_GOOD = 0,
    GN_QUALITY_NO_TIME = 1,      /* the device gave no time: stamped on arrival */
    GN_QUALITY_LATE = 2,         /* older than what this series already has: kept, not scored */
    GN_QUALITY_LATE_NO_TIME = 3, /* both: the wall clock stepped back */
} gn_quality;

static inline bool gn_quality_is_stamped(uint8_t quality)
{
    return quality == GN_QUALITY_NO_TIME || quality == GN_QUALITY_LATE_NO_TIME;
}

static inline bool gn_quality_is_late(uint8_t quality)
{
    return quality == GN_QUALITY_LATE || quality == GN_QUALITY_LATE_NO_TIME;
}

typedef enum gn_delivery_state {
    GN_DELIVERY_SENT = 1,         /* written to the device's connection */
    GN_DELIVERY_ACKNOWLEDGED = 2, /* the device's PUBACK came */
} gn_delivery_state;

struct gn_record_head {
    uint32_t size;
    uint8_t type;
    uint8_t flag;
    uint16_t packet;
    uint64_t seq;
};

struct gn_record_reading {
    struct gn_record_head head;
    uint32_t series;
    uint32_t fingerprint; /* of topic and payload; with packet tells a redelivery from a new message */
    int64_t time_ms;
    double value;
};

struct gn_record_text {
    struct gn_record_head head;
    uint32_t series;
    uint32_t fingerprint;
    int64_t time_ms;
    uint32_t text_size;
    uint32_t zero;
    /* text_size bytes, zero-padded to 8 */
};

struct gn_record_tick {
    struct gn_record_head head;
    int64_t time_ms;
    int64_t mono_ms;
};

struct gn_record_thing {
    struct gn_record_head head;
    uint32_t thing;
    uint32_t json_size;
};

struct gn_record_series {
    struct gn_record_head head;
    uint32_t series;
    uint32_t thing;
    uint32_t kind; /* gn_series_kind */
    uint32_t name_size;
};

struct gn_record_link {
    struct gn_record_head head;
    uint32_t thing;
    uint32_t zero;
    int64_t time_ms;
};

struct gn_record_rules {
    struct gn_record_head head;
    uint32_t zero;
    uint32_t text_size;
};

struct gn_record_message { /* EVENT, STATUS, PUBLISH, SESSION */
    struct gn_record_head head;
    uint32_t thing;
    uint32_t name_size;
    int64_t time_ms;
    uint32_t payload_size;
    uint32_t fingerprint; /* as in a reading; 0 in PUBLISH and SESSION */
    /* name, payload, zero-padded to 8 */
};

struct gn_record_answer {
    struct gn_record_head head;
    int64_t time_ms;
    uint32_t json_size;
    uint32_t zero;
};

struct gn_record_delivery {
    struct gn_record_head head;
    int64_t time_ms;
    uint32_t action_size;
    uint32_t state; /* gn_delivery_state */
};

struct gn_record_description { /* DESCRIPTION, IDENTITY */
    struct gn_record_head head;
    uint32_t thing;
    uint32_t json_size;
};

struct gn_record_desired {
    struct gn_record_head head;
    uint32_t thing;
    uint32_t json_size;
    int64_t time_ms;
    uint32_t key_size;
    uint32_t zero;
    /* JSON, key, zero-padded to 8 */
};

struct gn_record_mark {
    struct gn_record_head head;
    uint64_t upto;
    uint64_t output_count;
    uint8_t hash[32];
};

_Static_assert(sizeof(struct gn_record_head) == 16, "as in the table");
_Static_assert(sizeof(struct gn_record_reading) == 40, "as in the table");
_Static_assert(sizeof(struct gn_record_text) == 40, "as in the table");
_Static_assert(sizeof(struct gn_record_message) == 40, "as in the table");
_Static_assert(sizeof(struct gn_record_mark) == 64, "as in the table");

/* size rounded up to 8, as records are. */
static inline size_t gn_record_round(size_t size)
{
    return (size + 7u) & ~(size_t)7u;
}

/* True when `bytes` begins with a whole, self-consistent record: size within bounds and large enough for
 * its type and for the lengths it carries, type known. Everything read from a file passes here first. */
bool gn_record_valid(gn_bytes bytes);

/* The variable part of a valid record of that type. */
gn_str gn_record_text_value(const struct gn_record_text *r);
gn_str gn_record_thing_json(const struct gn_record_thing *r);
gn_str gn_record_series_name(const struct gn_record_series *r);
gn_str gn_record_rules_text(const struct gn_record_rules *r);
gn_str gn_record_message_name(const struct gn_record_message *r);
gn_str gn_record_message_payload(const struct gn_record_message *r);
gn_str gn_record_answer_json(const struct gn_record_answer *r);
gn_str gn_record_delivery_action(const struct gn_record_delivery *r);
gn_str gn_record_description_json(const struct gn_record_description *r);
gn_str gn_record_desired_json(const struct gn_record_desired *r);
gn_str gn_record_desired_key(const struct gn_record_desired *r);

/* "reading", "tick" ...; "unknown" for others. */
const char *gn_record_type_name(uint8_t type);

#endif
