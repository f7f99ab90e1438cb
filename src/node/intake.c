/* SPDX-License-Identifier: Apache-2.0 */
#include "node/intake.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "base/json_write.h"
#include "base/mem.h"
#include "base/timestamp.h"

/* --- records into the ring --- */

/* Room in the ring, or NULL when it is full: then whoever gives room back is to say so. The second try is for the
 * follower that gave room after the first one and before it could see the wish: both exchange the same flag, so
 * either it sees the wish or this thread sees the room. */
static void *intake_room(struct gn_intake_core *intake, size_t size)
{
    void *room = gn_ring_reserve(intake->ring, size);
    if (room != NULL)
        return room;
    (void)atomic_exchange(&intake->wants_news, true);
    return gn_ring_reserve(intake->ring, size);
}

/* `size` bytes of ring for whole records; a TICK goes before them when one is due. NULL when full. */
static uint8_t *intake_reserve(struct gn_intake_core *intake, size_t size)
{
    if (gn_intake_tick(intake, GN_INTAKE_TICK_MS) != GN_OK)
        return NULL;
    return intake_room(intake, size);
}

static struct gn_record_head intake_head(struct gn_intake_core *intake, gn_record_type type, size_t size)
{
    return (struct gn_record_head){ .size = (uint32_t)size, .type = (uint8_t)type, .seq = intake->next_seq++ };
}

static uint64_t intake_publish(struct gn_intake_core *intake)
{
    if (!intake->is_gathering)
        gn_ring_publish(intake->ring);
    return gn_ring_claimed(intake->ring);
}

/* Copies text behind a record's fixed part and zeroes the padding. */
static void intake_put_tail(uint8_t *record, size_t fixed, gn_str first, gn_str second)
{
    const size_t size = fixed + first.size + second.size;
    if (first.size > 0)
        memcpy(record + fixed, first.at, first.size);
    if (second.size > 0)
        memcpy(record + fixed + first.size, second.at, second.size);
    memset(record + size, 0, gn_record_round(size) - size);
}

/* --- the clock --- */

void gn_intake_turn(struct gn_intake_core *intake)
{
    intake->wall_ms = gn_wall_ms(&intake->clock);
    intake->mono_us = gn_mono_us(&intake->clock);
}

gn_err gn_intake_tick(struct gn_intake_core *intake, int64_t at_least_ms)
{
    const int64_t mono_ms = intake->mono_us / 1000;
    const int64_t passed_ms = mono_ms - intake->tick_mono_ms;
    if (intake->tick_ms != 0 && passed_ms < at_least_ms)
        return GN_OK;
    struct gn_record_tick *tick = intake_room(intake, sizeof *tick);
    if (tick == NULL)
        return GN_ERR_AGAIN;
    const int64_t on_ms = intake->tick_ms + (intake->tick_mono_ms == 0 ? 0 : passed_ms);
    const int64_t now_ms = intake->wall_ms > on_ms ? intake->wall_ms : on_ms;
    *tick = (struct gn_record_tick){ .head = intake_head(intake, GN_RECORD_TICK, sizeof *tick),
                                     .time_ms = now_ms,
                                     .mono_ms = mono_ms };
    intake->tick_ms = now_ms;
    intake->tick_mono_ms = mono_ms;
    (void)intake_publish(intake);
    return GN_OK;
}

/* --- packets --- */

static struct gn_intake_recent *intake_recent(struct gn_intake_core *intake, uint32_t thing, uint16_t packet)
{
    return &intake->recent[(size_t)thing * GN_INTAKE_RECENT + (packet & (GN_INTAKE_RECENT - 1))];
}

static bool intake_time_fits(const struct gn_intake_core *intake, int64_t time_ms)
{
    return time_ms == GN_TIME_NONE ||
           (time_ms >= GN_TIME_FLOOR_MS && time_ms <= intake->wall_ms + GN_READING_AHEAD_MS_MAX);
}

static gn_err intake_check_time(const struct gn_intake_core *intake, int64_t time_ms, gn_str property,
                                struct gn_diag *diag)
{
    char text[GN_TIME_TEXT_BYTES];
    if (intake_time_fits(intake, time_ms))
        return GN_OK;
    gn_time_format(time_ms, text);
    gn_diag_set(diag, 0, 0, "the time %s of '%.*s' is %s; set the device's clock, or send no time", text,
                GN_STR_ARGS(property), time_ms < GN_TIME_FLOOR_MS ? "before the year 2000" : "more than a day ahead");
    return GN_ERR_INVAL;
}

static const char *intake_kind_name(uint32_t kind)
{
    return kind == GN_SERIES_TEXT ? "text" : kind == GN_SERIES_BOOL ? "a bool" : "a number";
}

/* A bool may come as a number and the other way round; text stays text. */
static gn_err intake_check_kind(const struct gn_intake_core *intake, uint32_t series, gn_series_kind kind,
                                struct gn_diag *diag)
{
    const struct gn_series *known = &intake->registry.series[series];
    if ((known->kind == GN_SERIES_TEXT) == (kind == GN_SERIES_TEXT))
        return GN_OK;
    gn_diag_set(diag, 0, 0, "'%s' is %s; this value is %s", known->property, intake_kind_name(known->kind),
                intake_kind_name(kind));
    return GN_ERR_INVAL;
}

