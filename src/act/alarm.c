/* SPDX-License-Identifier: Apache-2.0 */
#include "act/alarm.h"

#include <math.h>

#include "act/finding.h"
#include "act/words.h"

enum { ALARM_SAY_MS = 1000, ALARM_NAMED = 3 };

/* What an alarm stands on, strongest first, and the rest as one number. */
struct alarm_view {
    struct gn_alarm_member members[GN_ALARM_CONTRIBUTIONS_MAX];
    size_t member_count;
    double rest;
    double total;
};

/* --- who belongs to it --- */

static uint32_t alarm_find(const struct gn_act *act, uint32_t thing, bool sensor, int64_t now_ms)
{
    uint32_t found = GN_NONE;
    for (uint32_t i = 0; i < GN_ALARMS_OPEN_MAX; i++) {
        const struct gn_open_alarm *const alarm = &act->state->alarms[i];
        if (alarm->id.seq == 0 || alarm->thing != thing || (alarm->sensor != 0) != sensor)
            continue;
        if (now_ms - alarm->last_start_ms > GN_ALARM_JOIN_MS)
            continue;
        if (found == GN_NONE || alarm->last_start_ms > act->state->alarms[found].last_start_ms)
            found = i;
    }
    return found;
}

static uint32_t alarm_open(struct gn_act *act, const struct gn_open_finding *finding, bool sensor, int64_t now_ms,
                           uint64_t seq)
{
    uint32_t row = 0;
    while (row < GN_ALARMS_OPEN_MAX && act->state->alarms[row].id.seq != 0)
        row++;
    if (row == GN_ALARMS_OPEN_MAX) {
        act->state->counters.alarms_dropped++;
        return GN_NONE;
    }
    act->state->alarms[row] = (struct gn_open_alarm){
        .id = gn_act_id_next(act, seq),
        .thing = finding->thing,
        .sensor = sensor,
        .time_ms = now_ms,
        .since_ms = finding->since_ms,
        .p_min = finding->worst.p_value,
    };
    return row;
}

void gn_alarm_join(struct gn_act *act, struct gn_open_finding *finding, uint64_t seq)
{
    const bool sensor = finding->fault[0] != '\0';
    const int64_t now_ms = gn_act_now(act, finding->time_ms);
    uint32_t row = alarm_find(act, finding->thing, sensor, now_ms);
    if (row == GN_NONE)
        row = alarm_open(act, finding, sensor, now_ms, seq);
    finding->alarm = row;
    if (row == GN_NONE)
        return;
    struct gn_open_alarm *const alarm = &act->state->alarms[row];
    alarm->last_start_ms = now_ms;
    alarm->finding_count++;
    if (finding->since_ms < alarm->since_ms)
        alarm->since_ms = finding->since_ms;
}

/* --- contributions --- */

/* How much a finding weighs. Sensor faults carry no evidence; then all weigh alike. */
static double alarm_weight(const struct gn_act_figures *worst)
{
    return isfinite(worst->evidence) && worst->evidence > 0.0 ? worst->evidence : 1.0;
}

/* Strongest first; of equals the earlier finding, so that the order never depends on rows. */
static bool alarm_before(const struct gn_alarm_member *a, const struct gn_alarm_member *b)
{
    const double weight_a = alarm_weight(&a->worst), weight_b = alarm_weight(&b->worst);
    if (weight_a != weight_b)
        return weight_a > weight_b;
    return a->id.seq != b->id.seq ? a->id.seq < b->id.seq : a->id.n < b->id.n;
}

/* Inserts in order into a list of at most GN_ALARM_CONTRIBUTIONS_MAX. What falls out is returned as its weight. */
static double alarm_insert(struct gn_alarm_member *list, size_t *count, const struct gn_alarm_member *member)
{
    size_t at = 0;
    double fallen = 0.0;
    while (at < *count && !alarm_before(member, &list[at]))
        at++;
    if (*count == GN_ALARM_CONTRIBUTIONS_MAX) {
        if (at == GN_ALARM_CONTRIBUTIONS_MAX)
            return alarm_weight(&member->worst);
        fallen = alarm_weight(&list[*count - 1].worst);
        --*count;
    }
    memmove(&list[at + 1], &list[at], (*count - at) * sizeof *list);
    list[at] = *member;
    ++*count;
    return fallen;
}

