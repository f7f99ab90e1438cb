/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

static void decisions_row(struct gn_table *table, gn_str object)
{
    char thing[160];
    char action[160];
    gn_pick_text(object, "action.thing", thing, sizeof thing);
    gn_pick_text(object, "action.name", action, sizeof action);
    gn_listing_text(table, object, "id");
    gn_listing_time(table, object, "time");
    gn_listing_state(table, object, "state");
    gn_listing_text(table, object, "rule");
    gn_table_cellf(table, "%s %s", thing, action);
    gn_listing_time(table, object, "expires");
    gn_listing_text(table, object, "why");
}

static const struct gn_listing decisions_listing = {
    .kind = "decision",
    .plural = "decisions",
    .headings = { "ID", "TIME", "STATE", "RULE", "ACTION", "EXPIRES", "WHY", NULL },
    .states = { "observed", "advised", "pending", "approved", "rejected", "expired", "refused", NULL },
    .row = decisions_row,
};

static int decisions_run(struct gn_cli *cli)
{
    return gn_listing_run(cli, &decisions_listing);
}

const struct gn_command gn_command_decisions = {
    .name = "decisions",
    .words = "",
    .summary = "rules that fired, and what became of it",
    .about = "A pending decision waits for `ganglion approve ID` or `ganglion reject ID`. States: observed,\n"
             "advised, pending, approved, rejected, expired, refused.",
    .options = { GN_LISTING_OPTIONS },
    .examples = { { "decisions --state pending", "What waits for a person." },
                  { "decisions --state pending --json --follow", "The same for a program, as it comes." } },
    .run = decisions_run,
};