static gn_err intake_check_property(gn_str property, struct gn_diag *diag)
{
    if (gn_property_valid(property))
        return GN_OK;
    gn_diag_set(diag, 0, 0,
                "a property's name must be 1 to %d bytes of UTF-8 without '/', '+', '#' or control characters",
                GN_PROPERTY_BYTES_MAX);
    return GN_ERR_INVAL;
}

static gn_err intake_check_room(const struct gn_intake_core *intake, uint32_t thing, size_t new_count,
                                struct gn_diag *diag)
{
    if (new_count == 0 || (intake->registry.things[thing].series_count + new_count <= GN_SERIES_PER_THING_MAX &&
                           intake->registry.series_count + new_count <= GN_SERIES_MAX))
        return GN_OK;
    gn_diag_set(diag, 0, 0, "this Thing may have %d properties and the node %d series; no room for %zu more",
                GN_SERIES_PER_THING_MAX, GN_SERIES_MAX, new_count);
    return GN_ERR_FULL;
}

static bool intake_named_before(const struct gn_packet *packet, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (gn_str_equal(packet->items[i].property, packet->items[index].property))
            return true;
    return false;
}

static size_t intake_item_bytes(const struct gn_item *item)
{
    return item->kind == GN_SERIES_TEXT ? gn_record_round(sizeof(struct gn_record_text) + item->text.size)
                                        : sizeof(struct gn_record_reading);
}

static size_t intake_series_bytes(gn_str property)
{
    return gn_record_round(sizeof(struct gn_record_series) + property.size);
}

/* What a packet will take in the ring, and its series in `series_of`; refuses it whole when any item cannot be kept. */
static gn_err intake_measure(struct gn_intake_core *intake, const struct gn_packet *packet, size_t *out_size,
                             struct gn_diag *diag)
{
    size_t size = 0, new_count = 0;
    uint32_t guess = GN_NONE;
    for (size_t i = 0; i < packet->item_count; i++) {
        const struct gn_item *item = &packet->items[i];
        uint32_t series = GN_NONE;
        gn_err err = intake_check_time(intake, item->time_ms, item->property, diag);
        if (err != GN_OK)
            return err;
        size += intake_item_bytes(item);
        if (gn_registry_series_next(&intake->registry, packet->thing, guess, item->property, &series)) {
            err = intake_check_kind(intake, series, item->kind, diag);
            guess = series;
        } else {
            err = intake_check_property(item->property, diag);
            if (!intake_named_before(packet, i)) {
                size += intake_series_bytes(item->property);
                new_count++;
            }
        }
        if (err != GN_OK)
            return err;
        intake->series_of[i] = series;
    }
    *out_size = size;
    return intake_check_room(intake, packet->thing, new_count, diag);
}

static uint8_t *intake_put_series(struct gn_intake_core *intake, uint32_t thing, gn_str property, gn_series_kind kind,
                                  uint8_t *at, uint32_t *out_series)
{
    const size_t size = intake_series_bytes(property);
    struct gn_record_series *record = (void *)at;
    *record = (struct gn_record_series){ .head = intake_head(intake, GN_RECORD_SERIES, size),
                                         .series = intake->registry.series_count,
                                         .thing = thing,
                                         .kind = kind,
                                         .name_size = (uint32_t)property.size };
    intake_put_tail(at, sizeof *record, property, (gn_str){ 0 });
    *out_series = record->series;
    const gn_err err = gn_registry_apply(&intake->registry, &record->head);
    assert(err == GN_OK); /* measured before: the name is valid and there is room */
    (void)err;
    intake->series_last_ms[record->series] = INT64_MIN;
    atomic_store_explicit(&intake->series_count, intake->registry.series_count, memory_order_relaxed);
    return at + size;
}

/* Late: older than what the series has. A series that ran ahead of the clock (it was set back since) does
 * not make everything that follows late. */
static gn_quality intake_quality(struct gn_intake_core *intake, uint32_t series, int64_t time_ms, bool stamped)
{
    int64_t *last_ms = &intake->series_last_ms[series];
    if (time_ms < *last_ms && *last_ms <= intake->wall_ms + GN_INTAKE_AHEAD_TRUST_MS)
        return stamped ? GN_QUALITY_LATE_NO_TIME : GN_QUALITY_LATE;
    *last_ms = time_ms;
    return stamped ? GN_QUALITY_NO_TIME : GN_QUALITY_GOOD;
}

static uint8_t *intake_put_item(struct gn_intake_core *intake, const struct gn_packet *packet,
                                const struct gn_item *item, uint32_t series, uint8_t *at)
{
    const size_t size = intake_item_bytes(item);
    const bool stamped = item->time_ms == GN_TIME_NONE;
    const int64_t time_ms = stamped ? intake->wall_ms : item->time_ms;
    const bool is_text = item->kind == GN_SERIES_TEXT;
    struct gn_record_head head = intake_head(intake, is_text ? GN_RECORD_TEXT : GN_RECORD_READING, size);
    head.flag = (uint8_t)intake_quality(intake, series, time_ms, stamped);
    head.packet = packet->packet_id;
    if (is_text) {
        struct gn_record_text *record = (void *)at;
        *record = (struct gn_record_text){ .head = head,
                                           .series = series,
                                           .fingerprint = packet->fingerprint,
                                           .time_ms = time_ms,
                                           .text_size = (uint32_t)item->text.size };
        intake_put_tail(at, sizeof *record, item->text, (gn_str){ 0 });
    } else {
        struct gn_record_reading *record = (void *)at;
        *record = (struct gn_record_reading){
            .head = head, .series = series, .fingerprint = packet->fingerprint, .time_ms = time_ms, .value = item->value
        };
    }
    return at + size;
}

