/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

/* "stop on this-machine {...}" */
static void rules_do(struct gn_table *table, gn_str rule)
{
    char thing[160];
    char action[160];
    char input[512];
    gn_pick_text(rule, "do.thing", thing, sizeof thing);
    gn_pick_text(rule, "do.action", action, sizeof action);
    gn_pick_text(rule, "do.input", input, sizeof input);
    gn_table_cellf(table, "%s on %s %s", action, thing, input);
}

static int rules_table(struct gn_cli *cli, gn_str rules)
{
    static const char *const headings[] = { "RULE", "AUTONOMY", "WHEN", "DO", NULL };
    struct gn_table *table = gn_table_new(cli->out, headings, cli->colour);
    struct gn_pick_walk walk;
    if (table == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    if (gn_pick_walk(&walk, rules)) {
        while (gn_pick_next(&walk)) {
            gn_listing_text(table, walk.value, "name");
            gn_listing_text(table, walk.value, "autonomy");
            gn_listing_text(table, walk.value, "words");
            rules_do(table, walk.value);
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int rules_run(struct gn_cli *cli)
{
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "GET", "/api/v1/rules", GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    const gn_str rules = gn_pick(reply.body, "rules");
    struct gn_pick_walk walk;
    if (!cli->json)
        code = rules_table(cli, rules);
    else if (gn_pick_walk(&walk, rules))
        while (gn_pick_next(&walk))
            (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(walk.value));
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_rules = {
    .name = "rules",
    .words = "",
    .summary = "the rules in force: when what is done, and who must agree",
    .about = "Rules are YAML in a solution folder: ganglion run --solution DIR. Autonomy: observe, advise, ask,\n"
             "act.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "rules --json", "With conditions and envelopes in full." } },
    .run = rules_run,
};
