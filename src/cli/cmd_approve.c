/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/answer.h"
#include "cli/rows.h"

static int approve_run(struct gn_cli *cli)
{
    return gn_answer_run(cli, true);
}

const struct gn_command gn_command_approve = {
    .name = "approve",
    .words = "DECISION",
    .summary = "let a pending decision act",
    .about = "The answer is recorded with your login name. The action is still held to its envelope; --wait\n"
             "shows how far it gets, and exits with 0 only when the device has said that it is done.",
    .options = { GN_ANSWER_OPTIONS },
    .examples = { { "approve d-4711-1", "Lets it act, and returns." },
                  { "approve d-4711-1 --reason 'seen it' --wait", "Shows queued, sent, acknowledged, done." } },
    .words_min = 1,
    .words_max = 1,
    .run = approve_run,
};
