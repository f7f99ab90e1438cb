/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/assign.h"
#include "cli/json_pick.h"
#include "cli/rows.h"
#include "cli/thing_path.h"

enum { DO_BODY_BYTES = 4096 };

static int do_run(struct gn_cli *cli)
{
    char path[GN_ASK_PATH_BYTES], rest[256], bytes[DO_BODY_BYTES], id[64];
    struct gn_buf body = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&body);
    const int size = snprintf(rest, sizeof rest, "actions/%s", cli->words[1]);
    if (size < 0 || (size_t)size >= sizeof rest || strchr(cli->words[1], '/') != NULL)
        return gn_cli_say(cli, GN_EXIT_NOT_FOUND, NULL, "no action has such a name");
    if (!gn_thing_path(cli, cli->words[0], rest, path))
        return GN_EXIT_NOT_FOUND;
    gn_jw_open(&w, '{');
    if (gn_cli_has(cli, "--key")) {
        gn_jw_key(&w, "key");
        gn_jw_text(&w, gn_cli_value(cli, "--key"));
    }
    gn_jw_key(&w, "input");
    if (!gn_assign_write(cli, 2, &w))
        return GN_EXIT_USAGE;
    gn_jw_close(&w, '}');
    if (body.full)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the arguments are too long");
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "POST", path, gn_buf_str(&body), &reply);
    if (code != GN_EXIT_OK)
        return code;
    gn_pick_text(reply.body, "id", id, sizeof id);
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        (void)fprintf(cli->out, "action %s is queued; `ganglion actions` shows what becomes of it.\n", id);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_things_do = {
    .name = "things do",
    .words = "ID ACTION [ARG=VALUE]",
    .summary = "ask a Thing to do something, inside the action's envelope",
    .about = "ARG=VALUE may stand there several times.",
    .options = { { "--key", "KEY", "carry it out once, however often this is asked with that key" },
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "things do press-7 stop", "An action without arguments." },
                  { "things do pump rinse seconds=5 --key 4711", "The same key again does nothing more." } },
    .words_min = 2,
    .words_max = 10,
    .run = do_run,
};
