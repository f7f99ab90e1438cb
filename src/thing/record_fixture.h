/* SPDX-License-Identifier: Apache-2.0 */
/* thing/record_fixture.h -- records for tests: each function fills `to` and returns it as a head. */
#ifndef GN_THING_RECORD_FIXTURE_H
#define GN_THING_RECORD_FIXTURE_H

#include <assert.h>
#include <stdio.h>

#include "thing/record.h"

union record_fixture {
    uint64_t align;
    uint8_t bytes[4096];
    struct gn_record_head head;
    struct gn_record_reading reading;
    struct gn_record_text text;
    struct gn_record_tick tick;
    struct gn_record_thing thing;
    struct gn_record_series series;
    struct gn_record_link link;
    struct gn_record_rules rules;
    struct gn_record_message message;
    struct gn_record_answer answer;
    struct gn_record_delivery delivery;
    struct gn_record_description description;
    struct gn_record_desired desired;
    struct gn_record_mark mark;
};

static inline struct gn_record_head *fixture_head(union record_fixture *to, gn_record_type type, size_t size,
                                                  uint64_t seq)
{
    assert(gn_record_round(size) <= sizeof to->bytes);
    to->head = (struct gn_record_head){ .size = (uint32_t)gn_record_round(size), .type = (uint8_t)type, .seq = seq };
    return &to->head;
}

static inline struct gn_record_head *fixture_reading(union record_fixture *to, uint64_t seq, uint32_t series,
                                                     int64_t time_ms, double value)
{
    memset(to, 0, sizeof to->reading);
    to->reading.series = series;
    to->reading.time_ms = time_ms;
    to->reading.value = value;
    return fixture_head(to, GN_RECORD_READING, sizeof to->reading, seq);
}

static inline struct gn_record_head *fixture_text(union record_fixture *to, uint64_t seq, uint32_t series,
                                                  int64_t time_ms, gn_str text)
{
    memset(to, 0, gn_record_round(sizeof to->text + text.size));
    to->text.series = series;
    to->text.time_ms = time_ms;
    to->text.text_size = (uint32_t)text.size;
    memcpy(to->bytes + sizeof to->text, text.size > 0 ? text.at : "", text.size);
    return fixture_head(to, GN_RECORD_TEXT, sizeof to->text + text.size, seq);
}

static inline struct gn_record_head *fixture_thing_json(union record_fixture *to, uint64_t seq, uint32_t thing,
                                                        const char *json)
{
    const gn_str text = gn_str_of(json);
    memset(to, 0, gn_record_round(sizeof to->thing + text.size));
    to->thing.thing = thing;
    to->thing.json_size = (uint32_t)text.size;
    memcpy(to->bytes + sizeof to->thing, text.at, text.size);
    return fixture_head(to, GN_RECORD_THING, sizeof to->thing + text.size, seq);
}

/* id and name without characters that JSON would escape */
static inline struct gn_record_head *fixture_thing(union record_fixture *to, uint64_t seq, uint32_t thing,
                                                   const char *id, const char *name)
{
    char json[512];
    (void)snprintf(json, sizeof json, "{\"id\":\"%s\",\"name\":\"%s\"}", id, name);
    return fixture_thing_json(to, seq, thing, json);
}

static inline struct gn_record_head *fixture_series(union record_fixture *to, uint64_t seq, uint32_t series,
                                                    uint32_t thing, uint32_t kind, const char *property)
{
    const gn_str name = gn_str_of(property);
    memset(to, 0, gn_record_round(sizeof to->series + name.size));
    to->series.series = series;
    to->series.thing = thing;
    to->series.kind = kind;
    to->series.name_size = (uint32_t)name.size;
    memcpy(to->bytes + sizeof to->series, name.size > 0 ? name.at : "", name.size);
    return fixture_head(to, GN_RECORD_SERIES, sizeof to->series + name.size, seq);
}

static inline struct gn_record_head *fixture_tick(union record_fixture *to, uint64_t seq, int64_t time_ms)
{
    memset(to, 0, sizeof to->tick);
    to->tick.time_ms = time_ms;
    to->tick.mono_ms = time_ms;
    return fixture_head(to, GN_RECORD_TICK, sizeof to->tick, seq);
}

#endif