struct gn_alarm_member gn_alarm_member_of(const struct gn_open_finding *finding)
{
    return (struct gn_alarm_member){
        .id = finding->id,
        .series = finding->series,
        .worst = finding->worst,
        .period_ms = finding->period_ms,
        .whole = finding->whole,
        .offline = strcmp(finding->fault, "offline") == 0,
    };
}

static void alarm_look(const struct gn_act *act, uint32_t row, struct alarm_view *view)
{
    const struct gn_open_alarm *const alarm = &act->state->alarms[row];
    *view = (struct alarm_view){ .rest = alarm->over_rest };
    for (size_t i = 0; i < alarm->over_count; i++)
        view->rest += alarm_insert(view->members, &view->member_count, &alarm->over[i]);
    for (size_t i = 0; i < GN_FINDINGS_OPEN_MAX; i++) {
        const struct gn_open_finding *const finding = &act->state->findings[i];
        if (finding->id.seq == 0 || finding->alarm != row)
            continue;
        const struct gn_alarm_member member = gn_alarm_member_of(finding);
        view->rest += alarm_insert(view->members, &view->member_count, &member);
    }
    view->total = view->rest;
    for (size_t i = 0; i < view->member_count; i++)
        view->total += alarm_weight(&view->members[i].worst);
}

/* --- words --- */

static void alarm_why(const struct gn_act *act, const struct gn_open_alarm *alarm, const struct alarm_view *view,
                      bool over, struct gn_buf *out)
{
    const struct gn_alarm_member *const top = &view->members[0];
    const gn_str thing = gn_act_thing_name(act, alarm->thing);
    if (alarm->finding_count > 1) {
        gn_buf_addf(out, "%llu %s of ", (unsigned long long)alarm->finding_count,
                    alarm->sensor ? "sensors" : "properties");
        gn_buf_add_str(out, thing);
        gn_buf_add_text(out, alarm->sensor ? " failed together: " : " became unusual together: ");
        for (size_t i = 0; i < view->member_count && i < ALARM_NAMED; i++) {
            gn_buf_add_text(out, i > 0 ? ", " : "");
            gn_buf_add_str(out, gn_act_property(act, (uint32_t)view->members[i].series));
            if (!alarm->sensor)
                gn_buf_addf(out, " %.0f %%", 100.0 * alarm_weight(&view->members[i].worst) / view->total);
        }
        gn_buf_add_text(out, view->member_count > ALARM_NAMED || view->rest > 0.0 ? " and others. " : ". ");
    } else if (top->period_ms > 0 && top->series < act->registry->series_count) {
        const int64_t to_ms = over ? alarm->until_ms : gn_act_now(act, alarm->time_ms);
        gn_finding_silence(act, top, to_ms - alarm->since_ms, out);
        return;
    } else if (alarm->sensor) {
        gn_buf_add_text(out, "A sensor of ");
        gn_buf_add_str(out, thing);
        gn_buf_add_text(out, over ? " failed for a while: " : " fails: ");
        gn_buf_add_str(out, gn_act_property(act, (uint32_t)top->series));
        gn_buf_add_text(out, ". ");
    } else {
        gn_buf_add_text(out, "On ");
        gn_buf_add_str(out, thing);
        gn_buf_add_text(out, ": ");
    }
    if (alarm->sensor) {
        gn_buf_add_text(out, "This is about sensors or their connection, not about the process.");
        return;
    }
    gn_finding_sentence(&top->worst, gn_act_property(act, (uint32_t)top->series),
                        gn_act_unit(act, (uint32_t)top->series), over, out);
    gn_buf_add_u8(out, '.');
    gn_words_chance(out, alarm->p_min);
}

/* --- saying --- */

static void alarm_put_contribution(const struct gn_act *act, struct gn_jw *w, const struct gn_alarm_member *member,
                                   double total)
{
    const uint32_t series = (uint32_t)member->series;
    gn_jw_open(w, '{');
    gn_put_str(w, "property", gn_act_property(act, series));
    gn_put_str(w, "unit", gn_act_unit(act, series));
    gn_put_f64(w, "share", alarm_weight(&member->worst) / total);
    gn_put_f64(w, "score", member->worst.score);
    gn_put_f64(w, "p_value", member->worst.p_value);
    gn_put_f64(w, "value", member->worst.value);
    gn_put_f64(w, "usual", member->worst.usual);
    gn_put_f64(w, "usual_low", member->worst.usual_low);
    gn_put_f64(w, "usual_high", member->worst.usual_high);
    gn_put_id(w, "finding", 'f', member->id);
    gn_jw_close(w, '}');
}

