/* SPDX-License-Identifier: Apache-2.0 */
/* connect/intake_fake.h -- for tests: an intake that remembers what it was given, can be full, and has two Things.
 *
 * "press" (0) and "pump" (1) have the tokens "press-token" and "pump-token". Tokens of packets count 1, 2, 3 ...
 * A property called "bad" is refused as INVAL, one called "many" as FULL. With `is_open` both may do everything, but
 * hear what begins with "secret/" only with `tells_secrets`. */
#ifndef GN_CONNECT_INTAKE_FAKE_H
#define GN_CONNECT_INTAKE_FAKE_H

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "connect/adapter.h"
#include "thing/record_fixture.h"

enum { FAKE_KEPT = 4096, FAKE_TEXT_BYTES = 96, FAKE_PRESS = 0, FAKE_PUMP = 1 };

struct fake_reading {
    uint32_t thing;
    uint16_t packet_id;
    bool redelivered;
    uint32_t fingerprint;
    char property[FAKE_TEXT_BYTES];
    gn_series_kind kind;
    double value;
    char text[FAKE_TEXT_BYTES];
    int64_t time_ms;
};

struct fake_line { /* a message, a link, a delivery or a refusal, as text */
    char text[256];
};

struct fake_intake {
    struct gn_intake table;
    struct gn_registry registry;
    struct gn_clock_sim clock;
    const struct gn_policy *policy; /* NULL: own trees only */
    bool is_full;
    bool is_open;
    bool tells_secrets;
    uint32_t muted; /* 1 + a Thing that may do nothing at all; 0: none */
    uint32_t room;  /* packets and messages until it is full; 0 = no bound */
    int64_t delay_ms;
    uint64_t token;
    struct fake_reading readings[FAKE_KEPT];
    size_t reading_count; /* of all; the last FAKE_KEPT are kept */
    struct fake_line lines[FAKE_KEPT];
    size_t line_count;
    struct gn_message message; /* the last event or status, without its text */
    char refused[256];         /* the last words */
    size_t refused_count;
    size_t asked_series; /* how often a series was asked for */
    char source[64];
};

static inline void fake_say(struct fake_intake *fake, const char *fmt, ...) GN_PRINTF(2, 3);
static inline void fake_say(struct fake_intake *fake, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(fake->lines[fake->line_count++ % FAKE_KEPT].text, sizeof fake->lines[0].text, fmt, args);
    va_end(args);
}

static inline const char *fake_line(const struct fake_intake *fake, size_t index)
{
    return index < fake->line_count ? fake->lines[index % FAKE_KEPT].text : "(nothing)";
}

static inline bool fake_takes(struct fake_intake *fake)
{
    if (fake->is_full)
        return false;
    if (fake->room > 0 && --fake->room == 0)
        fake->is_full = true; /* this one still fits */
    return true;
}

static inline gn_err fake_authenticate(void *self, gn_str id, gn_str token, gn_str source, uint32_t *out_thing,
                                       int64_t *out_delay_ms)
{
    struct fake_intake *fake = self;
    char right[96];
    *out_delay_ms = fake->delay_ms;
    (void)snprintf(fake->source, sizeof fake->source, "%.*s", GN_STR_ARGS(source));
    (void)snprintf(right, sizeof right, "%.*s-token", GN_STR_ARGS(id));
    if (!gn_registry_thing(&fake->registry, id, out_thing) || !gn_str_equal(token, gn_str_of(right)))
        return GN_ERR_DENIED;
    *out_delay_ms = 0;
    return GN_OK;
}

static inline gn_err fake_recognise(void *self, gn_str id, uint32_t *out_thing)
{
    return gn_registry_thing(&((struct fake_intake *)self)->registry, id, out_thing) ? GN_OK : GN_ERR_DENIED;
}

