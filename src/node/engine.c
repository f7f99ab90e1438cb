/* SPDX-License-Identifier: Apache-2.0 */
#include "node/engine.h"

#include <assert.h>
#include <math.h>

#include "base/limits.h"
#include "base/mem.h"
#include "learn/model.h"
#include "node/engine_image.h"

static const uint8_t engine_seed[16] = { 'e', 'n', 'g', 'i', 'n', 'e' }; /* lookups only: no outside keys */

static struct gn_series_slot *engine_slot(struct gn_engine *engine, uint32_t series)
{
    return &engine->slots[series];
}

static void *engine_state(struct gn_engine *engine, uint32_t series)
{
    return engine->states + (size_t)series * engine->stride;
}

/* --- what act says --- */

static void engine_on_emit(void *self, const struct gn_emitted *emitted)
{
    struct gn_engine *engine = self;
    engine->core.chain =
        gn_sha256_chain(engine->core.chain, (gn_bytes){ (const uint8_t *)emitted->json.at, emitted->json.size });
    engine->core.output_count++;
    const struct gn_output output = {
        .kind = emitted->kind,
        .id = emitted->id,
        .thing = emitted->thing == GN_NONE ? (gn_str){ 0 } : gn_str_of(engine->registry.things[emitted->thing].id),
        .state = emitted->state,
        .time_ms = emitted->time_ms,
        .seq = engine->core.seq,
        .json = emitted->json,
    };
    engine->host.output(engine->host.self, &output);
}

static void engine_on_send(void *self, const struct gn_act_send *send)
{
    struct gn_engine *engine = self;
    engine->host.send(engine->host.self, send, engine->core.seq);
}

/* --- models --- */

static void engine_set_parameter(const struct gn_engine *engine, double *values, const char *key, double value)
{
    GN_IGNORE(gn_model_parameter_set(engine->kind, values, gn_str_of(key), value, NULL),
              "a kind without that parameter, or a value it does not take, keeps its default");
}

/* Parameters of a series: the kind's defaults, then what the solution says of the property. */
static void engine_parameters(const struct gn_engine *engine, uint32_t series, double *values)
{
    GN_IGNORE(gn_model_parameters(engine->kind, values), "defaults are always in range");
    if (engine->solution == NULL)
        return;
    const struct gn_series *row = &engine->registry.series[series];
    struct gn_property_meaning meaning;
    gn_solution_meaning(engine->solution, gn_str_of(engine->registry.things[row->thing].id), gn_str_of(row->property),
                        &meaning);
    engine_set_parameter(engine, values, "direction", meaning.direction);
    engine_set_parameter(engine, values, "budget_per_day", gn_solution_budget(engine->solution));
    if (meaning.has_range) {
        engine_set_parameter(engine, values, "range_low", meaning.range_low);
        engine_set_parameter(engine, values, "range_high", meaning.range_high);
    }
}

/* Gives a series its model, or a new one when the solution changed what it means. */
static void engine_prepare(struct gn_engine *engine, uint32_t series)
{
    struct gn_series_slot *slot = engine_slot(engine, series);
    const struct gn_series *row = &engine->registry.series[series];
    const bool adopted = engine->registry.things[row->thing].state == GN_THING_ADOPTED;
    slot->watched = adopted && gn_act_watches(engine->act, series);
    slot->has_model = adopted && row->kind != GN_SERIES_TEXT && series < GN_MODELS_MAX;
    if (!slot->has_model)
        return;
    double values[GN_MODEL_PARAMETERS_MAX] = { 0 };
    engine_parameters(engine, series, values);
    const uint32_t print = gn_hash32((gn_bytes){ (const uint8_t *)values, sizeof values });
    if (slot->parameters == print)
        return;
    if (slot->parameters != 0) /* what the old model found will not be ended by the new one */
        gn_act_forget_series(engine->act, engine->core.seq, series, engine->core.now_ms);
    slot->parameters = print;
    engine->kind->init(engine_state(engine, series), values);
}

