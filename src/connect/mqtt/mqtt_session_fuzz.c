/* SPDX-License-Identifier: Apache-2.0 */
/* A whole session behind arbitrary bytes: they come in cuts, the intake is sometimes full, the disk sometimes
 * behind. The input is a list of steps: one byte that says what happens, one that says how long, then bytes.
 *
 *   0..127  that many bytes arrive      128..159  the durable cursor moves       160..191  the ring fills or empties
 *   192..223  a whole, valid packet of our own is put in between                 224..255  an action is delivered
 *
 * Checked: the session never writes more than it said, acknowledges no more than was accepted, in order, and
 * nothing after its end. */
#include <assert.h>

#include "connect/intake_fake.h"
#include "connect/mqtt/mqtt_decode.h"
#include "connect/mqtt/mqtt_ids.h"
#include "connect/mqtt/mqtt_inbound.h"
#include "connect/mqtt/mqtt_outbox.h"
#include "connect/mqtt/mqtt_packet_sample.h"
#include "connect/mqtt/mqtt_session.h"
#include "connect/mqtt/mqtt_subs.h"
#include "connect/mqtt/mqtt_topic.h"

enum { FUZZ_IN_BYTES = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fake_intake fuzz_fake;
static struct gn_payload fuzz_payload;
static struct gn_mqtt_session fuzz_session;
static struct gn_mqtt_ack_slot fuzz_slots[GN_MQTT_RECEIVE_MAXIMUM];
static struct gn_mqtt_words fuzz_words;
static struct gn_mqtt_subs fuzz_subs;
static struct gn_mqtt_owner fuzz_owner;
static struct gn_mqtt_ids fuzz_ids;
static uint8_t fuzz_in[FUZZ_IN_BYTES];
static size_t fuzz_in_size;
static uint64_t fuzz_durable;
static uint64_t fuzz_pushed, fuzz_left;

/* Whatever a topic meets, each subscription at most once. */
static void fuzz_match(gn_str topic)
{
    struct gn_mqtt_match match;
    uint32_t count = 0;
    gn_mqtt_subs_match(&fuzz_subs, topic, &match);
    for (const struct gn_mqtt_sub *sub = fuzz_owner.matched; sub != NULL; sub = sub->next_match)
        count++;
    fuzz_owner.matched = NULL;
    assert(count <= fuzz_owner.count);
}

static void fuzz_push(uint8_t type, uint64_t token, uint16_t packet_id, uint8_t reason, gn_str words)
{
    const gn_err pushed = gn_mqtt_acks_push(&fuzz_session.acks, type, token, packet_id, reason, words);
    assert(pushed == GN_OK); /* when all are open the session says WAIT */
    (void)pushed;
    fuzz_pushed++;
}

static bool fuzz_publish(const struct gn_mqtt_publish *publish)
{
    static struct gn_mqtt_verdict verdict;
    const bool known = publish->qos == 2 && gn_mqtt_ids_has(&fuzz_ids, publish->packet_id);
    const gn_err err = known ? GN_OK : gn_mqtt_inbound(&fuzz_fake.table, &fuzz_payload, FAKE_PRESS, publish, &verdict);
    if (err == GN_ERR_AGAIN)
        return false;
    assert(err == GN_OK || (verdict.reason >= 0x80 && verdict.why.text[0] != '\0'));
    if (err == GN_OK)
        fuzz_match(publish->topic);
    if (publish->qos == 2 && err == GN_OK && !known) {
        if (gn_mqtt_ids_add(&fuzz_ids, publish->packet_id))
            return true; /* the owner would end it */
        fuzz_session.open_ids = fuzz_ids.count;
    }
    if (publish->qos > 0)
        fuzz_push(publish->qos == 1 ? GN_MQTT_PUBACK : GN_MQTT_PUBREC, err == GN_OK ? verdict.token : 0,
                  publish->packet_id, err == GN_OK ? 0 : verdict.reason,
                  err == GN_OK ? (gn_str){ 0 } : gn_str_of(verdict.why.text));
    return true;
}

static void fuzz_subscribe(struct gn_mqtt_event *event, struct gn_buf *out)
{
    static uint8_t codes[GN_MQTT_SUBSCRIPTIONS_MAX];
    gn_bytes filters = event->subscribe.filters;
    struct gn_mqtt_filter filter;
    size_t count = 0;
    while (gn_mqtt_filter_next(&filters, event->type, &filter)) {
        gn_str name, plain = filter.filter;
        bool is_new;
        (void)gn_mqtt_filter_share(filter.filter, &name, &plain);
        codes[count] = GN_MQTT_BAD_FILTER;
        if (event->kind == GN_MQTT_EVENT_UNSUBSCRIBE)
            codes[count] = gn_mqtt_subs_remove(&fuzz_subs, &fuzz_owner, filter.filter) ? 0 : GN_MQTT_NO_SUBSCRIPTION;
        else if (gn_mqtt_filter_valid(plain))
            codes[count] = gn_mqtt_subs_put(&fuzz_subs, &fuzz_owner, filter.filter, filter.options, 0, &is_new)
                               ? GN_MQTT_QUOTA
                               : filter.options & 3;
        count++;
    }
    assert(count == event->subscribe.filter_count && fuzz_owner.count <= GN_MQTT_SUBSCRIPTIONS_MAX);
    if (event->subscribe.packet_id % 2 == 0) {
        gn_mqtt_session_suback(&fuzz_session, event, codes, out);
        return;
    }
    uint8_t bytes[GN_MQTT_ANSWER_BYTES_MAX]; /* as of a session that is kept: it waits for the disk */
    struct gn_buf answer = gn_buf_over(bytes, sizeof bytes);
    gn_mqtt_session_suback(&fuzz_session, event, codes, &answer);
    assert(!answer.full);
    const gn_err err = gn_mqtt_acks_push_answer(&fuzz_session.acks,
                                                event->type == GN_MQTT_SUBSCRIBE ? GN_MQTT_SUBACK : GN_MQTT_UNSUBACK,
                                                ++fuzz_fake.token, gn_buf_bytes(&answer));
    assert(err == GN_OK);
    (void)err;
    fuzz_pushed++;
}

static void fuzz_acknowledge(void)
{
    uint8_t bytes[GN_MQTT_ACK_BYTES_MAX * 4];
    const struct gn_mqtt_ack_style style = gn_mqtt_session_style(&fuzz_session);
    while (gn_mqtt_acks_due(&fuzz_session.acks, fuzz_durable)) {
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        fuzz_left += gn_mqtt_acks_write(&fuzz_session.acks, fuzz_durable, &style, &out);
        assert(!out.full && out.size > 0);
    }
    assert(fuzz_left + fuzz_session.acks.count == fuzz_pushed);
}

/* What an owner does about an event. False: it has no room now. */
static bool fuzz_event(struct gn_mqtt_event *event, struct gn_buf *out)
{
    switch (event->kind) {
    case GN_MQTT_EVENT_CONNECT:
        if (fuzz_session.with_auth)
            gn_mqtt_session_challenge(&fuzz_session, GN_MQTT_CONTINUE_AUTH, GN_STR("M"), (gn_bytes){ 0 }, out);
        else if (event->connect.keepalive_s % 7 == 3)
            gn_mqtt_session_refuse(&fuzz_session, GN_MQTT_BAD_CREDENTIALS, GN_STR("no"), out);
        else
            gn_mqtt_session_accept(&fuzz_session, &event->connect, &(struct gn_mqtt_welcome){ 0 }, out);
        return true;
    case GN_MQTT_EVENT_AUTH:
        if (fuzz_session.state == GN_MQTT_AUTHENTICATING)
            gn_mqtt_session_refuse(&fuzz_session, GN_MQTT_BAD_CREDENTIALS, GN_STR("no"), out);
        else
            gn_mqtt_session_challenge(&fuzz_session, GN_MQTT_CONTINUE_AUTH, GN_STR("M"), (gn_bytes){ 0 }, out);
        return true;
    case GN_MQTT_EVENT_PUBREL:
        fuzz_push(GN_MQTT_PUBCOMP, 0, event->ack.packet_id,
                  gn_mqtt_ids_remove(&fuzz_ids, event->ack.packet_id) ? 0 : GN_MQTT_UNKNOWN_ID, (gn_str){ 0 });
        fuzz_session.open_ids = fuzz_ids.count;
        return true;
    case GN_MQTT_EVENT_PUBLISH:
        return fuzz_publish(&event->publish);
    case GN_MQTT_EVENT_WAIT:
        assert(fuzz_session.acks.count == GN_MQTT_RECEIVE_MAXIMUM);
        return false;
    case GN_MQTT_EVENT_SUBSCRIBE:
    case GN_MQTT_EVENT_UNSUBSCRIBE:
        fuzz_subscribe(event, out);
        return true;
    default:
        return true;
    }
}

static void fuzz_run(void)
{
    static struct gn_mqtt_event event;
    uint8_t bytes[GN_MQTT_ANSWER_BYTES_MAX];
    size_t used = 0;
    while (used < fuzz_in_size && fuzz_session.state != GN_MQTT_ENDED) {
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        gn_mqtt_session_next(&fuzz_session, (gn_bytes){ fuzz_in + used, fuzz_in_size - used }, &out, &event);
        if (event.kind == GN_MQTT_EVENT_MORE || !fuzz_event(&event, &out))
            break;
        assert(!out.full);
        if (event.kind == GN_MQTT_EVENT_FAULT) {
            assert(fuzz_session.state == GN_MQTT_ENDED && event.fault.reason >= 0x80);
            break;
        }
        assert(event.size > 0 && event.size <= fuzz_in_size - used);
        used += event.size;
    }
    memmove(fuzz_in, fuzz_in + used, fuzz_in_size - used);
    fuzz_in_size -= used;
    fuzz_acknowledge();
}

static void fuzz_arrive(const uint8_t *bytes, size_t size)
{
    if (size > sizeof fuzz_in - fuzz_in_size)
        size = sizeof fuzz_in - fuzz_in_size;
    memcpy(fuzz_in + fuzz_in_size, bytes, size);
    fuzz_in_size += size;
}

static void fuzz_step(uint8_t step, uint8_t argument)
{
    uint8_t bytes[SAMPLE_BYTES];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    if (step < 160) {
        fuzz_durable += argument;
    } else if (step < 192) {
        fuzz_fake.is_full = (argument & 1) != 0;
    } else if (step < 224) {
        if (sample_put(argument % SAMPLE_COUNT + 1, step & 1 ? GN_MQTT_V5 : GN_MQTT_V311, &out))
            fuzz_arrive(bytes, out.size);
    } else {
        fuzz_match(GN_STR("things/press/actions/stop"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fuzz_fake.table.self == NULL) {
        fake_init(&fuzz_fake);
        if (gn_mqtt_subs_init(&fuzz_subs))
            return 0;
        gn_mqtt_owner_init(&fuzz_owner);
    }
    fuzz_fake.is_open = size > 0 && (data[size - 1] & 1) != 0;
    fuzz_fake.is_full = false;
    fuzz_fake.token = fuzz_durable = fuzz_pushed = fuzz_left = 0;
    fuzz_in_size = 0;
    fuzz_words = (struct gn_mqtt_words){ 0 };
    gn_mqtt_session_init(&fuzz_session, fuzz_slots, GN_MQTT_RECEIVE_MAXIMUM);
    fuzz_session.acks.words = &fuzz_words;
    while (size >= 2 && fuzz_session.state != GN_MQTT_ENDED) {
        const uint8_t step = data[0];
        if (step < 128) {
            const size_t count = step < size - 1 ? step : size - 1;
            fuzz_arrive(data + 1, count);
            data += 1 + count;
            size -= 1 + count;
        } else {
            fuzz_step(step, data[1]);
            data += 2;
            size -= 2;
        }
        fuzz_run();
    }
    gn_mqtt_acks_drop(&fuzz_session.acks);
    gn_mqtt_session_fini(&fuzz_session);
    gn_mqtt_subs_drop(&fuzz_subs, &fuzz_owner);
    gn_mqtt_ids_drop(&fuzz_ids);
    assert(fuzz_subs.count == 0);
    return 0;
}
