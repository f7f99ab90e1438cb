/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "act/near_miss.h"
#include "base/json_write.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "eval/suite.h"

enum { EVAL_JSON_BYTES = 8192, EVAL_PROGRESS_US = 200000 };

struct eval_watch {
    const struct gn_cli *cli;
    const char *name;
    int64_t shown_us;
    bool shown;
};

/* One line that is written over, and only where a person looks. */
static void eval_on_progress(void *ctx, size_t done, size_t total)
{
    struct eval_watch *watch = ctx;
    const int64_t now_us = gn_mono_us(&watch->cli->clock);
    if (now_us - watch->shown_us < EVAL_PROGRESS_US)
        return;
    watch->shown_us = now_us;
    watch->shown = true;
    (void)fprintf(watch->cli->err, "\r%s  %zu of %zu", watch->name, done, total);
    (void)fflush(watch->cli->err);
}

static void eval_json_figures(struct gn_jw *writer, const struct gn_suite *suite, const char *who, const double *values)
{
    gn_jw_open(writer, '{');
    gn_jw_key(writer, "who");
    gn_jw_text(writer, who);
    for (size_t i = 0; i < gn_suite_figure_count(suite); i++) {
        gn_jw_key(writer, suite->figures[i].key);
        gn_jw_f64(writer, values != NULL ? values[i] : suite->figures[i].best);
    }
    gn_jw_close(writer, '}');
}

/* What a row says of a suite without running it. */
static void eval_json_row(struct gn_jw *writer, const struct gn_suite *suite)
{
    const struct {
        const char *key;
        const char *text;
    } rows[] = { { "suite", suite->name }, { "protocol", suite->protocol }, { "method", suite->method } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_jw_key(writer, rows[i].key);
        gn_jw_text(writer, rows[i].text);
    }
    gn_jw_key(writer, "best");
    eval_json_figures(writer, suite, suite->best, NULL);
}

static void eval_print_json(const struct gn_cli *cli, const struct gn_suite *suite,
                            const struct gn_suite_result *result, double seconds)
{
    char bytes[EVAL_JSON_BYTES];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw writer = gn_jw_over(&buf);
    gn_jw_open(&writer, '{');
    eval_json_row(&writer, suite);
    if (result != NULL) {
        for (size_t i = 0; i < gn_suite_figure_count(suite); i++) {
            gn_jw_key(&writer, suite->figures[i].key);
            gn_jw_f64(&writer, result->ours[i]);
        }
        gn_jw_key(&writer, "naive");
        eval_json_figures(&writer, suite, suite->naive, result->naive);
        gn_jw_key(&writer, "items");
        gn_jw_u64(&writer, result->items);
        gn_jw_key(&writer, "seconds");
        gn_jw_f64(&writer, round(seconds * 1000) / 1000);
        gn_jw_key(&writer, "quick");
        gn_jw_bool(&writer, gn_cli_has(cli, "--quick"));
    }
    gn_jw_close(&writer, '}');
    (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_buf_str(&buf)));
    (void)fflush(cli->out);
}

static void eval_cell(struct gn_table *table, const struct gn_suite_figure *figure, double value)
{
    if (isnan(value))
        gn_table_cell(table, GN_STR("-"));
    else
        gn_table_cellf(table, "%.*f", figure->decimals, value);
}

static void eval_print_text(const struct gn_cli *cli, const struct gn_suite *suite,
                            const struct gn_suite_result *result, double seconds)
{
    static const char *const headings[] = { "FIGURE", "OURS", "BEST PUBLISHED", "NAIVE", NULL };
    (void)fprintf(cli->out, "%s: %s\n\nprotocol  %s\nmethod    %s\nbest      %s\nnaive     %s\n\n", suite->name,
                  suite->summary, suite->protocol, suite->method, suite->best, suite->naive);
    struct gn_table *table = gn_table_new(cli->out, headings, cli->colour);
    for (size_t i = 0; table != NULL && i < gn_suite_figure_count(suite); i++) {
        const struct gn_suite_figure *figure = &suite->figures[i];
        const bool bare = figure->unit[0] == '\0';
        gn_table_cellf(table, "%s%s%s", figure->key, bare ? "" : ", ", figure->unit);
        eval_cell(table, figure, result->ours[i]);
        eval_cell(table, figure, figure->best);
        eval_cell(table, figure, result->naive[i]);
    }
    gn_table_end(table);
    (void)fprintf(cli->out, "\n%zu scored in %.1f s%s\n", result->items, seconds,
                  gn_cli_has(cli, "--quick") ? "; a small part: these are not the suite's figures" : "");
}

