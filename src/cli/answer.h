/* SPDX-License-Identifier: Apache-2.0 */
/* cli/answer.h -- a person's answer to a pending decision: what approve and reject share. */
#ifndef GN_CLI_ANSWER_H
#define GN_CLI_ANSWER_H

#include "cli/command.h"

#define GN_ANSWER_OPTIONS                                                                                              \
    { "--reason", "TEXT", "why; it stands in the receipt" },                                                           \
        { "--wait", NULL, "follow what comes of it, to the end of the action" },                                       \
        { "--timeout", "D", "with --wait: how long at most (default: 2m)" }, GN_OPTION_DATA, GN_OPTION_JSON

/* Posts the answer; with --wait follows decision and action and prints each state. Exit code OK: the
 * answer is recorded; with --wait: the action was done (approve), or nothing was sent (reject). */
int gn_answer_run(struct gn_cli *cli, bool approve);

#endif
