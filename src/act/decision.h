/* SPDX-License-Identifier: Apache-2.0 */
/* act/decision.h -- a rule that fired, until it is answered and carried out (private to the room).
 *
 *   fire ─┬ observe ─▶ observed ■                                     ■ = ended: receipt, row free
 *         ├ advise  ─▶ advised ■
 *         ├ ask ─ envelope ─┬▶ pending ─┬ reject ─▶ rejected ■
 *         │                 │           ├ time ───▶ expired ■
 *         │                 │           └ approve ─ envelope ─┬▶ approved ─▶ action ... ■
 *         │                 └───────────────────────────────▶ ├ refused ■
 *         └ act ─ envelope ───────────────────────────────────┴▶ approved ─▶ action ... ■
 *
 * One function changes the state. The envelope is looked at when the rule fires and again when a person approves. */
#ifndef GN_ACT_DECISION_H
#define GN_ACT_DECISION_H

#include "act/act_int.h"

/* What made a rule fire: an open finding, or (finding NULL) a reading. */
struct gn_cause {
    const struct gn_open_finding *finding;
    uint32_t series;
    uint32_t thing;
    uint64_t seq;
    int64_t now_ms;
    double value;
    int64_t holds_from_ms;
};

/* False, and counted, when there is no room for one. */
bool gn_decision_fire(struct gn_act *act, const struct gn_rule *rule, uint64_t rule_key, const struct gn_cause *cause);
bool gn_decision_is_open(const struct gn_act *act, uint64_t rule_key, uint32_t thing);

/* What a person asks for directly: a decision without a rule, approved by asking. The envelope and the rate hold as for
 * any other. */
struct gn_decision_order {
    uint32_t thing;
    gn_str action;
    gn_str input; /* JSON object */
    gn_str person;
    gn_str reason;
};
struct gn_decision_ordered {
    struct gn_act_id decision;
    struct gn_act_id action; /* none: refused */
    char refusal[GN_ACT_REFUSAL_BYTES];
};
/* False, and counted, when there is no room for one. */
bool gn_decision_order(struct gn_act *act, const struct gn_decision_order *order, uint64_t seq, int64_t now_ms,
                       struct gn_decision_ordered *out);

/* {"decision","verdict","person","reason"}; whatever is not an answer to a pending decision is counted. */
void gn_decision_on_answer(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str json);
void gn_decision_on_tick(struct gn_act *act, uint64_t seq);
/* The condition of pending decisions is over: of this finding; or, without one, of this rule with this Thing. */
void gn_decision_condition_over(struct gn_act *act, uint64_t rule_key, uint32_t thing, struct gn_act_id finding);

/* Its action ended: receipt, and the row is free. */
void gn_decision_end(struct gn_act *act, struct gn_open_decision *decision, uint64_t seq, int64_t now_ms);

/* Member `key`: what is to be done, {"thing","name","input"}; decision and receipt say it alike. */
void gn_decision_put_asked(struct gn_jw *w, const char *key, const struct gn_open_decision *decision);

const char *gn_decision_state_name(gn_decision_state state);

#endif
