/* SPDX-License-Identifier: Apache-2.0 */
/* store/history_upgrade.h -- a history of an older version becomes one of this version, in place.
 *
 *   format 1   chunks in the order of arrival: they may overlap, and hold the same time twice
 *   format 2   chunks of a series follow one another; what came late stands in `late`; (series, time, stamp) is
 *              unique; the value of each chunk's first reading
 *   format 3   the table `tier`
 *
 * One transaction: a machine that stops in between has the old history, whole. What lay beyond the last checkpoint
 * is not taken over; it comes again from the journal, as always. */
#ifndef GN_STORE_HISTORY_UPGRADE_H
#define GN_STORE_HISTORY_UPGRADE_H

#include "store/history_db.h"

/* On a connection without statements yet. NO_SPACE, IO ...: nothing has changed. A chunk that is damaged is left
 * out. */
GN_MUST_USE gn_err gn_history_upgrade_1(struct gn_history *history); /* to the newest format */
GN_MUST_USE gn_err gn_history_upgrade_2(struct gn_history *history);

#endif
