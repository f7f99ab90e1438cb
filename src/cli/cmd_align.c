/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cli/args.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

enum {
    ALIGN_NAME_BYTES = GN_THING_ID_BYTES_MAX + GN_PROPERTY_BYTES_MAX + 2,
    ALIGN_SERIES_MAX = GN_TABLE_COLUMNS_MAX - 1
};

/* The request, NUL-terminated. False: said. */
static bool align_path(const struct gn_cli *cli, struct gn_buf *path)
{
    int64_t from = 0, to = 0, step = 0;
    uint64_t percentile = 50;
    if (!gn_args_time(cli, "--from", &from) || !gn_args_time(cli, "--to", &to) ||
        !gn_args_duration(cli, "--step", &step) || !gn_args_u64(cli, "--percentile", 0, 100, &percentile))
        return false;
    if (!gn_cli_has(cli, "--from") || !gn_cli_has(cli, "--step")) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, "ganglion align press-7/oil mill/rpm --from 1h --step 1m",
                         "--from and --step are needed");
        return false;
    }
    gn_buf_addf(path, "/api/v1/aligned?from=%" PRId64 "&step=%" PRId64, from, step);
    if (gn_cli_has(cli, "--to"))
        gn_buf_addf(path, "&to=%" PRId64, to);
    if (gn_cli_has(cli, "--percentile"))
        gn_buf_addf(path, "&value=percentile&percentile=%" PRIu64, percentile);
    static const char *const texts[] = { "--value", "--fill" };
    for (size_t i = 0; i < 2; i++)
        if (gn_cli_has(cli, texts[i])) {
            gn_buf_addf(path, "&%s=", texts[i] + 2);
            gn_api_escape(path, gn_str_of(gn_cli_value(cli, texts[i])));
        }
    gn_buf_add_text(path, "&series=");
    for (size_t i = 0; i < cli->word_count; i++) {
        if (i > 0)
            gn_buf_add_text(path, "%2C");
        gn_api_escape(path, gn_str_of(cli->words[i]));
    }
    gn_buf_add_u8(path, 0);
    if (path->full)
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the names are too long");
    return !path->full;
}

static int align_print(struct gn_cli *cli, gn_str body)
{
    const char *headings[GN_TABLE_COLUMNS_MAX + 1] = { "TIME" };
    for (size_t i = 0; i < cli->word_count; i++)
        headings[i + 1] = cli->words[i];
    struct gn_table *table = gn_table_new(cli->out, headings, cli->colour);
    struct gn_pick_walk rows;
    if (table == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    if (gn_pick_walk(&rows, gn_pick(body, "rows")))
        while (gn_pick_next(&rows)) {
            struct gn_pick_walk cells;
            if (!gn_pick_walk(&cells, rows.value))
                continue;
            for (bool first = true; gn_pick_next(&cells); first = false) {
                if (first)
                    gn_listing_time(table, cells.value, "");
                else
                    gn_listing_number(table, cells.value, "");
            }
        }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int align_run(struct gn_cli *cli)
{
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    if (!align_path(cli, &path))
        return GN_EXIT_USAGE;
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "GET", bytes, GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(reply.body));
    else
        code = align_print(cli, reply.body);
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_align = {
    .name = "align",
    .words = "THING/PROPERTY...",
    .summary = "several series side by side, one row for each step of time",
    .about = "Each step shows one value of each series: its mean, unless --value says min, max, sum, count, first or\n"
             "last. --fill says what stands in a step without readings: null (nothing), none (rows without any value\n"
             "are left out), previous (what held before), linear (between its neighbours).",
    .options = { { "--from", "TIME", "not before (needed)" },
                 { "--to", "TIME", "before; now, if it is not said" },
                 { "--step", "D", "length of a step (needed)" },
                 { "--value", "NAME", "mean, min, max, sum, count, first or last" },
                 { "--percentile", "P", "the exact percentile, 0 to 100, instead" },
                 { "--fill", "RULE", "null, none, previous or linear" },
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "align press-7/oil mill/rpm --from 1h --step 1m", "Two series, a row a minute." },
                  { "align press-7/oil mill/rpm --from 1d --step 1h --fill previous --json", "As the API answers." } },
    .words_min = 1,
    .words_max = ALIGN_SERIES_MAX,
    .run = align_run,
};