static void engine_on_verdict(struct gn_engine *engine, uint32_t series, int64_t time_ms,
                              const struct gn_verdict *verdict)
{
    if (verdict->fault == GN_SENSOR_GAP)
        return; /* told by the watch, which knows about the Thing as well */
    struct gn_act_finding finding = {
        .series = series,
        .seq = engine->core.seq,
        .phase = (int)verdict->phase,
        .fault = verdict->fault == GN_SENSOR_OK ? NULL : gn_sensor_fault_name(verdict->fault),
        .time_ms = time_ms,
        .since_ms = verdict->since_ms,
        .value = verdict->value,
        .usual = verdict->usual,
        .usual_low = verdict->usual_low,
        .usual_high = verdict->usual_high,
        .interval_alpha = verdict->interval_alpha,
        .score = verdict->score,
        .p_value = verdict->p_value,
        .evidence = verdict->evidence,
        .threshold = verdict->threshold,
        .reference_from_ms = verdict->reference_from_ms,
        .reference_to_ms = verdict->reference_to_ms,
        .reference_count = verdict->reference_count,
        .model = engine->kind->name,
        .model_version = engine->kind->state_version,
    };
    if (verdict->phase != GN_PHASE_GOING_ON)
        finding.state_hash = gn_sha256_of((gn_bytes){ engine_state(engine, series), engine->kind->state_size });
    gn_act_on_finding(engine->act, &finding);
}

/* --- who speaks --- */

/* A silence is told with the last figures of the series; its model then knows of the gap too, and does not take what
 * comes behind it for a step. */
static void engine_on_silence(void *ctx, const struct gn_watch_word *word)
{
    static const int phases[] = {
        [GN_WATCH_START] = GN_PHASE_START, [GN_WATCH_GOES_ON] = GN_PHASE_GOING_ON, [GN_WATCH_END] = GN_PHASE_END
    };
    struct gn_engine *engine = ctx;
    const struct gn_series_slot *slot = engine_slot(engine, word->series);
    struct gn_verdict verdict = {
        .value = (double)NAN, .usual = (double)NAN, .usual_low = (double)NAN, .usual_high = (double)NAN
    };
    struct gn_act_finding finding = {
        .series = word->series,
        .seq = engine->core.seq,
        .phase = phases[word->phase],
        .fault = word->offline ? "offline" : "silent",
        .time_ms = engine->core.now_ms,
        .since_ms = word->heard_ms,
        .period_ms = word->period_ms,
        .whole = word->whole,
        .p_value = 1,
    };
    if (slot->has_model && slot->last_ms != INT64_MIN) {
        engine->kind->check_silence(engine_state(engine, word->series), slot->last_ms + word->silent_ms, &verdict);
        finding.model = engine->kind->name;
        finding.model_version = engine->kind->state_version;
        finding.state_hash = gn_sha256_of((gn_bytes){ engine_state(engine, word->series), engine->kind->state_size });
    }
    finding.value = verdict.value;
    finding.usual = verdict.usual;
    finding.usual_low = verdict.usual_low;
    finding.usual_high = verdict.usual_high;
    gn_act_on_finding(engine->act, &finding);
}

static void engine_hear(struct gn_engine *engine, uint32_t series)
{
    if (series < engine->registry.series_count &&
        engine->registry.things[engine->registry.series[series].thing].state == GN_THING_ADOPTED)
        gn_watch_hear(&engine->watch, &engine->registry, series, engine_on_silence, engine);
}

static void engine_on_reading(struct gn_engine *engine, const struct gn_record_reading *reading)
{
    if (reading->series >= engine->registry.series_count || !isfinite(reading->value))
        return;
    struct gn_series_slot *slot = engine_slot(engine, reading->series);
    engine_hear(engine, reading->series);
    gn_act_on_reported(engine->act, reading->head.seq, reading->series, reading->value, (gn_str){ 0 });
    if (gn_quality_is_late(reading->head.flag))
        return; /* kept by the history; a model sees time only going forward */
    if (reading->time_ms > slot->last_ms)
        slot->last_ms = reading->time_ms;
    if (slot->has_model) {
        const struct gn_model_reading in = { slot->last_ms, reading->value };
        struct gn_verdict verdict;
        engine->kind->update(engine_state(engine, reading->series), &in, &verdict);
        if (verdict.phase != GN_PHASE_QUIET)
            engine_on_verdict(engine, reading->series, slot->last_ms, &verdict);
    }
    if (slot->watched)
        gn_act_on_reading(engine->act, reading->series, reading->head.seq, slot->last_ms, reading->value);
}

/* --- the clock --- */

