/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/rows.h"
#include "node/node.h"

static int token_run(struct gn_cli *cli)
{
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    gn_buf_add_text(&path, "/api/v1/things/");
    gn_api_escape(&path, gn_str_of(cli->words[0]));
    gn_buf_add_text(&path, "/token");
    gn_buf_add_u8(&path, 0);
    if (path.full)
        return gn_cli_say(cli, GN_EXIT_NOT_FOUND, NULL, "no Thing has an id that long");
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "POST", bytes, GN_STR("{}"), &reply);
    if (code != GN_EXIT_OK)
        return code;
    char token[GN_TOKEN_BYTES];
    gn_pick_text(reply.body, "token", token, sizeof token);
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        (void)fprintf(cli->out, "token  %s\n\nThe old token no longer counts. This one is shown this once.\n", token);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_things_token = {
    .name = "things token",
    .words = "ID",
    .summary = "make a new token for a Thing; the old one ends at once",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things token press-7", "When a token was lost, or seen by somebody." } },
    .words_min = 1,
    .words_max = 1,
    .run = token_run,
};
