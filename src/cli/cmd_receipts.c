/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

static void receipts_row(struct gn_table *table, gn_str object)
{
    gn_listing_text(table, object, "id");
    gn_listing_time(table, object, "time");
    gn_listing_state(table, object, "result");
    gn_listing_text(table, object, "thing");
    gn_listing_text(table, object, "rule");
    gn_listing_text(table, object, "person");
    gn_listing_text(table, object, "decision");
}

static const struct gn_listing receipts_listing = {
    .kind = "receipt",
    .plural = "receipts",
    .headings = { "ID", "TIME", "RESULT", "THING", "RULE", "PERSON", "DECISION", NULL },
    .row = receipts_row,
};

static int receipts_run(struct gn_cli *cli)
{
    return gn_listing_run(cli, &receipts_listing);
}

const struct gn_command gn_command_receipts = {
    .name = "receipts",
    .words = "",
    .summary = "the ledger: who decided what, from which readings, with which result",
    .about = "A receipt is written when a decision has come to its end. It names the readings, the hash of the\n"
             "model's state, the rule, the person and the result; `ganglion replay` reproduces it.",
    .options = { GN_LISTING_OPTIONS },
    .examples = { { "receipts --from 2026-11-01T00:00:00Z --json", "What an auditor asks for." } },
    .run = receipts_run,
};
