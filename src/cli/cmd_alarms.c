/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

static void alarms_row(struct gn_table *table, gn_str object)
{
    gn_listing_text(table, object, "id");
    gn_listing_time(table, object, "since");
    gn_listing_state(table, object, "state");
    gn_listing_text(table, object, "thing");
    gn_listing_number(table, object, "p_value");
    gn_listing_text(table, object, "why");
}

static const struct gn_listing alarms_listing = {
    .kind = "alarm",
    .plural = "alarms",
    .headings = { "ID", "SINCE", "STATE", "THING", "P", "WHY", NULL },
    .states = { "open", "cleared", NULL },
    .row = alarms_row,
};

static int alarms_run(struct gn_cli *cli)
{
    return gn_listing_run(cli, &alarms_listing);
}

const struct gn_command gn_command_alarms = {
    .name = "alarms",
    .words = "",
    .summary = "findings of a Thing that belong together, open and cleared",
    .about = "`ganglion why ID` says which series an alarm comes from and what was decided. States: open,\n"
             "cleared.",
    .options = { GN_LISTING_OPTIONS },
    .examples = { { "alarms --state open", "What is wrong now." },
                  { "alarms --from 1d --json", "The alarms of the last day, one JSON object a line." } },
    .run = alarms_run,
};
