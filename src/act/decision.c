/* SPDX-License-Identifier: Apache-2.0 */
#include "act/decision.h"

#include <assert.h>

#include "act/delivery.h"
#include "act/envelope.h"
#include "act/finding.h"
#include "act/flat_json.h"
#include "act/rate.h"
#include "act/receipt.h"
#include "act/rule.h"
#include "act/words.h"

static const char *const decision_names[GN_DECISION_STATE_COUNT] = {
    [GN_DECISION_NONE] = "none",       [GN_DECISION_OBSERVED] = "observed", [GN_DECISION_ADVISED] = "advised",
    [GN_DECISION_PENDING] = "pending", [GN_DECISION_APPROVED] = "approved", [GN_DECISION_REJECTED] = "rejected",
    [GN_DECISION_EXPIRED] = "expired", [GN_DECISION_REFUSED] = "refused",
};

const char *gn_decision_state_name(gn_decision_state state)
{
    return state < GN_DECISION_STATE_COUNT ? decision_names[state] : "none";
}

bool gn_decision_is_open(const struct gn_act *act, uint64_t rule_key, uint32_t thing)
{
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        const struct gn_open_decision *const decision = &act->state->decisions[i];
        if (decision->id.seq != 0 && decision->rule_key == rule_key && decision->thing == thing)
            return true;
    }
    return false;
}

/* --- saying --- */

void gn_decision_put_asked(struct gn_jw *w, const char *key, const struct gn_open_decision *decision)
{
    gn_jw_key(w, key);
    gn_jw_open(w, '{');
    gn_put_text(w, "thing", decision->action_target);
    gn_put_text(w, "name", decision->action_name);
    gn_jw_key(w, "input");
    gn_jw_raw(w, (gn_str){ decision->input, decision->input_size });
    gn_jw_close(w, '}');
}

static void decision_put(const struct gn_act *act, const struct gn_open_decision *decision, struct gn_buf *buf)
{
    struct gn_jw w = gn_jw_over(buf);
    gn_jw_open(&w, '{');
    gn_put_id(&w, "id", 'd', decision->id);
    gn_put_text(&w, "state", gn_decision_state_name((gn_decision_state)decision->state));
    gn_put_text(&w, "rule", decision->rule);
    gn_jw_key(&w, "rule_digest");
    gn_jw_hex(&w, (gn_bytes){ decision->rule_digest.bytes, GN_SHA256_BYTES });
    gn_put_text(&w, "autonomy", gn_autonomy_name((gn_autonomy)decision->autonomy));
    gn_put_str(&w, "thing", gn_act_thing_name(act, decision->thing));
    gn_put_text(&w, "property", decision->property);
    gn_put_id(&w, "finding", 'f', decision->finding);
    gn_put_id(&w, "alarm", 'a', decision->alarm);
    gn_put_text(&w, "condition", decision->condition_over != 0 ? "over" : "holds");
    gn_put_u64(&w, "seq", decision->seq);
    gn_put_i64(&w, "time", decision->time_ms);
    gn_put_time_or_null(&w, "expires", decision->expires_ms);
    gn_decision_put_asked(&w, "action", decision);
    gn_put_text_or_null(&w, "person", decision->person);
    gn_put_text(&w, "reason", decision->reason);
    gn_put_time_or_null(&w, "answered", decision->answered_ms);
    gn_put_id(&w, "action_id", 'x', decision->action.id);
    gn_put_text_or_null(&w, "refusal", decision->refusal);
    gn_put_text(&w, "why", decision->why);
    gn_jw_close(&w, '}');
}

static void decision_say(struct gn_act *act, const struct gn_open_decision *decision, int64_t now_ms)
{
    const struct gn_id_text id = gn_act_id_text('d', decision->id);
    struct gn_buf buf = gn_act_buf(act);
    decision_put(act, decision, &buf);
    gn_act_say(act, "decision", &id, decision->thing, gn_decision_state_name((gn_decision_state)decision->state),
               now_ms, &buf);
}

/* --- the one place where a decision changes --- */

static bool decision_may_follow(gn_decision_state from, gn_decision_state to)
{
    switch (from) {
    case GN_DECISION_NONE:
        return to == GN_DECISION_OBSERVED || to == GN_DECISION_ADVISED || to == GN_DECISION_PENDING ||
               to == GN_DECISION_APPROVED || to == GN_DECISION_REFUSED;
    case GN_DECISION_PENDING:
        return to == GN_DECISION_APPROVED || to == GN_DECISION_REJECTED || to == GN_DECISION_EXPIRED ||
               to == GN_DECISION_REFUSED;
    default:
        return false;
    }
}

