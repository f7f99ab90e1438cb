/* SPDX-License-Identifier: Apache-2.0 */
#include "act/act_state.h"

#include "base/json_read.h"

#define ACT_STATE_MAGIC UINT64_C(0x314554415453474e) /* "NGSTATE1", little-endian */

void gn_act_state_init(struct gn_act_state *state)
{
    state->magic = ACT_STATE_MAGIC;
    state->version = GN_ACT_STATE_VERSION;
    state->size = sizeof *state;
    state->next_n = 1;
}

/* --- is it sane? --- */

static bool act_state_time(int64_t time_ms)
{
    return time_ms >= -2 * GN_ACT_TIME_MAX && time_ms <= 2 * GN_ACT_TIME_MAX; /* cut ones, plus durations */
}

static bool act_state_text(const char *text, size_t capacity)
{
    return memchr(text, '\0', capacity) != NULL;
}

/* Inputs stand in JSON as they are, so they must be JSON. */
static bool act_state_input(const struct gn_open_decision *decision)
{
    if (decision->input_size > sizeof decision->input)
        return false;
    struct gn_json json;
    gn_json_init(&json, (gn_str){ decision->input, decision->input_size });
    struct gn_json_token token = gn_json_next(&json);
    if (token.kind != GN_JSON_OBJECT)
        return false;
    while (token.kind != GN_JSON_END && token.kind != GN_JSON_ERROR)
        token = gn_json_next(&json);
    return token.kind == GN_JSON_END;
}

static bool act_state_reference(const struct gn_act_reference *reference)
{
    return act_state_time(reference->from_ms) && act_state_time(reference->to_ms) &&
           act_state_text(reference->model, sizeof reference->model);
}

static bool act_state_finding(const struct gn_act_state *state, const struct gn_open_finding *finding)
{
    if (finding->id.seq == 0)
        return true;
    if (finding->series >= GN_SERIES_MAX || finding->thing >= GN_THINGS_MAX ||
        !act_state_text(finding->fault, sizeof finding->fault))
        return false;
    if (!act_state_time(finding->time_ms) || !act_state_time(finding->since_ms) ||
        !act_state_time(finding->held_from_ms) || !act_state_time(finding->said_ms) ||
        !act_state_time(finding->period_ms) || finding->whole > 1 || !act_state_reference(&finding->reference))
        return false;
    if (finding->alarm == GN_NONE)
        return true;
    return finding->alarm < GN_ALARMS_OPEN_MAX && state->alarms[finding->alarm].id.seq != 0 &&
           state->alarms[finding->alarm].thing == finding->thing &&
           (state->alarms[finding->alarm].sensor != 0) == (finding->fault[0] != '\0');
}

static bool act_state_findings(const struct gn_act_state *state)
{
    uint8_t seen[2][GN_SERIES_MAX / 8] = { { 0 } }; /* one open finding a series of the process, one of the sensor */
    for (size_t i = 0; i < GN_FINDINGS_OPEN_MAX; i++) {
        const struct gn_open_finding *const finding = &state->findings[i];
        if (!act_state_finding(state, finding))
            return false;
        if (finding->id.seq == 0)
            continue;
        const uint8_t bit = (uint8_t)(1u << (finding->series % 8));
        uint8_t *const byte = &seen[finding->fault[0] != '\0'][finding->series / 8];
        if ((*byte & bit) != 0)
            return false;
        *byte |= bit;
    }
    return true;
}

static bool act_state_alarms(const struct gn_act_state *state)
{
    uint32_t open[GN_ALARMS_OPEN_MAX] = { 0 };
    for (size_t i = 0; i < GN_FINDINGS_OPEN_MAX; i++) {
        const struct gn_open_finding *const finding = &state->findings[i];
        if (finding->id.seq != 0 && finding->alarm != GN_NONE)
            open[finding->alarm]++;
    }
    for (size_t i = 0; i < GN_ALARMS_OPEN_MAX; i++) {
        const struct gn_open_alarm *const alarm = &state->alarms[i];
        if (alarm->id.seq == 0)
            continue;
        if (open[i] == 0) /* it would never be cleared */
            return false;
        if (alarm->thing >= GN_THINGS_MAX || alarm->sensor > 1 || alarm->over_count > GN_ALARM_CONTRIBUTIONS_MAX)
            return false;
        if (!act_state_time(alarm->time_ms) || !act_state_time(alarm->since_ms) || !act_state_time(alarm->until_ms) ||
            !act_state_time(alarm->last_start_ms) || !act_state_time(alarm->said_ms))
            return false;
        for (uint64_t k = 0; k < alarm->over_count; k++) {
            if (alarm->over[k].series >= GN_SERIES_MAX || !act_state_time(alarm->over[k].period_ms))
                return false;
        }
    }
    return true;
}

