/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/agent_actions.h -- what the agent does when the node tells it to act. Pure: no file, no socket, no clock.
 *
 *   {"id":"x-3-81","action":"stop","input":{"target":"disturbance"},"expires":T}
 *        seen before? ── yes ─▶ the same answer again (or none yet, while it is being done)
 *        expired, another action, wrong input ─▶ failed, with the reason
 *        otherwise ─▶ START: the caller stops the disturbance, then calls finish
 *
 * The last GN_ACTIONS_SEEN_MAX answers are kept, so an action that is delivered twice is done once. */
#ifndef GN_CLI_AGENT_ACTIONS_H
#define GN_CLI_AGENT_ACTIONS_H

#include "base/buf.h"

enum { GN_ACTIONS_SEEN_MAX = 32, GN_ACTION_ID_BYTES = 96, GN_ACTION_MESSAGE_BYTES = 256, GN_ACTION_NAME_BYTES = 65 };

typedef enum gn_action_verdict {
    GN_ACTION_NOTHING, /* being done already, or nothing one could answer to (no id) */
    GN_ACTION_ANSWER,  /* *out_answer is to be sent */
    GN_ACTION_START,   /* stop the disturbance; *out_answer has id and action for finish */
} gn_action_verdict;

struct gn_action_answer {
    char id[GN_ACTION_ID_BYTES];
    char action[GN_ACTION_NAME_BYTES]; /* from the topic */
    bool is_known;                     /* false: being done */
    bool is_done;                      /* "done", otherwise "failed" */
    char message[GN_ACTION_MESSAGE_BYTES];
};

struct gn_actions {
    size_t next; /* place of the next one to remember: the oldest */
    struct gn_action_answer seen[GN_ACTIONS_SEEN_MAX];
};

/* `action` is the last part of the topic, `payload` what came. */
gn_action_verdict gn_actions_take(struct gn_actions *actions, gn_str action, gn_str payload, int64_t now_ms,
                                  struct gn_action_answer *out_answer);
/* It is over: remembers the answer, and gives it to be sent. */
void gn_actions_finish(struct gn_actions *actions, const char *id, bool done, const char *message,
                       struct gn_action_answer *out_answer);
/* {"id":...,"state":"done","message":...} */
void gn_actions_json(const struct gn_action_answer *answer, struct gn_buf *out);

#endif
