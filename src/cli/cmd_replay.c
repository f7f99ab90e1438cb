/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/hash.h"
#include "cli/json_pick.h"
#include "cli/rows.h"
#include "node/node.h"

static void replay_output(void *ctx, const char *kind, gn_str json)
{
    const struct gn_cli *cli = ctx;
    if (cli->json) {
        (void)fprintf(cli->out, "{\"kind\":\"%s\",\"data\":%.*s}\n", kind, GN_STR_ARGS(json));
        return;
    }
    char id[96];
    char state[32];
    char why[512];
    gn_pick_text(json, "id", id, sizeof id);
    gn_pick_text(json, strcmp(kind, "receipt") == 0 ? "result" : "state", state, sizeof state);
    gn_pick_text(json, strcmp(kind, "action") == 0 ? "action" : "why", why, sizeof why);
    (void)fprintf(cli->out, "%-8s  ", kind);
    gn_cli_print_safe(cli->out, gn_str_of(id));
    (void)fprintf(cli->out, "  %s  ", state);
    gn_cli_print_safe(cli->out, gn_str_of(why));
    (void)fputc('\n', cli->out);
}

static void replay_summary_json(const struct gn_cli *cli, const struct gn_replay_summary *sum, const char *hash)
{
    const char *same = sum->mark_count == 0 ? "null" : sum->mark_differs == 0 ? "true" : "false";
    (void)fprintf(cli->out,
                  "{\"kind\":\"summary\",\"data\":{\"records\":%" PRIu64 ",\"first_seq\":%" PRIu64
                  ",\"last_seq\":%" PRIu64 ",\"outputs\":%" PRIu64 ",\"hash\":\"%s\",\"marks\":%" PRIu64
                  ",\"identical\":%s,\"differs_at\":",
                  sum->record_count, sum->first_seq, sum->last_seq, sum->output_count, hash, sum->mark_count, same);
    if (sum->mark_differs == 0)
        (void)fputs("null}}\n", cli->out);
    else
        (void)fprintf(cli->out, "%" PRIu64 "}}\n", sum->mark_differs);
}

static void replay_summary_text(const struct gn_cli *cli, const struct gn_replay_summary *sum, const char *hash)
{
    (void)fprintf(cli->out, "records  %" PRIu64 " (%" PRIu64 " to %" PRIu64 ")\noutputs  %" PRIu64 "\nhash     %s\n",
                  sum->record_count, sum->first_seq, sum->last_seq, sum->output_count, hash);
    if (sum->mark_count == 0)
        (void)fputs("marks    none: the live run recorded no hash to compare with\n", cli->out);
    else if (sum->mark_differs == 0)
        (void)fprintf(cli->out, "marks    %" PRIu64 " compared: identical to the live run\n", sum->mark_count);
    else
        (void)fprintf(cli->out, "marks    %" PRIu64 " compared: differs from the live run at record %" PRIu64 "\n",
                      sum->mark_count, sum->mark_differs);
}

static int replay_run(struct gn_cli *cli)
{
    const struct gn_replay_options options = {
        .journal = cli->words[0],
        .rules_dir = gn_cli_value(cli, "--rules"),
        .json = cli->json,
        .quiet = gn_cli_has(cli, "--quiet"),
    };
    struct gn_replay_summary sum = { 0 };
    struct gn_diag diag = { 0 };
    char hash[2 * sizeof sum.hash + 1];
    const gn_err err = gn_node_replay(&options, options.quiet ? NULL : replay_output, cli, &sum, &diag);
    if (err) {
        const char *what = diag.text[0] != '\0' ? diag.text : gn_err_text(err);
        const gn_exit code = err == GN_ERR_NOT_FOUND ? GN_EXIT_NOT_FOUND : GN_EXIT_FAILED;
        if (diag.file[0] != '\0' && diag.line > 0)
            return gn_cli_say(cli, code, NULL, "%s:%zu:%zu: %s", diag.file, diag.line, diag.column, what);
        if (diag.file[0] != '\0')
            return gn_cli_say(cli, code, NULL, "%s: %s", diag.file, what);
        return gn_cli_say(cli, code, NULL, "%s: %s", options.journal, what);
    }
    gn_hex((gn_bytes){ sum.hash, sizeof sum.hash }, hash);
    if (cli->json)
        replay_summary_json(cli, &sum, hash);
    else
        replay_summary_text(cli, &sum, hash);
    return sum.mark_differs == 0 ? GN_EXIT_OK : GN_EXIT_FAILED;
}

const struct gn_command gn_command_replay = {
    .name = "replay",
    .words = "JOURNAL",
    .summary = "run the engine over a journal again, and compare with the live run",
    .about = "Prints every finding, alarm, decision, action and receipt that comes of it, then a summary. The\n"
             "live run left marks in the journal, each the hash of all outputs so far: exit code 1 when one\n"
             "differs. With --rules it says what other rules would have done; then the marks of decisions\n"
             "differ, of course.",
    .options = { { "--rules", "DIR", "use this solution (default: those the journal itself carries)" },
                 { "--quiet", NULL, "print the summary only" },
                 GN_OPTION_JSON },
    .examples = { { "replay ~/.local/state/ganglion/journal --quiet", "Is the journal's story the same again?" },
                  { "replay DIR/journal --rules solutions/this-machine --json", "What would these rules have done?" } },
    .words_min = 1,
    .words_max = 1,
    .run = replay_run,
};