/* Changes the state and says so. Whatever but pending and approved ends the decision: receipt, row free. */
static void decision_change(struct gn_act *act, struct gn_open_decision *decision, gn_decision_state to, uint64_t seq,
                            int64_t now_ms)
{
    assert(decision_may_follow((gn_decision_state)decision->state, to));
    decision->state = to;
    decision_say(act, decision, now_ms);
    if (to != GN_DECISION_PENDING && to != GN_DECISION_APPROVED)
        gn_decision_end(act, decision, seq, now_ms);
}

void gn_decision_end(struct gn_act *act, struct gn_open_decision *decision, uint64_t seq, int64_t now_ms)
{
    gn_receipt_say(act, decision, seq, now_ms);
    if (decision->rule_key != 0)
        gn_rule_on_decision_end(act, decision->rule_key, decision->thing, seq);
    *decision = (struct gn_open_decision){ 0 };
}

/* --- the envelope --- */

static const struct gn_declared_action *decision_envelope(const struct gn_act *act,
                                                          const struct gn_open_decision *decision)
{
    return act->solution == NULL ? NULL
                                 : gn_solution_action(act->solution, gn_str_of(decision->action_target),
                                                      gn_str_of(decision->action_name));
}

/* May the action be sent now? If not, the decision says why. */
static bool decision_is_inside(struct gn_act *act, struct gn_open_decision *decision, int64_t now_ms)
{
    struct gn_envelope_words words = { { 0 } };
    const struct gn_declared_action *const action = decision_envelope(act, decision);
    const gn_str input = { decision->input, decision->input_size };
    struct gn_buf buf = gn_buf_over(words.text, sizeof words.text - 1);
    if (decision->action_thing == GN_NONE) {
        gn_buf_addf(&buf, "there is no Thing '%s' yet", decision->action_target);
    } else if (act->registry->things[decision->action_thing].state != GN_THING_ADOPTED) {
        gn_buf_addf(&buf, "the Thing '%s' is not adopted", decision->action_target);
    } else if (gn_envelope_check(act->solution, action, input, &words) != GN_OK) {
        buf.size = strlen(words.text);
    } else if (!gn_rate_allows(act->state, gn_rate_action_key(action->name, decision->action_thing), action->at_most,
                               now_ms)) {
        gn_buf_addf(&buf, "the action '%s' is limited to %u per ", decision->action_name, action->at_most.count);
        gn_words_duration(&buf, action->at_most.per_ms);
    }
    gn_act_copy(decision->refusal, sizeof decision->refusal, gn_buf_str(&buf));
    return buf.size == 0;
}

static void decision_approve(struct gn_act *act, struct gn_open_decision *decision, uint64_t seq, int64_t now_ms)
{
    if (!decision_is_inside(act, decision, now_ms)) {
        decision_change(act, decision, GN_DECISION_REFUSED, seq, now_ms);
        return;
    }
    const struct gn_declared_action *const action = decision_envelope(act, decision);
    gn_rate_mark(act->state, gn_rate_action_key(action->name, decision->action_thing), action->at_most, now_ms);
    decision->action.id = gn_act_id_next(act, seq); /* the approved decision names it already */
    decision_change(act, decision, GN_DECISION_APPROVED, seq, now_ms);
    gn_delivery_start(act, decision, seq, now_ms, now_ms + action->expires_ms);
}

/* --- firing --- */

static void decision_why(const struct gn_act *act, const struct gn_rule *rule, const struct gn_cause *cause,
                         const struct gn_open_decision *decision, struct gn_buf *out)
{
    const gn_str property = gn_act_property(act, cause->series);
    gn_buf_addf(out, "'%s' of %s, because ", decision->action_name, decision->action_target);
    if (cause->finding != NULL) {
        gn_finding_why(act, cause->finding, 0, out);
        return;
    }
    gn_buf_add_str(out, property);
    gn_buf_add_text(out, rule->for_ms > 0 ? " has been " : " is ");
    gn_buf_add_text(out, rule->condition == GN_CONDITION_ABOVE ? "above " : "below ");
    gn_words_exact(out, rule->level, rule->unit);
    if (rule->for_ms > 0) {
        gn_buf_add_text(out, " for ");
        gn_words_duration(out, cause->now_ms - cause->holds_from_ms);
    }
    gn_buf_add_text(out, "; it is ");
    gn_words_exact(out, cause->value, rule->unit);
    gn_buf_add_text(out, ".");
}

