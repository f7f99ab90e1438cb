/* SPDX-License-Identifier: Apache-2.0 */
#include "act/act.h"

#include "act/alarm.h"
#include "act/decision.h"
#include "act/delivery.h"
#include "act/finding.h"
#include "act/identity.h"
#include "act/order.h"
#include "act/rule.h"
#include "act/twin.h"
#include "base/mem.h"

enum { ACT_START = 1, ACT_GOING_ON = 2, ACT_END = 3 };

/* --- life --- */

gn_err gn_act_new(const struct gn_registry *registry, struct gn_act_host host, struct gn_act **out)
{
    struct gn_act *act = gn_mem_take(sizeof *act, "rules and decisions");
    if (act == NULL)
        return GN_ERR_FULL;
    act->state = gn_mem_take(sizeof *act->state, "rules and decisions");
    if (act->state == NULL) {
        gn_mem_give(act);
        return GN_ERR_FULL;
    }
    act->registry = registry;
    act->host = host;
    gn_act_state_init(act->state);
    *out = act;
    return GN_OK;
}

void gn_act_free(struct gn_act *act)
{
    if (act == NULL)
        return;
    gn_mem_give(act->state);
    gn_mem_give(act);
}

void gn_act_use(struct gn_act *act, const struct gn_solution *solution)
{
    act->solution = solution;
    gn_rule_index(act);
}

/* --- findings --- */

static void act_end_finding(struct gn_act *act, struct gn_open_finding *finding, uint64_t seq, int64_t until_ms)
{
    const struct gn_alarm_member member = gn_alarm_member_of(finding);
    const uint32_t alarm = finding->alarm;
    gn_finding_say(act, finding, until_ms, seq);
    gn_finding_free(act, finding);
    gn_alarm_leave(act, alarm, &member, until_ms);
    gn_decision_condition_over(act, 0, 0, member.id);
}

static void act_start_finding(struct gn_act *act, const struct gn_act_finding *in)
{
    struct gn_open_finding *const finding = gn_finding_start(act, in);
    if (finding == NULL)
        return;
    gn_alarm_join(act, finding, in->seq);
    gn_finding_say(act, finding, 0, in->seq);
    gn_alarm_say(act, finding->alarm, true);
    gn_rule_on_finding(act, finding, in->seq);
}

void gn_act_on_finding(struct gn_act *act, const struct gn_act_finding *in)
{
    if (in->series >= act->registry->series_count || in->seq == 0)
        return;
    struct gn_open_finding *finding = gn_finding_of(act, in->series, in->fault != NULL);
    /* A sensor that fails in another way has another finding. */
    if (finding != NULL && in->fault != NULL && strcmp(finding->fault, in->fault) != 0) {
        act_end_finding(act, finding, in->seq, gn_act_time(in->time_ms));
        finding = NULL;
    }
    if (in->phase == ACT_END) {
        if (finding != NULL)
            act_end_finding(act, finding, in->seq, gn_act_time(in->time_ms));
        return;
    }
    if (in->phase != ACT_START && in->phase != ACT_GOING_ON)
        return;
    if (finding == NULL) {
        act_start_finding(act, in);
        return;
    }
    if (gn_finding_update(act, finding, in)) {
        gn_finding_say(act, finding, 0, in->seq);
        gn_alarm_say(act, finding->alarm, false);
    }
    gn_rule_on_finding(act, finding, in->seq);
}

void gn_act_forget_series(struct gn_act *act, uint64_t seq, uint32_t series, int64_t time_ms)
{
    if (series >= GN_SERIES_MAX || seq == 0)
        return;
    for (int sensor = 0; sensor <= 1; sensor++) {
        struct gn_open_finding *const finding = gn_finding_of(act, series, sensor != 0);
        if (finding != NULL)
            act_end_finding(act, finding, seq, gn_act_now(act, gn_act_time(time_ms)));
    }
}

/* --- readings, time, people, devices --- */

void gn_act_on_reading(struct gn_act *act, uint32_t series, uint64_t seq, int64_t time_ms, double value)
{
    if (act->solution != NULL && series < act->registry->series_count && seq != 0)
        gn_rule_on_reading(act, series, seq, time_ms, value);
}

