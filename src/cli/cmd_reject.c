/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/answer.h"
#include "cli/rows.h"

static int reject_run(struct gn_cli *cli)
{
    if (!gn_cli_has(cli, "--reason"))
        return gn_cli_say(cli, GN_EXIT_USAGE, "Usage: ganglion reject DECISION --reason TEXT",
                          "--reason is missing: those who read the receipt want to know why");
    return gn_answer_run(cli, false);
}

const struct gn_command gn_command_reject = {
    .name = "reject",
    .words = "DECISION",
    .summary = "refuse a pending decision; nothing is sent",
    .about = "Needs --reason: it stands in the receipt beside your login name.",
    .options = { GN_ANSWER_OPTIONS },
    .examples = { { "reject d-4711-1 --reason 'planned test'", "Nothing is sent to the Thing." } },
    .words_min = 1,
    .words_max = 1,
    .run = reject_run,
};