static void engine_name_chain(struct gn_engine *engine)
{
    struct gn_engine_mark *mark = &engine->core.marks[engine->core.mark_count % GN_ENGINE_MARKS_KEPT];
    engine->core.mark_count++;
    mark->upto = engine->core.seq;
    mark->chain = engine->core.chain;
    engine->host.mark(engine->host.self, engine->core.seq, engine->core.output_count, &engine->core.chain);
}

static void engine_on_tick(struct gn_engine *engine, const struct gn_record_tick *tick)
{
    if (tick->time_ms < engine->core.now_ms)
        return; /* never written by this node; a foreign journal may hold one */
    engine->core.now_ms = tick->time_ms;
    gn_watch_tick(&engine->watch, tick->time_ms);
    engine->core.listened_ms = engine->watch.listened_ms;
    gn_act_on_tick(engine->act, tick->head.seq, tick->time_ms);
    if (tick->time_ms - engine->core.silence_ms >= GN_ENGINE_SILENCE_MS) {
        engine->core.silence_ms = tick->time_ms;
        gn_watch_look(&engine->watch, &engine->registry, engine_on_silence, engine);
    }
    if (tick->time_ms - engine->core.marked_ms >= GN_ENGINE_MARK_MS) {
        engine->core.marked_ms = tick->time_ms;
        engine_name_chain(engine);
    }
}

static void engine_on_mark(struct gn_engine *engine, const struct gn_record_mark *record)
{
    for (size_t i = 0; i < GN_ENGINE_MARKS_KEPT; i++) {
        const struct gn_engine_mark *mark = &engine->core.marks[i];
        if (mark->upto != record->upto || record->upto == 0)
            continue;
        engine->core.marks_compared++;
        if (memcmp(mark->chain.bytes, record->hash, sizeof record->hash) != 0)
            engine->host.mark_differs(engine->host.self, record->upto);
        return;
    }
}

/* --- rules --- */

static gn_err engine_use_bundle(struct gn_engine *engine, gn_str bundle, struct gn_diag *diag)
{
    struct gn_solution *solution = NULL;
    if (bundle.size > GN_SOLUTION_BYTES_MAX)
        return GN_ERR_FULL;
    const gn_err err = gn_solution_parse(bundle, &solution, diag);
    if (err != GN_OK)
        return err;
    struct gn_solution *const before = engine->solution;
    if (bundle.size > 0)
        memcpy(engine->bundle, bundle.at, bundle.size);
    engine->bundle_size = bundle.size;
    engine->solution = solution;
    gn_act_use(engine->act, solution);
    gn_solution_free(before);
    for (uint32_t series = 0; series < engine->registry.series_count; series++)
        engine_prepare(engine, series);
    return GN_OK;
}

gn_err gn_engine_override_rules(struct gn_engine *engine, gn_str bundle, struct gn_diag *diag)
{
    const gn_err err = engine_use_bundle(engine, bundle, diag);
    if (err == GN_OK)
        engine->rules_overridden = true;
    return err;
}

static void engine_on_rules(struct gn_engine *engine, const struct gn_record_rules *record)
{
    if (engine->rules_overridden)
        return;
    GN_IGNORE(engine_use_bundle(engine, gn_record_rules_text(record), NULL),
              "checked before it was journaled; a foreign journal's broken rules change nothing");
}

/* --- Things that are adopted, or ignored --- */

/* What was found while it was adopted ends here, for nobody will say its end any more. */
static void engine_leave(struct gn_engine *engine, uint32_t thing)
{
    for (uint32_t s = engine->registry.things[thing].series_first; s != GN_NONE; s = engine->registry.series[s].next) {
        gn_act_forget_series(engine->act, engine->core.seq, s, engine->core.now_ms);
        engine->watch.series[s] = (struct gn_silence){ 0 };
    }
    engine->watch.things[thing].carrier = 0;
    engine->watch.things[thing].offline = 0;
}

/* A Thing is known already, and may have changed its state. Models begin anew: they have not seen what came between. */
static void engine_on_thing(struct gn_engine *engine, const struct gn_record_thing *record)
{
    if (record->thing >= engine->registry.thing_count) {
        gn_engine_preload(engine, &record->head);
        return;
    }
    const struct gn_thing *thing = &engine->registry.things[record->thing];
    const uint8_t before = thing->state;
    if (gn_registry_apply(&engine->registry, &record->head) != GN_OK || thing->state == before)
        return;
    if (before == GN_THING_ADOPTED)
        engine_leave(engine, record->thing);
    for (uint32_t s = thing->series_first; s != GN_NONE; s = engine->registry.series[s].next) {
        engine_slot(engine, s)->parameters = 0;
        engine_prepare(engine, s);
    }
}

