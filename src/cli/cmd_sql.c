/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "node/node.h"

enum { SQL_CELL_BYTES = 2048 };

/* One row a line, as in RFC 4180: what has a comma, a quote or a line's end stands in quotes. */
static void sql_csv_cell(FILE *to, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, to);
        return;
    }
    (void)fputc('"', to);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            (void)fputc('"', to);
        (void)fputc(*c, to);
    }
    (void)fputc('"', to);
}

static void sql_csv_row(FILE *to, gn_str array)
{
    char text[SQL_CELL_BYTES];
    struct gn_pick_walk walk;
    if (!gn_pick_walk(&walk, array))
        return;
    for (bool first = true; gn_pick_next(&walk); first = false) {
        gn_pick_text(walk.value, "", text, sizeof text);
        if (!first)
            (void)fputc(',', to);
        sql_csv_cell(to, text);
    }
    (void)fputc('\n', to);
}

/* False: too many columns for a table. */
static bool sql_headings(gn_str columns, char names[GN_TABLE_COLUMNS_MAX][64], const char **headings)
{
    struct gn_pick_walk walk;
    size_t count = 0;
    if (gn_pick_walk(&walk, columns))
        while (gn_pick_next(&walk)) {
            if (count == GN_TABLE_COLUMNS_MAX)
                return false;
            gn_pick_text(walk.value, "", names[count], 64);
            headings[count] = names[count];
            count++;
        }
    headings[count] = NULL;
    return true;
}

static void sql_table_row(struct gn_table *table, gn_str array)
{
    char text[SQL_CELL_BYTES];
    struct gn_pick_walk walk;
    if (gn_pick_walk(&walk, array))
        while (gn_pick_next(&walk)) {
            gn_pick_text(walk.value, "", text, sizeof text);
            gn_table_cell(table, gn_str_of(text));
        }
}

static int sql_print(struct gn_cli *cli, gn_str body)
{
    char names[GN_TABLE_COLUMNS_MAX][64];
    const char *headings[GN_TABLE_COLUMNS_MAX + 1];
    const bool csv = gn_cli_has(cli, "--csv") || !sql_headings(gn_pick(body, "columns"), names, headings);
    struct gn_pick_walk walk;
    if (cli->json) {
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(body));
        return GN_EXIT_OK;
    }
    struct gn_table *table = csv ? NULL : gn_table_new(cli->out, headings, cli->colour);
    if (!csv && table == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    if (csv)
        sql_csv_row(cli->out, gn_pick(body, "columns"));
    if (gn_pick_walk(&walk, gn_pick(body, "rows")))
        while (gn_pick_next(&walk)) {
            if (csv)
                sql_csv_row(cli->out, walk.value);
            else
                sql_table_row(table, walk.value);
        }
    gn_table_end(table);
    if (gn_pick_true(body, "cut"))
        (void)fprintf(cli->err, "ganglion sql: there are more rows: add a LIMIT, or ask for less time\n");
    return GN_EXIT_OK;
}

static int sql_offline(struct gn_cli *cli, const char *dir)
{
    struct gn_diag diag = { 0 };
    uint8_t *space = gn_mem_take(GN_CLI_ANSWER_BYTES_MAX, "the answer");
    struct gn_buf answer = gn_buf_over(space, GN_CLI_ANSWER_BYTES_MAX);
    if (space == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for the answer");
    const gn_err err = gn_node_sql_offline(dir, gn_str_of(cli->words[0]), &answer, &diag);
    int code = GN_EXIT_OK;
    if (err && diag.line > 0)
        code = gn_cli_say(cli, GN_EXIT_USAGE, NULL, "line %zu, column %zu: %s", diag.line, diag.column, diag.text);
    else if (err)
        code = gn_cli_say(cli, err == GN_ERR_NOT_FOUND ? GN_EXIT_NOT_FOUND : GN_EXIT_FAILED, NULL, "%s", diag.text);
    else if (answer.full)
        code = gn_cli_say(cli, GN_EXIT_FAILED, NULL, "the answer is too long: ask for less");
    else
        code = sql_print(cli, gn_buf_str(&answer));
    gn_mem_give(space);
    return code;
}

static int sql_run(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    char bytes[2 * GN_SQL_BYTES_MAX + 64];
    struct gn_buf body = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&body);
    if (strlen(cli->words[0]) > GN_SQL_BYTES_MAX)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "a question has at most %d bytes", GN_SQL_BYTES_MAX);
    if (gn_cli_has(cli, "--offline"))
        return gn_ask_data_dir(cli, dir, sizeof dir) ? sql_offline(cli, dir) : GN_EXIT_USAGE;
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "sql");
    gn_jw_text(&w, cli->words[0]);
    gn_jw_close(&w, '}');
    if (body.full)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the question is too long");
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "POST", "/api/v1/sql", gn_buf_str(&body), &reply);
    if (code != GN_EXIT_OK)
        return code;
    code = sql_print(cli, reply.body);
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_sql = {
    .name = "sql",
    .words = "QUESTION",
    .summary = "ask the history in SQL (SELECT only)",
    .about =
        "Tables: readings(thing, property, time, value, quality, seq), series(thing, property, kind), and\n"
        "buckets('THING', 'PROPERTY', '1h') with time, count, min, max, mean, sum, first, last, which is answered\n"
        "from summaries: use it instead of count(*), min, max or avg over much time. time is in milliseconds\n"
        "since 1970; ms('2026-11-22T03:24:00Z') makes one, iso(time) shows one. Nothing can be changed.",
    .options = { { "--csv", NULL, "comma-separated values instead of a table" },
                 { "--offline", NULL, "read the data directory of a node that is not running" },
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "sql \"select time, value from readings where thing = 'press-7' limit 5\"", "Five readings." },
                  { "sql \"select iso(time), mean from buckets('press-7', 'oil', '1h')\"", "A mean an hour." },
                  { "sql \"select thing, count(*) from series group by thing\" --json", "Series of each Thing." } },
    .words_min = 1,
    .words_max = 1,
    .run = sql_run,
};
