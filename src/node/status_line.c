/* SPDX-License-Identifier: Apache-2.0 */
#include "node/status_line.h"

#include <stdio.h>

#include "base/log.h"

enum { LINE_BYTES = 256 };

static _Atomic bool line_shown;

static void line_frame(bool begin)
{
    if (begin)
        gn_status_line_clear();
}

void gn_status_line_words(struct gn_host *host, struct gn_buf *out)
{
    const struct gn_intake_core *intake = &host->core->intake;
    const int64_t up_s = (gn_mono_us(&host->core->clock) - host->started_us) / 1000000;
    gn_buf_addf(
        out, "%u Things, %u online · %u series · %.0f readings/s · journal %s · %.1f MiB · up %02lld:%02lld:%02lld",
        atomic_load(&intake->thing_count), atomic_load(&intake->online_count), atomic_load(&intake->series_count),
        gn_host_readings_per_second(host), gn_host_journal_state(host), (double)gn_host_resident_bytes() / 1048576.0,
        (long long)(up_s / 3600), (long long)(up_s / 60 % 60), (long long)(up_s % 60));
}

void gn_status_line(struct gn_host *host)
{
    char bytes[LINE_BYTES];
    struct gn_buf words = gn_buf_over(bytes, sizeof bytes);
    gn_status_line_words(host, &words);
    gn_log_set_frame(line_frame);
    (void)fprintf(stderr, "\r\033[K%.*s", GN_STR_ARGS(gn_buf_str(&words)));
    (void)fflush(stderr);
    atomic_store(&line_shown, true);
}

void gn_status_line_clear(void)
{
    if (!atomic_exchange(&line_shown, false))
        return;
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
}