/* --- links, and what is desired --- */

static void engine_on_text(struct gn_engine *engine, const struct gn_record_text *text)
{
    engine_hear(engine, text->series);
    gn_act_on_reported(engine->act, text->head.seq, text->series, 0, gn_record_text_value(text));
}

static void engine_on_link(struct gn_engine *engine, const struct gn_record_link *link)
{
    gn_watch_link_is(&engine->watch, link->thing, link->head.flag != 0);
    if (link->head.flag != 0)
        gn_act_on_link(engine->act, link->head.seq, link->thing, link->time_ms);
}

static bool engine_is_linked(void *self, uint32_t thing)
{
    return gn_engine_linked(self, thing);
}

static void engine_on_desired(struct gn_engine *engine, const struct gn_record_desired *desired)
{
    gn_act_on_desired(engine->act, desired->head.seq, desired->time_ms, desired->thing, gn_record_desired_json(desired),
                      gn_record_desired_key(desired));
}

/* --- what Things are --- */

/* Said again as it is, so that the history keeps the newest: it outlives the journal there, as Things do. */
static void engine_on_description(struct gn_engine *engine, const struct gn_record_description *record)
{
    if (record->thing >= engine->registry.thing_count || record->json_size > GN_DESCRIPTION_BYTES_MAX)
        return;
    const struct gn_emitted emitted = {
        .kind = "description",
        .id = gn_str_of(engine->registry.things[record->thing].id),
        .thing = record->thing,
        .state = GN_STR("described"),
        .time_ms = engine->core.now_ms,
        .json = gn_record_description_json(record),
    };
    engine_on_emit(engine, &emitted);
}

static void engine_on_identity(struct gn_engine *engine, const struct gn_record_description *record)
{
    if (record->thing < engine->registry.thing_count &&
        engine->registry.things[record->thing].state != GN_THING_IGNORED)
        gn_act_on_identity(engine->act, record->head.seq, record->thing, gn_record_description_json(record));
}

/* --- records --- */

void gn_engine_preload(struct gn_engine *engine, const struct gn_record_head *record)
{
    if (record->type == GN_RECORD_THING) {
        const struct gn_record_thing *thing = (const void *)record;
        if (thing->thing < engine->registry.thing_count)
            return;
    } else if (record->type == GN_RECORD_SERIES) {
        const struct gn_record_series *series = (const void *)record;
        if (series->series < engine->registry.series_count)
            return;
    } else {
        return;
    }
    const uint32_t before = engine->registry.series_count;
    if (gn_registry_apply(&engine->registry, record) != GN_OK)
        return;
    for (uint32_t series = before; series < engine->registry.series_count; series++) {
        *engine_slot(engine, series) = (struct gn_series_slot){ .last_ms = INT64_MIN };
        engine->watch.series[series] = (struct gn_silence){ 0 };
        engine_prepare(engine, series);
    }
    if (engine->registry.series_count > before)
        gn_act_on_series(engine->act);
}

void gn_engine_feed(struct gn_engine *engine, const struct gn_record_head *record)
{
    engine->core.seq = record->seq;
    switch (record->type) {
    case GN_RECORD_READING:
        engine_on_reading(engine, (const void *)record);
        break;
    case GN_RECORD_TEXT:
        engine_on_text(engine, (const void *)record);
        break;
    case GN_RECORD_LINK: {
        const struct gn_record_link *link = (const void *)record;
        if (link->thing < engine->registry.thing_count)
            engine_on_link(engine, link);
        break;
    }
    case GN_RECORD_TICK:
        engine_on_tick(engine, (const void *)record);
        break;
    case GN_RECORD_THING:
        engine_on_thing(engine, (const void *)record);
        break;
    case GN_RECORD_SERIES:
        gn_engine_preload(engine, record);
        break;
    case GN_RECORD_RULES:
        engine_on_rules(engine, (const void *)record);
        break;
    case GN_RECORD_DESIRED:
        engine_on_desired(engine, (const void *)record);
        break;
    case GN_RECORD_DESCRIPTION:
        engine_on_description(engine, (const void *)record);
        break;
    case GN_RECORD_IDENTITY:
        engine_on_identity(engine, (const void *)record);
        break;
    case GN_RECORD_STATUS: {
        const struct gn_record_message *m = (const void *)record;
        if (m->thing < engine->registry.thing_count)
            gn_act_on_status(engine->act, record->seq, m->time_ms, m->thing, gn_record_message_name(m),
                             gn_record_message_payload(m));
        break;
    }
    case GN_RECORD_ANSWER: {
        const struct gn_record_answer *answer = (const void *)record;
        gn_act_on_answer(engine->act, record->seq, answer->time_ms, gn_record_answer_json(answer));
        break;
    }
    case GN_RECORD_DELIVERY: {
        const struct gn_record_delivery *delivery = (const void *)record;
        gn_act_on_delivery(engine->act, record->seq, delivery->time_ms, gn_record_delivery_action(delivery),
                           (int)delivery->state);
        break;
    }
    case GN_RECORD_MARK:
        engine_on_mark(engine, (const void *)record);
        break;
    default: /* EVENT: kept by the history, nothing to decide on them yet */
        break;
    }
}

