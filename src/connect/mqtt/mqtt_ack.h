/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_ack.h -- the PUBACKs, PUBRECs, PUBCOMPs, and of sessions that are kept the SUBACKs and UNSUBACKs,
 * that one connection waits to send, in the order in which what they answer came.
 *
 *   first ▶ │ token 880, id 7 │ token 880, id 8 │ refused, id 9 │ token 944, id 10 │ ◀ push
 *             durable = 900: 7, 8 and 9 leave now, 10 waits for the disk
 *
 * A refused message waits its turn like the others (MQTT-4.6.0-2), with token 0. Words for version 5's reason
 * string are kept for a few refusals at a time; one more leaves with its code alone. Slots are the caller's and
 * may be moved into larger ones. A SUBACK waits as the bytes it will be, in memory of its own. */
#ifndef GN_CONNECT_MQTT_ACK_H
#define GN_CONNECT_MQTT_ACK_H

#include <sys/queue.h>

#include "base/buf.h"
#include "base/limits.h"

enum {
    GN_MQTT_WORDS_COUNT = 8,
    GN_MQTT_WORDS_BYTES = 160,
    GN_MQTT_ACK_BYTES_MAX = GN_MQTT_WORDS_BYTES + 16,
    GN_MQTT_ANSWER_BYTES_MAX = 1024, /* of a SUBACK, and of what a session answers at once */
};

_Static_assert(GN_MQTT_ANSWER_BYTES_MAX >= GN_MQTT_SUBSCRIPTIONS_MAX + 16, "a code for each filter");

struct gn_mqtt_ack_slot {
    uint64_t token; /* 0: may leave as soon as it is the first */
    uint16_t packet_id;
    uint8_t reason;
    uint8_t type; /* PUBACK, PUBREC, PUBREL, PUBCOMP; SUBACK, UNSUBACK: the first of `answers` */
    bool has_words;
};

struct gn_mqtt_words { /* a ring of texts, taken and given back in the order of the refusals */
    uint8_t first;
    uint8_t count;
    char texts[GN_MQTT_WORDS_COUNT][GN_MQTT_WORDS_BYTES];
};

struct gn_mqtt_answer { /* a packet as it will be sent */
    STAILQ_ENTRY(gn_mqtt_answer) next;
    size_t size;
    uint8_t bytes[];
};

STAILQ_HEAD(gn_mqtt_answer_list, gn_mqtt_answer);

struct gn_mqtt_acks {
    struct gn_mqtt_ack_slot *slots; /* caller's */
    uint32_t capacity;              /* a power of two */
    uint32_t first;
    uint32_t count;
    uint32_t last_words;         /* of them those that end their message: PUBACK, and a PUBREC that refuses */
    struct gn_mqtt_words *words; /* caller's, or NULL: no words are kept */
    struct gn_mqtt_answer_list answers;
};

void gn_mqtt_acks_init(struct gn_mqtt_acks *acks, struct gn_mqtt_ack_slot *slots, uint32_t capacity);
/* Goes on in a larger array; returns the old one, for the caller to give back. */
struct gn_mqtt_ack_slot *gn_mqtt_acks_move(struct gn_mqtt_acks *acks, struct gn_mqtt_ack_slot *slots,
                                           uint32_t capacity);
/* FULL, and nothing changed, when all slots are taken. `words` may be empty. */
GN_MUST_USE gn_err gn_mqtt_acks_push(struct gn_mqtt_acks *acks, uint8_t type, uint64_t token, uint16_t packet_id,
                                     uint8_t reason, gn_str words);
/* A SUBACK or UNSUBACK, at most GN_MQTT_ANSWER_BYTES_MAX of it. FULL, and nothing changed: no slot, or no memory. */
GN_MUST_USE gn_err gn_mqtt_acks_push_answer(struct gn_mqtt_acks *acks, uint8_t type, uint64_t token, gn_bytes packet);
/* Whether that packet waits for its turn, to be sent. */
bool gn_mqtt_acks_promised(const struct gn_mqtt_acks *acks, uint8_t type, uint16_t packet_id);
/* Gives back what waits. */
void gn_mqtt_acks_drop(struct gn_mqtt_acks *acks);
static inline bool gn_mqtt_acks_due(const struct gn_mqtt_acks *acks, uint64_t durable)
{
    return acks->count > 0 && acks->slots[acks->first & (acks->capacity - 1)].token <= durable;
}

struct gn_mqtt_ack_style {
    uint8_t version;
    bool with_words;     /* the client asked for problem information */
    uint32_t packet_max; /* the largest packet the client takes */
};

/* Writes all that are due while they fit. Returns how many left. */
size_t gn_mqtt_acks_write(struct gn_mqtt_acks *acks, uint64_t durable, const struct gn_mqtt_ack_style *style,
                          struct gn_buf *out);

#endif
