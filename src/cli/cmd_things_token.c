/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/qr_print.h"
#include "cli/rows.h"
#include "cli/thing_path.h"
#include "node/node.h"

static bool token_overlap(const struct gn_cli *cli, int64_t *out_ms)
{
    const char *text = gn_cli_value(cli, "--overlap");
    if (text == NULL || strcmp(text, "0") == 0) {
        *out_ms = text == NULL ? INT64_C(1000) * GN_TOKEN_OVERLAP_S : 0;
        return true;
    }
    if (gn_duration_parse(gn_str_of(text), out_ms) == GN_OK && *out_ms >= 0 &&
        *out_ms <= INT64_C(1000) * GN_TOKEN_OVERLAP_S_MAX)
        return true;
    (void)gn_cli_say(cli, GN_EXIT_USAGE, "0 ends the old token at once.",
                     "--overlap '%s': a duration of at most 30d is expected, such as 90s, 2h or 1d", text);
    return false;
}

static void token_print(struct gn_cli *cli, gn_str body)
{
    char token[GN_TOKEN_BYTES];
    char until[GN_TIME_TEXT_BYTES];
    int64_t until_ms = 0;
    gn_pick_text(body, "token", token, sizeof token);
    (void)fprintf(cli->out, "token  %s\n\nThis one is shown this once. ", token);
    if (gn_pick_i64(body, "old_until", &until_ms) && until_ms > 0) {
        gn_time_format(until_ms, until);
        (void)fprintf(cli->out, "The old one counts until %s.\n", until);
    } else {
        (void)fputs("No older one counts any more.\n", cli->out);
    }
    gn_qr_print(cli, body);
}

static int token_run(struct gn_cli *cli)
{
    char bytes[GN_ASK_PATH_BYTES];
    char request[64];
    int64_t overlap_ms = 0;
    struct gn_buf body = gn_buf_over(request, sizeof request);
    if (!token_overlap(cli, &overlap_ms))
        return GN_EXIT_USAGE;
    gn_buf_addf(&body, "{\"overlap_s\":%lld.%03d}", (long long)overlap_ms / 1000, (int)(overlap_ms % 1000));
    if (!gn_thing_path(cli, cli->words[0], "token", bytes))
        return GN_EXIT_NOT_FOUND;
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "POST", bytes, gn_buf_str(&body), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        token_print(cli, reply.body);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_things_token = {
    .name = "things token",
    .words = "ID",
    .summary = "make a new token for a Thing; the old one counts for a while yet",
    .about = "The device has until the end of the overlap to be given the new token. Then, or at once with\n"
             "--overlap 0, connections that came with the old one end.",
    .options = { { "--overlap", "DURATION", "how long the old token still counts (default: 24h; 0: it ends at once)" },
                 GN_OPTION_QR,
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "things token press-7", "Once a year, say." },
                  { "things token press-7 --overlap 0", "When a token was lost, or seen by somebody." } },
    .words_min = 1,
    .words_max = 1,
    .run = token_run,
};
