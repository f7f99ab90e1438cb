/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

static int things_print(struct gn_cli *cli, gn_str things)
{
    static const char *const headings[] = { "ID", "STATE", "SERIES", "LAST READING", "ALARMS", "NAME", NULL };
    struct gn_table *table = cli->json ? NULL : gn_table_new(cli->out, headings, cli->colour);
    if (table == NULL && !cli->json)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    struct gn_pick_walk walk;
    if (gn_pick_walk(&walk, things)) {
        while (gn_pick_next(&walk)) {
            if (table == NULL) {
                (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(walk.value));
                continue;
            }
            gn_listing_text(table, walk.value, "id");
            gn_table_state(table, gn_pick_true(walk.value, "online") ? "online" : "offline");
            gn_listing_text(table, walk.value, "series");
            gn_listing_time(table, walk.value, "last_time");
            gn_listing_text(table, walk.value, "alarms_open");
            gn_listing_text(table, walk.value, "name");
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int things_run(struct gn_cli *cli)
{
    if (cli->word_count > 0 && (cli->word_count > 1 || strcmp(cli->words[0], "list") != 0))
        return gn_cli_say(cli, GN_EXIT_USAGE, "ganglion help lists what there is: things add, things show and others.",
                          "'%s' is not known", cli->words[0]);
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "GET", "/api/v1/things", GN_STR(""), &reply);
    if (code == GN_EXIT_OK)
        code = things_print(cli, gn_pick(reply.body, "things"));
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_things = {
    .name = "things",
    .words = "[list]",
    .summary = "the Things there are, and whether they are connected",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things", "All Things as a table." } },
    .words_max = 2,
    .run = things_run,
};
