/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"
#include "cli/rows.h"
#include "cli/thing_path.h"

static int revoke_run(struct gn_cli *cli)
{
    char bytes[GN_ASK_PATH_BYTES];
    if (!gn_thing_path(cli, cli->words[0], "token", bytes))
        return GN_EXIT_NOT_FOUND;
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "DELETE", bytes, GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    gn_api_reply_give(&reply);
    if (cli->json)
        (void)fputs("{\"revoked\":true}\n", cli->out);
    else
        (void)fputs(
            "Its credentials no longer count, and its connections have ended. `ganglion things token` gives it a "
            "new one.\n",
            cli->out);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_things_revoke = {
    .name = "things revoke",
    .words = "ID",
    .summary = "withdraw all credentials of a Thing and end its connections",
    .about = "Its readings, alarms and rules stay. On disk before this command ends: a restart does not bring it back.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things revoke press-7", "When a device is lost, sold, or not to be trusted." } },
    .words_min = 1,
    .words_max = 1,
    .run = revoke_run,
};