static void intake_remember(struct gn_intake_core *intake, uint32_t thing, uint16_t packet, uint32_t fingerprint)
{
    if (packet != 0)
        *intake_recent(intake, thing, packet) =
            (struct gn_intake_recent){ .fingerprint = fingerprint, .packet = packet };
}

/* It was sent before, and stands in the journal or on the way there: nothing is to be written. */
static bool intake_knows(struct gn_intake_core *intake, uint32_t thing, uint16_t packet, uint32_t fingerprint)
{
    const struct gn_intake_recent *recent = intake_recent(intake, thing, packet);
    if (packet == 0 || recent->packet != packet || recent->fingerprint != fingerprint)
        return false;
    atomic_fetch_add_explicit(&intake->redelivered_count, 1, memory_order_relaxed);
    return true;
}

static gn_err intake_packet(void *self, const struct gn_packet *packet, uint64_t *out_token, struct gn_diag *diag)
{
    struct gn_intake_core *intake = self;
    size_t size = 0;
    if (packet->thing >= intake->registry.thing_count || packet->item_count == 0 ||
        packet->item_count > GN_READINGS_PER_PACKET_MAX)
        return GN_ERR_INVAL;
    if (packet->redelivered && intake_knows(intake, packet->thing, packet->packet_id, packet->fingerprint)) {
        *out_token = gn_ring_head(intake->ring);
        return GN_OK;
    }
    if (intake->registry.things[packet->thing].state == GN_THING_IGNORED) {
        gn_diag_set(diag, 0, 0, "the Thing '%s' is ignored; adopt it first", intake->registry.things[packet->thing].id);
        return GN_ERR_INVAL;
    }
    const gn_err err = intake_measure(intake, packet, &size, diag);
    if (err != GN_OK)
        return err;
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    const uint8_t *const end = at + size;
    for (size_t i = 0; i < packet->item_count; i++) {
        const struct gn_item *item = &packet->items[i];
        uint32_t series = intake->series_of[i];
        if (series == GN_NONE && !gn_registry_series(&intake->registry, packet->thing, item->property, &series))
            at = intake_put_series(intake, packet->thing, item->property, item->kind, at, &series);
        at = intake_put_item(intake, packet, item, series, at);
    }
    assert(at == end);
    (void)end;
    *out_token = intake_publish(intake);
    intake_remember(intake, packet->thing, packet->packet_id, packet->fingerprint);
    atomic_fetch_add_explicit(&intake->packet_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&intake->reading_count, packet->item_count, memory_order_relaxed);
    return GN_OK;
}

/* --- many samples --- */

static gn_err intake_through(void *self, uint32_t gateway, gn_str key, uint32_t *out_thing, struct gn_diag *diag)
{
    struct gn_intake_core *intake = self;
    if (intake->through == NULL || gateway >= intake->registry.thing_count)
        return GN_ERR_NOT_FOUND;
    return intake->through(intake->foreign_self, gateway, key, out_thing, diag);
}

static gn_err intake_series(void *self, uint32_t thing, gn_str property, gn_series_kind kind, uint32_t *out_series,
                            struct gn_diag *diag)
{
    struct gn_intake_core *intake = self;
    if (thing >= intake->registry.thing_count)
        return GN_ERR_INVAL;
    if (gn_registry_series(&intake->registry, thing, property, out_series))
        return intake_check_kind(intake, *out_series, kind, diag);
    gn_err err = intake_check_property(property, diag);
    if (err == GN_OK)
        err = intake_check_room(intake, thing, 1, diag);
    if (err != GN_OK)
        return err;
    uint8_t *at = intake_reserve(intake, intake_series_bytes(property));
    if (at == NULL)
        return GN_ERR_AGAIN;
    (void)intake_put_series(intake, thing, property, kind, at, out_series);
    (void)intake_publish(intake);
    return GN_OK;
}

