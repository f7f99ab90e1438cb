/* SPDX-License-Identifier: Apache-2.0 */
/* act/act_fixture.h -- for tests: a small plant, a clock, and everything act says, kept to look at.
 *
 *   Things   0 press-7   series 0 temperature, 1 pressure, 2 vibration, 3 flow
 *            1 press-8   series 4 temperature
 *            2 pump      (no series)
 *
 * `feed_` functions number their records like the journal does. */
#ifndef GN_ACT_ACT_FIXTURE_H
#define GN_ACT_ACT_FIXTURE_H

#include <stdio.h>

#include "act/act_int.h"
#include "act/finding.h"
#include "base/json_read.h"
#include "base/mem.h"

enum { FIXTURE_SAID_MAX = 4096, FIXTURE_TEXT_BYTES = 4 << 20, FIXTURE_SENT_MAX = 1024 };

#define FIXTURE_START_MS INT64_C(1700000000000)

#define FIXTURE_THINGS                                                                                                 \
    "things:\n"                                                                                                        \
    "  - thing: press-7\n"                                                                                             \
    "    properties:\n"                                                                                                \
    "      - { name: temperature, unit: \"\302\260C\", range: [-40, 200], direction: high }\n"                         \
    "      - { name: pressure, unit: bar }\n"                                                                          \
    "    actions:\n"                                                                                                   \
    "      - name: slow-down\n"                                                                                        \
    "        arguments: [ { name: level, unit: \"%\", range: [0, 50] } ]\n"                                            \
    "        at_most: 3 per 1m\n"                                                                                      \
    "        expires: 30s\n"                                                                                           \
    "      - name: stop\n"                                                                                             \
    "  - thing: press-8\n"                                                                                             \
    "    actions: [ { name: stop } ]\n"                                                                                \
    "  - thing: ghost\n"                                                                                               \
    "    actions: [ { name: stop } ]\n"

struct fixture_said {
    char kind[12], id[48], state[16];
    uint32_t thing;
    int64_t time_ms;
    gn_str json; /* in fixture.text */
};

struct fixture_sent {
    char id[48], action[72], payload[2048];
    uint32_t thing;
    int64_t expires_ms;
};

static struct {
    struct gn_registry registry;
    struct gn_act *act;
    struct gn_solution *solution;
    uint64_t seq;
    int64_t now_ms;
    struct fixture_said said[FIXTURE_SAID_MAX];
    size_t said_count;
    char text[FIXTURE_TEXT_BYTES];
    size_t text_size;
    struct fixture_sent sent[FIXTURE_SENT_MAX];
    size_t sent_count;
    size_t seen; /* said before fixture_forget */
} fixture;

static inline void fixture_on_emit(void *self, const struct gn_emitted *emitted)
{
    (void)self;
    assert_true(fixture.said_count < FIXTURE_SAID_MAX);
    assert_true(emitted->json.size <= GN_OUTPUT_BYTES_MAX);
    assert_true(emitted->json.size < FIXTURE_TEXT_BYTES - fixture.text_size);
    struct gn_json json; /* whatever is said is one well-formed JSON value */
    gn_json_init(&json, emitted->json);
    struct gn_json_token token;
    do
        token = gn_json_next(&json);
    while (token.kind != GN_JSON_END && token.kind != GN_JSON_ERROR);
    assert_int_equal(token.kind, GN_JSON_END);
    struct fixture_said *const said = &fixture.said[fixture.said_count++];
    char *const to = fixture.text + fixture.text_size;
    memcpy(to, emitted->json.at, emitted->json.size);
    fixture.text_size += emitted->json.size;
    *said = (struct fixture_said){ .thing = emitted->thing, .time_ms = emitted->time_ms };
    said->json = (gn_str){ to, emitted->json.size };
    assert_int_equal(gn_str_copy(said->kind, sizeof said->kind, gn_str_of(emitted->kind)), GN_OK);
    assert_int_equal(gn_str_copy(said->id, sizeof said->id, emitted->id), GN_OK);
    assert_int_equal(gn_str_copy(said->state, sizeof said->state, emitted->state), GN_OK);
}

static inline void fixture_on_send(void *self, const struct gn_act_send *send)
{
    (void)self;
    assert_true(fixture.sent_count < FIXTURE_SENT_MAX);
    struct fixture_sent *const sent = &fixture.sent[fixture.sent_count++];
    *sent = (struct fixture_sent){ .thing = send->thing, .expires_ms = send->expires_ms };
    assert_int_equal(gn_str_copy(sent->id, sizeof sent->id, send->id), GN_OK);
    assert_int_equal(gn_str_copy(sent->action, sizeof sent->action, send->action), GN_OK);
    assert_int_equal(gn_str_copy(sent->payload, sizeof sent->payload, send->payload), GN_OK);
}