static void decision_take_action(struct gn_act *act, const struct gn_rule *rule, const struct gn_cause *cause,
                                 struct gn_open_decision *decision)
{
    const gn_str target = rule->do_thing.size > 0 ? rule->do_thing : gn_act_thing_name(act, cause->thing);
    struct gn_buf input = gn_buf_over(decision->input, sizeof decision->input);
    decision->action_thing = cause->thing;
    if (rule->do_thing.size > 0 && !gn_registry_thing(act->registry, rule->do_thing, &decision->action_thing))
        decision->action_thing = GN_NONE;
    gn_act_copy(decision->action_target, sizeof decision->action_target, target);
    gn_act_copy(decision->action_name, sizeof decision->action_name, rule->action);
    gn_rule_input(rule, &input); /* fits: checked when the solution was read */
    decision->input_size = (uint32_t)input.size;
}

static void decision_take_cause(struct gn_act *act, const struct gn_rule *rule, const struct gn_cause *cause,
                                struct gn_open_decision *decision)
{
    struct gn_buf why = gn_buf_over(decision->why, sizeof decision->why - 1);
    gn_act_copy(decision->property, sizeof decision->property, gn_act_property(act, cause->series));
    if (cause->finding != NULL) {
        decision->finding = cause->finding->id;
        decision->reference = cause->finding->reference;
        if (cause->finding->alarm != GN_NONE)
            decision->alarm = act->state->alarms[cause->finding->alarm].id;
    } else { /* no model: the readings are those that held the condition */
        decision->reference.from_ms = cause->holds_from_ms;
        decision->reference.to_ms = cause->now_ms;
    }
    decision_why(act, rule, cause, decision, &why);
}

static void decision_settle(struct gn_act *act, struct gn_open_decision *decision, const struct gn_rule *rule,
                            const struct gn_cause *cause)
{
    char person[GN_ACT_PERSON_BYTES];
    struct gn_buf buf = gn_buf_over(person, sizeof person);
    switch (rule->autonomy) {
    case GN_AUTONOMY_OBSERVE:
        decision_change(act, decision, GN_DECISION_OBSERVED, cause->seq, cause->now_ms);
        return;
    case GN_AUTONOMY_ADVISE:
        decision_change(act, decision, GN_DECISION_ADVISED, cause->seq, cause->now_ms);
        return;
    case GN_AUTONOMY_ACT:
        gn_buf_addf(&buf, "rule %s", decision->rule);
        gn_act_copy(decision->person, sizeof decision->person, gn_buf_str(&buf));
        decision->answered_ms = cause->now_ms;
        decision_approve(act, decision, cause->seq, cause->now_ms);
        return;
    case GN_AUTONOMY_ASK:
    case GN_AUTONOMY_COUNT:
        decision->expires_ms = cause->now_ms + rule->expires_ms;
        decision_change(act, decision,
                        decision_is_inside(act, decision, cause->now_ms) ? GN_DECISION_PENDING : GN_DECISION_REFUSED,
                        cause->seq, cause->now_ms);
        return;
    }
}

bool gn_decision_fire(struct gn_act *act, const struct gn_rule *rule, uint64_t rule_key, const struct gn_cause *cause)
{
    struct gn_act_state *const state = act->state;
    size_t row = 0;
    while (row < GN_DECISIONS_OPEN_MAX && state->decisions[row].id.seq != 0)
        row++;
    if (row == GN_DECISIONS_OPEN_MAX) {
        state->counters.decisions_dropped++;
        return false;
    }
    struct gn_open_decision *const decision = &state->decisions[row];
    *decision = (struct gn_open_decision){
        .id = gn_act_id_next(act, cause->seq),
        .rule_key = rule_key,
        .autonomy = rule->autonomy,
        .thing = cause->thing,
        .seq = cause->seq,
        .time_ms = cause->now_ms,
        .rule_digest = rule->digest,
    };
    gn_act_copy(decision->rule, sizeof decision->rule, rule->name);
    decision_take_action(act, rule, cause, decision);
    decision_take_cause(act, rule, cause, decision);
    decision_settle(act, decision, rule, cause);
    return true;
}

/* --- orders --- */

