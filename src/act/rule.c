/* SPDX-License-Identifier: Apache-2.0 */
#include "act/rule.h"

#include "act/decision.h"
#include "act/rate.h"

/* --- which rules look at what --- */

static uint64_t rule_key_of(gn_str name)
{
    const struct gn_sha256 hash = gn_sha256_of((gn_bytes){ (const uint8_t *)name.at, name.size });
    uint64_t key = 0;
    for (size_t i = 0; i < sizeof key; i++)
        key = key << 8 | hash.bytes[i];
    return key != 0 ? key : 1;
}

void gn_rule_index(struct gn_act *act)
{
    /* Only series that exist can be known; the rest of the table is untouched memory and stays so. */
    memset(act->series_rules, 0, sizeof act->series_rules[0] * act->registry->series_count);
    memset(act->rule_keys, 0, sizeof act->rule_keys);
    for (uint32_t i = 0; act->solution != NULL && i < act->solution->rule_count; i++)
        act->rule_keys[i] = rule_key_of(act->solution->rules[i].name);
}

const struct gn_series_rules *gn_rules_of(struct gn_act *act, uint32_t series)
{
    struct gn_series_rules *const rules = &act->series_rules[series];
    if (rules->known || series >= act->registry->series_count)
        return rules;
    const gn_str thing = gn_act_thing_name(act, act->registry->series[series].thing);
    const gn_str property = gn_act_property(act, series);
    for (uint32_t i = 0; act->solution != NULL && i < act->solution->rule_count; i++) {
        const struct gn_rule *const rule = &act->solution->rules[i];
        if (!gn_rule_watches(act->solution, rule, thing, property))
            continue;
        rules->bits[i / 8] |= (uint8_t)(1u << (i % 8));
        rules->on_readings = rules->on_readings || gn_rule_is_on_readings(rule);
    }
    rules->known = true;
    return rules;
}

static bool rule_has_bit(const struct gn_series_rules *rules, uint32_t rule)
{
    return (rules->bits[rule / 8] & (1u << (rule % 8))) != 0;
}

/* --- the past of a rule with a Thing --- */

static size_t rule_past_home(uint64_t key, uint32_t thing)
{
    const uint64_t mixed = (key ^ thing) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(mixed >> 32) % (GN_RULE_STATES_MAX / GN_ACT_RULE_WAYS) * GN_ACT_RULE_WAYS;
}

static struct gn_rule_past *rule_past_find(struct gn_act *act, uint64_t key, uint32_t thing)
{
    struct gn_rule_past *const home = &act->state->rules[rule_past_home(key, thing)];
    for (size_t i = 0; i < GN_ACT_RULE_WAYS; i++) {
        if (home[i].key == key && home[i].thing == thing)
            return &home[i];
    }
    return NULL;
}

/* The row of (rule, Thing), made when it is not there: a free one, or the longest unused of its home. */
static struct gn_rule_past *rule_past_of(struct gn_act *act, uint64_t key, uint32_t thing, int64_t now_ms)
{
    struct gn_rule_past *past = rule_past_find(act, key, thing);
    if (past == NULL) {
        struct gn_rule_past *const home = &act->state->rules[rule_past_home(key, thing)];
        past = &home[0];
        for (size_t i = 0; i < GN_ACT_RULE_WAYS && past->key != 0; i++) {
            if (home[i].key == 0 || home[i].used_ms < past->used_ms)
                past = &home[i];
        }
        *past = (struct gn_rule_past){ .key = key, .thing = thing };
    }
    past->used_ms = now_ms;
    return past;
}

void gn_rule_on_decision_end(struct gn_act *act, uint64_t rule_key, uint32_t thing, uint64_t seq)
{
    struct gn_rule_past *const past = rule_past_find(act, rule_key, thing);
    if (past != NULL && past->covered_seq < seq)
        past->covered_seq = seq;
}

/* --- firing --- */

/* The gates that rules of both kinds pass; then it fires. */
static void rule_try(struct gn_act *act, uint32_t index, struct gn_rule_past *past, const struct gn_cause *cause)
{
    const struct gn_rule *const rule = &act->solution->rules[index];
    const uint64_t rate_key = gn_rate_rule_key(past->key, past->thing);
    if (gn_decision_is_open(act, past->key, past->thing))
        return;
    if (!gn_rate_allows(act->state, rate_key, rule->at_most, cause->now_ms))
        return;
    const struct gn_rule_past before = *past;
    /* Before the decision is made, for one that ends at once covers as much. */
    past->covered_seq = cause->seq > past->covered_seq ? cause->seq : past->covered_seq;
    past->fired = 1;
    if (gn_decision_fire(act, rule, before.key, cause))
        gn_rate_mark(act->state, rate_key, rule->at_most, cause->now_ms);
    else
        *past = before; /* no room for a decision: tried again at the next tick */
}