static inline gn_err fake_packet(void *self, const struct gn_packet *packet, uint64_t *out_token, struct gn_diag *diag)
{
    struct fake_intake *fake = self;
    assert(packet->item_count > 0 && packet->item_count <= GN_READINGS_PER_PACKET_MAX);
    for (size_t i = 0; i < packet->item_count; i++) {
        if (gn_str_equal(packet->items[i].property, GN_STR("bad"))) {
            gn_diag_set(diag, 0, 0, "'bad' cannot be kept");
            return GN_ERR_INVAL;
        }
        if (gn_str_equal(packet->items[i].property, GN_STR("many")))
            return GN_ERR_FULL;
    }
    if (!fake_takes(fake))
        return GN_ERR_AGAIN;
    for (size_t i = 0; i < packet->item_count; i++) {
        const struct gn_item *item = &packet->items[i];
        struct fake_reading *to = &fake->readings[fake->reading_count++ % FAKE_KEPT];
        *to = (struct fake_reading){ .thing = packet->thing,
                                     .packet_id = packet->packet_id,
                                     .redelivered = packet->redelivered,
                                     .fingerprint = packet->fingerprint,
                                     .kind = item->kind,
                                     .value = item->value,
                                     .time_ms = item->time_ms };
        (void)snprintf(to->property, sizeof to->property, "%.*s", GN_STR_ARGS(item->property));
        if (item->kind == GN_SERIES_TEXT)
            (void)snprintf(to->text, sizeof to->text, "%.*s", GN_STR_ARGS(item->text));
    }
    *out_token = ++fake->token;
    return GN_OK;
}

/* Things are those that there are: "pump" stands as coming through "press". */
static inline gn_err fake_through(void *self, uint32_t gateway, gn_str key, uint32_t *out_thing, struct gn_diag *diag)
{
    struct fake_intake *fake = self;
    if (fake->is_full)
        return GN_ERR_AGAIN;
    if (gateway == FAKE_PRESS && gn_registry_thing(&fake->registry, key, out_thing))
        return GN_OK;
    gn_diag_set(diag, 0, 0, "the fake knows no '%.*s'", GN_STR_ARGS(key));
    return GN_ERR_INVAL;
}

static inline gn_err fake_series(void *self, uint32_t thing, gn_str property, gn_series_kind kind, uint32_t *out_series,
                                 struct gn_diag *diag)
{
    struct fake_intake *fake = self;
    union record_fixture record;
    char name[GN_PROPERTY_BYTES_MAX + 1];
    fake->asked_series++;
    if (gn_registry_series(&fake->registry, thing, property, out_series)) {
        gn_diag_set(diag, 0, 0, "another kind");
        return (fake->registry.series[*out_series].kind == GN_SERIES_TEXT) == (kind == GN_SERIES_TEXT) ? GN_OK
                                                                                                       : GN_ERR_INVAL;
    }
    if (!gn_property_valid(property) || gn_str_copy(name, sizeof name, property) != GN_OK) {
        gn_diag_set(diag, 0, 0, "not a name");
        return GN_ERR_INVAL;
    }
    if (fake->is_full)
        return GN_ERR_AGAIN;
    *out_series = fake->registry.series_count;
    return gn_registry_apply(&fake->registry, fixture_series(&record, 0, *out_series, thing, (uint32_t)kind, name));
}

/* Times before 2000 are refused. */
static inline gn_err fake_samples(void *self, const struct gn_samples *samples, size_t *out_taken, uint64_t *out_token,
                                  struct gn_diag *diag)
{
    struct fake_intake *fake = self;
    *out_taken = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const struct gn_sample *sample = &samples->at[i];
        const struct gn_series *series = &fake->registry.series[sample->series];
        if (sample->time_ms != GN_TIME_NONE && sample->time_ms < INT64_C(946684800000)) {
            gn_diag_set(diag, 0, 0, "before the year 2000");
            return GN_ERR_INVAL;
        }
        if (!fake_takes(fake))
            return i == 0 ? GN_ERR_AGAIN : GN_OK;
        struct fake_reading *to = &fake->readings[fake->reading_count++ % FAKE_KEPT];
        *to = (struct fake_reading){ .thing = series->thing,
                                     .kind = (gn_series_kind)series->kind,
                                     .value = series->kind == GN_SERIES_TEXT ? 0 : sample->value,
                                     .time_ms = sample->time_ms };
        (void)snprintf(to->property, sizeof to->property, "%s", series->property);
        if (series->kind == GN_SERIES_TEXT)
            (void)snprintf(to->text, sizeof to->text, "%.*s", (int)sample->text.size, samples->texts + sample->text.at);
        *out_taken = i + 1;
        *out_token = ++fake->token;
    }
    return GN_OK;
}

