/* SPDX-License-Identifier: Apache-2.0 */
/* cli/table.h -- aligned columns for people.
 *
 *      TIME                      STATE    THING         WHY
 *      2026-11-22T03:24:00.125Z  open     this-machine  cpu_use 98 %, usual 3 to 21
 *
 * Cells are kept until the end, so that columns are as wide as they must be (and at most GN_TABLE_CELL_COLUMNS, the
 * last one excepted). Text from outside becomes safe for a terminal as it is added; one code point counts as one
 * column. State words are coloured when the table is told to. Rows beyond the memory of the table are printed
 * with the widths known so far, so nothing is ever left out. */
#ifndef GN_CLI_TABLE_H
#define GN_CLI_TABLE_H

#include <stdio.h>

#include "base/buf.h"

enum { GN_TABLE_COLUMNS_MAX = 10, GN_TABLE_CELL_COLUMNS = 48 };

struct gn_table; /* opaque */

/* `headings` end with NULL and are borrowed. NULL: no memory. */
struct gn_table *gn_table_new(FILE *to, const char *const *headings, bool colour);
/* The next cell, from left to right; after the last column the next row begins. */
void gn_table_cell(struct gn_table *table, gn_str text);
void gn_table_cellf(struct gn_table *table, const char *fmt, ...) GN_PRINTF(2, 3);
/* A state word: coloured by what it means. */
void gn_table_state(struct gn_table *table, const char *state);
/* Prints what is kept now; the widths so far stay. */
void gn_table_flush(struct gn_table *table);
/* Prints what is kept, and frees. NULL is fine. */
void gn_table_end(struct gn_table *table);

/* The escape sequence that paints a state word ("open", "done", "pending" ...), "" for other words. */
const char *gn_table_paint(const char *state);

#endif
