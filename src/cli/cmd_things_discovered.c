/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

static int discovered_print(struct gn_cli *cli, gn_str rows)
{
    static const char *const headings[] = { "ID",    "SOURCE", "VIA",  "PROPERTIES", "READINGS",
                                            "READY", "SINCE",  "NAME", NULL };
    struct gn_pick_walk walk;
    struct gn_table *table = gn_table_new(cli->out, headings, cli->colour);
    if (table == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    if (gn_pick_walk(&walk, rows)) {
        while (gn_pick_next(&walk)) {
            gn_listing_text(table, walk.value, "id");
            gn_listing_text(table, walk.value, "source");
            gn_listing_text(table, walk.value, "via");
            gn_listing_text(table, walk.value, "properties");
            gn_listing_text(table, walk.value, "readings");
            gn_listing_text(table, walk.value, "ready");
            gn_listing_time(table, walk.value, "since");
            gn_listing_text(table, walk.value, "name");
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int discovered_run(struct gn_cli *cli)
{
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "GET", "/api/v1/discovered", GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        code = discovered_print(cli, gn_pick(reply.body, "discovered"));
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_things_discovered = {
    .name = "things discovered",
    .words = "",
    .summary = "Things that appeared by themselves and wait to be adopted or ignored",
    .about = "Their readings are kept; nothing is scored, no rule sees them, and nothing is sent to them.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things discovered", "What announced itself, and through whom." } },
    .run = discovered_run,
};
