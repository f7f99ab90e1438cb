/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/timestamp.h"
#include "cli/ask.h"
#include "cli/passphrase.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "node/keep.h"

static void restore_print(const struct gn_cli *cli, const char *dir, const struct gn_restore_summary *sum)
{
    char time[GN_TIME_TEXT_BYTES];
    gn_time_format(sum->about.created_ms, time);
    if (cli->json) {
        (void)fprintf(cli->out,
                      "{\"files\":%" PRIu32 ",\"bytes\":%" PRIu64 ",\"created\":\"%s\",\"first_seq\":%" PRIu64
                      ",\"last_seq\":%" PRIu64 ",\"history_seq\":%" PRIu64 ",\"credentials\":%s}\n",
                      sum->file_count, sum->byte_count, time, sum->span.first_seq, sum->span.last_seq,
                      sum->span.history_seq, sum->has_secrets ? "true" : "false");
        return;
    }
    (void)fprintf(cli->out,
                  "as of    %s\nrecords  %" PRIu64 " to %" PRIu64 "; the history to %" PRIu64 "\nfiles    %" PRIu32
                  ", %.1f MiB\n",
                  time, sum->span.first_seq, sum->span.last_seq, sum->span.history_seq, sum->file_count,
                  (double)sum->byte_count / 1048576.0);
    if (!sum->has_secrets)
        (void)fprintf(cli->out, "no credentials came with it: set the node up again, and give devices new tokens\n");
    (void)fprintf(cli->out, "start it: ganglion run --data ");
    gn_cli_print_safe(cli->out, gn_str_of(dir));
    (void)fputc('\n', cli->out);
}

static int restore_run(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    struct gn_passphrase passphrase;
    struct gn_progress progress;
    struct gn_restore_summary sum = { 0 };
    struct gn_diag diag = { 0 };
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    const int code = gn_passphrase_get(cli, false, &passphrase);
    if (code != GN_EXIT_OK)
        return code;
    gn_progress_begin(&progress, cli);
    const gn_err err = gn_node_restore(&(struct gn_restore_options){ .files = cli->words,
                                                                     .file_count = cli->word_count,
                                                                     .dir = dir,
                                                                     .passphrase = { passphrase.text, passphrase.size },
                                                                     .tell = gn_progress_tell,
                                                                     .ctx = &progress },
                                       &sum, &diag);
    gn_progress_end(&progress);
    gn_passphrase_wipe(&passphrase);
    if (err)
        return gn_cli_say(cli, err == GN_ERR_NOT_FOUND ? GN_EXIT_NOT_FOUND : GN_EXIT_FAILED, NULL, "%s: %s", diag.file,
                          diag.text);
    restore_print(cli, dir, &sum);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_restore = {
    .name = "restore",
    .words = "FILE [INCREMENT ...]",
    .summary = "make a data directory from a backup",
    .about = "The directory must be empty, or not there. It stays so until every byte of the backup and of its\n"
             "increments, named in the order they were made, has been checked; then it is there, complete.",
    .options = { GN_OPTION_PASSPHRASE, GN_OPTION_PASSPHRASE_FILE, GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "restore monday.gnb --data /var/lib/ganglion --passphrase", "A backup that is encrypted." },
                  { "restore monday.gnb tuesday.gnb --data ./as-of-tuesday", "With what came since." } },
    .words_min = 1,
    .words_max = GN_BACKUP_CHAIN_MAX + 1,
    .run = restore_run,
};
