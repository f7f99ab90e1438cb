/* SPDX-License-Identifier: Apache-2.0 */
#include "act/delivery.h"

#include <assert.h>

#include "act/decision.h"
#include "act/flat_json.h"

static const char *const delivery_names[GN_ACTION_STATE_COUNT] = {
    [GN_ACTION_NONE] = "none",       [GN_ACTION_QUEUED] = "queued",
    [GN_ACTION_SENT] = "sent",       [GN_ACTION_ACKNOWLEDGED] = "acknowledged",
    [GN_ACTION_DONE] = "done",       [GN_ACTION_FAILED] = "failed",
    [GN_ACTION_EXPIRED] = "expired",
};

const char *gn_action_state_name(gn_action_state state)
{
    return state < GN_ACTION_STATE_COUNT ? delivery_names[state] : "none";
}

static bool delivery_is_live(uint64_t state)
{
    return state == GN_ACTION_QUEUED || state == GN_ACTION_SENT || state == GN_ACTION_ACKNOWLEDGED;
}

bool gn_action_may_follow(gn_action_state from, gn_action_state to)
{
    if (from == GN_ACTION_NONE)
        return to == GN_ACTION_QUEUED;
    return delivery_is_live(from) && to > from && to < GN_ACTION_STATE_COUNT;
}

/* --- saying and sending --- */

static void delivery_put(const struct gn_open_decision *decision, struct gn_buf *buf)
{
    const struct gn_open_action *const action = &decision->action;
    struct gn_jw w = gn_jw_over(buf);
    gn_jw_open(&w, '{');
    gn_put_id(&w, "id", 'x', action->id);
    gn_put_id(&w, "decision", 'd', decision->id);
    gn_put_text(&w, "thing", decision->action_target);
    gn_put_text(&w, "action", decision->action_name);
    gn_jw_key(&w, "input");
    gn_jw_raw(&w, (gn_str){ decision->input, decision->input_size });
    gn_put_text(&w, "state", gn_action_state_name((gn_action_state)action->state));
    gn_put_i64(&w, "queued", action->queued_ms);
    gn_put_time_or_null(&w, "sent", action->sent_ms);
    gn_put_time_or_null(&w, "acknowledged", action->acknowledged_ms);
    gn_put_time_or_null(&w, "ended", action->ended_ms);
    gn_put_i64(&w, "expires", action->expires_ms);
    gn_put_text(&w, "message", action->message);
    gn_jw_close(&w, '}');
}

static void delivery_send(struct gn_act *act, const struct gn_open_decision *decision)
{
    const struct gn_id_text id = gn_act_id_text('x', decision->action.id);
    struct gn_buf buf = gn_act_buf(act);
    struct gn_jw w = gn_jw_over(&buf);
    gn_jw_open(&w, '{');
    gn_put_text(&w, "id", id.text);
    gn_put_text(&w, "action", decision->action_name);
    gn_jw_key(&w, "input");
    gn_jw_raw(&w, (gn_str){ decision->input, decision->input_size });
    gn_put_i64(&w, "expires", decision->action.expires_ms);
    gn_jw_close(&w, '}');
    const struct gn_act_send send = {
        .thing = decision->action_thing,
        .action = gn_str_of(decision->action_name),
        .id = gn_str_of(id.text),
        .payload = gn_buf_str(&buf),
        .expires_ms = decision->action.expires_ms,
    };
    act->host.send(act->host.self, &send);
}

/* --- the one place where an action changes --- */

static void delivery_enter(struct gn_open_action *action, gn_action_state to, int64_t at_ms)
{
    action->state = to;
    switch (to) {
    case GN_ACTION_QUEUED:
        action->queued_ms = at_ms;
        break;
    case GN_ACTION_SENT:
        action->sent_ms = at_ms;
        break;
    case GN_ACTION_ACKNOWLEDGED:
        action->acknowledged_ms = at_ms;
        break;
    default:
        action->ended_ms = at_ms;
        break;
    }
}

static void delivery_change(struct gn_act *act, struct gn_open_decision *decision, gn_action_state to, uint64_t seq,
                            int64_t at_ms)
{
    assert(gn_action_may_follow((gn_action_state)decision->action.state, to));
    delivery_enter(&decision->action, to, at_ms);
    const struct gn_id_text id = gn_act_id_text('x', decision->action.id);
    struct gn_buf buf = gn_act_buf(act);
    delivery_put(decision, &buf);
    gn_act_say(act, "action", &id, decision->action_thing, gn_action_state_name(to), at_ms, &buf);
    if (!delivery_is_live(to))
        gn_decision_end(act, decision, seq, at_ms);
}