static gn_err intake_check_sample(const struct gn_intake_core *intake, const struct gn_sample *sample,
                                  struct gn_diag *diag)
{
    if (sample->series >= intake->registry.series_count)
        return GN_ERR_INVAL;
    const struct gn_series *series = &intake->registry.series[sample->series];
    const struct gn_thing *thing = &intake->registry.things[series->thing];
    if (thing->state == GN_THING_IGNORED) {
        gn_diag_set(diag, 0, 0, "the Thing '%s' is ignored; adopt it first", thing->id);
        return GN_ERR_INVAL;
    }
    if (series->kind == GN_SERIES_TEXT && sample->text.size > GN_TEXT_VALUE_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "'%s' is longer than TEXT_VALUE_BYTES_MAX (%d)", series->property,
                    GN_TEXT_VALUE_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    return intake_check_time(intake, sample->time_ms, gn_str_of(series->property), diag);
}

/* What a sample takes in the ring; 0: it cannot be kept. */
static inline size_t intake_sample_bytes(const struct gn_intake_core *intake, const struct gn_sample *sample)
{
    if (sample->series >= intake->registry.series_count || !intake_time_fits(intake, sample->time_ms))
        return 0;
    const struct gn_series *series = &intake->registry.series[sample->series];
    if (intake->registry.things[series->thing].state == GN_THING_IGNORED)
        return 0;
    if (series->kind != GN_SERIES_TEXT)
        return sizeof(struct gn_record_reading);
    return sample->text.size > GN_TEXT_VALUE_BYTES_MAX
               ? 0
               : gn_record_round(sizeof(struct gn_record_text) + sample->text.size);
}

/* As many as can be kept, and go into the ring at once. */
static size_t intake_measure_samples(const struct gn_intake_core *intake, const struct gn_samples *samples,
                                     size_t *out_size)
{
    size_t total = 0, fine = 0;
    for (; fine < samples->count; fine++) {
        const size_t size = intake_sample_bytes(intake, &samples->at[fine]);
        if (size == 0 || total + size > GN_INTAKE_PACKET_BYTES)
            break;
        total += size;
    }
    *out_size = total;
    return fine;
}

static uint8_t *intake_put_sample(struct gn_intake_core *intake, const struct gn_sample *sample, const char *texts,
                                  uint8_t *at)
{
    static const struct gn_packet unnumbered = { 0 };
    struct gn_item item = { .kind = GN_SERIES_NUMBER, .time_ms = sample->time_ms };
    if (intake->registry.series[sample->series].kind == GN_SERIES_TEXT) {
        item.kind = GN_SERIES_TEXT;
        item.text = (gn_str){ texts + sample->text.at, sample->text.size };
    } else {
        item.value = sample->value;
    }
    return intake_put_item(intake, &unnumbered, &item, sample->series, at);
}

static gn_err intake_samples(void *self, const struct gn_samples *samples, size_t *out_taken, uint64_t *out_token,
                             struct gn_diag *diag)
{
    struct gn_intake_core *intake = self;
    size_t size = 0;
    const size_t fine = intake_measure_samples(intake, samples, &size);
    *out_taken = 0;
    if (fine > 0) {
        uint8_t *at = intake_reserve(intake, size);
        if (at == NULL)
            return GN_ERR_AGAIN;
        for (size_t i = 0; i < fine; i++)
            at = intake_put_sample(intake, &samples->at[i], samples->texts, at);
        *out_token = intake_publish(intake);
        *out_taken = fine;
        atomic_fetch_add_explicit(&intake->packet_count, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&intake->reading_count, fine, memory_order_relaxed);
    }
    return fine == samples->count ? GN_OK : intake_check_sample(intake, &samples->at[fine], diag);
}

/* --- the other records --- */

static gn_err intake_message(void *self, const struct gn_message *message, uint64_t *out_token, struct gn_diag *diag)
{
    struct gn_intake_core *intake = self;
    if (message->thing >= intake->registry.thing_count || !gn_property_valid(message->name) ||
        message->payload.size > GN_TEXT_VALUE_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "an event or status has a name of 1 to %d bytes and a payload of at most %d",
                    GN_PROPERTY_BYTES_MAX, GN_TEXT_VALUE_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    if (message->redelivered && intake_knows(intake, message->thing, message->packet_id, message->fingerprint)) {
        *out_token = gn_ring_head(intake->ring);
        return GN_OK;
    }
    struct gn_record_message *record;
    const size_t size = gn_record_round(sizeof *record + message->name.size + message->payload.size);
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_message){ .head = intake_head(intake, message->type, size),
                                          .thing = message->thing,
                                          .name_size = (uint32_t)message->name.size,
                                          .time_ms = intake->wall_ms,
                                          .payload_size = (uint32_t)message->payload.size,
                                          .fingerprint = message->fingerprint };
    record->head.packet = message->packet_id;
    intake_put_tail(at, sizeof *record, message->name, message->payload);
    *out_token = intake_publish(intake);
    intake_remember(intake, message->thing, message->packet_id, message->fingerprint);
    return GN_OK;
}

static gn_err intake_keep(void *self, const struct gn_keep *keep, uint64_t *out_token)
{
    struct gn_intake_core *intake = self;
    size_t payload_size = 0;
    for (size_t i = 0; i < keep->part_count; i++)
        payload_size += keep->parts[i].size;
    struct gn_record_message *record;
    const size_t size = gn_record_round(sizeof *record + keep->name.size + payload_size);
    if (size > GN_RECORD_BYTES_MAX)
        return GN_ERR_FULL;
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_message){ .head = intake_head(intake, keep->type, size),
                                          .thing = keep->thing,
                                          .name_size = (uint32_t)keep->name.size,
                                          .time_ms = intake->wall_ms,
                                          .payload_size = (uint32_t)payload_size };
    record->head.flag = keep->flag;
    record->head.packet = keep->packet;
    uint8_t *to = at + sizeof *record;
    if (keep->name.size > 0)
        memcpy(to, keep->name.at, keep->name.size);
    to += keep->name.size;
    for (size_t i = 0; i < keep->part_count; to += keep->parts[i].size, i++)
        if (keep->parts[i].size > 0)
            memcpy(to, keep->parts[i].at, keep->parts[i].size);
    memset(to, 0, (size_t)(at + size - to));
    *out_token = intake_publish(intake);
    return GN_OK;
}

