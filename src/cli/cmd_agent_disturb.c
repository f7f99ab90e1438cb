/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "cli/agent/disturbance.h"
#include "cli/agent/loads.h"
#include "cli/agent/state_dir.h"
#include "cli/args.h"
#include "cli/rows.h"
#include "os/thread.h"

enum { DISTURB_SECONDS_DEFAULT = 30 };

enum disturb_end { DISTURB_TIME, DISTURB_ASKED, DISTURB_INTERRUPTED, DISTURB_FAILED };

static const char *const disturb_words[] = { "time", "stopped", "interrupted", "failed" };

/* Waits 50 ms for Ctrl-C or SIGTERM, which the caller has blocked. */
static bool disturb_is_interrupted(const sigset_t *signals)
{
    const struct timespec wait = { .tv_nsec = GN_DISTURBANCE_LOOK_MS * 1000000L };
    return sigtimedwait(signals, NULL, &wait) > 0;
}

static void disturb_countdown(const struct gn_cli *cli, const struct gn_load *load, int64_t left_ms)
{
    (void)fprintf(cli->err, "\r\033[K%s: %s, %lld s left (Ctrl-C ends it)", load->kind, load->doing,
                  (long long)((left_ms + 999) / 1000));
    (void)fflush(cli->err);
}

static enum disturb_end disturb_watch(const struct gn_cli *cli, const struct gn_load *load, struct gn_load_run *run,
                                      const struct gn_disturbance *disturbance, int64_t until_us,
                                      const sigset_t *signals)
{
    const bool countdown = isatty(STDERR_FILENO) == 1 && !cli->json;
    int64_t shown = -1;
    enum disturb_end end = DISTURB_TIME;
    for (;;) {
        const int64_t left_ms = (until_us - gn_mono_us(&cli->clock)) / 1000;
        if (left_ms <= 0)
            break;
        if (gn_disturbance_is_asked_to_stop(disturbance))
            end = DISTURB_ASKED;
        else if (atomic_load(&run->error) != 0)
            end = DISTURB_FAILED;
        else if (disturb_is_interrupted(signals))
            end = DISTURB_INTERRUPTED;
        if (end != DISTURB_TIME)
            break;
        if (countdown && left_ms / 1000 != shown)
            disturb_countdown(cli, load, left_ms);
        shown = left_ms / 1000;
    }
    if (countdown)
        (void)fputs("\r\033[K", cli->err);
    return end;
}

/* Starts the threads, watches, joins them: after it nothing works any more. */
static enum disturb_end disturb_work(const struct gn_cli *cli, const struct gn_load *load, struct gn_load_run *run,
                                     const struct gn_disturbance *disturbance, int64_t until_us)
{
    pthread_t threads[GN_LOAD_THREADS_MAX];
    sigset_t signals;
    sigset_t before;
    size_t started = 0;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &signals, &before);
    while (started < run->threads && gn_thread_start(&threads[started], "disturb", load->work, run) == GN_OK)
        started++;
    if (started == 0)
        atomic_store(&run->error, EAGAIN);
    const enum disturb_end end = disturb_watch(cli, load, run, disturbance, until_us, &signals);
    atomic_store(&run->stop, true);
    for (size_t i = 0; i < started; i++)
        gn_thread_join(threads[i]);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return end;
}

static int disturb_report(const struct gn_cli *cli, const struct gn_load *load, const struct gn_load_run *run,
                          enum disturb_end end, double seconds)
{
    static const char *const texts[] = { "ended after", "stopped, as it was told to, after", "interrupted after",
                                         "failed after" };
    if (cli->json)
        (void)fprintf(cli->out, "{\"kind\":\"%s\",\"seconds\":%.1f,\"ended\":\"%s\"}\n", load->kind, seconds,
                      disturb_words[end]);
    else
        (void)fprintf(cli->out, "%s disturbance %s %.1f s\n", load->kind, texts[end], seconds);
    if (end != DISTURB_FAILED)
        return GN_EXIT_OK;
    return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "the %s load ended early: %s", load->kind,
                      strerror(atomic_load(&run->error)));
}

static const struct gn_load *disturb_load(const struct gn_cli *cli)
{
    const struct gn_load *load = gn_loads_find(cli->words[0]);
    if (load == NULL)
        (void)gn_cli_say(cli, GN_EXIT_USAGE, "There are: cpu, disk, memory.", "'%s' is no disturbance", cli->words[0]);
    return load;
}

static int disturb_run(struct gn_cli *cli)
{
    char dir[GN_DISTURBANCE_PATH_BYTES];
    uint64_t seconds = DISTURB_SECONDS_DEFAULT;
    struct gn_diag diag = { 0 };
    struct gn_disturbance disturbance = { .fd = -1 };
    const struct gn_load *load = disturb_load(cli);
    if (load == NULL || !gn_args_u64(cli, "--seconds", 1, GN_DISTURB_SECONDS_MAX, &seconds) ||
        !gn_state_dir_agent(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    struct gn_load_run run = { .dir = dir, .fd = -1 };
    gn_err err = gn_disturbance_begin(&disturbance, dir, load->kind, (int64_t)seconds, gn_wall_ms(&cli->clock), &diag);
    if (!err)
        err = load->plan(&run, &diag);
    int code = GN_EXIT_OK;
    if (err) {
        code = gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s", diag.text);
    } else {
        const int64_t begin_us = gn_mono_us(&cli->clock);
        const enum disturb_end end = disturb_work(cli, load, &run, &disturbance, begin_us + (int64_t)seconds * 1000000);
        code = disturb_report(cli, load, &run, end, (double)(gn_mono_us(&cli->clock) - begin_us) / 1e6);
    }
    if (run.fd >= 0)
        (void)close(run.fd);
    gn_disturbance_end(&disturbance);
    return code;
}

const struct gn_command gn_command_agent_disturb = {
    .name = "agent disturb",
    .words = "cpu|disk|memory",
    .summary = "put a real, bounded load on this machine",
    .about = "cpu: one busy thread a core. disk: a file of at most 256 MiB (and a tenth of what is free) is\n"
             "written and synced in a circle, in the agent's folder; it has no name and is gone at the end.\n"
             "memory: a quarter of what is available, at most 2 GiB, is taken and touched. It stays in the\n"
             "foreground and ends by itself, on Ctrl-C, or when the agent of the same data directory carries out\n"
             "the action `stop`.",
    .options = { { "--seconds", "N", "how long, 1 to 600 (default: 30)" }, GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "agent disturb cpu --seconds 60", "Something for the node to find." } },
    .words_min = 1,
    .words_max = 1,
    .run = disturb_run,
};