void gn_delivery_start(struct gn_act *act, struct gn_open_decision *decision, uint64_t seq, int64_t now_ms,
                       int64_t expires_ms)
{
    decision->action.expires_ms = expires_ms;
    delivery_change(act, decision, GN_ACTION_QUEUED, seq, now_ms);
    delivery_send(act, decision);
}

/* --- what happens to it --- */

static struct gn_open_decision *delivery_find(struct gn_act *act, gn_str action_id)
{
    struct gn_act_id id;
    if (!gn_act_id_parse('x', action_id, &id))
        return NULL;
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        struct gn_open_decision *const decision = &act->state->decisions[i];
        if (decision->id.seq != 0 && gn_act_id_is(decision->action.id, id))
            return decision;
    }
    return NULL;
}

/* Steps carry the wall clock, which may lag behind the journal's. */
static int64_t delivery_time(const struct gn_act *act, int64_t time_ms)
{
    const int64_t bounded = gn_act_time(time_ms);
    return bounded > act->state->now_ms ? bounded : act->state->now_ms;
}

void gn_delivery_on_step(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str action_id, int state)
{
    const gn_action_state to = state == GN_DELIVERY_SENT           ? GN_ACTION_SENT
                               : state == GN_DELIVERY_ACKNOWLEDGED ? GN_ACTION_ACKNOWLEDGED
                                                                   : GN_ACTION_NONE;
    struct gn_open_decision *const decision = delivery_find(act, action_id);
    if (decision == NULL || !gn_action_may_follow((gn_action_state)decision->action.state, to)) {
        act->state->counters.deliveries_ignored++;
        return;
    }
    delivery_change(act, decision, to, seq, delivery_time(act, time_ms));
}

struct delivery_status {
    char id[48];
    char message[GN_REASON_BYTES_MAX + 8];
    gn_action_state state; /* DONE, FAILED, or NONE */
};

static void delivery_take_member(void *ctx, gn_str key, gn_str value)
{
    struct delivery_status *status = ctx;
    if (gn_str_equal(key, GN_STR("id")))
        gn_act_copy(status->id, sizeof status->id, value);
    else if (gn_str_equal(key, GN_STR("message")))
        gn_act_copy(status->message, GN_REASON_BYTES_MAX + 1, value);
    else if (gn_str_equal(key, GN_STR("state")))
        status->state = gn_str_equal(value, GN_STR("done"))     ? GN_ACTION_DONE
                        : gn_str_equal(value, GN_STR("failed")) ? GN_ACTION_FAILED
                                                                : GN_ACTION_NONE;
}

static bool delivery_read_status(gn_str payload, struct delivery_status *out)
{
    *out = (struct delivery_status){ .state = GN_ACTION_NONE };
    return gn_flat_json_strings(payload, delivery_take_member, out) && out->state != GN_ACTION_NONE;
}

void gn_delivery_on_status(struct gn_act *act, uint64_t seq, int64_t time_ms, uint32_t thing, gn_str action,
                           gn_str payload)
{
    struct delivery_status status;
    struct gn_open_decision *decision = NULL;
    if (delivery_read_status(payload, &status))
        decision = delivery_find(act, gn_str_of(status.id));
    /* A Thing speaks only of what it was asked to do itself. */
    if (decision == NULL || decision->action_thing != thing ||
        !gn_str_equal(gn_str_of(decision->action_name), action)) {
        act->state->counters.statuses_ignored++;
        return;
    }
    memcpy(decision->action.message, status.message, sizeof decision->action.message);
    delivery_change(act, decision, status.state, seq, delivery_time(act, time_ms));
}

void gn_delivery_on_tick(struct gn_act *act, uint64_t seq)
{
    const int64_t now_ms = act->state->now_ms;
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        struct gn_open_decision *const decision = &act->state->decisions[i];
        if (decision->id.seq != 0 && delivery_is_live(decision->action.state) && now_ms >= decision->action.expires_ms)
            delivery_change(act, decision, GN_ACTION_EXPIRED, seq, now_ms);
    }
}

void gn_delivery_resend(struct gn_act *act)
{
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        const struct gn_open_decision *const decision = &act->state->decisions[i];
        if (decision->id.seq != 0 && decision->action.state == GN_ACTION_QUEUED)
            delivery_send(act, decision);
    }
}

/* SENT and not acknowledged: it may have been lost on the way. Who has it knows its id. */
void gn_delivery_on_link(struct gn_act *act, uint32_t thing)
{
    for (size_t i = 0; i < GN_DECISIONS_OPEN_MAX; i++) {
        const struct gn_open_decision *const decision = &act->state->decisions[i];
        if (decision->id.seq != 0 && decision->action_thing == thing && decision->action.state == GN_ACTION_SENT)
            delivery_send(act, decision);
    }
}