static bool act_state_action(const struct gn_open_decision *decision)
{
    const struct gn_open_action *const action = &decision->action;
    const bool approved = decision->state == GN_DECISION_APPROVED;
    /* Rows of ended ones are free, so what is here is pending, or approved with an action under way. */
    if (approved != (action->id.seq != 0))
        return false;
    if (approved ? action->state < GN_ACTION_QUEUED || action->state > GN_ACTION_ACKNOWLEDGED
                 : action->state != GN_ACTION_NONE)
        return false;
    return act_state_time(action->queued_ms) && act_state_time(action->sent_ms) &&
           act_state_time(action->acknowledged_ms) && act_state_time(action->ended_ms) &&
           act_state_time(action->expires_ms) && act_state_text(action->message, sizeof action->message);
}

static bool act_state_decision(const struct gn_open_decision *decision)
{
    if (decision->id.seq == 0)
        return true;
    if (decision->state != GN_DECISION_PENDING && decision->state != GN_DECISION_APPROVED)
        return false;
    if (decision->autonomy >= GN_AUTONOMY_COUNT || decision->thing >= GN_THINGS_MAX ||
        (decision->action_thing >= GN_THINGS_MAX && decision->action_thing != GN_NONE))
        return false;
    if (!act_state_time(decision->time_ms) || !act_state_time(decision->expires_ms) ||
        !act_state_time(decision->answered_ms) || !act_state_reference(&decision->reference))
        return false;
    return act_state_action(decision) && act_state_text(decision->rule, sizeof decision->rule) &&
           act_state_text(decision->property, sizeof decision->property) &&
           act_state_text(decision->action_name, sizeof decision->action_name) &&
           act_state_text(decision->action_target, sizeof decision->action_target) &&
           act_state_text(decision->person, sizeof decision->person) &&
           act_state_text(decision->reason, sizeof decision->reason) &&
           act_state_text(decision->refusal, sizeof decision->refusal) &&
           act_state_text(decision->why, sizeof decision->why) && act_state_input(decision);
}

static bool act_state_rules(const struct gn_act_state *state)
{
    for (size_t i = 0; i < GN_RULE_STATES_MAX; i++) {
        const struct gn_rule_past *const past = &state->rules[i];
        if (past->key == 0)
            continue;
        if (past->thing >= GN_THINGS_MAX || past->series >= GN_SERIES_MAX || past->holds > 1 || past->fired > 1 ||
            !act_state_time(past->holds_from_ms) || !act_state_time(past->used_ms))
            return false;
    }
    for (size_t i = 0; i < state->rate_count; i++) {
        if (!act_state_time(state->rates[i].until_ms))
            return false;
    }
    return true;
}

static bool act_state_twin(const struct gn_twin_row *row)
{
    return row->state == GN_TWIN_NONE ||
           ((row->state == GN_TWIN_WAITING || row->state == GN_TWIN_SENT) && row->thing < GN_THINGS_MAX &&
            row->value_size <= sizeof row->value && row->topic_size <= sizeof row->topic &&
            row->payload_size <= sizeof row->payload && act_state_time(row->since_ms) &&
            act_state_time(row->expires_ms) && act_state_time(row->next_ms) &&
            act_state_text(row->property, sizeof row->property) && act_state_text(row->person, sizeof row->person));
}

static bool act_state_orders(const struct gn_act_state *state)
{
    bool sane = true;
    for (size_t i = 0; i < GN_ORDER_KEYS_MAX; i++)
        sane = sane && act_state_time(state->keys[i].until_ms);
    for (size_t i = 0; i < GN_DESIRED_MAX; i++)
        sane = sane && act_state_twin(&state->twins[i]);
    return sane;
}

static bool act_state_identities(const struct gn_act_state *state)
{
    for (size_t i = 0; i < GN_IDENTITIES_OPEN_MAX; i++) {
        const struct gn_identity_row *const row = &state->identities[i];
        if (row->alarm.seq == 0)
            continue;
        if (row->finding.seq == 0 || row->thing >= GN_THINGS_MAX || row->both > 1 || !act_state_time(row->since_ms) ||
            !act_state_time(row->last_ms) || !act_state_text(row->places[0], sizeof row->places[0]) ||
            !act_state_text(row->places[1], sizeof row->places[1]))
            return false;
    }
    return true;
}

bool gn_act_state_sane(const struct gn_act_state *state)
{
    if (state->magic != ACT_STATE_MAGIC || state->version != GN_ACT_STATE_VERSION || state->size != sizeof *state)
        return false;
    if (!act_state_time(state->now_ms) || state->next_n == 0 || state->rate_count > GN_RATE_MARKS_MAX)
        return false;
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        if (!act_state_decision(&state->decisions[i]))
            return false;
    }
    return act_state_findings(state) && act_state_alarms(state) && act_state_rules(state) && act_state_orders(state) &&
           act_state_identities(state);
}
