/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

static void findings_row(struct gn_table *table, gn_str object)
{
    gn_listing_text(table, object, "id");
    gn_listing_time(table, object, "time");
    gn_listing_state(table, object, "state");
    gn_listing_text(table, object, "thing");
    gn_listing_text(table, object, "property");
    gn_listing_number(table, object, "value");
    gn_listing_number(table, object, "usual");
    gn_listing_number(table, object, "p_value");
    gn_listing_text(table, object, "why");
}

static const struct gn_listing findings_listing = {
    .kind = "finding",
    .plural = "findings",
    .headings = { "ID", "TIME", "STATE", "THING", "PROPERTY", "VALUE", "USUAL", "P", "WHY", NULL },
    .states = { "open", "over", NULL },
    .row = findings_row,
};

static int findings_run(struct gn_cli *cli)
{
    return gn_listing_run(cli, &findings_listing);
}

const struct gn_command gn_command_findings = {
    .name = "findings",
    .words = "",
    .summary = "what models say of readings: anomalies and sensor faults",
    .about = "A finding is about one series: how far the value is from what was usual, and how sure the model is\n"
             "(P is its p-value). States: open, over.",
    .options = { GN_LISTING_OPTIONS },
    .examples = { { "findings --state open", "What is unusual now." },
                  { "findings --thing this-machine --json --follow", "Every finding of one Thing, as it comes." } },
    .run = findings_run,
};
