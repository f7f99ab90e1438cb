/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as actions, one a line: an id is started at most once while it is remembered, and every answer is JSON that
 * names its id. */
#include <assert.h>

#include "cli/agent/agent_actions.h"
#include "cli/json_pick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gn_actions actions;

static void check_answer(const struct gn_action_answer *answer)
{
    char json[4096];
    char id[GN_ACTION_ID_BYTES];
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    assert(answer->is_known && answer->id[0] != '\0' && answer->message[0] != '\0');
    gn_actions_json(answer, &buf);
    assert(!buf.full);
    gn_pick_text(gn_buf_str(&buf), "id", id, sizeof id);
    assert(strcmp(id, answer->id) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gn_str rest = { (const char *)data, size };
    actions = (struct gn_actions){ 0 };
    while (rest.size > 0) {
        struct gn_action_answer answer = { 0 };
        const gn_str payload = gn_str_split(rest, '\n', &rest);
        const gn_action_verdict verdict = gn_actions_take(&actions, GN_STR("stop"), payload, 1000, &answer);
        if (verdict == GN_ACTION_ANSWER)
            check_answer(&answer);
        if (verdict != GN_ACTION_START)
            continue;
        struct gn_action_answer again = { 0 };
        assert(gn_actions_take(&actions, GN_STR("stop"), payload, 1000, &again) == GN_ACTION_NOTHING);
        gn_actions_finish(&actions, answer.id, true, "done", &again);
        check_answer(&again);
        assert(gn_actions_take(&actions, GN_STR("stop"), payload, 1000, &again) == GN_ACTION_ANSWER);
    }
    return 0;
}
