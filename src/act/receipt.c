/* SPDX-License-Identifier: Apache-2.0 */
#include "act/receipt.h"

#include "act/decision.h"
#include "act/delivery.h"

static void receipt_put_steps(struct gn_jw *w, const struct gn_open_decision *decision, int64_t now_ms)
{
    const struct gn_open_action *const action = &decision->action;
    gn_put_i64(w, "fired", decision->time_ms);
    gn_put_time_or_null(w, "answered", decision->answered_ms);
    gn_put_time_or_null(w, "queued", action->queued_ms);
    gn_put_time_or_null(w, "sent", action->sent_ms);
    gn_put_time_or_null(w, "acknowledged", action->acknowledged_ms);
    gn_put_i64(w, "ended", now_ms);
}

/* What the person, or the rule that acts by itself, said; "" when nobody was heard. The result says what came of it. */
static const char *receipt_verdict(const struct gn_open_decision *decision)
{
    if (decision->answered_ms == 0)
        return "";
    return decision->state == GN_DECISION_REJECTED ? "reject" : "approve";
}

static void receipt_put(const struct gn_act *act, const struct gn_open_decision *decision, struct gn_act_id id,
                        const char *result, int64_t now_ms, struct gn_buf *buf)
{
    const struct gn_act_reference *const reference = &decision->reference;
    struct gn_jw w = gn_jw_over(buf);
    gn_jw_open(&w, '{');
    gn_put_id(&w, "id", 'r', id);
    gn_put_id(&w, "decision", 'd', decision->id);
    gn_put_id(&w, "action", 'x', decision->action.id);
    gn_put_text(&w, "rule", decision->rule);
    gn_jw_key(&w, "rule_digest");
    gn_jw_hex(&w, (gn_bytes){ decision->rule_digest.bytes, GN_SHA256_BYTES });
    gn_put_text(&w, "autonomy", gn_autonomy_name((gn_autonomy)decision->autonomy));
    gn_put_id(&w, "finding", 'f', decision->finding);
    gn_put_id(&w, "alarm", 'a', decision->alarm);
    gn_put_str(&w, "thing", gn_act_thing_name(act, decision->thing));
    gn_put_text(&w, "property", decision->property);
    gn_jw_key(&w, "readings");
    gn_jw_open(&w, '{');
    gn_put_u64(&w, "seq", decision->seq);
    gn_put_time_or_null(&w, "from", reference->from_ms);
    gn_put_time_or_null(&w, "to", reference->to_ms);
    gn_put_u64(&w, "count", reference->count);
    gn_jw_close(&w, '}');
    gn_put_model(&w, reference);
    gn_decision_put_asked(&w, "asked", decision);
    gn_put_text_or_null(&w, "person", decision->person);
    gn_put_text_or_null(&w, "verdict", receipt_verdict(decision));
    gn_put_text(&w, "reason", decision->reason);
    gn_put_text_or_null(&w, "refusal", decision->refusal);
    gn_put_text(&w, "result", result);
    gn_put_text(&w, "message", decision->action.message);
    gn_put_i64(&w, "time", now_ms);
    receipt_put_steps(&w, decision, now_ms);
    gn_put_text(&w, "why", decision->why);
    gn_jw_close(&w, '}');
}

void gn_receipt_say(struct gn_act *act, const struct gn_open_decision *decision, uint64_t seq, int64_t now_ms)
{
    /* What an approved decision came to is what its action came to. */
    const char *const result = decision->state == GN_DECISION_APPROVED
                                   ? gn_action_state_name((gn_action_state)decision->action.state)
                                   : gn_decision_state_name((gn_decision_state)decision->state);
    const struct gn_act_id id = gn_act_id_next(act, seq);
    const struct gn_id_text text = gn_act_id_text('r', id);
    struct gn_buf buf = gn_act_buf(act);
    receipt_put(act, decision, id, result, now_ms, &buf);
    gn_act_say(act, "receipt", &text, decision->thing, result, now_ms, &buf);
}
