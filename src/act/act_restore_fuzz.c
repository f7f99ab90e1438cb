/* SPDX-License-Identifier: Apache-2.0 */
/* act/act_restore_fuzz.c -- a stored state, damaged: it is refused, or everything goes on without a crash.
 *
 * Input: patches of a state in use, 5 bytes each: where (4 bytes big endian, modulo its size) and what. Then a day of
 * records runs over it. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "act/act_int.h"
#include "base/json_read.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char solution_text[] =
    "things:\n"
    "  - thing: '*'\n"
    "    properties: [ { name: p0, unit: bar, range: [0, 9] } ]\n"
    "    actions: [ { name: stop, at_most: 3 per 1m, arguments: [ { name: level, range: [0, 50] } ] } ]\n"
    "rules:\n"
    "  - { name: a, when: { thing: '*', finding: anomaly }, do: { action: stop, arguments: { level: 5 } } }\n"
    "  - { name: b, when: { thing: '*', finding: sensor }, do: { action: stop, arguments: { level: 5 } }, autonomy: "
    "act }\n"
    "  - { name: c, when: { thing: '*', property: p0, above: 3, for: 2s }, do: { action: stop, arguments: { level: 5 } "
    "}, "
    "at_most: 2 per 10s }\n";

static struct gn_registry registry;
static struct gn_solution *solution;
static struct gn_act *act;
static uint8_t *in_use;  /* a state with rows of every kind */
static uint8_t *damaged; /* that, patched */
static char last_id[2][48];

static void on_emit(void *self, const struct gn_emitted *emitted)
{
    (void)self;
    struct gn_json json;
    struct gn_json_token token;
    gn_json_init(&json, emitted->json);
    do
        token = gn_json_next(&json);
    while (token.kind != GN_JSON_END && token.kind != GN_JSON_ERROR);
    assert(token.kind == GN_JSON_END);
    const bool is_action = strcmp(emitted->kind, "action") == 0;
    if (is_action || strcmp(emitted->kind, "decision") == 0)
        assert(gn_str_copy(last_id[is_action], sizeof last_id[0], emitted->id) == GN_OK);
}

static void on_send(void *self, const struct gn_act_send *send)
{
    (void)self;
    assert(send->payload.size > 0);
}

static void add_record(struct gn_record_head *head, uint8_t type, size_t size)
{
    *head = (struct gn_record_head){ .size = (uint32_t)gn_record_round(size), .type = type };
    assert(gn_registry_apply(&registry, head) == GN_OK);
}

static void feed(uint64_t seq, int64_t now_ms, uint32_t series, int phase, const char *fault)
{
    const struct gn_act_finding finding = {
        .series = series,
        .seq = seq,
        .phase = phase,
        .fault = fault,
        .time_ms = now_ms,
        .since_ms = now_ms - 10,
        .value = 5,
        .usual = 1,
        .usual_high = 2,
        .score = 4,
        .p_value = 0.001,
        .evidence = 3,
        .model = "baseline",
        .reference_count = 7,
    };
    gn_act_on_finding(act, &finding);
}

static void run_a_while(uint64_t seq, int64_t now_ms)
{
    char json[128];
    for (int i = 0; i < 40; i++) {
        now_ms += 700;
        seq += 10;
        gn_act_on_tick(act, seq, now_ms);
        feed(seq + 1, now_ms, (uint32_t)i % 4, 1 + i % 3, i % 5 == 0 ? "silent" : NULL);
        gn_act_on_reading(act, (uint32_t)i % 4, seq + 2, now_ms, i % 7);
        const int size = snprintf(json, sizeof json, "{\"decision\":\"%s\",\"verdict\":\"%s\",\"person\":\"eve\"}",
                                  last_id[0], i % 3 == 0 ? "reject" : "approve");
        gn_act_on_answer(act, seq + 3, now_ms, (gn_str){ json, (size_t)size });
        gn_act_on_delivery(act, seq + 4, now_ms, gn_str_of(last_id[1]), 1 + i % 2);
        const int other = snprintf(json, sizeof json, "{\"id\":\"%s\",\"state\":\"done\"}", last_id[1]);
        gn_act_on_status(act, seq + 5, now_ms, 0, GN_STR("stop"), (gn_str){ json, (size_t)other });
    }
    gn_act_resend(act);
    gn_act_forget_series(act, seq + 6, 0, now_ms);
    gn_act_on_tick(act, seq + 7, INT64_MAX);
}

static void prepare(void)
{
    static const uint8_t seed[16] = { 1 };
    static uint8_t bytes[8192];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    static struct {
        struct gn_record_thing thing;
        char json[32];
    } thing = { .json = "{\"id\":\"m\",\"name\":\"m\"}" };
    assert(gn_registry_init(&registry, seed) == GN_OK);
    thing.thing.json_size = (uint32_t)strlen(thing.json);
    add_record(&thing.thing.head, GN_RECORD_THING, sizeof thing.thing + strlen(thing.json));
    for (uint32_t i = 0; i < 4; i++) {
        struct {
            struct gn_record_series series;
            char name[8];
        } series = { .series = { .series = i, .name_size = 2 }, .name = "p0" };
        series.name[1] = (char)('0' + i);
        add_record(&series.series.head, GN_RECORD_SERIES, sizeof series.series + 2);
    }
    gn_solution_bundle_add(&bundle, GN_STR("a"), GN_STR(solution_text));
    assert(gn_solution_parse(gn_buf_str(&bundle), &solution, NULL) == GN_OK);
    const struct gn_act_host host = { .emit = on_emit, .send = on_send };
    assert(gn_act_new(&registry, host, &act) == GN_OK);
    gn_act_use(act, solution);
    gn_act_on_tick(act, 1, 1700000000000);
    gn_act_on_reading(act, 0, 2, 1700000000000, 5);
    feed(3, 1700000000000, 0, 1, NULL);
    feed(4, 1700000000000, 1, 1, NULL);
    feed(5, 1700000000000, 1, 3, NULL);
    feed(6, 1700000000000, 2, 1, "silent");
    in_use = gn_mem_take(sizeof(struct gn_act_state), "fuzz");
    damaged = gn_mem_take(sizeof(struct gn_act_state), "fuzz");
    assert(in_use != NULL && damaged != NULL);
    memcpy(in_use, gn_act_state(act).at, sizeof(struct gn_act_state));
}

/* Most bytes of a state belong to free rows. Half of the patches go to the first rows of the tables. */
static size_t place(uint32_t where)
{
    static const size_t tables[] = {
        0,
        offsetof(struct gn_act_state, findings),
        offsetof(struct gn_act_state, alarms),
        offsetof(struct gn_act_state, decisions),
        offsetof(struct gn_act_state, rates),
    };
    if ((where & 0x80000000u) != 0)
        return where % sizeof(struct gn_act_state);
    return tables[(where >> 16) % 5] + (where & 0xFFFu);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (act == NULL)
        prepare();
    struct gn_reader reader = gn_reader_of((gn_bytes){ data, size });
    uint32_t where;
    uint8_t what;
    memcpy(damaged, in_use, sizeof(struct gn_act_state));
    while (gn_take_u32be(&reader, &where) && gn_take_u8(&reader, &what))
        damaged[place(where)] = what;
    if (gn_act_restore(act, (gn_bytes){ damaged, sizeof(struct gn_act_state) }) == GN_OK)
        run_a_while(1000, 1700000001000);
    return 0;
}
