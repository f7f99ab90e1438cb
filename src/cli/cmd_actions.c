/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

static void actions_row(struct gn_table *table, gn_str object)
{
    gn_listing_text(table, object, "id");
    gn_listing_time(table, object, "queued");
    gn_listing_state(table, object, "state");
    gn_listing_text(table, object, "thing");
    gn_listing_text(table, object, "action");
    gn_listing_text(table, object, "decision");
    gn_listing_text(table, object, "message");
}

static const struct gn_listing actions_listing = {
    .kind = "action",
    .plural = "actions",
    .headings = { "ID", "QUEUED", "STATE", "THING", "ACTION", "DECISION", "MESSAGE", NULL },
    .states = { "queued", "sent", "acknowledged", "done", "failed", "expired", NULL },
    .row = actions_row,
};

static int actions_run(struct gn_cli *cli)
{
    return gn_listing_run(cli, &actions_listing);
}

const struct gn_command gn_command_actions = {
    .name = "actions",
    .words = "",
    .summary = "what was sent to Things, and how far it got",
    .about = "States: queued, sent (written to the device's connection), acknowledged (by the device's\n"
             "protocol), done or failed (the device says so), expired.",
    .options = { GN_LISTING_OPTIONS },
    .examples = { { "actions --thing this-machine --limit 5", "The last five actions of one Thing." } },
    .run = actions_run,
};