static void rule_try_finding(struct gn_act *act, uint32_t index, struct gn_open_finding *finding, uint64_t seq,
                             int64_t now_ms)
{
    const struct gn_rule *const rule = &act->solution->rules[index];
    const bool sensor = finding->fault[0] != '\0';
    if (rule->condition != (sensor ? GN_CONDITION_SENSOR : GN_CONDITION_ANOMALY))
        return;
    if (rule->p_below > 0.0 && !(finding->worst.p_value < rule->p_below))
        return;
    if (now_ms - finding->held_from_ms < rule->for_ms)
        return;
    struct gn_rule_past *const past = rule_past_of(act, act->rule_keys[index], finding->thing, now_ms);
    if (finding->id.seq <= past->covered_seq)
        return;
    const struct gn_cause cause = {
        .finding = finding,
        .series = finding->series,
        .thing = finding->thing,
        .seq = seq,
        .now_ms = now_ms,
    };
    rule_try(act, index, past, &cause);
}

void gn_rule_on_finding(struct gn_act *act, struct gn_open_finding *finding, uint64_t seq)
{
    const struct gn_series_rules *const rules = gn_rules_of(act, finding->series);
    const int64_t now_ms = gn_act_now(act, finding->time_ms);
    for (uint32_t i = 0; act->solution != NULL && i < act->solution->rule_count; i++) {
        if (rule_has_bit(rules, i))
            rule_try_finding(act, i, finding, seq, now_ms);
    }
}

static void rule_try_reading(struct gn_act *act, uint32_t index, struct gn_rule_past *past, int64_t now_ms)
{
    const struct gn_rule *const rule = &act->solution->rules[index];
    if (past->fired != 0 || now_ms - past->holds_from_ms < rule->for_ms)
        return;
    const struct gn_cause cause = {
        .series = past->series,
        .thing = past->thing,
        .seq = past->reading_seq,
        .now_ms = now_ms,
        .value = past->value,
        .holds_from_ms = past->holds_from_ms,
    };
    rule_try(act, index, past, &cause);
}

static void rule_reading(struct gn_act *act, uint32_t index, uint32_t series, uint64_t seq, int64_t now_ms,
                         double value)
{
    const struct gn_rule *const rule = &act->solution->rules[index];
    const uint32_t thing = act->registry->series[series].thing;
    const uint64_t key = act->rule_keys[index];
    const bool holds = rule->condition == GN_CONDITION_ABOVE ? value > rule->level : value < rule->level;
    struct gn_rule_past *past = rule_past_find(act, key, thing);
    if (!holds) {
        if (past == NULL || past->holds == 0)
            return;
        past->holds = 0;
        past->fired = 0;
        gn_decision_condition_over(act, key, thing, (struct gn_act_id){ 0 });
        return;
    }
    past = rule_past_of(act, key, thing, now_ms);
    if (past->holds == 0) {
        past->holds = 1;
        past->fired = 0;
        past->holds_from_ms = now_ms;
    }
    past->series = series;
    past->reading_seq = seq;
    past->value = value;
    rule_try_reading(act, index, past, now_ms);
}

void gn_rule_on_reading(struct gn_act *act, uint32_t series, uint64_t seq, int64_t time_ms, double value)
{
    const struct gn_series_rules *const rules = gn_rules_of(act, series);
    if (!rules->on_readings)
        return;
    const int64_t now_ms = gn_act_now(act, gn_act_time(time_ms));
    for (uint32_t i = 0; i < act->solution->rule_count; i++) {
        if (rule_has_bit(rules, i) && gn_rule_is_on_readings(&act->solution->rules[i]))
            rule_reading(act, i, series, seq, now_ms, value);
    }
}

/* --- time passes --- */

static bool rule_index_of(const struct gn_act *act, uint64_t key, uint32_t *out)
{
    for (uint32_t i = 0; i < act->solution->rule_count; i++) {
        if (act->rule_keys[i] == key) {
            *out = i;
            return true;
        }
    }
    return false;
}

void gn_rule_on_tick(struct gn_act *act, uint64_t seq)
{
    if (act->solution == NULL || act->solution->rule_count == 0)
        return;
    for (size_t i = 0; i < GN_FINDINGS_OPEN_MAX; i++) {
        if (act->state->findings[i].id.seq != 0)
            gn_rule_on_finding(act, &act->state->findings[i], seq);
    }
    for (size_t i = 0; i < GN_RULE_STATES_MAX; i++) {
        struct gn_rule_past *const past = &act->state->rules[i];
        uint32_t index;
        if (past->key == 0 || past->holds == 0 || past->fired != 0 || !rule_index_of(act, past->key, &index))
            continue;
        if (gn_rule_is_on_readings(&act->solution->rules[index]) && past->series < act->registry->series_count)
            rule_try_reading(act, index, past, act->state->now_ms);
    }
}