bool gn_decision_order(struct gn_act *act, const struct gn_decision_order *order, uint64_t seq, int64_t now_ms,
                       struct gn_decision_ordered *out)
{
    struct gn_act_state *const state = act->state;
    size_t row = 0;
    while (row < GN_DECISIONS_OPEN_MAX && state->decisions[row].id.seq != 0)
        row++;
    if (row == GN_DECISIONS_OPEN_MAX || order->input.size > sizeof state->decisions[row].input) {
        state->counters.decisions_dropped++;
        return false;
    }
    struct gn_open_decision *const decision = &state->decisions[row];
    *decision = (struct gn_open_decision){
        .id = gn_act_id_next(act, seq),
        .autonomy = GN_AUTONOMY_ASK,
        .thing = order->thing,
        .action_thing = order->thing,
        .seq = seq,
        .time_ms = now_ms,
        .answered_ms = now_ms,
        .input_size = (uint32_t)order->input.size,
    };
    memcpy(decision->input, order->input.at, order->input.size);
    gn_act_copy(decision->action_target, sizeof decision->action_target, gn_act_thing_name(act, order->thing));
    gn_act_copy(decision->action_name, sizeof decision->action_name, order->action);
    gn_act_copy(decision->person, sizeof decision->person, order->person);
    gn_act_copy(decision->reason, GN_REASON_BYTES_MAX + 1, order->reason);
    struct gn_buf why = gn_buf_over(decision->why, sizeof decision->why - 1);
    gn_buf_addf(&why, "%s asked for '%s' of %s.", decision->person, decision->action_name, decision->action_target);
    *out = (struct gn_decision_ordered){ .decision = decision->id };
    if (decision_is_inside(act, decision, now_ms)) {
        decision_approve(act, decision, seq, now_ms);
        out->action = decision->action.id;
    } else {
        memcpy(out->refusal, decision->refusal, sizeof out->refusal);
        decision_change(act, decision, GN_DECISION_REFUSED, seq, now_ms);
    }
    return true;
}

/* --- answers and time --- */

struct decision_answer {
    struct gn_act_id decision;
    bool has_decision;
    bool approve;
    bool has_verdict;
    char person[GN_ACT_PERSON_BYTES];
    char reason[GN_REASON_BYTES_MAX + 8];
};

static void decision_take_member(void *ctx, gn_str key, gn_str value)
{
    struct decision_answer *answer = ctx;
    if (gn_str_equal(key, GN_STR("decision"))) {
        answer->has_decision = gn_act_id_parse('d', value, &answer->decision);
    } else if (gn_str_equal(key, GN_STR("verdict"))) {
        answer->approve = gn_str_equal(value, GN_STR("approve"));
        answer->has_verdict = answer->approve || gn_str_equal(value, GN_STR("reject"));
    } else if (gn_str_equal(key, GN_STR("person"))) {
        gn_act_copy(answer->person, sizeof answer->person, value);
    } else if (gn_str_equal(key, GN_STR("reason"))) {
        gn_act_copy(answer->reason, GN_REASON_BYTES_MAX + 1, value);
    }
}

static bool decision_read_answer(gn_str text, struct decision_answer *out)
{
    *out = (struct decision_answer){ .approve = false };
    return gn_flat_json_strings(text, decision_take_member, out) && out->has_decision && out->has_verdict &&
           out->person[0] != '\0';
}

static struct gn_open_decision *decision_find(struct gn_act *act, struct gn_act_id id)
{
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        if (gn_act_id_is(act->state->decisions[i].id, id))
            return &act->state->decisions[i];
    }
    return NULL;
}

void gn_decision_on_answer(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str json)
{
    struct decision_answer answer;
    struct gn_open_decision *decision = NULL;
    /* Answers carry the wall clock, which may lag behind the journal's; a step is never before what it follows. */
    const int64_t at_ms = gn_act_time(time_ms) > act->state->now_ms ? gn_act_time(time_ms) : act->state->now_ms;
    if (decision_read_answer(json, &answer))
        decision = decision_find(act, answer.decision);
    if (decision == NULL || decision->state != GN_DECISION_PENDING || at_ms >= decision->expires_ms) {
        act->state->counters.answers_ignored++;
        return;
    }
    decision->answered_ms = at_ms;
    memcpy(decision->person, answer.person, sizeof decision->person);
    memcpy(decision->reason, answer.reason, sizeof decision->reason);
    if (answer.approve)
        decision_approve(act, decision, seq, at_ms);
    else
        decision_change(act, decision, GN_DECISION_REJECTED, seq, at_ms);
}

void gn_decision_on_tick(struct gn_act *act, uint64_t seq)
{
    const int64_t now_ms = act->state->now_ms;
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        struct gn_open_decision *const decision = &act->state->decisions[i];
        if (decision->id.seq != 0 && decision->state == GN_DECISION_PENDING && now_ms >= decision->expires_ms)
            decision_change(act, decision, GN_DECISION_EXPIRED, seq, now_ms);
    }
}

void gn_decision_condition_over(struct gn_act *act, uint64_t rule_key, uint32_t thing, struct gn_act_id finding)
{
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        struct gn_open_decision *const decision = &act->state->decisions[i];
        if (decision->id.seq == 0 || decision->state != GN_DECISION_PENDING || decision->condition_over != 0)
            continue;
        const bool is_meant =
            finding.seq != 0 ? gn_act_id_is(decision->finding, finding)
                             : decision->rule_key == rule_key && decision->thing == thing && decision->finding.seq == 0;
        if (!is_meant)
            continue;
        decision->condition_over = 1;
        decision_say(act, decision, gn_act_now(act, decision->time_ms));
    }
}
