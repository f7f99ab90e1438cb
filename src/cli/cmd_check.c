/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/json_write.h"
#include "cli/ask.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "node/node.h"

enum { CHECK_LINE_BYTES = 8192 };

struct check_run {
    struct gn_cli *cli;
    struct gn_progress progress;
};

static void check_tell(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    gn_progress_tell(&((struct check_run *)ctx)->progress, what, done, total);
}

static void check_problem(void *ctx, const char *file, const char *where, const char *what)
{
    struct check_run *run = ctx;
    struct gn_cli *cli = run->cli;
    char bytes[CHECK_LINE_BYTES];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    gn_progress_end(&run->progress);
    if (!cli->json) {
        gn_cli_print_safe(cli->out, gn_str_of(file));
        (void)fprintf(cli->out, ": %s%s", where, where[0] != '\0' ? ": " : "");
        gn_cli_print_safe(cli->out, gn_str_of(what));
        (void)fputc('\n', cli->out);
        return;
    }
    struct gn_jw w = gn_jw_over(&buf);
    const char *const names[] = { "file", "where", "what" };
    const char *const values[] = { file, where, what };
    gn_jw_open(&w, '{');
    for (size_t i = 0; i < 3; i++) {
        gn_jw_key(&w, names[i]);
        gn_jw_text(&w, values[i]);
    }
    gn_jw_close(&w, '}');
    (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_buf_str(&buf)));
}

static int check_run(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    struct gn_check_summary sum;
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    struct check_run run = { .cli = cli };
    gn_progress_begin(&run.progress, cli);
    const gn_err err = gn_node_check(dir, check_problem, check_tell, &run, &sum);
    gn_progress_end(&run.progress);
    if (err == GN_ERR_NOT_FOUND)
        return gn_cli_say(cli, GN_EXIT_NOT_FOUND, "name the node's data directory: --data DIR",
                          "there is neither a journal nor a history in '%s'", dir);
    if (err)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s: %s", dir, gn_err_text(err));
    if (cli->json)
        (void)fprintf(cli->out, "{\"records\":%" PRIu64 ",\"chunks\":%" PRIu64 ",\"problems\":%" PRIu64 "}\n",
                      sum.record_count, sum.chunk_count, sum.problem_count);
    else
        (void)fprintf(cli->out, "%" PRIu64 " records of the journal, %" PRIu64 " chunks of the history: %s\n",
                      sum.record_count, sum.chunk_count, sum.problem_count == 0 ? "all whole" : "see above");
    return sum.problem_count == 0 ? GN_EXIT_OK : GN_EXIT_FAILED;
}

const struct gn_command gn_command_check = {
    .name = "check",
    .words = "",
    .summary = "read the whole journal and the whole history, and say what is damaged",
    .about = "Every segment and every chunk is read and held against its checksum, each row of the history against\n"
             "the readings it stands for, and SQLite checks its pages. Nothing is changed; the node may run. Exit\n"
             "code 1 when something is damaged. A damaged chunk costs its own readings and no others.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "check", "Is everything as it was written?" },
                  { "check --data DIR --json", "One object for each problem, then the sums." } },
    .run = check_run,
};