static inline gn_err fake_message(void *self, const struct gn_message *message, uint64_t *out_token,
                                  struct gn_diag *diag)
{
    struct fake_intake *fake = self;
    (void)diag;
    if (!fake_takes(fake))
        return GN_ERR_AGAIN;
    fake_say(fake, "%s %u %.*s %.*s", gn_record_type_name(message->type), message->thing, GN_STR_ARGS(message->name),
             GN_STR_ARGS(message->payload));
    fake->message = *message;
    fake->message.name = fake->message.payload = (gn_str){ 0 };
    *out_token = ++fake->token;
    return GN_OK;
}

static inline gn_err fake_link(void *self, uint32_t thing, bool up)
{
    struct fake_intake *fake = self;
    if (fake->is_full)
        return GN_ERR_AGAIN;
    fake_say(fake, "link %u %s", thing, up ? "up" : "down");
    return GN_OK;
}

static inline gn_err fake_delivery(void *self, gn_str action_id, gn_delivery_state state)
{
    struct fake_intake *fake = self;
    if (fake->is_full)
        return GN_ERR_AGAIN;
    fake_say(fake, "%.*s %s", GN_STR_ARGS(action_id), state == GN_DELIVERY_SENT ? "sent" : "acknowledged");
    return GN_OK;
}

static inline bool fake_allows(void *self, uint32_t thing, gn_verb verb, gn_str topic)
{
    const struct fake_intake *fake = self;
    if (fake->muted == thing + 1)
        return false;
    if (fake->is_open)
        return verb != GN_VERB_RECEIVE || fake->tells_secrets || !gn_str_starts(topic, GN_STR("secret/"));
    return thing < fake->registry.thing_count &&
           gn_policy_allows(fake->policy, gn_str_of(fake->registry.things[thing].id), verb, topic);
}

static inline void fake_refused(void *self, uint32_t thing, const char *why)
{
    struct fake_intake *fake = self;
    (void)thing;
    fake->refused_count++;
    (void)snprintf(fake->refused, sizeof fake->refused, "%s", why);
}

static inline void fake_init(struct fake_intake *fake)
{
    static const uint8_t seed[16] = { 7 };
    union record_fixture record;
    memset(fake, 0, sizeof *fake);
    gn_err err = gn_registry_init(&fake->registry, seed);
    assert(err == GN_OK);
    err = gn_registry_apply(&fake->registry, fixture_thing(&record, 1, FAKE_PRESS, "press", "Press"));
    assert(err == GN_OK);
    err = gn_registry_apply(&fake->registry, fixture_thing(&record, 2, FAKE_PUMP, "pump", "Pump"));
    assert(err == GN_OK);
    (void)err;
    fake->clock = (struct gn_clock_sim){ .wall_ms = INT64_C(1780000000000), .mono_us = INT64_C(1000000000) };
    fake->table = (struct gn_intake){ .self = fake,
                                      .authenticate = fake_authenticate,
                                      .recognise = fake_recognise,
                                      .packet = fake_packet,
                                      .through = fake_through,
                                      .series = fake_series,
                                      .samples = fake_samples,
                                      .message = fake_message,
                                      .link = fake_link,
                                      .delivery = fake_delivery,
                                      .refused = fake_refused,
                                      .allows = fake_allows,
                                      .registry = &fake->registry,
                                      .clock = gn_clock_simulated(&fake->clock) };
}

static inline void fake_fini(struct fake_intake *fake)
{
    gn_registry_fini(&fake->registry);
}

#endif