static void intake_gather(void *self, bool on)
{
    struct gn_intake_core *intake = self;
    intake->is_gathering = on;
    if (!on)
        gn_ring_publish(intake->ring);
}

static bool intake_has_room(void *self)
{
    struct gn_intake_core *intake = self;
    if (gn_ring_has_room(intake->ring, GN_INTAKE_PACKET_BYTES))
        return true;
    (void)atomic_exchange(&intake->wants_news, true);
    return gn_ring_has_room(intake->ring, GN_INTAKE_PACKET_BYTES);
}

static gn_err intake_link(void *self, uint32_t thing, bool up)
{
    struct gn_intake_core *intake = self;
    if (thing >= intake->registry.thing_count)
        return GN_ERR_INVAL;
    struct gn_record_link *record = (void *)intake_reserve(intake, sizeof *record);
    if (record == NULL)
        return GN_ERR_AGAIN;
    *record = (struct gn_record_link){ .head = intake_head(intake, GN_RECORD_LINK, sizeof *record),
                                       .thing = thing,
                                       .time_ms = intake->wall_ms };
    record->head.flag = up;
    (void)intake_publish(intake);
    const bool was = atomic_exchange_explicit(&intake->online[thing], up, memory_order_relaxed);
    if (was != up)
        atomic_fetch_add_explicit(&intake->online_count, up ? 1u : UINT32_MAX, memory_order_relaxed);
    return GN_OK;
}

static gn_err intake_delivery(void *self, gn_str action_id, gn_delivery_state state)
{
    struct gn_intake_core *intake = self;
    struct gn_record_delivery *record;
    if (action_id.size > GN_TEXT_VALUE_BYTES_MAX)
        return GN_ERR_INVAL;
    const size_t size = gn_record_round(sizeof *record + action_id.size);
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_delivery){ .head = intake_head(intake, GN_RECORD_DELIVERY, size),
                                           .time_ms = intake->wall_ms,
                                           .action_size = (uint32_t)action_id.size,
                                           .state = (uint32_t)state };
    intake_put_tail(at, sizeof *record, action_id, (gn_str){ 0 });
    (void)intake_publish(intake);
    return GN_OK;
}

static void intake_refused(void *self, uint32_t thing, const char *why)
{
    struct gn_intake_core *intake = self;
    atomic_fetch_add_explicit(&intake->refused_count, 1, memory_order_relaxed);
    if (thing >= intake->registry.thing_count)
        return;
    pthread_mutex_lock(&intake->refusals_mutex);
    struct gn_refusals *refusals = &intake->refusals[thing];
    refusals->count++;
    (void)snprintf(refusals->why, sizeof refusals->why, "%s", why);
    pthread_mutex_unlock(&intake->refusals_mutex);
}

/* Journals a Thing as `row` says, new or changed. */
static gn_err intake_put_thing(struct gn_intake_core *intake, uint32_t index, const struct gn_thing *row,
                               uint64_t *out_token)
{
    char bytes[GN_THING_JSON_BYTES];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes);
    gn_registry_thing_json(&intake->registry, row, &json);
    if (json.full)
        return GN_ERR_FULL;
    struct gn_record_thing *record;
    const size_t size = gn_record_round(sizeof *record + json.size);
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_thing){ .head = intake_head(intake, GN_RECORD_THING, size),
                                        .thing = index,
                                        .json_size = (uint32_t)json.size };
    intake_put_tail(at, sizeof *record, gn_buf_str(&json), (gn_str){ 0 });
    const gn_err applied = gn_registry_apply(&intake->registry, &record->head);
    assert(applied == GN_OK); /* id, name and room were checked */
    (void)applied;
    atomic_store_explicit(&intake->thing_count, intake->registry.thing_count, memory_order_relaxed);
    *out_token = intake_publish(intake);
    return GN_OK;
}

gn_err gn_intake_thing_add(struct gn_intake_core *intake, gn_str name, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                           uint64_t *out_token, struct gn_diag *diag)
{
    struct gn_thing row = { .via = GN_NONE };
    gn_err err = gn_registry_new_id(&intake->registry, name, row.id, diag);
    if (err == GN_OK)
        err = gn_str_copy(row.name, sizeof row.name, name);
    if (err == GN_OK)
        err = intake_put_thing(intake, intake->registry.thing_count, &row, out_token);
    if (err == GN_OK)
        memcpy(out_id, row.id, sizeof row.id);
    return err;
}

static gn_err intake_device_row(const struct gn_intake_core *intake, const struct gn_intake_device *device,
                                struct gn_thing *row, struct gn_diag *diag)
{
    uint32_t taken;
    gn_err err = gn_registry_new_id(&intake->registry, device->name, row->id, diag); /* checks the name and the room */
    if (err == GN_OK && device->id.size > 0) {
        if (!gn_thing_id_valid(device->id) || gn_registry_thing(&intake->registry, device->id, &taken))
            return GN_ERR_EXISTS;
        err = gn_str_copy(row->id, sizeof row->id, device->id);
    }
    if (err == GN_OK)
        err = gn_str_copy(row->name, sizeof row->name, device->name);
    if (err == GN_OK && gn_str_copy(row->key, sizeof row->key, device->key) != GN_OK) {
        gn_diag_set(diag, 0, 0, "a device's key is longer than DEVICE_KEY_BYTES_MAX (%d)", GN_DEVICE_KEY_BYTES_MAX);
        err = GN_ERR_INVAL;
    }
    return err;
}

