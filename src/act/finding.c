/* SPDX-License-Identifier: Apache-2.0 */
#include "act/finding.h"

#include <math.h>

#include "act/alarm.h"
#include "act/words.h"

enum { FINDING_SAY_MS = 1000 }; /* journal's time between two words about the same going on */

static uint16_t *finding_slot(struct gn_act *act, uint32_t series, bool sensor)
{
    return &act->finding_of[sensor ? 1 : 0][series];
}

struct gn_open_finding *gn_finding_of(struct gn_act *act, uint32_t series, bool sensor)
{
    const uint16_t row = *finding_slot(act, series, sensor);
    return row == 0 ? NULL : &act->state->findings[row - 1];
}

void gn_finding_index(struct gn_act *act)
{
    memset(act->finding_of, 0, sizeof act->finding_of);
    for (size_t i = 0; i < GN_FINDINGS_OPEN_MAX; i++) {
        const struct gn_open_finding *const finding = &act->state->findings[i];
        if (finding->id.seq != 0)
            *finding_slot(act, finding->series, finding->fault[0] != '\0') = (uint16_t)(i + 1);
    }
}

/* --- life --- */

static void finding_take_figures(struct gn_open_finding *finding, const struct gn_act_finding *in)
{
    struct gn_act_figures *const worst = &finding->worst;
    const double evidence = in->evidence > worst->evidence ? in->evidence : worst->evidence;
    const double p_value = in->p_value < worst->p_value ? in->p_value : worst->p_value;
    if (!(in->score < worst->score)) {
        worst->value = in->value;
        worst->usual = in->usual;
        worst->usual_low = in->usual_low;
        worst->usual_high = in->usual_high;
        worst->score = in->score;
    }
    worst->evidence = evidence;
    worst->p_value = p_value;
}

static struct gn_act_reference finding_reference(const struct gn_act_finding *in)
{
    struct gn_act_reference reference = {
        .from_ms = gn_act_time(in->reference_from_ms),
        .to_ms = gn_act_time(in->reference_to_ms),
        .count = in->reference_count,
        .model_version = in->model_version,
        .state_hash = in->state_hash,
    };
    gn_act_copy(reference.model, sizeof reference.model, gn_str_of(in->model));
    return reference;
}

struct gn_open_finding *gn_finding_start(struct gn_act *act, const struct gn_act_finding *in)
{
    struct gn_act_state *const state = act->state;
    size_t row = 0;
    while (row < GN_FINDINGS_OPEN_MAX && state->findings[row].id.seq != 0)
        row++;
    if (row == GN_FINDINGS_OPEN_MAX) {
        state->counters.findings_dropped++;
        return NULL;
    }
    const int64_t time_ms = gn_act_time(in->time_ms);
    const int64_t since_ms = gn_act_time(in->since_ms);
    const int64_t now_ms = gn_act_now(act, time_ms);
    struct gn_open_finding *const finding = &state->findings[row];
    *finding = (struct gn_open_finding){
        .id = gn_act_id_next(act, in->seq),
        .series = in->series,
        .thing = act->registry->series[in->series].thing,
        .alarm = GN_NONE,
        .whole = in->whole,
        .period_ms = gn_act_time(in->period_ms),
        .time_ms = time_ms,
        .since_ms = since_ms,
        .held_from_ms = gn_act_time(since_ms < time_ms ? now_ms - (time_ms - since_ms) : now_ms),
        .interval_alpha = in->interval_alpha,
        .threshold = in->threshold,
        .worst = { .p_value = in->p_value, .score = in->score, .evidence = in->evidence },
        .reference = finding_reference(in),
    };
    gn_act_copy(finding->fault, sizeof finding->fault, gn_str_of(in->fault));
    finding_take_figures(finding, in);
    *finding_slot(act, in->series, in->fault != NULL) = (uint16_t)(row + 1);
    return finding;
}

bool gn_finding_update(struct gn_act *act, struct gn_open_finding *finding, const struct gn_act_finding *in)
{
    finding_take_figures(finding, in);
    return gn_act_now(act, gn_act_time(in->time_ms)) - finding->said_ms >= FINDING_SAY_MS;
}

void gn_finding_free(struct gn_act *act, struct gn_open_finding *finding)
{
    *finding_slot(act, finding->series, finding->fault[0] != '\0') = 0;
    *finding = (struct gn_open_finding){ 0 };
}

