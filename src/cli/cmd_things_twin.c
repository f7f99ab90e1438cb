/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"
#include "cli/thing_path.h"

static int twin_print(struct gn_cli *cli, gn_str properties)
{
    static const char *const headings[] = { "PROPERTY", "DESIRED", "REPORTED", "UNIT", "STATE", "SINCE", "WHY", NULL };
    struct gn_pick_walk walk;
    struct gn_table *table = gn_table_new(cli->out, headings, cli->colour);
    if (table == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    if (gn_pick_walk(&walk, properties)) {
        while (gn_pick_next(&walk)) {
            gn_listing_text(table, walk.value, "name");
            gn_listing_text(table, walk.value, "desired");
            gn_listing_text(table, walk.value, "reported");
            gn_listing_text(table, walk.value, "unit");
            gn_listing_text(table, walk.value, "state");
            gn_listing_time(table, walk.value, "since");
            gn_listing_text(table, walk.value, "why");
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int twin_run(struct gn_cli *cli)
{
    char path[GN_ASK_PATH_BYTES];
    struct gn_api_reply reply = { 0 };
    if (!gn_thing_path(cli, cli->words[0], "desired", path))
        return GN_EXIT_NOT_FOUND;
    int code = gn_ask(cli, "GET", path, GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        code = twin_print(cli, gn_pick(reply.body, "properties"));
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_things_twin = {
    .name = "things twin",
    .words = "ID",
    .summary = "what a Thing's properties are to become, and what they are",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things twin pump", "Every property that may be set, desired beside reported." } },
    .words_min = 1,
    .words_max = 1,
    .run = twin_run,
};
