/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cli/ask.h"
#include "cli/passphrase.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "node/keep.h"

static const double backup_mib = 1048576.0;

static void backup_print(const struct gn_cli *cli, const struct gn_backup_summary *sum)
{
    static const char *const bools[] = { "false", "true" };
    if (cli->json) {
        (void)fprintf(cli->out,
                      "{\"files\":%" PRIu32 ",\"bytes\":%" PRIu64 ",\"source_bytes\":%" PRIu64 ",\"first_seq\":%" PRIu64
                      ",\"last_seq\":%" PRIu64 ",\"history_seq\":%" PRIu64
                      ",\"encrypted\":%s,\"increment\":%s,\"credentials_left_out\":%s}\n",
                      sum->file_count, sum->archive_bytes, sum->source_bytes, sum->span.first_seq, sum->span.last_seq,
                      sum->span.history_seq, bools[sum->about.is_encrypted], bools[sum->about.is_increment],
                      bools[sum->left_out_secrets]);
        return;
    }
    (void)fprintf(cli->out,
                  "records  %" PRIu64 " to %" PRIu64 "; the history to %" PRIu64 "\nfiles    %" PRIu32
                  ", %.1f MiB\nwritten  %.1f MiB, %s, %s\n",
                  sum->span.first_seq, sum->span.last_seq, sum->span.history_seq, sum->file_count,
                  (double)sum->source_bytes / backup_mib, (double)sum->archive_bytes / backup_mib,
                  sum->about.is_increment ? "an increment" : "whole",
                  sum->about.is_encrypted ? "encrypted" : "in clear");
    if (sum->left_out_secrets)
        (void)fprintf(cli->out, "left out credentials and keys: they go into an encrypted backup only\n");
}

static int backup_run(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    struct gn_passphrase passphrase;
    struct gn_progress progress;
    struct gn_backup_summary sum = { 0 };
    struct gn_diag diag = { 0 };
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    const char *base = gn_cli_value(cli, "--incremental");
    const int code = gn_passphrase_get(cli, base == NULL, &passphrase);
    if (code != GN_EXIT_OK)
        return code;
    gn_progress_begin(&progress, cli);
    const gn_err err = gn_node_backup((struct gn_backup_options){ .dir = dir,
                                                                  .file = cli->words[0],
                                                                  .base = base,
                                                                  .passphrase = { passphrase.text, passphrase.size },
                                                                  .tell = gn_progress_tell,
                                                                  .ctx = &progress },
                                      &sum, &diag);
    gn_progress_end(&progress);
    gn_passphrase_wipe(&passphrase);
    if (err)
        return gn_cli_say(cli, err == GN_ERR_NOT_FOUND ? GN_EXIT_NOT_FOUND : GN_EXIT_FAILED, NULL, "%s: %s", diag.file,
                          diag.text);
    backup_print(cli, &sum);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_backup = {
    .name = "backup",
    .words = "FILE",
    .summary = "write everything a node keeps into one file, also while it runs",
    .about = "History, journal, models, rules, sessions, as of one moment: every reading that was acknowledged before\n"
             "the command began is in it. Credentials and keys go in only when it is encrypted (Argon2id,\n"
             "XChaCha20-Poly1305). With --incremental BASE it holds only what changed since BASE, which may be an\n"
             "increment itself; the passphrase is the same. FILE must not be there yet. docs/backup.md says more.",
    .options = { { "--incremental", "BASE", "only what is not in this backup" },
                 GN_OPTION_PASSPHRASE,
                 GN_OPTION_PASSPHRASE_FILE,
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "backup /media/stick/monday.gnb --passphrase", "Everything, encrypted; asks for a passphrase." },
                  { "backup tuesday.gnb --incremental monday.gnb --passphrase", "What came since." } },
    .words_min = 1,
    .words_max = 1,
    .run = backup_run,
};