/* With the `shown` strongest contributions; the others are summed up. */
static void alarm_put(const struct gn_act *act, const struct gn_open_alarm *alarm, const struct alarm_view *view,
                      size_t shown, bool cleared, struct gn_buf *buf)
{
    uint8_t why[GN_ACT_WHY_BYTES];
    struct gn_buf words = gn_buf_over(why, sizeof why);
    alarm_why(act, alarm, view, cleared, &words);
    double other = view->rest;
    for (size_t i = shown; i < view->member_count; i++)
        other += alarm_weight(&view->members[i].worst);
    struct gn_jw w = gn_jw_over(buf);
    gn_jw_open(&w, '{');
    gn_put_id(&w, "id", 'a', alarm->id);
    gn_put_text(&w, "state", cleared ? "cleared" : "open");
    gn_put_str(&w, "thing", gn_act_thing_name(act, alarm->thing));
    gn_put_i64(&w, "time", alarm->time_ms);
    gn_put_i64(&w, "since", alarm->since_ms);
    gn_put_time_or_null(&w, "until", cleared ? alarm->until_ms : 0);
    gn_jw_key(&w, "sensor");
    gn_jw_bool(&w, alarm->sensor != 0);
    gn_put_f64(&w, "p_value", alarm->p_min);
    gn_put_u64(&w, "finding_count", alarm->finding_count);
    gn_jw_key(&w, "findings");
    gn_jw_open(&w, '[');
    for (size_t i = 0; i < shown; i++)
        gn_jw_text(&w, gn_act_id_text('f', view->members[i].id).text);
    gn_jw_close(&w, ']');
    gn_jw_key(&w, "contributions");
    gn_jw_open(&w, '[');
    for (size_t i = 0; i < shown; i++)
        alarm_put_contribution(act, &w, &view->members[i], view->total);
    gn_jw_close(&w, ']');
    gn_put_f64(&w, "other_share", other / view->total);
    gn_put_str(&w, "why", gn_buf_str(&words));
    gn_jw_close(&w, '}');
}

static void alarm_say(struct gn_act *act, uint32_t row, bool cleared, int64_t now_ms)
{
    struct gn_open_alarm *const alarm = &act->state->alarms[row];
    struct alarm_view view;
    alarm_look(act, row, &view);
    if (view.member_count == 0)
        return;
    for (size_t i = 0; i < view.member_count; i++) {
        if (view.members[i].worst.p_value < alarm->p_min)
            alarm->p_min = view.members[i].worst.p_value;
    }
    const struct gn_id_text id = gn_act_id_text('a', alarm->id);
    size_t shown = view.member_count;
    struct gn_buf buf = gn_act_buf(act);
    alarm_put(act, alarm, &view, shown, cleared, &buf);
    while (buf.full && shown > 0) { /* names that are nearly all escapes: fewer of them fit */
        shown /= 2;
        buf = gn_act_buf(act);
        alarm_put(act, alarm, &view, shown, cleared, &buf);
    }
    alarm->said_ms = now_ms;
    gn_act_say(act, "alarm", &id, alarm->thing, cleared ? "cleared" : "open", now_ms, &buf);
}

void gn_alarm_say(struct gn_act *act, uint32_t row, bool force)
{
    if (row == GN_NONE)
        return;
    struct gn_open_alarm *const alarm = &act->state->alarms[row];
    const int64_t now_ms = gn_act_now(act, alarm->last_start_ms);
    if (force || now_ms - alarm->said_ms >= ALARM_SAY_MS)
        alarm_say(act, row, false, now_ms);
}

void gn_alarm_leave(struct gn_act *act, uint32_t row, const struct gn_alarm_member *member, int64_t until_ms)
{
    if (row == GN_NONE)
        return;
    struct gn_open_alarm *const alarm = &act->state->alarms[row];
    bool open = false;
    for (size_t i = 0; !open && i < GN_FINDINGS_OPEN_MAX; i++)
        open = act->state->findings[i].id.seq != 0 && act->state->findings[i].alarm == row;
    size_t count = (size_t)alarm->over_count;
    alarm->over_rest += alarm_insert(alarm->over, &count, member);
    alarm->over_count = count;
    if (alarm->until_ms == 0 || until_ms > alarm->until_ms)
        alarm->until_ms = until_ms;
    alarm_say(act, row, !open, gn_act_now(act, until_ms));
    if (!open)
        *alarm = (struct gn_open_alarm){ 0 };
}