/* --- why --- */

static void finding_add_span(struct gn_buf *out, double low, double high, gn_str unit)
{
    gn_words_number(out, low);
    gn_buf_add_text(out, " to ");
    gn_words_value(out, high, unit);
}

void gn_finding_sentence(const struct gn_act_figures *worst, gn_str property, gn_str unit, bool over,
                         struct gn_buf *out)
{
    gn_buf_add_str(out, property);
    gn_buf_add_text(out, over ? " was " : " is ");
    gn_words_value(out, worst->value, unit);
    gn_buf_add_text(out, ", usually ");
    finding_add_span(out, worst->usual_low, worst->usual_high, unit);
    if (!isfinite(worst->score))
        return;
    gn_buf_addf(out, " (%.1f spreads %s)", worst->score, worst->value < worst->usual ? "below" : "above");
}

static void finding_why_anomaly(const struct gn_open_finding *finding, gn_str property, gn_str unit, bool over,
                                struct gn_buf *out)
{
    gn_finding_sentence(&finding->worst, property, unit, over, out);
    gn_buf_add_u8(out, '.');
    gn_words_chance(out, finding->worst.p_value);
    const struct gn_act_reference *const reference = &finding->reference;
    if (reference->count == 0)
        return;
    gn_buf_add_text(out, " Compared with ");
    gn_words_number(out, (double)reference->count);
    gn_buf_add_text(out, " readings of ");
    gn_words_duration(out, reference->to_ms - reference->from_ms);
    gn_buf_add_text(out, ".");
}

static void finding_why_range(const struct gn_act *act, const struct gn_open_finding *finding, gn_str property,
                              gn_str unit, struct gn_buf *out)
{
    struct gn_property_meaning meaning;
    gn_solution_meaning(act->solution, gn_act_thing_name(act, finding->thing), property, &meaning);
    gn_buf_add_str(out, property);
    gn_buf_add_text(out, " says ");
    gn_words_value(out, finding->worst.value, unit);
    gn_buf_add_text(out, ", which is physically impossible");
    if (meaning.has_range) {
        gn_buf_add_text(out, ": it lies outside ");
        finding_add_span(out, meaning.range_low, meaning.range_high, unit);
    }
    gn_buf_add_text(out, ".");
}

void gn_finding_silence(const struct gn_act *act, const struct gn_alarm_member *member, int64_t lasted_ms,
                        struct gn_buf *out)
{
    const uint32_t series = (uint32_t)member->series;
    const uint32_t thing = act->registry->series[series].thing;
    gn_buf_add_str(out, member->whole != 0 ? gn_act_thing_name(act, thing) : gn_act_property(act, series));
    gn_buf_add_text(out, ": no data for ");
    gn_words_duration(out, lasted_ms);
    gn_buf_add_text(out, ", usually every ");
    gn_words_duration(out, member->period_ms);
    if (member->offline != 0)
        gn_buf_add_text(out, ". The device is not connected.");
    else if (member->whole != 0)
        gn_buf_addf(out, ". None of its %u properties says anything.",
                    (unsigned)act->registry->things[thing].series_count);
    else
        gn_buf_add_text(out, ". Other properties of the device go on: it is this sensor.");
}

static void finding_why_sensor(const struct gn_act *act, const struct gn_open_finding *finding, gn_str property,
                               gn_str unit, int64_t until_ms, struct gn_buf *out)
{
    const int64_t lasted_ms = (until_ms != 0 ? until_ms : finding->time_ms) - finding->since_ms;
    const gn_str fault = gn_str_of(finding->fault);
    if (gn_str_equal(fault, GN_STR("range"))) {
        finding_why_range(act, finding, property, unit, out);
    } else if (gn_str_equal(fault, GN_STR("stuck"))) {
        gn_buf_add_str(out, property);
        gn_buf_add_text(out, " has stood at ");
        gn_words_value(out, finding->worst.value, unit);
        gn_buf_add_text(out, " for ");
        gn_words_duration(out, lasted_ms);
        gn_buf_add_text(out, ", far longer than it ever stood still before.");
    } else if (gn_str_equal(fault, GN_STR("silent")) || gn_str_equal(fault, GN_STR("offline"))) {
        const struct gn_alarm_member member = gn_alarm_member_of(finding);
        const int64_t to_ms = until_ms != 0 ? until_ms : gn_act_now(act, finding->time_ms);
        gn_finding_silence(act, &member, to_ms - finding->since_ms, out);
        return;
    } else {
        gn_buf_add_str(out, property);
        gn_buf_addf(out, " has the sensor fault '%s'.", finding->fault);
    }
    gn_buf_add_text(out, " This is about the sensor or its connection, not about the process.");
}