gn_err gn_intake_discover(struct gn_intake_core *intake, const struct gn_intake_device *device, uint32_t *out_thing,
                          uint64_t *out_token, struct gn_diag *diag)
{
    const uint32_t index = intake->registry.thing_count;
    struct gn_thing row = { .via = device->via,
                            .source = (uint8_t)device->source,
                            .state = (uint8_t)device->state,
                            .since_ms = intake->wall_ms };
    if (device->state == GN_THING_DISCOVERED && intake->registry.discovered_count >= GN_THINGS_DISCOVERED_MAX) {
        gn_diag_set(diag, 0, 0, "THINGS_DISCOVERED_MAX (%d) Things wait to be adopted or ignored",
                    GN_THINGS_DISCOVERED_MAX);
        return GN_ERR_FULL;
    }
    gn_err err = intake_device_row(intake, device, &row, diag);
    if (err == GN_OK)
        err = intake_put_thing(intake, index, &row, out_token);
    if (err == GN_OK)
        *out_thing = index;
    return err;
}

gn_err gn_intake_thing_state(struct gn_intake_core *intake, uint32_t thing, gn_thing_state state, gn_str name,
                             uint64_t *out_token, struct gn_diag *diag)
{
    char ignored[GN_THING_ID_BYTES_MAX + 1];
    if (thing >= intake->registry.thing_count)
        return GN_ERR_NOT_FOUND;
    struct gn_thing row = intake->registry.things[thing];
    row.state = (uint8_t)state;
    if (name.size > 0) {
        gn_err err = gn_registry_new_id(&intake->registry, name, ignored, diag); /* says what is wrong with a name */
        if (err == GN_ERR_FULL)
            err = GN_OK; /* no room for a new Thing; this is none */
        if (err == GN_OK)
            err = gn_str_copy(row.name, sizeof row.name, name);
        if (err != GN_OK)
            return err;
    }
    const struct gn_thing *now = &intake->registry.things[thing];
    *out_token = gn_ring_head(intake->ring);
    if (now->state == row.state && strcmp(now->name, row.name) == 0)
        return GN_OK;
    return intake_put_thing(intake, thing, &row, out_token);
}

gn_err gn_intake_rules(struct gn_intake_core *intake, gn_str bundle, uint64_t *out_token)
{
    struct gn_record_rules *record;
    const size_t size = gn_record_round(sizeof *record + bundle.size);
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_rules){ .head = intake_head(intake, GN_RECORD_RULES, size),
                                        .text_size = (uint32_t)bundle.size };
    intake_put_tail(at, sizeof *record, bundle, (gn_str){ 0 });
    *out_token = intake_publish(intake);
    return GN_OK;
}

gn_err gn_intake_answer(struct gn_intake_core *intake, gn_str json, uint64_t *out_token)
{
    struct gn_record_answer *record;
    const size_t size = gn_record_round(sizeof *record + json.size);
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_answer){ .head = intake_head(intake, GN_RECORD_ANSWER, size),
                                         .time_ms = intake->wall_ms,
                                         .json_size = (uint32_t)json.size };
    intake_put_tail(at, sizeof *record, json, (gn_str){ 0 });
    *out_token = intake_publish(intake);
    return GN_OK;
}

static gn_err intake_put_json(struct gn_intake_core *intake, uint8_t type, uint32_t thing, gn_str json,
                              uint64_t *out_token)
{
    struct gn_record_description *record;
    if (thing >= intake->registry.thing_count || json.size > GN_DESCRIPTION_BYTES_MAX)
        return GN_ERR_INVAL;
    const size_t size = gn_record_round(sizeof *record + json.size);
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_description){ .head = intake_head(intake, type, size),
                                              .thing = thing,
                                              .json_size = (uint32_t)json.size };
    intake_put_tail(at, sizeof *record, json, (gn_str){ 0 });
    *out_token = intake_publish(intake);
    return GN_OK;
}

gn_err gn_intake_description(struct gn_intake_core *intake, uint32_t thing, gn_str json, uint64_t *out_token)
{
    return intake_put_json(intake, GN_RECORD_DESCRIPTION, thing, json, out_token);
}

gn_err gn_intake_identity(struct gn_intake_core *intake, uint32_t thing, const char *state, const char *first,
                          const char *second, uint64_t *out_token)
{
    char bytes[512];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&json);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "state");
    gn_jw_text(&w, state);
    gn_jw_key(&w, "first");
    gn_jw_text(&w, first);
    gn_jw_key(&w, "second");
    gn_jw_text(&w, second);
    gn_jw_close(&w, '}');
    return intake_put_json(intake, GN_RECORD_IDENTITY, thing, gn_buf_str(&json), out_token);
}

