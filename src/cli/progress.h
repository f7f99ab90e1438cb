/* SPDX-License-Identifier: Apache-2.0 */
/* cli/progress.h -- one line on a terminal that says how far something long has come.
 *
 *   writing  45 %  12.3 of 27.4 MiB
 *
 * Written over itself, gone at the end; nothing when standard error is no terminal. */
#ifndef GN_CLI_PROGRESS_H
#define GN_CLI_PROGRESS_H

#include "cli/command.h"

struct gn_progress {
    FILE *to; /* NULL: not shown */
    struct gn_clock clock;
    int64_t shown_us;
};

void gn_progress_begin(struct gn_progress *progress, const struct gn_cli *cli);
/* May be called as often as one likes. `total` 0: not known. `ctx` is a struct gn_progress. */
void gn_progress_tell(void *ctx, const char *what, uint64_t done, uint64_t total);
void gn_progress_end(struct gn_progress *progress);

#endif