static int eval_one(const struct gn_cli *cli, const struct gn_suite *suite, const char *data_dir)
{
    struct gn_diag diag = { 0 };
    struct gn_suite_result result = { 0 };
    struct eval_watch watch = { .cli = cli, .name = suite->name, .shown_us = gn_mono_us(&cli->clock) };
    const bool watched = fileno(cli->err) >= 0 && isatty(fileno(cli->err)) == 1;
    const struct gn_suite_run run = { .data_dir = data_dir,
                                      .quick = gn_cli_has(cli, "--quick"),
                                      .on_progress = watched ? eval_on_progress : NULL,
                                      .ctx = &watch,
                                      .diag = &diag };
    const int64_t from_us = gn_mono_us(&cli->clock);
    const gn_err err = suite->run(&run, &result);
    const double seconds = (double)(gn_mono_us(&cli->clock) - from_us) / 1e6;
    if (watch.shown)
        (void)fputs("\r\x1b[K", cli->err);
    if (err) {
        const char *what = diag.text[0] != '\0' ? diag.text : gn_err_text(err);
        if (diag.line > 0)
            return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s:%zu:%zu: %s", diag.file, diag.line, diag.column, what);
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s: %s", diag.file[0] != '\0' ? diag.file : suite->name, what);
    }
    (cli->json ? eval_print_json : eval_print_text)(cli, suite, &result, seconds);
    return GN_EXIT_OK;
}

static int eval_list(const struct gn_cli *cli)
{
    static const char *const headings[] = { "SUITE", "WHAT IS MEASURED", NULL };
    size_t count = 0;
    const struct gn_suite *const *suites = gn_suites(&count);
    struct gn_table *table = cli->json ? NULL : gn_table_new(cli->out, headings, cli->colour);
    for (size_t i = 0; i < count; i++) {
        if (cli->json) {
            eval_print_json(cli, suites[i], NULL, 0);
        } else if (table != NULL) {
            gn_table_cell(table, gn_str_of(suites[i]->name));
            gn_table_cell(table, gn_str_of(suites[i]->summary));
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int eval_unknown(const struct gn_cli *cli, const char *name)
{
    size_t count = 0;
    const struct gn_suite *const *suites = gn_suites(&count);
    struct gn_near_miss near = gn_near_miss_of(gn_str_of(name));
    for (size_t i = 0; i < count; i++)
        gn_near_miss_offer(&near, gn_str_of(suites[i]->name));
    char hint[160];
    (void)snprintf(hint, sizeof hint, "Did you mean '%.*s'?", GN_STR_ARGS(near.best));
    return gn_cli_say(cli, GN_EXIT_NOT_FOUND, near.best.size > 0 ? hint : "`ganglion eval` lists the suites.",
                      "there is no suite '%s'", name);
}

static int eval_run(struct gn_cli *cli)
{
    if (cli->word_count == 0)
        return eval_list(cli);
    const bool all = strcmp(cli->words[0], "all") == 0;
    const struct gn_suite *suite = gn_suite_named(gn_str_of(cli->words[0]));
    if (suite == NULL && !all)
        return eval_unknown(cli, cli->words[0]);
    const char *data_dir = gn_cli_value(cli, "--data");
    if (data_dir == NULL)
        data_dir = getenv("GANGLION_DATA");
    if (data_dir == NULL || data_dir[0] == '\0')
        return gn_cli_say(cli, GN_EXIT_USAGE, "Name it: --data DIR, or GANGLION_DATA=DIR in the environment.",
                          "where are the public data sets? docs/accuracy.md says how to get them");
    if (!all)
        return eval_one(cli, suite, data_dir);
    size_t count = 0;
    const struct gn_suite *const *suites = gn_suites(&count);
    int code = GN_EXIT_OK;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !cli->json)
            (void)fputc('\n', cli->out);
        if (eval_one(cli, suites[i], data_dir) != GN_EXIT_OK)
            code = GN_EXIT_FAILED;
    }
    return code;
}

const struct gn_command gn_command_eval = {
    .name = "eval",
    .words = "[SUITE|all]",
    .summary = "how good the models are, measured on public data sets",
    .about = "Runs a suite by its published protocol and prints our figures beside the best published ones and\n"
             "a naive method's. Without a suite it lists them. The data sets are not part of the program:\n"
             "docs/accuracy.md says where each comes from, and what was chosen on what.",
    .options = { { "--data", "DIR", "the folder with the data sets (default: $GANGLION_DATA)" },
                 { "--quick", NULL, "a small part in seconds, to see that it works; its figures do not count" },
                 GN_OPTION_JSON },
    .examples = { { "eval", "Which suites are there?" },
                  { "eval m4-hourly --data ~/data", "Forecasts of 414 series, beside the M4 competition's." },
                  { "eval all --json", "Everything, one object a suite." } },
    .words_max = 1,
    .run = eval_run,
};