gn_err gn_intake_desired(struct gn_intake_core *intake, uint32_t thing, gn_str json, gn_str key, uint64_t *out_token)
{
    struct gn_record_desired *record;
    if (thing >= intake->registry.thing_count || json.size > GN_HTTP_BODY_BYTES_MAX ||
        key.size > GN_ORDER_KEY_BYTES_MAX)
        return GN_ERR_INVAL;
    const size_t size = gn_record_round(sizeof *record + json.size + key.size);
    uint8_t *at = intake_reserve(intake, size);
    if (at == NULL)
        return GN_ERR_AGAIN;
    record = (void *)at;
    *record = (struct gn_record_desired){ .head = intake_head(intake, GN_RECORD_DESIRED, size),
                                          .thing = thing,
                                          .json_size = (uint32_t)json.size,
                                          .time_ms = intake->wall_ms,
                                          .key_size = (uint32_t)key.size };
    intake_put_tail(at, sizeof *record, json, key);
    *out_token = intake_publish(intake);
    return GN_OK;
}

gn_err gn_intake_mark(struct gn_intake_core *intake, uint64_t upto, uint64_t output_count,
                      const uint8_t hash[static 32])
{
    struct gn_record_mark *record = (void *)intake_reserve(intake, sizeof *record);
    if (record == NULL)
        return GN_ERR_AGAIN;
    *record = (struct gn_record_mark){ .head = intake_head(intake, GN_RECORD_MARK, sizeof *record),
                                       .upto = upto,
                                       .output_count = output_count };
    memcpy(record->hash, hash, sizeof record->hash);
    (void)intake_publish(intake);
    return GN_OK;
}

/* --- boot --- */

gn_err gn_intake_recall(struct gn_intake_core *intake, const struct gn_record_head *record)
{
    const struct gn_record_reading *reading = (const void *)record;
    const struct gn_record_message *message = (const void *)record;
    if (record->seq >= intake->next_seq)
        intake->next_seq = record->seq + 1;
    switch (record->type) {
    case GN_RECORD_THING:
    case GN_RECORD_SERIES: {
        const uint32_t before = intake->registry.series_count;
        const gn_err err = gn_registry_apply(&intake->registry, record);
        if (err != GN_OK)
            return err;
        if (intake->registry.series_count > before)
            intake->series_last_ms[before] = INT64_MIN;
        atomic_store_explicit(&intake->thing_count, intake->registry.thing_count, memory_order_relaxed);
        atomic_store_explicit(&intake->series_count, intake->registry.series_count, memory_order_relaxed);
        return GN_OK;
    }
    case GN_RECORD_READING:
    case GN_RECORD_TEXT: /* the same place for series, fingerprint and time in both */
        if (reading->series < intake->registry.series_count) {
            intake_remember(intake, intake->registry.series[reading->series].thing, record->packet,
                            reading->fingerprint);
            if (!gn_quality_is_late(record->flag))
                intake->series_last_ms[reading->series] = reading->time_ms;
        }
        return GN_OK;
    case GN_RECORD_EVENT:
    case GN_RECORD_STATUS:
        if (message->thing < intake->registry.thing_count)
            intake_remember(intake, message->thing, record->packet, message->fingerprint);
        return GN_OK;
    case GN_RECORD_TICK:
        intake->tick_ms = ((const struct gn_record_tick *)(const void *)record)->time_ms;
        return GN_OK;
    default:
        return GN_OK;
    }
}

/* --- life --- */

static gn_err intake_authenticate(void *self, gn_str id, gn_str token, gn_str source, uint32_t *out_thing,
                                  int64_t *out_delay_ms)
{
    struct gn_intake_core *intake = self;
    const gn_err err = gn_guard_thing_check(intake->guard, id, token, source, out_delay_ms);
    if (err != GN_OK)
        return err;
    if (!gn_registry_thing(&intake->registry, id, out_thing))
        return GN_ERR_DENIED;
    gn_intake_welcome(intake, *out_thing);
    return GN_OK;
}

static gn_err intake_recognise(void *self, gn_str id, uint32_t *out_thing)
{
    struct gn_intake_core *intake = self;
    if (!gn_registry_thing(&intake->registry, id, out_thing))
        return GN_ERR_DENIED;
    gn_intake_welcome(intake, *out_thing);
    return GN_OK;
}

void gn_intake_revoke(struct gn_intake_core *intake, uint32_t thing)
{
    if (thing < GN_THINGS_MAX)
        intake->revoked[thing] = true;
}

void gn_intake_welcome(struct gn_intake_core *intake, uint32_t thing)
{
    if (thing < GN_THINGS_MAX)
        intake->revoked[thing] = false;
}

void gn_intake_recall_revoked(struct gn_intake_core *intake)
{
    for (uint32_t thing = 0; thing < intake->registry.thing_count; thing++) {
        struct gn_token_state state;
        gn_guard_thing_state(intake->guard, gn_str_of(intake->registry.things[thing].id), &state);
        intake->revoked[thing] = !state.has_token && state.revoked_ms > 0;
    }
}

static bool intake_allows(void *self, uint32_t thing, gn_verb verb, gn_str topic)
{
    const struct gn_intake_core *intake = self;
    return thing < intake->registry.thing_count && !intake->revoked[thing] &&
           gn_policy_allows(intake->policy, gn_str_of(intake->registry.things[thing].id), verb, topic);
}

static gn_err intake_foreign(void *self, const struct gn_foreign *message, uint64_t *out_token, struct gn_diag *diag)
{
    struct gn_intake_core *intake = self;
    *out_token = gn_ring_head(intake->ring);
    if (intake->foreign == NULL || message->thing >= intake->registry.thing_count)
        return GN_OK;
    return intake->foreign(intake->foreign_self, message, out_token, diag);
}