void gn_finding_why(const struct gn_act *act, const struct gn_open_finding *finding, int64_t until_ms,
                    struct gn_buf *out)
{
    const gn_str property = gn_act_property(act, finding->series);
    const gn_str unit = gn_act_unit(act, finding->series);
    if (finding->fault[0] != '\0')
        finding_why_sensor(act, finding, property, unit, until_ms, out);
    else
        finding_why_anomaly(finding, property, unit, until_ms != 0, out);
}

/* --- saying --- */

static void finding_put(const struct gn_act *act, const struct gn_open_finding *finding, int64_t until_ms, uint64_t seq,
                        struct gn_buf *buf)
{
    uint8_t why[GN_ACT_WHY_BYTES];
    struct gn_buf words = gn_buf_over(why, sizeof why);
    gn_finding_why(act, finding, until_ms, &words);
    const struct gn_act_figures *const worst = &finding->worst;
    const struct gn_act_reference *const reference = &finding->reference;
    struct gn_jw w = gn_jw_over(buf);
    gn_jw_open(&w, '{');
    gn_put_id(&w, "id", 'f', finding->id);
    gn_put_text(&w, "kind", finding->fault[0] != '\0' ? "sensor" : "anomaly");
    gn_put_text_or_null(&w, "fault", finding->fault);
    gn_put_text(&w, "state", until_ms != 0 ? "over" : "open");
    gn_put_str(&w, "thing", gn_act_thing_name(act, finding->thing));
    gn_put_str(&w, "property", gn_act_property(act, finding->series));
    gn_put_str(&w, "unit", gn_act_unit(act, finding->series));
    gn_put_u64(&w, "series", finding->series);
    gn_put_i64(&w, "time", finding->time_ms);
    gn_put_i64(&w, "since", finding->since_ms);
    gn_put_time_or_null(&w, "until", until_ms);
    gn_put_f64(&w, "value", worst->value);
    gn_put_f64(&w, "usual", worst->usual);
    gn_put_f64(&w, "usual_low", worst->usual_low);
    gn_put_f64(&w, "usual_high", worst->usual_high);
    gn_put_f64(&w, "interval_alpha", finding->interval_alpha);
    gn_put_f64(&w, "score", worst->score);
    gn_put_f64(&w, "p_value", worst->p_value);
    gn_put_f64(&w, "evidence", worst->evidence);
    gn_put_f64(&w, "threshold", finding->threshold);
    gn_jw_key(&w, "reference");
    gn_jw_open(&w, '{');
    gn_put_i64(&w, "from", reference->from_ms);
    gn_put_i64(&w, "to", reference->to_ms);
    gn_put_u64(&w, "count", reference->count);
    gn_jw_close(&w, '}');
    gn_put_model(&w, reference);
    gn_put_u64(&w, "seq", seq);
    gn_put_id(&w, "alarm", 'a',
              finding->alarm == GN_NONE ? (struct gn_act_id){ 0 } : act->state->alarms[finding->alarm].id);
    if (finding->period_ms > 0) {
        gn_put_i64(&w, "usual_period_ms", finding->period_ms);
        gn_put_text(&w, "of", finding->whole != 0 ? "thing" : "property");
    }
    gn_put_str(&w, "why", gn_buf_str(&words));
    gn_jw_close(&w, '}');
}

void gn_finding_say(struct gn_act *act, struct gn_open_finding *finding, int64_t until_ms, uint64_t seq)
{
    const struct gn_id_text id = gn_act_id_text('f', finding->id);
    const int64_t now_ms = gn_act_now(act, until_ms != 0 ? until_ms : finding->time_ms);
    struct gn_buf buf = gn_act_buf(act);
    finding->said_ms = now_ms;
    finding_put(act, finding, until_ms, seq, &buf);
    gn_act_say(act, "finding", &id, finding->thing, until_ms != 0 ? "over" : "open", now_ms, &buf);
}