static inline void fixture_add_thing(uint32_t thing, const char *id)
{
    struct {
        struct gn_record_thing head;
        char json[104];
    } record = { .head = { .thing = thing } };
    const int size = snprintf(record.json, sizeof record.json, "{\"id\":\"%s\",\"name\":\"%s\"}", id, id);
    record.head.json_size = (uint32_t)size;
    record.head.head = (struct gn_record_head){ .size = (uint32_t)gn_record_round(sizeof record.head + (size_t)size),
                                                .type = GN_RECORD_THING };
    assert_int_equal(gn_registry_apply(&fixture.registry, &record.head.head), GN_OK);
}

static inline void fixture_add_series(uint32_t series, uint32_t thing, const char *property)
{
    struct {
        struct gn_record_series head;
        char name[72];
    } record = { .head = { .series = series, .thing = thing, .name_size = (uint32_t)strlen(property) } };
    memcpy(record.name, property, strlen(property));
    record.head.head =
        (struct gn_record_head){ .size = (uint32_t)gn_record_round(sizeof record.head + strlen(property)),
                                 .type = GN_RECORD_SERIES };
    assert_int_equal(gn_registry_apply(&fixture.registry, &record.head.head), GN_OK);
}

static inline void fixture_use(const char *yaml)
{
    static uint8_t bytes[GN_SOLUTION_BYTES_MAX];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    struct gn_diag diag = { .line = 0 };
    struct gn_solution *solution = NULL;
    if (yaml != NULL) {
        gn_solution_bundle_add(&bundle, GN_STR("a.yaml"), gn_str_of(yaml));
        if (gn_solution_parse(gn_buf_str(&bundle), &solution, &diag) != GN_OK)
            fail_msg("%zu:%zu: %s", diag.line, diag.column, diag.text);
    }
    gn_act_use(fixture.act, solution);
    gn_solution_free(fixture.solution);
    fixture.solution = solution;
}

static inline struct gn_act *fixture_act(void)
{
    struct gn_act *act = NULL;
    const struct gn_act_host host = { .emit = fixture_on_emit, .send = fixture_on_send };
    assert_int_equal(gn_act_new(&fixture.registry, host, &act), GN_OK);
    return act;
}

static inline int fixture_up(void **state)
{
    (void)state;
    static const uint8_t seed[16] = { 1 };
    assert_int_equal(gn_registry_init(&fixture.registry, seed), GN_OK);
    fixture_add_thing(0, "press-7");
    fixture_add_thing(1, "press-8");
    fixture_add_thing(2, "pump");
    fixture_add_series(0, 0, "temperature");
    fixture_add_series(1, 0, "pressure");
    fixture_add_series(2, 0, "vibration");
    fixture_add_series(3, 0, "flow");
    fixture_add_series(4, 1, "temperature");
    fixture.act = fixture_act();
    fixture.seq = 100;
    fixture.now_ms = FIXTURE_START_MS;
    fixture.said_count = fixture.text_size = fixture.sent_count = fixture.seen = 0;
    fixture_use(FIXTURE_THINGS);
    gn_act_on_tick(fixture.act, ++fixture.seq, fixture.now_ms);
    return 0;
}

static inline int fixture_down(void **state)
{
    (void)state;
    gn_act_free(fixture.act);
    gn_solution_free(fixture.solution);
    fixture.solution = NULL;
    gn_registry_fini(&fixture.registry);
    return 0;
}

/* --- records --- */

static inline void feed_time(int64_t ms)
{
    fixture.now_ms += ms;
    gn_act_on_tick(fixture.act, ++fixture.seq, fixture.now_ms);
}

static inline struct gn_act_finding fixture_finding(uint32_t series, int phase)
{
    struct gn_act_finding finding = {
        .series = series,
        .seq = ++fixture.seq,
        .phase = phase,
        .time_ms = fixture.now_ms,
        .since_ms = fixture.now_ms - 400,
        .value = 97.24,
        .usual = 8.0,
        .usual_low = 3.0,
        .usual_high = 14.0,
        .interval_alpha = 0.01,
        .score = 4.13,
        .p_value = 0.000312,
        .evidence = 12.0,
        .threshold = 9.0,
        .reference_from_ms = fixture.now_ms - 254000,
        .reference_to_ms = fixture.now_ms - 14000,
        .reference_count = 1200,
        .model = "baseline",
        .model_version = 3,
    };
    if (phase != 2)
        memset(finding.state_hash.bytes, 0x5A, sizeof finding.state_hash.bytes);
    return finding;
}

