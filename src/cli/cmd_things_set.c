/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/assign.h"
#include "cli/rows.h"
#include "cli/thing_path.h"

enum { SET_BODY_BYTES = 8192 };

static int set_run(struct gn_cli *cli)
{
    char path[GN_ASK_PATH_BYTES], bytes[SET_BODY_BYTES];
    struct gn_buf body = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&body);
    if (!gn_thing_path(cli, cli->words[0], "desired", path))
        return GN_EXIT_NOT_FOUND;
    if (!gn_assign_write(cli, 1, &w))
        return GN_EXIT_USAGE;
    if (body.full)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the values are too long");
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "PUT", path, gn_buf_str(&body), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        (void)fputs("Recorded; `ganglion things twin ID` shows when it is reached.\n", cli->out);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_things_set = {
    .name = "things set",
    .words = "ID PROPERTY=VALUE",
    .summary = "say what a Thing's properties are to become; null withdraws",
    .about = "Sent when the device is connected, and again until it reports that value, for a day.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things set pump speed=30", "30 is tried until the pump says so." },
                  { "things set pump speed=null", "It is tried no more." } },
    .words_min = 2,
    .words_max = 10,
    .run = set_run,
};