/* --- life --- */

gn_err gn_engine_new(struct gn_engine_host host, struct gn_engine **out)
{
    struct gn_engine *engine = gn_mem_take(sizeof *engine, "engine");
    if (engine == NULL)
        return GN_ERR_FULL;
    engine->host = host;
    engine->kind = gn_model_kind_named(GN_STR("baseline"));
    assert(engine->kind != NULL && engine->kind->state_size <= GN_MODEL_STATE_BYTES_MAX);
    engine->stride = (engine->kind->state_size + 63) & ~(size_t)63;
    engine->slots = gn_mem_take(GN_SERIES_MAX * sizeof *engine->slots, "engine series");
    engine->states = gn_mem_take(GN_MODELS_MAX * engine->stride, "model states");
    engine->bundle = gn_mem_take(GN_SOLUTION_BYTES_MAX, "solution text");
    gn_err err = GN_ERR_FULL;
    if (engine->slots == NULL || engine->states == NULL || engine->bundle == NULL)
        goto cleanup;
    err = gn_registry_init(&engine->registry, engine_seed);
    if (err == GN_OK)
        err = gn_watch_init(&engine->watch);
    if (err != GN_OK)
        goto cleanup;
    engine->core.listened_ms = engine->watch.listened_ms;
    err = gn_act_new(&engine->registry,
                     (struct gn_act_host){
                         .self = engine, .emit = engine_on_emit, .send = engine_on_send, .linked = engine_is_linked },
                     &engine->act);
    if (err != GN_OK)
        goto cleanup;
    err = engine_use_bundle(engine, (gn_str){ 0 }, NULL);
cleanup:
    if (err != GN_OK) {
        gn_engine_free(engine);
        return err;
    }
    *out = engine;
    return GN_OK;
}

void gn_engine_free(struct gn_engine *engine)
{
    if (engine == NULL)
        return;
    gn_act_free(engine->act);
    gn_solution_free(engine->solution);
    gn_registry_fini(&engine->registry);
    gn_watch_fini(&engine->watch);
    gn_mem_give(engine->bundle);
    gn_mem_give(engine->states);
    gn_mem_give(engine->slots);
    gn_mem_give(engine);
}

void gn_engine_resend(struct gn_engine *engine)
{
    gn_act_resend(engine->act);
}

uint64_t gn_engine_seq(const struct gn_engine *engine)
{
    return engine->core.seq;
}

int64_t gn_engine_now_ms(const struct gn_engine *engine)
{
    return engine->core.now_ms;
}

uint64_t gn_engine_output_count(const struct gn_engine *engine)
{
    return engine->core.output_count;
}

uint64_t gn_engine_marks_compared(const struct gn_engine *engine)
{
    return engine->core.marks_compared;
}

struct gn_sha256 gn_engine_chain(const struct gn_engine *engine)
{
    return engine->core.chain;
}

gn_str gn_engine_bundle(const struct gn_engine *engine)
{
    return (gn_str){ engine->bundle, engine->bundle_size };
}

bool gn_engine_linked(const struct gn_engine *engine, uint32_t thing)
{
    return thing < engine->registry.thing_count && engine->watch.things[thing].link == GN_WATCH_LINK_UP;
}

int64_t gn_engine_series_last_ms(const struct gn_engine *engine, uint32_t series)
{
    return series < engine->registry.series_count ? engine->slots[series].last_ms : INT64_MIN;
}
