/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_ack.h"

#include <assert.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_encode.h"
#include "connect/mqtt/mqtt_props.h"

void gn_mqtt_acks_init(struct gn_mqtt_acks *acks, struct gn_mqtt_ack_slot *slots, uint32_t capacity)
{
    assert(capacity > 0 && (capacity & (capacity - 1)) == 0);
    *acks = (struct gn_mqtt_acks){ .slots = slots, .capacity = capacity };
    STAILQ_INIT(&acks->answers);
}

struct gn_mqtt_ack_slot *gn_mqtt_acks_move(struct gn_mqtt_acks *acks, struct gn_mqtt_ack_slot *slots, uint32_t capacity)
{
    struct gn_mqtt_ack_slot *old = acks->slots;
    assert(capacity >= acks->count && (capacity & (capacity - 1)) == 0);
    for (uint32_t i = 0; i < acks->count; i++)
        slots[i] = old[(acks->first + i) & (acks->capacity - 1)];
    acks->slots = slots;
    acks->capacity = capacity;
    acks->first = 0;
    return old;
}

/* True when the words found a place. */
static bool acks_keep_words(struct gn_mqtt_words *words, gn_str text)
{
    if (words == NULL || text.size == 0 || words->count == GN_MQTT_WORDS_COUNT)
        return false;
    char *to = words->texts[(words->first + words->count) % GN_MQTT_WORDS_COUNT];
    size_t size = text.size < GN_MQTT_WORDS_BYTES ? text.size : GN_MQTT_WORDS_BYTES - 1;
    while (size < text.size && size > 0 && ((uint8_t)text.at[size] & 0xc0) == 0x80)
        size--; /* not in the middle of a character */
    memcpy(to, text.at, size);
    to[size] = '\0';
    words->count++;
    return true;
}

static bool acks_is_last_word(uint8_t type, uint8_t reason)
{
    return type == GN_MQTT_PUBACK || (type == GN_MQTT_PUBREC && reason >= GN_MQTT_UNSPECIFIED);
}

gn_err gn_mqtt_acks_push(struct gn_mqtt_acks *acks, uint8_t type, uint64_t token, uint16_t packet_id, uint8_t reason,
                         gn_str words)
{
    assert(packet_id != 0);
    if (acks->count == acks->capacity)
        return GN_ERR_FULL;
    acks->slots[(acks->first + acks->count) & (acks->capacity - 1)] = (struct gn_mqtt_ack_slot){
        .token = token,
        .packet_id = packet_id,
        .reason = reason,
        .type = type,
        .has_words = acks_keep_words(acks->words, words),
    };
    acks->count++;
    acks->last_words += acks_is_last_word(type, reason);
    return GN_OK;
}

gn_err gn_mqtt_acks_push_answer(struct gn_mqtt_acks *acks, uint8_t type, uint64_t token, gn_bytes packet)
{
    assert(packet.size <= GN_MQTT_ANSWER_BYTES_MAX);
    struct gn_mqtt_answer *answer =
        acks->count < acks->capacity ? gn_mem_take(sizeof *answer + packet.size, "mqtt acknowledgements") : NULL;
    if (answer == NULL)
        return GN_ERR_FULL;
    answer->size = packet.size;
    memcpy(answer->bytes, packet.at, packet.size);
    STAILQ_INSERT_TAIL(&acks->answers, answer, next);
    acks->slots[(acks->first + acks->count) & (acks->capacity - 1)] =
        (struct gn_mqtt_ack_slot){ .token = token, .type = type };
    acks->count++;
    return GN_OK;
}

bool gn_mqtt_acks_promised(const struct gn_mqtt_acks *acks, uint8_t type, uint16_t packet_id)
{
    for (uint32_t i = 0; i < acks->count; i++) {
        const struct gn_mqtt_ack_slot *slot = &acks->slots[(acks->first + i) & (acks->capacity - 1)];
        if (slot->type == type && slot->packet_id == packet_id)
            return true;
    }
    return false;
}

void gn_mqtt_acks_drop(struct gn_mqtt_acks *acks)
{
    struct gn_mqtt_answer *answer;
    while ((answer = STAILQ_FIRST(&acks->answers)) != NULL) {
        STAILQ_REMOVE_HEAD(&acks->answers, next);
        gn_mem_give(answer);
    }
    acks->count = 0;
    acks->last_words = 0;
}

static bool acks_is_answer(const struct gn_mqtt_ack_slot *slot)
{
    return slot->type == GN_MQTT_SUBACK || slot->type == GN_MQTT_UNSUBACK;
}

static void acks_write_answer(struct gn_mqtt_acks *acks, struct gn_buf *out)
{
    struct gn_mqtt_answer *answer = STAILQ_FIRST(&acks->answers);
    STAILQ_REMOVE_HEAD(&acks->answers, next);
    gn_buf_add(out, answer->bytes, answer->size);
    gn_mem_give(answer);
}

/* With a reason, and with words when the client wants them and they fit. */
static void acks_write_refusal(struct gn_mqtt_acks *acks, const struct gn_mqtt_ack_slot *slot,
                               const struct gn_mqtt_ack_style *style, struct gn_buf *out)
{
    struct gn_mqtt_ack packet = { .packet_id = slot->packet_id, .reason = slot->reason };
    if (slot->has_words) {
        const gn_str words = gn_str_of(acks->words->texts[acks->words->first]);
        if (style->with_words && words.size + 16 <= style->packet_max)
            gn_mqtt_props_set_text(&packet.props, GN_MQTT_P_REASON_STRING, words);
    }
    gn_mqtt_encode_ack(out, slot->type, style->version, &packet);
    if (slot->has_words) {
        acks->words->first = (uint8_t)((acks->words->first + 1) % GN_MQTT_WORDS_COUNT);
        acks->words->count--;
    }
}

size_t gn_mqtt_acks_write(struct gn_mqtt_acks *acks, uint64_t durable, const struct gn_mqtt_ack_style *style,
                          struct gn_buf *out)
{
    size_t count = 0;
    while (gn_mqtt_acks_due(acks, durable)) {
        const struct gn_mqtt_ack_slot *slot = &acks->slots[acks->first & (acks->capacity - 1)];
        const bool is_answer = acks_is_answer(slot);
        if (out->capacity - out->size < (is_answer ? STAILQ_FIRST(&acks->answers)->size : GN_MQTT_ACK_BYTES_MAX))
            break;
        if (is_answer) {
            acks_write_answer(acks, out);
        } else if (!slot->has_words && (slot->reason == GN_MQTT_SUCCESS || style->version != GN_MQTT_V5)) {
            uint8_t *at = out->at + out->size;
            at[0] = (uint8_t)(slot->type << 4 | (slot->type == GN_MQTT_PUBREL ? 2 : 0));
            at[1] = 2;
            at[2] = (uint8_t)(slot->packet_id >> 8);
            at[3] = (uint8_t)slot->packet_id;
            out->size += 4;
        } else {
            acks_write_refusal(acks, slot, style, out);
        }
        acks->last_words -= acks_is_last_word(slot->type, slot->reason);
        acks->first++;
        acks->count--;
        count++;
    }
    return count;
}