static inline void feed_finding(uint32_t series, int phase, const char *fault)
{
    struct gn_act_finding finding = fixture_finding(series, phase);
    finding.fault = fault;
    gn_act_on_finding(fixture.act, &finding);
}

static inline void feed_start(uint32_t series)
{
    feed_finding(series, 1, NULL);
}

static inline void feed_going_on(uint32_t series)
{
    feed_finding(series, 2, NULL);
}

static inline void feed_end(uint32_t series)
{
    feed_finding(series, 3, NULL);
}

static inline void feed_reading(uint32_t series, double value)
{
    gn_act_on_reading(fixture.act, series, ++fixture.seq, fixture.now_ms, value);
}

static inline void feed_answer(const char *decision, const char *verdict, const char *person)
{
    char json[256];
    const int size =
        snprintf(json, sizeof json, "{\"decision\":\"%s\",\"verdict\":\"%s\",\"person\":\"%s\",\"reason\":\"as said\"}",
                 decision, verdict, person);
    gn_act_on_answer(fixture.act, ++fixture.seq, fixture.now_ms, (gn_str){ json, (size_t)size });
}

static inline void feed_delivery(const char *action, int state)
{
    gn_act_on_delivery(fixture.act, ++fixture.seq, fixture.now_ms, gn_str_of(action), state);
}

static inline void feed_status(uint32_t thing, const char *name, const char *action, const char *state)
{
    char json[256];
    const int size =
        snprintf(json, sizeof json, "{\"id\":\"%s\",\"state\":\"%s\",\"message\":\"well\"}", action, state);
    gn_act_on_status(fixture.act, ++fixture.seq, fixture.now_ms, thing, gn_str_of(name),
                     (gn_str){ json, (size_t)size });
}

/* --- what was said --- */

/* From here on only what is new counts. */
static inline void fixture_forget(void)
{
    fixture.seen = fixture.said_count;
}

/* The new ones as "finding open, alarm open": kinds and states in order. */
static inline const char *fixture_story(void)
{
    static char story[8192];
    struct gn_buf buf = gn_buf_over(story, sizeof story - 1);
    for (size_t i = fixture.seen; i < fixture.said_count; i++)
        gn_buf_addf(&buf, "%s%s %s", i > fixture.seen ? ", " : "", fixture.said[i].kind, fixture.said[i].state);
    story[buf.size] = '\0';
    fixture_forget();
    return story;
}

/* The last of a kind; fails when there is none. */
static inline const struct fixture_said *fixture_last(const char *kind)
{
    for (size_t i = fixture.said_count; i > 0; i--) {
        if (strcmp(fixture.said[i - 1].kind, kind) == 0)
            return &fixture.said[i - 1];
    }
    fail_msg("no %s was said", kind);
    return NULL;
}

static inline size_t fixture_count(const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture.said_count; i++)
        count += strcmp(fixture.said[i].kind, kind) == 0;
    return count;
}

/* A member of the top level as text: strings without quotes, others as written, nested ones as "{" or "[". */
static inline const char *fixture_member(gn_str text, const char *key)
{
    static char values[8][8192];
    static size_t turn;
    char *const value = values[turn++ % 8];
    struct gn_json json;
    gn_json_init(&json, text);
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_OBJECT);
    for (;;) {
        const struct gn_json_token name = gn_json_next(&json);
        if (name.kind != GN_JSON_KEY) {
            fail_msg("no member '%s' in %.*s", key, GN_STR_ARGS(text));
            return "";
        }
        const bool found = gn_str_equal(name.text, gn_str_of(key));
        const struct gn_json_token token = gn_json_next(&json);
        if (!found) {
            assert_true(gn_json_skip(&json, token));
            continue;
        }
        if (token.kind == GN_JSON_STRING || token.kind == GN_JSON_NUMBER)
            assert_int_equal(gn_str_copy(value, sizeof values[0], token.text), GN_OK);
        else
            (void)snprintf(value, sizeof values[0], "%s",
                           token.kind == GN_JSON_NULL     ? "null"
                           : token.kind == GN_JSON_BOOL   ? (token.boolean ? "true" : "false")
                           : token.kind == GN_JSON_OBJECT ? "{"
                                                          : "[");
        return value;
    }
}

/* Of the last output of that kind. */
static inline const char *said(const char *kind, const char *key)
{
    return fixture_member(fixture_last(kind)->json, key);
}

static inline const char *fixture_last_id(const char *kind)
{
    return fixture_last(kind)->id;
}

#define FIXTURE_CASE(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)

#endif
