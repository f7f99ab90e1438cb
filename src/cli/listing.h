/* SPDX-License-Identifier: Apache-2.0 */
/* cli/listing.h -- what findings, alarms, decisions, actions and receipts have in common: list, and follow.
 *
 * Listing shows the newest first, as the API does. Following shows what there is, oldest first, and then
 * what happens: the stream is opened before the list is asked for, and what both of them bring is
 * printed once. */
#ifndef GN_CLI_LISTING_H
#define GN_CLI_LISTING_H

#include "cli/command.h"
#include "cli/table.h"

struct gn_listing {
    const char *kind;   /* "finding": its name on the live stream */
    const char *plural; /* "findings": its name in the API's path */
    const char *headings[GN_TABLE_COLUMNS_MAX + 1];
    const char *states[9];                              /* those --state may name, ending with NULL; none: any word */
    void (*row)(struct gn_table *table, gn_str object); /* adds one cell a heading */
};

/* The options that gn_listing_run reads; a row of a command lists them and may add no others. */
#define GN_LISTING_OPTIONS                                                                                             \
    { "--thing", "ID", "only of this Thing" }, { "--state", "STATE", "only in this state" },                           \
        { "--from", "TIME", "not before (RFC 3339, epoch milliseconds, or 10m ago)" }, { "--to", "TIME", "before" },   \
        { "--limit", "N", "at most so many" }, { "--follow", NULL, "go on with what happens, until Ctrl-C" },          \
        GN_OPTION_DATA, GN_OPTION_JSON

int gn_listing_run(struct gn_cli *cli, const struct gn_listing *listing);

/* Cells that several kinds have. */
void gn_listing_text(struct gn_table *table, gn_str object, const char *path);
void gn_listing_time(struct gn_table *table, gn_str object, const char *path);
void gn_listing_state(struct gn_table *table, gn_str object, const char *path);
void gn_listing_number(struct gn_table *table, gn_str object, const char *path);

#endif
