/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/agent_actions.h"

#include <assert.h>
#include <stdio.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "cli/json_pick.h"

static struct gn_action_answer *actions_find(struct gn_actions *actions, const char *id)
{
    for (size_t i = 0; i < GN_ACTIONS_SEEN_MAX; i++)
        if (strcmp(actions->seen[i].id, id) == 0)
            return &actions->seen[i];
    return NULL;
}

/* What is wrong with it, or NULL when it can be started. */
static const char *actions_refusal(gn_str action, gn_str payload, int64_t now_ms)
{
    char target[64];
    int64_t expires = 0;
    if (!gn_pick_i64(payload, "expires", &expires))
        return "the action has no time at which it expires";
    if (now_ms >= expires)
        return "the action had expired when it arrived";
    if (!gn_str_equal(action, GN_STR("stop")))
        return "this Thing has one action: stop";
    gn_pick_text(payload, "input.target", target, sizeof target);
    if (strcmp(target, "disturbance") != 0)
        return "the input of stop is {\"target\":\"disturbance\"}";
    return NULL;
}

gn_action_verdict gn_actions_take(struct gn_actions *actions, gn_str action, gn_str payload, int64_t now_ms,
                                  struct gn_action_answer *out_answer)
{
    assert(actions != NULL && out_answer != NULL);
    char id[GN_ACTION_ID_BYTES];
    const gn_str raw = gn_pick(payload, "id");
    gn_pick_text(payload, "id", id, sizeof id);
    if (id[0] == '\0' || raw.size > sizeof id) /* none, or one that was cut: nobody would know our answer */
        return GN_ACTION_NOTHING;
    const struct gn_action_answer *before = actions_find(actions, id);
    if (before != NULL && !before->is_known)
        return GN_ACTION_NOTHING;
    if (before != NULL) {
        *out_answer = *before;
        return GN_ACTION_ANSWER;
    }
    struct gn_action_answer *row = &actions->seen[actions->next];
    actions->next = (actions->next + 1) % GN_ACTIONS_SEEN_MAX;
    *row = (struct gn_action_answer){ .is_known = false };
    memcpy(row->id, id, sizeof id);
    if (gn_str_copy(row->action, sizeof row->action, action) != GN_OK)
        row->action[0] = '\0';
    const char *refusal = actions_refusal(action, payload, now_ms);
    if (refusal == NULL) {
        *out_answer = *row;
        return GN_ACTION_START;
    }
    gn_actions_finish(actions, id, false, refusal, out_answer);
    return GN_ACTION_ANSWER;
}

void gn_actions_finish(struct gn_actions *actions, const char *id, bool done, const char *message,
                       struct gn_action_answer *out_answer)
{
    struct gn_action_answer *row = actions_find(actions, id);
    if (row == NULL) { /* many came meanwhile: it is answered all the same */
        row = &actions->seen[actions->next];
        actions->next = (actions->next + 1) % GN_ACTIONS_SEEN_MAX;
        *row = (struct gn_action_answer){ .action = "stop" };
        (void)snprintf(row->id, sizeof row->id, "%s", id);
    }
    row->is_known = true;
    row->is_done = done;
    (void)snprintf(row->message, sizeof row->message, "%s", message);
    *out_answer = *row;
}

void gn_actions_json(const struct gn_action_answer *answer, struct gn_buf *out)
{
    struct gn_jw writer = gn_jw_over(out);
    gn_jw_open(&writer, '{');
    gn_jw_key(&writer, "id");
    gn_jw_text(&writer, answer->id);
    gn_jw_key(&writer, "state");
    gn_jw_text(&writer, answer->is_done ? "done" : "failed");
    gn_jw_key(&writer, "message");
    gn_jw_text(&writer, answer->message);
    gn_jw_close(&writer, '}');
}
