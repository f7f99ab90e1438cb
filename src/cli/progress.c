/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <inttypes.h>
#include <unistd.h>

enum { PROGRESS_EVERY_US = 100000 };
static const double progress_mib = 1048576.0;
static const char progress_clear[] = "\r\033[K";

void gn_progress_begin(struct gn_progress *progress, const struct gn_cli *cli)
{
    const bool watched = fileno(cli->err) >= 0 && isatty(fileno(cli->err)) == 1;
    *progress = (struct gn_progress){ .to = watched ? cli->err : NULL, .clock = cli->clock };
}

void gn_progress_tell(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct gn_progress *progress = ctx;
    if (progress->to == NULL)
        return;
    const int64_t now_us = gn_mono_us(&progress->clock);
    if (progress->shown_us != 0 && now_us - progress->shown_us < PROGRESS_EVERY_US)
        return;
    progress->shown_us = now_us;
    (void)fprintf(progress->to, "%s%s", progress_clear, what);
    if (total > 0)
        (void)fprintf(progress->to, "  %3" PRIu64 " %%  %.1f of %.1f MiB", done * 100 / total,
                      (double)done / progress_mib, (double)total / progress_mib);
    else
        (void)fprintf(progress->to, "  %.1f MiB", (double)done / progress_mib);
    (void)fflush(progress->to);
}

void gn_progress_end(struct gn_progress *progress)
{
    if (progress->to != NULL && progress->shown_us != 0)
        (void)fprintf(progress->to, "%s", progress_clear);
}