bool gn_act_watches(const struct gn_act *act, uint32_t series)
{
    if (act->solution == NULL || series >= act->registry->series_count)
        return false;
    const struct gn_series *const row = &act->registry->series[series];
    const gn_str thing = gn_act_thing_name(act, row->thing);
    for (uint32_t i = 0; i < act->solution->rule_count; i++) {
        const struct gn_rule *const rule = &act->solution->rules[i];
        if (gn_rule_is_on_readings(rule) && gn_rule_watches(act->solution, rule, thing, gn_str_of(row->property)))
            return true;
    }
    return false;
}

void gn_act_on_tick(struct gn_act *act, uint64_t seq, int64_t now_ms)
{
    const int64_t bounded = gn_act_time(now_ms);
    if (bounded < act->state->now_ms || bounded <= 0 || seq == 0)
        return;
    act->state->now_ms = bounded;
    gn_decision_on_tick(act, seq);
    gn_delivery_on_tick(act, seq);
    gn_twin_on_tick(act);
    gn_identity_on_tick(act);
    gn_rule_on_tick(act, seq);
}

void gn_act_on_answer(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str json)
{
    const int64_t at_ms = gn_act_time(time_ms) > act->state->now_ms ? gn_act_time(time_ms) : act->state->now_ms;
    if (seq != 0 && !gn_order_on_answer(act, seq, at_ms, json))
        gn_decision_on_answer(act, seq, time_ms, json);
}

void gn_act_on_identity(struct gn_act *act, uint64_t seq, uint32_t thing, gn_str json)
{
    gn_identity_on_record(act, seq, thing, json);
}

void gn_act_on_desired(struct gn_act *act, uint64_t seq, int64_t time_ms, uint32_t thing, gn_str json, gn_str key)
{
    const int64_t at_ms = gn_act_time(time_ms) > act->state->now_ms ? gn_act_time(time_ms) : act->state->now_ms;
    if (thing < act->registry->thing_count)
        gn_twin_on_desired(act, seq, at_ms, thing, json, key);
}

void gn_act_on_reported(struct gn_act *act, uint64_t seq, uint32_t series, double value, gn_str text)
{
    if (seq != 0 && series < act->registry->series_count)
        gn_twin_on_reported(act, series, act->state->now_ms, value, text);
}

void gn_act_on_link(struct gn_act *act, uint64_t seq, uint32_t thing, int64_t time_ms)
{
    if (seq == 0 || thing >= act->registry->thing_count)
        return;
    gn_delivery_on_link(act, thing);
    gn_twin_on_link(act, thing, gn_act_now(act, gn_act_time(time_ms)));
}

void gn_act_on_series(struct gn_act *act)
{
    gn_twin_index(act);
}

void gn_act_on_delivery(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str action_id, int state)
{
    if (seq != 0)
        gn_delivery_on_step(act, seq, time_ms, action_id, state);
}

void gn_act_on_status(struct gn_act *act, uint64_t seq, int64_t time_ms, uint32_t thing, gn_str action, gn_str payload)
{
    if (seq != 0)
        gn_delivery_on_status(act, seq, time_ms, thing, action, payload);
}

/* --- state --- */

gn_bytes gn_act_state(const struct gn_act *act)
{
    return (gn_bytes){ (const uint8_t *)act->state, sizeof *act->state };
}

gn_err gn_act_restore(struct gn_act *act, gn_bytes bytes)
{
    if (bytes.size != sizeof *act->state)
        return GN_ERR_CORRUPT;
    /* Checked in place of its own: the bytes may be unaligned, and must not change between check and use. */
    struct gn_act_state *restored = gn_mem_take(sizeof *restored, "rules and decisions, while restored");
    if (restored == NULL)
        return GN_ERR_FULL;
    memcpy(restored, bytes.at, bytes.size);
    if (!gn_act_state_sane(restored)) {
        gn_mem_give(restored);
        return GN_ERR_CORRUPT;
    }
    gn_mem_give(act->state);
    act->state = restored;
    gn_finding_index(act);
    gn_twin_index(act);
    return GN_OK;
}

void gn_act_resend(struct gn_act *act)
{
    gn_delivery_resend(act);
}
