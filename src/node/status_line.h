/* SPDX-License-Identifier: Apache-2.0 */
/* node/status_line.h -- the one line a node in the foreground keeps at the bottom of the terminal.
 *
 *   2 Things, 1 online · 41 series · 205 readings/s · journal ok · 12.4 MiB · up 00:03:12
 *
 * Only on a terminal. Log lines push it down: it clears itself before one and comes again a second later. */
#ifndef GN_NODE_STATUS_LINE_H
#define GN_NODE_STATUS_LINE_H

#include "base/buf.h"
#include "node/host.h"

void gn_status_line(struct gn_host *host); /* net thread, once a second */
void gn_status_line_clear(void);
/* The words alone, without terminal codes. */
void gn_status_line_words(struct gn_host *host, struct gn_buf *out);

#endif
