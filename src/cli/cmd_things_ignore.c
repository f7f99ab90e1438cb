/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rows.h"
#include "cli/thing_path.h"

static int ignore_run(struct gn_cli *cli)
{
    char path[GN_ASK_PATH_BYTES];
    if (!gn_discovered_path(cli, cli->words[0], "ignore", path))
        return GN_EXIT_NOT_FOUND;
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "POST", path, GN_STR("{}"), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        (void)fputs("It is ignored: nothing more is taken from it. `ganglion things adopt` takes that back.\n",
                    cli->out);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_things_ignore = {
    .name = "things ignore",
    .words = "ID",
    .summary = "ignore a Thing that appeared: nothing more is taken from it",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things ignore neighbours-plug", "What is not yours." } },
    .words_min = 1,
    .words_max = 1,
    .run = ignore_run,
};