static gn_err intake_certify(void *self, const struct gn_certify_ask *ask, struct gn_diag *diag)
{
    struct gn_intake_core *intake = self;
    if (intake->certify != NULL && ask->thing < intake->registry.thing_count)
        return intake->certify(intake->certify_self, ask, diag);
    gn_diag_set(diag, 0, 0, "no certificates are made here");
    return GN_ERR_FULL;
}

static void intake_two_places(void *self, uint32_t thing, gn_str first, gn_str second)
{
    struct gn_intake_core *intake = self;
    char places[2][64];
    uint64_t token;
    if (thing >= intake->registry.thing_count ||
        gn_policy_several_places(intake->policy, gn_str_of(intake->registry.things[thing].id)) ||
        gn_str_copy(places[0], sizeof places[0], first) != GN_OK ||
        gn_str_copy(places[1], sizeof places[1], second) != GN_OK)
        return;
    GN_IGNORE(gn_intake_identity(intake, thing, "both", places[0], places[1], &token), "it is said again");
}

static gn_err intake_scram_begin(void *self, struct gn_scram *scram, gn_str message, struct gn_buf *out)
{
    return gn_guard_scram_begin(((struct gn_intake_core *)self)->guard, scram, message, out);
}

static gn_err intake_scram_finish(void *self, const struct gn_scram *scram, gn_str message, gn_str source,
                                  struct gn_buf *out, uint32_t *out_thing, int64_t *out_delay_ms)
{
    struct gn_intake_core *intake = self;
    const gn_err err = gn_guard_scram_finish(intake->guard, scram, message, source, out, out_delay_ms);
    if (err != GN_OK)
        return err;
    if (!gn_registry_thing(&intake->registry, gn_str_of(scram->id), out_thing))
        return GN_ERR_DENIED;
    gn_intake_welcome(intake, *out_thing);
    return GN_OK;
}

struct gn_intake gn_intake_table(struct gn_intake_core *intake)
{
    return (struct gn_intake){
        .self = intake,
        .authenticate = intake_authenticate,
        .recognise = intake_recognise,
        .scram_begin = intake_scram_begin,
        .scram_finish = intake_scram_finish,
        .packet = intake_packet,
        .through = intake_through,
        .series = intake_series,
        .samples = intake_samples,
        .message = intake_message,
        .foreign = intake_foreign,
        .certify = intake_certify,
        .keep = intake_keep,
        .gather = intake_gather,
        .has_room = intake_has_room,
        .link = intake_link,
        .delivery = intake_delivery,
        .refused = intake_refused,
        .two_places = intake_two_places,
        .allows = intake_allows,
        .registry = &intake->registry,
        .clock = intake->clock,
    };
}

gn_err gn_intake_init(struct gn_intake_core *intake, struct gn_guard *guard, struct gn_clock clock,
                      struct gn_ring *ring, const uint8_t seed[static 16])
{
    memset(intake, 0, sizeof *intake);
    intake->ring = ring;
    intake->guard = guard;
    intake->clock = clock;
    intake->next_seq = 1;
    pthread_mutex_init(&intake->refusals_mutex, NULL);
    intake->series_last_ms = gn_mem_take(GN_SERIES_MAX * sizeof *intake->series_last_ms, "intake series");
    intake->recent = gn_mem_take((size_t)GN_THINGS_MAX * GN_INTAKE_RECENT * sizeof *intake->recent, "recent packets");
    intake->online = gn_mem_take(GN_THINGS_MAX * sizeof *intake->online, "links");
    intake->revoked = gn_mem_take(GN_THINGS_MAX * sizeof *intake->revoked, "revocations");
    intake->refusals = gn_mem_take(GN_THINGS_MAX * sizeof *intake->refusals, "refusals");
    const bool have = intake->series_last_ms != NULL && intake->recent != NULL && intake->online != NULL &&
                      intake->refusals != NULL && intake->revoked != NULL;
    const gn_err err = have ? gn_registry_init(&intake->registry, seed) : GN_ERR_FULL;
    if (err != GN_OK)
        gn_intake_fini(intake);
    else
        gn_intake_turn(intake);
    return err;
}

void gn_intake_fini(struct gn_intake_core *intake)
{
    gn_registry_fini(&intake->registry);
    gn_mem_give(intake->refusals);
    gn_mem_give(intake->revoked);
    gn_mem_give(intake->online);
    gn_mem_give(intake->recent);
    gn_mem_give(intake->series_last_ms);
    pthread_mutex_destroy(&intake->refusals_mutex);
    memset(intake, 0, sizeof *intake);
}

bool gn_intake_online(struct gn_intake_core *intake, uint32_t thing)
{
    return thing < GN_THINGS_MAX && atomic_load_explicit(&intake->online[thing], memory_order_relaxed);
}

void gn_intake_refusal(struct gn_intake_core *intake, uint32_t thing, uint64_t *out_count, struct gn_buf *out_why)
{
    *out_count = 0;
    if (thing >= GN_THINGS_MAX)
        return;
    pthread_mutex_lock(&intake->refusals_mutex);
    *out_count = intake->refusals[thing].count;
    gn_buf_add_text(out_why, intake->refusals[thing].why);
    pthread_mutex_unlock(&intake->refusals_mutex);
}
